from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.credentials import is_placeholder, is_weak, looks_random
from flasklint.knowledge.models import MODELS
from flasklint.knowledge.rights import PEOPLE
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.project import Project
from flasklint.project.purpose import names_given
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.values import Known
from flasklint.rules.base import ModuleRule, together
from flasklint.rules.default_logins import DefaultLogin, default_logins
from flasklint.rules.surroundings import conditions
from flasklint.source import Location

_HASHERS = (
    "werkzeug.security.generate_password_hash",
    "flask_bcrypt.Bcrypt().generate_password_hash",
    "flask_bcrypt.generate_password_hash",
    "bcrypt.hashpw",
    "argon2.PasswordHasher().hash",
    "passlib.context.CryptContext().hash",
    "flask_security.hash_password",
    "flask_security.utils.hash_password",
    "flask_security.encrypt_password",
    "flask_security.utils.encrypt_password",
)
_HASHER_MODULE = "passlib.hash."
_SETTERS = frozenset({"change_password", "hash_password", "set_password", "update_password"})
_UNUSABLE = re.compile(r"$|[<\[({$%!*]|(.)\1*$|no[-_ ]?pass|disabled|unusable", re.IGNORECASE)
"""What no one can log in with, and what something fills in."""
_NOT_FOR_REAL = frozenset(
    {"anonymise", "anonymize", "debug", "demo", "dev", "devel", "development", "dummy", "example", "fake", "faker"}
    | {"fixture", "fixtures", "local", "mock", "sample", "samples", "test", "testing", "tests", "timing"}
)
"""Words of files, functions, settings and variables for accounts that are in no production."""


_INSERT = re.compile(
    r"\s*insert\s+(?:or\s+\w+\s+)?into\s+[\"'`\[]?(?P<table>[\w.]+)[\"'`\]]?\s*"
    r"\((?P<columns>[^()]*)\)\s*values\s*\((?P<values>[^()]*)\)",
    re.IGNORECASE,
)


