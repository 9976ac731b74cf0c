"""A Procfile: a kind of process and its command a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_LINE = re.compile(r"^(?P<service>[\w-]+):[ \t]*(?P<command>[^#\n]+?)[ \t]*(?:#[^\n]*)?$", re.MULTILINE)


def procfile(text: str) -> Iterator[ir.Entry]:
    """The commands."""
    for found in _LINE.finditer(text):
        yield ir.Entry(
            "command",
            found["command"],
            service=found["service"],
            start=found.start("command"),
            end=found.end("command"),
        )
