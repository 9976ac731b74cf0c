from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.decorators import describes
from flasklint.knowledge.rights import HOLDERS, LOGIN, PEOPLE, RIGHTS, ROLES
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.acts import Act, Asked
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import AppRule
from flasklint.source import Location

_USERS = ("flask_login.UserMixin", "flask_security.UserMixin", "flask_user.UserMixin", "fastapi_users.UserMixin")
_OWN = frozenset({"me", "my", "mine", "own", "self"})
_ONE_TIME = frozenset(
    {"activate", "callback", "code", "confirm", "hook", "invitation", "invite", "key", "oauth", "postback", "reset"}
    | {"token", "unsubscribe", "verify", "webhook"}
)
"""Words of an address that is followed by whom it was given to."""
_PLAIN = frozenset(
    {"required", "require", "fresh", "need", "needed", "needs", "flask", "protected", "only", "must", "be", "is", "in"}
)
_SHOWN = 8


class _Sign(NamedTuple):
    """What shows that records of a kind are somebody's."""

    why: str
    label: str
    severity: Severity
    confidence: Confidence
    place: Location | None = None


_OWNED = _Sign(
    "Others of its kind are compared with who is asking.",
    "here it is asked whose it is",
    Severity.HIGH,
    Confidence.MEDIUM,
)
_KEPT = _Sign("Everybody is shown their own.", "here everybody sees their own", Severity.MEDIUM, Confidence.MEDIUM)
_MADE = _Sign("It was made in somebody's name.", "made in somebody's name", Severity.MEDIUM, Confidence.LOW)
_SECRETS = frozenset({"hash", "nonce", "secret", "token"})
"""Last words of the names of what is sent to somebody, for them to come back with."""
_PEOPLES = _Sign("It is somebody's account.", "", Severity.HIGH, Confidence.MEDIUM)


class _Forgotten(NamedTuple):
    act: Act
    function: Fn
    route: Route


