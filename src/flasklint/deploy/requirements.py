"""Requirements: the packages that are pinned to one version each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_PINNED = re.compile(
    r"^[ \t]*(?P<name>[A-Za-z0-9][\w.-]*)[ \t]*(?:\[[^\]\n]*\][ \t]*)?===?[ \t]*(?P<version>\d[\w.!+-]*)[ \t]*(?=$|[;#\\\r\s])",
    re.MULTILINE,
)


def requirements(text: str) -> Iterator[ir.Entry]:
    """The pins, each under the name that the index knows the package by."""
    for found in _PINNED.finditer(text):
        name = re.sub(r"[-_.]+", "-", found["name"]).lower()
        yield ir.Entry("version", found["version"], name, start=found.start("version"), end=found.end("version"))
