from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.base import ModuleRule

_REQUEST = frozenset(("flask.request", "flask.Request()"))
_READ = frozenset(("json", "form", "args", "values"))
_CALLED = frozenset(("get_json",))
_MOST_HOPS = 8
_MODELS = (
    "flask_sqlalchemy.SQLAlchemy().Model",
    "sqlalchemy.orm.declarative_base()",
    "sqlalchemy.orm.DeclarativeBase",
    "sqlmodel.SQLModel",
    "mongoengine.Document",
    "flask_mongoengine.MongoEngine().Document",
    "flask_mongoengine.Document",
    "peewee.Model",
    "flask_peewee.db.Database().Model",
    "pony.orm.Database().Entity",
)


class MassAssignment(ModuleRule):
    """A request decides which fields of a model are set.

    ## What it does
    Finds database models built from a whole request (`Model(**request.json)`) and loops that set whatever attributes a request
    names (`setattr(user, name, value)`) without a look at the names. Data that a schema or a choice of fields has gone through
    is left alone.

    ## Why is this bad
    A visitor adds `"is_admin": true` to the request, and it is stored.

    ## Bad
    ```python
    from flask import Flask, request
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)


    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String)
        is_admin = db.Column(db.Boolean)


    @app.post("/users")
    def create():
        db.session.add(User(**request.get_json()))
        db.session.commit()
        return "", 201
    ```

    ## Good
    ```python
    from flask import Flask, request
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)


    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String)
        is_admin = db.Column(db.Boolean)


    @app.post("/users")
    def create():
        db.session.add(User(name=request.get_json()["name"]))
        db.session.commit()
        return "", 201
    ```

    ## References
    - [CWE-915](https://cwe.mitre.org/data/definitions/915.html)
    - [OWASP mass assignment cheat sheet](https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html)
    """

    code = "FLK511"
    name = "mass-assignment"
    severity = Severity.MEDIUM
    cwe = (915,)

    def check_module(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """Models made from requests, and loops of ``setattr``."""
        for call, scope in module.calls:
            if any(argument.name == "**" for argument in call.arguments):
                yield from self._made(call, scope, project)
        if any(isinstance(call.function, ir.Name) and call.function.id == "setattr" for call, _ in module.calls):
            for scope in module.scopes:
                if scope.is_function:
                    yield from self._set(scope, project)

    def _made(self, call: ir.Call, scope: Scope, project: Project) -> Iterator[Finding]:
        names = project.resolve(call.function, scope)
        if not any(name in _MODELS for name in names):
            return
        for argument in call.arguments:
            if argument.name == "**" and _is_whole_request(argument.value, scope, project):
                yield self.finding(
                    project.location(scope, call),
                    f"A request decides which fields of `{names[0].rpartition('.')[2]}` are set. "
                    "Whatever it names is stored, also what no form asks for.",
                    label="every field that the request names",
                    scope=scope.qualname,
                    help="name the fields that may be set, or load the request through a schema",
                )

    def _set(self, scope: Scope, project: Project) -> Iterator[Finding]:
        for loop in ir.statements(scope.node):
            if not isinstance(loop, ir.Loop) or loop.target is None:
                continue
            name, looked_at = _names_of_fields(loop)
            if not name or looked_at is None or not _is_whole_request(looked_at, scope, project):
                continue
            for node in ir.walk(loop):
                match node:
                    case ir.Call(
                        function=ir.Name(id="setattr"), arguments=(_, ir.Argument(value=ir.Name(id=given)), *_)
                    ) if given == name and not _is_checked(name, node, loop):
                        yield self.finding(
                            project.location(scope, node),
                            "A request decides which attributes are set. "
                            "Whatever it names is set, also what no form asks for.",
                            confidence=Confidence.MEDIUM,
                            label="every attribute that the request names",
                            scope=scope.qualname,
                            help="name the fields that may be set, and skip all others",
                        )
                    case _:
                        pass


def _names_of_fields(loop: ir.Loop) -> tuple[str, ir.Expr | None]:
    """The variable that holds the names of what is gone through, and what that is."""
    match loop.target, loop.subject:
        case (
            ir.Display(items=(ir.Argument(value=ir.Name(id=name)), _)),
            ir.Call(function=ir.Attribute(name="items" | "iteritems", value=value)),
        ):
            return name, value
        case ir.Name(id=name), ir.Call(function=ir.Attribute(name="keys", value=value)):
            return name, value
        case ir.Name(id=name), value:
            return name, value
        case _:
            return "", None


def _is_whole_request(node: ir.Expr, scope: Scope, project: Project, hops: int = _MOST_HOPS) -> bool:
    """The decoded body, or all of the form or the query string, with nothing taken away.

    ``hops``: through how many names it is followed; in a loop two names can be made of each other.
    """
    match node:
        case ir.Name(id=name):
            bindings = scope.at(name, node.start)
            return (
                len(bindings) == 1
                and bindings[0].kind == "assign"
                and not bindings[0].path
                and bindings[0].value is not None
                and hops > 0
                and not _is_cut_down(name, scope, node.start)
                and _is_whole_request(bindings[0].value, scope, project, hops - 1)
            )
        case ir.Call(function=ir.Attribute(name="to_dict" | "copy", value=value)):
            return _is_whole_request(value, scope, project, hops)
        case ir.Call(function=ir.Name(id="dict"), arguments=(ir.Argument(value=value, name=""),)):
            return _is_whole_request(value, scope, project, hops)
        case ir.Call(function=ir.Attribute(name=method, value=value)) if method in _CALLED:
            return not _REQUEST.isdisjoint(project.resolve(value, scope))
        case ir.Attribute(name=name, value=value) if name in _READ:
            return not _REQUEST.isdisjoint(project.resolve(value, scope))
        case ir.Op(sign="or", operands=(first, *_)):
            return _is_whole_request(first, scope, project, hops)
        case _:
            return False


def _is_cut_down(name: str, scope: Scope, before: int) -> bool:
    """Keys are taken out of it, or it is shown to something that may check it, before a place."""
    for node in ir.walk(scope.node):
        if node.start >= before:
            continue
        match node:
            case ir.Call(function=ir.Attribute(value=ir.Name(id=owner), name="pop" | "clear")) if owner == name:
                return True
            case ir.Delete(targets=targets) if any(
                isinstance(target, ir.Subscript) and isinstance(target.value, ir.Name) and target.value.id == name
                for target in targets
            ):
                return True
            case ir.Call(function=function, arguments=arguments) if any(
                isinstance(argument.value, ir.Name) and argument.value.id == name for argument in arguments
            ):
                tail = function.name if isinstance(function, ir.Attribute) else getattr(function, "id", "")
                if any(
                    word in tail.lower() for word in ("valid", "check", "load", "schema", "clean", "filter", "allow")
                ):
                    return True
            case ir.Loop(subject=ir.Name(id=owner), body=body) if owner == name and any(
                isinstance(inner, ir.Raise | ir.Return) for one in body for inner in (one, *ir.walk(one))
            ):
                return True
            case _:
                pass
    return False


def _is_checked(name: str, call: ir.Call, loop: ir.Loop) -> bool:
    """The names are compared with something before they are used: by an ``if`` around, or one that skips the turn."""
    for node in ir.walk(loop):
        if isinstance(node, ir.If) and node.start < call.start:
            for part in (node.test, *ir.walk(node.test)):
                if isinstance(part, ir.Compare) and any(
                    isinstance(one, ir.Name) and one.id == name
                    for operand in part.operands
                    for one in (operand, *ir.walk(operand))
                ):
                    return True
                if isinstance(part, ir.Call) and not (
                    isinstance(part.function, ir.Name) and part.function.id in ("hasattr", "isinstance", "getattr")
                ):
                    for argument in part.arguments:
                        if isinstance(argument.value, ir.Name) and argument.value.id == name:
                            return True
    return False
