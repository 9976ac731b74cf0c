"""Assignment: names, attributes, items and unpacking."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import item, names_of_ref
from flasklint.taint.values import NEVER, UNKNOWN, Constant, Method, Value, constant, join


def names_of(target: ir.Expr) -> list[str]:
    """The names that a target binds."""
    match target:
        case ir.Name(id=name):
            return [name]
        case ir.Display(items=items):
            return [name for entry in items for name in names_of(entry.value)]
        case _:
            return []


def assign(frame: Frame, target: ir.Expr, value: Value, node: ir.Node) -> None:
    """``target = value``"""
    match target:
        case ir.Name(id=name):
            frame.state.variables[name] = value
        case ir.Attribute(value=base, name=name):
            receiver = frame.machine.evaluate(frame, base)
            frame.machine.set_attribute(frame, receiver, name, value, target)
            if name == "data" and isinstance(base, ir.Attribute):
                frame.machine.set_field(frame, frame.machine.evaluate(frame, base.value), base.name, value, target)
        case ir.Subscript(value=base, key=key):
            receiver = frame.machine.evaluate(frame, base)
            if isinstance(key, ir.Op) and key.sign == "slice":
                _store_slice(frame, receiver, value, target)
            else:
                set_item(frame, receiver, frame.machine.evaluate(frame, key), value, target)
        case ir.Display(items=items):
            _unpack(frame, items, value, node)
        case _:
            return


def _unpack(frame: Frame, items: tuple[ir.Argument, ...], value: Value, node: ir.Node) -> None:
    starred = next((index for index, entry in enumerate(items) if entry.name == "*"), None)
    things = frame.objects(value)
    single = len(things) == 1 and len(value.refs) == 1 and not value.open and not value.taints
    if single and (things[0][1].shape in ("list", "tuple") or things[0][1].size is not None):
        thing = things[0][1]
        if thing.size is not None and starred is None:
            for index, entry in enumerate(items):
                assign(
                    frame, entry.value, thing.items.get(index, thing.rest if thing.rest is not NEVER else UNKNOWN), node
                )
            return
        if thing.size is not None and starred is not None and thing.size >= len(items) - 1:
            held = [thing.items.get(index, thing.rest) for index in range(thing.size)]
            tail = len(items) - starred - 1
            for index in range(starred):
                assign(frame, items[index].value, held[index], node)
            middle = held[starred : thing.size - tail]
            assign(frame, items[starred].value, frame.sequence((node.start, "*"), "list", middle), node)
            for index in range(tail):
                assign(frame, items[starred + 1 + index].value, held[thing.size - tail + index], node)
            return
        if starred is None:
            for index, entry in enumerate(items):
                assign(frame, entry.value, join(thing.items.get(index, NEVER), thing.rest), node)
            return
    for index, entry in enumerate(items):
        if entry.name == "*":
            assign(
                frame,
                entry.value,
                frame.make((node.start, "*"), Obj("list", rest=frame.members(value, node.start), keys=UNKNOWN)),
                node,
            )
        else:
            assign(frame, entry.value, item(frame, value, constant(index), entry), node)


def set_item(frame: Frame, receiver: Value, key: Value, value: Value, node: ir.Node) -> None:
    """``receiver[key] = value``"""
    for one in key.constants:
        if isinstance(one, str):
            frame.machine.keep(frame, receiver, one, value, node)
    things = frame.objects(receiver)
    certain = len(receiver.refs) == 1 and not receiver.open
    places = (node.key if isinstance(node, ir.Subscript) else node, node)
    for address, thing in things:
        if thing.shape == "instance":
            callee = frame.machine.attribute(frame, Value(refs=(address,)), "__setitem__", node)
            frame.machine.call(frame, callee, Arguments((key, value), places=places), node)
            continue
        if value.taints:
            value = frame.stepped(value, node, "put into a container")
        known = key.known and len(key.constants) == 1
        if known:
            at: Constant = key.constants[0]
            if thing.shape == "list" and isinstance(at, int) and at < 0 and thing.size is not None:
                at += thing.size
            frame.update(address, replace(thing, items={**thing.items, at: value}), certain)
        else:
            frame.update(address, replace(thing, rest=join(thing.rest, value), keys=join(thing.keys, key)), True)
    names = tuple(name for one in receiver.refs for name in names_of_ref(one))
    if names:
        method = Method(receiver, "__setitem__", tuple(f"{name}.__setitem__" for name in names))
        frame.machine.call(frame, Value(refs=(method,)), Arguments((key, value), places=places), node)


def _store_slice(frame: Frame, receiver: Value, value: Value, node: ir.Node) -> None:
    inner = frame.members(value, node.start)
    for address, thing in frame.objects(receiver):
        frame.update(
            address, replace(thing, items={}, rest=join(thing.everything(), inner), keys=UNKNOWN, size=None), True
        )
