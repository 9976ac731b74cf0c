"""The report for people: each finding with its code, how the value gets there, why it matters and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from flasklint.findings import UNREADABLE, Applicability, Crash, Finding, Judged, Report, RuleInfo, Verdict
from flasklint.reporters.cells import width, wrap
from flasklint.reporters.frame import GAP, Mark, Row, frame
from flasklint.reporters.options import RenderOptions, Texts
from flasklint.reporters.paint import Line, Piece, paint
from flasklint.reporters.selection import by_place, region, seen_from, shown
from flasklint.reporters.visible import visible
from flasklint.source import Location

_PROSE = 110
"""Prose is made no wider than this however wide the terminal is: long lines of it are hard to follow."""
_NARROWEST_CODE = 24
_STEPS = 8
_RELATED = 6
_UNREADABLE = 5
_FIX_FLAG = {Applicability.SAFE: " [--fix]", Applicability.UNSAFE: " [--unsafe-fixes]", Applicability.DISPLAY: ""}
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_SHORT_REASON = 90
"""A sentence of fewer characters is seldom the whole reason."""
_LINK = re.compile(r"\[([^\]\[]+)\]\([^()\s]+\)")


class _Strokes(NamedTuple):
    """What holds a finding together."""

    bar: str
    first: str
    other: str
    note: str
    gap: str
    dot: str
    rule: str


_DRAWN = _Strokes(bar="│", first="╭─ ", other="├─ ", note="= ", gap="┆", dot=" · ", rule="─")
_TYPED = _Strokes(bar="|", first="--> ", other="::: ", note="= ", gap=":", dot=", ", rule="-")


class _Page(NamedTuple):
    """What every part of the report needs to know."""

    texts: Texts
    options: RenderOptions
    rules: Mapping[str, RuleInfo]
    root: str

    @property
    def strokes(self) -> _Strokes:
        return _DRAWN if self.options.terminal.unicode else _TYPED

    @property
    def prose(self) -> int:
        return min(self.options.terminal.width, _PROSE)

    def safe(self, text: str) -> str:
        return visible(text, unicode=self.options.terminal.unicode)

    def path(self, path: str) -> Piece:
        """A path as seen from the working directory, leading to the file."""
        return Piece(self.safe(seen_from(self.options.cwd, self.root, path)), "", _uri(self.root, path))

    def place(self, location: Location) -> Piece:
        """``path:line:column``"""
        line, column = region(self.texts(location.path), location.span).start
        name = self.path(location.path)
        return name._replace(text=f"{name.text}:{line}:{column}")


def render(report: Report, texts: Texts, options: RenderOptions) -> str:
    """The findings by file, then what went wrong, then the counts."""
    page = _Page(texts, options, {rule.code: rule for rule in report.rules}, report.root)
    return paint(_lines(report, page), options.terminal)


def _lines(report: Report, page: _Page) -> Iterator[Line]:
    explained: set[str] = set()
    for path, group in groupby(shown(report, page.options), key=lambda judged: judged.finding.location.path):
        here = list(group)
        yield from _heading(path, len(here), page)
        for judged in here:
            yield from _finding(judged, page, explain=judged.finding.code not in explained)
            explained.add(judged.finding.code)
            yield ()
    for crash in sorted(report.crashes, key=lambda crash: (crash.path, crash.part, crash.error)):
        yield from _crash(crash, page)
        yield ()
    yield from _summary(report, page)


def _heading(path: str, count: int, page: _Page) -> Iterator[Line]:
    name, counted = page.path(path), _counted(count, "finding")
    fill = max(3, page.prose - width(name.text) - width(counted) - 6)
    yield (
        Piece(page.strokes.rule * 2 + " ", "gutter"),
        name._replace(style="title"),
        Piece(f" {page.strokes.rule * fill} ", "gutter"),
        Piece(counted, "faint"),
    )
    yield ()


# One finding -----------------------------------------------------------------------------------------------------


def _finding(judged: Judged, page: _Page, *, explain: bool) -> Iterator[Line]:
    finding = judged.finding
    marks, left_out = _marks(finding)
    last_line = max(region(page.texts(path), mark.span).end.line for path, here in marks.items() for mark in here)
    gutter = max(3, len(str(last_line)))
    yield from _title(judged, page)
    for number, (path, here) in enumerate(marks.items()):
        yield from _block(path, here, gutter, page, finding if number == 0 else None)
    notes = list(_notes(judged, page.rules.get(finding.code), left_out, explain=explain))
    if notes:
        yield (_bar(gutter, page),)
    for key, style, text in notes:
        yield from _note(key, style, text, gutter, page)


def _title(judged: Judged, page: _Page) -> Iterator[Line]:
    finding = judged.finding
    severity = finding.severity.name.lower()
    head = f"{severity}[{finding.code}]"
    for number, words in enumerate(wrap(f"{head}: {page.safe(finding.title)}", page.prose - 2)):
        if number == 0:
            yield (Piece(head, severity), Piece(words[len(head) :], "title"))
        else:
            yield (Piece("  " + words, "title"),)


def _marks(finding: Finding) -> tuple[dict[str, list[Mark]], str]:
    """What to underline, by file, the finding's own file first; and what was too much to show, in words.

    The last step of a trace is mostly the finding's own place: then they are one mark.
    """
    severity = finding.severity.name.lower()
    steps = list(enumerate(finding.trace, 1))
    left_out = []
    own = Mark(finding.location.span, finding.label, "^", severity)
    if steps and steps[-1][1].location == finding.location:
        number, sink = steps.pop()
        own = own._replace(
            label=f"{number}. {finding.label or sink.message}" if steps else finding.label or sink.message
        )
    if len(steps) > _STEPS:
        first, last = steps[_STEPS // 2][0], steps[-_STEPS // 2 - 1][0]
        left_out.append(f"steps {first} to {last}" if first < last else f"step {first}")
        steps = steps[: _STEPS // 2] + steps[-_STEPS // 2 :]
    said = {(finding.location, finding.label), *((step.location, step.message) for step in finding.trace)}
    related = [place for place in finding.related if (place.location, place.message) not in said]
    if len(related) > _RELATED + 1:  # to say that one is left out takes as much room as to show it
        left_out.append(f"{len(related) - _RELATED} more places")
        related = related[:_RELATED]

    marks: dict[str, list[Mark]] = {finding.location.path: []}
    for number, step in steps:
        mark = Mark(step.location.span, f"{number}. {step.message}", "-", "step")
        marks.setdefault(step.location.path, []).append(mark)
    marks[finding.location.path].append(own)
    for place in related:
        marks.setdefault(place.location.path, []).append(Mark(place.location.span, place.message, "-", "step"))
    return marks, " and ".join(left_out)


def _block(path: str, marks: Sequence[Mark], gutter: int, page: _Page, finding: Finding | None) -> Iterator[Line]:
    """The code of one file; ``finding`` with the first one, which says more of it."""
    pad, strokes, text = " " * (gutter + 1), page.strokes, page.texts(path)
    if finding:
        place, facts = page.place(finding.location), _facts(finding, page)
        opening = (Piece(pad + strokes.first, "gutter"), place)
        if sum(width(piece.text) for piece in opening) + 2 + width(facts) <= page.options.terminal.width:
            yield (*opening, Piece("  " + facts, "faint"))
        else:
            yield opening
            for words in wrap(facts, page.options.terminal.width - gutter - 4):
                yield (_bar(gutter, page), Piece("  " + words, "faint"))
    else:
        yield (_bar(gutter, page),)
        first = min(mark.span for mark in marks)
        yield (Piece(pad + strokes.other, "gutter"), page.place(Location(path, first)))
    if not text.content:
        return
    yield (_bar(gutter, page),)
    room = max(_NARROWEST_CODE, page.options.terminal.width - gutter - 3)
    for row in frame(text, marks, room, unicode=page.options.terminal.unicode):
        yield _row(row, gutter, page)


def _row(row: Row, gutter: int, page: _Page) -> Line:
    if row is GAP:
        return (Piece(" " * (gutter + 1) + page.strokes.gap, "gutter"),)
    number = "" if row.number is None else str(row.number)
    return (Piece(f"{number:>{gutter}} {page.strokes.bar} ", "gutter"), *row.line)


def _bar(gutter: int, page: _Page) -> Piece:
    return Piece(" " * (gutter + 1) + page.strokes.bar, "gutter")


def _facts(finding: Finding, page: _Page) -> str:
    rule = page.rules.get(finding.code)
    facts = [rule.name] if rule else []
    facts.append(f"confidence {finding.confidence.name.lower()}")
    facts.extend([f"CWE-{rule.cwe[0]}"] if rule and rule.cwe else [])
    return page.strokes.dot.join(facts)


def _notes(judged: Judged, rule: RuleInfo | None, left_out: str, *, explain: bool) -> Iterator[tuple[str, str, str]]:
    """What there is to say below the code: key, style of the key, words. Why is said once for each rule."""
    finding = judged.finding
    if judged.verdict is Verdict.SUPPRESSED:
        yield "suppressed", "faint", judged.reason or "no reason given"
    if left_out:
        yield "note", "key", f"not shown here: {left_out}; see `--format json`"
    if finding.details:
        yield "note", "key", finding.details
    if explain and rule and (why := _why(rule)):
        yield "why", "key", why
    if finding.help:
        yield "help", "good", finding.help
    if finding.fix:
        yield "fix", "good", finding.fix.message + _FIX_FLAG[finding.fix.applicability]
    if explain and rule:
        yield "more", "key", f"flasklint explain {finding.code}"


def _note(key: str, style: str, text: str, gutter: int, page: _Page) -> Iterator[Line]:
    head = f"{' ' * (gutter + 1)}{page.strokes.note}"
    indent = len(head) + len(key) + 2
    for number, words in enumerate(wrap(page.safe(text), max(_NARROWEST_CODE, page.prose - indent))):
        if number == 0:
            yield (Piece(head, "gutter"), Piece(f"{key}:", style), Piece(" " + words))
        else:
            yield (Piece(" " * indent + words),)


def _why(rule: RuleInfo) -> str:
    """How the page's reason begins, its links as plain words: a sentence, and where that is short, what follows from it."""
    reason = _LINK.sub(r"\1", rule.sections().get("Why is this bad", ""))
    first, *more = _BETWEEN_SENTENCES.split(" ".join(reason.split("\n\n", 1)[0].split()))
    return f"{first} {more[0]}" if more and len(first) < _SHORT_REASON else first


