"""The command line: what is said where, how a run ends, and what no input can do to it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from flasklint import __version__, cli, console, engine, front
from flasklint.findings import Confidence, Crash, Finding, Judged, Report, Severity, Verdict
from flasklint.settings import SETTINGS
from flasklint.source import Location, Span
from tests.trees import plant

CLEAN = {"pyproject.toml": "", "app.py": "x = 1\n"}
BROKEN = {"pyproject.toml": "", "app.py": "x = 1\n", "broken.py": "def f(:\n"}


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs a command line in this process, in ``tmp_path/tree`` made of files, with a cache of its own."""
    for name in [name for name in os.environ if name.startswith("FLASKLINT_") or name in ("NO_COLOR", "FORCE_COLOR")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FLASKLINT_CACHE_DIR", str(tmp_path / "cache"))

    def run(*argv: str, files: Mapping[str, str | bytes] = CLEAN) -> Ended:
        tree = plant(tmp_path / "tree", files)
        monkeypatch.chdir(tree)
        code = front.main(argv)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Ended(code, out.decode(), err.decode())

    return run


def spawn(folder: Path, *argv: str, python: Sequence[str] = (), **environ: str) -> Ended:
    """Runs a command line in a process of its own."""
    command = [sys.executable, *python, "-m", "flasklint", *argv]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FLASKLINT_")}
    env = plain | {"FLASKLINT_CACHE_DIR": str(folder.parent / "cache")} | environ
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


# Exit codes --------------------------------------------------------------------------------------------------------


def finding(severity: Severity, code: str = "FLK102", verdict: Verdict = Verdict.REPORTED) -> Judged:
    return Judged(
        Finding(code, "It is.", Location("a.py", Span(0, 0)), severity, Confidence.HIGH),
        verdict,
        "",
    )


@pytest.mark.parametrize(
    ("results", "fail_on", "code"),
    [
        ([], Severity.LOW, 0),
        ([finding(Severity.LOW)], Severity.LOW, 1),
        ([finding(Severity.LOW)], Severity.MEDIUM, 0),
        ([finding(Severity.MEDIUM)], Severity.MEDIUM, 1),
        ([finding(Severity.CRITICAL)], None, 0),
        ([finding(Severity.HIGH, verdict=Verdict.SUPPRESSED)], Severity.LOW, 0),
        ([finding(Severity.HIGH, verdict=Verdict.BELOW_THRESHOLD)], Severity.LOW, 0),
        ([finding(Severity.LOW, code="FLK001")], Severity.CRITICAL, 1),
        ([finding(Severity.LOW, code="FLK001")], None, 0),
    ],
)
def test_exit_codes_of_reports(results: list[Judged], fail_on: Severity | None, code: int) -> None:
    report = Report(tuple(results), (), ("a.py",))
    assert cli.exit_code(report, fail_on) == code
    assert cli.exit_code(Report(tuple(results), (), (), crashes=(Crash("FLK1", "", "oh"),)), fail_on) == 2


@pytest.mark.parametrize(
    ("files", "argv", "code"),
    [
        (CLEAN, [], 0),
        (CLEAN, ["."], 0),
        (CLEAN, ["check", "app.py"], 0),
        (BROKEN, [], 1),
        (BROKEN, ["app.py"], 0),
        (BROKEN, ["broken.py"], 1),
        (BROKEN, ["--fail-on", "critical"], 1),
        (BROKEN, ["--fail-on", "never"], 0),
        (BROKEN, ["--exit-zero"], 0),
        (BROKEN, ["--exclude", "broken.py"], 0),
        (BROKEN, ["--ignore", "FLK001"], 0),
        (BROKEN, ["--ignore", "FLK"], 1),
        (BROKEN, ["--select", "FLK1"], 1),
        (BROKEN, ["--format", "json"], 1),
        (BROKEN, ["--format", "sarif"], 1),
        ({"empty/notes.txt": ""}, ["empty"], 2),
        ({"empty/notes.txt": ""}, ["empty/notes.txt"], 0),
        (BROKEN, ["--force-exclude", "--exclude", "broken.py", "broken.py"], 0),
        (CLEAN, ["nowhere.py"], 2),
        (CLEAN, ["app.py", "nowhere.py"], 2),
        (CLEAN, ["--select", "FLK999"], 2),
        (CLEAN, ["--no-such-option"], 2),
        (CLEAN, ["--jobs", "many"], 2),
        (CLEAN, ["--config", "nowhere.toml"], 2),
        (CLEAN | {"pyproject.toml": "["}, [], 2),
        (CLEAN | {"pyproject.toml": "[tool.flasklint]\nx = 1"}, [], 2),
        (CLEAN | {"pyproject.toml": "[tool.flasklint]\nx = 1"}, ["--isolated"], 0),
        (CLEAN, ["explain", "FLK001"], 0),
        (CLEAN, ["explain", "FLK999"], 2),
        (CLEAN, ["explain"], 2),
        (CLEAN, ["rules"], 0),
        (CLEAN, ["--version"], 0),
        (CLEAN, ["--help"], 0),
        (CLEAN, ["check", "--help"], 0),
    ],
)
def test_exit_codes(run: Run, files: Mapping[str, str], argv: list[str], code: int) -> None:
    ended = run(*argv, files=files)
    assert ended.code == code, ended
    assert "Traceback" not in ended.err
    if code == 2:
        assert ended.out == ""
        assert ended.err.startswith("flasklint: error: ")


def test_a_crash_ends_with_2_and_the_report_is_given_all_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(engine, "Project", broken)
    for _ in range(2):
        ended = run("--exit-zero", files=BROKEN)
        assert ended.code == 2
        assert "linking" in ended.out
        assert "broken.py:1" in ended.out
    for form in ("concise", "json", "sarif"):
        assert "flasklint: internal error: linking failed: KeyError: 'x'" in run("--format", form).err
    assert "linking failed" in run("-qq").err


def test_an_interrupted_run_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", interrupted)
    assert run() == (130, "", "\ninterrupted\n")


# Words for the caller ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--selct", "FLK1"], "Did you mean"),
        (["explian"], "explian does not exist; did you mean the command `explain`?"),
        (["nowhere"], "nowhere does not exist\n"),
        (["--select", "FLK00l"], "--select: unknown rule 'FLK00l'; did you mean FLK00"),
        (["--min-severity", "hi"], "'hi' is not one of"),
        (["--jobs", "-3"], "--jobs takes a whole number, not -3"),
        (["--max-file-size", "huge"], "--max-file-size takes a number of bytes"),
        (["--output", "srif=x"], "did you mean `sarif=x`?"),
        (["--output", "sarif"], "--output takes FORMAT=FILE"),
        (["--output", "sarif=no/such/folder.sarif"], "there is no such folder"),
        (["explain", "unreadable"], "unknown rule 'unreadable'; did you mean unreadable-file"),
        (["explain", "FLK001", "--all"], "or --all"),
    ],
)
def test_mistakes_are_told_with_what_was_meant(run: Run, argv: list[str], words: str) -> None:
    ended = run(*argv)
    assert ended.code == 2
    assert words in ended.err


