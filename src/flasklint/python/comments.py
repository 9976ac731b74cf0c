"""Comments that speak to flasklint, and the lines that they speak about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from flasklint import ir
from flasklint.python.layout import Layout
from flasklint.python.lines import logical_lines
from flasklint.source import Text

_MARK = "flasklint:"


def comments(layout: Layout) -> tuple[ir.Comment, ...]:
    """The comments that hold ``flasklint:``.

    One that stands inside a statement, or in the header of a compound one, speaks about all lines of it; decorators belong
    to the header below them. One alone on its line speaks about what follows it at once, other comments aside: a blank line
    parts them, and then it speaks about its own line only.
    """
    text = layout.text
    if _MARK not in text:
        return ()
    starts = Text(text).line_starts
    lines = _statements(layout.code, starts)
    firsts = [first for first, _ in lines]
    alone = {
        bisect_right(starts, start)
        for start, _ in layout.comments
        if not text[starts[bisect_right(starts, start) - 1] : start].strip()
    }
    found = []
    for start, end in layout.comments:
        if _MARK in text[start:end]:
            line = bisect_right(starts, start)
            words = text[start:end].lstrip("#").strip()
            first, last = _about(line, lines, firsts, alone)
            found.append(ir.Comment(words, first, last, start=start, end=end))
    return tuple(found)


def _about(line: int, lines: Sequence[tuple[int, int]], firsts: Sequence[int], alone: set[int]) -> tuple[int, int]:
    index = bisect_right(firsts, line) - 1
    if index >= 0 and line <= lines[index][1]:
        return lines[index]
    below = line + 1
    while below in alone:
        below += 1
    index = bisect_right(firsts, below) - 1
    return lines[index] if index >= 0 and lines[index][0] <= below <= lines[index][1] else (line, line)


def _statements(code: str, starts: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last line of every simple statement and of every header, in order."""
    lines: list[tuple[int, int]] = []
    decorated = 0
    for start, end in logical_lines(code):
        decorated = decorated or bisect_right(starts, start)
        if code[start] != "@":
            lines.append((decorated, bisect_right(starts, end - 1)))
            decorated = 0
    return lines
