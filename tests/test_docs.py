"""Generated pages are written and checked, and the page on JSON speaks of every field and of no other."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flasklint.settings import SETTINGS
from flasklint.settings import load as load_settings

ROOT = Path(__file__).parent.parent


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load(ROOT / "tools" / "docs.py", "docs_tool")


def copy(root: Path) -> Path:
    """The hand-written pages alone, in another root."""
    (root / "docs").mkdir()
    (root / "docs" / "json.md").write_bytes((ROOT / "docs" / "json.md").read_bytes())
    return root


def test_what_is_written_is_fresh_and_what_is_changed_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy(tmp_path)
    assert tool.main(["--check"], root) == 1
    assert "stale: docs/rules/index.md" in capsys.readouterr().out
    assert tool.main([], root) == 0
    assert tool.main(["--check"], root) == 0
    page = root / "docs" / "rules" / "index.md"
    page.write_text("changed", encoding="utf-8")
    assert tool.main(["--check"], root) == 1
    assert page.read_text(encoding="utf-8") == "changed"


def test_the_page_of_a_rule_that_went_goes_too(tmp_path: Path) -> None:
    root = copy(tmp_path)
    assert tool.main([], root) == 0
    old = root / "docs" / "rules" / "FLK999.md"
    old.write_text("# gone", encoding="utf-8")
    assert tool.main(["--check"], root) == 1
    assert tool.main([], root) == 0
    assert not old.exists()


def keys(value: Any) -> set[str]:
    match value:
        case dict():
            return set(value).union(*map(keys, value.values()))
        case list():
            return set().union(*map(keys, value))
    return set()


def test_the_page_on_json_documents_each_field_and_no_other() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    example = json.loads(tool.json_example())
    only_in_errors_and_skipped = {"kind", "part", "reason"}
    fields = keys(example) | only_in_errors_and_skipped
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert fields - named == set()
    rows = {name for row in re.findall(r"(?m)^\| (`[^|]+`) \|", page) for name in re.findall(r"`([a-z_]+)`", row)}
    assert rows - fields == set()


def test_a_page_without_a_place_for_the_example_is_an_error() -> None:
    with pytest.raises(ValueError, match="no block of JSON"):
        tool.with_example("# Page\n", "{}")


def test_each_setting_has_an_example_that_is_taken() -> None:
    page = tool.settings_page()
    examples = re.findall(r"(?ms)^```toml\n(.*?)^```$", page)
    assert len(examples) == page.count("\n## `") == len(SETTINGS)
    for setting, example in zip(SETTINGS, examples, strict=True):
        assert load_settings("pyproject.toml", example.encode()).given == {setting.field}
