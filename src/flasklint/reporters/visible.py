"""Scanned text made safe to print.

A terminal obeys what it is sent: an escape sequence in a scanned file could retitle the window, a carriage return could
overwrite a finding, a bidirectional override could make code read as what it is not. So every character without a shape
of its own is written out as its escape.
"""

from __future__ import annotations

import unicodedata


def visible(text: str, *, unicode: bool = True) -> str:
    """The text on one line, each control, format or unassigned character and lone surrogate as ``\\x1b`` or ``\\u202e``.

    ``unicode=False`` escapes everything beyond ASCII too, for an output that cannot encode it.
    """
    if text.isprintable() and (unicode or text.isascii()):
        return text
    return "".join([visible_char(char, unicode=unicode) for char in text])


def visible_char(char: str, *, unicode: bool = True) -> str:
    """One character as :func:`visible` shows it."""
    if char.isascii() or unicode:
        # Spaces other than the plain one count as unprintable, but have a width and do no harm. Private use does neither.
        if char.isprintable() or unicodedata.category(char) in {"Zs", "Co"}:
            return char
        if char in _SHORT:
            return _SHORT[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
