"""Which call of a factory is the one that production makes: what a server loads, not what people run beside it."""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import IntEnum

from flasklint.knowledge.config import DEVELOPMENT_WORDS, PRODUCTION_WORDS, TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.objects import AppObject, Test, Value
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Unknown

_SERVED = frozenset({"asgi", "gunicorn", "passenger", "uwsgi", "waitress", "wsgi"})
"""Words in the names of files that a server loads."""
_BESIDE = frozenset(
    {"alembic", "assets", "backup", "beat", "benchmark", "bin", "build", "celery", "cli", "commands", "conf", "cron"}
    | {"data", "demo", "docs", "example", "fabfile", "fake", "fixtures", "freeze", "import", "install", "manage"}
    | {"manager", "migrate", "migration", "migrations", "mock", "populate", "script", "scripts", "seed", "setup"}
    | {"shell", "sphinx", "task", "tasks", "tool", "tools", "translations", "worker", "workers"}
)
"""Words in the names of files and folders that work beside the app, or on it."""


class Caller(IntEnum):
    """What calls a factory, the likeliest in production first."""

    SERVER = 0
    CODE = 1
    BESIDE = 2
    HAND = 3


def calling(app: AppObject, loaded: Set[str]) -> Caller:
    """What made an app: the file that does it is one that servers are told to load (``loaded``), or says so by its name."""
    if app.caller is not None and app.caller.path in loaded:
        return Caller.SERVER
    if app.events and all(event.main for event in app.events):
        return Caller.HAND
    return _caller(app.caller) if app.caller is not None else Caller.CODE


def serving(modules: Iterable[LinkedModule], loaded: Set[str]) -> frozenset[str]:
    """The paths of what a server loads: as it is told to (``loaded``), or by what the files are called."""
    return frozenset(
        module.path
        for module in modules
        if module.path in loaded or (not module.is_test and _caller(module) is Caller.SERVER)
    )


def run_beside(app: AppObject, served: Set[str]) -> frozenset[str]:
    """The files that run an app made elsewhere with Flask's own server, where another file is what a server loads."""
    return (
        frozenset(
            event.module.path
            for event in app.events
            if served and event.kind == "run" and event.module is not None and event.module is not app.module
        )
        - served
    )


def _caller(module: LinkedModule) -> Caller:
    *folders, file = module.path.split("/")
    stem, _, suffix = file.rpartition(".")
    said = {*words(stem), suffix}
    if said & _SERVED:
        return Caller.BESIDE if said & (DEVELOPMENT_WORDS | TEST_WORDS) else Caller.SERVER
    if said & (_BESIDE | DEVELOPMENT_WORDS | TEST_WORDS) or _BESIDE & set(folders):
        return Caller.CODE if said & PRODUCTION_WORDS else Caller.BESIDE
    return Caller.CODE


def are_alternatives(one: AppObject, other: AppObject) -> bool:
    """Are two apps made on the two sides of one condition, so that they are one app to whoever starts it?"""
    if one.module is not other.module or one.scope != other.scope or one.location == other.location:
        return False
    return any(_excludes(a, b) or _excludes(b, a) for a in one.conditions[-1:] for b in other.conditions[-1:]) or (
        not one.conditions
        and any(isinstance(b, Unknown) and b.why == "an exception is raised" for b in other.conditions)
    )


def _excludes(test: Value, other: Value) -> bool:
    return isinstance(other, Test) and other.sign == "not" and other.operands[0] is test


def given(conditions: tuple[Value, ...], app: AppObject) -> tuple[Value, ...]:
    """Conditions without those that an app is made under: where it is there, they hold."""
    return tuple(
        condition
        for condition in conditions
        if not any(condition is own or _same(condition, own) for own in app.conditions)
    )


def _same(one: Value, other: Value) -> bool:
    """Do two conditions deny the same?"""
    return (
        isinstance(one, Test)
        and isinstance(other, Test)
        and one.sign == other.sign == "not"
        and one.operands[0] is other.operands[0]
    )
