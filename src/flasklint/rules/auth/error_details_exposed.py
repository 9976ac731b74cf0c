from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity, Step
from flasklint.knowledge.errors import (
    CATCH_ALL,
    DATABASE_ERRORS,
    ERROR_TEXTS,
    HTTP_ERRORS,
    ORIGINAL_ERRORS,
    RESPONSES,
    SHOWS_OBJECTS,
    TRACEBACKS,
)
from flasklint.knowledge.sensitive import words
from flasklint.project.handlers import serves_otherwise
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.base import ProjectRule, together

Kind = Literal["trace", "any", "database", "original", "server"]
"""What is told: a traceback, the text of whatever went wrong, of a database's error, of the error behind a 500 page, or of
the 500 page itself (which current Flask makes harmless)."""

_NARROWS = frozenset(
    (
        "debug",
        "testing",
        "develop",
        "development",
        "dev",
        "admin",
        "superuser",
        "staff",
        "expose",
        "stacktrace",
        "verbose",
    )
)
"""Words of a condition that lets developers or administrators see more."""
_WORDS = (ir.Name, ir.Attribute)
_FORMATTING = frozenset(("format_exc", "format_exception"))
_TEXT_METHODS = frozenset(
    ("format", "join", "strip", "split", "splitlines", "replace", "encode", "decode", "title", "capitalize", "lower")
)
_MEASURES = frozenset(("len", "bool", "isinstance", "type", "hash", "id", "hasattr", "int"))


class _Detail(NamedTuple):
    """A detail of an error. ``origin``: where it is caught or made; ``place``: where it is turned into text."""

    kind: Kind
    origin: ir.Node
    place: ir.Node


class _Shown(NamedTuple):
    detail: _Detail
    where: ir.Node
    how: Literal["answer", "flash"]


class _Known(NamedTuple):
    """What holds at a point: errors at hand, by the name that they are caught as, and texts made of them.

    ``open``: whoever asks gets here, not only developers and administrators.
    """

    errors: Mapping[str, tuple[Kind, ir.Node]]
    texts: Mapping[str, _Detail]
    open: bool = True


_NOTHING = _Known({}, {})
_CLOSED = _Known({}, {}, False)
_MAKES_JSON = frozenset({"dumps", "jsonify", "make_response"})


