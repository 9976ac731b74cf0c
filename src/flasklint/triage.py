"""Findings become verdicts: suppressions, thresholds, severities of the user's own, order, fingerprints.

Nothing is dropped here but exact repetitions. What is suppressed or below a threshold is judged so and goes on to the
reporters, which decide what to show. Two findings with one cause (a key that is in the source and can be guessed) become
one that says both, and those that are one habit become one at the gravest of the places that are to be told.

A suppression is a comment, ``flasklint: ignore[FLK102, another-rule] reason``, on any line of the statement or alone
above it, or ``flasklint: ignore-file[FLK102] reason`` for its whole file. One that does nothing is a finding itself, and so
is one that names no rule: that would hide whatever turns up there later, so it hides nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flasklint import ir
from flasklint.discovery import Patterns
from flasklint.findings import (
    LIMIT,
    UNREADABLE,
    Confidence,
    Finding,
    Judged,
    Persona,
    Place,
    RuleInfo,
    Severity,
    Verdict,
)
from flasklint.settings import did_you_mean
from flasklint.source import Location, Span, Text

UNUSED = "FLK002"
UNKNOWN = "FLK003"
BLANKET = "FLK004"

_DIRECTIVE = re.compile(
    r"(?:^|#)\s*flasklint:\s*(?P<verb>[\w-]*)[ \t]*(?P<list>\[(?P<words>[^\]\n]*)\])?(?P<reason>.*?)(?=#\s*flasklint:|$)",
    re.DOTALL,
)
_VERBS = ("ignore", "ignore-file")
_SHOWN = 12
"""Other places of a habit that are shown."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the user wants of the verdicts, with every rule already resolved to its code.

    ``ran``: the codes of the rules that looked at a file and did not fail; of the others' suppressions nothing can be said.
    ``named``: the files that the report is about, when it is not about all.
    """

    known: Sequence[RuleInfo]
    ran: Callable[[str], frozenset[str]]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_file_ignores: Sequence[tuple[str, frozenset[str]]] = ()
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    persona: Persona = Persona.REGULAR
    named: Container[str] | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """One word in the brackets of a suppression: the codes that it names, and what it covers.

    ``first``, ``last``: the lines covered, both 0 for the whole file. ``where``: the word itself.
    """

    codes: frozenset[str]
    word: str
    first: int
    last: int
    reason: str
    where: Location

    def covers(self, code: str, line: int) -> bool:
        """Whether it speaks of a rule at a line."""
        return code in self.codes and (self.last == 0 or self.first <= line <= self.last)


def judge(
    findings: Iterable[Finding],
    comments: Mapping[str, Sequence[ir.Comment]],
    text_of: Callable[[str], Text],
    orders: Orders,
) -> tuple[Judged, ...]:
    """Every finding with its verdict, and the findings that the suppressions themselves give rise to; sorted by place.

    ``comments``: those that speak to flasklint, by file. ``text_of``: a file's text.
    """
    texts = _Texts(text_of)
    suppressions: dict[str, list[Suppression]] = {}
    own: list[Finding] = []
    for path in sorted(comments):
        for comment in comments[path]:
            for item in _read(path, comment, texts, orders.known):
                if isinstance(item, Finding):
                    own.append(item)
                else:
                    suppressions.setdefault(path, []).append(item)

    found = list(_without_repetitions(findings))
    used = {
        suppression
        for finding in found
        for suppression in suppressions.get(finding.location.path, ())
        if suppression.covers(finding.code, texts.line(finding))
    }
    for path, listed in suppressions.items():
        own.extend(
            _unused(suppression)
            for suppression in listed
            if suppression not in used and _ran(suppression, path, orders)
        )
    found.extend(finding for finding in own if finding.code in orders.ran(finding.location.path))

    ignores = [(Patterns([pattern]), pattern, codes) for pattern, codes in orders.per_file_ignores]
    judged = []
    prints = _fingerprints(found, texts)
    for finding in sorted(found, key=_place):
        print_ = prints[finding]
        if finding.code in orders.severity:
            finding = dataclasses.replace(finding, severity=orders.severity[finding.code])
        verdict, reason = Verdict.REPORTED, ""
        if suppression := _suppression(finding, suppressions, texts):
            verdict, reason = Verdict.SUPPRESSED, suppression.reason
        elif pattern := _ignored(finding, ignores):
            verdict, reason = Verdict.SUPPRESSED, f"per-file-ignores: {pattern}"
        elif _is_below(finding, orders):
            verdict = Verdict.BELOW_THRESHOLD
        judged.append(Judged(finding, verdict, print_, reason))
    told = _with_habits(judged, orders.named)
    return tuple(_with_covered(told, {rule.code: rule.covers for rule in orders.known if rule.covers}))


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    path, (start, end) = finding.location
    return path, start, end, finding.code, finding.message


def _without_repetitions(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding of a rule at a place: the gravest, then the surest, then the one with the shortest way to it."""
    best: dict[tuple[str, Location], Finding] = {}
    for finding in findings:
        key = finding.code, finding.location
        if key not in best or _weight(finding) < _weight(best[key]):
            best[key] = finding
    return iter(best.values())


