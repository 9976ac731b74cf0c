"""What is written where a route is registered: its rule, its methods, whatever is a text or a switch there."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.objects import (
    Arguments,
    Branch,
    Lib,
    Lookup,
    Seq,
    Value,
)
from flasklint.project.operations import python, written
from flasklint.project.values import Known

COMPUTED = "?"
"""Stands in a rule for what is computed."""
_HTTP_METHOD = "http.HTTPMethod."


def alternatives(value: Value | None) -> Iterator[Value]:
    match value:
        case Branch(_, then, otherwise):
            yield from alternatives(then)
            yield from alternatives(otherwise)
        case Lookup(mapping, _, _):
            for _, item, _ in mapping.items:
                yield from alternatives(item)
        case None:
            return
        case _:
            yield value


def methods_of(value: Value | None) -> frozenset[str]:
    if value is None:
        return frozenset({"GET"})
    items = value.items if isinstance(value, Seq) and not value.partial else [value]
    found = [_method(item) for item in items]
    return frozenset(method.upper() for method in found if method) if any(found) else frozenset({"?"})


def _method(value: Value) -> str:
    """``"POST"`` or ``HTTPMethod.POST``; empty for what is neither."""
    if isinstance(value, Lib) and value.name.startswith(_HTTP_METHOD):
        return value.name[len(_HTTP_METHOD) :].partition(".")[0]
    known, plain = python(value)
    return plain if known and isinstance(plain, str) else ""


def is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def is_true(value: Value | None) -> bool:
    return isinstance(value, Known) and value.value is True


def text_of(value: Value | None, otherwise: str = "?") -> str:
    known, plain = python(value) if value is not None else (False, None)
    return plain if known and isinstance(plain, str) else otherwise


def rule_of(arguments: Arguments) -> str:
    given = arguments.get(0, "rule")
    known = written(given, COMPUTED) if given is not None else COMPUTED
    return written_rule(arguments.expr(0, "rule")) if known == COMPUTED else known


def written_rule(expr: ir.Expr | None) -> str:
    """A URL rule as it is written, :data:`COMPUTED` standing for what is not a literal there: ``f"{PREFIX}/login"``"""
    match expr:
        case ir.Const(value=str(text)):
            return text
        case ir.Join(parts=parts) | ir.Op(sign="+", operands=parts):
            return "".join(map(written_rule, parts)).replace(COMPUTED * 2, COMPUTED)
        case _:
            return COMPUTED


def joined(prefix: str, rule: str) -> str:
    if not prefix:
        return rule
    if not rule:
        return prefix
    return f"{prefix.rstrip('/')}/{rule.lstrip('/')}"
