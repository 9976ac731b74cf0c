"""What a view does first: it turns strangers away itself, or calls something that does.

Only what surely runs is looked at: the statements at the beginning, up to the first that may answer or leave some of it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from flasklint import ir
from flasklint.additions import Proof
from flasklint.knowledge.exposure import SETTINGS
from flasklint.knowledge.guards import (
    ASKING,
    DECODES,
    IDENTITY,
    IDENTITY_ATTRIBUTES,
    LETS_IN,
    QUERY_TOKEN_WORDS,
    REQUEST_TOKENS,
)
from flasklint.project.blocks import leaves
from flasklint.project.compared import comparisons
from flasklint.project.deeds import Deeds, speaks
from flasklint.project.guards import Guards
from flasklint.project.identity import kept_identity
from flasklint.project.names import Resolver
from flasklint.project.refusals import ends_request, says_error
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.strangers import given_once, is_of_strangers, unfolded, values_used

Flag = Callable[[ir.Expr], bool | None]
"""Whether an expression is true, where the wiring says it: ``self.login_required``."""

_MOST = 24
_FEW = 3
_SECRETS = QUERY_TOKEN_WORDS | {"key", "password", "passphrase"}
_VISITOR = ("flask.session", "flask.g", "flask.request")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where a function turns strangers away, and by what it knows them. ``name``: what it calls for it; empty: it asks itself."""

    proof: Proof
    name: str
    node: ir.Node


