"""Values on their way into a function and back.

A function is evaluated with what is passed to it in a form of its own: untrusted data as numbered symbols, objects by small
addresses. Two calls that pass the same in that form share one evaluation, whatever the data's origin; what comes back is put
into the caller's terms again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from flasklint import ir
from flasklint.taint.frame import MOST_INSIDE, Frame, Pending
from flasklint.taint.images import image
from flasklint.taint.state import Obj, State, same_part
from flasklint.taint.values import (
    NAMES,
    NEVER,
    NOTHING_KNOWN,
    PART,
    UNKNOWN,
    Claim,
    Closure,
    Facts,
    Fragment,
    Hole,
    Info,
    Method,
    Piece,
    Ref,
    Symbol,
    Taint,
    Text,
    Trail,
    Value,
    merge_taints,
)

_Name = TypeVar("_Name")

DEEPEST = 4
MOST_MEMBERS = 120
MOST_MADE = 40
"""Objects that are told apart of what comes back of one call: what functions build that call themselves grows at each turn."""

ROOT = Trail(None, "", 0, 0, "")


class Passing:
    """Puts a caller's values into a callee's terms. ``groups``: what each symbol stands for."""

    __slots__ = ("addresses", "budget", "frame", "groups", "objects", "simple", "symbols")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.symbols: dict[Fragment, int] = {}
        self.groups: list[tuple[Taint, ...]] = []
        self.addresses: dict[int, int] = {}
        self.objects: dict[int, Obj] = {}
        self.budget = MOST_MEMBERS
        self.simple = False

    def taints(self, taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
        """Untrusted data as symbols."""
        found: dict[int, Taint] = {}
        for taint in taints:
            number = self.symbols.get(taint.fragment)
            if number is None:
                number = self.symbols[taint.fragment] = len(self.groups)
                self.groups.append((taint,))
            else:
                self.groups[number] = merge_taints(self.groups[number], (taint,))
            if number not in found:
                found[number] = Taint(Symbol(number), ("param", number), ROOT)
        return tuple(found.values())

    def value(self, value: Value, depth: int = 0) -> Value:
        """A value in the callee's terms."""
        taints = value.taints
        if not taints and not value.texts and not value.refs and value.claim is None:
            return value
        refs = value.refs
        if refs and set(map(type, refs)) != NAMES:
            refs = tuple([found for found in [self.ref(one, depth) for one in refs] if found is not None])
        elif not taints and not value.texts and value.claim is None:
            return value
        texts: tuple[Text, ...] = value.texts
        if texts:
            texts = tuple(tuple(self.piece(piece) for piece in text) for text in texts)
        return Value(value.constants, value.open or len(refs) < len(value.refs), self.taints(taints), refs, texts)

    def piece(self, piece: Piece) -> Piece:
        """A stretch of text in the callee's terms."""
        if isinstance(piece, str) or not piece.taints:
            return piece
        return Hole(self.taints(piece.taints), piece.plain)

    def ref(self, item: Ref, depth: int) -> Ref | None:
        """What a value may be, in the callee's terms; None when that goes too deep."""
        if type(item) is int:
            return self.address(item, depth)
        if type(item) is Closure:
            return self.closure(item, depth)
        if type(item) is Method:
            if item.names[:1] == (f"?.{item.name}",) and not any(type(one) is int for one in item.receiver.refs):
                # An attribute of something of which nothing is known; the untrusted data in it is the value's own.
                return None
            return replace(item, receiver=self.value(item.receiver, depth + 1))
        return item

    def closure(self, item: Closure, depth: int) -> Closure | None:
        """A function in the callee's terms: what it captures goes along."""
        if depth > DEEPEST:
            return None
        captured = item.captured or captures(self.frame, item, depth)
        return Closure(
            item.function,
            tuple((name, self.value(held, depth + 2)) for name, held in captured),
            self.value(item.receiver, depth + 1) if item.receiver is not None else None,
            tuple(self.value(held, depth + 1) for held in item.arguments),
            tuple((name, self.value(held, depth + 1)) for name, held in item.keywords),
        )

    def address(self, address: int, depth: int) -> int | None:
        """An object in the callee's terms."""
        known = self.addresses.get(address)
        if known is not None:
            return known
        heap = self.frame.state.heap
        if address < 0 and address not in heap:
            return address
        thing = self.frame.object_at(address)
        number = len(self.addresses)
        self.addresses[address] = number
        self.objects[number] = thing
        size = len(thing.items) + len(thing.attributes)
        self.budget -= size
        if depth > DEEPEST or self.budget < 0:
            taints = self.taints(self.frame.inside(Value(refs=(address,))))
            rest = Value(open=True, taints=taints)
            self.objects[number] = Obj(thing.shape, {}, rest, UNKNOWN, None, {}, thing.types, thing.many)
            return number
        self.objects[number] = _carried_over(thing, lambda held: self.value(held, depth + 1))
        return number

    def infos(self) -> tuple[Info, ...]:
        """What is known of each symbol."""
        full_info = self.frame.full_info
        return tuple([full_info(fragment) for fragment in self.symbols])

    def frozen(self) -> tuple[object, ...]:
        """The objects, in a form that can be a key."""
        return tuple(
            [
                (
                    thing.shape,
                    tuple(thing.items.items()),
                    thing.rest,
                    thing.keys,
                    thing.size,
                    tuple(thing.attributes.items()),
                    thing.types,
                    thing.many,
                )
                for thing in self.objects.values()
            ]
        )


