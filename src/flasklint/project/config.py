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

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from msgspec import structs

from flasklint.knowledge.config import DEVELOPMENT_WORDS, KEYS
from flasklint.knowledge.extensions import EXTENSIONS
from flasklint.knowledge.sensitive import words
from flasklint.project.callers import given
from flasklint.project.choices import Choice, Choices, name_of, same_object, with_defaults
from flasklint.project.library import import_string
from flasklint.project.namespaces import namespace
from flasklint.project.objects import (
    AppObject,
    Branch,
    Cls,
    ConfigItem,
    Env,
    Event,
    Instance,
    Lookup,
    Map,
    Mod,
    Test,
    Value,
    Write,
    branch,
    computed,
)
from flasklint.project.operations import by_default, environment_names, operate, python, truth_by_default
from flasklint.project.profiles import (
    Candidate,
    Effective,
    Outside,
    Profile,
    ProfileKind,
    Truth,
    kind_of_name,
    settled,
    stands_for,
)
from flasklint.project.values import Known, Unknown, Unset
from flasklint.project.walk import Walk
from flasklint.source import Location

_NOTHING = (Known(None), Known(""))
"""What a variable is by default that says something by being set at all."""


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
    at_choice: bool = False
    demanded: set[str] = field(default_factory=set)


class Configuration:
    """The profiles of one app, folded from what the walk saw."""

    def __init__(self, walk: Walk, app: AppObject, beside: Set[str] = frozenset()) -> None:
        """``beside``: files that people run by hand, where a server loads another one."""
        self._walk = walk
        self._module = app.module
        self._candidates = Choices(walk, lambda test: self._decide(test, _State("production", "", None)))
        self._events = [
            structs.replace(event, conditions=given(event.conditions, app)) if app.conditions else event
            for event in (by_hand(event, beside) for event in app.events)
            if event.kind in ("set", "load", "opaque") or _brings_settings(event)
        ]
        self._events = [one for event in self._events for one in (*self._handed_over(event), event)]
        self._events = with_defaults([self._spelled_out(event) for event in self._events])

    def _spelled_out(self, event: Event) -> Event:
        """``from_object("config.Config")`` where that name stands for one of several: with those."""
        if event.kind != "load" or not isinstance(event.value, Known):
            return event
        named = import_string(self._walk, event.value, event.module)
        return structs.replace(event, value=named) if isinstance(named, (Branch, Lookup)) else event

    def _handed_over(self, event: Event) -> Iterator[Event]:
        """Classes of settings that a library's function is given together with the app: it loads them."""
        if event.kind != "library" or event.arguments is None:
            return
        for value in event.arguments.values():
            found = self._candidates.of(value) if isinstance(value, (Branch, Cls, Lookup)) else []
            if any(
                write.key in KEYS for choice in found for write in namespace(self._walk, choice.value, event.module)[0]
            ):
                yield structs.replace(event, kind="load", value=value, detail=event.detail.rpartition(".")[2])

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
            for choice in self._candidates.of(event.value):
                usual = all(truth_by_default(condition) is True for condition in event.conditions)
                kind: ProfileKind = choice.kind or "production"
                kinds[kind] = kinds.get(kind, False) or usual
        if len(kinds) < 2 or "production" not in kinds:
            return ()
        return tuple(self._fold(kind, "", None, default=usual, chosen=True) for kind, usual in kinds.items())

    def _choices(self) -> list[Choice]:
        best: list[Choice] = []
        for event in self._events:
            if event.kind == "load" and event.value is not None:
                if _under_test(event.conditions):
                    continue
                found = self._candidates.of(event.value)
                if len(found) > len(best):
                    best = found
        return best if len(best) > 1 else []

    # Folding -------------------------------------------------------------------------------------------------------

    def _fold(self, kind: ProfileKind, label: str, picked: Value | None, *, default: bool, chosen: bool) -> Profile:
        state = _State(kind, label, picked)
        for value, conditions in self._walk.demands:
            if self._all(conditions, state) >= Truth.MAYBE:
                state.demanded.update(_demanded(value))
        state.demanded.update(self._naming(picked))
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
            label = name_of(source)
        return Profile(
            label,
            kind,
            MappingProxyType(entries),
            tuple(state.outside),
            default,
            chosen,
            source,
            self._candidates.kind(label, source) if source is not None else None,
            state.place,
            lambda conditions: self._all(conditions, state),
            lambda value: self._resolve(value, state),
        )

    def _naming(self, picked: Value | None) -> Iterator[str]:
        """The environment variables without a default that have to be set for what is picked to be loaded: they name it."""
        for event in self._events if picked is not None else ():
            if event.kind != "load" or not self._is_choice_of(event.value, picked):
                continue
            match event.value:
                case Env(name, Known(None) | Unset()):
                    yield name

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
        if before is not None and Truth.MAYBE < truth < Truth.YES and _fills(write, before[-1].value):
            value, truth = operate("or", before[-1].value, value), Truth.YES
        origin: Write | None = None
        if isinstance(write.value, ConfigItem) and (held := state.current.get(write.value.key)):
            origin = held[-1].origin or held[-1].write
        candidate = Candidate(write, value, truth, origin)
        if truth < Truth.MAYBE:
            state.optional.setdefault(write.key, []).append(candidate)
            return
        # What is read of the config may have been set by whatever was read since it was written.
        since = [state.written[key] for key in _items_in(write.value) if key in state.written]
        if truth == Truth.MAYBE:
            # Where it does not act, what was read before has the say.
            state.written.setdefault(write.key, 0)
            kept = before if before is not None else [Candidate(None, Unset(), Truth.MAYBE)]
            # The likeliest last: a write under an unsettled condition does not displace what is there without one.
            state.current[write.key] = [candidate, *kept]
            return
        state.written[write.key] = min((position, *since))
        if before is not None:
            state.overridden.setdefault(write.key, []).extend(one.write for one in before if one.write is not None)
        state.current[write.key] = [candidate]

    def _load(self, event: Event, truth: Truth, state: _State) -> None:
        value = self._resolve(event.value, state) if event.value is not None else Unknown("nothing")
        if isinstance(value, (Lookup, Branch)) or self._is_choice_of(event.value, state.picked):
            value = state.picked if state.picked is not None else by_default(value)
        seen = _seen_part(value)
        writes, outside = namespace(self._walk, seen, event.module)
        if seen is not value:
            outside = outside or "an object that is computed"
        if outside and truth > Truth.PROBABLY_NO:
            state.outside.append(Outside(outside, event.location, event.position))
        if writes:
            state.loaded.append(value)
            # Where one of several is picked says more than where something is loaded on top of it.
            if not state.at_choice:
                state.place = event.location
                state.at_choice = state.picked is not None and same_object(value, state.picked)
        for write in writes:
            inner = min(truth, self._all(write.conditions, state))
            if inner > Truth.NO:
                self._write(
                    structs.replace(write, via=f"{event.detail} {name_of(value)}".strip()),
                    inner,
                    event.position,
                    state,
                )

    def _is_choice_of(self, value: Value | None, picked: Value | None) -> bool:
        return (
            picked is not None
            and value is not None
            and not isinstance(value, (Cls, Mod, Instance))
            and any(same_object(choice.value, picked) for choice in self._candidates.of(value))
        )

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
                asked = left if isinstance(left, Env) and right in _NOTHING else None
                if asked is not None and stands_for(asked.name) is not None:
                    there = Truth.YES if stands_for(asked.name) == state.kind else Truth.NO
                    return there if sign in ("!=", "is-not") else ~there
            case Env(name) if name in state.demanded:
                return Truth.YES
            case Env(name, unset) if unset in _NOTHING and stands_for(name) is not None:
                # `if os.environ.get("PRODUCTION")`: the variable's name says which profile it stands for.
                return Truth.YES if stands_for(name) == state.kind else Truth.NO
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
        return settled(self._resolve(test, state))

    def _selects(self, left: Value, right: Value, state: _State) -> Truth | None:
        """A comparison of what selects the profile with the name of one: whether it is this one's."""
        for selector, label in ((left, right), (right, left)):
            known, plain = python(label)
            if not known or python(selector)[0]:
                continue
            names = [plain] if isinstance(plain, str) else list(plain) if isinstance(plain, (list, tuple)) else []
            kinds = {kind_of_name(name) for name in names if isinstance(name, str)}
            if kinds & {"development", "test"}:
                # Beside those, staging is one of them: `env in ("dev", "staging")`.
                names = [name for name in names if not {"staging", "stage"} & set(words(str(name)))]
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
                # What a library reads with nothing for it to fall back to is read by others only because something sets it.
                if row is None or (row.default is None and row.library != "flask"):
                    return Unknown(f"app.config has no {key} that we see")
                return Known(row.default)
        return value

    def _resolve_lookup(self, value: Lookup, mapping: Map, key: Value, default: Value | None, state: _State) -> Value:
        known, plain = python(self._resolve(key, state))
        if known and isinstance(plain, str):
            found = mapping.get(plain)
            return found if found is not None else default if default is not None else value
        if state.picked is not None and any(same_object(item, state.picked) for _, item, _ in mapping.items):
            return state.picked
        for label, item, _ in mapping.items:
            if isinstance(label, Known) and (
                label.value == state.label or kind_of_name(str(label.value)) == state.kind
            ):
                return item
        usual = by_default(value)
        return usual if usual is not value else value


