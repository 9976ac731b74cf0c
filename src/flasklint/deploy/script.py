"""A shell script that starts something: the variables that it exports, and its lines as commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_EXPORT = re.compile(
    r"""^[ \t]*export[ \t]+(?P<name>[A-Za-z_]\w*)=(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<plain>[^\s;#]*))"""
)
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*$")
_MOST_LINES = 500


def script(text: str) -> Iterator[ir.Entry]:
    """What is exported, and what is run: lines that end in a backslash are one with the next."""
    at, lines = 0, text.splitlines(keepends=True)[:_MOST_LINES]
    begin, parts = 0, list[str]()
    for line in lines:
        if not parts:
            begin = at
        at += len(line)
        bare = _COMMENT.sub("", line.strip())
        parts.append(bare.removesuffix("\\").strip())
        if bare.endswith("\\"):
            continue
        whole, parts = " ".join(filter(None, parts)), []
        if not whole:
            continue
        exported = _EXPORT.match(line)
        group = next((one for one in ("double", "single", "plain") if exported and exported[one]), "")
        if exported and group:
            start = begin + exported.start(group)
            yield ir.Entry("variable", exported[group], exported["name"], start=start, end=start + len(exported[group]))
        elif not exported:
            start = text.index(whole.split()[0], begin)
            yield ir.Entry("command", " ".join(whole.split()), start=start, end=begin + len(text[begin:at].rstrip()))
