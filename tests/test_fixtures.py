"""Every case of every rule: what is marked is found, what is not marked is not, and so for the examples on the rules' pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from flasklint.rules.base import OwnRule, Rule
from flasklint.rules.registry import load
from tests.rulecases import FIXTURES, cases, differences, examples, folder_code, found, marks, read_case

CASES = [(folder, case) for folder in sorted(FIXTURES.glob("FLK*")) if folder.is_dir() for case in cases(folder)]
RULES = [rule for rule in load() if not issubclass(rule, OwnRule)]


@pytest.mark.parametrize(
    ("folder", "case"), CASES, ids=[f"{folder_code(folder)}-{case.stem}" for folder, case in CASES]
)
def test_case(folder: Path, case: Path) -> None:
    files = read_case(case)
    problems = differences(marks(files), found(files, [folder_code(folder)]))
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page(rule: type[Rule]) -> None:
    parts = rule.info().sections()
    for number, files in enumerate(examples(parts["Bad"]), 1):
        assert found(files, [rule.code]), f"Bad example {number} is not found"
    for number, files in enumerate(examples(parts["Good"]), 1):
        assert not found(files, [rule.code]), f"Good example {number} is found"
