"""The hash of a line by which GitHub knows an alert again after lines were added above it.

It takes in the line and what follows it, 100 UTF-16 code units without spaces and tabs, so that it tells apart equal lines
in different surroundings; a running number tells apart the rest.
"""

from __future__ import annotations

import struct
from collections import Counter
from itertools import accumulate

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END_OF_FILE = 0xFFFF
_DROPPED = str.maketrans("\r", "\n", " \t")


def line_hashes(content: str) -> list[str]:
    """One hash for each line of a file's text, as ``5f297998e998b516:1``.

    Lines end at LF, CRLF or CR. What follows the last line end is a line too, even if it is empty.
    """
    # CRLF first: a space between the two would make them two line ends, and must not be dropped before.
    normal = content.replace("\r\n", "\n").translate(_DROPPED)
    data = normal.encode("utf-16-le", "surrogatepass")
    units = (*struct.unpack(f"<{len(data) // 2}H", data), _END_OF_FILE)
    starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == 0x0A)]

    # A prefix is the value of the polynomial over all units before a place; a window's is the difference of two.
    prefixes = list(accumulate((*units, *[0] * _WINDOW), lambda value, unit: (value * _BASE + unit) & _MASK, initial=0))
    highest = pow(_BASE, _WINDOW, 1 << 64)
    seen: Counter[int] = Counter()
    hashes = []
    for start in starts:
        value = (prefixes[start + _WINDOW] - prefixes[start] * highest) & _MASK
        seen[value] += 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes
