"""The engine: functions evaluated with what is passed to them, across files, each kind of call once."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import UNKNOWN_ORIGIN, Guard, Source, Tables
from flasklint.knowledge.types import ALSO, PUBLIC
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.source import Location, Span
from flasklint.taint import budget, characters, library, natives
from flasklint.taint.classes import Classes
from flasklint.taint.expressions import EVALUATORS, item, set_item
from flasklint.taint.flows import Flow, Flows, Limit, Path, steps
from flasklint.taint.frame import Arguments, Exit, Frame, Pending
from flasklint.taint.pages import Templates
from flasklint.taint.passing import Outcome, Passing, Returning, captures, rooted
from flasklint.taint.routes import rule_text
from flasklint.taint.state import Obj, State, join_states, same_part
from flasklint.taint.statements import run
from flasklint.taint.tables import Index
from flasklint.taint.values import (
    BOOL,
    NEVER,
    NONE,
    NOTHING_KNOWN,
    UNKNOWN,
    Claim,
    ClassRef,
    Closure,
    Constant,
    Fragment,
    FunctionKey,
    Info,
    Method,
    Origin,
    Ref,
    Symbol,
    Taint,
    Text,
    Trail,
    Value,
    claim_of,
    constant,
    facts_both,
    join,
    join_all,
    merge_taints,
    ref,
    renamed,
    with_taints,
)

DEEPEST_CALLS = 14
MOST_STATEMENTS = 6_000
"""Statements evaluated for one entry point at most."""


class _Key(NamedTuple):
    function: FunctionKey
    values: tuple[tuple[str, Value], ...]
    objects: tuple[object, ...]
    infos: tuple[Info, ...]
    view: bool


class Engine(Templates):
    """Evaluates a project's functions against tables."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, Index(tables))
        self.parts: Mapping[str, tuple[Guard, ...]] = self.index.parts
        self.classes = Classes(project)
        self.keys: dict[int, FunctionKey] = {}
        self.scopes: dict[int, Scope] = {}
        for module in project.modules.values():
            for scope in module.scopes:
                self.scopes[id(scope.node)] = scope
        self.heap: dict[int, Obj] = {}
        self.globals: dict[tuple[str, str], Value] = {}
        self.busy: set[tuple[str, str]] = set()
        self.also: dict[str, tuple[str, ...]] = {}
        self.memo: dict[_Key, Outcome] = {}
        self.active: dict[FunctionKey, int] = {}
        self.running: set[_Key] = set()
        self.recursive: set[_Key] = set()
        self.rounds: dict[_Key, Outcome] = {}
        self.contexts: dict[FunctionKey, int] = {}
        self.frames: dict[FunctionKey, Frame] = {}
        self.found: dict[tuple[object, ...], tuple[Pending, dict[tuple[object, ...], Taint]]] = {}
        self.limits: set[Limit] = set()
        self.fuel = MOST_STATEMENTS
        self.entry: Location | None = None
        self.module_frames: dict[str, Frame] = {}
        self.rules: dict[Scope, tuple[str, ...]] = {}

    # Expressions and statements

    def evaluate(self, frame: Frame, node: ir.Expr) -> Value:
        if type(node) is ir.Call:
            return self.call_node(frame, node)
        return EVALUATORS[type(node)](frame, node)

    def execute(self, frame: Frame, body: tuple[ir.Stmt, ...]) -> None:
        run(frame, body)

    # Names

    def known_as(self, name: str) -> tuple[str, ...]:
        """A canonical name and what else that is."""
        found = self.also.get(name)
        if found is None:
            public = PUBLIC.get(name, name)
            found = self.also[name] = (public, *ALSO.get(public, ()))
        return found

    def global_name(self, frame: Frame, name: str, node: ir.Node) -> Value:
        if frame.page:
            return self.page_name(frame, name, node)
        scope: Scope | None = frame.scope
        while scope is not None and scope.parent is not None:
            # A function that is nested in one that was not evaluated.
            scope = scope.parent
        assert scope is not None
        return self.module_value(scope.module, name, frame, node)

    def module_value(self, module: LinkedModule, name: str, frame: Frame, node: ir.Node) -> Value:
        """What a module's name is when all of the module has run."""
        key = (module.path, name)
        found = self.globals.get(key)
        if found is None:
            if key in self.busy:
                return UNKNOWN
            self.busy.add(key)
            try:
                found = self._module_value(module, name)
            finally:
                self.busy.discard(key)
            self.globals[key] = found
        if (
            len(found.refs) == 1
            and type(found.refs[0]) is str
            and not found.taints
            and found.refs[0] in self.index.sources
        ):
            return self.named(frame, (found.refs[0],), node)
        return found

    def _module_value(self, module: LinkedModule, name: str) -> Value:
        scope = module.scope
        bindings = scope.at(name)
        if not bindings:
            for star in scope.stars:
                source = self.project.imported(star.module, module)
                if source is not None:
                    if source is not module and (name in source.scope.bindings or source.scope.stars):
                        held = self.module_value(source, name, self.module_frame(source), star)
                        if held is not UNKNOWN:
                            return held
                elif not star.module.startswith("."):
                    candidate = f"{star.module}.{name}"
                    if candidate in self.index.sources or candidate in self.index.callables or candidate in PUBLIC:
                        return ref(*self.known_as(candidate))
            if hasattr(builtins, name):
                return ref(f"builtins.{name}")
            return UNKNOWN
        frame = self.module_frame(module)
        result = NEVER
        for binding in bindings:
            held = self._binding_value(binding.kind, binding.node, binding.value, binding.path, frame)
            result = join(result, held)
        for write in scope.writes:
            # ``TABLE[key] = value`` at module level.
            if (
                isinstance(write.target, ir.Name)
                and write.target.id == name
                and write.key is not None
                and not write.path
            ):
                set_item(
                    frame,
                    result,
                    frame.machine.evaluate(frame, write.key),
                    frame.machine.evaluate(frame, write.value),
                    write.node,
                )
        self.heap.update({address: thing for address, thing in frame.state.heap.items() if address < 0})
        return result

    def _binding_value(
        self, kind: str, node: ir.Node, value: ir.Expr | None, path: tuple[int, ...], frame: Frame
    ) -> Value:
        if isinstance(node, ir.Import):
            for _, held in self.imported(frame, node):
                return held
            return UNKNOWN
        if isinstance(node, ir.Function):
            made = Value(refs=(Closure(self.function_key(frame, node)),))
            return self.decorated(frame, node, made) if node.decorators else made
        if isinstance(node, ir.Class):
            return Value(refs=(ClassRef(self.class_name(frame, node)),))
        if kind == "assign" and value is not None:
            held = self.evaluate(frame, value)
            frame.dead = False
            if isinstance(node, ir.Assign) and node.annotation is not None and held == UNKNOWN:
                held = self.annotated(frame, node.annotation)
            for index in path:
                held = item(frame, held, constant(index), node) if index >= 0 else UNKNOWN
            return held
        if kind == "assign" and isinstance(node, ir.Assign) and node.annotation is not None:
            return self.annotated(frame, node.annotation)
        if kind == "with" and value is not None and not path:
            return self.entered(frame, self.evaluate(frame, value), node)
        return UNKNOWN

    def module_frame(self, module: LinkedModule) -> Frame:
        """The frame in which a module's own statements are evaluated."""
        frame = self.module_frames.get(module.path)
        if frame is None:
            frame = self.module_frames[module.path] = Frame(self, module.scope, None, 0)
        return frame

    def named(self, frame: Frame, names: Iterable[str], node: ir.Node) -> Value:
        found: list[str] = []
        for name in names:
            for one in self.known_as(name):
                if one not in found:
                    found.append(one)
        for one in found:
            row = self.index.sources.get(one)
            if row is not None:
                return self.source(frame, row, node)
        for one in found:
            scope = self.project.definition(one) if not one.endswith(")") else None
            if scope is not None and one == scope.name:
                if scope.is_class:
                    return Value(refs=(ClassRef(scope.name),))
                if isinstance(scope.node, ir.Function) and not (scope.parent and scope.parent.is_function):
                    return Value(refs=(Closure(self.key_of(scope)),))
        return Value(refs=tuple(found))

    def source(self, frame: Frame, row: Source, node: ir.Node) -> Value:
        """Untrusted data that is read here."""
        if row.routed and frame.key is not None and frame.key.scope in self.rules:
            text = rule_text(frame, self.rules[frame.key.scope], row, node)
            if text is not None:
                return text
        fragment = ("source", row.name)
        info = Info(mask=characters.ANY & ~characters.named(row.without)) if row.without else NOTHING_KNOWN
        if fragment not in frame.state.infos:
            frame.state.infos[fragment] = info
        origin = Origin(row, frame.path, node.start, node.end)
        trail = Trail(None, frame.path, node.start, node.end, f"{row.words}")
        refs = self.known_as(row.result) if row.result else ()
        return Value(open=True, taints=(Taint(origin, fragment, trail, row.confidence),), refs=refs)

    def imported(self, frame: Frame, node: ir.Import) -> tuple[tuple[str, Value], ...]:
        module = frame.scope.module
        if node.name == "*":
            return ()
        target = self.project.imported(node.module, module)
        if not node.name:
            if node.alias:
                return ((node.alias, self.module_ref(target, node.module)),)
            top = node.module.partition(".")[0]
            return ((top, self.module_ref(self.project.imported(top, module), top)),)
        bound = node.alias or node.name
        if target is not None:
            return ((bound, self.member(target, node.name, frame, node)),)
        return ((bound, self.named(frame, (f"{node.module}.{node.name}",), node)),)

    def module_ref(self, target: LinkedModule | None, dotted: str) -> Value:
        """A module, as a value."""
        return ref(target.name) if target is not None else ref(dotted)

    def member(self, module: LinkedModule, name: str, frame: Frame, node: ir.Node) -> Value:
        """An attribute of a module of the project."""
        if module.scope.at(name):
            return self.module_value(module, name, frame, node)
        inner = self.project.module_named(f"{module.name}.{name}")
        if inner is not None:
            return ref(inner.name)
        return self.module_value(module, name, frame, node) if module.scope.stars else UNKNOWN

    # Attributes

    def attribute(self, frame: Frame, value: Value, name: str, node: ir.Node) -> Value:
        result = NEVER
        strings: list[str] = []
        for one in value.refs:
            if type(one) is str:
                module = self.project.module_named(one)
                if module is not None:
                    result = join(result, self.member(module, name, frame, node))
                else:
                    strings.append(one)
            elif type(one) is int:
                result = join(result, self._object_attribute(frame, one, name, node))
            elif type(one) is ClassRef:
                result = join(result, self._class_attribute(frame, one.name, name, node))
            elif type(one) is Method:
                result = join(result, self._method_attribute(frame, one, name, node))
            elif name == "__name__" and type(one) is Closure:
                result = join(result, constant(one.function.function.name))
            else:
                result = join(result, UNKNOWN)
        rest_open = value.open or value.constants or value.taints or value.texts
        if strings:
            rest = Value(value.constants, value.open, value.taints, tuple(strings), value.texts)
            result = join(result, self._named_attribute(frame, rest, strings, name, node))
        elif rest_open and not (
            value.taints and len(value.refs) == 1 and type(value.refs[0]) is int and not value.open
        ):
            rest = Value(value.constants, value.open, value.taints, (), value.texts)
            method = Value(open=True, refs=(Method(rest, name, (f"?.{name}",)),))
            if value.taints:
                method = with_taints(
                    method, self.part(frame, rest._replace(constants=(), texts=()), f"attr:{name}", node).taints
                )
            result = join(result, method)
        return result if result is not NEVER else UNKNOWN

    def _named_attribute(self, frame: Frame, rest: Value, strings: list[str], name: str, node: ir.Node) -> Value:
        names: list[str] = []
        for one in strings:
            for found in self.known_as(f"{one}.{name}"):
                if found not in names:
                    names.append(found)
        for one in strings:
            kept = frame.state.variables.get(f"\x01{one}.{name}")
            if kept is not None:
                return kept
        for one in names:
            row = self.index.sources.get(one)
            if row is not None:
                return self.source(frame, row, node)
        # What a library's class inherits from is spelled out; a property of a project's class is found by its object.
        if not rest.taints and not rest.texts and not any("()" in one for one in strings):
            return self.named(frame, names, node)
        method = Method(rest, name, tuple(names))
        result = Value(refs=(method,))
        if rest.taints:
            result = with_taints(
                result._replace(open=True),
                self.part(frame, rest._replace(constants=(), texts=(), refs=()), f"attr:{name}", node).taints,
            )
        return result

    def _method_attribute(self, frame: Frame, one: Method, name: str, node: ir.Node) -> Value:
        if one.names and one.names[0].startswith("super "):
            return Value(refs=(Method(one.receiver, name, one.names),))
        names = [found for base in one.names for found in self.known_as(f"{base}.{name}")]
        for found in names:
            row = self.index.sources.get(found)
            if row is not None:
                return self.source(frame, row, node)
        receiver = Value(open=True, taints=one.receiver.taints, refs=(one,))
        result = Value(refs=(Method(receiver, name, tuple(names)),))
        if one.receiver.taints:
            result = with_taints(
                result._replace(open=True),
                self.part(frame, Value(open=True, taints=one.receiver.taints), f"attr:{name}", node).taints,
            )
        return result

    def _object_attribute(self, frame: Frame, address: int, name: str, node: ir.Node) -> Value:
        thing = frame.object_at(address)
        held = thing.attributes.get(name)
        if held is not None:
            return held
        this = Value(refs=(address,))
        if thing.shape != "instance":
            return Value(refs=(Method(this, name, ()),))
        own = thing.types[0] if thing.types else ""
        found = self.classes.member(own, name)
        if found is not None:
            result = self._bound(frame, found, this, own, name, node)
            if thing.attributes and "__dict__" in thing.attributes:
                result = join(result, thing.attributes["__dict__"])
            return result
        names = tuple(
            one
            for kind in self.classes.library_bases(own) or thing.types
            for one in self.known_as(f"{kind}()".replace("()()", "()") + f".{name}")
        )
        for one in names:
            row = self.index.sources.get(one)
            if row is not None:
                return self.source(frame, row, node)
        if "__dict__" in thing.attributes:
            return thing.attributes["__dict__"]
        return Value(open=True, refs=(Method(this, name, names or (f"?.{name}",)),))

    def _bound(self, frame: Frame, found: Scope | ir.Node, this: Value, own: str, name: str, node: ir.Node) -> Value:
        """A class's member, seen on an instance."""
        if isinstance(found, Scope):
            if found.is_class:
                return Value(refs=(ClassRef(found.name),))
            key = self.key_of(found)
            kind = self.method_kind(found)
            if kind == "static":
                return Value(refs=(Closure(key),))
            if kind == "class":
                return Value(refs=(Closure(key, receiver=Value(refs=(ClassRef(own),))),))
            if kind == "property":
                return self.call(frame, Value(refs=(Closure(key, receiver=this),)), Arguments(), node)
            return self.wrapped(frame, found, Closure(key, receiver=this), this)
        return self.class_value(own, name)

    def wrapped(self, frame: Frame, scope: Scope, plain: Closure, this: Value | None) -> Value:
        """A function as its decorators leave it, bound to a receiver."""
        assert isinstance(scope.node, ir.Function)
        if not scope.node.decorators:
            return Value(refs=(plain,))
        outer = self.module_frame(scope.module)
        made = self.decorated(outer, scope.node, Value(refs=(plain._replace(receiver=None),)))
        closures = tuple(
            one._replace(receiver=this) if type(one) is Closure and one.receiver is None and this is not None else one
            for one in made.refs
        )
        return Value(refs=closures or (plain,))

    def _class_attribute(self, frame: Frame, cls: str, name: str, node: ir.Node) -> Value:
        found = self.classes.member(cls, name)
        if found is None:
            bases = self.classes.library_bases(cls)
            if name == "__name__":
                return constant(cls.rpartition(".")[2])
            names = tuple(one for base in bases for one in self.known_as(f"{base}.{name}"))
            return Value(open=True, refs=names)
        if isinstance(found, Scope) and not found.is_class:
            key = self.key_of(found)
            if self.method_kind(found) == "class":
                return Value(refs=(Closure(key, receiver=Value(refs=(ClassRef(cls),))),))
            return self.wrapped(frame, found, Closure(key), None)
        if isinstance(found, Scope):
            return Value(refs=(ClassRef(found.name),))
        return self.class_value(cls, name)

    def class_value(self, cls: str, name: str) -> Value:
        """What a class body assigns to a name."""
        scope = self.classes.holder(cls, name)
        if scope is None:
            return UNKNOWN
        key = (scope.module.path, f"{scope.qualname}.{name}")
        found = self.globals.get(key)
        if found is not None:
            return found
        if key in self.busy:
            return UNKNOWN
        self.busy.add(key)
        frame = self.module_frame(scope.module)
        result = NEVER
        saved = frame.state.variables
        # Other names of the class body, as far as they are simple.
        frame.state.variables = _ClassNames(self, scope, name, saved)
        try:
            for binding in scope.at(name):
                result = join(
                    result, self._binding_value(binding.kind, binding.node, binding.value, binding.path, frame)
                )
        finally:
            frame.state.variables = saved
            self.busy.discard(key)
        self.heap.update({address: thing for address, thing in frame.state.heap.items() if address < 0})
        self.globals[key] = result
        return result

    def method_kind(self, scope: Scope) -> str:
        """``static``, ``class``, ``property`` or plain."""
        node = scope.node
        assert isinstance(node, ir.Function)
        outer = scope.parent or scope.module.scope
        for decorator in node.decorators:
            expr = decorator.function if isinstance(decorator, ir.Call) else decorator
            for name in self.project.resolve(expr, outer):
                tail = name.rpartition(".")[2]
                if name == "builtins.staticmethod":
                    return "static"
                if name == "builtins.classmethod":
                    return "class"
                if tail.endswith("property") or name == "functools.cached_property":
                    return "property"
        return (
            "static"
            if node.name == "__new__"
            else "class"
            if node.name in ("__init_subclass__", "__class_getitem__")
            else ""
        )

    def set_attribute(self, frame: Frame, receiver: Value, name: str, value: Value, node: ir.Node) -> None:
        things = frame.objects(receiver)
        if value.taints and things:
            value = frame.stepped(value, node, f"kept in `.{name}`")
        certain = len(receiver.refs) == 1 and not receiver.open
        for address, thing in things:
            found = self.classes.member(thing.types[0], name) if thing.types and thing.shape == "instance" else None
            if isinstance(found, Scope) and found.is_function:
                setter = self.classes.setter(thing.types[0], name)
                if setter is not None:
                    self.call(
                        frame,
                        Value(refs=(Closure(self.key_of(setter), receiver=Value(refs=(address,))),)),
                        Arguments((value,), places=(node,)),
                        node,
                    )
                    continue
            frame.update(address, thing._replace(attributes={**thing.attributes, name: value}), certain)
        for one in receiver.refs:
            names: tuple[str, ...] = ()
            if type(one) is str:
                names = (one,)
                if "()" not in one:
                    # A thing that there is one of, like ``flask.g``: it is the same for whoever is called.
                    kinds = tuple(kind for kind in value.refs if type(kind) is str)
                    shared = Value(open=not kinds, taints=frame.inside(value), refs=kinds)
                    frame.state.variables[f"\x01{one}.{name}"] = shared
            elif type(one) is Method:
                names = one.names
            elif type(one) is int:
                kinds = frame.object_at(one).types
                names = tuple(base for kind in kinds for base in (self.classes.library_bases(kind) or (kind,)))
                names = tuple(found if found.endswith("()") else f"{found}()" for found in names)
            for base in names:
                for full in self.known_as(f"{base}.{name}="):
                    for row in self.index.sinks.get(full, ()):
                        library.reach(frame, self.index, row, Arguments((value,), places=(node,)), receiver, node)

    def part(self, frame: Frame, value: Value, tag: str, node: ir.Node) -> Value:
        if not value.taints:
            return UNKNOWN
        made = []
        for taint in value.taints:
            fragment = frame.part_of(taint.fragment, tag)
            if fragment not in frame.state.infos:
                known = frame.full_info(taint.fragment)
                frame.state.infos[fragment] = (
                    Info(mask=known.mask, lacks=known.lacks, clear=known.clear - {"*"})
                    if known is not NOTHING_KNOWN
                    else NOTHING_KNOWN
                )
            made.append(taint._replace(fragment=fragment))
        return Value(open=True, taints=merge_taints((), made))

    # Functions and classes

    def key_of(self, scope: Scope) -> FunctionKey:
        """The identity of a function by its namespace."""
        found = self.keys.get(id(scope.node))
        if found is None:
            assert isinstance(scope.node, ir.Function)
            found = self._new_key(scope.node, scope, scope.parent)
        return found

    def _new_key(self, function: ir.Function, scope: Scope, outer: Scope | None) -> FunctionKey:
        parent: FunctionKey | None = None
        owner = ""
        around = outer
        if around is not None and around.is_class:
            owner = around.name
            while around is not None and around.is_class:
                around = around.parent
        if around is not None and around.is_function:
            parent = self.key_of(around)
        free = self._free(function, scope) if parent is not None else ()
        key = FunctionKey(function, scope, parent, owner, free)
        self.keys[id(function)] = key
        return key

    def _free(self, function: ir.Function, scope: Scope) -> tuple[str, ...]:
        own = {parameter.name for parameter in function.parameters}
        if scope.node is function:
            own |= {name for name in scope.bindings if name not in scope.declared}
        names: dict[str, None] = {}
        for found in ir.walk(function):
            if isinstance(found, ir.Name) and found.id not in own:
                names[found.id] = None
        outer: set[str] = set()
        around = scope.parent if scope.node is function else scope
        while around is not None and around.parent is not None:
            outer |= around.bindings.keys()
            around = around.parent
        return tuple(name for name in names if name in outer)

    def function_key(self, frame: Frame, function: ir.Function) -> FunctionKey:
        found = self.keys.get(id(function))
        if found is not None:
            return found
        scope = self.scopes.get(id(function))
        if scope is not None:
            return self.key_of(scope)
        # A lambda shares the namespace of what it stands in.
        key = FunctionKey(function, frame.scope, frame.key, "", (), frame.page)
        own = {parameter.name for parameter in function.parameters}
        names = dict.fromkeys(
            found.id for found in ir.walk(function) if isinstance(found, ir.Name) and found.id not in own
        )
        key.free = tuple(names) if frame.key is not None else ()
        self.keys[id(function)] = key
        return key

    def class_name(self, frame: Frame, node: ir.Class) -> str:
        return self.scopes[id(node)].name

    def decorated(self, frame: Frame, node: ir.Function, value: Value) -> Value:
        result = value
        for decorator in reversed(node.decorators):
            callee = self.evaluate(frame, decorator)
            if any(type(one) is Closure for one in callee.refs):
                made = self.call(frame, callee, Arguments((result,), places=(decorator,)), decorator)
                closures = tuple(one for one in made.refs if type(one) is Closure)
                if closures:
                    result = Value(refs=closures)
        frame.dead = False
        return result

    def annotated(self, frame: Frame, annotation: ir.Expr) -> Value:
        names: tuple[str, ...] = ()
        expr = annotation
        if isinstance(expr, ir.Const) and isinstance(expr.value, str):
            return UNKNOWN
        if isinstance(expr, ir.Op) and expr.sign == "|":
            return join_all(
                self.annotated(frame, one)
                for one in expr.operands
                if one != ir.Const(None, start=one.start, end=one.end)
            )
        if isinstance(expr, ir.Subscript):
            heads = self.project.resolve(expr.value, frame.scope)
            if any(name in ("typing.Optional", "typing.Annotated") for name in heads):
                inner = expr.key.items[0].value if isinstance(expr.key, ir.Display) and expr.key.items else expr.key
                return self.annotated(frame, inner)
            return UNKNOWN
        if isinstance(expr, (ir.Name, ir.Attribute)):
            names = self.project.resolve(expr, frame.scope)
        found: list[str] = []
        for name in names:
            if name.startswith(("builtins.", "typing.")):
                if name in ("builtins.int", "builtins.float", "builtins.bool", "builtins.str"):
                    return Value(open=True)
                continue
            scope = self.project.definition(name)
            if scope is not None and scope.is_class:
                return self.instance(frame, scope.name, annotation)
            found.extend(self.known_as(f"{name}()"))
        return Value(open=True, refs=tuple(found)) if found else UNKNOWN

    def instance(self, frame: Frame, cls: str, node: ir.Node, known: bool = False) -> Value:
        """An instance of a project's class of which nothing more is known."""
        return frame.make((node.start, "instance", cls), Obj("instance", types=(cls,)))

    def caught(self, frame: Frame, kind: Value, node: ir.Handler) -> Value:
        names = tuple(f"{one}()" for one in kind.refs if type(one) is str)
        for one in (*names, "builtins.Exception()"):
            row = self.index.sources.get(f"except {one}")
            if row is not None:
                return self.source(frame, row, node)
        return Value(open=True, refs=names)

    def entered(self, frame: Frame, value: Value, node: ir.Node) -> Value:
        result = NEVER
        for one in value.refs:
            if type(one) is int:
                thing = frame.object_at(one)
                if (
                    thing.shape == "instance"
                    and thing.types
                    and self.classes.member(thing.types[0], "__enter__") is not None
                ):
                    callee = self.attribute(frame, Value(refs=(one,)), "__enter__", node)
                    result = join(result, self.call(frame, callee, Arguments(), node))
                    continue
                if thing.shape == "iterator":
                    # A generator under ``contextmanager``: what it yields.
                    result = join(result, thing.everything())
                    continue
            result = join(result, Value(refs=(one,)))
        if value.open or value.taints or value.constants:
            result = join(result, value._replace(refs=()))
        return result if result is not NEVER else UNKNOWN

    def new_address(self) -> int:
        address = -1 - len(self.heap)
        self.heap[address] = Obj("instance")
        return address

    def global_object(self, address: int) -> Obj:
        """The object at an address; of one that was made in a call that is over, nothing is known."""
        return self.heap.get(address, Obj("instance"))

    # Calls

    def call_node(self, frame: Frame, node: ir.Call) -> Value:
        function = node.function
        if isinstance(function, ir.Name):
            if (
                function.id in ("any", "all")
                and len(node.arguments) == 1
                and isinstance(node.arguments[0].value, ir.Comprehension)
            ):
                return self._quantified(frame, node, function.id == "all", node.arguments[0].value)
            if function.id == "super" and "super" not in frame.state.variables and not frame.page:
                return self._super(frame, node)
        callee = self.evaluate(frame, function)
        positional: list[Value] = []
        places: list[ir.Node] = []
        keywords: list[tuple[str, Value]] = []
        keyword_places: list[ir.Node] = []
        star: Value | None = None
        double: Value | None = None
        for argument in node.arguments:
            value = self.evaluate(frame, argument.value)
            if argument.name == "":
                if star is None:
                    positional.append(value)
                    places.append(argument.value)
                else:
                    star = join(star, value)
            elif argument.name == "*":
                things = frame.objects(value)
                if (
                    star is None
                    and len(things) == 1
                    and len(value.refs) == 1
                    and things[0][1].size is not None
                    and things[0][1].rest is NEVER
                ):
                    thing = things[0][1]
                    assert thing.size is not None
                    positional.extend(thing.items.get(index, UNKNOWN) for index in range(thing.size))
                    places.extend([argument.value] * thing.size)
                else:
                    held = frame.members(value, node.start)
                    star = held if star is None else join(star, held)
            elif argument.name == "**":
                rest = NEVER
                for _, thing in frame.objects(value):
                    for key, held in thing.items.items():
                        if isinstance(key, str):
                            keywords.append((key, held))
                            keyword_places.append(argument.value)
                    rest = join(rest, thing.rest)
                if value.taints or value.open:
                    rest = join(
                        rest,
                        self.part(frame, value._replace(refs=()), f"item@{node.start}", node)
                        if value.taints
                        else UNKNOWN,
                    )
                elif any(type(one) is str for one in value.refs):
                    rest = join(rest, UNKNOWN)
                if rest is not NEVER:
                    double = rest if double is None else join(double, rest)
            else:
                keywords.append((argument.name, value))
                keyword_places.append(argument.value)
        if frame.dead:
            return NEVER
        return self.call(
            frame, callee, Arguments(tuple(positional), tuple(keywords), star, double, (*places, *keyword_places)), node
        )

    def _quantified(self, frame: Frame, node: ir.Call, every: bool, comprehension: ir.Comprehension) -> Value:
        """``all(test for ...)`` and ``any(test for ...)``: what they tell of what was gone through."""
        from flasklint.taint.quantified import quantified

        return quantified(frame, comprehension, every)

    def _super(self, frame: Frame, node: ir.Call) -> Value:
        key = frame.key
        while key is not None and not key.owner:
            key = key.parent
        if key is None or not key.function.parameters:
            return UNKNOWN
        this = frame.state.variables.get(key.function.parameters[0].name) or frame.outer.get(
            key.function.parameters[0].name
        )
        if this is None:
            return UNKNOWN
        return Value(refs=(Method(this, "super", (f"super {key.owner}",)),))

    def call(self, frame: Frame, callee: Value, arguments: Arguments, node: ir.Node) -> Value:
        result = NEVER
        names: list[str] = []
        methods: list[Method] = []
        lived = False
        for one in callee.refs:
            kind = type(one)
            if kind is str:
                names.append(one)  # type: ignore[arg-type]
                continue
            if kind is Closure:
                made = self.call_function(frame, one, arguments, node)  # type: ignore[arg-type]
            elif kind is ClassRef:
                made = self.instantiate(frame, one.name, arguments, node)  # type: ignore[union-attr]
            elif kind is Method:
                made = self.call_method(frame, one, arguments, node)  # type: ignore[arg-type]
                methods.append(one)  # type: ignore[arg-type]
            else:
                thing = frame.object_at(one)  # type: ignore[arg-type]
                if "partial" in thing.attributes:
                    made = self.call(frame, thing.attributes["partial"], arguments, node)
                else:
                    made = self.call(
                        frame, self.attribute(frame, Value(refs=(one,)), "__call__", node), arguments, node
                    )
            lived = lived or not frame.dead
            if len(callee.refs) > 1:
                frame.dead = False
            result = join(result, made)
        if names:
            tail = "" if any(name in self.index.callables for name in names) else names[0].rpartition(".")[2]
            result = join(result, self.call_library(frame, tuple(names), None, arguments, node, tail))
            lived = lived or not frame.dead
        if (callee.open and not methods) or not callee.refs:
            result = join(result, self.call_unknown(frame, callee, arguments, node))
            lived = True
        frame.dead = not lived
        return result

    def call_unknown(self, frame: Frame, callee: Value, arguments: Arguments, node: ir.Node) -> Value:
        """A call of something that nothing is known of."""
        return library.assumed(
            frame, (), arguments, Value(open=True, taints=callee.taints) if callee.taints else None, node, ""
        )

    def call_method(self, frame: Frame, one: Method, arguments: Arguments, node: ir.Node) -> Value:
        receiver = one.receiver
        if one.names and one.names[0].startswith("super "):
            return self._call_super(frame, one, arguments, node)
        result = NEVER
        rest: list[object] = []
        for item_ref in receiver.refs:
            if type(item_ref) is int:
                thing = frame.object_at(item_ref)
                if thing.shape != "instance":
                    made = natives.object_method(frame, item_ref, one.name, arguments, node, len(receiver.refs) == 1)
                    if made is None:
                        made = UNKNOWN
                    result = join(result, made)
                    continue
            rest.append(item_ref)
        if result is not NEVER and not rest and not receiver.open and not receiver.taints and not receiver.constants:
            return result
        plain = Value(receiver.constants, receiver.open, receiver.taints, tuple(rest), receiver.texts)  # type: ignore[arg-type]
        maybe_text = not rest or receiver.texts or all(name in ("builtins.str()", "builtins.bytes()") for name in rest)
        if maybe_text and not any(name in self.index.callables for name in one.names if not name.startswith("?")):
            made = natives.text_method(frame, plain, one.name, arguments, node)
            if made is not None:
                return join(result, made)
        return join(result, self.call_library(frame, one.names, plain, arguments, node, one.name))

    def _call_super(self, frame: Frame, one: Method, arguments: Arguments, node: ir.Node) -> Value:
        owner = one.names[0].removeprefix("super ")
        found = self.classes.after(self._own_class(frame, one.receiver) or owner, owner, one.name)
        if found is None:
            bases = self.classes.library_bases(owner)
            names = tuple(name for base in bases for name in self.known_as(f"{base}().{one.name}"))
            return self.call_library(frame, names or (f"?.{one.name}",), one.receiver, arguments, node, one.name)
        receiver = one.receiver
        key = self.key_of(found)
        if self.method_kind(found) == "static":
            return self.call_function(frame, Closure(key), arguments, node)
        return self.call_function(frame, Closure(key, receiver=receiver), arguments, node)

    def _own_class(self, frame: Frame, value: Value) -> str:
        for _, thing in frame.objects(value):
            if thing.types:
                return thing.types[0]
        for one in value.refs:
            if type(one) is ClassRef:
                return one.name
        return ""

    def call_library(
        self,
        frame: Frame,
        names: tuple[str, ...],
        receiver: Value | None,
        arguments: Arguments,
        node: ir.Node,
        method: str,
    ) -> Value:
        index = self.index
        if len(names) == 1 and names[0].startswith("builtins."):
            made = natives.builtin(frame, names[0][9:], arguments, node)
            if made is not None:
                for row in index.sinks.get(names[0], ()):
                    library.reach(frame, index, row, arguments, receiver, node)
                return made
        sinks = [row for name in names for row in index.sinks.get(name, ())]
        if not sinks and method:
            sinks = list(index.sinks.get(f"?.{method}", ()))
        seen: set[str] = set()
        for row in sinks:
            if row.kind in seen and row.form == "text":
                continue
            if library.reach(frame, index, row, arguments, receiver, node):
                seen.add(row.kind)
        for name in names:
            rendering = index.renderings.get(name)
            if rendering is not None:
                self.render(frame, rendering, arguments, receiver, node)
                break
        claim: Claim | None = None
        for name in names:
            for guard in index.guards.get(name, ()):
                told = library.guarded(frame, guard, arguments, receiver)
                if told is not None:
                    claim = (
                        told
                        if claim is None
                        else Claim(facts_both(claim.true, told.true), facts_both(claim.false, told.false))
                    )
        for name in names:
            row_source = index.sources.get(f"{name}()")
            if row_source is not None:
                return self.source(frame, row_source, node)
        result: Value | None = None
        for name in (*names, f"?.{method}") if method else names:
            sanitizers = index.sanitizers.get(name)
            if sanitizers:
                for sanitizer in sanitizers:
                    made = library.sanitized(
                        frame, index, sanitizer, arguments, receiver, node, name.rpartition(".")[2]
                    )
                    result = made
                break
            summary = index.summaries.get(name)
            if summary is not None:
                result = library.summarized(frame, index, summary, arguments, receiver, node, name.rpartition(".")[2])
                break
        if result is None and len(names) == 1 and names[0] in ("functools.partial",) and arguments.positional:
            return self._partial(frame, arguments, node)
        if result is None:
            full = tuple(found for name in names for found in self.known_as(f"{name}()") if not name.startswith("?"))
            typed = [name[:-2] for name in full]
            result = library.assumed(frame, tuple(typed), arguments, receiver, node, method)
        if any(type(one) is Closure for value in arguments.all() for one in value.refs):
            self._callbacks(frame, arguments, node)
        if result.refs and all(type(one) is str for one in result.refs):
            refs = tuple(dict.fromkeys(found for one in result.refs for found in self.known_as(str(one))))
            if refs != result.refs:
                result = result._replace(refs=refs)
        if claim is not None:
            result = (BOOL if result == UNKNOWN or not result.taints else result)._replace(claim=claim)
        return result

    def _callbacks(self, frame: Frame, arguments: Arguments, node: ir.Node) -> None:
        """Functions that are passed to a library along with untrusted data are taken to be called with it."""
        keywords = dict(arguments.keywords)
        target = keywords.get("target")
        if target is not None:
            passed = keywords.get("args")
            values: tuple[Value, ...] = ()
            if passed is not None:
                for _, thing in frame.objects(passed):
                    values = tuple(thing.items[index] for index in range(len(thing.items)) if index in thing.items)
            inner = Arguments(values, places=(node,) * len(values))
        elif arguments.positional:
            target = arguments.positional[0]
            inner = arguments._replace(positional=arguments.positional[1:], places=arguments.places[1:])
        else:
            return
        closures = tuple(one for one in target.refs if type(one) is Closure)
        if closures and any(frame.inside(value) for value in inner.all()):
            self.call(frame, Value(refs=closures), inner, node)
            frame.dead = False

    def _partial(self, frame: Frame, arguments: Arguments, node: ir.Node) -> Value:
        made = [
            one._replace(
                arguments=(*one.arguments, *arguments.positional[1:]),
                keywords=(*one.keywords, *arguments.keywords),
            )
            for one in arguments.positional[0].refs
            if type(one) is Closure
        ]
        return Value(open=not made, refs=tuple(made))

    def instantiate(self, frame: Frame, cls: str, arguments: Arguments, node: ir.Node) -> Value:
        """A call of a project's class."""
        this = frame.make(node.start, Obj("instance", types=(cls,)))
        found = self.classes.member(cls, "__init__")
        if isinstance(found, Scope):
            self.call_function(frame, Closure(self.key_of(found), receiver=this), arguments, node)
            return this
        bases = self.classes.library_bases(cls)
        fields = self.classes.fields(cls)
        attributes: dict[str, Value] = {}
        if fields:
            attributes.update(zip(fields, arguments.positional, strict=False))
        attributes.update(arguments.keywords)
        if arguments.double is not None and arguments.double.taints:
            attributes["__dict__"] = arguments.double
        for base in bases:
            names = self.known_as(base)
            for name in names:
                for row in self.index.sinks.get(name, ()):
                    library.reach(frame, self.index, row, arguments, this, node)
            made = next((self.index.summaries[one] for one in names if one in self.index.summaries), None)
            if made is not None and made.how == "made":
                library.store(frame, made.store, arguments, this)
        if attributes and not bases:
            address = next(one for one in this.refs if type(one) is int)
            thing = frame.object_at(address)
            frame.update(address, thing._replace(attributes={**thing.attributes, **attributes}), True)
        elif attributes:
            address = next(one for one in this.refs if type(one) is int)
            thing = frame.object_at(address)
            frame.update(address, thing._replace(attributes={**attributes, **thing.attributes}), True)
        return this

    def call_function(self, frame: Frame, closure: Closure, arguments: Arguments, node: ir.Node) -> Value:
        """A call of a project's function."""
        key = closure.function
        positional = arguments.positional
        places = arguments.places
        if closure.arguments:
            positional = (*closure.arguments, *positional)
            places = (node,) * len(closure.arguments) + places
        if closure.receiver is not None:
            positional = (closure.receiver, *positional)
            places = (node, *places)
        keywords = (*closure.keywords, *arguments.keywords) if closure.keywords else arguments.keywords
        bound = self.bind(
            frame, key.function, Arguments(positional, keywords, arguments.star, arguments.double, places), node
        )
        passing = Passing(frame)
        how = budget.level(key.function, self.contexts.get(key, 0))
        if self.active.get(key):
            how = max(how, budget.NO_CONSTANTS)
        if how:
            bound = budget.plainer(frame, node, bound, how)
        values = tuple((name, passing.value(value)) for name, value in bound.items())
        captured = closure.captured or (captures(self._home(frame, key), closure) if key.free else ())
        home = self._home(frame, key)
        if captured:
            held = []
            for name, value in captured:
                if home is not frame and not closure.captured:
                    # Of a function that is not under way any more: only what is not its own objects.
                    value = portable(value)
                held.append((name, passing.value(value)))
            values = (*values, *(("\x00" + name, value) for name, value in held))
        shared = tuple(
            (name, passing.value(value)) for name, value in frame.state.variables.items() if name[0] == "\x01"
        )
        outcome = self.outcome(frame, key, (*values, *shared), passing, node)
        if outcome.cut:
            words = f"passed to `{key.function.name}()`"
            taints: tuple[Taint, ...] = ()
            for value in bound.values():
                taints = merge_taints(taints, frame.inside(value))
            return (
                frame.derive(
                    UNKNOWN,
                    (node.start, "cut"),
                    taints=taints,
                    step=words,
                    node=node,
                    lower=f"`{key.function.name}` was not followed",
                )
                if taints
                else UNKNOWN
            )
        name = key.function.name
        words = f"passed to `{name}()`"
        returning = Returning(frame, node, name, passing, outcome, words)
        for one in outcome.pending:
            self.record(frame, returning.pending(one))
        if outcome.state is None and not outcome.generator:
            frame.dead = True
            return NEVER
        returning.effects(passing)
        for name, value in outcome.outer:
            if name[0] == "\x01" or frame.key is key.parent:
                frame.state.variables[name] = returning.value(value)
        return returning.value(outcome.result)

    def _home(self, frame: Frame, key: FunctionKey) -> Frame:
        """The frame that has a nested function's outer variables: this one, or the last evaluation of its function."""
        if key.parent is None or frame.key is key.parent or key.function.name == "<lambda>":
            return frame
        outer = frame.key
        while outer is not None:
            if outer is key.parent:
                return frame
            outer = outer.parent
        return self.frames.get(key.parent, frame)

    def bind(self, frame: Frame, function: ir.Function, arguments: Arguments, node: ir.Node) -> dict[str, Value]:
        """Parameters with what is passed for them."""
        bound: dict[str, Value] = {}
        keywords = dict(arguments.keywords)
        positional = list(arguments.positional)
        at = 0
        for parameter in function.parameters:
            match parameter.kind:
                case "positional" | "normal":
                    if at < len(positional):
                        bound[parameter.name] = positional[at]
                        at += 1
                    elif parameter.name in keywords and parameter.kind == "normal":
                        bound[parameter.name] = keywords.pop(parameter.name)
                    else:
                        bound[parameter.name] = self._default(frame, function, parameter, arguments)
                case "star":
                    rest = positional[at:]
                    at = len(positional)
                    if arguments.star is not None:
                        everything = join_all([*rest, arguments.star])
                        bound[parameter.name] = frame.make(
                            (node.start, "*args"), Obj("tuple", rest=everything, keys=UNKNOWN)
                        )
                    else:
                        bound[parameter.name] = frame.sequence((node.start, "*args"), "tuple", rest)
                case "keyword":
                    if parameter.name in keywords:
                        bound[parameter.name] = keywords.pop(parameter.name)
                    else:
                        bound[parameter.name] = self._default(frame, function, parameter, arguments)
                case "double-star":
                    rest_value = arguments.double if arguments.double is not None else NEVER
                    bound[parameter.name] = frame.make(
                        (node.start, "**kwargs"),
                        Obj("dict", _as_items(keywords), rest_value, UNKNOWN if rest_value is not NEVER else NEVER),
                    )
        for name, value in bound.items():
            if value.taints:
                bound[name] = frame.stepped(
                    value, self._place(arguments, function, name, node), f"passed to `{function.name}()` as `{name}`"
                )
        return bound

    def _place(self, arguments: Arguments, function: ir.Function, name: str, node: ir.Node) -> ir.Node:
        for index, (keyword, _) in enumerate(arguments.keywords):
            if keyword == name and len(arguments.positional) + index < len(arguments.places):
                return arguments.places[len(arguments.positional) + index]
        for index, parameter in enumerate(function.parameters):
            if parameter.name == name and index < len(arguments.positional) and index < len(arguments.places):
                return arguments.places[index]
        return node

    def _default(self, frame: Frame, function: ir.Function, parameter: ir.Parameter, arguments: Arguments) -> Value:
        result = NEVER
        if arguments.star is not None and parameter.kind != "keyword":
            result = join(result, arguments.star)
        if arguments.double is not None:
            result = join(result, arguments.double)
        if parameter.default is not None:
            scope = self.keys[id(function)].scope if id(function) in self.keys else frame.scope
            # A macro's defaults are worked out when it is called.
            outer = frame if frame.page else self.module_frame(scope.module)
            value = self.evaluate(outer, parameter.default)
            outer.dead = False
            self.heap.update({address: thing for address, thing in outer.state.heap.items() if address < 0})
            return join(result, value)
        return result if result is not NEVER else UNKNOWN

    def outcome(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing, node: ir.Node
    ) -> Outcome:
        """What a function comes to with these values, each kind of call worked out once."""
        memo_key = _Key(key, values, passing.frozen(), passing.infos(), False)
        found = self.memo.get(memo_key)
        if found is not None:
            return found
        if not key.page and self._is_bodiless(key.function):
            return _CUT
        if memo_key in self.running:
            # A recursive call: first nothing, then what one round came to.
            self.recursive.add(memo_key)
            return self.rounds.get(memo_key, _NOTHING)
        if self.active.get(key, 0) >= 3 or frame.depth >= DEEPEST_CALLS:
            return _CUT
        if self.fuel <= 0:
            if self.entry is not None:
                self.limits.add(
                    Limit(self.entry, "not every call that this function leads to was followed: there are too many")
                )
            return _CUT
        self.contexts[key] = self.contexts.get(key, 0) + 1
        self.running.add(memo_key)
        self.active[key] = self.active.get(key, 0) + 1
        try:
            result = self._evaluated(frame, key, values, passing)
            if memo_key in self.recursive:
                self.rounds[memo_key] = result
                result = self._evaluated(frame, key, values, passing)
        finally:
            self.running.discard(memo_key)
            self.active[key] -= 1
        self.memo[memo_key] = result
        return result

    def _evaluated(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing
    ) -> Outcome:
        """One evaluation of a function with these values."""
        inner = Frame(self, key.scope, key, frame.depth + 1)
        for name, value in values:
            if name[0] == "\x00":
                inner.outer[name[1:]] = value
            else:
                inner.state.variables[name] = value
        inner.state.heap = dict(passing.objects)
        inner.addresses = {("passed", number): number for number in passing.objects}
        for number, info in enumerate(passing.infos()):
            inner.state.infos[("param", number)] = info
        for parameter in key.function.parameters:
            if parameter.annotation is not None and inner.state.variables.get(parameter.name) == UNKNOWN:
                inner.state.variables[parameter.name] = self.annotated(inner, parameter.annotation)
        return self.run_frame(inner, passing.infos())

    def _is_bodiless(self, function: ir.Function) -> bool:
        """Only a docstring, ``pass``, ``...`` or ``raise NotImplementedError``: an interface, not an empty body."""
        if not function.body or len(function.body) > 2:
            return False
        for statement in function.body:
            match statement:
                case ir.Do(value=ir.Const()) | ir.Jump(kind="pass"):
                    continue
                case (
                    ir.Raise(value=ir.Name(id="NotImplementedError"))
                    | ir.Raise(value=ir.Call(function=ir.Name(id="NotImplementedError")))
                ):
                    return True
                case _:
                    return False
        return True

    def run_frame(self, inner: Frame, infos: tuple[Info, ...] = ()) -> Outcome:
        """Evaluate a function's body."""
        key = inner.key
        assert key is not None
        self.fuel -= len(key.function.body) + 1
        run(inner, key.function.body)
        if not inner.dead:
            inner.exits.append(Exit(self.page_result(inner) if key.page else NONE, inner.state))
        if key.parent is not None or any(scope.parent is key.scope for scope in key.scope.children):
            self.frames[key] = inner
        exits = inner.exits
        state: State | None = None
        result = NEVER
        if len(exits) == 1:
            state, result = exits[0].state, exits[0].value
            if result.claim is not None:
                result = result._replace(claim=claim_of(result))
        elif exits:
            for number, way in enumerate(exits):
                value = way.value
                for other in exits:
                    if other is not way and value.taints:
                        value = _keeping(value, way.state, other.state, number)
                state = join_states(state, way.state)
                told = claim_of(value)
                here = tuple(
                    (fragment, info)
                    for fragment, info in way.state.infos.items()
                    if info is not NOTHING_KNOWN and rooted(fragment)
                )
                claim = Claim(facts_both(here, told.true), facts_both(here, told.false))
                result = join(result, value._replace(claim=claim))
            if (
                result.claim is not None
                and not result.claim.true
                and not result.claim.false
                and None not in result.claim
            ):
                result = result._replace(claim=None)
        outer = self._outer(key, state)
        objects = state.heap if state is not None else inner.state.heap
        inner.state = state or inner.state
        result = self._leaving(inner, result)
        if inner.yields:
            yielded = join_all(inner.yields)
            made = inner.make("yielded", Obj("iterator", rest=yielded, keys=UNKNOWN))
            return Outcome(made, inner.state, inner.state.heap, infos, tuple(inner.flows.values()), True)
        return Outcome(result, state, objects, infos, tuple(inner.flows.values()), outer=outer)

    def _outer(self, key: FunctionKey, state: State | None) -> tuple[tuple[str, Value], ...]:
        """What a function leaves in variables of outer functions and in attributes of libraries' objects."""
        if state is None:
            return ()
        declared = key.scope.declared if key.scope.node is key.function else {}
        return tuple(
            (name, value)
            for name, value in state.variables.items()
            if name[0] == "\x01" or declared.get(name) == "nonlocal"
        )

    def _leaving(self, inner: Frame, value: Value) -> Value:
        """A value that leaves its function takes along what its closures captured there."""
        if not any(type(one) is Closure and not one.captured and one.function.free for one in value.refs):
            return value
        refs = tuple(
            one._replace(captured=captures(inner, one))
            if type(one) is Closure and not one.captured and one.function.free
            else one
            for one in value.refs
        )
        return value._replace(refs=refs)

    def answered(self, frame: Frame, value: Value, node: ir.Node) -> None:
        for row in self.index.sinks.get("<view>", ()):
            library.land(frame, self.index, row, value, node, node)

    # Flows

    def record(self, frame: Frame, pending: Pending) -> None:
        taints = tuple(
            taint
            for taint in pending.taints
            if isinstance(taint.origin, Symbol) or taint.origin.row is not UNKNOWN_ORIGIN
        )
        if len(taints) < len(pending.taints):
            if not taints and not pending.row.shape:
                return
            pending = pending._replace(taints=taints)
        symbols = tuple(taint for taint in pending.taints if isinstance(taint.origin, Symbol))
        actual = tuple(taint for taint in pending.taints if not isinstance(taint.origin, Symbol))
        where = (pending.row.kind, pending.path, pending.call, pending.argument)
        if symbols:
            known = frame.flows.get(where)
            merged = symbols if known is None else merge_taints(known.taints, symbols)
            weak = pending.weak if known is None else known.weak | pending.weak
            frame.flows[where] = pending._replace(taints=merged, weak=weak)
        if actual or not pending.taints:
            kept = self.found.get(where)
            if kept is None:
                kept = self.found[where] = (pending, {})
            elif actual and not kept[1]:
                kept = self.found[where] = (pending, kept[1])
            elif actual and pending.weak - kept[0].weak:
                kept = self.found[where] = (kept[0]._replace(weak=kept[0].weak | pending.weak), kept[1])
            for taint in actual:
                origin = taint.origin
                assert isinstance(origin, Origin)
                way = (origin.row.name, origin.path, origin.start)
                best = kept[1].get(way)
                if best is None or best.level < taint.level:
                    kept[1][way] = taint

    def flows(self) -> Flows:
        """All that was found."""
        result: list[Flow] = []
        for pending, taints in self.found.values():
            paths = []
            for taint in taints.values():
                assert isinstance(taint.origin, Origin)
                paths.append(Path(taint.origin.row, steps(taint.trail), Confidence(taint.level), taint.reasons))
            paths.sort(
                key=lambda path: (
                    -path.confidence,
                    len(path.steps),
                    path.steps[0].location if path.steps else Location("", Span(0, 0)),
                )
            )
            result.append(
                Flow(
                    pending.row,
                    Location(pending.path, Span(*pending.argument)),
                    Location(pending.path, Span(*pending.call)),
                    pending.scope,
                    pending.texts,
                    tuple(paths),
                    tuple(sorted(tag for tag in pending.weak if tag.startswith("weak:"))),
                    tuple(sorted(_place(tag) for tag in pending.weak if tag.startswith("check@"))),
                )
            )
        return Flows(result, self.limits, self.judged)


_NOTHING = Outcome(NEVER, State({}, {}, {}), {}, (), ())
_CUT = Outcome(UNKNOWN, None, {}, (), (), cut=True)


def _keeping(value: Value, mine: State, yours: State, number: int) -> Value:
    """A value of one way out, which goes on knowing what was found out on it alone."""
    names: dict[Fragment, Fragment] = {}
    for taint in value.taints:
        info = mine.infos.get(taint.fragment, NOTHING_KNOWN)
        if info is not NOTHING_KNOWN and info != yours.infos.get(taint.fragment, NOTHING_KNOWN):
            name = names[taint.fragment] = same_part(taint.fragment, f"exit{number}")
            mine.infos[name] = info
    return renamed(value, names) if names else value


def _place(tag: str) -> Location:
    start, end, path = tag.removeprefix("check@").split(":", 2)
    return Location(path, Span(int(start), int(end)))


class _ClassNames(dict[str, Value]):
    """The names of a class body, looked up when they are asked for."""

    def __init__(self, engine: Engine, scope: Scope, busy: str, outer: dict[str, Value]) -> None:
        super().__init__(outer)
        self._engine = engine
        self._scope = scope
        self._busy = busy

    def get(self, name: str, default: object = None) -> Value | None:  # type: ignore[override]
        if name in self:
            return self[name]
        if name != self._busy and name in self._scope.bindings:
            return self._engine.class_value(self._scope.name, name)
        return None


