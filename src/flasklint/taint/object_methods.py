"""What the methods of lists, dicts, sets and tuples do."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import item
from flasklint.taint.targets import set_item
from flasklint.taint.values import (
    BOOL,
    NEVER,
    NONE,
    NUMBER,
    UNKNOWN,
    Claim,
    Constant,
    Value,
    constant,
    join,
    truth,
)

IN_A_LIST = "put into a list"


def object_method(
    frame: Frame, address: int, name: str, arguments: Arguments, node: ir.Node, certain: bool
) -> Value | None:
    """``object.name(arguments)`` on a container, or None when it is no method of its kind."""
    thing = frame.object_at(address)
    given = arguments.positional
    match thing.shape:
        case "list":
            return _list_method(frame, address, thing, name, given, node, certain)
        case "dict":
            return _dict_method(frame, address, thing, name, arguments, node, certain)
        case "set":
            return _set_method(frame, address, thing, name, given, node, certain)
        case "tuple" | "iterator":
            if name in ("index", "count"):
                return NUMBER
            if name in ("__next__", "send"):
                return thing.everything()
            if name == "_asdict":
                held: dict[Constant, Value] = {}
                held.update(thing.attributes.items())
                return frame.make(node.start, Obj("dict", held))
            if name == "_replace":
                changed = {**thing.attributes, **dict(arguments.keywords)}
                order = dict(enumerate(changed.values()))
                return frame.make(node.start, replace(thing, items=order, attributes=changed, many=False))
            return None
        case _:
            return None


def held_in_order(thing: Obj) -> list[Value] | None:
    """The members in order, when all are known."""
    if thing.size is None or thing.rest is not NEVER:
        return None
    return [thing.items.get(index, UNKNOWN) for index in range(thing.size)]


def _as_list(values: list[Value], thing: Obj) -> Obj:
    return replace(thing, items=dict(enumerate(values)), size=len(values), rest=NEVER)


def _loose(thing: Obj, *more: Value) -> Obj:
    """A list of which only the members are known."""
    rest = thing.everything()
    for value in more:
        rest = join(rest, value)
    return replace(thing, items={}, rest=rest, keys=UNKNOWN, size=None)


def _list_method(
    frame: Frame, address: int, thing: Obj, name: str, given: tuple[Value, ...], node: ir.Node, certain: bool
) -> Value | None:
    held = held_in_order(thing)
    first = given[0] if given else UNKNOWN
    if name in ("append", "appendleft", "put", "put_nowait") and first.taints:
        first = frame.stepped(first, node, IN_A_LIST)
    match name:
        case "append" | "put" | "put_nowait":
            if held is not None and len(held) < 64 and certain and not thing.many:
                frame.update(address, _as_list([*held, first], thing), certain)
            elif thing.size is None and thing.items:
                # The known beginning stays.
                items = {at: held for at, held in thing.items.items() if isinstance(at, int) and at >= 0}
                rest = join(thing.everything(), first)
                frame.update(address, replace(thing, items=items, rest=rest, keys=UNKNOWN), True)
            else:
                frame.state.heap[address] = _loose(thing, first)
            return NONE
        case "extend":
            things = frame.objects(first)
            more = held_in_order(things[0][1]) if len(things) == 1 and not first.taints and not first.open else None
            if held is not None and more is not None and len(held) + len(more) <= 64 and certain and not thing.many:
                frame.update(address, _as_list([*held, *more], thing), certain)
            elif thing.items and (held is not None or thing.size is None) and certain and not thing.many:
                # The known beginning stays.
                items = {at: one for at, one in thing.items.items() if isinstance(at, int) and at >= 0}
                rest = join(thing.rest, frame.members(first, node.start))
                frame.update(address, replace(thing, items=items, rest=rest, keys=UNKNOWN, size=None), True)
            else:
                frame.state.heap[address] = _loose(thing, frame.members(first, node.start))
            return NONE
        case "appendleft":
            return _list_method(frame, address, thing, "insert", (constant(0), first), node, certain)
        case "popleft" | "get" | "get_nowait":
            return _list_method(frame, address, thing, "pop", (constant(0),), node, certain)
        case "extendleft" | "rotate":
            frame.state.heap[address] = _loose(thing, frame.members(first, node.start) if name != "rotate" else NEVER)
            return NONE
        case "insert":
            value = given[1] if len(given) > 1 else UNKNOWN
            at = first.constants[0] if first.known and len(first.constants) == 1 else None
            if held is not None and isinstance(at, int) and certain and not thing.many:
                held.insert(at, value)
                frame.update(address, _as_list(held, thing), certain)
            else:
                frame.state.heap[address] = _loose(thing, value)
            return NONE
        case "pop":
            at = first.constants[0] if given and first.known and len(first.constants) == 1 else None
            index = -1 if not given else at
            if held and isinstance(index, int) and -len(held) <= index < len(held) and not thing.many:
                value = held.pop(index)
                frame.update(address, _as_list(held, thing), certain)
                return value
            value = thing.everything()
            frame.state.heap[address] = _loose(thing)
            return value if value is not NEVER else UNKNOWN
        case "remove":
            frame.state.heap[address] = _loose(thing)
            return NONE
        case "reverse":
            if held is not None and certain and not thing.many:
                frame.update(address, _as_list(held[::-1], thing), certain)
            else:
                frame.state.heap[address] = _loose(thing)
            return NONE
        case "sort":
            frame.state.heap[address] = _loose(thing)
            return NONE
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, size=0), certain)
            return NONE
        case "copy":
            return frame.make(node.start, replace(thing, many=False))
        case "index" | "count":
            return NUMBER
        case _:
            return None


def _found(frame: Frame, mapping: Value, key: Value) -> Claim | None:
    """What it tells of a key that something true stands under it: ``name = NAMES.get(code)``, ``if name: ...``"""
    claim = guards.compare(frame, "in", key, mapping, frame.machine.parts) if key.taints else None
    return Claim(claim.true, ()) if claim is not None else None


def _dict_method(
    frame: Frame, address: int, thing: Obj, name: str, arguments: Arguments, node: ir.Node, certain: bool
) -> Value | None:
    given = arguments.positional
    first = given[0] if given else UNKNOWN
    this = Value(refs=(address,))
    match name:
        case "get":
            default = given[1] if len(given) > 1 else NONE
            found = _lookup(thing, first)
            if found is None:
                return default
            value, sure = found
            if sure and not thing.many:
                return value
            value = join(value, default)
            return replace(value, claim=_found(frame, this, first)) if truth(default) is False else value
        case "pop":
            default = given[1] if len(given) > 1 else NEVER
            found = _lookup(thing, first)
            if found is None:
                return default if default is not NEVER else UNKNOWN
            if first.known and len(first.constants) == 1:
                items = {key: value for key, value in thing.items.items() if key != first.constants[0]}
                frame.update(address, replace(thing, items=items), certain)
            return found[0] if found[1] else join(found[0], default)
        case "setdefault":
            default = given[1] if len(given) > 1 else NONE
            found = _lookup(thing, first)
            if found is not None and found[1]:
                return found[0]
            set_item(frame, this, first, default, node)
            return default if found is None else join(found[0], default)
        case "update":
            for other in (*given, *((arguments.double,) if arguments.double is not None else ())):
                for _, source in frame.objects(other):
                    current = frame.object_at(address)
                    if source.shape == "dict":
                        frame.update(
                            address,
                            replace(
                                current,
                                items={**current.items, **source.items},
                                rest=join(current.rest, source.rest),
                                keys=join(current.keys, source.keys),
                            ),
                            certain,
                        )
                    else:
                        pairs = source.everything()
                        value = item(frame, pairs, constant(1), node)
                        key = item(frame, pairs, constant(0), node)
                        frame.update(
                            address,
                            replace(current, rest=join(current.rest, value), keys=join(current.keys, key)),
                            True,
                        )
                if other.open or other.taints or any(isinstance(one, str) for one in other.refs):
                    current = frame.object_at(address)
                    inner = (
                        frame.machine.part(frame, replace(other, refs=()), f"item@{node.start}", node)
                        if other.taints
                        else UNKNOWN
                    )
                    # It may replace what is there, under any key.
                    items = {key: join(value, inner) for key, value in current.items.items()}
                    frame.update(
                        address, replace(current, items=items, rest=join(current.rest, inner), keys=UNKNOWN), True
                    )
            for key_name, value in arguments.keywords:
                set_item(frame, this, constant(key_name), value, node)
            return NONE
        case "items":
            pairs = NEVER
            if thing.rest is NEVER and len(thing.items) <= 8:
                rows = [
                    frame.sequence((node.start, "pair", index), "tuple", (constant(key), value))
                    for index, (key, value) in enumerate(thing.items.items())
                ]
                return frame.sequence((node.start, "items"), "list", rows)
            keys = thing.keys
            for one in list(thing.items)[:12]:
                keys = join(keys, constant(one))
            pairs = frame.sequence((node.start, "pair"), "tuple", (keys, thing.everything()))
            return frame.make((node.start, "items"), Obj("iterator", rest=pairs, keys=UNKNOWN))
        case "keys":
            if thing.rest is NEVER:
                return frame.sequence((node.start, "keys"), "list", [constant(key) for key in thing.items])
            return frame.make((node.start, "keys"), Obj("iterator", rest=frame.members(this, node.start), keys=UNKNOWN))
        case "values":
            return frame.make((node.start, "values"), Obj("iterator", rest=thing.everything(), keys=UNKNOWN))
        case "copy":
            return frame.make(node.start, replace(thing, many=False))
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, keys=NEVER), certain)
            return NONE
        case "popitem":
            pair = (frame.members(this, node.start), thing.everything())
            return frame.sequence(node.start, "tuple", pair)
        case "__contains__":
            return BOOL
        case "fromkeys":
            return UNKNOWN
        case _:
            return None


def _lookup(thing: Obj, key: Value) -> tuple[Value, bool] | None:
    """What is under a key, and whether it is surely there; None when it surely is not."""
    if key.known:
        result, sure = NEVER, True
        for one in key.constants:
            if one in thing.items:
                result = join(result, thing.items[one])
            else:
                sure = False
                result = join(result, thing.rest)
        return (result, sure) if result is not NEVER else None
    everything = thing.everything()
    return (everything, False) if everything is not NEVER else None


def _set_method(
    frame: Frame, address: int, thing: Obj, name: str, given: tuple[Value, ...], node: ir.Node, certain: bool
) -> Value | None:
    first = given[0] if given else UNKNOWN
    match name:
        case "add":
            size = thing.size
            if size is not None and size < 64 and certain and not thing.many:
                frame.update(address, replace(thing, items={**thing.items, size: first}, size=size + 1), certain)
            else:
                frame.state.heap[address] = _loose(thing, first)
            return NONE
        case "update":
            for other in given:
                frame.state.heap[address] = _loose(frame.object_at(address), frame.members(other, node.start))
            return NONE
        case "union" | "symmetric_difference":
            rest = thing.everything()
            for other in given:
                rest = join(rest, frame.members(other, node.start))
            return frame.make(node.start, Obj("set", rest=rest, keys=UNKNOWN))
        case "intersection":
            known = thing.everything()
            if not frame.inside(known) or not given:
                return frame.make(node.start, Obj("set", rest=known, keys=UNKNOWN))
            return frame.make(node.start, Obj("set", rest=frame.members(first, node.start), keys=UNKNOWN))
        case "difference" | "copy":
            made = frame.make(node.start, replace(thing, many=False))
            if name == "copy":
                return made
            return guards.left_over(frame, Value(refs=(address,)), first, made)
        case "discard" | "remove":
            return NONE
        case "pop":
            return thing.everything()
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, size=0), certain)
            return NONE
        case "issubset" | "issuperset":
            sign = "<=" if name == "issubset" else ">="
            claim = guards.compare(frame, sign, Value(refs=(address,)), first, frame.machine.parts)
            return replace(BOOL, claim=claim) if claim is not None else BOOL
        case "isdisjoint":
            return BOOL
        case _:
            return None
