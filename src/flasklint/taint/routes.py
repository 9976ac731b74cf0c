"""What a view's URL rule says of the request's path."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.inputs import TYPED
from flasklint.knowledge.rows import Source
from flasklint.project.registering import COMPUTED
from flasklint.taint import characters
from flasklint.taint.addresses import pieces
from flasklint.taint.frame import Frame
from flasklint.taint.state import Obj
from flasklint.taint.text import text_value
from flasklint.taint.values import (
    NUMBER,
    OUR_TEXT,
    UNKNOWN,
    Constant,
    Hole,
    Info,
    Origin,
    Taint,
    Text,
    Trail,
    Value,
    join,
)

_ROUTE = Source("<route>", "the visitor controls this part of the address")
_PLAIN_CONVERTERS = frozenset(("int", "float", "uuid", "any"))
_CONVERTED = "may make something else of it"
_TYPED = "is checked to be of a type of its own"
_TEXT_CONVERTERS = frozenset(("default", "string", "path"))


def is_of_own_type(reasons: Iterable[str]) -> bool:
    """Whether it is one of the reasons of a doubt that a variable of an address is made something of the app's own."""
    return any(reason.endswith((_CONVERTED, _TYPED)) for reason in reasons)


def route_variable(frame: Frame, parameter: ir.Parameter, converter: str) -> Value:
    """What stands for a variable of a URL rule."""
    return _part_of_path(frame, _ROUTE, parameter.name, converter, parameter)


def _part_of_path(frame: Frame, row: Source, variable: str, converter: str, node: ir.Node) -> Value:
    """What stands for a variable of a URL rule that a row of the tables reads at a place."""
    if converter == "any":
        # One of the words that stand in the rule.
        return OUR_TEXT
    if converter in _PLAIN_CONVERTERS:
        return NUMBER
    fragment = ("source", "<route>", variable)
    frame.state.infos[fragment] = route_info(converter)
    origin = Origin(row, frame.path, node.start, node.end)
    trail = Trail(None, frame.path, node.start, node.end, row.words)
    if converter not in _TEXT_CONVERTERS:
        reason = f"the app's own converter `{converter}` {_CONVERTED}"
        return Value(open=True, taints=(Taint(origin, fragment, trail, Confidence.MEDIUM, (reason,)),))
    return Value(open=True, taints=(Taint(origin, fragment, trail),))


def checked_variable(
    frame: Frame, parameter: ir.Parameter, converter: str, resolve: Callable[[ir.Expr], tuple[str, ...]]
) -> Value:
    """What stands for a variable of a URL rule whose type is checked before the view is called."""
    plain = route_variable(frame, parameter, converter)
    names = types_of(parameter.annotation, resolve) if parameter.annotation is not None else ()
    if not plain.taints or not names or "builtins.str" in names:
        return plain
    if all(TYPED.get(name) == "" or name == WRITTEN for name in names):
        return OUR_TEXT
    if all(name in TYPED for name in names):
        mask = characters.named("".join(TYPED[name] for name in names))
        frame.state.infos[plain.taints[0].fragment] = Info(mask=mask)
        return plain
    reason = f"`{parameter.name}` {_TYPED}"
    return replace(
        plain, taints=tuple(replace(one, level=Confidence.MEDIUM, reasons=(reason,)) for one in plain.taints)
    )


WRITTEN = "typing.Literal"
"""What a type goes by whose values are written out."""


def types_of(annotation: ir.Expr, resolve: Callable[[ir.Expr], tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the types that an annotation speaks of."""
    match annotation:
        case ir.Op(sign="|", operands=operands):
            return tuple(name for one in operands for name in types_of(one, resolve))
        case ir.Subscript(value=value, key=key):
            heads = resolve(value)
            if WRITTEN in heads:
                return (WRITTEN,)
            if any(head in ("typing.Union", "typing.Optional", "typing.Annotated") for head in heads):
                inner = [one.value for one in key.items] if isinstance(key, ir.Display) else [key]
                if "typing.Annotated" in heads:
                    inner = inner[:1]
                return tuple(name for one in inner for name in types_of(one, resolve))
            return ("",)
        case ir.Const(value=None):
            return ()
        case _:
            return resolve(annotation)[:1] or ("",)


def is_replaced(value: Value, attribute: str) -> bool:
    """Whether something else was passed for a variable of a URL rule: an attribute is read that no text has.

    Decorators do that: they look the thing up that the address names.
    """
    return not hasattr(str, attribute) and all(
        isinstance(taint.origin, Origin) and taint.origin.row is _ROUTE and taint.fragment[0] == "source"
        for taint in value.taints
    )


def route_info(converter: str) -> Info:
    """What can be in a variable of a URL rule."""
    if converter == "path":
        return Info(tags=frozenset(("not:/",)))
    return Info(mask=characters.ANY & ~characters.of("/"))


def rule_variables(frame: Frame, rules: tuple[str, ...], row: Source, node: ir.Node) -> Value | None:
    """The dict of what stands for the variables of a request's rule; None when its rules are not known."""
    if not rules or any(not rule or COMPUTED in rule for rule in rules):
        return None
    named: dict[Constant, Value] = {}
    for rule in rules:
        for _, variable, converter in pieces(rule):
            if variable:
                value = _part_of_path(frame, row, variable, converter, node)
                named[variable] = join(named[variable], value) if variable in named else value
    # A rule may have defaults under other names.
    return frame.make((node.start, "variables"), Obj("dict", named, UNKNOWN, UNKNOWN))


def rule_text(frame: Frame, rules: tuple[str, ...], row: Source, node: ir.Node) -> Value | None:
    """The path of a request that one of these rules matches; None when they are not known."""
    choices: list[Text] = []
    for rule in rules:
        if not rule or COMPUTED in rule:
            return None
        text: list[str | Hole] = []
        for literal, variable, converter in pieces(rule):
            text.append(literal)
            if variable and converter not in _PLAIN_CONVERTERS:
                fragment = ("source", "<route>", variable)
                frame.state.infos.setdefault(fragment, route_info(converter))
                origin = Origin(row, frame.path, node.start, node.end)
                trail = Trail(None, frame.path, node.start, node.end, row.words)
                text.append(Hole((Taint(origin, fragment, trail),)))
            elif variable:
                text.append(Hole((), True))
        choices.append(tuple(piece for piece in text if piece != ""))
    return text_value(choices) if choices else None
