"""From Jinja's tree to facts: the statements, and on the way the HTML that each output stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import nodes

from flasklint import ir
from flasklint.templates.expressions import Expressions, Place, Placed
from flasklint.templates.html import Machine
from flasklint.templates.parse import Parsed, Tag, Trans

_PLAIN = ir.Context("plain")


class Lowering(Expressions):
    """Lowers one template. ``machine`` is None for a template that is not HTML. Raises :class:`TooDeepError`."""

    def __init__(self, parsed: Parsed, machine: Machine | None) -> None:
        super().__init__(parsed.tokens)
        self.parsed = parsed
        self.machine = machine

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
        context, lead = self.context(), self._lead(node.lineno)
        return (ir.Block(node.name, self.body(node.body), context, lead, **self.span(node.lineno)),)

    def _lead(self, number: int) -> int:
        """Where the output begins that comes first after the tag of a token, white space aside; -1 when something else does."""
        while self.kinds[number] != "block_end":
            number += 1
        number += 1
        if self.kinds[number] == "data" and not self.tokens.all[number].value.strip():
            number += 1
        return self.starts[number] if self.kinds[number] == "variable_begin" else -1

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
