"""Cases about whole apps: source texts, and lines that the description of the app model must (or must not) hold.

A case file holds cases like this one::

    ## a factory that chooses a class by name
    # shop/config.py
    class ProductionConfig: ...
    # shop/__init__.py
    def create_app(name): ...
    => profiles production=ProductionConfig
    => production DEBUG = False
    =/ production TESTING = True

A line after ``=>`` must be in the description, one after ``=/`` must not; ``*`` at the end stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from flasklint import ir
from flasklint.configfiles import extract as extract_settings
from flasklint.deploy import extract as extract_deployment
from flasklint.project.apps import App
from flasklint.project.limits import limit_of
from flasklint.project.profiles import Truth
from flasklint.project.project import Project
from flasklint.project.values import FromEnv, Known, OneOf, Setting, Unknown, Unset
from flasklint.python import extract


@dataclass(frozen=True)
class AppCase:
    """One case: its files, and what is expected of the description."""

    title: str
    files: dict[str, str]
    expected: tuple[tuple[bool, str], ...]

    def __str__(self) -> str:
        return self.title


def app_cases(folder: Path) -> list[AppCase]:
    """Every case of every file of a folder."""
    return [case for path in sorted(folder.glob("*.txt")) for case in _read(path)]


def _read(path: Path) -> Iterator[AppCase]:
    for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        files: dict[str, list[str]] = {}
        expected: list[tuple[bool, str]] = []
        name = "app.py"
        for line in rest.splitlines():
            if found := re.fullmatch(r"# (\S+\.(?:py|cfg|json|toml|yml)|Dockerfile|Procfile)", line):
                name = found[1]
                files[name] = []
            elif line.startswith(("=> ", "=/ ")):
                expected.append((line.startswith("=>"), line[3:].strip()))
            else:
                files.setdefault(name, []).append(line)
        yield AppCase(
            f"{path.stem}: {title}",
            {name: "\n".join(lines) + "\n" for name, lines in files.items() if any(lines) or len(files) > 1},
            tuple(expected),
        )


def project_of(files: dict[str, str]) -> Project:
    """A project from source texts by path."""
    facts: list[ir.Facts] = []
    for path, text in files.items():
        read: ir.Facts
        if path.endswith((".json", ".toml")):
            read = extract_settings(path, text.encode())
        elif path.endswith((".yml", "Dockerfile", "Procfile")):
            read = extract_deployment(path, text.encode())
        else:
            read = extract(path, text.encode())
        assert not isinstance(read, ir.Unread), read
        facts.append(read)
    return Project(facts)


def unmet(case: AppCase) -> list[str]:
    """The expectations that do not hold, with the whole description after them."""
    lines = list(description(project_of(case.files)))
    missed = []
    for wanted, text in case.expected:
        there = any(fnmatchcase(line, text.replace("[", "[[]")) for line in lines)
        if there is not wanted:
            missed.append(("missing: " if wanted else "should not be there: ") + text)
    return [*missed, "--", *lines] if missed else []


def description(project: Project) -> Iterator[str]:
    """Everything about a project's apps, a line each."""
    apps = project.apps
    yield f"apps {len(apps)}"
    for app in apps:
        prefix = f"{app.name} " if len(apps) > 1 else ""
        for line in _app(app):
            yield prefix + line


def _app(app: App) -> Iterator[str]:
    yield f"app {app.name} {app.kind}"
    labels = [
        f"{profile.kind}={profile.label.rpartition('.')[2] or '-'}{'!' if profile.default else ''}"
        for profile in app.profiles
    ]
    yield "profiles " + " ".join(labels)
    for profile in app.profiles:
        for source in profile.outside:
            yield f"{profile.kind} outside {source.what}"
        for key, found in sorted(profile.entries.items()):
            yield f"{profile.kind} {key} = {' | '.join(_setting(one.setting) for one in found.possible)}"
            if found.overridden:
                yield f"{profile.kind} {key} overrides {len(found.overridden)}"
            if found.outside:
                yield f"{profile.kind} {key} may be overridden by {found.outside[-1].what}"
            for optional in found.optional:
                yield f"{profile.kind} {key} optional {_setting(optional.setting)}"
    for use in app.extensions:
        yield f"extension {use.name} {use.status(app.production[0])}" + (" proxy" if use.proxy else "")
    for hook in app.hooks:
        yield f"hook {hook.kind} {hook.function.node.name}" + (
            "" if app.production[0].holds(hook.conditions) > Truth.MAYBE else " ?"
        )
    for mount in app.mounts:
        yield f"blueprint {mount.name or mount.blueprint.names[0]} at {mount.prefix or '/'}"
    yield f"routes {len(app.routes)}"
    for route in app.routes:
        guard = app.guard(route)
        view = route.view.name if route.view else "?"
        yield f"route {','.join(sorted(route.methods))} {route.rule} {route.endpoint} {view}"
        yield f"guard {route.rule} {guard.proof + ' ' + guard.name if guard else '-'}"
        functions = route.view.functions if route.view else ()
        for limit in {limit_of(app, route, function) for function in functions} - {""}:
            yield f"limit {route.rule} {limit}"
        protection = app.protection(route, app.production[0])
        yield f"csrf {route.rule} {'ok' if protection.protected else 'NO'}: {protection.reason}"
    for event in app.runs:
        yield f"run {'main' if event.main else 'anywhere'} {event.scope or '-'}"
    yield f"identity {app.identity.name if app.identity else '-'}"
    yield f"session {app.uses_session[0] if app.uses_session else '-'}"


def _setting(setting: Setting) -> str:
    match setting:
        case Known(value):
            return repr(value)
        case FromEnv(name, Unset()):
            return f"env {name}"
        case FromEnv(name, default):
            return f"env {name} else {_setting(default)}"
        case Unknown():
            return "?"
        case Unset():
            return "unset"
        case OneOf(options):
            return " or ".join(map(_setting, options))
