"""What a key of a configuration is in a profile, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from flasklint.knowledge.config import DEVELOPMENT_WORDS, KEYS, PRODUCTION_WORDS, TEST_WORDS
from flasklint.knowledge.environment import Parse
from flasklint.knowledge.sensitive import words
from flasklint.project.objects import Branch, Cls, Env, Instance, Lookup, Map, Mod, Result, Seq, Test, Value, Write
from flasklint.project.operations import by_default, environment_names, python
from flasklint.project.values import FromEnv, Known, Setting, Unknown, Unset
from flasklint.source import Location

ProfileKind = Literal["production", "development", "test"]


class Truth(IntEnum):
    """How sure it is that a condition holds. The middle steps are what holds when nothing is set from outside."""

    NO = -2
    PROBABLY_NO = -1
    MAYBE = 0
    PROBABLY = 1
    YES = 2

    def __invert__(self) -> Truth:
        return Truth(-self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """A source of settings that the tree does not show: what it is, and where it is read."""

    what: str
    location: Location
    position: int


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One value that a key may have: the write it comes from (``None``: nothing sets it), and its value settled.

    ``origin``: the write of another key that the value was read from, if it was.
    """

    write: Write | None
    value: Value
    truth: Truth = Truth.YES
    origin: Write | None = None

    @property
    def setting(self) -> Setting:
        """The value as a setting."""
        return as_setting(self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Effective:
    """What a key is in a profile.

    ``possible``: the values it may have, the likeliest last; more than one only when a condition is not settled.
    ``overridden``: earlier writes that no longer count, in order. ``optional``: writes that act only when something is set
    from outside. ``outside``: sources read later that may override it.
    """

    key: str
    possible: tuple[Candidate, ...]
    overridden: tuple[Write, ...] = ()
    optional: tuple[Candidate, ...] = ()
    outside: tuple[Outside, ...] = ()

    @property
    def candidate(self) -> Candidate:
        """The likeliest."""
        return self.possible[-1]

    @property
    def setting(self) -> Setting:
        """The likeliest value."""
        return self.candidate.setting

    @property
    def write(self) -> Write | None:
        """Where the likeliest value is written."""
        return self.candidate.write

    @property
    def is_written(self) -> bool:
        """Something sets it, if only under a condition that is not settled."""
        return any(one.write is not None for one in self.possible)

    @property
    def sure(self) -> bool:
        """Nothing else can be in force, as far as the tree shows."""
        return len(self.possible) == 1 and not self.outside


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One way in which an app is configured.

    ``label``: the name under which it is chosen, or the class's or module's. ``kind``: what it is for. ``default``: it is
    the one in force when nothing chooses. ``chosen``: it is one of several. ``source``: what is loaded. ``said``: what its
    name says it is for. ``loaded``: where it is.
    """

    label: str
    kind: ProfileKind
    entries: Mapping[str, Effective]
    outside: tuple[Outside, ...] = ()
    default: bool = True
    chosen: bool = False
    source: Value | None = None
    said: ProfileKind | None = None
    loaded: Location | None = None
    judge: Callable[[Iterable[Value]], Truth] = lambda conditions: Truth.YES if not tuple(conditions) else Truth.MAYBE
    settle: Callable[[Value], Value] = lambda value: value

    def holds(self, conditions: Iterable[Value]) -> Truth:
        """How sure it is that all of these conditions hold."""
        return self.judge(conditions)

    def effective(self, key: str) -> Effective:
        """What a key is; with an :class:`Unset` value where nothing sets it."""
        found = self.entries.get(key)
        if found is not None:
            return found
        return Effective(key, (Candidate(None, Unset()),), outside=self.outside)

    def truth(self, key: str) -> Truth:
        """Whether a flag is on, with the library's default where nothing sets it."""
        found = self.effective(key)
        verdicts = [_truth_of_candidate(candidate, key) for candidate in found.possible]
        lowest, highest = min(verdicts), max(verdicts)
        verdict = lowest if lowest == highest or lowest > 0 else highest if highest < 0 else Truth.MAYBE
        return Truth(max(-1, min(1, verdict))) if found.outside else verdict


def _truth_of_candidate(candidate: Candidate, key: str) -> Truth:
    value = candidate.value
    if isinstance(value, Unset):
        row = KEYS.get(key)
        return Truth.YES if row is not None and row.default else Truth.NO
    return settled(value)


def settled(value: Value) -> Truth:
    """How sure it is that a value is true."""
    known, plain = python(value)
    if known:
        return Truth.YES if plain else Truth.NO
    match by_default(value):
        case Unset():
            return Truth.NO
        case Map(items, partial=False):
            return Truth.YES if items else Truth.NO
        case Cls() | Mod() | Instance():
            return Truth.YES
        case inner:
            known, plain = python(inner)
            if known:
                return Truth.PROBABLY if plain else Truth.PROBABLY_NO
    return Truth.MAYBE


def as_setting(value: Value) -> Setting:
    """A value of the walk as rules see it."""
    known, plain = python(value)
    if known:
        return value if isinstance(value, Known) else Known(plain)
    match value:
        case Env(name, default, parse):
            return FromEnv(name, as_setting(default), parse)
        case Unknown() | Unset():
            return value
        case Result():
            return Unknown(f"it is the result of {value.name}()")
        case Test() | Branch() | Lookup():
            names = list(environment_names(value))
            if names:
                usual = by_default(value)
                return FromEnv(
                    names[0], as_setting(usual) if usual is not value else Unknown("it is computed"), _parse(value)
                )
            return Unknown("it is computed")
        case Seq(items, _, partial) if not partial:
            return Unknown("it is a list with computed items") if items else Known(())
        case Map():
            return Unknown("it is a dict")
    return Unknown("it is an object")


def _parse(value: Value) -> Parse:
    """What is done with an environment variable's text, in the words of :class:`FromEnv`."""
    match value:
        case Test("bool()" | "not", _):
            return "bool"
        case Test("int()" | "float()", _):
            return "int" if value.sign == "int()" else "float"
        case Test("flag()" | "==" | "!=" | "in" | "not-in", _):
            return "flag"
        case Branch(_, then, _):
            return "flag" if isinstance(python(then)[1], bool) else "other"
    return "other"


def kind_of_name(name: str) -> ProfileKind | None:
    """What a profile with such a name is for, if the name says it."""
    found = set(words(name))
    if found & TEST_WORDS:
        return "test"
    if found & DEVELOPMENT_WORDS:
        return "development"
    if found & PRODUCTION_WORDS:
        return "production"
    return None


def stands_for(variable: str) -> ProfileKind | None:
    """The profile that an environment variable stands for by its name: ``SHOP_PRODUCTION``, ``IS_DEV``."""
    return None if "debug" in words(variable) else kind_of_name(variable)
