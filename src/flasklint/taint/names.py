"""What names mean outside functions: imports, what modules and class bodies bind, and what canonical names stand for."""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from flasklint import ir
from flasklint.knowledge.rows import Source, Tables
from flasklint.knowledge.types import ALSO
from flasklint.project.libraries import public
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.taint import characters
from flasklint.taint.frame import Frame
from flasklint.taint.functions import Functions
from flasklint.taint.routes import rule_text, rule_variables
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import item
from flasklint.taint.targets import set_item
from flasklint.taint.text import concat, own_text, text_value
from flasklint.taint.values import (
    NEVER,
    NOTHING_KNOWN,
    NUMBER,
    OUR_TEXT,
    PLAIN,
    UNKNOWN,
    ClassRef,
    Closure,
    Hole,
    Info,
    Origin,
    Taint,
    Trail,
    Value,
    constant,
    join,
    join_all,
    ref,
)

_BELOW = Info(tags=frozenset(("not:/",)))
"""What is known of what follows the first slash of an address's path: Werkzeug takes the others away."""


class Names(Functions):
    """Evaluates what modules bind, each name once."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self.own_sources = {row.name: row for row in project.additions.tables.sources}
        self.heap: dict[int, Obj] = {}
        self.globals: dict[tuple[str, str], Value] = {}
        self.busy: set[tuple[str, str]] = set()
        self.also: dict[str, tuple[str, ...]] = {}
        self.module_frames: dict[str, Frame] = {}
        self.rules: dict[Scope, tuple[str, ...]] = {}
        self.entry_rules: tuple[str, ...] = ()
        self.reads_rules = False

    def known_as(self, name: str) -> tuple[str, ...]:
        """A canonical name and what else that is."""
        found = self.also.get(name)
        if found is None:
            better = public(name)
            found = self.also[name] = (better, *ALSO.get(better, ()))
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
        if self.own_sources and (row := self.own_sources.get(f"{module.name}.{name}")):
            return self.source(frame, row, node)
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
                    if (
                        candidate in self.index.sources
                        or candidate in self.index.callables
                        or not self.index.owners.isdisjoint(self.known_as(candidate))
                        or public(candidate) != candidate
                    ):
                        return ref(*self.known_as(candidate))
            if name in ("__file__", "__name__", "__package__"):
                return OUR_TEXT
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

    def module_frame(self, module: LinkedModule) -> Frame:
        """The frame in which a module's own statements are evaluated."""
        frame = self.module_frames.get(module.path)
        if frame is None:
            frame = self.module_frames[module.path] = Frame(self, module.scope, None, 0)
        return frame

    def in_module(self, scope: Scope, node: ir.Expr) -> Value:
        return self.evaluate(self.module_frame(scope.module), node)

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
            if one in self.index.texts:
                return own_text(self.index.texts[one])
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
        if row.routed and frame.key is not None:
            rules = self.rules.get(frame.key.scope)
            if rules is None:
                rules, self.reads_rules = self.entry_rules, True
            if row.routed == "variables":
                variables = rule_variables(frame, rules, row, node)
                return variables if variables is not None else self.source(frame, row._replace(routed=""), node)
            text = rule_text(frame, rules, row, node)
            if text is not None:
                query = (constant("?"), self.source(frame, row._replace(routed=""), node))
                return concat((text, *query)) if row.routed == "full" else text
        fragment = ("source", row.name)
        info = Info(mask=characters.ANY & ~characters.named(row.without)) if row.without else NOTHING_KNOWN
        if fragment not in frame.state.infos:
            frame.state.infos[fragment] = info
        origin = Origin(row, frame.path, node.start, node.end)
        trail = Trail(None, frame.path, node.start, node.end, f"{row.words}")
        refs = self.known_as(row.result) if row.result else ()
        taints = (Taint(origin, fragment, trail, row.confidence),)
        if row.routed == "full":
            frame.state.infos[fragment] = info.both(_BELOW)
            return text_value([("/", Hole(taints))])
        if row.hosted:
            return text_value([(PLAIN, "/", Hole(taints))])
        return Value(open=True, taints=taints, refs=refs)

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
                if name in ("builtins.int", "builtins.float", "builtins.bool"):
                    return NUMBER
                if name == "builtins.str":
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

    def new_address(self) -> int:
        address = -1 - len(self.heap)
        self.heap[address] = Obj("instance")
        return address

    def global_object(self, address: int) -> Obj:
        """The object at an address; of one that was made in a call that is over, nothing is known."""
        return self.heap.get(address, Obj("instance"))


class _ClassNames(dict[str, Value]):
    """The names of a class body, looked up when they are asked for."""

    def __init__(self, names: Names, scope: Scope, busy: str, outer: dict[str, Value]) -> None:
        super().__init__(outer)
        self._names = names
        self._scope = scope
        self._busy = busy

    def get(self, name: str, default: object = None) -> Value | None:  # type: ignore[override]
        if name in self:
            return self[name]
        if name != self._busy and name in self._scope.bindings:
            return self._names.class_value(self._scope.name, name)
        return None
