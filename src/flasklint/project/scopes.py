"""Namespaces: what each module, class and function binds, and where.

One pass over a module's facts finds every scope, every binding with its order, every call and every write to an attribute,
so that nothing later has to walk all the facts again. It runs when a module is first looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cached_property
from typing import Any, Literal

import msgspec

from flasklint import ir
from flasklint.project.blocks import NOWHERE, Block, Fork, reaching
from flasklint.source import Location, Span

BindingKind = Literal[
    "assign",
    "augment",
    "class",
    "except",
    "function",
    "import",
    "loop",
    "parameter",
    "pattern",
    "with",
]
Owner = ir.Module | ir.Class | ir.Function
Extent = tuple[int, int]

REST = -1
"""In a binding's path: some part of the value that can't be told by a position."""


class Binding(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A name bound at one place.

    ``node``: the statement, parameter, handler, import, clause or walrus that binds it. ``value``: what it is made from: the
    value assigned, iterated over, entered (``with``), matched or caught; ``path``: which item of it, item by item, when it is
    unpacked. ``start``: from where on it holds. ``block``: what it stands in. ``loop``: the outermost loop around it.
    ``inside``: the only stretch where it is seen at all, for a name of a lambda or a comprehension.
    """

    name: str
    kind: BindingKind
    node: ir.Node
    value: ir.Expr | None
    start: int
    block: Block
    path: tuple[int, ...] = ()
    loop: Extent | None = None
    inside: Extent | None = None

    @property
    def hides(self) -> bool:
        """Whether what was bound before is gone."""
        return self.kind != "augment"


class Write(msgspec.Struct, frozen=True, eq=False):
    """``target.name = value`` or, when ``name`` is ``None``, ``target[key] = value``. ``sign``: of an augmented assignment."""

    scope: Scope
    target: ir.Expr
    name: str | None
    key: ir.Expr | None
    value: ir.Expr
    path: tuple[int, ...]
    node: ir.Stmt
    block: Block
    sign: str = ""


class Scope:
    """The namespace of a module, a class or a function. Lambdas and comprehensions share that of what they stand in.

    ``qualname``: empty for a module, ``Class.method``, ``function.<locals>.inner``. ``bindings``: by name, in the order of the
    text. ``children``: classes and functions defined directly in it, in order. ``returns``, ``yields``: values given back.
    ``declared``: names that a ``global`` or ``nonlocal`` statement gives to an outer scope; ``origins``: for each binding that
    came to this scope in that way, by its identity, the scope that it stands in.
    """

    __slots__ = (
        "bindings",
        "children",
        "declared",
        "module",
        "node",
        "origins",
        "parent",
        "qualname",
        "returns",
        "stars",
        "writes",
        "yields",
    )

    def __init__(self, module: LinkedModule, parent: Scope | None, node: Owner, qualname: str) -> None:
        self.module = module
        self.parent = parent
        self.node = node
        self.qualname = qualname
        self.bindings: dict[str, list[Binding]] = {}
        self.children: list[Scope] = []
        self.declared: dict[str, Literal["global", "nonlocal"]] = {}
        self.origins: dict[int, Scope] = {}
        self.returns: list[ir.Expr | None] = []
        self.yields: list[ir.Expr | None] = []
        self.stars: list[ir.Import] = []
        self.writes: list[Write] = []

    def __repr__(self) -> str:
        return f"<Scope {self.name}>"

    @property
    def name(self) -> str:
        """Dotted name: ``shop.views.index``."""
        return f"{self.module.name}.{self.qualname}" if self.qualname else self.module.name

    @property
    def own_name(self) -> str:
        """The name of its function or class alone: ``index``; empty for a module."""
        return self.qualname.rpartition(".")[2]

    def holds(self, start: int, end: int) -> bool:
        """Whether a place of its file stands in its function or class; a module holds all of them."""
        node = self.node
        return isinstance(node, ir.Module) or (node.start <= start and end <= node.end)

    @property
    def is_function(self) -> bool:
        """Whether it is a function's, not a module's or a class's."""
        return isinstance(self.node, ir.Function)

    @property
    def is_class(self) -> bool:
        """Whether it is a class's."""
        return isinstance(self.node, ir.Class)

    @property
    def location(self) -> Location:
        """Where its name stands; the start of the file for a module."""
        node = self.node
        if isinstance(node, ir.Module):
            return Location(self.module.path, Span(0, 0))
        return Location(self.module.path, Span(node.name_start, node.name_start + len(node.name)))

    def at(self, name: str, position: int | None = None) -> tuple[Binding, ...]:
        """The bindings of a name that may be in force at an offset in this very scope, or, without one, seen from elsewhere
        when all of the scope has run.

        The last binding that holds for certain hides those before it. One that comes later is in force only around a loop.
        """
        found = self.bindings.get(name)
        if not found:
            return ()
        if len(found) == 1 and found[0].inside is None:
            return (found[0],)
        return _reaching(found, position)


