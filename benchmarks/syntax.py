"""Python's syntax trees made and read as text, for the scripts that rewrite modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol, TypeAlias, cast

import libcst as cst

Statement: TypeAlias = cst.SimpleStatementLine | cst.BaseCompoundStatement
Block: TypeAlias = list[Statement]


class Draw(Protocol):
    """Whoever draws what is rewritten, and how. ``top``: statements that go to the top of the module."""

    rng: Random
    fresh: Callable[[], str]
    top: list[Statement]

    def maybe(self, chance: float = 0.5) -> bool:
        """Drawn."""

    def one(self, *choices: str) -> str:
        """One of these, drawn."""


_EMPTY = cst.Module([])


def text(node: cst.CSTNode) -> str:
    """A node's source."""
    return _EMPTY.code_for_node(node).strip()


def statement(source: str) -> Statement:
    """A statement of this source."""
    return cst.parse_statement(source + "\n")


def expression(source: str) -> cst.BaseExpression:
    """An expression of this source."""
    return cst.parse_expression(source)


class Names(cst.CSTVisitor):
    """The names that a stretch of code reads and binds, and whether it can leave its function."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.bound: list[str] = []
        self.imported: dict[str, str] = {}
        self.leaves = False

    def visit_Name(self, node: cst.Name) -> None:
        self.read.append(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._bind(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._bind(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._bind(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._bind(cast(cst.BaseExpression, node.name))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.bound.append(node.name.value)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.bound.append(node.name.value)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._bind(node.target)

    def visit_Import(self, node: cst.Import) -> bool:
        for alias in node.names:
            name = text(alias.asname.name) if alias.asname else text(alias.name).partition(".")[0]
            self.bound.append(name)
            self.imported[name] = text(node)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if not isinstance(node.names, cst.ImportStar):
            for alias in node.names:
                name = text(alias.asname.name if alias.asname else alias.name)
                self.bound.append(name)
                self.imported[name] = text(node)
        return False

    def visit_Return(self, node: cst.Return) -> None:
        self.leaves = True

    def visit_Yield(self, node: cst.Yield) -> None:
        self.leaves = True

    def visit_Global(self, node: cst.Global) -> None:
        self.leaves = True

    def _bind(self, target: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            self.bound.append(target.value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value)


def names(nodes: Sequence[cst.CSTNode]) -> Names:
    """The names in some nodes."""
    found = Names()
    for node in nodes:
        node.visit(found)
    return found


def assigned(node: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """``name = value`` alone on its line."""
    match node:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]
        ):
            return name, value
    return None