class ErrorDetailsExposed(ProjectRule):
    """The visitor is shown what went wrong inside.

    ## What it does
    Finds answers that hold a traceback, the text of an exception that a catch-all handler (`except Exception`, a bare `except`,
    `errorhandler(Exception)`) has caught, or the text of a database's error. Exceptions that are caught by a narrower name
    (`ValueError`, your own, an `HTTPException` with its description) are taken to be written for the visitor. What is shown only
    in debug mode or to administrators is left alone. What is only flashed, or shown to people who have logged in, is minor: of
    that, there is one finding, however many places there are; of the rest, one for each kind of error.

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
        several = len(project.apps) != 1
        foreign = {path for path, module in project.modules.items() if serves_otherwise(module)}
        for scope in project.functions():
            if scope.module.is_test or scope.module.path in foreign:
                continue
            node = scope.node
            assert isinstance(node, ir.Function)
            kind = handled.get(id(node))
            if kind is None and not _catches(node, scope.module):
                continue
            reader = _Reader(project, scope, id(node) in views or kind is not None)
            known = _NOTHING
            if kind is not None and node.parameters:
                parameter = node.parameters[1 if node.parameters[0].name == "self" and node.parameters[1:] else 0]
                known = _Known({parameter.name: (kind, parameter)}, {})
            reader.block(node.body, known)
            for shown in reader.found.values():
                finding = self._finding(shown, scope, project, id(node) in guarded)
                if finding.confidence is Confidence.LOW:
                    yield finding
                elif finding.severity is Severity.LOW:
                    minor.append(finding)
                else:
                    habits.setdefault((scope.module.path if several else "", finding.message), []).append(finding)
        for group in filter(None, (minor, *habits.values())):
            yield from together(group, "places do so")

    def _finding(self, shown: _Shown, scope: Scope, project: Project, guarded: bool) -> Finding:
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
            return _caught(project, expr, scope)


def _caught(project: Project, expr: ir.Expr | None, scope: Scope) -> Kind | None:
    if expr is None:
        return "any"
    if isinstance(expr, ir.Display):
        kinds = {_caught(project, item.value, scope) for item in expr.items}
        return "any" if "any" in kinds else "database" if "database" in kinds else None
    names = project.resolve(expr, scope)
    if any(project.definition(name) is not None for name in names):
        # A class of the project's own is known by its bases' names too.
        return None
    if any(name in CATCH_ALL for name in names):
        return "any"
    return "database" if any(name in DATABASE_ERRORS for name in names) else None


class _Reader:
    """Goes through a function with what is known of errors at each point."""

    def __init__(self, project: Project, scope: Scope, answers: bool) -> None:
        self.project = project
        self.scope = scope
        self.answers = answers
        self.found: dict[int, _Shown] = {}

    # Statements

    def block(self, body: tuple[ir.Stmt, ...], known: _Known) -> _Known | None:
        """What holds after these statements; None when none comes after."""
        for statement in body:
            after = self.statement(statement, known)
            if after is None:
                return None
            known = after
        return known

    def statement(self, node: ir.Stmt, known: _Known) -> _Known | None:
        match node:
            case ir.Return(value=value):
                if value is not None:
                    self.answer(value, known)
                return None
            case ir.Raise(value=value):
                if value is not None:
                    self.refusal(value, known)
                return None
            case ir.Do(value=value):
                return self.effect(value, known)
            case ir.Assign(targets=targets, value=value) if value is not None:
                return self.assigned(targets, value, known)
            case ir.Augment(target=ir.Name(id=name), value=value):
                detail = self.told(value, known)
                return known._replace(texts={**known.texts, name: detail}) if detail else known
            case ir.If(test=test, body=body, orelse=orelse):
                yes, no = self.narrowed(test, known)
                return _either(self.block(body, yes), self.block(orelse, no))
            case ir.Loop(body=body, orelse=orelse):
                after = self.block(body, known)
                known = _either(after, known) or known
                return self.block(orelse, known)
            case ir.With(body=body):
                return self.block(body, known)
            case ir.Match(cases=cases):
                result: _Known | None = known
                for case in cases:
                    result = _either(result, self.block(case.body, known))
                return result
            case ir.Try():
                return self.tried(node, known)
            case ir.Jump(kind="break" | "continue"):
                return known
            case _:
                return known

    def tried(self, node: ir.Try, known: _Known) -> _Known | None:
        after = self.block(node.body, known)
        result = self.block(node.orelse, after) if after is not None else None
        for handler in node.handlers:
            inside = _either(known, after) or known
            kind = _caught(self.project, handler.kind, self.scope)
            errors = {name: held for name, held in inside.errors.items() if name != handler.name}
            if kind is not None and handler.name:
                errors[handler.name] = (kind, handler.kind or handler)
            ended = self.block(handler.body, inside._replace(errors=errors))
            if ended is not None:
                ended = ended._replace(errors=known.errors)
            result = _either(result, ended)
        if node.final:
            last = self.block(node.final, result or known)
            return last if result is not None else None
        return result

    def assigned(self, targets: tuple[ir.Expr, ...], value: ir.Expr, known: _Known) -> _Known:
        detail = self.told(value, known)
        texts = dict(known.texts)
        errors = dict(known.errors)
        for target in targets:
            match target:
                case ir.Name(id=name):
                    texts.pop(name, None)
                    if detail is not None:
                        texts[name] = detail
                    elif isinstance(value, ir.Name) and value.id in errors:
                        errors[name] = errors[value.id]
                    else:
                        errors.pop(name, None)
                case ir.Subscript(value=ir.Name(id=name)) if detail is not None:
                    texts[name] = detail
                case ir.Attribute(value=ir.Name(id=name), name="data" | "response") if detail is not None:
                    texts[name] = detail
                case _:
                    pass
        return known._replace(errors=errors, texts=texts)

    def effect(self, value: ir.Expr, known: _Known) -> _Known | None:
        if not isinstance(value, ir.Call):
            return known
        names = self.project.resolve(value.function, self.scope)
        if "flask.flash" in names:
            for argument in value.arguments[:1] or ():
                if detail := self.told(argument.value, known, True):
                    self.show(detail, argument.value, "flash")
            return known
        if any(name.endswith(".abort") and name.startswith(("flask", "werkzeug")) for name in names):
            self.refusal(value, known)
            return None
        match value.function:
            case ir.Attribute(value=ir.Name(id=name), name="append" | "update" | "extend" | "add" | "set_data"):
                for argument in value.arguments:
                    if detail := self.told(argument.value, known):
                        return known._replace(texts={**known.texts, name: detail})
            case _:
                pass
        return known

    # Ways out

    def answer(self, value: ir.Expr, known: _Known) -> None:
        if not (self.answers or self.responds(value)):
            return
        if detail := self.told(value, known):
            self.show(detail, value, "answer")

    def refusal(self, value: ir.Expr, known: _Known) -> None:
        if not isinstance(value, ir.Call):
            return
        names = self.project.resolve(value.function, self.scope)
        if not any(name in HTTP_ERRORS or name.endswith(".abort") for name in names):
            return
        for argument in value.arguments:
            if detail := self.told(argument.value, known):
                self.show(detail, argument.value, "answer")

    def show(self, detail: _Detail, sent: ir.Node, how: Literal["answer", "flash"]) -> None:
        # Where the text is made, if that is in what is sent.
        where = detail.place if sent.start <= detail.place.start and detail.place.end <= sent.end else sent
        self.found.setdefault(where.start, _Shown(detail, where, how))

    def responds(self, value: ir.Expr) -> bool:
        """The value is a response by its making, whatever function gives it."""
        match value:
            case ir.Call(function=function):
                return any(name in RESPONSES for name in self.project.resolve(function, self.scope))
            case ir.Display(kind="tuple", items=(first, second, *_)):
                status = second.value
                if isinstance(status, ir.Const) and isinstance(status.value, int) and 400 <= status.value < 600:
                    return isinstance(first.value, ir.Dict | ir.Call)
                return self.responds(first.value)
            case _:
                return False

    # Expressions

    def told(self, node: ir.Expr, known: _Known, shows: bool = False) -> _Detail | None:
        """The detail of an error that a value's text holds. ``shows``: the error itself would be shown as its text."""
        match node:
            case ir.Name(id=name):
                if held := known.texts.get(name):
                    return held
                return self.error(node, known) if shows else None
            case ir.Attribute(value=ir.Name(id=name), name=attribute) if name in known.errors:
                kind, origin = known.errors[name]
                if attribute in ORIGINAL_ERRORS and shows:
                    return _Detail("original" if kind == "server" else kind, origin, node)
                return _Detail(kind, origin, node) if attribute in ERROR_TEXTS else None
            case ir.Subscript(value=value):
                return self.told(value, known)
            case ir.Formatted(value=value):
                return self.told(value, known, True)
            case ir.Join(parts=parts):
                return self.first(parts, known, False, node)
            case ir.Op(sign="%", operands=(_, right)):
                items = tuple(item.value for item in right.items) if isinstance(right, ir.Display) else (right,)
                return self.first(items, known, True, node)
            case ir.Op(sign="if", operands=(test, then, otherwise)):
                yes, no = self.narrowed(test, known)
                return self.told(then, yes, shows) or self.told(otherwise, no, shows)
            case ir.Op(sign="+" | "or" | "and" | "await" | "*" | "yield", operands=operands):
                return self.first(operands, known, shows, None)
            case ir.Display(items=items):
                return self.first(tuple(item.value for item in items), known, shows, None)
            case ir.Dict(pairs=pairs):
                return self.first(tuple(pair.value for pair in pairs), known, shows, None)
            case ir.Comprehension(element=element, clauses=clauses):
                return self.told(element, known) or self.first(
                    tuple(clause.iterable for clause in clauses), known, False, None
                )
            case ir.Walrus(value=value):
                return self.told(value, known, shows)
            case ir.Call():
                return self.called(node, known)
            case _:
                return None

    def first(self, nodes: tuple[ir.Expr, ...], known: _Known, shows: bool, place: ir.Node | None) -> _Detail | None:
        for node in nodes:
            if detail := self.told(node, known, shows):
                return detail._replace(place=place) if place is not None and isinstance(node, ir.Name) else detail
        return None

    def error(self, node: ir.Expr, known: _Known) -> _Detail | None:
        """The error that an expression is."""
        match node:
            case ir.Name(id=name) if name in known.errors:
                kind, origin = known.errors[name]
                return _Detail(kind, origin, node)
            case ir.Attribute(value=ir.Name(id=name), name=attribute) if (
                name in known.errors and attribute in ORIGINAL_ERRORS
            ):
                kind, origin = known.errors[name]
                return _Detail("original" if kind == "server" else kind, origin, node)
            case _:
                return None

    def called(self, node: ir.Call, known: _Known) -> _Detail | None:
        function, arguments = node.function, tuple(argument.value for argument in node.arguments)
        names = self.project.resolve(function, self.scope)
        if any(name in TRACEBACKS for name in names):
            return _Detail("trace", node, node) if known.open else None
        tail = (
            function.name
            if isinstance(function, ir.Attribute)
            else function.id
            if isinstance(function, ir.Name)
            else ""
        )
        if any(name in ("builtins.str", "builtins.repr", "builtins.ascii", "builtins.format") for name in names) or (
            tail in ("text_type", "unicode", "to_unicode", "force_text", "str")
        ):
            for argument in arguments:
                if detail := self.error(argument, known):
                    return detail._replace(place=node)
            return self.first(arguments, known, False, None)
        if tail in _MEASURES or (tail and not _text_passes(tail)):
            return None
        if isinstance(function, ir.Attribute):
            if tail == "format" or tail == "_" or tail == "gettext":
                found = self.first(arguments, known, True, node)
                return found or self.told(function.value, known)
            if tail in _TEXT_METHODS:
                return self.told(function.value, known) or self.first(arguments, known, False, None)
        shows = any(name in SHOWS_OBJECTS for name in names)
        return self.first(arguments, known, shows, None)

    # Conditions

    def narrowed(self, test: ir.Expr, known: _Known) -> tuple[_Known, _Known]:
        """What is left to worry about where a test holds and where it does not."""
        match test:
            case ir.Op(sign="not", operands=(inner,)):
                yes, no = self.narrowed(inner, known)
                return no, yes
            case ir.Op(sign="and", operands=operands):
                yes = known
                for operand in operands:
                    yes, _ = self.narrowed(operand, yes)
                return yes, known
            case ir.Call(function=ir.Name(id="isinstance" | "hasattr"), arguments=(first, second, *_)) if isinstance(
                first.value, ir.Name
            ):
                if _caught(self.project, second.value, self.scope) == "any":
                    return known, known
                return _without(known, first.value.id), known
            case _:
                spoken = {
                    word
                    for one in (test, *ir.walk(test))
                    for text in (
                        one.id
                        if isinstance(one, ir.Name)
                        else one.name
                        if isinstance(one, ir.Attribute)
                        else str(one.value)
                        if isinstance(one, ir.Const)
                        else "",
                    )
                    for word in words(text)
                }
                if spoken & _NARROWS:
                    return _CLOSED, known
                return known, known


def _text_passes(tail: str) -> bool:
    """A function of this name may put what it is given into the answer; one that logs or reports it does not."""
    said = set(words(tail))
    return not said & {
        "log",
        "logger",
        "capture",
        "report",
        "record",
        "track",
        "notify",
        "hash",
        "md5",
        "redact",
        "check",
    }


def _without(known: _Known, name: str) -> _Known:
    origin = known.errors.get(name)
    return known._replace(
        errors={one: held for one, held in known.errors.items() if one != name},
        texts={one: held for one, held in known.texts.items() if origin is None or held.origin is not origin[1]},
    )


def _either(one: _Known | None, other: _Known | None) -> _Known | None:
    if one is None or other is None:
        return one or other
    if one is other:
        return one
    return _Known({**other.errors, **one.errors}, {**other.texts, **one.texts}, one.open or other.open)
