"""What ``base[key]`` and ``base[lower:upper]`` give."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.text import cut, headed, is_bytes, is_fixed, text_value
from flasklint.taint.values import (
    LASTING,
    NEVER,
    NONE,
    OUR_TEXT,
    STRING,
    UNKNOWN,
    ClassRef,
    Constant,
    Info,
    Method,
    Ref,
    Value,
    constant,
    doubted,
    join,
    join_all,
)

_FOLLOWED = (int, ClassRef)

OTHERS = "another member of the list may stand there"
"""Why it is not certain that a member is the untrusted one."""

MISSING = "<missing>"
"""The attribute of a mapping under which it keeps what makes a value for a key that is not there."""


def integer(value: Value) -> int | None:
    """The one whole number that a value is."""
    if value.known and len(value.constants) == 1 and isinstance(value.constants[0], int):
        return int(value.constants[0])
    return None


def subscript(frame: Frame, node: ir.Subscript) -> Value:
    """``base[key]`` or ``base[lower:upper:step]``"""
    base = frame.machine.evaluate(frame, node.value)
    if isinstance(node.key, ir.Op) and node.key.sign == "slice":
        lower, upper, step = (frame.machine.evaluate(frame, item) for item in node.key.operands)
        return sliced(frame, base, lower, upper, step, node)
    key = frame.machine.evaluate(frame, node.key)
    found = item(frame, base, key, node)
    if key.taints and _raises(frame, base):
        # Whoever comes past it has named one of its keys.
        claim = guards.compare(frame, "in", key, base, frame.machine.parts)
        frame.state.learn((claim.true or ()) if claim is not None else ())
    return found


def _raises(frame: Frame, base: Value) -> bool:
    """Whether it is a dict that raises an exception for what is not among its keys."""
    things = frame.objects(base)
    if not things or len(things) < len(base.refs) or base.open or base.taints or base.constants or base.texts:
        return False
    return all(thing.shape == "dict" and MISSING not in thing.attributes for _, thing in things)


def names_of_ref(item: Ref) -> tuple[str, ...]:
    """The canonical names of what a value may be, when it goes by any."""
    if isinstance(item, str):
        return (item,)
    return item.names if isinstance(item, Method) else ()


def one_of_many(held: Value) -> Value:
    """What stands at a place of a list whose members are known, and not their places: others than the untrusted may."""
    return doubted(held, OTHERS) if held.constants else held


def item(frame: Frame, base: Value, key: Value, node: ir.Node) -> Value:
    """``base[key]``"""
    result = NEVER
    keys = key.constants if not key.open and not key.refs else ()
    for ref in base.refs:
        if type(ref) is ClassRef:
            result = join(result, frame.machine.chosen(frame, ref.name, key, node))
    for address, thing in frame.objects(base):
        if MISSING in thing.attributes and not (keys and all(one in thing.items for one in keys)):
            thing = _completed(frame, address, thing, key, keys, node)
        if thing.shape == "instance" and thing.size is None:
            callee = frame.machine.attribute(
                frame, replace(base, refs=tuple(r for r in base.refs if type(r) is int)), "__getitem__", node
            )
            result = join(result, frame.machine.call(frame, callee, Arguments((key,), places=(node,)), node))
            continue
        found = NEVER
        if keys:
            for one in keys:
                position: Constant = one
                if thing.shape in ("list", "tuple") and isinstance(one, int) and one < 0 and thing.size is not None:
                    position = one + thing.size
                if position in thing.items:
                    found = join(found, thing.items[position])
                elif thing.shape in ("list", "tuple") and isinstance(one, int):
                    found = join(found, one_of_many(thing.everything() if one < 0 else thing.rest))
                else:
                    found = join(found, thing.rest)
        else:
            found = thing.everything()
        result = join(result, found)
    for value in base.constants:
        for one in keys:
            if isinstance(value, (str, bytes)) and isinstance(one, int) and -len(value) <= one < len(value):
                result = join(result, constant(value[one]))
        if not keys and isinstance(value, (str, bytes)):
            for at in range(min(len(value), 256)):
                result = join(result, constant(value[at]))
    names = tuple(name for one in base.refs for name in names_of_ref(one))
    rest = replace(base, constants=(), refs=tuple(r for r in base.refs if type(r) not in _FOLLOWED), claim=None)
    if names and names not in (("builtins.str()",), ("builtins.bytes()",)):
        method = Method(rest, "__getitem__", tuple(f"{name}.__getitem__" for name in names))
        return join(result, frame.machine.call(frame, Value(refs=(method,)), Arguments((key,), places=(node,)), node))
    if rest.taints:
        tag = f"item:{keys[0]!r}" if len(keys) == 1 else f"item@{node.start}"
        return join(result, frame.machine.part(frame, rest, tag, node))
    if rest.texts and is_fixed(rest):
        return join(result, OUR_TEXT)
    if rest.open or rest.refs or result is NEVER:
        result = join(result, UNKNOWN)
    return result


def _completed(frame: Frame, address: int, thing: Obj, key: Value, keys: tuple[Constant, ...], node: ir.Node) -> Obj:
    """A mapping that makes what it is asked for."""
    place = ir.Jump(start=node.end - 1, end=node.end, kind="pass")
    made = frame.machine.call(frame, thing.attributes[MISSING], Arguments(), place)
    thing = frame.object_at(address)
    if keys:
        fresh = {one: join(made, thing.rest) for one in keys if one not in thing.items}
        thing = replace(thing, items={**thing.items, **fresh})
    else:
        thing = replace(thing, rest=join(thing.rest, made), keys=join(thing.keys, key))
    frame.update(address, thing, True)
    return thing


def sliced(frame: Frame, base: Value, lower: Value, upper: Value, step: Value, node: ir.Node) -> Value:
    """``base[lower:upper:step]``"""
    start, stop = integer(lower), integer(upper)
    fixed = (lower == NONE or start is not None) and (upper == NONE or stop is not None)
    every = step in (NONE, constant(1))
    if base.known and fixed and len(base.constants) <= 4:
        stride = integer(step)
        try:
            return join_all(constant(one[start:stop:stride]) for one in base.constants if isinstance(one, (str, bytes)))
        except (TypeError, ValueError):
            return UNKNOWN
    result = NEVER
    objects = frame.objects(base)
    for _, thing in objects:
        items: dict[Constant, Value]
        if fixed and every and thing.size is not None and thing.rest is NEVER and thing.shape in ("list", "tuple"):
            held = [thing.items.get(index, UNKNOWN) for index in range(thing.size)][start:stop]
            result = join(result, frame.sequence(node.start, thing.shape, held))
        else:
            items = {}
            result = join(result, frame.make(node.start, Obj(thing.shape, items, thing.everything(), UNKNOWN)))
    if objects and not base.taints and not base.open:
        return result
    if fixed and every and base.texts:
        cuts = [cut(choice, start, stop) for choice in base.texts]
        known = [choice for choice in cuts if choice is not None]
        if len(known) == len(cuts):
            return join(result, text_value(known, is_bytes(base)))
    alone = base.taints and every and not objects and guards.whole(base)
    if alone and lower in (NONE, constant(0)) and stop is not None and 0 < stop <= 8:
        return join(result, frame.machine.part(frame, base, f"first:{stop}", node))
    if alone and start == 1 and stop == 2:
        return join(result, frame.machine.part(frame, base, "second", node))
    if alone and start == 1 and stop == -1:
        return join(result, frame.machine.part(frame, base, "inside", node))
    if base.taints:
        info = kept(frame.text_info(base))
        refs = ("builtins.bytes()",) if is_bytes(base) else ()
        made = frame.derive(base, node.start, info, refs=refs, taints=base.taints)
        counted = stop is not None and stop < 0 and not _ours_at_end(base)
        if every and lower in (NONE, constant(0)) and (counted or not fixed):
            made = headed(base, made)
        return join(result, made)
    if base.texts and is_fixed(base):
        return OUR_TEXT
    if base.refs == STRING.refs:
        return STRING
    return join(result, UNKNOWN)


def _ours_at_end(value: Value) -> bool:
    return any(choice and isinstance(choice[-1], str) for choice in value.texts)


def kept(info: Info) -> Info:
    """What still holds of a text that was cut or changed in a way that adds no characters."""
    clear = info.clear - {"*"} if "chosen" in info.tags else info.clear
    return Info(mask=info.mask, lacks=info.lacks, clear=clear, tags=info.tags & LASTING)