def test_settings_that_are_wrong_are_told_with_their_line(run: Run) -> None:
    ended = run(files=CLEAN | {"pyproject.toml": "[tool.flasklint]\n\nmin-severty = 'low'\n"})
    assert ended.err == (
        'flasklint: error: pyproject.toml:3: unknown setting "min-severty"; did you mean "min-severity"?\n'
    )


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"flasklint {__version__}\n", "")
    assert run("check", "--help").out.count("--version") == 0


def test_help_speaks_of_every_setting_and_command(run: Run) -> None:
    words = run("check", "--help").out
    for setting in SETTINGS:
        if setting.field not in ("per_file_ignores", "severity", "rules", "flask"):
            assert f"--{setting.key}" in words
    listed = run("--help").out
    assert all(command in listed for command in ("check", "explain", "rules"))


# What is printed ---------------------------------------------------------------------------------------------------


def test_standard_output_holds_the_report_alone(run: Run) -> None:
    files = {**BROKEN, "{{ x }}/a.py": ""}
    for form in ("json", "sarif"):
        ended = run("--format", form, "--statistics", files=files)
        json.loads(ended.out)
        assert "{{ x }}: a scaffold" in ended.err
        assert "1  FLK001  unreadable-file" in ended.err
    assert run("--format", "concise", files=files).out.splitlines()[0].startswith("broken.py:1:")


