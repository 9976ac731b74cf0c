"""What statements do to a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.carried import carried, completed, loosen
from flasklint.taint.comprehensions import checked_members, element_of, few_elements
from flasklint.taint.conditions import narrow
from flasklint.taint.expressions import closure
from flasklint.taint.frame import Arguments, Exit, Frame
from flasklint.taint.object_methods import object_method
from flasklint.taint.operators import binary
from flasklint.taint.state import Obj, State, join_states, keep
from flasklint.taint.targets import assign, names_of
from flasklint.taint.values import (
    NEVER,
    NONE,
    NOTHING_KNOWN,
    UNKNOWN,
    Claim,
    ClassRef,
    Fragment,
    Hole,
    Info,
    Value,
    base_of,
    fold,
    join,
    text_taints,
    texts,
    tidy,
    truth,
)

MOST_TURNS = 3

Executor = Callable[[Frame, Any], None]


def run(frame: Frame, body: tuple[ir.Stmt, ...]) -> None:
    """Run statements in order, as far as they are reached."""
    for statement in body:
        if frame.dead:
            return
        EXECUTORS[type(statement)](frame, statement)
        if frame.raises:
            # An exception may come after any of them.
            thrown = frame.raises[-1]
            if not thrown[-1].same(frame.state):
                thrown.append(frame.state.copy())


def _do(frame: Frame, node: ir.Do) -> None:
    frame.machine.evaluate(frame, node.value)


def _assign(frame: Frame, node: ir.Assign) -> None:
    if node.value is None:
        if node.annotation is not None and isinstance(node.targets[0], ir.Name):
            frame.state.variables[node.targets[0].id] = frame.machine.annotated(frame, node.annotation)
        return
    value = frame.machine.evaluate(frame, node.value)
    if frame.dead:
        return
    if node.annotation is not None and value == UNKNOWN:
        value = frame.machine.annotated(frame, node.annotation)
    for target in node.targets:
        assign(frame, target, value, node)


def _augment(frame: Frame, node: ir.Augment) -> None:
    left = frame.machine.evaluate(frame, node.target)
    right = frame.machine.evaluate(frame, node.value)
    things = frame.objects(left)
    if node.sign in ("+", "|") and things and things[0][1].shape in ("list", "set", "dict"):
        # In place: every name of the object sees it.
        others = frame.objects(right)
        for address, thing in things:
            if thing.shape == "dict":
                items, rest, keys = dict(thing.items), thing.rest, thing.keys
                for _, other in others:
                    items.update(other.items)
                    rest, keys = join(rest, other.rest), join(keys, other.keys)
                if right.open or right.taints:
                    rest, keys = join(rest, Value(open=True, taints=right.taints)), UNKNOWN
                frame.update(address, replace(thing, items=items, rest=rest, keys=keys), len(things) == 1)
                continue
            only = others[0][1] if len(others) == 1 and not right.open and not right.taints else None
            if only is not None and thing.size is not None and only.size is not None and thing.size + only.size <= 64:
                items = dict(thing.items)
                for index in range(only.size):
                    items[thing.size + index] = only.items.get(index, only.rest)
                frame.update(address, replace(thing, items=items, size=thing.size + only.size), len(things) == 1)
            else:
                inner = frame.members(right, node.start)
                frame.update(address, replace(thing, rest=join(thing.rest, inner), keys=UNKNOWN, size=None), True)
        return
    assign(frame, node.target, binary(frame, node.sign, left, right, node), node)


def _delete(frame: Frame, node: ir.Delete) -> None:
    for target in node.targets:
        match target:
            case ir.Name(id=name):
                frame.state.variables.pop(name, None)
            case ir.Subscript(value=base, key=key):
                receiver = frame.machine.evaluate(frame, base)
                at = frame.machine.evaluate(frame, key)
                for address, thing in frame.objects(receiver):
                    if thing.shape == "dict" and at.known and len(at.constants) == 1:
                        items = {name: value for name, value in thing.items.items() if name != at.constants[0]}
                        frame.update(address, replace(thing, items=items), len(receiver.refs) == 1)
                    elif thing.shape == "list" and at.known and len(at.constants) == 1:
                        # As ``list.pop(index)`` does.
                        inner = Arguments((at,), places=(node,))
                        object_method(frame, address, "pop", inner, node, len(receiver.refs) == 1)
                    elif thing.shape == "list":
                        frame.update(
                            address, replace(thing, items={}, rest=thing.everything(), keys=UNKNOWN, size=None), True
                        )


def _return(frame: Frame, node: ir.Return) -> None:
    value = frame.machine.evaluate(frame, node.value) if node.value is not None else NONE
    if not frame.dead:
        if frame.view:
            frame.machine.answered(frame, value, node.value or node)
        frame.exits.append(Exit(value, frame.state.copy()))
    frame.dead = True


def _raise(frame: Frame, node: ir.Raise) -> None:
    if node.value is not None:
        frame.machine.evaluate(frame, node.value)
    if node.cause is not None:
        frame.machine.evaluate(frame, node.cause)
    if frame.raises:
        frame.raises[-1].append(frame.state.copy())
    frame.dead = True


def _jump(frame: Frame, node: ir.Jump) -> None:
    if node.kind == "break":
        frame.breaks.append(frame.state.copy())
        frame.dead = True
    elif node.kind == "continue":
        frame.continues.append(frame.state.copy())
        frame.dead = True


def _assert(frame: Frame, node: ir.Assert) -> None:
    value = frame.machine.evaluate(frame, node.test)
    if truth(value) is False:
        frame.dead = True
        return
    frame.state.learn(guards.told(value, frame.machine.parts).true or ())
    narrow(frame, node.test, True)


def _if(frame: Frame, node: ir.If) -> None:
    value = frame.machine.evaluate(frame, node.test)
    if frame.dead:
        return
    known = truth(value)
    claim = guards.told(value, frame.machine.parts, frame.path, node.test)
    if known is not None or claim.true is None or claim.false is None:
        holds = known if known is not None else claim.true is not None
        frame.state.learn((claim.true if holds else claim.false) or ())
        run(frame, node.body if holds else node.orelse)
        return
    before = frame.state.copy()
    frame.state.learn(claim.true)
    narrow(frame, node.test, True)
    run(frame, node.body)
    after = None if frame.dead else frame.state
    frame.state = before
    frame.dead = False
    frame.state.learn(claim.false)
    narrow(frame, node.test, False)
    run(frame, node.orelse)
    joined = join_states(after, None if frame.dead else frame.state, node.start)
    frame.dead = joined is None
    if joined is not None:
        frame.state = joined


def _loop(frame: Frame, node: ir.Loop) -> None:
    if node.target is None:
        _turns(frame, node, None)
        return
    iterable = frame.machine.evaluate(frame, node.subject)
    if frame.dead:
        return
    held = few_elements(frame, iterable)
    if held is not None and not _leaves(node.body):
        for value in held:
            assign(frame, node.target, value, node)
            run(frame, node.body)
            if frame.dead:
                return
        run(frame, node.orelse)
        return
    _turns(frame, node, iterable)


def _leaves(body: tuple[ir.Stmt, ...]) -> bool:
    """It may break, continue, or is too long to be run for each element."""
    count = 0
    for inner in body:
        for found in (inner, *ir.walk(inner)):
            count += 1
            if count > 150 or (isinstance(found, ir.Jump) and found.kind != "pass"):
                return True
    return False


def _turns(frame: Frame, node: ir.Loop, iterable: Value | None) -> None:
    outer_breaks, outer_continues = frame.breaks, frame.continues
    frame.breaks, frame.continues = [], []
    breaks: State | None = None
    left: State | None = None
    frame.loops += 1
    whole = frame.state
    start = carried(frame, whole, node, iterable)
    known: bool | None = None
    found: dict[Fragment, Info] = {}
    for turn in range(MOST_TURNS):
        frame.state = start.state.copy()
        if iterable is not None:
            assert node.target is not None
            left = whole if left is None else left
            assign(frame, node.target, element_of(frame, iterable, node), node)
        else:
            value = frame.machine.evaluate(frame, node.subject)
            known = truth(value)
            claim = guards.told(value, frame.machine.parts)
            if known is not True:
                out = frame.state.copy()
                out.learn(claim.false or ())
                left = out
            if known is False and turn == 0:
                break
            frame.state.learn(claim.true or ())
            narrow(frame, node.subject, True)
        run(frame, node.body)
        end = None if frame.dead else frame.state
        frame.dead = False
        for state in frame.continues:
            end = join_states(end, state)
        for state in frame.breaks:
            breaks = join_states(breaks, state)
        frame.breaks, frame.continues = [], []
        if end is None:
            break
        found = {} if breaks is not None else _found_of_each(end, node)
        _keep_turn(end, node)
        after = join_states(whole, end)
        assert after is not None
        loosen(whole, after, turn == 0)
        if turn:
            _widen(whole, after)
        if iterable is not None:
            left = join_states(left, after) if turn else after
        whole = after
        before, start = start, carried(frame, after, node, iterable)
        if start.same(before):
            break
    if left is not None and iterable is None:
        left = completed(whole, left)
    frame.loops -= 1
    frame.breaks, frame.continues = outer_breaks, outer_continues
    if left is not None:
        for fragment, info in found.items():
            # No turn was left early: what each element was found to be, all of them are.
            left.infos[fragment] = left.infos.get(fragment, NOTHING_KNOWN).both(info)
        frame.state = left
        run(frame, node.orelse)
        left = None if frame.dead else frame.state
        frame.dead = False
    joined = join_states(left, breaks, node.start)
    frame.dead = joined is None
    if joined is not None:
        frame.state = joined


def _found_of_each(state: State, node: ir.Loop) -> dict[Fragment, Info]:
    """What a turn that came to its end has found of its element, by what it is an element of."""
    tag = f"turn@{node.start}"
    return {
        checked_members(base_of(fragment)): info
        for fragment, info in state.infos.items()
        if fragment[0] == "part" and fragment[1] == tag and info is not NOTHING_KNOWN
    }


def _keep_turn(state: State, node: ir.Loop) -> None:
    """What was found out of one turn's element holds for what was made of it, not for the next turn's."""
    tag = f"turn@{node.start}"
    fragments = [
        fragment
        for fragment, info in state.infos.items()
        if fragment[0] == "part" and fragment[1] == tag and info is not NOTHING_KNOWN
    ]
    if fragments:
        keep(state, fragments, f"turn{node.start}", dict(state.variables))


def _widen(before: State, after: State) -> None:
    """Let what still grows after two turns be anything of its kind, so that the next turn settles."""
    for name, value in after.variables.items():
        old = before.variables.get(name)
        if old is None or old is value or old == value:
            continue
        after.variables[name] = widened(old, value)
    for address, thing in after.heap.items():
        known = before.heap.get(address)
        if known is None or known is thing or known == thing:
            continue
        items = {
            key: widened(known.items[key], held) if key in known.items else held for key, held in thing.items.items()
        }
        after.heap[address] = replace(thing, items=items, rest=widened(known.rest, thing.rest))


def widened(old: Value, new: Value) -> Value:
    """A value that covers what comes after ``old`` and ``new`` if it goes on so."""
    if old is new or old == new:
        return new
    if new.texts and new.texts != old.texts:
        prefix = _common_prefix(texts(old) + texts(new))
        taints = text_taints(tuple(piece for choice in new.texts for piece in choice))
        plain = all(isinstance(piece, str) or piece.plain for choice in new.texts for piece in choice)
        choices = fold([tidy((prefix, Hole(taints, plain)))])
        return Value((), False, new.taints, ("builtins.str()",), choices)
    if len(new.constants) > len(old.constants) and old.constants:
        if all(isinstance(one, (int, float)) for one in new.constants):
            return replace(
                new, constants=(), refs=(*new.refs, *(("builtins.int()",) if "builtins.int()" not in new.refs else ()))
            )
        if all(isinstance(one, str) for one in new.constants):
            # Made of our own texts only, however often.
            prefix = _common_prefix(tuple(choice for choice in texts(new)))
            return Value((), False, new.taints, ("builtins.str()",), (tidy((prefix, Hole((), True))),))
        return replace(new, constants=(), open=True)
    return new


def _common_prefix(choices: tuple[tuple[object, ...], ...]) -> str:
    heads = [choice[0] if choice and isinstance(choice[0], str) else "" for choice in choices]
    first, last = min(heads), max(heads)
    at = 0
    while at < len(first) and at < len(last) and first[at] == last[at]:
        at += 1
    return first[:at]


def _try(frame: Frame, node: ir.Try) -> None:
    frame.raises.append([frame.state.copy()])
    run(frame, node.body)
    thrown = frame.raises.pop()
    body_end = None if frame.dead else frame.state
    frame.dead = False
    exits_before = len(frame.exits)
    if body_end is not None and node.orelse:
        frame.state = body_end
        run(frame, node.orelse)
        body_end = None if frame.dead else frame.state
        frame.dead = False
    joined = body_end
    if node.handlers:
        entry: State | None = None
        for state in thrown:
            entry = join_states(entry, state, node.start)
        assert entry is not None
        for handler in node.handlers:
            frame.state = entry.copy()
            if handler.kind is not None:
                kind = frame.machine.evaluate(frame, handler.kind)
                if handler.name:
                    frame.state.variables[handler.name] = frame.machine.caught(frame, kind, handler)
            run(frame, handler.body)
            joined = join_states(joined, None if frame.dead else frame.state, handler.start)
            frame.dead = False
    elif frame.raises:
        frame.raises[-1].extend(thrown[-1:])
    if node.final:
        if joined is None:
            # Only left by a return or an exception: what the final part does still happens.
            entry = None
            for state in thrown:
                entry = join_states(entry, state)
            for way in frame.exits[exits_before:]:
                entry = join_states(entry, way.state)
            assert entry is not None
            frame.state = entry
            run(frame, node.final)
            frame.dead = True
            return
        frame.state = joined
        run(frame, node.final)
        joined = None if frame.dead else frame.state
    frame.dead = joined is None
    if joined is not None:
        frame.state = joined


def _with(frame: Frame, node: ir.With) -> None:
    if frame.page:
        frame.machine.page(frame, node)
        return
    for entry in node.items:
        if isinstance(entry, ir.Assign):
            assert entry.value is not None
            value = frame.machine.evaluate(frame, entry.value)
            assign(frame, entry.targets[0], frame.machine.entered(frame, value, entry), entry)
        else:
            frame.machine.entered(frame, frame.machine.evaluate(frame, entry.value), entry)
    run(frame, node.body)


def _match(frame: Frame, node: ir.Match) -> None:
    subject = frame.machine.evaluate(frame, node.subject)
    possible = set(subject.constants) if subject.known else None
    joined: State | None = None
    rest: State | None = frame.state
    for case in node.cases:
        if rest is None:
            break
        frame.state = rest.copy()
        claim: Claim | None = None
        if case.values:
            values = [frame.machine.evaluate(frame, value) for value in case.values]
            constants = {one for value in values for one in value.constants}
            closed = all(value.known for value in values)
            if possible is not None and closed:
                hit = possible & constants
                if not hit:
                    continue
                if possible <= constants and case.guard is None:
                    rest = None
                else:
                    possible = possible - constants if case.guard is None else possible
            claim = None
            if subject.taints and closed:
                holder = frame.sequence((case.start, "case"), "tuple", values)
                claim = guards.compare(frame, "in", subject, holder, frame.machine.parts)
            if claim is not None:
                frame.state.learn(claim.true or ())
                if rest is not None and case.guard is None:
                    rest = rest.copy()
                    rest.learn(claim.false or ())
        elif case.wildcard and case.guard is None:
            rest = None
        for name in case.binds:
            frame.state.variables[name] = (
                subject if case.wildcard else frame.machine.part(frame, subject, f"case@{case.start}", case)
            )
        if case.guard is not None:
            value = frame.machine.evaluate(frame, case.guard)
            if truth(value) is False:
                continue
            frame.state.learn(guards.told(value, frame.machine.parts).true or ())
            narrow(frame, case.guard, True)
        run(frame, case.body)
        if not frame.dead:
            joined = join_states(joined, frame.state, case.start)
        frame.dead = False
    joined = join_states(joined, rest)
    frame.dead = joined is None
    if joined is not None:
        frame.state = joined


def _import(frame: Frame, node: ir.Import) -> None:
    for name, value in frame.machine.imported(frame, node):
        frame.state.variables[name] = value


def _scope(frame: Frame, node: ir.Scope) -> None:
    return


def _function(frame: Frame, node: ir.Function) -> None:
    if frame.page:
        frame.machine.page(frame, node)
        return
    value = closure(frame, node)
    frame.state.variables[node.name] = value
    if node.decorators:
        frame.state.variables[node.name] = frame.machine.decorated(frame, node, value)


def _class(frame: Frame, node: ir.Class) -> None:
    frame.state.variables[node.name] = Value(refs=(ClassRef(frame.machine.class_name(frame, node)),))


def _page(frame: Frame, node: ir.Stmt) -> None:
    frame.machine.page(frame, node)


EXECUTORS: dict[type, Executor] = {
    ir.Do: _do,
    ir.Assign: _assign,
    ir.Augment: _augment,
    ir.Delete: _delete,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.Jump: _jump,
    ir.Assert: _assert,
    ir.If: _if,
    ir.Loop: _loop,
    ir.Try: _try,
    ir.With: _with,
    ir.Match: _match,
    ir.Import: _import,
    ir.Scope: _scope,
    ir.Function: _function,
    ir.Class: _class,
    ir.Output: _page,
    ir.Block: _page,
    ir.Link: _page,
    ir.Region: _page,
}
"""How each kind of statement runs."""

__all__ = ["EXECUTORS", "NEVER", "Obj", "names_of", "run"]
