"""What stands before a view: decorators and hooks that demand to know who is asking, or check a token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from flasklint import ir
from flasklint.additions import Additions, Proof
from flasklint.knowledge.decorators import (
    AUTHENTICATES,
    BASIC_AUTHENTICATES,
    GIVEN_AUTHENTICATES,
    TOKEN_AUTHENTICATES,
    named_guard,
)
from flasklint.knowledge.extensions import ADMITS, API_CLASSES, DISPATCHES, PERMITS
from flasklint.project.class_decorators import methods_run
from flasklint.project.exemptions import Pass, passes
from flasklint.project.guards import Guards
from flasklint.project.leading import Leading, Refusal
from flasklint.project.names import Resolver
from flasklint.project.objects import Cls, Decoration, Fn, Frame, Instance, Lib, Method, Result, Seq, Value
from flasklint.project.operations import python
from flasklint.project.refusals import only_slows_down
from flasklint.project.scopes import Scope
from flasklint.project.vouchers import Vouchers
from flasklint.project.walk import Walk
from flasklint.project.withholding import lets_strangers, withholds
from flasklint.source import Location

_FORM = "flask_wtf.FlaskForm"


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """What demands to know who is asking: where that is written, and by what it is known. ``hook``: it is a function that
    sees the request before the view does; ``own``: the view does it itself, at once. Else it is a decorator of the view."""

    proof: Proof
    name: str
    location: Location
    hook: bool = False
    own: bool = False


class Standing:
    """Judges the decorators and hooks of a project, each once."""

    def __init__(
        self,
        walk: Walk,
        resolver: Resolver,
        guards: Guards,
        additions: Additions,
        definition: Callable[[str], Scope | None],
    ) -> None:
        self._walk = walk
        self._resolver = resolver
        self._guards = guards
        self._additions = additions
        self._leading = Leading(resolver, guards, definition)
        self._definition = definition
        self._vouchers = Vouchers(resolver, guards, definition)
        self._tokenless: dict[int, bool | None] = {}
        self._passes: dict[int, tuple[Pass, ...]] = {}
        self._refusals: dict[int, Refusal | None] = {}

    def guard_among(self, decorations: Iterable[Decoration]) -> Guard | None:
        """The decorator that demands to know who is asking, if one does."""
        for decoration in decorations:
            if _is_optional(decoration):
                continue
            for name in decoration.names:
                own = self._additions.proof(name)
                if own is not None:
                    return Guard(own, name.rpartition(".")[2], decoration.location)
                if name in AUTHENTICATES:
                    return Guard(_proof_of(name, decoration), name.rpartition(".")[2], decoration.location)
            if isinstance(decoration.value, Fn):
                found = self._proof_around(decoration.value)
                if found is not None:
                    return Guard(
                        found, decoration.names[0].rpartition(".")[2] if decoration.names else "?", decoration.location
                    )
            elif (steps := methods_run(self._walk, decoration)) and (proof := self._proof_in(steps)) is not None:
                return Guard(proof, decoration.short, decoration.location)
            elif isinstance(decoration.value, (Lib, Method, Result)):
                said = next((said for name in decoration.names if (said := named_guard(name))), "")
                if said:
                    proof = (
                        _proof_given(decoration)
                        or _proof_of_owner(decoration)
                        or ("token" if said == "token" else "session")
                    )
                    return Guard(proof, decoration.short, decoration.location)
        return None

    def library_guard(self, decorations: Iterable[Decoration]) -> Guard | None:
        """The decorator of a library that we know which demands to know who is asking, if one does."""
        return self.guard_among(one for one in decorations if any(map(_lets_in_itself, one.names)))

    def own_guard(self, function: Fn, told: Mapping[str, bool]) -> Guard | None:
        """Where a view turns strangers away itself, if it does. ``told``: what of its class or instance is known to be true
        or false."""
        if told or id(function.node) not in self._refusals:

            def flag(test: ir.Expr) -> bool | None:
                match test:
                    case ir.Attribute(ir.Name("self"), name):
                        return told.get(name)
                return None

            module = function.frame.module
            self._refusals[id(function.node)] = self._leading.refusal(function.node, module, flag)
        found = self._refusals[id(function.node)]
        if found is None:
            return None
        place = Location(function.frame.module.path, found.node.span)
        return Guard(found.proof, found.name or function.node.name, place, own=True)

    def voucher(self, function: Fn, path: Iterable[str]) -> Guard | None:
        """Where a view asks for a token that is for what it does alone. ``path``: the parameters that its address fills."""
        node, module = function.node, function.frame.module
        found = self._vouchers.asked(node, module, path)
        place = Location(module.path, found.span) if found is not None else None
        return Guard("token", node.name, place, own=True) if place is not None else None

    def decorations_of(self, owner: Instance) -> tuple[Decoration, ...]:
        """The decorators that an API object puts around all its resources, outermost first."""
        if not owner.is_a(API_CLASSES) or owner.module is None:
            return ()
        given = owner.attributes.get("decorators")
        if given is None and owner.arguments is not None:
            given = owner.arguments.get(None, "decorators")
        if not isinstance(given, Seq):
            return ()
        written = owner.expr or ir.Name("", start=owner.location.span.start, end=owner.location.span.end)
        module = owner.module
        return tuple(Decoration(item, written, module, self._walk.value_names(item)) for item in reversed(given.items))

    def proof_of(self, function: Fn) -> Proof | None:
        """How a function demands to know who is asking, told from its body."""
        return self._guards.authenticates(function.node, function.frame.module)

    def _proof_around(self, decorator: Fn) -> Proof | None:
        """How a decorator of the project demands to know who is asking: by its own body, by what it puts around a view in
        turn, or by what is around itself."""
        if self._guards.is_switched_off(
            decorator.node, decorator.frame.module, lambda name: _held(decorator.frame, name)
        ):
            return None
        named = self._named_within(decorator)
        scope = self._guards.scope_of(decorator.node, decorator.frame.module)
        if scope is not None and named is None and not self._additions.proof(scope.name):
            if only_slows_down(decorator.node) or lets_strangers(scope, self._guards):
                return None
            if self._guards.demands_token(decorator.node, decorator.frame.module):
                # That a request has the token of a page is no answer to who is asking.
                return self._proof_within(scope)
        found = self.proof_of(decorator) if named != "token" else named
        if found != "token" and scope is not None and not self._additions.proof(scope.name):
            # What it keeps in the session of those who are known is not what it asks for.
            found = withholds(scope, self._guards) or found
        if found is not None:
            return found
        within = self._guards.deeds(decorator.node, decorator.frame.module).names
        for name in AUTHENTICATES:
            if f"{name}()" in within or name in within:
                return _proof_of(name, None)
        if named is not None:
            return named
        for inner in decorator.decorations:
            if isinstance(inner.value, Fn) and inner.value.node is not decorator.node:
                around = self._proof_around(inner.value)
                if around is not None:
                    return around
        return None

    def _proof_within(self, decorator: Scope) -> Proof | None:
        """By the decorators of the project that stand around the wrapper which a decorator makes, or by what it asks itself
        beside a token."""
        inner = [decorator]
        for one in inner:
            inner += [child for child in one.children if child.is_function]
            for written in one.node.decorators if one is not decorator and isinstance(one.node, ir.Function) else ():
                called = written.function if isinstance(written, ir.Call) else written
                for name in self._resolver.resolve(called, one.parent or one):
                    around = self._definition(name)
                    if around is not None and isinstance(around.node, ir.Function):
                        found = self._guards.authenticates(around.node, around.module)
                        if found is not None:
                            return found
        assert isinstance(decorator.node, ir.Function)
        return self._guards.hook_authenticates(decorator.node, decorator.module)

    def _named_within(self, decorator: Fn) -> Proof | None:
        """By the name of a library's decorator that stands around the wrapper that a decorator makes."""
        scope = self._guards.scope_of(decorator.node, decorator.frame.module)
        inner = [scope] if scope is not None else []
        for one in inner:
            inner += [child for child in one.children if child.is_function]
            if one is scope or not isinstance(one.node, ir.Function):
                continue
            for written in one.node.decorators:
                called = written.function if isinstance(written, ir.Call) else written
                for name in self._resolver.resolve(called, one):
                    said = named_guard(name) if self._definition(name) is None else ""
                    if said:
                        return "token" if said == "token" else "session"
        return None

    def passes_of(self, hook: Fn) -> tuple[Pass, ...]:
        """On what grounds a hook lets requests pass."""
        if id(hook.node) not in self._passes:
            module = hook.frame.module
            scope = self._guards.scope_of(hook.node, module)

            def texts(expr: ir.Expr) -> tuple[str, ...]:
                value = self._walk.module_attribute(module, expr.id) if isinstance(expr, ir.Name) else None
                return _texts(expr, value)

            self._passes[id(hook.node)] = (
                passes(
                    hook.node,
                    lambda expr: self._resolver.resolve(expr, scope),
                    texts,
                    lambda call: self._answered(call, scope),
                )
                if scope is not None
                else ()
            )
        return self._passes[id(hook.node)]

    def _answered(self, call: ir.Call, scope: Scope) -> tuple[ir.Expr, Callable[[ir.Expr], tuple[str, ...]]] | None:
        """What a helper of the project that is called without arguments answers, where it does no more than that."""
        for name in self._resolver.resolve(call.function, scope) if not call.arguments else ():
            target = self._definition(name)
            body = target.node.body if target is not None and isinstance(target.node, ir.Function) else ()
            if target is None or not body or not all(isinstance(one, ir.Do) for one in body[:-1]):
                continue
            if isinstance(body[-1], ir.Return) and body[-1].value is not None:
                return body[-1].value, partial(self._resolver.resolve, scope=target)
        return None

    def admission_of(self, function: Fn, told: Mapping[str, bool]) -> Guard | None:
        """How a method that sees requests before the view does demands to know who is asking."""
        node, module = function.node, function.frame.module
        if node.name == DISPATCHES:
            own = self.own_guard(function, told)
            return replace(own, own=False, hook=True) if own is not None else None
        proof = (
            self._guards.admits(node, module)
            if node.name == ADMITS or node.name in PERMITS.values()
            else self._guards.hook_authenticates(node, module)
        )
        return Guard(proof, node.name, function.location, hook=True) if proof is not None else None

    def _proof_in(self, steps: tuple[Fn, ...]) -> Proof | None:
        """How a decorator that is an object demands to know who is asking: the session has the word where it is one of several
        ways, for a browser sends that by itself."""
        proofs = {self.proof_of(step) for step in steps}
        ways: tuple[Proof, ...] = ("session", "basic", "token")
        return next((proof for proof in ways if proof in proofs), None)

    def stops_forgery(self, decoration: Decoration, *, links: bool = False) -> bool:
        """Does a decorator of the project check a token, or validate a form that carries one? ``links``: by GET too."""
        if isinstance(decoration.value, Fn):
            steps: tuple[Fn, ...] = (decoration.value,)
            checks = self.checks_token(decoration.value)
        else:
            steps = methods_run(self._walk, decoration)
            checks = self._guards.demand_token_together([(step.node, step.frame.module) for step in steps])
        if not checks or not links:
            return checks
        return not any(
            self._guards.deeds(step.node, step.frame.module).mentions("flask.request.method", "flask_wtf.FlaskForm")
            for step in steps
        )

    def checks_token(self, function: Fn) -> bool:
        """Does a view (or a decorator) check a token, validate a form that carries one, or look where a request comes from?"""
        return self.demands_token(function) or self._guards.checks_request_token(function.node, function.frame.module)

    def demands_token(self, function: Fn) -> bool:
        """As :meth:`checks_token`; to look where a request comes from demands none."""
        deeds = self._guards.deeds(function.node, function.frame.module)
        validates = "validate_on_submit" in deeds.attributes or "flask_wtf.FlaskForm().validate" in deeds.names
        if validates and self._makes_form_with_token(function, deeds.names):
            return True
        return self._guards.demands_token(function.node, function.frame.module)

    def _makes_form_with_token(self, function: Fn, names: Iterable[str]) -> bool:
        """May a form that a function validates have a token? Not when all that it makes have none, by their classes or by how
        they are made: ``ItemForm(meta={"csrf": False})``"""
        scope = self._guards.scope_of(function.node, function.frame.module)
        made: list[bool] = []
        for node in ir.walk(function.node) if scope is not None else ():
            if not isinstance(node, ir.Call):
                continue
            assert scope is not None
            called = self._resolver.resolve(node.function, scope)
            without = next((found for name in called if (found := self._without_token(name)) is not None), None)
            if without is None and _FORM in called:
                without = False
            if without is not None:
                made.append(without or _made_without_token(node))
        return not all(made) if made else not self._all_without_token(names)

    def _all_without_token(self, names: Iterable[str]) -> bool:
        """Of the forms of the project that are made, has none a token?"""
        made = (name[:-2] for name in names if name.endswith("()") and name.count("()") == 1)
        said = [found for name in made if (found := self._without_token(name)) is not None]
        return bool(said) and all(said)

    def _without_token(self, form: str) -> bool | None:
        """Does a form of the project, or a base for it, say that it has no token: ``class Meta: csrf = False``? ``None`` for what
        is no form."""
        scope = self._definition(form)
        if scope is None or not isinstance(scope.node, ir.Class):
            return None
        if id(scope) not in self._tokenless:
            cls = self._walk.module_attribute(scope.module, scope.node.name)
            is_form = isinstance(cls, Cls) and _FORM in self._walk.class_names(cls)
            meta = self._walk.class_member(cls, "Meta") if isinstance(cls, Cls) and is_form else None
            said = self._walk.class_member(meta, "csrf") if isinstance(meta, Cls) else None
            off = said is not None and python(said) == (True, False)
            self._tokenless[id(scope)] = off if is_form else None
        return self._tokenless[id(scope)]


