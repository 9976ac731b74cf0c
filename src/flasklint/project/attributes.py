"""Attributes of whatever goes by a canonical name: of modules, classes and objects of the project, and of libraries."""

from __future__ import annotations

from functools import cached_property, partial

from flasklint import ir
from flasklint.project.libraries import Names, also, instance, unique
from flasklint.project.libraries import telling as tells
from flasklint.project.members import Members, decorated
from flasklint.project.modules import Modules
from flasklint.project.scopes import Binding, LinkedModule, Scope

_PROPERTIES = (
    "property",
    "cached_property",
    "hybrid_property",
    "locked_cached_property",
    "abstractproperty",
    "lazy_property",
)


class Attributes(Members):
    """Looks attributes up."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._tells: dict[str, bool] = {}
        self._found_users: Names | None = None
        self._finds_users = False

    def attributes(self, owners: Names, name: str) -> Names:
        """The attribute ``name`` of whatever goes by these names."""
        held = [one for one in owners if one not in self.variables] or list(owners)
        found = [one for owner in held for one in self.attribute(owner, name)]
        if not any(self.telling(owner) for owner in held) and not any(self.telling(one) for one in found):
            found.append("?." + name)
        return unique(found)

    def telling(self, name: str) -> bool:
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
        return tells(name, self._imported_modules)

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
        if owner == "flask_login.current_user" and self._users:
            return unique((*found, *(one for user in self._users for one in self.attribute(user, name))))
        if len(found) < 2:
            outside = [
                one
                for write in self.outside_writes(also(owner), name)
                for one in self.at(write.value, write.scope, write.path)
            ]
            found = unique((*found, *outside))
        return found

    @property
    def _users(self) -> Names:
        """What Flask-Login's user is in this project: what the function gives that loads it."""
        if self._found_users is not None:
            return self._found_users
        if self._finds_users:  # by means of the user that is logged in
            self.memo.unsettle()
            return ()
        self._finds_users = True
        with self.memo.aside():
            self._found_users = unique(
                name
                for module in self.modules
                if not module.is_test
                for scope in module.scopes
                if decorated(scope, "user_loader", "request_loader")
                for name in self.results(scope)
                if name.endswith("()") and self.class_named(name[:-2])
            )
        return self._found_users

    def _module_attribute(self, module: LinkedModule, name: str) -> Names:
        own = f"{module.name}.{name}"
        slots = self.module_slots(module, name)
        if slots:
            owner = slots[0][1].module
            found = self.held_in(slots)
            if not found:  # `app = None`, filled by another module
                found = self.held_in((write, write.scope) for write in self.outside_writes((module.name,), name))
            return self.own_first(f"{owner.name}.{name}", [slot for slot, _ in slots], found)
        child = self.modules.child(module, name)
        if child is not None:
            return (child.name,)
        if module.scope.stars:
            _, libraries = self.starred(module, name)
            if libraries:
                return unique(found for one in libraries for found in also(one))
        outside = self.held_in((write, write.scope) for write in self.outside_writes((module.name,), name))
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
                        found.extend(self.results(method))
                    else:
                        owner = method.parent or scope
                        found.append(f"{owner.name}{called}.{attribute}")
                else:
                    own = f"{(scope if scope.is_class else self._class_of(scope)).name}{called}.{attribute}"
                    self.variables.add(own)
                    found.append(own)
                    found.extend(self.held_in_one(slot, scope))
            return unique(found)
        bases = [base for base in self.order(name)[1:] if not self.class_named(base)]
        if not bases:
            own = f"{name}{called}.{attribute}"
            self.variables.add(own)
            outside = self.held_in((write, write.scope) for write in self.outside_writes((name + called,), attribute))
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
