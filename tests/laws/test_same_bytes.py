"""Serial, parallel, cached and reordered runs of all rules print the same bytes, whatever order sets are gone through in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rulecases import FIXTURES

APP = Path(__file__).parent.parent.parent / "examples" / "shop"
"""The sample, and beside it whole little apps."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("bytes") / "tree"
    shutil.copytree(APP, tree / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    for app in sorted((FIXTURES / "apps").iterdir()):
        shutil.copytree(app, tree / app.name)
    (tree / "pyproject.toml").write_text("", encoding="utf-8")
    (tree / "broken.py").write_text("def f(:\n", encoding="utf-8")
    return tree


def run(tree: Path, seed: int, *argv: str, cache: str = "") -> tuple[int, bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FLASKLINT_")}
    environ |= {"PYTHONHASHSEED": str(seed), "FLASKLINT_CACHE_DIR": str(tree.parent / cache)}
    caching = [] if cache else ["--no-cache"]
    command = [sys.executable, "-m", "flasklint", "--persona", "auditor", "--format", "json", *caching, *argv]
    done = subprocess.run(command, cwd=tree, env=environ, capture_output=True, timeout=300, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def serial(tree: Path) -> tuple[int, bytes]:
    code, out = run(tree, 0, "--jobs", "1")
    assert code == 1
    assert out.count(b'"code"') > 50
    return code, out


def test_parallel(tree: Path, serial: tuple[int, bytes]) -> None:
    assert run(tree, 1, "--jobs", "3") == serial


def test_cached(tree: Path, serial: tuple[int, bytes]) -> None:
    assert run(tree, 2, cache="cache") == serial
    with (tree / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n")  # the answer is not replayed, but the facts are taken from the cache
    assert run(tree, 3, cache="cache") == serial
    assert run(tree, 3, cache="cache") == serial


def test_reordered(tree: Path, serial: tuple[int, bytes]) -> None:
    folders = sorted(path.name for path in tree.iterdir() if path.name != "pyproject.toml")
    assert run(tree, 4, *reversed(folders)) == serial
