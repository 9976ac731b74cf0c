"""Text measured in the cells of a terminal, where some characters take two and some none."""

from __future__ import annotations

from rich.cells import cell_len


def width(text: str) -> int:
    """How many cells a text takes that has no control characters."""
    return len(text) if text.isascii() else cell_len(text)


def wrap(text: str, room: int) -> list[str]:
    """The text broken at spaces into lines of at most ``room`` cells; a longer word stands alone, unbroken."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        size = width(word)
        if line and used + 1 + size > room:
            lines.append(line)
            line, used = word, size
        elif line:
            line, used = f"{line} {word}", used + 1 + size
        else:
            line, used = word, size
    return [*lines, line] if line else lines
