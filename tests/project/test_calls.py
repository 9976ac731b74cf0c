"""Calls are found by what they call, however they are written."""

from __future__ import annotations

import pytest

from flasklint import ir
from tests.project.linking import project


def found(text: str, *names: str) -> list[str]:
    linked = project({"a.py": text})
    return [text[site.call.start : site.call.end] for site in linked.calls(*names)]


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.system('x')",
        "from os import system\nsystem('x')",
        "from os import system as s\ns('x')",
        "import os\nrun = os.system\nrun('x')",
        "import os\nclass A:\n    run = os.system\n    def f(self):\n        self.run('x')",
        "import os\nclass A:\n    def __init__(self):\n        self.run = os.system\n    def f(self):\n        self.run('x')",
        "import os\ngetattr(os, 'system')('x')",
        "import os\n{'a': os.system}['a']('x')",
        "import os\nfor run in (os.system, os.popen):\n    run('x')",
        "import os\ndef f(run=os.system):\n    run('x')",
        "import os\n(lambda run: 1)(os.system('x'))",
        "import os\n[os.system('x') for x in y if z]",
        "import os\n@decorated(os.system('x'))\ndef f(x=1): pass",
        "import os\ndef f(x=os.system('x')): pass",
        "import os\nclass A(B, meta=os.system('x')): pass",
        "import os\nwhile os.system('x'): pass",
        "import os\ntry: pass\nexcept (os.system('x'), B): pass\nelse: pass\nfinally: pass",
        "import os\nmatch x:\n    case 1 if os.system('x'): pass",
        "import os\nf'{os.system(\"x\")}'",
        "import os\nx[os.system('x')] = 1",
        "import os\ndel x[os.system('x')]",
        "import os\nassert x, os.system('x')",
        "import os\nraise x from os.system('x')",
        "import os\nasync def f():\n    async with os.system('x') as y: pass",
    ],
)
def test_a_call_is_found(text: str) -> None:
    assert len(found(text, "os.system")) == 1


def test_a_call_by_another_path_of_its_name() -> None:
    assert found("import cgi\ncgi.escape(x)", "html.escape") == ["cgi.escape(x)"]
    assert found("import requests\nrequests.session()", "requests.Session") == ["requests.session()"]


def test_a_call_of_a_subclass_is_one_of_its_base() -> None:
    text = "import flask\nclass Shop(flask.Flask): pass\nShop('x')"
    assert found(text, "flask.Flask") == ["Shop('x')"]


def test_a_method_of_an_unknown_receiver() -> None:
    assert found("def f(c):\n    c.execute('x')\n    c.run()", "?.execute") == ["c.execute('x')"]


def test_each_call_comes_once_in_the_order_of_the_text() -> None:
    text = "import os\nos.popen('b')\nos.system('a')"
    assert found(text, "os.system", "os.popen", "os.system") == ["os.popen('b')", "os.system('a')"]


def test_a_call_inside_another() -> None:
    assert found("import os\nos.system(os.system('x'))", "os.system") == ["os.system(os.system('x'))", "os.system('x')"]


def test_names_of_a_site() -> None:
    linked = project({"a.py": "import sqlite3\nsqlite3.connect('x').execute('y')"})
    (site,) = linked.calls("sqlite3.Connection().execute")
    assert site.names == ("sqlite3.connect().execute", "sqlite3.Connection().execute")
    assert site.location == linked.location("a.py", site.call)


@pytest.mark.parametrize(
    ("call", "position", "keywords", "value"),
    [
        ("f(1, 2)", 1, (), 2),
        ("f(1, b=2)", 1, ("b",), 2),
        ("f(1, b=2)", None, ("a", "b"), 2),
        ("f(1)", 1, ("b",), None),
        ("f(*x, 2)", 1, (), None),
        ("f(*x, b=2)", 1, ("b",), 2),
        ("f(1, *x)", 0, (), 1),
        ("f(**x)", 0, ("b",), None),
    ],
)
def test_an_argument_of_a_site(call: str, position: int | None, keywords: tuple[str, ...], value: int | None) -> None:
    (site,) = project({"a.py": f"from m import f\n{call}"}).calls("m.f")
    argument = site.argument(position, *keywords)
    assert (argument.value if isinstance(argument, ir.Const) else None) == value


def test_unpacked_arguments_are_told() -> None:
    (site,) = project({"a.py": "from m import f\nf(1, **x)"}).calls("m.f")
    assert site.unpacks
