from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.headers import PROTECTIVE
from flasklint.project.apps import App
from flasklint.project.headers import after_hooks, response_headers, serves_pages
from flasklint.project.project import Project
from flasklint.rules.base import AppRule

_ESSENTIAL = frozenset({"x-content-type-options", "x-frame-options", "content-security-policy"})


class MissingSecurityHeaders(AppRule):
    """The app's pages lack the headers that tell browsers to be careful.

    ## What it does
    For an app that answers with pages, collects the headers that it sets on all responses: by `after_request`, Talisman, a
    library, a response class or a middleware of its own. It reports an app that leaves out `X-Content-Type-Options`, or both
    `Content-Security-Policy` and `X-Frame-Options`, and names all that are missing. Where headers are set whose names are not
    seen, it stays silent.

    ## Why is this bad
    Without them, any page can put yours into a frame and have its visitors click on it, uploads can be taken for scripts, and
    an injected script runs with nothing in its way.

    ## Bad
    ```python
    from flask import Flask, render_template

    app = Flask(__name__)


    @app.route("/")
    def index():
        return render_template("index.html")
    ```

    ## Good
    ```python
    from flask import Flask, render_template

    app = Flask(__name__)


    @app.after_request
    def protect(response):
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'self'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response


    @app.route("/")
    def index():
        return render_template("index.html")
    ```

    ## References
    - [CWE-693](https://cwe.mitre.org/data/definitions/693.html)
    - [CWE-1021](https://cwe.mitre.org/data/definitions/1021.html)
    - [Flask: Security, Security Headers](https://flask.palletsprojects.com/en/stable/web-security/#security-headers)
    """

    code = "FLK701"
    name = "missing-security-headers"
    severity = Severity.LOW
    cwe = (693, 1021)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for an app, with the names of all that is missing."""
        if app.exhausted or not serves_pages(app):
            return
        profile = app.production[0]
        headers = response_headers(app, profile)
        if headers.computed:
            return
        missing = [written for name, written in PROTECTIVE.items() if name not in headers.names]
        framed = not headers.names & {"x-frame-options", "content-security-policy"}
        if "x-content-type-options" in headers.names and not framed:
            return
        hook = next((hook for hook in after_hooks(app, profile) if app.headers(hook.function)[0] & _ESSENTIAL), None)
        if "content-security-policy" in headers.names and "X-Frame-Options" in missing:
            missing.remove("X-Frame-Options")
        listed = ", ".join(f"`{name}`" for name in missing)
        yield self.finding(
            app.location if hook is None else hook.function.location,
            f"The app's pages are sent without {listed}. Unless a server in front of the app adds them, browsers protect nobody.",
            confidence=Confidence.MEDIUM,
            label="sets no such headers" if hook is None else "leaves some out",
            scope=app.scope if hook is None else hook.function.qualname,
            help="set them in an `after_request` function, or use Flask-Talisman",
        )
