"""Functions and classes by identity: what each evaluation, closure and memo goes by."""

from __future__ import annotations

from collections.abc import Mapping

from flasklint import ir
from flasklint.knowledge.rows import Guard, Tables
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.classes import Classes
from flasklint.taint.frame import Frame, Machine
from flasklint.taint.tables import Index
from flasklint.taint.values import FunctionKey


class Functions(Machine):
    """Knows every function of a project by its facts."""

    def __init__(self, project: Project, tables: Tables) -> None:
        self.project = project
        armed = tuple(row for row in tables.sinks if not (row.disarmed and any(project.calls(row.disarmed))))
        self.index = Index(tables._replace(sinks=armed) if len(armed) < len(tables.sinks) else tables)
        self.parts: Mapping[str, tuple[Guard, ...]] = self.index.parts
        self.told = self.index.callables
        self.classes = Classes(project)
        self.needs: dict[int, tuple[frozenset[str], frozenset[str]] | None] = {}
        self.keys: dict[int, FunctionKey] = {}
        self.scopes: dict[int, Scope] = {}
        for module in project.modules.values():
            for scope in module.scopes:
                self.scopes[id(scope.node)] = scope

    def key_of(self, scope: Scope) -> FunctionKey:
        """The identity of a function by its namespace."""
        found = self.keys.get(id(scope.node))
        if found is None:
            assert isinstance(scope.node, ir.Function)
            found = self._new_key(scope.node, scope, scope.parent)
        return found

    def _new_key(self, function: ir.Function, scope: Scope, outer: Scope | None) -> FunctionKey:
        parent: FunctionKey | None = None
        owner = ""
        around = outer
        if around is not None and around.is_class:
            owner = around.name
            while around is not None and around.is_class:
                around = around.parent
        if around is not None and around.is_function:
            parent = self.key_of(around)
        free = self._free(function, scope) if parent is not None else ()
        key = FunctionKey(function, scope, parent, owner, free)
        self.keys[id(function)] = key
        return key

    def _free(self, function: ir.Function, scope: Scope) -> tuple[str, ...]:
        own = {parameter.name for parameter in function.parameters}
        if scope.node is function:
            own |= {name for name in scope.bindings if name not in scope.declared}
        names: dict[str, None] = {}
        for found in ir.walk(function):
            if isinstance(found, ir.Name) and found.id not in own:
                names[found.id] = None
        outer: set[str] = set()
        around = scope.parent if scope.node is function else scope
        while around is not None and around.parent is not None:
            outer |= around.bindings.keys()
            around = around.parent
        return tuple(name for name in names if name in outer)

    def function_key(self, frame: Frame, function: ir.Function) -> FunctionKey:
        found = self.keys.get(id(function))
        if found is not None:
            return found
        scope = self.scopes.get(id(function))
        if scope is not None:
            return self.key_of(scope)
        # A lambda shares the namespace of what it stands in.
        key = FunctionKey(function, frame.scope, frame.key, "", (), frame.page)
        own = {parameter.name for parameter in function.parameters}
        names = dict.fromkeys(
            found.id for found in ir.walk(function) if isinstance(found, ir.Name) and found.id not in own
        )
        key.free = tuple(names) if frame.key is not None else ()
        self.keys[id(function)] = key
        return key

    def class_name(self, frame: Frame, node: ir.Class) -> str:
        return self.scopes[id(node)].name

    def method_kind(self, scope: Scope) -> str:
        """``static``, ``class``, ``property`` or plain."""
        node = scope.node
        assert isinstance(node, ir.Function)
        outer = scope.parent or scope.module.scope
        for decorator in node.decorators:
            expr = decorator.function if isinstance(decorator, ir.Call) else decorator
            for name in self.project.resolve(expr, outer):
                tail = name.rpartition(".")[2]
                if name == "builtins.staticmethod":
                    return "static"
                if name == "builtins.classmethod":
                    return "class"
                if tail.endswith("property") or name == "functools.cached_property":
                    return "property"
        return (
            "static"
            if node.name == "__new__"
            else "class"
            if node.name in ("__init_subclass__", "__class_getitem__")
            else ""
        )
