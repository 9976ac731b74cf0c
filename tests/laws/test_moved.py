"""A function that is moved to another module changes nothing but places."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.project.project import Project
from flasklint.source import Text
from flasklint.taint import analyse
from tests.laws.samples import facts, flow_cases, rule_cases


class Move(NamedTuple):
    """A function of a module, by its lines (from 1): those of its text, the last one not included."""

    name: str
    first: int
    last: int
    imports: str


def movable(source: str) -> list[Move]:
    """The functions of a module that hang on nothing but its imports and each other's absence."""
    tree = ast.parse(source)
    bound = {
        alias.asname or alias.name.partition(".")[0]: ast.get_source_segment(source, node) or ""
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"
        for alias in node.names
    }
    found = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.decorator_list or "*" in bound:
            continue
        own = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        own |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        own |= {
            one.name
            for one in ast.walk(node)
            if isinstance(one, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)) and one.name
        }
        free = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - own - set(dir(builtins))
        # A name that is nowhere bound is as unknown there as here.
        elsewhere = {name for other in tree.body for name in _binds(other)} - bound.keys()
        if free & elsewhere or any(isinstance(one, ast.Global) for one in ast.walk(node)):
            continue
        last = node.end_lineno or node.lineno
        found.append(
            Move(node.name, node.lineno, last + 1, "".join(f"{bound[name]}\n" for name in sorted(free & bound.keys())))
        )
    return found


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def moved(source: str, move: Move) -> tuple[str, str, int]:
    """The module without the function, the new module, and how many lines stand before the function there."""
    lines = source.splitlines(keepends=True)
    body = lines[move.first - 1 : move.last - 1]
    rest = [f"from moved_here import {move.name}\n", *["\n"] * (len(body) - 1)]
    return (
        "".join([*lines[: move.first - 1], *rest, *lines[move.last - 1 :]]),
        move.imports + "".join(body),
        move.imports.count("\n"),
    )


def flows(files: Mapping[str, str]) -> list[tuple[str, int, str, bool, int, tuple[str, ...]]]:
    """The flows of a project: path, line, kind, how sure, which weak checks."""
    texts = {path: Text(content) for path, content in files.items()}
    return sorted(
        (
            flow.location.path,
            texts[flow.location.path].position(flow.location.span.start).line,
            flow.sink.kind,
            flow.untrusted,
            int(flow.confidence),
            flow.weak,
        )
        for flow in analyse(Project(facts(files)), EVERYTHING).flows()
    )


SAMPLES = {
    f"{name}: {move.name}": (files["app.py"] if "app.py" in files else next(iter(files.values())), move)
    for name, files in {**rule_cases(), **flow_cases()}.items()
    if len(files) == 1 and next(iter(files)).endswith(".py")
    for move in movable(next(iter(files.values())))
}


def test_there_is_something_to_move() -> None:
    assert len(SAMPLES) > 40


@pytest.mark.parametrize("name", SAMPLES)
def test_a_function_that_is_moved_changes_nothing_but_places(name: str) -> None:
    source, move = SAMPLES[name]
    rest, other, before = moved(source, move)

    def back(path: str, line: int) -> tuple[str, int]:
        return (path, line) if path == "app.py" else ("app.py", line - before + move.first - 1)

    after = sorted((*back(path, line), *more) for path, line, *more in flows({"app.py": rest, "moved_here.py": other}))
    assert after == flows({"app.py": source})
