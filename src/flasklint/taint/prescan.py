"""Which functions are worth evaluating though nothing that is called from outside reaches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flasklint import ir
from flasklint.knowledge.rows import Tables
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope


class Prescan:
    """Answers by the names that stand in a function, without evaluating anything. ``keeping``: functions that keep
    something which a template prints."""

    def __init__(self, tables: Tables, also: Mapping[str, tuple[str, ...]], keeping: Iterable[Scope] = ()) -> None:
        self._keeping = tuple(keeping)
        self._sinks = frozenset(_tail(row.name) for row in tables.sinks if row.shape)
        types = {row.name.rpartition(".")[0] for row in tables.sources}
        names = {row.name.removesuffix("()") for row in tables.sources if "()" not in row.name[:-2]}
        things = {name for name, kinds in also.items() if types & set(kinds)} | names
        self._heads = frozenset(_tail(name) for name in things if name)
        self._packages = frozenset(name.partition(".")[0] for name in things | types if name)
        self._annotations = frozenset(_tail(name.removesuffix("()")) for name in types if name.endswith("()"))

    def relevant(self, project: Project) -> list[Scope]:
        """Functions that hold a source, or a sink whose text's shape matters, by path and place."""
        found: dict[int, Scope] = {}
        for module in project.modules.values():
            if module.is_test:
                continue
            renamed = {
                binding.name
                for bindings in module.scope.bindings.values()
                for binding in bindings
                if isinstance(binding.node, ir.Import) and binding.node.alias and binding.node.name in self._sinks
            }
            for call, scope in module.calls:
                tail = (
                    call.function.name if isinstance(call.function, ir.Attribute) else getattr(call.function, "id", "")
                )
                if tail in self._sinks or tail in renamed:
                    _note(found, scope)
            if self._may_read(module):
                for scope in module.scopes:
                    if scope.is_function and id(scope) not in found and self._reads(scope):
                        _note(found, scope)
        for scope in self._keeping:
            _note(found, scope)
        order = {id(scope): index for index, scope in enumerate(project.functions())}
        return sorted(found.values(), key=lambda scope: order[id(scope)])

    def _may_read(self, module: LinkedModule) -> bool:
        for statement in ir.statements(module.facts):
            if isinstance(statement, ir.Import) and statement.module.partition(".")[0] in self._packages:
                return True
        return bool(self._heads & module.scope.bindings.keys())

    def _reads(self, scope: Scope) -> bool:
        heads, annotations = self._heads, self._annotations
        for node in ir.walk(scope.node):
            if type(node) is ir.Name:
                if node.id in heads or node.id in annotations:
                    return True
            elif type(node) is ir.Attribute and node.name in heads:
                return True
        return False


def _note(found: dict[int, Scope], scope: Scope) -> None:
    if scope.is_function:
        found[id(scope)] = scope


def _tail(name: str) -> str:
    return name.removesuffix("=").rpartition(".")[2].removesuffix("()")
