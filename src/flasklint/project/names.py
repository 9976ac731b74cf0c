"""What a name stands for: canonical names, followed through imports, aliases, instances and calls.

``flask.Flask`` is a class or a function, ``flask.Flask()`` an instance of it or what a call of it gives,
``flask.Flask().config`` an attribute of that; what is the project's own goes by its module's name; ``?`` is a receiver of which
nothing is known. Never by the text of a variable.

Where it differs from running
    A name is whatever any assignment in force at its place gives it: branches are not told apart.
    A function's result is the same for every call, a parameter what all calls of the project agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from flasklint import ir
from flasklint.knowledge.types import PASSED
from flasklint.project.annotations import dotted_names
from flasklint.project.libraries import BUILTINS, Names, also, instance, public, telling, unique
from flasklint.project.members import Members, Slot, decorated, on_class, receiver
from flasklint.project.modules import Modules
from flasklint.project.scopes import REST, Binding, LinkedModule, Scope, Write

_MOST_SITES = 40
_MOST_ITEMS = 16
_MOST_ORIGINS = 8
_CONSTANTS = {str: "str", int: "int", float: "float", bool: "bool", type(None): ""}
_TRANSPARENT = frozenset({"builtins.sorted", "builtins.list", "builtins.tuple", "builtins.reversed", "builtins.set"})
_AGREED = 4
_LOADED = (
    "importlib.import_module()",
    "builtins.__import__()",
    "importlib.util.module_from_spec()",
    "imp.load_source()",
)
"""Modules whose name is only known when the program runs: a function of theirs may be any module's of that name."""
_PROPERTIES = (
    "property",
    "cached_property",
    "hybrid_property",
    "locked_cached_property",
    "abstractproperty",
    "lazy_property",
)


