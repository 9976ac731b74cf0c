"""A compose file: what its services are given, run and publish. Told by the indentation of its lines, without flow style."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_LINE = re.compile(
    r"""^(?P<indent>[ ]*)(?P<dash>-[ ]+)?
    (?:(?P<key>[\w.-]+|"[\w.-]+"|'[\w.-]+')[ ]*:(?=[ \t]|$)[ \t]*)?(?P<value>[^\n]*)$""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")


def compose(text: str) -> Iterator[ir.Entry]:
    """What each service says."""
    path: list[tuple[int, str]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        begin, at = at, at + len(line)
        found = _LINE.match(_COMMENT.sub("", line.rstrip("\r\n")).rstrip())
        if found is None or not (found["key"] or found["value"] or found["dash"]):
            continue
        indent = len(found["indent"])
        # A list may stand as deep as the key that it belongs to.
        while path and (path[-1][0] > indent or (path[-1][0] == indent and not found["dash"])):
            path.pop()
        keys = [key for _, key in path]
        yield from _entries(keys, found, begin)
        if found["key"] and not found["dash"]:
            path.append((indent, found["key"].strip("\"'")))


def _entries(keys: list[str], found: re.Match[str], begin: int) -> Iterator[ir.Entry]:
    if keys[:1] != ["services"] or len(keys) < 2:
        return
    service, key = keys[1], (found["key"] or "").strip("\"'")
    raw = found["value"]
    value = raw.strip("\"'")
    start = begin + found.start("value") + raw.find(value) if value else begin
    end = start + len(value)
    if len(keys) == 2 and not found["dash"] and key in ("command", "entrypoint") and value:
        words = " ".join(re.findall(r"[^\s,\[\]\"']+", raw))
        yield ir.Entry("command", words, service=service, start=start, end=end)
    elif len(keys) == 2 and not found["dash"] and key in ("image", "user") and value:
        yield ir.Entry("image" if key == "image" else "user", value, service=service, start=start, end=end)
    elif keys[2:] == ["environment"]:
        if found["dash"] and not key:
            name, _, given = value.partition("=")
            if given:
                where = start + len(name) + 1
                yield ir.Entry("variable", given.strip("\"'"), name, service, start=where, end=end)
        elif key and value:
            yield ir.Entry("variable", value, key, service, start=start, end=end)
    elif keys[2:] == ["volumes"] and (key == "source" or (found["dash"] and not key)) and value:
        yield ir.Entry("mount", value, service=service, start=start, end=end)
    elif keys[2:] == ["ports"] and found["dash"]:
        whole = f"{key}:{value}" if key else value
        where = begin + found.start("key") if key else start
        yield ir.Entry("port", whole.strip("\"'"), service=service, start=where, end=end)
