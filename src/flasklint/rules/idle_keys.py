"""Keys that sign nothing: of apps that ask for tokens which another key checks, and of those that answer no requests at all."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Literal

from flasklint import ir
from flasklint.project.apps import App
from flasklint.project.keys import KeyOrigin
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule

_FLASKS_OWN = frozenset({"SECRET_KEY", "SECRET_KEY_FALLBACKS"})
_SIGNS_NOTHING = frozenset(
    {
        *("flask_caching", "flask_compress", "flask_cors", "flask_jwt_oidc", "flask_mail", "flask_marshmallow"),
        *("flask_migrate", "flask_moment", "flask_pymongo", "flask_redis", "flask_restful", "flask_restplus"),
        *("flask_restx", "flask_script", "flask_smorest", "flask_sqlalchemy"),
    }
)
"""Extensions that do without the app's key."""
_SIGNERS = frozenset({"authlib", "itsdangerous", "wtforms"})
_ANSWERING = frozenset(
    {"Blueprint", "MethodView", "Resource", "add_resource", "add_url_rule", "register_blueprint", "route", "run"}
)
"""What is spoken of where an app is to answer requests."""


IdleKey = Literal["app of tokens", "no requests"]


def idle_key(origin: KeyOrigin, app: App, project: Project) -> IdleKey | None:
    """Whether a key signs nothing, as far as the code around the app tells, and why: the app asks for tokens that another key
    checks, or it answers no requests."""
    if origin.key not in _FLASKS_OWN or app.uses_session is not None:
        return None
    folder = posixpath.commonpath([f"/{posixpath.dirname(one.path)}" for one in (app.location, origin.location)])
    near = [
        module
        for module in project.modules.values()
        if not module.is_test and f"/{module.path}".startswith(f"{folder.rstrip('/')}/")
    ]
    if any(map(_may_sign, near)):
        return None
    guards = (app.guard(route) for route in app.routes)
    if any(guard is not None and guard.proof == "token" for guard in guards):
        return "app of tokens"
    return "no requests" if not app.routes and _only_works(near) else None


def _only_works(near: Sequence[LinkedModule]) -> bool:
    """Whether an app is there for what is done within its context by a script, a job or a worker."""
    words = {word for module in near for word in module.words}
    return "app_context" in words and _ANSWERING.isdisjoint(words)


def _may_sign(module: LinkedModule) -> bool:
    roots = {name.partition(".")[0] for name in module.imports}
    if not _SIGNERS.isdisjoint(roots) or any(root.startswith("flask_") for root in roots - _SIGNS_NOTHING):
        return True
    if not {"SECRET_KEY", "secret_key"} & (module.words | module.constants):
        return False
    targets = {target.span for node in ir.walk(module.facts) if isinstance(node, ir.Assign) for target in node.targets}
    return any(node.span not in targets and _reads_key(node) for node in ir.walk(module.facts))


def _reads_key(node: ir.Node) -> bool:
    """Whether the key is read, from the configuration or by its name; where it comes from is no matter."""
    match node:
        case ir.Attribute(name="SECRET_KEY" | "secret_key") | ir.Name(id="SECRET_KEY"):
            return True
        case ir.Subscript(value=owner, key=ir.Const(value="SECRET_KEY")):
            return ir.last_name(owner) != "environ"
        case ir.Call(
            function=ir.Attribute(name="get", value=owner),
            arguments=(ir.Argument(value=ir.Const(value="SECRET_KEY")), *_),
        ):
            return ir.last_name(owner) != "environ"
        case _:
            return False