class MissingOwnershipCheck(AppRule):
    """A view changes any record that a visitor names, and never looks whose it is.

    ## What it does
    Looks at views that demand no more than a login, fetch a record by what the address or the request says, and change or delete
    it, and in which who is asking decides nothing. They are reported where the app itself shows that such records are somebody's:
    another view compares a record of the same kind with who is asking, or looks it up by both; or the record is a user's account.
    Views that demand a role, or that call something whose name speaks of rights, are left alone.

    ## Why is this bad
    Ids are guessed by counting. Whoever is logged in can change and delete what belongs to everybody else.

    ## Bad
    ```python
    from flask import Flask, abort, request
    from flask_login import LoginManager, current_user, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    class Note(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        owner_id = db.Column(db.Integer)
        text = db.Column(db.Text)


    @app.post("/notes/<int:number>")
    @login_required
    def edit(number):
        note = db.get_or_404(Note, number)
        if note.owner_id != current_user.id:
            abort(403)
        note.text = request.form["text"]
        db.session.commit()
        return "saved"


    @app.post("/notes/<int:number>/delete")
    @login_required
    def delete(number):
        note = db.get_or_404(Note, number)
        db.session.delete(note)
        db.session.commit()
        return "deleted"
    ```

    ## Good
    ```python
    from flask import Flask, abort
    from flask_login import LoginManager, current_user, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    class Note(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        owner_id = db.Column(db.Integer)
        text = db.Column(db.Text)


    @app.post("/notes/<int:number>/delete")
    @login_required
    def delete(number):
        note = Note.query.filter_by(id=number, owner_id=current_user.id).first_or_404()
        db.session.delete(note)
        db.session.commit()
        return "deleted"
    ```

    ## References
    - [CWE-639](https://cwe.mitre.org/data/definitions/639.html)
    - [OWASP: insecure direct object reference](https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html)
    """

    code = "FLK816"
    name = "missing-ownership-check"
    severity = Severity.HIGH
    cwe = (639, 862)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for each kind of record and file."""
        if app.exhausted:
            return
        found: dict[tuple[str, str], list[_Forgotten]] = {}
        for one in self._forgotten(app):
            found.setdefault((one.act.model, one.act.location.path), []).append(one)
        if not found:
            return
        signs = _signs(app)
        for (model, _), group in found.items():
            sign = signs.get(model)
            if (sign is None or sign.why != _OWNED.why) and self._is_people(model, app):
                sign = _PEOPLES
            if sign is not None:
                yield self._report(group, sign)

    def _forgotten(self, app: App) -> Iterator[_Forgotten]:
        """The first change of each view in which nobody is asked whose it is."""
        for route, function in app.changing():
            course = app.course(route, function)
            act = next((one for one in course.acts if one.named and one.asked is not Asked.RIGHTS), None)
            if (
                act is None
                or _is_found_by_secret(function.node)
                or course.asks
                or not self._demands_a_login_only(app, route, function)
            ):
                continue
            yield _Forgotten(act, function, route)

    def _demands_a_login_only(self, app: App, route: Route, function: Fn) -> bool:
        guard = app.guard(route)
        if guard is None or route.view is None:
            return False
        spoken = {*words(route.rule), *words(function.node.name)}
        if not spoken.isdisjoint(_OWN | _ONE_TIME) or (guard.own and guard.proof != "session"):
            return False
        place = {*spoken, *words(function.location.path), *words(route.endpoint)}
        if not place.isdisjoint(ROLES) and not self._asks_beside(app, function):
            # All who log in may be administrators.
            return False
        around = [
            one for one in (*app.decorations(route), *route.view.decorations_of(function)) if not describes(one.names)
        ]
        spelled = (name for decoration in around for name in (decoration.short, *_parts(decoration.expr)))
        if any(not _is_plain(name) for name in spelled) or any(_is_told(decoration.expr) for decoration in around):
            return False
        if not guard.hook:
            return True
        if not ROLES.isdisjoint(words(guard.name)):
            return False
        return _is_plain(guard.name) or not self._hooks_ask_for_rights(app)

    def _asks_beside(self, app: App, function: Fn) -> bool:
        """Does another view for administrators, of the same file, turn away some who are logged in?"""
        return any(
            other.location.path == function.location.path
            and not ROLES.isdisjoint((*words(route.rule), *words(route.endpoint)))
            and app.course(route, other).refusals
            for route, other in app.views()
        )

    def _hooks_ask_for_rights(self, app: App) -> bool:
        return any(
            not ROLES.isdisjoint(words(text))
            for hook in app.hooks
            if hook.before
            for text in (*app.deeds(hook.function).attributes, *app.deeds(hook.function).texts)
            if len(text) < 40
        )

    def _is_people(self, model: str, app: App) -> bool:
        """Are these the accounts of those who log in?"""
        if model.startswith(("table ", "collection ")):
            return not PEOPLE.isdisjoint(words(model.partition(" ")[2]))
        cls = app.definition(model)
        if cls is None or not isinstance(cls.node, ir.Class):
            return False
        bases = [name for base in cls.node.bases for name in app.resolver.resolve(base.value, cls.parent or cls)]
        return any(name in _USERS for name in bases) or (
            not HOLDERS.isdisjoint(words(cls.node.name))
            and any(sensitivity(name.removesuffix("_hash")) == "password" for name in cls.bindings)
        )

    def _report(self, group: list[_Forgotten], sign: _Sign) -> Finding:
        first, *others = group
        act = first.act
        kind = act.model if " " in act.model else act.model.rpartition(".")[2]
        done = "deletes" if act.deletes else "changes"
        related = [Place(sign.place, sign.label)] if sign.place is not None else []
        related += [Place(one.act.location, f"so does `{one.route.rule}`") for one in others[:_SHOWN]]
        return self.finding(
            act.location,
            f"`{first.route.rule}` {done} whichever `{kind}` a visitor names, and never asks whose it is. {sign.why}",
            severity=sign.severity,
            confidence=sign.confidence,
            label=f"{done} any of them",
            scope=first.function.qualname,
            related=tuple(related),
            help="look the record up together with who is asking, or refuse those whom it does not belong to",
        )


def _signs(app: App) -> Mapping[str, _Sign]:
    """Which records are somebody's, and the best that shows it."""
    found: dict[str, _Sign] = {}
    courses = [app.course(route, function) for route, function in app.views()]
    for course in courses:
        found.update(
            (model, _OWNED._replace(place=place)) for model, place in course.owned.items() if model not in found
        )
    for sign, shown in ((_KEPT, [one.kept for one in courses]), (_MADE, [one.made for one in courses])):
        for places in shown:
            found.update((model, sign._replace(place=place)) for model, place in places.items() if model not in found)
    return found


def _is_found_by_secret(function: ir.Function) -> bool:
    """Does a view look records up by what only those know whom they are sent to: ``Invitation.hash == given``?"""
    found: tuple[str, ...]
    for node in ir.walk(function):
        match node:
            case ir.Compare(signs=("==",), operands=(ir.Attribute(value=ir.Name(id=owner), name=name), _)):
                found = (name,) if owner[:1].isupper() else ()
            case ir.Call(function=ir.Attribute(name="filter_by" | "find_one"), arguments=arguments):
                found = tuple(argument.name for argument in arguments)
            case _:
                continue
        if any(words(name)[-1:] and words(name)[-1] in _SECRETS for name in found):
            return True
    return False


def _is_plain(name: str) -> bool:
    """Does a decorator's name speak of nothing but a login, or of something else altogether?"""
    spoken = set(words(name))
    return spoken.isdisjoint(ROLES | RIGHTS - _PLAIN) or (spoken <= LOGIN | _PLAIN)


def _parts(expr: ir.Expr) -> Iterator[str]:
    """The names that a decorator is written with: ``admin_permission`` and ``require`` of ``admin_permission.require(403)``."""
    function = expr.function if isinstance(expr, ir.Call) else expr
    return (name for node in (function, *ir.walk(function)) if (name := ir.last_name(node)))


def _is_told(expr: ir.Expr) -> bool:
    """Is a decorator told something, which may be what somebody has to be?"""
    return isinstance(expr, ir.Call) and any(
        not isinstance(argument.value, ir.Const) or isinstance(argument.value.value, str) for argument in expr.arguments
    )
