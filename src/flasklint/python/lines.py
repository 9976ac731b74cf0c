"""Logical lines: what Python takes as one line, however many it is written on."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EVENT = re.compile(r"[(\[{]|[)\]}]|\\(?:\r\n|\r|\n)|\r\n|[\r\n]")


def logical_lines(code: str, at: int = 0) -> Iterator[tuple[int, int]]:
    """Where each line of a layout's code that holds more than spaces starts and ends, spaces around it left out.

    Line ends inside brackets, and after a backslash, do not end it. ``at`` is where to begin, outside of all brackets.
    """
    depth, begin = 0, at
    for match in _EVENT.finditer(code, at):
        sign = match[0]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth <= 0 and sign[0] != "\\":
            yield from _stripped(code, begin, match.start())
            depth, begin = 0, match.end()
    yield from _stripped(code, begin, len(code))


def _stripped(code: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    line = code[begin:end]
    if line.strip():
        yield begin + len(line) - len(line.lstrip()), begin + len(line.rstrip())
