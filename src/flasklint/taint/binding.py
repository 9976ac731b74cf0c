"""Arguments bound to parameters."""

from __future__ import annotations

from collections.abc import Callable

from flasklint import ir
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.values import NEVER, UNKNOWN, Constant, Value, join_all


def bind(
    frame: Frame,
    function: ir.Function,
    arguments: Arguments,
    default: Callable[[ir.Parameter], Value],
    node: ir.Node,
) -> dict[str, Value]:
    """Parameters with what is passed for them. ``default``: what one has that nothing is passed for."""
    bound: dict[str, Value] = {}
    keywords = dict(arguments.keywords)
    positional = list(arguments.positional)
    at = 0
    for parameter in function.parameters:
        match parameter.kind:
            case "positional" | "normal":
                if at < len(positional):
                    bound[parameter.name] = positional[at]
                    at += 1
                elif parameter.name in keywords and parameter.kind == "normal":
                    bound[parameter.name] = keywords.pop(parameter.name)
                else:
                    bound[parameter.name] = default(parameter)
            case "star":
                rest = positional[at:]
                at = len(positional)
                if arguments.star is not None:
                    everything = join_all([*rest, arguments.star])
                    bound[parameter.name] = frame.make(
                        (node.start, "*args"), Obj("tuple", rest=everything, keys=UNKNOWN)
                    )
                else:
                    bound[parameter.name] = frame.sequence((node.start, "*args"), "tuple", rest)
            case "keyword":
                if parameter.name in keywords:
                    bound[parameter.name] = keywords.pop(parameter.name)
                else:
                    bound[parameter.name] = default(parameter)
            case "double-star":
                rest_value = arguments.double if arguments.double is not None else NEVER
                items: dict[Constant, Value] = dict(keywords.items())
                bound[parameter.name] = frame.make(
                    (node.start, "**kwargs"),
                    Obj("dict", items, rest_value, UNKNOWN if rest_value is not NEVER else NEVER),
                )
    for name, value in bound.items():
        if value.taints:
            bound[name] = frame.stepped(
                value, _place(arguments, function, name, node), f"passed to `{function.name}()` as `{name}`"
            )
    return bound


def lacks(function: ir.Function, arguments: Arguments, node: ir.Node) -> bool:
    """Whether a function that is called by its name is passed too little, which raises an exception before it does anything."""
    if (
        not isinstance(node, ir.Call)
        or ir.last_name(node.function) != function.name
        or function.decorators
        or arguments.star is not None
        or arguments.double is not None
        or len(node.arguments) != len(arguments.positional) + len(arguments.keywords)
        or any(one.name in ("*", "**") for one in node.arguments)
    ):
        return False
    named = {name for name, _ in arguments.keywords}
    wanted = [one for one in function.parameters if one.kind in ("positional", "normal")]
    return any(one.default is None and one.name not in named for one in wanted[len(arguments.positional) :])


def _place(arguments: Arguments, function: ir.Function, name: str, node: ir.Node) -> ir.Node:
    for index, (keyword, _) in enumerate(arguments.keywords):
        if keyword == name and len(arguments.positional) + index < len(arguments.places):
            return arguments.places[len(arguments.positional) + index]
    for index, parameter in enumerate(function.parameters):
        if parameter.name == name and index < len(arguments.positional) and index < len(arguments.places):
            return arguments.places[index]
    return node
