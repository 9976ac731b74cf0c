"""Lowering of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import libcst as cst

from flasklint import ir
from flasklint.python import literals
from flasklint.python.places import DEEPEST, Places
from flasklint.python.refusal import InvalidError

_CONSTANTS: dict[str, bool | None] = {"None": None, "True": True, "False": False}
_BINARY = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "MatrixMultiply": "@",
    "LeftShift": "<<",
    "RightShift": ">>",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
}
_UNARY = {"Minus": ("neg", "-"), "Plus": ("pos", "+"), "BitInvert": ("invert", "~")}
# What a comparison is called, and the words that it is written with.
_COMPARISONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Equal": ("==", ()),
    "NotEqual": ("!=", ()),
    "LessThan": ("<", ()),
    "LessThanEqual": ("<=", ()),
    "GreaterThan": (">", ()),
    "GreaterThanEqual": (">=", ()),
    "In": ("in", ("in",)),
    "NotIn": ("not-in", ("not", "in")),
    "Is": ("is", ("is",)),
    "IsNot": ("is-not", ("is", "not")),
}


class Expressions(Places):
    """Each method takes the words of its node in the order in which they stand, and nothing else's."""

    def expression(self, node: cst.BaseExpression) -> ir.Expr:
        """The fact of any expression."""
        kind = type(node)
        if isinstance(node, cst.Name):
            # Half of all expressions: as visit_Name would have it.
            word = node.value
            start = self.code.find(word, self.at)
            if start >= 0 and word not in _CONSTANTS:
                size = len(word)
                self.seen += size
                end = self.at = start + size
                return ir.Name(word, start=start, end=end)
        self.depth += 1
        if self.depth > DEEPEST:
            self.deeper(0)
        lowered: ir.Expr = self.table[kind](self, node)
        self.depth -= 1
        return lowered

    # Names and literals

    def visit_Name(self, node: cst.Name) -> ir.Expr:
        word = node.value
        start = self.take(word)
        if word in _CONSTANTS:
            return ir.Const(_CONSTANTS[word], start=start, end=start + len(word))
        return ir.Name(word, start=start, end=start + len(word))

    def visit_Ellipsis(self, node: cst.Ellipsis) -> ir.Expr:
        end = self.at = self.after("...", self.at)
        return ir.Const(None, "ellipsis", start=end - 3, end=end)

    def visit_Integer(self, node: cst.Integer) -> ir.Expr:
        return self._number(node.value, literals.integer(node.value))

    def visit_Float(self, node: cst.Float) -> ir.Expr:
        return self._number(node.value, literals.real(node.value))

    def visit_Imaginary(self, node: cst.Imaginary) -> ir.Expr:
        return self._number(node.value, None)

    def _number(self, word: str, value: float | None) -> ir.Expr:
        start = self.take_number(word)
        end = start + len(word)
        return ir.Op("opaque", start=start, end=end) if value is None else ir.Const(value, start=start, end=end)

    def visit_SimpleString(self, node: cst.SimpleString) -> ir.Expr:
        text = node.value
        start = self.take_string(text)
        end = start + len(text)
        found = literals.string(text)
        if found is None:
            return ir.Op("opaque", start=start, end=end)
        return ir.Const(found[0], "bytes" if found[1] else "", start=start, end=end)

    def visit_FormattedString(self, node: cst.FormattedString) -> ir.Expr:
        start = self.take_string(node.start)
        parts = self._pieces(node.parts, "r" in node.start.lower())
        self.expect(node.end)
        return ir.Join(parts, start=start, end=self.at)

    def visit_TemplatedString(self, node: cst.TemplatedString) -> ir.Expr:
        # A template string is no string: only what stands in it counts.
        start = self.take_string(node.start)
        parts = self._pieces(node.parts, "r" in node.start.lower())
        self.expect(node.end)
        return ir.Op(
            "opaque", tuple(part for part in parts if isinstance(part, ir.Formatted)), start=start, end=self.at
        )

    def _pieces(
        self,
        parts: Sequence[cst.BaseFormattedStringContent] | Sequence[cst.BaseTemplatedStringContent],
        raw: bool,
    ) -> tuple[ir.Expr, ...]:
        lowered: list[ir.Expr] = []
        for part in parts:
            start = self.at
            if isinstance(part, (cst.FormattedStringText, cst.TemplatedStringText)):
                self.expect(part.value)
                value = literals.piece(part.value, raw)
                if value is None:
                    lowered.append(ir.Op("opaque", start=start, end=self.at))
                else:
                    lowered.append(ir.Const(value, start=start, end=self.at))
            elif isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
                lowered.extend(self._formatted(part, raw))
        return tuple(lowered)

    def _formatted(
        self, node: cst.FormattedStringExpression | cst.TemplatedStringExpression, raw: bool
    ) -> tuple[ir.Expr, ...]:
        start = self.at
        self.expect("{")
        value = self.expression(node.expression)
        end = self.last(node.expression, value)
        conversion = node.conversion or ""
        written: tuple[ir.Expr, ...] = ()
        if node.equal is not None:
            # ``{x = }`` is the text ``x = `` and then the value, by default as repr() gives it.
            end = self.after("=", end)
            while self.code[end : end + 1].isspace():
                end += 1
            written = (ir.Const(self.text[start + 1 : end], start=start + 1, end=end),)
            if not conversion and node.format_spec is None:
                conversion = "r"
        if node.conversion:
            end = self.take(node.conversion) + len(node.conversion)
        spec: ir.Expr | None = None
        if node.format_spec is not None:
            first = self.at = self.after(":", end)
            match self._pieces(node.format_spec, raw):
                case (ir.Const() as spec,):
                    pass
                case parts:
                    spec = ir.Join(parts, start=first, end=self.at)
            end = self.at
        self.at = self.after("}", end)
        return (*written, ir.Formatted(value, conversion, spec, start=start, end=self.at))

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> ir.Expr:
        # Nested to the right, one level for each string: walked in a loop, for there may be thousands.
        pieces = [self.expression(node.left)]
        right = node.right
        while isinstance(right, cst.ConcatenatedString):
            pieces.append(self.expression(right.left))
            right = right.right
        pieces.append(self.expression(right))
        start, end = pieces[0].start, pieces[-1].end
        prefixes = [self.text[piece.start : piece.start + 3].replace('"', "'").partition("'")[0] for piece in pieces]
        if len({"b" in prefix.lower() for prefix in prefixes}) > 1:
            raise InvalidError("bytes and text in one string")
        constants = [piece for piece in pieces if isinstance(piece, ir.Const)]
        if len(constants) == len(pieces) and len({constant.kind for constant in constants}) == 1:
            joined = "".join(str(constant.value) for constant in constants)
            return ir.Const(joined, constants[0].kind, start=start, end=end)
        parts: list[ir.Expr] = []
        for piece in pieces:
            match piece:
                case ir.Join():
                    parts.extend(piece.parts)
                case ir.Const(kind="") | ir.Op("opaque", ()):
                    parts.append(piece)
                case _:
                    return ir.Op("opaque", tuple(pieces), start=start, end=end)
        if any(isinstance(piece, ir.Join) for piece in pieces):
            return ir.Join(tuple(parts), start=start, end=end)
        return ir.Op("opaque", start=start, end=end)

    # Operations

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> ir.Expr:
        kind = type(node.operator).__name__
        if kind == "Not":
            start = self.take("not")
            operand = self.expression(node.expression)
            sign = "not"
        else:
            operand = self.expression(node.expression)
            sign, written = _UNARY[kind]
            start = self.before(written, self.first(node.expression, operand))
        return ir.Op(sign, (operand,), start=start, end=self.last(node.expression, operand))

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> ir.Expr:
        # Long sums lean to the left: down in a loop, then up.
        spine = [node]
        while isinstance(left := spine[-1].left, cst.BinaryOperation) and not left.lpar:
            spine.append(left)
        levels = len(spine) - 1
        self.deeper(levels)
        lowered = self.expression(left)
        start = self.first(left, lowered)
        while spine:
            operation = spine.pop()
            right = self.expression(operation.right)
            sign = _BINARY[type(operation.operator).__name__]
            lowered = ir.Op(sign, (lowered, right), start=start, end=self.last(operation.right, right))
        self.deeper(-levels)
        return lowered

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> ir.Expr:
        kind = type(node.operator)
        operands: list[cst.BaseExpression] = [node.right]
        left = node.left
        while isinstance(left, cst.BooleanOperation) and type(left.operator) is kind and not left.lpar:
            operands.append(left.right)
            left = left.left
        operands.append(left)
        word = "and" if kind.__name__ == "And" else "or"
        last = self.expression(left)
        start = self.first(left, last)
        lowered = [last]
        for operand in operands[-2::-1]:
            self.take(word)
            last = self.expression(operand)
            lowered.append(last)
        return ir.Op(word, tuple(lowered), start=start, end=self.last(node.right, last))

    def visit_Comparison(self, node: cst.Comparison) -> ir.Expr:
        last = self.expression(node.left)
        start = self.first(node.left, last)
        signs, operands = [], [last]
        for target in node.comparisons:
            sign, words = _COMPARISONS[type(target.operator).__name__]
            for word in words:
                self.take(word)
            last = self.expression(target.comparator)
            signs.append(sign)
            operands.append(last)
        end = self.last(node.comparisons[-1].comparator, last)
        return ir.Compare(tuple(signs), tuple(operands), start=start, end=end)

    def visit_IfExp(self, node: cst.IfExp) -> ir.Expr:
        then = self.expression(node.body)
        self.take("if")
        test = self.expression(node.test)
        self.take("else")
        otherwise = self.expression(node.orelse)
        start, end = self.first(node.body, then), self.last(node.orelse, otherwise)
        return ir.Op("if", (test, then, otherwise), start=start, end=end)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> ir.Expr:
        target = self.expression(node.target)
        value = self.expression(node.value)
        return ir.Walrus(target, value, start=self.first(node.target, target), end=self.last(node.value, value))

    def visit_Await(self, node: cst.Await) -> ir.Expr:
        start = self.take("await")
        value = self.expression(node.expression)
        return ir.Op("await", (value,), start=start, end=self.last(node.expression, value))

    def visit_Yield(self, node: cst.Yield) -> ir.Expr:
        start = self.take("yield")
        if node.value is None:
            return ir.Op("yield", start=start, end=start + 5)
        sign, expression = "yield", node.value
        if isinstance(expression, cst.From):
            self.take("from")
            sign, expression = "yield-from", expression.item
        value = self.expression(expression)
        return ir.Op(sign, (value,), start=start, end=self.last(expression, value))

    def visit_StarredElement(self, node: cst.StarredElement) -> ir.Expr:
        # Where a star stands alone (``*args: *Ts``), this language has no word for it.
        item = self._item(node)
        return ir.Op("opaque", (item.value,), start=item.start, end=item.end)

    # Access and calls

    def visit_Attribute(self, node: cst.Attribute) -> ir.Expr:
        value = self.expression(node.value)
        word = node.attr.value
        end = self.take(word) + len(word)
        return ir.Attribute(
            value, word, start=self.first(node.value, value) if node.value.lpar else value.start, end=end
        )

    def visit_Subscript(self, node: cst.Subscript) -> ir.Expr:
        value = self.expression(node.value)
        at = opening = self.after("[", self.last(node.value, value))
        items: list[ir.Argument] = []
        for element in node.slice:
            if items:
                at = self.after(",", at)
            match element.slice:
                case cst.Index(value=index, star=star):
                    lowered = self.expression(index)
                    start, at = self.first(index, lowered), self.last(index, lowered)
                    if star:
                        start = self.before("*", start)
                    items.append(ir.Argument(lowered, star or "", start=start, end=at))
                case cst.Slice() as part:
                    lowered = self._slice(part, at)
                    at = lowered.end
                    items.append(ir.Argument(lowered, start=lowered.start, end=at))
        last = node.slice[-1]
        if len(items) == 1 and not items[0].name and not isinstance(last.comma, cst.Comma):
            key = items[0].value
        else:
            if isinstance(last.comma, cst.Comma):
                at = self.after(",", at)
            key = ir.Display("tuple", tuple(items), start=items[0].start if items else opening, end=at)
        start = self.first(node.value, value)
        return ir.Subscript(value, key, start=start, end=self.after("]", at))

    def _slice(self, node: cst.Slice, at: int) -> ir.Expr:
        start: int | None = None
        bounds: list[ir.Expr] = []
        second = isinstance(node.second_colon, cst.Colon)
        for bound, colon in ((node.lower, True), (node.upper, second), (node.step, False)):
            if bound is None:
                if start is None:
                    at = start = self.after(":", at) - 1
                bounds.append(ir.Const(None, start=at, end=at))
            else:
                lowered = self.expression(bound)
                if start is None:
                    start = self.first(bound, lowered)
                at = self.last(bound, lowered)
                bounds.append(lowered)
            if colon:
                at = self.after(":", at)
        return ir.Op("slice", tuple(bounds), start=start or 0, end=at)

    def visit_Call(self, node: cst.Call) -> ir.Expr:
        function = self.expression(node.func)
        start = self.first(node.func, function) if node.func.lpar else function.start
        if not node.args:
            return ir.Call(function, start=start, end=self.empty("(")[1])
        arguments = self.arguments(node.args)
        return ir.Call(function, arguments, start=start, end=self.after(")", arguments[-1].end))

    def arguments(self, nodes: Sequence[cst.Arg]) -> tuple[ir.Argument, ...]:
        """The arguments of a call, or a class's bases."""
        lowered = []
        for node in nodes:
            name: str = node.star
            if node.keyword is not None:
                name = node.keyword.value
                start = self.take(name)
                value = self.expression(node.value)
            else:
                value = self.expression(node.value)
                start = self.first(node.value, value) if node.value.lpar else value.start
                if name:
                    start = self.before(name, start)
            end = self.last(node.value, value) if node.value.rpar else value.end
            lowered.append(ir.Argument(value, name, start=start, end=end))
        return tuple(lowered)

    # Displays and comprehensions

    def visit_List(self, node: cst.List) -> ir.Expr:
        return self._display("list", node.elements, "[", "]")

    def visit_Set(self, node: cst.Set) -> ir.Expr:
        return self._display("set", node.elements, "{", "}")

    def visit_Tuple(self, node: cst.Tuple) -> ir.Expr:
        if node.lpar:
            return self._display("tuple", node.elements, "(", ")")
        items = tuple(self._item(element) for element in node.elements)
        end = items[-1].end
        if isinstance(node.elements[-1].comma, cst.Comma):
            end = self.after(",", end)
        return ir.Display("tuple", items, start=items[0].start, end=end)

    def _display(
        self, kind: Literal["list", "tuple", "set"], elements: Sequence[cst.BaseElement], opening: str, closing: str
    ) -> ir.Expr:
        if not elements:
            start, end = self.empty(opening)
            return ir.Display(kind, start=start, end=end)
        items = tuple(self._item(element) for element in elements)
        start, end = self.before(opening, items[0].start), self.after(closing, items[-1].end)
        return ir.Display(kind, items, start=start, end=end)

    def _item(self, node: cst.BaseElement) -> ir.Argument:
        value = self.expression(node.value)
        start, end = self.first(node.value, value), self.last(node.value, value)
        if isinstance(node, cst.StarredElement):
            return ir.Argument(value, "*", start=self.before("*", start), end=end)
        return ir.Argument(value, start=start, end=end)

    def visit_Dict(self, node: cst.Dict) -> ir.Expr:
        if not node.elements:
            start, end = self.empty("{")
            return ir.Dict(start=start, end=end)
        pairs = []
        for element in node.elements:
            key: ir.Expr | None = None
            if isinstance(element, cst.DictElement):
                key = self.expression(element.key)
                start = self.first(element.key, key)
                value = self.expression(element.value)
            else:
                value = self.expression(element.value)
                start = self.before("**", self.first(element.value, value))
            pairs.append(ir.Pair(key, value, start=start, end=self.last(element.value, value)))
        start, end = self.before("{", pairs[0].start), self.after("}", pairs[-1].end)
        return ir.Dict(tuple(pairs), start=start, end=end)

    def visit_ListComp(self, node: cst.ListComp) -> ir.Expr:
        return self._comprehension("list", node, "[", "]")

    def visit_SetComp(self, node: cst.SetComp) -> ir.Expr:
        return self._comprehension("set", node, "{", "}")

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> ir.Expr:
        return self._comprehension("generator", node, *(("(", ")") if node.lpar else ("", "")))

    def _comprehension(
        self, kind: Literal["list", "set", "generator"], node: cst.BaseSimpleComp, opening: str, closing: str
    ) -> ir.Expr:
        element = self.expression(node.elt)
        start = self.first(node.elt, element)
        clauses = self._clauses(node.for_in)
        end = clauses[-1].end
        if opening:
            start, end = self.before(opening, start), self.after(closing, end)
        return ir.Comprehension(kind, element, clauses, start=start, end=end)

    def visit_DictComp(self, node: cst.DictComp) -> ir.Expr:
        key = self.expression(node.key)
        start = self.before("{", self.first(node.key, key))
        value = self.expression(node.value)
        clauses = self._clauses(node.for_in)
        return ir.Comprehension("dict", value, clauses, key, start=start, end=self.after("}", clauses[-1].end))

    def visit_StarredDictComp(self, node: cst.StarredDictComp) -> ir.Expr:
        value = self.expression(node.value)
        start = self.before("{", self.first(node.value, value))
        clauses = self._clauses(node.for_in)
        return ir.Comprehension("dict", value, clauses, start=start, end=self.after("}", clauses[-1].end))

    def _clauses(self, node: cst.CompFor | None) -> tuple[ir.Clause, ...]:
        clauses = []
        while node is not None:
            start = self.take("for") if node.asynchronous is None else self.take("async")
            if node.asynchronous is not None:
                self.take("for")
            target = self.expression(node.target)
            self.take("in")
            iterable = self.expression(node.iter)
            end = self.last(node.iter, iterable)
            tests = []
            for clause in node.ifs:
                self.take("if")
                test = self.expression(clause.test)
                end = self.last(clause.test, test)
                tests.append(test)
            clauses.append(ir.Clause(target, iterable, tuple(tests), start=start, end=end))
            node = node.inner_for_in
        return tuple(clauses)

    # Functions

    def visit_Lambda(self, node: cst.Lambda) -> ir.Expr:
        start = self.take("lambda")
        parameters = self.parameters(node.params)
        value = self.expression(node.body)
        first, end = self.first(node.body, value), self.last(node.body, value)
        body = ir.Return(value, start=first, end=end)
        return ir.Function("<lambda>", parameters, (body,), name_start=start, start=start, end=end)

    def parameters(self, node: cst.Parameters) -> tuple[ir.Parameter, ...]:
        """The parameters of a function or a lambda; a bare ``*`` or ``/`` shows in the kinds of those around it."""
        lowered = [self._parameter(param, "positional") for param in node.posonly_params]
        lowered.extend(self._parameter(param, "normal") for param in node.params)
        if isinstance(node.star_arg, cst.Param):
            lowered.append(self._parameter(node.star_arg, "star"))
        lowered.extend(self._parameter(param, "keyword") for param in node.kwonly_params)
        if node.star_kwarg is not None:
            lowered.append(self._parameter(node.star_kwarg, "double-star"))
        return tuple(lowered)

    def _parameter(
        self, node: cst.Param, kind: Literal["positional", "normal", "star", "keyword", "double-star"]
    ) -> ir.Parameter:
        name = node.name.value
        start = self.take(name)
        end = start + len(name)
        if isinstance(node.star, str) and node.star:
            start = self.before(node.star, start)
        annotation: ir.Expr | None = None
        if node.annotation is not None:
            annotation = self.expression(node.annotation.annotation)
            end = self.last(node.annotation.annotation, annotation)
        default: ir.Expr | None = None
        if node.default is not None:
            default = self.expression(node.default)
            end = self.last(node.default, default)
        return ir.Parameter(name, kind, annotation, default, start=start, end=end)
