"""A Procfile: a kind of process and its command a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_LINE = re.compile(r"^(?P<service>[\w-]+):[ \t]*(?P<command>[^#\n]+)(?:#[^\n]*)?$", re.MULTILINE)


def procfile(text: str) -> Iterator[ir.Entry]:
    """The commands."""
    for found in _LINE.finditer(text):
        command = found["command"].rstrip()
        at = found.start("command")
        yield ir.Entry("command", command, service=found["service"], start=at, end=at + len(command))
