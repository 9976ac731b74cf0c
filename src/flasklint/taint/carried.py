"""What one turn of a loop hands to the next: the rest of a state makes no difference to what the body does.

A name that every turn binds before it reads it, an object that nothing leads to any more, and what was learnt of a text
that is gone are not handed on. What the body only puts things into is handed on, but that there is more in it now changes
nothing for the next turn. So a loop that makes things anew, or collects them, has settled after one turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint.frame import Frame
from flasklint.taint.state import FIRST_MADE, Obj, State
from flasklint.taint.targets import names_of
from flasklint.taint.values import (
    NEVER,
    NOTHING_KNOWN,
    UNKNOWN,
    Claim,
    Closure,
    Fragment,
    FunctionKey,
    Method,
    Value,
    base_of,
)

_FILLING = frozenset(("append", "add", "extend"))
_FILLED = ("list", "set", "dict")


class Carried(NamedTuple):
    """What a turn can see. ``read``: the objects that it may read; it only puts things into the others."""

    state: State
    read: frozenset[int]

    def same(self, other: Carried) -> bool:
        """A turn comes to nothing new with this after one with the other."""
        mine, yours = self.state, other.state
        if mine.variables != yours.variables:
            return False
        # More that is known makes no new harm.
        if any(yours.infos.get(fragment, info) != info for fragment, info in mine.infos.items()):
            return False
        return self.read == other.read and all(mine.heap[address] == yours.heap[address] for address in self.read)


def carried(frame: Frame, state: State, node: ir.Loop, iterable: Value | None) -> Carried:
    """The part of a state that a turn of a loop can see. ``iterable``: what it goes through."""
    needs = _needs(frame, node)
    if needs is None:
        return Carried(state, frozenset(state.heap))
    reads, fills = needs
    variables = {name: value for name, value in state.variables.items() if name in reads or name[0] < " "}
    outer = {name: value for name, value in frame.outer.items() if name in reads and name not in variables}
    filled = {
        name
        for name in fills
        if (value := variables.get(name) or outer.get(name)) is not None and _is_filled(value, state.heap)
    }
    reached = _Reached(state.heap)
    reached.objects(address for address in state.heap if address < 0)
    reached.follow(value for name, value in (*variables.items(), *outer.items()) if name not in filled)
    reached.follow(frame.yields)
    if iterable is not None:
        reached.follow((iterable,))
    read = frozenset(reached.addresses)
    reached.follow(variables[name] for name in filled if name in variables)
    reached.objects(address for address in state.heap if address < FIRST_MADE)
    heap = {address: thing for address, thing in state.heap.items() if address in reached.addresses}
    tag = f"turn@{node.start}"
    infos = {
        fragment: info
        for fragment, info in state.infos.items()
        if info is not NOTHING_KNOWN and reached.knows(fragment, tag)
    }
    return Carried(State(variables, heap, infos), read)


def _is_filled(value: Value, heap: dict[int, Obj]) -> bool:
    """It is a container of the language's own, and nothing else."""
    return bool(value.refs) and all(
        type(one) is int and one in heap and heap[one].shape in _FILLED for one in value.refs
    )


def completed(whole: State, seen: State) -> State:
    """A state with what was not handed on to the turn that made it."""
    return State({**whole.variables, **seen.variables}, {**whole.heap, **seen.heap}, {**whole.infos, **seen.infos})


def loosen(before: State, after: State, first: bool) -> None:
    """What a turn has made or made longer stands for what further turns will. ``first``: it was the first turn."""
    for address, thing in after.heap.items():
        known = before.heap.get(address)
        if known is None:
            if address >= FIRST_MADE and not thing.many:
                after.heap[address] = replace(thing, many=True)
        elif first and thing.shape == "list" and thing.size is None and known.size is not None and thing.rest is NEVER:
            after.heap[address] = replace(thing, rest=thing.everything(), keys=UNKNOWN)


