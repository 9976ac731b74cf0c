"""How much is told apart: the more kinds of calls a function has seen, the plainer the values that further ones are told by."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint.frame import Frame
from flasklint.taint.state import Obj
from flasklint.taint.values import (
    NEVER,
    OUR_TEXT,
    UNKNOWN,
    Constant,
    Info,
    Method,
    Taint,
    Value,
    merge_taints,
)

EXACT, NO_CONSTANTS, ONE_EACH, ONE_IN_ALL = range(4)

MINGLED = "not all that goes into so many calls is told apart"

_FEWEST = (4, 8, 14)
"""Kinds of calls of a large function that are told apart at each level."""
_CHARACTERS = (12_000, 30_000, 60_000)
"""For a small one: so many characters of it evaluated."""


def level(function: ir.Function, contexts: int) -> int:
    """How plain values are to be for one more kind of call of a function."""
    if contexts < _FEWEST[0]:
        return EXACT
    cost = contexts * (function.end - function.start)
    found = EXACT
    for step, (fewest, most) in enumerate(zip(_FEWEST, _CHARACTERS, strict=True), 1):
        if contexts >= fewest and cost >= most:
            found = step
    return found


def plainer(frame: Frame, node: ir.Node, bound: dict[str, Value], how: int) -> dict[str, Value]:
    """Arguments of which less is told."""
    if how == NO_CONSTANTS:
        return {name: _without_constants(value) for name, value in bound.items()}
    if how == ONE_EACH:
        return {name: _one(frame, (node.start, "as", name), value, ()) for name, value in bound.items()}
    everything: tuple[Taint, ...] = ()
    for value in bound.values():
        everything = merge_taints(everything, frame.inside(value))
    shared = (
        frame.derive(UNKNOWN, (node.start, "as"), taints=everything, lower=MINGLED, lower_by=2).taints
        if everything
        else ()
    )
    return {name: _one(frame, (node.start, "as", name), value, shared) for name, value in bound.items()}


def _without_constants(value: Value) -> Value:
    if not value.constants or value.constants in ((True,), (False,), (None,)):
        return value
    if value.refs or value.taints or not all(isinstance(one, str) for one in value.constants):
        return replace(value, constants=(), open=True)
    return OUR_TEXT


def _is_several(thing: Obj) -> bool:
    """It holds more than one thing."""
    return len(thing.items) + len(thing.attributes) + (thing.rest is not NEVER) > 1


def _one(frame: Frame, site: object, value: Value, shared: tuple[Taint, ...]) -> Value:
    """A value as one fragment, if there is untrusted data in it, and its objects without their contents."""
    taints = frame.inside(value)
    if taints:
        if shared:
            taints = shared
        else:
            info = frame.text_info(replace(value, taints=taints))
            several = any(type(one) is int and _is_several(frame.object_at(one)) for one in value.refs)
            known = Info(mask=info.mask, clear=info.clear)
            lower = MINGLED if several else ""
            taints = frame.derive(UNKNOWN, site, known, taints=taints, lower=lower).taints
    rest = Value(open=True, taints=taints)
    refs = []
    for one in value.refs:
        if type(one) is Method:
            continue
        if type(one) is not int:
            refs.append(one)
            continue
        thing = frame.object_at(one)
        if thing.shape != "instance":
            made = Obj(thing.shape, {}, rest, UNKNOWN if thing.shape == "dict" else NEVER, many=True)
        else:
            made = Obj("instance", types=thing.types, attributes={"__dict__": rest} if taints else {}, many=True)
        refs.extend(frame.make((site, len(refs)), made).refs)
    constants: tuple[Constant, ...] = value.constants if value.constants in ((True,), (False,), (None,)) else ()
    plain = not constants and not value.refs and not taints and bool(value.constants) and not value.open
    if plain:
        return OUR_TEXT if all(isinstance(one, str) for one in value.constants) else UNKNOWN
    is_open = value.open or bool(value.constants) or len(refs) < len(value.refs)
    return Value(constants, is_open, taints if value.taints else (), tuple(refs))
