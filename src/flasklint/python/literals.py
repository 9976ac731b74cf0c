"""What a literal's text means: numbers and strings as Python would evaluate them, without evaluating anything.

Own code, because ``ast.literal_eval`` warns of unknown escapes (``"\\d"``), which are everywhere in regular expressions.
"""

from __future__ import annotations

import re
import unicodedata

_LONG = ("'''", '"""')
_LARGEST = 2**64 - 1
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<name>[^}]*)\}"
    r"|(?P<bad>[xuUN])|(?P<line>\n)|(?P<char>.))",
    re.DOTALL,
)
_BYTES_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|(?P<bad>x)|(?P<line>\n)|(?P<char>.))", re.DOTALL
)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def integer(text: str) -> int | None:
    """The value of an integer literal; None if it is beyond 64 bits (or none of today's Python)."""
    # 64 bits in binary take 66 signs and a separator before each; more digits are leading zeros at best.
    if len(text) > 140:
        return None
    try:
        value = int(text, 0)
    except ValueError:
        return None
    return value if value <= _LARGEST else None


def real(text: str) -> float | None:
    """The value of a float literal."""
    try:
        return float(text)
    except ValueError:
        return None


def string(text: str) -> tuple[str, bool] | None:
    """The value of one plain string literal with its prefix and quotes, and whether it is bytes.

    None if it has no value in our language (lone surrogates) or in Python's (a broken escape).
    """
    if text[0] in "'\"" and "\\" not in text and not text.startswith(_LONG):
        return text[1:-1], False
    at = 0
    while text[at] not in "'\"":
        at += 1
    prefix = text[:at].lower()
    size = 3 if text.startswith(_LONG, at) and len(text) - at >= 6 else 1
    is_bytes = "b" in prefix
    value = unescape(text[at + size : -size], "r" in prefix, is_bytes)
    return None if value is None else (value, is_bytes)


def piece(text: str, raw: bool) -> str | None:
    """The value of a literal piece of an f-string, where braces are doubled."""
    return unescape(text.replace("{{", "{").replace("}}", "}"), raw)


def unescape(body: str, raw: bool = False, is_bytes: bool = False) -> str | None:
    """What stands between a literal's quotes, evaluated; None if that cannot be."""
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    if is_bytes and not body.isascii():
        return None
    if raw or "\\" not in body:
        return body
    try:
        value = (_BYTES_ESCAPE if is_bytes else _ESCAPE).sub(_bytes_escape if is_bytes else _escape, body)
        value.encode()
    except ValueError:
        return None
    return value


def _escape(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match[match.lastgroup or 0]
    if kind == "char":
        return _SIMPLE.get(found, match[0])
    if kind == "line":
        return ""
    if kind == "octal":
        return chr(int(found, 8))
    if kind == "bad":
        raise ValueError(match[0])
    if kind == "name":
        try:
            return unicodedata.lookup(found)
        except KeyError:
            raise ValueError(match[0]) from None
    return chr(int(found, 16))


def _bytes_escape(match: re.Match[str]) -> str:
    # b"\400" is b"\x00": one byte is all there is.
    return chr(int(match["octal"], 8) & 0xFF) if match["octal"] else _escape(match)