# After the findings ----------------------------------------------------------------------------------------------


def _crash(crash: Crash, page: _Page) -> Iterator[Line]:
    where = f" on {page.path(crash.path).text}" if crash.path else ""
    head = "internal error"
    text = f"{head}: {page.safe(crash.part)} failed{where}: {page.safe(crash.error)}"
    for number, words in enumerate(wrap(text, page.prose - 2)):
        yield (Piece(head, "bad"), Piece(words[len(head) :])) if number == 0 else (Piece("  " + words),)


def _summary(report: Report, page: _Page) -> Iterator[Line]:
    verdicts = Counter(judged.verdict for judged in report.results)
    found = verdicts[Verdict.REPORTED]
    hidden = [
        f"{verdicts[verdict]} {words}"
        for verdict, words in (
            (Verdict.BELOW_THRESHOLD, "less sure or less grave not shown"),
            (Verdict.SUPPRESSED, "suppressed"),
        )
        if verdicts[verdict]
    ]
    aside = Piece(f" ({', '.join(hidden)})" if hidden else "")
    if found:
        yield from _flowed((Piece(_counted(found, "finding"), "title"), Piece(": "), *_severities(report), aside), page)
    else:
        yield from _flowed((Piece("No findings", "title" if report.crashes else "good"), aside), page)
    templates = f", {_counted(report.templates, 'template')} among them" if report.templates else ""
    skipped = f"; {len(report.skipped)} skipped" if report.skipped else ""
    yield from _flowed((Piece(f"{_counted(len(report.files), 'file')} checked{templates}{skipped}", "faint"),), page)
    if report.crashes:
        yield (Piece(f"{_counted(len(report.crashes), 'internal error')}: findings may be missing", "bad"),)
    yield from _unreadable(report, page)


