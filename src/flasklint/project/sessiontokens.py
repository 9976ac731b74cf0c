"""The session's tokens against forged requests: what those that a page sends back are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.project.guards import Guards
from flasklint.project.scopes import LinkedModule

_COMPARES = frozenset({"compare_digest", "safe_str_cmp"})


def session_tokens(modules: Iterable[LinkedModule], guards: Guards) -> Iterator[str]:
    """The keys under which functions that demand a token find it in the session."""
    for module in modules:
        if module.is_test or "session" not in module.words:
            continue
        for scope in module.scopes:
            if not isinstance(scope.node, ir.Function):
                continue
            compared = [operand for one in ir.walk(scope.node) for operand in _operands(one)]
            keys = {
                key
                for owner, key in map(item_of, compared)
                if owner is not None and "flask.session" in guards.resolver.resolve(owner, scope)
            }
            if keys and guards.demands_token(scope.node, module):
                yield from keys


def _operands(node: ir.Node) -> tuple[ir.Expr, ...]:
    match node:
        case ir.Compare(("==" | "!=",), operands):
            return operands
        case ir.Call(function, arguments) if ir.last_name(function) in _COMPARES:
            return tuple(argument.value for argument in arguments)
    return ()


def item_of(expr: ir.Expr | None) -> tuple[ir.Expr | None, str]:
    """``session["token"]``, ``session.get("token")``: what it is an item of, and of which name."""
    match expr:
        case ir.Subscript(owner, ir.Const(value=str() as key)):
            return owner, key
        case ir.Call(ir.Attribute(owner, "get"), (ir.Argument(ir.Const(value=str() as key)), *_)):
            return owner, key
    return None, ""
