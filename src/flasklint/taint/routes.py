"""What a view's URL rule says of the request's path."""

from __future__ import annotations

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import Source
from flasklint.project.routes import COMPUTED
from flasklint.taint import characters
from flasklint.taint.addresses import pieces
from flasklint.taint.frame import Frame
from flasklint.taint.text import text_value
from flasklint.taint.values import NUMBER, OUR_TEXT, Hole, Info, Origin, Taint, Text, Trail, Value

_ROUTE = Source("<route>", "the visitor controls this part of the address")
_PLAIN_CONVERTERS = frozenset(("int", "float", "uuid", "any"))
_TEXT_CONVERTERS = frozenset(("default", "string", "path"))


def route_variable(frame: Frame, parameter: ir.Parameter, converter: str) -> Value:
    """What stands for a variable of a URL rule."""
    if converter == "any":
        # One of the words that stand in the rule.
        return OUR_TEXT
    if converter in _PLAIN_CONVERTERS:
        return NUMBER
    fragment = ("source", "<route>", parameter.name)
    frame.state.infos[fragment] = route_info(converter)
    origin = Origin(_ROUTE, frame.path, parameter.start, parameter.end)
    trail = Trail(None, frame.path, parameter.start, parameter.end, _ROUTE.words)
    if converter not in _TEXT_CONVERTERS:
        reason = f"the app's own converter `{converter}` may make something else of it"
        return Value(open=True, taints=(Taint(origin, fragment, trail, Confidence.MEDIUM, (reason,)),))
    return Value(open=True, taints=(Taint(origin, fragment, trail),))


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
    return Info() if converter == "path" else Info(mask=characters.ANY & ~characters.of("/"))


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