class DefaultAccount(ModuleRule):
    """An account is made with a password that is written into the source.

    ## What it does
    Finds records of people that are given a literal password, hashed or not: `User(password="admin")`,
    `user.set_password("admin")`, `generate_password_hash("admin")` for a field, also by way of a constant, a setting or a
    function's parameter; and of settings, a password that everybody tries first beside the administrator's name, be it for want
    of an environment variable. Tests, and what names itself as for development, demonstration or tests, are left alone.

    ## Why is this bad
    Whoever can read the source can log in, and programs try such pairs first. A password that has to be changed after the
    first start is not changed in the installation that is forgotten.

    ## Bad
    ```python
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from werkzeug.security import generate_password_hash

    app = Flask(__name__)
    db = SQLAlchemy(app)


    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String)
        password = db.Column(db.String)


    @app.cli.command("init")
    def init():
        db.session.add(User(name="admin", password=generate_password_hash("admin")))
        db.session.commit()
    ```

    ## Good
    ```python
    import secrets

    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy
    from werkzeug.security import generate_password_hash

    app = Flask(__name__)
    db = SQLAlchemy(app)


    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String)
        password = db.Column(db.String)


    @app.cli.command("init")
    def init():
        password = secrets.token_urlsafe()
        db.session.add(User(name="admin", password=generate_password_hash(password)))
        db.session.commit()
        print("the administrator's password is", password)
    ```

    ## References
    - [CWE-1392](https://cwe.mitre.org/data/definitions/1392.html)
    - [CWE-798](https://cwe.mitre.org/data/definitions/798.html)
    """

    code = "FLK814"
    name = "default-account"
    severity = Severity.HIGH
    cwe = (1392, 798)

    def check_module(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """One finding for each function that makes such accounts."""
        if not _NOT_FOR_REAL.isdisjoint(words(module.path)):
            return
        made: dict[int, list[Finding]] = {}
        for node, value, scope in (*_called(module, project), *_assigned(module, project)):
            if (finding := self._judged(node, value, scope, project)) is not None:
                made.setdefault(id(scope.node), []).append(finding)
        for login in default_logins(module, project):
            # What a generator made is told of as a credential.
            known = is_weak(login.text) or not (
                login.falls_back or looks_random(login.text) or is_placeholder(login.text)
            )
            if known and not _UNUSABLE.match(login.text) and _is_for_real(login.value, login.value, login.scope):
                made.setdefault(id(login.scope.node), []).append(self._of_settings(login))
        for const, scope in module.texts:
            if _in_a_statement(str(const.value)) and _is_for_real(const, const, scope):
                made.setdefault(id(scope.node), []).append(self._made_by_statement(const, scope))
        for group in made.values():
            yield from together(group)

    def _of_settings(self, login: DefaultLogin) -> Finding:
        return self.finding(
            Location(login.scope.module.path, login.value.span),
            f"`{login.name}` is written into the source, and whoever knows it logs in"
            + (", unless whoever installs the app says otherwise." if login.falls_back else "."),
            severity=Severity.MEDIUM if login.falls_back else None,
            confidence=Confidence.MEDIUM,
            label="the same in every installation" + (" that sets none" if login.falls_back else ""),
            scope=login.scope.qualname,
            help="fail without it, or make one up with `secrets.token_urlsafe()` and tell it once",
        )

    def _made_by_statement(self, const: ir.Const, scope: Scope) -> Finding:
        return self.finding(
            Location(scope.module.path, const.span),
            "An account gets a password that is written into the source. Whoever reads the code can log in with it.",
            confidence=Confidence.MEDIUM,
            label="the same in every installation",
            scope=scope.qualname,
            help="make one up with `secrets.token_urlsafe()` and tell it once, or ask for it when the account is made",
        )

    def _handed(self, name: str, scope: Scope, project: Project) -> Finding | None:
        """What one of those who call a function gives it as a password."""
        if not isinstance(scope.node, ir.Function):
            return None
        for site in project.calls(scope.name):
            bound = scope.parent is not None and scope.parent.is_class
            given = _given(name, scope.node, site.call, bound) if not site.scope.module.is_test else None
            if (
                isinstance(given, ir.Const)
                and (found := self._judged(site.call, given, site.scope, project)) is not None
            ):
                return found
        return None

    def _judged(self, node: ir.Node, value: ir.Expr, scope: Scope, project: Project) -> Finding | None:
        if isinstance(value, ir.Name) and any(one.kind == "parameter" for one in scope.at(value.id, value.start)):
            return self._handed(value.id, scope, project)
        setting = project.constant(value, scope)
        if not isinstance(setting, Known) or not isinstance(setting.value, str | bytes):
            return None
        text = setting.value if isinstance(setting.value, str) else setting.value.decode("latin-1")
        if _UNUSABLE.match(text) or not _is_for_real(node, value, scope):
            return None
        return self.finding(
            project.location(scope, node),
            "An account gets a password that is written into the source. Whoever reads the code can log in with it.",
            confidence=Confidence.HIGH if is_weak(text) else Confidence.MEDIUM,
            label="the same in every installation",
            scope=scope.qualname,
            help="make one up with `secrets.token_urlsafe()` and tell it once, or ask for it when the account is made",
        )


def _given(name: str, function: ir.Function, call: ir.Call, bound: bool) -> ir.Expr | None:
    """What a call gives for a parameter."""
    parameters = [one.name for one in function.parameters if one.kind not in ("star", "keyword")][bound:]
    for position, argument in enumerate(call.arguments):
        if argument.name == name or (not argument.name and position < len(parameters) and parameters[position] == name):
            return argument.value
        if argument.name in ("*", "**"):
            return None
    return None


def _in_a_statement(text: str) -> bool:
    """``INSERT INTO users (name, password) VALUES ('admin', 'admin')``"""
    found = _INSERT.match(text)
    if found is None or PEOPLE.isdisjoint(words(found["table"])):
        return False
    columns = [column.strip(" \t\n\"'`[]") for column in found["columns"].split(",")]
    values = [value.strip() for value in found["values"].split(",")]
    if len(columns) != len(values):
        return False
    given = {column: value for column, value in zip(columns, values, strict=True) if sensitivity(column) == "password"}
    return any(
        len(value) > 2 and value[0] == value[-1] == "'" and not _UNUSABLE.match(value[1:-1]) for value in given.values()
    )


def _called(module: LinkedModule, project: Project) -> Iterator[tuple[ir.Call, ir.Expr, Scope]]:
    """Calls that take an account's password: what hashes one for a field, what sets one, what makes a record."""
    for call, scope in module.calls:
        if not call.arguments:
            continue
        function = call.function
        first = call.arguments[0].value
        if isinstance(function, ir.Attribute) and function.name in _SETTERS:
            yield call, first, scope
            continue
        names = project.resolve(function, scope)
        if any(name in _HASHERS or name.startswith(_HASHER_MODULE) for name in names):
            if any(sensitivity(name) == "password" for name in names_given(scope.node, call.span)):
                yield call, first, scope
        elif any(name in MODELS for name in names):
            for argument in call.arguments:
                if sensitivity(argument.name) == "password" and isinstance(
                    argument.value, ir.Const | ir.Name | ir.Attribute
                ):
                    yield call, argument.value, scope
            if (value := _placed(call, names, project)) is not None:
                yield call, value, scope


def _placed(call: ir.Call, names: Iterable[str], project: Project) -> ir.Expr | None:
    """The password that a record's own ``__init__`` is given by its place."""
    for name in names:
        cls = project.definition(name)
        for binding in cls.at("__init__") if cls is not None and cls.is_class else ():
            if isinstance(binding.node, ir.Function):
                parameters = binding.node.parameters[1:]
                for parameter, argument in zip(parameters, call.arguments, strict=False):
                    if argument.name or parameter.kind in ("star", "keyword"):
                        break
                    if sensitivity(parameter.name) == "password" and isinstance(argument.value, ir.Const):
                        return argument.value
    return None


def _assigned(module: LinkedModule, project: Project) -> Iterator[tuple[ir.Node, ir.Expr, Scope]]:
    """``user.password = "..."`` of a record."""
    for scope in module.scopes:
        for write in scope.writes:
            if (
                write.name is not None
                and sensitivity(write.name) == "password"
                and isinstance(write.target, ir.Name)
                and isinstance(write.value, ir.Const)
                and any(map(_is_record, project.resolve(write.target, scope)))
            ):
                yield write.node, write.value, scope


def _is_record(name: str) -> bool:
    """Made by a model, or what one was asked for: ``User.query.get()``."""
    return name.startswith(tuple(f"{model}{sign}" for model in MODELS for sign in ("(", ".query.")))


def _is_for_real(node: ir.Node, value: ir.Expr, scope: Scope) -> bool:
    """Nothing around says that it is for development or tests, or only there to take as long as a real one."""
    spoken = [scope.qualname, *names_given(scope.node, node.span)]
    if isinstance(value, ir.Name | ir.Attribute):
        spoken.append(value.id if isinstance(value, ir.Name) else value.name)
    for test in conditions(scope, node):
        for part in (test, *ir.walk(test)):
            match part:
                case ir.Name(id=name) | ir.Attribute(name=name):
                    spoken.append(name)
                case ir.Const(value=str(text)) if "@" not in text:
                    # The address of an account says nothing of what it is for.
                    spoken.append(text)
                case _:
                    pass
    decorators = scope.node.decorators if isinstance(scope.node, ir.Function) else ()
    for decorator in decorators:
        spoken += [str(part.value) for part in ir.walk(decorator) if isinstance(part, ir.Const)]
    return all(_NOT_FOR_REAL.isdisjoint(words(name)) for name in spoken)
