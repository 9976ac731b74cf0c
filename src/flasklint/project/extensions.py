"""Extensions in force: made, initialised with an app or not, under which conditions, with which arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flasklint import ir
from flasklint.knowledge.extensions import EXTENSIONS, Extension
from flasklint.project.objects import AppObject, Arguments, Event, Instance, Value
from flasklint.project.profiles import Profile, Truth
from flasklint.source import Location

Status = Literal["always", "on-by-default", "conditional", "off-by-default", "never"]


@dataclass(frozen=True, slots=True, eq=False)
class ExtensionUse:
    """An extension and an app.

    ``row``: what we know of its class, ``None`` for one that we do not know. ``inits``: where it is initialised with the
    app; empty when it never is. ``proxy``: it is given ``current_app`` while modules are loaded, which is nobody then.
    """

    instance: Instance
    row: Extension | None
    inits: tuple[Event, ...]
    proxy: Event | None = None

    @property
    def kind(self) -> str:
        """What it is for, see :class:`flasklint.knowledge.extensions.Extension`."""
        return self.row.kind if self.row is not None else "other"

    @property
    def name(self) -> str:
        """Canonical name of its class."""
        return self.row.name if self.row is not None else self.instance.names[0]

    @property
    def location(self) -> Location:
        """Where it is made."""
        return self.instance.location

    def status(self, profile: Profile) -> Status:
        """Whether it acts in a profile."""
        if not self.inits:
            return "never"
        truth = max(
            profile.holds(event.conditions)
            if not event.script
            else min(Truth.PROBABLY_NO, profile.holds(event.conditions))
            for event in self.inits
        )
        match truth:
            case Truth.YES:
                return "always"
            case Truth.PROBABLY:
                return "on-by-default"
            case Truth.MAYBE:
                return "conditional"
            case Truth.PROBABLY_NO:
                return "off-by-default"
        return "never"

    def in_force(self, profile: Profile) -> bool:
        """Whether it acts, or may well act, in a profile."""
        return self.status(profile) in ("always", "on-by-default", "conditional")

    def argument(self, position: int | None, *names: str) -> tuple[Value, ir.Expr] | None:
        """An argument of its constructor (by position or keyword) or of its ``init_app`` (by keyword)."""
        for event in self.inits:
            found = event.arguments.find(None, *names) if event.arguments else None
            if found is not None:
                return found
        made = self.instance.arguments
        return made.find(position, *names) if made is not None else None

    @property
    def partial(self) -> bool:
        """Some of its arguments are not seen."""
        given = [self.instance.arguments, *(event.arguments for event in self.inits)]
        return any(arguments.partial for arguments in given if isinstance(arguments, Arguments))


def row_of(instance: Instance, csrf: frozenset[str] = frozenset()) -> Extension | None:
    """What we know of an extension, by its class or the nearest base that we know. ``csrf``: classes that the user names."""
    for name in instance.names:
        row = EXTENSIONS.get(name)
        if row is not None:
            return row
        if name in csrf:
            return Extension(name, "csrf")
    return None


def extensions_of(
    app: AppObject, idle: tuple[Instance, ...], current: AppObject, csrf: frozenset[str] = frozenset()
) -> tuple[ExtensionUse, ...]:
    """The extensions of an app, in the order of their initialisation; then known ones that nothing initialises.

    ``idle``: extensions of the project that no app is ever given to. ``current``: what is done to ``current_app``. ``csrf``:
    classes that the user says check tokens.
    """
    inits: dict[int, list[Event]] = {}
    instances: dict[int, Instance] = {}
    for event in app.events:
        if event.kind == "init" and isinstance(event.target, Instance):
            inits.setdefault(id(event.target), []).append(event)
            instances[id(event.target)] = event.target
    proxies = {
        id(event.target): event
        for event in current.events
        if event.kind == "init" and isinstance(event.target, Instance)
    }
    found = [
        ExtensionUse(instance, row_of(instance, csrf), tuple(inits[key]), proxies.get(key))
        for key, instance in instances.items()
    ]
    found += [
        ExtensionUse(instance, row_of(instance, csrf), (), proxies.get(id(instance)))
        for instance in idle
        if id(instance) not in instances
    ]
    return tuple(found)
