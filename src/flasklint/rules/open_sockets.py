"""What comes in by a socket and does something for whoever sends it, in an app whose pages ask who is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.knowledge.messages import MESSAGE_DECORATORS
from flasklint.knowledge.rights import CHANGES, DELETES
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.source import Location

_RUNS = frozenset(
    {"exec", "halt", "kill", "reboot", "restart", "restore", "run", "shutdown", "start", "stop", "upload", "wipe"}
)
_ASKED = (
    "flask.request.args",
    "flask.request.authorization",
    "flask.request.cookies",
    "flask.request.headers",
    "flask.session",
    "flask_jwt_extended",
    "flask_login",
    "flask_security",
    "jwt",
)
_SAID = frozenset(
    {
        "auth",
        "authenticate",
        "authenticated",
        "authorize",
        "authorized",
        "login",
        "permission",
        "permissions",
        "secret",
        "token",
    }
)


class Event(NamedTuple):
    """A function that an event of a socket calls."""

    name: str
    scope: str
    location: Location


def open_sockets(app: App, project: Project) -> tuple[Event, ...]:
    """The functions that an event of a socket calls and whose names say that they change something, if none of all asks who is
    there: neither what is called when one connects, nor what is around them."""
    called = [handler.scope for handler in project.handlers if _is_of_socket(handler.scope, project)]
    if any(_asks(app, one) for scope in called for one in (scope, *_around(scope, project))):
        return ()
    return tuple(
        Event(scope.node.name, scope.qualname, Location(scope.module.path, scope.node.span))
        for scope in called
        if isinstance(scope.node, ir.Function) and not (CHANGES | DELETES | _RUNS).isdisjoint(_event(scope))
    )


def _is_of_socket(scope: Scope, project: Project) -> bool:
    return isinstance(scope.node, ir.Function) and any(
        not MESSAGE_DECORATORS.isdisjoint(project.resolve(_called(one), scope.parent or scope.module.scope))
        for one in scope.node.decorators
    )


def _called(decorator: ir.Expr) -> ir.Expr:
    return decorator.function if isinstance(decorator, ir.Call) else decorator


def _around(scope: Scope, project: Project) -> Iterator[Scope]:
    """The project's own decorators of a function."""
    assert isinstance(scope.node, ir.Function)
    for decorator in scope.node.decorators:
        for name in project.resolve(_called(decorator), scope.parent or scope.module.scope):
            found = project.definition(name)
            if found is not None and found.is_function:
                yield found


def _asks(app: App, scope: Scope) -> bool:
    deeds = app.deeds_of(scope)
    if deeds.mentions(*_ASKED):
        return True
    assert isinstance(scope.node, ir.Function)
    written = (ir.last_name(_called(one)) for one in scope.node.decorators)
    said = (*deeds.attributes, *deeds.texts, *(name.rpartition(".")[2] for name in deeds.calls), *written)
    return any(not _SAID.isdisjoint(words(one)) for one in said if " " not in one)


def _event(scope: Scope) -> set[str]:
    """The words of a function's name, and of the event that calls it."""
    assert isinstance(scope.node, ir.Function)
    found = set(words(scope.node.name))
    for one in scope.node.decorators:
        match one:
            case ir.Call(arguments=(ir.Argument(value=ir.Const(value=str() as event)), *_)):
                found.update(words(event))
    return found
