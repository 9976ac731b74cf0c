"""The table of advisories, and which versions it speaks of."""

from __future__ import annotations

import re

import pytest

from flasklint.knowledge.advisories import ADVISORIES, advisories_of, safe_version


@pytest.mark.parametrize(
    ("package", "version", "known"),
    [
        ("flask", "2.2.4", ["CVE-2023-30861"]),
        ("flask", "2.2.5", []),
        ("flask", "2.3.0", ["CVE-2023-30861"]),
        ("flask", "2.3.2", []),
        ("flask", "2.3", ["CVE-2023-30861"]),
        ("werkzeug", "3.0.0", ["CVE-2023-46136", "CVE-2024-34069", "CVE-2024-49767"]),
        ("pyjwt", "1.4.2", ["CVE-2017-11424"]),
        ("pyjwt", "2.4.0rc1", ["CVE-2022-29217"]),
        ("pyjwt", "2.4.0.post1", []),
        ("pyjwt", "v2.10.1", []),
        ("pyjwt", "master", []),
        ("unheard-of", "0.1", []),
    ],
)
def test_versions_are_compared_by_their_numbers(package: str, version: str, known: list[str]) -> None:
    assert sorted(one.id for one in advisories_of(package, version)) == known


def test_the_gravest_comes_first_and_one_version_is_free_of_all() -> None:
    found = advisories_of("werkzeug", "0.14")
    assert [one.grave for one in found] == sorted((one.grave for one in found), reverse=True)
    assert safe_version(found) == "3.0.6"


@pytest.mark.parametrize("package", ADVISORIES)
def test_each_row_is_one_that_can_be_looked_up(package: str) -> None:
    assert package == re.sub(r"[-_.]+", "-", package).lower()
    for one in ADVISORIES[package]:
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}", one.id)
        assert not advisories_of(package, one.fixed) or one not in advisories_of(package, one.fixed)
        assert not one.since or one in advisories_of(package, one.since)
