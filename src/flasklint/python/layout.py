"""The outline of a module's text: where its words stand, and which brackets are brackets.

Working out positions from a libcst tree costs a third of the parse or more, because every token must be written out again to
know its length. But the text is at hand: with strings and comments blanked, one regular expression finds every word
(a name, keyword, number, string, or piece of an f-string) in order, and lowering meets the same words in the same order.
So each word's place is known for the price of a comparison, and the comparison proves that the two agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

STRING, MORE, FSTRING, FEND = "\x01", "\x02", "\x03", "\x04"
"""What stands for a string's first character and for its others, and for the characters of the opening and closing marks
of an f-string. No code holds them: outside strings they are a syntax error."""

_WORD = re.compile(
    rf"{STRING}{MORE}*|{FSTRING}+|{FEND}+"
    r"|[^\W\d]\w*"
    r"|0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?"
    r"|\.\.\."
)


class Layout(NamedTuple):
    """A module's text, read for its words.

    ``code``: ``text``, code point for code point, with comments as spaces, and strings and the literal parts of f-strings
    as the marks above. ``words``, ``starts``: the words in order, as they stand in the text, and their offsets.
    ``comments``: where each comment starts and ends.
    """

    text: str
    code: str
    words: Sequence[str]
    starts: Sequence[int]
    comments: Sequence[tuple[int, int]]


def layout(text: str, code: str, comments: Sequence[tuple[int, int]]) -> Layout:
    """The words of a text whose strings and comments are blanked in ``code``."""
    words, starts = [], []
    for match in _WORD.finditer(code):
        start, end = match.span()
        words.append(text[start:end])
        starts.append(start)
    # Reading one past the last word is a mismatch, not an IndexError.
    words.append("")
    starts.append(len(text))
    return Layout(text, code, words, starts, comments)