def _severities(report: Report) -> Iterator[Piece]:
    counts = Counter(judged.finding.severity for judged in report.results if judged.verdict is Verdict.REPORTED)
    comma = ""
    for severity in sorted(counts, reverse=True):
        name = severity.name.lower()
        yield Piece(f"{comma}{counts[severity]} ")
        yield Piece(name, name)
        comma = ", "


def _unreadable(report: Report, page: _Page) -> Iterator[Line]:
    unread = sorted(
        (judged for judged in report.results if judged.finding.code == UNREADABLE),
        key=by_place,
    )
    if unread:
        yield (Piece(f"{_counted(len(unread), 'file')} could not be analysed:", "bad"),)
    for judged in unread[:_UNREADABLE]:
        finding = judged.finding
        yield (
            Piece("  "),
            page.place(finding.location),
            Piece(f"  {page.safe(finding.label or finding.title)}", "faint"),
        )
    if len(unread) > _UNREADABLE:
        yield (Piece(f"  and {len(unread) - _UNREADABLE} more", "faint"),)


def _flowed(pieces: Iterable[Piece], page: _Page) -> Iterator[Line]:
    """Pieces broken at spaces into lines as wide as prose may be."""
    line: list[Piece] = []
    used = 0
    for piece in pieces:
        for word in re.findall(r"\s*\S+|\s+", piece.text):
            size = width(word)
            if line and word.startswith(" ") and used + size > page.prose:
                yield tuple(line)
                line, used, word = [Piece("  ")], 2, word.lstrip(" ")
                size = width(word)
            if line and line[-1].style == piece.style:
                line[-1] = piece._replace(text=line[-1].text + word)
            else:
                line.append(piece._replace(text=word))
            used += size
    yield tuple(line)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _uri(root: str, path: str) -> str:
    """Where a terminal goes on a click; nowhere when the root is not known as an absolute path with ``/``."""
    return "file://" + quote(f"{root}/{path}".encode("utf-8", "surrogateescape")) if root.startswith("/") else ""
