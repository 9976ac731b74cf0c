"""What library objects keep under keys and give back, as the tables say it: ``self[0,1]=2``."""

from __future__ import annotations

import re

from msgspec.structs import replace

from flasklint.knowledge.rows import Summary
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.tables import picked
from flasklint.taint.text import separated
from flasklint.taint.values import (
    NEVER,
    NOTHING_KNOWN,
    Constant,
    Info,
    Method,
    Value,
    join,
)

_STORED = re.compile(
    r"(?P<into>self|owner)(?:\[(?P<keys>[^\]]*)\]|\.(?P<attribute>\w+)|(?P<add>\+))(?:=(?P<value>.+))?$"
)


def _targets(frame: Frame, into: str, receiver: Value) -> list[tuple[int, Obj]]:
    if into == "owner":
        owners = [one.receiver for one in receiver.refs if isinstance(one, Method)]
        return [pair for owner in owners for pair in frame.objects(owner)]
    return frame.objects(receiver)


def _key(frame: Frame, spec: str, arguments: Arguments, receiver: Value) -> Constant | Info:
    parts = []
    for where in spec.split(","):
        value = picked(frame, where.strip(), arguments, receiver)
        if value is None:
            return NOTHING_KNOWN
        if value.known and len(value.constants) == 1:
            one = value.constants[0]
            parts.append(one.lower() if isinstance(one, str) and "," in spec else one)
        elif len(value.refs) == 1 and isinstance(value.refs[0], str) and not value.taints:
            parts.append(value.refs[0])
        else:
            return NOTHING_KNOWN
    return parts[0] if len(parts) == 1 else "\x00".join(map(str, parts))


def store(frame: Frame, spec: str, arguments: Arguments, receiver: Value) -> None:
    for one in filter(None, spec.split(";")):
        found = _STORED.match(one)
        assert found is not None, one
        value = picked(frame, found["value"], arguments, receiver)
        if value is None:
            continue
        targets = _targets(frame, found["into"], receiver)
        for address, _ in targets:
            thing = frame.object_at(address)
            certain = len(targets) == 1
            if found["attribute"]:
                frame.update(
                    address, replace(thing, attributes={**thing.attributes, found["attribute"]: value}), certain
                )
            elif found["add"]:
                before = thing.attributes.get("+")
                text = frame.as_text(value)
                whole = separated((before, text), Value(("",))) if before is not None else text
                frame.update(address, replace(thing, attributes={**thing.attributes, "+": whole}), certain)
            else:
                key = _key(frame, found["keys"], arguments, receiver)
                if isinstance(key, Info):
                    frame.update(address, replace(thing, rest=join(thing.rest, value)), True)
                else:
                    frame.update(address, replace(thing, items={**thing.items, key: value}), certain)


def load(frame: Frame, row: Summary, arguments: Arguments, receiver: Value) -> Value | None:
    found = _STORED.match(row.load)
    assert found is not None, row.load
    result = NEVER
    for _, thing in _targets(frame, found["into"], receiver):
        if found["attribute"]:
            result = join(result, thing.attributes.get(found["attribute"], NEVER))
        elif found["add"]:
            result = join(result, thing.attributes.get("+", Value(("",))))
        else:
            key = _key(frame, found["keys"], arguments, receiver)
            result = (
                join(result, thing.everything())
                if isinstance(key, Info)
                else join(result, thing.items.get(key, thing.rest))
            )
    return result if result is not NEVER else None
