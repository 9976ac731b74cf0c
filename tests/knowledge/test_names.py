"""The names of the tables resolve against Python and against what is installed here; for all others there is a tool."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import jinja2
import pytest

from tests.test_new_rule import load

ROOT = Path(__file__).parent.parent.parent
tool = load(ROOT / "tools" / "check_tables.py", "check_tables_tool")
NAMES: dict[str, list[str]] = tool.names()
HERE = sorted(
    library
    for library in NAMES
    if library in sys.stdlib_module_names
    or (library in ("flask", "werkzeug", "jinja2", "markupsafe", "click") and importlib.util.find_spec(library))
)


@pytest.mark.parametrize("library", HERE)
def test_names_resolve(library: str) -> None:
    lost = {name: why for name in NAMES[library] if (why := tool.resolve(name, tool.also()))}
    if sys.version_info < (3, 11):
        lost = {name: why for name, why in lost.items() if not name.startswith("tomllib")}
    assert not lost


def test_every_filter_is_one_of_jinja() -> None:
    assert not {name[1:] for name in NAMES[""] if name.startswith("|")} - jinja2.Environment().filters.keys()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("os.path.joined", "os.path has no joined"),
        ("no_such_library.f", "no module no_such_library"),
        ("sqlite3.Connection().run", "sqlite3.Connection() has no run"),
        ("flask.Request().arguments", "flask.Request() has no arguments"),
        ("flask.request.arguments", "flask.Request() has no arguments"),
        ("pathlib.Path().open", ""),
        ("flask.session.update", ""),
        ("string.Template().template", ""),
        ("flask.Response().headers=", ""),
    ],
)
def test_what_a_name_lacks_is_told(name: str, why: str) -> None:
    assert tool.resolve(name, tool.also()) == why
