#!/usr/bin/env python3
"""Bring the apps of apps.toml from PyPI and lay out their text files for reading: DIR/PACKAGE-VERSION/.

    python benchmarks/bring.py DIR [--only PACKAGE ...] [--run-builds]

Wheels are only unzipped: none of their code runs. pip cannot download a source archive without asking its build for
metadata, which runs the package's setup.py, so the few apps without a wheel are left out unless --run-builds is given.
Nothing is installed, and links and paths that lead out of the folder are refused. What is there already is left alone.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import tomli

APPS = Path(__file__).resolve().parent / "apps.toml"
LARGEST = 2_000_000
TEMPLATES = frozenset({".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".tmpl", ".tpl", ".xml", ".txt"})
SETTINGS = frozenset({".cfg", ".ini", ".conf", ".toml", ".yaml", ".yml", ".json", ".env", ".sh"})
SUFFIXES = frozenset({".py"}) | TEMPLATES | SETTINGS
NAMES = frozenset({"Dockerfile", "Procfile", "Makefile", "METADATA", "PKG-INFO"})


class App(NamedTuple):
    """One row of apps.toml."""

    package: str
    version: str
    archive: str

    @property
    def folder(self) -> str:
        """The folder that it is laid out in."""
        return f"{self.package.lower()}-{self.version}"


def apps(path: Path = APPS) -> list[App]:
    """The rows of apps.toml."""
    rows = tomli.loads(path.read_text(encoding="utf-8"))["app"]
    return [App(row["package"], row["version"], row.get("archive", "wheel")) for row in rows]


def members(archive: Path) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    """The regular files of a wheel or source archive: name, size in bytes, and how to read it."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as wheel:
            for entry in wheel.infolist():
                if not entry.is_dir():
                    yield entry.filename, entry.file_size, lambda entry=entry: wheel.read(entry)  # type: ignore[misc]
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (stream := tar.extractfile(member)):
                yield member.name, member.size, stream.read


def unpack(archive: Path, target: Path) -> int:
    """Write an archive's text files under a folder and return how many; a source archive's top folder is dropped."""
    written = 0
    for name, size, read in members(archive):
        path = PurePosixPath(name)
        parts = path.parts if archive.suffix == ".whl" else path.parts[1:]
        if path.is_absolute() or ".." in parts or "\\" in name or ":" in name or not parts or size > LARGEST:
            continue
        if path.suffix.lower() not in SUFFIXES and path.name not in NAMES:
            continue
        file = target.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(read())
        written += 1
    return written


def bring(app: App, target: Path) -> str:
    """Download and lay out one app; returns what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        only = "--only-binary" if app.archive == "wheel" else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--ignore-requires-python", only, ":all:", "--dest", scratch, f"{app.package}=={app.version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = sorted(Path(scratch).iterdir())
        if done.returncode or not archives:
            return (done.stderr.strip().splitlines() or ["pip left nothing"])[-1]
        unfinished = target.with_name(target.name + ".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        if not unpack(archives[0], unfinished):
            return "the archive has no text files"
        unfinished.rename(target)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--only", nargs="+", metavar="PACKAGE", help="bring these packages alone")
    parser.add_argument("--run-builds", action="store_true", help="bring source archives too, whose builds then run")
    args = parser.parse_args()
    args.dir.mkdir(parents=True, exist_ok=True)
    failed = 0
    for app in apps():
        target = args.dir / app.folder
        if args.only and app.package not in args.only:
            continue
        if target.exists():
            problem = "there already"
        elif app.archive == "sdist" and not args.run_builds:
            problem = "left out: source archive (--run-builds)"
        else:
            problem = bring(app, target)
            failed += bool(problem)
        print(f"{app.folder}: {problem or 'ok'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