def _weight(finding: Finding) -> tuple[int, int, int, int, str, str]:
    way = len(finding.trace)
    return finding.persona, -finding.severity, -finding.confidence, way, finding.message, repr(finding)


def as_one(findings: Sequence[Finding]) -> Finding:
    """The gravest, surest and first of findings that are one habit; the others' places are related to it."""
    first = min(findings, key=lambda one: (-one.severity, -one.confidence, one.location))
    if len(findings) < 2:
        return first
    places = tuple(Place(one.location, f"and here: {one.label}") for one in findings if one is not first)
    count = first.habit.count if first.habit is not None else ""
    return dataclasses.replace(
        first,
        message=f"{first.message} {len(findings)} {count}." if count else first.message,
        related=first.related + places[:_SHOWN],
    )


def _with_habits(judged: Sequence[Judged], named: Container[str] | None) -> list[Judged]:
    """The same, what is one habit, and of one verdict, told once. Each place was judged by itself: one that is suppressed
    takes none with it."""
    habits: dict[tuple[object, ...], list[int]] = {}
    for number, item in enumerate(judged):
        finding = item.finding
        if finding.habit is not None and item.verdict in (Verdict.REPORTED, Verdict.BELOW_THRESHOLD):
            shown = named is None or finding.location.path in named
            habits.setdefault((finding.code, finding.habit, item.verdict, shown), []).append(number)
    result = list(judged)
    for numbers in habits.values():
        held = as_one([judged[number].finding for number in numbers])
        for number in numbers:
            if judged[number].finding.location == held.location:
                result[number] = dataclasses.replace(judged[number], finding=held)
            else:
                result[number] = dataclasses.replace(judged[number], verdict=Verdict.COVERED, reason=held.code)
    return result


def _with_covered(judged: Sequence[Judged], covers: Mapping[str, Sequence[str]]) -> list[Judged]:
    """The same, each reported finding with what others say of the same cause at its place."""
    by_path: dict[str, list[int]] = {}
    for number, item in enumerate(judged):
        if item.verdict is Verdict.REPORTED:
            by_path.setdefault(item.finding.location.path, []).append(number)
    result = list(judged)
    for numbers in by_path.values():
        for number in numbers:
            codes = covers.get(result[number].finding.code, ())
            for other in numbers if codes and result[number].verdict is Verdict.REPORTED else ():
                held, more = result[number].finding, result[other].finding
                if more.code in codes and result[other].verdict is Verdict.REPORTED and _same_place(held, more):
                    result[number] = dataclasses.replace(result[number], finding=_both(held, more))
                    result[other] = dataclasses.replace(result[other], verdict=Verdict.COVERED, reason=held.code)
    return result


def _same_place(one: Finding, other: Finding) -> bool:
    (start, end), (first, last) = one.location.span, other.location.span
    return (start <= first and last <= end) or (first <= start and end <= last)


def _both(held: Finding, more: Finding) -> Finding:
    """A finding that also says what another says."""
    places = {place.location for place in held.related}
    return dataclasses.replace(
        held,
        message=f"{held.message} Also {more.code}: {more.title}",
        severity=max(held.severity, more.severity),
        related=held.related + tuple(place for place in more.related if place.location not in places),
        help=held.help if more.help in held.help else "; ".join(filter(None, (held.help, more.help))),
    )


def _is_below(finding: Finding, orders: Orders) -> bool:
    if finding.code in (UNREADABLE, LIMIT) and finding.persona is Persona.REGULAR:
        return False  # a file that was not looked at is told of whatever is asked for
    return (
        finding.severity < orders.min_severity
        or finding.confidence < orders.min_confidence
        or finding.persona > orders.persona
    )


def _ignored(finding: Finding, ignores: Iterable[tuple[Patterns, str, frozenset[str]]]) -> str:
    for patterns, pattern, codes in ignores:
        if finding.code in codes and patterns.excludes(finding.location.path):
            return pattern
    return ""


# Suppressions ------------------------------------------------------------------------------------------------------


