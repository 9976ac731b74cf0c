"""What the benchmark says of a run is what happened."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import run


def found(line: int, code: str = "FLK501") -> run.Found:
    return run.Found("a.py", line, 1, code, "Bad.")


def test_what_two_runs_find_apart() -> None:
    before, after = [found(1), found(2), found(2)], [found(2), found(3), found(1, "FLK502")]
    assert run.apart(before, after) == [
        "- a.py:1:1 FLK501 Bad.",
        "+ a.py:1:1 FLK502 Bad.",
        "- a.py:2:1 FLK501 Bad.",
        "+ a.py:3:1 FLK501 Bad.",
    ]
    assert run.apart(before, reversed(before)) == []


def test_output_and_cost_of_a_process() -> None:
    out, err, cost = run.measure([sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr)"])
    assert (out.strip(), err.strip()) == ("out", "err")
    assert cost.wall > 0
    assert cost.cpu > 0
    assert cost.peak > 1


def test_a_tool_without_a_report_is_an_error_not_a_clean_app() -> None:
    assert run.parsed("", "Traceback\nValueError: no\n") == (None, ("ValueError: no",))
    assert run.parsed("", "") == (None, ("no report",))
    assert run.parsed('{"results": []}', "warning") == ({"results": []}, ())


def test_lines_leave_tests_out(tmp_path: Path) -> None:
    for name in ("app.py", "pkg/views.py", "tests/test_app.py", "pkg/test_x.py", "conftest.py", "pkg/page.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("a = 1\nb = 2\n")
    assert run.lines_of(tmp_path) == 4


@pytest.mark.parametrize(
    ("path", "expected"), [("tests/a.py", True), ("a/test_b.py", True), ("a/contest.py", False), ("latest/a.py", False)]
)
def test_what_is_a_test(path: str, expected: bool) -> None:
    assert run.is_test(path) is expected