def _as_items(keywords: dict[str, Value]) -> dict[Constant, Value]:
    return {name: value for name, value in keywords.items()}  # noqa: C416 - a dict of wider keys


def portable(value: Value, depth: int = 0) -> Value:
    """A value without what only its own frame knows."""
    refs: list[Ref] = []
    for one in value.refs:
        if type(one) is int:
            if one < 0:
                refs.append(one)
        elif type(one) is Method:
            if depth < 3:
                refs.append(one._replace(receiver=portable(one.receiver, depth + 1)))
        elif type(one) is Closure:
            if depth < 3:
                refs.append(
                    Closure(
                        one.function,
                        tuple((name, portable(held, depth + 1)) for name, held in one.captured),
                        portable(one.receiver, depth + 1) if one.receiver is not None else None,
                        tuple(portable(held, depth + 1) for held in one.arguments),
                        tuple((name, portable(held, depth + 1)) for name, held in one.keywords),
                    )
                )
        else:
            refs.append(one)
    lost = len(refs) < len(value.refs)
    taints: tuple[Taint, ...] = tuple(taint for taint in value.taints if not isinstance(taint.origin, Symbol))
    choices: tuple[Text, ...] = value.texts if len(taints) == len(value.taints) else ()
    return Value(value.constants, value.open or lost or len(taints) < len(value.taints), taints, tuple(refs), choices)
