"""Error handlers that save nothing: what they make of a request is gone with their answer."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.outputs import last_word
from flasklint.project.project import Project

_HANDLERS = frozenset(("errorhandler", "app_errorhandler"))
_SAVING = frozenset(
    ("add", "add_all", "commit", "create", "execute", "flush", "insert", "insert_one", "merge", "put", "save", "set")
)
"""Last words of calls that may keep something."""


def passing(project: Project) -> frozenset[int]:
    """The error handlers, by their nodes' identity, that call nothing which may save something: they make things to show them."""
    handlers = {
        id(hook.function.node): hook.function.node
        for app in project.apps
        for hook in app.hooks
        if hook.kind in _HANDLERS
    }
    return frozenset(number for number, node in handlers.items() if _SAVING.isdisjoint(_called(node)))


def _called(node: ir.Node) -> Iterator[str]:
    """The last words of what is called somewhere."""
    return (last_word(one.function) for one in ir.walk(node) if isinstance(one, ir.Call))
