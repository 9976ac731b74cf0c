"""The configuration in force: what an app's config holds in each profile, key by key, with where it comes from.

The walk leaves, for each app, the writes in program order, each with the conditions it stands under, and objects loaded
whole. A *profile* is one way in which the app may be configured: one candidate of a choice of config classes, under an
assumption of what it is for (production, development, test). Folding goes through the writes once per profile.

Subtle
    A value from outside (``from_envvar``, an unknown object) may change any key: it lowers certainty, it hides nothing.
    A condition on an environment variable holds or fails by what it is when the variable is not set.
    A condition that compares a selector (``env == "production"``) holds by the profile's own kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Literal

from msgspec import structs

from flasklint import ir
from flasklint.knowledge.config import DEVELOPMENT_WORDS, KEYS, PRODUCTION_WORDS, TEST_WORDS
from flasklint.knowledge.environment import Parse
from flasklint.knowledge.extensions import EXTENSIONS
from flasklint.knowledge.sensitive import words
from flasklint.project import library
from flasklint.project.objects import (
    AppObject,
    Branch,
    Cls,
    ConfigItem,
    Env,
    Event,
    Instance,
    Lib,
    Lookup,
    Map,
    Mod,
    Result,
    Seq,
    Test,
    Value,
    Write,
    branch,
)
from flasklint.project.operations import by_default, ends, environment_names, python, truth_by_default
from flasklint.project.values import FromEnv, Known, Setting, Unknown, Unset
from flasklint.project.walk import Walk
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
    return _settled(value)


def _settled(value: Value) -> Truth:
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


def _stands_for(variable: str) -> ProfileKind | None:
    """The profile that an environment variable stands for by its name: ``SHOP_PRODUCTION``, ``IS_DEV``."""
    return None if "debug" in words(variable) else kind_of_name(variable)


@dataclass(slots=True, eq=False)
class _Choice:
    """One candidate of a load whose object is not settled."""

    label: str
    value: Value
    default: bool
    kind: ProfileKind | None


@dataclass(slots=True)
class _State:
    """A fold under way."""

    kind: ProfileKind
    label: str
    picked: Value | None
    current: dict[str, list[Candidate]] = field(default_factory=dict)
    overridden: dict[str, list[Write]] = field(default_factory=dict)
    optional: dict[str, list[Candidate]] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    outside: list[Outside] = field(default_factory=list)
    loaded: list[Value] = field(default_factory=list)
    place: Location | None = None
    demanded: set[str] = field(default_factory=set)


def line_of(walk: Walk, profile: Profile) -> tuple[Cls, ...]:
    """The classes of the project that a profile is made of, its own first; empty when it is no class."""
    source: Value | None = profile.source
    if isinstance(source, Known) and isinstance(source.value, str):
        source = library.import_string(walk, source)
    if isinstance(source, Instance):
        source = source.cls
    return tuple(one for one in walk.class_line(source) if isinstance(one, Cls)) if isinstance(source, Cls) else ()


class Configuration:
    """The profiles of one app, folded from what the walk saw."""

    def __init__(self, walk: Walk, app: AppObject) -> None:
        self._walk = walk
        self._module = app.module
        self._events = [
            event for event in app.events if event.kind in ("set", "load", "opaque") or _brings_settings(event)
        ]

    def profiles(self) -> tuple[Profile, ...]:
        """Every way in which the app may be configured; at least one is for production."""
        choices = self._choices()
        if not choices:
            return self._branches() or (self._fold("production", "", None, default=True, chosen=False),)
        found: list[Profile] = []
        kinds = [choice.kind for choice in choices]
        for choice in choices:
            kind: ProfileKind = choice.kind or "production"
            if choice.kind is None and "production" in kinds and not choice.default:
                # Something like a base class among the candidates: nobody is seen to choose it.
                continue
            found.append(self._fold(kind, choice.label, choice.value, default=choice.default, chosen=len(choices) > 1))
        if not any(profile.kind == "production" for profile in found):
            # Whatever is there is what production gets: the default one, or all that is not for tests.
            found = [
                replace(profile, kind="production")
                if profile.default or (profile.kind == "development" and not any(p.default for p in found))
                else profile
                for profile in found
            ]
        return tuple(found)

    def _branches(self) -> tuple[Profile, ...]:
        """Profiles of ``if env == "production": from_object(A) else: from_object(B)``: one for each kind among them."""
        kinds: dict[ProfileKind, bool] = {}
        for event in self._events:
            if event.kind != "load" or not event.conditions or event.value is None or _under_test(event.conditions):
                continue
            for choice in self._candidates(event.value):
                usual = all(truth_by_default(condition) is True for condition in event.conditions)
                kind: ProfileKind = choice.kind or "production"
                kinds[kind] = kinds.get(kind, False) or usual
        if len(kinds) < 2 or "production" not in kinds:
            return ()
        return tuple(self._fold(kind, "", None, default=usual, chosen=True) for kind, usual in kinds.items())

    def _choices(self) -> list[_Choice]:
        best: list[_Choice] = []
        for event in self._events:
            if event.kind == "load" and event.value is not None:
                if _under_test(event.conditions):
                    continue
                found = self._candidates(event.value)
                if len(found) > len(best):
                    best = found
        return best if len(best) > 1 else []

    def _candidates(self, value: Value) -> list[_Choice]:
        match value:
            case Lookup(mapping, key, default):
                chosen = by_default(key)
                known, plain = python(chosen)
                found = [
                    _Choice(str(label.value), item, known and plain == label.value, self._kind(str(label.value), item))
                    for label, item, _ in mapping.items
                    if isinstance(label, Known)
                ]
                if default is not None and not any(choice.default for choice in found):
                    same = next((choice for choice in found if _same(choice.value, default)), None)
                    if same is not None:
                        same.default = True
                    else:
                        found.append(_Choice("default", default, True, self._kind("", default)))
                return _merged(found)
            case Branch(test, then, otherwise):
                usual = self._decide(test, _State("production", "", None))
                first = self._candidates(then)
                second = self._candidates(otherwise)
                for choice in first:
                    choice.default = choice.default and usual > 0
                for choice in second:
                    choice.default = choice.default and usual < 0
                return _merged(first + second)
            case Test("join" | "+" | "%" | ".format"):
                return self._named(value)
            case Env(_, default):
                found = self._candidates(default)
                return [choice for choice in found if not isinstance(choice.value, (Unknown, Unset))] or self._told()
            case Cls() | Mod() | Instance() | Map() | Known(str()):
                pass
            case _:
                return []
        label = _name_of(value)
        return [_Choice(label, value, True, self._kind(label, value))]

    def _named(self, value: Test) -> list[_Choice]:
        """The classes and modules whose dotted names fit a text with gaps."""
        head, suffix = ends(value)
        if not head.strip("."):
            return []
        prefix = head.replace(":", ".")
        usual = by_default(value)
        chosen = usual.value if isinstance(usual, Known) else None
        found = []
        for dotted, item in self._walk.importable(prefix):
            if dotted.startswith(prefix) and dotted.endswith(suffix) and len(dotted) > len(prefix) + len(suffix) - 1:
                middle = dotted[len(prefix) : len(dotted) - len(suffix)]
                kind = kind_of_name(middle) or self._kind(dotted.rpartition(".")[2], item)
                label = middle if suffix.startswith(".") else dotted
                found.append(_Choice(label, item, dotted == chosen, kind))
        return found

    def _told(self) -> list[_Choice]:
        """The classes that an environment variable may name where nothing else says it: those named for what they are for,
        beside one for production."""
        found: list[_Choice] = []
        for module in self._walk.modules.values():
            classes = [node for node in module.facts.body if isinstance(node, ir.Class)] if not module.is_test else []
            kinds = {node.name: kind_of_name(node.name) for node in classes}
            if "production" not in kinds.values() or len({kind for kind in kinds.values() if kind}) < 2:
                continue
            for name, kind in kinds.items():
                value = self._walk.module_attribute(module, name) if kind is not None else None
                if isinstance(value, Cls) and self.namespace(value)[0]:
                    found.append(_Choice(name, value, False, kind))
        return found

    def _kind(self, label: str, value: Value) -> ProfileKind | None:
        said = kind_of_name(label) if label.lower() not in ("default", "base") else None
        if said is not None:
            return said
        if isinstance(value, Instance) and value.cls is not None:
            value = value.cls
        if isinstance(value, Cls):
            for member in self._walk.class_line(value):
                said = kind_of_name(member.name.rpartition(".")[2])
                if said is not None:
                    return said
        name = _name_of(value)
        return kind_of_name(name.rpartition(".")[2]) if name else None

    # Folding -------------------------------------------------------------------------------------------------------

    def _fold(self, kind: ProfileKind, label: str, picked: Value | None, *, default: bool, chosen: bool) -> Profile:
        state = _State(kind, label, picked)
        for value, conditions in self._walk.demands:
            if self._all(conditions, state) >= Truth.MAYBE:
                state.demanded.update(_demanded(value))
        for event in self._events:
            truth = self._all(event.conditions, state)
            if event.script or (kind != "test" and self._of_tests(event)):
                truth = min(truth, Truth.PROBABLY_NO)
            if truth == Truth.NO:
                continue
            match event.kind:
                case "set" if event.write is not None:
                    self._write(event.write, truth, event.position, state)
                case "load":
                    self._load(event, truth, state)
                case "opaque" | "init" | "library" if truth > Truth.PROBABLY_NO or self._asked_for(event, state):
                    state.outside.append(Outside(_outside(event), event.location, event.position))
        entries = {
            key: Effective(
                key,
                tuple(candidates),
                tuple(state.overridden.get(key, ())),
                tuple(state.optional.get(key, ())),
                tuple(source for source in state.outside if source.position >= state.written[key]),
            )
            for key, candidates in state.current.items()
        }
        for key, optional in state.optional.items():
            if key not in entries:
                entries[key] = Effective(
                    key, (Candidate(None, Unset()),), optional=tuple(optional), outside=tuple(state.outside)
                )
        source = picked if picked is not None else state.loaded[-1] if state.loaded else None
        if not label and source is not None:
            label = _name_of(source)
        return Profile(
            label,
            kind,
            MappingProxyType(entries),
            tuple(state.outside),
            default,
            chosen,
            source,
            self._kind(label, source) if source is not None else None,
            state.place,
            lambda conditions: self._all(conditions, state),
            lambda value: self._resolve(value, state),
        )

    def _asked_for(self, event: Event, state: _State) -> bool:
        """Is a source read only when an environment variable says so? Production may well say so."""
        if event.kind != "opaque" or event.script or self._of_tests(event):
            return False
        return all(
            self._decide(condition, state) > Truth.PROBABLY_NO or any(environment_names(condition))
            for condition in event.conditions
        )

    def _of_tests(self, event: Event) -> bool:
        """Does a module that is there for tests set a key of an app that is made elsewhere?"""
        module = event.module
        if event.kind != "set" or module is None or module is self._module:
            return False
        return kind_of_name(module.name.rpartition(".")[2]) == "test"

    def _write(self, write: Write, truth: Truth, position: int, state: _State) -> None:
        before = state.current.get(write.key)
        if write.default_only and before is not None:
            return
        value = self._resolve(write.value, state)
        origin: Write | None = None
        if isinstance(write.value, ConfigItem) and (held := state.current.get(write.value.key)):
            origin = held[-1].origin or held[-1].write
        candidate = Candidate(write, value, truth, origin)
        if truth < Truth.MAYBE:
            state.optional.setdefault(write.key, []).append(candidate)
            return
        state.written[write.key] = position
        if truth == Truth.MAYBE:
            kept = before if before is not None else [Candidate(None, Unset(), Truth.MAYBE)]
            # The likeliest last: a write under an unsettled condition does not displace what is there without one.
            state.current[write.key] = [candidate, *kept]
            return
        if before is not None:
            state.overridden.setdefault(write.key, []).extend(one.write for one in before if one.write is not None)
        state.current[write.key] = [candidate]

    def _load(self, event: Event, truth: Truth, state: _State) -> None:
        value = self._resolve(event.value, state) if event.value is not None else Unknown("nothing")
        if isinstance(value, (Lookup, Branch)) or self._is_choice_of(event.value, state.picked):
            value = state.picked if state.picked is not None else by_default(value)
        seen = _seen_part(value)
        writes, outside = self.namespace(seen)
        if seen is not value:
            outside = outside or "an object that is computed"
        if outside and truth > Truth.PROBABLY_NO:
            state.outside.append(Outside(outside, event.location, event.position))
        if writes:
            state.loaded.append(value)
            state.place = event.location
        for write in writes:
            inner = min(truth, self._all(write.conditions, state))
            if inner > Truth.NO:
                self._write(
                    structs.replace(write, via=f"{event.detail} {_name_of(value)}".strip()),
                    inner,
                    event.position,
                    state,
                )

    def _is_choice_of(self, value: Value | None, picked: Value | None) -> bool:
        return (
            picked is not None
            and value is not None
            and not isinstance(value, (Cls, Mod, Instance))
            and any(_same(choice.value, picked) for choice in self._candidates(value))
        )

    def namespace(self, value: Value) -> tuple[list[Write], str]:
        """The keys that an object brings into a config, in order; and what of it the tree does not show."""
        match value:
            case Cls():
                return self._class_writes(value)
            case Instance(cls=cls):
                self._walk.complete(value)
                writes, outside = self._class_writes(cls) if cls is not None else ([], "an object of a library")
                return writes + value.writes, value.opaque or outside
            case Mod(module):
                frame = self._walk.module_frame(module)
                return list(frame.writes), frame.partial
            case Known(str() as text):
                found = library.import_string(self._walk, value)
                return (
                    self.namespace(found) if found is not None and not isinstance(found, Unknown) else ([], f"`{text}`")
                )
            case Known(None):
                return [], ""
            case Env(name, fallback):
                writes, _ = self.namespace(fallback)
                return writes, f"what the environment variable {name} names"
            case Map(items, partial):
                writes = [
                    Write(key.value, item, place)
                    for key, item, place in items
                    if isinstance(key, Known) and isinstance(key.value, str) and place is not None
                ]
                return writes, "a dict with computed keys" if partial else ""
        return [], "an object that is computed"

    def _class_writes(self, cls: Cls) -> tuple[list[Write], str]:
        writes: list[Write] = []
        outside = ""
        line = self._walk.class_line(cls)
        settings = any(isinstance(member, Lib) and member.name.rpartition(".")[2] == "BaseSettings" for member in line)
        for member in reversed(line):
            if isinstance(member, Cls):
                frame = self._walk.class_frame(member)
                writes += frame.writes
                outside = outside or frame.partial
        if settings:
            writes = [
                write if isinstance(write.value, Env) else structs.replace(write, value=Env(write.key, write.value))
                for write in writes
            ]
        return writes, outside

    # Conditions ----------------------------------------------------------------------------------------------------

    def _all(self, conditions: Iterable[Value], state: _State) -> Truth:
        return min((self._decide(condition, state) for condition in conditions), default=Truth.YES)

    def _decide(self, test: Value, state: _State) -> Truth:
        """How sure it is that a test holds in a profile, at this point of its fold."""
        match test:
            case Test("not", (inner,)):
                return ~self._decide(inner, state)
            case Test("and", operands):
                return min(self._decide(operand, state) for operand in operands)
            case Test("or", operands):
                return max(self._decide(operand, state) for operand in operands)
            case Test("==" | "!=" | "in" | "not-in" | "is" | "is-not" as sign, (left, right)):
                said = self._selects(left, right, state)
                if said is not None:
                    return said if sign in ("==", "in", "is") else ~said
                asked = left if isinstance(left, Env) and isinstance(right, Known) and right.value is None else None
                if asked is not None and _stands_for(asked.name) is not None:
                    there = Truth.YES if _stands_for(asked.name) == state.kind else Truth.NO
                    return there if sign in ("!=", "is-not") else ~there
            case Env(name) if name in state.demanded:
                return Truth.YES
            case Env(name, Known(None)) if _stands_for(name) is not None:
                # `if os.environ.get("PRODUCTION")`: the variable's name says which profile it stands for.
                return Truth.YES if _stands_for(name) == state.kind else Truth.NO
            case Test(".startswith" | ".endswith", (left, right)):
                said = self._selects(left, right, state)
                if said is not None:
                    return said
            case Unknown(why) if why == "an exception is raised":
                return Truth.PROBABLY_NO
            case Unknown(why) if why.startswith("parameter ") and kind_of_name(why[len("parameter ") :]) == "test":
                return Truth.PROBABLY_NO
            case ConfigItem(_, key, _, _) if key not in state.current and key in KEYS:
                default = KEYS[key].default
                return Truth.PROBABLY if default else Truth.PROBABLY_NO
        return _settled(self._resolve(test, state))

    def _selects(self, left: Value, right: Value, state: _State) -> Truth | None:
        """A comparison of what selects the profile with the name of one: whether it is this one's."""
        for selector, label in ((left, right), (right, left)):
            known, plain = python(label)
            if not known or python(selector)[0]:
                continue
            names = [plain] if isinstance(plain, str) else list(plain) if isinstance(plain, (list, tuple)) else []
            kinds = {kind_of_name(name) for name in names if isinstance(name, str)}
            if not kinds or kinds == {None} or not _may_select(selector):
                continue
            return Truth.YES if state.kind in kinds or state.label in names else Truth.NO
        return None

    def _resolve(self, value: Value, state: _State) -> Value:
        """A value with whatever hangs on the profile settled."""
        match value:
            case Branch(test, then, otherwise):
                truth = self._decide(test, state)
                if truth in (Truth.PROBABLY, Truth.PROBABLY_NO) and any(environment_names(test)):
                    return branch(test, self._resolve(then, state), self._resolve(otherwise, state))
                if truth > Truth.MAYBE:
                    return self._resolve(then, state)
                if truth < Truth.MAYBE:
                    return self._resolve(otherwise, state)
                return value
            case Env(name, _, parse) if name in state.demanded:
                return Env(name, Unset(), parse)
            case Env(name, default, parse) if isinstance(default, (ConfigItem, Branch, Env)):
                return Env(name, self._resolve(default, state), parse)
            case Lookup(mapping, key, default):
                return self._resolve_lookup(value, mapping, key, default, state)
            case ConfigItem(_, key, default, _):
                held = state.current.get(key)
                if held:
                    return held[-1].value
                row = KEYS.get(key)
                if not isinstance(default, Unset):
                    return default
                if state.outside:
                    return Unknown(f"{state.outside[-1].what} may set it")
                return Known(row.default) if row is not None else Unknown(f"app.config has no {key} that we see")
        return value

    def _resolve_lookup(self, value: Lookup, mapping: Map, key: Value, default: Value | None, state: _State) -> Value:
        known, plain = python(self._resolve(key, state))
        if known and isinstance(plain, str):
            found = mapping.get(plain)
            return found if found is not None else default if default is not None else value
        if state.picked is not None and any(_same(item, state.picked) for _, item, _ in mapping.items):
            return state.picked
        for label, item, _ in mapping.items:
            if isinstance(label, Known) and (
                label.value == state.label or kind_of_name(str(label.value)) == state.kind
            ):
                return item
        usual = by_default(value)
        return usual if usual is not value else value


