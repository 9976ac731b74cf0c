"""Where everything stands: Jinja's own tokens, each with its exact place.

Jinja's lexer counts lines only. What it yields is the text piece by piece, less the white space that a ``-`` sign cuts off
in front of a tag, so each token's place is found by going along. Tokens are then handed to Jinja's parser with their
running number in place of the line number: every node of the tree comes back with the number of a token, and every error too.
"""

from __future__ import annotations

import warnings
from ast import literal_eval
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Token, newline_re, operators

Placing = Callable[[int, int], tuple[int, int]]
"""From a stretch of a template's text to the stretch of the file that it stands in."""

_IGNORED = frozenset({"whitespace", "comment_begin", "raw_begin", "raw_end"})
_OPENING = frozenset({"lparen", "lbracket", "lbrace"})
_CLOSING = frozenset({"rparen", "rbracket", "rbrace"})
_DEEPEST = 50
"""Brackets in brackets; Jinja's parser takes some fifteen Python frames for each."""


_SIGNS = {
    "begin of print statement": "{{",
    "end of print statement": "}}",
    "begin of statement block": "{%",
    "end of statement block": "%}",
    "template data / text": "text",
}


class BrokenError(Exception):
    """The template is not valid Jinja; the stretch counts in the file."""

    def __init__(self, start: int, end: int, reason: str) -> None:
        super().__init__(reason)
        self.start = start
        self.end = end
        self.reason = reason


class TooDeepError(BrokenError):
    """The template may be valid, but is nested deeper than we go."""


@dataclass
class Tokens:
    """A template's tokens, without white space and comments.

    ``all``: Jinja's tokens, each with its number as ``lineno``. ``kinds``, ``starts``, ``ends``: the same by number, offsets in
    the file. ``partners``: the number of each opening bracket's closing one. ``comments``: start, end and inner text.
    ``tags``: how often each tag occurs. ``end``: where the template ends in the file. ``place``: from a stretch of the
    newline-normalised text to that of the file; ``plain_starts`` counts in that normalised text.
    """

    place: Placing
    end: int
    all: list[Token] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    plain_starts: list[int] = field(default_factory=list)
    partners: dict[int, int] = field(default_factory=dict)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)

    def around(self, first: int, last: int) -> tuple[int, int]:
        """The stretch of tokens with the parentheses that stand tight around it.

        Right only where a longer expression begins or ends with the stretch: then they cannot be a call's own.
        """
        while first and self.kinds[first - 1] == "lparen" and self.partners[first - 1] == last + 1:
            first, last = first - 1, last + 1
        return first, last


def tokens(environment: Environment, text: str, place: Placing | None = None) -> Tokens:
    """Split a template. Raises :class:`BrokenError`."""
    plain, place = _normalised(text, place)
    result = Tokens(place, place(len(plain), len(plain))[1])
    brackets: list[int] = []
    comment_start, comment_text = 0, ""
    start = at = 0
    kind = ""
    try:
        for _, kind, value in environment.lexer.tokeniter(plain, None):
            if not plain.startswith(value, at):
                # Only white space in front of a tag with a minus sign is missing.
                at = plain.find(value, at)
            start, at = at, at + len(value)
            match kind:
                case "comment_begin":
                    comment_start = start
                case "comment":
                    comment_text = value
                case "comment_end":
                    result.comments.append((*place(comment_start, start + len(value.rstrip())), comment_text))
                    comment_text = ""
                case _ if kind in _IGNORED:
                    pass
                case _:
                    number = len(result.all)
                    stretch = place(start, start + (len(value.rstrip()) if kind.endswith("_end") else len(value)))
                    try:
                        token = _token(number, kind, value)
                    except ValueError as error:
                        raise BrokenError(*stretch, str(error)) from None
                    kind = token.type
                    result.all.append(token)
                    result.kinds.append(kind)
                    result.starts.append(stretch[0])
                    result.ends.append(stretch[1])
                    result.plain_starts.append(start)
                    if kind in _OPENING:
                        brackets.append(number)
                        if len(brackets) > _DEEPEST:
                            raise TooDeepError(*stretch, f"brackets are nested more than {_DEEPEST} deep")
                    elif kind in _CLOSING:
                        result.partners[brackets.pop()] = number
                    elif kind == "name" and number and result.kinds[number - 1] == "block_begin":
                        result.tags[value] += 1
    except TemplateSyntaxError as error:
        stretch = place(start, at) if kind in ("comment_begin", "raw_begin") else _rest(plain, at, place)
        raise BrokenError(*stretch, plain_reason(error)) from None
    return result


def _normalised(text: str, place: Placing | None) -> tuple[str, Placing]:
    """The text with every line end as LF, as Jinja reads it, and the way back."""
    if "\r" not in text:
        return text, place or _same
    crlf: list[int] = []
    at = text.find("\r\n")
    while at >= 0:
        crlf.append(at - len(crlf))
        at = text.find("\r\n", at + 2)

    def back(start: int, end: int) -> tuple[int, int]:
        start, end = start + bisect_left(crlf, start), end + bisect_left(crlf, end)
        return place(start, end) if place else (start, end)

    return newline_re.sub("\n", text), back


def _same(start: int, end: int) -> tuple[int, int]:
    return start, end


def _rest(plain: str, at: int, place: Placing) -> tuple[int, int]:
    """Where the lexer stopped: the first character after what it took, white space left out."""
    while at < len(plain) and plain[at].isspace():
        at += 1
    return place(min(at, len(plain)), min(at + 1, len(plain)))


def plain_reason(error: TemplateSyntaxError) -> str:
    """What Jinja says, as one phrase without its own words for ``}}`` and the like, and without its count of characters."""
    reason = (error.message or "invalid syntax").split(" at ")[0]
    for word, sign in _SIGNS.items():
        reason = reason.replace(word, sign)
    phrases = [phrase for phrase in reason.split(". ") if phrase]
    return "; ".join(phrase[0].lower() + phrase[1:] for phrase in phrases).rstrip(".")


def _token(number: int, kind: str, value: str) -> Token:
    """A token with its value worked out; raises ValueError for one that has none."""
    match kind:
        case "operator":
            return Token(number, operators[value], value)
        case "name" if not value.isidentifier():
            raise ValueError("invalid character in a name")
        case "string":
            return Token(number, kind, _unescaped(value[1:-1]))
        case "integer":
            # Jinja's parser passes a number's value on untouched; Token is merely declared for text.
            return Token(number, kind, int(value.replace("_", ""), 0))  # type: ignore[arg-type]
        case "float":
            return Token(number, kind, literal_eval(value.replace("_", "")))
    return Token(number, kind, value)


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    with warnings.catch_warnings():
        # An unknown escape such as "\d" stays as it is; Python's warning about it is none of the template's business.
        warnings.simplefilter("ignore")
        try:
            return value.encode("ascii", "backslashreplace").decode("unicode-escape")
        except UnicodeDecodeError as error:
            raise ValueError(f"string with a broken escape: {error.reason}") from None
