"""Whose words something may be: those of people with a role alone, as far as the functions tell that take them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.sensitive import words
from flasklint.knowledge.templates import ACCOUNT_WORDS, ADMIN_WORDS, MODEL_VIEW_PARTS, STAFF_WORDS
from flasklint.project.blocks import leaves
from flasklint.project.entered import taken_in, text_fields
from flasklint.project.outputs import last_word
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.source import Location
from flasklint.taint.flows import Flow
from flasklint.taint.kept import plain

_FIRST = 6
"""Statements of a function in which it may turn strangers away."""
_CALLS = 3
"""Through how many calls a view is looked for that lets nobody else through."""
_ADMIN_BEGINNINGS = ("admin", "superuser", "moderator")
_USERS = frozenset({"current_user", "user"})
_OF_ROLES = frozenset({"can", "has", "is", "may"})
_SETTINGS = frozenset({"config", "environ"})
_SECRET_WORDS = frozenset({"key", "passphrase", "password", "passwd", "secret", "token"})
"""Words in the names of settings by whose values people are known."""
_OF_FORM = re.compile(r"(?:form|modelview|adminview|view|admin)$")
_IN_ADDRESSES = frozenset(
    f"flask.Request().{name}"
    for name in ("args", "values", "query_string", "url", "base_url", "full_path", "path", "view_args", "referrer")
) | {"<route>"}
"""What a link that somebody follows brings along."""


class Who(IntEnum):
    """Who gets through: anybody, people with some role, or those who run the site."""

    ANYBODY = 0
    ROLE = 1
    STAFF = 2


class Authors:
    """Asks once who takes in what, then answers for each name."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._spoken: dict[int, frozenset[str]] = {}

    def is_for_admins(self, scope: Scope) -> bool:
        """Whether only people with a role reach a function: by its decorators, by what it asks first, or by a hook before it."""
        return self.who_reaches(scope) > Who.ANYBODY

    def who_reaches(self, scope: Scope, hops: int = _CALLS) -> Who:
        """Who alone reaches a function: a view, a method of a form that views make, or what views call by a name of its own."""
        found = self._who_passes(scope)
        if found is Who.STAFF:
            return found
        if scope.parent is not None and scope.parent.is_class:
            return max(found, min(map(self._who_passes, self._makers.get(scope.parent.own_name, ())), default=found))
        if self._is_view(scope) or not hops:
            return found
        callers = (one for one in self._callers.get(id(scope), ()) if one is not scope)
        # What is no view and is called by nothing never runs.
        running = (one for one in callers if self._is_view(one) or id(one) in self._callers)
        return max(found, min((self.who_reaches(one, hops - 1) for one in running), default=found))

    def _is_view(self, scope: Scope) -> bool:
        return isinstance(scope.node, ir.Function) and (scope.module.path, scope.node.name_start) in self._views

    def _who_passes(self, scope: Scope) -> Who:
        """Whom a function itself and the hooks before it let through."""
        node = scope.node
        if not isinstance(node, ir.Function):
            return Who.ANYBODY
        alone = max((_granted_by(one.test) for one in _does_all(node)), default=Who.ANYBODY)
        return max(_asks_for(node), alone, self._hooked.get(scope.module.path, {}).get(node.name_start, Who.ANYBODY))

    def taker(self, flow: Flow) -> Scope | None:
        """The function that takes in what flows."""
        source = flow.trace[0].location if flow.trace else flow.location
        module = self._project.modules.get(source.path)
        if module is None:
            return None
        at = source.span.start
        around = [
            (one.node.start, one)
            for one in module.scopes
            if isinstance(one.node, ir.Function) and one.node.start <= at < one.node.end
        ]
        return max(around, key=lambda pair: pair[0])[1] if around else None

    def weighed(self, finding: Finding, flow: Flow) -> Finding:
        """A flow's finding, which weighs little if only people with a role can send what flows, and no link makes them do so."""
        if not flow.paths or any(path.source.name in _IN_ADDRESSES for path in flow.paths):
            return finding
        taker = self.taker(flow)
        if taker is None or not self.is_for_admins(taker):
            return finding
        staff = self.who_reaches(taker) is Who.STAFF
        said = f"{finding.message} Only {'administrators' if staff else 'people with a role'} reach `{taker.own_name}`."
        persona = max(finding.persona, Persona.PEDANTIC) if staff else finding.persona
        # Mostly it is their own text that they get back, or what they are there to write.
        return replace(finding, message=said, severity=Severity.LOW, persona=persona, confidence=Confidence.LOW)

    def who_writes(self, owner: str, name: str) -> Who:
        """Who alone takes in what goes by a name, as far as is known. Where forms that go by the name of what it is taken out of
        (``PostForm`` for ``post.body``) have it, they count alone; where an admin's view edits it, forms of other names don't."""
        taken = self._taken_in.get(name, frozenset())
        own = frozenset(one for one in taken if one.form and is_alike(plain(owner), _OF_FORM.sub("", plain(one.form))))
        if not own and any(one.form and one.who is Who.STAFF for one in taken):
            own = frozenset(one for one in taken if not one.form or one.who is Who.STAFF)
        return min((one.who for one in own or taken), default=Who.ANYBODY)

    def filled_in(self, owner: str, name: str) -> Taken | None:
        """Where anybody fills in what goes by a name, for things that go by the owner's: in a form of theirs, or in a function
        that speaks of them. A name alone says nothing: there are titles of many things."""
        own = plain(owner)
        found = [
            one
            for one in self._taken_in.get(name, ())
            if one.place is not None
            and (
                is_alike(own, _OF_FORM.sub("", plain(one.form)))
                if one.form
                else len(own) > 2 and any(word.endswith(own) for word in self._spoken_of(one.place))
            )
        ]
        if any(one.who for one in found):
            return None
        return min(found, key=lambda one: (not one.form, one.place), default=None)

    def _spoken_of(self, place: Location) -> frozenset[str]:
        """The plain names in the outermost function around a place, but for its variables, and the function's own."""
        module = self._project.modules[place.path]
        around = next(
            (one for one in module.scopes if one.is_function and one.holds(place.span.start, place.span.end)), None
        )
        if around is None:
            return frozenset()
        found = self._spoken.get(id(around))
        if found is None:
            words = (
                last_word(node)
                for node in ir.walk(around.node)
                if isinstance(node, ir.Attribute) or (isinstance(node, ir.Name) and node.id not in around.bindings)
            )
            found = self._spoken[id(around)] = frozenset(map(plain, (*words, *around.own_name.split("_"))))
        return found

    @cached_property
    def _views(self) -> frozenset[tuple[str, int]]:
        """The views, by file and where their names stand."""
        return frozenset(
            (function.location.path, function.node.name_start)
            for app in self._project.apps
            for route in app.routes
            if route.view is not None
            for function in route.view.functions
        )

    @cached_property
    def _callers(self) -> dict[int, list[Scope]]:
        """The functions that call another one: by what its name stands for there, or by a name that one function alone has."""
        modules = [module for module in self._project.modules.values() if not module.is_test]
        named: dict[str, list[Scope]] = {}
        for module in modules:
            for scope in module.scopes:
                if scope.is_function:
                    named.setdefault(scope.own_name, []).append(scope)
        found: dict[int, list[Scope]] = {}
        for module in modules:
            for call, scope in module.calls:
                called = named.get(last_word(call.function), ()) if scope.is_function else ()
                if len(called) > 1:
                    meant = {id(self._project.definition(name)) for name in self._project.resolve(call.function, scope)}
                    called = [one for one in called if id(one) in meant]
                for one in called:
                    found.setdefault(id(one), []).append(scope)
        return found

    @cached_property
    def _makers(self) -> dict[str, list[Scope]]:
        """The functions that make forms, by the form's name; only they get to its methods."""
        found: dict[str, list[Scope]] = {}
        modules = [module for module in self._project.modules.values() if not module.is_test]
        forms = {
            scope.own_name
            for module in modules
            for scope in module.scopes
            if scope.is_class and any(text_fields(scope))
        }
        for module in modules:
            for call, scope in module.calls:
                name = last_word(call.function)
                if name in forms and scope.is_function:
                    found.setdefault(name, []).append(scope)
        return found

    @cached_property
    def _taken_in(self) -> dict[str, frozenset[Taken]]:
        forms: dict[str, tuple[str, ...]] = {}
        modules = [module for module in self._project.modules.values() if not module.is_test]
        for module in modules:
            for scope in module.scopes:
                if fields := tuple(text_fields(scope)):
                    forms[scope.own_name] = fields
        found: dict[str, set[Taken]] = {}
        for form, name in self._edited(modules):
            found.setdefault(name, set()).add(Taken(form, Who.STAFF))
        for module in modules:
            outermost = [scope for scope in module.scopes if scope.is_function and not _is_inner(scope)]
            known = {id(scope): self.who_reaches(scope) for scope in outermost}
            made = [(call, last_word(call.function)) for call, _ in module.calls]
            filled = [(call, name, form) for call, form in made for name in forms.get(form, ())]
            classes = [scope for scope in module.scopes if scope.is_class and scope.own_name in forms]
            read = [(node, name, _own_form(node, name, classes, forms)) for node, name in taken_in(module)]
            for node, name, form in (*read, *filled):
                around = next((one for one in outermost if _holds(one, node)), None)
                if not form and any(name == other and around and _holds(around, call) for call, other, _ in filled):
                    continue  # The form that is made there tells more.
                who = known[id(around)] if around is not None else Who.ANYBODY
                function = around.own_name if around is not None else ""
                found.setdefault(name, set()).add(Taken(form, who, function, Location(module.path, node.span)))
        return {name: frozenset(takers) for name, takers in found.items()}

    def _edited(self, modules: Iterable[LinkedModule]) -> Iterator[tuple[str, str]]:
        """What admins' model views edit: the columns that they speak of, each with the view's name."""
        for module in modules:
            for scope in module.scopes:
                if scope.is_class:
                    for part in MODEL_VIEW_PARTS.intersection(scope.bindings):
                        for binding in scope.bindings[part]:
                            for node in ir.walk(binding.value) if binding.value is not None else ():
                                if isinstance(node, ir.Const) and isinstance(node.value, str):
                                    yield scope.own_name, node.value

    @cached_property
    def _hooked(self) -> dict[str, dict[int, Who]]:
        """Whom a hook of their blueprints or app lets through to views, by file and where the views' names stand."""
        found: dict[str, dict[int, Who]] = {}
        for app in self._project.apps:
            hooks = [(hook, who) for hook in app.hooks if hook.before and (who := _asks_for(hook.function.node))]
            for route in app.routes if hooks else ():
                passing = [who for hook, who in hooks if hook.everywhere or hook.owner in route.chain]
                if route.view is not None and passing:
                    for function in route.view.functions:
                        found.setdefault(function.location.path, {})[function.node.name_start] = max(passing)
        return found