class Leading:
    """Looks at the beginnings of functions."""

    def __init__(self, resolver: Resolver, guards: Guards, definition: Callable[[str], Scope | None]) -> None:
        self._resolver = resolver
        self._guards = guards
        self._definition = definition

    def refusal(self, function: ir.Function, module: LinkedModule, flag: Flag) -> Refusal | None:
        """Where a function turns strangers away before it does anything else, if it does."""
        scope = self._guards.scope_of(function, module)
        if scope is None:
            return None
        values = given_once(function)
        rest = _otherwise(function.body)
        for statement in surely_first(function.body):
            if isinstance(statement, ir.If):
                proof = self._asks(statement, function, scope, values, flag) or self._hands_back(
                    statement, function, scope
                )
                if proof is None and (turned := rest.get(id(statement))) is not None:
                    proof = self._asks(turned, function, scope, values, flag)
                if proof is not None:
                    return Refusal(proof, "", statement.test)
            else:
                for call in _calls(statement):
                    found = self._called(call, scope) or self._decodes(call, function, scope)
                    if found is not None:
                        return found
        return None

    def _decodes(self, call: ir.Call, function: ir.Function, scope: Scope) -> Refusal | None:
        """``jwt.decode(token, key)`` of what the request brings: who has no right token gets no further."""
        if DECODES.isdisjoint(self._resolver.resolve(call.function, scope)):
            return None
        proof = self._guards.asks(self._guards.deeds(function, scope.module, 1))
        return Refusal(proof, "", call) if proof is not None else None

    def _asks(
        self, node: ir.If, function: ir.Function, scope: Scope, values: Mapping[str, ir.Expr], flag: Flag
    ) -> Proof | None:
        """By what an ``if`` that ends a request knows who is asking."""
        test = _settled(unfolded(node.test, values), flag)
        if test is None or not leaves(node.body) or not is_of_strangers(test):
            return None
        made = tuple(ir.Do(value, start=value.start, end=value.end) for value in values_used(node.test, values))
        deeds = self._guards.part((*made, node), function, scope)
        if _looks_up((test, *(one.value for one in made)), function):
            deeds = _of_the_visitor(deeds)
        proof = self._guards.asks(deeds) if deeds.refuses or deeds.compares else None
        if proof is None and self._compares_secret(node, function, scope):
            return "token"
        # What has a permission may be something else than the visitor.
        return proof if proof != "session" or deeds.mentions(*IDENTITY, *_VISITOR) else None

    def _hands_back(self, node: ir.If, function: ir.Function, scope: Scope) -> Proof | None:
        """``user, error = known_user()``, ``if error: return error``: by what a helper knows who is asking whose refusal is given
        back."""
        match node.test, node.body:
            case (ir.Name(name) | ir.Compare(("is-not",), (ir.Name(name), ir.Const(None))), (ir.Return(value),)):
                pass
            case _:
                return None
        given_back = value.items[0].value if isinstance(value, ir.Display) and value.items else value
        if not isinstance(given_back, ir.Name) or given_back.id != name:
            return None
        for made in function.body:
            if not isinstance(made, ir.Assign) or not isinstance(made.value, ir.Call) or made.start > node.start:
                continue
            bound = {
                one.id for target in made.targets for one in (target, *ir.walk(target)) if isinstance(one, ir.Name)
            }
            for helper in self._resolver.resolve(made.value.function, scope) if name in bound else ():
                target = self._definition(helper)
                if target is not None and isinstance(target.node, ir.Function) and target is not scope:
                    deeds = self._guards.deeds(target.node, target.module, 1)
                    if deeds.compares:
                        return self._guards.asks(deeds)
        return None

    def _compares_secret(self, node: ir.If, function: ir.Function, scope: Scope) -> bool:
        """``if request.json.get("secret") != app.config["SECRET"]: abort(403)``"""
        only = structs.replace(function, body=(*(one for one in function.body if isinstance(one, ir.Assign)), node))
        for operands in comparisons(only, membership=True):
            settings = brought = named = False
            for parts in operands:
                deeds = self._guards.part([ir.Do(one, start=one.start, end=one.end) for one in parts], function, scope)
                names = {one.id for part in parts for one in (part, *ir.walk(part)) if isinstance(one, ir.Name)}
                named = named or speaks(deeds.texts | names, _SECRETS)
                if deeds.mentions(*REQUEST_TOKENS):
                    brought = True
                elif deeds.mentions(*SETTINGS):
                    settings = True
            if settings and brought and named:
                return True
        return False

    def _called(self, call: ir.Call, scope: Scope) -> Refusal | None:
        for name in self._resolver.resolve(call.function, scope):
            if name in ASKING and not any(argument.name == "optional" for argument in call.arguments):
                return Refusal("token", name.rpartition(".")[2], call)
            target = self._definition(name)
            if target is None or not isinstance(target.node, ir.Function) or target is scope:
                continue
            if self._insists(target.node, target):
                asked = self._guards.asks(self._guards.deeds(target.node, target.module, 1))
                if asked is not None:
                    return Refusal(asked, target.node.name, call)
            proof = self._guards.hook_authenticates(target.node, target.module)
            if proof is not None and not self._lets_in(self._guards.deeds(target.node, target.module), target):
                return Refusal(proof, target.node.name, call)
        return None

    def _insists(self, function: ir.Function, scope: Scope) -> bool:
        """Does a function look into a token, and not go on where it is not right?"""
        swallowed = {
            id(inner)
            for node in ir.statements(function)
            if isinstance(node, ir.Try) and not all(ends_request(one.body) for one in node.handlers)
            for statement in node.body
            for inner in (statement, *ir.walk(statement))
        }
        return any(
            isinstance(node, ir.Call)
            and id(node) not in swallowed
            and not DECODES.isdisjoint(self._resolver.resolve(node.function, scope))
            for statement in surely_first(function.body)
            for node in ir.walk(statement)
        )

    def _lets_in(self, deeds: Deeds, scope: Scope) -> bool:
        """Does a function log somebody in?"""
        return deeds.mentions(*LETS_IN) or kept_identity(scope, self._resolver.resolve) is not None


def _looks_up(asked: Iterable[ir.Expr], function: ir.Function) -> bool:
    """``store.get(item_id) is None``: what there is by a name in the address says nothing of who is asking."""
    given = {parameter.name for parameter in function.parameters}
    return any(
        isinstance(node, ir.Call)
        and any(isinstance(item.value, ir.Name) and item.value.id in given for item in node.arguments)
        for one in asked
        for node in (one, *ir.walk(one))
    )