def _reaching(found: list[Binding], position: int | None) -> tuple[Binding, ...]:
    inner = [
        one
        for one in found
        if one.inside is not None and position is not None and one.inside[0] <= position < one.inside[1]
    ]
    if inner:
        narrowest = max(one.inside[0] for one in inner if one.inside is not None)
        return tuple(one for one in inner if one.inside is not None and one.inside[0] == narrowest)
    plain = [one for one in found if one.inside is None]
    # A use before any binding is one that the scan orders wrongly (or a mistake): all bindings are better than none.
    return tuple(reaching(plain, _LAST if position is None else position) or plain)


class LinkedModule:
    """A Python module in its project.

    ``name``: dotted, unique in the project. ``package``: whether it is an ``__init__``. ``kind``: ``test`` for test code,
    ``example`` for examples and documentation, by its place and name.
    """

    def __init__(
        self, facts: ir.Module, name: str, *, package: bool = False, kind: Literal["code", "test", "example"] = "code"
    ) -> None:
        self.facts = facts
        self.name = name
        self.path = facts.path
        self.package = package
        self.kind = kind

    def __repr__(self) -> str:
        return f"<LinkedModule {self.name} {self.path}>"

    @property
    def is_test(self) -> bool:
        """Whether it is out of the default scope: test code or an example."""
        return self.kind != "code"

    @cached_property
    def _parts(self) -> _Builder:
        return _Builder(self)

    @property
    def scope(self) -> Scope:
        """The module's own namespace."""
        return self._parts.scopes[0]

    @property
    def scopes(self) -> list[Scope]:
        """Every scope, the module's first, then in the order of the text."""
        return self._parts.scopes

    @property
    def calls(self) -> list[tuple[ir.Call, Scope]]:
        """Every call with the scope that its names are looked up in."""
        return self._parts.calls

    @property
    def texts(self) -> list[tuple[ir.Const, Scope]]:
        """Every constant text of some length, with the scope that it stands in."""
        return self._parts.texts

    @property
    def pairs(self) -> list[tuple[ir.Pair, Scope]]:
        """Every pair of a dict that is written out, with the scope that it stands in."""
        return self._parts.pairs

    @property
    def imports(self) -> frozenset[str]:
        """The dotted names of the modules that it imports, anywhere in it, as written."""
        return frozenset(self._parts.imports)

    @property
    def words(self) -> Set[str]:
        """The variables and attributes that it reads, by their last names alone: what it does not speak of is in none of it."""
        return self._parts.words

    @property
    def constants(self) -> Set[str]:
        """The texts among its values: what none of them is, none of it says."""
        return self._parts.constants

    @property
    def comparisons(self) -> list[tuple[ir.Compare, Scope]]:
        """Every comparison outside lambdas, with the scope that it stands in."""
        return self._parts.comparisons

    def location(self, node: ir.Node) -> Location:
        """Where a node of this module stands."""
        return Location(self.path, node.span)


