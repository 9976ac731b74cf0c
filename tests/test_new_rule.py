"""The skeleton of a rule is a rule, and nothing that is there is overwritten."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from flasklint.rules.base import Rule

TOOL = Path(__file__).parent.parent / "tools" / "new_rule.py"


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load(TOOL, "new_rule_tool")


@pytest.mark.parametrize("kind", list(tool.KINDS))
def test_the_skeleton_is_a_rule(kind: str, tmp_path: Path) -> None:
    written = tool.write("FLK599", "injection", "new-thing", kind, tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "src/flasklint/rules/injection/new_thing.py",
        "tests/fixtures/FLK599_new-thing/bad.py",
        "tests/fixtures/FLK599_new-thing/good.py",
        "src/flasklint/rules/injection/__init__.py",
    ]
    rule = load(written[0], "new_rule_skeleton").NewThing
    assert issubclass(rule, Rule)
    assert (rule.code, rule.name) == ("FLK599", "new-thing")
    rule()


def test_what_is_there_stays(tmp_path: Path) -> None:
    case = tmp_path / "tests/fixtures/FLK599_new-thing/good.py"
    case.parent.mkdir(parents=True)
    case.write_text("mine")
    with pytest.raises(FileExistsError):
        tool.write("FLK599", "injection", "new-thing", "call", tmp_path)
    assert case.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [case]


@pytest.mark.parametrize(
    "arguments", [["FLK699", "injection", "a"], ["FLK599", "injection", "New_Thing"], ["x", "y", "z"]]
)
def test_what_is_no_code_or_name_is_refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["new_rule.py", *arguments])
    with pytest.raises(SystemExit) as stop:
        tool.main()
    assert stop.value.code == 2
    assert "new_rule.py: error:" in capsys.readouterr().err
