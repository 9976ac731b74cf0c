"""What a name of the project has inside: the bindings of modules, the attributes of classes and of their instances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from flasklint import ir
from flasklint.project.libraries import Names, also
from flasklint.project.memo import Memo
from flasklint.project.modules import Folder, Modules
from flasklint.project.scopes import Binding, LinkedModule, Scope, Write

Slot = Binding | Write
"""A place that gives an attribute its value."""

_MOST_WRITES = 30
_MOST_HEIRS = 8
_EMPTY_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})


class Members(ABC):
    """Finds definitions by canonical name, and the places that give their attributes values.

    What an expression stands for is left to the class on top: :meth:`value`. ``variables``: names given so far to things of the
    project that are neither module, class nor function (and to results of functions): what they hold says more than they do.
    """

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.memo: Memo[Names] = Memo(())
        self.variables: set[str] = set()
        self._heirs: dict[str, list[str]] | None = None
        self._own: dict[int, dict[str, list[Write]]] = {}

    # What the classes built on this one know.

    @abstractmethod
    def value(self, expr: ir.Expr, scope: Scope) -> Names:
        """What an expression stands for, bases of project classes left out."""

    @abstractmethod
    def at(self, expr: ir.Expr, scope: Scope, path: tuple[int, ...]) -> Names:
        """What an item of a value stands for, by the way there."""

    @abstractmethod
    def held_in(self, slots: Iterable[tuple[Slot, Scope]]) -> Names:
        """What the value of something stands for, by the places that give it."""

    @abstractmethod
    def held_in_one(self, slot: Slot, scope: Scope) -> Names:
        """The same for one place."""

    @abstractmethod
    def own_first(self, name: str, slots: Iterable[Slot], found: Names) -> Names:
        """A variable of a module or class goes by its own name first, then by what it holds."""

    @abstractmethod
    def any_of(self, pairs: Iterable[tuple[ir.Expr, Scope]]) -> Names:
        """What any of several expressions stands for."""

    @abstractmethod
    def by_name(self, name: str, position: int | None, scope: Scope) -> Names:
        """What a name stands for at an offset in a scope; seen from elsewhere, without one."""

    @abstractmethod
    def called(self, name: str) -> Names:
        """What a call of something that goes by one name gives."""

    @abstractmethod
    def results(self, scope: Scope) -> Names:
        """What a function of the project gives back."""

    @abstractmethod
    def origins(self, expr: ir.Expr, scope: Scope) -> list[tuple[ir.Expr, Scope]]:
        """The expressions, none of them a name, that a name's or an attribute's value was written as."""

    @cached_property
    def definitions(self) -> dict[str, list[Scope]]:
        """Classes and functions of the project by dotted name; several where one is defined in several ways."""
        found: dict[str, list[Scope]] = {}
        for module in self.modules:
            prefix = module.name + "."
            for scope in module.scopes[1:]:
                found.setdefault(prefix + scope.qualname, []).append(scope)
        return found

    @cached_property
    def scopes(self) -> dict[int, Scope]:
        """Scopes by the identity of their node."""
        return {id(scope.node): scope for module in self.modules for scope in module.scopes}

    @cached_property
    def writes(self) -> dict[str, list[Write]]:
        """Writes of attributes other than through ``self``, by the attribute's name."""
        found: dict[str, list[Write]] = {}
        for module in self.modules:
            for scope in module.scopes:
                own = receiver(scope)
                for write in scope.writes:
                    if write.name is not None and not (
                        own is not None and isinstance(write.target, ir.Name) and write.target.id == own
                    ):
                        found.setdefault(write.name, []).append(write)
        return found

    @cached_property
    def keyed_writes(self) -> dict[str, list[Write]]:
        """Writes under a constant key, by the key."""
        found: dict[str, list[Write]] = {}
        for module in self.modules:
            for scope in module.scopes:
                for write in scope.writes:
                    if isinstance(write.key, ir.Const) and isinstance(write.key.value, str) and not write.sign:
                        found.setdefault(write.key.value, []).append(write)
        return found

    @cached_property
    def classes(self) -> dict[str, Scope]:
        """Classes of the project by dotted name; the first where one is defined in several ways."""
        return {
            name: next(scope for scope in scopes if scope.is_class)
            for name, scopes in self.definitions.items()
            if any(scope.is_class for scope in scopes)
        }

    def class_named(self, name: str) -> Scope | None:
        """The class of the project that has this name."""
        return self.classes.get(name)

    def functions_named(self, name: str) -> list[Scope]:
        """The functions of the project that a name, or the name of a bound method, stands for."""
        if "(" in name:
            owner, bracket, method = name.rpartition("().")
            if not bracket or "(" in owner:
                return []
            name = f"{owner}.{method}"
        return [scope for scope in self.definitions.get(name, ()) if scope.is_function]

    # Classes.

    def order(self, name: str) -> Names:
        """A project class and its bases, as attributes are looked up in them; of library classes, what the tables know."""
        return self.memo.ask(("o", name), partial(self._order, name)) or (name,)

    def _order(self, name: str) -> Names:
        scope = self.class_named(name)
        return also(name) if scope is None else self._linear(name, scope)

    def bases(self, scope: Scope) -> Names:
        """The direct bases of a project class."""
        assert isinstance(scope.node, ir.Class)
        found: list[str] = []
        outer = scope.parent or scope
        for base in scope.node.bases:
            if not base.name:
                names = self.value(base.value, outer)
                classes = [one for one in names if self.class_named(one)]
                plain = [
                    one for one in names if one[0] != "?" and one not in self.variables and one not in _EMPTY_BASES
                ]
                found.extend(classes[:1] or plain[:3])
        return tuple(found)

    def _linear(self, name: str, scope: Scope) -> Names:
        bases = self.bases(scope)
        rows = [list(self.order(base)) for base in bases] + [list(bases)]
        found = [name]
        while rows := [row for row in rows if row]:
            heads = (row[0] for row in rows if not any(row[0] in other[1:] for other in rows))
            head = next(heads, rows[0][0])  # no order exists: Python would refuse; any order is better than none
            if head not in found:
                found.append(head)
            rows = [[one for one in row if one != head] for row in rows]
        return tuple(found)

    def heirs_of(self, name: str) -> list[str]:
        """The project classes below a class of the project or of a library."""
        if self._heirs is None:
            self._heirs = {}  # what asks for it while it is made has to do without
            found: dict[str, list[str]] = {}
            with self.memo.aside():
                for heir in self.classes:
                    for base in self.order(heir)[1:]:
                        found.setdefault(base, []).append(heir)
            self._heirs = found
        return self._heirs.get(name, [])

    def heirs_without(self, name: str, method: str) -> list[str]:
        """The project classes below a class that get a method from it, not having their own."""
        return [
            heir
            for heir in self.heirs_of(name)
            if next((one for one in self.order(heir) if f"{one}.{method}" in self.definitions), None) == name
        ]

    def heirs(self, name: str) -> list[str]:
        """The project classes below a class, unless there are too many to look at."""
        found = self.heirs_of(name)
        return found if len(found) <= _MOST_HEIRS else []

    def own_writes(self, scope: Scope) -> dict[str, list[Write]]:
        """What a class's methods write to ``self`` (or ``cls``), by attribute."""
        found = self._own.get(id(scope))
        if found is None:
            found = self._own[id(scope)] = {}
            for method in scope.children:
                own = receiver(method)
                if own is not None:
                    for write in _within(method):
                        if isinstance(write.target, ir.Name) and write.target.id == own and write.name is not None:
                            found.setdefault(write.name, []).append(write)
        return found

    def class_slots(self, name: str, attribute: str, on_instance: bool) -> tuple[tuple[Slot, Scope], ...]:
        """The places that give an attribute of a class, or of its instances, a value: of the first class that has any."""
        for owner in self.order(name):
            scope = self.class_named(owner)
            if scope is not None:
                found: list[tuple[Slot, Scope]] = [
                    (write, write.scope)
                    for write in self.own_writes(scope).get(attribute, ())
                    if on_instance or not write.scope.is_function or on_class(write.scope)
                ]
                found.extend((binding, scope) for binding in scope.at(attribute))
                if found:
                    return tuple(found)
        return ()

    # Modules.

    def module_slots(self, module: LinkedModule, name: str) -> tuple[tuple[Slot, Scope], ...]:
        """The places that give a module's name its value, when it is looked at from elsewhere."""
        found = module.scope.at(name)
        if found:
            return tuple((binding, module.scope) for binding in found)
        return self.starred(module, name)[0] if module.scope.stars else ()

    def starred(self, module: LinkedModule, name: str) -> tuple[tuple[tuple[Slot, Scope], ...], list[str]]:
        """What ``from m import *`` brings a module under a name: places in other modules, or what it may be in libraries."""
        libraries: list[str] = []
        seen = {module.name}
        stack = [(module, star) for star in module.scope.stars]
        while stack:
            importer, star = stack.pop()
            target = self.modules.find(star.module, importer)
            if target is None:
                if not name.startswith("_") and not star.module.startswith("."):
                    libraries.append(f"{star.module}.{name}")
                continue
            if isinstance(target, Folder) or target.name in seen:
                continue
            seen.add(target.name)
            listed = self.exported(target)
            if name.startswith("_") if listed is None else name not in listed:
                continue
            found = [one for one in target.scope.at(name) if not self._leads_back(one, target, module)]
            if found:
                return tuple((binding, target.scope) for binding in found), []
            stack.extend((target, inner) for inner in target.scope.stars)
        return (), libraries

    def _leads_back(self, binding: Binding, importer: LinkedModule, module: LinkedModule) -> bool:
        """Whether a binding imports its name from the very module that is asked for it: some other star brings it there."""
        return isinstance(binding.node, ir.Import) and self.modules.find(binding.node.module, importer) is module

    def exported(self, module: LinkedModule) -> frozenset[str] | None:
        """``__all__``, or ``None`` when there is none or it is not a plain list of texts."""
        names: set[str] = set()
        bindings = module.scope.bindings.get("__all__")
        if not bindings:
            return None
        for binding in bindings:
            pending = [binding.value]
            while pending:
                match pending.pop():
                    case ir.Display(items=items):
                        for item in items:
                            if not (isinstance(item.value, ir.Const) and isinstance(item.value.value, str)):
                                return None
                            names.add(item.value.value)
                    case ir.Op(sign="+", operands=operands):
                        pending.extend(operands)
                    case _:
                        return None
        return frozenset(names)

    def outside_writes(self, owners: Names, attribute: str) -> Iterator[Write]:
        """Writes to this attribute of something that goes by one of these names, from anywhere."""
        found = self.writes.get(attribute, ())
        if not found or len(found) > _MOST_WRITES:
            return
        wanted = set(owners)
        for write in found:
            if not wanted.isdisjoint(self.value(write.target, write.scope)):
                yield write

    def expanded(self, names: Iterable[str]) -> Names:
        """Names with the bases of the project classes among them."""
        found: list[str] = []
        for name in names:
            found.append(name)
            if name.endswith("()"):
                if self.class_named(name[:-2]):
                    for base in self.order(name[:-2])[1:]:
                        found.extend(also(base + "()"))
            elif self.class_named(name):
                found.extend(self.order(name)[1:])
        return tuple(dict.fromkeys(found))


