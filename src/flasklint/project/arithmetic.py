"""What Python's operators and a few pure functions make of constants. Runs nothing of the scanned code.

Every function here raises whatever Python raises for what does not fit; callers take that for "not known". Sizes are held,
so that ``"a" * 10 ** 9`` costs nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import operator
import posixpath
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flasklint.project.values import Duration

LONGEST = 20_000
_LARGEST = 1 << 128


class TooLargeError(ValueError):
    """The result would be larger than anything worth knowing."""


def checked(value: Any) -> Any:
    """The value, unless it is too large to keep."""
    if isinstance(value, (str, bytes, list, tuple, dict, frozenset)) and len(value) > LONGEST:
        raise TooLargeError
    if isinstance(value, int) and not -_LARGEST < value < _LARGEST:
        raise TooLargeError
    return value


def _times(left: Any, right: Any) -> Any:
    for many, count in ((left, right), (right, left)):
        if isinstance(many, (str, bytes, list, tuple)) and isinstance(count, int) and len(many) * count > LONGEST:
            raise TooLargeError
    return _keeping(operator.mul)(left, right)


def _power(left: Any, right: Any) -> Any:
    if not isinstance(right, (int, float)) or not -64 <= right <= 128 or abs(left) > 1 << 64:
        raise TooLargeError
    return left**right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes)):
        text = left if isinstance(left, str) else left.decode("latin-1")
        _harmless_widths(text)
    return left % right


def _harmless_widths(text: str) -> None:
    """A format's width may ask for a text of any length."""
    digits = 0
    for char in text:
        digits = digits + 1 if char.isdigit() else 0
        if digits > 4 or char == "*":
            raise TooLargeError


def _shift(left: Any, right: Any) -> Any:
    if right > 256:
        raise TooLargeError
    return left << right


