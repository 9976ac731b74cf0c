"""Lines of styled pieces, and how they become one string with or without escape sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flasklint.reporters.terminal import Terminal


class Piece(NamedTuple):
    """A stretch of a line in one style (a key of ``STYLES``, or none), leading to ``link`` where links are shown."""

    text: str
    style: str = ""
    link: str = ""


Line = tuple[Piece, ...]

# The sixteen colours that a terminal's theme chooses, so that it reads well on dark and light alike.
STYLES = {
    "critical": "bold magenta",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "title": "bold",
    "path": "underline",
    "gutter": "blue",
    "step": "cyan",
    "faint": "dim",
    "key": "bold",
    "good": "bold green",
    "bad": "bold red",
}


def paint(lines: Iterable[Line], terminal: Terminal) -> str:
    """The lines as one string, each ended by a line feed and free of blanks at its end."""
    draw = _painter() if terminal.color else _plain
    out = []
    for line in lines:
        pieces = [draw(piece) for piece in _trimmed(line)]
        if terminal.links:
            # By hand: rich gives each link a random id, and the same report must give the same bytes.
            pieces = [_linked(text, piece.link) for text, piece in zip(pieces, line, strict=False)]
        out.append("".join(pieces))
    return "".join([text + "\n" for text in out])


def _trimmed(line: Line) -> Line:
    while line and not (last := line[-1].text.rstrip(" ")):
        line = line[:-1]
    return (*line[:-1], line[-1]._replace(text=last)) if line else ()


def _plain(piece: Piece) -> str:
    return piece.text


def _painter() -> Callable[[Piece], str]:
    # Imported here: output to a pipe is plain, and does without.
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {name: Style.parse(definition) for name, definition in STYLES.items()}

    def draw(piece: Piece) -> str:
        if not piece.style or not piece.text.strip(" "):
            return piece.text
        return styles[piece.style].render(piece.text, color_system=ColorSystem.STANDARD)

    return draw


def _linked(text: str, link: str) -> str:
    return f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\" if link else text
