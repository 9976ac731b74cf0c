"""``--debug-flow``: why a line is or isn't reported, told of every reason that there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flasklint import why
from flasklint.planning import Orders
from flasklint.planning import plan as plan_for
from tests.trees import plant

FILES = {
    "pyproject.toml": "",
    "helpers.py": "import shlex\ndef tidy(text):\n    return text.strip()\ndef quoted(text):\n    return shlex.quote(text)\n",
    "tests/test_app.py": "import os\nfrom flask import request\ndef test_x():\n    os.system(request.args['q'])\n",
    "broken.py": "def f(:\n",
    "app.py": """\
import os, shlex, subprocess, acme
from flask import Flask, request, render_template, redirect
from helpers import tidy, quoted
app = Flask(__name__)

@app.route("/a")
def a():
    q = request.args["q"]; given = request.args["n"]
    os.system("ls " + q)  # direct
    os.system("ls " + shlex.quote(q))  # sanitized
    os.system("ls " + quoted(tidy(q)))  # helper
    n = int(given)
    os.system("ls %s" % n)  # number
    os.system("ls " + acme.x(acme.y(q)).strip())  # unknown
    if q in ("a", "b"):
        os.system("ls " + q)  # guarded
    os.system("ls " + q)  # flasklint: ignore[FLK502] known here
    subprocess.run(["ls", q])  # argv
    os.system("ls")  # constant
    acme.quiet(q)  # nothing
    eval("'" + q.replace("'", "") + "'")  # quotes
    return render_template("x.html", q=q)

@app.route("/b")
def b():
    target = request.args["next"]
    if target.startswith("/"):
        return redirect(target)  # weak
    return ""

def idle(x):
    return x + 1  # idle
