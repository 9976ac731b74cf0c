from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.models import MODELS
from flasklint.knowledge.rights import PEOPLE
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.blocks import leaves
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.base import Context, ModuleRule, together
from flasklint.rules.handed import gives_back, looks_at_values_only

_REQUEST = frozenset(("flask.request", "flask.Request()"))
_READ = frozenset(("json", "form", "args", "values"))
_CALLED = frozenset(("get_json",))
_MOST_HOPS = 8
_HABIT = 3
"""So many models that a request fills may be slips; more are how the app is made."""
_PRIVILEGES = frozenset(
    {
        "admin",
        "administrator",
        "approved",
        "author",
        "balance",
        "banned",
        "blocked",
        "credit",
        "owner",
        "permission",
        "permissions",
        "privilege",
        "role",
        "roles",
        "staff",
        "superuser",
        "verified",
    }
)
"""Words of fields that say who somebody is, or what they may do or own."""


_STORES = frozenset({"insert_one", "update_one", "replace_one", "find_one_and_update", "find_one_and_replace"})


class MassAssignment(ModuleRule):
    """A request decides which fields of a model are set.

    ## What it does
    Finds database models built from a whole request (`Model(**request.json)`), documents that are one
    (`users.insert_one(request.json)`, `{"$set": request.json}`) and loops that set whatever attributes a request
    names (`setattr(user, name, value)`) without a look at the names. Data that a schema or a choice of fields has gone through
    is left alone. Where only some keys are taken out (`id`), a default run reports models that still have a field which says who
    somebody is or what they may do; taking out one of those is taken for a choice. A helper that the request is handed to is
    looked into: one that asks for values only is no check of the names. Where more than three models without such a field are
    filled so, they are one finding.

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

    def findings(self, context: Context) -> Iterator[Finding]:
        """What gives rights each for itself; of the rest, where there is much, one for the app: it is how it is made."""
        others: list[Finding] = []
        for finding in super().findings(context):
            if finding.persona is not Persona.REGULAR or "too. " in finding.message:
                yield finding
            else:
                others.append(finding)
        yield from together(others, "places do so") if len(others) > _HABIT else others

    def check_module(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """Models made from requests, and loops of ``setattr``."""
        for call, scope in module.calls:
            if isinstance(call.function, ir.Attribute) and call.function.name in _STORES:
                yield from self._stored(call, scope, project)
            if isinstance(call.function, ir.Attribute) and call.function.name == "update":
                yield from self._updated(call, scope, project)
            if any(argument.name == "**" for argument in call.arguments):
                yield from self._made(call, scope, project)
        if any(isinstance(call.function, ir.Name) and call.function.id == "setattr" for call, _ in module.calls):
            for scope in module.scopes:
                if scope.is_function:
                    yield from self._set(scope, project)

    def _made(self, call: ir.Call, scope: Scope, project: Project) -> Iterator[Finding]:
        names = project.resolve(call.function, scope)
        if not any(name in MODELS for name in names):
            return
        for argument in call.arguments:
            if argument.name != "**":
                continue
            left_out = _left_out(argument.value, scope, project)
            if left_out is None or any(map(_grants, left_out)):
                continue
            yield self._filled(names, left_out, call, scope, project)

    def _updated(self, call: ir.Call, scope: Scope, project: Project) -> Iterator[Finding]:
        """Records that are updated with a request: ``User.query.filter_by(id=1).update(request.json)``"""
        model = next((one for one in _queried(call.function) if _is_model(one, scope, project)), None)
        left_out = _left_out(call.arguments[0].value, scope, project) if model is not None and call.arguments else None
        if model is None or left_out is None or any(map(_grants, left_out)):
            return
        yield self._filled(project.resolve(model, scope), left_out, call, scope, project)

    def _filled(
        self, names: tuple[str, ...], left_out: frozenset[str], call: ir.Call, scope: Scope, project: Project
    ) -> Finding:
        """A record is given what a request names. ``names``: its model's canonical ones; ``left_out``: fields that are not."""
        grave = _privilege(names, left_out, project)
        return self.finding(
            project.location(scope, call),
            f"A request decides which fields of `{names[0].rpartition('.')[2]}` are set{f', `{grave}` too' if grave else ''}. "
            "Whatever it names is stored, also what no form asks for.",
            label="every field that the request names",
            scope=scope.qualname,
            help="name the fields that may be set, or load the request through a schema",
            persona=Persona.PEDANTIC if left_out and not grave else Persona.REGULAR,
        )

    def _stored(self, call: ir.Call, scope: Scope, project: Project) -> Iterator[Finding]:
        """A document that is a request's body: ``users.insert_one(request.json)``, ``{"$set": request.json}``"""
        collection = _collection(call.function)
        for argument in call.arguments:
            body = _set_to(argument.value)
            left_out = _left_out(body or argument.value, scope, project)
            if left_out is None or any(map(_grants, left_out)):
                continue
            people = not PEOPLE.isdisjoint(words(collection))
            yield self.finding(
                project.location(scope, call),
                f"A request decides which fields of a document{f' of `{collection}`' if collection else ''} are set. "
                "Whatever it names is stored, also what no form asks for.",
                confidence=Confidence.HIGH if people else Confidence.MEDIUM,
                label="every field that the request names",
                scope=scope.qualname,
                help="name the fields that may be set, or load the request through a schema",
                persona=Persona.REGULAR if people or body is not None else Persona.PEDANTIC,
            )

    def _set(self, scope: Scope, project: Project) -> Iterator[Finding]:
        for loop in ir.statements(scope.node):
            if not isinstance(loop, ir.Loop) or loop.target is None:
                continue
            name, looked_at = _names_of_fields(loop)
            dropped = _left_out(looked_at, scope, project) if name and looked_at is not None else None
            if dropped is None or any(map(_grants, dropped)):
                continue
            for node in ir.walk(loop):
                match node:
                    case ir.Call(
                        function=ir.Name(id="setattr"),
                        arguments=(ir.Argument(value=target), ir.Argument(value=ir.Name(id=given)), *_),
                    ) if given == name and (skipped := _skipped(name, node, loop.body)) is not None:
                        if any(map(_grants, skipped)):
                            continue
                        models = _model_of(target, scope, project)
                        grave = _privilege(models, dropped | skipped, project)
                        subject = f"fields of `{models[0].rpartition('.')[2]}`" if models else "attributes of an object"
                        yield self.finding(
                            project.location(scope, node),
                            f"A request decides which {subject} are set{f', `{grave}` too' if grave else ''}. "
                            "Whatever it names is set, also what no form asks for.",
                            confidence=Confidence.MEDIUM,
                            label="every attribute that the request names",
                            scope=scope.qualname,
                            help="name the fields that may be set, and skip all others",
                            persona=Persona.PEDANTIC if (dropped or skipped) and not grave else Persona.REGULAR,
                        )
                    case _:
                        pass


