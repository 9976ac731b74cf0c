from __future__ import annotations

import re
from dataclasses import replace

import pytest

from flasklint.findings import (
    Applicability,
    Confidence,
    Crash,
    Edit,
    Finding,
    Fix,
    Place,
    Report,
    Severity,
    Skipped,
    Step,
)
from flasklint.reporters import render
from flasklint.reporters.cells import width
from flasklint.reporters.options import RenderOptions
from flasklint.reporters.terminal import PLAIN, Terminal
from flasklint.source import Location, Span, Text
from tests.reporters.golden import assert_golden
from tests.reporters.samples import CLEAN, CRASHED, RULES, SECRET, SHOP, XSS, at, reported, texts

ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def shown(report: Report, terminal: Terminal = PLAIN, *, cwd: str = "", include_suppressed: bool = False) -> str:
    return render("text", report, texts, RenderOptions(terminal, cwd, include_suppressed=include_suppressed))


def one(finding: Finding) -> Report:
    return replace(CLEAN, results=(reported(finding),))


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_plain(columns: int) -> None:
    assert_golden(f"text-{columns}.txt", shown(SHOP, Terminal(columns)))


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_colored(columns: int) -> None:
    output = shown(SHOP, Terminal(columns, color=True))
    assert_golden(f"text-{columns}-color.txt", output)
    assert ESCAPE.sub("", output) == shown(SHOP, Terminal(columns))


def test_ascii() -> None:
    output = shown(SHOP, Terminal(unicode=False))
    assert output.isascii()
    assert_golden("text-ascii.txt", output)


