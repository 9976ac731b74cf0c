"""Names: what modules bind and import, followed in the order in which that happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.extensions import PUBLIC_NAMES, STARRED, offered
from flasklint.knowledge.types import LIBRARIES, PUBLIC
from flasklint.project import library
from flasklint.project.machine import Machine
from flasklint.project.modules import Modules
from flasklint.project.objects import Cls, Fn, Frame, Lib, Mod, Value, Write
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown
from flasklint.source import Location

_PLAIN_LIBRARIES = LIBRARIES | {"typing", "tkinter", "ctypes", "os", "datetime"}
"""Libraries whose star imports bring no settings."""


class Naming(Machine):
    """Knows what names stand for."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._frames: dict[str, Frame] = {}

    def module_frame(self, module: LinkedModule) -> Frame:
        """The names of a module, walked now if it was not yet."""
        package = self._package_of(module) if module.path not in self._frames else None
        if package is not None:
            # As Python does: an import of what is in a package runs the package first, which may bring it in its own order.
            self.module_frame(package)
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
        self.loading.append(module)
        try:
            self.block(module.facts.body, frame)
        finally:
            self.loading.pop()
            self.conditions, self.main = conditions, main
        return frame

    def _package_of(self, module: LinkedModule) -> LinkedModule | None:
        """The package that a module is directly in, if that was not walked yet."""
        folder = module.path.rpartition("/")[0]
        if module.package:
            folder = folder.rpartition("/")[0]
        found = self.modules.get(f"{folder}/__init__.py")
        return found if found is not None and found.path not in self._frames and not found.is_test else None

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
            if f"{name}.".startswith(prefix) or prefix.startswith(f"{name}."):
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
        return self.from_stars(frame, name, seen | {module.path}) or Unknown(f"{module.name} has no {name} that we see")

    def from_stars(self, frame: Frame, name: str, seen: frozenset[str]) -> Value | None:
        """What a frame's star imports bring under a name."""
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
        found = self.from_stars(root, name, frozenset({root.module.path}))
        if found is not None:
            return found
        return Lib(f"builtins.{name}") if name in library.BUILTINS else Unknown(f"no {name} in sight")

    def bind(self, name: str, value: Value, frame: Frame) -> None:
        """Give a name a value in a frame."""
        if name in frame.globals:
            frame = self.module_frame(frame.module)
        frame.names[name] = value

    def import_(self, node: ir.Import, frame: Frame) -> None:
        """``import module``, ``from module import name``"""
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
            self.write(name, value, node, None, frame)

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

    def bind_imports(self, body: Sequence[ir.Stmt], frame: Frame) -> None:
        """Of a block that never runs, the imports: annotations speak of them."""
        for node in body:
            if isinstance(node, ir.Import):
                self.import_(node, frame)

    def write(self, name: str, value: Value, node: ir.Node, written: ir.Expr | None, frame: Frame) -> None:
        """Put on record that a name which may be a setting is bound."""
        place = Location(frame.module.path, node.span)
        frame.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))


def _is_library(name: str) -> bool:
    return name.partition(".")[0] in _PLAIN_LIBRARIES


def canonical(dotted: str) -> str:
    """The one public name of something that a library offers under several."""
    if dotted.startswith("flask.ext."):  # how extensions were imported before Flask 1.0
        dotted = f"flask_{dotted[len('flask.ext.') :]}"
    elif dotted.startswith("flaskext.") and not dotted.startswith("flaskext.mysql"):  # and before Flask 0.8
        dotted = f"flask_{dotted[len('flaskext.') :]}"
    dotted = offered(PUBLIC_NAMES.get(dotted, dotted))
    return PUBLIC.get(dotted, dotted)
