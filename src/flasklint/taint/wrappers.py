"""What the project's decorators make of a view's arguments: what they pass, exchange and let through.

A decorated view is entered through its wrappers: each is evaluated from the outermost to the innermost, and what it calls the
next one with is where that one begins. What it found out on the way holds there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from flasklint import ir
from flasklint.project.scopes import Scope
from flasklint.taint.engine import Engine
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.passing import portable
from flasklint.taint.state import Obj
from flasklint.taint.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Closure,
    Constant,
    Fragment,
    FunctionKey,
    Info,
    Ref,
    Value,
    join,
    ref,
    renamed,
)

_DEEPEST = 4
_LISTS = ("decorators", "method_decorators")


class Arrival(NamedTuple):
    """What a function is called with, in everybody's terms. ``shared``: attributes of libraries' objects, as ``flask.g``."""

    values: Mapping[str, Value]
    infos: Mapping[Fragment, Info]
    shared: Mapping[str, Value]


def lead(engine: Engine, frame: Frame, scope: Scope, given: Mapping[str, Value]) -> None:
    """Lead a view's arguments through its wrappers. ``given``: what stands for the variables of its URL rule."""
    wrappers = _wrappers(engine, scope)
    if not any(_takes_part(one.function) for one in wrappers):
        return
    arrival: Arrival | None = None
    for index, wrapper in enumerate(wrappers):
        engine.contexts[wrapper.function] = engine.contexts.get(wrapper.function, 0) + 1
        inner = Frame(engine, wrapper.function.scope, wrapper.function, 0)
        inner.outer = dict(wrapper.captured)
        if arrival is None:
            inner.state.variables = _begin(inner, wrapper, given)
            inner.state.infos = dict(frame.state.infos)
        else:
            _arrive(inner, arrival)
        inside = wrappers[index + 1].function if index + 1 < len(wrappers) else engine.key_of(scope)
        arrival = _called_with(engine, inner, inside)
        if arrival is None and index + 1 == len(wrappers):
            return
    if arrival is None:
        return
    own = frame.state.variables
    kept = {name: value for name, value in own.items() if name in given or name not in arrival.values}
    key = engine.key_of(scope)
    bound = bool(key.owner) and engine.method_kind(scope) != "static"
    this = {one.name: own[one.name] for one in key.function.parameters[:1] if bound}
    _arrive(frame, arrival)
    for name, value in kept.items():
        if name not in arrival.values or arrival.values[name] == UNKNOWN:
            own[name] = value
    own.update(this)


def left_behind(engine: Engine, frame: Frame) -> Arrival:
    """What a function that ran before leaves to those that come after it."""
    return _arrival(engine, frame, {})


def begin_after(frame: Frame, arrival: Arrival) -> None:
    """Begin an evaluation where others have left something behind."""
    _arrive(frame, arrival)


def both(one: Arrival | None, other: Arrival) -> Arrival:
    """What may have come in either way."""
    if one is None:
        return other
    infos = {
        fragment: info.either(other.infos.get(fragment, info))
        for fragment, info in {**other.infos, **one.infos}.items()
    }
    return Arrival(_joined(one.values, other.values), infos, _joined(one.shared, other.shared))


def _joined(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value]:
    found = dict(one)
    for name, value in other.items():
        found[name] = join(found[name], value) if name in found else value
    return found


def _arrive(frame: Frame, arrival: Arrival) -> None:
    frame.state.variables.update(arrival.values)
    frame.state.variables.update(arrival.shared)
    frame.state.infos.update(arrival.infos)


def _wrappers(engine: Engine, scope: Scope) -> list[Closure]:
    """The functions that stand around a view, the outermost first."""
    key = engine.key_of(scope)
    outer = engine.module_frame(scope.module)
    found: list[Closure] = []
    value = Value(refs=(Closure(key),))
    for node, decorator in _decorators(engine, outer, scope):
        if node is None and not found and value.refs == (Closure(key),):
            # What a class lists gets the method bound.
            address = engine.new_address()
            engine.heap[address] = Obj("instance", types=(key.owner,))
            value = Value(refs=(Closure(key, receiver=ref(address)),))
        place = node or key.function
        if not any(type(one) is Closure for one in decorator.refs):
            continue
        made = engine.call(outer, decorator, Arguments((value,), places=(place,)), place)
        outer.dead = False
        closures = [one for one in made.refs if type(one) is Closure]
        if len(closures) != 1:
            continue
        if closures[0].function is not key and all(closures[0].function is not one.function for one in found):
            found.append(closures[0])
        value = Value(refs=(closures[0],))
    engine.heap.update({address: thing for address, thing in outer.state.heap.items() if address < 0})
    return found[::-1]


