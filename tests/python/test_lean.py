"""Lean trees tell what libcst's own do, and are done without where they can't be made."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from flasklint.python import extraction
from flasklint.python.lean import PROBE, parse_module

FILES = sorted(path for folder in ("src", "tests") for path in (Path(__file__).parents[2] / folder).glob("**/*.py"))


@pytest.fixture(autouse=True)
def _anew() -> None:
    extraction._lean_is_right.cache_clear()


def test_they_tell_the_same_of_the_probe() -> None:
    assert extraction._lean_is_right()
    assert extraction.read("a.py", PROBE) == extraction.read("a.py", PROBE, lean=False)


@pytest.mark.parametrize("part", range(8))
def test_they_tell_the_same_of_files(part: int) -> None:
    for path in FILES[part::40]:
        text = path.read_text(encoding="utf-8")
        assert extraction.read("a.py", text) == extraction.read("a.py", text, lean=False), path


@pytest.mark.parametrize(
    "text",
    [
        'x = "a" b"b"',
        'x = b"a" f"b" "c"',
        "try: pass\nexcept: pass\nexcept A: pass",
        "x = 08",
        "lambda*a: a\nassert(x)\nfor(a)in(b): pass\nx = 1if y else 2",
        "print >>f, x\nexec 'x'",
        "global x,",
    ],
)
def test_they_tell_the_same_of_what_is_wrong_or_close_to_it(text: str) -> None:
    assert extraction.read("a.py", text) == extraction.read("a.py", text, lean=False)


def test_libcst_is_itself_again_after_a_parse() -> None:
    parse_module("a = 1\n")
    assert isinstance(cst.parse_expression("a"), cst.Name)
    with pytest.raises(cst.ParserSyntaxError):
        parse_module("a = (\n")
    assert cst.parse_module("a  =  1\n").code == "a  =  1\n"


def test_nodes_pass_for_libcsts_own() -> None:
    line = parse_module("a = b\n").body[0]
    assert isinstance(line, cst.SimpleStatementLine)
    assert isinstance(line.body[0], cst.Assign)
    assert type(line.body[0].value) is not cst.Name


def test_a_libcst_of_another_shape_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(text: str) -> cst.Module:
        raise TypeError("unexpected keyword")

    monkeypatch.setattr(extraction, "parse_lean", other)
    assert not extraction._lean_is_right()
    assert extraction.read("a.py", "a = 1\n") == extraction.read("a.py", "a = 1\n", lean=False)


def test_trees_that_lack_something_are_told_and_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(text: str) -> cst.Module:
        tree = parse_module(text)
        return cst.Module([]) if "lack" in text else tree

    monkeypatch.setattr(extraction, "parse_lean", lacking)
    assert extraction._lean_is_right()
    assert extraction.read("a.py", "lack = 1\n") == extraction.read("a.py", "lack = 1\n", lean=False)
