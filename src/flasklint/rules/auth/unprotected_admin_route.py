from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.decorators import describes
from flasklint.knowledge.guards import PASSWORD_CHECKS
from flasklint.knowledge.rights import CHANGES, DELETES, ROLES, TELLS
from flasklint.knowledge.sensitive import words
from flasklint.project.acts import Act, Asked
from flasklint.project.apps import App
from flasklint.project.objects import Decoration, Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.project.standing import Guard
from flasklint.rules.base import AppRule, together
from flasklint.rules.idle_guards import idle_guards
from flasklint.rules.open_sockets import open_sockets
from flasklint.rules.recoveries import recoveries
from flasklint.source import Location

_PUBLIC = frozenset(
    {
        "login",
        "logout",
        "signin",
        "signup",
        "signout",
        "register",
        "registration",
        "reset",
        "forgot",
        "forgotten",
        "activate",
    }
    | {
        "confirm",
        "verify",
        "callback",
        "webhook",
        "hook",
        "health",
        "healthcheck",
        "healthz",
        "ping",
        "status",
        "public",
        "oauth",
    }
    | {
        "authorize",
        "authorized",
        "token",
        "sso",
        "saml",
        "acs",
        "otp",
        "mfa",
        "auth",
        "password",
        "contact",
        "search",
        "unsubscribe",
    }
    | {
        "subscribe",
        "index",
        "home",
        "about",
        "static",
        "metrics",
        "robots",
        "favicon",
        "locale",
        "language",
        "feedback",
        "session",
    }
)
_WHO = frozenset(
    {
        "user",
        "account",
        "member",
        "identity",
        "admin",
        "current",
        "auth",
        "login",
        "me",
        "role",
        "roles",
        "person",
        "token",
    }
)
_TELLING = frozenset(
    {"admin", "delete", "remove", "destroy", "edit", "update", "create", "manage", "config", "settings", "purge"}
)
_PEOPLE = frozenset(
    {"account", "accounts", "permission", "permissions", "privilege", "privileges", "role", "roles", "user", "users"}
)
"""What an address is about where it changes who may do what."""
_SECRETS = frozenset({"code", "hash", "key", "nonce", "secret", "sig", "signature", "token", "uuid"})
"""Words of an address that only those know whom it was given to."""
_ANEW = frozenset({"create", "database", "db", "init", "initialize", "reset", "schema", "seed", "setup", "tables"})
"""Words of a route that makes the tables."""
_SHOWN = 11
_PAGES = 3
"""Pages among guarded routes that are open, for a form on one of them to be meant for everybody."""
_SLIPS = 3
"""So many open routes beside guarded ones are so many slips; more are one."""
_ASKING = 3
"""Routes that ask who is there, for an app to be one that does."""
_KNOWS_PEOPLE = frozenset(
    {"authenticate", "authenticated", "authorization", "check_password", "check_password_hash", "current_user"}
    | {"get_jwt_identity", "is_authenticated", "jwt_required", "login", "login_required", "login_user", "oauth", "oidc"}
    | {"require_auth", "requires_auth", "token_required", "verify_password", "verify_token"}
)
"""Names that an app uses in which somebody may be asked who they are."""
_PROVES = frozenset({"auth", "authorization", "key", "secret", "signature", "token", "user"})
"""Words of headers by which somebody may be known."""