def captures(frame: Frame, item: Closure, depth: int = 0) -> tuple[tuple[str, Value], ...]:
    """The outer variables that a function of this frame uses, as they are now."""
    if not item.function.free:
        return ()
    found = []
    for name in item.function.free:
        value = frame.state.variables.get(name)
        if value is None:
            value = frame.outer.get(name)
        if value is None:
            continue
        if depth > 1 and any(type(one) is Closure for one in value.refs):
            # Functions that know each other: not all the way down.
            value = Value(
                value.constants, True, value.taints, tuple(one for one in value.refs if type(one) is not Closure)
            )
        found.append((name, value))
    return tuple(found)


def _carried_over(thing: Obj, moved: Callable[[Value], Value]) -> Obj:
    """An object with its contents in other terms; the very same where they are the same in both: there are many of these."""
    items = _all_moved(thing.items, moved) if thing.items else thing.items
    rest = moved(thing.rest) if thing.rest is not NEVER else NEVER
    keys = moved(thing.keys) if thing.keys is not NEVER else NEVER
    attributes = _all_moved(thing.attributes, moved) if thing.attributes else thing.attributes
    if items is thing.items and rest is thing.rest and keys is thing.keys and attributes is thing.attributes:
        return thing
    return Obj(thing.shape, items, rest, keys, thing.size, attributes, thing.types, thing.many)


def _all_moved(values: dict[_Name, Value], moved: Callable[[Value], Value]) -> dict[_Name, Value]:
    found = {name: moved(value) for name, value in values.items()}
    return values if all(map(is_, found.values(), values.values())) else found


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What an evaluation of a function came to, in its own terms.

    ``state``: what holds when it comes back, None if it never does. ``pending``: where passed data does harm.
    ``cut``: it was not carried out, for lack of budget. ``outer``: variables of outer functions that it sets, and attributes
    of libraries' objects. ``shared``: everybody's objects as they are then. ``parts``: what is known of parts of what was passed.
    ``held``: the untrusted data in its objects, once somebody has asked.
    """

    result: Value
    state: State | None
    objects: dict[int, Obj]
    infos: tuple[Info, ...]
    pending: tuple[Pending, ...]
    generator: bool = False
    cut: bool = False
    outer: tuple[tuple[str, Value], ...] = ()
    shared: tuple[tuple[int, Obj], ...] = ()
    parts: Facts = ()
    held: dict[int, tuple[Taint, ...]] = {}


def effects_of(state: State | None) -> tuple[tuple[tuple[int, Obj], ...], Facts]:
    """Everybody's objects in a state, and what it knows of parts of what was passed, or of what sources give."""
    if state is None:
        return (), ()
    shared = tuple((address, thing) for address, thing in state.heap.items() if address < 0)
    parts = tuple(
        (fragment, info)
        for fragment, info in state.infos.items()
        if fragment[0] == "part" and info is not NOTHING_KNOWN and rooted(fragment)
    )
    return shared, parts


