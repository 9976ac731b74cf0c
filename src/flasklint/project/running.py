"""Where an app is served by Flask's own server: ``app.run()``, with the host that it listens on and who gets there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flasklint import ir
from flasklint.project.apps import App
from flasklint.project.config import Profile, as_setting
from flasklint.project.objects import Event, Value
from flasklint.project.values import FromEnv, Known
from flasklint.source import Location

Reach = Literal["loopback", "everywhere", "unclear"]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "", None})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "0"})


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One call of ``app.run``.

    ``reach``: who can connect. ``guarded``: only when the file is run as a script, or by a function that somebody calls from
    outside (a command). ``debug``: the argument, if given.
    """

    event: Event
    reach: Reach
    guarded: bool
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
            event.main or event.entry,
            debug[0] if debug is not None else None,
            debug[1] if debug is not None else None,
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
