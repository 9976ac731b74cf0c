"""What the place that a report is printed to can show. Standard library only: it is asked before anything is imported."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Literal, NamedTuple

ColorChoice = Literal["auto", "always", "never"]

NARROWEST = 40
"""A terminal narrower than this is treated as if it were this wide: nothing readable fits below."""

UNKNOWN_WIDTH = 100
"""Columns to fill where there is no terminal to ask, as in a pipe or a CI log."""

_LINKING_PROGRAMS = frozenset({"WezTerm", "ghostty", "iTerm.app", "mintty", "rio", "tabby", "vscode", "zed"})
_LINKING_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "contour", "wezterm")
_VTE_WITH_LINKS = 5001
"""VTE 0.50.0 crashed on links, so the first good one is 0.50.1."""


class Terminal(NamedTuple):
    """``width`` in columns; ``color`` allows escape sequences for colour; ``links`` those for hyperlinks (OSC 8); ``unicode``
    says that characters beyond ASCII can be written."""

    width: int = UNKNOWN_WIDTH
    color: bool = False
    links: bool = False
    unicode: bool = True


PLAIN = Terminal()
"""A pipe or a file."""


def terminal(
    environ: Mapping[str, str],
    *,
    is_tty: bool,
    columns: int = 0,
    encoding: str = "utf-8",
    color: ColorChoice = "auto",
    links: bool | None = None,
) -> Terminal:
    """Work out what stdout can show.

    ``columns``: the terminal's own answer, 0 when there is none. ``encoding``: stdout's. ``color`` and ``links`` are the
    user's words on the command line, which win over every variable.
    """
    colored = _color(environ, is_tty) if color == "auto" else color == "always"
    return Terminal(
        width=max(NARROWEST, _number(environ.get("COLUMNS", "")) or columns or UNKNOWN_WIDTH),
        color=colored,
        links=_links(environ, is_tty and colored) if links is None else links,
        unicode=_is_unicode(encoding),
    )


def _color(environ: Mapping[str, str], is_tty: bool) -> bool:
    """``NO_COLOR`` has the last word, the two that force come next, a dumb terminal gets none."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0").lower() not in {"", "0", "false"}:
        return True
    if environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return is_tty


def _links(environ: Mapping[str, str], is_colored_tty: bool) -> bool:
    """There is no way to ask a terminal whether it knows OSC 8: only those known to are trusted with it."""
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in {"", "0", "false"}
    if not is_colored_tty or environ.get("CI"):
        return False
    return (
        environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environ.get("TERM", "").startswith(_LINKING_TERMS)
        or _number(environ.get("VTE_VERSION", "")) >= _VTE_WITH_LINKS
        or any(name in environ for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _is_unicode(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name.startswith("utf")
    except LookupError:
        return False
