"""What no validator looks at: that GitHub will show the right thing at the right place."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.findings import Applicability, Finding, Fix, Place, Report, RuleInfo, Severity, Step
from flasklint.reporters import render
from flasklint.reporters.line_hash import line_hashes
from flasklint.reporters.options import RenderOptions, Texts
from flasklint.source import Location, Span, Text
from tests.reporters.golden import assert_golden
from tests.reporters.samples import (
    CLEAN,
    CRASHED,
    FILES,
    RULES,
    SECRET,
    SHOP,
    SQL,
    UNREAD,
    VIEWS,
    XSS,
    at,
    reported,
    texts,
)

DEFAULT = RenderOptions()


def run(report: Report, options: RenderOptions = DEFAULT, texts: Texts = texts) -> Any:
    (only,) = json.loads(render("sarif", report, texts, options))["runs"]
    return only


def result(finding: Finding, texts: Texts = texts) -> Any:
    (only,) = run(replace(SHOP, results=(reported(finding),)), texts=texts)["results"]
    return only


def region(item: Any) -> tuple[int, int, int, int]:
    place = item["physicalLocation"]["region"]
    return place["startLine"], place["startColumn"], place["endLine"], place["endColumn"]


def test_the_whole_log() -> None:
    assert_golden("report.sarif", render("sarif", SHOP, texts, RenderOptions(exit_code=1)))


# Rules -----------------------------------------------------------------------------------------------------------


def test_every_rule_that_ran_is_there_by_code_also_when_nothing_is_found() -> None:
    for report in (SHOP, CLEAN, replace(CLEAN, rules=RULES[::-1])):
        rules = run(report)["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == sorted(rule.code for rule in RULES)


@pytest.mark.parametrize(
    ("severity", "low", "high", "level"),
    [
        (Severity.CRITICAL, 9.0, 10.0, "error"),
        (Severity.HIGH, 6.9, 8.9, "error"),
        (Severity.MEDIUM, 3.9, 6.9, "warning"),
        (Severity.LOW, 0.0, 3.9, "note"),
    ],
)
def test_security_severity_is_a_string_in_the_range_of_that_name(
    severity: Severity, low: float, high: float, level: str
) -> None:
    (rule,) = run(replace(CLEAN, rules=(replace(RULES[1], severity=severity),)))["tool"]["driver"]["rules"]
    value = rule["properties"]["security-severity"]
    assert isinstance(value, str)
    assert low < float(value) <= high
    assert rule["defaultConfiguration"]["level"] == level
    assert result(replace(SECRET, severity=severity))["level"] == level


def test_tags_and_relationships_name_the_weakness() -> None:
    only = run(SHOP)
    rule = next(rule for rule in only["tool"]["driver"]["rules"] if rule["id"] == "FLK401")
    assert rule["properties"]["tags"] == ["security", "external/cwe/cwe-079", "flask"]
    assert rule["relationships"][0]["target"] == {"id": "79", "toolComponent": {"name": "CWE"}}
    assert rule["name"] == "UnsafeSafeFilter"
    (taxonomy,) = only["taxonomies"]
    assert [taxon["id"] for taxon in taxonomy["taxa"]] == ["79", "89", "321", "352", "601", "798"]


def test_without_weaknesses_there_is_no_taxonomy() -> None:
    only = run(replace(CLEAN, rules=RULES[:1]))
    assert "taxonomies" not in only
    assert "supportedTaxonomies" not in only["tool"]["driver"]


def test_the_help_is_the_page() -> None:
    (rule,) = run(replace(CLEAN, rules=RULES[3:4]))["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"] == RULES[3].page
    assert "```" not in rule["help"]["text"]
    assert "Flask: security (https://flask.palletsprojects.com/" in rule["help"]["text"]
    assert "## not a heading" in rule["help"]["text"]


def test_a_description_is_no_longer_than_github_takes() -> None:
    long = RuleInfo("FLK999", "x", "S" * 3000, Severity.LOW, (), "S" * 3000 + "\n\n## What it does\n" + "w " * 2000)
    (rule,) = run(replace(CLEAN, rules=(long,)))["tool"]["driver"]["rules"]
    for field in ("shortDescription", "fullDescription"):
        assert 1000 < len(rule[field]["text"]) <= 1024
        assert rule[field]["text"].endswith("…")


# Results ---------------------------------------------------------------------------------------------------------


def test_the_worst_come_first_then_by_path_and_place() -> None:
    assert [(item["ruleId"], item["level"]) for item in run(SHOP)["results"]] == [
        ("FLK501", "error"),
        ("FLK001", "error"),
        ("FLK102", "error"),
        ("FLK401", "error"),
        ("FLK301", "warning"),
    ]


def test_each_result_points_at_its_rule() -> None:
    only = run(SHOP)
    for item in only["results"]:
        assert only["tool"]["driver"]["rules"][item["ruleIndex"]]["id"] == item["ruleId"]


def test_a_result_of_a_rule_that_is_not_told_has_no_index() -> None:
    (item,) = run(replace(SHOP, results=(reported(SECRET),), rules=()))["results"]
    assert item["ruleId"] == "FLK102"
    assert "ruleIndex" not in item


def test_one_location_with_all_four_numbers() -> None:
    assert region(result(SECRET)["locations"][0]) == (5, 15, 5, 20)
    (only,) = result(SECRET)["locations"]
    assert only["physicalLocation"]["region"]["snippet"]["text"] == FILES["shop/config.py"].splitlines()[4]


contents = st.text(st.sampled_from(list("ab\t\n\r 日é🔑\u2028\x0c")), min_size=1, max_size=80)


@given(contents, st.data())
def test_lines_and_columns_lead_back_to_the_span(content: str, data: st.DataObject) -> None:
    """As a viewer finds it: lines by LF, CRLF and CR, columns in code points from 1, the end exclusive."""
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    item = result(replace(SECRET, location=Location("a.py", Span(start, end)), fix=None), lambda _: Text(content))
    first, left, last, right = region(item["locations"][0])
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", content)
    before = "".join(lines[: first - 1]) + lines[first - 1][: left - 1]
    up_to = "".join(lines[: last - 1]) + lines[last - 1][: right - 1]
    assert (before, up_to) == (content[:start], content[:end])


@pytest.mark.parametrize(
    ("content", "at", "expected"),
    [
        ("ab\ncd", 0, (1, 1, 1, 2)),
        ("ab\ncd", 2, (1, 2, 1, 3)),
        ("ab\ncd", 99, (2, 2, 2, 3)),
        ("ab\n\ncd", 3, (2, 1, 2, 1)),
        ("", 0, (1, 1, 1, 1)),
    ],
)
def test_an_empty_span_is_made_visible_where_there_is_a_character(
    content: str, at: int, expected: tuple[int, int, int, int]
) -> None:
    item = result(replace(SECRET, location=Location("a.py", Span(at, at)), fix=None), lambda _: Text(content))
    assert region(item["locations"][0]) == expected


# Paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("app/views.py", "app/views.py"),
        ("größe & maß/a b.py", "gr%C3%B6%C3%9Fe%20%26%20ma%C3%9F/a%20b.py"),
        ("c:drive.py", "c%3Adrive.py"),
        ("100%/a#b?c.py", "100%25/a%23b%3Fc.py"),
        ("back\\slash.py", "back%5Cslash.py"),
        ("latin\udce4.py", "latin%E4.py"),
    ],
)
def test_paths_are_percent_encoded(path: str, uri: str) -> None:
    item = result(replace(SECRET, location=SECRET.location._replace(path=path), fix=None))
    artifact = item["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert unquote_to_bytes(uri) == path.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("root", "repository", "uri"),
    [
        ("/srv/shop", "/srv/shop", "shop/config.py"),
        ("/srv/shop", "", "shop/config.py"),
        ("/srv/my shop/web", "/srv", "my%20shop/web/shop/config.py"),
        ("/srv/shop", "/elsewhere", "shop/config.py"),
    ],
)
def test_paths_start_at_the_root_of_the_repository(root: str, repository: str, uri: str) -> None:
    report = replace(SHOP, root=root, results=(reported(SECRET),))
    (item,) = run(report, RenderOptions(repository=repository, cwd="/srv/shop/shop"))["results"]
    assert item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    assert item["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"] == uri


def test_no_folder_of_this_machine_is_named() -> None:
    assert "/srv" not in render("sarif", SHOP, texts, RenderOptions(repository="/srv/shop project", cwd="/srv"))
    assert list(run(SHOP)["originalUriBaseIds"]["%SRCROOT%"]) == ["description"]


# Messages --------------------------------------------------------------------------------------------------------


def test_each_related_place_is_linked_from_the_message() -> None:
    item = result(XSS)
    assert item["message"]["text"] == (
        "Request argument 'q' is printed without escaping in search.html. Nothing on its way there cleans it. "
        "Source: [a visitor chooses this](1). See also: [this page is extended](2)."
    )
    assert [place["id"] for place in item["relatedLocations"]] == [1, 2]
    assert region(item["relatedLocations"][0]) == (11, 9, 11, 30)
    assert "relatedLocations" not in result(SECRET)


def test_brackets_in_a_message_are_no_links() -> None:
    item = result(
        replace(XSS, message="Set cookies[name](x) or d['a'].", trace=(), related=(Place(XSS.location, "a[0] \\ b"),))
    )
    assert item["message"]["text"] == "Set cookies\\[name](x) or d['a']. See also: [a\\[0\\] \\\\ b](1)."


def test_of_very_many_related_places_the_first_are_linked_and_the_rest_counted() -> None:
    item = result(replace(SECRET, related=tuple(Place(SECRET.location, f"place {n}") for n in range(1500))))
    assert len(item["relatedLocations"]) == 100
    assert item["message"]["text"].endswith("[place 9](10) and 1490 more.")


# Flows -----------------------------------------------------------------------------------------------------------


def test_a_flow_is_told_from_source_to_sink() -> None:
    (flow,) = result(SQL)["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = thread["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == [
        "Source: a visitor chooses this",
        "put into the text",
        "Sink: run as SQL",
    ]
    assert [step["executionOrder"] for step in steps] == [1, 2, 3]
    assert [step["importance"] for step in steps] == ["essential", "important", "essential"]
    assert [step["kinds"][0] for step in steps] == ["source", "value", "sink"]
    assert [step["nestingLevel"] for step in result(XSS)["codeFlows"][0]["threadFlows"][0]["locations"]] == [0, 1, 1]
    assert "codeFlows" not in result(SECRET)


def test_of_a_very_long_flow_both_ends_are_told() -> None:
    trace = tuple(Step(at("shop/views.py", "hits"), "step", f"step {n}") for n in range(1, 501))
    (flow,) = result(replace(SQL, trace=trace))["codeFlows"]
    orders = [step["executionOrder"] for step in flow["threadFlows"][0]["locations"]]
    assert orders == [*range(1, 26), *range(476, 501)]


# Fingerprints ----------------------------------------------------------------------------------------------------


def test_fingerprints_are_githubs_and_our_own() -> None:
    assert result(SQL)["partialFingerprints"] == {
        "primaryLocationLineHash": line_hashes(VIEWS)[19],
        "flasklint/v1": "f0",
    }


def test_a_file_that_is_not_plain_utf8_gets_no_hash_that_github_would_not_make() -> None:
    item = result(SECRET, lambda path: Text(FILES[path], is_plain_utf8=False))
    assert item["partialFingerprints"] == {"flasklint/v1": "f0"}


# Suppressions, fixes ---------------------------------------------------------------------------------------------


def test_suppressed_findings_are_left_out_unless_asked_for() -> None:
    assert "FLK705" not in [item["ruleId"] for item in run(SHOP)["results"]]
    results = run(SHOP, RenderOptions(include_suppressed=True))["results"]
    assert {item["ruleId"]: item["suppressions"] for item in results} == {
        **{code: [] for code in ("FLK001", "FLK102", "FLK301", "FLK401", "FLK501")},
        "FLK705": [{"kind": "inSource", "status": "accepted", "justification": "the proxy checks it"}],
    }


def test_a_fix_is_told_by_file_and_one_for_display_is_not() -> None:
    (fix,) = result(SECRET)["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 5, "startColumn": 15, "endLine": 5, "endColumn": 20},
            "insertedContent": {"text": 'os.environ["SECRET_KEY"]'},
        }
    ]
    assert SECRET.fix
    shown = Fix(SECRET.fix.message, SECRET.fix.edits, Applicability.DISPLAY)
    assert "fixes" not in result(replace(SECRET, fix=shown))


# The run ---------------------------------------------------------------------------------------------------------


def test_what_was_not_read_is_told_once_for_each_file() -> None:
    unread = [replace(UNREAD, location=Location(f"app/{n}.py", Span(0, 0))) for n in range(3)]
    (invocation,) = run(replace(SHOP, results=tuple(map(reported, unread)), skipped=()))["invocations"]
    told = invocation["toolExecutionNotifications"]
    assert [note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for note in told] == [
        "app/0.py",
        "app/1.py",
        "app/2.py",
    ]
    assert {note["descriptor"]["id"] for note in told} == {"unreadable-file"}
    assert invocation["executionSuccessful"] is True


def test_a_file_that_was_skipped_is_told_and_is_no_error() -> None:
    told = run(SHOP)["invocations"][0]["toolExecutionNotifications"]
    assert [(note["descriptor"]["id"], note["level"]) for note in told] == [
        ("unreadable-file", "error"),
        ("skipped-file", "note"),
    ]
    assert told[1]["message"]["text"] == "Not analysed: larger than 1 MB."


def test_a_crash_is_told_and_the_run_was_no_success() -> None:
    only = run(CRASHED, RenderOptions(exit_code=2))
    (invocation,) = only["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "rule FLK501 failed: ZeroDivisionError: division by zero"
    descriptors = only["tool"]["driver"]["notifications"]
    assert descriptors[note["descriptor"]["index"]]["id"] == note["descriptor"]["id"] == "internal-error"


@pytest.mark.parametrize(("category", "expected"), [("flasklint", "flasklint/"), ("web/nightly/", "web/nightly/")])
def test_the_category_is_what_stands_before_the_last_slash(category: str, expected: str) -> None:
    assert run(CLEAN, RenderOptions(category=category))["automationDetails"]["id"] == expected


def test_columns_are_code_points() -> None:
    assert run(CLEAN)["columnKind"] == "unicodeCodePoints"
