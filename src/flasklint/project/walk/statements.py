"""Statements, in the order in which they run; both sides of what is not settled."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from flasklint import ir
from flasklint.project import flaskapi, library
from flasklint.project.iterated import iterated
from flasklint.project.modules import Modules
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Branch,
    Cls,
    Decoration,
    Fn,
    Frame,
    Instance,
    Method,
    Registrar,
    Result,
    Seq,
    Value,
    branch,
)
from flasklint.project.operations import operate, python
from flasklint.project.scripts import asks_for_main
from flasklint.project.tree import REFLECTED
from flasklint.project.values import Known, Unknown
from flasklint.project.walk.expressions import WIDEST_LOOPS, Expressions
from flasklint.project.walk.frames import call_frame, closure, keeps, qualified, registers

_LARGE_LITERAL = 120


class Statements(Expressions):
    """Follows statements."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._loops = 0
        self._reflected = 0

    def block(self, statements: Sequence[ir.Stmt], frame: Frame) -> bool:
        pushed = 0
        try:
            for statement in statements:
                self.step()
                if isinstance(statement, ir.If):
                    left, condition = self._if(statement, frame)
                    if left:
                        return True
                    if condition is not None:
                        self.conditions.append(condition)
                        pushed += 1
                elif self._statement(statement, frame):
                    return True
            return False
        finally:
            if pushed:
                del self.conditions[-pushed:]

    def _statement(self, node: ir.Stmt, frame: Frame) -> bool:
        match node:
            case ir.Do(value):
                if not isinstance(value, ir.Const):
                    self.evaluate(value, frame)
            case ir.Assign(targets, value):
                self._assign_statement(node, targets, value, frame)
            case ir.Import():
                self.import_(node, frame)
            case ir.Function():
                self._define(node, frame)
            case ir.Class():
                self._define_class(node, frame)
            case ir.Return(value):
                frame_of_call = call_frame(frame)
                frame_of_call.returns.append(
                    (tuple(self.conditions), self.evaluate(value, frame) if value is not None else Known(None))
                )
                return True
            case ir.Raise():
                return True
            case ir.Assert(test):
                self.demand(self.evaluate(test, frame))
            case ir.Jump(kind):
                return kind != "pass"
            case ir.Augment(target, sign, value):
                self._augment(node, target, sign, value, frame)
            case ir.Loop():
                self._loop(node, frame)
            case ir.Try():
                return self._try(node, frame)
            case ir.With(items, body):
                return self._with(items, body, frame)
            case ir.Match():
                self._match(node, frame)
            case ir.Scope("global", names):
                frame.globals.update(names)
        return False

    def _if(self, node: ir.If, frame: Frame) -> tuple[bool, Value | None]:
        """Walk both sides; whether neither comes to its end, and what holds for what follows."""
        if asks_for_main(node.test):
            self.main, self.script = self.main + 1, self.depth
            self.block(node.body, frame)
            self.main -= 1
            self.block(node.orelse, frame)
            return False, None
        if isinstance(node.test, ir.Name) and node.test.id == "TYPE_CHECKING":
            self.bind_imports(node.body, frame)
            return self.block(node.orelse, frame), None
        test = self.evaluate(node.test, frame)
        if isinstance(node.test, ir.Const):
            return self.block(node.body if node.test.value else node.orelse, frame), None
        settled, holds = python(test) if self._reflected or _asks_for_kind(node.test) else (False, None)
        if settled:
            # Of all that code finds when it looks at itself, only what it picks.
            return self.block(node.body if holds else node.orelse, frame), None
        if self._stack and python(test) == (True, False) and self._imports_what_loads(node.body, frame):
            # What this call leaves out needs a module that is not there yet: only a later call can show it.
            self._entered.discard(self._stack[-1])
            return self.block(node.orelse, frame), None
        names, stars = frame.names, list(frame.stars)
        then_names, else_names = dict(names), dict(names)
        negated = operate("not", test)
        frame.names = then_names
        then_left = self._under(test, node.body, frame)
        then_names = frame.names
        frame.names = else_names
        else_left = self._under(negated, node.orelse, frame) if node.orelse else False
        else_names = frame.names
        frame.names = names
        del stars
        if then_left and else_left:
            return True, None
        if then_left or else_left:
            names.clear()
            names.update(else_names if then_left else then_names)
            ended = node.body if then_left else node.orelse
            rest = negated if then_left else test
            if _raises(ended):
                self.demand(rest)
                return False, None
            return False, rest
        self._merge(test, names, then_names, else_names)
        return False, None

    def _imports_what_loads(self, body: Sequence[ir.Stmt], frame: Frame) -> bool:
        """Does a block import something of a module that is just being loaded?"""
        sources = (self.names.find(node.module, frame.module) for node in body if isinstance(node, ir.Import))
        return any(source is module for source in sources for module in self.loading if source is not frame.module)

    def _under(self, condition: Value, body: Sequence[ir.Stmt], frame: Frame) -> bool:
        self.conditions.append(condition)
        try:
            return self.block(body, frame)
        finally:
            self.conditions.pop()

    def _merge(self, test: Value, names: dict[str, Value], then: dict[str, Value], other: dict[str, Value]) -> None:
        settled, truth = python(test)
        for name in {**then, **other}:
            a, b = then.get(name), other.get(name)
            if a is b and a is not None:
                names[name] = a
            elif a is None or b is None:
                kept = a if a is not None else b
                assert kept is not None
                names[name] = kept
            elif settled:
                names[name] = a if truth else b
            else:
                names[name] = branch(test, a, b)

    def _loop(self, node: ir.Loop, frame: Frame) -> None:
        if node.target is None:
            self.evaluate(node.subject, frame)
            self.block(node.body, frame)
            return
        subject = self.evaluate(node.subject, frame)
        items = iterated(self, subject)
        if items is None or (items.partial and not items.items):
            self.assign(node.target, Unknown("an item of something unknown"), node.subject, frame)
            self.block(node.body, frame)
        else:
            reflected = items.kind == REFLECTED
            widest = WIDEST_LOOPS[0 if reflected else min(self._loops, len(WIDEST_LOOPS) - 1)]
            self._loops += not reflected
            self._reflected += reflected
            for item in items.items[:widest]:
                self.assign(node.target, item, node.subject, frame)
                if self.block(node.body, frame) and _breaks(node.body):
                    break
            self._loops -= not reflected
            self._reflected -= reflected
        self.block(node.orelse, frame)

    def _try(self, node: ir.Try, frame: Frame) -> bool:
        before = dict(frame.names)
        left = self.block(node.body, frame)
        after = frame.names
        raised = Unknown("an exception is raised")
        for handler in node.handlers:
            frame.names = dict(before)
            if handler.name:
                frame.names[handler.name] = raised
            self._under(raised, handler.body, frame)
            for name, value in frame.names.items():
                after.setdefault(name, value)
        frame.names = after
        if not left:
            left = self.block(node.orelse, frame)
        return self.block(node.final, frame) or (left and not node.handlers)

    def _with(self, items: Sequence[ir.Assign | ir.Do], body: Sequence[ir.Stmt], frame: Frame) -> bool:
        contexts = len(self.contexts)
        for item in items:
            if item.value is None:
                continue
            value = self.evaluate(item.value, frame)
            if isinstance(value, Result) and value.name.endswith(("().app_context", "().test_request_context")):
                receiver = self.receiver_of(item.value, frame)
                if isinstance(receiver, AppObject):
                    self.contexts.append(receiver)
            if isinstance(item, ir.Assign):
                for target in item.targets:
                    self.assign(target, value, item.value, frame)
        try:
            return self.block(body, frame)
        finally:
            del self.contexts[contexts:]

    def _match(self, node: ir.Match, frame: Frame) -> None:
        subject = self.evaluate(node.subject, frame)
        before = frame.names
        branches: list[tuple[Value, dict[str, Value]]] = []
        for case in node.cases:
            tests = [operate("==", subject, self.evaluate(value, frame)) for value in case.values]
            test = operate("or", *tests) if len(tests) > 1 else tests[0] if tests else Unknown("the pattern fits")
            if not tests and not case.binds and branches:
                # `case _`: none of those before.
                others = [operate("not", other) for other, _ in branches]
                test = operate("and", *others) if len(others) > 1 else others[0]
            frame.names = dict(before)
            for name in case.binds:
                frame.names[name] = Unknown("part of a pattern")
            self._under(test, case.body, frame)
            branches.append((test, frame.names))
        frame.names = before
        merged = dict(before)
        for test, names in reversed(branches):
            self._merge(test, merged, names, dict(merged))
        before.update(merged)

    def _define(self, node: ir.Function, frame: Frame) -> None:
        qualname = qualified(frame, node.name)
        made = Fn(node, closure(frame), qualname, owner=frame.cls if frame.kind == "class" else None)
        key = (frame.module.path, node.start)
        self.functions.setdefault(key, made)
        value: Value = made
        for decorator in reversed(node.decorators):
            value = self._decorate(value, decorator, frame)
        frame.names[node.name] = value
        if isinstance(value, Fn):
            self.functions[key] = value

    def _define_class(self, node: ir.Class, frame: Frame) -> None:
        value: Value = Cls(node, frame, qualified(frame, node.name))
        for decorator in reversed(node.decorators):
            value = self._decorate(value, decorator, frame)
        frame.names[node.name] = value

    def _decorate(self, value: Value, expr: ir.Expr, frame: Frame) -> Value:
        """Apply one decorator. What it stands for is kept on the function, unless it only registers it."""
        names: tuple[str, ...] = ()
        arguments: Arguments | None = None
        if isinstance(expr, ir.Call):
            names = self.callable_names(expr.function, frame)
        decorator = self.evaluate(expr, frame)
        if isinstance(decorator, Branch) and isinstance(decorator.then, Registrar):
            # Of an app that is made on either side of a condition.
            flaskapi.apply(self, decorator.then, value, expr, frame)
            decorator = decorator.otherwise
        if isinstance(decorator, Registrar):
            return flaskapi.apply(self, decorator, value, expr, frame)
        if isinstance(decorator, Method) and isinstance(decorator.instance, (AppObject, BlueprintObject)):
            self.call(decorator, Arguments(((value, expr),)), expr, frame)
            return value
        if not names:
            names = self.callable_names(expr, frame)
        if isinstance(decorator, Result):
            arguments = decorator.arguments
        decoration = Decoration(decorator, expr, frame.module, names, arguments)
        if isinstance(decorator, Method) and decorator.name in ("exempt", "request_filter"):
            self.call(decorator, Arguments(((value, expr),)), expr, frame)
        if isinstance(decorator, Fn) and (
            self.is_telling(decorator.node) or keeps(decorator.node) or registers(decorator)
        ):
            self.enter_around(decorator, Arguments(((value, expr),)), decoration)
        if isinstance(decorator, Instance) and decorator.cls is not None:
            called = self.class_member(decorator.cls, "__call__")
            if isinstance(called, Fn) and (self.is_telling(called.node) or keeps(called.node)):
                self.complete(decorator)
                self.enter_around(replace(called, bound=decorator), Arguments(((value, expr),)), decoration)
        if isinstance(value, (Fn, Cls)):
            return replace(value, decorations=(decoration, *value.decorations))
        return value

    def _assign_statement(
        self, node: ir.Assign, targets: tuple[ir.Expr, ...], value: ir.Expr | None, frame: Frame
    ) -> None:
        if value is None:
            return
        if frame.kind == "module" and _is_data(value):
            result: Value = Unknown("a large literal")
        else:
            result = self.evaluate(value, frame)
        for target in targets:
            self.assign(target, result, value, frame, node)

    def assign(
        self, target: ir.Expr, value: Value, written: ir.Expr, frame: Frame, node: ir.Node | None = None
    ) -> None:
        match target:
            case ir.Name(name):
                self.bind(name, value, frame)
                if frame.kind in ("module", "class") and name.isupper():
                    self.write(name, value, node or target, written, frame)
            case ir.Attribute(owner, name):
                self.set_attribute(self.evaluate(owner, frame), name, value, node or target, written, frame)
            case ir.Subscript(owner, key):
                self.set_item(
                    self.evaluate(owner, frame), self.evaluate(key, frame), value, node or target, written, frame
                )
            case ir.Display(_, items):
                known = library.sequence(value)
                parts = known.items if known is not None and len(known.items) == len(items) else None
                for at, item in enumerate(items):
                    part = parts[at] if parts is not None else Unknown("part of something unknown")
                    self.assign(item.value, part, written, frame)

    def _augment(self, node: ir.Augment, target: ir.Expr, sign: str, value: ir.Expr, frame: Frame) -> None:
        added = self.evaluate(value, frame)
        before = self.evaluate(target, frame)
        if isinstance(before, Seq) and isinstance(added, Seq):
            before.items.extend(added.items)
            return
        self.assign(target, operate(sign, before, added), value, frame, node)


def _asks_for_kind(test: ir.Expr) -> bool:
    """Does a test only ask what something is, or has?"""
    match test:
        case ir.Call(ir.Name("callable" | "hasattr" | "isinstance" | "issubclass")):
            return True
        case ir.Op("not" | "and" | "or", operands):
            return all(map(_asks_for_kind, operands))
    return False


def _raises(body: Sequence[ir.Stmt]) -> bool:
    """Does a block end the program (or the attempt) rather than the function?"""
    return bool(body) and isinstance(body[-1], ir.Raise)


def _breaks(body: Sequence[ir.Stmt]) -> bool:
    return (bool(body) and any(isinstance(node, ir.Jump) and node.kind == "break" for node in body)) or any(
        isinstance(node, ir.Return) for node in body
    )


def _is_data(value: ir.Expr) -> bool:
    """A literal too large to be wiring."""
    match value:
        case ir.Dict(pairs):
            return len(pairs) > _LARGE_LITERAL
        case ir.Display(_, items):
            return len(items) > _LARGE_LITERAL
    return False
