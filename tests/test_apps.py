"""Whole little apps, as tutorials and small shops write them: every rule at once, on weak ones and on their sound twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from flasklint.rules.base import OwnRule
from flasklint.rules.registry import load
from tests.rulecases import FIXTURES, differences, found, marks, read_case

CODES = [rule.code for rule in load() if not issubclass(rule, OwnRule)]


@pytest.mark.parametrize("app", sorted((FIXTURES / "apps").iterdir()), ids=lambda path: path.name)
def test_what_a_default_run_shows(app: Path) -> None:
    files = read_case(app)
    shown = [one for one in found(files, CODES) if not one.low]
    problems = differences(marks(files), shown)
    assert not problems, "\n".join(["", *problems])
