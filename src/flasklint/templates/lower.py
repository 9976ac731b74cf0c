"""From Jinja's tree to facts.

An expression's place is worked out from the numbers of its tokens: where its first and last part stand, and what brackets
its last token opens. Parentheses around a part are counted in only where a longer expression begins or ends with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypedDict

from jinja2 import nodes

from flasklint import ir
from flasklint.templates.html import Machine
from flasklint.templates.parse import Parsed, Tag, Trans
from flasklint.templates.positions import TooDeepError

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


class Lowering:
    """Lowers one template. ``machine`` is None for a template that is not HTML. Raises :class:`TooDeepError`."""

    def __init__(self, parsed: Parsed, machine: Machine | None) -> None:
        self.parsed = parsed
        self.tokens = parsed.tokens
        self.kinds = parsed.tokens.kinds
        self.starts = parsed.tokens.starts
        self.ends = parsed.tokens.ends
        self.partners = parsed.tokens.partners
        self.around = parsed.tokens.around
        self.machine = machine
        self.depth = 0

    def template(self) -> tuple[ir.Stmt, ...]:
        """The whole template's body."""
        child = any(isinstance(node, nodes.Extends) for node in self.parsed.body)
        if not child:
            return self.body(self.parsed.body)
        # What a child template says outside its blocks is not shown, and its blocks land in different places.
        found: list[ir.Stmt] = []
        for node in self.parsed.body:
            if isinstance(node, nodes.Block):
                self.fresh()
            found += self.statement(node)
        return tuple(found)

    # Statements ------------------------------------------------------------------------------------------------------

    def body(self, body: Sequence[object]) -> tuple[ir.Stmt, ...]:
        found: list[ir.Stmt] = []
        for node in body:
            found += self.statement(node)
        return tuple(found)

    def apart(self, body: Sequence[object]) -> tuple[ir.Stmt, ...]:
        """A body whose outputs land somewhere else: it starts in plain text and changes nothing for what follows."""
        before = self.machine.state if self.machine else None
        self.fresh()
        result = self.body(body)
        if self.machine and before:
            self.machine.state = before
        return result

    def fresh(self) -> None:
        if self.machine:
            self.machine.state = type(self.machine.state)()

    def branches(self, bodies: Sequence[Sequence[object]]) -> list[tuple[ir.Stmt, ...]]:
        """Bodies of which one is taken."""
        if not self.machine:
            return [self.body(body) for body in bodies]
        start, results, ends = self.machine.state, [], []
        for body in bodies:
            self.machine.state = start
            results.append(self.body(body))
            ends.append(self.machine.state)
        self.machine.join(ends)
        return results

    def statement(self, node: object) -> Sequence[ir.Stmt]:
        self.deeper(node)
        result = _STATEMENTS[type(node)](self, node)
        self.depth -= 1
        return result

    def deeper(self, node: object) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            number = getattr(node, "lineno", None) or 0
            raise TooDeepError(self.starts[number], self.ends[number], "nested too deeply")

    def span(self, name: int) -> Place:
        """The place of a statement, by the number of its name's token: all of it, end tag included."""
        return Place(start=self.starts[name - 1], end=self.ends[self.parsed.closes[name - 1]])

    def header(self, name: int) -> tuple[int, int]:
        """The place of a statement's first tag."""
        return self.starts[name - 1], self.ends[self.kinds.index("block_end", name)]

    def context(self) -> ir.Context:
        return self.machine.context() if self.machine else _PLAIN

    def output(self, value: Placed, outer: tuple[int, int]) -> ir.Output:
        context = self.machine.output() if self.machine else _PLAIN
        return ir.Output(value.value, context, outer, start=self.starts[value.first], end=self.ends[value.last])

    def _output(self, node: nodes.Output) -> Sequence[ir.Stmt]:
        found = []
        printed = self.kinds[node.lineno] == "name" and self.kinds[node.lineno - 1] == "block_begin"
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                if self.machine:
                    self.machine.feed(part.data, self.tokens.plain_starts[part.lineno])
                continue
            value = self.expression(part)
            if printed:
                outer = self.header(node.lineno)
            else:
                first, last = self.around(value.first, value.last)
                outer = (self.starts[first - 1], self.ends[last + 1])
            found.append(self.output(value, outer))
        return found

    def _assign(self, node: nodes.Assign) -> Sequence[ir.Stmt]:
        return (ir.Assign((self.value(node.target),), self.value(node.node), **self.span(node.lineno)),)

    def _assign_block(self, node: nodes.AssignBlock) -> Sequence[ir.Stmt]:
        target = self.expression(node.target)
        start, end = self.header(node.lineno)
        content: ir.Expr
        if node.filter is not None:
            pipe = self.starts[self.around(target.first, target.last)[1] + 1]
            content = self.filtered(node.filter, ir.Op("opaque", start=pipe, end=pipe)).value
        else:
            content = ir.Op("opaque", start=start, end=end)
        body = self.apart(node.body)
        place = self.span(node.lineno)
        return (ir.Region("set", None, (*body, ir.Assign((target.value,), content, start=start, end=end)), **place),)

    def _for(self, node: nodes.For) -> Sequence[ir.Stmt]:
        target, subject = self.value(node.target), self.value(node.iter)
        test = self.expression(node.test) if node.test is not None else None
        before = self.machine.state if self.machine else None
        body = self.body(node.body)
        after = self.machine.state if self.machine else None
        if self.machine and before:
            self.machine.state = before
        orelse = self.body(node.else_)
        if self.machine and before and after:
            # With no turn at all the loop leaves everything as it was, or as its else does.
            self.machine.join((after, self.machine.state))
        place = self.span(node.lineno)
        if test is not None:
            end = body[-1].end if body else test.value.end
            body = (ir.If(test.value, body, start=test.value.start, end=end),)
        return (ir.Loop(target, subject, body, orelse, **place),)

    def _if(self, node: nodes.If) -> Sequence[ir.Stmt]:
        branches = [node, *node.elif_]
        tests = [self.value(branch.test) for branch in branches]
        lowered = self.branches([*(branch.body for branch in branches), node.else_])
        end = self.starts[self.parsed.closes[node.lineno - 1] - 2]
        orelse = lowered[-1]
        for branch, test, body in zip(branches[:0:-1], tests[:0:-1], lowered[-2:0:-1], strict=True):
            # Jinja notes an elif by the first token of its test.
            self.deeper(branch)
            orelse = (ir.If(test, body, orelse, start=self.starts[branch.lineno - 2], end=end),)
        self.depth -= len(node.elif_)
        return (ir.If(tests[0], lowered[0], orelse, **self.span(node.lineno)),)

    def _with(self, node: nodes.With) -> Sequence[ir.Stmt]:
        items = tuple(self.binding(target, value) for target, value in zip(node.targets, node.values, strict=True))
        return (ir.With(items, self.body(node.body), **self.span(node.lineno)),)

    def binding(self, target: nodes.Expr, value: nodes.Expr) -> ir.Assign:
        left, right = self.expression(target), self.expression(value)
        first, _ = self.around(left.first, left.last)
        _, last = self.around(right.first, right.last)
        return ir.Assign((left.value,), right.value, start=self.starts[first], end=self.ends[last])

    def _macro(self, node: nodes.Macro) -> Sequence[ir.Stmt]:
        parameters = self.parameters(node)
        body = self.apart(node.body)
        name_start = self.starts[node.lineno + 1]
        return (ir.Function(node.name, parameters, body, name_start=name_start, **self.span(node.lineno)),)

    def parameters(self, node: nodes.Macro | nodes.CallBlock) -> tuple[ir.Parameter, ...]:
        defaults: list[nodes.Expr | None] = [*([None] * (len(node.args) - len(node.defaults))), *node.defaults]
        found = []
        for name, default in zip(node.args, defaults, strict=True):
            value = self.expression(default) if default is not None else None
            last = self.around(value.first, value.last)[1] if value else name.lineno
            found.append(
                ir.Parameter(
                    name.name,
                    "normal",
                    default=value.value if value else None,
                    start=self.starts[name.lineno],
                    end=self.ends[last],
                )
            )
        return tuple(found)

    def _call_block(self, node: nodes.CallBlock) -> Sequence[ir.Stmt]:
        parameters = self.parameters(node)
        call = self.expression(node.call)
        header = self.header(node.lineno)
        context = self.machine.output() if self.machine else _PLAIN
        before = self.machine.state if self.machine else None
        body = self.body(node.body)
        if self.machine and before:
            self.machine.state = before
        place = self.span(node.lineno)
        caller = ir.Function("caller", parameters, body, name_start=header[0], **place)
        value = call.value
        assert isinstance(value, ir.Call)
        arguments = (*value.arguments, ir.Argument(caller, "caller", **place))
        value = ir.Call(value.function, arguments, start=value.start, end=value.end)
        return (ir.Output(value, context, header, start=value.start, end=value.end),)

    def _filter_block(self, node: nodes.FilterBlock) -> Sequence[ir.Stmt]:
        start = self.starts[node.lineno + 1]
        value = self.filtered(node.filter, ir.Name("", start=start, end=start)).value
        return (ir.Region("filter", value, self.body(node.body), **self.span(node.lineno)),)

    def _autoescape(self, node: nodes.Scope) -> Sequence[ir.Stmt]:
        (inner,) = node.body
        assert isinstance(inner, nodes.ScopedEvalContextModifier)
        value = self.value(inner.options[0].value)
        return (ir.Region("autoescape", value, self.body(inner.body), **self.span(inner.lineno)),)

    def _block(self, node: nodes.Block) -> Sequence[ir.Stmt]:
        context = self.context()
        return (ir.Block(node.name, self.body(node.body), context, **self.span(node.lineno)),)

    def _extends(self, node: nodes.Extends) -> Sequence[ir.Stmt]:
        return (ir.Link("extends", self.value(node.template), context=self.context(), **self.span(node.lineno)),)

    def _include(self, node: nodes.Include) -> Sequence[ir.Stmt]:
        return (
            ir.Link(
                "include",
                self.value(node.template),
                with_context=bool(node.with_context),
                ignore_missing=bool(node.ignore_missing),
                context=self.context(),
                **self.span(node.lineno),
            ),
        )

    def _import(self, node: nodes.Import) -> Sequence[ir.Stmt]:
        return self.link("import", node, ((node.target, node.target),))

    def _from(self, node: nodes.FromImport) -> Sequence[ir.Stmt]:
        names = tuple((name, name) if isinstance(name, str) else name for name in node.names)
        return self.link("from", node, names)

    def link(self, kind: Any, node: Any, names: tuple[tuple[str, str], ...]) -> Sequence[ir.Stmt]:
        return (
            ir.Link(
                kind,
                self.value(node.template),
                names,
                with_context=bool(node.with_context),
                context=self.context(),
                **self.span(node.lineno),
            ),
        )

    def _do(self, node: nodes.ExprStmt) -> Sequence[ir.Stmt]:
        return (ir.Do(self.value(node.node), **self.span(node.lineno)),)

    def _break(self, node: nodes.Break) -> Sequence[ir.Stmt]:
        return (ir.Jump("break", **self.span(node.lineno)),)

    def _continue(self, node: nodes.Continue) -> Sequence[ir.Stmt]:
        return (ir.Jump("continue", **self.span(node.lineno)),)

    def _tag(self, node: Tag) -> Sequence[ir.Stmt]:
        values = [self.expression(value) for value in node.values]
        value: ir.Expr | None = values[0].value if values else None
        if len(values) > 1:
            start, end = self.starts[values[0].first], self.ends[values[-1].last]
            value = ir.Op("opaque", tuple(part.value for part in values), start=start, end=end)
        return (ir.Region(node.name, value, self.body(node.body), **self.span(node.first)),)

    def _trans(self, node: Trans) -> Sequence[ir.Stmt]:
        """``{% trans a=b %}`` binds as ``with`` does; the first name bound is what ``pluralize`` counts by."""
        items = []
        for name, bound in node.bound:
            target = self.name(name)
            if bound is None:
                items.append(ir.Assign((target,), target, start=target.start, end=target.end))
                continue
            value = self.expression(bound)
            last = self.around(value.first, value.last)[1]
            items.append(ir.Assign((target,), value.value, start=target.start, end=self.ends[last]))
        place = self.span(node.first)
        body: tuple[ir.Stmt, ...]
        if node.plural is None:
            body = self.body(node.body)
        else:
            count = ir.Op("opaque", **place) if node.counted is None else self.name(node.counted)
            one, many = self.branches([node.body, node.plural])
            body = (ir.If(count, one, many, **place),)
        if items:
            body = (ir.With(tuple(items), body, **place),)
        return (ir.Region("trans", None, body, **place),)

    # Expressions -----------------------------------------------------------------------------------------------------

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


