"""A project from source texts, and an expression in it to ask about."""

from __future__ import annotations

import re
import textwrap

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.python import extract


def project(files: dict[str, str]) -> Project:
    """The project of some files; a text may be indented."""
    facts = [extract(path, textwrap.dedent(text).encode()) for path, text in files.items()]
    assert all(isinstance(one, ir.Module) for one in facts), facts
    return Project(facts)


def parse(text: str) -> dict[str, str]:
    """Files written as one text: a line ``# path.py`` opens each."""
    parts = re.split(r"(?m)^ *# *(\S+\.py)\n", textwrap.dedent(text))
    assert not parts[0].strip(), parts[0]
    return {path: textwrap.dedent(body) for path, body in zip(parts[1::2], parts[2::2], strict=True)}


def probes(linked: Project) -> list[tuple[ir.Expr, Scope]]:
    """The arguments of every call of ``probe``, by path and place, with their scopes."""
    return [
        (argument.value, scope)
        for module in linked.modules.values()
        for call, scope in module.calls
        if isinstance(call.function, ir.Name) and call.function.id == "probe"
        for argument in call.arguments
    ]


def resolved(text: str) -> tuple[str, ...]:
    """The canonical names of the one expression that ``probe`` is called with."""
    linked = project(parse(text))
    ((expr, scope),) = probes(linked)
    return linked.resolve(expr, scope)
