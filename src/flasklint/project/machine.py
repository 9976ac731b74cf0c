"""What the app walk keeps while it goes: where it is, under which conditions, and what it has met."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from msgspec.structs import replace

from flasklint import ir
from flasklint.project.modules import Modules
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Cls,
    Decoration,
    Event,
    Fn,
    Frame,
    Instance,
    Map,
    Mod,
    Partial,
    Seq,
    Value,
    ViewOf,
    Write,
)
from flasklint.project.operations import environment_names
from flasklint.project.scopes import LinkedModule
from flasklint.project.tree import Tree
from flasklint.source import Location, Span

NOWHERE = Location("", Span(0, 0))
BUDGET = 150_000
"""Statements and calls that one walk goes through at most."""


class ExhaustedError(Exception):
    """The budget is used up."""


class Machine(ABC):
    """The state of one walk, and how events are put on record."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules.by_path
        self.names = modules
        self.conditions: list[Value] = []
        self.main = 0
        self.depth = 0
        self.outside = False
        self.script = 0
        self.position = 0
        self.apps: list[AppObject] = []
        self.blueprints: list[BlueprintObject] = []
        self.instances: list[Instance] = []
        self.functions: dict[tuple[str, int], Fn] = {}
        # What is done to `flask.current_app` where no app context is visible.
        self.current = AppObject(("flask.current_app", "flask.Flask"), NOWHERE)
        self.contexts: list[AppObject] = []
        # The modules that are being loaded, or whose functions are called from outside, innermost last.
        self.loading: list[LinkedModule] = []
        # The methods of instances that are being followed, each with where it was called.
        self.sites: list[tuple[Instance, ir.Expr, Frame]] = []
        # The decorators of the project that are being followed, each with what it is put around.
        self.wrapping: list[tuple[Fn, Value, Decoration]] = []
        self.environment: list[tuple[str, Value, Location, tuple[Value, ...]]] = []
        # What has to hold, or an exception ends the program: each with the conditions that it stands under.
        self.demands: list[tuple[Value, tuple[Value, ...]]] = []
        # What the code puts on functions, by function.
        self.marks: dict[int, dict[str, Value]] = {}
        self.tree = Tree(modules.by_path)
        self.steps = 0

    def step(self) -> None:
        """Count one statement or call."""
        self.steps += 1
        if self.steps > BUDGET:
            raise ExhaustedError

    @abstractmethod
    def block(self, statements: Sequence[ir.Stmt], frame: Frame) -> bool:
        """Walk statements in order; true when control never reaches their end."""

    @abstractmethod
    def evaluate(self, expr: ir.Expr, frame: Frame) -> Value:
        """What an expression stands for; its effects on what we follow happen."""

    @abstractmethod
    def assign(
        self, target: ir.Expr, value: Value, written: ir.Expr, frame: Frame, node: ir.Node | None = None
    ) -> None:
        """``target = value``"""

    @abstractmethod
    def enter(self, function: Fn, args: Arguments, outside: bool = False) -> Value:
        """Walk a function's body with what is passed to it; what it gives."""

    @abstractmethod
    def complete(self, owner: Instance) -> None:
        """Walk an instance's ``__init__``, if that was put off."""

    @abstractmethod
    def call(self, function: Value, arguments: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        """Call a value."""

    @abstractmethod
    def attribute(self, value: Value, name: str) -> Value:
        """``value.name``"""

    @abstractmethod
    def members(self, owner: Value) -> list[tuple[str, Value]] | None:
        """What a module, a class, an object or a function holds, by name; ``None`` for what we do not see into."""

    @abstractmethod
    def class_names(self, cls: Cls) -> tuple[str, ...]:
        """Canonical names of a class and of its bases."""

    @abstractmethod
    def import_module(self, dotted: str, importer: LinkedModule | None = None) -> Mod | None:
        """A module of the project, walked if it was not yet; ``None`` when it is not one."""

    def demand(self, value: Value) -> None:
        """Put on record that the program goes on only with something that is set from outside."""
        if any(environment_names(value)):
            self.demands.append((value, tuple(self.conditions)))

    def event(
        self,
        owner: Instance,
        kind: str,
        expr: ir.Node,
        frame: Frame,
        *,
        detail: str = "",
        value: Value | None = None,
        arguments: Arguments | None = None,
        target: Value | None = None,
        write: Write | None = None,
        conditions: tuple[Value, ...] | None = None,
    ) -> Event:
        """Put on record what happens to an instance here."""
        self.position += 1
        location = Location(frame.module.path, expr.span)
        if self.wrapping and isinstance(target, Fn):
            target, location = self._as_used(target, location)
        happened = Event(
            kind,
            location,
            self.position,
            tuple(self.conditions) if conditions is None else conditions,
            detail,
            value,
            arguments,
            target,
            write,
            self.main > 0,
            self.main > 0 and self.depth == self.script,
            self.outside,
            frame.qualname,
            frame.module,
        )
        owner.events.append(happened)
        return happened

    def _as_used(self, target: Fn, location: Location) -> tuple[Value, Location]:
        """A function that a decorator of the project makes and registers is, for us, what it is put around, registered where
        the decorator is used."""
        for decorator, inner, decoration in reversed(self.wrapping):
            if (
                target.qualname.startswith(f"{decorator.qualname}.<locals>.")
                and target.frame.module is decorator.frame.module
            ):
                around = (*target.decorations, decoration)
                if isinstance(inner, Fn):
                    return replace(inner, decorations=(*around, *inner.decorations)), decoration.location
                return Partial(inner, None, around), decoration.location
        return target, location

    def set_config(
        self,
        app: AppObject,
        key: str,
        value: Value,
        expr: ir.Node,
        frame: Frame,
        *,
        via: str,
        written: ir.Expr | None = None,
        default_only: bool = False,
    ) -> None:
        """Put on record that one key of an app's config is set here."""
        write = Write(
            key,
            value,
            Location(frame.module.path, expr.span),
            tuple(self.conditions),
            written,
            frame.qualname,
            default_only,
            via,
        )
        self.event(app, "set", expr, frame, detail=key, value=value, write=write)


def moved(event: Event, position: int) -> Event:
    """The same event at another place in the order."""
    return replace(event, position=position)


def apps_in(value: Value) -> bool:
    """Does an app, a blueprint or an extension travel in a value?"""
    match value:
        case AppObject() | BlueprintObject():
            return True
        case Instance(attributes=attributes):
            return any(isinstance(held, (AppObject, BlueprintObject)) for held in attributes.values())
        case Seq(items):
            return any(apps_in(item) for item in items[:50])
        case Map(items):
            return any(apps_in(item) for _, item, _ in items[:50])
        case ViewOf():
            return True
        case Partial(inner):
            return apps_in(inner)
    return False