@pytest.mark.parametrize("columns", [40, 60, 100, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    lines = shown(SHOP, Terminal(columns)).splitlines()
    # A path is never broken, so that it can be copied.
    assert [line for line in lines if width(line) > columns and "─ shop/" not in line] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_links_lead_to_the_files_and_carry_no_random_id() -> None:
    output = shown(SHOP, Terminal(color=True, links=True))
    uri = "file:///srv/shop%20project/shop/views.py"
    assert f"\x1b]8;;{uri}\x1b\\shop/views.py:11:9\x1b]8;;\x1b\\" in output
    assert ESCAPE.sub("", output) == shown(SHOP)


def test_without_a_known_root_there_are_no_links() -> None:
    assert "\x1b]8" not in shown(replace(SHOP, root=""), Terminal(color=True, links=True))


def test_paths_are_seen_from_the_working_directory() -> None:
    assert "╭─ shop/config.py:5:15" in shown(SHOP)
    assert "╭─ config.py:5:15" in shown(SHOP, cwd="/srv/shop project/shop")
    assert "╭─ ../config.py:5:15" in shown(SHOP, cwd="/srv/shop project/shop/templates")
    assert "╭─ shop project/shop/config.py:5:15" in shown(SHOP, cwd="/srv")
    assert "╭─ shop/config.py:5:15" in shown(SHOP, cwd="/srv/shop project")
    assert "╭─ shop/config.py:5:15" in shown(replace(SHOP, root=""), cwd="/srv")


def test_nothing_found() -> None:
    assert shown(CLEAN) == "No findings\n1 file checked\n"


def test_what_is_hidden_is_counted() -> None:
    hidden = replace(SHOP, results=tuple(judged for judged in SHOP.results if judged.verdict.value != "reported"))
    assert shown(hidden) == (
        "No findings (1 less sure or less grave not shown, 1 suppressed)\n5 files checked, 1 template among them; 1 skipped\n"
    )


def test_suppressed_findings_are_shown_when_asked_for() -> None:
    output = shown(SHOP, include_suppressed=True)
    assert "low[FLK705]" in output
    assert "= suppressed: the proxy checks it" in output
    assert output.count("FLK705]") == 1
    assert "low[FLK705]" not in shown(SHOP)


def test_a_crash_is_named() -> None:
    assert_golden("text-crash.txt", shown(CRASHED))
    crashed = replace(CLEAN, crashes=(Crash("cache", "", "disk full"),))
    assert shown(crashed).startswith("internal error: cache failed: disk full\n")


def test_why_is_said_once_for_a_rule() -> None:
    twice = replace(SHOP, results=(reported(SECRET), reported(replace(SECRET, location=at("shop/config.py", "DEBUG")))))
    output = shown(twice)
    assert output.count("high[FLK102]") == 2
    assert output.count("= why: Whoever has read the source") == 1
    assert output.count("= more: flasklint explain FLK102") == 1


@pytest.mark.parametrize(
    ("applicability", "line"),
    [
        (Applicability.SAFE, "= fix: drop it [--fix]\n"),
        (Applicability.UNSAFE, "= fix: drop it [--unsafe-fixes]\n"),
        (Applicability.DISPLAY, "= fix: drop it\n"),
    ],
)
def test_a_fix_says_how_it_is_applied(applicability: Applicability, line: str) -> None:
    assert line in shown(one(replace(SECRET, fix=Fix("drop it", (Edit(SECRET.location, ""),), applicability))))


def test_a_long_trace_shows_its_two_ends_and_says_so() -> None:
    place = at("shop/views.py", "hits")
    trace = tuple(Step(place, "step", f"step {n}") for n in range(1, 41))
    output = shown(one(replace(SECRET, trace=trace)))
    assert re.findall(r" (\d+)\. step", output) == ["1", "2", "3", "4", "37", "38", "39", "40"]
    assert "not shown here: steps 5 to 36" in output


@pytest.mark.parametrize(("count", "told", "note"), [(7, 7, ""), (8, 6, "2 more places"), (60, 6, "54 more places")])
def test_many_related_places_are_cut_and_counted(count: int, told: int, note: str) -> None:
    related = tuple(Place(at("shop/views.py", "hits"), f"place {n}") for n in range(count))
    output = shown(one(replace(SECRET, related=related)))
    assert len(re.findall(r"- place \d", output)) == told
    assert ("not shown here: " + note in output) if note else ("not shown here" not in output)


def test_what_a_step_says_is_not_said_again() -> None:
    place = at("shop/views.py", "hits")
    found = replace(
        SECRET, trace=(Step(place, "step", "goes on"),), related=(Place(place, "goes on"), Place(place, "new"))
    )
    output = shown(one(found))
    assert output.count("goes on") == 1
    assert output.count("new") == 1


def test_a_trace_that_ends_elsewhere_keeps_its_last_step() -> None:
    trace = (*XSS.trace[:-1], Step(at("shop/templates/search.html", "Results"), "sink", "ends here"))
    output = shown(one(replace(XSS, trace=trace)))
    assert "3. ends here" in output
    assert "^^^^^^ printed with escaping off" in output


def test_files_that_could_not_be_read_are_named_last_and_not_all_of_them() -> None:
    unread = [
        reported(Finding("FLK001", "Broken.", Location(f"app/{n:02}.py", Span(0, 0)), Severity.HIGH, Confidence.HIGH))
        for n in range(9)
    ]
    assert shown(replace(CLEAN, results=tuple(unread))).endswith(
        "9 files could not be analysed:\n"
        + "".join(f"  app/{n:02}.py:1:1  Broken.\n" for n in range(5))
        + "  and 4 more\n"
    )


def test_a_rule_without_a_page_still_has_its_finding() -> None:
    output = shown(replace(one(SECRET), rules=()))
    assert "high[FLK102]: SECRET_KEY is a literal in the source." in output
    assert "= why" not in output


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e[bold red]x[/bold red]\r\n\x9b31m"


@pytest.mark.parametrize("color", [False, True])
def test_scanned_text_cannot_speak_to_the_terminal(color: bool) -> None:
    path = f"app/{HOSTILE}.py"
    place = Location(path, Span(0, len(HOSTILE)))
    finding = Finding(
        code="FLK102",
        message=f"Message {HOSTILE}. Details {HOSTILE}.",
        location=place,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        label=f"label {HOSTILE}",
        related=(Place(place, f"related {HOSTILE}"),),
        trace=(Step(place, "source", f"step {HOSTILE}"),),
        help=f"help {HOSTILE}",
        fix=Fix(f"fix {HOSTILE}", (Edit(place, HOSTILE),), Applicability.SAFE),
    )
    report = Report(
        results=(reported(finding), reported(replace(finding, code="FLK001"))),
        rules=RULES,
        files=(path,),
        skipped=(Skipped(path, HOSTILE),),
        crashes=(Crash(HOSTILE, path, HOSTILE),),
        root=f"/srv/{HOSTILE}",
    )
    options = RenderOptions(Terminal(color=color, links=color), include_suppressed=True)
    output = ESCAPE.sub("", render("text", report, lambda _: Text(f"{HOSTILE}\n{HOSTILE}"), options))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", output)
    assert "\\x1b]0;owned\\x07" in output
    assert "[bold red]x[/bold red]" in output