OLD_APP = """\
import sqlite3
from flask import Flask, request

app = Flask(__name__)


@app.route("/find")
def find():
    print "asked for", request.args["name"]
    try:
        rows = sqlite3.connect("shop.db").execute("SELECT * FROM items WHERE name = '%s'" % request.args["name"])
    except sqlite3.Error, error:
        raise IOError, "no database"
    return `list(rows)`
"""


def test_an_app_of_python_2_is_read(run: Run) -> None:
    ended = run("--format", "concise", "--select", "FLK001,FLK501", files=CLEAN | {"app.py": OLD_APP})
    (line,) = ended.out.splitlines()
    assert line.startswith("app.py:11:51: FLK501 critical/high "), ended.out


def test_quiet(run: Run) -> None:
    files = {**BROKEN, "{{ x }}/a.py": ""}
    assert run("-q", files=files).err == ""
    assert run("-q", files=files).out != ""
    assert run("-qq", files=files) == (1, "", "")


def test_statistics_count_the_findings_of_each_rule(run: Run) -> None:
    files = {**BROKEN, "b.py": "(", "templates/s.html": "{# flasklint: ignore #}"}
    ended = run("--statistics", files=files)
    assert ended.out.splitlines()[-2:] == ["2  FLK001  unreadable-file", "1  FLK004  blanket-suppression"]


def test_suppressed_findings_are_shown_when_asked_for(run: Run) -> None:
    files = CLEAN | {"templates/s.html": "{# flasklint: ignore[FLK005, FLK002] in the other branch #}"}
    assert run(files=files).code == 0
    assert not json.loads(run("--format", "json", files=files).out)["results"]
    for flag in ("--show-suppressed", "--include-suppressed"):
        (shown,) = json.loads(run(flag, "--format", "json", files=files).out)["results"]
        assert shown["code"] == "FLK002"


