"""The two overviews from outside: what they print, as text and as data, and how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.overview.tree import APP
from tests.trees import plant

NO_ENVIRON: Mapping[str, str] = {}
GOLDEN = Path(__file__).parent / "golden"


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


def run(
    tmp_path: Path, *argv: str, files: Mapping[str, str | bytes] = APP, environ: Mapping[str, str] = NO_ENVIRON
) -> Ended:
    """Runs a command line in a process of its own, over a tree of files."""
    tree = plant(tmp_path / "tree", files)
    away = ("FLASKLINT_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(away)}
    env = plain | {"FLASKLINT_CACHE_DIR": str(tmp_path / "cache")} | dict(environ)
    command = [sys.executable, "-m", "flasklint", *argv]
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_golden(name: str, output: str) -> None:
    """The output is what the file holds, byte for byte. ``FLASKLINT_ACCEPT=1`` accepts what has changed."""
    path = GOLDEN / name
    if os.environ.get("FLASKLINT_ACCEPT"):
        path.write_bytes(output.encode())
    assert output == path.read_bytes().decode()


@pytest.mark.parametrize(
    ("name", "argv", "environ"),
    [
        ("routes.txt", ["routes"], {}),
        ("routes-80.txt", ["routes"], {"COLUMNS": "80"}),
        ("routes-140.txt", ["routes"], {"COLUMNS": "140"}),
        ("routes.json", ["routes", "--format", "json"], {}),
        ("config.txt", ["config"], {}),
        ("config-80.txt", ["config"], {"COLUMNS": "80"}),
        ("config-140-color.txt", ["config", "--color", "always"], {"COLUMNS": "140"}),
        ("config.json", ["config", "--format", "json"], {}),
        ("config-ascii.txt", ["config", "-v"], {"COLUMNS": "140", "PYTHONIOENCODING": "ascii"}),
    ],
)
def test_what_is_printed(tmp_path: Path, name: str, argv: list[str], environ: dict[str, str]) -> None:
    ended = run(tmp_path, *argv, environ=environ)
    assert ended.code == 0, ended
    assert ended.err == ""
    assert_golden(name, ended.out)


def test_a_second_run_says_the_same(tmp_path: Path) -> None:
    assert run(tmp_path, "routes") == run(tmp_path, "routes") == run(tmp_path, "routes", "--no-cache")


def test_lines_fit_the_terminal(tmp_path: Path) -> None:
    for columns in (40, 80, 120):
        for command in ("routes", "config"):
            ended = run(tmp_path, command, environ={"COLUMNS": str(columns)})
            assert max(map(len, ended.out.splitlines())) <= columns


def test_nothing_that_is_secret_is_shown(tmp_path: Path) -> None:
    for argv in (["config", "-v"], ["config", "--format", "json"], ["routes", "--format", "json"]):
        ended = run(tmp_path, *argv)
        for secret in ("not the real one", "q7Zt0Lw3Vb9Xc2Mn5Rk8", "Hn3kq9Tz"):
            assert secret not in ended.out


def test_a_pipe_gets_a_line_a_row(tmp_path: Path) -> None:
    ended = run(tmp_path, "routes")
    assert [line.split()[:2] for line in ended.out.splitlines()[1:]] == [
        ["GET", "/"],
        ["PUT", "/api/items"],
        ["POST", "/items/<int:item>"],
        ["GET,POST", "/login"],
    ]


def routes_of(ended: Ended) -> dict[str, dict[str, Any]]:
    return {route["rule"]: route for app in json.loads(ended.out)["apps"] for route in app["routes"]}


def test_a_view_that_changes_something_on_get_is_open_to_forged_requests(tmp_path: Path) -> None:
    text = """
from flask import Flask
from flask_login import LoginManager, login_required
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
db = SQLAlchemy(app)
LoginManager(app)
@app.route("/items/<int:item_id>/delete")
@login_required
def delete(item_id):
    db.session.delete(db.session.get(Item, item_id))
    db.session.commit()
    return ""
@app.route("/items/<int:item_id>")
@login_required
def show(item_id):
    return str(db.session.get(Item, item_id))
