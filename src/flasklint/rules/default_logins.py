"""A name and a password that are kept side by side, with which somebody can log in: ``ADMIN_USER = "admin"`` and
``ADMIN_PASSWORD = "admin"``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.values import FromEnv, Known

_PEOPLE = frozenset({"admin", "administrator", "root", "superadmin", "superuser"})
_NAMES = frozenset({"email", "login", "name", "user", "username"})
_OTHERS = frozenset(
    {
        "amqp",
        "broker",
        "database",
        "db",
        "elastic",
        "host",
        "imap",
        "influx",
        "ldap",
        "mail",
        "mongo",
        "mongodb",
        "mqtt",
        "mysql",
    }
    | {"neo4j", "pg", "postgres", "postgresql", "proxy", "rabbit", "rabbitmq", "redis", "smtp", "sql", "ssh"}
)
"""Words of names of accounts that are somebody else's: those of servers that the app talks to."""


class DefaultLogin(NamedTuple):
    """``name``: of the password. ``text``: the password itself. ``falls_back``: it is what there is without a setting."""

    name: str
    text: str
    value: ir.Expr
    scope: Scope
    falls_back: bool


class _Kept(NamedTuple):
    name: str
    value: ir.Expr
    scope: Scope
    holder: str


def default_logins(module: LinkedModule, project: Project) -> Iterator[DefaultLogin]:
    """Passwords of administrators, and of all who log in to the app, beside the names that go with them."""
    together: dict[tuple[int, str], list[_Kept]] = {}
    for one in _kept(module):
        together.setdefault((id(one.scope), one.holder), []).append(one)
    for group in together.values():
        for one in group:
            front = words(one.name)[:-1]
            if sensitivity(one.name) != "password" or not _OTHERS.isdisjoint(front):
                continue
            users = [
                text
                for other in group
                if _goes_with(other.name, front) and (text := _text(other.value, project, one.scope))
            ]
            if not any(user.lower() in _PEOPLE for user in users) and not (users and _is_of_app(front)):
                continue
            setting = project.constant(one.value, one.scope)
            falls_back = isinstance(setting, FromEnv)
            if isinstance(setting, FromEnv):
                setting = setting.default
            if isinstance(setting, Known) and isinstance(setting.value, str):
                yield DefaultLogin(one.name, setting.value, one.value, one.scope, falls_back)


def _kept(module: LinkedModule) -> Iterator[_Kept]:
    """What is kept under a name: in a variable, in an item or an attribute of something, in a dict."""
    for scope in module.scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if binding.kind == "assign" and binding.value is not None and not binding.path:
                    yield _Kept(name, binding.value, scope, "")
        for write in scope.writes:
            key = write.name or (write.key.value if isinstance(write.key, ir.Const) else None)
            if isinstance(key, str) and write.value is not None:
                yield _Kept(key, write.value, scope, _written(write.target))
    for pair, scope in module.pairs:
        if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
            yield _Kept(pair.key.value, pair.value, scope, "{}")


def _written(target: ir.Expr) -> str:
    match target:
        case ir.Name(name):
            return name
        case ir.Attribute(owner, name):
            return f"{_written(owner)}.{name}"
        case ir.Subscript(owner, ir.Const(value=key)):
            return f"{_written(owner)}[{key!r}]"
    return "?"


def _goes_with(name: str, front: list[str]) -> bool:
    """``ADMIN_USERNAME`` goes with ``ADMIN_PASSWORD``."""
    spoken = words(name)
    return bool(front) and spoken[:-1] == front and spoken[-1] in _NAMES


def _is_of_app(front: list[str]) -> bool:
    """``BASIC_AUTH_PASSWORD`` is what everybody needs for the app."""
    return not _PEOPLE.isdisjoint(front) or front[:2] == ["basic", "auth"]


def _text(value: ir.Expr, project: Project, scope: Scope) -> str:
    setting = project.constant(value, scope)
    if isinstance(setting, FromEnv):
        setting = setting.default
    return setting.value if isinstance(setting, Known) and isinstance(setting.value, str) else ""
