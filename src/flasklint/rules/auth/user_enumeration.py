"""FLK812."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.guards import PASSWORD_CHECKS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import AppRule
from flasklint.source import Location

_ENTRANCES = frozenset({"login", "signin", "logon", "authenticate", "auth", "session", "sessions", "token"})
_RESETS = frozenset({"reset", "forgot", "forgotten", "recover", "recovery"})
_LOOKUPS = frozenset(
    {
        "first",
        "one_or_none",
        "get",
        "find_one",
        "scalar",
        "scalar_one_or_none",
        "first_or_none",
        "get_or_none",
        "filter_by",
    }
    | {
        "get_by_email",
        "get_by_username",
        "get_user",
        "find_by_email",
        "find_by_username",
        "find_user",
        "get_user_by_email",
    }
)
_CHECKS = PASSWORD_CHECKS | {"authenticate", "check_hash", "is_correct_password", "verify", "verify_and_update"}
_ANSWERS = frozenset({"flash", "abort", "jsonify", "make_response", "render_template", "append"})


class _Answer(NamedTuple):
    """What a branch says to the visitor."""

    words: tuple[object, ...]
    node: ir.Node


class UserEnumeration(AppRule):
    """A login tells strangers which accounts there are.

    ## What it does
    Compares what a login answers for a user that does not exist with what it answers for a wrong password, and what a password
    reset answers for an address that it does not know with what it says otherwise. Where they differ, in words or status, it
    reports the first. It is for the auditor: many sites accept that, and registration tells the same.

    ## Why is this bad
    A list of addresses becomes a list of accounts, to be tried with leaked passwords or written to by name; and that
    somebody has an account may itself be a secret.

    ## Bad
    ```python
    from flask import Flask, flash, redirect, request
    from werkzeug.security import check_password_hash

    app = Flask(__name__)


    @app.post("/login")
    def login():
        user = User.query.filter_by(email=request.form["email"]).first()
        if user is None:
            flash("There is no account with this address.")
            return redirect("/login")
        if not check_password_hash(user.password_hash, request.form["password"]):
            flash("The password is wrong.")
            return redirect("/login")
        return redirect("/")
    ```

    ## Good
    ```python
    from flask import Flask, flash, redirect, request
    from werkzeug.security import check_password_hash

    app = Flask(__name__)


    @app.post("/login")
    def login():
        user = User.query.filter_by(email=request.form["email"]).first()
        if user is None or not check_password_hash(user.password_hash, request.form["password"]):
            flash("Wrong address or password.")
            return redirect("/login")
        return redirect("/")
    ```

    ## References
    - [CWE-204](https://cwe.mitre.org/data/definitions/204.html)
    """

    code = "FLK812"
    name = "user-enumeration"
    severity = Severity.LOW
    cwe = (204,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The logins and resets that answer strangers differently."""
        seen: set[Location] = set()
        for route, function in app.views():
            if app.guard(route) is not None:
                continue
            for finding in self._of_view(route, function, project):
                if finding.location not in seen:
                    seen.add(finding.location)
                    yield finding

    def _of_view(self, route: Route, function: Fn, project: Project) -> Iterator[Finding]:
        spoken = {*words(route.rule), *words(function.node.name), *words(route.endpoint)}
        looked_up = _looked_up(function.node)
        branches = [node for node in ir.walk(function.node) if isinstance(node, ir.If)]
        unknown = next((one for one in (_absent(node, looked_up) for node in branches) if one is not None), None)
        if unknown is None:
            return
        if not _RESETS.isdisjoint(spoken):
            other = next((one for one in _found(function.node, looked_up) if one.words != unknown.words), None)
            what = "a reset answers differently for an address that it knows"
        elif not _ENTRANCES.isdisjoint(spoken) or any(_wrong(node) for node in branches):
            other = next((one for one in map(_wrong, branches) if one is not None), None)
            what = "a wrong password is answered differently"
        else:
            return
        if other is None or other.words == unknown.words:
            return
        yield self.finding(
            project.location(function.frame.module, unknown.node),
            "A stranger is told that there is no such account.",
            confidence=Confidence.LOW,
            label="said of an unknown account only",
            scope=function.qualname,
            related=(Place(project.location(function.frame.module, other.node), what),),
            help="answer both alike, in the same words and with the same status",
            persona=Persona.AUDITOR,
        )


def _looked_up(node: ir.Node) -> frozenset[str]:
    """The names that hold an account which may not be there: what a look-up gives."""
    found = set()
    for one in ir.walk(node):
        if isinstance(one, ir.Assign) and isinstance(one.value, ir.Call) and len(one.targets) == 1:
            target, called = one.targets[0], one.value.function
            name = ir.last_name(called)
            if isinstance(target, ir.Name) and (name in _LOOKUPS or "user" in words(name)) and _is_account(target.id):
                found.add(target.id)
    return frozenset(found)


def _is_account(name: str) -> bool:
    return not {"user", "account", "member", "customer", "person", "admin", "u", "usr"}.isdisjoint(words(name))


def _absent(node: ir.If, names: frozenset[str]) -> _Answer | None:
    """What is said where an account is not there."""
    for branch, holds in ((node.body, True), (node.orelse, False)):
        if _says_absent(node.test, names, holds) and (answer := _answer(branch)) is not None:
            return answer
    return None


def _says_absent(test: ir.Expr, names: frozenset[str], holds: bool) -> bool:
    match test:
        case ir.Name(name):
            return not holds and name in names
        case ir.Op("not", (ir.Name(name),)):
            return holds and name in names
        case ir.Compare(("is" | "==",), (ir.Name(name), ir.Const(None))):
            return holds and name in names
        case ir.Compare(("is not" | "!=",), (ir.Name(name), ir.Const(None))):
            return not holds and name in names
        case _:
            return False


def _wrong(node: ir.If) -> _Answer | None:
    """What is said where a password is wrong."""
    if isinstance(node.test, ir.Op) and node.test.sign == "not" and _checks(node.test):
        return _answer(node.body)
    return _answer(node.orelse) if isinstance(node.test, ir.Call) and _checks(node.test) else None


def _checks(test: ir.Expr) -> bool:
    for one in (test, *ir.walk(test)):
        if isinstance(one, ir.Call):
            called = one.function
            name = ir.last_name(called)
            if name in _CHECKS:
                return True
    return False


def _found(node: ir.Node, names: frozenset[str]) -> Iterator[_Answer]:
    """What is said where an account is there, or at the end."""
    for one in ir.walk(node):
        if isinstance(one, ir.If):
            for branch, holds in ((one.body, False), (one.orelse, True)):
                if _says_absent(one.test, names, not holds) and (answer := _answer(branch)) is not None:
                    yield answer
    assert isinstance(node, ir.Function)
    last = _answer(node.body[-2:])
    if last is not None:
        yield last


def _answer(branch: tuple[ir.Stmt, ...]) -> _Answer | None:
    """The words and the status of what a branch says, in calls and answers that stand right in it."""
    said: list[object] = []
    place: ir.Node | None = None
    for statement in branch:
        match statement:
            case ir.If() | ir.Loop() | ir.Try() | ir.With():
                continue
            case _:
                pass
        for one in (statement, *ir.walk(statement)):
            if isinstance(one, ir.Call) and ir.last_name(one.function) in _ANSWERS and (texts := _constants(one)):
                said += texts
                place = place or one
        if isinstance(statement, ir.Return) and statement.value is not None:
            texts = _constants(statement.value)
            if isinstance(statement.value, (ir.Const, ir.Display, ir.Dict)) and texts:
                said += texts
                place = place or statement
    return _Answer(tuple(said), place) if place is not None else None


def _constants(node: ir.Expr) -> list[object]:
    """The texts of some length and the statuses in an expression."""
    return [
        one.value
        for one in (node, *ir.walk(node))
        if isinstance(one, ir.Const)
        and (
            (isinstance(one.value, str) and " " in one.value.strip())
            or (isinstance(one.value, int) and one.value >= 400)
        )
    ]
