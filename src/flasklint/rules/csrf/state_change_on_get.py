from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.effects import Effect, commits, effects
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.project.scopes import Scope
from flasklint.rules.base import AppRule, together
from flasklint.source import Location

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
        "reject",
        "remove",
        "rename",
        "revoke",
        "send",
        "set",
        "toggle",
    }
    | {"transfer", "unban", "unblock", "unfollow", "unlike", "unpublish", "update", "upvote", "downvote", "vote"}
)
"""Words of a route that says itself that it changes something."""
_GRAVE = frozenset({"ban", "del", "delete", "demote", "destroy", "erase", "promote", "purge", "remove", "transfer"})
"""Of those, the ones that nobody means to leave open to all, when the view does not look at who is asking."""
_HABIT = 4
"""So many views that change something on GET may be so many slips; more are how the app is made."""
_TASTES = frozenset(
    {"color", "colour", "currency", "dark", "lang", "language", "layout", "locale", "style", "theme", "timezone"}
)
"""Words of what somebody sees differently, and does no harm when it is changed."""
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


class StateChangeOnGet(AppRule):
    """A link is enough to change something.

    ## What it does
    Finds views that answer GET alone, for people who are logged in, and delete or change what is stored: rows of the database,
    files. A default run reports those whose address or name says so (`delete`, `approve`, `toggle`); the others are for
    pedants. Where more than four do so, they are one finding. Links that carry a token of their own (confirmations,
    invitations, OAuth callbacks) are left alone; logging out, and what only changes how pages look, is minor.

    ## Why is this bad
    CSRF protection looks at POST, PUT, PATCH and DELETE only. An image on a foreign page, a link in a mail, a browser that
    loads pages ahead is enough to make the request, with the visitor's cookie.

    ## Bad
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    @app.route("/items/<int:item_id>/delete")
    @login_required
    def delete(item_id):
        db.session.delete(db.session.get(Item, item_id))
        db.session.commit()
        return redirect("/items")
    ```

    ## Good
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    @app.route("/items/<int:item_id>/delete", methods=["POST"])
    @login_required
    def delete(item_id):
        db.session.delete(db.session.get(Item, item_id))
        db.session.commit()
        return redirect("/items")
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [CWE-650](https://cwe.mitre.org/data/definitions/650.html)
    """

    code = "FLK305"
    name = "state-change-on-get"
    severity = Severity.MEDIUM
    cwe = (352, 650)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The views that only answer GET and change something; what is the way of the whole app is one finding."""
        loud: list[Finding] = []
        for finding in self._each(app, project):
            if finding.persona is Persona.REGULAR:
                loud.append(finding)
            else:
                yield finding
        if len(loud) > _HABIT:
            yield from together(loud, "views do so")
        else:
            yield from loud

    def _each(self, app: App, project: Project) -> Iterator[Finding]:
        if app.identity is None:
            return
        asked = self._asked_for_changes(app)
        seen: set[Location] = set()
        for route in app.routes:
            view = route.view
            if view is None or route.changes or "GET" not in route.methods or view.cls is not None:
                continue
            guard = app.guard(route)
            says = self._says_so(app, route, guarded=guard is not None)
            if (
                (guard is None and not says)
                or (guard is not None and guard.proof == "token")
                or self._is_one_time(route)
            ):
                continue
            for function in view.functions:
                if function.location in seen or id(function.node) in asked:
                    continue
                seen.add(function.location)
                effect = self._effect(app, function, project, says)
                if effect is not None:
                    yield self._report(route, function, effect, says)

    def _asked_for_changes(self, app: App) -> frozenset[int]:
        """Functions that answer other methods as well, by another route."""
        return frozenset(
            id(function.node)
            for route in app.routes
            if route.changes and route.view is not None
            for function in route.view.functions
        )

    def _is_one_time(self, route: Route) -> bool:
        assert route.view is not None
        spoken = {*words(route.rule), *words(route.view.name.rpartition(".")[2])}
        return not _ONE_TIME.isdisjoint(spoken)

    def _says_so(self, app: App, route: Route, *, guarded: bool) -> bool:
        """Does its address or name say that it changes something, for people who are logged in?"""
        assert route.view is not None
        spoken = {*words(route.rule), *words(route.view.name.rpartition(".")[2])}
        asks = guarded or any(
            app.deeds(function).mentions("flask.session", "flask_login.current_user")
            for function in route.view.functions
        )
        return not (_CHANGES if asks else _GRAVE).isdisjoint(spoken)

    def _effect(self, app: App, function: Fn, project: Project, says: bool) -> Effect | None:
        scope = app.scope_of(function)
        if scope is None:
            return None
        found = next(effects(scope, app.resolver, app.definition), None)
        if found is not None or not says:
            return found
        return next(commits(scope, app.resolver), None) or self._through_helper(app, scope, project)

    def _through_helper(self, app: App, scope: Scope, project: Project) -> Effect | None:
        """What a function of the project does that the view calls under a name that says so."""
        for call in ir.walk(scope.node):
            if not isinstance(call, ir.Call):
                continue
            for name in app.resolver.resolve(call.function, scope):
                helper = project.definition(name)
                if (
                    helper is not None
                    and helper.is_function
                    and not _CHANGES.isdisjoint(words(name.rpartition(".")[2]))
                ):
                    found = next(effects(helper, app.resolver, app.definition), None) or next(
                        commits(helper, app.resolver), None
                    )
                    if found is not None:
                        return found
        return None

    def _report(self, route: Route, function: Fn, effect: Effect, says: bool) -> Finding:
        spoken = {*words(route.rule), *words(function.node.name)}
        minor = not spoken.isdisjoint({"logout", "signout", "logoff"} | _TASTES)
        return self.finding(
            function.location,
            f"A link to `{route.rule}` is enough to {effect.what}: the view answers GET, which CSRF tokens do not guard.",
            severity=Severity.LOW if minor else Severity.MEDIUM,
            confidence=Confidence.HIGH if effect.certain else Confidence.MEDIUM,
            persona=Persona.REGULAR if says and not minor else Persona.PEDANTIC,
            label="changes something on GET",
            scope=function.qualname,
            related=(Place(effect.location, "changed here"),),
            help='answer POST only, and send a form with a token: `methods=["POST"]`',
        )
