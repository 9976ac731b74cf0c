"""Changes that mean nothing change nothing: blank lines and comments, and the names of local variables."""

from __future__ import annotations

import ast
import io
import re
import symtable
import tokenize
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import pytest

from flasklint.project.project import Project
from flasklint.rules.base import Context
from flasklint.source import Text
from tests.laws.samples import RULES, facts, rule_cases

SAMPLES = rule_cases()

Found = tuple[str, str, int, int, int, int, str]
"""A finding: its rule, path, line, severity, confidence, persona and message."""


def findings(files: Mapping[str, str], line: Callable[[str, int], int] = lambda _, number: number) -> list[Found]:
    """What all rules find, with the lines (from 1) as ``line`` has them."""
    texts = {path: Text(content) for path, content in files.items()}
    context = Context(Project(facts(files)))
    found = []
    for rule in RULES:
        for one in rule.run(context):
            path = one.location.path
            number = line(path, texts[path].position(one.location.span.start).line)
            pair = int(one.severity), int(one.confidence)
            found.append((one.code, path, number, *pair, int(one.persona), one.message))
    return sorted(found)


# Blank lines and comments ------------------------------------------------------------------------------------------------


def spread(source: str) -> tuple[str, list[int]]:
    """The source with a comment and an empty line before each statement, and the old line of each new one."""
    starts = set()
    fresh = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT):
            fresh = fresh or token.type == tokenize.NEWLINE
        elif fresh and token.type != tokenize.ENDMARKER:
            starts.add(token.start[0])
            fresh = False
    lines: list[str] = []
    old: list[int] = []
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        if number in starts:
            lines += ["# a comment\n", "\n"]
            old += [number, number]
        lines.append(line)
        old.append(number)
    return "".join(lines), old


@pytest.mark.parametrize("name", SAMPLES)
def test_blank_lines_and_comments_move_findings_and_do_nothing_else(name: str) -> None:
    files = SAMPLES[name]
    changed: dict[str, str] = {}
    old: dict[str, list[int]] = {}
    for path, content in files.items():
        if path.endswith(".py"):
            changed[path], old[path] = spread(content)
        elif path.endswith((".html", ".htm")):
            changed[path] = f"{{# a comment #}}\n\n{content}"
            old[path] = [1, 1, *range(1, content.count("\n") + 2)]
        else:
            changed[path] = content
    back = findings(changed, lambda path, number: old[path][number - 1] if path in old else number)
    assert back == findings(files)


# Names of local variables ---------------------------------------------------------------------------------------------------


def renamed(source: str) -> str:
    """The source with every local variable of its functions under another name.

    Parameters keep theirs, which callers may use, and so do variables that functions share. The words of the name stay: that
    ``password`` is one is what some rules go by.
    """
    table = symtable.symtable(source, "app.py", "exec")
    spans = {
        (node.name, node.lineno): node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    edits: dict[tuple[int, int], str] = {}
    for scope in _functions(table):
        node = spans.get((scope.get_name(), scope.get_lineno()))
        if node is None:
            continue
        shared = {name for child in scope.get_children() for name in child.get_identifiers()}
        own = {
            symbol.get_name()
            for symbol in scope.get_symbols()
            if symbol.is_local()
            and symbol.is_assigned()
            and not symbol.is_parameter()
            and not symbol.is_imported()
            and not symbol.is_namespace()  # a function or a class within, whose own name is no ast.Name
        } - shared
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and one.id in own:
                edits[one.lineno, one.col_offset] = one.id
            elif isinstance(one, ast.ExceptHandler) and one.name in own:
                return source
    lines = source.splitlines(keepends=True)
    for (line, column), name in sorted(edits.items(), reverse=True):
        data = lines[line - 1].encode()
        end = column + len(name.encode())
        assert data[column:end].decode() == name
        lines[line - 1] = (data[:end] + b"_zq" + data[end:]).decode()
    return "".join(lines)


def _functions(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    found = (
        [table] if table.get_type() == "function" and table.get_name() not in ("lambda", "genexpr", "listcomp") else []
    )
    return found + [one for child in table.get_children() for one in _functions(child)]


@pytest.mark.parametrize("name", SAMPLES)
def test_names_of_local_variables_do_not_matter(name: str) -> None:
    files = SAMPLES[name]
    changed = {
        path: renamed(content)
        if PurePosixPath(path).suffix == ".py" and "f'" not in content and 'f"' not in content
        else content
        for path, content in files.items()
    }

    def plain(found: list[Found]) -> list[Found]:
        return [(*one[:-1], re.sub(r"_zq\b", "", one[-1])) for one in found]

    assert plain(findings(changed)) == findings(files)
