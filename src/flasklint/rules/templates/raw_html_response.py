from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule
from flasklint.rules.outputs import BUILT, grouped, weighed
from flasklint.taint.flows import Flow

_API = ("flask_restful.", "flask_restplus.", "flask_restx.", "flask_smorest.")
"""Packages whose views' results are written as JSON."""

_SENT_ALONG = frozenset(f"flask.Request().{name}" for name in ("headers", "cookies", "user_agent"))
"""What comes with a request that a program makes, not with a link that somebody follows."""

_BY_SCRIPT = frozenset(("DELETE", "PATCH", "PUT"))


class RawHtmlResponse(FlowRule):
    """Untrusted data is put into an HTML response without escaping.

    ## What it does
    Follows untrusted data into HTML that a view builds from strings and returns, or gives to `make_response` or `Response`. What
    one function builds for several views of a file is one finding. Headers and cookies, which no link brings along, weigh less,
    and so do answers to PUT, PATCH and DELETE; what is sent to be saved (`Content-Disposition: attachment`) is left alone.

    ## Why is this bad
    A link to the page carries a script that runs with your visitor's session.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/hello")
    def hello():
        return f"<h1>Hello {request.args.get('name', '')}</h1>"
    ```

    ## Good
    ```python
    from flask import Flask, request
    from markupsafe import escape

    app = Flask(__name__)


    @app.route("/hello")
    def hello():
        return f"<h1>Hello {escape(request.args.get('name', ''))}</h1>"
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: HTML escaping](https://flask.palletsprojects.com/en/stable/quickstart/#html-escaping)
    """

    code = "FLK405"
    name = "raw-html-response"
    severity = Severity.HIGH
    cwe = (79,)
    kinds = ("html",)
    title = "Untrusted data is put into HTML without escaping."
    advice = "escape it with `markupsafe.escape`, or render a template"

    def findings(self, context: Context) -> Iterator[Finding]:
        """What views answer, once for each place where it is put together."""
        yield from grouped(
            (_built(flow), finding)
            for flow in context.flows.flows(*self.kinds)
            for finding in self.check_flow(flow, context.project)
        )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data in a view's answer; without a word around it, only what surely is the visitor's own text counts."""
        if not flow.untrusted or _writes_json(flow, project):
            return
        finding = weighed(self.untrusted(flow), flow)
        written = any(isinstance(piece, str) and piece.strip() for text in flow.texts for piece in text)
        source = flow.paths[0].source.name
        written_as_json = flow.paths[0].goes_through("dumps")
        if written_as_json and not written:
            # JSON that goes out as a page: it shows what is in it only to whom the link opens it.
            finding = replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM))
        elif not written and (flow.confidence < Confidence.HIGH or "json" in source):
            # What a service gives back for a JSON body or an id is an object more often than a text of HTML.
            finding = replace(finding, confidence=Confidence.LOW)
        if _is_for_scripts(flow, project):
            finding = replace(finding, confidence=Confidence.LOW)
        if all(path.source.name in _SENT_ALONG for path in flow.paths):
            finding = replace(finding, severity=min(finding.severity, Severity.MEDIUM))
        yield finding


def _is_for_scripts(flow: Flow, project: Project) -> bool:
    """Whether only scripts can ask for what the view answers: no link and no form sends such a request."""
    asked = [
        route.methods
        for app in project.apps
        for route in app.routes
        if route.view is not None
        for function in route.view.functions
        if function.location.path == flow.location.path
        and function.node.start <= flow.location.span.start < function.node.end
    ]
    return bool(asked) and all(methods and methods <= _BY_SCRIPT for methods in asked)


def _built(flow: Flow) -> object:
    """Where in another function the text is put together, which the views of a file have in common."""
    for step in reversed(flow.trace):
        if step.message in BUILT or step.message.endswith("`dumps`"):
            return flow.location.path, step.location
    return flow.location


def _writes_json(flow: Flow, project: Project) -> bool:
    """Whether the view is a resource of a package that answers in JSON."""
    module = project.modules.get(flow.location.path)
    owner = flow.scope.rpartition(".")[0]
    if module is None or not owner:
        return False
    return any(
        name.startswith(_API)
        for scope in module.scopes
        if scope.qualname == owner and isinstance(scope.node, ir.Class) and scope.parent is not None
        for base in scope.node.bases
        for name in project.resolve(base.value, scope.parent)
    )
