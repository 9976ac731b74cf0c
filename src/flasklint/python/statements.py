"""Lowering of statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import libcst as cst

from flasklint import ir
from flasklint.python.patterns import Patterns
from flasklint.python.refusal import InvalidError

_AUGMENTED = {
    "AddAssign": "+",
    "SubtractAssign": "-",
    "MultiplyAssign": "*",
    "DivideAssign": "/",
    "FloorDivideAssign": "//",
    "ModuloAssign": "%",
    "PowerAssign": "**",
    "MatrixMultiplyAssign": "@",
    "LeftShiftAssign": "<<",
    "RightShiftAssign": ">>",
    "BitAndAssign": "&",
    "BitOrAssign": "|",
    "BitXorAssign": "^",
}


class Statements(Patterns):
    """A statement's span goes from its first keyword to the end of its last line, decorators and trailing comment left out."""

    tail = 0
    """Where the statement lowered last ends: the end of every block that it closes."""

    def block(self, statements: Sequence[cst.BaseStatement] | Sequence[cst.BaseSmallStatement]) -> tuple[ir.Stmt, ...]:
        """Statements in order, those of one line one by one."""
        lowered: list[ir.Stmt] = []
        table = self.table
        self.deeper(1)
        for statement in statements:
            small = statement.body if isinstance(statement, cst.SimpleStatementLine) else (statement,)
            for node in small:
                result: ir.Stmt | tuple[ir.Stmt, ...] = table[type(node)](self, node)
                if isinstance(result, tuple):
                    # An import of several names; it has set the tail itself, for it may end with a bracket.
                    lowered.extend(result)
                else:
                    lowered.append(result)
                    self.tail = result.end
        self.deeper(-1)
        return tuple(lowered)

    def _body(self, suite: cst.BaseSuite) -> tuple[ir.Stmt, ...]:
        return self.block(suite.body)

    # Simple statements

    def visit_Expr(self, node: cst.Expr) -> ir.Stmt:
        value = self.expression(node.value)
        return ir.Do(value, start=self.first(node.value, value), end=self.last(node.value, value))

    def visit_Assign(self, node: cst.Assign) -> ir.Stmt:
        targets = tuple(self.expression(target.target) for target in node.targets)
        value = self.expression(node.value)
        start = self.first(node.targets[0].target, targets[0])
        return ir.Assign(targets, value, start=start, end=self.last(node.value, value))

    def visit_AnnAssign(self, node: cst.AnnAssign) -> ir.Stmt:
        target = self.expression(node.target)
        annotation = self.expression(node.annotation.annotation)
        end = self.last(node.annotation.annotation, annotation)
        value: ir.Expr | None = None
        if node.value is not None:
            value = self.expression(node.value)
            end = self.last(node.value, value)
        return ir.Assign((target,), value, annotation, start=self.first(node.target, target), end=end)

    def visit_AugAssign(self, node: cst.AugAssign) -> ir.Stmt:
        target = self.expression(node.target)
        value = self.expression(node.value)
        sign = _AUGMENTED[type(node.operator).__name__]
        start, end = self.first(node.target, target), self.last(node.value, value)
        return ir.Augment(target, sign, value, start=start, end=end)

    def visit_TypeAlias(self, node: cst.TypeAlias) -> ir.Stmt:
        start = self.take("type")
        name = self.expression(node.name)
        self._type_parameters(node.type_parameters)
        value = self.expression(node.value)
        return ir.Assign((name,), value, start=start, end=self.last(node.value, value))

    def _type_parameters(self, node: cst.TypeParameters | None) -> None:
        for parameter in node.params if node is not None else ():
            self.take(parameter.param.name.value)
            if isinstance(parameter.param, cst.TypeVar) and parameter.param.bound is not None:
                self.expression(parameter.param.bound)
            if parameter.default is not None:
                self.expression(parameter.default)

    def visit_Del(self, node: cst.Del) -> ir.Stmt:
        start = self.take("del")
        target = self.expression(node.target)
        targets: tuple[ir.Expr, ...] = (target,)
        match target:
            case ir.Display("tuple", items) if items:
                targets = tuple(item.value for item in items)
        return ir.Delete(targets, start=start, end=self.last(node.target, target))

    def visit_Return(self, node: cst.Return) -> ir.Stmt:
        start = self.take("return")
        if node.value is None:
            return ir.Return(start=start, end=start + 6)
        value = self.expression(node.value)
        return ir.Return(value, start=start, end=self.last(node.value, value))

    def visit_Raise(self, node: cst.Raise) -> ir.Stmt:
        start = self.take("raise")
        if node.exc is None:
            return ir.Raise(start=start, end=start + 5)
        value = self.expression(node.exc)
        end = self.last(node.exc, value)
        cause: ir.Expr | None = None
        if node.cause is not None:
            self.take("from")
            cause = self.expression(node.cause.item)
            end = self.last(node.cause.item, cause)
        return ir.Raise(value, cause, start=start, end=end)

    def visit_Assert(self, node: cst.Assert) -> ir.Stmt:
        start = self.take("assert")
        test = self.expression(node.test)
        end = self.last(node.test, test)
        message: ir.Expr | None = None
        if node.msg is not None:
            message = self.expression(node.msg)
            end = self.last(node.msg, message)
        return ir.Assert(test, message, start=start, end=end)

    def visit_Pass(self, node: cst.Pass) -> ir.Stmt:
        return self._jump("pass")

    def visit_Break(self, node: cst.Break) -> ir.Stmt:
        return self._jump("break")

    def visit_Continue(self, node: cst.Continue) -> ir.Stmt:
        return self._jump("continue")

    def _jump(self, kind: Literal["break", "continue", "pass"]) -> ir.Stmt:
        start = self.take(kind)
        return ir.Jump(kind, start=start, end=start + len(kind))

    def visit_Global(self, node: cst.Global) -> ir.Stmt:
        return self._scope("global", node)

    def visit_Nonlocal(self, node: cst.Nonlocal) -> ir.Stmt:
        return self._scope("nonlocal", node)

    def _scope(self, kind: Literal["global", "nonlocal"], node: cst.Global | cst.Nonlocal) -> ir.Stmt:
        start = self.take(kind)
        names = tuple(item.name.value for item in node.names)
        for name in names:
            self.take(name)
        return ir.Scope(kind, names, start=start, end=self.at)

    # Imports: a fact for each name, whose span is that name's

    def visit_Import(self, node: cst.Import | cst.LazyImport) -> tuple[ir.Stmt, ...]:
        self.take("import")
        lowered = []
        for alias in node.names:
            start, module = self._dotted(alias.name)
            name = self._alias(alias)
            lowered.append(ir.Import(module, "", name, start=start, end=self.at))
        self.tail = self.at
        return tuple(lowered)

    def visit_LazyImport(self, node: cst.LazyImport) -> tuple[ir.Stmt, ...]:
        self.take("lazy")
        return self.visit_Import(node)

    def visit_ImportFrom(self, node: cst.ImportFrom | cst.LazyImportFrom) -> tuple[ir.Stmt, ...]:
        self.take("from")
        module = "." * len(node.relative)
        if node.module is not None:
            module += self._dotted(node.module)[1]
        keyword = self.take("import")
        if isinstance(node.names, cst.ImportStar):
            self.tail = self.after("*", keyword)
            return (ir.Import(module, "*", "*", start=self.tail - 1, end=self.tail),)
        lowered = []
        for alias in node.names:
            start, name = self._dotted(alias.name)
            lowered.append(ir.Import(module, name, self._alias(alias) or name, start=start, end=self.at))
        self.tail = self.at if node.rpar is None else self.after(")", self.at)
        return tuple(lowered)

    def visit_LazyImportFrom(self, node: cst.LazyImportFrom) -> tuple[ir.Stmt, ...]:
        self.take("lazy")
        return self.visit_ImportFrom(node)

    def _dotted(self, node: cst.BaseExpression) -> tuple[int, str]:
        if isinstance(node, cst.Attribute):
            start, name = self._dotted(node.value)
            self.take(node.attr.value)
            return start, f"{name}.{node.attr.value}"
        assert isinstance(node, cst.Name)
        return self.take(node.value), node.value

    def _alias(self, node: cst.ImportAlias) -> str:
        if node.asname is None or not isinstance(node.asname.name, cst.Name):
            return ""
        self.take("as")
        self.take(node.asname.name.value)
        return node.asname.name.value

    # Compound statements

    def visit_If(self, node: cst.If) -> ir.Stmt:
        # A chain of ``elif`` nests to the right: walked in a loop, then folded from its end.
        chain: list[tuple[int, ir.Expr, tuple[ir.Stmt, ...]]] = []
        branch: cst.If | cst.Else | None = node
        while isinstance(branch, cst.If):
            start = self.take("elif" if chain else "if")
            test = self.expression(branch.test)
            chain.append((start, test, self._body(branch.body)))
            branch = branch.orelse
            self.deeper(1)
        orelse = self._else(branch)
        self.deeper(-len(chain))
        for start, test, body in reversed(chain[1:]):
            orelse = (ir.If(test, body, orelse, start=start, end=self.tail),)
        start, test, body = chain[0]
        return ir.If(test, body, orelse, start=start, end=self.tail)

    def _else(self, node: cst.Else | None) -> tuple[ir.Stmt, ...]:
        if node is None:
            return ()
        self.take("else")
        return self._body(node.body)

    def visit_For(self, node: cst.For) -> ir.Stmt:
        start = self._async(node.asynchronous, "for")
        target = self.expression(node.target)
        self.take("in")
        iterable = self.expression(node.iter)
        body = self._body(node.body)
        orelse = self._else(node.orelse)
        return ir.Loop(target, iterable, body, orelse, start=start, end=self.tail)

    def visit_While(self, node: cst.While) -> ir.Stmt:
        start = self.take("while")
        test = self.expression(node.test)
        body = self._body(node.body)
        orelse = self._else(node.orelse)
        return ir.Loop(None, test, body, orelse, start=start, end=self.tail)

    def _async(self, asynchronous: cst.Asynchronous | None, keyword: str) -> int:
        """Takes a keyword with or without ``async``; where that starts."""
        if asynchronous is None:
            return self.take(keyword)
        start = self.take("async")
        self.take(keyword)
        return start

    def visit_Try(self, node: cst.Try | cst.TryStar) -> ir.Stmt:
        start = self.take("try")
        body = self._body(node.body)
        handlers = tuple(self._handler(handler) for handler in node.handlers)
        if any(handler.kind is None for handler in handlers[:-1]):
            raise InvalidError("a bare except that is not the last one")
        orelse = self._else(node.orelse)
        final: tuple[ir.Stmt, ...] = ()
        if node.finalbody is not None:
            self.take("finally")
            final = self._body(node.finalbody.body)
        return ir.Try(body, handlers, orelse, final, start=start, end=self.tail)

    def visit_TryStar(self, node: cst.TryStar) -> ir.Stmt:
        return self.visit_Try(node)

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ir.Handler:
        start = self.take("except")
        kind = self.expression(node.type) if node.type is not None else None
        name = ""
        if node.name is not None and isinstance(node.name.name, cst.Name):
            self.take("as")
            name = node.name.name.value
            self.take(name)
        body = self._body(node.body)
        return ir.Handler(kind, name, body, start=start, end=self.tail)

    def visit_With(self, node: cst.With) -> ir.Stmt:
        start = self._async(node.asynchronous, "with")
        items: list[ir.Assign | ir.Do] = []
        for item in node.items:
            value = self.expression(item.item)
            first, end = self.first(item.item, value), self.last(item.item, value)
            if item.asname is None:
                items.append(ir.Do(value, start=first, end=end))
            else:
                self.take("as")
                target = self.expression(item.asname.name)
                end = self.last(item.asname.name, target)
                items.append(ir.Assign((target,), value, start=first, end=end))
        body = self._body(node.body)
        return ir.With(tuple(items), body, start=start, end=self.tail)

    def visit_Match(self, node: cst.Match) -> ir.Stmt:
        start = self.take("match")
        subject = self.expression(node.subject)
        cases = []
        for case in node.cases:
            first = self.take("case")
            values, binds, wildcard = self.pattern(case.pattern)
            guard: ir.Expr | None = None
            if case.guard is not None:
                self.take("if")
                guard = self.expression(case.guard)
            body = self._body(case.body)
            cases.append(ir.Case(values, binds, wildcard, guard, body, start=first, end=self.tail))
        return ir.Match(subject, tuple(cases), start=start, end=self.tail)

    # Definitions

    def visit_FunctionDef(self, node: cst.FunctionDef) -> ir.Stmt:
        decorators = tuple(self.expression(decorator.decorator) for decorator in node.decorators)
        start = self._async(node.asynchronous, "def")
        name = node.name.value
        name_start = self.take(name)
        self._type_parameters(node.type_parameters)
        parameters = self.parameters(node.params)
        if not parameters:
            self.empty("(")
        returns = self.expression(node.returns.annotation) if node.returns is not None else None
        body = self._body(node.body)
        return ir.Function(
            name,
            parameters,
            body,
            decorators,
            returns,
            node.asynchronous is not None,
            name_start,
            start=start,
            end=self.tail,
        )

    def visit_ClassDef(self, node: cst.ClassDef) -> ir.Stmt:
        decorators = tuple(self.expression(decorator.decorator) for decorator in node.decorators)
        start = self.take("class")
        name = node.name.value
        name_start = self.take(name)
        self._type_parameters(node.type_parameters)
        bases = self.arguments((*node.bases, *node.keywords))
        if not bases and isinstance(node.lpar, cst.LeftParen):
            self.empty("(")
        body = self._body(node.body)
        return ir.Class(name, bases, body, decorators, name_start, start=start, end=self.tail)
