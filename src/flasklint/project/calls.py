"""Calls, by what is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from flasklint import ir
from flasklint.knowledge.types import ALSO, CLASSES, PUBLIC
from flasklint.project.libraries import also, last_word
from flasklint.project.modules import Modules
from flasklint.project.names import Resolver
from flasklint.project.scopes import Binding, Scope
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
    """All calls of a project, by what they call.

    A call is resolved when something is asked for that it may be by the last word it is written with: rules ask for few words,
    and to resolve all calls of a project costs more than all else here.
    """

    def __init__(self, modules: Modules, resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver
        self._known: dict[str, list[CallSite]] = {}
        self._resolved: set[str] = set()

    def of(self, *names: str) -> Iterator[CallSite]:
        """Every call whose callee may be one of these, each once, by path and place."""
        for name in names:
            for word in self._words(name):
                self._resolve(word)
        seen: dict[int, CallSite] = {}
        for name in names:
            for site in self._known.get(name, ()):
                seen[id(site.call)] = site
        yield from sorted(seen.values(), key=lambda site: (site.scope.module.path, site.call.start))

    def _resolve(self, word: str) -> None:
        if word in self._resolved:
            return
        self._resolved.add(word)
        for call, scope in self._resolver.sites.get(word, ()):
            site = CallSite(call, scope, self._resolver.resolve(call.function, scope))
            for name in site.names:
                self._known.setdefault(name, []).append(site)

    def _words(self, name: str) -> Iterator[str]:
        """The words that a call of something may be written with."""
        yield last_word(name)
        yield from WRITTEN.get(name, ())
        for heir in self._resolver.heirs_of(name.removesuffix("()")):
            yield last_word(heir)
        yield from self._renamed

    @cached_property
    def _renamed(self) -> tuple[str, ...]:
        """Words that may stand for anything: names given by an assignment, a parameter, an ``as``; and no word at all."""
        written = self._resolver.sites
        found = {""}
        for module in self._modules:
            for scope in module.scopes:
                for name, bindings in scope.bindings.items():
                    if name in written and name not in found and any(_renames(one) for one in bindings):
                        found.add(name)
                found.update(write.name for write in scope.writes if write.name is not None and write.name in written)
        return tuple(sorted(found))


def _renames(binding: Binding) -> bool:
    node = binding.node
    if isinstance(node, ir.Import):
        return bool(node.alias) and node.alias != (node.name or node.module)
    return binding.kind not in ("function", "class")


def _written() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for name in (*PUBLIC, *ALSO, *CLASSES):
        for other in also(name):
            if last_word(other) != last_word(name):
                found.setdefault(other, set()).add(last_word(name))
    return {name: tuple(sorted(words)) for name, words in found.items()}


WRITTEN: Mapping[str, tuple[str, ...]] = MappingProxyType(_written())
"""Other last words that something goes by in the tables: ``requests.Session`` is written ``requests.session`` too."""
