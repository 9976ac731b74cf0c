"""An engine that takes notes of what it sees in one file, to tell why a place is or isn't reported.

The plain engine knows nothing of this: what is not asked for costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import UNKNOWN_ORIGIN, Kind, Sink, Tables
from flasklint.project.project import Project
from flasklint.source import Location, Span
from flasklint.taint import characters, sinks
from flasklint.taint.engine import Engine
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.judge import harmless, open_quote
from flasklint.taint.passing import Outcome, Passing
from flasklint.taint.tables import pick
from flasklint.taint.values import (
    DATES,
    NUMERIC,
    Claim,
    ClassRef,
    Closure,
    Fragment,
    FunctionKey,
    Info,
    Symbol,
    Taint,
    Text,
    Trail,
    Value,
)


class Way(NamedTuple):
    """Untrusted data as it was seen at a place: what it is, how it came there, and why it is less than certain."""

    words: str
    trail: Trail
    level: Confidence
    reasons: tuple[str, ...]


class Seen(NamedTuple):
    """An expression with the most telling of its values: ``ways`` of untrusted data into it, and what it is in ``words``."""

    node: ir.Expr
    ways: tuple[Way, ...]
    words: str


class Check(NamedTuple):
    """A condition that told something of untrusted data."""

    location: Location
    claim: Claim


class Verdict(NamedTuple):
    """What became of one piece of untrusted data at a sink: it does harm, unless ``why`` not."""

    way: Way
    why: str
    where: Location | None = None


class Sunk(NamedTuple):
    """One look at an argument of a sink: ``applies``: its row speaks of such a call; ``words``: what the argument is."""

    row: Sink
    location: Location
    applies: bool
    words: str
    verdicts: tuple[Verdict, ...]


class Called(NamedTuple):
    """A call: by which canonical names a library's thing is called, or which function of the project was entered."""

    location: Location
    names: tuple[str, ...]
    known: bool
    entered: str = ""


