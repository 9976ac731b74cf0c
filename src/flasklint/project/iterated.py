"""What a loop goes through where that is chosen, or read from the app's config."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint.project.library import import_string, sequence
from flasklint.project.machine import Machine
from flasklint.project.objects import AppObject, Branch, Cls, ConfigItem, Instance, Lookup, Map, Mod, Seq, Test, Value
from flasklint.project.values import Known, Unknown

_MOST = 64


def iterated(machine: Machine, value: Value) -> Seq | None:
    """The items that a loop over a value may see, as far as one of what it may be is known; ``None`` when nothing is."""
    plain = sequence(value)
    if plain is not None:
        return plain
    found = [one for one in _sequences(machine, value) if one is not None]
    if not found:
        return None
    items: list[Value] = []
    for one in found:
        items += [item for item in one.items if not any(item is other or _same(item, other) for other in items)]
    return Seq(items[:_MOST], partial=len(found) > 1 or found[0].partial)


def _same(a: Value, b: Value) -> bool:
    return isinstance(a, Known) and a == b


def _sequences(machine: Machine, value: Value) -> Iterator[Seq | None]:
    match value:
        case Branch(_, then, otherwise):
            yield iterated(machine, then)
            yield iterated(machine, otherwise)
        case Test("or", operands):
            for one in operands:
                yield iterated(machine, one)
        case ConfigItem(app, key, default, position):
            yield iterated(machine, default)
            for held in _held(machine, app, key, position):
                yield iterated(machine, held)


def _held(machine: Machine, app: AppObject, key: str, position: int) -> Iterator[Value]:
    """What a key of an app's config may hold at a point of the program."""
    for event in app.events:
        if event.position > position:
            return
        if event.kind == "set" and event.write is not None and event.write.key == key:
            yield event.write.value
        elif event.kind == "load" and event.value is not None:
            for source in _sources(machine, event.value):
                yield machine.attribute(source, key)


def _sources(machine: Machine, value: Value) -> Iterator[Value]:
    """The objects that a load into a config may take."""
    match value:
        case Branch(_, then, otherwise):
            yield from _sources(machine, then)
            yield from _sources(machine, otherwise)
        case Lookup(Map(items), _, default):
            for _, item, _ in items:
                yield from _sources(machine, item)
            if default is not None:
                yield from _sources(machine, default)
        case Known(str()):
            found = import_string(machine, value)
            if found is not None and not isinstance(found, Unknown):
                yield found
        case Cls() | Mod() | Instance():
            yield value