class _Reached:
    """The objects and the fragments that values lead to."""

    def __init__(self, heap: dict[int, Obj]) -> None:
        self.heap = heap
        self.addresses: set[int] = set()
        self.fragments: set[Fragment] = set()
        self.roots: set[Fragment] = set()

    def objects(self, addresses: Iterable[int]) -> None:
        """Note these and all that they lead to."""
        for address in addresses:
            if address not in self.addresses:
                self.addresses.add(address)
                self.follow(_contents(self.heap[address]))

    def follow(self, values: Iterable[Value]) -> None:
        """Note all that these lead to."""
        stack = [value for value in values if value.refs or value.taints or value.claim]
        while stack:
            value = stack.pop()
            for taint in value.taints:
                self._note(taint.fragment)
            if value.claim is not None:
                self._note_claim(value.claim)
            for one in value.refs:
                kind = type(one)
                if kind is int:
                    if one not in self.addresses and one in self.heap:
                        self.addresses.add(one)
                        stack.extend(_contents(self.heap[one]))
                elif type(one) is Method:
                    stack.append(one.receiver)
                elif type(one) is Closure:
                    stack.extend(_bound(one))

    def _note(self, fragment: Fragment) -> None:
        if fragment not in self.fragments:
            self.fragments.add(fragment)
            self.roots.add(_root(fragment))

    def _note_claim(self, claim: Claim) -> None:
        for facts in claim:
            for fragment, _ in facts or ():
                self._note(fragment)

    def knows(self, fragment: Fragment, tag: str) -> bool:
        """What was learnt of a fragment may still be asked for. ``tag``: of the elements of the loop, new in each turn."""
        current = fragment
        while current[0] in ("part", "image"):
            if current[1] == tag:
                return fragment in self.fragments
            current = base_of(current)
        return current[0] in ("param", "source") or current in self.roots


def _root(fragment: Fragment) -> Fragment:
    while fragment[0] in ("part", "image"):
        fragment = base_of(fragment)
    return fragment


def _contents(thing: Obj) -> Iterator[Value]:
    yield from thing.items.values()
    yield from thing.attributes.values()
    yield thing.rest
    yield thing.keys


def _bound(one: Closure) -> Iterator[Value]:
    for _, value in one.captured:
        yield value
    if one.receiver is not None:
        yield one.receiver
    yield from one.arguments
    for _, value in one.keywords:
        yield value


# Names ------------------------------------------------------------------------------------------------------------


def _needs(frame: Frame, node: ir.Loop) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names that a turn may read as the turn before has left them, and those among them that it only puts things into;
    None if it may read all that there are."""
    if frame.key is None:
        return None
    known = frame.machine.needs
    if id(node) in known:
        return known[id(node)]
    inner = frame.machine.page_words(frame, node) if frame.page else _hidden(frame, frame.key)
    if inner is None:
        known[id(node)] = None
        return None
    reads = read_first(node, frame.page).union(inner)
    found = known[id(node)] = (reads, (reads & only_filled(node)).difference(inner))
    return found


def only_filled(node: ir.Loop) -> frozenset[str]:
    """The names that a loop does no more with than putting things into what they stand for."""
    fills: set[str] = set()
    others: set[str] = set()
    stack: list[ir.Node] = [*node.body, node.subject]
    if node.target is not None:
        stack.append(node.target)
    while stack:
        current = stack.pop()
        match current:
            case ir.Do(
                value=ir.Call(function=ir.Attribute(value=ir.Name(id=name), name=word), arguments=arguments)
            ) if word in _FILLING:
                fills.add(name)
                stack.extend(arguments)
            case ir.Assign(targets=(ir.Subscript(value=ir.Name(id=name), key=key),), value=value) if value is not None:
                fills.add(name)
                stack.extend((key, value))
            case ir.Name(id=name):
                others.add(name)
            case _:
                stack.extend(ir.children(current))
    return frozenset(fills - others)


def _hidden(frame: Frame, key: FunctionKey) -> frozenset[str]:
    """The names of a function that are read, or outlast it, where its own statements don't show it."""
    found = frame.machine.needs.get(id(key.function))
    if not found:
        names = frozenset((*_inner_names(key.function), *key.scope.declared))
        found = frame.machine.needs[id(key.function)] = (names, frozenset())
    return found[0]


def _inner_names(function: ir.Function) -> Iterator[str]:
    """The names that functions and classes inside a function speak of, and its first parameter, which ``super()`` reads."""
    for parameter in function.parameters[:1]:
        yield parameter.name
    for inner in ir.walk(function):
        if isinstance(inner, (ir.Function, ir.Class)):
            yield from _names(inner)


