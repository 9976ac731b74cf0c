"""What templates are escaped: those that Flask escapes by the ends of their names, or what the project says of it itself."""

from __future__ import annotations

from flasklint import ir
from flasklint.knowledge.templates import ESCAPED_ENDINGS
from flasklint.project.project import Project

_OVERRIDES = frozenset(("autoescape", "jinja_options", "jinja_environment"))


def decides_escaping(project: Project) -> bool:
    """The project says somewhere what is escaped: that is for a rule of its own to judge."""
    for module in project.modules.values():
        for scope in module.scopes:
            if scope.qualname.endswith(("select_jinja_autoescape", "create_jinja_environment")):
                return True
            if any(write.name in _OVERRIDES for write in scope.writes) or "jinja_options" in scope.bindings:
                return True
    return False


def is_escaped(path: str, project: Project) -> bool:
    """Whether what a template puts out is escaped, for all that is known: by its name, as a text that Flask renders, or since the
    project sees to it itself."""
    return path.endswith(ESCAPED_ENDINGS) or ir.INSIDE in path or decides_escaping(project)
