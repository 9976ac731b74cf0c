"""A project from source texts, expressions in it to ask about, and the cases that do so.

A case file holds cases like this one::

    ## an imported app
    # shop/ext.py
    app = Flask(__name__)
    # shop/views.py
    from shop.ext import app
    probe(app)
    -> shop.ext.app flask.Flask()

A text without a path is ``a.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.python import extract


@dataclass(frozen=True)
class Case:
    """What is asked about, and what is expected."""

    title: str
    files: dict[str, str]
    expected: str

    def __str__(self) -> str:
        return self.title


def cases(name: str) -> list[Case]:
    """The cases of a file of this folder's ``cases``."""
    text = (Path(__file__).parent / "cases" / f"{name}.txt").read_text("utf-8")
    found = []
    for part in re.split(r"(?m)^## ", text)[1:]:
        title, _, rest = part.partition("\n")
        body, arrow, expected = rest.rpartition("\n->")
        assert arrow, f"{name}: {title} expects nothing"
        pieces = re.split(r"(?m)^# (\S+\.py)\n", body + "\n")
        files = dict(zip(pieces[1::2], pieces[2::2], strict=True)) if len(pieces) > 1 else {"a.py": pieces[0]}
        found.append(Case(title, files, expected.strip()))
    return found


def project(files: dict[str, str]) -> Project:
    """The project of some files."""
    facts = [extract(path, text.encode()) for path, text in files.items()]
    assert all(isinstance(one, ir.Module) for one in facts), facts
    return Project(facts)


def probes(linked: Project) -> list[tuple[ir.Expr, Scope]]:
    """The arguments of every call of ``probe``, by path and place, with their scopes."""
    return [
        (argument.value, scope)
        for module in linked.modules.values()
        for call, scope in module.calls
        if isinstance(call.function, ir.Name) and call.function.id == "probe"
        for argument in call.arguments
    ]


def resolved(files: dict[str, str]) -> tuple[str, ...]:
    """The canonical names of the one expression that ``probe`` is called with."""
    linked = project(files)
    ((expr, scope),) = probes(linked)
    return linked.resolve(expr, scope)
