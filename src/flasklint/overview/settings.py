"""The configuration in force as rows: what each security-relevant key of an app is in a profile, and where that comes from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Literal

from flasklint.knowledge.config import KEYS, ConfigKey
from flasklint.overview.parts import holds_credential, shown_parts
from flasklint.overview.shown import is_secret, plain_text, shown
from flasklint.overview.verdicts import Judge, Verdict
from flasklint.project.apps import App
from flasklint.project.configkeys import keys_read
from flasklint.project.credentials import names_address, names_secret_key
from flasklint.project.flags import place
from flasklint.project.objects import Map, Seq, Write
from flasklint.project.profiles import Candidate, Effective, Profile, Truth, as_setting
from flasklint.project.project import Project
from flasklint.project.running import runs
from flasklint.project.values import FromEnv, Known, Setting, Unknown, Unset
from flasklint.source import Location

Source = Literal["code", "environment", "computed", "default"]
"""Where a value comes from: ``code``: a constant; ``environment``: a variable, perhaps with a constant for when it is not
there; ``computed``: something that the code does not show; ``default``: nothing sets it, the library's own value holds."""


class UnknownProfileError(Exception):
    """No app has a profile of the name asked for, in words for the caller."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One place that gives a key a value. ``via``: by which means. ``when``: it acts ``always``, ``sometimes`` (a condition is
    not settled) or only when something is set from outside (``on request``)."""

    value: str
    location: Location
    via: str
    when: Literal["always", "sometimes", "on request"] = "always"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One key in a profile.

    ``library``: what reads it; empty for a key of the app's own. ``origin``: the place that wins, ``None`` when nothing sets it.
    ``overridden``: earlier places that do not count any more, in order. ``others``: what else it may be, by conditions.
    ``outside``: sources that the tree does not show and that may still override it, each with its place.
    """

    key: str
    library: str
    value: str
    source: Source
    secret: bool
    origin: Origin | None
    overridden: tuple[Origin, ...]
    others: tuple[Origin, ...]
    outside: tuple[tuple[str, Location], ...]
    verdict: Verdict

    @property
    def telling(self) -> bool:
        """Does anything set it, or does something hang on its default?"""
        return self.source != "default" or bool(self.others) or self.verdict.status in ("unsafe", "unclear", "safe")


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """A profile of an app. ``loaded``: the place that chooses or loads it, if any."""

    label: str
    kind: str
    default: bool
    loaded: Location | None
    outside: tuple[tuple[str, Location], ...]
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class AppSettings:
    """An app with its profiles, those for production first."""

    name: str
    kind: str
    location: Location
    profiles: tuple[ProfileSettings, ...]
    complete: bool


def app_settings(project: Project, wanted: str = "") -> tuple[AppSettings, ...]:
    """The configuration of each app, in the profile ``wanted`` (its label, the label's last part, or its kind) or in all.

    Raises :class:`UnknownProfileError` when there are apps and none of them has it.
    """
    libraries = _libraries(project)
    found: list[AppSettings] = []
    known: set[str] = set()
    for app in project.apps:
        known.update(name for profile in app.profiles for name in _names(profile))
        profiles = [
            profile for profile in app.profiles if not wanted or wanted.lower() in map(str.lower, _names(profile))
        ]
        if not profiles:
            continue
        profiles.sort(key=lambda one: (_ORDER.index(one.kind), not one.default, one.label))
        found.append(
            AppSettings(
                app.name,
                app.kind,
                app.location,
                tuple(_profile(app, profile, project, libraries) for profile in profiles),
                not app.exhausted,
            )
        )
    if wanted and not found and project.apps:
        near = _nearest(wanted, sorted(known))
        hint = f"; did you mean `{near}`?" if near else ""
        raise UnknownProfileError(f"no app has a profile `{wanted}` (there are: {', '.join(sorted(known))}){hint}")
    return tuple(found)


def _nearest(wanted: str, names: Sequence[str]) -> str:
    """The name that was most likely meant; empty when none looks like it."""
    word = wanted.lower()
    longer = [name for name in names if name.lower().startswith(word)]
    lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word, lower, n=1, cutoff=0.5)
    return min(longer, key=len) if longer else lower[near[0]] if near else ""


_ORDER = ("production", "development", "test")


def _names(profile: Profile) -> Iterator[str]:
    yield profile.kind
    if profile.label:
        yield profile.label
        yield profile.label.rpartition(".")[2]


def _libraries(project: Project) -> frozenset[str]:
    """The packages that the project imports, tests left out."""
    return frozenset(
        _package(dotted) for module in project.modules.values() if not module.is_test for dotted in module.imports
    ) | {"flask"}


def _package(dotted: str) -> str:
    """The package that a dotted name belongs to, by its name of today: ``flask.ext.wtf`` is Flask-WTF."""
    for old in ("flask.ext.", "flaskext."):
        if dotted.startswith(old):
            return f"flask_{dotted.removeprefix(old).partition('.')[0]}"
    return dotted.partition(".")[0]


def _profile(app: App, profile: Profile, project: Project, libraries: frozenset[str]) -> ProfileSettings:
    judge = Judge(app, profile, project)
    keys = {key for key, row in KEYS.items() if row.library in libraries or key in profile.entries}
    keys |= {key for key, effective in profile.entries.items() if _holds_secret(key, effective)}
    if profile.outside:
        # What the code asks for and the tree does not set must come from there.
        keys |= {key for key in keys_read(project.modules.values()) if key in KEYS or names_secret_key(key)}
    order = list(KEYS)
    rows = tuple(
        _row(key, KEYS.get(key), app, profile, judge)
        for key in sorted(keys, key=lambda key: (order.index(key) if key in KEYS else len(order), key))
    )
    return ProfileSettings(
        profile.label,
        profile.kind,
        profile.default,
        profile.loaded,
        tuple((one.what, one.location) for one in profile.outside),
        rows,
    )


def _holds_secret(key: str, effective: Effective) -> bool:
    """Is a key of the app's own one that a reviewer wants to see: a credential by its name, or by its value?"""
    if names_secret_key(key) or names_address(key):
        return any(
            isinstance(one.setting.value, (str, bytes, NoneType))
            if isinstance(one.setting, Known)
            else _is_text(one.setting)
            for one in effective.possible
        )
    return any(is_secret(text) for candidate in effective.possible for text in plain_text(candidate.setting)) or any(
        holds_credential(candidate.value) for candidate in effective.possible
    )


def _is_text(setting: Setting) -> bool:
    """Whether a value that the tree does not show may be a text: a flag or a number opens nothing."""
    return not isinstance(setting, FromEnv) or setting.parse in ("", "other")


def _row(key: str, known: ConfigKey | None, app: App, profile: Profile, judge: Judge) -> SettingRow:
    effective = profile.effective(key)
    candidate = effective.candidate
    secret = known.kind == "secret" if known is not None else names_secret_key(key)
    setting = candidate.setting
    source: Source
    match setting:
        case Unset():
            source = "default"
        case Known():
            source = "code"
        case FromEnv():
            source = "environment"
        case _:
            source = "computed"
    value = shown(setting, known, secret=secret) if not isinstance(setting, Unset) else shown_default(known)
    if isinstance(candidate.value, (Map, Seq)) and isinstance(setting, Unknown):
        value = shown_parts(candidate.value, secret=secret)
    others = [
        _origin(one.write, one, known, secret, "sometimes") for one in effective.possible[:-1] if one.write is not None
    ]
    others += [
        _origin(one.write, one, known, secret, "on request") for one in effective.optional if one.write is not None
    ]
    if key == "DEBUG":
        others += _runs(app, profile)
    return SettingRow(
        key,
        known.library if known is not None else "",
        value,
        source,
        secret,
        _origin(candidate.write, candidate, known, secret, "always" if candidate.truth > Truth.MAYBE else "sometimes")
        if candidate.write is not None
        else None,
        tuple(
            Origin(
                shown(Candidate(write, profile.settle(write.value)).setting, known, secret=secret),
                place(write.expr, write.location),
                write.via,
            )
            for write in effective.overridden
        ),
        tuple(others),
        tuple((one.what, one.location) for one in effective.outside),
        judge.verdict(key),
    )


def _runs(app: App, profile: Profile) -> Iterator[Origin]:
    """What the calls of ``app.run()`` make of debug mode, where the app is served by that."""
    for run in runs(app):
        if run.debug is not None and run.debug_expr is not None:
            text = shown(as_setting(profile.settle(run.debug)), KEYS["DEBUG"], secret=False)
            yield Origin(text, Location(run.location.path, run.debug_expr.span), "app.run", "on request")


def shown_default(known: ConfigKey | None) -> str:
    """What holds when nothing sets a key."""
    return shown(Known(known.default), known, secret=False) if known is not None else "not set"


def _origin(
    write: Write | None,
    candidate: Candidate,
    known: ConfigKey | None,
    secret: bool,
    when: Literal["always", "sometimes", "on request"],
) -> Origin:
    assert write is not None
    return Origin(shown(candidate.setting, known, secret=secret), place(write.expr, write.location), write.via, when)