def _keeping(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Sums, differences and multiples of durations are durations."""

    def apply(left: Any, right: Any) -> Any:
        result = function(left, right)
        return Duration(result) if isinstance(left, Duration) or isinstance(right, Duration) else result

    return apply


BINARY: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "+": _keeping(operator.add),
        "-": _keeping(operator.sub),
        "*": _times,
        "/": operator.truediv,
        "//": operator.floordiv,
        "%": _modulo,
        "**": _power,
        "<<": _shift,
        ">>": operator.rshift,
        "&": operator.and_,
        "|": operator.or_,
        "^": operator.xor,
    }
)

UNARY: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"neg": operator.neg, "pos": operator.pos, "invert": operator.invert, "not": operator.not_}
)

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "is": lambda left, right: left is right or (type(left) is type(right) and left == right),
        "is-not": lambda left, right: not (left is right or (type(left) is type(right) and left == right)),
        "in": lambda left, right: left in right,
        "not-in": lambda left, right: left not in right,
    }
)


def _formatted(text: Any, *values: Any, **named: Any) -> str:
    if not isinstance(text, str):
        raise TypeError
    _harmless_widths(text)
    if any(sign in text for sign in (".__", "[__")):
        raise ValueError
    return text.format(*values, **named)


def _padded(name: str) -> Callable[..., Any]:
    def apply(text: Any, width: Any, *fill: Any) -> Any:
        if width > LONGEST:
            raise TooLargeError
        return getattr(text, name)(width, *fill)

    return apply


def _replaced(text: Any, old: Any, new: Any, *count: Any) -> Any:
    if len(text) * max(1, len(new)) > 50 * LONGEST:
        raise TooLargeError
    return text.replace(old, new, *count)


def _plain(name: str) -> Callable[..., Any]:
    def apply(value: Any, *arguments: Any, **named: Any) -> Any:
        if not isinstance(value, (str, bytes, list, tuple, dict, frozenset, Duration)):
            raise TypeError
        return getattr(value, name)(*arguments, **named)

    return apply


def _seconds(value: Any) -> float:
    if not isinstance(value, Duration):
        raise TypeError
    return float(value)


METHODS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{
            name: _plain(name)
            for line in (
                "lower upper casefold title capitalize swapcase strip lstrip rstrip split rsplit splitlines partition rpartition",
                "startswith endswith removeprefix removesuffix find rfind index count isdigit isalpha isalnum isnumeric",
                "isdecimal isupper islower encode decode join hex get copy translate",
            )
            for name in line.split()
        },
        **{name: _padded(name) for name in ("zfill", "ljust", "rjust", "center")},
        "format": _formatted,
        "replace": _replaced,
        "keys": lambda value: list(dict.keys(value)),
        "values": lambda value: list(dict.values(value)),
        "items": lambda value: list(dict.items(value)),
        "total_seconds": _seconds,
    }
)
"""Methods of constants that change nothing."""


def duration(*positional: float, **named: float) -> Duration:
    """``datetime.timedelta`` in seconds."""
    units = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    sizes = {
        "days": 86400.0,
        "seconds": 1.0,
        "microseconds": 1e-6,
        "milliseconds": 1e-3,
        "minutes": 60.0,
        "hours": 3600.0,
        "weeks": 604800.0,
    }
    given = dict(zip(units, positional, strict=False)) | named
    return Duration(sum(sizes[unit] * amount for unit, amount in given.items()))


def _text(value: Any = "", *_: Any) -> str:
    if isinstance(value, (list, dict, frozenset, Duration)):
        raise TypeError
    return str(value)


def _bytes(value: Any = b"", *encoding: Any) -> bytes:
    if isinstance(value, int):
        raise TypeError
    return bytes(value, *encoding) if isinstance(value, str) else bytes(value)


def _range(*bounds: int) -> list[int]:
    found = range(*bounds)
    if len(found) > 256:
        raise TooLargeError
    return list(found)


def _read_json(text: Any) -> Any:
    if len(text) > LONGEST:
        raise TooLargeError
    return json.loads(text)


def _digest(name: str) -> Callable[..., bytes]:
    def apply(data: bytes = b"", **_: Any) -> bytes:
        return hashlib.new(name, data, usedforsecurity=False).digest()

    return apply


FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "builtins.str": _text,
        "builtins.int": int,
        "builtins.float": float,
        "builtins.bool": bool,
        "builtins.bytes": _bytes,
        "builtins.len": len,
        "builtins.list": list,
        "builtins.tuple": tuple,
        "builtins.set": frozenset,
        "builtins.frozenset": frozenset,
        "builtins.dict": dict,
        "builtins.sorted": sorted,
        "builtins.min": min,
        "builtins.max": max,
        "builtins.sum": sum,
        "builtins.abs": abs,
        "builtins.round": round,
        "builtins.chr": chr,
        "builtins.ord": ord,
        "builtins.hex": hex,
        "builtins.repr": repr,
        "builtins.range": _range,
        "builtins.any": any,
        "builtins.all": all,
        "builtins.bytes.fromhex": bytes.fromhex,
        "builtins.bytearray.fromhex": bytes.fromhex,
        "builtins.str.lower": str.lower,
        "builtins.str.upper": str.upper,
        "builtins.str.strip": str.strip,
        "base64.b64decode": lambda data, *_, **__: base64.b64decode(data),
        "base64.b64encode": base64.b64encode,
        "base64.standard_b64decode": base64.b64decode,
        "base64.standard_b64encode": base64.b64encode,
        "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
        "base64.urlsafe_b64encode": base64.urlsafe_b64encode,
        "base64.b32decode": base64.b32decode,
        "base64.b32encode": base64.b32encode,
        "base64.b16decode": base64.b16decode,
        "base64.b16encode": base64.b16encode,
        "base64.b85decode": base64.b85decode,
        "base64.b85encode": base64.b85encode,
        "base64.decodebytes": base64.decodebytes,
        "base64.encodebytes": base64.encodebytes,
        "binascii.unhexlify": binascii.unhexlify,
        "binascii.hexlify": binascii.hexlify,
        "binascii.a2b_base64": binascii.a2b_base64,
        "json.loads": _read_json,
        "os.path.join": posixpath.join,
        "os.path.basename": posixpath.basename,
        "os.path.dirname": posixpath.dirname,
        "os.path.normpath": posixpath.normpath,
        "os.fspath": str,
        "datetime.timedelta": duration,
    }
)
"""Pure functions by canonical name."""

DIGESTS: Mapping[str, Callable[..., bytes]] = MappingProxyType(
    {f"hashlib.{name}": _digest(name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")}
)
"""Hash functions; an object of them is held as its digest."""
