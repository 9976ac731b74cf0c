from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity, Step
from flasklint.project.handlers import serves_otherwise
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.error_details import NOTHING, Kind, Known, Reader, Shown, caught

_WORDS = (ir.Name, ir.Attribute)
_FORMATTING = frozenset(("format_exc", "format_exception"))
_MAKES_JSON = frozenset({"dumps", "jsonify", "make_response"})


class ErrorDetailsExposed(ProjectRule):
    """The visitor is shown what went wrong inside.

    ## What it does
    Finds answers that hold a traceback, the text of an exception that a catch-all handler (`except Exception`, a bare `except`,
    `errorhandler(Exception)`) has caught, or the text of a database's error. Exceptions that are caught by a narrower name
    (`ValueError`, your own, an `HTTPException` with its description) are taken to be written for the visitor. What is shown only
    in debug mode or to administrators is left alone. What is only flashed, or shown to people who have logged in, is minor: of
    that, there is one finding, however many places there are; of the rest, one for each app and kind of error.

    ## Why is this bad
    The texts of exceptions name files, hosts, tables and statements, sometimes values. They save an attacker the guessing.

    ## Bad
    ```python
    from flask import Flask, jsonify

    app = Flask(__name__)


    @app.route("/orders")
    def orders():
        try:
            return jsonify(load())
        except Exception as error:
            return jsonify(error=str(error)), 500
    ```

    ## Good
    ```python
    from flask import Flask, jsonify

    app = Flask(__name__)


    @app.route("/orders")
    def orders():
        try:
            return jsonify(load())
        except Exception:
            app.logger.exception("orders could not be loaded")
            return jsonify(error="internal error"), 500
    ```

    ## References
    - [CWE-209](https://cwe.mitre.org/data/definitions/209.html)
    - [Flask: handling application errors](https://flask.palletsprojects.com/en/stable/errorhandling/)
    """

    code = "FLK811"
    name = "error-details-exposed"
    severity = Severity.MEDIUM
    cwe = (209,)

    def check(self, project: Project) -> Iterator[Finding]:
        """What views, error handlers and makers of responses tell of errors."""
        handled = _handled(project)
        views, guarded = _answering(project, _guarded(project))
        minor: list[Finding] = []
        habits: dict[tuple[str, str], list[Finding]] = {}
        homes = Counter(app.location.path.rpartition("/")[0] for app in project.apps)
        foreign = {path for path, module in project.modules.items() if serves_otherwise(module)}
        for scope in project.functions():
            if scope.module.is_test or scope.module.path in foreign:
                continue
            node = scope.node
            assert isinstance(node, ir.Function)
            kind = handled.get(id(node))
            if kind is None and not _catches(node, scope.module):
                continue
            reader = Reader(project, scope, id(node) in views or kind is not None)
            known = NOTHING
            if kind is not None and node.parameters:
                parameter = node.parameters[1 if node.parameters[0].name == "self" and node.parameters[1:] else 0]
                known = Known({parameter.name: (kind, parameter)}, {})
            reader.block(node.body, known)
            for shown in reader.found.values():
                finding = self._finding(shown, scope, project, id(node) in guarded)
                if finding.confidence is Confidence.LOW:
                    yield finding
                elif finding.severity is Severity.LOW:
                    minor.append(finding)
                else:
                    habits.setdefault((_part(scope.module.path, homes), finding.message), []).append(finding)
        for group in filter(None, (minor, *habits.values())):
            yield from together(group, "places do so")

    def _finding(self, shown: Shown, scope: Scope, project: Project, guarded: bool) -> Finding:
        kind, origin, place = shown.detail
        match kind:
            case "trace":
                title, confidence = "The visitor is shown a traceback.", Confidence.HIGH
            case "database":
                title, confidence = "The visitor is shown the text of a database's error.", Confidence.HIGH
            case "server":
                title, confidence = "A page for internal errors shows the error's text.", Confidence.LOW
            case _:
                title, confidence = "The visitor is shown the text of whatever exception comes up.", Confidence.MEDIUM
        steps = [Step(project.location(scope, origin), "source", "the error comes from here")]
        if place is not origin:
            steps.append(Step(project.location(scope, place), "step", "it becomes a text"))
        if shown.where is not place:
            steps.append(Step(project.location(scope, shown.where), "sink", "it is sent to the client"))
        last = steps[-1]
        steps[-1] = Step(last.location, "sink" if len(steps) > 1 else "source", last.message)
        return self.finding(
            project.location(scope, shown.where),
            f"{title} It can name files, hosts, tables and statements.",
            severity=Severity.LOW if shown.how == "flash" or kind == "server" or guarded else None,
            confidence=confidence,
            label="sent to the client",
            scope=scope.qualname,
            trace=tuple(steps),
            help="log it, and answer with a text of your own; catch by name what visitors may be told",
        )


