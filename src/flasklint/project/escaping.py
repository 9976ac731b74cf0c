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


def is_escaped(output: ir.Output, path: str, project: Project) -> bool:
    """Whether an output of a template is escaped, for all that is known: by the template's name, as in a text that Flask renders,
    or since the project sees to it itself; and no block around it switches that off."""
    if not (path.endswith(ESCAPED_ENDINGS) or ir.INSIDE in path or decides_escaping(project)):
        return False
    regions = (
        node for node in ir.walk(project.templates[path]) if isinstance(node, ir.Region) and node.kind == "autoescape"
    )
    around = [region for region in regions if region.start <= output.start < region.end]
    inner = max(around, key=lambda region: region.start, default=None)
    return inner is None or not isinstance(inner.value, ir.Const) or bool(inner.value.value)
