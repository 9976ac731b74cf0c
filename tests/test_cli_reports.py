"""The reports as the command line hands them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flasklint import cli


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of a repository, with a file that cannot be read."""
    root = tmp_path / "my größe" / "shop"
    root.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (root / "pyproject.toml").write_text("")
    (root / "broken.py").write_text("def f(:\n")
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return root


def sarif(path: Path) -> Any:
    return json.loads(path.read_text())["runs"][0]


def test_several_reports_of_one_run(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["--no-cache", "--color=always", "--output=sarif=../out.sarif", "--output=text=out.txt", "."])
    assert code == 1
    printed, written = capfd.readouterr().out, (project / "out.txt").read_text()
    assert "\x1b[1;31mhigh[FLK001]" in printed
    assert "\x1b" not in written
    assert "╭─ broken.py:1:7" in written
    run = sarif(project.parent / "out.sarif")
    (result,) = run["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20gr%C3%B6%C3%9Fe/shop/broken.py"
    assert run["invocations"][0]["exitCode"] == 1
    assert run["automationDetails"]["id"] == "flasklint/"


def test_the_category_of_a_sarif_report(project: Path) -> None:
    cli.main(["--no-cache", "-qq", "--sarif-category=web/nightly", "--output=sarif=out.sarif", "."])
    assert sarif(project / "out.sarif")["automationDetails"]["id"] == "web/nightly/"


def test_more_results_than_github_shows_are_warned_of(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "GITHUB_SHOWS", 0)
    cli.main(["--no-cache", "--format=sarif", "."])
    assert "GitHub shows 0 results of a SARIF report, this one has 1" in capfd.readouterr().err
    cli.main(["--no-cache", "--format=text", "."])
    assert "GitHub" not in capfd.readouterr().err


def test_no_folder_of_this_machine_is_in_the_reports_for_programs(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "away").symlink_to(tmp_path)
    for form in ("json", "sarif", "concise"):
        cli.main(["--no-cache", f"--format={form}", "."])
        assert str(tmp_path) not in capfd.readouterr().out
