"""Calls, by what is called."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from flasklint import ir
from flasklint.project.modules import Modules
from flasklint.project.names import Resolver
from flasklint.project.scopes import Scope
from flasklint.source import Location


class CallSite:
    """One call. ``scope``: what its names are looked up in. ``names``: canonical names of what may be called."""

    __slots__ = ("call", "names", "scope")

    def __init__(self, call: ir.Call, scope: Scope, names: tuple[str, ...]) -> None:
        self.call = call
        self.scope = scope
        self.names = names

    def __repr__(self) -> str:
        return f"<CallSite {self.names} {self.location}>"

    @property
    def location(self) -> Location:
        """Where the whole call stands."""
        return Location(self.scope.module.path, self.call.span)

    def argument(self, position: int | None, *keywords: str) -> ir.Expr | None:
        """The argument at a position (from 0) or of one of these keywords, as written; ``None`` when neither is there.

        What ``*`` and ``**`` bring is not looked into, and no position counts beyond a ``*``.
        """
        at = 0
        certain = True
        for argument in self.call.arguments:
            if argument.name == "*":
                certain = False
            elif not argument.name:
                if certain and at == position:
                    return argument.value
                at += 1
            elif argument.name in keywords:
                return argument.value
        return None

    @property
    def unpacks(self) -> bool:
        """Whether ``*`` or ``**`` bring arguments that :meth:`argument` does not see."""
        return any(argument.name in ("*", "**") for argument in self.call.arguments)


class Calls:
    """All calls of a project."""

    def __init__(self, modules: Modules, resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver

    @cached_property
    def _by_name(self) -> dict[str, list[CallSite]]:
        index: dict[str, list[CallSite]] = {}
        for module in self._modules:
            for call, scope in module.calls:
                site = CallSite(call, scope, self._resolver.resolve(call.function, scope))
                for name in site.names:
                    index.setdefault(name, []).append(site)
        return index

    def of(self, *names: str) -> Iterator[CallSite]:
        """Every call whose callee may be one of these, each once, by path and place."""
        seen: dict[int, CallSite] = {}
        for name in names:
            for site in self._by_name.get(name, ()):
                seen[id(site)] = site
        yield from sorted(seen.values(), key=lambda site: (site.scope.module.path, site.call.start))
