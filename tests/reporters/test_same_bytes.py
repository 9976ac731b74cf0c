"""The same report gives the same bytes, in whatever order its parts were put together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.findings import Crash, Judged, Report, Skipped
from flasklint.reporters import FORMATS, Format, render
from flasklint.reporters.options import RenderOptions
from flasklint.reporters.terminal import Terminal
from tests.reporters.samples import SHOP, texts

BUSY = replace(
    SHOP,
    skipped=(Skipped("a.py", "one"), Skipped("b.py", "two")),
    crashes=(Crash("rule FLK501", "a.py", "one"), Crash("cache", "", "two")),
)
OPTIONS = RenderOptions(Terminal(color=True, links=True), include_suppressed=True, exit_code=1)
EXPECTED = {form: render(form, BUSY, texts, OPTIONS) for form in FORMATS}


@pytest.mark.parametrize("form", FORMATS)
@given(results=st.permutations(BUSY.results))
def test_the_order_of_the_findings_does_not_matter(form: Format, results: list[Judged]) -> None:
    turned = replace(
        BUSY,
        results=tuple(results),
        rules=BUSY.rules[::-1],
        files=BUSY.files[::-1],
        skipped=BUSY.skipped[::-1],
        crashes=BUSY.crashes[::-1],
    )
    assert render(form, turned, texts, OPTIONS) == EXPECTED[form]


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_says_where_on_this_machine_the_project_is(form: Format) -> None:
    def rendered(report: Report) -> str:
        return render(form, report, texts, RenderOptions())

    assert rendered(replace(BUSY, root="/elsewhere")) == rendered(BUSY)
