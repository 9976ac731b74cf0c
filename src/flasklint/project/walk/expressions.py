"""What expressions stand for."""

from __future__ import annotations

from flasklint import ir
from flasklint.project import library
from flasklint.project.objects import Fn, Frame, Lib, Map, Seq, Value, branch
from flasklint.project.operations import join, operate, python
from flasklint.project.tree import REFLECTED
from flasklint.project.values import Known, Unknown
from flasklint.project.walk.calls import Calls
from flasklint.project.walk.frames import call_frame, qualified
from flasklint.source import Location

WIDEST_LOOPS = (200, 100, 8, 3)
"""Items that a loop is followed for at most, by how many loops it stands in."""


class Expressions(Calls):
    """Evaluates expressions."""

    def evaluate(self, expr: ir.Expr, frame: Frame) -> Value:
        match expr:
            case ir.Const(value, kind):
                if kind == "ellipsis":
                    return Unknown("...")
                plain = value.encode("latin-1") if kind == "bytes" and isinstance(value, str) else value
                return Known(plain, (Location(frame.module.path, expr.span),))
            case ir.Name(name):
                found = self.lookup(name, frame)
                if isinstance(found, Lib) and found.name == "flask.current_app" and self.contexts:
                    return self.contexts[-1]
                return found
            case ir.Attribute(owner, name):
                return self.attribute(self.evaluate(owner, frame), name)
            case ir.Call():
                return self.call_expression(expr, frame)
            case ir.Subscript(owner, key):
                return self.item(self.evaluate(owner, frame), self.evaluate(key, frame), expr, frame)
            case ir.Op(sign, operands):
                return self._operation(sign, operands, frame)
            case ir.Compare(signs, operands):
                values = [self.evaluate(operand, frame) for operand in operands]
                tests = [operate(sign, values[at], values[at + 1]) for at, sign in enumerate(signs)]
                return operate("and", *tests) if len(tests) > 1 else tests[0]
            case ir.Join(parts):
                return join(
                    tuple(
                        self.evaluate(part.value if isinstance(part, ir.Formatted) else part, frame) for part in parts
                    )
                )
            case ir.Display(kind, items):
                return self._display(kind, items, frame)
            case ir.Dict(pairs):
                return self._dict(pairs, frame)
            case ir.Comprehension():
                return self._comprehension(expr, frame)
            case ir.Function():
                return Fn(expr, frame, f"{qualified(frame, expr.name)}")
            case ir.Walrus(target, value):
                result = self.evaluate(value, frame)
                self.assign(target, result, value, call_frame(frame))
                return result
        return Unknown("an expression that is not followed")

    def _operation(self, sign: str, operands: tuple[ir.Expr, ...], frame: Frame) -> Value:
        if sign == "if":
            test = self.evaluate(operands[0], frame)
            known, plain = python(test)
            self.conditions.append(test)
            then = self.evaluate(operands[1], frame)
            self.conditions[-1] = operate("not", test)
            otherwise = self.evaluate(operands[2], frame)
            self.conditions.pop()
            if known:
                return then if plain else otherwise
            return branch(test, then, otherwise)
        if sign in ("yield", "yield-from", "opaque", "slice", "await", "~"):
            for operand in operands:
                self.evaluate(operand, frame)
            return Unknown(f"result of {sign}")
        return operate(sign, *(self.evaluate(operand, frame) for operand in operands))

    def _display(self, kind: str, items: tuple[ir.Argument, ...], frame: Frame) -> Value:
        made = Seq([], kind)
        for item in items:
            value = self.evaluate(item.value, frame)
            if item.name == "*":
                inner = library.sequence(value)
                made.items.extend(inner.items if inner else [])
                made.partial = made.partial or inner is None or inner.partial
            else:
                made.items.append(value)
        return made

    def _dict(self, pairs: tuple[ir.Pair, ...], frame: Frame) -> Value:
        made = Map([])
        for pair in pairs:
            value = self.evaluate(pair.value, frame)
            if pair.key is None:
                if isinstance(value, Map):
                    made.items += value.items
                made.partial = made.partial or not isinstance(value, Map) or value.partial
            else:
                made.items.append((self.evaluate(pair.key, frame), value, Location(frame.module.path, pair.value.span)))
        return made

    def _comprehension(self, expr: ir.Comprehension, frame: Frame) -> Value:
        inner = Frame(frame.module, frame, frame.qualname, kind="comprehension")
        made = Seq([], "list")
        pairs = Map([])
        first = expr.clauses[0]
        items = library.sequence(self.evaluate(first.iterable, frame))
        partial = items is None or items.partial or len(expr.clauses) > 1
        unsure = bool(first.tests) and partial
        for item in (
            items.items[: WIDEST_LOOPS[0]]
            if items and len(expr.clauses) == 1
            else [Unknown("an item of something unknown")]
        ):
            self.assign(first.target, item, first.iterable, inner)
            tests = [python(self.evaluate(test, inner)) for test in first.tests] if items else []
            if any(known and not plain for known, plain in tests):
                continue
            unsure = unsure or not all(known for known, _ in tests)
            for clause in expr.clauses[1:]:
                self.assign(clause.target, Unknown("an item of something unknown"), clause.iterable, inner)
            value = self.evaluate(expr.element, inner)
            if expr.key is not None:
                pairs.items.append(
                    (self.evaluate(expr.key, inner), value, Location(frame.module.path, expr.element.span))
                )
            else:
                made.items.append(value)
        made.partial = pairs.partial = partial or unsure
        if items is not None and items.kind == REFLECTED:
            made.kind = REFLECTED
        return pairs if expr.key is not None else made
