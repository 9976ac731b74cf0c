from __future__ import annotations

from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.apps import App
from flasklint.project.pages import Pages
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import Context, Rule
from flasklint.source import Location, Span

_TOKEN_WORDS = ("csrf", "xsrf", "formkey", "form_key", "form_token", "formtoken", "authenticity_token")
_TOKEN_MAKERS = ("hidden_tag", "quick_form", "render_form")


class FormWithoutCsrfToken(Rule):
    """A form of a protected app has no CSRF token.

    ## What it does
    Finds HTML forms that are sent with POST to a route that demands a CSRF token, and bring none: no `csrf_token()`,
    `form.hidden_tag()` or `form.csrf_token`, nor a macro or an included template that has one. Forms to other sites are left
    alone, and so are apps that demand no token: those are FLK301.

    ## Why is this bad
    The app answers such a form with an error. The usual way out is to exempt the route, and then any page on the web can send
    the form in the name of your visitor.

    ## Bad
    ```python title="app.py"
    from flask import Flask, render_template
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    app.config["SECRET_KEY"] = open("key").read()
    CSRFProtect(app)


    @app.route("/leave", methods=["GET", "POST"])
    def leave():
        return render_template("leave.html")
    ```
    ```jinja title="templates/leave.html"
    <form method="post"><button>Leave</button></form>
    ```

    ## Good
    ```python title="app.py"
    from flask import Flask, render_template
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    app.config["SECRET_KEY"] = open("key").read()
    CSRFProtect(app)


    @app.route("/leave", methods=["GET", "POST"])
    def leave():
        return render_template("leave.html")
    ```
    ```jinja title="templates/leave.html"
    <form method="post">
      <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
      <button>Leave</button>
    </form>
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-WTF: CSRF protection](https://flask-wtf.readthedocs.io/en/latest/csrf/)
    """

    code = "FLK304"
    name = "form-without-csrf-token"
    severity = Severity.LOW
    cwe = (352,)

    def findings(self, context: Context) -> Iterator[Finding]:
        """The forms without a token, of apps that demand one."""
        project = context.project
        if not any(form.method == "post" for template in project.templates.values() for form in template.forms):
            return
        apps = [app for app in project.apps if app.in_force("csrf") or any(map(app.demands_tokens, app.routes))]
        if not apps:
            return
        pages = project.pages
        bringing = _bringing(project)
        by_script = any(_gives_scripts_a_token(template) for template in project.templates.values())
        for path, template in project.templates.items():
            for form in template.forms:
                if form.method != "post" or _is_external(form, template) or _is_empty(form):
                    continue
                if _brings(_inside(form, template), path, pages, bringing):
                    continue
                routes = list(_routes(form, template, project, apps))
                if routes and not any(app.demands_tokens(route) for app, route in routes):
                    continue
                yield self.finding(
                    Location(path, Span(form.start, form.tag_end)),
                    "This form has no CSRF token, and the app demands one. Sending it fails"
                    + (
                        f" at `{routes[0][1].rule}`."
                        if routes
                        else ", unless a script adds the token or the route is exempt."
                    ),
                    confidence=Confidence.MEDIUM if routes and not by_script and not form.scripted else Confidence.LOW,
                    label="no token inside",
                    help='add `<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">`',
                )


def _is_external(form: ir.Form, template: ir.Template) -> bool:
    action = form.action.lower()
    if action.startswith(("http:", "https:", "//", "mailto:", "javascript:", "#")):
        return True
    first = _first_of_action(form, template)
    return first is not None and _endpoint(first) is None


def _is_empty(form: ir.Form) -> bool:
    """Whether nothing stands in it: its controls are somewhere else (``form="..."``), or a script makes them."""
    return form.end - form.tag_end <= len("</form>")


def _first_of_action(form: ir.Form, template: ir.Template) -> ir.Expr | None:
    """What stands first in the form's action, when that begins with a value."""
    if form.action.startswith("\x00"):
        for node in _inside(form, template, form.tag_end):
            if isinstance(node, ir.Output) and node.context.attribute == "action":
                return node.value
    return None


