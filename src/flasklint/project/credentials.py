"""Constant texts under the names that the code gives them: what a credential without a form of its own is told by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.knowledge.sensitive import HARMLESS, sensitivity, words
from flasklint.project.scopes import LinkedModule, Scope

_OTHERWISE = frozenset(
    {
        "csrf",
        "subject",
        "title",
        "xsrf",
        "session",
        "sessions",
        "sessionid",
        "remember",
        "rememberme",
        "captcha",
        "invite",
        "pin",
        "signature",
        "hmac",
        "auth",
        "authorization",
        "bearer",
        "salt",
        "cost",
        "parallelism",
        "memory",
        "length",
        "hash",
        "digest",
        "public",
        "site",
        "field",
        "column",
        "label",
        "test",
        "dummy",
        "fake",
        "example",
        "page",
        "next",
        "cursor",
        "sync",
    }
)
"""Words of names that speak of something sensitive which is no credential of the program's own, or of none at all."""

_ENDINGS = HARMLESS | {
    "expire",
    "days",
    "index",
    "separator",
    "realm",
    "checks",
    "claim",
    "strategy",
    "version",
    "server",
    "proxy",
    "methods",
    "module",
    "modules",
    "manager",
    "dir",
    "directory",
    "folder",
    "rounds",
    "login",
    "logins",
    "backend",
    "provider",
    "validity",
    "leeway",
    "seconds",
    "minutes",
    "hours",
    "interval",
    "format",
    "algorithm",
    "algorithms",
    "audience",
    "issuer",
    "class",
}
"""Last words of names that speak about a credential."""


_OF_FORMS = frozenset({"csrf", "xsrf", "wtf"})
_KINDS_OF_KEYS = frozenset(
    {"access", "api", "auth", "encryption", "private", "sdk", "secret", "signing", "webhook", "webhooks"}
)
"""Words of names that make of a key one that opens something."""

_ADDRESSES = frozenset({"dsn", "uri", "url"})
_STORES = frozenset(
    {"amqp", "broker", "cache", "database", "db", "mongo", "mongodb", "mysql", "postgres", "postgresql", "rabbitmq"}
    | {"redis", "sentry", "sql"}
)


class Named(NamedTuple):
    """A constant text and the name that it goes by."""

    name: str
    const: ir.Const
    scope: Scope


def names_credential(name: str) -> bool:
    """Does a name say that what it holds opens something: a password, a key, a token?"""
    if sensitivity(name) not in ("password", "key", "token"):
        return False
    spoken = words(name)
    return _OTHERWISE.isdisjoint(spoken) and (len(spoken) < 2 or spoken[-1] not in _ENDINGS)


def names_secret_key(name: str) -> bool:
    """Does the name of a setting say that it holds a credential, or what is checked against one?"""
    spoken = words(name)
    if not spoken or spoken[0] in _OF_FORMS:
        return False
    if spoken[-1] in ("token", "tokens", "secret", "secrets", "salt", "password"):
        return True
    return names_credential(name) or (spoken[-1] == "key" and not _KINDS_OF_KEYS.isdisjoint(spoken))


def names_address(name: str) -> bool:
    """Does a name say that what it holds is the address of a store or of a queue, which often has a password in it?"""
    spoken = words(name)
    return bool(spoken) and spoken[-1] in _ADDRESSES and not _STORES.isdisjoint(spoken)


def named_texts(module: LinkedModule) -> Iterator[Named]:
    """Every constant text of a module that is assigned, passed by keyword or kept in a dict under a credential's name."""
    for scope in module.scopes:
        for name, bindings in scope.bindings.items():
            if names_credential(name):
                for binding in bindings:
                    value = binding.value
                    if binding.kind == "assign" and isinstance(value, ir.Const) and not binding.path:
                        yield from _named(name, value, scope)
        for write in scope.writes:
            key = write.name or (write.key.value if isinstance(write.key, ir.Const) else None)
            if isinstance(key, str) and isinstance(write.value, ir.Const) and names_credential(key):
                yield from _named(key, write.value, scope)
        if isinstance(scope.node, ir.Function):
            for parameter in scope.node.parameters:
                if isinstance(parameter.default, ir.Const) and names_credential(parameter.name):
                    yield from _named(parameter.name, parameter.default, scope)
    for call, scope in module.calls:
        for argument in call.arguments:
            if argument.name and isinstance(argument.value, ir.Const) and names_credential(argument.name):
                yield from _named(argument.name, argument.value, scope)
    for pair, scope in module.pairs:
        key = pair.key.value if isinstance(pair.key, ir.Const) else None
        if isinstance(key, str) and isinstance(pair.value, ir.Const) and names_credential(key):
            yield from _named(key, pair.value, scope)


def _named(name: str, value: ir.Const, scope: Scope) -> Iterator[Named]:
    if isinstance(value.value, str) and value.value:
        yield Named(name, value, scope)
