"""Which findings a report shows, in which order, and where they stand."""

from __future__ import annotations

import posixpath

from flasklint.findings import Judged, Report, Verdict
from flasklint.reporters.options import RenderOptions
from flasklint.source import Region, Span, Text

Key = tuple[str, int, int, str, str]


def shown(report: Report, options: RenderOptions) -> list[Judged]:
    """What is reported, and what is suppressed if that is asked for, by path and place."""
    verdicts = {Verdict.REPORTED, Verdict.SUPPRESSED} if options.include_suppressed else {Verdict.REPORTED}
    return sorted((judged for judged in report.results if judged.verdict in verdicts), key=by_place)


def by_place(judged: Judged) -> Key:
    """Sorts by path, then place; the rest makes the order total."""
    finding = judged.finding
    return (
        finding.location.path,
        finding.location.span.start,
        finding.location.span.end,
        finding.code,
        finding.message,
    )


def region(text: Text, span: Span) -> Region:
    """Lines and columns, kept inside the text."""
    size = len(text.content)
    start = min(max(span.start, 0), size)
    return text.region(Span(start, min(max(span.end, start), size)))


def seen_from(place: str, root: str, path: str) -> str:
    """A path below ``root`` as a path from ``place``, another absolute folder; as it is where either is not known."""
    if not place or not root or place == root:
        return path
    return posixpath.relpath(posixpath.join(root, path), place)
