"""Classes of the project: their lines of bases, their members, and instances of them."""

from __future__ import annotations

from flasklint import ir
from flasklint.knowledge.extensions import APP_CLASSES, BLUEPRINT_CLASSES, is_app_class
from flasklint.project.modules import Modules
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Cls,
    Frame,
    Instance,
    Lib,
    Result,
    Value,
    Write,
)
from flasklint.project.walk.naming import Naming
from flasklint.source import Location

_RECORDS = frozenset(
    {"dataclasses.dataclass", "attrs.define", "attrs.frozen", "attr.s", "attr.attrs", "typing.NamedTuple"}
)


class Classes(Naming):
    """Knows classes."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self._class_frames: dict[int, Frame] = {}
        self._lines: dict[int, tuple[Cls | Lib, ...]] = {}
        self._names: dict[int, tuple[str, ...]] = {}

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
            if any(isinstance(member, Lib) and is_app_class(member.name) for member in self.class_line(cls)):
                names = tuple(dict.fromkeys((*names, "flask.Flask")))
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

    def new(self, names: tuple[str, ...], cls: Cls | None, args: Arguments, expr: ir.Node, frame: Frame) -> Instance:
        """A new instance, put on record."""
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
            made.caller = self.loading[-1] if self.loading else None
            self.apps.append(made)
        elif isinstance(made, BlueprintObject):
            self.blueprints.append(made)
        else:
            self.instances.append(made)
        self.event(made, "made", expr, frame, arguments=args)
        return made

    def is_record(self, cls: Cls, names: tuple[str, ...]) -> bool:
        """Is its ``__init__`` made of its fields?"""
        decorated = {name for decoration in cls.decorations for name in decoration.names}
        return bool(decorated & _RECORDS) or not _RECORDS.isdisjoint(names)

    def fill_record(self, cls: Cls, made: Instance, args: Arguments) -> None:
        """Set what a generated ``__init__`` sets."""
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
