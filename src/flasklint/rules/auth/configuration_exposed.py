"""FLK813."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.exposure import DEVELOPING, SETTINGS, SHOWING
from flasklint.knowledge.sensitive import words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import Context, Rule
from flasklint.source import Location

_DEEPEST = 6
_FILTERS = frozenset(
    ("|tojson", "|pprint", "|string", "|list", "|dictsort", "|items", "|safe", "|escape", "|e", "|forceescape")
)
_WHOLE = frozenset(("items", "values", "copy", "get_namespace"))


class ConfigurationExposed(Rule):
    """The whole configuration, or environment, is sent to the visitor.

    ## What it does
    Finds views that answer with `app.config` or `os.environ` as a whole, and templates that print `config`, which in every
    template is the app's configuration unless the view passes something else of that name. Where a visitor chooses which
    template is shown, the view that passes it is not asked.

    ## Why is this bad
    It holds `SECRET_KEY`, the database's password and the keys of other services. Whoever reads `SECRET_KEY` signs themselves in
    as anyone.

    ## Bad
    ```python
    from flask import Flask, jsonify

    app = Flask(__name__)


    @app.route("/status")
    def status():
        return jsonify({key: str(value) for key, value in app.config.items()})
    ```

    ## Good
    ```python
    from flask import Flask, jsonify

    app = Flask(__name__)


    @app.route("/status")
    def status():
        return jsonify(version=app.config["VERSION"])
    ```

    ## References
    - [CWE-497](https://cwe.mitre.org/data/definitions/497.html)
    - [Flask: standard context](https://flask.palletsprojects.com/en/stable/templating/#standard-context)
    """

    code = "FLK813"
    name = "configuration-exposed"
    severity = Severity.HIGH
    cwe = (497, 200)
    follows = True

    def findings(self, context: Context) -> Iterator[Finding]:
        """What views answer with, and what templates print."""
        project = context.project
        for handler in project.handlers:
            if not handler.scope.module.is_test:
                yield from self._answers(handler.scope, project)
        chosen = [flow.location for flow in context.flows.flows("template-name") if flow.untrusted]
        for template in project.templates.values():
            yield from self._printed(template, project, chosen)

    def _answers(self, scope: Scope, project: Project) -> Iterator[Finding]:
        assert isinstance(scope.node, ir.Function)
        for value in _returned(scope.node.body):
            shown = _shown(value, scope, project)
            if shown is not None:
                what = "environment" if "os.environ" in project.resolve(shown, scope) else "configuration"
                yield self.finding(
                    Location(scope.module.path, value.span),
                    f"The visitor is sent the whole {what}, with its keys and passwords.",
                    label="is sent to the visitor",
                    scope=scope.qualname,
                    related=(Place(Location(scope.module.path, shown.span), f"the whole {what}"),),
                    help="send the entries that the visitor needs, one by one",
                )

    def _printed(self, template: ir.Template, project: Project, chosen: list[Location]) -> Iterator[Finding]:
        outputs = [node for node in ir.walk(template) if isinstance(node, ir.Output) and _is_config(node.value)]
        outputs += [one for node in ir.walk(template) if isinstance(node, ir.Loop) for one in _turns(node)]
        if not outputs or _binds(template) or project.pages.registered("global", "config"):
            return
        if project.pages.processors("config"):
            return
        passed = _passed(template.path, project)
        if passed and not chosen:
            return
        related = tuple(Place(place, "the visitor chooses the template here") for place in chosen[:1])
        for output in outputs:
            yield self.finding(
                Location(template.path, output.span),
                "The template prints the app's whole configuration, with its keys and passwords.",
                confidence=Confidence.MEDIUM if passed else Confidence.HIGH,
                label="is the app's configuration, unless a view passes another `config`",
                related=related if passed else (),
                help="print the entries that are needed, and give what a view passes another name",
            )


def _returned(body: tuple[ir.Stmt, ...]) -> Iterator[ir.Expr]:
    """What a function gives back, but for branches that only developers get to."""
    for statement in body:
        match statement:
            case ir.Return(value=value) if value is not None:
                yield value
            case ir.If(test=test, body=then, orelse=otherwise):
                if not _is_for_developers(test):
                    yield from _returned(then)
                yield from _returned(otherwise)
            case ir.Loop(body=inner) | ir.With(body=inner):
                yield from _returned(inner)
            case ir.Try(body=inner, handlers=handlers, orelse=otherwise, final=final):
                yield from _returned((*inner, *otherwise, *final))
                for handler in handlers:
                    yield from _returned(handler.body)
            case _:
                continue


def _is_for_developers(test: ir.Expr) -> bool:
    return any(
        not DEVELOPING.isdisjoint(words(node.name if isinstance(node, ir.Attribute) else node.id))
        for node in (test, *ir.walk(test))
        if isinstance(node, (ir.Attribute, ir.Name))
    )


def _shown(value: ir.Expr, scope: Scope, project: Project, depth: int = 0) -> ir.Expr | None:
    """The whole configuration or environment, if that is what an expression shows."""
    if depth > _DEEPEST:
        return None
    parts: tuple[ir.Expr, ...] = ()
    match value:
        case ir.Name() | ir.Attribute():
            if not SETTINGS.isdisjoint(project.resolve(value, scope)):
                return value
            if isinstance(value, ir.Name):
                made = [one.value for one in scope.at(value.id) if one.kind == "assign" and not one.path]
                parts = (made[0],) if len(made) == 1 and made[0] is not None else ()
        case ir.Call(function=ir.Attribute(value=owner, name=name)) if name in _WHOLE:
            parts = (owner,)
        case ir.Call(function=function, arguments=arguments):
            if not SHOWING.isdisjoint(project.resolve(function, scope)):
                parts = tuple(argument.value for argument in arguments)
        case ir.Op(operands=operands):
            parts = operands
        case ir.Display(items=items):
            parts = tuple(item.value for item in items)
        case ir.Join(parts=joined):
            parts = joined
        case ir.Formatted(value=inner):
            parts = (inner,)
        case ir.Dict(pairs=pairs):
            parts = tuple(pair.value for pair in pairs)
        case ir.Comprehension(clauses=(clause,)) if not clause.tests:
            parts = (clause.iterable,)
        case _:
            return None
    return next((one for part in parts if (one := _shown(part, scope, project, depth + 1)) is not None), None)


def _is_config(value: ir.Expr) -> bool:
    """``config`` itself, in whatever notation."""
    match value:
        case ir.Name(id="config"):
            return True
        case ir.Call(function=ir.Name(id=name), arguments=(first, *_)) if name in _FILTERS:
            return _is_config(first.value)
        case ir.Call(function=ir.Attribute(value=owner, name=name), arguments=()) if name in _WHOLE:
            return _is_config(owner)
        case _:
            return False


def _turns(loop: ir.Loop) -> Iterator[ir.Output]:
    """What a loop over the configuration prints of each entry's value."""
    if not _is_config(loop.subject) or not isinstance(loop.target, ir.Display) or len(loop.target.items) < 2:
        return
    value = loop.target.items[1].value
    if isinstance(value, ir.Name):
        for node in ir.walk(loop):
            if isinstance(node, ir.Output) and isinstance(node.value, ir.Name) and node.value.id == value.id:
                yield node


def _binds(template: ir.Template) -> bool:
    """The template itself gives the name to something else."""
    for node in ir.walk(template):
        match node:
            case ir.Assign(targets=targets):
                if any(isinstance(one, ir.Name) and one.id == "config" for one in targets):
                    return True
            case ir.Function(parameters=parameters):
                if any(one.name == "config" for one in parameters):
                    return True
            case _:
                continue
    return False


def _passed(path: str, project: Project) -> bool:
    """Some call that shows the template, or one that uses it, passes a ``config``, or may do so."""
    seen, waiting = {path}, [path]
    while waiting:
        current = waiting.pop()
        for rendering in project.pages.rendered_by(current):
            for argument in rendering.site.call.arguments:
                if argument.name == "config" or argument.name.startswith("*"):
                    return True
        waiting += [one for one in project.pages.users(current) if one not in seen]
        seen.update(waiting)
    return any(_passes_by_name(site, path) for site in project.calls("flask.render_template"))


def _passes_by_name(site: CallSite, path: str) -> bool:
    """Whether a call shows a template of this name, in whatever folder it is looked for, and passes a ``config``."""
    name = site.argument(0, "template_name_or_list")
    return (
        isinstance(name, ir.Const)
        and isinstance(name.value, str)
        and f"/{path}".endswith(f"/{name.value}")
        and any(argument.name == "config" for argument in site.call.arguments)
    )
