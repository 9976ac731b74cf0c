"""Lowering of what ``case`` matches."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from flasklint import ir
from flasklint.python.expressions import Expressions


class Pattern(NamedTuple):
    """What is kept of a pattern; see :class:`flasklint.ir.Case`."""

    values: tuple[ir.Expr, ...] = ()
    binds: tuple[str, ...] = ()
    wildcard: bool = False


class Patterns(Expressions):
    """As for expressions: each method takes the words of its node in the order in which they stand."""

    def pattern(self, node: cst.MatchPattern) -> Pattern:
        """What any pattern compares with and binds."""
        lowered: Pattern = self.table[type(node)](self, node)
        return lowered

    def visit_MatchValue(self, node: cst.MatchValue) -> Pattern:
        return Pattern((self.expression(node.value),))

    def visit_MatchSingleton(self, node: cst.MatchSingleton) -> Pattern:
        return Pattern((self.expression(node.value),))

    def visit_MatchAs(self, node: cst.MatchAs) -> Pattern:
        if node.pattern is not None:
            values, binds, wildcard = self.pattern(node.pattern)
            self.take("as")
            return Pattern(values, (*binds, *self._bind(node.name)), wildcard)
        return Pattern((), self._bind(node.name), True)

    def visit_MatchOr(self, node: cst.MatchOr) -> Pattern:
        choices = [self.pattern(element.pattern) for element in node.patterns]
        values: tuple[ir.Expr, ...] = ()
        if all(choice.values for choice in choices):
            values = tuple(value for choice in choices for value in choice.values)
        binds = dict.fromkeys(name for choice in choices for name in choice.binds)
        return Pattern(values, tuple(binds), any(choice.wildcard for choice in choices))

    def visit_MatchList(self, node: cst.MatchList) -> Pattern:
        if not node.patterns and node.lbracket is not None:
            self.empty("[")
        return self._sequence(node)

    def visit_MatchTuple(self, node: cst.MatchTuple) -> Pattern:
        if not node.patterns:
            self.empty("(")
        return self._sequence(node)

    def _sequence(self, node: cst.MatchSequence) -> Pattern:
        binds: list[str] = []
        for element in node.patterns:
            if isinstance(element, cst.MatchStar):
                binds.extend(self._bind(element.name))
            else:
                binds.extend(self.pattern(element.value).binds)
        return Pattern((), tuple(binds))

    def visit_MatchMapping(self, node: cst.MatchMapping) -> Pattern:
        binds: list[str] = []
        for element in node.elements:
            self.expression(element.key)
            binds.extend(self.pattern(element.pattern).binds)
        if node.rest is not None:
            binds.extend(self._bind(node.rest))
        elif not node.elements:
            self.empty("{")
        return Pattern((), tuple(binds))

    def visit_MatchClass(self, node: cst.MatchClass) -> Pattern:
        self.expression(node.cls)
        binds: list[str] = []
        for element in node.patterns:
            binds.extend(self.pattern(element.value).binds)
        for keyword in node.kwds:
            self.take(keyword.key.value)
            binds.extend(self.pattern(keyword.pattern).binds)
        if not node.patterns and not node.kwds:
            self.empty("(")
        return Pattern((), tuple(binds))

    def _bind(self, name: cst.Name | None) -> tuple[str, ...]:
        self.take(name.value if name is not None else "_")
        return (name.value,) if name is not None else ()
