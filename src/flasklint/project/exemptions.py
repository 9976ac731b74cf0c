"""Whom a hook that turns strangers away lets pass unasked: views that bear a mark, endpoints and paths that it names.

``if request.endpoint in PUBLIC: return`` and ``if request.endpoint not in PUBLIC and not known: abort(401)`` say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flasklint import ir
from flasklint.project.refusals import ends_request, is_refusal
from flasklint.project.routes import Route
from flasklint.project.strangers import given_once, unfolded

Names = Callable[[ir.Expr], tuple[str, ...]]
"""The canonical names of an expression."""

_ABOUT = {
    "flask.request.endpoint": "endpoint",
    "flask.request.path": "path",
    "flask.request.full_path": "path",
    "flask.request.url_rule": "path",
    "flask.request.url_rule.rule": "path",
    "flask.request.url_rule.endpoint": "endpoint",
    "flask.request.blueprint": "blueprint",
}


@dataclass(frozen=True, slots=True)
class Pass:
    """One ground to let a request pass. ``kind``: ``mark`` (an attribute of the view), ``endpoint``, ``path`` or
    ``blueprint``, of which ``text`` is all, or what it ``begins`` with, or has ``within``."""

    kind: str
    text: str
    begins: bool = False
    within: bool = False

    def fits(self, route: Route, marks: Iterable[str]) -> bool:
        """Does it let a route pass, whose view bears these marks?"""
        if self.kind == "mark":
            return self.text in marks
        blueprint = route.endpoint.rpartition(".")[0]
        said = {"endpoint": route.endpoint, "path": route.rule, "blueprint": blueprint}[self.kind]
        if self.within:
            return self.text in said
        return said.startswith(self.text) if self.begins else said == self.text


def passes(
    function: ir.Function,
    names: Callable[[ir.Expr], tuple[str, ...]],
    texts: Callable[[ir.Expr], tuple[str, ...]],
    asked: Callable[[ir.Call], tuple[ir.Expr, Names] | None] = lambda _: None,
) -> tuple[Pass, ...]:
    """All grounds on which a hook lets requests pass. ``names``: canonical names of an expression in it; ``texts``: the strings
    that one holds, if it is constant; ``asked``: what a helper without arguments answers, with the names there."""
    found: list[Pass] = []
    values = given_once(function)
    for node in ir.statements(function):
        if not isinstance(node, ir.If):
            continue
        last, test, read = node.body[-1], unfolded(node.test, values), names
        helper = asked(test) if isinstance(test, ir.Call) else None
        if helper is not None:
            test, read = helper
        if isinstance(last, ir.Return) and not is_refusal(last.value):
            for part in _parts("or", test):
                found += _grounds(part, read, texts)
        elif ends_request(node.body) or (helper is not None and _answers(node.body)):
            for part in _parts("and", test):
                found += _grounds(part, read, texts, denied=True)
    return tuple(found)


def _answers(body: tuple[ir.Stmt, ...]) -> bool:
    """May a block answer a request itself?"""
    return any(
        isinstance(inner, ir.Return) and inner.value is not None for node in body for inner in (node, *ir.walk(node))
    )


def marks(decorator: ir.Function) -> Iterator[str]:
    """The attributes that a decorator sets on what it decorates."""
    for node in ir.walk(decorator):
        for target in node.targets if isinstance(node, ir.Assign) else ():
            if isinstance(target, ir.Attribute) and isinstance(target.value, ir.Name):
                yield target.name


def _parts(sign: str, test: ir.Expr) -> tuple[ir.Expr, ...]:
    return test.operands if isinstance(test, ir.Op) and test.sign == sign else (test,)


def _grounds(
    test: ir.Expr,
    names: Callable[[ir.Expr], tuple[str, ...]],
    texts: Callable[[ir.Expr], tuple[str, ...]],
    denied: bool = False,
) -> Iterator[Pass]:
    """What a condition, or the contrary of it, names."""
    match test:
        case ir.Op("not", (inner,)):
            yield from _grounds(inner, names, texts, not denied)
        case ir.Call(ir.Name("getattr" | "hasattr"), (_, ir.Argument(ir.Const(value=str() as mark)), *_)) if not denied:
            yield Pass("mark", mark)
        case ir.Compare((sign,), (ir.Const(value=str() as text), subject)) if sign == ("not-in" if denied else "in"):
            yield from (Pass(kind, text, within=True) for kind in _about(subject, names))
        case ir.Compare((sign,), (subject, others)) if sign in (("not-in", "!=") if denied else ("in", "==")):
            for kind in _about(subject, names):
                yield from (Pass(kind, text) for text in texts(others))
        case ir.Call(ir.Attribute(subject, "startswith"), (ir.Argument(beginning),)) if not denied:
            for kind in _about(subject, names):
                yield from (Pass(kind, text, True) for text in texts(beginning))


def _about(subject: ir.Expr, names: Callable[[ir.Expr], tuple[str, ...]]) -> Iterator[str]:
    yield from {_ABOUT[name] for name in names(subject) if name in _ABOUT}
