"""Code shown with its line numbers and the exact spans underlined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flasklint.reporters.cells import width, wrap
from flasklint.reporters.paint import Line, Piece
from flasklint.reporters.selection import region
from flasklint.reporters.visible import visible, visible_char
from flasklint.source import Span, Text

_TAB = "    "
_LONGEST_SPAN = 4
"""Lines of one span that are all shown; of a longer one only its first two and its last."""
_LABEL_ROOM = 28
"""A label is moved to where it has this many cells before it is broken into narrow lines."""


class Mark(NamedTuple):
    """A span to underline with ``sign``, and the words beside it."""

    span: Span
    label: str
    sign: str
    style: str


class Row(NamedTuple):
    """A row of a frame: a line of code with its number, a row below one without, or a gap (number 0)."""

    number: int | None
    line: Line


class _Stretch(NamedTuple):
    """What a mark underlines of one line, in code points from the line's start."""

    start: int
    end: int
    mark: Mark
    label: str


GAP = Row(0, ())


def frame(text: Text, marks: Sequence[Mark], room: int, *, unicode: bool = True) -> list[Row]:
    """Rows for all marks of one file, in the order of the lines; of one line, in the order of the marks.

    ``room``: cells for the code, without line numbers. Longer lines are cut around their marks.
    """
    rows: list[Row] = []
    previous = 0
    for number, stretches in sorted(_by_line(text, marks).items()):
        if previous and number == previous + 2:
            rows.append(Row(number - 1, _code(text.line(number - 1), 0, 0, room, unicode)[0]))
        elif previous and number > previous + 2:
            rows.append(GAP)
        rows.extend(_line_rows(number, text.line(number), stretches, room, unicode))
        previous = number
    return rows


def _by_line(text: Text, marks: Sequence[Mark]) -> dict[int, list[_Stretch]]:
    lines: defaultdict[int, list[_Stretch]] = defaultdict(list)
    for mark in marks:
        (first, start), (last, end) = region(text, mark.span)
        if last > first and end == 1:
            # The span ends with a line end: the line after it holds nothing of it.
            last -= 1
            end = len(text.line(last)) + 1
        if last == first:
            lines[first].append(_Stretch(start - 1, end - 1, mark, mark.label))
            continue
        numbers = range(first, last + 1)
        for number in numbers if len(numbers) <= _LONGEST_SPAN else (first, first + 1, last):
            line = text.line(number)
            begin = start - 1 if number == first else len(line) - len(line.lstrip())
            stop = end - 1 if number == last else len(line.rstrip())
            label = mark.label if number == last else ""
            if begin < stop or label:
                lines[number].append(_Stretch(min(begin, stop), stop, mark, label))
            else:
                lines[number].extend(())
    return lines


def _line_rows(number: int, line: str, stretches: list[_Stretch], room: int, unicode: bool) -> Iterator[Row]:
    """The line once with all its marks below, or, where it is so long that they do not fit, once for each of them."""
    start, end = min(s.start for s in stretches) if stretches else 0, max((s.end for s in stretches), default=0)
    code, low, high = _code(line, start, end, room, unicode)
    if len(stretches) > 1 and (low > start or high < end):
        for stretch in stretches:
            yield from _line_rows(number, line, [stretch], room, unicode)
        return
    yield Row(number, code)
    shift = width(_ellipsis(unicode)) if low else 0
    for stretch in stretches:
        offset = shift + width(_shown(line[low : stretch.start], unicode))
        size = max(1, width(_shown(line[stretch.start : min(stretch.end, high)], unicode)))
        for below in _underline(offset, size, stretch, room, unicode):
            yield Row(None, below)


def _underline(offset: int, size: int, stretch: _Stretch, room: int, unicode: bool) -> Iterator[Line]:
    mark = stretch.mark
    underline = Piece(mark.sign * size, mark.style)
    label = visible(stretch.label, unicode=unicode)
    if not label:
        yield (Piece(" " * offset), underline)
        return
    after = offset + size + 1
    column = _label_column(offset, after, width(label), room)
    words = wrap(label, room - column)
    if column == after:
        yield (Piece(" " * offset), underline, Piece(" " + words.pop(0), mark.style))
    else:
        yield (Piece(" " * offset), underline)
    for word in words:
        yield (Piece(" " * column), Piece(word, mark.style))


def _label_column(below: int, beside: int, size: int, room: int) -> int:
    """Where a label begins: beside its underline or below it, whole if that can be, else broken, else at the right edge."""
    for wanted in (size, _LABEL_ROOM):
        for column in (beside, below):
            if room - column >= wanted:
                return column
    return max(0, room - size)


def _code(line: str, start: int, end: int, room: int, unicode: bool) -> tuple[Line, int, int]:
    """The line as shown, and the first and last (exclusive) code point of it that are."""
    low, high = _window(line, start, end, room, unicode)
    dots = _ellipsis(unicode)
    code = Piece(_shown(line[low:high], unicode))
    before = (Piece(dots, "faint"),) if low else ()
    after = (Piece(dots, "faint"),) if high < len(line) else ()
    return (*before, code, *after), low, high


def _window(line: str, start: int, end: int, room: int, unicode: bool) -> tuple[int, int]:
    """Which part of a line to show so that ``start`` and as much as possible up to ``end`` is seen, with what is around."""
    if len(line) <= room * 4 and width(_shown(line, unicode)) <= room:
        return 0, len(line)
    left = room - 2 * width(_ellipsis(unicode))
    low = high = min(start, len(line))

    def grow_right(stop: int, budget: int) -> int:
        nonlocal high
        while high < stop and (size := width(_shown_char(line[high], unicode))) <= budget:
            budget -= size
            high += 1
        return budget

    def grow_left(budget: int) -> int:
        nonlocal low
        while low > 0 and (size := width(_shown_char(line[low - 1], unicode))) <= budget:
            budget -= size
            low -= 1
        return budget

    left = grow_right(min(end, len(line)), left)
    left -= left // 2 - grow_left(left // 2)
    left = grow_right(len(line), left)
    grow_left(left)
    return low, high


def _shown(text: str, unicode: bool) -> str:
    """As :func:`visible`, but with tabs as blanks: they are common in code, and no attack."""
    return visible(text.replace("\t", _TAB), unicode=unicode)


def _shown_char(char: str, unicode: bool) -> str:
    return _TAB if char == "\t" else visible_char(char, unicode=unicode)


def _ellipsis(unicode: bool) -> str:
    return "…" if unicode else "..."
