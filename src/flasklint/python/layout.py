"""The outline of a module's text: its words and brackets, with all else out of the way.

Working out positions from a libcst tree costs a third of the parse or more, because every token must be written out again to
know its length. But the text is at hand: with strings and comments blanked, the next name, keyword, number or string of
the tree is simply the next occurrence of that word. No occurrence was skipped if, in the end, as many characters of words
were found as there are: so the count proves that tree and layout agree, and that every place is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

STRING, MORE = "\x01", "\x02"
"""What stands for the first character of a string or f-string, and for every other character of it but the expressions in
an f-string. No code holds them: outside strings they are a syntax error."""

_NO_WORD = {number: None for number in range(128) if not (chr(number).isalnum() or chr(number) in ("_", STRING))}


class Layout(NamedTuple):
    """A module's text, prepared for finding things in it.

    ``code``: ``text``, code point for code point, with comments as spaces and strings as the marks above. ``comments``: where
    each comment starts and ends.
    """

    text: str
    code: str
    comments: Sequence[tuple[int, int]]


def word_characters(code: str) -> int:
    """How many characters of words a layout's code holds; a string counts as one."""
    return len(code.translate(_NO_WORD))
