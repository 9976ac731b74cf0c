"""Tokens for one act: who brings a right one may do that, whoever it is. A link that was mailed has one, so has a request for
new access that is made with an old token.

It is no answer to who is asking, so that what goes by guards does not count it as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set

from flasklint import ir
from flasklint.knowledge.guards import DECODES, LOOKS_UP, OPENS, REQUEST_TOKENS, VOUCHER_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.blocks import leaves
from flasklint.project.guards import Guards
from flasklint.project.leading import surely_first
from flasklint.project.names import Resolver
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.strangers import given_once, is_of_strangers, unfolded, values_used

_FORGERY = frozenset({"csrf", "xsrf", "nonce", "page", "next", "device", "push", "fcm", "card", "payment", "stripe"})
"""Words in the names of tokens that are for something else."""


class Vouchers:
    """Looks for the tokens that views ask for."""

    def __init__(self, resolver: Resolver, guards: Guards, definition: Callable[[str], Scope | None]) -> None:
        self._resolver = resolver
        self._guards = guards
        self._definition = definition

    def asked(self, function: ir.Function, module: LinkedModule, path: Iterable[str]) -> ir.Node | None:
        """Where a view looks whether a token that it was brought is right, if all that it does hangs on that. ``path``: the
        parameters that its address fills."""
        scope = self._guards.scope_of(function, module)
        if scope is None:
            return None
        in_path: frozenset[str | int] = frozenset(name for name in path if _is_voucher(name))
        values = given_once(function)
        if in_path:
            for node in ir.statements(function):
                found = self._looked_at(node, scope, in_path, values)
                if found is not None:
                    return found
        brought = frozenset(self._read(function, scope, values))
        for node in surely_first(function.body) if brought else ():
            found = self._looked_at(node, scope, brought, values)
            if found is not None:
                return found
        return None

    def _read(self, function: ir.Function, scope: Scope, values: Mapping[str, ir.Expr]) -> Iterator[str | int]:
        """Where a view reads tokens out of the request: by the names that it gives them, and by the identity of what reads."""
        given = {one.name for one in function.parameters}
        named = {id(value): name for name, value in values.items()}
        for value in ir.walk(function):
            key = _key_of(value)
            if not key or not _is_voucher(key):
                continue
            assert isinstance(value, (ir.Subscript, ir.Call))
            parts = [ir.Do(one, start=one.start, end=one.end) for one in (value, *values_used(value, values))]
            owner = value.value if isinstance(value, ir.Subscript) else value.function
            read = {one.id for one in (owner, *ir.walk(owner)) if isinstance(one, ir.Name)}
            deeds = self._guards.part(parts, function, scope)
            if not deeds.mentions("flask.request.headers", "flask.Request().headers") and (
                read & given or deeds.mentions(*REQUEST_TOKENS)
            ):
                yield id(value)
                if id(value) in named:
                    yield named[id(value)]

    def _looked_at(
        self, node: ir.Node, scope: Scope, brought: Set[str | int], values: Mapping[str, ir.Expr]
    ) -> ir.Node | None:
        match node:
            case ir.If(test, body):
                asked = (unfolded(test, values), *values_used(test, values))
                turned = leaves(body) and is_of_strangers(asked[0])
                for one in (inner for part in asked for inner in (part, *ir.walk(part))):
                    if isinstance(one, ir.Call) and _is_given(one, brought) and self._judges(one, scope, tested=True):
                        return test
                    if turned and isinstance(one, ir.Compare) and _compares(one, brought):
                        return test
            case ir.Do() | ir.Assign() | ir.Return():
                for one in ir.walk(node):
                    if isinstance(one, ir.Call) and _is_given(one, brought) and self._judges(one, scope, tested=False):
                        return one
        return None

    def _judges(self, call: ir.Call, scope: Scope, *, tested: bool) -> bool:
        """Does a call look whether a token that it is given is right? ``tested``: what it answers is looked at, else it has to
        raise an error by itself."""
        method = call.function.name if isinstance(call.function, ir.Attribute) else ""
        names = self._resolver.resolve(call.function, scope)
        if method in OPENS or not DECODES.isdisjoint(names):
            return True
        if method in LOOKS_UP and (tested or LOOKS_UP[method]):
            return True
        for name in names:
            target = self._definition(name)
            if target is None or not isinstance(target.node, ir.Function) or target is scope:
                continue
            deeds = self._guards.deeds(target.node, target.module, 1)
            opens = not DECODES.isdisjoint(deeds.calls) or not OPENS.isdisjoint(deeds.attributes)
            if (
                opens
                or (deeds.refuses and deeds.compares)
                or (tested and not LOOKS_UP.keys().isdisjoint(deeds.attributes))
            ):
                return True
        return False


def _is_voucher(name: str) -> bool:
    """``reset_token``, and neither ``token_id`` nor ``csrf_token``"""
    spoken = words(name)
    return bool(spoken) and spoken[-1] in VOUCHER_WORDS and _FORGERY.isdisjoint(spoken)


def _key_of(value: ir.Node) -> str:
    """``data["token"]``, ``data.get("token")``"""
    match value:
        case ir.Subscript(_, ir.Const(value=str() as key)):
            return key
        case ir.Call(ir.Attribute(_, "get" | "pop"), (ir.Argument(ir.Const(value=str() as key)), *_)):
            return key
    return ""


def _is_given(call: ir.Call, brought: Set[str | int]) -> bool:
    return any(
        _is_brought(one, brought) for argument in call.arguments for one in (argument.value, *ir.walk(argument.value))
    )


def _is_brought(expr: ir.Node, brought: Set[str | int]) -> bool:
    return id(expr) in brought or (isinstance(expr, ir.Name) and expr.id in brought)


def _compares(test: ir.Compare, brought: Set[str | int]) -> bool:
    """``token != user.token``: what was brought with something that is no constant"""
    mine = [_is_brought(one, brought) for one in test.operands]
    return any(mine) and any(
        not own and not isinstance(one, ir.Const) for own, one in zip(mine, test.operands, strict=True)
    )