class Taken(NamedTuple):
    """That something is taken in, by which form if any, who reaches the function that does, its name, and where."""

    form: str
    who: Who
    function: str = ""
    place: Location | None = None


def is_alike(one: str, other: str) -> bool:
    """Whether two plain names may be those of one thing: ``post`` and ``blogpost``."""
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) > 2 and (long.startswith(short) or long.endswith(short)))


def _holds(scope: Scope, node: ir.Node) -> bool:
    return scope.is_function and scope.holds(node.start, node.end)


def _own_form(node: ir.Node, name: str, classes: Iterable[Scope], forms: Mapping[str, tuple[str, ...]]) -> str:
    """The form whose own method reads its field there; empty if none does."""
    return next(
        (one.own_name for one in classes if one.holds(node.start, node.end) and name in forms[one.own_name]), ""
    )


def _is_inner(scope: Scope) -> bool:
    """Whether a function stands in another one."""
    return scope.parent is not None and scope.parent.is_function


def _asks_for(node: ir.Function) -> Who:
    """Whom a function lets through, by its decorators and by what it asks first."""
    asked = [_asked_by(decorator) for decorator in node.decorators]
    asked += (_asked_by(one.test) for one in node.body[:_FIRST] if isinstance(one, ir.If) and leaves(one.body))
    if any(isinstance(one, ir.If) and leaves(one.body) and _asks_for_key(one.test) for one in node.body[:_FIRST]):
        return Who.STAFF
    return max(asked, default=Who.ANYBODY)


