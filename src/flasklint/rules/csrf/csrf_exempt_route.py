from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.project.apps import App
from flasklint.project.forgery import body_is_json_only, verifies_signature
from flasklint.project.objects import Event
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import AppRule
from flasklint.source import Location


class CsrfExemptRoute(AppRule):
    """A route that changes something is exempt from CSRF protection.

    ## What it does
    Looks at what is exempted from CSRFProtect or SeaSurf: views and blueprints, by decorator, by call, in a loop. It reports
    those that change something for whoever a cookie says is asking. Webhooks that verify a signature, views that demand a token
    in a header, that check one themselves, or that read nothing but JSON are left alone.

    ## Why is this bad
    For these routes it is as if there were no protection: a page anywhere on the web can send them with the visitor's cookie.

    ## Bad
    ```python
    from flask import Flask, request
    from flask_login import LoginManager, login_required
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    LoginManager(app)
    csrf = CSRFProtect(app)


    @app.route("/email", methods=["POST"])
    @csrf.exempt
    @login_required
    def change_email():
        save(request.form["email"])
        return "saved"
    ```

    ## Good
    ```python
    import hmac

    from flask import Flask, abort, request
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    csrf = CSRFProtect(app)


    @app.route("/hook", methods=["POST"])
    @csrf.exempt
    def hook():
        expected = hmac.new(app.config["HOOK_KEY"], request.get_data(), "sha256").hexdigest()
        if not hmac.compare_digest(expected, request.headers["X-Signature"]):
            abort(403)
        return "thanks"
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-WTF: Exclude views from protection](https://flask-wtf.readthedocs.io/en/latest/csrf/#exclude-views-from-protection)
    """

    code = "FLK303"
    name = "csrf-exempt-route"
    severity = Severity.MEDIUM
    cwe = (352,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for each place that exempts."""
        if app.identity is None:
            return
        profile = app.production[0]
        found: dict[Location, tuple[Event, list[Route]]] = {}
        for route in app.routes:
            event = app.exemption(route)
            if event is None or "POST" not in route.methods or app.protection(route, profile).protected:
                continue
            if body_is_json_only(app, route) or verifies_signature(app, route):
                continue
            if app.logs_in(route):
                continue
            guard = app.guard(route)
            if guard is not None and guard.proof in ("token", "basic"):
                continue
            found.setdefault(event.location, (event, []))[1].append(route)
        for location, (event, routes) in found.items():
            guarded = [route for route in routes if app.guard(route) is not None]
            if not guarded and len(routes) > 1:
                continue
            shown = guarded or routes
            listed = "one route that changes" if len(shown) == 1 else f"{len(shown)} routes that change"
            yield self.finding(
                location,
                f"CSRF protection is lifted for {listed} something"
                + (
                    " on the word of a cookie." if guarded else "; nothing else is seen to check who sends the request."
                ),
                severity=Severity.HIGH if guarded else Severity.MEDIUM,
                confidence=Confidence.HIGH if guarded else Confidence.LOW,
                label="lifts the protection",
                scope=event.scope,
                related=tuple(
                    Place(route.location, f"{'/'.join(sorted(route.methods))} {route.rule}") for route in shown[:12]
                ),
                help="send the token with the request (the `X-CSRFToken` header), or verify a signature",
            )