def _suppression(
    finding: Finding, suppressions: Mapping[str, Sequence[Suppression]], texts: _Texts
) -> Suppression | None:
    listed = suppressions.get(finding.location.path)
    if not listed:
        return None
    line = texts.line(finding)
    return next((suppression for suppression in listed if suppression.covers(finding.code, line)), None)


def _read(path: str, comment: ir.Comment, texts: _Texts, known: Sequence[RuleInfo]) -> Iterator[Suppression | Finding]:
    """What a comment says: suppressions, and findings for what in it says nothing."""
    for match in _DIRECTIVE.finditer(comment.text):
        verb, reason = match["verb"], " ".join(match["reason"].split())
        if verb not in _VERBS:
            near = did_you_mean(verb, _VERBS).replace('"', "`")
            message = f"`flasklint: {verb}` means nothing, so nothing is suppressed here{near or '.'}"
            yield _own(UNKNOWN, message, texts.place(path, comment, verb))
            continue
        words = [word.strip() for word in (match["words"] or "").split(",") if word.strip()]
        if not words:
            message = (
                "This suppression names no rule, so it suppresses nothing. "
                f"Name what it is for: `flasklint: {verb}[FLK102] reason`."
            )
            yield _own(BLANKET, message, texts.place(path, comment, "flasklint"))
        for word in words:
            where = texts.place(path, comment, word)
            codes = codes_named(word, known)
            if not codes:
                names = tuple(name for rule in known for name in (rule.code.lower(), rule.name))
                near = did_you_mean(word, names)
                near = re.sub(r'"(flk\d+)"', lambda found: found[0].upper(), near).replace('"', "`")
                yield _own(UNKNOWN, f"There is no rule `{word}`, so nothing is suppressed here{near or '.'}", where)
                continue
            # The comment's own line is covered too: what is wrong with a suppression is found, and suppressed, there.
            line = texts(path).position(comment.start).line
            first, last = min(comment.first, line), max(comment.last, line)
            if verb == "ignore-file":
                first = last = 0
            yield Suppression(codes, word, first, last, reason, where)


def codes_named(word: str, known: Iterable[RuleInfo]) -> frozenset[str]:
    """The codes of the rules that a code, a prefix of codes or a name stands for, whatever the case."""
    upper, lower = word.upper(), word.lower()
    return frozenset(
        rule.code for rule in known if rule.name == lower or (upper.startswith("FLK") and rule.code.startswith(upper))
    )


def _ran(suppression: Suppression, path: str, orders: Orders) -> bool:
    """Whether all that it names was looked for: only then is it known to do nothing."""
    return suppression.codes <= orders.ran(path) and not suppression.codes <= {UNUSED, UNKNOWN, BLANKET}


def _unused(suppression: Suppression) -> Finding:
    scope = "in this file" if suppression.last == 0 else "here"
    return _own(UNUSED, f"There is no finding of `{suppression.word}` {scope} to suppress.", suppression.where)


def _own(code: str, message: str, where: Location) -> Finding:
    return Finding(code, message, where, Severity.LOW, Confidence.HIGH)


# Places and fingerprints -------------------------------------------------------------------------------------------


class _Texts:
    """The texts of files, each asked for once."""

    def __init__(self, text_of: Callable[[str], Text]) -> None:
        self._text_of = text_of
        self._known: dict[str, Text] = {}

    def __call__(self, path: str) -> Text:
        if path not in self._known:
            self._known[path] = self._text_of(path)
        return self._known[path]

    def line(self, finding: Finding) -> int:
        """The line that a finding begins on."""
        path, span = finding.location
        return self(path).position(span.start).line

    def place(self, path: str, comment: ir.Comment, word: str) -> Location:
        """Where a word of a comment stands, or else the comment."""
        at = self(path).content.find(word, comment.start, comment.end)
        return Location(path, comment.span if at < 0 or not word else Span(at, at + len(word)))


def _fingerprints(findings: Iterable[Finding], texts: _Texts) -> dict[Finding, str]:
    """What a finding is known by from run to run: rule, file, enclosing scope, its text without regard to spaces, and the
    how-manyeth of these it is. No line and no column, so that what is inserted above changes nothing."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    prints = {}
    for finding in sorted(findings, key=_place):
        path, (start, end) = finding.location
        key = finding.code, path, finding.scope, " ".join(texts(path).content[start:end].split())
        counts[key] += 1
        prints[finding] = hashlib.sha256(
            "\0".join((*key, str(counts[key]))).encode("utf-8", "surrogatepass")
        ).hexdigest()[:32]
    return prints
