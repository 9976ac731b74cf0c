"""Values as they may be shown: constants as they are written, secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint.knowledge.config import ConfigKey
from flasklint.knowledge.credentials import addresses, masked_parts, token_format
from flasklint.project.values import Duration, FromEnv, Known, OneOf, Setting, Unknown, Unset

_LONGEST = 60
_UNITS = ((24 * 3600, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_SIZES = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def shown(setting: Setting, known: ConfigKey | None, *, secret: bool) -> str:
    """A setting in a few words, its secrets masked. ``known``: what is known of its key."""
    match setting:
        case Known(value):
            return _constant(value, known, secret=secret)
        case FromEnv(name, Unset() | Known(None)):
            return f"from ${name}"
        case FromEnv(name, default):
            return f"from ${name}, else {shown(default, known, secret=secret)}"
        case OneOf(options):
            return " or ".join(shown(option, known, secret=secret) for option in options)
        case Unknown(why):
            return f"not known: {why}"
    return "not set"


def _constant(value: object, known: ConfigKey | None, *, secret: bool) -> str:
    if value is None:
        return "None"
    if isinstance(value, (list, tuple, frozenset)):
        return f"[{', '.join(_constant(item, known, secret=secret) for item in value)}]"
    if isinstance(value, (str, bytes)):
        text = value if isinstance(value, str) else value.decode("latin-1")
        return masked(text) if secret or token_format(text) is not None else _quoted(masked_parts(text))
    if isinstance(value, Duration) or (
        known is not None
        and known.kind == "seconds"
        and isinstance(value, (int, float))
        and not isinstance(value, bool)
    ):
        return _duration(float(value))
    if known is not None and known.kind == "bytes" and isinstance(value, int) and not isinstance(value, bool):
        return _size(value)
    return repr(value)


def masked(text: str) -> str:
    """A secret, told by its length alone."""
    return f"******** ({len(text)} characters)" if text else "''"


def _quoted(text: str) -> str:
    return repr(_CONTROL.sub("?", text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."))


def _duration(seconds: float) -> str:
    for size, unit in _UNITS:
        count = seconds / size
        if seconds >= size and count == int(count):
            return f"{int(count)} {unit}{'s' if count != 1 else ''}"
    return f"{seconds:g} seconds"


def _size(number: int) -> str:
    for size, unit in _SIZES:
        if number >= size and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number:,}"


def plain_text(setting: Setting) -> Iterator[str]:
    """The constant texts that a setting may be."""
    match setting:
        case Known(str() as text):
            yield text
        case FromEnv(_, default):
            yield from plain_text(default)
        case OneOf(options):
            for option in options:
                yield from plain_text(option)


def is_secret(text: str) -> bool:
    """Does a text carry a credential by its own form: a token, an address with a password?"""
    return token_format(text) is not None or bool(addresses(text))