class Watch(Engine):
    """Notes what is evaluated in ``path``, and the calls and sinks between the offsets ``span`` of it."""

    def __init__(self, project: Project, tables: Tables, path: str, span: Span) -> None:
        super().__init__(project, tables)
        self.path = path
        self.span = span
        self.seen: dict[tuple[int, int], Seen] = {}
        self.checks: dict[Location, Check] = {}
        self.sunk: dict[tuple[object, ...], Sunk] = {}
        self.calls_seen: dict[tuple[object, ...], Called] = {}
        self.frames_run: set[str] = set()
        self._calls: list[tuple[Frame, Passing, ir.Node, str]] = []

    def on_line(self, node: ir.Node) -> bool:
        """It begins on the line that is asked about."""
        return self.span.start <= node.start < max(self.span.end, self.span.start + 1)

    # Notes

    def evaluate(self, frame: Frame, node: ir.Expr) -> Value:
        value = super().evaluate(frame, node)
        if value.claim is not None and (value.claim.true or value.claim.false):
            place = Location(frame.path, Span(node.start, node.end))
            self.checks[place] = Check(place, value.claim)
        if frame.path == self.path:
            self._note(frame, node, value)
        return value

    def _note(self, frame: Frame, node: ir.Expr, value: Value) -> None:
        ways = tuple(self._way(taint) for taint in frame.inside(value) if _is_real(taint))
        known = self.seen.get((node.start, node.end))
        # Of several evaluations, what counts is the one that brought untrusted data.
        if known is None or (ways and not known.ways):
            self.seen[node.start, node.end] = Seen(node, ways, described(frame, value))

    def _way(self, taint: Taint) -> Way:
        """A piece of untrusted data, followed up to where it came in."""
        origin, trail = taint.origin, taint.trail
        level, reasons = taint.level, taint.reasons
        depth = len(self._calls)
        while isinstance(origin, Symbol) and depth:
            depth -= 1
            frame, passing, node, words = self._calls[depth]
            if origin.number >= len(passing.groups) or not passing.groups[origin.number]:
                break
            outer = passing.groups[origin.number][0]
            trail = Trail(outer.trail, frame.path, node.start, node.end, words, trail)
            level, reasons = min(level, outer.level), (*outer.reasons, *reasons)
            origin = outer.origin
        words = "what a caller passes" if isinstance(origin, Symbol) else origin.row.words
        return Way(words, trail, Confidence(level), tuple(dict.fromkeys(reasons)))

    def outcome(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing, node: ir.Node
    ) -> Outcome:
        if frame.path == self.path and self.on_line(node):
            place = Location(frame.path, Span(node.start, node.end))
            self.calls_seen[node.start, node.end, key.name] = Called(place, (), True, f"{key.name} ({key.path})")
        words = f"passed to `{key.function.name}`" if key.page else f"passed to `{key.function.name}()`"
        self._calls.append((frame, passing, node, words))
        try:
            return super().outcome(frame, key, values, passing, node)
        finally:
            self._calls.pop()

    def run_frame(self, inner: Frame, infos: tuple[Info, ...] = ()) -> Outcome:
        if inner.path == self.path and inner.key is not None:
            self.frames_run.add(inner.key.name)
        return super().run_frame(inner, infos)

    # Sinks

    def call_library(
        self,
        frame: Frame,
        names: tuple[str, ...],
        receiver: Value | None,
        arguments: Arguments,
        node: ir.Node,
        method: str,
    ) -> Value:
        if frame.path == self.path and self.on_line(node):
            rows = [row for name in names for row in self.index.sinks.get(name, ())]
            rows = rows or list(self.index.sinks.get(f"?.{method}", ()) if method else ())
            known = bool(rows) or any(
                name in self.index.callables or f"{name}()" in self.index.sources or name.startswith("builtins.")
                for name in (*names, f"?.{method}")
            )
            place = Location(frame.path, Span(node.start, node.end))
            shown = tuple(name for name in names if not name.startswith("?")) or ((method,) if method else ())
            self.calls_seen.setdefault((node.start, node.end, shown), Called(place, shown, known))
            for row in rows:
                applies = sinks.applies(frame, row, arguments, receiver)
                for where in row.arguments:
                    for value, at in pick(frame, where, arguments, receiver):
                        spot = arguments.places[at] if at is not None and at < len(arguments.places) else node
                        self._sink(frame, row, value, spot, applies)
        return super().call_library(frame, names, receiver, arguments, node, method)

    def answered(self, frame: Frame, value: Value, node: ir.Node) -> None:
        if frame.path == self.path and self.on_line(node):
            for row in self.index.sinks.get("<view>", ()):
                self._sink(frame, row, value, node, applies=True)
        super().answered(frame, value, node)

    def put_out(self, frame: Frame, node: ir.Output, place: str, value: Value) -> None:
        if frame.path == self.path and self.on_line(node):
            for row in self.index.sinks.get(f"<{place}>", ()):
                self._sink(frame, row, value, node, applies=True)
        super().put_out(frame, node, place, value)

    def _sink(self, frame: Frame, row: Sink, value: Value, node: ir.Node, applies: bool) -> None:
        """Judge an argument as the engine does, and keep the reasons."""
        kind = self.index.kind(row.kind)
        verdicts: dict[Fragment, Verdict] = {}
        for choice in sinks.texts_read(frame, row, value):
            before = ""
            for at, piece in enumerate(choice):
                if isinstance(piece, str):
                    before += piece
                    continue
                for taint in piece.taints:
                    if not _is_real(taint):
                        continue
                    info = frame.full_info(taint.fragment)
                    why, where = "", None
                    if harmless(kind, info, before, choice, at):
                        why, where = self._reason(frame, row.kind, taint, info, before, choice, at)
                    known = verdicts.get(taint.fragment)
                    if known is None or known.why:
                        verdicts[taint.fragment] = Verdict(self._way(taint), why, where)
                before += "\x00"
        place = Location(frame.path, Span(node.start, node.end))
        found = Sunk(row, place, applies, described(frame, value), tuple(verdicts.values()))
        key = (row.name, row.kind, place)
        before_ = self.sunk.get(key)
        if before_ is None or _weight(found) > _weight(before_):
            self.sunk[key] = found

    def _check(self, frame: Frame, row: Kind, fragment: Fragment, before: str, text: Text, at: int) -> Location | None:
        """The check, nearest before the line, that by itself keeps untrusted data from doing harm; in a caller, too."""
        path, start = frame.path, self.span.start
        for depth in range(len(self._calls), -1, -1):
            for place in sorted(self.checks, key=lambda one: _nearness(one, path, start)):
                for facts in (self.checks[place].claim.true, self.checks[place].claim.false):
                    for known, told in facts or ():
                        if place.path == path and _is_within(fragment, known) and harmless(row, told, before, text, at):
                            return place
            symbols = list(self._calls[depth - 1][1].symbols) if depth else []
            base = _base(fragment)
            if not depth or base[0] != "param" or not isinstance(base[1], int) or base[1] >= len(symbols):
                return None
            fragment = symbols[base[1]]
            path, start = self._calls[depth - 1][0].path, self._calls[depth - 1][2].start
        return None

    def _reason(
        self, frame: Frame, kind: str, taint: Taint, info: Info, before: str, text: Text, at: int
    ) -> tuple[str, Location | None]:
        """Why untrusted data does no harm, and where that was seen to, if it can be told."""
        row = self.index.kind(kind)
        place = self._check(frame, row, taint.fragment, before, text, at)
        if place is not None:
            return "a check before it excludes that", place
        if "*" in info.clear or kind in info.clear or not info.clear.isdisjoint(row.also):
            made = next((step for step in taint.trail.steps() if step[3].startswith("made safe by")), None)
            if made is not None:
                return made[3], Location(made[0], Span(made[1], made[2]))
            return "it was cleaned, or checked, on the way", None
        if info.mask & characters.ANY != characters.ANY and harmless(row, info, "", text, at):
            return "it cannot hold the characters that this harm needs", None
        if row.quoted and open_quote(before):
            return "it stands between quotes, and cannot hold that quote", None
        if row.prefix and before:
            return f"the fixed text before it, {before.replace(chr(0), '...')!r}, keeps it from that", None
        return "what is known of its text excludes that", None


