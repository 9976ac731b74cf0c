"""What the evaluation finds, put together: each place once, with the surest way of each piece of untrusted data."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from msgspec.structs import replace

from flasklint.findings import Confidence
from flasklint.knowledge.rows import UNKNOWN_ORIGIN
from flasklint.source import Location, Span
from flasklint.taint.flows import Flow, Flows, Limit, Path, many_hands, steps
from flasklint.taint.frame import Frame, Pending
from flasklint.taint.kept import Kept
from flasklint.taint.values import Origin, Symbol, Taint, merge_taints

FEW_HANDS = 2
"""Functions of the project through which data goes that is certainly still there. The more hands it goes through, the more often
something on the way looks at it that no summary tells of: of 120 flows read on real apps, three of four were true up to here,
beyond it two of five."""


class _Way(NamedTuple):
    """Untrusted data that gets to a place, and whether something was checked on its way."""

    taint: Taint
    checked: bool


class Record:
    """The flows found so far."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[Pending, dict[tuple[object, ...], _Way]]] = {}

    def add(self, frame: Frame, pending: Pending) -> None:
        """Untrusted data was found where it does harm: what came from a caller is kept with the frame."""
        taints = tuple(
            taint
            for taint in pending.taints
            if isinstance(taint.origin, Symbol) or taint.origin.row is not UNKNOWN_ORIGIN
        )
        if len(taints) < len(pending.taints):
            if not taints and not pending.row.shape:
                return
            pending = replace(pending, taints=taints)
        symbols = tuple(taint for taint in pending.taints if isinstance(taint.origin, Symbol))
        actual = tuple(taint for taint in pending.taints if not isinstance(taint.origin, Symbol))
        where = (pending.row.kind, pending.path, pending.call, pending.argument, pending.name)
        if symbols:
            known = frame.flows.get(where)
            merged = symbols if known is None else merge_taints(known.taints, symbols)
            weak = pending.weak if known is None else known.weak | pending.weak
            frame.flows[where] = replace(pending, taints=merged, weak=weak)
        if actual or not pending.taints:
            kept = self._found.get(where)
            if kept is None:
                kept = self._found[where] = (pending, {})
            elif actual and not kept[1]:
                kept = self._found[where] = (pending, kept[1])
            elif actual and pending.weak - kept[0].weak:
                kept = self._found[where] = (replace(kept[0], weak=kept[0].weak | pending.weak), kept[1])
            checked = any(tag.startswith("check@") for tag in pending.weak)
            for taint in actual:
                origin = taint.origin
                assert isinstance(origin, Origin)
                way = (origin.row.name, origin.path, origin.start)
                best = kept[1].get(way)
                if best is None or (best.taint.level, best.checked) < (taint.level, best.checked and not checked):
                    kept[1][way] = _Way(taint, checked)

    def flows(self, limits: Collection[Limit], judged: Collection[tuple[str, int]], kept: Kept) -> Flows:
        """All that was found."""
        result: list[Flow] = []
        for pending, taints in self._found.values():
            paths = []
            for taint, checked in taints.values():
                assert isinstance(taint.origin, Origin)
                paths.append(_path(taint, checked))
            paths.sort(
                key=lambda path: (
                    -path.confidence,
                    len(path.steps),
                    path.steps[0].location if path.steps else Location("", Span(0, 0)),
                )
            )
            result.append(
                Flow(
                    pending.row,
                    Location(pending.path, Span(*pending.argument)),
                    Location(pending.path, Span(*pending.call)),
                    pending.scope,
                    pending.texts,
                    tuple(paths),
                    tuple(sorted(tag for tag in pending.weak if tag.startswith("weak:"))),
                    tuple(sorted(_place(tag) for tag in pending.weak if tag.startswith("check@"))),
                    pending.name,
                )
            )
        return Flows(result, limits, judged, kept.places, kept.common)


def _path(taint: Taint, checked: bool) -> Path:
    assert isinstance(taint.origin, Origin)
    way, level, reasons = steps(taint.trail), Confidence(taint.level), taint.reasons
    hands = sum(step.message.startswith("passed to `") and "()`" in step.message for step in way)
    if hands > FEW_HANDS and level > Confidence.MEDIUM:
        level, reasons = Confidence.MEDIUM, (*reasons, many_hands(hands))
    return Path(taint.origin.row, way, level, reasons, checked)


def _place(tag: str) -> Location:
    start, end, path = tag.removeprefix("check@").split(":", 2)
    return Location(path, Span(int(start), int(end)))
