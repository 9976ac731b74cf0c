"""Answers that are worked out once, on demand, where one may hang on another and, in odd code, on itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

_DEEPEST = 56
_MOST_STEPS = 3_000
_NEVER = 1 << 30


class Memo(Generic[Answer]):
    """Keeps answers by key: those that stand are in ``kept``, to be looked at and not written to.

    A question that comes up again while it is being answered gets ``nothing``, and what was built on that is kept only until the
    outermost question is answered: kept for good, it would be wrong for whoever asks from another end of the circle.
    Questions nested too deeply, or too many of them under one, get ``nothing`` too.
    """

    def __init__(self, nothing: Answer) -> None:
        self._nothing = nothing
        self.kept: dict[Hashable, Answer] = {}
        self._drafts: dict[Hashable, Answer] = {}
        self._open: dict[Hashable, int] = {}
        self._cut = _NEVER
        self._steps = 0

    def ask(self, key: Hashable, work: Callable[[], Answer]) -> Answer:
        """The answer to a question, worked out by ``work`` if it is new."""
        found = self.kept.get(key)
        if found is not None:
            return found
        found = self._drafts.get(key)
        if found is not None:
            # It was built on a question that is still open, so that what is built on it is a draft too.
            self._cut = min(self._cut, 0)
            return found
        if key in self._open:
            self._cut = min(self._cut, self._open[key])
            return self._nothing
        depth = len(self._open)
        self._steps = self._steps + 1 if depth else 0
        if depth >= _DEEPEST or self._steps > _MOST_STEPS:
            self._cut = 0
            return self._nothing
        self._open[key] = depth
        outer, self._cut = self._cut, _NEVER
        try:
            answer = work()
        finally:
            del self._open[key]
            cut, self._cut = self._cut, outer
        if cut >= depth:
            self.kept[key] = answer
        else:
            self._drafts[key] = answer
            self._cut = min(outer, cut)
        if not depth:
            self._drafts.clear()
            self._cut = _NEVER
        return answer

    def unsettle(self) -> None:
        """Something that the questions under way hang on is not known yet: what is answered now is not to be kept."""
        self._cut = -1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For a question about everything that comes up inside another one: it is answered as if it had been asked first."""
        outer = self._open, self._drafts, self._cut, self._steps
        self._open, self._drafts, self._cut, self._steps = {}, {}, _NEVER, 0
        try:
            yield
        finally:
            self._open, self._drafts, self._cut, self._steps = outer