def _is_taken_out(fragment: Fragment) -> bool:
    """Whether it is an attribute or an item of what the caller passed."""
    return fragment[0] == "part" and not str(fragment[1]).startswith("same@")


class Returning:
    """Puts what a callee came to into its caller's terms."""

    __slots__ = ("alike", "back", "fragments", "frame", "groups", "made", "name", "node", "outcome", "words")

    def __init__(self, frame: Frame, node: ir.Node, name: str, passing: Passing, outcome: Outcome, words: str) -> None:
        self.frame = frame
        self.node = node
        self.name = name
        self.outcome = outcome
        self.words = words
        self.groups = passing.groups
        self.fragments = list(passing.symbols)
        self.back = {number: address for address, number in passing.addresses.items()}
        self.made: dict[int, int] = {}
        self.alike: dict[tuple[object, ...], int] = {}

    def fragment(self, fragment: Fragment) -> Fragment:
        """A fragment in the caller's terms."""
        match fragment[0]:
            case "param":
                number = fragment[1]
                assert isinstance(number, int)
                return self.fragments[number] if number < len(self.fragments) else ("call", self.node.start, fragment)
            case "part":
                base = fragment[2]
                assert isinstance(base, tuple)
                tag = str(fragment[1])
                if tag.startswith("same@"):
                    return same_part(self.fragment(base), f"{self.node.start}:{self.name}:{tag[5:]}"[:60])
                return self.frame.part_of(self.fragment(base), tag)
            case "image":
                base = fragment[2]
                assert isinstance(base, tuple)
                return image(str(fragment[1]), self.fragment(base))
            case "source":
                return fragment
            case _:
                if _nesting(fragment) > 6:
                    return ("call", self.node.start, fragment[0])
                return ("call", self.node.start, fragment)

    def taints(self, taints: Iterable[Taint], learn: bool = True) -> tuple[Taint, ...]:
        """Untrusted data in the caller's terms, with the steps it took inside."""
        found: tuple[Taint, ...] = ()
        state = self.outcome.state
        for taint in taints:
            fragment = self.fragment(taint.fragment)
            if (
                learn
                and state is not None
                and fragment[0] in ("call", "part", "image")
                and taint.fragment[0] != "param"
            ):
                info = state.infos.get(taint.fragment)
                known = fragment in self.frame.state.infos
                if info is not None and (not known or fragment[0] == "call" or str(fragment[1]).startswith("same@")):
                    self.frame.state.infos[fragment] = info
                if fragment[0] != "call":
                    self._learn_bases(taint.fragment, state)
            if isinstance(taint.origin, Symbol):
                for outer in self.groups[taint.origin.number]:
                    found = merge_taints(found, (self.through(outer, taint, fragment),))
            else:
                trail = Trail(
                    taint.trail, self.frame.path, self.node.start, self.node.end, f"returned by `{self.name}()`"
                )
                found = merge_taints(found, (replace(taint, fragment=fragment, trail=trail),))
        return found

    def _learn_bases(self, fragment: Fragment, state: State) -> None:
        """What is known of the texts of the callee's making that this is a part or a form of."""
        while fragment[0] in ("part", "image"):
            base = fragment[2]
            assert isinstance(base, tuple)
            fragment = base
            outer = self.fragment(fragment)
            if outer[0] == "call" and fragment in state.infos:
                self.frame.state.infos[outer] = state.infos[fragment]

    def through(self, outer: Taint, inner: Taint, fragment: Fragment) -> Taint:
        """The caller's data after what the callee did with it."""
        # Binding the parameters has said what goes in as what.
        words = "" if outer.trail.message.startswith(self.words) else self.words
        trail = Trail(outer.trail, self.frame.path, self.node.start, self.node.end, words, inner.trail)
        reasons = outer.reasons
        if reasons and PART not in reasons and _is_taken_out(inner.fragment):
            reasons = (*reasons[:3], PART)
        for reason in inner.reasons:
            if reason not in reasons:
                reasons = (*reasons, reason)
        return Taint(outer.origin, fragment, trail, min(outer.level, inner.level), reasons[:4])

    def value(self, value: Value) -> Value:
        """A value in the caller's terms."""
        if not value.taints and not value.refs and not value.texts and value.claim is None:
            return value
        refs = value.refs
        if refs and set(map(type, refs)) != NAMES:
            refs = tuple([self.ref(one) for one in refs])
        elif not value.taints and value.claim is None:
            return value
        texts: tuple[Text, ...] = value.texts
        if texts and value.taints:
            texts = tuple(tuple(self.piece(piece) for piece in text) for text in texts)
        claim = value.claim
        if claim is not None:
            claim = Claim(self.facts(claim.true), self.facts(claim.false))
        return Value(value.constants, value.open, self.taints(value.taints) if value.taints else (), refs, texts, claim)

    def piece(self, piece: Piece) -> Piece:
        """A stretch of text in the caller's terms."""
        if isinstance(piece, str) or not piece.taints:
            return piece
        return Hole(self.taints(piece.taints), piece.plain)

    def facts(self, facts: Facts | None) -> Facts | None:
        """Facts in the caller's terms; those on what only the callee knew are left out."""
        if not facts:
            return facts
        return tuple((self.fragment(fragment), info) for fragment, info in facts if rooted(fragment))

    def ref(self, item: Ref) -> Ref:
        """What a value may be, in the caller's terms."""
        if type(item) is int:
            return self.address(item)
        if type(item) is Closure:
            return Closure(
                item.function,
                tuple((name, self.value(held)) for name, held in item.captured),
                self.value(item.receiver) if item.receiver is not None else None,
                tuple(self.value(held) for held in item.arguments),
                tuple((name, self.value(held)) for name, held in item.keywords),
            )
        if type(item) is Method:
            return replace(item, receiver=self.value(item.receiver))
        return item

    def address(self, address: int) -> int:
        """An object in the caller's terms; one that the callee made is made here too."""
        if address < 0:
            return address
        known = self.back.get(address)
        if known is not None:
            return known
        made = self.made.get(address)
        if made is not None:
            return made
        thing = self.outcome.objects.get(address)
        if thing is not None and len(self.made) >= MOST_MADE:
            made = self.made[address] = self._plain(address, thing)
            return made
        shell = self.frame.make(("call", self.node.start, address), Obj(thing.shape if thing else "instance"))
        number = shell.refs[0]
        assert type(number) is int
        self.made[address] = number
        if thing is not None:
            converted = self.object(thing)
            before = self.frame.state.heap[number]
            self.frame.state.heap[number] = replace(converted, many=before.many)
        return number

    def _plain(self, address: int, thing: Obj) -> int:
        """An object of which no more is told than what untrusted data is in it: one for all of which the same is told."""
        heap = self.frame.state.heap
        found = self._held(address, thing)
        rest = Value(open=True, taints=self.taints(found) if found else ())
        kind = (thing.shape, thing.types, rest)
        known = self.alike.get(kind)
        if known is not None:
            if not heap[known].many:
                heap[known] = replace(heap[known], many=True)
            return known
        made = Obj(thing.shape, {}, rest, UNKNOWN, None, {}, thing.types, thing.many)
        number = self.frame.make(("call", self.node.start, address), Obj(thing.shape)).refs[0]
        assert type(number) is int
        heap[number] = replace(made, many=made.many or heap[number].many)
        self.alike[kind] = number
        return number

    def _held(self, address: int, thing: Obj) -> tuple[Taint, ...]:
        """The untrusted data in an object of the callee's making, in its terms."""
        known = self.outcome.held.get(address)
        if known is not None:
            return known
        found: tuple[Taint, ...] = ()
        seen: set[int] = set()
        stack = [thing]
        while stack and len(seen) < MOST_INSIDE:
            one = stack.pop()
            for held in (*one.items.values(), *one.attributes.values(), one.rest, one.keys):
                found = merge_taints(found, held.taints) if held.taints else found
                for other in held.refs:
                    if type(other) is int and other not in seen:
                        seen.add(other)
                        inner = self.outcome.objects.get(other)
                        if inner is not None:
                            stack.append(inner)
        self.outcome.held[address] = found
        return found

    def object(self, thing: Obj) -> Obj:
        """An object's contents in the caller's terms."""
        return _carried_over(thing, self.value)

    def effects(self, passing: Passing) -> None:
        """What the callee did to what it was passed."""
        state = self.outcome.state
        if state is None:
            return
        for number, before in passing.objects.items():
            after = state.heap.get(number)
            if after is not None and after is not before and after != before:
                self.frame.update(self.back[number], self.object(after), True)
        for address, thing in self.outcome.shared:
            self.frame.state.heap[address] = self.object(thing)
        for number, known in enumerate(passing.infos()):
            now = state.infos.get(("param", number), NOTHING_KNOWN)
            if now is not known and now != known:
                self.frame.state.learn(((self.fragments[number], now),))
        for fragment, info in self.outcome.parts:
            outer = self.fragment(fragment)
            if outer in self.frame.state.infos:
                self.frame.state.learn(((outer, info),))

    def pending(self, one: Pending) -> Pending:
        """Where the caller's data does harm inside the callee."""
        found: tuple[Taint, ...] = ()
        for taint in one.taints:
            if isinstance(taint.origin, Symbol):
                for outer in self.groups[taint.origin.number]:
                    fragment = outer.fragment
                    if _is_taken_out(taint.fragment) and not _is_taken_out(fragment):
                        # Who passed it may know that this is less certain than the whole.
                        fragment = self.frame.part_of(fragment, "taken")
                    found = merge_taints(found, (self.through(outer, taint, fragment),))
        return replace(one, taints=found)


