"""The app model over every way of wiring an app that we know of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.describe import AppCase, app_cases, unmet

CASES = app_cases(Path(__file__).parent / "apps")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_app_is_understood(case: AppCase) -> None:
    assert not unmet(case), "\n".join(unmet(case))
