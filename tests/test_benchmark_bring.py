"""Archives are laid out without running, linking or leaving anything."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import bring


def test_a_wheel_gives_its_text_files_and_nothing_outside(tmp_path: Path) -> None:
    archive = tmp_path / "app-1.0-py3-none-any.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        for name in (
            "app/__init__.py",
            "app/templates/a.html",
            "app/logo.png",
            "../out.py",
            "/root.py",
            "a\\b.py",
            "C:/x.py",
        ):
            wheel.writestr(name, "x = 1\n")
    target = tmp_path / "laid"
    assert bring.unpack(archive, target) == 2
    laid = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert laid == {archive.name, "laid/app/__init__.py", "laid/app/templates/a.html"}


def test_a_source_archive_loses_its_top_folder_and_its_links(tmp_path: Path) -> None:
    archive = tmp_path / "app-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("app-1.0/app.py", "app-1.0/../../out.py"):
            entry = tarfile.TarInfo(name)
            entry.size = 6
            tar.addfile(entry, io.BytesIO(b"x = 1\n"))
        link = tarfile.TarInfo("app-1.0/evil.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    target = tmp_path / "laid"
    assert bring.unpack(archive, target) == 1
    assert [path.name for path in target.rglob("*")] == ["app.py"]
    assert not (tmp_path / "out.py").exists()


def test_source_archives_wait_for_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [app.package for app in bring.apps() if app.archive == "sdist"]
    assert names
    monkeypatch.setattr(sys, "argv", ["bring.py", str(tmp_path), "--only", *names])
    assert bring.main() == 0
    assert capsys.readouterr().out.count("left out: source archive") == len(names)
    assert list(tmp_path.iterdir()) == []


def test_every_app_has_a_folder_of_its_own() -> None:
    folders = [app.folder for app in bring.apps()]
    assert len(set(folders)) == len(folders) >= 15