def _nearness(place: Location, path: str, start: int) -> tuple[bool, bool, int]:
    """What sorts the nearest check before a point of a file first."""
    return place.path != path, place.span.start > start, -place.span.start


def _is_real(taint: Taint) -> bool:
    return isinstance(taint.origin, Symbol) or taint.origin.row is not UNKNOWN_ORIGIN


def _base(fragment: Fragment) -> Fragment:
    """What a fragment is a part of, all the way."""
    while fragment[0] == "part":
        base = fragment[2]
        assert isinstance(base, tuple)
        fragment = base
    return fragment


def _is_within(fragment: Fragment, whole: Fragment) -> bool:
    """A fragment is another one, or a part of it."""
    current: object = fragment
    while isinstance(current, tuple) and current:
        if current == whole:
            return True
        current = current[2] if current[0] == "part" else None
    return False


def _weight(sunk: Sunk) -> tuple[bool, bool, int]:
    """What is most telling of several looks at one argument: harm, then untrusted data."""
    harm = any(not one.why for one in sunk.verdicts)
    return sunk.applies and harm, sunk.applies, len(sunk.verdicts)


# Words ---------------------------------------------------------------------------------------------------------------


def described(frame: Frame, value: Value) -> str:
    """What a value is, in a few words; of untrusted data in it nothing is said."""
    words: list[str] = []
    if value.constants:
        shown = [repr(one) if len(repr(one)) <= 40 else f"{repr(one)[:37]}..." for one in value.constants[:3]]
        words.append(
            "always " + shown[0] if len(value.constants) == 1 and value.known else "one of " + ", ".join(shown)
        )
    words += dict.fromkeys(_kinds(frame, value))
    if not words and value.texts:
        words.append("a text put together here")
    if value.open and not words:
        words.append("of unknown make")
    return " or ".join(words[:4]) or "nothing (this point is not reached)"


def _kinds(frame: Frame, value: Value) -> Iterator[str]:
    for one in value.refs:
        if isinstance(one, str):
            yield "a number" if one in NUMERIC - DATES else f"`{one}`"
        elif isinstance(one, int):
            thing = frame.object_at(one)
            yield f"an instance of `{thing.types[0]}`" if thing.types else f"a {thing.shape}"
        elif isinstance(one, Closure):
            yield f"the function `{one.function.function.name}`"
        elif isinstance(one, ClassRef):
            yield f"the class `{one.name}`"
        else:
            yield f"the method `{one.name}`"
