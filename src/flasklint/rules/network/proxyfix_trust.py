from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import AppRule
from flasklint.source import Location

_NAMES = frozenset(
    {"x-forwarded-for", "http_x_forwarded_for", "x-real-ip", "http_x_real_ip", "forwarded", "http_forwarded"}
)


class ProxyfixTrust(AppRule):
    """A client's address is taken from a header that the client may write.

    ## What it does
    Finds functions that decide who gets in (hooks, decorators and views that refuse), and the key functions of rate limits, that
    read `X-Forwarded-For` or the like themselves instead of `request.remote_addr` behind ProxyFix.

    ## Why is this bad
    Whoever sends a request may put any address into these headers: that of an allowed network, or another one for each guess of
    a password. ProxyFix takes as many entries from the end as there are proxies of your own, and no more.

    ## Bad
    ```python
    from flask import Flask, abort, request

    app = Flask(__name__)


    @app.before_request
    def only_from_office():
        if request.headers.get("X-Forwarded-For") != "192.0.2.7":
            abort(403)
    ```

    ## Good
    ```python
    from flask import Flask, abort, request
    from werkzeug.middleware.proxy_fix import ProxyFix

    app = Flask(__name__)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)


    @app.before_request
    def only_from_office():
        if request.remote_addr != "192.0.2.7":
            abort(403)
    ```

    ## References
    - [CWE-348](https://cwe.mitre.org/data/definitions/348.html)
    - [Flask: Tell Flask it is Behind a Proxy](https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/)
    """

    code = "FLK709"
    name = "proxyfix-trust"
    severity = Severity.MEDIUM
    cwe = (348,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """What decides by an address."""
        seen: set[Location] = set()
        speaking = {
            path for path, module in project.modules.items() if any(text.lower() in _NAMES for text in module.constants)
        }
        for function, limits in self._deciding(app):
            scope = app.scope_of(function)
            if scope is None or scope.module.path not in speaking:
                continue
            for location in _reads(scope, project):
                if location in seen or not (limits or _decides(scope, location)):
                    continue
                seen.add(location)
                yield self.finding(
                    location,
                    "The client's address is read from a header that the client may write, and "
                    + ("limits are counted by it." if limits else "access is decided by it."),
                    confidence=Confidence.MEDIUM,
                    label="anybody may write this header",
                    scope=scope.qualname,
                    help="put ProxyFix around the app with the number of your proxies, and use `request.remote_addr`",
                )

    def _deciding(self, app: App) -> Iterator[tuple[Fn, bool]]:
        for use in app.extensions_of_kind("limits"):
            given = use.argument(0, "key_func")
            if given is not None and isinstance(given[0], Fn):
                yield given[0], True
        for hook in app.hooks:
            if hook.before:
                yield hook.function, False
        for route, function in app.views():
            yield function, False
            for decoration in route.view.decorations_of(function) if route.view is not None else ():
                if isinstance(decoration.value, Fn):
                    yield decoration.value, False


def _reads(scope: Scope, project: Project) -> Iterator[Location]:
    """Where a function, or one inside it, reads such a header of the request."""
    for inner in (scope, *scope.children):
        if not isinstance(inner.node, ir.Function):
            continue
        for node in ir.walk(inner.node):
            match node:
                case ir.Call(ir.Attribute(owner, "get" | "getlist"), (ir.Argument(ir.Const(str() as name)), *_)):
                    pass
                case ir.Subscript(owner, ir.Const(str() as name)):
                    pass
                case _:
                    continue
            if name.lower() in _NAMES and any(
                found.endswith(("request.headers", "Request().headers", "request.environ", "Request().environ"))
                for found in project.resolve(owner, inner)
            ):
                yield Location(scope.module.path, node.span)


def _decides(scope: Scope, location: Location) -> bool:
    """Does what is read get compared in a condition that ends the request?"""
    names: set[str] = set()
    for node in ir.walk(scope.node):
        if isinstance(node, ir.Assign) and node.value is not None and _holds(node.value, location):
            names.update(target.id for target in node.targets if isinstance(target, ir.Name))
    return any(
        isinstance(node, ir.If) and _refuses(node) and _tests(node.test, location, names)
        for node in ir.walk(scope.node)
    )


def _tests(test: ir.Expr, location: Location, names: set[str]) -> bool:
    return any(
        isinstance(node, ir.Compare) and any(_holds(part, location) or _mentions(part, names) for part in node.operands)
        for node in (test, *ir.walk(test))
    )


def _mentions(expr: ir.Expr, names: set[str]) -> bool:
    return any(isinstance(node, ir.Name) and node.id in names for node in (expr, *ir.walk(expr)))


def _holds(node: ir.Node, location: Location) -> bool:
    return node.start <= location.span.start and location.span.end <= node.end


def _refuses(node: ir.If) -> bool:
    return any(
        isinstance(inner, (ir.Raise, ir.Return)) or (isinstance(inner, ir.Call) and _is_abort(inner.function))
        for statement in (*node.body, *node.orelse)
        for inner in (statement, *ir.walk(statement))
    )


def _is_abort(function: ir.Expr) -> bool:
    return (isinstance(function, ir.Name) and function.id == "abort") or (
        isinstance(function, ir.Attribute) and function.name == "abort"
    )
