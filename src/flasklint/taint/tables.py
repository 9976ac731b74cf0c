"""The tables, made ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

from flasklint.knowledge.rows import (
    FUNCTION,
    Container,
    Guard,
    Kind,
    Rendering,
    Sanitizer,
    Sink,
    Source,
    Summary,
    Tables,
)
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.values import UNKNOWN, Value, join

Row = TypeVar("Row", Sink, Sanitizer, Guard)


class Rows(NamedTuple):
    """All that the tables say of a call. ``word``: the last word of the name that its sanitizers or its summary go by."""

    sinks: tuple[Sink, ...]
    rendering: Rendering | None
    guards: tuple[Guard, ...]
    source: Source | None
    sanitizers: tuple[Sanitizer, ...]
    summary: Summary | None
    word: str
    container: Container | None = None


class Index:
    """Rows by name. ``parts``: guards on parts of a text, by tag. ``cleaning``: names of sanitizers against harm that is told
    of even where nothing is known of the text. ``confining``: what checks an attribute by being named where it is made.
    ``deferring``: methods of the project's functions that have them called later. ``owners``: what any row's name hangs on.
    """

    def __init__(self, tables: Tables) -> None:
        self.sources: Mapping[str, Source] = {row.name: row for row in reversed(tables.sources)}
        self.confining = frozenset(name for row in tables.sources for name in row.unless)
        self.deferring = frozenset(
            row.name.removeprefix(f"{FUNCTION}.") for row in tables.summaries if row.name.startswith(FUNCTION)
        )
        self.sinks: Mapping[str, tuple[Sink, ...]] = _by_name(tables.sinks)
        self.sanitizers: Mapping[str, tuple[Sanitizer, ...]] = _by_name(_merged(tables.sanitizers))
        self.summaries: Mapping[str, Summary] = {row.name: row for row in reversed(tables.summaries)}
        self.guards: Mapping[str, tuple[Guard, ...]] = _by_name(
            [row for row in tables.guards if not row.name.startswith("part:")]
        )
        self.parts: Mapping[str, tuple[Guard, ...]] = _by_name(
            [row._replace(name=row.name[5:]) for row in tables.guards if row.name.startswith("part:")]
        )
        self.kinds: Mapping[str, Kind] = {kind.name: kind for kind in reversed(tables.kinds)}
        self.renderings: Mapping[str, Rendering] = {row.name: row for row in reversed(tables.renderings)}
        self._rows: dict[tuple[tuple[str, ...], str], Rows] = {}
        self.containers: Mapping[str, Container] = {row.name: row for row in reversed(tables.containers)}
        self.texts: Mapping[str, str] = {row.name: row.text for row in reversed(tables.texts)}
        self.globals: Mapping[str, str] = dict(reversed(tables.globals))
        self.callables = frozenset((*self.sinks, *self.sanitizers, *self.summaries, *self.guards, *self.renderings))
        self.owners = frozenset(owner for name in (*self.sources, *self.callables) for owner in _owners(name))
        doubted = {kind for row in tables.sinks if row.shape for kind in (row.kind, *self.kind(row.kind).also)}
        self.cleaning = frozenset(row.name for row in tables.sanitizers if not doubted.isdisjoint(row.kinds))

    def rows(self, names: tuple[str, ...], method: str) -> Rows:
        """The rows on a call of something by its names; ``method``: its last word, when nothing is known of the receiver."""
        key = (names, method)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._found(names, method)
        return found

    def _found(self, names: tuple[str, ...], method: str) -> Rows:
        sinks = tuple(row for name in names for row in self.sinks.get(name, ()))
        if not sinks and method:
            sinks = self.sinks.get(f"?.{method}", ())
        container = next((self.containers[name] for name in names if name in self.containers), None)
        if container is not None:
            return Rows(sinks, None, (), None, (), None, "", container)
        guards = tuple(row for name in names for row in self.guards.get(name, ()))
        if not guards and method:
            guards = self.guards.get(f"?.{method}", ())
        rendering = next((self.renderings[name] for name in names if name in self.renderings), None)
        source = next((self.sources[f"{name}()"] for name in names if f"{name}()" in self.sources), None)
        for name in (*names, f"?.{method}") if method else names:
            word = name.rpartition(".")[2]
            if name in self.sanitizers:
                cleaning = self.sanitizers[name]
                summary = self.summaries.get(name) if any(row.when for row in cleaning) else None
                return Rows(sinks, rendering, guards, source, cleaning, summary, word)
            if name in self.summaries:
                return Rows(sinks, rendering, guards, source, (), self.summaries[name], word)
        return Rows(sinks, rendering, guards, source, (), None, "")

    def kind(self, name: str) -> Kind:
        """The kind of a name; a kind that no table speaks of is done by any text."""
        return self.kinds.get(name) or Kind(name)


def _merged(rows: Iterable[Sanitizer]) -> list[Sanitizer]:
    """Sanitizers of one name on one condition as one: its result is clean of all that any of them cleans it of."""
    found: dict[tuple[object, ...], Sanitizer] = {}
    for row in rows:
        known = found.get((row.name, row.when))
        kinds = row.kinds if known is None else (*known.kinds, *(kind for kind in row.kinds if kind not in known.kinds))
        found[row.name, row.when] = (known or row)._replace(kinds=kinds)
    return list(found.values())


def _by_name(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return {name: tuple(known) for name, known in found.items()}


def _owners(name: str) -> Iterator[str]:
    """``flask.Request().args``: ``flask.Request()``, ``flask.Request``, ``flask``."""
    while name := name.rpartition(".")[0]:
        yield from {name, name.removesuffix("()")}


class Address(NamedTuple):
    """Where an argument is: see :mod:`flasklint.knowledge.rows`."""

    position: int | None = None
    keywords: tuple[str, ...] = ()
    rest: bool = False
    receiver: bool = False
    attribute: str = ""


@lru_cache(maxsize=1024)
def address(text: str) -> Address:
    """An argument's address, read."""
    if text == "self":
        return Address(receiver=True)
    if text.startswith("self."):
        return Address(receiver=True, attribute=text[5:])
    position: int | None = None
    keywords: list[str] = []
    rest = False
    for part in text.split("|"):
        if part == "*":
            position, rest = 0, True
        elif part.endswith("*") and part[:-1].isdigit():
            position, rest = int(part[:-1]), True
        elif part.isdigit():
            position = int(part)
        else:
            keywords.append(part)
    return Address(position, tuple(keywords), rest)


