"""Conditions that speak of who is asking: which of them hold for strangers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flasklint import ir

_DEEPEST = 3


def given_once(function: ir.Function) -> Mapping[str, ir.Expr]:
    """The names that a function gives a value in one place, each with that."""
    found: dict[str, ir.Expr] = {}
    several: set[str] = set()
    for node in ir.statements(function):
        for target in node.targets if isinstance(node, ir.Assign) else ():
            if isinstance(target, ir.Name) and isinstance(node, ir.Assign) and node.value is not None:
                if target.id in found:
                    several.add(target.id)
                found[target.id] = node.value
    return {name: value for name, value in found.items() if name not in several}


def unfolded(test: ir.Expr, values: Mapping[str, ir.Expr], depth: int = _DEEPEST) -> ir.Expr:
    """A condition with what the names in it were given."""
    match test:
        case ir.Name(name) if depth and name in values:
            return unfolded(values[name], values, depth - 1)
        case ir.Op("not" | "and" | "or" as sign, operands):
            return ir.Op(sign, tuple(unfolded(one, values, depth) for one in operands), start=test.start, end=test.end)
    return test


def is_of_strangers(test: ir.Expr) -> bool:
    """Does a condition that speaks of who is asking hold when that is not known, or not right?"""
    match test:
        case ir.Op("or", operands):
            return any(map(is_of_strangers, operands))
        case ir.Op("and", operands):
            return all(map(is_of_strangers, operands))
        case ir.Op("not", (inner,)):
            return not is_of_strangers(inner)
        case ir.Compare(("is" | "==",), (_, ir.Const(None | False))) | ir.Compare(("not-in",)):
            return True
        case ir.Compare(("!=" | "is-not",), (_, ir.Const(None | False))):
            return False
        case ir.Compare(("!=" | "is-not",)):
            return True
        case ir.Attribute(_, "is_anonymous") | ir.Call(ir.Attribute(_, "is_anonymous")):
            return True
    return False


def values_used(test: ir.Expr, values: Mapping[str, ir.Expr], depth: int = _DEEPEST) -> Iterator[ir.Expr]:
    """What the names in a condition were given."""
    for node in (test, *ir.walk(test)):
        if depth and isinstance(node, ir.Name) and node.id in values:
            yield values[node.id]
            yield from values_used(values[node.id], values, depth - 1)


def decides_by_referrer(function: ir.Function) -> bool:
    """Does a function look at where a request comes from to decide, not only to send somebody back there?"""
    values = given_once(function)
    for node in ir.walk(function):
        match node:
            case ir.If(_, body) if any(
                _gives_back(inner, values) for one in body for inner in (one, *ir.statements(one))
            ):
                continue
            case ir.If(test) | ir.Return(ir.Op() | ir.Compare() | ir.Call(ir.Attribute()) as test):
                for one in (test, *values_used(test, values)):
                    if any(_looks_into_referrer(inner, values) for inner in (one, *ir.walk(one))):
                        return True
    return False


def _gives_back(node: ir.Node, values: Mapping[str, ir.Expr]) -> bool:
    """``return request.referrer``: what is looked at is where somebody is sent next, not whether they may."""
    return isinstance(node, ir.Return) and node.value is not None and _is_referrer(node.value, values)


def _looks_into_referrer(node: ir.Node, values: Mapping[str, ir.Expr]) -> bool:
    """``request.referrer.startswith(...)``, ``urlsplit(request.referrer)``, ``request.referrer != ...``; not that there is one"""
    match node:
        case ir.Compare(("is" | "is-not",)):
            return False
        case ir.Call(ir.Name("redirect" | "url_for") | ir.Attribute(_, "redirect")):
            return False
        case ir.Compare(_, operands):
            return any(_is_referrer(one, values) for one in operands)
        case ir.Call(function, arguments):
            owner = function.value if isinstance(function, ir.Attribute) else function
            return _is_referrer(owner, values) or any(_is_referrer(one.value, values) for one in arguments)
    return False


def _is_referrer(expr: ir.Expr, values: Mapping[str, ir.Expr]) -> bool:
    match expr:
        case ir.Attribute(_, "referrer" | "origin"):
            return True
        case ir.Op("or", operands):
            # What an argument of the request says comes first only where somebody is sent next.
            return any(_is_referrer(one, values) for one in operands) and not any(map(_is_argument, operands))
        case ir.Name(name) if name in values and not isinstance(values[name], ir.Name):
            return _is_referrer(values[name], {})
    return False


def _is_argument(expr: ir.Expr) -> bool:
    """``request.args.get("next")``"""
    match expr:
        case ir.Call(ir.Attribute(ir.Attribute(_, "args" | "values" | "form"), "get")):
            return True
        case ir.Subscript(ir.Attribute(_, "args" | "values" | "form")):
            return True
    return False
