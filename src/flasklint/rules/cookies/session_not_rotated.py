from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.operations import python
from flasklint.project.project import Project
from flasklint.rules.base import AppRule
from flasklint.source import Location

_ROTATES = frozenset({"clear", "regenerate", "cycle_key", "cycle", "new_session", "rotate"})


class SessionNotRotated(AppRule):
    """A login goes on with the session of whoever was there before.

    ## What it does
    Finds views that write who somebody is into the session and do not clear or renew it before. With sessions that are kept on
    the server (Flask-Session) it is a weakness that can be used; with Flask's own cookie sessions it is advice for pedants.
    Flask-Login with `session_protection = "strong"` is left alone.

    ## Why is this bad
    An attacker who got a visitor to use a session of his (by a link, by another app on the same domain) has the key to the
    account as soon as the visitor logs in. What was in the session before also stays in it.

    ## Bad
    ```python
    from flask import Flask, request, session
    from flask_session import Session

    app = Flask(__name__)
    Session(app)


    @app.route("/login", methods=["POST"])
    def login():
        session["user_id"] = check(request.form["name"], request.form["password"])
        return "welcome"
    ```

    ## Good
    ```python
    from flask import Flask, request, session
    from flask_session import Session

    app = Flask(__name__)
    Session(app)


    @app.route("/login", methods=["POST"])
    def login():
        user_id = check(request.form["name"], request.form["password"])
        app.session_interface.regenerate(session)
        session["user_id"] = user_id
        return "welcome"
    ```

    ## References
    - [CWE-384](https://cwe.mitre.org/data/definitions/384.html)
    """

    code = "FLK207"
    name = "session-not-rotated"
    severity = Severity.MEDIUM
    cwe = (384,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The views that write an identity."""
        if self._is_strong(app):
            return
        kept = any(use.inits for use in app.extensions_of_kind("session"))
        seen: set[Location] = set()
        for route, function in app.views():
            write = app.kept_identity(function)
            guard = app.guard(route)
            if write is None or (guard is not None and not guard.hook) or self._rotates(function):
                continue
            location = Location(function.frame.module.path, write.node.span)
            if location in seen:
                continue
            seen.add(location)
            yield self.finding(
                location,
                "Who somebody is goes into the session that was there before the login.",
                severity=Severity.MEDIUM if kept else Severity.LOW,
                confidence=Confidence.MEDIUM,
                persona=Persona.REGULAR if kept else Persona.PEDANTIC,
                label="the session is not renewed",
                scope=function.qualname,
                help="call `session.clear()` first, and let the server make a new session",
            )

    def _is_strong(self, app: App) -> bool:
        for use in app.extensions_of_kind("login"):
            held = use.instance.attributes.get("session_protection")
            known, plain = python(held) if held is not None else (False, None)
            if known and plain == "strong":
                return True
        known, plain = python(app.setting("SESSION_PROTECTION").candidate.value)
        return known and plain == "strong"

    def _rotates(self, function: Fn) -> bool:
        return any(isinstance(node, ir.Attribute) and node.name in _ROTATES for node in ir.walk(function.node))
