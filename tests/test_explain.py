from __future__ import annotations

import json
import re

import pytest

from flasklint.explain import PLAIN, Screen, listing, markdown_listing, markdown_page, pages
from flasklint.findings import RuleInfo, Severity

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")

XSS = RuleInfo(
    "FLK401",
    "unsafe-safe-filter",
    "A template prints `x|safe`.",
    Severity.HIGH,
    (79, 116),
    """A template prints `x|safe`.

## What it does
Reports a[red] value… – or two.

## Bad
```python title="app/views.py"
# What [bold]comes[/bold] in.
q = request.args["q"]


print(q)
```
```jinja
{{ q|safe }}
```

## References
- [Flask: security](https://flask.palletsprojects.com/en/stable/web-security/)
""",
)
OWN = RuleInfo(
    "FLK001", "unparsable-file", "A file could not be read.", Severity.MEDIUM, (), "A file could not be read."
)
SQL = RuleInfo("FLK501", "sql-injection", "SQL from text.", Severity.CRITICAL, (89,), "SQL from text.")

PAGE = """\
FLK401 unsafe-safe-filter
severity high, CWE-79, CWE-116

A template prints x|safe.

What it does

Reports a[red] value… – or two.

Bad

    app/views.py
    # What [bold]comes[/bold] in.
    q = request.args["q"]


    print(q)

    {{ q|safe }}

References

 • Flask: security (https://flask.palletsprojects.com/en/stable/web-security/)
"""


def test_a_page_as_text() -> None:
    assert pages([XSS], "text") == PAGE


@pytest.mark.parametrize("width", [40, 60, 200])
def test_a_page_as_text_fits_the_terminal(width: int) -> None:
    assert max(map(len, pages([XSS], "text", Screen(width)).splitlines())) <= min(width, 100)


def test_colour_adds_nothing_but_colour() -> None:
    for colored, plain in (
        (pages([XSS, SQL], "text", Screen(color=True)), pages([XSS, SQL], "text")),
        (listing([XSS, SQL], "text", Screen(color=True)), listing([XSS, SQL], "text")),
    ):
        assert "\x1b[" in colored
        without = ESCAPE.sub("", colored)
        assert [line.rstrip() for line in without.splitlines()] == plain.splitlines()


def test_what_cannot_be_written_is_written_otherwise() -> None:
    text = pages([XSS], "text", Screen(unicode=False))
    assert "Reports a[red] value... - or two." in text
    assert " - Flask: security" in text
    assert text.isascii()


def test_pages_follow_one_another() -> None:
    assert pages([SQL, OWN], "text").index("FLK501 sql-injection") < pages([SQL, OWN], "text").index(
        "FLK001 unparsable"
    )


def test_a_page_as_markdown_is_the_docstring_under_its_name() -> None:
    assert pages([XSS], "markdown") == markdown_page(XSS)
    assert markdown_page(XSS).startswith(
        "# unsafe-safe-filter (FLK401)\n\nSeverity: **high** · Weakness: "
        "[CWE-79](https://cwe.mitre.org/data/definitions/79.html), "
        "[CWE-116](https://cwe.mitre.org/data/definitions/116.html)\n\nA template prints"
    )
    assert markdown_page(XSS).endswith(XSS.page)
    assert markdown_page(OWN).startswith("# unparsable-file (FLK001)\n\nSeverity: **medium**\n\nA file")


def test_a_page_as_json() -> None:
    (page,) = json.loads(pages([XSS], "json"))
    assert (page["code"], page["name"], page["severity"], page["cwe"]) == ("FLK401", XSS.name, "high", [79, 116])
    assert page["summary"] == "A template prints `x|safe`."
    assert page["page"] == XSS.page
    assert list(page["sections"]) == ["", "What it does", "Bad", "References"]


def test_the_list_as_text_is_by_family_and_code() -> None:
    assert listing([SQL, XSS, OWN], "text") == (
        "flasklint itself (FLK0)\n"
        "FLK001  unparsable-file     medium    A file could not be read.\n"
        "\n"
        "Templates and cross-site scripting (FLK4)\n"
        "FLK401  unsafe-safe-filter  high      A template prints `x|safe`.\n"
        "\n"
        "Injection (FLK5)\n"
        "FLK501  sql-injection       critical  SQL from text.\n"
    )


def test_in_a_narrow_terminal_the_summaries_go_below() -> None:
    assert listing([XSS], "text", Screen(50)) == (
        "Templates and cross-site scripting (FLK4)\n"
        "FLK401  unsafe-safe-filter  high\n"
        "        A template prints `x|safe`.\n"
    )


def test_the_list_as_markdown_links_to_pages_where_there_are_any() -> None:
    assert "| FLK401 | unsafe-safe-filter | high | 79, 116 | A template prints `x\\|safe`. |" in markdown_listing([XSS])
    assert "| [FLK401](rules/FLK401.md) |" in markdown_listing([XSS], "rules/")
    assert listing([XSS], "markdown") == markdown_listing([XSS])


def test_the_list_as_json() -> None:
    assert [rule["code"] for rule in json.loads(listing([OWN, XSS], "json"))] == ["FLK001", "FLK401"]
    assert json.loads(listing([], "json")) == []


def test_a_family_that_has_no_name_is_still_listed() -> None:
    odd = RuleInfo("XYZ001", "odd", "Odd.", Severity.LOW, (), "Odd.")
    assert "Others (XYZ0)" in listing([odd], "text", PLAIN)
