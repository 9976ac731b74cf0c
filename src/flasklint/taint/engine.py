"""The engine: functions evaluated with what is passed to them, across files, each kind of call once."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Tables
from flasklint.project.project import Project
from flasklint.source import Location, Span
from flasklint.taint import sinks
from flasklint.taint.calls import Calls
from flasklint.taint.conditions import literal
from flasklint.taint.expressions import EVALUATORS
from flasklint.taint.flows import Flows, Limit
from flasklint.taint.frame import Exit, Frame, Pending
from flasklint.taint.passing import Outcome, Passing, captures, effects_of, rooted
from flasklint.taint.record import Record
from flasklint.taint.state import Obj, State, join_states, reachable, same_part
from flasklint.taint.statements import run
from flasklint.taint.values import (
    NEVER,
    NONE,
    NOTHING_KNOWN,
    UNKNOWN,
    Claim,
    Closure,
    Fragment,
    FunctionKey,
    Info,
    Value,
    claim_of,
    facts_both,
    join,
    join_all,
    renamed,
    texts,
)

DEEPEST_CALLS = 14
_TEXT = "builtins.str()"
MOST_STATEMENTS = 6_000
"""Statements evaluated for one entry point at most."""


class _Key(NamedTuple):
    function: FunctionKey
    values: tuple[tuple[str, Value], ...]
    objects: tuple[object, ...]
    infos: tuple[Info, ...]
    rules: tuple[str, ...]


class Engine(Calls):
    """Evaluates a project's functions against tables."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self._constants: dict[int, Value] = {}
        self.memo: dict[_Key, Outcome] = {}
        self.routed: set[FunctionKey] = set()
        self.running: set[_Key] = set()
        self.recursive: set[_Key] = set()
        self.rounds: dict[_Key, Outcome] = {}
        self.found = Record()
        self.limits: set[Limit] = set()
        self.fuel = MOST_STATEMENTS
        self.entry: Location | None = None
        self.rendered: frozenset[tuple[str, int]] = frozenset()
        self.latest: Frame | None = None

    def evaluate(self, frame: Frame, node: ir.Expr) -> Value:
        if isinstance(node, ir.Name):
            found = frame.state.variables.get(node.id)
            return found if found is not None else frame.lookup(node.id, node)
        if isinstance(node, ir.Const):
            known = self._constants.get(id(node))
            if known is None:
                known = self._constants[id(node)] = literal(frame, node)
            return known
        if isinstance(node, ir.Call):
            return self.call_node(frame, node)
        return EVALUATORS[type(node)](frame, node)

    def execute(self, frame: Frame, body: tuple[ir.Stmt, ...]) -> None:
        run(frame, body)

    def outcome(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing, node: ir.Node
    ) -> Outcome:
        """What a function comes to with these values, each kind of call worked out once."""
        rules = self.entry_rules if key in self.routed else ()
        memo_key = _Key(key, values, passing.frozen(), passing.infos(), rules)
        found = self.memo.get(memo_key)
        if found is not None:
            self.reads_rules = self.reads_rules or key in self.routed
            return found
        if not key.page and self._is_bodiless(key.function):
            return _CUT
        if memo_key in self.running:
            # A recursive call: first nothing, then what one round came to.
            self.recursive.add(memo_key)
            return self.rounds.get(memo_key, _NOTHING)
        if self.active.get(key, 0) >= 3:
            return _CUT
        if frame.depth >= DEEPEST_CALLS:
            if passing.groups:
                place = Location(frame.path, Span(node.start, node.end))
                self.limits.add(Limit(place, f"calls are nested more than {DEEPEST_CALLS} deep"))
            return _CUT
        if self.fuel <= 0:
            if self.entry is not None:
                self.limits.add(
                    Limit(self.entry, "not every call that this function leads to was followed: there are too many")
                )
            return _CUT
        self.contexts[key] = self.contexts.get(key, 0) + 1
        self.running.add(memo_key)
        self.active[key] = self.active.get(key, 0) + 1
        reads_rules, self.reads_rules = self.reads_rules, False
        try:
            result = self._evaluated(frame, key, values, passing)
            if memo_key in self.recursive:
                self.rounds[memo_key] = result
                result = self._evaluated(frame, key, values, passing)
                del self.rounds[memo_key]
        finally:
            self.running.discard(memo_key)
            self.active[key] -= 1
        if self.reads_rules and key not in self.routed:
            self.routed.add(key)
            memo_key = memo_key._replace(rules=self.entry_rules)
        self.reads_rules = self.reads_rules or reads_rules
        self.memo[memo_key] = result
        return result

    def _evaluated(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing
    ) -> Outcome:
        """One evaluation of a function with these values."""
        inner = Frame(self, key.scope, key, frame.depth + 1)
        for name, value in values:
            if name[0] == "\x00":
                inner.outer[name[1:]] = value
            else:
                inner.state.variables[name] = value
        inner.state.heap = dict(passing.objects)
        inner.addresses = {("passed", number): number for number in passing.objects}
        for number, info in enumerate(passing.infos()):
            inner.state.infos[("param", number)] = info
        for parameter in key.function.parameters:
            if parameter.annotation is not None and inner.state.variables.get(parameter.name) == UNKNOWN:
                inner.state.variables[parameter.name] = self.annotated(inner, parameter.annotation)
        return self.run_frame(inner, passing.infos())

    def _is_bodiless(self, function: ir.Function) -> bool:
        """Only a docstring, ``pass``, ``...`` or ``raise NotImplementedError``: an interface, not an empty body."""
        if not function.body or len(function.body) > 2:
            return False
        for statement in function.body:
            match statement:
                case ir.Do(value=ir.Const()) | ir.Jump(kind="pass"):
                    continue
                case (
                    ir.Raise(value=ir.Name(id="NotImplementedError"))
                    | ir.Raise(value=ir.Call(function=ir.Name(id="NotImplementedError")))
                ):
                    return True
                case _:
                    return False
        return True

    def run_frame(self, inner: Frame, infos: tuple[Info, ...] = ()) -> Outcome:
        """Evaluate a function's body."""
        key = inner.key
        assert key is not None
        self.fuel -= len(key.function.body) + 1
        run(inner, key.function.body)
        if not inner.dead:
            inner.exits.append(Exit(self.page_result(inner) if key.page else NONE, inner.state))
        if key.parent is not None or any(scope.parent is key.scope for scope in key.scope.children):
            self.frames[key] = inner
        exits = inner.exits
        state: State | None = None
        result = NEVER
        if len(exits) == 1:
            state, result = exits[0].state, exits[0].value
            if result.claim is not None:
                result = replace(result, claim=claim_of(result))
        elif exits:
            apart = any(map(_is_cleaned, exits)) and any(map(_is_unknown_text, exits))
            for number, way in enumerate(exits):
                value = way.value
                for other in exits:
                    if other is not way:
                        if value.taints:
                            value = _keeping(value, way.state, other.state, number)
                        if value.refs:
                            _keeping_members(value, way.state, other.state, number)
                state = join_states(state, way.state)
                told = Claim((), None) if _is_full(value, way.state) else claim_of(value)
                here = tuple(
                    (fragment, info)
                    for fragment, info in way.state.infos.items()
                    if info is not NOTHING_KNOWN and rooted(fragment)
                )
                claim = Claim(facts_both(here, told.true), facts_both(here, told.false))
                if apart and not value.texts:
                    value = replace(value, texts=texts(value))
                result = join(result, replace(value, claim=claim))
            if (
                result.claim is not None
                and not result.claim.true
                and not result.claim.false
                and None not in result.claim
            ):
                result = replace(result, claim=None)
        outer = self._outer(key, state)
        objects = state.heap if state is not None else inner.state.heap
        inner.state = state or inner.state
        result = self._leaving(inner, result)
        if inner.yields:
            yielded = join_all(inner.yields)
            made = inner.make("yielded", Obj("iterator", rest=yielded, keys=UNKNOWN))
            state, result, objects, outer = inner.state, made, inner.state.heap, ()
        shared, parts = effects_of(state)
        objects = reachable(objects, (result, *(value for _, value in outer)))
        # It may be kept for what is nested in it, to which its ways out do not matter.
        inner.exits, inner.raises = [], []
        return Outcome(
            result,
            # Of what held at its end, only that is kept which its callers can see: there are many kinds of calls.
            None if state is None else State({}, objects, state.infos),
            objects,
            infos,
            tuple(inner.flows.values()),
            bool(inner.yields),
            outer=outer,
            shared=shared,
            parts=parts,
        )

    def _outer(self, key: FunctionKey, state: State | None) -> tuple[tuple[str, Value], ...]:
        """What a function leaves in variables of outer functions and in attributes of libraries' objects."""
        if state is None:
            return ()
        declared = key.scope.declared if key.scope.node is key.function else {}
        return tuple(
            (name, value)
            for name, value in state.variables.items()
            if name[0] == "\x01" or declared.get(name) == "nonlocal"
        )

    def _leaving(self, inner: Frame, value: Value) -> Value:
        """A value that leaves its function takes along what its closures captured there."""
        if not any(type(one) is Closure and not one.captured and one.function.free for one in value.refs):
            return value
        refs = tuple(
            replace(one, captured=captures(inner, one))
            if type(one) is Closure and not one.captured and one.function.free
            else one
            for one in value.refs
        )
        return replace(value, refs=refs)

    def answered(self, frame: Frame, value: Value, node: ir.Node) -> None:
        for row in self.index.sinks.get("<view>", ()):
            sinks.land(frame, self.index, row, value, node, node)
        self.show(frame, value, node)

    def record(self, frame: Frame, pending: Pending) -> None:
        if frame.page and not pending.taints and self._is_known_better(pending):
            return
        self.found.add(frame, pending)

    def _is_known_better(self, pending: Pending) -> bool:
        """Is this seen from a template that nothing renders, and were the ways from those that are rendered followed to there?"""
        if not self.rendered or self.entry is None or self.entry.path in self.project.pages.reached:
            return False
        return any((pending.path, at) in self.rendered for at in range(*pending.call))

    def settled(self, frame: Frame, node: ir.Node) -> None:
        self.judged.add((frame.path, node.start))

    def flows(self) -> Flows:
        """All that was found."""
        return self.found.flows(self.limits, self.judged, self.kept)


