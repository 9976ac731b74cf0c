"""The language of rule cases says what it means."""

from __future__ import annotations

import pytest

from tests.rulecases import Found, differences, examples, marks


def problems(text: str, *found: Found) -> list[str]:
    return differences(marks({"a.py": text}), found)


def test_an_expected_finding_is_no_difference() -> None:
    assert problems("x = 1\neval(y)  # expect: FLK503", Found("a.py", 2, "FLK503")) == []


def test_a_missing_finding_and_one_on_an_unmarked_line_are_told() -> None:
    assert problems("eval(y)  # expect: FLK503\n", Found("a.py", 2, "FLK503")) == [
        "a.py:1: missing FLK503",
        "a.py:2: spurious FLK503",
    ]


def test_two_findings_on_a_line_need_two_marks() -> None:
    found = Found("a.py", 1, "FLK401")
    assert problems("{{ a|safe }}{{ b|safe }} {# expect: FLK401, FLK401 #}", found, found) == []
    assert problems("{{ a|safe }}{{ b|safe }} {# expect: FLK401 #}", found, found) == ["a.py:1: spurious FLK401"]


def test_what_a_default_run_hides_has_a_mark_of_its_own() -> None:
    shown, hidden = Found("a.py", 1, "FLK503"), Found("a.py", 1, "FLK503", low=True)
    assert problems("eval(y)  # expect-low: FLK503", hidden) == []
    assert problems("eval(y)  # expect-low: FLK503", shown) == ["a.py:1: missing FLK503 low", "a.py:1: spurious FLK503"]
    assert problems("eval(y)  # expect: FLK503", hidden) == ["a.py:1: missing FLK503", "a.py:1: spurious FLK503 low"]


def test_several_marks_on_a_line() -> None:
    text = "{{ a|safe }} {# expect: FLK401 #}{# expect-missing: FLK409 in a script #}"
    assert problems(text, Found("a.py", 1, "FLK401")) == []


def test_known_gaps_hold_while_they_are_open() -> None:
    text = "a()  # expect-missing: FLK501 a loop\nb()  # expect-spurious: FLK501 a guard"
    assert problems(text, Found("a.py", 2, "FLK501")) == []


def test_known_gaps_fail_when_they_close() -> None:
    text = "a()  # expect-missing: FLK501 a loop\nb()  # expect-spurious: FLK501 a guard"
    assert problems(text, Found("a.py", 1, "FLK501")) == [
        "a.py:1: FLK501 is found now: make it `expect: FLK501`",
        "a.py:2: FLK501 is no longer reported: drop the mark",
    ]


@pytest.mark.parametrize(
    "line", ["x  # expect FLK501", "x  # expect: FLK5", "x  # expect-missing: FLK501", "x  # expect-"]
)
def test_a_mark_that_is_none_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"a\.py:1"):
        marks({"a.py": line})


def test_the_projects_that_a_section_shows() -> None:
    shown = '```python\na\n```\n```python title="b.py"\nb\n```\n```jinja title="t.html"\nt\n```\n'
    assert examples(shown) == [{"app.py": "a\n"}, {"b.py": "b\n", "t.html": "t\n"}]
    assert examples('```python title="b.py"\n```\nOr:\n```python title="b.py"\n```\n') == [{"b.py": ""}, {"b.py": ""}]
    assert examples("prose\n```console\n$ run\n```\n") == []