def _names(node: ir.Node) -> Iterator[str]:
    if isinstance(node, ir.Name):
        yield node.id
    for inner in ir.walk(node):
        if type(inner) is ir.Name:
            yield inner.id


def read_first(node: ir.Loop, page: bool = False) -> frozenset[str]:
    """The names that a turn may read before it binds them. ``page``: the loop is in a template."""
    reads = _Reads(page)
    if node.target is None:
        reads.expression(node.subject, frozenset())
        reads.block(node.body, frozenset())
    else:
        reads.block(node.body, reads.target(node.target, frozenset()))
    return frozenset(reads.found)


_Bound = frozenset[str]


def _both(one: _Bound | None, other: _Bound | None) -> _Bound | None:
    """What is bound after either way; None is a point that is not reached."""
    if one is None or other is None:
        return one if other is None else other
    return one & other


class _Reads:
    """Goes through statements with the names that are bound for certain, and collects those that are read and are not."""

    def __init__(self, page: bool) -> None:
        self.found: set[str] = set()
        self.page = page

    def expression(self, node: ir.Expr | None, bound: _Bound) -> None:
        if node is not None and type(node) is not ir.Const:
            self.found.update([name for name in _names(node) if name not in bound])

    def target(self, node: ir.Expr, bound: _Bound) -> _Bound:
        """The names that are bound after an assignment to this."""
        names = names_of(node)
        if not isinstance(node, ir.Name):
            self.found.update(name for name in _names(node) if name not in bound and name not in names)
        return bound.union(names)

    def block(self, body: Iterable[ir.Stmt], bound: _Bound) -> _Bound | None:
        """The names that are bound after these statements; None if they are left on the way."""
        for statement in body:
            after = self.statement(statement, bound)
            if after is None:
                return None
            bound = after
        return bound

    def statement(self, node: ir.Stmt, bound: _Bound) -> _Bound | None:
        match node:
            case ir.Assign(targets=targets, value=value):
                self.expression(value, bound)
                if value is not None:
                    for target in targets:
                        bound = self.target(target, bound)
            case ir.Augment(target=target, value=value):
                self.expression(target, bound)
                self.expression(value, bound)
            case ir.Return(value=value):
                self.expression(value, bound)
                return None
            case ir.Raise(value=value, cause=cause):
                self.expression(value, bound)
                self.expression(cause, bound)
                return None
            case ir.Jump(kind=kind):
                return bound if kind == "pass" else None
            case ir.If(test=test, body=body, orelse=orelse):
                self.expression(test, bound)
                return _both(self.block(body, bound), self.block(orelse, bound))
            case ir.Loop():
                self._loop(node, bound)
            case ir.Try():
                return self._try(node, bound)
            case ir.With(items=items, body=body):
                inside = bound
                for entry in items:
                    inside = self.statement(entry, inside) or inside
                after = self.block(body, inside)
                # What a template binds with ``with`` is as before after it.
                return bound if self.page else after
            case ir.Region(body=body):
                return self.block(body, bound)
            case ir.Match(subject=subject, cases=cases):
                self.expression(subject, bound)
                joined: _Bound | None = bound
                for case in cases:
                    inside = bound.union(case.binds)
                    for value in case.values:
                        self.expression(value, bound)
                    self.expression(case.guard, inside)
                    joined = _both(joined, self.block(case.body, inside))
                return joined
            case ir.Import(module=module, name=name, alias=alias):
                return bound | {alias or name or module.partition(".")[0]}
            case ir.Function(name=name) | ir.Class(name=name):
                self.found.update(_names(node))
                return bound | {name}
            case _:
                self.found.update(name for name in _names(node) if name not in bound)
                if isinstance(node, ir.Delete):
                    return bound.difference(*map(names_of, node.targets))
        return bound

    def _loop(self, node: ir.Loop, bound: _Bound) -> None:
        self.expression(node.subject, bound)
        self.block(node.body, bound if node.target is None else self.target(node.target, bound))
        self.block(node.orelse, bound)

    def _try(self, node: ir.Try, bound: _Bound) -> _Bound | None:
        joined = self.block(node.body, bound)
        if joined is not None:
            joined = self.block(node.orelse, joined)
        for handler in node.handlers:
            self.expression(handler.kind, bound)
            joined = _both(joined, self.block(handler.body, bound | {handler.name}))
        if self.block(node.final, bound) is None:
            return None
        return joined
