"""What a name stands for: canonical names, followed through imports, aliases, instances and calls.

``flask.Flask`` is a class or a function, ``flask.Flask()`` an instance of it or what a call of it gives,
``flask.Flask().config`` an attribute of that; what is the project's own goes by its module's name; ``?`` is a receiver of which
nothing is known. Never by the text of a variable.

Where it differs from running
    A name is whatever any assignment in force at its place gives it: branches are not told apart.
    A function's result is the same for every call, a parameter what all calls of the project agree on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from flasklint import ir
from flasklint.project.libraries import BUILTINS, Names, also, public, unique
from flasklint.project.members import Slot
from flasklint.project.modules import Modules
from flasklint.project.results import Results
from flasklint.project.scopes import REST, Binding, LinkedModule, Scope, Write

_CONSTANTS = {str: "str", int: "int", float: "float", bool: "bool", type(None): ""}
_ADDABLE = frozenset(f"builtins.{name}()" for name in ("str", "bytes", "int", "float", "list", "tuple"))


class Resolver(Results):
    """Resolves expressions of one project. Everything is worked out once, on demand."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._alive: list[ir.Expr] = []
        self._expanded: dict[Names, Names] = {}

    def resolve(self, expr: ir.Expr, scope: Scope) -> Names:
        """The canonical names of what an expression may stand for, the most telling first; empty when nothing is known."""
        names = self.value(expr, scope)
        found = self._expanded.get(names)
        if found is None:
            found = self._expanded[names] = self.expanded(names)
        return found

    def value(self, expr: ir.Expr, scope: Scope) -> Names:
        # A chain of attributes and calls may be long: it is gone along in a loop, from its inner end.
        chain: list[ir.Attribute | ir.Call | ir.Subscript] = []
        current = expr
        where, kept = id(scope), self.memo.kept
        while True:
            found = kept.get((id(current), where))
            if found is not None:
                break
            if isinstance(current, (ir.Attribute, ir.Subscript)):
                chain.append(current)
                current = current.value
            elif isinstance(current, ir.Call):
                chain.append(current)
                current = current.function
            else:
                found = self._simple(current, scope)
                break
        while chain:
            current = chain.pop()
            self._alive.append(current)
            found = self.memo.ask((id(current), where), partial(self._link, current, found, scope))
        return found

    def _link(self, expr: ir.Attribute | ir.Call | ir.Subscript, inner: Names, scope: Scope) -> Names:
        if isinstance(expr, ir.Attribute):
            return self.attributes(inner, expr.name)
        if isinstance(expr, ir.Call):
            return self.call(expr, inner, scope)
        return self.item(expr, inner, scope)

    def _simple(self, expr: ir.Expr, scope: Scope) -> Names:
        match expr:
            case ir.Name(id=name):
                return self.by_name(name, expr.start, scope)
            case ir.Const(value=value, kind=kind):
                made = kind or _CONSTANTS[type(value)]
                return (f"builtins.{made}()",) if made else ()
            case ir.Join():
                return ("builtins.str()",)
            case ir.Display(kind=kind) | ir.Comprehension(kind=kind):
                return (f"builtins.{kind}()",)
            case ir.Dict():
                return ("builtins.dict()",)
            case ir.Compare() | ir.Op(sign="not"):
                return ("builtins.bool()",)
            case ir.Walrus(value=value):
                return self.value(value, scope)
            case ir.Op(sign="await" | "and", operands=operands) if operands:
                return self.value(operands[-1], scope)
            case ir.Op(sign="or", operands=operands):
                return self.any_of((one, scope) for one in operands)
            case ir.Op(sign="if", operands=(_, then, otherwise)):
                return self.any_of(((then, scope), (otherwise, scope)))
            case ir.Op(sign="+" | "%" | "~" | "*", operands=(left, *_)):
                while isinstance(left, ir.Op) and left.sign in ("+", "%", "~", "*") and left.operands:
                    left = left.operands[0]
                return tuple(name for name in self.value(left, scope) if name in _ADDABLE)
            case ir.Function(name="<lambda>"):
                name = f"{scope.name}.<lambda>@{expr.start}"
                self.lambdas[name] = (expr, scope)
                return (name,)
        return ()

    def any_of(self, pairs: Iterable[tuple[ir.Expr, Scope]]) -> Names:
        return unique(name for expr, scope in pairs for name in self.value(expr, scope))

    def by_name(self, name: str, position: int | None, scope: Scope) -> Names:
        bound = scope.bindings.get(name)
        if bound is None or (len(bound) == 1 and bound[0].inside is None):
            position = None  # the same wherever in the scope it stands
        elif position is not None:
            return self._looked_for(name, position, scope)
        return self.memo.ask(("n", name, id(scope)), partial(self._looked_for, name, position, scope))

    def _looked_for(self, name: str, position: int | None, scope: Scope) -> Names:
        for current, bindings in self.lookup(name, position, scope):
            found = self.held_in((binding, current) for binding in bindings)
            if current.parent is None and bindings[0].inside is None:
                return self.own_first(f"{current.module.name}.{name}", bindings, found)
            return found
        starred = self._starred(scope.module, name)
        if starred is not None:
            return starred
        return also(f"builtins.{name}") if name in BUILTINS else ()

    def _starred(self, module: LinkedModule, name: str) -> Names | None:
        if not module.scope.stars:
            return None
        places, libraries = self.starred(module, name)
        if places:
            owner = places[0][1].module
            return self.own_first(f"{owner.name}.{name}", [slot for slot, _ in places], self.held_in(places))
        if libraries and name not in BUILTINS:
            return unique(found for one in libraries for found in also(one))
        return None

    def own_first(self, name: str, slots: Iterable[Slot], found: Names) -> Names:
        """A variable of a module or class goes by its own name first, then by what it holds."""
        if all(isinstance(slot, Binding) and slot.kind in ("import", "class", "function") for slot in slots):
            return found
        self.variables.add(name)
        held = [one for one in found if one not in self.variables]
        others = [one for one in found if one in self.variables and one != name]
        return unique((name, *held, *others[:1]))

    def held_in(self, slots: Iterable[tuple[Slot, Scope]]) -> Names:
        return unique(name for slot, scope in slots for name in self.held_in_one(slot, scope))

    def held_in_one(self, slot: Slot, scope: Scope) -> Names:
        return self.memo.ask(("b", id(slot)), partial(self._bound, slot, scope))

    def _bound(self, slot: Slot, scope: Scope) -> Names:
        if isinstance(slot, Write):
            return () if slot.sign else self.at(slot.value, slot.scope, slot.path)
        scope = scope.origins.get(id(slot), scope)
        node = slot.node
        match slot.kind:
            case "import" if isinstance(node, ir.Import):
                return self._imported(node, scope.module)
            case "function" | "class":
                name = self.scopes[id(node)].name
                better = public(name)
                return (name,) if better == name else (better, name)
            case "parameter" if isinstance(node, ir.Parameter) and slot.inside is None:
                return self.parameter(node, scope)
            case "assign" if slot.value is not None:
                found = self.at(slot.value, scope, slot.path)
                if isinstance(node, ir.Assign) and node.annotation is not None:
                    found = unique((*found, *self.annotated(node.annotation, scope)))
                return found
            case "assign" if isinstance(node, ir.Assign) and node.annotation is not None:
                return self.annotated(node.annotation, scope)
            case "loop" if slot.value is not None:
                return self.at(slot.value, scope, (REST, *slot.path))
            case "with" if slot.value is not None and not slot.path:
                return self.entered(self.value(slot.value, scope))
            case "except" if slot.value is not None:
                kinds = (
                    slot.value.items
                    if isinstance(slot.value, ir.Display)
                    else (ir.Argument(slot.value, start=0, end=0),)
                )
                return unique(name + "()" for kind in kinds for name in self.value(kind.value, scope))
        return ()

    def _imported(self, node: ir.Import, importer: LinkedModule) -> Names:
        found = self.modules.find(node.module, importer)
        if not node.name and not node.alias:
            top = node.module.partition(".")[0]
            found = self.modules.find(top, importer)
            if found is None and top in self.modules.by_name:
                return ()  # a module of that name is in the project, but out of this one's sight
            return (found.name if found else top,)
        if found is None:
            if node.module.startswith("."):
                return ()
            top, _, rest = node.module.partition(".")
            outer = self.modules.find(top, importer) if rest else None
            if outer is not None:
                dotted = outer.name + "." + rest
            elif top in self.modules.by_name:
                return ()
            else:
                dotted = node.module
            return also(f"{dotted}.{node.name}") if node.name else also(dotted)
        if not node.name:
            return (found.name,)
        if found is importer and (child := self.modules.child(found, node.name)) is not None:
            return (child.name,)  # `from . import views` in the package's own front
        return self.attribute(found.name, node.name)
