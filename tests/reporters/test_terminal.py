from __future__ import annotations

import pytest

from flasklint.reporters.terminal import NARROWEST, UNKNOWN_WIDTH, ColorChoice, terminal


@pytest.mark.parametrize(
    ("environ", "is_tty", "color", "expected"),
    [
        ({}, True, "auto", True),
        ({}, False, "auto", False),
        ({"NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": ""}, True, "auto", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, "auto", False),
        ({"FORCE_COLOR": "1"}, False, "auto", True),
        ({"FORCE_COLOR": "3"}, False, "auto", True),
        ({"FORCE_COLOR": "0"}, True, "auto", False),
        ({"FORCE_COLOR": ""}, False, "auto", False),
        ({"CLICOLOR_FORCE": "1"}, False, "auto", True),
        ({"CLICOLOR_FORCE": "0"}, False, "auto", False),
        ({"CLICOLOR": "0"}, True, "auto", False),
        ({"TERM": "dumb"}, True, "auto", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, "auto", True),
        ({"NO_COLOR": "1", "TERM": "dumb"}, False, "always", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
    ],
)
def test_color(environ: dict[str, str], is_tty: bool, color: ColorChoice, expected: bool) -> None:
    assert terminal(environ, is_tty=is_tty, color=color).color is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"VTE_VERSION": "7402"}, True),
        ({"VTE_VERSION": "5000"}, False),
        ({"VTE_VERSION": "nonsense"}, False),
        ({"WT_SESSION": "1"}, True),
        ({"WT_SESSION": "1", "CI": "true"}, False),
        ({"WT_SESSION": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "0", "WT_SESSION": "1"}, False),
    ],
)
def test_links(environ: dict[str, str], expected: bool) -> None:
    assert terminal(environ, is_tty=True).links is expected
    assert terminal(environ, is_tty=True, links=True).links is True
    assert terminal(environ, is_tty=True, links=False).links is False


def test_no_links_into_a_pipe() -> None:
    assert not terminal({"WT_SESSION": "1", "FORCE_COLOR": "1"}, is_tty=False).links


@pytest.mark.parametrize(
    ("environ", "columns", "expected"),
    [
        ({}, 0, UNKNOWN_WIDTH),
        ({}, 132, 132),
        ({"COLUMNS": "80"}, 132, 80),
        ({"COLUMNS": "wide"}, 132, 132),
        ({"COLUMNS": "-5"}, 0, UNKNOWN_WIDTH),
        ({"COLUMNS": "9" * 5000}, 0, UNKNOWN_WIDTH),
        ({}, 5, NARROWEST),
    ],
)
def test_width(environ: dict[str, str], columns: int, expected: int) -> None:
    assert terminal(environ, is_tty=True, columns=columns).width == expected


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", True), ("UTF8", True), ("utf-16", True), ("ascii", False), ("latin-1", False), ("no such", False)],
)
def test_unicode(encoding: str, expected: bool) -> None:
    assert terminal({}, is_tty=True, encoding=encoding).unicode is expected
