from __future__ import annotations

from dataclasses import replace

from flasklint.reporters import render
from flasklint.reporters.options import RenderOptions
from flasklint.reporters.terminal import Terminal
from tests.reporters.golden import assert_golden
from tests.reporters.samples import CLEAN, SECRET, SHOP, reported, texts


def test_one_line_a_finding_by_path_and_place() -> None:
    assert_golden("concise.txt", render("concise", SHOP, texts, RenderOptions()))


def test_suppressed_ones_are_marked() -> None:
    lines = render("concise", SHOP, texts, RenderOptions(include_suppressed=True)).splitlines()
    assert lines[-1] == (
        "shop/views.py:23:21: FLK705 low/medium The redirect's target is request argument 'next'. (suppressed)"
    )


def test_nothing_found_is_an_empty_output() -> None:
    assert render("concise", CLEAN, texts, RenderOptions()) == ""


def test_paths_are_seen_from_the_working_directory() -> None:
    assert render("concise", SHOP, texts, RenderOptions(cwd="/srv/shop project/shop")).startswith("app.py:3:7: ")


def test_a_finding_is_one_line_whatever_it_says() -> None:
    hostile = replace(SECRET, message="one\ntwo\x1b[2J größer", location=SECRET.location._replace(path="a\nb\x1b.py"))
    report = replace(CLEAN, results=(reported(hostile),))
    assert render("concise", report, texts, RenderOptions()) == (
        "a\\nb\\x1b.py:1:1: FLK102 high/medium one\\ntwo\\x1b[2J größer\n"
    )
    assert render("concise", report, texts, RenderOptions(Terminal(unicode=False))).isascii()
