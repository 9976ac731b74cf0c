"""Jinja's expressions as facts.

An expression's place is worked out from the numbers of its tokens: where its first and last part stand, and what brackets
its last token opens. Parentheses around a part are counted in only where a longer expression begins or ends with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypedDict

from jinja2 import nodes

from flasklint import ir
from flasklint.templates.positions import Tokens, TooDeepError

_DEEPEST = 150
"""Facts in facts: what stores and walks them takes a few Python frames for each."""

_BINARY = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not-in"}
_LEAST_INTEGER, _MOST_INTEGER = -(2**63), 2**64 - 1


class Place(TypedDict):
    """A node's place, ready to be handed to it."""

    start: int
    end: int


class Placed(NamedTuple):
    """An expression and the numbers of its first and last token."""

    value: ir.Expr
    first: int
    last: int


class Expressions:
    """Lowers the expressions of one template. Raises :class:`TooDeepError`."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.partners = tokens.partners
        self.around = tokens.around
        self.depth = 0

    def deeper(self, node: object) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            number = getattr(node, "lineno", None) or 0
            raise TooDeepError(self.starts[number], self.ends[number], "nested too deeply")

    def value(self, node: nodes.Node) -> ir.Expr:
        return self.expression(node).value

    def expression(self, node: nodes.Node) -> Placed:
        self.deeper(node)
        result = _EXPRESSIONS[type(node)](self, node)
        self.depth -= 1
        return result

    def name(self, number: int) -> ir.Name:
        return ir.Name(self.tokens.all[number].value, start=self.starts[number], end=self.ends[number])

    def op(self, sign: str, operands: Sequence[Placed], first: int | None = None) -> Placed:
        """An operation that reaches from its first operand, or a token before it, to its last operand."""
        if first is None:
            first = self.around(operands[0].first, operands[0].last)[0]
        last = self.around(operands[-1].first, operands[-1].last)[1]
        values = tuple(operand.value for operand in operands)
        return Placed(ir.Op(sign, values, start=self.starts[first], end=self.ends[last]), first, last)

    def _name(self, node: nodes.Name) -> Placed:
        number = node.lineno
        return Placed(ir.Name(node.name, start=self.starts[number], end=self.ends[number]), number, number)

    def _ns_ref(self, node: nodes.NSRef) -> Placed:
        number = node.lineno
        value = ir.Name(node.name, start=self.starts[number], end=self.ends[number])
        return self.placed_attribute(value, node.attr, number, number + 2)

    def placed_attribute(self, value: ir.Expr, name: str, first: int, last: int) -> Placed:
        return Placed(ir.Attribute(value, name, start=self.starts[first], end=self.ends[last]), first, last)

    def _const(self, node: nodes.Const) -> Placed:
        first = last = node.lineno
        while self.kinds[first] == "string" and self.kinds[last + 1] == "string":
            last += 1
        place = Place(start=self.starts[first], end=self.ends[last])
        return Placed(ir.Const(node.value, **place) if _storable(node.value) else ir.Op("opaque", **place), first, last)

    def _tuple(self, node: nodes.Tuple) -> Placed:
        if not node.items:
            first = node.lineno - (self.kinds[node.lineno] == "rparen")
            return Placed(
                ir.Display("tuple", start=self.starts[first], end=self.ends[self.partners[first]]),
                first,
                self.partners[first],
            )
        items = [self.expression(item) for item in node.items]
        first = self.around(items[0].first, items[0].last)[0]
        last = self.around(items[-1].first, items[-1].last)[1]
        if self.kinds[last + 1] == "comma":
            last += 1
        return self.display("tuple", items, first, last)

    def display(self, kind: Any, items: Sequence[Placed], first: int, last: int) -> Placed:
        arguments = tuple(ir.Argument(item.value, start=item.value.start, end=item.value.end) for item in items)
        return Placed(ir.Display(kind, arguments, start=self.starts[first], end=self.ends[last]), first, last)

    def _list(self, node: nodes.List) -> Placed:
        items = [self.expression(item) for item in node.items]
        return self.display("list", items, node.lineno, self.partners[node.lineno])

    def _dict(self, node: nodes.Dict) -> Placed:
        pairs = []
        for pair in node.items:
            key, value = self.expression(pair.key), self.expression(pair.value)
            first, last = self.around(key.first, key.last)[0], self.around(value.first, value.last)[1]
            pairs.append(ir.Pair(key.value, value.value, start=self.starts[first], end=self.ends[last]))
        first, last = node.lineno, self.partners[node.lineno]
        return Placed(ir.Dict(tuple(pairs), start=self.starts[first], end=self.ends[last]), first, last)

    def _getattr(self, node: nodes.Getattr) -> Placed:
        value = self.expression(node.node)
        return self.placed_attribute(value.value, node.attr, self.around(value.first, value.last)[0], node.lineno + 1)

    def _getitem(self, node: nodes.Getitem) -> Placed:
        value, key = self.expression(node.node), self.value(node.arg)
        first = self.around(value.first, value.last)[0]
        last = self.partners.get(node.lineno, node.lineno + 1)
        return Placed(ir.Subscript(value.value, key, start=self.starts[first], end=self.ends[last]), first, last)

    def _slice(self, node: nodes.Slice) -> Placed:
        first = last = node.lineno
        parts: list[ir.Expr | None] = []
        for part in (node.start, node.stop, node.step):
            if part is None:
                parts.append(None)
            else:
                placed = self.expression(part)
                parts.append(placed.value)
                last = self.around(placed.first, placed.last)[1]
            if self.kinds[last + 1] == "colon":
                last += 1
        start, end = self.starts[first], self.ends[last]
        operands = tuple(ir.Const(None, start=end, end=end) if part is None else part for part in parts)
        return Placed(ir.Op("slice", operands, start=start, end=end), first, last)

    def _call(self, node: nodes.Call) -> Placed:
        function = self.expression(node.node)
        first, last = self.around(function.first, function.last)[0], self.partners[node.lineno]
        value = ir.Call(function.value, self.arguments(node), start=self.starts[first], end=self.ends[last])
        return Placed(value, first, last)

    def arguments(self, node: nodes.Call | nodes.Filter | nodes.Test) -> tuple[ir.Argument, ...]:
        plain = map(self.value, node.args)
        found = [ir.Argument(value, start=value.start, end=value.end) for value in plain]
        named: list[tuple[str, nodes.Expr | None, int]] = [
            *((str(keyword.key), keyword.value, 2) for keyword in node.kwargs),
            ("*", node.dyn_args, 1),
            ("**", node.dyn_kwargs, 1),
        ]
        for name, expression, before in named:
            if expression is None:
                continue
            placed = self.expression(expression)
            first, last = self.around(placed.first, placed.last)
            found.append(ir.Argument(placed.value, name, start=self.starts[first - before], end=self.ends[last]))
        return tuple(sorted(found, key=_start))

    def _filter(self, node: nodes.Filter) -> Placed:
        assert node.node is not None
        value = self.expression(node.node)
        return self.filter_call(node, value.value, self.around(value.first, value.last)[0])

    def filter_call(self, node: nodes.Filter, value: ir.Expr, first: int) -> Placed:
        name = last = node.lineno
        while self.kinds[last + 1] == "dot":
            last += 2
        sign = name - 1 if self.kinds[name - 1] == "pipe" else name
        function = ir.Name(f"|{node.name}", start=self.starts[sign], end=self.ends[last])
        if self.kinds[last + 1] == "lparen":
            last = self.partners[last + 1]
        arguments = (ir.Argument(value, start=value.start, end=value.end), *self.arguments(node))
        return Placed(ir.Call(function, arguments, start=self.starts[first], end=self.ends[last]), first, last)

    def filtered(self, node: nodes.Filter, value: ir.Expr) -> Placed:
        """A block's filters, of which the tree's innermost has nothing to filter, applied to what the block holds."""
        if isinstance(node.node, nodes.Filter):
            inner = self.filtered(node.node, value)
            return self.filter_call(node, inner.value, inner.first)
        return self.filter_call(node, value, node.lineno - (self.kinds[node.lineno - 1] == "pipe"))

    def _test(self, node: nodes.Test) -> Placed:
        value = self.expression(node.node)
        first = self.around(value.first, value.last)[0]
        last = node.lineno + 1
        if self.tokens.all[last].value == "not":
            last += 1
        while self.kinds[last + 1] == "dot":
            last += 2
        function = ir.Name(f"is {node.name}", start=self.starts[node.lineno], end=self.ends[last])
        arguments: tuple[ir.Argument, ...]
        if self.kinds[last + 1] == "lparen":
            arguments = self.arguments(node)
            last = self.partners[last + 1]
        elif node.args:
            against = self.expression(node.args[0])
            arguments = (ir.Argument(against.value, start=against.value.start, end=against.value.end),)
            last = against.last
        else:
            arguments = ()
        subject = ir.Argument(value.value, start=value.value.start, end=value.value.end)
        place = Place(start=self.starts[first], end=self.ends[last])
        return Placed(ir.Call(function, (subject, *arguments), **place), first, last)

    def _not(self, node: nodes.Not) -> Placed:
        value = self.expression(node.node)
        if self.tokens.all[node.lineno].value == "not":
            return self.op("not", (value,), node.lineno)
        return Placed(
            ir.Op("not", (value.value,), start=value.value.start, end=value.value.end), value.first, value.last
        )

    def _neg(self, node: nodes.Neg) -> Placed:
        return self.op("neg", (self.expression(node.node),), node.lineno)

    def _pos(self, node: nodes.Pos) -> Placed:
        return self.op("pos", (self.expression(node.node),), node.lineno)

    def _binary(self, node: nodes.BinExpr) -> Placed:
        return self.op(_BINARY[type(node)], (self.expression(node.left), self.expression(node.right)))

    def _chain(self, node: nodes.And | nodes.Or) -> Placed:
        """A chain of one operator, which Jinja nests to the left."""
        parts: list[nodes.Expr] = []
        current: nodes.Expr = node
        while type(current) is type(node):
            assert isinstance(current, (nodes.And, nodes.Or))
            parts.append(current.right)
            current = current.left
        operands = [self.expression(part) for part in (current, *reversed(parts))]
        # Any beginning of the chain may have parentheses of its own: ``(a and b) and c``.
        first, _ = self.around(operands[0].first, operands[0].last)
        for operand in operands[1:-1]:
            first, _ = self.around(first, self.around(operand.first, operand.last)[1])
        return self.op("and" if isinstance(node, nodes.And) else "or", operands, first)

    def _concat(self, node: nodes.Concat) -> Placed:
        return self.op("~", [self.expression(part) for part in node.nodes])

    def _compare(self, node: nodes.Compare) -> Placed:
        operands = [self.expression(node.expr), *(self.expression(part.expr) for part in node.ops)]
        whole = self.op("", operands)
        signs = tuple(_COMPARE[part.op] for part in node.ops)
        start, end = whole.value.start, whole.value.end
        values = tuple(operand.value for operand in operands)
        return Placed(ir.Compare(signs, values, start=start, end=end), whole.first, whole.last)

    def _condition(self, node: nodes.CondExpr) -> Placed:
        then, test = self.expression(node.expr1), self.expression(node.test)
        first = self.around(then.first, then.last)[0]
        if node.expr2 is None:
            last = self.around(test.first, test.last)[1]
            otherwise: ir.Expr = ir.Const(None, start=self.ends[last], end=self.ends[last])
        else:
            placed = self.expression(node.expr2)
            last, otherwise = self.around(placed.first, placed.last)[1], placed.value
        operands = (test.value, then.value, otherwise)
        return Placed(ir.Op("if", operands, start=self.starts[first], end=self.ends[last]), first, last)


def _start(node: ir.Node) -> int:
    return node.start


def _storable(value: object) -> bool:
    """Whether a constant's value can be stored as it is."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or _LEAST_INTEGER <= value <= _MOST_INTEGER


_EXPRESSIONS: dict[type, Callable[[Expressions, Any], Placed]] = {
    nodes.Name: Expressions._name,
    nodes.NSRef: Expressions._ns_ref,
    nodes.Const: Expressions._const,
    nodes.Tuple: Expressions._tuple,
    nodes.List: Expressions._list,
    nodes.Dict: Expressions._dict,
    nodes.Getattr: Expressions._getattr,
    nodes.Getitem: Expressions._getitem,
    nodes.Slice: Expressions._slice,
    nodes.Call: Expressions._call,
    nodes.Filter: Expressions._filter,
    nodes.Test: Expressions._test,
    nodes.Not: Expressions._not,
    nodes.Neg: Expressions._neg,
    nodes.Pos: Expressions._pos,
    nodes.And: Expressions._chain,
    nodes.Or: Expressions._chain,
    nodes.Concat: Expressions._concat,
    nodes.Compare: Expressions._compare,
    nodes.CondExpr: Expressions._condition,
    **dict.fromkeys(_BINARY, Expressions._binary),
}
