"""Where things stand: the reading end of a layout, shared by all that lowers."""

from __future__ import annotations

import re

import libcst as cst

from flasklint import ir
from flasklint.python.layout import STRING, Layout, word_characters
from flasklint.python.refusal import MisalignedError, NestingError
from flasklint.python.walk import Visitor

_EMPTY = {
    "(": re.compile(r"\([\s\\]*\)"),
    "[": re.compile(r"\[[\s\\]*\]"),
    "{": re.compile(r"\{[\s\\]*\}"),
}
_OWN_PARENTHESES = frozenset({"Tuple", "GeneratorExp"})


DEEPEST = 300
"""How many expressions and blocks may stand inside each other. The deepest seen in 130 MB of real code is 42; whatever reads
facts may go down as far with Python's usual limit of recursion, and so may their codec."""


class Places(Visitor):
    """Takes the layout's words in the order of the text, and finds the brackets around what it took.

    An expression's own text is all but its parentheses. A tuple's or a generator's innermost parentheses are its own.
    """

    def __init__(self, layout: Layout) -> None:
        self.text, self.code, _ = layout
        self.at = 0
        """Where the last word taken ends; past every bracket pair with nothing in it, too."""
        self.seen = 0
        """How many characters of words were taken."""
        self.depth = 0

    def deeper(self, levels: int) -> None:
        """Notes that what follows stands so many levels deeper (or less deep, if negative)."""
        self.depth += levels
        if self.depth > DEEPEST:
            raise NestingError(self.at)

    def take(self, word: str) -> int:
        """Takes the next word, which must be this one; where it starts."""
        start = self.code.find(word, self.at)
        if start < 0:
            raise MisalignedError(f"no {word!r} after {self.at}")
        size = len(word)
        self.at = start + size
        self.seen += size
        return start

    def take_number(self, word: str) -> int:
        """Takes a number: more than one word, if it has a point or a sign."""
        start = self.take(word)
        self.seen -= word.count(".") + word.count("-") + word.count("+")
        return start

    def take_string(self, written: str) -> int:
        """Takes a string, or the prefix and opening quotes of an f-string."""
        start = self.take(STRING)
        self.at = start
        self.expect(written)
        return start

    def expect(self, written: str) -> None:
        """Takes what is no word and must stand right here."""
        if not self.text.startswith(written, self.at):
            raise MisalignedError(f"no {written!r} at {self.at}")
        self.at += len(written)

    def finish(self) -> None:
        """Nothing is left; raises :class:`MisalignedError` if some word was not taken."""
        left = word_characters(self.code) - self.seen
        if left:
            raise MisalignedError(f"{left} characters of words are not in the tree")

    def before(self, sign: str, offset: int) -> int:
        """Where the nearest ``sign`` before an offset starts."""
        found = self.code.rfind(sign, 0, offset)
        if found < 0:
            raise MisalignedError(f"no {sign!r} before {offset}")
        return found

    def after(self, sign: str, offset: int) -> int:
        """Where the nearest ``sign`` from an offset on ends."""
        found = self.code.find(sign, offset)
        if found < 0:
            raise MisalignedError(f"no {sign!r} after {offset}")
        return found + len(sign)

    def empty(self, bracket: str) -> tuple[int, int]:
        """The next pair of brackets with nothing in it: nothing else tells where that stands."""
        match = _EMPTY[bracket].search(self.code, self.at)
        if not match:
            raise MisalignedError(f"no empty {bracket!r} after {self.at}")
        self.at = match.end()
        return match.span()

    def first(self, node: cst.BaseExpression, lowered: ir.Node) -> int:
        """Where an expression starts, its parentheses included."""
        start = lowered.start
        if node.lpar:
            for _ in node.lpar[type(node).__name__ in _OWN_PARENTHESES :]:
                start = self.before("(", start)
        return start

    def last(self, node: cst.BaseExpression, lowered: ir.Node) -> int:
        """Where an expression ends, its parentheses included."""
        end = lowered.end
        if node.rpar:
            for _ in node.rpar[type(node).__name__ in _OWN_PARENTHESES :]:
                end = self.after(")", end)
        return end