""",
    "templates/x.html": "<p>{{ q|safe }}</p>\n<p>{{ q }}</p>\n<p>static</p>\n<a title={{ q }}>x</a>\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(plant(tmp_path / "tree", FILES))
    return tmp_path / "tree"


def tell(place: str, **values: object) -> str:
    return why.explain(plan_for(Orders((".",), values)), place)


def line_of(mark: str, path: str = "app.py") -> str:
    lines = FILES[path].splitlines()
    return f"{path}:{next(number for number, line in enumerate(lines, 1) if mark in line)}"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (
            "# direct",
            ["FLK502 (critical, confidence high)", "  reported\n", "1. app.py:8:9 the visitor controls the query"],
        ),
        ("# sanitized", ["No rule that runs finds anything", "stopped: made safe by `quote` (app.py:10:23)"]),
        (
            "# helper",
            ["stopped: made safe by `quote` (helpers.py:5:12)", "calls tidy (helpers.py), whose body was followed"],
        ),
        ("# number", ["Untrusted data ends at app.py:12:9: ", "goes into `int(given)`, which is a number."]),
        (
            "# unknown",
            [
                "not reported: the confidence is below min-confidence (medium)",
                "Calls of which flasklint knows nothing: `acme.y`, `acme.x`",
                "less than certain: `y` is not known to flasklint",
            ],
        ),
        ("# guarded", ["stopped: a check before it excludes that (app.py:15:8)"]),
        ("known here", ["not reported: suppressed (known here)"]),
        ("# argv", ["nobody else decides which program that runs"]),
        ("# constant", ["no untrusted data gets there: it is always 'ls'"]),
        ("# nothing", ["Calls of which flasklint knows nothing: `acme.quiet`"]),
        ("# quotes", ["stopped: "]),
        ("# weak", ["This line is part of FLK705 at app.py:27:8.", "told of at another place"]),
        ("# idle", ["Nothing on this line was evaluated"]),
    ],
)
def test_every_reason_is_told(tree: Path, mark: str, words: list[str]) -> None:
    text = tell(line_of(mark), min_confidence=None)
    for one in words:
        assert one in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (1, ["FLK401", "  reported\n", "app.py:22:", "passed to the template as `q`"]),
        (2, ["`q` is put out between tags, where escaping is enough."]),
        (3, ["Nothing on this line was evaluated"]),
        (4, ["FLK407"]),
    ],
)
def test_places_in_templates(tree: Path, line: int, words: list[str]) -> None:
    text = tell(f"templates/x.html:{line}")
    for one in words:
        assert one in text


def test_what_hides_a_finding(tree: Path) -> None:
    direct = line_of("# direct")
    assert "the rule for it was not chosen: FLK502." in tell(direct, ignore=("FLK502",))
    assert "none of the rules that run asks for it" in tell(direct, select=("FLK1",))
    ignores = {"app.py": ("FLK502",)}
    assert "suppressed (per-file-ignores: app.py)" in tell(direct, per_file_ignores=ignores)
    assert "This is test code or an example" in tell("tests/test_app.py:4")
    assert "Nothing is known of this file: This file could not be analysed: syntax error" in tell("broken.py:1")
    only = plan_for(Orders(("helpers.py",)))
    assert "only read as context" in why.explain(only, direct)


def test_a_check_in_a_caller_is_found(tree: Path) -> None:
    checked = FILES["app.py"].replace(
        '    return render_template("x', '    if not q.isalnum():\n        q = ""\n    return render_template("x'
    )
    plant(tree, {"app.py": checked})
    text = tell("templates/x.html:1")
    assert "No rule that runs finds anything" in text
    assert "stopped: a check before it excludes that (app.py:22:12)" in text


def test_a_limit_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["flasklint.taint.analyse"], "MOST_STATEMENTS", 1)
    assert "A limit was reached in this file at app.py:7:5" in tell(line_of("# helper"))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("app.py", "--debug-flow takes FILE:LINE, not app.py"),
        ("app.py:x", "--debug-flow takes FILE:LINE, not app.py:x"),
        (":3", "--debug-flow takes FILE:LINE, not :3"),
        ("app.py:0", "app.py has 32 lines"),
        ("app.py:33", "app.py has 32 lines"),
        ("ap.py:1", "there is no such file; did you mean app.py?"),
        ("templates:1", "it is a folder"),
        ("pyproject.toml:1", "not among those that this run analyses"),
        ("big.py:1", "larger than max-file-size"),
        ("out.py:1", "the file was left out: "),
    ],
)
def test_a_place_that_is_none_is_refused(tree: Path, place: str, words: str) -> None:
    plant(tree, {"big.py": "x = 1\n" * 2000})
    (tree / "out.py").symlink_to(Path(__file__))
    with pytest.raises(why.PlaceError) as error:
        tell(place, max_file_size=5000)
    assert words in str(error.value)


def test_places_are_named_from_where_one_is(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "templates")
    plan = plan_for(Orders(("..",)))
    assert "FLK401" in why.explain(plan, "x.html:1")
    assert "FLK401" in why.explain(plan, "../templates/x.html:1")
    assert "FLK401" in why.explain(plan, str(tree / "templates" / "x.html") + ":1")


def test_the_command_line_tells_and_a_wrong_place_ends_with_2(tree: Path) -> None:
    def run(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flasklint", "--no-cache", *argv]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    told = run("--debug-flow", line_of("# direct"))
    assert (told.returncode, told.stderr) == (0, "")
    assert "  reported\n" in told.stdout
    refused = run("--debug-flow", "ap.py:1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "did you mean app.py?" in refused.stderr


def test_it_costs_nothing_when_it_is_not_asked_for(tree: Path) -> None:
    code = (
        "import sys; from flasklint import cli; cli.main(['--no-cache', '-qq']);"
        "assert not {'flasklint.why', 'flasklint.taint.watch'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


def test_what_is_scanned_cannot_write_on_the_terminal(tree: Path) -> None:
    plant(tree, {"evil.py": "x = '\x1b[31m'\n"})
    text = tell("evil.py:1")
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


def test_what_another_finding_tells_of_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\napp.secret_key = 'changeme'\n"
    monkeypatch.chdir(plant(tmp_path / "tree", {"app.py": app}))
    text = tell("app.py:3")
    assert "FLK102 (high, confidence high)" in text
    assert "  not reported by itself: FLK102, here too, tells of it as well\n" in text