_CONFIGURERS = frozenset(
    {"init_app", "configure", "configure_app", "init_config", "load_config", "setup_app", "config_app"}
)


def _brings_settings(event: Event) -> bool:
    """Is a settings library given the app?"""
    if event.kind == "library":
        # An extension's own `init_app` sets its own keys.
        return event.detail.rpartition(".")[2] in _CONFIGURERS and not event.detail.startswith("flask_")
    if event.kind != "init" or not isinstance(event.target, Instance):
        return False
    return any(name in EXTENSIONS and EXTENSIONS[name].kind == "settings" for name in event.target.names)


def _demanded(value: Value) -> Iterator[str]:
    """The environment variables without which a condition does not hold."""
    match value:
        case Env(name):
            yield name
        case Test("and", operands):
            for operand in operands:
                yield from _demanded(operand)
        case Test("not", (Test("not", (inner,)),)):
            yield from _demanded(inner)
        case Test("not", (Test("or", operands),)):
            for operand in operands:
                yield from _demanded(Test("not", (operand,)))
        case Test("is-not" | "!=", (Env(name), Known(None | ""))):
            yield name
        case Test("not", (Test("is" | "==", (Env(name), Known(None | ""))),)):
            yield name


def _outside(event: Event) -> str:
    if event.kind == "library":
        return f"{event.detail}()"
    if isinstance(event.target, Instance):
        return event.target.names[0]
    known, plain = python(event.value) if event.value is not None else (False, None)
    return f"app.config.{event.detail}({plain!r})" if known else f"app.config.{event.detail}(...)"


