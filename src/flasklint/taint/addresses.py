"""URL rules in pieces: what stands in them, and what of them a visitor chooses."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"<(?:(?P<converter>[A-Za-z_]\w*)(?:\([^)]*\))?:)?(?P<name>[A-Za-z_]\w*)>")


def variables(rule: str) -> dict[str, str]:
    """The variables of a URL rule with their converters."""
    return {found["name"]: found["converter"] or "default" for found in _VARIABLE.finditer(rule)}


def pieces(rule: str) -> list[tuple[str, str, str]]:
    """A rule as (literal, variable, converter) in order; the last may have no variable."""
    result: list[tuple[str, str, str]] = []
    at = 0
    for found in _VARIABLE.finditer(rule):
        result.append((rule[at : found.start()], found["name"], found["converter"] or "default"))
        at = found.end()
    result.append((rule[at:], "", ""))
    return result
