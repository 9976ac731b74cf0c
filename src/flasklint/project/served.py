"""Folders that an app hands files out of, or runs templates from, as its code and its configuration name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.values import FromEnv, Known, OneOf, Setting

Served = Literal["static", "templates"]

_SERVED = re.compile(r"(?:^|[/\\])(?P<folder>static|templates)[/\\]")
_APPS = ("flask.Flask()", "flask.current_app")
_ATTRIBUTES: dict[str, Served] = {"static_folder": "static", "template_folder": "templates"}


def served(path: str) -> Served | None:
    """Which of these folders a path (a folder's with ``/`` at its end) leads through, if any."""
    found = _SERVED.search(path)
    if found is None:
        return None
    return "static" if found["folder"] == "static" else "templates"


def served_folders(scope: Scope, project: Project) -> Iterator[Served]:
    """The folders of this kind that a function asks its app for: ``app.config["UPLOADS"]``, ``app.static_folder``."""
    for node in ir.walk(scope.node):
        match node:
            case ir.Attribute(owner, name) if name in _ATTRIBUTES and _is_app(owner, scope, project):
                yield _ATTRIBUTES[name]
            case ir.Subscript(ir.Attribute(owner, "config"), ir.Const(value=str() as key)) | ir.Call(
                ir.Attribute(ir.Attribute(owner, "config"), "get"), (ir.Argument(ir.Const(value=str() as key)), *_)
            ) if _is_app(owner, scope, project):
                yield from _configured(key, project)


def _is_app(owner: ir.Expr, scope: Scope, project: Project) -> bool:
    return any(name in _APPS for name in project.resolve(owner, scope))


def _configured(key: str, project: Project) -> Iterator[Served]:
    for app in project.apps:
        for profile in app.production:
            for text in _texts(app.setting(key, profile).setting):
                found = served(text.rstrip("/\\") + "/")
                if found is not None:
                    yield found


def _texts(setting: Setting) -> Iterator[str]:
    match setting:
        case Known(str() as text):
            yield text
        case FromEnv(default=default):
            yield from _texts(default)
        case OneOf(options):
            for option in options:
                yield from _texts(option)
