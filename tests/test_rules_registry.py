"""The registry finds rules, and holds every one of them to what a rule must have."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest

from flasklint.findings import Severity
from flasklint.rules.base import OwnRule, Rule
from flasklint.rules.registry import Registry, UnknownRuleError, load
from tests.rulecases import FIXTURES, cases, examples, folder_code, marks, read_case

FAMILIES = {
    "own": "0",
    "config": "1",
    "cookies": "2",
    "csrf": "3",
    "templates": "4",
    "injection": "5",
    "files": "6",
    "network": "7",
    "auth": "8",
    "deploy": "9",
}
ALWAYS = ("What it does", "Why is this bad", "References")
SECTIONS = ("What it does", "Why is this bad", "Bad", "Good", "Fix safety", "Options", "References")
RULES = list(load())
CHECKING = [rule for rule in RULES if not issubclass(rule, OwnRule)]


def toy(code: str, name: str) -> type[OwnRule]:
    return type(name, (OwnRule,), {"code": code, "name": name, "severity": Severity.LOW, "cwe": (1,)})


class Choice:
    """Four rules to choose from."""

    registry: ClassVar[Registry] = Registry(
        [
            toy("FLK502", "command-injection"),
            toy("FLK501", "sql-injection"),
            toy("FLK101", "debug-enabled"),
            toy("FLK001", "x"),
        ]
    )

    @classmethod
    def select(cls, *args: list[str]) -> list[str]:
        return [rule.code for rule in cls.registry.select(*args)]


def test_rules_come_by_code() -> None:
    assert [rule.code for rule in Choice.registry] == ["FLK001", "FLK101", "FLK501", "FLK502"]


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("FLK501", ["FLK501"]),
        ("flk501", ["FLK501"]),
        ("sql-injection", ["FLK501"]),
        ("FLK5", ["FLK501", "FLK502"]),
        ("FLK", ["FLK001", "FLK101", "FLK501", "FLK502"]),
    ],
)
def test_find(selector: str, codes: list[str]) -> None:
    assert [rule.code for rule in Choice.registry.find(selector)] == codes


@pytest.mark.parametrize(
    ("selector", "suggestion"),
    [
        ("sql-injektion", "sql-injection"),
        ("FLK510", "FLK501"),
        ("FKL101", "FLK101"),
        ("FLK50x", "FLK501"),
        ("FLK199", "FLK101"),
        ("injection", "command-injection"),
        ("debug", "debug-enabled"),
    ],
)
def test_an_unknown_rule_is_told_with_what_was_meant(selector: str, suggestion: str) -> None:
    with pytest.raises(UnknownRuleError, match="did you mean") as error:
        Choice.registry.find(selector)
    assert suggestion in error.value.suggestions


@pytest.mark.parametrize("selector", ["", "FLK9", "5", "zzz"])
def test_nonsense_is_unknown(selector: str) -> None:
    with pytest.raises(UnknownRuleError):
        Choice.registry.find(selector)


def test_the_longest_selector_wins() -> None:
    assert Choice.select(["FLK"], ["FLK5"]) == ["FLK001", "FLK101"]
    assert Choice.select(["FLK"], ["FLK5"], ["FLK501"]) == ["FLK001", "FLK101", "FLK501"]
    assert Choice.select(["FLK5"], ["sql-injection"]) == ["FLK502"]
    assert Choice.select(["FLK501"], ["FLK501"]) == []


def test_two_rules_never_share_a_code_or_a_name() -> None:
    with pytest.raises(ValueError, match="share"):
        Registry([toy("FLK501", "a"), toy("FLK501", "b")])
    with pytest.raises(ValueError, match="share"):
        Registry([toy("FLK501", "a"), toy("FLK502", "a")])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_named_by_its_place(rule: type[Rule]) -> None:
    *_, family, file = rule.__module__.split(".")
    assert re.fullmatch(r"FLK\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert FAMILIES[family] == rule.code[3]
    assert file == rule.name.replace("-", "_")
    assert rule.__name__ == "".join(part.capitalize() for part in rule.name.split("-"))
    assert isinstance(rule.severity, Severity)
    assert rule.cwe or issubclass(rule, OwnRule)
    assert all(0 < number < 2000 for number in rule.cwe)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_page(rule: type[Rule]) -> None:
    info = rule.info()
    parts = info.sections()
    assert info.summary.endswith(".")
    assert info.summary == parts[""], "the first paragraph is the summary sentence, on one line"
    assert [title for title in parts if title in SECTIONS] == list(parts)[1:]
    assert [title for title in SECTIONS if title in parts] == list(parts)[1:], "sections in their order"
    assert set(ALWAYS) <= set(parts)
    assert all(parts[title] for title in list(parts)[1:])
    assert ("Options" in parts) == bool(rule.options)
    assert all(f"`{name}`" in parts["Options"] for name in rule.options)


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_every_page_shows_the_bad_and_the_good(rule: type[Rule]) -> None:
    parts = rule.info().sections()
    assert examples(parts["Bad"])
    assert examples(parts["Good"])


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_every_rule_has_cases_that_fire_and_lines_that_are_silent(rule: type[Rule]) -> None:
    folder = FIXTURES / f"{rule.code}_{rule.name}"
    marked = [(case, marks(read_case(case))) for case in cases(folder)]
    assert any(mark.kind in ("", "-low") for _, found in marked for mark in found)
    meant = [[mark for mark in found if mark.kind != "-spurious"] for _, found in marked]
    assert not all(meant), "one case, at least, is to be silent as a whole"


def test_every_folder_of_cases_belongs_to_a_rule() -> None:
    names = {f"{rule.code}_{rule.name}" for rule in RULES}
    folders = [path for path in FIXTURES.glob("FLK*") if path.is_dir()]
    assert {folder.name for folder in folders} <= names
    for folder in folders:
        for case in cases(folder):
            assert {mark.code for mark in marks(read_case(case))} <= {folder_code(folder)}, case
