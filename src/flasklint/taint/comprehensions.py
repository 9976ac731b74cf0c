"""Comprehensions, and the elements that a loop goes through."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.conditions import narrow
from flasklint.taint.frame import Frame
from flasklint.taint.state import Obj
from flasklint.taint.targets import assign, names_of
from flasklint.taint.values import NEVER, UNKNOWN, Fragment, Value, truth

MOST_UNROLLED = 8
MOST_COPIED = 64


def comprehension(frame: Frame, node: ir.Comprehension) -> Value:
    """``[element for target in iterable if test]``"""
    saved = {name: frame.state.variables.get(name) for clause in node.clauses for name in names_of(clause.target)}
    unrolled = _unrolled(frame, node)
    if unrolled is not None:
        result = unrolled
    else:
        before = dict(frame.state.infos)
        alive = all(_clause(frame, clause, node) for clause in node.clauses)
        frame.loops += 1
        if not alive:
            element, key = NEVER, NEVER
        else:
            element = frame.machine.evaluate(frame, node.element)
            key = frame.machine.evaluate(frame, node.key) if node.key is not None else NEVER
        frame.loops -= 1
        for fragment, info in before.items():
            frame.state.infos[fragment] = info
        if node.kind == "dict":
            result = frame.make(node.start, Obj("dict", rest=element, keys=key))
        else:
            shape = "iterator" if node.kind == "generator" else node.kind
            if shape == "set":
                element = frame.written(element)
            result = frame.make(node.start, Obj(shape, rest=element, keys=UNKNOWN))
    for name, value in saved.items():
        if value is None:
            frame.state.variables.pop(name, None)
        else:
            frame.state.variables[name] = value
    return result


def _clause(frame: Frame, clause: ir.Clause, node: ir.Node) -> bool:
    iterable = frame.machine.evaluate(frame, clause.iterable)
    assign(frame, clause.target, element_of(frame, iterable, clause), clause)
    for test in clause.tests:
        value = frame.machine.evaluate(frame, test)
        if truth(value) is False:
            return False
        frame.state.learn(guards.told(value, frame.machine.parts).true or ())
        narrow(frame, test, True)
    return True


def element_of(frame: Frame, iterable: Value, node: ir.Node) -> Value:
    """One turn's element of an iterable, as a fragment of its own for each loop."""
    value = frame.members(iterable, node.start)
    if not value.taints or value.texts:
        return value
    fragments: dict[object, object] = {}
    taints = []
    for taint in value.taints:
        fragment = frame.part_of(taint.fragment, f"turn@{node.start}")
        if fragment not in fragments:
            fragments[fragment] = None
            frame.state.infos[fragment] = frame.info(taint.fragment).both(frame.info(checked_members(taint.fragment)))
        taints.append(replace(taint, fragment=fragment))
    return replace(value, taints=tuple(taints))


def checked_members(fragment: Fragment) -> Fragment:
    """The fragment that goes by what was found of each member of a collection, one after the other."""
    return ("part", "each-checked", fragment)


def _unrolled(frame: Frame, node: ir.Comprehension) -> Value | None:
    """A comprehension over a few known elements, each on its own."""
    if len(node.clauses) != 1 or node.kind == "dict" or node.clauses[0].tests:
        return None
    clause = node.clauses[0]
    if not isinstance(clause.iterable, (ir.Display, ir.Name, ir.Call)):
        return None
    iterable = frame.machine.evaluate(frame, clause.iterable)
    target = clause.target
    is_copy = isinstance(node.element, ir.Name) and isinstance(target, ir.Name) and node.element.id == target.id
    held = few_elements(frame, iterable, MOST_COPIED if is_copy else MOST_UNROLLED)
    if held is None:
        return None
    results = []
    frame.loops += 1
    for value in held:
        assign(frame, clause.target, value, clause)
        results.append(frame.machine.evaluate(frame, node.element))
    frame.loops -= 1
    shape = "iterator" if node.kind == "generator" else node.kind
    return frame.sequence(node.start, shape, results)


def few_elements(frame: Frame, iterable: Value, most: int = MOST_UNROLLED) -> list[Value] | None:
    """The elements in order, when they are few and known."""
    things = frame.objects(iterable)
    if (
        len(things) == 1
        and len(iterable.refs) == 1
        and not iterable.open
        and not iterable.taints
        and not iterable.constants
    ):
        thing = things[0][1]
        if thing.shape in ("list", "tuple") and thing.size is not None and thing.size <= most and thing.rest is NEVER:
            return [thing.items.get(index, UNKNOWN) for index in range(thing.size)]
    return None
