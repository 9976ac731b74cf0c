"""``.env`` and ``.flaskenv``: a variable a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*
    (?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<plain>[^\n\#]*(?:(?<!\s)\#[^\n\#]*)*))[ \t]*(?:(?<=\s)\#[^\n]*)?\r?$""",
    re.MULTILINE | re.VERBOSE,
)


def environment(text: str) -> Iterator[ir.Entry]:
    """The variables that have a value."""
    for found in _LINE.finditer(text):
        group = next((one for one in ("double", "single", "plain") if found[one] is not None), "plain")
        value = (found[group] or "").strip()
        if value:
            at = found.start(group)
            yield ir.Entry("variable", value, found["name"], start=at, end=at + len((found[group] or "").rstrip()))
