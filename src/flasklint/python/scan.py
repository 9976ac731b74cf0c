"""The layout of a text, from the text alone: one pass over strings, f-strings and comments, none over anything else.

It may be wrong (no tokenizer was asked), but never unnoticed: lowering finds the tree's words in it, and no others.
"""

from __future__ import annotations

import re

from flasklint.python.layout import MORE, STRING, Layout
from flasklint.python.refusal import NestingError

DEEPEST_FORMATTED = 50
"""How many f-strings, or format specs, may stand inside each other. Python allows 150 f-strings; nobody needs 5."""

_PREFIXES = frozenset({"r", "u", "b", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"})
_ESCAPE = r"\\(?:\r\n|.)"
_NEXT = re.compile(
    r"#[^\r\n]*"
    rf'|"""(?:[^"\\]*(?:(?:{_ESCAPE}|"(?!""))[^"\\]*)*""")?'
    rf"|'''(?:[^'\\]*(?:(?:{_ESCAPE}|'(?!''))[^'\\]*)*''')?"
    rf'|"(?:[^"\\\r\n]*(?:{_ESCAPE}[^"\\\r\n]*)*")?'
    rf"|'(?:[^'\\\r\n]*(?:{_ESCAPE}[^'\\\r\n]*)*')?",
    re.DOTALL,
)
# Inside the braces of an f-string: whatever may end the expression or hide its end.
_SIGN = re.compile(r"!=|[]\[(){}#'\":!]")


def _literal(quote: str, raw: bool, spec: bool) -> re.Pattern[str]:
    """A literal piece of an f-string, which braces and the closing quote end; doubled braces do not, but for a format spec."""
    named = "" if raw else r"N\{[^}]*\}|"
    special = rf"\\(?:\r\n|{named}[^{{}}]|(?=[{{}}]))"
    if not spec:
        special += r"|\{\{|\}\}"
    plain = rf"[^{quote[0]}\\{{}}\r\n]*"
    if len(quote) == 3:
        plain = rf"[^{quote[0]}\\{{}}]*"
        special += rf"|{quote[0]}(?!{quote[1:]})"
    return re.compile(rf"{plain}(?:(?:{special}){plain})*", re.DOTALL)


_LITERALS = {
    (quote, raw, spec): _literal(quote, raw, spec)
    for quote in ("'", '"', "'''", '"""')
    for raw in (False, True)
    for spec in (False, True)
}


def scan(text: str) -> Layout:
    """The layout of any text. From a string that does not end on, all is string: such a text does not parse either.

    Raises :class:`NestingError` if f-strings are nested more than ``DEEPEST_FORMATTED`` deep.
    """
    scanner = _Scanner(text)
    at = 0
    while (match := _NEXT.search(text, at)) is not None:
        at = scanner.hidden(match, 0)
    scanner.parts.append(text[scanner.done :])
    return Layout(text, "".join(scanner.parts), scanner.comments)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.done = 0
        self.parts: list[str] = []
        self.comments: list[tuple[int, int]] = []

    def blank(self, start: int, end: int, first: str, more: str) -> None:
        """Puts signs in the place of a stretch of text."""
        if start < end:
            self.parts.append(self.text[self.done : start])
            self.parts.append(first + more * (end - start - 1))
            self.done = end

    def hidden(self, match: re.Match[str], depth: int) -> int:
        """Blanks a comment or string that ``_NEXT`` found; where it ends."""
        text, (start, end) = self.text, match.span()
        if text[start] == "#":
            self.comments.append((start, end))
            self.blank(start, end, " ", " ")
            return end
        opening = start
        while opening > self.done and start - opening < 3 and (text[opening - 1].isalnum() or text[opening - 1] == "_"):
            opening -= 1
        prefix = text[opening:start].lower()
        if prefix not in _PREFIXES:
            opening, prefix = start, ""
        if "f" in prefix or "t" in prefix:
            return self.formatted(opening, start, "r" in prefix, depth + 1)
        if end - start in (1, 3) and text[start:end] in ("'", '"', "'''", '"""'):
            end = len(text)
        self.blank(opening, end, STRING, MORE)
        return end

    def formatted(self, opening: int, start: int, raw: bool, depth: int) -> int:
        """Blanks an f-string but for the expressions in it; where it ends."""
        text = self.text
        quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
        at = start + len(quote)
        self.blank(opening, at, STRING, MORE)
        at = self.pieces(at, quote, raw, depth, spec=False)
        if not text.startswith(quote, at):
            self.blank(at, len(text), MORE, MORE)
            return len(text)
        self.blank(at, at + len(quote), MORE, MORE)
        return at + len(quote)

    def pieces(self, at: int, quote: str, raw: bool, depth: int, spec: bool) -> int:
        """Goes over literal pieces and braces; where neither goes on."""
        literal = _LITERALS[quote, raw, spec]
        while True:
            match = literal.match(self.text, at)
            end = match.end() if match else at
            self.blank(at, end, MORE, MORE)
            if not self.text.startswith("{", end):
                return end
            if depth > DEEPEST_FORMATTED:
                raise NestingError(end)
            at = self.braces(end + 1, quote, raw, depth)

    def braces(self, at: int, quote: str, raw: bool, depth: int) -> int:
        """Goes over what stands in the braces of an f-string; where they end."""
        text, brackets = self.text, 0
        while (sign := _SIGN.search(text, at)) is not None:
            at = sign.end()
            match sign[0]:
                case "(" | "[" | "{":
                    brackets += 1
                case ")" | "]" | "}":
                    brackets -= 1
                    if brackets < 0:
                        return at
                case "#" | "'" | '"':
                    hidden = _NEXT.match(text, at - 1)
                    if hidden is not None:
                        at = self.hidden(hidden, depth)
                case ":" if not brackets:
                    at = self.pieces(at, quote, raw, depth + 1, spec=True)
        return len(text)
