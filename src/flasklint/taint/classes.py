"""The project's classes: their members and what they inherit."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope


class Classes:
    """Answers questions on classes by canonical name."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._mro: dict[str, tuple[tuple[Scope, ...], tuple[str, ...]]] = {}
        self._fields: dict[str, tuple[str, ...]] = {}
        self._factories: dict[str, tuple[tuple[str, ir.Expr, Scope], ...]] = {}

    def mro(self, name: str) -> tuple[tuple[Scope, ...], tuple[str, ...]]:
        """The project's classes that a class is made of, itself first, and the libraries' ones."""
        found = self._mro.get(name)
        if found is not None:
            return found
        self._mro[name] = ((), ())
        scope = self._project.definition(name)
        if scope is None or not scope.is_class:
            return ((), ())
        own: list[Scope] = [scope]
        others: list[str] = []
        node = scope.node
        assert isinstance(node, ir.Class)
        for base in node.bases:
            if base.name:
                continue
            for resolved in self._project.resolve(base.value, scope.parent or scope.module.scope):
                definition = self._project.definition(resolved)
                if definition is not None and definition.is_class and definition.name == resolved:
                    inner, outer = self.mro(resolved)
                    own.extend(one for one in inner if one not in own)
                    others.extend(one for one in outer if one not in others)
                elif resolved not in others and resolved != "builtins.object":
                    others.append(resolved)
        found = self._mro[name] = (tuple(own), tuple(others))
        return found

    def library_bases(self, name: str) -> tuple[str, ...]:
        """Canonical names of the libraries' classes that a class inherits."""
        return self.mro(name)[1]

    def member(self, name: str, member: str) -> Scope | ir.Node | None:
        """A function or class of a class body (as its scope), or the statement that assigns the name; None without any."""
        for scope in self.mro(name)[0]:
            bindings = scope.bindings.get(member)
            if not bindings:
                continue
            functions = [one for one in bindings if isinstance(one.node, (ir.Function, ir.Class))]
            for one in functions:
                if isinstance(one.node, ir.Function) and _is_property(one.node):
                    return _scope(scope, one.node)
            last = bindings[-1]
            if isinstance(last.node, ir.Assign) and isinstance(last.value, ir.Name) and last.value.id != member:
                # Another name for a method: it is bound as that one is.
                other = [one for one in scope.bindings.get(last.value.id, ()) if isinstance(one.node, ir.Function)]
                if other:
                    return _scope(scope, other[-1].node)
            if isinstance(last.node, (ir.Function, ir.Class)):
                return _scope(scope, last.node)
            return last.node
        return None

    def setter(self, name: str, member: str) -> Scope | None:
        """The function that setting an attribute calls."""
        for scope in self.mro(name)[0]:
            for one in scope.bindings.get(member, ()):
                if isinstance(one.node, ir.Function) and any(
                    isinstance(decorator, ir.Attribute) and decorator.name == "setter"
                    for decorator in one.node.decorators
                ):
                    return _scope(scope, one.node)
        return None

    def holder(self, name: str, member: str) -> Scope | None:
        """The class body that binds a name."""
        for scope in self.mro(name)[0]:
            if member in scope.bindings:
                return scope
        return None

    def after(self, own: str, owner: str, member: str) -> Scope | None:
        """The method that ``super()`` in ``owner`` finds on an instance of ``own``."""
        order = self.mro(own)[0]
        names = [scope.name for scope in order]
        if owner not in names:
            order = self.mro(owner)[0]
            names = [scope.name for scope in order]
        if owner not in names:
            return None
        for scope in order[names.index(owner) + 1 :]:
            for one in scope.bindings.get(member, ()):
                if isinstance(one.node, ir.Function):
                    return _scope(scope, one.node)
        return None

    def fields(self, name: str) -> tuple[str, ...]:
        """The annotated names of a class body, in order: what a data class takes."""
        found = self._fields.get(name)
        if found is None:
            names: list[str] = []
            for scope in reversed(self.mro(name)[0]):
                node = scope.node
                assert isinstance(node, ir.Class)
                names.extend(
                    statement.targets[0].id
                    for statement in node.body
                    if isinstance(statement, ir.Assign)
                    and statement.annotation is not None
                    and isinstance(statement.targets[0], ir.Name)
                )
            found = self._fields[name] = tuple(dict.fromkeys(names))
        return found

    def factories(self, name: str) -> tuple[tuple[str, ir.Expr, Scope], ...]:
        """What makes the members of a data class that are not passed, with the class body that it stands in: the keyword by
        which dataclasses, attrs and pydantic all know it."""
        found = self._factories.get(name)
        if found is None:
            made: dict[str, tuple[str, ir.Expr, Scope]] = {}
            for scope in reversed(self.mro(name)[0]):
                assert isinstance(scope.node, ir.Class)
                for statement in scope.node.body:
                    match statement:
                        case ir.Assign(targets=(ir.Name(id=member),), value=ir.Call(arguments=arguments)):
                            for argument in arguments:
                                if argument.name in ("default_factory", "factory"):
                                    made[member] = (member, argument.value, scope)
                        case _:
                            continue
            found = self._factories[name] = tuple(made.values())
        return found


def _is_property(node: ir.Function) -> bool:
    for decorator in node.decorators:
        match decorator:
            case ir.Name(id=name) | ir.Attribute(name=name):
                if name.endswith("property"):
                    return True
            case _:
                continue
    return False


def _scope(owner: Scope, node: ir.Node) -> Scope | None:
    for child in owner.children:
        if child.node is node:
            return child
    return None
