"""Annotations that are written as text."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"[A-Za-z_][\w.]*")
_WRAPPER = re.compile(r"\s*(?:[\w.]*\.)?(Optional|Union|Annotated|Final|ClassVar)\s*\[(.*)\]\s*$", re.DOTALL)


def dotted_names(text: str) -> list[str]:
    """The classes that a value annotated so may be of: ``Optional["app.Shop"]`` gives ``app.Shop``, ``list[Shop]`` ``list``."""
    pending, found = [text], []
    while pending:
        current = pending.pop().strip().strip("'\"")
        wrapped = _WRAPPER.match(current)
        if wrapped:
            inner = _split(wrapped[2], ",")
            pending.extend((inner[:1] if wrapped[1] == "Annotated" else inner)[::-1])
            continue
        parts = _split(current, "|")
        if len(parts) > 1:
            pending.extend(parts[::-1])
        elif (match := _DOTTED.match(current)) and match[0] != "None":
            found.append(match[0].rstrip("."))
    return found


def _split(text: str, sign: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == sign and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
