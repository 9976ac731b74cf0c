"""JSON text that is safe to print and that every parser takes."""

from __future__ import annotations

import re

import msgspec

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

_BEYOND_ASCII = re.compile(r"[^\n\x20-\x7e]")


def document(value: Json) -> str:
    """A value as indented JSON in printable ASCII, keys in the order given, one line end at the end.

    A lone surrogate (a file name that is not UTF-8 has them) becomes U+FFFD: many parsers refuse its escape.
    """
    # The standard library's encoder is in C only without indentation, and a large report takes it seconds.
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_well_formed(value))
    # Outside of strings there is nothing beyond ASCII, so the escapes land inside of them.
    return _BEYOND_ASCII.sub(_escape, msgspec.json.format(data, indent=2).decode()) + "\n"


def _well_formed(value: Json) -> Json:
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case list():
            return [_well_formed(item) for item in value]
        case dict():
            return {key: _well_formed(item) for key, item in value.items()}
        case _:
            return value


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
