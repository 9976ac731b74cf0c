"""Views that give a forgotten password anew, and whom they believe."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.decorators import describes
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.routes import Route

_PROOFS = frozenset(
    {"answer", "check", "code", "current", "nonce", "old", "otp", "pin", "question", "secret", "serializer", "sig"}
    | {"signature", "token", "totp", "uuid", "verification", "verify"}
)
"""Words of what only the owner of an account has, or of what looks at it."""
_KNOWN_BY = (
    "flask.session",
    "flask.g",
    "flask_login.current_user",
    "flask_jwt_extended",
    "hmac",
    "itsdangerous",
    "jwt",
)
_LONGEST = 40
"""Texts that are longer are said to people."""
_SETTERS = frozenset({"change_password", "hash_password", "reset_password", "set_password", "update_password"})
_LOOKS_UP = frozenset(
    {"filter", "filter_by", "find_one", "get", "get_or_404", "query", "scalar", "scalars", "select", "where"}
)


def recoveries(app: App) -> Iterator[tuple[Route, Fn, ir.Node]]:
    """Those that believe whoever asks: the view, and where it gives the account that is named a password that is chosen."""
    for route, function in () if app.exhausted else app.views():
        assert route.view is not None
        around = (*app.decorations(route), *route.view.decorations_of(function))
        if (
            set(route.methods) == {"GET"}
            or app.guard(route) is not None
            or not all(describes(one.names) for one in around)
        ):
            continue
        place = _password_set(function)
        if place is not None and _PROOFS.isdisjoint(words(route.rule)) and not _is_proved(app, function):
            yield route, function, place


def _is_proved(app: App, function: Fn) -> bool:
    """Does a view look at anything that only the owner of an account has?"""
    deeds = app.deeds(function, deep=True)
    spoken = (*deeds.texts, *deeds.attributes, *deeds.keywords, *(name.rpartition(".")[2] for name in deeds.calls))
    if any(len(one) < _LONGEST and not _PROOFS.isdisjoint(words(one)) for one in spoken):
        return True
    return deeds.mentions(*_KNOWN_BY) or not deeds.mentions("flask.request", "flask_wtf")


def _password_set(function: Fn) -> ir.Node | None:
    """Where a record that was looked up is given a password that a visitor chooses."""
    if not any(map(_is_typed, ir.walk(function.node))):
        return None
    found = {
        name
        for node in ir.statements(function.node)
        if isinstance(node, ir.Assign) and node.value is not None
        for name in (target.id for target in node.targets if isinstance(target, ir.Name))
        if any(isinstance(one, ir.Attribute) and one.name in _LOOKS_UP for one in (node.value, *ir.walk(node.value)))
    }
    for node in ir.walk(function.node):
        match node:
            case ir.Assign(targets):
                for target in targets:
                    if (
                        isinstance(target, ir.Attribute)
                        and isinstance(target.value, ir.Name)
                        and target.value.id in found
                        and sensitivity(target.name.removesuffix("_hash")) == "password"
                    ):
                        return node
            case ir.Call(ir.Attribute(ir.Name(name), method)) if name in found and method in _SETTERS:
                return node
    return None


def _is_typed(node: ir.Node) -> bool:
    """``request.form["password"]``, ``data.get("new_password")``, ``form.password.data``"""
    match node:
        case (
            ir.Subscript(key=ir.Const(value=str(key)))
            | ir.Call(ir.Attribute(name="get"), (ir.Argument(value=ir.Const(value=str(key))), *_))
            | ir.Attribute(name="data", value=ir.Attribute(name=key))
        ):
            return sensitivity(key) == "password"
    return False
