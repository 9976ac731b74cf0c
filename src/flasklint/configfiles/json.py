"""JSON to statements, every value at its place. The standard library judges the text first; what it lets through is read
once more for the places, which it does not tell."""

from __future__ import annotations

import json
import re

from flasklint import ir
from flasklint.configfiles.refusal import RefusedError
from flasklint.configfiles.values import assignment, constant, pair

_BLANK = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_SCALAR = re.compile(r"[^\s,\]}]+")
_DEEPEST = 200


def lower(text: str) -> tuple[ir.Stmt, ...]:
    """The keys of the outermost object as assignments; nothing where the file holds something else.

    Raises :class:`RefusedError`.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise RefusedError(min(error.pos, len(text)), f"not valid JSON: {error.msg.lower()}") from None
    except ValueError:  # a number of more digits than Python converts
        raise RefusedError(0, "not valid JSON: a number is too long") from None
    reader = _Reader(text)
    if not text.startswith("{", reader.at):
        return ()
    return tuple(assignment(key, key_at, value) for key, key_at, value in reader.members(0))


class _Reader:
    """Goes over valid JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self._skip()

    def members(self, depth: int) -> list[tuple[str, tuple[int, int], ir.Expr]]:
        """The members of the object that begins here."""
        found = []
        self._take()
        while self._text[self.at] != "}":
            start = self.at
            key = self._string()
            key_at = (start, self.at)
            self._skip()
            self._take()  # the colon
            found.append((key, key_at, self._value(depth + 1)))
            if self._text[self.at] == ",":
                self._take()
        self.at += 1
        return found

    def _value(self, depth: int) -> ir.Expr:
        if depth > _DEEPEST:
            raise RefusedError(self.at, "nested too deeply")
        start = self.at
        match self._text[start]:
            case "{":
                pairs = tuple(pair(*member) for member in self.members(depth))
                found: ir.Expr = ir.Dict(pairs, start=start, end=self.at)
            case "[":
                items = self._items(depth)
                found = ir.Display("list", items, start=start, end=self.at)
            case '"':
                value = self._string()
                found = constant(value, start, self.at)
            case _:
                scalar = _SCALAR.match(self._text, start)
                assert scalar is not None
                self.at = scalar.end()
                found = constant(json.loads(scalar[0]), start, self.at)
        self._skip()
        return found

    def _items(self, depth: int) -> tuple[ir.Argument, ...]:
        found = []
        self._take()
        while self._text[self.at] != "]":
            value = self._value(depth + 1)
            found.append(ir.Argument(value, start=value.start, end=value.end))
            if self._text[self.at] == ",":
                self._take()
        self.at += 1
        return tuple(found)

    def _string(self) -> str:
        written = _STRING.match(self._text, self.at)
        assert written is not None
        self.at = written.end()
        return str(json.loads(written[0]))

    def _take(self) -> None:
        """Pass one sign and the blanks after it."""
        self.at += 1
        self._skip()

    def _skip(self) -> None:
        blank = _BLANK.match(self._text, self.at)
        assert blank is not None
        self.at = blank.end()