def _inside(form: ir.Form, template: ir.Template, end: int | None = None) -> Iterator[ir.Node]:
    """The nodes that stand in a form, or in its opening tag."""
    last = form.end if end is None else end
    stack: list[ir.Node] = list(reversed(template.body))
    while stack:
        node = stack.pop()
        if node.end <= form.start or node.start >= last:
            continue
        if node.start >= form.start and node.end <= last:
            yield node
        stack.extend(ir.children(node)[::-1])


def _is_token(node: ir.Node) -> bool:
    """Whether a node speaks of a token, or of a form that brings its own."""
    match node:
        case ir.Name(id=word) | ir.Attribute(name=word) | ir.Const(value=str(word)):
            return word in _TOKEN_MAKERS or any(part in word.lower() for part in _TOKEN_WORDS)
        case _:
            return False


def _gives_scripts_a_token(template: ir.Template) -> bool:
    """Whether a script can read a token: in a ``meta`` tag, in an attribute for scripts (htmx's too), or in its own text."""
    return any(
        isinstance(node, ir.Output)
        and (
            node.context.tag == "meta"
            or node.context.place in ("script", "json")
            or node.context.attribute.startswith(("data-", "hx-"))
        )
        and any(map(_is_token, (node.value, *ir.walk(node.value))))
        for node in ir.walk(template)
    )


def _bringing(project: Project) -> frozenset[str]:
    """The templates that hold a token somewhere, themselves or through what they use."""
    found = {path for path, template in project.templates.items() if any(map(_is_token, ir.walk(template)))}
    pending = list(found)
    while pending:
        for user in project.pages.users(pending.pop()):
            if user not in found:
                found.add(user)
                pending.append(user)
    return frozenset(found)


def _brings(nodes: Iterable[ir.Node], path: str, pages: Pages, bringing: frozenset[str]) -> bool:
    """Whether a token may be among the nodes: there, in a macro, in an included template, or in what can't be seen."""
    called: set[str] = set()
    for node in nodes:
        if _is_token(node):
            return True
        match node:
            case ir.Link():
                use = next(use for use in pages.links(path) if use.link is node)
                if not use.certain or not bringing.isdisjoint(use.targets):
                    return True
            case ir.Block():
                return True  # a child template may fill it
            case ir.Call(function=ir.Name(id=name)):
                called.add(name)
            case ir.Call(function=ir.Attribute(value=ir.Name(id=name))):
                called.add(name)
            case ir.Output(value=ir.Name()):
                return True  # a whole form, or a part that Python made
    if called & {"caller", "super", "self"}:
        return True
    if path in bringing and any(isinstance(node, ir.Name) and node.id in called for node in nodes):
        return True
    for use in pages.links(path):
        is_called = use.link.kind in ("import", "from") and any(alias in called for _, alias in use.link.names)
        if is_called and (not use.certain or not bringing.isdisjoint(use.targets)):
            return True
    return False


def _endpoint(expr: ir.Expr) -> str | None:
    """The endpoint of ``url_for('...')``; empty when it is computed, None for anything else."""
    match expr:
        case ir.Call(
            function=ir.Name(id="url_for"), arguments=(ir.Argument(value=ir.Const(value=str(endpoint)), name=""), *_)
        ):
            return endpoint
        case ir.Call(function=ir.Name(id="url_for")):
            return ""
        case _:
            return None


def _routes(form: ir.Form, template: ir.Template, project: Project, apps: list[App]) -> Iterator[tuple[App, Route]]:
    """The routes that a form is sent to, as far as they are known: by its action, or by who renders it."""
    if form.action:
        first = _first_of_action(form, template)
        endpoint = _endpoint(first) if first is not None else None
        for app in apps:
            for route in app.routes:
                if route.changes and (_is_named(route, endpoint) if endpoint else route.rule == form.action):
                    yield app, route
        return
    views = {rendering.site.scope.name for rendering in project.pages.rendered_by(template.path)}
    for app in apps:
        for route in app.routes:
            if route.changes and route.view is not None and route.view.name in views:
                yield app, route


def _is_named(route: Route, endpoint: str) -> bool:
    return route.endpoint == endpoint or (endpoint.startswith(".") and route.endpoint.endswith(endpoint))
