"""Views that return what a template is to show, and leave it to a decorator of the project to render it.

Flask's documentation shows such a decorator: around the view it calls ``render_template(name, **context)`` with the dict that the
view returns. The name is given to the decorator, or made of the view's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.project.calls import Calls, CallSite
from flasklint.project.scopes import LinkedModule, Scope

Resolve = Callable[[ir.Expr, Scope], tuple[str, ...]]

_HELPERS = 2
"""How many functions may stand between the decorator that is written and the one that renders."""
_ENDINGS = ("", ".html")


class Templated(NamedTuple):
    """A view whose dict a decorator renders. ``names``: the template's, as the decorator is told it, with the ending that it
    may add; none when it makes the name itself."""

    view: Scope
    decorator: ir.Expr
    names: tuple[str, ...]


def templated(
    modules: Iterable[LinkedModule], calls: Calls, resolve: Resolve, renderers: tuple[str, ...]
) -> Iterator[Templated]:
    """The functions under such decorators; ``renderers``: the calls that render a template by its name."""
    decorators = _decorators(calls, renderers)
    if not decorators:
        return
    for module in modules:
        for scope in module.scopes:
            for decorator in scope.node.decorators if isinstance(scope.node, ir.Function) else ():
                written = decorator.function if isinstance(decorator, ir.Call) else decorator
                if not decorators.isdisjoint(resolve(written, scope.parent or module.scope)):
                    yield Templated(scope, decorator, tuple(_names(decorator)))


def _decorators(calls: Calls, renderers: tuple[str, ...]) -> frozenset[str]:
    """The functions that hold a wrapper which renders what it has got as a dict, and those that hand on to one."""
    found: set[str] = set()
    for site in calls.of(*renderers):
        if site.unpacks and site.scope.parent is not None and site.scope.parent.is_function:
            found.add(_around(site.scope))
    new = found
    for _ in range(_HELPERS if found else 0):
        new = {_around(site.scope) for site in calls.of(*new) if site.scope.is_function} - found
        found |= new
    return frozenset(found)


def _around(scope: Scope) -> str:
    """The name of the outermost function around a scope."""
    while scope.parent is not None and scope.parent.is_function:
        scope = scope.parent
    return scope.name


def _names(decorator: ir.Expr) -> Iterator[str]:
    for argument in decorator.arguments if isinstance(decorator, ir.Call) else ():
        if isinstance(argument.value, ir.Const) and isinstance(argument.value.value, str):
            for ending in _ENDINGS:
                yield f"{argument.value.value}{ending}"


def as_call(one: Templated) -> CallSite:
    """The call that the decorator makes of what the view returns, as far as the view writes it out."""
    given: list[ir.Argument] = []
    for value in one.view.returns:
        match value:
            case ir.Dict(pairs=pairs):
                given += (
                    ir.Argument(pair.value, pair.key.value, start=pair.start, end=pair.end)
                    for pair in pairs
                    if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str)
                )
            case ir.Call(function=ir.Name(id="dict"), arguments=arguments):
                given += (argument for argument in arguments if argument.name)
            case _:
                pass
    place = one.decorator
    return CallSite(ir.Call(place, tuple(given), start=place.start, end=place.end), one.view, ())
