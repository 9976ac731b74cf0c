"""The rows on names and types lead somewhere, and speak of what the libraries have."""

from __future__ import annotations

import importlib
import inspect
import sys

import pytest

from flasklint.knowledge.types import ALSO, CLASSES, LIBRARIES, PASSED, PREFIXES, PUBLIC
from flasklint.project.libraries import also, public

INSTALLED = {"flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "blinker"} | set(sys.stdlib_module_names)
GONE = {"distutils", "imp", "cgi"}
"""Of the standard library, but not of every version."""
MADE = {"hashlib.hash", "xml.sax.xmlreader.XMLReader"}
"""Names for types that their library gives no public name."""

ROWS = sorted({*ALSO, *CLASSES, *(name for names in (*ALSO.values(), *CLASSES.values()) for name in names)})


def test_a_public_path_is_public() -> None:
    assert [name for name, better in PUBLIC.items() if public(better) != better or name == better] == []


def test_rows_are_under_public_paths() -> None:
    assert [name for name in ROWS if public(name) != name] == []


def test_prefixes_are_filed_under_their_first_word() -> None:
    assert [start for top, pairs in PREFIXES.items() for start, _ in pairs if start.partition(".")[0] != top] == []


@pytest.mark.parametrize("rows", [ALSO, CLASSES])
def test_no_row_is_about_itself(rows: dict[str, tuple[str, ...]]) -> None:
    assert [name for name, names in rows.items() if name in names] == []


def test_all_that_something_is_comes_once() -> None:
    for name in ROWS:
        found = also(name)
        assert len(set(found)) == len(found)
        assert found[0] == name


def exists(name: str) -> bool:
    """Whether a library has what a row names: as far as can be seen without making objects."""
    path, call, rest = name.partition("()")
    parts = path.split(".")
    thing: object = None
    for at in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:at]))
        except ImportError:
            continue
        for part in parts[at:]:
            if not hasattr(thing, part):
                return False
            thing = inspect.getattr_static(thing, part) if inspect.isclass(thing) else getattr(thing, part)
        break
    else:
        return False
    if not call or not rest or not inspect.isclass(thing):
        return True
    attribute = rest.strip(".").partition("(")[0].partition(".")[0]
    return any(
        hasattr(base, attribute)
        or attribute in getattr(base, "__annotations__", {})
        or f"self.{attribute}" in source(base)
        for base in thing.__mro__
    )


def source(kind: type) -> str:
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):
        return ""


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in sorted({*ROWS, *PUBLIC.values(), *PASSED})
        if name.partition(".")[0] in INSTALLED - GONE and not any(name.startswith(made) for made in MADE)
    ],
)
def test_a_row_names_what_is_there(name: str) -> None:
    if name == "configparser.SafeConfigParser" and sys.version_info >= (3, 12):
        return  # gone from Python, not from the code that is scanned
    if name.startswith(("flask.Flask()._get_current_object", "flask.Flask().login_manager")):
        return  # of the proxy of an app, and put on an app by an extension
    assert exists(name)


def test_libraries_are_not_the_standard_library() -> None:
    assert not LIBRARIES & sys.stdlib_module_names
