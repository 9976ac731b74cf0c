"""The app walk: the module level of a project, its factories and what they call, followed in program order.

A small interpreter over facts. It runs nothing of the scanned code; it moves :mod:`flasklint.project.objects` around:
which call makes an app, which helper, method, loop or list it goes through, what is done to it on the way. Bodies of
views are never entered. Every step is counted against a budget; a walk that ends early says so.

Where it differs from running
    A branch whose test is not settled is walked on both sides; what is done there carries the test as a condition.
    A call is entered when something that matters travels into it or comes back (see :meth:`Walk.worth_entering`).
    A loop over something unknown is walked once, with an unknown item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flasklint import ir
from flasklint.knowledge.config import ATTRIBUTES
from flasklint.knowledge.extensions import (
    APP_CLASSES,
    APP_HOLDERS,
    BLUEPRINT_CLASSES,
    EXTENSIONS,
    PUBLIC_NAMES,
    STARRED,
)
from flasklint.knowledge.types import PUBLIC
from flasklint.project import flaskapi, library
from flasklint.project.machine import Machine, apps_in
from flasklint.project.modules import Modules
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Branch,
    Cls,
    ConfigItem,
    ConfigOf,
    Decoration,
    Env,
    Fn,
    Frame,
    Instance,
    JinjaOf,
    Lib,
    Lookup,
    Map,
    Method,
    Mod,
    Partial,
    Registrar,
    Result,
    Seq,
    SuperOf,
    Test,
    Value,
    Write,
    branch,
)
from flasklint.project.operations import call_method, join, operate, python
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown, Unset
from flasklint.source import Location

BUDGET = 150_000
DEEPEST = 24
_WIDEST_LOOPS = (200, 100, 8, 3)
_MOST_APPS = 3
_DEAR = 10_000
_DEAR_EACH = 250
_SHORT = 8
_DEEPEST_LOOK = 3
_LARGE_LITERAL = 120

_TELLING = frozenset(
    {
        "init_app",
        "register_blueprint",
        "add_url_rule",
        "from_object",
        "from_pyfile",
        "from_envvar",
        "from_mapping",
        "from_json",
    }
    | {
        "from_prefixed_env",
        "from_file",
        "before_request",
        "after_request",
        "errorhandler",
        "secret_key",
        "wsgi_app",
        "jinja_env",
    }
    | {
        "add_resource",
        "context_processor",
        "before_app_request",
        "app_context",
        "Flask",
        "Blueprint",
        "as_view",
        "register_api",
    }
    | {"add_namespace", "url_rule", "teardown_request", "add_view", "register_error_handler", "before_first_request"}
)
"""Words in a function's body that make it worth following when it is called while modules are loaded."""

_PLAIN_LIBRARIES = frozenset({"flask", "typing", "tkinter", "ctypes", "sqlalchemy", "wtforms", "os", "datetime"})
"""Libraries whose star imports bring no settings."""


class _ExhaustedError(Exception):
    """The budget is used up."""