class _Builder:
    """The one pass over a module."""

    def __init__(self, module: LinkedModule) -> None:
        self.module = module
        self.calls: list[tuple[ir.Call, Scope]] = []
        self.texts: list[tuple[ir.Const, Scope]] = []
        self.comparisons: list[tuple[ir.Compare, Scope]] = []
        self.pairs: list[tuple[ir.Pair, Scope]] = []
        self.imports: set[str] = set()
        self.words: set[str] = set()
        self.constants: set[str] = set()
        self.scope = Scope(module, None, module.facts, "")
        self.scopes = [self.scope]
        self.block = Block(-1, _LAST + 1)
        self.loop: Extent | None = None
        self.pending: list[tuple[Scope, tuple[ir.Stmt, ...]]] = [(self.scope, module.facts.body)]
        while self.pending:
            self.scope, body = self.pending.pop()
            self.block, self.loop = Block(-1, _LAST + 1), None
            self.statements(body)
        self.scopes.sort(key=lambda scope: -1 if isinstance(scope.node, ir.Module) else scope.node.start)
        self.calls.sort(key=lambda call: call[0].start)
        self.comparisons.sort(key=lambda found: found[0].start)

    def branch(self, body: tuple[ir.Stmt, ...], fork: Fork | None = None, extent: Extent | None = None) -> bool:
        """Statements that may not run; whether they end what they are in."""
        if not body:
            return False
        start, end = extent or (body[0].start, body[-1].end)
        outer, block = self.block, Block(start, end, self.block, fork)
        self.block = block
        block.ends = self.statements(body)
        self.block = outer
        return block.ends

    def statements(self, body: tuple[ir.Stmt, ...]) -> bool:
        """Goes through statements; says whether what comes after them is not reached."""
        ends = False
        for statement in body:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None and handler(self, statement):
                ends = True
        return ends

    def bind(
        self,
        name: str,
        kind: BindingKind,
        node: ir.Node,
        value: ir.Expr | None,
        start: int,
        path: tuple[int, ...] = (),
        inside: Extent | None = None,
    ) -> None:
        scope, block = self.scope, self.block
        if inside is None and scope.declared and (outer := self.declared(name)) is not None:
            # Some other function's run: seen from anywhere, certain nowhere.
            scope, block = outer, NOWHERE
        found = Binding(name, kind, node, value, start, block, path, self.loop, inside)
        if scope is not self.scope:
            scope.origins[id(found)] = self.scope
        bindings = scope.bindings
        if name in bindings:
            bindings[name].append(found)
        else:
            bindings[name] = [found]

    def declared(self, name: str) -> Scope | None:
        kind = self.scope.declared.get(name)
        if kind == "global":
            return self.scopes[0]
        if kind == "nonlocal":
            outer = self.scope.parent
            while outer is not None:
                if outer.is_function and name in outer.bindings:
                    return outer
                outer = outer.parent
        return None

    def target(
        self,
        target: ir.Expr,
        kind: BindingKind,
        node: ir.Node,
        value: ir.Expr | None,
        start: int,
        path: tuple[int, ...] = (),
        inside: Extent | None = None,
    ) -> None:
        """Bind whatever a target names."""
        if isinstance(target, ir.Name):
            self.bind(target.id, kind, node, value, start, path, inside)
        elif isinstance(target, ir.Attribute):
            self.expression(target.value)
            if value is not None and isinstance(node, (ir.Assign, ir.Augment)):
                self.write(target.value, target.name, None, value, path, node)
        elif isinstance(target, ir.Subscript):
            self.expression(target.value)
            self.expression(target.key)
            if value is not None and isinstance(node, (ir.Assign, ir.Augment)):
                self.write(target.value, None, target.key, value, path, node)
        elif isinstance(target, ir.Display):
            certain = True
            for at, item in enumerate(target.items):
                certain = certain and not item.name
                self.target(item.value, kind, node, value, start, (*path, at if certain else REST), inside)

    def write(
        self,
        target: ir.Expr,
        name: str | None,
        key: ir.Expr | None,
        value: ir.Expr,
        path: tuple[int, ...],
        node: ir.Assign | ir.Augment,
    ) -> None:
        sign = node.sign if isinstance(node, ir.Augment) else ""
        self.scope.writes.append(Write(self.scope, target, name, key, value, path, node, self.block, sign))

    # Expressions: a stack, not recursion, since an expression may be as deep as its author likes.

    def expression(self, expr: ir.Expr | None) -> None:
        if expr is None:
            return
        stack: list[object] = [expr]
        while stack:
            node = stack.pop()
            if isinstance(node, ir.Name):
                self.words.add(node.id)
            elif isinstance(node, ir.Const):
                if isinstance(node.value, str):
                    self.constants.add(node.value)
                    if len(node.value) >= _SHORTEST_TEXT:
                        self.texts.append((node, self.scope))
            elif isinstance(node, ir.Pair):
                if node.key is not None:
                    stack.append(node.key)
                stack.append(node.value)
                self.pairs.append((node, self.scope))
            elif isinstance(node, ir.Attribute):
                self.words.add(node.name)
                stack.append(node.value)
            elif isinstance(node, ir.Argument):
                stack.append(node.value)
            elif isinstance(node, ir.Call):
                self.calls.append((node, self.scope))
                stack.extend(node.arguments)
                stack.append(node.function)
            elif isinstance(node, ir.Compare):
                self.comparisons.append((node, self.scope))
                stack.extend(node.operands)
            elif isinstance(node, ir.Function):
                self.lambda_(node)
            elif isinstance(node, ir.Comprehension):
                inside = (node.start, node.end)
                for clause in node.clauses:
                    self.target(clause.target, "loop", clause, clause.iterable, clause.start, (), inside)
                    stack.append(clause.iterable)
                    stack.extend(clause.tests)
                stack.append(node.element)
                if node.key is not None:
                    stack.append(node.key)
            elif isinstance(node, ir.Walrus):
                self.target(node.target, "assign", node, node.value, node.end)
                stack.append(node.value)
            elif isinstance(node, ir.Op):
                if node.sign == "yield":
                    self.scope.yields.append(node.operands[0] if node.operands else None)
                stack.extend(node.operands)
            else:
                stack.extend(ir.children(node))

    def lambda_(self, node: ir.Function) -> None:
        inside = (node.start, node.end)
        compared = len(self.comparisons)
        for parameter in node.parameters:
            self.bind(parameter.name, "parameter", parameter, None, node.start, (), inside)
            self.expression(parameter.default)
        for statement in node.body:
            if isinstance(statement, (ir.Return, ir.Do)):
                self.expression(statement.value)
        del self.comparisons[compared:]  # whoever is given the function asks for their truth, not whoever writes it

    # Statements.

    def function(self, node: ir.Function) -> None:
        for decorator in node.decorators:
            self.expression(decorator)
        inner = self.inner(node)
        whole = Block(-1, _LAST + 1)
        for parameter in node.parameters:
            self.expression(parameter.default)
            inner.bindings[parameter.name] = [Binding(parameter.name, "parameter", parameter, None, -1, whole)]
        self.bind(node.name, "function", node, None, node.end)

    def class_(self, node: ir.Class) -> None:
        for decorator in node.decorators:
            self.expression(decorator)
        for base in node.bases:
            self.expression(base.value)
        self.inner(node)
        self.bind(node.name, "class", node, None, node.end)

    def inner(self, node: ir.Class | ir.Function) -> Scope:
        outer = self.scope
        prefix = f"{outer.qualname}.<locals>." if outer.is_function else f"{outer.qualname}." if outer.qualname else ""
        scope = Scope(self.module, outer, node, prefix + node.name)
        outer.children.append(scope)
        self.scopes.append(scope)
        self.pending.append((scope, node.body))
        return scope

    def do(self, node: ir.Do) -> None:
        if not isinstance(node.value, ir.Const):  # what a docstring says is no value
            self.expression(node.value)

    def assign(self, node: ir.Assign) -> None:
        self.expression(node.value)
        if node.value is None and node.annotation is None:
            return
        for target in node.targets:
            self.target(target, "assign", node, node.value, node.end)

    def augment(self, node: ir.Augment) -> None:
        self.expression(node.value)
        self.target(node.target, "augment", node, node.value, node.end)

    def delete(self, node: ir.Delete) -> None:
        for target in node.targets:
            self.expression(target)

    def return_(self, node: ir.Return) -> bool:
        self.expression(node.value)
        self.scope.returns.append(node.value)
        return True

    def raise_(self, node: ir.Raise) -> bool:
        self.expression(node.value)
        self.expression(node.cause)
        return True

    def assert_(self, node: ir.Assert) -> None:
        self.expression(node.test)
        self.expression(node.message)

    def if_(self, node: ir.If) -> bool:
        fork = Fork(complete=False, exclusive=True)
        ends = True
        while True:  # a long `elif` chain is deep in the facts, though not in the text
            self.expression(node.test)
            ends = self.branch(node.body, fork) and ends
            rest = node.orelse
            if len(rest) == 1 and isinstance(rest[0], ir.If):
                node = rest[0]
                continue
            fork.complete = bool(rest)
            return self.branch(rest, fork) and ends

    def loop_(self, node: ir.Loop) -> None:
        self.expression(node.subject)
        outer, block = self.loop, self.block
        extent = (node.start, node.body[-1].end if node.body else node.end)
        if outer is None:
            self.loop = extent
        self.block = Block(*extent, block)
        if node.target is not None:
            self.target(node.target, "loop", node, node.subject, node.target.start)
        self.statements(node.body)
        self.block, self.loop = block, outer
        self.branch(node.orelse)

    def try_(self, node: ir.Try) -> bool:
        fork = Fork(complete=True, exclusive=False)
        ends = self.branch(node.body, fork)
        for handler in node.handlers:
            self.expression(handler.kind)
            outer = self.block
            self.block = arm = Block(handler.start, handler.end, outer, fork)
            if handler.name:
                self.bind(handler.name, "except", handler, handler.kind, handler.start)
            arm.ends = self.statements(handler.body)
            self.block = outer
            ends = ends and arm.ends
        self.branch(node.orelse)
        return self.statements(node.final) or ends

    def with_(self, node: ir.With) -> bool:
        for item in node.items:
            self.expression(item.value)
            if isinstance(item, ir.Assign):
                for target in item.targets:
                    self.target(target, "with", item, item.value, item.end)
        return self.statements(node.body)

    def match(self, node: ir.Match) -> bool:
        self.expression(node.subject)
        fork = Fork(complete=any(case.wildcard and case.guard is None for case in node.cases), exclusive=True)
        ends = fork.complete
        for case in node.cases:
            outer = self.block
            self.block = arm = Block(case.start, case.end, outer, fork)
            for name in case.binds:
                self.bind(name, "pattern", case, node.subject, case.start, (REST,))
            self.expression(case.guard)
            arm.ends = self.statements(case.body)
            self.block = outer
            ends = ends and arm.ends
        return ends

    def import_(self, node: ir.Import) -> None:
        self.imports.add(node.module)
        if node.name == "*":
            self.scope.stars.append(node)
            return
        name = node.alias or node.name or node.module.partition(".")[0]
        self.bind(name, "import", node, None, node.end)

    def declare(self, node: ir.Scope) -> None:
        for name in node.names:
            self.scope.declared[name] = node.kind


_LAST = 1 << 62
_SHORTEST_TEXT = 16
"""Shorter than this is no token, and no address with a password in it."""

_STATEMENTS: dict[type, Callable[[_Builder, Any], bool | None]] = {
    ir.Do: _Builder.do,
    ir.Assign: _Builder.assign,
    ir.Augment: _Builder.augment,
    ir.Delete: _Builder.delete,
    ir.Return: _Builder.return_,
    ir.Raise: _Builder.raise_,
    ir.Assert: _Builder.assert_,
    ir.If: _Builder.if_,
    ir.Loop: _Builder.loop_,
    ir.Try: _Builder.try_,
    ir.With: _Builder.with_,
    ir.Match: _Builder.match,
    ir.Import: _Builder.import_,
    ir.Scope: _Builder.declare,
    ir.Function: _Builder.function,
    ir.Class: _Builder.class_,
}
