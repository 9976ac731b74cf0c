"""The projects that the laws are tried on: every case of every rule, and every case of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from flasklint import ir, python, templates
from flasklint.rules.base import OwnRule
from flasklint.rules.registry import load
from tests.rulecases import FIXTURES, cases, folder_code, read_case
from tests.taint.flowcases import HEAD, view

RULES = [rule() for rule in load() if not issubclass(rule, OwnRule)]

_TEMPLATES = frozenset({".html", ".htm", ".xml", ".xhtml", ".svg", ".j2", ".jinja", ".jinja2", ".txt"})


def rule_cases() -> dict[str, Mapping[str, str]]:
    """The cases of rules by name."""
    return {
        f"{folder_code(folder)}-{case.stem}": read_case(case)
        for folder in sorted(FIXTURES.glob("FLK*"))
        for case in cases(folder)
    }


def flow_cases() -> dict[str, Mapping[str, str]]:
    """The cases of the engine by name."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted((Path(__file__).parent.parent / "taint" / "cases").glob("*.txt")):
        for section in file.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, body = section.partition("\n")
            found[f"{file.stem}: {title}"] = {"app.py": HEAD + view(body)}
    return found


@lru_cache(maxsize=4096)
def _facts(path: str, content: str) -> ir.Facts | None:
    name = PurePosixPath(path)
    if name.suffix == ".py":
        return python.extract(path, content.encode())
    if name.suffix in _TEMPLATES or "templates" in name.parts:
        return templates.extract(path, content.encode())
    return None


def facts(files: Mapping[str, str]) -> list[ir.Facts]:
    """The facts of a project's files."""
    found = [fact for fact in (_facts(path, content) for path, content in files.items()) if fact is not None]
    unread = [one for one in found if isinstance(one, ir.Unread)]
    assert not unread, unread
    return found