def _decorators(engine: Engine, outer: Frame, scope: Scope) -> Iterator[tuple[ir.Expr | None, Value]]:
    """What is put around a view, the innermost first: its own decorators, then those that its class lists."""
    assert isinstance(scope.node, ir.Function)
    for node in reversed(scope.node.decorators):
        yield node, engine.evaluate(outer, node)
    owner = engine.key_of(scope).owner
    for name in _LISTS if owner else ():
        if engine.classes.holder(owner, name) is not None:
            for _, thing in outer.objects(engine.class_value(owner, name)):
                for held in thing.items.values():
                    yield None, held


def _takes_part(key: FunctionKey) -> bool:
    """Whether a wrapper does more than to call what it wraps with what it is called with, or not to."""
    function = key.function
    loose = {one.name for one in function.parameters if one.kind in ("star", "double-star")}
    if any(one.name not in loose and one.name != "self" for one in function.parameters):
        return True
    for node in ir.walk(function):
        match node:
            case ir.Subscript(value=ir.Name(id=name)) | ir.Attribute(value=ir.Name(id=name)) if name in loose:
                return True
            case ir.Assign(targets=targets) if any(
                isinstance(target, ir.Attribute) or (isinstance(target, ir.Name) and target.id in loose)
                for target in targets
            ):
                return True
            case ir.Call(function=ir.Name(id=name), arguments=arguments) if name in key.free and any(
                not one.name.startswith("*") for one in arguments
            ):
                return True
            case _:
                continue
    return False


def _begin(inner: Frame, wrapper: Closure, given: Mapping[str, Value]) -> dict[str, Value]:
    """What Flask calls the outermost wrapper with: the variables of the URL rule, by their names."""
    found: dict[str, Value] = {}
    rest: dict[Constant, Value] = dict(given.items())
    this = [wrapper.receiver] if wrapper.receiver is not None else []
    for parameter in wrapper.function.function.parameters:
        match parameter.kind:
            case "star":
                found[parameter.name] = inner.sequence("*args", "tuple", this)
            case "double-star":
                found[parameter.name] = inner.make("**kwargs", Obj("dict", rest))
            case _:
                found[parameter.name] = this.pop() if this else rest.pop(parameter.name, UNKNOWN)
    return found


def _called_with(engine: Engine, frame: Frame, key: FunctionKey) -> Arrival | None:
    """What a wrapper calls the function in it with, however often; None when it is not seen to."""
    engine.awaited = (frame, key)
    engine.arrived = []
    try:
        engine.run_frame(frame)
    finally:
        engine.awaited = None
    found: Arrival | None = None
    for state, bound in engine.arrived:
        frame.state = state
        found = both(found, _arrival(engine, frame, bound))
    return found


def _arrival(engine: Engine, frame: Frame, bound: Mapping[str, Value]) -> Arrival:
    infos = {fragment: info for fragment, info in frame.state.infos.items() if fragment[0] == "source"}
    moving = _Moving(engine, frame, infos)
    values = {name: moving.value(value) for name, value in bound.items()}
    shared = {name: moving.value(value) for name, value in frame.state.variables.items() if name[0] == "\x01"}
    return Arrival(values, infos, shared)


class _Moving:
    """Puts the values of one evaluation into everybody's terms."""

    def __init__(self, engine: Engine, frame: Frame, infos: dict[Fragment, Info]) -> None:
        self._engine = engine
        self._frame = frame
        self._infos = infos
        self._moved: dict[int, int] = {}

    def value(self, value: Value, depth: int = 0) -> Value:
        """A value in everybody's terms."""
        if not value.taints and not value.refs and not value.texts:
            return value
        refs: list[Ref] = []
        for one in value.refs:
            if type(one) is int and one >= 0:
                if depth < _DEEPEST:
                    refs.append(self._address(one, depth))
            else:
                refs.extend(portable(Value(refs=(one,))).refs)
        names: dict[Fragment, Fragment] = {}
        for taint in value.taints:
            if taint.fragment[0] == "source":
                continue
            name = names[taint.fragment] = ("new", (self._frame.path, taint.fragment))
            info = self._frame.full_info(taint.fragment)
            if info is not NOTHING_KNOWN:
                self._infos[name] = info
        lost = len(refs) < len(value.refs)
        return renamed(replace(value, refs=tuple(refs), open=value.open or lost, claim=None), names)

    def _address(self, address: int, depth: int) -> int:
        known = self._moved.get(address)
        if known is None:
            known = self._moved[address] = self._engine.new_address()
            thing = self._frame.object_at(address)
            self._engine.heap[known] = replace(
                thing,
                items={key: self.value(held, depth + 1) for key, held in thing.items.items()},
                rest=self.value(thing.rest, depth + 1),
                keys=self.value(thing.keys, depth + 1),
                attributes={name: self.value(held, depth + 1) for name, held in thing.attributes.items()},
            )
        return known
