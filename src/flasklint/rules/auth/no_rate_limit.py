from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.guards import PASSWORD_CHECKS
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.apps import App
from flasklint.project.limits import is_limited
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import AppRule

_CHECKS = (
    "werkzeug.security.check_password_hash",
    "flask_bcrypt.Bcrypt().check_password_hash",
    "flask_bcrypt.check_password_hash",
    "bcrypt.checkpw",
    "passlib.context.CryptContext().verify",
    "passlib.hash",
    "argon2.PasswordHasher().verify",
    "flask_security.verify_password",
    "flask_security.utils.verify_password",
)
_ENTRANCES = frozenset(
    {"login", "signin", "logon", "token", "auth", "authenticate", "session", "reset", "forgot", "register", "signup"}
)
_NEWCOMERS = frozenset({"register", "signup", "registration", "invite", "confirm", "activate", "setup", "enroll"})
_LOGINS = frozenset({"login", "signin", "logon", "authenticate"})
_CLEAR = _LOGINS | {"auth"}
_ELSEWHERE = frozenset(
    {"acs", "oidc", "oauth", "oauth2", "openid", "saml", "sso", "callback", "cas", "google", "github"}
)
"""Words of routes where another site has checked the password."""
_VOUCHED = frozenset({"authorized", "authorize_access_token", "authorized_response", "parse_id_token", "fetch_token"})
"""What clients of OAuth have, by which a view learns whom another site has let in."""
_HANDED_OUT = frozenset({"digest", "hash", "key", "nonce", "sig", "signature", "token", "uuid"})
"""Words of a part of an address that is too long to be guessed: who has it was given it."""
_RESETS = frozenset({"forgot", "forgotten", "recover", "reset", "verify"})
_SHORT = frozenset({"code", "otp", "pin"})
"""Names of what is short enough to be tried through."""
_VERIFIERS = PASSWORD_CHECKS | {"authenticate"}
_MAY_VERIFY = frozenset({"authorize", "log_in", "login"})
"""Methods that check a password if they are given one."""


class NoRateLimit(AppRule):
    """Passwords can be guessed without limit.

    ## What it does
    Finds the routes that check a password or hand out tokens, and looks for what slows guessing down: Flask-Limiter (by
    decorator, for a blueprint, by default), a counter of failures of the app's own, a CAPTCHA. There is one finding for an app,
    at the first such route.

    ## Why is this bad
    A program tries thousands of passwords a minute against an account, or one leaked password against all accounts, until one
    fits.

    ## Bad
    ```python
    from flask import Flask, request
    from flask_login import LoginManager, login_user
    from werkzeug.security import check_password_hash

    app = Flask(__name__)
    LoginManager(app)


    @app.route("/login", methods=["POST"])
    def login():
        user = find_user(request.form["name"])
        if check_password_hash(user.password_hash, request.form["password"]):
            login_user(user)
            return "welcome"
        return "no", 401
    ```

    ## Good
    ```python
    from flask import Flask, request
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address
    from flask_login import LoginManager, login_user
    from werkzeug.security import check_password_hash

    app = Flask(__name__)
    LoginManager(app)
    limiter = Limiter(get_remote_address, app=app)


    @app.route("/login", methods=["POST"])
    @limiter.limit("5 per minute")
    def login():
        user = find_user(request.form["name"])
        if check_password_hash(user.password_hash, request.form["password"]):
            login_user(user)
            return "welcome"
        return "no", 401
    ```

    ## References
    - [CWE-307](https://cwe.mitre.org/data/definitions/307.html)
    - [Flask-Limiter](https://flask-limiter.readthedocs.io/en/stable/)
    """

    code = "FLK801"
    name = "no-rate-limit"
    severity = Severity.MEDIUM
    cwe = (307,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for an app, at the first route that lies open."""
        if app.exhausted:
            return
        open_routes = [
            (route, function)
            for route, function in app.views()
            if self._takes_password(app, route, function) and not is_limited(app, route, function)
        ]
        if not open_routes:
            return
        # Where people log in is where passwords are guessed first.
        open_routes.sort(key=lambda one: _LOGINS.isdisjoint(_spoken(*one)))
        (route, function), *others = open_routes
        yield self.finding(
            function.location,
            f"Nothing limits how often passwords can be tried at `{route.rule}`.",
            confidence=Confidence.MEDIUM,
            label="may be asked any number of times",
            scope=function.qualname,
            related=tuple(Place(other.location, f"nor at {found.rule}") for found, other in others[:8]),
            help='put a limit on it: `@limiter.limit("5 per minute")` from Flask-Limiter',
        )

    def _takes_password(self, app: App, route: Route, function: Fn) -> bool:
        guard = app.guard(route) if "POST" in route.methods else None
        # Somebody who is logged in already changes a password; a guard for all lets the login through.
        if "POST" not in route.methods or (guard is not None and not guard.hook):
            return False
        lets_in = app.logs_in(route)
        if guard is not None and not lets_in:
            return False
        spoken = _spoken(route, function)
        if not lets_in and _ENTRANCES.isdisjoint(spoken):
            return False
        deeds = app.deeds(function)
        checks = deeds.mentions(*_CHECKS) or not _VERIFIERS.isdisjoint(deeds.attributes)
        if not checks and not _VOUCHED.isdisjoint(deeds.attributes):
            # Another site lets people in, or a form of the app's own where that is switched off.
            return lets_in and any(_asks_password(app, name) for name in deeds.calls)
        if not checks and any(not _HANDED_OUT.isdisjoint(words(name)) for name, _ in route.parameters):
            return False
        if not checks and "password" in deeds.texts and _NEWCOMERS.isdisjoint(spoken):
            checks = not _MAY_VERIFY.isdisjoint(deeds.attributes) or not (
                _RESETS.isdisjoint(spoken) or _SHORT.isdisjoint(deeds.texts)
            )
        if not checks and (lets_in or not _CLEAR.isdisjoint(spoken)) and (_NEWCOMERS | _ELSEWHERE).isdisjoint(spoken):
            # Compared in the clear, or by a helper that is not seen.
            checks = any(
                sensitivity(word) == "password" for word in (*deeds.texts, *deeds.attributes) if len(word) < 30
            ) or any(_asks_password(app, name) for name in deeds.calls)
        return checks


def _asks_password(app: App, name: str) -> bool:
    """Whether a class of the project is a form with a password in it, which checks it as it is validated."""
    found = app.definition(name)
    return (
        found is not None
        and isinstance(found.node, ir.Class)
        and any(sensitivity(one) == "password" for one in found.bindings)
    )


def _spoken(route: Route, function: Fn) -> set[str]:
    said = {*words(route.rule), *words(function.node.name), *words(route.endpoint)}
    # `/auth` before all addresses of a blueprint says nothing of each.
    own = {*words(route.rule.rstrip("/").rpartition("/")[2]), *words(function.node.name)}
    return said if "auth" in own else said - {"auth"}
