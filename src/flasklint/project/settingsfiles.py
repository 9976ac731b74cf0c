"""Which file of the tree ``app.config.from_pyfile(...)`` and its like read, and what that makes of the call's argument.

Files in Python, JSON and TOML are all modules here: their keys are assignments. Paths are looked for where Flask looks, in the
app's folder or in its instance folder, and in the folders around: which one is the root depends on how the app is started.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from flasklint.project.machine import Machine
from flasklint.project.objects import AppObject, Branch, Env, Frame, Lookup, Map, Mod, Test, Value, branch
from flasklint.project.operations import ends
from flasklint.project.values import Known, Unknown

_MOST = 20
_NOT_SEEN = Unknown("a file that is not in the tree")


def settings_file(machine: Machine, app: AppObject, path: Value | None, frame: Frame) -> Value | None:
    """A path with each file of the tree in the place of its name; ``None`` when it leads to none."""
    match path:
        case Known(str() as text):
            return _module(machine, _only(machine, text, app, frame))
        case Env(name, default, parse):
            found = settings_file(machine, app, default, frame)
            return Env(name, found, parse) if found is not None else None
        case Branch(test, then, otherwise):
            sides = [settings_file(machine, app, side, frame) for side in (then, otherwise)]
            if sides == [None, None]:
                return None
            return branch(test, sides[0] or _NOT_SEEN, sides[1] or _NOT_SEEN)
        case Lookup(mapping, key, default):
            items = [(label, settings_file(machine, app, item, frame), place) for label, item, place in mapping.items]
            if not any(found is not None for _, found, _ in items):
                return None
            held = Map([(label, found or _NOT_SEEN, place) for label, found, place in items], mapping.partial)
            return Lookup(held, key, settings_file(machine, app, default, frame))
        case Test():
            return _computed(machine, app, path, frame)
    return None


def _computed(machine: Machine, app: AppObject, path: Test, frame: Frame) -> Value | None:
    """The file, or the choice of files, that a path with gaps may name."""
    head, tail = ends(path)
    if not head.strip("/") and "/" in tail[:-1]:
        # Only what the path is relative to is not known.
        return _module(machine, _only(machine, tail.lstrip("/"), app, frame))
    if not head.strip("./") and not tail.strip("./"):
        return None
    found: dict[str, str] = {}
    for base in _bases(app, frame, posixpath.basename(head)):
        start = posixpath.normpath(posixpath.join(base, head or "x")) if head else base
        start = start if head and not head.endswith("/") else f"{start}/".lstrip("/")
        for name in machine.modules:
            if name.startswith(start) and name.endswith(tail) and len(name) > len(start) + len(tail):
                middle = name[len(start) : len(name) - len(tail)]
                if "/" not in middle:
                    found.setdefault(head + middle + tail, name)
        if found:
            break
    if not found or len(found) > _MOST:
        return None
    return Lookup(
        Map([(Known(label), _module(machine, name) or _NOT_SEEN, None) for label, name in found.items()]), path, None
    )


def _only(machine: Machine, path: str, app: AppObject, frame: Frame) -> str:
    """The project's name for a file; empty when it is none of the project's."""
    for base in _bases(app, frame, path):
        name = posixpath.normpath(posixpath.join(base, path))
        if name in machine.modules:
            return name
    return ""


def _bases(app: AppObject, frame: Frame, path: str) -> Iterator[str]:
    """The folders that a path may be relative to, likeliest first."""
    given = app.arguments.get(None, "instance_relative_config") if app.arguments is not None else None
    instance = isinstance(given, Known) and given.value is True and "/" not in path
    seen: set[str] = set()
    for module in (app.module, frame.module):
        folder = module.path if module is not None else ""
        while folder:
            folder = folder.rpartition("/")[0]
            if folder not in seen:
                seen.add(folder)
                yield from (
                    (f"{folder}/instance".lstrip("/"),) if instance else (folder, f"{folder}/instance".lstrip("/"))
                )


def _module(machine: Machine, path: str) -> Mod | None:
    module = machine.modules.get(path)
    return (machine.import_module(module.name) or Mod(module)) if module is not None else None
