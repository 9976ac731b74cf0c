"""The report as one JSON object, documented in ``docs/json.md``.

Built field by field: renaming a field of a finding changes nothing here. A field that goes or changes its meaning raises
``VERSION``; a field that is added does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flasklint.findings import UNREADABLE, Fix, Judged, Report, RuleInfo, Severity, Verdict
from flasklint.reporters.document import Json, document
from flasklint.reporters.options import RenderOptions, Texts
from flasklint.reporters.selection import by_place, region, shown
from flasklint.source import Location, Position

VERSION = 1


def render(report: Report, texts: Texts, options: RenderOptions) -> str:
    """The whole report; paths are relative to the project's root."""
    rules = {rule.code: rule for rule in report.rules}
    errors = list(_errors(report, texts))
    return document(
        {
            "version": VERSION,
            "tool": {"name": "flasklint", "version": report.version},
            "summary": _summary(report, len(errors)),
            "results": [_result(judged, rules.get(judged.finding.code), texts) for judged in shown(report, options)],
            "errors": errors,
            "skipped": [
                {"path": skipped.path, "reason": skipped.reason}
                for skipped in sorted(report.skipped, key=lambda skipped: (skipped.path, skipped.reason))
            ],
        }
    )


def _summary(report: Report, errors: int) -> Json:
    verdicts = Counter(judged.verdict for judged in report.results)
    severities = Counter(judged.finding.severity for judged in report.results if judged.verdict is Verdict.REPORTED)
    by_severity: dict[str, Json] = {
        severity.name.lower(): severities[severity] for severity in sorted(Severity, reverse=True)
    }
    return {
        "findings": verdicts[Verdict.REPORTED],
        "by_severity": by_severity,
        "suppressed": verdicts[Verdict.SUPPRESSED],
        "below_threshold": verdicts[Verdict.BELOW_THRESHOLD],
        "files": len(report.files),
        "templates": report.templates,
        "skipped": len(report.skipped),
        "errors": errors,
    }


def _result(judged: Judged, rule: RuleInfo | None, texts: Texts) -> Json:
    finding = judged.finding
    is_suppressed = judged.verdict is Verdict.SUPPRESSED
    return {
        "code": finding.code,
        "name": rule.name if rule else "",
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "cwe": list(rule.cwe) if rule else [],
        "message": finding.message,
        **_place(finding.location, texts),
        "label": finding.label,
        "scope": finding.scope,
        "help": finding.help,
        "related": [{**_place(place.location, texts), "message": place.message} for place in finding.related],
        "trace": [
            {**_place(step.location, texts), "role": step.role, "message": step.message, "depth": step.depth}
            for step in finding.trace
        ],
        "fix": _fix(finding.fix, texts) if finding.fix else None,
        "fingerprint": judged.fingerprint,
        "suppressed": is_suppressed,
        "suppression_reason": judged.reason if is_suppressed else None,
    }


def _fix(fix: Fix, texts: Texts) -> Json:
    return {
        "message": fix.message,
        "applicability": fix.applicability.name.lower(),
        "edits": [{**_place(edit.location, texts), "text": edit.text} for edit in fix.edits],
    }


def _errors(report: Report, texts: Texts) -> Iterator[Json]:
    """Why the report may be incomplete: a file that nobody hid or excluded was not read, or a part of us failed."""
    for judged in sorted(report.results, key=by_place):
        finding = judged.finding
        if finding.code == UNREADABLE:
            yield {"kind": "unreadable", **_place(finding.location, texts), "part": None, "message": finding.message}
    for crash in sorted(report.crashes, key=lambda crash: (crash.path, crash.part, crash.error)):
        yield {"kind": "crash", "path": crash.path, "range": None, "part": crash.part, "message": crash.error}


def _place(location: Location, texts: Texts) -> dict[str, Json]:
    place = region(texts(location.path), location.span)
    return {"path": location.path, "range": {"start": _position(place.start), "end": _position(place.end)}}


def _position(position: Position) -> Json:
    return {"line": position.line, "column": position.column}