_PLAIN = ir.Context("plain")


def _start(node: ir.Node) -> int:
    return node.start


def _storable(value: object) -> bool:
    """Whether a constant's value can be stored as it is."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or _LEAST_INTEGER <= value <= _MOST_INTEGER


_STATEMENTS: dict[type, Callable[[Lowering, Any], Sequence[ir.Stmt]]] = {
    nodes.Output: Lowering._output,
    nodes.Assign: Lowering._assign,
    nodes.AssignBlock: Lowering._assign_block,
    nodes.For: Lowering._for,
    nodes.If: Lowering._if,
    nodes.With: Lowering._with,
    nodes.Macro: Lowering._macro,
    nodes.CallBlock: Lowering._call_block,
    nodes.FilterBlock: Lowering._filter_block,
    nodes.Scope: Lowering._autoescape,
    nodes.Block: Lowering._block,
    nodes.Extends: Lowering._extends,
    nodes.Include: Lowering._include,
    nodes.Import: Lowering._import,
    nodes.FromImport: Lowering._from,
    nodes.ExprStmt: Lowering._do,
    nodes.Break: Lowering._break,
    nodes.Continue: Lowering._continue,
    Tag: Lowering._tag,
    Trans: Lowering._trans,
}

_EXPRESSIONS: dict[type, Callable[[Lowering, Any], Placed]] = {
    nodes.Name: Lowering._name,
    nodes.NSRef: Lowering._ns_ref,
    nodes.Const: Lowering._const,
    nodes.Tuple: Lowering._tuple,
    nodes.List: Lowering._list,
    nodes.Dict: Lowering._dict,
    nodes.Getattr: Lowering._getattr,
    nodes.Getitem: Lowering._getitem,
    nodes.Slice: Lowering._slice,
    nodes.Call: Lowering._call,
    nodes.Filter: Lowering._filter,
    nodes.Test: Lowering._test,
    nodes.Not: Lowering._not,
    nodes.Neg: Lowering._neg,
    nodes.Pos: Lowering._pos,
    nodes.And: Lowering._chain,
    nodes.Or: Lowering._chain,
    nodes.Concat: Lowering._concat,
    nodes.Compare: Lowering._compare,
    nodes.CondExpr: Lowering._condition,
    **dict.fromkeys(_BINARY, Lowering._binary),
}
