"""TOML to statements. The reader gives values without places: those are looked for at the beginnings of lines.

A key that is not found there (one inside of an inline table) has the place of what is around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import tomli

from flasklint import ir
from flasklint.configfiles.refusal import RefusedError
from flasklint.configfiles.values import assignment, constant, pair

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_LINE = re.compile(
    rf"^[ \t]*(?:\[{{1,2}}[ \t]*(?P<table>{_KEY})[ \t]*\]{{1,2}}|(?P<key>{_KEY})[ \t]*=[ \t]*)", re.MULTILINE
)
_STRING = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'""", re.DOTALL | re.VERBOSE
)
_REST = re.compile(r"[^\n#]*")

_Place = tuple[int, int]
_Places = Mapping[tuple[str, ...], tuple[_Place, _Place]]


def lower(text: str) -> tuple[ir.Stmt, ...]:
    """The keys and tables of a file as assignments. Raises :class:`RefusedError`."""
    try:
        content = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise RefusedError(min(error.pos, len(text)), f"not valid TOML: {error.msg.lower()}") from None
    places = _places(text)
    found = []
    for key, value in content.items():
        key_at, value_at = places.get((key,), ((0, 0), (0, 0)))
        found.append(assignment(key, key_at, _value(value, (key,), value_at, places)))
    return tuple(sorted(found, key=lambda one: one.start))


def _value(value: object, path: tuple[str, ...], at: _Place, places: _Places) -> ir.Expr:
    start, end = at
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            inner = (*path, key)
            key_at, value_at = places.get(inner, (at, at))
            pairs.append(pair(key, key_at, _value(item, inner, value_at, places)))
        return ir.Dict(tuple(pairs), start=start, end=max([end, *(one.end for one in pairs)]))
    if isinstance(value, list):
        items = [_value(item, path, at, places) for item in value]
        arguments = tuple(ir.Argument(item, start=item.start, end=item.end) for item in items)
        return ir.Display("list", arguments, start=start, end=end)
    return constant(value, start, end)


def _places(text: str) -> dict[tuple[str, ...], tuple[_Place, _Place]]:
    """Where keys and their values stand, by the whole path of the key."""
    found: dict[tuple[str, ...], tuple[_Place, _Place]] = {}
    table: tuple[str, ...] = ()
    at = 0
    while line := _LINE.search(text, at):
        at = line.end()
        if line["table"]:
            table = tuple(_parts(line["table"]))
            for size in range(1, len(table) + 1):
                found.setdefault(table[:size], (line.span("table"), line.span("table")))
            continue
        written = _STRING.match(text, at) or _REST.match(text, at)
        assert written is not None
        end = written.start() + len(written[0].rstrip())
        at = max(at, written.end())
        path = (*table, *_parts(line["key"]))
        found.setdefault(path, (line.span("key"), (written.start(), end)))
        for size in range(len(table) + 1, len(path)):
            found.setdefault(path[:size], (line.span("key"), (written.start(), end)))
    return found


def _parts(key: str) -> Iterator[str]:
    for part in re.findall(_PART, key):
        yield part.strip("\"'")