def _does_all(node: ir.Function) -> list[ir.If]:
    """The condition under which a function does whatever it does: besides it there is nothing but an answer."""
    found = [one for one in node.body if not isinstance(one, (ir.Return, ir.Raise)) and not _is_remark(one)]
    match found:
        case [ir.If(orelse=otherwise) as one] if not otherwise or leaves(otherwise):
            return [one]
        case _:
            return []


def _is_remark(node: ir.Stmt) -> bool:
    return isinstance(node, ir.Do) and isinstance(node.value, ir.Const)


def _asked_by(test: ir.Expr) -> Who:
    """Whom an expression speaks of that turns the others away. ``thing.locked and not user.admin`` only does so sometimes."""
    if isinstance(test, ir.Op) and test.sign == "and":
        return min(map(_asked_by, test.operands))
    if isinstance(test, ir.Op) and test.sign == "or":
        return max(map(_asked_by, test.operands))
    return max(map(_speaks_of, (test, *ir.walk(test))))


def _granted_by(test: ir.Expr) -> Who:
    """Of whom an expression must be true: ``current_user.is_reviewer and request.form``."""
    match test:
        case ir.Op("and", operands):
            return max(map(_granted_by, operands))
        case ir.Op("or", operands):
            return min(map(_granted_by, operands))
        case ir.Op("not"):
            return Who.ANYBODY
        case _:
            return max(map(_speaks_of, (test, *ir.walk(test))))


