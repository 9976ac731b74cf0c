"""What a name stands for: canonical names, followed through imports, aliases, instances and calls.

``flask.Flask`` is a class or a function, ``flask.Flask()`` an instance of it or what a call of it gives,
``flask.Flask().config`` an attribute of that; what is the project's own goes by its module's name; ``?`` is a receiver of which
nothing is known. Never by the text of a variable.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from flasklint import ir
from flasklint.knowledge.types import ALSO, PUBLIC
from flasklint.project.modules import Folder, Modules
from flasklint.project.scopes import Binding, LinkedModule, Scope

Names = tuple[str, ...]


class Resolver:
    """Resolves expressions of one project. Everything is worked out once, on demand."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def resolve(self, expr: ir.Expr, scope: Scope) -> Names:
        """The canonical names of what an expression may stand for, the most telling first; empty when nothing is known."""
        match expr:
            case ir.Name(id=name):
                return self._name(name, expr.start, scope)
            case ir.Attribute(value=value, name=name):
                owners = self.resolve(value, scope)
                return _unique(found for owner in owners or ("?",) for found in self._attribute(owner, name))
            case ir.Call(function=function):
                return _unique(found for callee in self.resolve(function, scope) for found in _also(callee + "()"))
        return ()

    def _name(self, name: str, position: int, scope: Scope) -> Names:
        current: Scope | None = scope
        while current is not None:
            bindings = current.at(name, position if current is scope else None)
            if bindings and (current is scope or not current.is_class):
                return _unique(found for one in bindings for found in self._bound(one, current))
            current = current.parent
        return (f"builtins.{name}",) if hasattr(builtins, name) else ()

    def _bound(self, binding: Binding, scope: Scope) -> Names:
        node = binding.node
        if isinstance(node, ir.Import):
            return self._imported(node, scope.module)
        if isinstance(node, (ir.Function, ir.Class)):
            inner = next((child for child in scope.children if child.node is node), None)
            return (inner.name,) if inner else ()
        if binding.kind == "assign" and binding.value is not None and not binding.path:
            return self.resolve(binding.value, scope)
        return ()

    def _imported(self, node: ir.Import, importer: LinkedModule) -> Names:
        found = self._modules.find(node.module, importer)
        dotted = found.name if found else node.module
        if node.name:
            return self._attribute(dotted, node.name)
        return (dotted,) if node.alias else (dotted.partition(".")[0],)

    def _attribute(self, owner: str, name: str) -> Names:
        module = self._modules.by_name.get(owner)
        if module is not None:
            bindings = module.scope.at(name)
            if bindings:
                return _unique(found for one in bindings for found in self._bound(one, module.scope))
            inner: LinkedModule | Folder | None = self._modules.child(module, name)
            if inner is not None:
                return (inner.name,)
        return _also(f"{owner}.{name}")


def _also(name: str) -> Names:
    name = PUBLIC.get(name, name)
    return (name, *ALSO.get(name, ()))


def _unique(names: Iterable[str]) -> Names:
    return tuple(dict.fromkeys(names))
