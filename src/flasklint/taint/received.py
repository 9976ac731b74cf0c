"""What functions are called with that a library calls when something comes in: messages of sockets, credentials."""

from __future__ import annotations

from flasklint import ir
from flasklint.knowledge.inputs import RECEIVING, SOCKET_CLASSES
from flasklint.knowledge.rows import Source
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.classes import Classes
from flasklint.taint.frame import Frame
from flasklint.taint.values import NOTHING_KNOWN, Origin, Taint, Trail, Value

_MESSAGE = Source("<message>", "whoever is connected sends this message", "message")
_CREDENTIALS = Source("<credentials>", "the visitor controls the credentials", without=r"\r\n")
_EVENT = "on_"


def source_of(scope: Scope, project: Project, classes: Classes) -> Source | None:
    """What a function's parameters are, if it is called with what comes in."""
    node, parent = scope.node, scope.parent
    assert isinstance(node, ir.Function)
    outer = parent or scope.module.scope
    for decorator in node.decorators:
        function = decorator.function if isinstance(decorator, ir.Call) else decorator
        for name in project.resolve(function, outer):
            kind = RECEIVING.get(name)
            if kind is not None:
                return _MESSAGE if kind == "message" else _CREDENTIALS
    if (
        node.name.startswith(_EVENT)
        and parent is not None
        and parent.is_class
        and not SOCKET_CLASSES.isdisjoint(classes.library_bases(parent.name))
    ):
        return _MESSAGE
    return None


def received(frame: Frame, parameter: ir.Parameter, row: Source) -> Value:
    """What comes in."""
    fragment = ("source", row.name, parameter.name)
    frame.state.infos[fragment] = NOTHING_KNOWN
    origin = Origin(row, frame.path, parameter.start, parameter.end)
    trail = Trail(None, frame.path, parameter.start, parameter.end, row.words)
    return Value(open=True, taints=(Taint(origin, fragment, trail),))
