"""Which call of a factory is the one that production makes: what a server loads, not what people run beside it."""

from __future__ import annotations

from enum import IntEnum

from flasklint.knowledge.config import DEVELOPMENT_WORDS, PRODUCTION_WORDS, TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.objects import AppObject
from flasklint.project.scopes import LinkedModule

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


def calling(app: AppObject) -> Caller:
    """What made an app, as the name of the file says that does it."""
    if app.events and all(event.main for event in app.events):
        return Caller.HAND
    return _caller(app.caller) if app.caller is not None else Caller.CODE


def _caller(module: LinkedModule) -> Caller:
    *folders, file = module.path.split("/")
    stem, _, suffix = file.rpartition(".")
    said = {*words(stem), suffix}
    if said & _SERVED:
        return Caller.BESIDE if said & (DEVELOPMENT_WORDS | TEST_WORDS) else Caller.SERVER
    if said & (_BESIDE | DEVELOPMENT_WORDS | TEST_WORDS) or _BESIDE & set(folders):
        return Caller.CODE if said & PRODUCTION_WORDS else Caller.BESIDE
    return Caller.CODE