def test_reports_are_written_to_files_besides(run: Run, tmp_path: Path) -> None:
    ended = run("--output", "json=report.json", "--output", "sarif=out.sarif", files=BROKEN)
    assert "broken.py" in ended.out
    assert json.loads((tmp_path / "tree/report.json").read_text())["results"]
    assert json.loads((tmp_path / "tree/out.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_reports_go_through_pipes_and_links_which_stay_what_they_are(run: Run, tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", {"kept/report.json": "old"})
    (tree / "link.json").symlink_to("kept/report.json")
    os.mkfifo(tree / "pipe")
    reader = os.open(tree / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    run("--output", "json=link.json", "--output", "concise=pipe", files=BROKEN)
    assert os.read(reader, 10_000).startswith(b"broken.py:")
    os.close(reader)
    assert (tree / "link.json").is_symlink()
    assert (tree / "pipe").is_fifo()
    assert json.loads((tree / "kept/report.json").read_text())["results"]


def test_reports_are_left_alone_when_the_work_could_not_be_done(run: Run, tmp_path: Path) -> None:
    plant(tmp_path / "tree", {"out.sarif": "old"})
    assert run("--output", "sarif=out.sarif", "nowhere").code == 2
    assert run("--output", "sarif=out.sarif", "--select", "FLK999").code == 2
    assert (tmp_path / "tree/out.sarif").read_text() == "old"


def test_show_files(run: Run) -> None:
    files = {**BROKEN, "templates/a.html": "", "static/b.html": "", "venv/c.py": ""}
    assert run("--show-files", files=files) == (0, "app.py\nbroken.py\ntemplates/a.html\n", "")


def test_show_settings_prints_what_can_be_read_again(run: Run, tmp_path: Path) -> None:
    files = CLEAN | {"pyproject.toml": "[tool.flasklint]\njobs = 2\n"}
    shown = run("--show-settings", "--persona", "auditor", files=files).out
    assert "jobs = 2\n" in shown
    assert 'persona = "auditor"\n' in shown
    assert 'min-severity = "low"  # default\n' in shown
    assert "# from: pyproject.toml\n" in shown
    assert run("--config", "again.toml", files={"again.toml": shown}).code == 0


def test_the_environment_sets_options(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASKLINT_SELECT", "FLK002,FLK003")
    monkeypatch.setenv("FLASKLINT_FAIL_ON", "never")
    shown = run("--show-settings").out
    assert 'select = ["FLK002", "FLK003"]\n' in shown
    assert 'fail-on = "never"\n' in shown or "# fail-on is not set" in shown


def test_standard_input_stands_for_a_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "stdin"
    path.write_bytes(b"def f(:\n")
    for name, code in (("app.py", 1), ("new.py", 1), ("templates/x.html", 0)):
        with path.open() as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            ended = run("-", "--stdin-filename", name, "--format", "concise")
        assert ended.code == code
        assert ended.out.startswith(f"{name}:1:") == (code == 1)


def test_explain_and_rules(run: Run) -> None:
    assert "unreadable-file" in run("explain", "FLK001").out
    assert run("explain", "flk001").out == run("explain", "unreadable-file").out
    assert len(json.loads(run("explain", "FLK0", "--format", "json").out)) == 5
    listed = json.loads(run("rules", "--format", "json").out)
    assert [rule["code"] for rule in listed] == sorted(rule["code"] for rule in listed)
    assert len(json.loads(run("explain", "--all", "--format", "json").out)) == len(listed)


# Bad input, end to end ---------------------------------------------------------------------------------------------

BAD: dict[str, bytes] = {
    "syntax.py": b"def f(:\n    pass\n",
    "not_python.py": b"<?php echo 1; ?>\n",
    "wrong_cookie.py": b"# -*- coding: no-such-codec -*-\nx = 1\n",
    "not_utf8.py": b"x = '\xff\xfe'\n",
    "nul.py": b"x = 1\0\n",
    "templates/broken.html": b"{% for x in %}",
    "templates/not_utf8.html": b"<p>\xff</p>",
    "utf16.py": "x = 1\n".encode("utf-16"),
}
FINE: dict[str, bytes] = {
    "bom.py": b"\xef\xbb\xbfx = 1\n",
    "crlf.py": b"def f():\r\n    return 1\r\n",
    "tabs.py": b"if x:\n\ty = 1\n\tz = 2\n",
    "formfeed.py": b"x = 1\n\x0c\ndef f():\n    pass\n",
    "latin.py": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "empty.py": b"",
    "no_newline.py": b"x = 1",
    "comment.py": b"# only\n",
    "templates/crlf.html": b"<p>\r\n{{ x }}\r\n</p>",
    "templates/empty.html": b"",
}
LARGE: dict[str, bytes] = {
    "sum.py": b"x = " + b"+".join([b"a"] * 5000) + b"\n",
    "chain.py": b"x = a" + b".b()" * 5000 + b"\n",
    "lists.py": b"x = " + b"[" * 2000 + b"]" * 2000 + b"\n",
    "calls.py": b"x = " + b"f(" * 90 + b")" * 90 + b"\n",
    "blocks.py": b"".join(b" " * depth + b"if a:\n" for depth in range(90)) + b" " * 90 + b"pass\n",
    "functions.py": b"".join(b" " * depth + b"def f():\n" for depth in range(90)) + b" " * 90 + b"pass\n",
    "templates/blocks.html": b"{% if a %}" * 3000 + b"{% endif %}" * 3000,
    "templates/filters.html": b"{{ x" + b"|upper" * 3000 + b" }}",
    "templates/brackets.html": b"{{ " + b"(" * 3000 + b"x" + b")" * 3000 + b" }}",
    "templates/ifs.html": b"{% if a %}" * 10_000 + b"{{ b }}" + b"{% endif %}" * 10_000,
    "templates/tags.html": b"<div>" * 100_000 + b"{{ b }}",
    "strip.py": b"x = a" + b".strip()" * 1000 + b"\n",
    "hops.py": b"".join(b"def f%d(x):\n    return f%d(x)\n" % (at, at + 1) for at in range(1000)),
    "minus.py": b"x = " + b"-" * 5000 + b"1\n",
    "templates/large.html": b"<p>{{ x }}</p>\n" * 10_000,
    "parens.py": b"x = " + b"(" * 2000 + b")" * 2000 + b"\n",
    "generated.py": b"x = 1\n" * 900_000,
    "elif.py": b"if a:\n    pass\n" + b"elif b:\n    pass\n" * 20_000,
}


def test_every_bad_file_is_named_and_the_others_are_analysed(run: Run) -> None:
    ended = run("--format", "json", files={**BAD, **FINE, "pyproject.toml": b""})
    report = json.loads(ended.out)
    assert ended.code == 1
    assert sorted(item["path"] for item in report["results"]) == sorted(BAD)
    assert {item["code"] for item in report["results"]} == {"FLK001"}
    for item in report["results"]:
        assert len(item["message"]) < 300
        assert item["message"].startswith("This file could not be analysed: ")


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_much_is_named_and_hangs_nothing(run: Run, name: str) -> None:
    ended = run("--format", "json", files={name: LARGE[name], "pyproject.toml": b"", "broken.py": b"("})
    report = json.loads(ended.out)
    assert ended.code == 1
    found = {item["path"]: item["code"] for item in report["results"]}
    assert found["broken.py"] == "FLK001"
    assert found.get(name) in (None, "FLK001", "FLK005"), "analysed, or told why not"
    assert "Traceback" not in ended.err
    assert not report.get("crashes")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_what_is_odd_in_a_folder_hangs_nothing_and_hides_nothing(run: Run, tmp_path: Path) -> None:
    tree = plant(
        tmp_path / "tree", {"folder.py/inner.py": "(", "new\nline.py": "(", "esc\x1b[31m.py": "(", "pyproject.toml": ""}
    )
    os.mkfifo(tree / "pipe.py")
    (tree / "loop.py").symlink_to("loop.py")
    (tree / "round").symlink_to(".")
    (tree / "nowhere.py").symlink_to("gone.py")
    (tree / "outside.py").symlink_to(sys.executable)
    (tree / "outside").symlink_to("/")
    with open(os.path.join(os.fsencode(tree), b"not_text\xff.py"), "wb") as file:
        file.write(b"(")
    ended = run("--format", "concise", "-v", files={"broken.py": "("})
    assert ended.code == 1
    told = sorted(line.partition(":")[0] for line in ended.out.splitlines())
    assert told == sorted(["broken.py", "esc\\x1b[31m.py", "folder.py/inner.py", "new\\nline.py", "not_text\\xff.py"])
    assert "\x1b" not in ended.out + ended.err
    for name in ("pipe.py", "loop.py", "round", "nowhere.py", "outside.py", "outside"):
        assert f"skipped {name}: " in ended.err


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", CLEAN | {"secret.py": "x = 1"})
    (tree / "secret.py").chmod(0)
    if os.access(tree / "secret.py", os.R_OK):
        pytest.skip("this user reads everything")
    ended = spawn(tree)
    assert ended.code == 1
    assert "could not be read: permission denied" in ended.out


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_once_a_run_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for second, quiet, shown in ((0, False, True), (1000, False, False), (0, True, False)):
        monkeypatch.setattr(console, "SECOND", second)
        screen = Screen()
        monkeypatch.setattr(sys, "stderr", screen)
        with console.Bar(quiet=quiet) as bar:
            bar("Reading files", 3, 7)
            bar("Applying rules", 1, 2)
        said = screen.getvalue()
        assert ("3/7" in said and "Applying rules" in said) == shown
        assert bool(said) == shown


# The process as a whole --------------------------------------------------------------------------------------------


def imported(ended: Ended) -> set[str]:
    """The modules that ``-X importtime`` saw."""
    return {line.rpartition("|")[2].strip() for line in ended.err.splitlines() if line.startswith("import time:")}


HEAVY = {"libcst", "jinja2", "click", "rich", "msgspec", "pathspec", "tomli", "dataclasses", "re", "json", "typing"}


@pytest.mark.parametrize("where", [[], ["--cache-dir", "../named"]])
def test_an_unchanged_run_says_the_same_and_imports_next_to_nothing(tmp_path: Path, where: list[str]) -> None:
    tree = plant(tmp_path / "tree", BROKEN)
    cold = spawn(tree, *where)
    warm = spawn(tree, *where, python=["-X", "importtime"])
    assert warm[:2] == cold[:2]
    assert not imported(warm) & HEAVY
    plant(tree, {"app.py": "x = 2\n"})
    changed = spawn(tree, *where, python=["-X", "importtime"])
    assert {"click", "msgspec"} <= imported(changed)
    plant(tree, {"app.py": "x = 1\n"})
    from_facts = spawn(tree, *where, "--jobs", "1", python=["-X", "importtime"])
    assert from_facts.out == cold.out
    assert not imported(from_facts) & {"libcst", "jinja2"}, "all facts are in the cache"


def test_a_settings_file_that_an_app_loads_is_part_of_what_a_run_hangs_on(tmp_path: Path) -> None:
    app = "import json\nfrom flask import Flask\napp = Flask(__name__)\napp.config.from_file('config.json', load=json.load)\n"
    tree = plant(tmp_path / "tree", {"pyproject.toml": "", "app.py": app, "config.json": "{}"})
    key = '{\n  "SECRET_KEY": "0f1d6e46b3b94b49d0c5f4b2c5c9a1e7"\n}\n'
    arguments = ("--select", "FLK102,FLK001", "--format", "concise")
    assert spawn(tree, *arguments).code == 0
    plant(tree, {"config.json": key})
    assert "config.json:2:17: FLK102" in spawn(tree, *arguments).out
    plant(tree, {"config.json": key + ","})
    broken = spawn(tree, *arguments).out
    assert "config.json:4:1: FLK001" in broken
    assert "not valid JSON" in broken
    (tree / "config.json").unlink()
    assert spawn(tree, *arguments).code == 0


def test_what_is_not_needed_is_not_imported(tmp_path: Path) -> None:
    nothing = spawn(plant(tmp_path / "nothing", {"a.txt": ""}), "--no-cache", python=["-X", "importtime"])
    assert nothing.code == 2
    assert not imported(nothing) & {"msgspec", "flasklint.rules.base", "flasklint.project", "flasklint.taint", "rich"}
    empty = plant(tmp_path / "empty", {"app/__init__.py": ""})
    ended = spawn(empty, "--no-cache", "--jobs", "1", python=["-X", "importtime"])
    assert ended.code == 0
    assert not imported(ended) & {"libcst", "jinja2"}


def test_version_imports_next_to_nothing(tmp_path: Path) -> None:
    ended = spawn(tmp_path, "--version", python=["-X", "importtime"])
    assert ended.out == f"flasklint {__version__}\n"
    assert not imported(ended) & HEAVY


def test_no_run_touches_the_network(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", BROKEN)
    program = (
        "import sys\n"
        "def watch(event, args):\n"
        "    if event.startswith('socket.') or event in ('urllib.Request', 'http.client.connect'):\n"
        "        raise SystemExit(99)\n"
        "sys.addaudithook(watch)\n"
        "from flasklint.front import main\n"
        "sys.exit(main(['--format', 'sarif']))\n"
    )
    env = os.environ | {"FLASKLINT_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tree, env=env, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 1, done.stderr


def test_runs_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", BROKEN | {f"m{number}.py": f"x = {number}" for number in range(30)})
    env = os.environ | {"FLASKLINT_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "flasklint", "--format", "json"]
    running = [subprocess.Popen(command, cwd=tree, env=env, stdout=subprocess.PIPE) for _ in range(4)]
    said = {process.communicate(timeout=120)[0] for process in running}
    assert len(said) == 1
    assert {process.returncode for process in running} == {1}
    assert spawn(tree, "--format", "json").out.encode() in said
    assert not list((tmp_path / "cache").rglob("*.tmp"))


def test_nothing_is_written_into_the_tree(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", BROKEN)
    spawn(tree)
    assert sorted(path.name for path in tree.rglob("*")) == ["app.py", "broken.py", "pyproject.toml"]


def test_a_reader_who_leaves_is_no_error(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", {f"b{number}.py": "(" for number in range(300)})
    env = os.environ | {"FLASKLINT_CACHE_DIR": str(tmp_path / "cache")}
    for _ in ("cold", "warm"):
        process = subprocess.Popen(
            [sys.executable, "-m", "flasklint"], cwd=tree, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        assert process.wait(60) == 1
        assert b"Traceback" not in err
        assert b"BrokenPipe" not in err


def test_a_cache_full_of_garbage_is_made_anew(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", BROKEN)
    cold = spawn(tree)
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage" * 1000)
    assert spawn(tree) == cold
    assert spawn(tree) == cold


def test_a_locale_without_unicode_is_no_error(tmp_path: Path) -> None:
    tree = plant(tmp_path / "tree", {"pyproject.toml": "", "ünïcode.py": "ä = (\n"})
    ended = spawn(tree, LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    assert ended.code == 1
    assert "Traceback" not in ended.err


# Rows of the user's own ------------------------------------------------------------------------------------------------

ROWS = {
    "pyproject.toml": "",
    "app.py": "import os\nimport acme\nfrom flask import Flask, request\napp = Flask(__name__)\n"
    "@app.route('/x')\ndef x():\n    os.system(acme.clean(request.args['q']))\n    return ''\n",
}


def test_an_answer_hangs_on_the_rows(run: Run) -> None:
    command = ("--select", "FLK502", "--format", "concise")
    assert "FLK502" in run(*command, files=ROWS).out
    cleaned = ROWS | {"pyproject.toml": '[tool.flasklint.flask]\nsanitizers = ["acme.clean"]\n'}
    assert run(*command, files=cleaned).out.count("FLK502") == 0
    assert "FLK502" in run(*command, files=ROWS).out
    assert run(*command, "--isolated", files=cleaned).out.count("FLK502") == 1


def test_a_wrong_row_ends_with_2_and_its_place(run: Run) -> None:
    wrong = '[tool.flasklint.flask]\nsanitizers = [\n    { name = "acme.clean", kinds = ["comand"] },\n]\n'
    ended = run(files=ROWS | {"pyproject.toml": wrong})
    assert (ended.code, ended.out) == (2, "")
    assert 'pyproject.toml:3: "kinds" takes one of' in ended.err
    assert 'did you mean "command"?' in ended.err


def test_rows_are_shown_as_they_were_written(run: Run) -> None:
    rows = '[tool.flasklint.flask]\nsanitizers = ["acme.clean"]\n'
    assert (
        'flask = {"sanitizers" = ["acme.clean"]}\n' in run("--show-settings", files=ROWS | {"pyproject.toml": rows}).out
    )


def test_a_row_on_what_the_project_does_not_have_ends_with_2(run: Run) -> None:
    settings = '[tool.flasklint.flask]\nsanitizers = [\n    "helpers.claen",\n]\n'
    files = ROWS | {"helpers.py": "def clean(x):\n    return x\n", "pyproject.toml": settings}
    ended = run(files=files)
    assert (ended.code, ended.out) == (2, "")
    assert 'pyproject.toml:3: "helpers.claen": helpers has no "claen"; did you mean "helpers.clean"?' in ended.err
    for name in ("helpers.clean", "acme.claen", "helpers.clean()"):
        key = "extra-sources" if name.endswith(")") else "sanitizers"
        fine = f'[tool.flasklint.flask]\n{key} = ["{name}"]\n'
        assert run(files=files | {"pyproject.toml": fine}).code == 1