def _queried(function: ir.Expr) -> Iterator[ir.Expr]:
    """What is asked for records in a chain of calls: ``User`` of ``User.query.get``, and of ``session.query(User).get``"""
    while isinstance(function, ir.Attribute | ir.Call):
        if isinstance(function, ir.Call):
            if isinstance(function.function, ir.Attribute) and function.function.name in ("query", "update"):
                yield from (argument.value for argument in function.arguments[:1])
            function = function.function
        else:
            if function.name == "query":
                yield function.value
            function = function.value


def _is_model(expr: ir.Expr, scope: Scope, project: Project) -> bool:
    return isinstance(expr, ir.Name | ir.Attribute) and any(name in MODELS for name in project.resolve(expr, scope))


def _collection(function: ir.Expr) -> str:
    """``users`` of ``db.users.insert_one`` and of ``db["users"].insert_one``"""
    match function:
        case ir.Attribute(ir.Attribute(_, name) | ir.Name(name) | ir.Subscript(_, ir.Const(value=str() as name))):
            return name
    return ""


def _set_to(expr: ir.Expr) -> ir.Expr | None:
    """What an update sets: ``{"$set": it}``"""
    match expr:
        case ir.Dict(pairs):
            return next((one.value for one in pairs if isinstance(one.key, ir.Const) and one.key.value == "$set"), None)
    return None


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