def rooted(fragment: Fragment) -> bool:
    """It is something that was passed, or part of it, or of what a source gives."""
    while fragment[0] in ("part", "image"):
        base = fragment[2]
        assert isinstance(base, tuple)
        fragment = base
    return fragment[0] in ("param", "source")


def _nesting(fragment: Fragment) -> int:
    depth = 0
    current: object = fragment
    while isinstance(current, tuple) and current and current[0] == "call":
        depth += 1
        current = current[2]
    return depth


def portable(value: Value, depth: int = 0) -> Value:
    """A value without what only its own frame knows."""
    refs: list[Ref] = []
    for one in value.refs:
        if type(one) is int:
            if one < 0:
                refs.append(one)
        elif type(one) is Method:
            if depth < 3:
                refs.append(replace(one, receiver=portable(one.receiver, depth + 1)))
        elif type(one) is Closure:
            if depth < 3:
                refs.append(
                    Closure(
                        one.function,
                        tuple((name, portable(held, depth + 1)) for name, held in one.captured),
                        portable(one.receiver, depth + 1) if one.receiver is not None else None,
                        tuple(portable(held, depth + 1) for held in one.arguments),
                        tuple((name, portable(held, depth + 1)) for name, held in one.keywords),
                    )
                )
        else:
            refs.append(one)
    lost = len(refs) < len(value.refs)
    taints: tuple[Taint, ...] = tuple(taint for taint in value.taints if not isinstance(taint.origin, Symbol))
    choices: tuple[Text, ...] = value.texts if len(taints) == len(value.taints) else ()
    return Value(value.constants, value.open or lost or len(taints) < len(value.taints), taints, tuple(refs), choices)