def by_hand(event: Event, beside: Set[str]) -> Event:
    """What a file does at its top level that is run by hand only happens then, and what ``run_for_development()`` does."""
    said = set(words(event.scope))
    runs = not said.isdisjoint(("run", "serve", "start")) and not said.isdisjoint(
        DEVELOPMENT_WORDS - {"debug", "local"}
    )
    apart = runs or (event.module is not None and event.module.path in beside and not event.scope)
    return structs.replace(event, main=True, script=True) if apart and not event.script else event


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


def _fills(write: Write, held: Value) -> bool:
    """``if not SECRET_KEY: SECRET_KEY = ...`` for a key that is read from the environment."""
    if not isinstance(held, Env):
        return False
    match write.conditions[-1] if write.conditions else None:
        case Test("not", (Env(name),)) | Test("is" | "==", (Env(name), Known(None | ""))):
            return name == held.name
    return False


def _items_in(value: Value) -> Iterator[str]:
    """The keys of the config that a value is read from."""
    match value:
        case ConfigItem(_, key, _, _):
            yield key
        case Branch(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from _items_in(part)
        case Test(_, operands):
            for part in operands:
                yield from _items_in(part)
        case Env(_, default):
            yield from _items_in(default)


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
                yield from _demanded(computed("not", (operand,)))
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
    if event.detail == "computed keys":
        return "app.config[...]"
    return f"app.config.{event.detail}({plain!r})" if known else f"app.config.{event.detail}(...)"


def _seen_part(value: Value) -> Value:
    """Of a choice that nothing settles, the only side that we see, if there is just one."""
    if not isinstance(value, Branch):
        return value
    sides = [_seen_part(value.then), _seen_part(value.otherwise)]
    known = [side for side in sides if isinstance(side, (Cls, Mod, Instance, Map, Known))]
    return known[0] if len(known) == 1 else value


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
