"""The response headers that a function sets."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.deeds import DEEPEST, Observer
from flasklint.project.scopes import LinkedModule


def headers_set(observer: Observer, node: ir.Function, module: LinkedModule) -> tuple[frozenset[str], bool]:
    """The response headers that a function sets, in lower case; and whether it sets some whose names are computed."""
    found: set[str] = set()
    computed = False
    for name, known in _headers(observer, node, module, DEEPEST):
        if known:
            found.add(name.lower())
        else:
            computed = True
    return frozenset(found), computed


def _headers(observer: Observer, node: ir.Function, module: LinkedModule, depth: int) -> Iterator[tuple[str, bool]]:
    scope = observer.scope_of(node, module)
    for inner in ir.walk(node):
        match inner:
            case ir.Assign(targets, _):
                for target in targets:
                    if isinstance(target, ir.Subscript) and _is_headers(target.value):
                        yield _header_name(target.key)
            case ir.Call(ir.Attribute(owner, "set" | "add" | "setdefault" | "add_header" | "__setitem__"), arguments):
                if _is_headers(owner) and arguments:
                    yield _header_name(arguments[0].value)
            case ir.Call(ir.Attribute(owner, "update" | "extend"), arguments):
                if _is_headers(owner):
                    yield from _header_names(arguments)
            case ir.Call(function) if depth > 0 and scope is not None:
                for name in observer.resolver.resolve(function, scope):
                    target_scope = observer.definitions.get(name)
                    if (
                        target_scope is not None
                        and isinstance(target_scope.node, ir.Function)
                        and target_scope is not scope
                    ):
                        yield from _headers(observer, target_scope.node, target_scope.module, depth - 1)
            case ir.Attribute(_, "content_security_policy"):
                # Read too: it is an object whose attributes are the policy's directives.
                yield "content-security-policy", True


def _header_name(key: ir.Expr) -> tuple[str, bool]:
    return (key.value, True) if isinstance(key, ir.Const) and isinstance(key.value, str) else ("", False)


def _header_names(arguments: tuple[ir.Argument, ...]) -> Iterator[tuple[str, bool]]:
    for argument in arguments:
        match argument.value:
            case ir.Dict(pairs):
                for pair in pairs:
                    yield _header_name(pair.key) if pair.key is not None else ("", False)
            case _ if argument.name and not argument.name.startswith("*"):
                yield argument.name.replace("_", "-"), True
            case _:
                yield "", False


def _is_headers(expr: ir.Expr) -> bool:
    return (isinstance(expr, ir.Attribute) and expr.name == "headers") or (
        isinstance(expr, ir.Name) and expr.id in ("headers", "h")
    )
