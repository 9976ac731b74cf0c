"""Where people fill in what a template shows, told by names: what was not followed, and may still be worth telling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flasklint.findings import Confidence, Finding, Place
from flasklint.rules.authors import Taken
from flasklint.rules.stored import Part, Stored


def named(finding: Finding, parts: Iterable[Part], path: str, stored: Stored) -> Finding:
    """A finding of a value of unknown origin. It keeps its weight if people fill in what goes by its name for things that go by
    its owner's, and says where; else only those who ask for what is doubtful are told."""
    if finding.confidence is Confidence.LOW:
        return finding
    taken = stored.filled_in(parts, path)
    if taken is None or taken.place is None:
        return replace(finding, confidence=Confidence.LOW)
    return replace(
        finding,
        message=f"{finding.message} {_said(taken)}",
        related=(Place(taken.place, "filled in here"), *finding.related),
    )


def _said(taken: Taken) -> str:
    if taken.form:
        return f"People fill it in in `{taken.form}`, by its name."
    return f"`{taken.function}` takes in what people write under that name."
