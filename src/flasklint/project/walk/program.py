"""A whole project walked: its modules in order, then functions that nothing called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from flasklint import ir
from flasklint.project.machine import ExhaustedError
from flasklint.project.modules import Modules
from flasklint.project.objects import Arguments, Cls, Fn, Frame, Instance, Value
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Unknown
from flasklint.project.walk.frames import closure, decorated, qualified
from flasklint.project.walk.statements import Statements


class Walk(Statements):
    """One walk over a project. :meth:`run` goes; the events are then on the objects met."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self.exhausted = False

    def run(self, entries: Iterable[tuple[LinkedModule, ir.Function]] = ()) -> None:
        """Walk every module that is no test, then the functions given that nothing walked so far has called."""
        try:
            for module in self._order():
                with self._bounded():
                    self.module_frame(module)
            self.outside = True
            for module, node in entries:
                if id(node) not in self._entered:
                    with self._bounded():
                        self._enter_from_outside(module, node)
        except ExhaustedError:
            self.exhausted = True

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """One part of a walk: values that are nested too deeply to be followed cost that part, not the others."""
        depth, conditions, contexts = self.depth, len(self.conditions), len(self.contexts)
        try:
            yield
        except RecursionError:
            self.exhausted = True
            self.depth = depth
            del self.conditions[conditions:], self.contexts[contexts:]

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
            self.loading.append(module)
            try:
                self.enter(found, Arguments(), outside=True)
            finally:
                self.loading.pop()

    def _find_function(self, module: LinkedModule, node: ir.Function) -> Fn | None:
        """A function of the project as a value, with its ``self`` when it is a method."""
        frame = self.module_frame(module)
        path = _path_to(module.facts, node)
        if path is None:
            return None
        owner: Cls | None = None
        for step in path:
            if isinstance(step, ir.Class):
                owner = Cls(step, frame, qualified(frame, step.name))
                held = frame.names.get(step.name)
                owner = held if isinstance(held, Cls) else owner
                frame = self.class_frame(owner)
            else:
                # A function inside a function: its names are those of a call that we have not seen.
                frame = Frame(module, closure(frame), f"{qualified(frame, step.name)}.<locals>")
                for parameter in step.parameters:
                    frame.names[parameter.name] = Unknown(f"parameter {parameter.name}")
                owner = None
        bound: Value | None = None
        if owner is not None and not decorated(node, "staticmethod"):
            bound = owner if decorated(node, "classmethod") else self._blank_instance(owner)
        return Fn(node, closure(frame), qualified(frame, node.name), bound, owner)

    def _blank_instance(self, cls: Cls) -> Instance:
        apps, blueprints, instances = len(self.apps), len(self.blueprints), len(self.instances)
        made = self.new(self.class_names(cls), cls, Arguments(), cls.node, cls.frame)
        # It stands for one that is made elsewhere.
        del self.apps[apps:], self.blueprints[blueprints:], self.instances[instances:]
        init = self.class_member(cls, "__init__")
        if isinstance(init, Fn) and self.is_telling(init.node):
            self.enter(replace(init, bound=made), Arguments(), outside=True)
        return made


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
