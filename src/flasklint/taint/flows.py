"""What the engine found, for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from flasklint.findings import Confidence, Step
from flasklint.knowledge.rows import Sink, Source
from flasklint.source import Location, Span
from flasklint.taint.values import Text, Trail

_HANDS = "it goes through "


def many_hands(count: int) -> str:
    """The reason of a doubt that data goes through so many functions of the project."""
    return f"{_HANDS}{count} functions"


class Path(NamedTuple):
    """One way of untrusted data to a place where it does harm.

    ``source``: the row of what it is. ``reasons``: why it is less than certain. ``checked``: something was checked on this way.
    """

    source: Source
    steps: tuple[Step, ...]
    confidence: Confidence
    reasons: tuple[str, ...]
    checked: bool = False

    @property
    def door(self) -> Location | None:
        """Where it was last passed to a function of the project, if it was: what can be mended for each way by itself."""
        return next((step.location for step in reversed(self.steps) if step.message.startswith("passed to `")), None)

    @property
    def is_seen(self) -> bool:
        """Whether all that it goes through was looked at, however much that is."""
        return all(reason.startswith(_HANDS) for reason in self.reasons)

    def goes_through(self, word: str) -> bool:
        """Whether it goes through a library's function of this name."""
        return any(step.message == f"goes through `{word}`" for step in self.steps)


class Flow(NamedTuple):
    """A place where text that someone else decides, or that can't be told, does harm.

    ``location``: the argument; ``call``: the whole call. ``scope``: qualified name of the function it stands in.
    ``texts``: how the argument's text is put together. ``paths``: how untrusted data gets there, the surest first; none when the
    text is merely not all of the program's own making. ``weak``: tags of checks that were made but do not stop it, ``checks``
    their places. ``name``: that the text is kept under, if it is.
    """

    sink: Sink
    location: Location
    call: Location
    scope: str
    texts: tuple[Text, ...]
    paths: tuple[Path, ...]
    weak: tuple[str, ...]
    checks: tuple[Location, ...] = ()
    name: str = ""

    @property
    def untrusted(self) -> bool:
        """Untrusted data gets there, as far as can be told."""
        return bool(self.paths)

    @property
    def confidence(self) -> Confidence:
        """How sure that is."""
        return min(self.sink.confidence, self.paths[0].confidence) if self.paths else Confidence.LOW

    @property
    def built(self) -> bool:
        """The text is put together from parts, some of them not the program's own."""
        return any(
            len(choice) > 1 and any(not isinstance(piece, str) and not piece.plain for piece in choice)
            for choice in self.texts
        )

    @property
    def trace(self) -> tuple[Step, ...]:
        """The steps of the surest way."""
        return self.paths[0].steps if self.paths else ()


class Limit(NamedTuple):
    """A place where the analysis stopped before it was through, and why."""

    location: Location
    reason: str


class Flows:
    """All flows of a project, by kind of harm, in the order of the text.

    ``judged``: outputs and filters of templates, and calls, that were looked at, by path and start: where no flow is, nothing
    goes that could do harm. ``kept``: where values are kept under the names that templates print without escaping, and in what;
    ``common``: those of the names of which not every place is known.
    """

    def __init__(
        self,
        flows: Iterable[Flow],
        limits: Iterable[Limit] = (),
        judged: Iterable[tuple[str, int]] = (),
        kept: Mapping[str, Mapping[Location, frozenset[str]]] = MappingProxyType({}),
        common: frozenset[str] = frozenset(),
    ) -> None:
        self._by_kind: dict[str, list[Flow]] = {}
        for flow in sorted(flows, key=lambda one: (one.location, one.sink.kind, one.sink.name, one.name)):
            self._by_kind.setdefault(flow.sink.kind, []).append(flow)
        self.limits = tuple(sorted(set(limits)))
        self.judged = frozenset(judged)
        self.kept = kept
        self.common = common

    def flows(self, *kinds: str) -> Iterator[Flow]:
        """The flows of these kinds; of all when none is named."""
        for kind in kinds or sorted(self._by_kind):
            yield from self._by_kind.get(kind, ())


def steps(trail: Trail) -> tuple[Step, ...]:
    """The steps of a trail, the source first."""
    found: list[Step] = []
    for path, start, end, message, depth in trail.steps():
        step = Step(Location(path, Span(start, end)), "step", message, depth)
        if found and found[-1].location == step.location and found[-1].message == message:
            continue
        found.append(step)
    if found:
        first, last = found[0], found[-1]
        found[0] = Step(first.location, "source", first.message, first.depth)
        if len(found) > 1:
            found[-1] = Step(last.location, "sink", last.message, last.depth)
    return tuple(found)