def _model_of(target: ir.Expr, scope: Scope, project: Project) -> tuple[str, ...]:
    """The names of the model that an object is of, and of its bases: the one that was asked for it."""
    if not isinstance(target, ir.Name):
        return ()
    for binding in scope.at(target.id, target.start):
        if binding.value is None:
            continue
        for part in (binding.value, *ir.walk(binding.value)):
            if isinstance(part, ir.Name | ir.Attribute):
                names = project.resolve(part, scope)
                if any(name in MODELS for name in names):
                    return names
    return ()


def _privilege(models: tuple[str, ...], left_out: frozenset[str], project: Project) -> str:
    """A field of a model that says who somebody is or what they may do, and is not left out."""
    for model in models:
        definition = project.definition(model)
        if definition is None:
            continue
        fields = [one for one in definition.bindings if one not in left_out and not one.startswith("_")]
        fields.sort(key=lambda one: not _grants(one))
        if fields and (_grants(fields[0]) or any(sensitivity(one) == "password" for one in fields)):
            return next(one for one in fields if _grants(one) or sensitivity(one) == "password")
    return ""


def _grants(field: str) -> bool:
    """Whoever leaves such a field out has thought of who may set what. A password is taken out to be hashed."""
    return not _PRIVILEGES.isdisjoint(words(field))


def _left_out(node: ir.Expr, scope: Scope, project: Project, hops: int = _MOST_HOPS) -> frozenset[str] | None:
    """The keys that were taken out of the decoded body, or of all of the form or the query string; None when it is something
    else, or only some of its keys are left.

    ``hops``: through how many names it is followed; in a loop two names can be made of each other.
    """
    match node:
        case ir.Name(id=name):
            bindings = scope.at(name, node.start)
            if (
                len(bindings) != 1
                or bindings[0].kind != "assign"
                or bindings[0].path
                or bindings[0].value is None
                or not hops
            ):
                return None
            taken = _taken(name, scope, node.start, project)
            rest = _left_out(bindings[0].value, scope, project, hops - 1) if taken is not None else None
            return taken | rest if taken is not None and rest is not None else None
        case ir.Call(function=ir.Attribute(name="to_dict" | "copy", value=value)):
            return _left_out(value, scope, project, hops)
        case ir.Call(function=ir.Name(id="dict"), arguments=(ir.Argument(value=value, name=""),)):
            return _left_out(value, scope, project, hops)
        case ir.Call(function=ir.Attribute(name=method, value=value)) if method in _CALLED:
            return frozenset() if not _REQUEST.isdisjoint(project.resolve(value, scope)) else None
        case ir.Attribute(name=name, value=value) if name in _READ:
            return frozenset() if not _REQUEST.isdisjoint(project.resolve(value, scope)) else None
        case ir.Op(sign="or", operands=(first, *_)):
            return _left_out(first, scope, project, hops)
        case ir.Call(arguments=(ir.Argument(value=value, name=""),)) if gives_back(node, value, scope, project):
            return _left_out(value, scope, project, hops)
        case _:
            return None


def _taken(name: str, scope: Scope, before: int, project: Project) -> frozenset[str] | None:
    """The keys that are taken out of it before a place; None when it is emptied, or shown to something that may check it."""
    taken: set[str] = set()
    for node in ir.walk(scope.node):
        if node.start >= before:
            continue
        match node:
            case ir.Call(
                function=ir.Attribute(value=ir.Name(id=owner), name="pop"),
                arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
            ) if owner == name:
                taken.add(key)
            case ir.Call(function=ir.Attribute(value=ir.Name(id=owner), name="pop" | "clear")) if owner == name:
                return None
            case ir.Delete(targets=targets):
                for target in targets:
                    match target:
                        case ir.Subscript(value=ir.Name(id=owner), key=ir.Const(value=str(key))) if owner == name:
                            taken.add(key)
                        case ir.Subscript(value=ir.Name(id=owner)) if owner == name:
                            return None
                        case _:
                            pass
            case ir.Call(function=function, arguments=arguments) if (
                handed := next((argument.value for argument in arguments if _is_name(name, argument.value)), None)
            ) is not None:
                tail = function.name if isinstance(function, ir.Attribute) else getattr(function, "id", "")
                checks = any(
                    word in tail.lower() for word in ("valid", "check", "load", "schema", "clean", "filter", "allow")
                )
                if checks and not looks_at_values_only(node, handed, scope, project):
                    return None
            case ir.Loop(subject=ir.Name(id=owner), body=body) if owner == name and any(
                isinstance(inner, ir.Raise | ir.Return) for one in body for inner in (one, *ir.walk(one))
            ):
                return None
            case _:
                pass
    return frozenset(taken)


