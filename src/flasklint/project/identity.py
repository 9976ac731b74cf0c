"""Where an app keeps who somebody is: in the session, in a cookie of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flasklint import ir
from flasklint.knowledge.sensitive import words
from flasklint.project.scopes import LinkedModule, Scope, Write

Resolve = Callable[[ir.Expr, Scope], tuple[str, ...]]

_KEYS = frozenset(
    {
        "account",
        "admin",
        "auth",
        "authed",
        "authenticated",
        "authorised",
        "authorized",
        "customer",
        "employee",
        "identity",
        "logged",
        "loggedin",
        "login",
        "member",
        "role",
        "uid",
        "user",
        "userid",
        "username",
    }
)
_NOT_YET = frozenset(
    {
        "agent",
        "details",
        "error",
        "invite",
        "invited",
        "lang",
        "last",
        "locale",
        "message",
        "next",
        "org",
        "pending",
        "redirect",
        "state",
        "temp",
        "tmp",
        "url",
    }
)
_SETS = frozenset({"set_cookie", "set_signed_cookie"})
_READS = ("flask.request.cookies", "flask.Request().cookies")


def kept_identity(scope: Scope, resolve: Resolve) -> Write | None:
    """Where a function writes who somebody is into the session, if it does."""
    for write in scope.writes:
        if not isinstance(write.key, ir.Const) or not isinstance(write.key.value, str):
            continue
        if not is_identity(write.key.value) or (isinstance(write.value, ir.Const) and not write.value.value):
            continue
        if "flask.session" in resolve(write.target, write.scope):
            return write
    return None


def is_identity(key: str) -> bool:
    """Whether something that is kept under this name says who somebody is."""
    said = set(words(key))
    return bool(said & _KEYS) and not said & _NOT_YET


def identity_cookies(modules: Iterator[LinkedModule], resolve: Resolve) -> Iterator[tuple[str, ir.Call, Scope]]:
    """Cookies that the project sets and reads again to know who somebody is: name, where it is set."""
    set_here: list[tuple[str, ir.Call, Scope]] = []
    read: set[str] = set()
    for module in modules:
        for call, scope in module.calls:
            if not isinstance(call.function, ir.Attribute) or not call.arguments:
                continue
            key = call.arguments[0].value
            if not isinstance(key, ir.Const) or not isinstance(key.value, str) or not is_identity(key.value):
                continue
            if call.function.name in _SETS and len(call.arguments) > 1:
                given = call.arguments[1].value
                if not isinstance(given, ir.Const):
                    set_here.append((key.value, call, scope))
            elif call.function.name == "get" and not set(_READS).isdisjoint(resolve(call.function.value, scope)):
                read.add(key.value)
    yield from (found for found in set_here if found[0] in read)