class Resolver(Members):
    """Resolves expressions of one project. Everything is worked out once, on demand."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._alive: list[ir.Expr] = []
        self._tells: dict[str, bool] = {}

    def resolve(self, expr: ir.Expr, scope: Scope) -> Names:
        """The canonical names of what an expression may stand for, the most telling first; empty when nothing is known."""
        return self.expanded(self.value(expr, scope))

    # Expressions.

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
            return self._call(expr, inner, scope)
        return self._item(expr, inner, scope)

    def _simple(self, expr: ir.Expr, scope: Scope) -> Names:
        match expr:
            case ir.Name(id=name):
                return self._name(name, expr.start, scope)
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
                return self._any((one, scope) for one in operands)
            case ir.Op(sign="if", operands=(_, then, otherwise)):
                return self._any(((then, scope), (otherwise, scope)))
            case ir.Op(sign="+" | "%" | "~" | "*", operands=(left, *_)):
                while isinstance(left, ir.Op) and left.sign in ("+", "%", "~", "*") and left.operands:
                    left = left.operands[0]
                return tuple(name for name in self.value(left, scope) if name in _ADDABLE)
            case ir.Function(name="<lambda>"):
                name = f"{scope.name}.<lambda>@{expr.start}"
                self._lambdas[name] = (expr, scope)
                return (name,)
        return ()

    @cached_property
    def _lambdas(self) -> dict[str, tuple[ir.Function, Scope]]:
        return {}

    def _any(self, pairs: Iterable[tuple[ir.Expr, Scope]]) -> Names:
        return unique(name for expr, scope in pairs for name in self.value(expr, scope))

    def _name(self, name: str, position: int | None, scope: Scope) -> Names:
        bound = scope.bindings.get(name)
        if bound is None or (len(bound) == 1 and bound[0].inside is None):
            position = None  # the same wherever in the scope it stands
        elif position is not None:
            return self._looked_for(name, position, scope)
        return self.memo.ask(("n", name, id(scope)), partial(self._looked_for, name, position, scope))

    def _looked_for(self, name: str, position: int | None, scope: Scope) -> Names:
        for current, bindings in self.lookup(name, position, scope):
            found = self._slots((binding, current) for binding in bindings)
            if current.parent is None and bindings[0].inside is None:
                return self._own_first(f"{current.module.name}.{name}", bindings, found)
            return found
        starred = self._starred(scope.module, name)
        if starred is not None:
            return starred
        return also(f"builtins.{name}") if name in BUILTINS else ()

    def lookup(self, name: str, position: int | None, scope: Scope) -> Iterator[tuple[Scope, tuple[Binding, ...]]]:
        """The scope that binds a name used at an offset in another, and the bindings in force; one pair or none."""
        current: Scope | None = scope
        while current is not None:
            if current is scope or not current.is_class:
                if current.declared.get(name) == "global":
                    current = current.module.scope
                bindings = current.at(name, position if current is scope else None)
                if bindings:
                    yield current, bindings
                    return
            current = current.parent

    def _starred(self, module: LinkedModule, name: str) -> Names | None:
        if not module.scope.stars:
            return None
        places, libraries = self.starred(module, name)
        if places:
            owner = places[0][1].module
            return self._own_first(f"{owner.name}.{name}", [slot for slot, _ in places], self._slots(places))
        if libraries and name not in BUILTINS:
            return unique(found for one in libraries for found in also(one))
        return None

    def _own_first(self, name: str, slots: Iterable[Slot], found: Names) -> Names:
        """A variable of a module or class goes by its own name first, then by what it holds."""
        if all(isinstance(slot, Binding) and slot.kind in ("import", "class", "function") for slot in slots):
            return found
        self.variables.add(name)
        held = [one for one in found if one not in self.variables]
        others = [one for one in found if one in self.variables and one != name]
        return unique((name, *held, *others[:1]))

    # Bindings.

    def _slots(self, slots: Iterable[tuple[Slot, Scope]]) -> Names:
        return unique(name for slot, scope in slots for name in self._slot(slot, scope))

    def _slot(self, slot: Slot, scope: Scope) -> Names:
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
                return self._parameter(node, scope)
            case "assign" if slot.value is not None:
                found = self.at(slot.value, scope, slot.path)
                if isinstance(node, ir.Assign) and node.annotation is not None:
                    found = unique((*found, *self._annotated(node.annotation, scope)))
                return found
            case "assign" if isinstance(node, ir.Assign) and node.annotation is not None:
                return self._annotated(node.annotation, scope)
            case "loop" if slot.value is not None:
                return self.at(slot.value, scope, (REST, *slot.path))
            case "with" if slot.value is not None and not slot.path:
                return self._entered(self.value(slot.value, scope))
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

    # Attributes.

    def attributes(self, owners: Names, name: str) -> Names:
        """The attribute ``name`` of whatever goes by these names."""
        held = [one for one in owners if one not in self.variables] or list(owners)
        found = [one for owner in held for one in self.attribute(owner, name)]
        if not any(self._telling(owner) for owner in held) and not any(self._telling(one) for one in found):
            found.append("?." + name)
        return unique(found)

    def _telling(self, name: str) -> bool:
        if name in self.variables:
            return False
        found = self._tells.get(name)
        if found is None:
            found = self._tells[name] = self._tell(name)
        return found

    def _tell(self, name: str) -> bool:
        if name.endswith("()") and self.class_named(name[:-2]):
            return all(self.class_named(base) or instance(base + "()") for base in self.order(name[:-2]))
        if name in self.modules.by_name or name in self.definitions or self.modules.folder_named(name):
            return True
        return telling(name, self._imported_modules)

    @cached_property
    def _imported_modules(self) -> frozenset[str]:
        found: set[str] = set()
        for module in self.modules:
            for scope in module.scopes:
                for bindings in scope.bindings.values():
                    for one in bindings:
                        if isinstance(one.node, ir.Import):
                            dotted = one.node.module
                            while dotted and dotted not in found:
                                found.add(dotted)
                                dotted = dotted.rpartition(".")[0]
        return frozenset(found)

    def attribute(self, owner: str, name: str) -> Names:
        """The attribute ``name`` of what goes by one name."""
        if owner[0] == "?":
            return (f"?.{name}",)
        return self.memo.ask(("a", owner, name), partial(self._attribute, owner, name))

    def _attribute(self, owner: str, name: str) -> Names:
        module = self.modules.by_name.get(owner)
        if module is not None:
            return self._module_attribute(module, name)
        folder = self.modules.folder_named(owner)
        if folder is not None:
            child = self.modules.child(folder, name)
            return (child.name,) if child else (f"{owner}.{name}",)
        if owner.endswith("()"):
            if self.class_named(owner[:-2]):
                return self._class_attribute(owner[:-2], name, "()")
        elif self.class_named(owner):
            return self._class_attribute(owner, name, "")
        found = also(f"{owner}.{name}")
        if len(found) < 2:
            outside = [
                one
                for write in self.outside_writes(also(owner), name)
                for one in self.at(write.value, write.scope, write.path)
            ]
            found = unique((*found, *outside))
        return found

    def _module_attribute(self, module: LinkedModule, name: str) -> Names:
        own = f"{module.name}.{name}"
        slots = self.module_slots(module, name)
        if slots:
            owner = slots[0][1].module
            found = self._slots(slots)
            if not found:  # `app = None`, filled by another module
                found = self._slots((write, write.scope) for write in self.outside_writes((module.name,), name))
            return self._own_first(f"{owner.name}.{name}", [slot for slot, _ in slots], found)
        child = self.modules.child(module, name)
        if child is not None:
            return (child.name,)
        if module.scope.stars:
            _, libraries = self.starred(module, name)
            if libraries:
                return unique(found for one in libraries for found in also(one))
        outside = self._slots((write, write.scope) for write in self.outside_writes((module.name,), name))
        self.variables.add(own)
        return unique((own, *outside))

    def _class_attribute(self, name: str, attribute: str, called: str) -> Names:
        """``called``: ``()`` for an attribute of an instance."""
        if attribute == "__class__" and called:
            return (name,)
        slots = self.class_slots(name, attribute, bool(called))
        if slots:
            found: list[str] = []
            for slot, scope in slots:
                if isinstance(slot, Binding) and slot.kind == "function":
                    method = self.scopes[id(slot.node)]
                    if called and decorated(method, "setter", "deleter"):
                        method = next(
                            (one for one in self.definitions[method.name] if decorated(one, *_PROPERTIES)), method
                        )
                    if called and decorated(method, *_PROPERTIES):
                        found.extend(self._results(method))
                    else:
                        owner = method.parent or scope
                        found.append(f"{owner.name}{called}.{attribute}")
                else:
                    own = f"{(scope if scope.is_class else self._class_of(scope)).name}{called}.{attribute}"
                    self.variables.add(own)
                    found.append(own)
                    found.extend(self._slot(slot, scope))
            return unique(found)
        bases = [base for base in self.order(name)[1:] if not self.class_named(base)]
        if not bases:
            own = f"{name}{called}.{attribute}"
            self.variables.add(own)
            outside = self._slots((write, write.scope) for write in self.outside_writes((name + called,), attribute))
            return unique((own, *outside, *self._of_heirs(name, attribute, called)))
        return unique(found for base in bases for found in self.attribute(base + called, attribute))

    def _of_heirs(self, name: str, attribute: str, called: str) -> Names:
        """An attribute that a mixin or an abstract base has only through the classes made of it."""
        found: list[str] = []
        for heir in self.heirs(name):
            slots = self.class_slots(heir, attribute, bool(called))
            bases = [base for base in self.order(heir)[1:] if not self.class_named(base)]
            if slots or bases:
                found.extend(one for one in self.attribute(heir + called, attribute) if one not in self.variables)
        return unique(found)

    def _class_of(self, scope: Scope) -> Scope:
        current: Scope | None = scope
        while current is not None:
            if current.is_class:
                return current
            current = current.parent
        return scope

    # Calls.

    def called(self, name: str) -> Names:
        """What a call of something that goes by one name gives."""
        if name[0] == "?":
            return (f"?.{name.rpartition('.')[2]}()",)
        return self.memo.ask(("c", name), partial(self._called, name))

    def _called(self, name: str) -> Names:
        if self.class_named(name):
            return (name + "()",)
        if "<lambda>@" in name:
            node, scope = self._lambdas[name]
            return self._any(
                (one.value, scope) for one in node.body if isinstance(one, ir.Return) and one.value is not None
            )
        scopes = self.functions_named(name)
        if scopes:
            self.variables.add(name + "()")
            return unique([name + "()"] + [found for scope in scopes[-3:] for found in self._results(scope)])
        if name.endswith("()") and self.class_named(name[:-2]):
            method = self.attribute(name, "__call__")
            return unique(found for one in method for found in self.called(one))
        return also(name + "()")

    def _results(self, scope: Scope) -> Names:
        """What a function of the project gives back."""
        return self.memo.ask(("r", id(scope)), partial(self._returned, scope))

    def _returned(self, scope: Scope) -> Names:
        assert isinstance(scope.node, ir.Function)
        if scope.yields:
            return ()
        found = self._any((one, scope) for one in scope.returns if one is not None)
        if scope.node.returns is not None:
            found = unique((*found, *self._annotated(scope.node.returns, scope.parent or scope)))
        return found

    def _call(self, call: ir.Call, callees: Names, scope: Scope) -> Names:
        found: list[str] = []
        arguments = call.arguments
        for callee in [one for one in callees if one not in self.variables] or callees:
            passed = PASSED.get(callee)
            if passed is not None:
                position, how = passed
                if position < len(arguments) and not arguments[position].name.startswith("*"):
                    through = self._passed(arguments, position, how, scope)
                    found.extend(through)
                    if through or how != "module":
                        continue
            if callee == "builtins.super":
                found.extend(self._super(scope))
            else:
                found.extend(self.called(callee))
        if isinstance(call.function, ir.Attribute):
            method = call.function.name
            if (
                method in ("get", "pop", "setdefault")
                and arguments
                and "flask.g" in self.value(call.function.value, scope)
            ):
                found.extend(
                    self._passed((ir.Argument(call.function.value, start=0, end=0), *arguments), 0, "attribute", scope)
                )
            elif method in ("get", "pop", "setdefault") and arguments:
                found.extend(self._looked_up(call.function.value, arguments[0].value, scope))
                if len(arguments) > 1 and found:
                    found.extend(self.value(arguments[1].value, scope))
            elif found and any(one.startswith("?") or "()." in one or one.endswith("()") for one in found):
                found = self._for_receiver(call.function, found, scope)
        return unique(found)

    def _for_receiver(self, function: ir.Attribute, found: list[str], scope: Scope) -> list[str]:
        """A class method that an inherited class is asked for makes one of that class: ``Child.make()`` is a ``Child()``."""
        for owner in self.value(function.value, scope):
            if self.class_named(owner):
                inherited = {base + "()" for base in self.order(owner)[1:]}
                found = [owner + "()" if one in inherited else one for one in found]
        return found

    def _passed(self, arguments: tuple[ir.Argument, ...], position: int, how: str, scope: Scope) -> Names:
        expr = arguments[position].value
        match how:
            case "value":
                return self.value(expr, scope)
            case "call":
                return unique(found for one in self.value(expr, scope) for found in self.called(one))
            case "class":
                return tuple(one[:-2] for one in self.value(expr, scope) if one.endswith("()"))
            case "attribute" if len(arguments) > 1:
                name = arguments[1].value
                if isinstance(name, ir.Const) and isinstance(name.value, str):
                    found = self.attributes(self.value(expr, scope), name.value)
                    if len(arguments) > 2:
                        found = unique((*found, *self.value(arguments[2].value, scope)))
                    return found
            case "module":
                if isinstance(expr, ir.Const) and isinstance(expr.value, str) and expr.value:
                    return self._by_text(expr.value, scope.module)
            case "cast" if len(arguments) > 1:
                return unique((*self.value(arguments[1].value, scope), *self._annotated(expr, scope)))
        return ()

    def _by_text(self, text: str, importer: LinkedModule) -> Names:
        """``package.module``, ``package.module.name`` or ``package.module:name``."""
        path, _, attribute = text.replace(" ", "").partition(":")
        module = self.modules.find(path, importer)
        if module is None and not attribute and "." in path:
            path, _, attribute = path.rpartition(".")
            module = self.modules.find(path, importer)
        found: Names = (module.name,) if module else also(path)
        for part in attribute.split(".") if attribute else ():
            found = self.attributes(found, part)
        return found

    def _super(self, scope: Scope) -> Names:
        current: Scope | None = scope
        while current is not None and not current.is_class:
            current = current.parent
        if current is None:
            return ()
        return tuple(one for base in self.bases(current) for one in also(base + "()"))

    # Items.

    def _item(self, expr: ir.Subscript, inner: Names, scope: Scope) -> Names:
        held = [one for one in inner if one not in self.variables]
        found = self._looked_up(expr.value, expr.key, scope)
        for one in held:
            if self.class_named(one) or (not one.endswith("()") and one[0] != "?" and instance(one + "()")):
                found.append(one)  # `Base[User]` is `Base`
            elif one.endswith("()") and self.class_named(one[:-2]):
                found.extend(name for method in self.attribute(one, "__getitem__") for name in self.called(method))
            elif one[0] != "?":
                found.extend(also(one + ".__getitem__()")[1:])
        return unique(found)

    def _looked_up(self, container: ir.Expr, key: ir.Expr, scope: Scope) -> list[str]:
        """What a written-out dict, list or tuple holds under a key; under any, when the key is not a constant."""
        found: list[str] = []
        for origin, place in self.origins(container, scope):
            items: list[ir.Expr] = []
            if isinstance(origin, ir.Dict):
                pairs = [pair for pair in origin.pairs if pair.key is not None]
                same = [pair for pair in pairs if isinstance(key, ir.Const) and _constant(pair.key) == key.value]
                items = [pair.value for pair in same or pairs]
            elif isinstance(origin, ir.Display):
                items = [item.value for item in origin.items if not item.name]
                if isinstance(key, ir.Const) and isinstance(key.value, int) and -len(items) <= key.value < len(items):
                    items = [items[key.value]]
            if len(items) <= _MOST_ITEMS:
                for item in items:
                    found.extend(self.value(item, place))
        return found

    def at(self, expr: ir.Expr, scope: Scope, path: tuple[int, ...]) -> Names:
        """What an item of a value stands for, by the way there."""
        if not path:
            return self.value(expr, scope)
        return self.memo.ask(("i", id(expr), id(scope), path), partial(self._at, expr, scope, path))

    def _at(self, expr: ir.Expr, scope: Scope, path: tuple[int, ...]) -> Names:
        first, rest = path[0], path[1:]
        found: list[str] = []
        for origin, place in self.origins(expr, scope):
            match origin:
                case ir.Display(items=items):
                    if 0 <= first < len(items):
                        found.extend(self.at(items[first].value, place, rest))
                    elif first == REST and len(items) <= _MOST_ITEMS:
                        for item in items:
                            found.extend(self.at(item.value, place, path if item.name else rest))
                case ir.Comprehension(kind="list" | "set" | "generator", element=element):
                    found.extend(self.at(element, place, rest))
                case ir.Call(function=ir.Attribute(value=value, name=("items" | "values") as method), arguments=()):
                    found.extend(self._values_of(value, place, path if method == "values" else _value_of_pair(path)))
                case ir.Call(function=function, arguments=arguments) if arguments:
                    callees = self.value(function, place)
                    if "builtins.enumerate" in callees:
                        if len(path) > 1 and path[1] == 1:
                            found.extend(self.at(arguments[0].value, place, (REST, *path[2:])))
                    elif "builtins.zip" in callees:
                        if len(path) > 1 and 0 <= path[1] < len(arguments):
                            found.extend(self.at(arguments[path[1]].value, place, (REST, *path[2:])))
                    elif not _TRANSPARENT.isdisjoint(callees):
                        found.extend(self.at(arguments[0].value, place, (REST, *rest)))
                    else:
                        found.extend(self._result_item(origin, place, path))
                case ir.Call():
                    found.extend(self._result_item(origin, place, path))
                case ir.Op(sign="or" | "if", operands=operands):
                    for operand in operands[-2:]:
                        found.extend(self.at(operand, place, path))
        if not found:
            steps = ".__getitem__()" * len(path)
            for one in self.value(expr, scope):
                if one[0] != "?":
                    found.extend(also(one + steps)[1:])
        return unique(found)

    def _values_of(self, container: ir.Expr, scope: Scope, path: tuple[int, ...]) -> Names:
        found: list[str] = []
        if path:
            for origin, place in self.origins(container, scope):
                if isinstance(origin, ir.Dict) and len(origin.pairs) <= _MOST_ITEMS:
                    for pair in origin.pairs:
                        if pair.key is not None:
                            found.extend(self.at(pair.value, place, path[1:]))
        return unique(found)

    def _result_item(self, call: ir.Call, scope: Scope, path: tuple[int, ...]) -> Names:
        found: list[str] = []
        for callee in self.value(call.function, scope):
            for function in self.functions_named(callee)[-3:]:
                if function.yields:
                    if path[0] == REST:
                        for one in function.yields:
                            if one is not None:
                                found.extend(self.at(one, function, path[1:]))
                else:
                    for one in function.returns:
                        if one is not None:
                            found.extend(self.at(one, function, path))
        return unique(found)

    def origins(self, expr: ir.Expr, scope: Scope) -> list[tuple[ir.Expr, Scope]]:
        """The expressions, none of them a name, that a name's or an attribute's value was written as."""
        found: list[tuple[ir.Expr, Scope]] = []
        pending = [(expr, scope)]
        seen: set[int] = set()
        while pending and len(seen) < 4 * _MOST_ORIGINS and len(found) < _MOST_ORIGINS:
            current, place = pending.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            slots = self.places(current, place)
            if slots is None:
                found.append((current, place))
                continue
            for slot, where in reversed(slots):
                if isinstance(slot, Write):
                    if not slot.path and not slot.sign:
                        pending.append((slot.value, slot.scope))
                elif slot.kind == "assign" and slot.value is not None and not slot.path:
                    pending.append((slot.value, where.origins.get(id(slot), where)))
        return found

    def places(self, expr: ir.Expr, scope: Scope) -> list[tuple[Slot, Scope]] | None:
        """The places that give a name or an attribute its value, imports followed; ``None`` for any other expression."""
        if isinstance(expr, ir.Name):
            found: list[tuple[Slot, Scope]] = []
            for current, bindings in self.lookup(expr.id, expr.start, scope):
                for binding in bindings:
                    found.extend(self._through(binding, current))
                return found
            if scope.module.scope.stars:
                for slot, place in self.starred(scope.module, expr.id)[0]:
                    found.extend(self._through(slot, place))
            return found
        if isinstance(expr, ir.Attribute):
            owners = self.value(expr.value, scope)
            return [
                pair
                for owner in [one for one in owners if one not in self.variables] or owners
                for pair in self.slots_of(owner, expr.name)
            ]
        return None

    def slots_of(self, owner: str, name: str) -> list[tuple[Slot, Scope]]:
        """The places that give an attribute of something of the project its value."""
        module = self.modules.by_name.get(owner)
        if module is not None:
            return [pair for slot, scope in self.module_slots(module, name) for pair in self._through(slot, scope)]
        on_instance = owner.endswith("()")
        plain = owner[:-2] if on_instance else owner
        if self.class_named(plain):
            return [
                pair
                for slot, scope in self.class_slots(plain, name, on_instance)
                for pair in self._through(slot, scope)
            ]
        return []

    def _through(self, slot: Slot, scope: Scope, hops: int = 0) -> list[tuple[Slot, Scope]]:
        if not (isinstance(slot, Binding) and isinstance(slot.node, ir.Import)) or hops > 12:
            return [(slot, scope)]
        node = slot.node
        found = self.modules.find(node.module, scope.module)
        if isinstance(found, LinkedModule) and node.name:
            return [
                pair
                for inner, place in self.module_slots(found, node.name)
                for pair in self._through(inner, place, hops + 1)
            ]
        return [(slot, scope)]

    # With, parameters, annotations.

    def _entered(self, managers: Names) -> Names:
        found: list[str] = []
        for name in managers:
            plain = name[:-2] if name.endswith("()") else name
            if name.endswith("()") and self.class_named(plain):
                methods = self.attribute(name, "__enter__")
                entered = [one for method in methods for one in self.called(method) if self.functions_named(method)]
                found.extend(entered or [name])
                continue
            functions = [scope for scope in self.functions_named(plain) if scope.yields] if name.endswith("()") else []
            if functions:
                for scope in functions:
                    found.extend(self._any((one, scope) for one in scope.yields if one is not None))
                continue
            if name[0] != "?" and name not in self.variables:
                better = also(name + ".__enter__()")[1:]
                found.extend(better or [name])
        return unique(found)

    def _parameter(self, node: ir.Parameter, scope: Scope) -> Names:
        assert isinstance(scope.node, ir.Function)
        if receiver(scope) == node.name and scope.node.parameters[0] is node and scope.parent is not None:
            name = scope.parent.name
            return (name,) if on_class(scope) else (name + "()",)
        if node.kind == "star":
            return ("builtins.tuple()",)
        if node.kind == "double-star":
            return ("builtins.dict()",)
        found: list[str] = []
        if node.annotation is not None:
            found.extend(self._annotated(node.annotation, scope.parent or scope))
        if node.default is not None:
            found.extend(self.value(node.default, scope.parent or scope))
        if not any(self._telling(one) for one in found):
            found.extend(self._given(node, scope))
        return unique(found)

    @cached_property
    def sites(self) -> dict[str, list[tuple[ir.Call, Scope]]]:
        """Calls by the last word of what is called, as written; those of something else than a name under ``""``."""
        found: dict[str, list[tuple[ir.Call, Scope]]] = {}
        for module in self.modules:
            for call, scope in module.calls:
                function = call.function
                name = (
                    function.name
                    if isinstance(function, ir.Attribute)
                    else function.id
                    if isinstance(function, ir.Name)
                    else ""
                )
                found.setdefault(name, []).append((call, scope))
        return found

    def passed(self, node: ir.Parameter, scope: Scope) -> list[tuple[ir.Expr | None, Scope]]:
        """What the calls of a function in the project pass for a parameter: ``None`` where it is left out. Empty when there are
        no calls, or too many to look at."""
        assert isinstance(scope.node, ir.Function)
        own = receiver(scope)
        if scope.node.name == "__init__" and own is not None and scope.parent is not None:
            called = {scope.parent.name, *self.heirs_without(scope.parent.name, "__init__")}
        else:
            called = {scope.name}
        words = {name.rpartition(".")[2] for name in called}
        sites = [site for word in sorted(words) for site in self.sites.get(word, ())]
        if not scope.module.is_test:  # what tests pass says little, and there may be a lot of it
            sites = [site for site in sites if not site[1].module.is_test]
        if len(sites) > _MOST_SITES:
            return []
        position = next((at for at, one in enumerate(scope.node.parameters) if one is node), 0) - (own is not None)
        loaded = {f"{module}.{scope.node.name}" for module in _LOADED} if scope.parent is scope.module.scope else set()
        certain: list[tuple[ir.Expr | None, Scope]] = []
        likely: list[tuple[ir.Expr | None, Scope]] = []
        for call, place in sites:
            callees = self.value(call.function, place)
            matches = any(callee.replace("()", "") in called for callee in callees)
            if matches or not loaded.isdisjoint(callees):
                passed = _argument(call, None if node.kind == "keyword" else position, node.name), place
                (certain if matches else likely).append(passed)
        return certain or likely

    def _given(self, node: ir.Parameter, scope: Scope) -> Names:
        """What the calls of a function in the project pass for a parameter, so far as they agree."""
        agreed = [
            names for expr, place in self.passed(node, scope) if expr is not None and (names := self.value(expr, place))
        ]
        agreed = agreed or self._injected(node, scope)
        if not agreed:
            return ()
        common = [one for one in agreed[0] if all(one in other for other in agreed[1:])]
        return tuple(
            common or [one for one in unique(one for names in agreed for one in names) if self._telling(one)][:_AGREED]
        )

    def _injected(self, node: ir.Parameter, scope: Scope) -> list[Names]:
        """What a decorator of the project gives its function under a parameter's name: ``f(*args, session=session, **kwargs)``
        or ``kwargs["session"] = session``."""
        assert isinstance(scope.node, ir.Function)
        found: list[Names] = []
        for decorator in scope.node.decorators:
            written = decorator.function if isinstance(decorator, ir.Call) else decorator
            for name in self.value(written, scope.parent or scope):
                for outer in self.functions_named(name):
                    found.extend(self._given_inside(node.name, outer))
        return found

    def _given_inside(self, name: str, outer: Scope) -> Iterator[Names]:
        start, end = outer.node.start, outer.node.end  # type: ignore[union-attr]
        for call, scope in outer.module.calls:
            if start <= call.start < end:
                for argument in call.arguments:
                    if argument.name == name and (names := self.value(argument.value, scope)):
                        yield names
        for scope in outer.module.scopes:
            if scope.is_function and start <= scope.node.start < end:  # type: ignore[union-attr]
                for write in scope.writes:
                    if write.key is not None and (names := self.at(write.value, write.scope, write.path)):
                        keys = self.origins(write.key, scope)
                        if any(_constant(key) == name for key, _ in keys):
                            yield names

    def _annotated(self, annotation: ir.Expr, scope: Scope) -> Names:
        """Instances of the classes that an annotation names."""
        return self.memo.ask(("t", id(annotation), id(scope)), partial(self._instances, annotation, scope))

    def _instances(self, annotation: ir.Expr, scope: Scope) -> Names:
        match annotation:
            case ir.Const(value=str(text), kind=""):
                found: list[str] = []
                for path in dotted_names(text):
                    first, *rest = path.split(".")
                    names = self._name(first, None, scope)
                    for part in rest:
                        names = self.attributes(names, part)
                    found.extend(self._as_instances(names))
                return unique(found)
            case ir.Op(sign="|", operands=operands):
                return unique(name for one in operands for name in self._annotated(one, scope))
            case ir.Subscript(value=value, key=key):
                outer = self.value(value, scope)
                inner = [item.value for item in key.items] if isinstance(key, ir.Display) else [key]
                if any(name.startswith("typing") for name in outer):
                    last = outer[0].rpartition(".")[2]
                    if last in ("Optional", "Union", "Annotated", "Final", "ClassVar"):
                        kept = inner[:1] if last == "Annotated" else inner
                        return unique(name for one in kept for name in self._annotated(one, scope))
                    if last == "Type":
                        return unique(name for one in inner for name in self.value(one, scope))
                    return ()
                if "builtins.type" in outer:
                    return unique(name for one in inner for name in self.value(one, scope))
                return self._as_instances(outer)
            case ir.Name() | ir.Attribute():
                return self._as_instances(self.value(annotation, scope))
        return ()

    def _as_instances(self, names: Names) -> Names:
        return unique(
            found
            for name in names
            if name not in self.variables and not name.startswith(("typing", "?")) and not name.endswith("()")
            for found in ((name + "()",) if self.class_named(name) else also(name + "()"))
        )


_ADDABLE = frozenset(f"builtins.{name}()" for name in ("str", "bytes", "int", "float", "list", "tuple"))


def _constant(expr: ir.Expr | None) -> object:
    return expr.value if isinstance(expr, ir.Const) else expr


def _value_of_pair(path: tuple[int, ...]) -> tuple[int, ...]:
    """``for key, value in d.items()``: what leads to the value leads to the dict's value."""
    return (path[0], *path[2:]) if len(path) > 1 and path[1] == 1 else ()


def _argument(call: ir.Call, position: int | None, name: str) -> ir.Expr | None:
    at = 0
    for argument in call.arguments:
        if argument.name == name:
            return argument.value
        if argument.name == "*":
            position = None
        elif not argument.name:
            if at == position:
                return argument.value
            at += 1
    return None
