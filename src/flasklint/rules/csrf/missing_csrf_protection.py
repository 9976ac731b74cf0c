from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.extensions import ExtensionUse
from flasklint.project.forgery import body_is_json_only, looks_at_no_browser, only_shows
from flasklint.project.operations import python
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.project.standing import Guard
from flasklint.rules.base import AppRule
from flasklint.source import Location

_SENT = frozenset({"POST"})
_SHOWN = 12
_FEW = 3
_ENTRANCES = frozenset(
    {"login", "logout", "signin", "signout", "logon", "logoff", "register", "signup", "reset", "forgot", "saml", "sso"}
)


class MissingCsrfProtection(AppRule):
    """Nothing protects the app's forms against forged requests.

    ## What it does
    For an app whose visitors log in with a cookie, lists the routes that change something and that no CSRF token guards: there is
    no CSRFProtect, SeaSurf or check of the app's own in force for them. An extension that is created and never initialised, or
    only when a setting that is off says so, counts as missing. Routes that validate a `FlaskForm`, that check a token themselves,
    that demand a token in a header or that read nothing but JSON are off the list. There is one finding for an app; where its
    other routes check tokens and a few were forgotten, those are reported, and where many were, the first of them. With
    `SESSION_COOKIE_SAMESITE` at `Lax` it is of low severity, and a few forgotten routes are for pedants; at `Strict` all are.

    ## Why is this bad
    A page anywhere on the web can send a form to the app, and the browser adds the cookie of the visitor who is logged in. So
    the visitor changes their e-mail address, or an administrator creates another one, without knowing.

    ## Bad
    ```python
    from flask import Flask, request
    from flask_login import LoginManager, login_required

    app = Flask(__name__)
    LoginManager(app)


    @app.route("/email", methods=["POST"])
    @login_required
    def change_email():
        save(request.form["email"])
        return "saved"
    ```

    ## Good
    ```python
    from flask import Flask, request
    from flask_login import LoginManager, login_required
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    LoginManager(app)
    CSRFProtect(app)


    @app.route("/email", methods=["POST"])
    @login_required
    def change_email():
        save(request.form["email"])
        return "saved"
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-WTF: CSRF Protection](https://flask-wtf.readthedocs.io/en/latest/csrf/)
    """

    code = "FLK301"
    name = "missing-csrf-protection"
    severity = Severity.HIGH
    cwe = (352,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for an app, with the routes that lie open."""
        identity = app.identity
        if identity is None or any(use.in_force(app.production[0]) for use in app.extensions_of_kind("csrf")):
            return
        # Browsers ask another site before they send it a PUT or a DELETE.
        routes = [route for route in app.forgeable if not body_is_json_only(app, route, _SENT)]
        acting = _one_a_view(route for route in routes if not self._is_entrance(route) and not only_shows(app, route))
        if not acting:
            return
        guarded = [route for route in acting if (guard := app.guard(route)) is not None and guard.proof == "session"]
        if not guarded and (self._has_means(app) or self._asks_for_tokens(app)):
            return
        if not guarded and all(looks_at_no_browser(app, route) for route in acting):
            return
        shown = sorted(guarded or acting, key=lambda route: (route.location.path, route.location.span))
        lax = any(_is_lax(app, value) for value in ("Lax", "Strict"))
        if guarded and len(guarded) <= _FEW and self._has_means(app):
            for route in shown:
                yield self._forgotten(route, identity, lax)
            return
        location, label, extra = self._place(app)
        if guarded and not extra and self._has_means(app):
            first = shown[0]
            yield replace(
                self._forgotten(first, identity, lax),
                message=f"{len(shown)} routes change something on the word of a cookie and check no token, as others of this app "
                "do. A page anywhere on the web can ask for them in the name of a visitor.",
                severity=Severity.LOW if lax else Severity.HIGH,
                persona=Persona.REGULAR,
                related=(
                    Place(identity.location, f"people log in with a cookie: {identity.name}"),
                    *(Place(route.location, f"{_asked_for(route)} is open too") for route in shown[1:_SHOWN]),
                ),
            )
            return
        count = "one route changes something" if len(acting) == 1 else f"{len(acting)} routes change something"
        yield self.finding(
            location,
            f"Nothing checks that requests come from the app's own pages: {count} on the word of a cookie.{extra}"
            + (
                " The session cookie's `SameSite` keeps most of them off; pages of the same site may still send them."
                if lax
                else ""
            ),
            severity=Severity.LOW if lax else Severity.HIGH,
            confidence=self._confidence(app, bool(guarded)),
            # A strict cookie is in nothing that another site makes a browser send, be it a link.
            persona=Persona.PEDANTIC if _is_lax(app, "Strict") else Persona.REGULAR,
            label=label,
            scope=app.scope,
            related=(
                Place(identity.location, f"people log in with a cookie: {identity.name}"),
                *(Place(route.location, f"{_asked_for(route)} is open") for route in shown[:_SHOWN]),
            ),
            help="`CSRFProtect(app)` from Flask-WTF protects all routes at once; put its token into the forms",
        )

    def _forgotten(self, route: Route, identity: Guard, lax: bool) -> Finding:
        """``lax``: browsers leave the cookie out of what other sites send, so that it is for those who want more."""
        return self.finding(
            route.location,
            "This route changes something on the word of a cookie and checks no token, as others of this app do. A page anywhere "
            "on the web can ask for it in the name of a visitor.",
            severity=Severity.LOW if lax else Severity.MEDIUM,
            persona=Persona.PEDANTIC if lax else Persona.REGULAR,
            label=f"{_asked_for(route)} is open",
            scope=route.scope,
            related=(Place(identity.location, f"people log in with a cookie: {identity.name}"),),
            help="validate a form with a token (an empty one will do for a button), or use `CSRFProtect(app)` for all routes",
        )

    def _confidence(self, app: App, guarded: bool) -> Confidence:
        if app.exhausted:
            return Confidence.LOW
        return Confidence.HIGH if guarded else Confidence.MEDIUM

    def _has_means(self, app: App) -> bool:
        """Does it check tokens on other routes? Then those that do not, and ask for nobody's name, are open on purpose."""
        profile = app.production[0]
        return any("POST" in route.methods and app.protection(route, profile).kind == "checked" for route in app.routes)

    def _asks_for_tokens(self, app: App) -> bool:
        """Do its guards ask for a token that a page has to send, and none for a cookie? Then nobody's name is used elsewhere."""
        proofs = {guard.proof for route in app.routes if (guard := app.guard(route)) is not None}
        return "token" in proofs and "session" not in proofs

    def _is_entrance(self, route: Route) -> bool:
        spoken = words(route.endpoint.rpartition(".")[2]) + words(route.rule)
        return not _ENTRANCES.isdisjoint(spoken)

    def _place(self, app: App) -> tuple[Location, str, str]:
        """Where to mend it: an extension that does not act, else the app."""
        profile = app.production[0]
        for use in app.extensions_of_kind("csrf"):
            status = use.status(profile)
            short = use.name.rpartition(".")[2]
            if status == "never" and not use.inits:
                return use.location, "never initialised", f" This `{short}` is created, but no app is ever given to it."
            if status in ("never", "off-by-default"):
                return (
                    self._last(use),
                    "off by default",
                    f" This `{short}` acts only when a setting says so that is off by default.",
                )
        return app.location, "has no CSRF protection", ""

    def _last(self, use: ExtensionUse) -> Location:
        return use.inits[-1].location


def _asked_for(route: Route) -> str:
    return f"{'/'.join(sorted(route.methods))} {route.rule}"


def _is_lax(app: App, wanted: str) -> bool:
    known, plain = python(app.setting("SESSION_COOKIE_SAMESITE").candidate.value)
    return known and plain == wanted


def _one_a_view(routes: Iterable[Route]) -> list[Route]:
    """Of the routes of each view one, that of the shortest address that is all seen: a view that is registered for each version
    of an API is forgotten once."""
    found: dict[Location, Route] = {}
    for route in sorted(routes, key=lambda route: ("?" in route.rule, len(route.rule))):
        found.setdefault(route.view.location if route.view is not None else route.location, route)
    return list(found.values())