class Given(NamedTuple):
    """An argument with its place: an index into the call's places, or None."""

    value: Value
    place: int | None


def pick(frame: Frame, where: str, arguments: Arguments, receiver: Value | None) -> list[Given]:
    """The arguments at an address; what ``*`` and ``**`` may bring there too."""
    at = address(where)
    if at.receiver:
        if receiver is None:
            return []
        if not at.attribute:
            return [Given(receiver, None)]
        found = UNKNOWN
        for _, thing in frame.objects(receiver):
            held = thing.attributes.get(at.attribute)
            if held is not None:
                found = held
        return [Given(found, None)]
    result: list[Given] = []
    count = len(arguments.positional)
    if at.rest and at.position is not None:
        result.extend(Given(arguments.positional[index], index) for index in range(at.position, count))
        if where == "*":
            result.extend(Given(value, count + index) for index, (_, value) in enumerate(arguments.keywords))
    elif at.position is not None and at.position < count:
        result.append(Given(arguments.positional[at.position], at.position))
    for index, (name, value) in enumerate(arguments.keywords):
        if name in at.keywords:
            result.append(Given(value, count + index))
    if not result or at.rest:
        if arguments.star is not None and at.position is not None:
            result.append(Given(arguments.star, None))
        if arguments.double is not None and (where == "*" or (at.keywords and not result)):
            # What ``*args`` brings by position, ``**kwargs`` can't bring by name.
            result.append(Given(arguments.double, None))
    return result


def picked(frame: Frame, where: str, arguments: Arguments, receiver: Value | None) -> Value | None:
    """The argument at an address as one value, or None when it is not passed."""
    found = pick(frame, where, arguments, receiver)
    if not found:
        return None
    result = found[0].value
    for more in found[1:]:
        result = join(result, more.value)
    return result
