from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.apps import App
from flasklint.project.forgery import body_is_json_only
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import Context, FlowRule
from flasklint.rules.outputs import BUILT, grouped, weighed
from flasklint.taint.flows import Flow
from flasklint.taint.routes import is_of_own_type

_API = ("flask_restful.", "flask_restplus.", "flask_restx.", "flask_smorest.")
"""Packages whose views' results are written as JSON."""

_SENT_ALONG = frozenset(f"flask.Request().{name}" for name in ("headers", "cookies", "user_agent"))
"""What comes with a request that a program makes, not with a link that somebody follows."""

_BY_SCRIPT = frozenset(("DELETE", "PATCH", "PUT"))

_RENDERERS = ("`render`", "`render_template`")
"""How the doubt begins that names a method which renders a template most likely."""

_IN_JSON = (".json", ".get_json()", ".payload")
_IN_BODY = (".form", ".files", ".data", ".get_data()", ".stream", ".input_stream")
"""How the names of sources end that are in a request's body."""


class RawHtmlResponse(FlowRule):
    """Untrusted data is put into an HTML response without escaping.

    ## What it does
    Follows untrusted data into HTML that a view builds from strings and returns, or gives to `make_response` or `Response`. What
    one function builds for several views of a file is one finding. Headers and cookies, which no link brings along, weigh less,
    and so do answers to PUT, PATCH and DELETE. What comes in a body alone is told with low confidence where a token is asked for,
    or only JSON is taken: people can only send it to themselves. So is what went through a call of which nothing is known, or
    through more functions than are followed, on its way from a request, unless the view has put words of its own around what one
    such call gave. What is sent to be saved (`Content-Disposition: attachment`) is left alone.

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
        surely = self.untrusted(flow)
        finding = weighed(surely, flow)
        written = any(isinstance(piece, str) and piece.strip() for text in flow.texts for piece in text)
        reasons = flow.paths[0].reasons
        if written and len(reasons) == 1 and not is_of_own_type(reasons):
            # A text with words of the program's around it is what the view has made of it, whatever the call before gave.
            finding = replace(finding, confidence=surely.confidence)
        source = flow.paths[0].source.name
        written_as_json = flow.paths[0].goes_through("dumps")
        if written_as_json and not written:
            # JSON that goes out as a page: it shows what is in it only to whom the link opens it.
            finding = replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM))
        elif not written and (
            "json" in source or not (flow.paths[0].is_seen and flow.sink.confidence is Confidence.HIGH)
        ):
            # What a service gives back for a JSON body or an id is an object more often than a text of HTML.
            finding = replace(finding, confidence=Confidence.LOW)
        rendered = any(reason.startswith(_RENDERERS) for reason in flow.paths[0].reasons)
        if rendered or _is_for_scripts(flow, project) or _is_own(flow, project):
            finding = replace(finding, confidence=Confidence.LOW)
        if all(path.source.name in _SENT_ALONG for path in flow.paths):
            finding = replace(finding, severity=min(finding.severity, Severity.MEDIUM))
        yield finding


def _is_for_scripts(flow: Flow, project: Project) -> bool:
    """Whether only scripts can ask for what the view answers: no link and no form sends such a request."""
    asked = [route.methods for _, route in _routes(flow, project)]
    return bool(asked) and all(methods and methods <= _BY_SCRIPT for methods in asked)


def _is_own(flow: Flow, project: Project) -> bool:
    """Whether it only shows people what they have sent themselves: no other site's page makes a browser send that."""
    sources = [path.source.name for path in flow.paths]
    asked = list(_routes(flow, project))
    if not asked or not all(source.endswith((*_IN_JSON, *_IN_BODY)) for source in sources):
        return False
    if all(source.endswith(_IN_JSON) for source in sources):
        return all(body_is_json_only(app, route) for app, route in asked)
    return all(app.protection(route, app.production[0]).kind in ("checked", "origin", "token") for app, route in asked)


def _routes(flow: Flow, project: Project) -> Iterator[tuple[App, Route]]:
    """The routes whose views the answer stands in."""
    for app in project.apps:
        for route in app.routes:
            for function in route.view.functions if route.view is not None else ():
                if (
                    function.location.path == flow.location.path
                    and function.node.start <= flow.location.span.start < function.node.end
                ):
                    yield app, route


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