class _Asked(NamedTuple):
    """What a test says of a name: it is one of these, or none of those; neither where the test is about something else."""

    one_of: frozenset[str] = frozenset()
    none_of: frozenset[str] = frozenset()


def _skipped(name: str, call: ir.Call, body: tuple[ir.Stmt, ...]) -> frozenset[str] | None:
    """The keys with which a turn of a loop does not get to a call; None when the keys are chosen by what may well be a check."""
    skipped: frozenset[str] = frozenset()
    for statement in body:
        if statement.start > call.start:
            break
        blocks = [block for field in ("body", "orelse", "final") if (block := getattr(statement, field, ()))]
        around = next((block for block in blocks if any(one.start <= call.start < one.end for one in block)), ())
        if isinstance(statement, ir.If):
            asked = _asked(name, statement.test)
            stays = around is statement.body if around else not _leaves(statement.body)
            if not around and stays:
                continue
            if asked is None:
                return None
            # To get to the call the test has to be true, or else not.
            only, never = (asked.one_of, asked.none_of) if stays else (asked.none_of, asked.one_of)
            if only:
                return None
            skipped |= never
        if around:
            inner = _skipped(name, call, around)
            if inner is None:
                return None
            skipped |= inner
    return skipped


def _leaves(body: tuple[ir.Stmt, ...]) -> bool:
    """What comes after a block in its loop is not got to through it."""
    return leaves(body) or (isinstance(body[-1], ir.Jump) and body[-1].kind != "pass")


def _asked(name: str, test: ir.Expr) -> _Asked | None:
    """What a test says of a name, ``None`` when that can't be told."""
    match test:
        case ir.Compare(signs=("==" | "in" | "!=" | "not-in" as sign,), operands=(ir.Name(id=asked), given)) if (
            asked == name
        ):
            keys = _texts(given)
            if not keys:
                return None
            return _Asked(one_of=keys) if sign in ("==", "in") else _Asked(none_of=keys)
        case ir.Op(sign="and", operands=operands):
            parts = [_asked(name, one) for one in operands]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return _Asked(
                frozenset().union(*(part.one_of for part in known)),
                frozenset().union(*(part.none_of for part in known)),
            )
        case ir.Call(function=ir.Name(id="hasattr" | "isinstance" | "getattr")):
            return _Asked()
        case ir.Call(arguments=arguments):
            return None if any(_is_name(name, argument.value) for argument in arguments) else _Asked()
        case _:
            if isinstance(test, ir.Compare):
                return None if any(_mentions(name, one) for one in test.operands) else _Asked()
            inside = [part for part in ir.walk(test) if isinstance(part, ir.Compare | ir.Call)]
            return None if any(_asked(name, part) != _Asked() for part in inside) else _Asked()


def _texts(node: ir.Expr) -> frozenset[str]:
    """The texts that an expression is, or holds."""
    match node:
        case ir.Const(value=str(text)):
            return frozenset((text,))
        case ir.Display(items=items):
            texts = [item.value.value for item in items if isinstance(item.value, ir.Const)]
            return frozenset(map(str, texts)) if len(texts) == len(items) else frozenset()
        case _:
            return frozenset()


def _mentions(name: str, node: ir.Expr) -> bool:
    return any(_is_name(name, part) for part in (node, *ir.walk(node)))


def _is_name(name: str, node: ir.Node) -> bool:
    return isinstance(node, ir.Name) and node.id == name
