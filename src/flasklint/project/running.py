"""Where an app is served by Flask's own server: ``app.run()``, with the host that it listens on and who gets there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flasklint import ir
from flasklint.knowledge.config import DEVELOPMENT_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.objects import Event, Value
from flasklint.project.profiles import Profile, Truth, as_setting
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import FromEnv, Known
from flasklint.source import Location

Reach = Literal["loopback", "everywhere", "unclear"]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "", None})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "0"})


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One call of ``app.run``.

    ``reach``: who can connect. ``guarded``: only when the file is run as a script, or by a function that somebody calls from
    outside (a command). ``asked``: only when a condition holds that is not settled (an option of a command). ``debug``: the
    argument, if given.
    """

    event: Event
    reach: Reach
    guarded: bool
    asked: bool
    debug: Value | None
    debug_expr: ir.Expr | None

    @property
    def location(self) -> Location:
        """Where the call stands."""
        return self.event.location


def runs(app: App) -> Iterator[Run]:
    """The calls of ``app.run``, by place."""
    profile = app.production[0]
    for event in app.runs:
        arguments = event.arguments
        host = arguments.get(0, "host") if arguments is not None else None
        debug = arguments.find(2, "debug") if arguments is not None else None
        yield Run(
            event,
            _reach(host, profile),
            event.main or event.entry or _is_script(event) or _asks_command_line(event),
            bool(event.conditions) and profile.holds(event.conditions) <= Truth.MAYBE,
            debug[0] if debug is not None else None,
            debug[1] if debug is not None else None,
        )


def is_for_developers(module: LinkedModule | None, scope: str) -> bool:
    """Does the name of a module, or of a function in it, say that it is for development: ``devserver``, ``run_debug``?"""
    names = [*words(scope), *(words(module.name.rpartition(".")[2]) if module is not None else [])]
    return any(
        name in DEVELOPMENT_WORDS or name.startswith(("devserver", "devstart", "devrun", "devel")) for name in names
    )


def _asks_command_line(event: Event) -> bool:
    """Is it done under a condition, in a module that looks at its ``sys.argv``?"""
    return event.module is not None and bool(event.conditions) and "argv" in event.module.words


def _is_script(event: Event) -> bool:
    """Does the module read the command line while it is loaded? Then nobody imports it."""
    if event.module is None or event.scope:
        return False
    return any(
        isinstance(call.function, ir.Attribute) and call.function.name in ("parse_args", "parse_known_args")
        for call, scope in event.module.calls
        if scope.parent is None
    )


def _reach(host: Value | None, profile: Profile) -> Reach:
    if host is None:
        return "loopback"
    setting = as_setting(profile.settle(host))
    if isinstance(setting, FromEnv):
        setting = setting.default
    if isinstance(setting, Known) and isinstance(setting.value, (str, type(None))):
        if setting.value in _EVERYWHERE:
            return "everywhere"
        return "loopback" if setting.value in _LOOPBACK else "everywhere"
    return "unclear"