def _part(path: str, homes: Mapping[str, int]) -> str:
    """The folder of the only app that a file can belong to, since who mends the habit mends it there; else the file.

    ``homes``: how many apps each folder has.
    """
    if sum(homes.values()) == 1:
        return ""
    around = path
    while around and not homes.get(around := around.rpartition("/")[0]):
        pass
    return around if homes.get(around) == 1 else path


def _answering(project: Project, guarded: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    """The views, and the functions whose result they return, by the node's id; and those of them that only people who have logged
    in get to."""
    views = {id(handler.scope.node) for handler in project.handlers}
    asked: dict[int, list[bool]] = {}
    for handler in project.handlers:
        for call in _answers(handler.scope.node):
            for name in project.resolve(call.function, handler.scope):
                helper = project.definition(name)
                if helper is not None and helper.is_function:
                    asked.setdefault(id(helper.node), []).append(id(handler.scope.node) in guarded)
    closed = {node for node, ways in asked.items() if all(ways) and node not in views}
    return frozenset(views | set(asked)), frozenset(guarded | closed)


def _answers(view: ir.Module | ir.Class | ir.Function) -> Iterator[ir.Call]:
    """The calls whose result a view answers with: as it is, as JSON, by a name in between."""
    given: dict[str, list[ir.Call]] = {}
    returned: list[ir.Expr] = []
    for node in ir.statements(view):
        match node:
            case ir.Assign(targets, ir.Call() as call):
                for target in targets:
                    # ``result, status = create()``
                    names = [item.value for item in target.items] if isinstance(target, ir.Display) else [target]
                    for name in names:
                        if isinstance(name, ir.Name):
                            given.setdefault(name.id, []).append(call)
            case ir.Return(value) if value is not None:
                returned.append(value)
    for value in returned:
        answer = value.items[0].value if isinstance(value, ir.Display) and value.items else value
        if isinstance(answer, ir.Call) and answer.arguments and ir.last_name(answer.function) in _MAKES_JSON:
            answer = answer.arguments[0].value
        if isinstance(answer, ir.Call):
            yield answer
        elif isinstance(answer, ir.Name):
            yield from given.get(answer.id, ())


def _guarded(project: Project) -> frozenset[int]:
    """The views that ask who is there, by the node's id."""
    return frozenset(
        id(function.node) for app in project.apps for route, function in app.views() if app.guard(route) is not None
    )


def _catches(node: ir.Function, module: LinkedModule) -> bool:
    if any(isinstance(one, ir.Try) and one.handlers for one in ir.statements(node)):
        return True
    if _FORMATTING.isdisjoint(module.words):
        return False
    words = (one.name if isinstance(one, ir.Attribute) else one.id for one in ir.walk(node) if isinstance(one, _WORDS))
    return not _FORMATTING.isdisjoint(words)


def _handled(project: Project) -> dict[int, Kind]:
    """Functions that Flask calls with an error of a kind that says too much, by the node's id."""
    found: dict[int, Kind] = {}
    for scope in project.functions():
        node = scope.node
        assert isinstance(node, ir.Function)
        for decorator in node.decorators:
            match decorator:
                case ir.Call(
                    function=ir.Attribute(name="errorhandler" | "app_errorhandler"), arguments=(first, *_)
                ) if kind := _error(project, first.value, scope.parent or scope.module.scope):
                    found[id(node)] = kind
                case _:
                    pass
    for module in project.modules.values():
        for call, scope in module.calls:
            match call:
                case ir.Call(function=ir.Attribute(name="register_error_handler"), arguments=(first, second, *_)):
                    kind = _error(project, first.value, scope)
                    for name in project.resolve(second.value, scope) if kind else ():
                        definition = project.definition(name)
                        if definition is not None and kind:
                            found[id(definition.node)] = kind
                case _:
                    pass
    return found


def _error(project: Project, expr: ir.Expr, scope: Scope) -> Kind | None:
    """What a handler of this kind of error is shown."""
    match expr:
        case ir.Const(value=500):
            return "server"
        case _:
            names = project.resolve(expr, scope)
            if any(name == "werkzeug.exceptions.InternalServerError" for name in names):
                return "server"
            return caught(project, expr, scope)
