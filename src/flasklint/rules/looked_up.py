"""Texts by which something was found: what no record goes by gets no further.

The engine knows the look-ups of databases, by its rows. Here any call counts whose result a view leaves for want of, as that of
a store of the app's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.blocks import leaves
from flasklint.project.scopes import Scope
from flasklint.taint.flows import Flow

_FROM_ADDRESS = "<route>"


def is_looked_up(flow: Flow, view: Scope) -> bool:
    """Whether all that flows is a variable of an address by which a view looks something up, and leaves if there is none. What
    it does with the variable as it leaves, it does when there is none."""
    if _is_told_as_it_leaves(flow, view):
        return False
    if not flow.paths or any(path.source.name != _FROM_ADDRESS for path in flow.paths):
        return False
    taken = {path.steps[0].location.span.start for path in flow.paths if path.steps}
    node = view.node
    names = [one.name for one in node.parameters if one.start in taken] if isinstance(node, ir.Function) else []
    return bool(names) and all(_is_asked(name, view) for name in names)


def _is_told_as_it_leaves(flow: Flow, view: Scope) -> bool:
    """Whether what flows passes through what a view does where it gives up."""
    places = [flow.location, *(step.location for path in flow.paths for step in path.steps)]
    return any(
        place.path == view.module.path and one.body[0].start <= place.span.start < one.body[-1].end
        for one in _leaving(view)
        for place in places
    )


def _is_asked(name: str, view: Scope) -> bool:
    found = {
        variable
        for variable, bindings in view.bindings.items()
        for binding in bindings
        if isinstance(binding.value, ir.Call) and any(_is(one, name) for one in ir.walk(binding.value))
    }
    return any(
        any(_is(node, variable) for variable in found for node in (one.test, *ir.walk(one.test)))
        for one in _leaving(view)
    )


def _leaving(view: Scope) -> Iterator[ir.If]:
    """The conditions under which a view gives up."""
    for node in ir.walk(view.node):
        if isinstance(node, ir.If) and leaves(node.body):
            match node.test:
                case ir.Op(sign="not") | ir.Compare(signs=("is" | "==",)):
                    yield node
                case _:
                    pass


def _is(node: ir.Node, name: str) -> bool:
    return isinstance(node, ir.Name) and node.id == name
