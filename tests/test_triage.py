"""Verdicts, suppressions and fingerprints."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import pytest

from flasklint import ir
from flasklint.findings import Confidence, Finding, Habit, Judged, Persona, RuleInfo, Severity, Step, Verdict
from flasklint.source import Location, Span, Text
from flasklint.triage import Orders, judge

NAMES = {
    "FLK001": "unreadable-file",
    "FLK002": "unused-suppression",
    "FLK003": "unknown-suppression",
    "FLK004": "blanket-suppression",
    "FLK005": "analysis-limit-reached",
    "FLK102": "hardcoded-secret-key",
    "FLK103": "insecure-secret-fallback",
    "FLK501": "sql-injection",
}
RULES = [RuleInfo(code, name, "It is.", Severity.HIGH, (), "It is.") for code, name in NAMES.items()]


def orders(ran: set[str] | None = None, **more: Any) -> Orders:
    codes = frozenset(NAMES if ran is None else ran)
    return Orders(known=RULES, ran=lambda path: codes, **more)


def at(text: str, part: str, code: str = "FLK102", path: str = "a.py", **more: Any) -> Finding:
    """A finding at a part of a text."""
    start = text.index(part)
    given: dict[str, Any] = {"severity": Severity.HIGH, "confidence": Confidence.HIGH, "message": "It is so."} | more
    return Finding(code=code, location=Location(path, Span(start, start + len(part))), **given)


def comments(text: str, *, first: int = 0, last: int = 0) -> tuple[ir.Comment, ...]:
    """The comments of a text, each speaking about its own line, or the next when it stands alone, or the lines given."""
    found = []
    for match in re.finditer(r"#(.*)", text):
        line = text.count("\n", 0, match.start()) + 1
        alone = not text[: match.start()].rpartition("\n")[2].strip()
        about = line + 1 if alone else line
        found.append(ir.Comment(match[1].strip(), first or about, last or about, start=match.start(), end=match.end()))
    return tuple(found)


def verdicts(text: str, *findings: Finding, how: Orders | None = None, **lines: int) -> list[tuple[str, str, str]]:
    judged = judge(findings, {"a.py": comments(text, **lines)}, lambda path: Text(text), how or orders())
    return [(item.finding.code, item.verdict.value, item.reason) for item in judged]


# Suppressions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "key = 'x'  # flasklint: ignore[FLK102] rotated daily",
        "key = 'x'  # flasklint:ignore[flk102]   rotated  daily",
        "key = 'x'  # flasklint: ignore[hardcoded-secret-key] rotated daily",
        "key = 'x'  # flasklint: ignore[FLK1] rotated daily",
        "key = 'x'  # flasklint: ignore[FLK501, FLK102] rotated daily",
        "key = 'x'  # noqa: S105  # flasklint: ignore[FLK102] rotated daily",
        "# flasklint: ignore[FLK102] rotated daily\nkey = 'x'",
        "# flasklint: ignore-file[FLK102] rotated daily\n\n\nkey = 'x'",
    ],
)
def test_a_suppression_suppresses_what_it_names_and_keeps_its_reason(text: str) -> None:
    assert ("FLK102", "suppressed", "rotated daily") in verdicts(text, at(text, "'x'"))


@pytest.mark.parametrize(
    "text",
    [
        "key = 'x'  # flasklint: ignore[FLK501] other rule",
        "key = 'x'  # noqa: FLK102",
        "key = 'x'  # nosec",
        "key = 'x'\n# flasklint: ignore[FLK102] below it\nz = 1",
    ],
)
def test_what_speaks_of_something_else_suppresses_nothing(text: str) -> None:
    assert ("FLK102", "reported", "") in verdicts(text, at(text, "'x'"))


def test_any_line_of_the_statement_will_do() -> None:
    text = "f(\n  'x',\n  'y',  # flasklint: ignore[FLK102] why\n)"
    assert verdicts(text, at(text, "'x'"), at(text, "f("), first=1, last=4) == [
        ("FLK102", "suppressed", "why"),
        ("FLK102", "suppressed", "why"),
    ]


def test_a_suppression_that_does_nothing_is_a_finding_at_its_word() -> None:
    text = "key = y  # flasklint: ignore[FLK102, sql-injection] why"
    judged = judge([at(text, "y", "FLK501")], {"a.py": comments(text)}, lambda path: Text(text), orders())
    (unused,) = [item.finding for item in judged if item.finding.code == "FLK002"]
    assert unused.message == "There is no finding of `FLK102` here to suppress."
    assert text[slice(*unused.location.span)] == "FLK102"
    assert (unused.severity, unused.confidence) == (Severity.LOW, Confidence.HIGH)


def test_only_rules_that_ran_are_said_to_be_suppressed_in_vain() -> None:
    text = "key = y  # flasklint: ignore[FLK102]\nz = y  # flasklint: ignore[FLK1]"
    assert verdicts(text, how=orders({"FLK002", "FLK501"})) == []
    assert verdicts(text, how=orders({"FLK002", "FLK102"})) == [("FLK002", "reported", "")]
    assert len(verdicts(text)) == 2


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[FLK5O1]", "There is no rule `FLK5O1`, so nothing is suppressed here; did you mean `FLK501`?"),
        (
            "ignore[sql-injektion]",
            "There is no rule `sql-injektion`, so nothing is suppressed here; did you mean `sql-injection`?",
        ),
        ("ignore[E501]", "There is no rule `E501`, so nothing is suppressed here; did you mean `FLK501`?"),
        ("ignore[zzzzzzz]", "There is no rule `zzzzzzz`, so nothing is suppressed here."),
        ("ingore[FLK102]", "`flasklint: ingore` means nothing, so nothing is suppressed here; did you mean `ignore`?"),
        ("", "`flasklint: ` means nothing, so nothing is suppressed here."),
    ],
)
def test_what_is_not_understood_is_a_finding(comment: str, message: str) -> None:
    text = f"key = 'x'  # flasklint: {comment}"
    judged = judge([at(text, "'x'")], {"a.py": comments(text)}, lambda path: Text(text), orders())
    assert [(item.finding.code, item.verdict) for item in judged] == [
        ("FLK102", Verdict.REPORTED),
        ("FLK003", Verdict.REPORTED),
    ]
    assert judged[1].finding.message == message


@pytest.mark.parametrize("comment", ["ignore", "ignore[]", "ignore-file", "ignore because I say so"])
def test_a_suppression_of_everything_suppresses_nothing(comment: str) -> None:
    text = f"key = 'x'  # flasklint: {comment}"
    assert verdicts(text, at(text, "'x'")) == [("FLK102", "reported", ""), ("FLK004", "reported", "")]


def test_what_is_said_of_suppressions_can_be_suppressed_or_left_out() -> None:
    text = "key = y  # flasklint: ignore[FLK102, FLK002] kept for the older release"
    assert verdicts(text) == [("FLK002", "suppressed", "kept for the older release")]
    text = "# flasklint: ignore[FLK102, FLK002] kept for the older release\nkey = y"
    assert verdicts(text) == [("FLK002", "suppressed", "kept for the older release")]
    assert verdicts(text, how=orders(set(NAMES) - {"FLK002"})) == []


# Thresholds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "how", "verdict"),
    [
        ({"severity": Severity.LOW}, {"min_severity": Severity.MEDIUM}, "below-threshold"),
        ({"severity": Severity.MEDIUM}, {"min_severity": Severity.MEDIUM}, "reported"),
        ({"confidence": Confidence.LOW}, {}, "below-threshold"),
        ({"confidence": Confidence.LOW}, {"min_confidence": Confidence.LOW}, "reported"),
        ({"persona": Persona.PEDANTIC}, {}, "below-threshold"),
        ({"persona": Persona.PEDANTIC}, {"persona": Persona.AUDITOR}, "reported"),
        (
            {"severity": Severity.LOW},
            {"severity": {"FLK102": Severity.CRITICAL}, "min_severity": Severity.CRITICAL},
            "reported",
        ),
        ({"code": "FLK001"}, {"min_severity": Severity.CRITICAL}, "reported"),
        ({"code": "FLK005", "severity": Severity.LOW}, {"min_severity": Severity.CRITICAL}, "reported"),
        ({"code": "FLK005", "persona": Persona.PEDANTIC}, {}, "below-threshold"),
    ],
)
def test_thresholds(finding: Mapping[str, Any], how: Mapping[str, Any], verdict: str) -> None:
    code = finding.get("code", "FLK102")
    assert verdicts("x", at("x", "x", **finding), how=orders(**how)) == [(code, verdict, "")]


def test_severities_of_the_users_own_are_what_is_reported() -> None:
    judged = judge([at("x", "x")], {}, lambda path: Text("x"), orders(severity={"FLK102": Severity.LOW}))
    assert judged[0].finding.severity is Severity.LOW


@pytest.mark.parametrize(
    ("pattern", "path", "verdict"),
    [
        ("tests/", "tests/a.py", "suppressed"),
        ("tests/", "pkg/tests/a.py", "suppressed"),
        ("tests/", "tests.py", "reported"),
        ("test_*.py", "pkg/test_x.py", "suppressed"),
        ("/scripts/*", "scripts/a.py", "suppressed"),
        ("/scripts/*", "pkg/scripts/a.py", "reported"),
    ],
)
def test_rules_are_left_out_by_file(pattern: str, path: str, verdict: str) -> None:
    how = orders(per_file_ignores=[(pattern, frozenset({"FLK102"}))])
    judged = judge([at("x", "x", path=path)], {}, lambda path: Text("x"), how)
    assert judged[0].verdict.value == verdict
    assert judged[0].reason == (f"per-file-ignores: {pattern}" if verdict == "suppressed" else "")


# Order, repetitions, fingerprints ----------------------------------------------------------------------------------


def test_findings_come_by_place_whatever_order_they_arrive_in() -> None:
    text = "a b c"
    findings = [
        at(text, "c"),
        at(text, "a", "FLK501"),
        at(text, "a"),
        at(text, "b", path="b.py"),
        at(text, "a", message="An it is."),
    ]
    one = judge(findings, {}, lambda path: Text(text), orders())
    other = judge(findings[::-1], {}, lambda path: Text(text), orders())
    assert one == other
    assert [(item.finding.location.path, item.finding.location.span.start, item.finding.code) for item in one] == [
        ("a.py", 0, "FLK102"),
        ("a.py", 0, "FLK501"),
        ("a.py", 4, "FLK102"),
        ("b.py", 2, "FLK102"),
    ]


def test_of_repetitions_the_gravest_surest_and_shortest_stays() -> None:
    step = Step(Location("a.py", Span(0, 1)), "source", "Here.")
    kept = at("x", "x", trace=(step,))
    others = [
        at("x", "x", trace=(step, step)),
        at("x", "x", severity=Severity.LOW),
        at("x", "x", confidence=Confidence.LOW),
        at("x", "x", persona=Persona.AUDITOR, severity=Severity.CRITICAL),
    ]
    for findings in ([kept, *others], [*others, kept]):
        assert [item.finding for item in judge(findings, {}, lambda path: Text("x"), orders())] == [kept]


def fingerprints(text: str, *parts: str, **more: Any) -> list[str]:
    findings = [at(text, part, **more) for part in parts]
    return [item.fingerprint for item in judge(findings, {}, lambda path: Text(text), orders())]


def test_fingerprints_survive_what_moves_and_is_reformatted() -> None:
    assert fingerprints("f( 1,2 )", "f( 1,2 )") == fingerprints("# new\n\nz = 1\nf( 1,2 )", "f( 1,2 )")
    assert fingerprints("f(1,\n  2)", "f(1,\n  2)") == fingerprints("f(1, 2)", "f(1, 2)")
    assert fingerprints("x", "x", severity=Severity.LOW) == fingerprints("x", "x", message="Another.")


def test_fingerprints_tell_findings_apart() -> None:
    prints = [
        *fingerprints("x", "x"),
        *fingerprints("y", "y"),
        *fingerprints("x", "x", code="FLK501"),
        *fingerprints("x", "x", path="b.py"),
        *fingerprints("x", "x", scope="f"),
    ]
    twins = [
        Judged(item.finding, item.verdict, item.fingerprint)
        for item in judge(
            [at("x y", "x"), Finding(**{**_fields(at("x x", "x")), "location": Location("a.py", Span(2, 3))})],
            {},
            lambda path: Text("x x"),
            orders(),
        )
    ]
    prints += [twin.fingerprint for twin in twins[1:]]
    assert len(set(prints)) == 6
    assert twins[0].fingerprint == prints[0]


def _fields(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in finding.__slots__}


# Findings with one cause -----------------------------------------------------------------------------------------------


def with_covers(**more: Any) -> Orders:
    known = [rule if rule.code != "FLK102" else dataclasses.replace(rule, covers=("FLK501",)) for rule in RULES]
    return Orders(known=known, ran=lambda path: frozenset(NAMES), **more)


def test_findings_with_one_cause_are_one_that_says_both() -> None:
    text = "f('x')"
    outer = at(text, "'x'", message="It is so. Really.", help="do this")
    inner = at(text, "f('x')", "FLK501", message="It is bad. Very.", severity=Severity.CRITICAL, help="do that")
    judged = judge([outer, inner], {}, lambda path: Text(text), with_covers())
    assert [(item.finding.code, item.verdict) for item in judged] == [
        ("FLK501", Verdict.COVERED),
        ("FLK102", Verdict.REPORTED),
    ]
    told = judged[1].finding
    assert told.message == "It is so. Really. Also FLK501: It is bad."
    assert (told.severity, told.help) == (Severity.CRITICAL, "do this; do that")


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        ({"confidence": Confidence.LOW}, {}),
        ({"persona": Persona.PEDANTIC}, {}),
        ({"path": "b.py"}, {}),
    ],
)
def test_only_what_is_shown_covers_and_only_what_is_there(changed: dict[str, Any], how: dict[str, Any]) -> None:
    text = "f('x')"
    judged = judge(
        [at(text, "'x'", **changed), at(text, "f('x')", "FLK501")], {}, lambda path: Text(text), with_covers(**how)
    )
    assert Verdict.COVERED not in [item.verdict for item in judged]


def test_what_stands_beside_is_a_finding_of_its_own() -> None:
    text = "f('x') + g('y')"
    judged = judge([at(text, "'x'"), at(text, "'y'", "FLK501")], {}, lambda path: Text(text), with_covers())
    assert [item.verdict for item in judged] == [Verdict.REPORTED, Verdict.REPORTED]


# Habits --------------------------------------------------------------------------------------------------------------

HABIT = "f(a)\nf(b)\nf(c)  # flasklint: ignore[FLK501] known\n"


def test_a_habit_is_one_finding_at_the_gravest_place_and_says_how_many_there_are() -> None:
    habit = Habit("views", "places do so")
    found = [
        at(HABIT, "f(a)", "FLK501", habit=habit),
        at(HABIT, "f(b)", "FLK501", habit=habit, severity=Severity.CRITICAL),
        at(HABIT, "f(c)", "FLK501", habit=Habit("others")),
    ]
    judged = judge(found, {}, lambda path: Text(HABIT), orders())
    told = [item for item in judged if item.verdict is Verdict.REPORTED]
    assert [item.finding.location for item in told] == [found[1].location, found[2].location]
    assert told[0].finding.message == "It is so. 2 places do so."
    assert [place.location for place in told[0].finding.related] == [found[0].location]
    assert told[1].finding == found[2]


@pytest.mark.parametrize("gravest", ["f(a)", "f(b)", "f(c)"])
def test_a_suppressed_place_takes_none_of_its_habit_with_it(gravest: str) -> None:
    found = [
        at(HABIT, one, "FLK501", habit=Habit("it"), severity=Severity.CRITICAL if one == gravest else Severity.LOW)
        for one in ("f(a)", "f(b)", "f(c)")
    ]
    judged = judge(found, {"a.py": comments(HABIT)}, lambda path: Text(HABIT), orders())
    places = {item.verdict: item.finding for item in judged}
    assert places[Verdict.SUPPRESSED] == found[2]
    reported = places[Verdict.REPORTED]
    assert {reported.location, *(place.location for place in reported.related)} == {one.location for one in found[:2]}


def test_a_habit_is_told_at_a_place_in_the_files_that_were_named() -> None:
    found = [at(HABIT, "f(a)", "FLK501", path=path, habit=Habit("it")) for path in ("a.py", "b.py")]
    judged = judge(found, {}, lambda path: Text(HABIT), orders(named={"b.py"}))
    assert [item.verdict for item in judged] == [Verdict.REPORTED, Verdict.REPORTED]
