"""What is in a list, a tuple or a dict, so far as it is written out; and what a name's value was written as."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flasklint import ir
from flasklint.project.libraries import Names, also, instance, unique
from flasklint.project.members import Slot
from flasklint.project.parameters import Parameters, is_constant
from flasklint.project.scopes import REST, Binding, LinkedModule, Scope, Write

_MOST_ITEMS = 16
_MOST_ORIGINS = 8
_MOST_WRITES = 20
_TRANSPARENT = frozenset({"builtins.sorted", "builtins.list", "builtins.tuple", "builtins.reversed", "builtins.set"})


class Containers(Parameters):
    """Looks into containers."""

    def item(self, expr: ir.Subscript, inner: Names, scope: Scope) -> Names:
        held = [one for one in inner if one not in self.variables]
        found = self.looked_up(expr.value, expr.key, scope)
        for one in held:
            if self.class_named(one) or (not one.endswith("()") and one[0] != "?" and instance(one + "()")):
                found.append(one)  # `Base[User]` is `Base`
            elif one.endswith("()") and self.class_named(one[:-2]):
                found.extend(name for method in self.attribute(one, "__getitem__") for name in self.called(method))
            elif one[0] != "?":
                found.extend(also(one + ".__getitem__()")[1:])
        if not found and isinstance(expr.key, ir.Const) and isinstance(expr.key.value, str):
            found.extend(self._put_under(expr.key.value, inner))
        return unique(found)

    def _put_under(self, key: str, owners: Names) -> Iterator[str]:
        """What is written under a key of something that goes by one of these names, from anywhere."""
        writes = self.keyed_writes.get(key, ())
        if len(writes) <= _MOST_WRITES:
            for write in writes:
                if not set(owners).isdisjoint(self.value(write.target, write.scope)):
                    yield from self.at(write.value, write.scope, write.path)

    def looked_up(self, container: ir.Expr, key: ir.Expr, scope: Scope) -> list[str]:
        """What a written-out dict, list or tuple holds under a key; under any, when the key is not a constant."""
        found: list[str] = []
        for origin, place in self.origins(container, scope):
            items: list[ir.Expr] = []
            if isinstance(origin, ir.Dict):
                pairs = [pair for pair in origin.pairs if pair.key is not None]
                same = [pair for pair in pairs if isinstance(key, ir.Const) and is_constant(pair.key, key.value)]
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


def _value_of_pair(path: tuple[int, ...]) -> tuple[int, ...]:
    """``for key, value in d.items()``: what leads to the value leads to the dict's value."""
    return (path[0], *path[2:]) if len(path) > 1 and path[1] == 1 else ()
