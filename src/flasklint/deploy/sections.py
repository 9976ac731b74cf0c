"""INI files that an app reads with ``ConfigParser``: keys and values under sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_LINE = re.compile(
    r"^(?:\[(?P<section>[^\]\n]+)\]|(?P<name>[A-Za-z_][\w.-]*)[ \t]*[=:][ \t]*(?P<value>[^\n]*?))[ \t]*\r?$",
    re.MULTILINE,
)
_QUOTES = "\"'"


def sections(text: str) -> Iterator[ir.Entry]:
    """The keys that have a value, each in its section."""
    section = ""
    for found in _LINE.finditer(text):
        if found["section"] is not None:
            section = found["section"].strip()
            continue
        start, end = found.span("value")
        if section and end - start > 1 and text[start] == text[end - 1] and text[start] in _QUOTES:
            start, end = start + 1, end - 1
        if section and start < end:
            yield ir.Entry("variable", text[start:end], found["name"], section, start=start, end=end)