class Walk(Machine):
    """One walk over a project. :meth:`run` goes; the events are then on the objects met."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self.exhausted = False
        self._frames: dict[str, Frame] = {}
        self._class_frames: dict[int, Frame] = {}
        self._lines: dict[int, tuple[Cls | Lib, ...]] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._words: dict[int, frozenset[str]] = {}
        self._made: dict[tuple[object, ...], Value] = {}
        self._stack: list[int] = []
        self._steps = 0
        self._looking = 0
        self._loops = 0
        self._costs: dict[int, tuple[int, int]] = {}
        self._makes: dict[int, list[Value]] = {}
        self._entered: set[int] = set()
        self.makers: frozenset[str] = frozenset()
        self.environment: list[tuple[str, Value, Location, tuple[Value, ...]]] = []

    # The whole -----------------------------------------------------------------------------------------------------

    def run(self, entries: Iterable[tuple[LinkedModule, ir.Function]] = ()) -> None:
        """Walk every module that is no test, then the functions given that nothing walked so far has called."""
        try:
            for module in self._order():
                self.module_frame(module)
            self.outside = True
            for module, node in entries:
                if id(node) not in self._entered:
                    self._enter_from_outside(module, node)
        except _ExhaustedError:
            self.exhausted = True

    def _order(self) -> list[LinkedModule]:
        """Modules that others import come when they are imported: those that nobody imports are walked first."""
        modules = [module for _, module in sorted(self.modules.items()) if not module.is_test]
        imported: set[str] = set()
        for module in modules:
            for node in module.facts.body:
                if isinstance(node, ir.Import):
                    for dotted in (node.module, f"{node.module}.{node.name}" if node.name else ""):
                        found = self.names.find(dotted, module) if dotted.strip(".") else None
                        if isinstance(found, LinkedModule) and found is not module:
                            imported.add(found.path)
        return sorted(modules, key=lambda module: module.path in imported)

    def _enter_from_outside(self, module: LinkedModule, node: ir.Function) -> None:
        found = self._find_function(module, node)
        if found is not None:
            self.position += 1
            self._enter(found, Arguments(), outside=True)

    def _find_function(self, module: LinkedModule, node: ir.Function) -> Fn | None:
        """A function of the project as a value, with its ``self`` when it is a method."""
        frame = self.module_frame(module)
        path = _path_to(module.facts, node)
        if path is None:
            return None
        owner: Cls | None = None
        for step in path:
            if isinstance(step, ir.Class):
                owner = Cls(step, frame, _qualified(frame, step.name))
                held = frame.names.get(step.name)
                owner = held if isinstance(held, Cls) else owner
                frame = self.class_frame(owner)
            else:
                # A function inside a function: its names are those of a call that we have not seen.
                frame = Frame(module, _closure(frame), f"{_qualified(frame, step.name)}.<locals>")
                for parameter in step.parameters:
                    frame.names[parameter.name] = Unknown(f"parameter {parameter.name}")
                owner = None
        bound: Value | None = None
        if owner is not None and not _decorated(node, "staticmethod"):
            bound = owner if _decorated(node, "classmethod") else self._blank_instance(owner)
        return Fn(node, _closure(frame), _qualified(frame, node.name), bound, owner)

    def _blank_instance(self, cls: Cls) -> Instance:
        apps, blueprints, instances = len(self.apps), len(self.blueprints), len(self.instances)
        made = self._new(self.class_names(cls), cls, Arguments(), cls.node, cls.frame)
        # It stands for one that is made elsewhere.
        del self.apps[apps:], self.blueprints[blueprints:], self.instances[instances:]
        init = self.class_member(cls, "__init__")
        if isinstance(init, Fn) and self._is_telling(init.node):
            self._enter(replace(init, bound=made), Arguments(), outside=True)
        return made

    # Modules and names ---------------------------------------------------------------------------------------------

    def module_frame(self, module: LinkedModule) -> Frame:
        """The names of a module, walked now if it was not yet."""
        frame = self._frames.get(module.path)
        if frame is not None:
            return frame
        frame = self._frames[module.path] = Frame(module, kind="module")
        for node in module.facts.body:
            # A circle of imports may ask for what stands further down.
            if isinstance(node, ir.Function):
                frame.names[node.name] = Fn(node, frame, node.name)
            elif isinstance(node, ir.Class):
                frame.names[node.name] = Cls(node, frame, node.name)
        conditions, main, self.conditions, self.main = self.conditions, self.main, [], 0
        try:
            self.block(module.facts.body, frame)
        finally:
            self.conditions, self.main = conditions, main
        return frame

    def import_module(self, dotted: str, importer: LinkedModule | None = None) -> Mod | None:
        found = self.names.find(dotted, importer) if importer is not None else self.names.by_name.get(dotted)
        if not isinstance(found, LinkedModule):
            return None
        self.module_frame(found)
        return Mod(found)

    def importable(self, prefix: str) -> Iterator[tuple[str, Value]]:
        """Modules and classes of the project whose dotted names begin with a text, by name."""
        for name, module in sorted(self.names.by_name.items()):
            if module.is_test:
                continue
            if name.startswith(prefix):
                yield name, Mod(module)
            if prefix.startswith(f"{name}."):
                for node in module.facts.body:
                    if isinstance(node, ir.Class):
                        yield f"{name}.{node.name}", self.module_attribute(module, node.name)

    def module_attribute(self, module: LinkedModule, name: str, seen: frozenset[str] = frozenset()) -> Value:
        """What a name of a module stands for."""
        frame = self.module_frame(module)
        held = frame.names.get(name)
        if held is not None:
            return held
        inner = self.names.child(module, name)
        if isinstance(inner, LinkedModule):
            self.module_frame(inner)
            return Mod(inner)
        return self._from_stars(frame, name, seen | {module.path}) or Unknown(
            f"{module.name} has no {name} that we see"
        )

    def _from_stars(self, frame: Frame, name: str, seen: frozenset[str]) -> Value | None:
        for star in reversed(frame.stars):
            if isinstance(star, Mod) and star.module.path not in seen and not name.startswith("_"):
                found = self.module_attribute(star.module, name, seen)
                if not isinstance(found, Unknown):
                    return found
            elif isinstance(star, Lib) and f"{star.name}.{name}" in STARRED:
                return Lib(f"{star.name}.{name}")
        return None

    def lookup(self, name: str, frame: Frame) -> Value:
        """What a name stands for, seen from a frame."""
        at: Frame | None = frame
        root = frame
        while at is not None:
            if (at.kind != "class" or at is frame) and name in at.names and name not in at.globals:
                return at.names[name]
            root, at = at, at.parent
        if name == "__name__":
            return Known(frame.module.name)
        if name == "__file__":
            return Known(frame.module.path)
        found = self._from_stars(root, name, frozenset({root.module.path}))
        if found is not None:
            return found
        return Lib(f"builtins.{name}") if name in library.BUILTINS else Unknown(f"no {name} in sight")

    def bind(self, name: str, value: Value, frame: Frame) -> None:
        """Give a name a value in a frame."""
        if name in frame.globals:
            frame = self.module_frame(frame.module)
        frame.names[name] = value

    # Statements ----------------------------------------------------------------------------------------------------

    def block(self, statements: Sequence[ir.Stmt], frame: Frame) -> bool:
        """Walk statements in order; true when control never reaches their end."""
        pushed = 0
        try:
            for statement in statements:
                self._step()
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

    def _step(self) -> None:
        self._steps += 1
        if self._steps > BUDGET:
            raise _ExhaustedError

    def _statement(self, node: ir.Stmt, frame: Frame) -> bool:
        match node:
            case ir.Do(value):
                if not isinstance(value, ir.Const):
                    self.evaluate(value, frame)
            case ir.Assign(targets, value):
                self._assign_statement(node, targets, value, frame)
            case ir.Import():
                self._import(node, frame)
            case ir.Function():
                self._define(node, frame)
            case ir.Class():
                self._define_class(node, frame)
            case ir.Return(value):
                frame_of_call = _call_frame(frame)
                frame_of_call.returns.append(
                    (tuple(self.conditions), self.evaluate(value, frame) if value is not None else Known(None))
                )
                return True
            case ir.Raise():
                return True
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
        if _is_main_test(node.test):
            self.main, self.script = self.main + 1, self.depth
            self.block(node.body, frame)
            self.main -= 1
            self.block(node.orelse, frame)
            return False, None
        if isinstance(node.test, ir.Name) and node.test.id == "TYPE_CHECKING":
            self._bind_imports(node.body, frame)
            return self.block(node.orelse, frame), None
        test = self.evaluate(node.test, frame)
        if isinstance(node.test, ir.Const):
            return self.block(node.body if node.test.value else node.orelse, frame), None
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
            return False, None if _raises(ended) else (negated if then_left else test)
        self._merge(test, names, then_names, else_names)
        return False, None

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

    def _bind_imports(self, body: Sequence[ir.Stmt], frame: Frame) -> None:
        for node in body:
            if isinstance(node, ir.Import):
                self._import(node, frame)

    def _loop(self, node: ir.Loop, frame: Frame) -> None:
        if node.target is None:
            self.evaluate(node.subject, frame)
            self.block(node.body, frame)
            return
        subject = self.evaluate(node.subject, frame)
        items = library.sequence(subject)
        if items is None or (items.partial and not items.items):
            self._assign(node.target, Unknown("an item of something unknown"), node.subject, frame)
            self.block(node.body, frame)
        else:
            widest = _WIDEST_LOOPS[min(self._loops, len(_WIDEST_LOOPS) - 1)]
            self._loops += 1
            for item in items.items[:widest]:
                self._assign(node.target, item, node.subject, frame)
                if self.block(node.body, frame) and _breaks(node.body):
                    break
            self._loops -= 1
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
                receiver = self._receiver(item.value, frame)
                if isinstance(receiver, AppObject):
                    self.contexts.append(receiver)
            if isinstance(item, ir.Assign):
                for target in item.targets:
                    self._assign(target, value, item.value, frame)
        try:
            return self.block(body, frame)
        finally:
            del self.contexts[contexts:]

    def _receiver(self, expr: ir.Expr, frame: Frame) -> Value | None:
        if isinstance(expr, ir.Call) and isinstance(expr.function, ir.Attribute):
            return self.evaluate(expr.function.value, frame)
        return None

    def _match(self, node: ir.Match, frame: Frame) -> None:
        subject = self.evaluate(node.subject, frame)
        before = frame.names
        branches: list[tuple[Value, dict[str, Value]]] = []
        for case in node.cases:
            tests = [operate("==", subject, self.evaluate(value, frame)) for value in case.values]
            test = operate("or", *tests) if len(tests) > 1 else tests[0] if tests else Unknown("the pattern fits")
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

    def _import(self, node: ir.Import, frame: Frame) -> None:
        dotted, importer = node.module, frame.module
        if not node.name:
            module = self.import_module(dotted, importer)
            if node.alias:
                frame.names[node.alias] = module or Lib(canonical(dotted))
                return
            root = dotted.partition(".")[0]
            frame.names[root] = self.import_module(root, importer) or (frame.names.get(root) or Lib(root))
            return
        source = self.import_module(dotted, importer)
        if node.name == "*":
            self._star(source or Lib(dotted), frame)
            return
        name = node.alias or node.name
        if source is None:
            inner = self.import_module(
                f"{dotted}.{node.name}" if dotted.strip(".") else f"{dotted}{node.name}", importer
            )
            frame.names[name] = inner or Lib(canonical(f"{dotted}.{node.name}"))
            return
        value = self.module_attribute(source.module, node.name)
        frame.names[name] = value
        if frame.kind == "module" and name.isupper():
            self._write(name, value, node, None, frame)

    def _star(self, source: Mod | Lib, frame: Frame) -> None:
        frame.stars.append(source)
        if isinstance(source, Mod):
            other = self.module_frame(source.module)
            for name, value in other.names.items():
                if not name.startswith("_"):
                    frame.names[name] = value
            conditions = tuple(self.conditions)
            frame.writes += [replace(write, conditions=(*write.conditions, *conditions)) for write in other.writes]
            frame.partial = frame.partial or other.partial
        elif frame.kind == "module" and not _is_library(source.name):
            frame.partial = f"from {source.name} import *"

    def _define(self, node: ir.Function, frame: Frame) -> None:
        qualname = _qualified(frame, node.name)
        made = Fn(node, _closure(frame), qualname, owner=frame.cls if frame.kind == "class" else None)
        key = (frame.module.path, node.start)
        self.functions.setdefault(key, made)
        value: Value = made
        for decorator in reversed(node.decorators):
            value = self._decorate(value, decorator, frame)
        frame.names[node.name] = value
        if isinstance(value, Fn):
            self.functions[key] = value

    def _define_class(self, node: ir.Class, frame: Frame) -> None:
        value: Value = Cls(node, frame, _qualified(frame, node.name))
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
        if isinstance(decorator, Fn) and self._is_telling(decorator.node):
            self._enter(decorator, Arguments(((value, expr),)))
        if isinstance(value, (Fn, Cls)):
            return replace(value, decorations=(decoration, *value.decorations))
        return value

    def callable_names(self, expr: ir.Expr, frame: Frame) -> tuple[str, ...]:
        """Canonical names of what an expression calls."""
        return self.value_names(self.evaluate(expr, frame))

    def value_names(self, value: Value) -> tuple[str, ...]:
        """Canonical names of a value as something to call."""
        if isinstance(value, Method):
            return tuple(f"{name}().{value.name}" for name in value.instance.names)
        if isinstance(value, Result):
            return value.names
        if isinstance(value, Instance):
            return tuple(f"{name}()" for name in value.names)
        return library.callable_name(value)

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
            self._assign(target, result, value, frame, node)

    def _assign(
        self, target: ir.Expr, value: Value, written: ir.Expr, frame: Frame, node: ir.Node | None = None
    ) -> None:
        match target:
            case ir.Name(name):
                self.bind(name, value, frame)
                if frame.kind in ("module", "class") and name.isupper():
                    self._write(name, value, node or target, written, frame)
            case ir.Attribute(owner, name):
                self.set_attribute(self.evaluate(owner, frame), name, value, node or target, written, frame)
            case ir.Subscript(owner, key):
                self._set_item(
                    self.evaluate(owner, frame), self.evaluate(key, frame), value, node or target, written, frame
                )
            case ir.Display(_, items):
                parts = value.items if isinstance(value, Seq) and len(value.items) == len(items) else None
                for at, item in enumerate(items):
                    part = parts[at] if parts is not None else Unknown("part of something unknown")
                    self._assign(item.value, part, written, frame)

    def _write(self, name: str, value: Value, node: ir.Node, written: ir.Expr | None, frame: Frame) -> None:
        place = Location(frame.module.path, node.span)
        frame.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))

    def set_attribute(
        self, owner: Value, name: str, value: Value, node: ir.Node, written: ir.Expr | None, frame: Frame
    ) -> None:
        """``owner.name = value``"""
        match owner:
            case AppObject():
                owner.attributes[name] = value
                flaskapi.set_attribute(self, owner, name, value, node, written, frame)
            case Instance():
                owner.attributes[name] = value
                if name.isupper():
                    place = Location(frame.module.path, node.span)
                    owner.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))
                self.event(owner, "attribute", node, frame, detail=name, value=value)
            case JinjaOf(app, env):
                self.event(app, "jinja", node, frame, detail=f"{env}.{name}", value=value)
            case Lib("flask.current_app"):
                flaskapi.set_attribute(self, self.current, name, value, node, written, frame)
            case Mod(module):
                self.module_frame(module).names[name] = value
            case Cls():
                inner = self.class_frame(owner)
                inner.names[name] = value
                if name.isupper():
                    place = Location(frame.module.path, node.span)
                    inner.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))

    def _set_item(self, owner: Value, key: Value, value: Value, node: ir.Node, written: ir.Expr, frame: Frame) -> None:
        match owner:
            case ConfigOf(app):
                known, plain = python(key)
                if known and isinstance(plain, str):
                    self.set_config(app, plain, value, node, frame, via="app.config", written=written)
                else:
                    self.event(app, "opaque", node, frame, detail="computed keys", value=value)
            case Map():
                owner.items.append((key, value, Location(frame.module.path, node.span)))
            case JinjaOf(app, env):
                known, plain = python(key)
                self.event(app, "jinja", node, frame, detail=f"{env}.{plain}" if known else env, value=value)
            case Lib(name) if name in library.ENVIRONMENT:
                known, plain = python(key)
                if known and isinstance(plain, str):
                    self.environment.append(
                        (plain, value, Location(frame.module.path, node.span), tuple(self.conditions))
                    )

    def _augment(self, node: ir.Augment, target: ir.Expr, sign: str, value: ir.Expr, frame: Frame) -> None:
        added = self.evaluate(value, frame)
        before = self.evaluate(target, frame)
        if isinstance(before, Seq) and isinstance(added, Seq):
            before.items.extend(added.items)
            return
        self._assign(target, operate(sign, before, added), value, frame, node)

    # Expressions ---------------------------------------------------------------------------------------------------

    def evaluate(self, expr: ir.Expr, frame: Frame) -> Value:
        """What an expression stands for; its effects on what we follow happen."""
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
                return self._call_expression(expr, frame)
            case ir.Subscript(owner, key):
                return self._subscript(self.evaluate(owner, frame), self.evaluate(key, frame), expr, frame)
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
                return Fn(expr, frame, f"{_qualified(frame, expr.name)}")
            case ir.Walrus(target, value):
                result = self.evaluate(value, frame)
                self._assign(target, result, value, _call_frame(frame))
                return result
        return Unknown("an expression that is not followed")

    def _operation(self, sign: str, operands: tuple[ir.Expr, ...], frame: Frame) -> Value:
        if sign == "if":
            test = self.evaluate(operands[0], frame)
            known, plain = python(test)
            then, otherwise = self.evaluate(operands[1], frame), self.evaluate(operands[2], frame)
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
        partial = items is None or items.partial or len(expr.clauses) > 1 or bool(first.tests)
        for item in (
            items.items[: _WIDEST_LOOPS[0]]
            if items and len(expr.clauses) == 1
            else [Unknown("an item of something unknown")]
        ):
            self._assign(first.target, item, first.iterable, inner)
            for clause in expr.clauses[1:]:
                self._assign(clause.target, Unknown("an item of something unknown"), clause.iterable, inner)
            value = self.evaluate(expr.element, inner)
            if expr.key is not None:
                pairs.items.append(
                    (self.evaluate(expr.key, inner), value, Location(frame.module.path, expr.element.span))
                )
            else:
                made.items.append(value)
        made.partial = pairs.partial = partial
        return pairs if expr.key is not None else made

    def _subscript(self, owner: Value, key: Value, expr: ir.Subscript, frame: Frame) -> Value:
        known, plain = python(key)
        match owner:
            case ConfigOf(app) if known and isinstance(plain, str):
                return ConfigItem(app, plain, Unset(), self.position)
            case Lib(name) if name in library.ENVIRONMENT:
                return library.from_environment(key, None, required=True)
            case Lib(name):
                return Lib(name) if name.startswith(("typing.", "builtins.")) else Unknown(f"an item of {name}")
            case Map() if known and isinstance(plain, str):
                return owner.get(plain) or Unknown(f"no {plain!r} in sight")
            case Map():
                return Lookup(owner, key, None)
            case Seq(items) if known and isinstance(plain, int) and -len(items) <= plain < len(items):
                return items[plain]
            case Known(value) if known and isinstance(value, (str, tuple)) and isinstance(plain, int):
                return Known(value[plain]) if -len(value) <= plain < len(value) else Unknown("out of range")
        return Unknown("an item of something unknown")

    def attribute(self, value: Value, name: str) -> Value:
        match value:
            case Lib("flask.current_app"):
                return self.attribute(self.current, name)
            case Lib(base):
                return Lib(canonical(f"{base}.{name}"))
            case Mod(module):
                return self.module_attribute(module, name)
            case Instance():
                return self._instance_attribute(value, name)
            case ConfigOf(app):
                return (
                    ConfigItem(app, name, Unset(), self.position) if name.isupper() else Method(app, f"config.{name}")
                )
            case JinjaOf(app, env):
                return JinjaOf(app, f"{env}.{name}")
            case Cls():
                found = self.class_member(value, name)
                if found is not None:
                    return (
                        replace(found, bound=value)
                        if isinstance(found, Fn) and _decorated(found.node, "classmethod")
                        else found
                    )
                return Unknown(f"{value.qualname} has no {name} that we see")
            case SuperOf(cls, bound):
                return self._super_attribute(cls, bound, name)
            case Result(names):
                return Unknown(f"part of what {names[0] if names else '?'}() gives")
            case Branch(test, then, otherwise):
                return branch(test, self.attribute(then, name), self.attribute(otherwise, name))
            case Lookup(mapping, key, default):
                items = [(k, self.attribute(item, name), place) for k, item, place in mapping.items]
                return Lookup(Map(items), key, self.attribute(default, name) if default is not None else None)
        return Unknown(f"attribute {name} of something unknown")

    def _instance_attribute(self, owner: Instance, name: str) -> Value:
        if name in owner.attributes:
            return owner.attributes[name]
        if owner.pending is not None:
            self.complete(owner)
            if name in owner.attributes:
                return owner.attributes[name]
        if isinstance(owner, AppObject):
            if name == "config":
                return ConfigOf(owner)
            if name in ("jinja_env", "jinja_options"):
                return JinjaOf(owner, name)
            if name in ATTRIBUTES:
                return ConfigItem(owner, ATTRIBUTES[name], Unset(), self.position)
        for held, attribute in APP_HOLDERS.items():
            if name == attribute and held in owner.names:
                return self._held_app(owner)
        if owner.cls is not None:
            found = self.class_member(owner.cls, name)
            if isinstance(found, Fn):
                if _decorated(found.node, "property") or _decorated(found.node, "cached_property"):
                    return self._enter(replace(found, bound=owner), Arguments())
                if _decorated(found.node, "staticmethod"):
                    return found
                return replace(found, bound=owner.cls if _decorated(found.node, "classmethod") else owner)
            if found is not None:
                return found
        if name == "__class__" and owner.cls is not None:
            return owner.cls
        if owner.cls is not None and len(owner.names) == 1:
            return Unknown(f"{owner.cls.qualname} has no {name} that we see")
        return Method(owner, name)

    def _held_app(self, owner: Instance) -> AppObject:
        held = owner.attributes.get(" app")
        if isinstance(held, AppObject):
            return held
        for value in owner.arguments.values() if owner.arguments else ():
            if isinstance(value, AppObject):
                owner.attributes[" app"] = value
                return value
        made = AppObject(
            ("flask.Flask",),
            owner.location,
            None,
            owner.arguments,
            scope=owner.scope,
            module=owner.module,
            expr=owner.expr,
        )
        made.conditions = owner.conditions
        self.apps.append(made)
        owner.attributes[" app"] = made
        return made

    def _super_attribute(self, cls: Cls, bound: Value, name: str) -> Value:
        line = self.class_line(bound.cls if isinstance(bound, Instance) and bound.cls is not None else cls)
        after = False
        for member in line:
            if after and isinstance(member, Cls):
                found = self.class_frame(member).names.get(name)
                if isinstance(found, Fn):
                    return replace(found, bound=bound)
                if found is not None:
                    return found
            after = after or (isinstance(member, Cls) and member.node is cls.node)
        return Method(bound, name) if isinstance(bound, Instance) else Unknown(f"super().{name}")

    # Classes -------------------------------------------------------------------------------------------------------

    def class_frame(self, cls: Cls) -> Frame:
        """The names of a class's own body."""
        frame = self._class_frames.get(id(cls.node))
        if frame is None:
            frame = Frame(cls.frame.module, cls.frame, cls.qualname, kind="class", cls=cls)
            self._class_frames[id(cls.node)] = frame
            conditions, self.conditions = self.conditions, []
            try:
                self.block(cls.node.body, frame)
            finally:
                self.conditions = conditions
        return frame

    def class_line(self, cls: Cls) -> tuple[Cls | Lib, ...]:
        """The class and its bases in the order in which attributes are looked up."""
        line = self._lines.get(id(cls.node))
        if line is None:
            self._lines[id(cls.node)] = (cls,)
            bases: list[tuple[Cls | Lib, ...]] = []
            for base in cls.node.bases:
                if base.name:
                    continue
                value = self.evaluate(base.value, cls.frame)
                if isinstance(value, Result):
                    value = Lib(value.name)
                if isinstance(value, Cls):
                    bases.append(self.class_line(value))
                elif isinstance(value, Lib):
                    bases.append((value,))
            line = (cls, *_linear(bases))
            self._lines[id(cls.node)] = line
        return line

    def class_names(self, cls: Cls) -> tuple[str, ...]:
        """Canonical names of a class and of its bases."""
        names = self._names.get(id(cls.node))
        if names is None:
            names = tuple(dict.fromkeys(member.name for member in self.class_line(cls)))
            self._names[id(cls.node)] = names
        return names

    def class_member(self, cls: Cls, name: str) -> Value | None:
        """What a class or one of its bases in the project holds under a name."""
        for member in self.class_line(cls):
            if isinstance(member, Cls):
                found = self.class_frame(member).names.get(name)
                if found is not None:
                    return found
        return None

    def _new(self, names: tuple[str, ...], cls: Cls | None, args: Arguments, expr: ir.Node, frame: Frame) -> Instance:
        place = Location(frame.module.path, expr.span)
        kind: type[Instance] = Instance
        if not APP_CLASSES.isdisjoint(names):
            kind = AppObject
        elif not BLUEPRINT_CLASSES.isdisjoint(names):
            kind = BlueprintObject
        made = kind(names, place, cls, args, scope=frame.qualname, module=frame.module)
        made.expr = expr if isinstance(expr, ir.Call) else None
        made.conditions = tuple(self.conditions)
        if isinstance(made, AppObject):
            self.apps.append(made)
        elif isinstance(made, BlueprintObject):
            self.blueprints.append(made)
        else:
            self.instances.append(made)
        self.event(made, "made", expr, frame, arguments=args)
        return made

    # Calls ---------------------------------------------------------------------------------------------------------

    def _call_expression(self, expr: ir.Call, frame: Frame) -> Value:
        self._step()
        function = expr.function
        if isinstance(function, ir.Name) and function.id == "super":
            method = _call_frame(frame)
            if method.bound is not None and method.cls is not None:
                return SuperOf(method.cls, method.bound)
        if isinstance(function, ir.Attribute):
            receiver = self.evaluate(function.value, frame)
            return self._call_attribute(receiver, function.name, self.arguments(expr, frame), expr, frame)
        return self.call(self.evaluate(function, frame), self.arguments(expr, frame), expr, frame)

    def arguments(self, expr: ir.Call, frame: Frame) -> Arguments:
        """The arguments of a call, evaluated in order."""
        positional: list[tuple[Value, ir.Expr]] = []
        keywords: list[tuple[str, Value, ir.Expr]] = []
        partial = False
        for argument in expr.arguments:
            value = self.evaluate(argument.value, frame)
            if argument.name == "*":
                items = library.sequence(value)
                positional += [(item, argument.value) for item in (items.items if items else [])]
                partial = partial or items is None
            elif argument.name == "**":
                if isinstance(value, Map):
                    keywords += [
                        (k.value, item, argument.value)
                        for k, item, _ in value.items
                        if isinstance(k, Known) and isinstance(k.value, str)
                    ]
                partial = partial or not isinstance(value, Map) or value.partial
            elif argument.name:
                keywords.append((argument.name, value, argument.value))
            else:
                positional.append((value, argument.value))
        return Arguments(tuple(positional), tuple(keywords), partial)

    def _call_attribute(self, receiver: Value, name: str, args: Arguments, expr: ir.Call, frame: Frame) -> Value:
        match receiver:
            case Known() | Env() | Test():
                return call_method(receiver, name, [value for value, _ in args.positional])
            case ConfigOf(app):
                return flaskapi.call_method(self, app, f"config.{name}", args, expr, frame)
            case Seq() | Map():
                return self._call_container(receiver, name, args)
            case Lib("flask.current_app"):
                target: Value = self.current
                return (
                    target if name == "_get_current_object" else self._call_attribute(target, name, args, expr, frame)
                )
            case JinjaOf(app, env):
                self.event(app, "jinja", expr, frame, detail=f"{env}.{name}()", arguments=args)
                return Known(None)
            case Result(names):
                if name == "push" and names[0].endswith("().app_context"):
                    owner = (
                        self._receiver(expr.function.value, frame) if isinstance(expr.function, ir.Attribute) else None
                    )
                    if isinstance(owner, AppObject):
                        self.contexts.append(owner)
                place = Location(frame.module.path, expr.span)
                return Result(tuple(f"{base}().{name}" for base in names), args, place, receiver)
            case Lookup(mapping, key, default):
                return self._call_each(mapping, key, default, name, args, expr, frame)
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                first = self._call_attribute(then, name, args, expr, frame)
                self.conditions[-1] = operate("not", test)
                second = self._call_attribute(otherwise, name, args, expr, frame)
                self.conditions.pop()
                return branch(test, first, second)
            case Cls():
                found = self.class_member(receiver, name)
                if isinstance(found, Fn):
                    bound = receiver if _decorated(found.node, "classmethod") else None
                    return self.call(replace(found, bound=bound) if bound else found, args, expr, frame)
                if found is not None:
                    return self.call(found, args, expr, frame)
                given = flaskapi.class_method(self, receiver, self.class_names(receiver), name, args, expr, frame)
                return given if given is not None else Unknown(f"result of {receiver.qualname}.{name}()")
            case Unknown():
                return Unknown(f"result of .{name}()")
        if isinstance(receiver, Instance) and name == "_get_current_object":
            return receiver
        return self.call(self.attribute(receiver, name), args, expr, frame)

    def _call_each(
        self, mapping: Map, key: Value, default: Value | None, name: str, args: Arguments, expr: ir.Call, frame: Frame
    ) -> Value:
        results: list[tuple[Value, Value, Location | None]] = []
        for label, value, place in mapping.items:
            self.conditions.append(operate("==", key, label))
            results.append((label, self._call_attribute(value, name, args, expr, frame), place))
            self.conditions.pop()
        return Lookup(Map(results, mapping.partial), key, None)

    def _call_container(self, owner: Seq | Map, name: str, args: Arguments) -> Value:
        first = args.get(0)
        match owner, name:
            case Seq(), "append" | "add" if first is not None:
                owner.items.append(first)
            case Seq(), "insert" if args.get(1) is not None:
                owner.items.append(args.positional[1][0])
            case Seq(), "extend" | "update" if first is not None:
                inner = library.sequence(first)
                owner.items.extend(inner.items if inner else [])
                owner.partial = owner.partial or inner is None or inner.partial
            case Seq(), "copy":
                return Seq(list(owner.items), owner.kind, owner.partial)
            case Seq(), "join" | "index" | "count" | "sort" | "pop" | "remove":
                return Unknown(f"result of .{name}()")
            case Map(), "get" | "pop" if first is not None:
                known, plain = python(first)
                default = args.get(1, "default") or Known(None)
                if known and isinstance(plain, str):
                    found = owner.get(plain)
                    return found if found is not None else Unknown("a key we do not see") if owner.partial else default
                return Lookup(owner, first, default)
            case Map(), "items":
                return Seq([Seq([key, value], "tuple") for key, value, _ in owner.items], partial=owner.partial)
            case Map(), "values":
                return Seq([value for _, value, _ in owner.items], partial=owner.partial)
            case Map(), "keys":
                return Seq([key for key, _, _ in owner.items], partial=owner.partial)
            case Map(), "update":
                merged = library.call(self, ("builtins.dict",), args)
                if isinstance(merged, Map):
                    owner.items += merged.items
                    owner.partial = owner.partial or merged.partial
            case Map(), "copy":
                return Map(list(owner.items), owner.partial)
            case Map(), "setdefault" if isinstance(first, Known) and isinstance(first.value, str):
                found = owner.get(first.value)
                value = found if found is not None else args.get(1) or Known(None)
                if found is None:
                    owner.items.append((first, value, None))
                return value
        return Known(None)

    def call(self, function: Value, arguments: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        match function:
            case Fn():
                if self.worth_entering(function, arguments):
                    telling = self._is_telling(function.node)
                    self._looking += not telling
                    try:
                        return self._enter(function, arguments)
                    finally:
                        self._looking -= not telling
                return Unknown(f"result of {function.qualname}()")
            case Cls():
                return self._instantiate(function, arguments, expr, frame)
            case Method(owner, name):
                if not isinstance(owner, (AppObject, BlueprintObject)):
                    known = library.call(self, self.value_names(function), arguments)
                    if known is not None:
                        return known
                return flaskapi.call_method(self, owner, name, arguments, expr, frame)
            case Lib(name):
                return self._call_library(name, arguments, expr, frame)
            case Registrar():
                target = arguments.positional[0][0] if arguments.positional else Unknown("nothing")
                return flaskapi.apply(self, function, target, expr, frame)
            case Partial(inner, given):
                positional = (given.positional if given else ()) + arguments.positional
                keywords = (given.keywords if given else ()) + arguments.keywords
                return self.call(inner, Arguments(positional, keywords, arguments.partial), expr, frame)
            case Result():
                return flaskapi.applied_result(self, function, arguments, expr, frame)
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                first = self.call(then, arguments, expr, frame)
                self.conditions[-1] = operate("not", test)
                second = self.call(otherwise, arguments, expr, frame)
                self.conditions.pop()
                return branch(test, first, second)
            case Lookup(mapping, key, _):
                results: list[tuple[Value, Value, Location | None]] = []
                for label, value, place in mapping.items:
                    self.conditions.append(operate("==", key, label))
                    results.append((label, self.call(value, arguments, expr, frame), place))
                    self.conditions.pop()
                return Lookup(Map(results, mapping.partial), key, None)
            case Instance():
                return self._call_instance(function, arguments, expr, frame)
        return Unknown("result of a call that is not followed")

    def _call_instance(self, owner: Instance, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        if owner.cls is not None:
            found = self.class_member(owner.cls, "__call__")
            if isinstance(found, Fn):
                return self.call(replace(found, bound=owner), args, expr, frame)
        names = tuple(f"{name}()" for name in owner.names)
        known = library.call(self, names, args)
        return known if known is not None else Result(names, args, Location(frame.module.path, expr.span))

    def _call_library(self, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        known = library.call(self, (name,), args)
        if known is not None:
            return known
        if name == "builtins.setattr" and len(args.positional) == 3:
            self._setattr(args, expr, frame)
            return Known(None)
        if name in _CONFIGS:
            holder = AppObject((name,), Location(frame.module.path, expr.span), arguments=args, module=frame.module)
            return ConfigOf(holder)
        last = name.rpartition(".")[2]
        if last[:1].isupper() or name in EXTENSIONS or "_blueprint" in last:
            names = (name, "flask.Blueprint") if last.startswith("make_") and last.endswith("_blueprint") else (name,)
            made = self._new(names, None, args, expr, frame)
            for held in APP_HOLDERS:
                if held in made.names:
                    self._held_app(made)
            flaskapi.made(self, made, expr, frame)
            return made
        if any(isinstance(value, AppObject) for value in args.values()):
            for value in args.values():
                if isinstance(value, AppObject):
                    self.event(value, "library", expr, frame, detail=name, arguments=args)
        return Result((name,), args, Location(frame.module.path, expr.span))

    def _setattr(self, args: Arguments, expr: ir.Expr, frame: Frame) -> None:
        owner, key, value = (value for value, _ in args.positional)
        known, plain = python(key)
        if known and isinstance(plain, str):
            self.set_attribute(owner, plain, value, expr, args.positional[2][1], frame)
        elif isinstance(owner, Instance):
            owner.opaque = "attributes set by computed names"
        elif isinstance(owner, Mod):
            self.module_frame(owner.module).partial = "attributes set by computed names"

    def _instantiate(self, cls: Cls, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        names = self.class_names(cls)
        made = self._new(names, cls, args, expr, frame)
        init = self.class_member(cls, "__init__")
        if isinstance(init, Fn):
            init = replace(init, bound=made)
            if apps_in(made) or any(apps_in(value) for value in args.values()) or self._is_telling(init.node):
                self._enter(init, args)
            else:
                # Entered when somebody asks for what it sets.
                made.pending = (init, args, tuple(self.conditions))
        elif self._is_record(cls, names):
            self._fill_record(cls, made, args)
        if not isinstance(init, Fn) or "super" in self._words_of(init.node):
            flaskapi.made(self, made, expr, frame)
        return made

    def complete(self, owner: Instance) -> None:
        """Walk an instance's ``__init__``, if that was put off."""
        if owner.pending is None:
            return
        (init, args, conditions), owner.pending = owner.pending, None
        before, self.conditions = self.conditions, list(conditions)
        try:
            self._enter(init, args)
        finally:
            self.conditions = before

    def _is_record(self, cls: Cls, names: tuple[str, ...]) -> bool:
        decorated = {name for decoration in cls.decorations for name in decoration.names}
        return bool(decorated & _RECORDS) or not _RECORDS.isdisjoint(names)

    def _fill_record(self, cls: Cls, made: Instance, args: Arguments) -> None:
        fields: list[str] = []
        for member in reversed(self.class_line(cls)):
            if isinstance(member, Cls):
                for node in member.node.body:
                    if (
                        isinstance(node, ir.Assign)
                        and node.annotation is not None
                        and isinstance(node.targets[0], ir.Name)
                    ):
                        fields = [name for name in fields if name != node.targets[0].id] + [node.targets[0].id]
        given = [(fields[at], *pair) for at, pair in enumerate(args.positional[: len(fields)])]
        for name, value, written in (*given, *args.keywords):
            made.attributes[name] = value
            if name.isupper():
                place = Location(made.location.path, written.span)
                made.writes.append(Write(name, value, place, tuple(self.conditions), written, made.scope))

    def worth_entering(self, function: Fn, args: Arguments) -> bool:
        """Is a call followed: does an app travel into it, does it speak of apps, or is it short enough to just look?"""
        if len(self._stack) >= DEEPEST or id(function.node) in self._stack:
            return False
        if function.bound is not None and apps_in(function.bound):
            return True
        if any(apps_in(value) for value in args.values()):
            return True
        if self._is_telling(function.node):
            return True
        return len(function.node.body) <= _SHORT and self._looking < _DEEPEST_LOOK

    def _is_telling(self, node: ir.Function) -> bool:
        return not _TELLING.isdisjoint(self._words_of(node)) or not self.makers.isdisjoint(self._words_of(node))

    def _words_of(self, node: ir.Function) -> frozenset[str]:
        words = self._words.get(id(node))
        if words is None:
            found: set[str] = set()
            for inner in ir.walk(node):
                if isinstance(inner, ir.Name):
                    found.add(inner.id)
                elif isinstance(inner, ir.Attribute):
                    found.add(inner.name)
            words = self._words[id(node)] = frozenset(found)
        return words

    def _enter(self, function: Fn, args: Arguments, outside: bool = False) -> Value:
        node = function.node
        if len(self._stack) >= DEEPEST or id(node) in self._stack:
            return Unknown(f"result of {function.qualname}(), which calls itself")
        key = (id(node), id(function.bound), id(function.frame), *(_signature(args)))
        if key in self._made:
            return self._made[key]
        if len(self._makes.get(id(node), ())) >= _MOST_APPS:
            return self._makes[id(node)][0]
        self._entered.add(id(node))
        entries, spent = self._costs.get(id(node), (0, 0))
        if entries > 3 and spent > _DEAR and spent > entries * _DEAR_EACH:
            return Unknown(f"result of {function.qualname}(), which takes too long to follow")
        started = self._steps
        frame = Frame(function.frame.module, function.frame, function.qualname)
        frame.bound, frame.cls = function.bound, function.owner
        self._bind_parameters(function, args, frame)
        before = len(self.apps)
        depth = len(self.conditions)
        contexts = len(self.contexts)
        self._stack.append(id(node))
        self.depth += 1
        try:
            self.block(node.body, frame)
        finally:
            self._stack.pop()
            self.depth -= 1
            del self.contexts[contexts:]
        self._costs[id(node)] = (entries + 1, spent + self._steps - started)
        result = _result(frame.returns, depth)
        if len(self.apps) > before:
            # One factory called in the same way from several places makes, for us, one app.
            self._made[key] = result
            self._makes.setdefault(id(node), []).append(result)
        return result

    def _bind_parameters(self, function: Fn, args: Arguments, frame: Frame) -> None:
        parameters = list(function.node.parameters)
        names = frame.names
        if function.bound is not None and parameters and parameters[0].kind in ("positional", "normal"):
            names[parameters.pop(0).name] = function.bound
        given = list(args.positional)
        keywords = {name: value for name, value, _ in args.keywords}
        for parameter in parameters:
            if parameter.kind == "star":
                names[parameter.name] = Seq([value for value, _ in given], "tuple", args.partial)
                given = []
            elif parameter.kind == "double-star":
                names[parameter.name] = Map(
                    [(Known(name), value, None) for name, value in keywords.items()], args.partial
                )
            elif given and parameter.kind != "keyword":
                names[parameter.name] = given.pop(0)[0]
            elif parameter.name in keywords:
                names[parameter.name] = keywords.pop(parameter.name)
            elif parameter.default is not None and not args.partial:
                names[parameter.name] = self.evaluate(parameter.default, function.frame)
            else:
                names[parameter.name] = self._annotated(parameter, function.frame)

    def _annotated(self, parameter: ir.Parameter, frame: Frame) -> Value:
        return Unknown(f"parameter {parameter.name}")


_CONFIGS = frozenset({"flask.Config", "flask.config.Config"})
_RECORDS = frozenset(
    {"dataclasses.dataclass", "attrs.define", "attrs.frozen", "attr.s", "attr.attrs", "typing.NamedTuple"}
)


def _signature(args: Arguments) -> Iterator[object]:
    for name, value in [("", value) for value, _ in args.positional] + [
        (name, value) for name, value, _ in args.keywords
    ]:
        plain, item = python(value)
        yield (
            name,
            repr(item)
            if plain
            else value.name
            if isinstance(value, Lib)
            else id(value.node)
            if isinstance(value, Cls)
            else repr(value)
            if isinstance(value, (Env, Unknown))
            else id(value),
        )


def _result(returns: list[tuple[tuple[Value, ...], Value]], depth: int) -> Value:
    """What a call gives: the value returned, or which one under which condition."""
    if not returns:
        return Known(None)
    result = returns[-1][1]
    for conditions, value in reversed(returns[:-1]):
        inner = conditions[depth:]
        if not inner:
            result = value
        else:
            test = operate("and", *inner) if len(inner) > 1 else inner[0]
            known, plain = python(test)
            result = (value if plain else result) if known else branch(test, value, result)
    return result


def _call_frame(frame: Frame) -> Frame:
    """The frame of the function that a frame stands in (a comprehension has one of its own)."""
    while frame.kind == "comprehension" and frame.parent is not None:
        frame = frame.parent
    return frame


def _closure(frame: Frame) -> Frame:
    """Where a function defined in a frame looks up its names: not in a class body."""
    while frame.kind == "class" and frame.parent is not None:
        frame = frame.parent
    return frame


def _qualified(frame: Frame, name: str) -> str:
    if not frame.qualname:
        return name
    return f"{frame.qualname}.{name}" if frame.kind == "class" else f"{frame.qualname}.<locals>.{name}"


def _decorated(node: ir.Function, name: str) -> bool:
    return any(
        (isinstance(decorator, ir.Name) and decorator.id == name)
        or (isinstance(decorator, ir.Attribute) and decorator.name == name)
        for decorator in node.decorators
    )


def _is_main_test(test: ir.Expr) -> bool:
    match test:
        case ir.Compare(("==",), (ir.Name("__name__"), ir.Const("__main__"))):
            return True
        case ir.Compare(("==",), (ir.Const("__main__"), ir.Name("__name__"))):
            return True
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


def _is_library(name: str) -> bool:
    return name.partition(".")[0] in _PLAIN_LIBRARIES


def _path_to(facts: ir.Module, wanted: ir.Function) -> list[ir.Function | ir.Class] | None:
    """The functions and classes around a function, outermost first."""

    def search(body: Iterable[ir.Node], around: list[ir.Function | ir.Class]) -> list[ir.Function | ir.Class] | None:
        for node in body:
            if node is wanted:
                return around
            if not node.start <= wanted.start < node.end:
                continue
            inner = [*around, node] if isinstance(node, (ir.Function, ir.Class)) else around
            found = search(ir.children(node), inner)
            if found is not None:
                return found
        return None

    return search(facts.body, [])


def _linear(lines: list[tuple[Cls | Lib, ...]]) -> list[Cls | Lib]:
    """The bases' lines merged: as Python does it, and left to right where that has no answer."""
    rest = [list(line) for line in lines if line]
    merged: list[Cls | Lib] = []
    while rest:
        head = next(
            (line[0] for line in rest if not any(_same(line[0], other) for tail in rest for other in tail[1:])),
            rest[0][0],
        )
        merged.append(head)
        rest = [[member for member in line if not _same(member, head)] for line in rest]
        rest = [line for line in rest if line]
    return merged


def _same(a: Cls | Lib, b: Cls | Lib) -> bool:
    return a.node is b.node if isinstance(a, Cls) and isinstance(b, Cls) else a == b


def canonical(dotted: str) -> str:
    """The one public name of something that a library offers under several."""
    dotted = PUBLIC_NAMES.get(dotted, dotted)
    return PUBLIC.get(dotted, dotted)
