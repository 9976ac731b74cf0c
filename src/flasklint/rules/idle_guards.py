"""Decorators that should guard a view and stand above the one that registers it, so that they guard nothing."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.decorators import AUTHENTICATES, ROUTING
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.routes import Route


def idle_guards(app: App) -> Iterator[tuple[Route, Fn, ir.Expr, str]]:
    """A library's guards of that kind, each with the view and its own name."""
    for route, function in app.views():
        decorators = function.node.decorators
        last = max((at for at, one in enumerate(decorators) if _registers(one)), default=-1)
        if last < 1 or app.guard(route) is not None:
            continue
        scope = app.scope_of(function)
        if scope is None or scope.parent is None:
            continue
        for decorator in decorators[:last]:
            called = decorator.function if isinstance(decorator, ir.Call) else decorator
            if any(name in AUTHENTICATES for name in app.resolver.resolve(called, scope.parent)):
                yield route, function, decorator, ir.last_name(called)
                break


def _registers(decorator: ir.Expr) -> bool:
    """``@app.route("/")``"""
    match decorator:
        case ir.Call(ir.Attribute(name=name), (ir.Argument(value=ir.Const(value=str(rule))), *_)):
            return name in ROUTING and rule.startswith("/")
    return False
