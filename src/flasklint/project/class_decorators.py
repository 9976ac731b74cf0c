"""Decorators that are objects of the project: what their ``__call__`` does, and the methods that this calls on the object itself.

A method that a subclass overrides is the subclass's, whoever calls it.
"""

from __future__ import annotations

from flasklint import ir
from flasklint.project.objects import Cls, Decoration, Fn, Instance
from flasklint.project.walk import Walk

_MOST = 24


def methods_run(walk: Walk, decoration: Decoration) -> tuple[Fn, ...]:
    """What runs of an object that stands around a view, ``__call__`` first; nothing for a decorator that is a function."""
    match decoration.value:
        case Instance(cls=Cls() as cls) | (Cls() as cls):
            pass
        case _:
            return ()
    found: dict[str, Fn] = {}
    names = ["__call__"]
    for name in names:
        method = walk.class_member(cls, name)
        if isinstance(method, Fn) and len(found) < _MOST:
            found[name] = method
            names += (called for called in _called_on_itself(method.node) if called not in names)
    return tuple(found.values()) if "__call__" in found else ()


def _called_on_itself(method: ir.Function) -> list[str]:
    """The names of the methods that a method calls on its own object."""
    itself = method.parameters[0].name if method.parameters else ""
    return list(
        dict.fromkeys(
            node.function.name
            for node in ir.walk(method)
            if isinstance(node, ir.Call)
            and isinstance(node.function, ir.Attribute)
            and isinstance(node.function.value, ir.Name)
            and node.function.value.id == itself
        )
    )
