"""What several rules ask of the files that say how an app is run."""

from __future__ import annotations

import posixpath
import re

from flasklint import ir
from flasklint.knowledge.config import DEVELOPMENT_WORDS, TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule
from flasklint.source import Location

_OTHERS = frozenset(
    {"devcontainer", "docs", "example", "examples", "override", "sample", "samples", "github", "vagrant"}
)
_PRODUCTION = frozenset({"prod", "production", "deploy", "release", "live"})
_SERVERS = re.compile(
    r"\b(?:gunicorn|uwsgi|waitress|hypercorn|uvicorn|mod_wsgi|daphne|granian|supervisord|apache2?|gevent)\b"
)
_DEVELOPMENT = re.compile(
    r"(?:^|[\s/&;(])flask\b(?:\s+(?!run\b)\S+)*?\s+run\b|\bpython[\d.]*\s+-m\s+flask\b(?:\s+(?!run\b)\S+)*?\s+run\b|\brunserver\b"
)
_SCRIPT = re.compile(r"\bpython[\d.]*\s+(?:-\w+\s+)*(?P<path>[\w./-]+\.py)\b")
_OTHER_SERVERS = frozenset({"bjoern", "cheroot", "gunicorn", "hypercorn", "uvicorn", "waitress"})
"""Packages that are imported to serve an app with them."""
_SWITCHED = re.compile(r"(?:^|\s)FLASK_DEBUG=(?:1|true|on)\b|(?:^|[\s/])flask\b.*\s--debug(?:ger)?\b", re.IGNORECASE)


def place(file: ir.Deployment, entry: ir.Entry) -> Location:
    """Where an entry stands."""
    return Location(file.path, entry.span)


def is_for_developers(file: ir.Deployment, project: Project) -> bool:
    """Is it, by its name or by what stands beside it, for development, tests or show only?"""
    spoken = {word for part in file.path.split("/") for word in words(part)}
    if spoken & (DEVELOPMENT_WORDS | TEST_WORDS | _OTHERS):
        return True
    if spoken & _PRODUCTION:
        return False
    if file.kind == "script" and not _is_started(file, project):
        return True
    if any(_mounts_the_source(entry, file, project) for entry in file.entries):
        return True
    # Beside `docker-compose.prod.yml` the plain one is for one's own machine.
    return any(
        other.kind == file.kind and _PRODUCTION & {word for part in other.path.split("/") for word in words(part)}
        for other in project.deployments
    )


def _is_started(script: ir.Deployment, project: Project) -> bool:
    """Does another file that says how the app is run start a script? Else it is for whoever starts it by hand."""
    name = script.path.rpartition("/")[2]
    return any(
        entry.kind == "command" and name in re.split(r"[\s/\"';&|]+", entry.value)
        for file in project.deployments
        if file is not script
        for entry in file.entries
    )


def _mounts_the_source(entry: ir.Entry, file: ir.Deployment, project: Project) -> bool:
    """Is the code of the app taken from the folder that people work in, not from the image?"""
    if entry.kind != "mount":
        return False
    source = entry.value.partition(":")[0].rstrip("/")
    if source in (".", "..", "$PWD", "${PWD}", "$(pwd)"):
        return True
    if not source.startswith("."):
        return False
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), source))
    return folder == "." or any(path.startswith(f"{folder}/") for path in project.modules)


def runs_a_server(project: Project) -> bool:
    """Does a deployment file start a server that is made to be exposed?"""
    return any(
        entry.kind == "command" and _SERVERS.search(entry.value)
        for file in project.deployments
        for entry in file.entries
    )


def is_served(project: Project) -> bool:
    """Is a server started that loads the app, and nowhere, but for developers, its own development server?"""
    if not runs_a_server(project):
        return False
    return not any(
        starts_development_server(entry, project)
        for file in project.deployments
        if not is_for_developers(file, project)
        for entry in file.entries
    )


def serves(entry: ir.Entry, project: Project) -> bool:
    """Is it a command that starts the app, by whichever server, or a script that does?"""
    if entry.kind != "command":
        return False
    if _SERVERS.search(entry.value) or starts_development_server(entry, project):
        return True
    said = re.split(r"[\s/\"';&|]+", entry.value)
    return any(
        file.kind == "script"
        and file.path.rpartition("/")[2] in said
        and any(one.kind == "command" and _SERVERS.search(one.value) for one in file.entries)
        for file in project.deployments
    )


def starts_development_server(entry: ir.Entry, project: Project) -> bool:
    """Is it a command that starts Flask's own server?"""
    if entry.kind != "command" or _SERVERS.search(entry.value):
        return False
    if _DEVELOPMENT.search(entry.value):
        return True
    script = _SCRIPT.search(entry.value)
    if script is None:
        return False
    name = script["path"].rpartition("/")[2]
    return any(
        site.location.path.rpartition("/")[2] == name
        and not site.scope.module.is_test
        and not _starts_another(site.scope.module)
        for site in project.calls("flask.Flask().run", "flask_socketio.SocketIO().run")
    )


def _starts_another(module: LinkedModule) -> bool:
    """Does a file start a server that is made to be exposed, too, so that its ``app.run()`` is for when that is not wanted?"""
    return not _OTHER_SERVERS.isdisjoint(name.partition(".")[0] for name in module.imports)


def switches_debug_on(entry: ir.Entry) -> bool:
    """Does it switch debug mode on for the ``flask`` command or for the app?"""
    if entry.kind == "command":
        return _SWITCHED.search(entry.value) is not None
    value = entry.value.strip().lower()
    return (entry.name == "FLASK_DEBUG" and value in ("1", "true", "yes", "on")) or (
        entry.name == "FLASK_ENV" and value in ("development", "dev")
    )
