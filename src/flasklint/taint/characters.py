"""Sets of characters as bits: which characters a text can hold at all.

Bits 0 to 127 stand for ASCII, bit 128 for everything else. Any text is in ``ANY``; meeting is ``&``, joining is ``|``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

try:  # the parser of patterns moved in Python 3.11
    from re import _constants, _parser  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover - Python 3.10
    import sre_constants as _constants
    import sre_parse as _parser

OTHER = 1 << 128
ASCII = OTHER - 1
ANY = ASCII | OTHER


def of(text: str) -> int:
    """The characters of a text."""
    mask = 0
    for char in text:
        code = ord(char)
        mask |= OTHER if code > 127 else 1 << code
    return mask


@lru_cache(maxsize=256)
def named(spec: str) -> int:
    """The set that a table writes as ``a-z0-9_`` (``\\w \\d \\s`` and ``^`` in front as in a pattern's brackets)."""
    if not spec:
        return 0
    return matched(f"[{spec}]*") or 0


DIGITS = of("0123456789")
LETTERS = of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
WORD = DIGITS | LETTERS | of("_")
SPACE = of(" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")
NEWLINES = of("\r\n")

_CATEGORIES = {
    _constants.CATEGORY_DIGIT: DIGITS | OTHER,
    _constants.CATEGORY_NOT_DIGIT: ANY & ~DIGITS,
    _constants.CATEGORY_SPACE: SPACE | OTHER,
    _constants.CATEGORY_NOT_SPACE: ANY & ~SPACE,
    _constants.CATEGORY_WORD: WORD | OTHER,
    _constants.CATEGORY_NOT_WORD: (ANY & ~WORD) | OTHER,
}


def _one(code: int) -> int:
    return OTHER if code > 127 else 1 << code


def _range(low: int, high: int) -> int:
    mask = OTHER if high > 127 else 0
    for code in range(low, min(high, 127) + 1):
        mask |= 1 << code
    return mask


def _members(items: Any) -> int:
    mask, negated = 0, False
    for op, arg in items:
        if op is _constants.NEGATE:
            negated = True
        elif op is _constants.LITERAL:
            mask |= _one(arg)
        elif op is _constants.RANGE:
            mask |= _range(*arg)
        elif op is _constants.CATEGORY:
            mask |= _CATEGORIES[arg]
    # What a negated set leaves out beyond ASCII is not counted: the rest of it stays possible.
    return (ANY & ~mask) | OTHER if negated else mask


def _pattern(parsed: Any) -> int:
    mask = 0
    for op, arg in parsed:
        if op is _constants.LITERAL:
            mask |= _one(arg)
        elif op is _constants.NOT_LITERAL:
            mask |= ANY & ~_one(arg) | OTHER
        elif op is _constants.ANY:
            mask |= ANY & ~of("\n")
        elif op is _constants.IN:
            mask |= _members(arg)
        elif op is _constants.BRANCH:
            for branch in arg[1]:
                mask |= _pattern(branch)
        elif op is _constants.SUBPATTERN:
            mask |= _pattern(arg[-1])
        elif op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) or str(op) == "POSSESSIVE_REPEAT":
            mask |= _pattern(arg[2])
        elif str(op) == "ATOMIC_GROUP":
            mask |= _pattern(arg)
        elif op in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT):
            continue
        else:  # back-references and conditions: whatever
            return ANY
    return mask


def _parse(pattern: str) -> tuple[list[Any], bool] | None:
    """The items of a pattern and whether letters match in either case; None when it is no pattern."""
    try:
        parsed = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError, ValueError):
        return None
    flags = parsed.state.flags
    if flags & re.DOTALL:
        return None
    return list(parsed), bool(flags & re.IGNORECASE)


def either_case(mask: int) -> int:
    """The characters with every letter in both cases."""
    for low, high in zip(range(ord("a"), ord("z") + 1), range(ord("A"), ord("Z") + 1), strict=True):
        if mask >> low & 1 or mask >> high & 1:
            mask |= 1 << low | 1 << high
    return mask


@lru_cache(maxsize=1024)
def matched(pattern: str) -> int | None:
    """The characters of the texts that the whole pattern matches, as by ``re.fullmatch``; None when it can't be told."""
    found = _parse(pattern)
    if found is None:
        return None
    mask = _pattern(found[0])
    return either_case(mask) if found[1] else mask


def _flat(items: list[Any]) -> list[Any]:
    """Top-level items, those of a lone group spread out."""
    while len(items) == 1 and items[0][0] is _constants.SUBPATTERN:
        items = list(items[0][1][-1])
    return items


@lru_cache(maxsize=1024)
def examined(pattern: str, how: str) -> tuple[int, int]:
    """What ``re.fullmatch``, ``re.match`` or ``re.search`` tells of the text: (characters if it matches, if it doesn't).

    A pattern without anchors says nothing of a text that it matches somewhere, but if it is one set of characters, a text
    that it is not found in has none of them. (``$`` also matches before a last line break, which is not counted here.)
    """
    found = _parse(pattern)
    if found is None:
        return ANY, ANY
    items = _flat(found[0])
    ends = {_constants.AT_END, _constants.AT_END_STRING}
    begins = {_constants.AT_BEGINNING, _constants.AT_BEGINNING_STRING}
    first = items[0] if items else None
    last = items[-1] if items else None
    opened = how in ("fullmatch", "match") or (first is not None and first[0] is _constants.AT and first[1] in begins)
    closed = how == "fullmatch" or (last is not None and last[0] is _constants.AT and last[1] in ends)
    yes = ANY
    if opened and closed:
        yes = _pattern(items)
        if found[1]:
            yes = either_case(yes)
    no = ANY
    if how == "search" and len(items) == 1:
        op, arg = items[0]
        if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and arg[0] <= 1 and len(arg[2]) == 1 and arg[0] == 1:
            op, arg = arg[2][0]
        if op is _constants.IN:
            no = ANY & ~(_members(arg) & ASCII)
        elif op is _constants.LITERAL:
            no = ANY & ~_one(arg)
    return yes, no


@lru_cache(maxsize=1024)
def replaced(pattern: str) -> int | None:
    """The characters that are gone when every match of the pattern is replaced; None when the pattern is no set of characters."""
    found = _parse(pattern)
    if found is None:
        return None
    items = _flat(found[0])
    if len(items) != 1:
        return None
    op, arg = items[0]
    if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT) and arg[0] <= 1 and len(arg[2]) == 1:
        op, arg = arg[2][0]
    if op is _constants.IN:
        mask = 0
        negated = any(item[0] is _constants.NEGATE for item in arg)
        mask = _members(arg)
        if negated:
            # Everything but the listed ones is gone, beyond ASCII too, unless a category keeps some of it.
            kept = _members([item for item in arg if item[0] is not _constants.NEGATE])
            return ANY & ~kept
        return mask & ASCII
    if op is _constants.LITERAL:
        return _one(arg) & ASCII
    return None


@lru_cache(maxsize=1024)
def open_ended(pattern: str) -> bool:
    """The pattern ends in ``$``, which lets a last line break through."""
    found = _parse(pattern)
    return found is not None and bool(found[0]) and found[0][-1] == (_constants.AT, _constants.AT_END)