"""
    found = routes_of(run(tmp_path, "routes", "--no-sinks", "--format", "json", files={"app.py": text}))
    assert found["/items/<int:item_id>/delete"]["csrf"]["status"] == "open"
    assert found["/items/<int:item_id>/delete"]["csrf"]["reason"].startswith("a link is enough to delete")
    assert found["/items/<int:item_id>"]["csrf"]["status"] == "safe"


def test_sinks_are_left_out_on_request(tmp_path: Path) -> None:
    assert all(
        row["sinks"] is None for row in routes_of(run(tmp_path, "routes", "--no-sinks", "--format", "json")).values()
    )
    found = routes_of(run(tmp_path, "routes", "--format", "json"))
    assert [sink["kind"] for sink in found["/"]["sinks"]] == ["sql"]


def test_of_named_files_only_their_routes_are_shown(tmp_path: Path) -> None:
    assert set(routes_of(run(tmp_path, "routes", "shop/api.py", "--format", "json"))) == {"/api/items"}


@pytest.mark.parametrize("wanted", ["ProductionConfig", "production", "shop.config.ProductionConfig", "PRODUCTION"])
def test_a_profile_is_chosen(tmp_path: Path, wanted: str) -> None:
    ended = run(tmp_path, "config", "--profile", wanted, "--format", "json")
    assert [profile["kind"] for profile in json.loads(ended.out)["apps"][0]["profiles"]] == ["production"]


EMPTY = {"pyproject.toml": "", "empty/notes.txt": ""}


@pytest.mark.parametrize("command", ["routes", "config"])
@pytest.mark.parametrize(
    ("files", "argv", "code", "words"),
    [
        (APP, ["nowhere"], 2, "nowhere does not exist"),
        (EMPTY, ["empty"], 2, "no Python files and no templates"),
        (APP, ["--config", "nowhere.toml"], 2, "nowhere.toml"),
        (APP, ["--format", "sarif"], 2, "sarif"),
        (APP | {"shop/broken.py": "def f(:\n"}, [], 1, "shop/broken.py could not be read"),
        (APP | {"shop/odd.py": b"\xff\xfe\x00", "shop/deep.py": "(" * 3000}, [], 1, "shop/deep.py"),
        ({"pyproject.toml": "", "a.py": "x = 1\n"}, [], 0, ""),
        ({"pyproject.toml": "", "a.py": "from flask import *\napp = Flask(*a, **b)\napp.config[x] = y\n"}, [], 0, ""),
        (
            {"pyproject.toml": "", "a.py": "import flask\napp = flask.Flask()\n@app.route(*r)\ndef v(): pass\n"},
            [],
            0,
            "",
        ),
    ],
)
def test_how_it_ends(
    tmp_path: Path, command: str, files: Mapping[str, str | bytes], argv: list[str], code: int, words: str
) -> None:
    ended = run(tmp_path, command, *argv, files=files)
    assert ended.code == code, ended
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert bool(ended.out) is (code != 2)


@pytest.mark.parametrize(("wanted", "near"), [("Production", "production"), ("productoin", "production"), ("zzz", "")])
def test_an_unknown_profile_is_told_of_with_the_nearest(tmp_path: Path, wanted: str, near: str) -> None:
    ended = run(tmp_path, "config", "--profile", wanted if wanted != "Production" else "Product")
    assert ended.code == 2
    assert "no app has a profile" in ended.err
    assert ("did you mean" in ended.err) is bool(near)
    assert near in ended.err
    assert ended.out == ""


def test_what_an_extension_is_given_comes_before_the_configuration(tmp_path: Path) -> None:
    app = "from flask import Flask\nfrom flask_cors import CORS\napp = Flask(__name__)\nCORS(app, supports_credentials=True)\n"
    printed = run(tmp_path, "config", "-v", files={"pyproject.toml": "", "app.py": app}).out
    (row,) = (line for line in printed.splitlines() if "CORS_SUPPORTS_CREDENTIALS" in line)
    assert row.startswith("-")
    assert row.endswith("what `CORS()` is given comes before it")
