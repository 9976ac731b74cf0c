"""Whether an app refuses to start with a secret that is only there to be replaced."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.apps import App
from flasklint.project.keys import KeyOrigin
from flasklint.project.project import Project
from flasklint.project.scopes import Scope

_EXITS = frozenset({"exit", "_exit", "abort"})


def is_refused(origin: KeyOrigin, app: App, project: Project) -> bool:
    """Does the app end when it finds this very literal: ``if SECRET_KEY == "dev": raise ...``?"""
    paths = {origin.location.path, origin.write.location.path, app.location.path}
    for path in sorted(paths & project.modules.keys()):
        for scope in project.modules[path].scopes:
            for node in _own(scope):
                if isinstance(node, ir.If) and _asks_for(node.test, origin.value) and _ends(node.body, scope, project):
                    return True
    return False


def _own(scope: Scope) -> Iterator[ir.Node]:
    """What is in a scope, but not in the functions and classes in it."""
    stack = ir.children(scope.node)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ir.Function | ir.Class):
            stack.extend(ir.children(node))


def _ends(body: tuple[ir.Stmt, ...], scope: Scope, project: Project, depth: int = 1) -> bool:
    for statement in body:
        for node in (statement, *ir.walk(statement)):
            match node:
                case ir.Raise() | ir.Call(function=ir.Attribute(name="exit" | "_exit" | "abort")):
                    return True
                case ir.Call(function=ir.Name(id=name)) if name in _EXITS:
                    return True
                case ir.Call(function=function) if depth:
                    for found in project.resolve(function, scope):
                        called = project.definition(found)
                        if called is not None and isinstance(called.node, ir.Function):
                            last = called.node.body[-1:]
                            if _ends(last, called, project, 0):
                                return True
    return False


def _asks_for(test: ir.Expr, value: str | bytes) -> bool:
    return any(
        isinstance(node, ir.Compare)
        and node.signs[0] in ("==", "in", "is")
        and any(isinstance(part, ir.Const) and part.value == value for part in ir.walk(node))
        for node in (test, *ir.walk(test))
    )