def _of_the_visitor(deeds: Deeds) -> Deeds:
    """Without the attributes that anything may have: a thing has an owner whoever looks at it."""
    on_g = {name.removeprefix("flask.g.").partition(".")[0] for name in deeds.names if name.startswith("flask.g.")}
    return replace(deeds, attributes=deeds.attributes & IDENTITY_ATTRIBUTES | on_g)


def _settled(test: ir.Expr, flag: Flag) -> ir.Expr | None:
    """A condition without those parts that are known to be true; ``None`` for one that is known to be false."""
    if flag(test) is False:
        return None
    match test:
        case ir.Op("and", operands):
            left = [_settled(one, flag) for one in operands if flag(one) is not True]
            if any(one is None for one in left):
                return None
            kept = tuple(one for one in left if one is not None)
            return kept[0] if len(kept) == 1 else ir.Op("and", kept, start=test.start, end=test.end)
    return test


def surely_first(body: Sequence[ir.Stmt]) -> Iterator[ir.Stmt]:
    """The statements at the beginning of a block that surely run, each whole or as far as it does."""
    for statement in body[:_MOST]:
        match statement:
            case ir.Try(inner, handlers):
                if not all(leaves(handler.body) for handler in handlers):
                    return
                yield from surely_first(inner)
            case ir.With(items, inner):
                yield from items
                yield from surely_first(inner)
                return
            case ir.If(_, inner, orelse):
                yield statement
                if not _refuses(inner) and not _only_names(inner, orelse) and not _answers_nothing(inner):
                    return
            case ir.Function() | ir.Class() | ir.Import() | ir.Scope():
                continue
            case ir.Loop() | ir.Match():
                return
            case _:
                yield statement


def _refuses(body: Sequence[ir.Stmt]) -> bool:
    return leaves(body) and (ends_request(tuple(body)) or _answers_with_error(body[-1]))


def _otherwise(body: Sequence[ir.Stmt]) -> Mapping[int, ir.If]:
    """``if known(): return page()``, with a refusal of the others after it: each such condition turned round."""
    found: dict[int, ir.If] = {}
    for at, node in enumerate(body):
        if isinstance(node, ir.If) and leaves(node.body):
            others = node.orelse or tuple(body[at + 1 :])
            plain = all(isinstance(one, (ir.Assign, ir.Do, ir.Return, ir.Raise)) for one in others)
            if isinstance(node.test, ir.Op) and node.test.sign == "or":
                continue  # who is known is one of several who may
            if others and plain and _refuses(others) and len(others) <= _FEW:
                test = ir.Op("not", (node.test,), start=node.test.start, end=node.test.end)
                found[id(node)] = structs.replace(node, test=test, body=others, orelse=())
    return found


def _answers_nothing(body: Sequence[ir.Stmt]) -> bool:
    """Is somebody answered by constants alone, with no more done before than to log it?"""
    match body[-1]:
        case ir.Return(None | ir.Const()):
            answered = True
        case ir.Return(ir.Call(function, arguments)) if ir.last_name(function) == "jsonify":
            answered = all(isinstance(one.value, ir.Const) for one in arguments)
        case _:
            answered = False
    return answered and all(isinstance(one, ir.Do) for one in body[:-1])


def _answers_with_error(statement: ir.Stmt) -> bool:
    """``return render_template("closed.html"), 503``"""
    return isinstance(statement, ir.Return) and says_error(statement.value)


def _only_names(*blocks: Sequence[ir.Stmt]) -> bool:
    """Do blocks only give names to values?"""
    return all(isinstance(node, (ir.Assign, ir.Augment, ir.Jump)) for block in blocks for node in block)


def _calls(statement: ir.Stmt) -> Iterator[ir.Call]:
    for node in ir.walk(statement):
        if isinstance(node, ir.Call):
            yield node
