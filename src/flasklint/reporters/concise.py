"""One line a finding, for editors and for grep."""

from __future__ import annotations

from flasklint.findings import Judged, Report, Verdict
from flasklint.reporters.options import RenderOptions, Texts
from flasklint.reporters.selection import region, seen_from, shown
from flasklint.reporters.visible import visible


def render(report: Report, texts: Texts, options: RenderOptions) -> str:
    """``path:line:column: CODE severity/confidence message`` for each finding; nothing at all when there is none."""
    lines = []
    for judged in shown(report, options):
        path = seen_from(options.cwd, report.root, judged.finding.location.path)
        lines.append(visible(_line(judged, path, texts), unicode=options.terminal.unicode))
    return "".join([line + "\n" for line in lines])


def _line(judged: Judged, path: str, texts: Texts) -> str:
    finding = judged.finding
    place = region(texts(finding.location.path), finding.location.span).start
    grade = f"{finding.severity.name.lower()}/{finding.confidence.name.lower()}"
    suppressed = " (suppressed)" if judged.verdict is Verdict.SUPPRESSED else ""
    return f"{path}:{place.line}:{place.column}: {finding.code} {grade} {finding.message}{suppressed}"
