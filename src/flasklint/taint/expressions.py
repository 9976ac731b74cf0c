"""The values of expressions, by kind of expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import characters, guards
from flasklint.taint.comprehensions import comprehension
from flasklint.taint.conditions import choice, comparison, literal, logic
from flasklint.taint.frame import Frame
from flasklint.taint.operators import ARITHMETIC, binary
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import integer, subscript
from flasklint.taint.targets import assign
from flasklint.taint.text import concat, numeric
from flasklint.taint.values import (
    BOOL,
    FALSE,
    NEVER,
    NONE,
    TRUE,
    UNKNOWN,
    Claim,
    Closure,
    Constant,
    Info,
    Value,
    constant,
    join,
    join_all,
    merge_taints,
    truth,
)

Evaluator = Callable[[Frame, Any], Value]


def _name(frame: Frame, node: ir.Name) -> Value:
    return frame.lookup(node.id, node)


def _attribute(frame: Frame, node: ir.Attribute) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    if frame.page:
        return frame.machine.page_attribute(frame, value, node.name, node)
    return frame.machine.attribute(frame, value, node.name, node)


def _op(frame: Frame, node: ir.Op) -> Value:
    sign = node.sign
    if sign in ("and", "or"):
        return logic(frame, node)
    if sign == "if":
        return choice(frame, node)
    values = [frame.machine.evaluate(frame, operand) for operand in node.operands]
    if len(values) == 2 and (sign in ARITHMETIC or sign == "@"):
        return binary(frame, sign, values[0], values[1], node)
    match sign:
        case "not":
            claim = guards.told(values[0], frame.machine.parts, frame.path, node)
            known = truth(values[0])
            if known is not None:
                return FALSE if known else TRUE
            return replace(BOOL, claim=Claim(claim.false, claim.true))
        case "neg" | "pos" | "invert":
            number = integer(values[0])
            if number is not None:
                return constant(-number if sign == "neg" else number if sign == "pos" else ~number)
            if values[0].known and isinstance(values[0].constants[0], float) and sign == "neg":
                return constant(-values[0].constants[0])
            return replace(values[0], constants=(), claim=None, open=True) if values[0].taints else UNKNOWN
        case "await":
            return values[0]
        case "yield":
            frame.yields.append(values[0] if values else NONE)
            return UNKNOWN
        case "yield-from":
            frame.yields.append(frame.members(values[0], node.start))
            return UNKNOWN
        case "~":
            return concat(values)
        case _:
            taints = merge_taints((), (taint for value in values for taint in frame.inside(value)))
            return Value(open=True, taints=taints) if taints else UNKNOWN


def _join(frame: Frame, node: ir.Join) -> Value:
    result = concat([frame.as_text(frame.machine.evaluate(frame, part)) for part in node.parts])
    if result.taints and len(node.parts) > 1:
        return frame.stepped(result, node, "joined into a text")
    return result


def _formatted(frame: Frame, node: ir.Formatted) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    if node.spec is not None:
        spec = frame.machine.evaluate(frame, node.spec)
        if spec.known and isinstance(spec.constants[0], str) and spec.constants[0][-1:] in tuple("bcdeEfFgGnoxX%"):
            return numeric(value)
    if node.conversion in ("r", "a") and value.taints:
        # ``repr`` writes line breaks and quotes as escapes.
        info = frame.text_info(value)
        mask = (info.mask & ~characters.NEWLINES) | characters.of("\\'\"")
        return frame.derive(value, node.start, Info(mask=mask, clear=info.clear))
    return value


def _display(frame: Frame, node: ir.Display) -> Value:
    held: list[Value] = []
    rest = NEVER
    for entry in node.items:
        value = frame.machine.evaluate(frame, entry.value)
        if entry.name == "*":
            things = frame.objects(value)
            if len(things) == 1 and len(value.refs) == 1 and things[0][1].size is not None and rest is NEVER:
                thing = things[0][1]
                assert thing.size is not None
                held.extend(thing.items.get(index, thing.rest) for index in range(thing.size))
            else:
                rest = join(rest, frame.members(value, node.start))
        else:
            held.append(value)
    # A tuple without brackets begins where its first member does.
    site = (node.start, node.end) if node.kind == "tuple" else node.start
    if rest is NEVER:
        return frame.sequence(site, node.kind, held)
    return frame.make(site, Obj(node.kind, rest=join(rest, join_all(held)), keys=UNKNOWN))


def _dict(frame: Frame, node: ir.Dict) -> Value:
    items: dict[Constant, Value] = {}
    rest = keys = NEVER
    for pair in node.pairs:
        value = frame.machine.evaluate(frame, pair.value)
        if pair.key is None:
            for _, thing in frame.objects(value):
                items.update(thing.items)
                rest, keys = join(rest, thing.rest), join(keys, thing.keys)
            if value.open or value.taints:
                inner = frame.members(replace(value, refs=()), node.start)
                rest, keys = join(rest, inner), join(keys, inner)
            continue
        key = frame.machine.evaluate(frame, pair.key)
        if key.known and len(key.constants) == 1:
            items[key.constants[0]] = value
            if isinstance(key.constants[0], str):
                frame.machine.keep(frame, NEVER, key.constants[0], value, pair.value)
        else:
            rest, keys = join(rest, value), join(keys, key)
    if len(items) > 256:
        everything = join_all(items.values())
        return frame.make(node.start, Obj("dict", {}, join(rest, everything), UNKNOWN))
    return frame.make(node.start, Obj("dict", items, rest, keys))


def _walrus(frame: Frame, node: ir.Walrus) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    assign(frame, node.target, value, node)
    return value


def _function(frame: Frame, node: ir.Function) -> Value:
    return closure(frame, node)


def closure(frame: Frame, node: ir.Function) -> Value:
    """A function that is defined here, as a value."""
    key = frame.machine.function_key(frame, node)
    # What it captures is looked up when it is called, or when it leaves this function.
    return Value(refs=(Closure(key),))


EVALUATORS: dict[type, Evaluator] = {
    ir.Const: literal,
    ir.Name: _name,
    ir.Attribute: _attribute,
    ir.Subscript: subscript,
    ir.Op: _op,
    ir.Compare: comparison,
    ir.Join: _join,
    ir.Formatted: _formatted,
    ir.Display: _display,
    ir.Dict: _dict,
    ir.Comprehension: comprehension,
    ir.Walrus: _walrus,
    ir.Function: _function,
}
"""How each kind of expression but calls is evaluated."""
