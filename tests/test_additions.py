"""Rows of the user's own: each kind changes the finding that it should, and no other; a wrong one is refused with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import tomli

from flasklint.additions import ALL_KINDS, NOTHING, SINK_KINDS, Additions, RowError, read
from flasklint.rules.registry import load as load_rules
from flasklint.settings import SettingsError, load
from tests.rulecases import Found, examples, found

DOCS = Path(__file__).parent.parent / "docs" / "rows.md"

APP = "from flask import Flask, redirect, request\napp = Flask(__name__)\n"


def rows(text: str) -> Additions:
    return read(tomli.loads(text))


def changes(files: Mapping[str, str], additions: Additions) -> tuple[list[Found], list[Found]]:
    """What is gone with the rows, and what is new."""
    before, after = Counter(found(files, ["FLK"])), Counter(found(files, ["FLK"], additions))
    return sorted((before - after).elements()), sorted((after - before).elements())


def codes(found_: list[Found]) -> list[str]:
    return [one.code for one in found_]


# The page ---------------------------------------------------------------------------------------------------------


def sections() -> Iterator[object]:
    for section in DOCS.read_text(encoding="utf-8").split("\n## ")[1:]:
        yield pytest.param(section, id=section.partition("`")[2].partition("`")[0])


@pytest.mark.parametrize("section", list(sections()))
def test_the_page_tells_the_truth(section: str) -> None:
    toml = re.search(r"```toml\n(.*?)```", section, re.DOTALL)
    assert toml is not None
    additions = load("/p/pyproject.toml", toml[1].encode()).settings.flask
    (files,) = examples(section)
    gone, new = changes(files, additions)
    said = {word: re.findall(r"FLK\d+", _line(section, word)) for word in ("Gone", "New")}
    assert {"Gone": codes(gone), "New": codes(new)} == said


def _line(section: str, word: str) -> str:
    """What a section says is gone, or new."""
    line = re.search(rf"^{word}: (FLK\d+(?: and FLK\d+)*)", section, re.MULTILINE)
    return line[1] if line else ""


def test_the_page_names_every_key_and_every_kind() -> None:
    page = DOCS.read_text(encoding="utf-8")
    with pytest.raises(RowError, match="did you mean"):
        rows("guard = []")
    for key in ("auth-decorators", "csrf", "trusted-sources", "extra-sources", "extra-sinks", "sanitizers", "guards"):
        assert f"## `{key}`" in page
    listed = re.search(r"The kinds of harm are (.*?)\. A row", page, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`([\w-]+)`", listed[1])) == set(SINK_KINDS)


def test_every_kind_of_a_sink_is_asked_for_by_a_rule() -> None:
    asked = {kind for rule in load_rules() for kind in getattr(rule, "kinds", ())}
    assert set(SINK_KINDS) <= asked
    assert set(SINK_KINDS) < set(ALL_KINDS)


# The project's own code --------------------------------------------------------------------------------------------

HELPERS = {
    "shop/__init__.py": "",
    "shop/text.py": (
        "class Tools:\n"
        "    def clean(self, text):\n        return self.table.get(text, text)\n"
        "def clean(text):\n    return rewritten(text)\n"
        "def run(query):\n    return open_log(query)\n"
        "def fine(text):\n    return check(text)\n"
        "def demand(text):\n    check(text)\n"
        "def opaque(text):\n    return store(text)\n"
        "pending = []\n"
        "class Job:\n    body = None\n    def title(self):\n        return self.body\n"
    ),
}


def view(body: str, more: str = "") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    head = "import os\nfrom shop import text\n" + APP + more
    return {
        **HELPERS,
        "shop/views.py": f"{head}@app.route('/x')\ndef x():\n    q = request.args['q']\n{lines}    return ''\n",
    }


@pytest.mark.parametrize(
    ("toml", "body", "gone", "new"),
    [
        ('sanitizers = ["shop.text.clean"]', "os.system(text.clean(q))", ["FLK502"], []),
        (
            'sanitizers = [{ name = "shop.text.clean", kinds = ["html"] }]',
            "os.system(text.clean(q))",
            [],
            [],
        ),
        ('sanitizers = ["shop.text.Tools().clean"]', "os.system(text.Tools().clean(q))", ["FLK502"], []),
        ('sanitizers = ["shop.text.Tools.clean"]', "t = text.Tools()\nos.system(t.clean(q))", ["FLK502"], []),
        ('sanitizers = ["shop.text.clean"]', "os.system(text.clean(q))\nos.system(q)", ["FLK502"], []),
        ('extra-sinks = [{ name = "shop.text.run", kind = "sql" }]', "text.run(q)", [], ["FLK501"]),
        ('extra-sinks = [{ name = "shop.text.run", kind = "sql" }]', "text.run('x')", [], []),
        ('extra-sinks = [{ name = "shop.text.run", kind = "sql", arguments = ["1"] }]', "text.run(q)", [], []),
        (
            'extra-sinks = [{ name = "shop.text.run", kind = "code", when = [{ argument = "raw", test = "true" }] }]',
            "text.run(q, raw=True)\ntext.run(q)",
            [],
            ["FLK503"],
        ),
        ('extra-sinks = [{ name = "?.raw_query", kind = "sql" }]', "unknown().raw_query(q)", [], ["FLK501"]),
        ('extra-sources = ["shop.text.run()"]', "os.system(text.run('x'))", [], ["FLK502"]),
        ('extra-sources = ["shop.text.pending"]', "os.system(text.pending)", [], ["FLK502"]),
        ('extra-sources = ["shop.text.Job().body"]', "os.system(text.Job().body)", [], ["FLK502"]),
        ('extra-sources = ["shop.text.Job().body"]', "os.system(text.Job().title())", [], ["FLK502"]),
        (
            'guards = [{ name = "shop.text.fine", kinds = ["command"] }]',
            "if text.fine(q):\n    os.system(q)",
            ["FLK502"],
            [],
        ),
        ('guards = [{ name = "shop.text.fine", kinds = ["sql"] }]', "if text.fine(q):\n    os.system(q)", [], []),
        ('guards = ["shop.text.fine"]', "text.fine(q)\nos.system(q)", [], []),
        ('guards = [{ name = "shop.text.demand", when = "returns" }]', "text.demand(q)\nos.system(q)", ["FLK502"], []),
        (
            'guards = [{ name = "acme.letters", characters = "a-z" }]',
            "import acme\nif acme.letters(q):\n    os.system(q)",
            ["FLK502"],
            [],
        ),
        ('summaries = ["shop.text.opaque"]', "os.system(text.opaque(q))", ["FLK502"], []),
        ('trusted-sources = ["flask.request.args"]', "os.system(q)", ["FLK502"], []),
        ('trusted-sources = ["flask.Request().args"]', "os.system(q)", ["FLK502"], []),
        ('trusted-sources = ["flask.request.form"]', "os.system(q)", [], []),
        ('trusted-sources = ["shop.text.clean()"]', "os.system(text.clean(q))", ["FLK502"], []),
    ],
)
def test_a_row_changes_what_it_speaks_of(toml: str, body: str, gone: list[str], new: list[str]) -> None:
    got_gone, got_new = changes(view(body), rows(toml))
    assert (codes(got_gone), codes(got_new)) == (gone, new)


def test_a_summary_of_the_very_text_is_surer_than_an_unknown_call() -> None:
    files = view("import acme\nos.system(acme.trim(acme.trim(q)))")
    known = rows('summaries = [{ name = "acme.trim", passes = ["0"], how = "same" }]')
    assert [one.low for one in found(files, ["FLK502"])] == [False]
    gone, new = changes(files, known)
    assert (gone, new) == ([], [])


def test_a_row_holds_in_templates() -> None:
    files = {
        "app.py": "import acme\n"
        + APP
        + "from flask import render_template\n@app.route('/x')\ndef x():\n"
        + "    return render_template('x.html', q=acme.tidy(request.args['q']))\n",
        "templates/x.html": "<p>{{ q|safe }}</p>\n",
    }
    gone, new = changes(files, rows('sanitizers = [{ name = "acme.tidy", kinds = ["html", "markup"] }]'))
    assert (codes(gone), new) == (["FLK401"], [])


# The app ------------------------------------------------------------------------------------------------------------

LOGIN = "from flask_login import LoginManager\nfrom shop.checks import *\nLoginManager(app)\n"
CHECKS = "import acme\ndef staff(view):\n    return acme.around(view)\ndef demand_token():\n    acme.demand()\n"
GUARDED = "".join(f"@app.get('/p{n}')\n@staff\ndef p{n}():\n    return ''\n" for n in range(3))
OPEN = "@app.post('/open')\ndef change():\n    return store(request.form['x'])\n"


@pytest.mark.parametrize(
    ("toml", "code", "gone", "new"),
    [
        ('auth-decorators = ["shop.checks.staff"]', GUARDED + OPEN, [], ["FLK807"]),
        ('auth-decorators = ["shop.checks.other"]', GUARDED + OPEN, [], []),
        ('csrf = ["shop.checks.demand_token"]', "app.before_request(demand_token)\n" + OPEN, ["FLK301"], []),
        (
            'csrf = ["shop.checks.demand_token"]',
            OPEN.replace("    return", "    demand_token()\n    return"),
            ["FLK301"],
            [],
        ),
        ('csrf = ["acme.Shield"]', "import acme\nacme.Shield(app)\n" + OPEN, ["FLK301"], []),
        ('csrf = ["acme.Other"]', "import acme\nacme.Shield(app)\n" + OPEN, [], []),
        (
            'auth-decorators = [{ name = "shop.checks.staff", proof = "token" }]',
            OPEN.replace("def", "@staff\ndef"),
            ["FLK301"],
            [],
        ),
    ],
)
def test_the_app_model_heeds_rows(toml: str, code: str, gone: list[str], new: list[str]) -> None:
    files = {"shop/checks.py": CHECKS, "shop/app.py": APP + LOGIN + code}
    got_gone, got_new = changes(files, rows(toml))
    assert (codes(got_gone), codes(got_new)) == (gone, new)


# Wrong rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ('auth-decorator = ["a.b"]', 2, 'unknown setting "flask.auth-decorator"; did you mean "auth-decorators"?'),
        ('extra-sinks = [\n  { name = "a.b", kind = "sqll" },\n]', 3, 'not "sqll"; did you mean "sql"?'),
        ('extra-sinks = [{ name = "a.b" }]', 2, 'the sink "a.b" needs a "kind": one of safe-filter,'),
        (
            'extra-sinks = [\n\n{ name = "a.b", kind = "sql", argument = ["0"] }]',
            4,
            'no field "argument"; did you mean',
        ),
        (
            'extra-sinks = [{ name = "a.b", kind = "sql", arguments = ["-1"] }]',
            2,
            '"-1" in "arguments" is not an argument',
        ),
        ('extra-sinks = [{ name = "a b", kind = "sql" }]', 2, '"a b" is not the import path of something'),
        ('extra-sinks = "a.b"', 2, '"extra-sinks" takes a list of rows'),
        ("extra-sinks = [1]", 2, "a row of"),
        ('sanitizers = [{ kinds = ["sql"] }]', 2, 'a sanitizer needs a "name"'),
        ('sanitizers = [{ name = "a.b", kinds = ["html", "xpat"] }]', 2, 'did you mean "xpath"?'),
        ('sanitizers = [{ name = "a.b", kinds = "html" }]', 2, '"kinds" takes a list'),
        ('guards = [{ name = "a.b", when = "const" }]', 2, 'takes "true", "false" or "returns"'),
        ('summaries = [{ name = "a.b", how = "smae" }]', 2, 'did you mean "same"?'),
        ('summaries = [{ name = "a.b", store = "here" }]', 2, '"store" takes what is kept where'),
        ('extra-sources = [{ name = "a.b", confidence = "hihg" }]', 2, 'did you mean "high"?'),
        ('extra-sources = [{ name = "a.b", words = 1 }]', 2, '"words" takes a string'),
        ('trusted-sources = ["flask.request.header"]', 2, 'did you mean "flask.request.headers"?'),
        ('trusted-sources = ["shop.tenant"]', 2, 'of a call, write "shop.tenant()"'),
        ('auth-decorators = [{ name = "a.b", proof = "cookie" }]', 2, '"proof" takes one of session, token, basic'),
        ("[tool.flasklint.flask.packages.acme]\nsink = []", 3, 'unknown kind of rows "sink"; did you mean "sinks"?'),
        ('[tool.flasklint.flask.packages."a-b"]\nsinks = []', 2, '"a-b" is not the name of a package'),
        ('[[tool.flasklint.flask.extra-sinks]]\nname = "a.b"\nkind = "html5"', 4, 'did you mean "html"?'),
        ("[tool.flasklint.flask.packages]\nacme = 1", 3, "a package takes a table"),
        (
            'extra-sinks = [{ name = "a.b", kind = "sql", when = [{ argument = "0", test = "truth" }] }]',
            2,
            'did you mean "true"?',
        ),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(lines: str, line: int, message: str) -> None:
    head = "\n" if lines.startswith("[") else "[tool.flasklint.flask]\n"
    with pytest.raises(SettingsError) as error:
        load("/nowhere/pyproject.toml", (head + lines).encode())
    assert message in str(error.value)
    assert error.value.line == line


def test_nothing_said_is_nothing_added() -> None:
    assert read({}) == NOTHING
    with pytest.raises(TypeError):
        read([])