def _seen_part(value: Value) -> Value:
    """Of a choice that nothing settles, the only side that we see, if there is just one."""
    if not isinstance(value, Branch):
        return value
    sides = [_seen_part(value.then), _seen_part(value.otherwise)]
    known = [side for side in sides if isinstance(side, (Cls, Mod, Instance, Map, Known))]
    return known[0] if len(known) == 1 else value


def _merged(choices: list[_Choice]) -> list[_Choice]:
    """Candidates with the same object taken together: ``{"default": Dev, "development": Dev}``."""
    found: list[_Choice] = []
    for choice in choices:
        same = next((one for one in found if _same(one.value, choice.value)), None)
        if same is None:
            found.append(choice)
            continue
        same.default = same.default or choice.default
        if same.kind is None or same.label == "default":
            same.kind, same.label = choice.kind or same.kind, choice.label
    return found


def _same(a: Value, b: Value) -> bool:
    if isinstance(a, Cls) and isinstance(b, Cls):
        return a.node is b.node
    if isinstance(a, Mod) and isinstance(b, Mod):
        return a.module is b.module
    return a is b or (isinstance(a, Known) and a == b)


def _name_of(value: Value) -> str:
    match value:
        case Cls():
            return value.name
        case Mod(module):
            return module.name
        case Instance(names):
            return names[0] if names else ""
        case Known(str() as text):
            return text
    return ""


def _may_select(value: Value) -> bool:
    """Can a value be what selects the profile: something from outside, a parameter, ``ENV``?"""
    match value:
        case Env() | ConfigItem() | Unknown() | Branch():
            return True
        case Test(_, operands):
            return any(_may_select(operand) for operand in operands)
    return False


def _under_test(conditions: Iterable[Value]) -> bool:
    return any(
        isinstance(condition, Unknown)
        and condition.why.startswith("parameter ")
        and kind_of_name(condition.why[len("parameter ") :]) == "test"
        for condition in conditions
    )
