"""Views that a link is enough to change something with: they answer GET, which tokens against forged requests do not guard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flasklint import ir
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.effects import Effect, commits, effects, switches
from flasklint.project.objects import Fn
from flasklint.project.routes import Route
from flasklint.project.scopes import Scope
from flasklint.source import Location

Definition = Callable[[str], Scope | None]

_CHANGES = frozenset(
    {
        "accept",
        "add",
        "approve",
        "archive",
        "ban",
        "block",
        "buy",
        "cancel",
        "clear",
        "complete",
        "create",
        "deactivate",
        "del",
        "delete",
    }
    | {
        "demote",
        "destroy",
        "disable",
        "done",
        "drop",
        "enable",
        "erase",
        "follow",
        "generate",
        "join",
        "kick",
        "leave",
        "like",
        "mark",
    }
    | {
        "pay",
        "promote",
        "publish",
        "purchase",
        "purge",
        "recalculate",
        "regenerate",
        "reject",
        "remove",
        "rename",
        "revoke",
        "send",
        "set",
        "toggle",
    }
    | {
        "transfer",
        "unban",
        "unblock",
        "unfollow",
        "unlock",
        "unlike",
        "unpublish",
        "update",
        "upvote",
        "downvote",
        "vote",
    }
)
"""Words of a route that says itself that it changes something."""
_GRAVE = frozenset({"ban", "del", "delete", "demote", "destroy", "erase", "promote", "purge", "remove", "transfer"})
"""Of those, the ones that nobody means to leave open to all, when the view does not look at who is asking."""
_ONE_TIME = frozenset(
    {
        "token",
        "code",
        "key",
        "hash",
        "signature",
        "sig",
        "uuid",
        "nonce",
        "confirm",
        "confirmation",
        "verify",
        "verification",
    }
    | {
        "activate",
        "activation",
        "callback",
        "authorize",
        "authorized",
        "unsubscribe",
        "oauth",
        "sso",
        "saml",
        "invite",
        "invitation",
    }
    | {"reset", "login", "signin", "redirect", "track", "click", "download", "export", "cron", "webhook"}
)

_CONVERTED = re.compile(r"<int(?:\([^)]*\))?:\w+>|(?<=<)\w+(?:\([^)]*\))?:")


@dataclass(frozen=True, slots=True, eq=False)
class ByLink:
    """A function that changes something when a link is followed. ``says_so``: its address or name says that it does."""

    route: Route
    function: Fn
    effect: Effect
    says_so: bool


def changes_by_link(app: App, definition: Definition) -> Iterator[ByLink]:
    """The functions of an app that answer GET alone, for people who are logged in, and change something, with each of their
    routes. ``definition``: the project's function of a canonical name."""
    if app.identity is None:
        return
    asked = _asked_for_changes(app)
    for route in app.routes:
        view = route.view
        if view is None or "GET" not in route.methods:
            continue
        guard = app.guard(route)
        if route.changes and view.cls is None:
            for function in view.functions if guard is not None and guard.proof != "token" else ():
                effect = _by_switch(app, function)
                if effect is not None:
                    yield ByLink(route, function, effect, True)
            continue
        says = _says_so(app, route, guarded=guard is not None)
        if (guard is None and not says) or (guard is not None and guard.proof == "token") or _is_one_time(route):
            continue
        asking = {view.methods[one] for one in ("GET", "") if one in view.methods}
        for function in asking:
            if id(function.node) in asked:
                continue
            switched = _by_switch(app, function) if guard is not None and not says else None
            effect = switched or effect_on_get(app, function, definition, says)
            if effect is not None and not app.guards_links(route, function):
                yield ByLink(route, function, effect, says or switched is not None)


def _asked_for_changes(app: App) -> frozenset[int]:
    """Functions that answer other methods as well, by another route."""
    return frozenset(
        id(function.node)
        for route in app.routes
        if route.changes and route.view is not None
        for function in route.view.functions
    )


def _is_one_time(route: Route) -> bool:
    assert route.view is not None
    # A converter is no word of the address, and what is counted (``<int:key>``) is no secret.
    spoken = {*words(_CONVERTED.sub("", route.rule)), *words(route.view.name.rpartition(".")[2])}
    return not _ONE_TIME.isdisjoint(spoken)


def _says_so(app: App, route: Route, *, guarded: bool) -> bool:
    """Does its address or name say that it changes something, for people who are logged in?"""
    assert route.view is not None
    spoken = {*words(route.rule), *words(route.view.name.rpartition(".")[2])}
    asks = guarded or any(
        app.deeds(function).mentions("flask.session", "flask_login.current_user") for function in route.view.functions
    )
    return not (_CHANGES if asks else _GRAVE).isdisjoint(spoken)


def effect_on_get(app: App, function: Fn, definition: Definition, says: bool) -> Effect | None:
    """What a view changes when it is asked by GET. ``says``: its name says that it changes something, so that less will do."""
    scope = app.scope_of(function)
    if scope is None:
        return None
    found = next(effects(scope, app.resolver, app.definition), None)
    if found is not None or not says:
        return found
    return next(commits(scope, app.resolver), None) or _through_helper(app, scope, definition)


def _by_switch(app: App, function: Fn) -> Effect | None:
    """What a view that answers forms as well does when an address says so after its question mark: ``?delete=true``"""
    scope = app.scope_of(function)
    for node in switches(function.node) if scope is not None else ():
        said = {inner.id for inner in ir.walk(node.test) if isinstance(inner, ir.Name)}
        said |= {str(inner.value) for inner in ir.walk(node.test) if isinstance(inner, ir.Const)}
        if not any(not _CHANGES.isdisjoint(words(one)) for one in said):
            continue
        assert scope is not None
        found = next(effects(scope, app.resolver, app.definition, node.body), None)
        if found is not None:
            return found
        for inner in (one for statement in node.body for one in ir.walk(statement)):
            if isinstance(inner, ir.Call) and words(ir.last_name(inner.function))[:1] in (["delete"], ["remove"]):
                return Effect("delete something", Location(scope.module.path, inner.span), False)
    return None


def _through_helper(app: App, scope: Scope, definition: Definition) -> Effect | None:
    """What a function of the project does that the view calls under a name that says so."""
    for call in ir.walk(scope.node):
        if not isinstance(call, ir.Call):
            continue
        for name in app.resolver.resolve(call.function, scope):
            helper = definition(name)
            if helper is not None and helper.is_function and not _CHANGES.isdisjoint(words(name.rpartition(".")[2])):
                found = next(effects(helper, app.resolver, app.definition), None) or next(
                    commits(helper, app.resolver), None
                )
                if found is not None:
                    return found
    return None
