"""A run after an edit says what a run that knows nothing of earlier ones says, whatever was edited and however often."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flasklint import engine
from flasklint.cache import Cache
from flasklint.planning import Orders
from flasklint.planning import plan as plan_for
from flasklint.reporters import render
from flasklint.reporters.options import RenderOptions

APP = Path(__file__).parent.parent.parent / "examples" / "shop"
EDITS = 5

Edit = Callable[[str, random.Random], str]


def _appended(text: str, chance: random.Random) -> str:
    return f"{text}\nadded_{chance.randrange(3)} = 1\n"


def _moved(text: str, chance: random.Random) -> str:
    return "\n" * chance.randrange(1, 4) + text


def _shortened(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines) + 1) :]
    return "".join(lines)


def _renamed(text: str, chance: random.Random) -> str:
    words = ("request", "session", "login_required", "escape", "safe", "app")
    return text.replace(chance.choice(words), chance.choice(words))


def _emptied(text: str, chance: random.Random) -> str:
    return ""


def said(paths: tuple[str, ...], cache: Cache | None) -> str:
    """What a run of all rules says, as data."""
    outcome = engine.run(plan_for(Orders(paths, {"jobs": 1}, isolated=True)), cache)
    return render("json", outcome.report, outcome.texts, RenderOptions())


@pytest.mark.parametrize("seed", range(2))
def test_a_run_after_an_edit_says_what_a_fresh_one_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    tree = tmp_path / "tree"
    shutil.copytree(APP, tree, ignore=shutil.ignore_patterns("__pycache__"))
    files = sorted(path for path in tree.rglob("*") if path.suffix in (".py", ".html"))
    known = {path: path.read_text("utf-8") for path in files}
    edits: tuple[Edit, ...] = (_appended, _moved, _shortened, _renamed, _emptied)
    for _ in range(EDITS):
        path = chance.choice(files)
        # Now and then an edit is undone, so that an earlier state comes back.
        old = known[path] if chance.random() < 0.3 else path.read_text("utf-8")
        path.write_text(chance.choice(edits)(old, chance) if chance.random() < 0.8 else old, "utf-8")
        named = tuple(map(str, chance.sample(files, 2)))
        for paths in ((str(tree),), named):
            store = Cache(str(tmp_path / "cache"), str(tree))
            assert said(paths, store) == said(paths, None)
            assert store.save() == ""