class UnprotectedAdminRoute(AppRule):
    """A route is open while those beside it ask who is there.

    ## What it does
    Compares the routes of a blueprint (or of a file, for routes of the app itself): where nearly all of them demand a login, it
    reports one that changes something, or whose name speaks of administration, and demands none: no decorator, no
    `before_request`, no check in the view itself. Routes that have to be open (login, registration, callbacks, health) are left
    alone. Below `/admin` a route that asks nobody is reported whatever stands beside it, if people log in to the app; so is one
    that changes or deletes users, roles or permissions, if other routes of the app ask, and one that deletes or changes
    whichever record the address or the request names, also where the view asks who is there for something else. A view that
    drops all tables, or runs the schema's script again, is reported in any app, and so is one that gives whichever account a
    visitor names a new password and asks for nothing that only its owner has. Events of Flask-SocketIO that change something
    are reported where none of them, nor what is called when somebody connects, asks who is there and three routes do. Where all
    other views of a blueprint demand a role, one that only shows what the address names counts too. More than three such routes
    beside each other are one finding. An app that knows nobody at all, and in which several views change and delete what the
    visitor names, is reported as a whole.

    ## Why is this bad
    A decorator is easily forgotten, or stands above the route's own so that it does nothing. Whoever knows the address can then
    do what only administrators should.

    ## Bad
    ```python
    from flask import Blueprint, Flask, request
    from flask_login import LoginManager, login_required

    items = Blueprint("items", __name__)


    @items.route("/items")
    @login_required
    def show():
        return "items"


    @items.route("/items/add", methods=["POST"])
    @login_required
    def add():
        return request.form["name"]


    @items.route("/items/edit", methods=["POST"])
    @login_required
    def edit():
        return request.form["name"]


    @items.route("/items/delete", methods=["POST"])
    def delete():
        return request.form["id"]


    app = Flask(__name__)
    LoginManager(app)
    app.register_blueprint(items)
    ```

    ## Good
    ```python
    from flask import Blueprint, Flask, request
    from flask_login import LoginManager, login_required

    items = Blueprint("items", __name__)


    @items.before_request
    @login_required
    def demand_login():
        pass


    @items.route("/items/delete", methods=["POST"])
    def delete():
        return request.form["id"]


    app = Flask(__name__)
    LoginManager(app)
    app.register_blueprint(items)
    ```

    ## References
    - [CWE-306](https://cwe.mitre.org/data/definitions/306.html)
    - [CWE-862](https://cwe.mitre.org/data/definitions/862.html)
    """

    code = "FLK807"
    name = "unprotected-admin-route"
    severity = Severity.HIGH
    cwe = (306, 862)
    covers = ("FLK305", "FLK816")

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The odd ones out of each group of routes."""
        groups: dict[tuple[int, str], list[tuple[Route, Guard | None]]] = {}
        for route in app.routes:
            if route.view is not None:
                owner = id(route.chain[-1]) if route.chain else 0
                groups.setdefault((owner, route.view.location.path), []).append((route, app.guard(route)))
        administration = (*self._open_administration(app), *self._open_people(app))
        idle = tuple(self._idle_guards(app))
        yield from (*administration, *idle)
        told = {finding.location for finding in (*administration, *idle)}
        told.update(place.location for finding in administration for place in finding.related)
        for group in groups.values():
            found = list(self._odd_ones(app, group, told))
            yield from together(found, "routes do so") if len(found) > _SLIPS else found
        yield from self._open_recoveries(app)
        yield from self._open_wipes(app)
        yield from self._open_changes(app, told)
        yield from self._open_to_all(app, project)
        yield from self._open_sockets(app, project)

    def _odd_ones(
        self, app: App, group: Sequence[tuple[Route, Guard | None]], told: set[Location]
    ) -> Iterator[Finding]:
        """The routes of a group that are open where nearly all beside them are not."""
        views = {route.view.name: (route, guard) for route, guard in group if route.view is not None}
        guarded: list[tuple[Route, Guard]] = [(route, guard) for route, guard in views.values() if guard is not None]
        if len(guarded) < 3 or len(guarded) < 0.75 * len(views):
            return
        # Where several pages are public, so may be the form on one of them.
        has_pages = len(views) - len(guarded) > _PAGES
        for route, guard in views.values():
            if (
                guard is None
                and route.view is not None
                and route.view.location not in told
                and self._matters(app, route)
                and not (has_pages and "GET" in route.methods and not self._is_told(route))
                and not self._asks_itself(app, route)
            ):
                told.add(route.view.location)
                yield self._report(route, guarded)
            elif guard is None and len(views) - len(guarded) == 1 and self._shows_what_is_for_some(app, route, guarded):
                yield self._report(route, guarded)

    def _shows_what_is_for_some(self, app: App, route: Route, guarded: list[tuple[Route, Guard]]) -> bool:
        """Does a view show what a visitor names, while all beside it are for those who may do more than log in?"""
        assert route.view is not None
        spoken = {*words(route.rule), *words(route.view.name.rpartition(".")[2])}
        if route.changes or not route.parameters or not spoken.isdisjoint(_PUBLIC | _SECRETS):
            return False
        if self._asks_itself(app, route) or all(_says_the_same(app, one) for one in route.view.functions):
            return False
        demanding = [other for other, guard in guarded if self._demands_rights(app, other, guard)]
        return len(demanding) >= _ASKING and len(demanding) >= 0.75 * len(guarded)

    def _demands_rights(self, app: App, route: Route, guard: Guard) -> bool:
        assert route.view is not None
        return not ROLES.isdisjoint(words(guard.name)) or any(
            app.course(route, function).demands for function in route.view.functions
        )

    def _open_recoveries(self, app: App) -> Iterator[Finding]:
        """Views that give whichever account a visitor names a new password, and ask for nothing that only its owner has."""
        for route, function, place in recoveries(app):
            yield self.finding(
                Location(function.location.path, place.span),
                f"`{route.rule}` gives whichever account a visitor names a new password, and asks for nothing that only its "
                "owner has.",
                confidence=Confidence.MEDIUM,
                label="whoever asks takes the account over",
                scope=function.qualname,
                help="send a signed link that is good for a short time to the account's address, and look at it here",
            )

    def _idle_guards(self, app: App) -> Iterator[Finding]:
        """Guards that stand above the decorator that registers the view: what is registered is the view without them."""
        for route, function, guard, name in idle_guards(app):
            yield self.finding(
                function.location,
                f"`{name}` stands above the decorator that registers `{route.rule}`, so that it guards nothing: the view that "
                "answers is the one without it.",
                confidence=Confidence.HIGH,
                label="open to everybody",
                scope=function.qualname,
                related=(
                    Place(Location(function.location.path, guard.span), "put around the view after it was registered"),
                ),
                help=f"put `{name}` beneath the route's decorator",
            )

    def _open_wipes(self, app: App) -> Iterator[Finding]:
        """Views that make the database anew for whoever asks."""
        for route, function in () if app.exhausted else app.views():
            spoken = {*words(route.rule), *words(function.node.name)}
            attributes = app.deeds(function, deep=True).attributes
            wipes = "drop_all" in attributes or ("executescript" in attributes and not spoken.isdisjoint(_ANEW))
            if not wipes or app.guard(route) is not None or self._asks(app, function):
                continue
            assert route.view is not None
            if not all(map(_describes, (*app.decorations(route), *route.view.decorations_of(function)))):
                continue
            yield self.finding(
                function.location,
                f"`{route.rule}` makes the database anew for whoever asks. All that is stored is lost.",
                confidence=Confidence.MEDIUM,
                label="open to everybody",
                scope=function.qualname,
                help="take the route out, and do it from the command line: `@app.cli.command()`",
            )

    def _open_changes(self, app: App, told: Set[Location]) -> Iterator[Finding]:
        """Views that delete or change what a visitor names and have asked nobody, in an app that people log in to."""
        asking = sum(app.guard(route) is not None for route in app.routes)
        if app.exhausted or (app.identity is None and asking < _ASKING) or self._is_asked_with_the_address(app):
            return
        found: list[tuple[Route, Fn, Act]] = []
        for route, function in app.views():
            known = function.location in told or route.location in told
            act = None if known else self._open_act(app, route, function)
            if act is not None:
                found.append((route, function, act))
        if not found:
            return
        (first, function, act), *others = found
        done = "deletes" if act.deletes else "changes"
        yield self.finding(
            function.location,
            f"`{first.rule}` {done} what the visitor names and asks nobody who they are, though "
            + (f"{asking} other routes do." if asking >= _ASKING else "people log in to this app."),
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=function.qualname,
            related=(
                Place(act.location, "done here"),
                *(Place(one.location, f"so is `{route.rule}`") for route, one, _ in others[:_SHOWN]),
            ),
            help="ask who is there before anything is changed, best in a `before_request` function for all such routes",
        )

    def _open_sockets(self, app: App, project: Project) -> Iterator[Finding]:
        """Events of sockets that do something for whoever sends them, in an app whose pages ask."""
        asking = sum(app.guard(route) is not None for route in app.routes)
        found = open_sockets(app, project) if asking >= _ASKING and not app.exhausted else ()
        if not found:
            return
        first, *others = found
        yield self.finding(
            first.location,
            f"A message to the socket is enough for `{first.name}`: nobody who connects is asked who they are, though "
            f"{asking} routes ask.",
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=first.scope,
            related=tuple(Place(one.location, f"so is `{one.name}`") for one in others[:_SHOWN]),
            help="refuse strangers in the function that is called when somebody connects: `return False`",
        )

    def _open_to_all(self, app: App, project: Project) -> Iterator[Finding]:
        """An app that knows nobody, and lets whoever reaches it change and delete what they name."""
        if app.exhausted or app.identity is not None or any(app.guard(route) is not None for route in app.routes):
            return
        if any(
            not module.is_test and not _KNOWS_PEOPLE.isdisjoint(module.words) for module in project.modules.values()
        ):
            return
        if any(hook.before and app.deeds(hook.function, deep=True).refuses for hook in app.hooks):
            return
        found: list[tuple[Route, Fn, Act]] = []
        for route, function in app.views():
            deeds = app.deeds(function, deep=True)
            if deeds.mentions("flask.session", "flask.request.authorization", "flask.request.cookies") or any(
                not _PROVES.isdisjoint(words(header)) for header in deeds.headers
            ):
                return
            act = self._open_act(app, route, function)
            if act is not None:
                found.append((route, function, act))
        if len(found) < _ASKING or not any(act.deletes for _, _, act in found):
            return
        (_, function, act), *others = found
        yield self.finding(
            function.location,
            f"Nobody is asked who they are anywhere in this app: whoever reaches it can change and delete what is stored, at "
            f"{len(found)} addresses.",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=function.qualname,
            related=(
                Place(act.location, "done here"),
                *(Place(one.location, f"so is `{route.rule}`") for route, one, _ in others[:_SHOWN]),
            ),
            help="have people log in, or ask for a key, in a `before_request` function for all that changes something",
        )

    def _is_asked_with_the_address(self, app: App) -> bool:
        """Does what reads an address for the views turn people away?"""
        return any(
            "url_value_preprocessor" in hook.kind and app.deeds(hook.function, deep=True).refuses for hook in app.hooks
        )

    def _open_act(self, app: App, route: Route, function: Fn) -> Act | None:
        spoken = {*words(route.rule), *words(function.node.name)}
        assert route.view is not None
        if not spoken.isdisjoint(_PUBLIC | _SECRETS) or app.guard(route) is not None:
            return None
        if not all(map(_describes, (*app.decorations(route), *route.view.decorations_of(function)))):
            # One of them may ask, in a way that is not seen.
            return None
        course = app.course(route, function)
        quiet = not self._asks_itself(app, route)
        says = route.changes or not spoken.isdisjoint(CHANGES | DELETES)
        for act in course.acts:
            if act.named and act.asked is Asked.NOTHING and (act.deletes or (quiet and says)):
                return act
        return None

    def _open_administration(self, app: App) -> tuple[Finding, ...]:
        """Routes below ``/admin`` that ask nobody, in an app that people log in to."""
        asking = sum(app.guard(route) is not None for route in app.routes) if app.identity is None else _ASKING
        if asking < _ASKING or app.exhausted:
            return ()
        open_routes = [
            route
            for route in app.routes
            if route.view is not None
            and "admin" in route.rule.lower().split("/")
            and app.guard(route) is None
            and self._matters(app, route)
            and not self._asks_itself(app, route)
        ]
        if not open_routes:
            return ()
        first, *others = open_routes
        assert first.view is not None
        found = self.finding(
            first.view.location,
            f"`{first.rule}` demands no login, though people log in to this app.",
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=first.view.name.rpartition(".")[2],
            related=tuple(Place(other.location, f"so is `{other.rule}`") for other in others[:8]),
            help="ask for an administrator's login, best in a `before_request` function of a blueprint for all such routes",
        )
        return (found,)

    def _open_people(self, app: App) -> tuple[Finding, ...]:
        """Routes that change or delete users, roles and permissions and ask nobody, in an app whose others do ask."""
        if app.exhausted:
            return ()
        asking = [(route, guard) for route in app.routes if (guard := app.guard(route)) is not None]
        if len(asking) < _ASKING:
            return ()
        open_routes = {
            route.view.location: route
            for route in app.routes
            if route.view is not None
            and not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods)
            and not _PEOPLE.isdisjoint(route.rule.lower().split("/"))
            and app.guard(route) is None
            and app.guard_of_changes(route) is None
            and self._matters(app, route)
            and not self._asks_itself(app, route)
        }
        if not open_routes:
            return ()
        (location, first), *others = open_routes.items()
        assert first.view is not None
        other, guard = asking[0]
        related = [Place(guard.location, f"`{other.rule}` has `{guard.name}`")]
        related += [Place(where, f"so is `{route.rule}`") for where, route in others[:8]]
        found = self.finding(
            location,
            f"`{first.rule}` changes who may do what and demands no login, while {len(asking)} other routes do.",
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=first.view.name.rpartition(".")[2],
            related=tuple(related),
            help=f"ask as `{other.rule}` does, beneath the route's decorator, or demand a login for the whole blueprint",
        )
        return (found,)

    def _matters(self, app: App, route: Route) -> bool:
        assert route.view is not None
        if not route.changes and all(_says_the_same(app, function) for function in route.view.functions):
            return False
        spoken = set(words(route.rule)) | set(words(route.view.name.rpartition(".")[2])) | set(words(route.endpoint))
        if not _PUBLIC.isdisjoint(spoken):
            return False
        return route.changes or not _TELLING.isdisjoint(spoken)

    def _is_told(self, route: Route) -> bool:
        """Does the address itself speak of administration?"""
        return not _TELLING.isdisjoint(words(route.rule) + words(route.endpoint))

    def _asks_itself(self, app: App, route: Route) -> bool:
        """Does the view find out who is asking, or check a token, in its own body?"""
        assert route.view is not None
        return any(self._asks(app, function) for function in route.view.functions) or not all(
            map(_describes, route.view.decorations)
        )

    def _asks(self, app: App, function: Fn) -> bool:
        deeds = app.deeds(function, deep=True)
        if any("public" in words(text) for text in filter(str.isidentifier, deeds.texts)):
            # Open for everybody when a setting says so.
            return True
        if deeds.mentions("flask.session") or (
            deeds.mentions("flask_login.current_user", "flask_security.current_user") and not _only_shows(function)
        ):
            return True
        if deeds.mentions("flask.g") and any(
            not _WHO.isdisjoint(words(text))
            for text in (
                *filter(str.isidentifier, deeds.texts),
                *(name[len("flask.g.") :] for name in deeds.names if name.startswith("flask.g.")),
            )
        ):
            return True
        if not PASSWORD_CHECKS.isdisjoint((*deeds.attributes, *(name.rpartition(".")[2] for name in deeds.calls))):
            # Who knows the password is the one.
            return True
        if deeds.mentions("flask.request.authorization", "flask_jwt_extended", "hmac", "itsdangerous"):
            return True
        return deeds.refuses and any(
            not {"auth", "authorization", "token", "permission", "user", "key", "signature"}.isdisjoint(words(text))
            for text in (*deeds.texts, *deeds.attributes)
        )

    def _report(self, route: Route, guarded: list[tuple[Route, Guard]]) -> Finding:
        assert route.view is not None
        other, guard = guarded[0]
        return self.finding(
            route.view.location,
            f"`{route.rule}` demands no login, while {len(guarded)} routes beside it do.",
            confidence=Confidence.MEDIUM,
            label="open to everybody",
            scope=route.view.name.rpartition(".")[2],
            related=(Place(guard.location, f"`{other.rule}` has `{guard.name}`"),),
            help=f"ask as `{other.rule}` does, beneath the route's decorator, or demand a login for the whole blueprint",
        )


def _only_shows(function: Fn) -> bool:
    """Is who is asking told to a page or a log, and nothing else?"""
    shown = {
        id(inner)
        for call in ir.walk(function.node)
        if isinstance(call, ir.Call) and ir.last_name(call.function) in TELLS
        for argument in call.arguments
        for inner in (argument.value, *ir.walk(argument.value))
    }
    places = [one for one in ir.walk(function.node) if isinstance(one, ir.Name) and one.id == "current_user"]
    return bool(places) and all(id(one) in shown for one in places)


def _describes(decoration: Decoration) -> bool:
    return describes(decoration.names)


def _says_the_same(app: App, function: Fn) -> bool:
    """Does a view answer what it always answers, whoever asks for whatever? A page may show more than its view says."""
    scope = app.scope_of(function)
    *before, last = function.node.body
    if not all(isinstance(one, ir.Do) and isinstance(one.value, ir.Const) for one in before):
        return False
    match last:
        case ir.Return(ir.Const() | None):
            return True
        case ir.Return(ir.Call(ir.Name() as called, arguments)) if scope is not None:
            shows = "flask.render_template" in app.resolver.resolve(called, scope)
            return not shows and all(isinstance(argument.value, ir.Const) for argument in arguments)
    return False
