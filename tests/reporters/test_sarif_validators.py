"""The SARIF report held against the standard's schema, GitHub's rules and another implementation of the line hash."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flasklint.findings import Applicability, Edit, Fix, Place, Report, Skipped, Step
from flasklint.reporters import render
from flasklint.reporters.line_hash import line_hashes
from flasklint.reporters.options import RenderOptions
from flasklint.source import Location, Span, Text
from tests.reporters import multitool
from tests.reporters.samples import CLEAN, CRASHED, SHOP, SQL, UNREAD, XSS, at, reported, texts
from tests.reporters.test_line_hash import KNOWN

ODD_PATH = "größe & maß/шаблоны 100%/a#b?c:[d]\\e'\"{}日本.html"
ODD_TEXT = "\t{{ größe|safe }}🔑\r\nend\r\rx"


def odd_texts(path: str) -> Text:
    return Text(ODD_TEXT) if path == ODD_PATH else texts(path)


def _odd() -> Report:
    place = Location(ODD_PATH, Span(5, 15))
    finding = replace(
        XSS,
        location=place,
        message="It [is](x) odd: f[x](1) \\ \x1b\u202e.",
        related=(
            Place(place, "a[0](b)"),
            Place(Location(ODD_PATH, Span(0, 0)), ""),
            Place(Location("none.py", Span(9, 9)), "x"),
        ),
        trace=(Step(place, "source", "here"), *XSS.trace),
        fix=Fix("quote it", (Edit(Location(ODD_PATH, Span(0, 0)), "\x00"), Edit(place, "é")), Applicability.SAFE),
    )
    return replace(SHOP, results=(reported(finding),), skipped=(Skipped(ODD_PATH, "too large"),))


def _long() -> Report:
    places = [at("shop/views.py", "hits"), at("shop/app.py", "Flask"), at("shop/templates/search.html", "q")]
    trace = tuple(Step(places[n % 3], "step", f"step {n}", n % 7) for n in range(200))
    related = tuple(Place(places[n % 3], f"place {n}") for n in range(300))
    return replace(SHOP, results=tuple(reported(replace(SQL, trace=trace, related=related), f"f{n}") for n in range(3)))


def _unreadable() -> Report:
    findings = [
        UNREAD,
        replace(UNREAD, location=Location("shop/empty.py", Span(0, 0))),
        replace(UNREAD, location=Location("shop/app.py", Span(10_000, 10_001))),
    ]
    return replace(SHOP, results=tuple(reported(finding, f"u{n}") for n, finding in enumerate(findings)))


def _render(report: Report, **options: Any) -> str:
    return render("sarif", report, odd_texts, RenderOptions(**options))


LOGS = {
    "shop": _render(SHOP, exit_code=1),
    "suppressed": _render(SHOP, include_suppressed=True, category="nightly"),
    "subdirectory": _render(replace(SHOP, root="/srv/my größe/shop"), repository="/srv"),
    "clean": _render(CLEAN, exit_code=0),
    "no-rules": _render(replace(CLEAN, rules=())),
    "unreadable": _render(_unreadable(), exit_code=1),
    "crashed": _render(CRASHED, exit_code=2),
    "odd": _render(_odd()),
    "long": _render(_long()),
}


@pytest.fixture(scope="module")
def schema() -> Any:
    return multitool.schema()


@pytest.mark.parametrize("name", LOGS)
def test_the_schema_of_the_standard(name: str, schema: Any) -> None:
    jsonschema.validate(json.loads(LOGS[name]), schema)


def _broken(change: Callable[[Any], object]) -> str:
    log = json.loads(LOGS["shop"])
    change(log["runs"][0])
    return json.dumps(log)


BROKEN = {
    "without-region": _broken(lambda run: run["results"][0]["locations"][0]["physicalLocation"].pop("region")),
    "backwards": _broken(lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(endLine=1)),
    "without-location": _broken(lambda run: run["results"][0].pop("locations")),
    "without-description": _broken(lambda run: run["tool"]["driver"]["rules"][0].pop("fullDescription")),
    "wrong-index": _broken(lambda run: run["results"][0].update(ruleIndex=99)),
    "space-in-path": _broken(
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="a b.py")
    ),
    "absolute-path": _broken(
        lambda run: run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="file:///a.py")
    ),
}


def test_the_rules_of_github(tmp_path: Path) -> None:
    found = multitool.validate(tmp_path, LOGS | BROKEN)
    # GH1004 warns of limits that GitHub has since raised.
    bad = {
        name: [complaint for complaint in found[name] if complaint.level != "note" and complaint.rule != "GH1004"]
        for name in found
    }
    assert {name: complaints for name, complaints in bad.items() if name in LOGS and complaints} == {}
    assert [name for name in BROKEN if not any(complaint.level == "error" for complaint in bad[name])] == []


def test_the_line_hash_is_what_another_implementation_makes_of_it(tmp_path: Path) -> None:
    samples = {f"{n}.txt": text for n, (text, _) in enumerate(KNOWN.values())} | {"odd.txt": ODD_TEXT}
    results = []
    for name, text in samples.items():
        (tmp_path / name).write_bytes(text.encode())
        for line in range(1, len(re.split("\r\n|\r|\n", text)) + 1):
            place = {"artifactLocation": {"uri": name, "uriBaseId": "HERE"}, "region": {"startLine": line}}
            results.append({"message": {"text": name}, "locations": [{"physicalLocation": place}]})
    log = {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "x"}},
                "originalUriBaseIds": {"HERE": {"uri": f"{tmp_path.as_uri()}/"}},
                "results": results,
            }
        ],
    }
    (tmp_path / "in.sarif").write_text(json.dumps(log))
    hashing = ("--insert", "RollingHashPartialFingerprints", "--log", "ForceOverwrite")
    multitool.run("rewrite", tmp_path / "in.sarif", "--output", tmp_path / "out.sarif", *hashing)
    (told,) = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8-sig"))["runs"]
    theirs = [result["partialFingerprints"]["primaryLocationLineHash"] for result in told["results"]]
    assert theirs == [value for text in samples.values() for value in line_hashes(text)]
