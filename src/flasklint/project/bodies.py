"""What the body of a function may give back, for the arguments of one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from flasklint import ir
from flasklint.project.lifting import COMPUTED, certain_truth
from flasklint.project.scopes import Scope
from flasklint.project.values import Known, Setting, Unset


class Frame(msgspec.Struct, frozen=True):
    """One call that is followed: the parameters' values, by name. ``missing``: variables of the environment are taken to be
    missing, so that what comes out is the default."""

    function: ir.Function | None = None
    arguments: Mapping[str, Setting] | None = None
    depth: int = 0
    missing: bool = False


OUTSIDE = Frame()
"""No call is followed."""


class Folds(Protocol):
    """Folds an expression inside a call that is followed."""

    def __call__(self, expr: ir.Expr, scope: Scope, frame: Frame) -> Setting: ...


class Run:
    """One run through a function's body: ``found`` is what it may return. Loops are not run."""

    def __init__(self, fold: Folds, scope: Scope, frame: Frame) -> None:
        assert isinstance(scope.node, ir.Function)
        self._fold = fold
        self.frame = frame
        self.scope = scope
        self.missing = frame.missing
        self.left = 200
        self.found: list[Setting] = []
        if not self.statements(scope.node.body):
            self.found.append(Known(None))

    def statements(self, body: Iterable[ir.Stmt]) -> bool:
        """Whether the end of the body is certainly not reached."""
        return any(self.statement(one) for one in body)

    def statement(self, statement: ir.Stmt) -> bool:
        self.left -= 1
        if self.left < 0:
            self.found.append(COMPUTED)
            return True
        match statement:
            case ir.Return(value=value):
                self.found.append(Known(None) if value is None else self._fold(value, self.scope, self.frame))
                return True
            case ir.Raise():
                return True
            case ir.If(test=test, body=then, orelse=otherwise):
                truth = certain_truth(self._fold(test, self.scope, self.frame))
                ended = truth is False or self.statements(then)
                return (truth is True or self.statements(otherwise)) and ended
            case ir.Try(body=tried, handlers=handlers, orelse=otherwise, final=final):
                return self.tried((*tried, *otherwise), handlers) or self.statements(final)
            case ir.With(body=inner):
                return self.statements(inner)
            case ir.Loop() | ir.Match():
                if any(isinstance(node, ir.Return) for node in ir.walk(statement)):
                    self.found.append(COMPUTED)
        return False

    def tried(self, body: tuple[ir.Stmt, ...], handlers: tuple[ir.Handler, ...]) -> bool:
        before, self.found = self.found, []
        ended = self.statements(body)
        fails = any(isinstance(one, Unset) for one in self.found)
        if self.missing:  # what fails without the variable is caught
            self.found = [one for one in self.found if not isinstance(one, Unset)]
        self.found = before + self.found
        if self.missing and not fails:
            return ended
        caught = [self.statements(handler.body) for handler in handlers]
        return ended and all(caught)
