"""Rows of the user's that speak of what the project does not have: a function that was renamed, a word that was mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import NamedTuple

from flasklint.project.project import Project


class Lost(NamedTuple):
    """A name in the settings that a module of the project does not have, and the nearest that it has, if one is near."""

    name: str
    module: str
    word: str
    near: str

    @property
    def message(self) -> str:
        """What is wrong, in words for the user."""
        hint = f'; did you mean "{self.near}"?' if self.near else ""
        return f'"{self.name}": {self.module} has no "{self.word}"{hint}'


def lost_names(project: Project) -> Iterator[Lost]:
    """The names in the user's rows whose module is one of the project's, and has no such thing."""
    added = project.additions
    names = [*added.own, *added.guards, *added.csrf, *(row.name for row in added.tables.sources)]
    for name in dict.fromkeys(names):
        found = _lost(project, name.replace("()", ""))
        if found is not None:
            yield found


def _lost(project: Project, name: str) -> Lost | None:
    parts = name.split(".")
    for at in range(len(parts) - 1, 0, -1):
        module = project.module_named(".".join(parts[:at]))
        if module is None:
            continue
        scope = module.scope
        inner = project.module_named(".".join(parts[: at + 1]))
        if inner is not None or scope.stars or scope.at(parts[at]) or scope.at("__getattr__"):
            return None
        near = difflib.get_close_matches(parts[at], list(scope.bindings), n=1, cutoff=0.6)
        return Lost(name, module.name, parts[at], ".".join((*parts[:at], near[0])) if near else "")
    return None
