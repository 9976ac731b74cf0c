"""The report as SARIF 2.1.0, in the shape that GitHub's code scanning takes and shows best.

Built field by field. Where GitHub and the standard differ the output does what both accept: paths are relative to the
root of the repository, each result has one location, flows are written out inside the result, suppressed findings are left
out unless asked for (GitHub would show them as open alerts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from flasklint import HOME
from flasklint.findings import (
    UNREADABLE,
    Applicability,
    Finding,
    Fix,
    Judged,
    Report,
    RuleInfo,
    Severity,
    Step,
    Verdict,
)
from flasklint.reporters.document import Json, document
from flasklint.reporters.line_hash import line_hashes
from flasklint.reporters.options import RenderOptions, Texts
from flasklint.reporters.selection import by_place, region, seen_from, shown
from flasklint.source import Location, Position, Region, Text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
"""Middles of the ranges that GitHub names so, as the strings that it wants: a number is silently not read."""

_LONGEST_DESCRIPTION = 1024
_MOST_STEPS = 50
_MOST_RELATED = 100
_MOST_LINKS = 10
_LONGEST_SNIPPET = 400

_SOMETHING_LIKE_A_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_FENCE = re.compile(r"(?m)^ {0,3}(```+|~~~+).*\n?")
_LINK = re.compile(r"\[([^\]\[]+)\]\(([^()\s]+)\)")


class _Notice(NamedTuple):
    """A kind of trouble that a run can have, as a reporting descriptor."""

    id: str
    name: str
    level: str
    what: str
    help: str


_NOT_READ = _Notice(
    "unreadable-file",
    "UnreadableFile",
    "error",
    "A file could not be read or parsed, so nothing was looked for in it.",
    "Mend the file's syntax or encoding, or exclude it.",
)
_SKIPPED = _Notice(
    "skipped-file",
    "SkippedFile",
    "note",
    "A file was left out on purpose, so nothing was looked for in it.",
    "The message says why; settings can include it.",
)
_CRASHED = _Notice(
    "internal-error",
    "InternalError",
    "error",
    "A part of flasklint failed, so findings may be missing.",
    "Report it with the message, and the lines of code that it happened on if you can.",
)
_NOTICES = (_NOT_READ, _SKIPPED, _CRASHED)


class _Log(NamedTuple):
    """What every part of the document needs to know."""

    texts: Texts
    options: RenderOptions
    root: str
    rules: Mapping[str, tuple[int, RuleInfo]]
    hashes: dict[str, list[str]]


def render(report: Report, texts: Texts, options: RenderOptions) -> str:
    """The whole log: one run."""
    rules = sorted(report.rules, key=lambda rule: rule.code)
    log = _Log(texts, options, report.root, {rule.code: (index, rule) for index, rule in enumerate(rules)}, {})
    return document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, rules, log)]})


def _run(report: Report, rules: list[RuleInfo], log: _Log) -> Json:
    cwes = sorted({number for rule in rules for number in rule.cwe})
    run: dict[str, Json] = {
        "tool": {"driver": _driver(report, rules, cwes)},
        "automationDetails": {"id": log.options.category.rstrip("/") + "/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, log)],
        "results": [_result(judged, log) for judged in sorted(shown(report, log.options), key=_by_severity)],
    }
    if cwes:
        run["taxonomies"] = [_taxonomy(cwes)]
    return run


def _by_severity(judged: Judged) -> tuple[int, object]:
    """GitHub takes so many results and no more: the worst come first."""
    return -judged.finding.severity, by_place(judged)


# The tool --------------------------------------------------------------------------------------------------------


def _driver(report: Report, rules: list[RuleInfo], cwes: list[int]) -> Json:
    driver: dict[str, Json] = {
        "name": "flasklint",
        "fullName": f"flasklint {report.version}".strip(),
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules],
        "notifications": [_descriptor(notice) for notice in _NOTICES],
    }
    if report.version:
        driver |= {"version": report.version, "semanticVersion": report.version}
    if cwes:
        driver["supportedTaxonomies"] = [{"name": "CWE"}]
    return driver


def _rule(rule: RuleInfo) -> Json:
    what = rule.sections().get("What it does", "") or rule.summary
    tags = ["security", *(f"external/cwe/cwe-{number:03}" for number in rule.cwe), "flask"]
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _description(rule.summary)},
        "fullDescription": {"text": _description(what)},
        "helpUri": f"{HOME}/blob/main/docs/rules/{rule.code}.md",
        "help": {"text": _help(rule), "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "relationships": [
            {"target": {"id": str(number), "toolComponent": {"name": "CWE"}}, "kinds": ["superset"]}
            for number in rule.cwe
        ],
        "properties": {
            "security-severity": _SECURITY_SEVERITY[rule.severity],
            "precision": "high",
            "tags": list[Json](tags),
        },
    }


def _help(rule: RuleInfo) -> str:
    return "\n\n".join(f"{title}\n{_plain(body)}".strip() for title, body in rule.sections().items() if body)


def _description(markdown: str) -> str:
    text = " ".join(_plain(markdown).split())
    return text if len(text) <= _LONGEST_DESCRIPTION else text[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"


def _plain(markdown: str) -> str:
    """Without the signs of fences and links, for viewers that show no markdown."""
    return _LINK.sub(r"\1 (\2)", _FENCE.sub("", markdown)).strip()


def _descriptor(notice: _Notice) -> Json:
    return {
        "id": notice.id,
        "name": notice.name,
        "shortDescription": {"text": notice.what},
        "fullDescription": {"text": notice.what},
        "help": {"text": notice.help},
        "defaultConfiguration": {"level": notice.level},
    }


def _taxonomy(cwes: list[int]) -> Json:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "Common Weakness Enumeration."},
        "taxa": [
            {"id": str(number), "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html"} for number in cwes
        ],
    }


# How the run went ------------------------------------------------------------------------------------------------


def _invocation(report: Report, log: _Log) -> Json:
    invocation: dict[str, Json] = {"executionSuccessful": not report.crashes}
    if log.options.exit_code is not None:
        invocation["exitCode"] = log.options.exit_code
    invocation["toolExecutionNotifications"] = list(_notifications(report, log))
    return invocation


def _notifications(report: Report, log: _Log) -> Iterator[Json]:
    for judged in sorted(report.results, key=by_place):
        finding = judged.finding
        if finding.code == UNREADABLE:
            yield _notification(_NOT_READ, finding.message, _physical(finding.location, log))
    for skipped in sorted(report.skipped, key=lambda skipped: (skipped.path, skipped.reason)):
        yield _notification(_SKIPPED, f"Not analysed: {skipped.reason}.", _file(skipped.path, log))
    for crash in sorted(report.crashes, key=lambda crash: (crash.path, crash.part, crash.error)):
        place = _file(crash.path, log) if crash.path else None
        yield _notification(_CRASHED, f"{crash.part} failed: {crash.error}", place)


def _notification(notice: _Notice, text: str, place: Json) -> Json:
    notification: dict[str, Json] = {
        "level": notice.level,
        "descriptor": {"id": notice.id, "index": _NOTICES.index(notice)},
        "message": {"text": text},
    }
    if place:
        notification["locations"] = [{"physicalLocation": place}]
    return notification


# Results ---------------------------------------------------------------------------------------------------------


def _result(judged: Judged, log: _Log) -> Json:
    finding = judged.finding
    result: dict[str, Json] = {"ruleId": finding.code}
    if finding.code in log.rules:
        result["ruleIndex"] = log.rules[finding.code][0]
    related = list(_related(finding))
    result |= {
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, related)},
        "locations": [{"physicalLocation": _physical(finding.location, log, snippet=True)}],
        "partialFingerprints": _fingerprints(judged, log),
        "properties": {
            "severity": finding.severity.name.lower(),
            "confidence": finding.confidence.name.lower(),
            "security-severity": _SECURITY_SEVERITY[finding.severity],
        },
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(place, log), "message": {"text": text}}
            for number, (_, place, text) in enumerate(related, 1)
        ]
    if finding.trace:
        result["codeFlows"] = [{"threadFlows": [{"locations": _steps(finding.trace, log)}]}]
    if finding.fix and finding.fix.applicability is not Applicability.DISPLAY:
        result["fixes"] = [_fix(finding.fix, log)]
    if log.options.include_suppressed:
        result["suppressions"] = list(_suppressions(judged))
    return result


def _related(finding: Finding) -> Iterator[tuple[str, Location, str]]:
    """The places that the message leads to: the words for the link, the place, what there is to say of it."""
    if finding.trace:
        source = finding.trace[0]
        yield source.message or "here", source.location, f"Source: {source.message}"
    for place in finding.related[:_MOST_RELATED]:
        yield place.message or "here", place.location, place.message or "See here."


def _message(finding: Finding, related: list[tuple[str, Location, str]]) -> str:
    """The message, and a link to each related place: without one, GitHub does not show it."""
    links = [f"[{_escaped(words)}]({number})" for number, (words, _, _) in enumerate(related, 1)]
    parts = [_SOMETHING_LIKE_A_LINK.sub(r"\\[", finding.message.strip())]
    if finding.trace:
        parts.append(f"Source: {links.pop(0)}.")
    if links:
        more = f" and {len(finding.related) - _MOST_LINKS} more" if len(links) > _MOST_LINKS else ""
        parts.append(f"See also: {', '.join(links[:_MOST_LINKS])}{more}.")
    return " ".join(parts)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _fingerprints(judged: Judged, log: _Log) -> dict[str, Json]:
    location = judged.finding.location
    text = log.texts(location.path)
    fingerprints: dict[str, Json] = {}
    # GitHub hashes a file as UTF-8 whatever it is, and complains of another value than its own. Left out, it fills it in.
    if text.is_plain_utf8:
        if location.path not in log.hashes:
            log.hashes[location.path] = line_hashes(text.content)
        fingerprints["primaryLocationLineHash"] = log.hashes[location.path][region(text, location.span).start.line - 1]
    return fingerprints | {"flasklint/v1": judged.fingerprint}


def _steps(trace: tuple[Step, ...], log: _Log) -> list[Json]:
    """The flow, source first; of a very long one, its two ends."""
    numbered = list(enumerate(trace, 1))
    if len(numbered) > _MOST_STEPS:
        numbered = numbered[: _MOST_STEPS // 2] + numbered[-_MOST_STEPS // 2 :]
    return [_step(number, step, log) for number, step in numbered]


def _step(number: int, step: Step, log: _Log) -> Json:
    match step.role:
        case "source":
            prefix, importance, kinds = "Source: ", "essential", ("source", "taint")
        case "sink":
            prefix, importance, kinds = "Sink: ", "essential", ("sink", "danger")
        case _:
            prefix, importance, kinds = "", "important", ("value", "taint")
    text = (prefix + step.message).strip() or "The value comes by here."
    return {
        "location": {"physicalLocation": _physical(step.location, log, snippet=True), "message": {"text": text}},
        "executionOrder": number,
        "nestingLevel": max(0, step.depth),
        "importance": importance,
        "kinds": list(kinds),
    }


def _suppressions(judged: Judged) -> Iterator[Json]:
    if judged.verdict is Verdict.SUPPRESSED:
        suppression: dict[str, Json] = {"kind": "inSource", "status": "accepted"}
        if judged.reason:
            suppression["justification"] = judged.reason
        yield suppression


def _fix(fix: Fix, log: _Log) -> Json:
    changes: dict[str, list[Json]] = {}
    for edit in fix.edits:
        text = log.texts(edit.location.path)
        changes.setdefault(edit.location.path, []).append(
            {
                "deletedRegion": _written(region(text, edit.location.span)),
                "insertedContent": {"text": edit.text},
            }
        )
    return {
        "description": {"text": fix.message},
        "artifactChanges": [
            {"artifactLocation": _artifact(path, log), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


# Places ----------------------------------------------------------------------------------------------------------


def _physical(location: Location, log: _Log, *, snippet: bool = False) -> Json:
    text = log.texts(location.path)
    place = region(text, location.span)
    written = _written(_visible(place, text))
    if snippet and (code := "\n".join(text.line(number) for number in _lines(place))):
        written["snippet"] = {"text": code[:_LONGEST_SNIPPET]}
    return {"artifactLocation": _artifact(location.path, log), "region": written}


def _file(path: str, log: _Log) -> Json:
    return {"artifactLocation": _artifact(path, log)}


def _lines(place: Region) -> Iterable[int]:
    return range(place.start.line, min(place.end.line, place.start.line + 2) + 1)


def _visible(place: Region, text: Text) -> Region:
    """An empty region made one character wide where there is one, as an underline cannot have no width."""
    line, column = place.end
    if place.start != place.end:
        return place
    if column <= len(text.line(line)):
        return Region(place.start, Position(line, column + 1))
    return Region(Position(line, max(1, column - 1)), place.end)


def _written(place: Region) -> dict[str, Json]:
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }


def _artifact(path: str, log: _Log) -> Json:
    """A path as a relative reference: whatever is not plain in a URI is percent-encoded, and so is a colon, which would
    make what is before it a scheme."""
    way = seen_from(log.options.repository, log.root, path)
    if way.startswith("../"):
        way = path
    return {"uri": quote(way.encode("utf-8", "surrogateescape")), "uriBaseId": _ROOT}