def _made_without_token(call: ir.Call) -> bool:
    """``ItemForm(csrf_enabled=False)``, ``ItemForm(meta={"csrf": False})``"""
    for argument in call.arguments:
        match argument.name, argument.value:
            case "csrf_enabled", ir.Const(False):
                return True
            case "meta", ir.Dict(pairs):
                told = {pair.key.value: pair.value for pair in pairs if isinstance(pair.key, ir.Const)}
                return isinstance(off := told.get("csrf"), ir.Const) and off.value is False
    return False


def _held(frame: Frame, name: str) -> bool | None:
    """Whether a name is true in the call that made a function, if that is known."""
    at: Frame | None = frame
    while at is not None and at.kind != "module":
        if name in at.names:
            known, plain = python(at.names[name])
            return bool(plain) if known else None
        at = at.parent
    return None


def _texts(expr: ir.Expr, value: Value | None) -> tuple[str, ...]:
    """The strings that an expression holds, as written or, for a name, as it is ``value``."""
    if isinstance(expr, ir.Display):
        return tuple(text for item in expr.items for text in _texts(item.value, None))
    if isinstance(expr, ir.Const):
        return (expr.value,) if isinstance(expr.value, str) else ()
    plain = python(value)[1] if value is not None else None
    if isinstance(plain, str):
        return (plain,)
    held = plain if isinstance(plain, (list, tuple, set, frozenset)) else ()
    return tuple(item for item in held if isinstance(item, str))


