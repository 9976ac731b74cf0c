"""What names stand for, across the files of a project: each case asks about the argument of ``probe``."""

from __future__ import annotations

import pytest

from tests.project.linking import Case, cases, resolved


@pytest.mark.parametrize("case", [*cases("names"), *cases("names_across_files")], ids=str)
def test_a_name_stands_for(case: Case) -> None:
    assert " ".join(resolved(case.files)) == case.expected