_NOTHING = Outcome(NEVER, State({}, {}, {}), {}, (), ())


_CUT = Outcome(UNKNOWN, None, {}, (), (), cut=True)


def _is_full(value: Value, state: State) -> bool:
    """Whether it is a tuple or list, or one of several, that has something in it."""
    if value.open or value.taints or value.constants or value.texts or not value.refs:
        return False
    things = [state.heap.get(one) if type(one) is int else None for one in value.refs]
    return all(thing is not None and thing.shape in ("tuple", "list") and bool(thing.size) for thing in things)


def _keeping_members(value: Value, mine: State, yours: State, number: int) -> None:
    """The same for what a tuple holds."""
    for one in value.refs:
        thing = mine.heap.get(one) if type(one) is int else None
        if thing is not None and thing.shape == "tuple" and any(held.taints for held in thing.items.values()):
            assert type(one) is int
            items = {
                key: _keeping(held, mine, yours, number) if held.taints else held for key, held in thing.items.items()
            }
            mine.heap[one] = replace(thing, items=items)


def _is_cleaned(way: Exit) -> bool:
    """Whether what a function gives there is untrusted data that does no harm somewhere."""
    return any(way.state.infos.get(taint.fragment, NOTHING_KNOWN).clear for taint in way.value.taints)


def _is_unknown_text(way: Exit) -> bool:
    """Whether what a function gives there is a text of which no more is known."""
    return not way.value.taints and not way.value.texts and _TEXT in way.value.refs


def _keeping(value: Value, mine: State, yours: State, number: int) -> Value:
    """A value of one way out, which goes on knowing what was found out on it alone."""
    names: dict[Fragment, Fragment] = {}
    for taint in value.taints:
        info = mine.infos.get(taint.fragment, NOTHING_KNOWN)
        if info is not NOTHING_KNOWN and info != yours.infos.get(taint.fragment, NOTHING_KNOWN):
            name = names[taint.fragment] = same_part(taint.fragment, f"exit{number}")
            mine.infos[name] = info
    return renamed(value, names) if names else value
