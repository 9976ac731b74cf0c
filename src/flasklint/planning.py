"""What is asked for, and what is going to be done about it, before anything is analysed.

This imports neither the rules nor what they stand on, until there is something to analyse: orders that come to nothing, or that
cannot be carried out, are answered without.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flasklint.discovery import Choice, Discovery, discover, find_root, shown
from flasklint.findings import LIMIT, UNREADABLE, Severity
from flasklint.replay import Trail
from flasklint.rules.registry import Registry, UnknownRuleError, load
from flasklint.settings import Loaded, Settings, SettingsError, find, override
from flasklint.settings import load as load_settings

if TYPE_CHECKING:  # for the annotations alone: see above
    from flasklint.rules.base import Rule


class NothingToAnalyseError(Exception):
    """The paths hold neither Python nor templates."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the caller asks for, before anything is looked at.

    ``values``: settings by field that come before the file's. ``config``: a settings file to take instead of the project's.
    ``isolated``: take none. ``overlay``: bytes to take in place of what a file holds, by its path.
    """

    paths: tuple[str, ...] = (".",)
    values: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    isolated: bool = False
    overlay: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to analyse: the settings in force, those of the caller's among them by field, and the files found.
    ``trail``: all looked at."""

    loaded: Loaded
    values: Mapping[str, Any]
    discovery: Discovery
    trail: Trail


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to be done: the settings in force, the rules chosen and the files found. ``trail``: all looked at."""

    loaded: Loaded
    rules: tuple[Rule, ...]
    judging: Judging
    discovery: Discovery
    trail: Trail

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.loaded.settings


@dataclass(frozen=True, slots=True)
class Judging:
    """The settings about verdicts, with every rule resolved to its code."""

    severity: Mapping[str, Severity]
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...]


def settle(orders: Orders, trail: Trail) -> tuple[Loaded, str, bool]:
    """The settings in force, the project's root, and whether something marks the root.

    Raises :class:`PathError` and :class:`SettingsError`.
    """
    paths = [path for path in orders.paths if path not in orders.overlay]
    beside = [_folder_around(path) for path in orders.overlay]
    root, marked = find_root([*paths, *beside], trail)
    if orders.config:
        try:
            loaded = load_settings(orders.config, trail.read(orders.config))
        except OSError as error:
            raise SettingsError((error.strerror or str(error)).lower(), shown(orders.config)) from None
    else:
        loaded = Loaded() if orders.isolated else find(root, lambda path: _bytes(path, trail))
    return override(loaded, orders.values), root, marked


def survey(orders: Orders) -> Survey:
    """What there is to analyse. Raises :class:`PathError`, :class:`SettingsError` or :class:`NothingToAnalyseError`."""
    trail = Trail()
    loaded, root, marked = settle(orders, trail)
    settings = loaded.settings
    choice = Choice(
        settings.exclude,
        settings.extend_exclude,
        settings.respect_gitignore,
        settings.force_exclude,
        settings.max_file_size,
        settings.template_folders,
    )
    overlay = {os.path.realpath(path): data for path, data in orders.overlay.items()}
    discovery = discover(orders.paths, root, choice, trail, whole=marked, overlay=overlay)
    # A hook that names only files which are none of ours, or excluded, is right to end well; a folder without any is a mistake.
    if discovery.named is None and not (discovery.files or discovery.unread or discovery.oversized):
        raise NothingToAnalyseError(f"no Python files and no templates in {', '.join(map(shown, orders.paths))}")
    return Survey(loaded, orders.values, discovery, trail)


def chosen(found: Survey, registry: Registry | None = None) -> Plan:
    """What to do about it: the rules that the settings choose. Raises :class:`SettingsError` if there are none such."""
    rules, judging = _rules(found.loaded, found.values, load() if registry is None else registry)
    return Plan(found.loaded, rules, judging, found.discovery, found.trail)


def plan(orders: Orders, registry: Registry | None = None) -> Plan:
    """What to do about orders: :func:`survey`, then :func:`chosen`."""
    return chosen(survey(orders), registry)


def _folder_around(path: str) -> str:
    """The nearest folder around a path that need not be there."""
    folder = os.path.dirname(os.path.abspath(path))
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _bytes(path: str, trail: Trail) -> bytes | None:
    if not trail.state(path).startswith("file"):
        return None
    try:
        return trail.read(path)
    except OSError as error:
        raise SettingsError((error.strerror or str(error)).lower(), shown(path)) from None


def _rules(loaded: Loaded, values: Mapping[str, Any], registry: Registry) -> tuple[tuple[Rule, ...], Judging]:
    """The rules that the settings choose, each with its options. Raises :class:`SettingsError` with the place."""
    settings = loaded.settings

    def codes(selector: str, *keys: str) -> frozenset[str]:
        try:
            return frozenset(rule.code for rule in registry.find(selector))
        except UnknownRuleError as error:
            if keys[0].replace("-", "_") in values:
                raise SettingsError(f"--{keys[0]}: {error}") from None
            raise loaded.source.error(str(error), *keys) from None

    for name in ("select", "ignore", "extend_select"):
        for selector in getattr(settings, name):
            codes(selector, name.replace("_", "-"))
    severity = {
        code: level for selector, level in settings.severity.items() for code in codes(selector, "severity", selector)
    }
    per_file = tuple(
        (pattern, frozenset().union(*(codes(selector, "per-file-ignores", pattern) for selector in selectors)))
        for pattern, selectors in settings.per_file_ignores.items()
    )
    options: dict[str, Mapping[str, Any]] = {}
    for selector, given in settings.rules.items():
        named = codes(selector, "rules", selector)
        if len(named) != 1:
            raise loaded.source.error(f'"{selector}" is not one rule but {len(named)}', "rules", selector)
        options[next(iter(named))] = given
    for rule in registry:
        if rule.code in options:
            try:
                rule(options[rule.code])
            except ValueError as error:
                raise loaded.source.error(str(error), "rules", rule.code) from None
    # What was not analysed is told whatever is selected, or no findings would look like no weaknesses. Only `ignore` with
    # the very code leaves it out.
    always = tuple(rule.code for rule in registry if rule.code in (UNREADABLE, LIMIT))
    chosen = registry.select(settings.select, settings.ignore, (*settings.extend_select, *always))
    rules = tuple(rule(options.get(rule.code, {})) for rule in chosen)
    return rules, Judging(severity, per_file)
