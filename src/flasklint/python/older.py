"""Python 2, put into the words of Python 3.

A program that was never ported can still be attacked, and is read as what it would be. Only what the new grammar refuses is
written anew, where a text was refused; what merely means something else now stays as it is. Each change is noted, so that
every place that comes of the new text can be told in the old one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar, cast

import msgspec
from msgspec.structs import replace

from flasklint import ir
from flasklint.python.layout import STRING, Layout

_BEGIN = r"(?:^|[:;])[ \t]*"
_ARGUMENT = r"(?P<gap>[ \t]+)(?=[^\s(=.,:)\]}>])"
_WORDED = re.compile(rf"(?m){_BEGIN}(?P<word>print|exec){_ARGUMENT}")
_RAISE = re.compile(rf"(?m){_BEGIN}raise[ \t]+")
_EXCEPT = re.compile(r"(?m)^[ \t]*except\b[^:]{0,300}?(?P<comma>[ \t]*,[ \t]*)[A-Za-z_]\w*[ \t]*:")
_IN = re.compile(r"[ \t]+in[ \t]+")
_OCTAL = re.compile(r"(?<![\w.])0(?P<at>)[0-7]+[lL]?(?![\w.])")
_LONG = re.compile(r"(?<![\w.])(?:0[xX][\da-fA-F]+|\d+)(?P<l>[lL])(?!\w)")
_OLD_PREFIX = re.compile(rf"\b(?P<u>[uU])[rR](?={STRING})")
_HEADER = re.compile(r"\bdef[ \t]+\w+[ \t]*\((?P<def>[^:]{0,400})\)[ \t]*:|\blambda\b(?P<lambda>[^:]{0,200}):")
_INNER = r"\(\s*\w+(?:\s*,\s*\w+)*\s*,?\s*\)"
_TAKEN_APART = re.compile(rf"(?:^|,)\s*(?P<group>\(\s*(?:\w+|{_INNER})(?:\s*,\s*(?:\w+|{_INNER}))*\s*,?\s*\))")
_OF_GROUP = re.compile(r"\(|,(?=\s*\))|\)")
_ASYNC = re.compile(r"\basync\b(?P<at>)(?![ \t]+(?:def|with|for)\b)")
_INDENT = re.compile(r"(?m)^[ \t]*\t[ \t]*(?=\S)")
_SPACES = re.compile(r"(?m)^\t* [ \t]*(?=\S)")
_TAB = 8
_SIGN = re.compile(r"[\[({]|[\])}]|[;,]|\\\r?\n|\n|\r")


class Edit(NamedTuple):
    """From where to where in the old text, and what stands there in the new one."""

    start: int
    end: int
    text: str


class Rewritten(NamedTuple):
    """A text in the words of Python 3, and what was changed for it, in order."""

    text: str
    edits: tuple[Edit, ...]


def rewritten(layout: Layout) -> Rewritten | None:
    """The text that Python 3 would have for it; None if nothing in it is of Python 2."""
    code = layout.code
    edits = sorted(
        {*_statements(code), *_words(code), *_parameters(code), *(_indents(code) if _SPACES.search(code) else ())}
    )
    if not edits or any(one.end > other.start for one, other in pairwise(edits)):
        return None
    parts: list[str] = []
    done = 0
    for start, end, text in edits:
        parts += (layout.text[done:start], text)
        done = end
    return Rewritten("".join((*parts, layout.text[done:])), tuple(edits))


def _statements(code: str) -> Iterator[Edit]:
    for match in _WORDED.finditer(code):
        end, commas = _end(code, match.end())
        yield Edit(*match.span("gap"), "(")
        yield Edit(end, end, ")")
        if match["word"] == "exec" and not commas and (within := _IN.search(code, match.end(), end)):
            yield Edit(*within.span(), ", ")
    for match in _RAISE.finditer(code):
        end, commas = _end(code, match.end())
        if commas:
            yield Edit(commas[0], commas[0] + 1, "(")
            yield Edit(end, end, ")")
    for match in _EXCEPT.finditer(code):
        yield Edit(*match.span("comma"), " as ")


def _parameters(code: str) -> Iterator[Edit]:
    """``lambda (key, value): ...``: a parameter that is taken apart becomes as many as it has names."""
    for header in _HEADER.finditer(code):
        group = header.lastgroup or "def"
        start = header.start(group)
        for match in _TAKEN_APART.finditer(header[group]):
            at = start + match.start("group")
            for sign in _OF_GROUP.finditer(match["group"]):
                yield Edit(at + sign.start(), at + sign.end(), " " if sign[0] == "(" else "")


def _words(code: str) -> Iterator[Edit]:
    ticks = [match.start() for match in re.finditer("`", code)]
    for number, at in enumerate(ticks[: len(ticks) // 2 * 2]):
        yield Edit(at, at + 1, ")" if number % 2 else "repr(")
    for match in re.finditer("<>", code):
        yield Edit(*match.span(), "!=")
    for match in _OCTAL.finditer(code):
        yield Edit(*match.span("at"), "o")
    for match in _LONG.finditer(code):
        yield Edit(*match.span("l"), "")
    for match in _ASYNC.finditer(code):
        yield Edit(*match.span("at"), "_")
    for match in _OLD_PREFIX.finditer(code):
        yield Edit(*match.span("u"), "")


def _indents(code: str) -> Iterator[Edit]:
    """Tabs among spaces as what they stood for."""
    for match in _INDENT.finditer(code):
        yield Edit(*match.span(), match[0].expandtabs(_TAB))


def _end(code: str, at: int) -> tuple[int, list[int]]:
    """Where a statement ends, and its commas outside of brackets."""
    depth, commas, end = 0, [], len(code)
    for match in _SIGN.finditer(code, at):
        sign = match[0]
        if sign in "[({":
            depth += 1
        elif sign in "])}":
            depth -= 1
        elif depth > 0 or sign[0] == "\\":
            continue
        elif sign == ",":
            commas.append(match.start())
        else:
            end = match.start()
            break
    return at + len(code[at:end].rstrip()), commas


N = TypeVar("N")


def restored(facts: N, edits: tuple[Edit, ...]) -> N:
    """The facts of a rewritten text, each place where it was in the old one."""
    starts: list[int] = []
    shifts: list[int] = []
    shift = 0
    for start, end, text in edits:
        # Inside of what was written anew, all is where that begins; behind it, places are moved by what it is longer.
        starts += (start + shift, start + shift + len(text))
        shift += len(text) - (end - start)
        shifts.append(shift)

    def back(offset: int) -> int:
        number = bisect_right(starts, offset)
        if number % 2:
            return edits[number // 2].start
        return offset - (shifts[number // 2 - 1] if number else 0)

    def moved(fact: object) -> object:
        if isinstance(fact, tuple):
            return tuple([moved(one) for one in fact])
        if not isinstance(fact, msgspec.Struct):
            return fact
        fields = {name: moved(getattr(fact, name)) for name in fact.__struct_fields__}
        if isinstance(fact, ir.Node):
            fields |= {name: back(getattr(fact, name)) for name in ("start", "end", "name_start") if name in fields}
        return replace(fact, **fields)

    return cast("N", moved(facts))
