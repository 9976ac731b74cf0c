"""Templates, their blocks and macros as functions that are evaluated, and the names that they bind and speak of."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from flasklint import ir
from flasklint.knowledge.rows import Tables
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.taint.attributes import Attributes
from flasklint.taint.values import FunctionKey

REST = "\x02rest"
"""The variable that stands for all of whose names nothing is known."""

_IMPLICIT: dict[str, ir.ParameterKind] = {"varargs": "star", "kwargs": "double-star", "caller": "keyword"}

Member = ir.Function | tuple[ir.Link, str] | None
"""What a template binds at its top level: a macro, what an import brings (and under which name it is there, empty for all of
it), or a variable."""


class PageKeys(Attributes):
    """Gives what is evaluated of a template its key, and knows what names it binds and speaks of."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self._page_scopes: dict[str, Scope] = {}
        self._page_keys: dict[object, FunctionKey] = {}
        self._used: dict[object, frozenset[str]] = {}
        self._block_names: dict[str, dict[str, ir.Block]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._members: dict[str, dict[str, Member]] = {}

    def _scope(self, path: str) -> Scope:
        found = self._page_scopes.get(path)
        if found is None:
            found = self._page_scopes[path] = LinkedModule(ir.Module(path, ()), path).scope
        return found

    def _template_key(self, path: str) -> FunctionKey:
        found = self._page_keys.get(path)
        if found is None:
            name = path.rpartition("/")[2]
            function = ir.Function(name, (), self.project.templates[path].body, start=0, end=0)
            found = FunctionKey(function, self._scope(path), None, "", (), page=True)
            self._page_keys[path] = found
        return found

    def _block_key(self, path: str, block: ir.Block) -> FunctionKey:
        key = (path, block.start)
        found = self._page_keys.get(key)
        if found is None:
            function = ir.Function(block.name, (), block.body, start=block.start, end=block.end)
            found = self._page_keys[key] = FunctionKey(function, self._scope(path), None, "", (), page=True)
        return found

    def _macro_key(self, path: str, macro: ir.Function, own: bool) -> FunctionKey:
        """``own``: it is called in its own template, or imported with the context, whose variables it sees."""
        key = (path, macro.name, own)
        found = self._page_keys.get(key)
        if found is None or found.function.start != macro.start:
            spoken = mentioned(macro)
            more = [word for word in _IMPLICIT if word in spoken]
            implicit = tuple(
                ir.Parameter(word, _IMPLICIT[word], start=macro.start, end=macro.start)
                for word in more
                if all(parameter.name != word for parameter in macro.parameters)
            )
            function = msgspec.structs.replace(macro, parameters=(*macro.parameters, *implicit))
            outer = self._scope(path)
            scope = Scope(outer.module, outer, function, macro.name)
            free: tuple[str, ...] = ()
            if own:
                names = set(spoken)
                pending = list(spoken)
                members = self._own(path)
                while pending:
                    member = members.get(pending.pop())
                    if isinstance(member, ir.Function) and member is not macro:
                        new = mentioned(member) - names
                        names |= new
                        pending.extend(new)
                parameters = {parameter.name for parameter in function.parameters}
                macros = {name for name, member in members.items() if isinstance(member, ir.Function)}
                free = (REST, *sorted(names - macros - parameters))
            found = self._page_keys[key] = FunctionKey(function, scope, None, "", free, page=True)
        return found

    def _own(self, path: str) -> dict[str, Member]:
        """What a template binds itself at its top level."""
        found = self._members.get(path)
        if found is None:
            found = self._members[path] = {}
            for node in top_level(self.project.templates[path].body):
                match node:
                    case ir.Function(name=name):
                        found[name] = node
                    case ir.Link(kind="import", names=names):
                        for _, alias in names:
                            found[alias] = (node, "")
                    case ir.Link(kind="from", names=names):
                        for name, alias in names:
                            found[alias] = (node, name)
                    case ir.Assign(targets=targets) | ir.Region(kind="set", body=(*_, ir.Assign(targets=targets))):
                        for target in targets:
                            if isinstance(target, ir.Name):
                                found.setdefault(target.id, None)
        return found

    def _blocks(self, path: str) -> dict[str, ir.Block]:
        """The blocks of a template by name, also those in others."""
        found = self._block_names.get(path)
        if found is None:
            nodes = ir.walk(self.project.templates[path])
            found = self._block_names[path] = {node.name: node for node in nodes if isinstance(node, ir.Block)}
        return found

    def _names_used(self, path: str) -> frozenset[str]:
        """The names that a template and all that it brings in speak of."""
        found = self._used.get(path)
        if found is None:
            names: set[str] = set()
            for one in self.project.pages.brought(path):
                if one not in self._words:
                    self._words[one] = mentioned(self.project.templates[one])
                names |= self._words[one]
            found = self._used[path] = frozenset(names)
        return found

    def _names_in(self, path: str, block: ir.Block) -> frozenset[str]:
        """The names that a block speaks of, and the macros that it calls, and what it brings in."""
        key = (path, block.start)
        found = self._used.get(key)
        if found is None:
            names = set(mentioned(block))
            members = self._own(path)
            pending = list(names)
            while pending:
                member = members.get(pending.pop())
                if isinstance(member, ir.Function):
                    new = mentioned(member) - names
                    names |= new
                    pending.extend(new)
            for use in self.project.pages.links(path):
                if block.start <= use.link.start < block.end:
                    for target in use.targets:
                        names |= self._names_used(target)
            found = self._used[key] = frozenset(names)
        return found


def top_level(body: Iterable[ir.Stmt]) -> Iterable[ir.Stmt]:
    """The statements whose names the whole template sees."""
    for node in body:
        yield node
        match node:
            case ir.If(body=then, orelse=otherwise):
                yield from top_level((*then, *otherwise))
            case ir.Region(kind="autoescape" | "trans", body=inner):
                yield from top_level(inner)
            case _:
                pass


def mentioned(node: object) -> frozenset[str]:
    """The names that stand somewhere in it."""
    return frozenset(one.id for one in ir.walk(node) if isinstance(one, ir.Name))
