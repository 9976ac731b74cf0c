"""What a route reads of a request: path parameters, query, form, JSON, files, cookies, headers; by name where that shows.

Told from the views and from what they call: a helper of the project is looked into two calls deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flasklint import ir
from flasklint.knowledge.inputs import (
    ATTRIBUTES,
    DECORATORS,
    FORMS,
    GETTERS,
    LOCATIONS,
    PARSERS,
    REQUESTS,
    InputKind,
)
from flasklint.project.apps import App
from flasklint.project.objects import Decoration
from flasklint.project.operations import python
from flasklint.project.routes import Route
from flasklint.project.scopes import Scope

_DEEPEST = 2
_MOST_HELPERS = 40


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """Something that is read. ``name``: the key; empty for the whole, or for keys that are computed."""

    kind: InputKind
    name: str = ""


def inputs(app: App, route: Route) -> tuple[Input, ...]:
    """What a route reads, each once: the path first, then in the order of kinds and names."""
    found = {Input("path", name) for name, _ in route.parameters}
    if route.view is not None:
        seen: set[int] = set()
        for function in route.view.functions:
            scope = app.scope_of(function)
            if scope is not None:
                found.update(_read(app, scope, _DEEPEST, seen))
            for decoration in route.view.decorations_of(function):
                found.update(_decorated(decoration))
    named = {one.kind for one in found if one.name}
    order = list(dict.fromkeys((*_ORDER, *ATTRIBUTES.values())))
    kept = (one for one in found if one.name or one.kind not in named)
    return tuple(sorted(kept, key=lambda one: (order.index(one.kind), one.name)))


_ORDER: tuple[InputKind, ...] = ("path", "query", "form", "json", "files", "cookies", "headers", "arguments")


def _decorated(decoration: Decoration) -> Iterator[Input]:
    for name in decoration.names:
        kind = DECORATORS.get(name)
        if kind is None:
            continue
        given = decoration.arguments.get(1, "location") if decoration.arguments is not None else None
        known, plain = python(given) if given is not None else (False, None)
        yield Input(LOCATIONS.get(plain, kind) if known and isinstance(plain, str) else kind)
        return


def _read(app: App, scope: Scope, depth: int, seen: set[int]) -> Iterator[Input]:
    """What a function reads, itself and through helpers."""
    if id(scope.node) in seen or len(seen) > _MOST_HELPERS or not isinstance(scope.node, ir.Function):
        return
    seen.add(id(scope.node))
    stack: list[tuple[ir.Node, Scope]] = [(node, scope) for node in scope.node.body]
    while stack:
        node, where = stack.pop()
        match node:
            case ir.Function() if node.name != "<lambda>":
                where = next((child for child in where.children if child.node is node), where)
            case ir.Subscript(owner, ir.Const(str() as key)):
                yield from _of(app, owner, where, key)
            case ir.Compare(("in" | "not-in",), (ir.Const(str() as key), owner)):
                yield from _of(app, owner, where, key)
            case ir.Call(function, arguments):
                yield from _called(app, function, arguments, where)
                if depth > 0:
                    for name in app.resolver.resolve(function, where):
                        helper = app.definition(name)
                        if helper is not None and helper.is_function:
                            yield from _read(app, helper, depth - 1, seen)
            case ir.Attribute():
                yield from _of(app, node, where, "")
            case ir.Assign(_, ir.Call(function)):
                yield from _form(app, function, where)
        stack.extend((child, where) for child in ir.children(node))


def _called(app: App, function: ir.Expr, arguments: tuple[ir.Argument, ...], scope: Scope) -> Iterator[Input]:
    match function:
        case ir.Attribute(owner, method) if method in GETTERS and arguments:
            key = arguments[0].value
            yield from _of(
                app, owner, scope, key.value if isinstance(key, ir.Const) and isinstance(key.value, str) else ""
            )
    for name in app.resolver.resolve(function, scope):
        kind = PARSERS.get(name)
        if kind is not None:
            yield Input(kind)


def _of(app: App, owner: ir.Expr, scope: Scope, key: str) -> Iterator[Input]:
    """A key of what an expression holds, if that is a part of the request."""
    if not isinstance(owner, (ir.Attribute, ir.Name, ir.Call)):
        return
    for name in app.resolver.resolve(owner, scope):
        for request in REQUESTS:
            if name.startswith(f"{request}."):
                kind = ATTRIBUTES.get(name[len(request) + 1 :])
                if kind is not None:
                    yield Input(kind, key)


def _form(app: App, function: ir.Expr, scope: Scope) -> Iterator[Input]:
    """The fields of a WTForms form that is made here."""
    for name in app.resolver.resolve(function, scope):
        if f"{name}()" not in FORMS:
            continue
        classes = [app.definition(other) for other in app.resolver.resolve(function, scope)]
        fields = [field for one in classes if one is not None for field in _fields(one)]
        yield from (Input("form", field) for field in fields)
        if not fields:
            yield Input("form")
        return


def _fields(scope: Scope) -> Iterator[str]:
    if not isinstance(scope.node, ir.Class):
        return
    for node in scope.node.body:
        match node:
            case ir.Assign((ir.Name(name),), ir.Call(ir.Name(made) | ir.Attribute(_, made))) if made.endswith("Field"):
                yield name
