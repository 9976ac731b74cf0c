"""Plain values as expressions of the fact language."""

from __future__ import annotations

from flasklint import ir

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def constant(value: object, start: int, end: int) -> ir.Expr:
    """A scalar; what the language has no literal for (a date, a huge number, half a character) is opaque."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return ir.Op("opaque", start=start, end=end)
    if value is None or isinstance(value, (bool, str, float)):
        return ir.Const(value, start=start, end=end)
    if isinstance(value, int) and _SMALLEST <= value <= _LARGEST:
        return ir.Const(value, start=start, end=end)
    return ir.Op("opaque", start=start, end=end)


def assignment(key: str, key_at: tuple[int, int], value: ir.Expr) -> ir.Assign:
    """``key = value``"""
    name = ir.Name(key, start=key_at[0], end=key_at[1])
    return ir.Assign((name,), value, start=key_at[0], end=max(value.end, key_at[1]))


def pair(key: str, key_at: tuple[int, int], value: ir.Expr) -> ir.Pair:
    """``key: value`` of a dict."""
    written = ir.Const(key, start=key_at[0], end=key_at[1])
    return ir.Pair(written, value, start=key_at[0], end=max(value.end, key_at[1]))