def _asks_for_key(test: ir.Expr) -> bool:
    """``key != app.config["API_KEY"]``: only those who run the site know what its settings keep secret."""
    match test:
        case ir.Op("or", operands):
            return any(map(_asks_for_key, operands))
        case ir.Compare(("!=" | "is-not",), (one, other)) | ir.Op(
            "not",
            (
                ir.Compare(("==" | "is",), (one, other))
                | ir.Call(
                    ir.Name("compare_digest" | "safe_str_cmp") | ir.Attribute(_, "compare_digest" | "safe_str_cmp"),
                    (ir.Argument(one), ir.Argument(other)),
                ),
            ),
        ):
            return _is_secret_setting(one) != _is_secret_setting(other) and not (
                isinstance(one, ir.Const) or isinstance(other, ir.Const)
            )
    return False


def _is_secret_setting(expr: ir.Expr) -> bool:
    match expr:
        case ir.Subscript(owner, ir.Const(value=str(key))) | ir.Call(
            ir.Attribute(owner, "get"), (ir.Argument(ir.Const(value=str(key))), *_)
        ):
            return last_word(owner) in _SETTINGS and not _SECRET_WORDS.isdisjoint(words(key))
    return False


def _is_role(name: str) -> bool:
    """Whether an attribute of who is logged in asks for more than that: ``is_reviewer``, ``can_publish``."""
    first, *rest = name.lower().split("_")
    return first in _OF_ROLES and bool(rest) and ACCOUNT_WORDS.isdisjoint(rest)


def _speaks_of(node: ir.Node) -> Who:
    match node:
        case ir.Attribute(value=owner, name=name) if last_word(owner) in _USERS and _is_role(name):
            return Who.STAFF if not STAFF_WORDS.isdisjoint(name.lower().split("_")) else Who.ROLE
        case ir.Name(id=name) | ir.Attribute(name=name):
            spoken = name.lower().split("_")
        case ir.Const(value=str(text)):
            spoken = [text.lower()]
        case _:
            return Who.ANYBODY
    if not STAFF_WORDS.isdisjoint(spoken) or (
        not isinstance(node, ir.Const) and spoken[0].startswith(_ADMIN_BEGINNINGS)
    ):
        return Who.STAFF
    return Who.ANYBODY if ADMIN_WORDS.isdisjoint(spoken) else Who.ROLE
