"""Where in an SQL statement a text of unknown origin stands: as a value, or as what only the program writes."""

from __future__ import annotations

import re

from flasklint.taint.judge import open_quote
from flasklint.taint.values import Text

_HOLE = "\x00"
_ON_THE_RIGHT = re.compile(
    r"(?:[=<>]|\b(?:like|ilike|rlike|regexp|between|limit|offset|order\s+by)|(?:\bin|\bvalues|,\s*|\w)\s*\([^()]*)"
    r"\s*(?:[\w.%]*\x00\s*,\s*)*[%_]*$",
    re.IGNORECASE,
)
"""What stands before a value: an operator, or the bracket of a list of them."""
_LISTS_COLUMNS = re.compile(r"\b(?:into|table|index|references|on|key|unique|as)\b[^()']*\([^()']*$", re.IGNORECASE)
_NAMES_THINGS = re.compile(
    r"\b(?:from|join|into|update|table|exists|database|schema|view|column|constraint|on|as|select|distinct|by|to|truncate|"
    r"attach|index|add|drop|pragma|use|describe|set)\s+[`\"\[]?[\w.]*$",
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"[\w`\"\]]*\s*(?:[=<>(.]|!=|(?:not\s+)?(?:in|like|ilike|is|between)\b)", re.IGNORECASE)
"""What stands behind a column."""


def takes_a_value(text: Text) -> bool:
    """Whether something of unknown origin stands where a value does: between quotes, behind an operator, in a list of values.

    Elsewhere stand names of tables and columns, and clauses, which come out of the program.
    """
    before = ""
    for at, piece in enumerate(text):
        if isinstance(piece, str):
            before += piece
            continue
        if not piece.plain:
            behind = text[at + 1] if at + 1 < len(text) else ""
            if _is_value(before, behind if isinstance(behind, str) else ""):
                return True
        before += _HOLE
    return False


def _is_value(before: str, behind: str) -> bool:
    quote = open_quote(before)
    if quote == "`":
        return False
    if quote:
        # What opens it is the last of them: those before it come in pairs.
        return _NAMES_THINGS.search(before[: before.rfind(quote)]) is None
    if _OPERATOR.match(behind):
        return False
    return _ON_THE_RIGHT.search(before) is not None and _LISTS_COLUMNS.search(before) is None