def _proof_of(name: str, decoration: Decoration | None) -> Proof:
    """By what a library's decorator knows who is asking."""
    if name in TOKEN_AUTHENTICATES:
        return "token"
    if name in BASIC_AUTHENTICATES:
        return "basic"
    owned = decoration is not None and name.startswith("flask_httpauth.")
    return (_proof_of_owner(decoration) if owned and decoration is not None else None) or "session"


def _proof_of_owner(decoration: Decoration) -> Proof | None:
    """``@auth.login_required`` of an ``auth = HTTPTokenAuth()``"""
    value = decoration.value
    owner = value.receiver if isinstance(value, Result) else value.instance if isinstance(value, Method) else None
    return _kind_of(owner) if owner is not None else None


def _is_optional(decoration: Decoration) -> bool:
    """``@require_oauth(optional=True)`` of a library lets everybody in."""
    given = decoration.arguments.get(None, "optional") if decoration.arguments is not None else None
    return not isinstance(decoration.value, Fn) and given is not None and python(given) == (True, True)


def _proof_given(decoration: Decoration) -> Proof | None:
    """``@app.auth_required(auth)`` with an ``auth = HTTPTokenAuth()``, or one that is not seen being made."""
    given = decoration.arguments.get(0, "auth") if decoration.arguments is not None else None
    known = _kind_of(given) if given is not None else None
    return known or (None if GIVEN_AUTHENTICATES.isdisjoint(decoration.names) else "token")


def _kind_of(authentication: Value) -> Proof | None:
    """What an object of Flask-HTTPAuth, or one that is like those, goes by; several of them by the first."""
    if not isinstance(authentication, Instance):
        return None
    if any(name.endswith("HTTPTokenAuth") for name in authentication.names):
        return "token"
    if any(name.endswith(("HTTPBasicAuth", "HTTPDigestAuth")) for name in authentication.names):
        return "basic"
    given = authentication.arguments
    is_several = any(name.endswith("MultiAuth") for name in authentication.names)
    first = given.get(0, "main_auth") if is_several and given is not None else None
    return _kind_of(first) if first is not None else None


def _lets_in_itself(name: str) -> bool:
    """Is a guard of a library that also lets people in? Flask-Login leaves that to the app."""
    return name in AUTHENTICATES and not name.startswith("flask_login.")