def decorated(scope: Scope, *names: str) -> bool:
    """Whether a function is decorated with something written so, whatever it is called with."""
    if isinstance(scope.node, ir.Function):
        for decorator in scope.node.decorators:
            written = decorator.function if isinstance(decorator, ir.Call) else decorator
            last = (
                written.id
                if isinstance(written, ir.Name)
                else written.name
                if isinstance(written, ir.Attribute)
                else ""
            )
            if last in names:
                return True
    return False


def receiver(scope: Scope) -> str | None:
    """The name by which a method speaks of its object or class; ``None`` when the scope is no such method."""
    if scope.parent is None or not scope.parent.is_class or not isinstance(scope.node, ir.Function):
        return None
    parameters = scope.node.parameters
    if not parameters or parameters[0].kind not in ("normal", "positional") or decorated(scope, "staticmethod"):
        return None
    return parameters[0].name


def on_class(scope: Scope) -> bool:
    """Whether a method is given its class, not an object of it."""
    return decorated(scope, "classmethod", "classproperty") or (
        isinstance(scope.node, ir.Function) and scope.node.name in ("__new__", "__init_subclass__", "__class_getitem__")
    )


def _within(scope: Scope) -> Iterator[Write]:
    """The writes of a method and of the functions inside it."""
    pending = [scope]
    while pending:
        current = pending.pop()
        yield from current.writes
        pending.extend(child for child in current.children if child.is_function)
