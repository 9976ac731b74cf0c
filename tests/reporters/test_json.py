from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flasklint.findings import Crash, Report
from flasklint.reporters import render
from flasklint.reporters.options import RenderOptions
from flasklint.source import Text
from tests.reporters.golden import assert_golden
from tests.reporters.samples import CLEAN, CRASHED, SECRET, SHOP, reported, texts


def loaded(report: Report, *, include_suppressed: bool = False) -> Any:
    return json.loads(render("json", report, texts, RenderOptions(include_suppressed=include_suppressed)))


def test_the_whole_document() -> None:
    assert_golden("report.json", render("json", SHOP, texts, RenderOptions(cwd="/elsewhere")))


def test_nothing_found() -> None:
    assert loaded(CLEAN) == {
        "version": 1,
        "tool": {"name": "flasklint", "version": "0.1.0"},
        "summary": {
            "findings": 0,
            "by_severity": {"critical": 0, "high": 0, "medium": 0, "low": 0},
            "suppressed": 0,
            "below_threshold": 0,
            "files": 1,
            "templates": 0,
            "skipped": 0,
            "errors": 0,
        },
        "results": [],
        "errors": [],
        "skipped": [],
    }


def test_suppressed_findings_are_in_the_results_when_asked_for_and_always_counted() -> None:
    assert [result["code"] for result in loaded(SHOP)["results"] if result["suppressed"]] == []
    results = loaded(SHOP, include_suppressed=True)["results"]
    assert [(result["code"], result["suppression_reason"]) for result in results if result["suppressed"]] == [
        ("FLK705", "the proxy checks it")
    ]
    assert loaded(SHOP)["summary"]["suppressed"] == 1


def test_a_crash_is_an_error() -> None:
    assert loaded(CRASHED)["errors"] == [
        {
            "kind": "crash",
            "path": "shop/views.py",
            "range": None,
            "part": "rule FLK501",
            "message": "ZeroDivisionError: division by zero",
        }
    ]


def test_an_unreadable_file_is_an_error_and_a_finding() -> None:
    document = loaded(SHOP)
    (error,) = document["errors"]
    assert (error["kind"], error["path"], error["range"]["start"]) == (
        "unreadable",
        "shop/broken.py",
        {"line": 1, "column": 7},
    )
    assert "FLK001" in [result["code"] for result in document["results"]]


def test_a_code_without_a_rule_has_no_name() -> None:
    (result,) = loaded(replace(CLEAN, results=(reported(SECRET),), rules=()))["results"]
    assert (result["name"], result["cwe"]) == ("", [])


def test_the_output_is_printable_ascii_and_well_formed_whatever_the_text() -> None:
    odd = "\x1b\x7f\x9b\u202e\udcff 🔑 \u2028"
    finding = replace(SECRET, message=odd, location=SECRET.location._replace(path="\udce4.py"))
    report = replace(CLEAN, results=(reported(finding),), crashes=(Crash(odd, odd, odd),))
    output = render("json", report, lambda _: Text(odd), RenderOptions())
    assert output.isascii()
    assert output.replace("\n", "").isprintable()
    (result,) = json.loads(output)["results"]
    assert result["message"] == odd.replace("\udcff", "\ufffd")
    assert result["path"] == "\ufffd.py"
