"""How a secret in the configuration comes about: written down, fallen back to, made up anew, or brought from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flasklint import ir
from flasklint.knowledge.secrets import PREDICTABLE, RANDOM
from flasklint.project.apps import App
from flasklint.project.objects import Branch, ConfigItem, Env, Lookup, Result, Seq, Test, Value, Write
from flasklint.project.operations import environment_names, python
from flasklint.project.profiles import Candidate, Effective, Profile, Truth
from flasklint.project.values import Known
from flasklint.source import Location

KeyKind = Literal["literal", "fallback", "generated", "predictable"]


@dataclass(frozen=True, slots=True, eq=False)
class KeyOrigin:
    """One way in which a key gets its value.

    ``value``: the literal, or the last one of a fallback. ``source``: what is asked first, of a fallback, or the function
    that makes it up. ``size``: bytes that a generated one has, when known. ``effective``: the key's state in the profile.
    """

    kind: KeyKind
    key: str
    location: Location
    write: Write
    effective: Effective
    profile: Profile
    value: str | bytes = ""
    source: str = ""
    size: int | None = None

    @property
    def missing(self) -> str:
        """When a fallback is what holds, in words; empty when it is not known what is asked first."""
        if not self.source:
            return ""
        if self.source.endswith("()"):
            return f"when `{self.source}` gives nothing"
        return f"when the environment variable `{self.source}` is not set"


def key_origins(app: App, key: str) -> tuple[KeyOrigin, ...]:
    """How a key gets its value in production, each place once."""
    found: dict[tuple[Location, KeyKind], KeyOrigin] = {}
    for profile in app.production:
        for origin in origins_in(profile, key):
            found.setdefault((origin.location, origin.kind), origin)
    return tuple(found.values())


def origins_in(profile: Profile, key: str) -> Iterator[KeyOrigin]:
    """How a key gets its value in one profile."""
    effective = profile.effective(key)
    for candidate in (*effective.possible, *effective.optional):
        if candidate.write is not None:
            yield from _origins(candidate, effective, profile)


def _origins(candidate: Candidate, effective: Effective, profile: Profile) -> Iterator[KeyOrigin]:
    write = candidate.origin or candidate.write
    assert write is not None
    usual = candidate.truth >= Truth.MAYBE
    raised = any(getattr(condition, "why", "") == "an exception is raised" for condition in write.conditions)
    asked = next((name for condition in write.conditions for name in environment_names(condition)), "")
    for kind, value, source, places in _leaves(candidate.value):
        if kind == "generated":
            name, size = source, value if isinstance(value, int) else None
            if not usual or asked or write.default_only or write.conditions or candidate.truth < Truth.YES:
                continue
            place = write.expr.span if write.expr is not None else write.location.span
            made: KeyKind = "predictable" if name in PREDICTABLE else "generated"
            yield KeyOrigin(
                made, write.key, Location(write.location.path, place), write, effective, profile, source=name, size=size
            )
            continue
        if not isinstance(value, (str, bytes)) or not value or (kind != "fallback" and _is_placeholder(value)):
            continue
        place_of = literal_place(write, value, places)
        if kind == "fallback" or write.default_only or asked or raised or candidate.truth == Truth.PROBABLY:
            if usual or raised:
                yield KeyOrigin("fallback", write.key, place_of, write, effective, profile, value, source or asked)
        elif usual:
            yield KeyOrigin("literal", write.key, place_of, write, effective, profile, value)


_Leaf = tuple[str, object, str, tuple[Location, ...]]


def _leaves(value: Value, fallback: str | None = None) -> Iterator[_Leaf]:
    """The values that a value may come down to: what kind, which, what is asked before it, and where it is written."""
    kind = "literal" if fallback is None else "fallback"
    match value:
        case Known(plain, places):
            for one in plain if isinstance(plain, (list, tuple)) else [plain]:
                yield kind, one, fallback or "", places
        case Env(name, default):
            yield from _leaves(default, name)
        case Branch(test, then, otherwise):
            asked = next(environment_names(test), "") or fallback or _asked(then)
            yield from _leaves(then, asked)
            yield from _leaves(otherwise, asked)
        case Lookup(mapping, _, default):
            if default is not None:
                yield from _leaves(default, fallback or "")
            for _, item, _ in mapping.items[:20]:
                yield from _leaves(item, fallback or "")
        case ConfigItem(_, _, default, _):
            yield from _leaves(default, fallback)
        case Seq(items):
            for item in items[:20]:
                yield from _leaves(item, fallback)
        case Result() | Test():
            found = generator(value)
            if found is not None and fallback is None:
                yield "generated", found[1], found[0], ()


def _is_placeholder(value: str | bytes) -> bool:
    """``<your key>``, ``${SECRET_KEY}``, ``{{ secret_key }}``: something fills it in before it is run."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text.startswith(("<", "${", "{{", "%(")) and text.endswith((">", "}", ")s"))


def _asked(value: Value) -> str:
    if isinstance(value, Result):
        return f"{value.name}()"
    return next(environment_names(value), "")


def generator(value: Value, depth: int = 6) -> tuple[str, int | None] | None:
    """The random generator that a value comes out of, with the number of bytes asked for when it shows."""
    if depth == 0:
        return None
    match value:
        case Result(names, arguments, _, receiver):
            for name in names:
                base = name.partition("()")[0]
                if base in RANDOM or base in PREDICTABLE:
                    size = arguments.get(0, "nbytes", "k") if name == base else None
                    known, plain = python(size) if size is not None else (False, None)
                    return base, plain if known and isinstance(plain, int) else None
            inner = [receiver] if receiver is not None else []
            inner += arguments.values()
        case Test(sign, operands) if sign.startswith(".") or sign.endswith("()") or sign in ("+", "join", "%"):
            inner = list(operands)
        case Seq(items):
            inner = list(items)
        case _:
            return None
    for one in inner:
        found = generator(one, depth - 1)
        if found is not None:
            return found
    return None


def literal_place(write: Write, value: str | bytes, places: tuple[Location, ...] = ()) -> Location:
    """Where a literal stands: in what is written, if it does; else in its own place, so that all its uses are one cause."""
    path = write.location.path
    if write.expr is None:
        return places[-1] if places else write.location
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    for node in (write.expr, *ir.walk(write.expr)):
        if isinstance(node, ir.Const) and node.value == text:
            return Location(path, node.span)
    return places[-1] if places else Location(path, write.expr.span)
