"""Which module an import means: dotted names from paths, as Python's own search would find them from the importing file.

A repository may hold several apps with a ``config.py`` each. So there is no one table of names: an absolute import is looked
for from the importing file outwards, folder by folder, and is never answered by a stray file of the same name elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from flasklint import ir
from flasklint.knowledge.types import LIBRARIES
from flasklint.project.scopes import LinkedModule

_SOURCE_FOLDERS = ("src", "lib", "python")
_TEST_FOLDERS = frozenset({"e2e", "test", "testing", "tests", "testsuite"})
_EXAMPLE_FOLDERS = frozenset(
    {"demo", "demos", "doc", "docs", "documentation", "example", "examples", "sample", "samples"}
)
_WHOLE = frozenset({"app", "application", "apps", "code", "project", "projects", "site"})
"""What a folder with an example in it is an example of, by its name."""
_SUFFIXES = (".py", ".pyw")


class Folder:
    """A folder that is imported as a package without an ``__init__.py``. ``name``: its dotted name; ``path``: without a slash."""

    __slots__ = ("name", "path")

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path


def kind_of(path: str) -> Literal["code", "test", "example"]:
    """What a file is for, by its place and name."""
    *folders, file = path.split("/")
    if (
        file.startswith("test_")
        or file.endswith(("_test.py", "_tests.py"))
        or file in ("conftest.py", "tests.py")
        or any(map(_holds_tests, folders))
    ):
        return "test"
    return "example" if any(map(_holds_examples, folders)) else "code"


def _holds_tests(folder: str) -> bool:
    """``tests``, ``python-tests``; a ``test_results`` may be what an app is about."""
    return folder in _TEST_FOLDERS or "tests" in folder.replace("-", "_").lower().split("_")


def _holds_examples(folder: str) -> bool:
    """``examples``, ``sample_app``"""
    if folder in _EXAMPLE_FOLDERS:
        return True
    first, *rest = folder.replace("-", "_").lower().split("_")
    return first in _EXAMPLE_FOLDERS and len(rest) == 1 and rest[0] in _WHOLE


class Modules:
    """The Python modules of a project, by path and by name. When all there is is tests and examples, they are what is meant,
    and none counts as such."""

    def __init__(self, facts: Iterable[ir.Module]) -> None:
        files = sorted(facts, key=lambda one: one.path)
        paths = {one.path for one in files}
        self._packages = {_folder(path) for path in paths if _stem(path) == "__init__"}
        self._folders = {parent for path in paths for parent in _parents(path)}
        names = self._names(paths)
        kinds = {path: kind_of(path) for path in paths}
        if all(kind != "code" for kind in kinds.values()):
            kinds = dict.fromkeys(paths, "code")
        self.by_path: Mapping[str, LinkedModule] = {
            one.path: LinkedModule(one, names[one.path], package=_stem(one.path) == "__init__", kind=kinds[one.path])
            for one in files
        }
        self.by_name: Mapping[str, LinkedModule] = {module.name: module for module in self.by_path.values()}
        self._folder_of = {(_folder(path), _stem(path)): module for path, module in self.by_path.items()}
        tops: dict[str, set[str]] = {}
        for package in self._packages:
            root = self.root_of(package)
            if package != root:
                tops.setdefault(package[len(root) :].strip("/").partition("/")[0], set()).add(root)
        self._only_root = {top: roots.pop() for top, roots in tops.items() if len(roots) == 1}
        self._named_folders: dict[str, Folder] = {}
        self._found: dict[tuple[str, str], LinkedModule | Folder | None] = {}

    def __iter__(self) -> Iterator[LinkedModule]:
        return iter(self.by_path.values())

    def root_of(self, folder: str) -> str:
        """The folder that holds the outermost package around a folder; the folder itself when it is no package."""
        while folder and folder in self._packages:
            folder = _folder(folder)
        return folder

    def _names(self, paths: set[str]) -> dict[str, str]:
        short: dict[str, str] = {}
        for path in paths:
            folder = _folder(path)
            root = self.root_of(folder)
            short[path] = _dotted(path[len(root) :].lstrip("/") if folder in self._packages else _without_source(path))
        taken: dict[str, list[str]] = {}
        for path in sorted(paths, key=lambda one: (_stem(one) != "__init__", one)):
            taken.setdefault(short[path] or "__init__", []).append(path)
        names: dict[str, str] = {}
        for name, owners in taken.items():
            if len(owners) == 1:
                names[owners[0]] = name
        used = set(names.values())
        for name, owners in taken.items():
            for path in owners if len(owners) > 1 else ():
                full = _dotted(path) or name
                while full in used:
                    full += "~"
                used.add(full)
                names[path] = full
        return names

    def folder_named(self, name: str) -> Folder | None:
        """A folder without ``__init__.py`` that some import went through, by the name that :meth:`absolute` gave it."""
        return self._named_folders.get(name)

    def inside(self, folder: str, parts: list[str]) -> LinkedModule | Folder | None:
        """What ``parts``, below a folder, lead to."""
        for at, part in enumerate(parts):
            inner = f"{folder}/{part}" if folder else part
            last = at == len(parts) - 1
            if last and inner in self._packages:
                return self._folder_of[inner, "__init__"]
            if last and (module := self._folder_of.get((folder, part))):
                return module
            if inner not in self._folders:
                return None
            folder = inner
        if folder in self._packages:
            return self._folder_of[folder, "__init__"]
        return self._as_folder(folder)

    def _as_folder(self, path: str) -> Folder:
        name = _dotted(_without_source(path + "/__init__.py")) or "."
        if name in self.by_name:
            name += "/"
        return self._named_folders.setdefault(name, Folder(name, path))

    def relative(self, importer: LinkedModule, dotted: str) -> LinkedModule | Folder | None:
        """The module that ``from ..m import`` names: ``dotted`` is ``..m``."""
        rest = dotted.lstrip(".")
        folder = _folder(importer.path)
        for _ in range(len(dotted) - len(rest) - 1):
            if not folder:
                return None
            folder = _folder(folder)
        return self.inside(folder, rest.split(".") if rest else [])

    def child(self, owner: LinkedModule | Folder, name: str) -> LinkedModule | Folder | None:
        """A submodule of a package."""
        if isinstance(owner, Folder):
            return self.inside(owner.path, [name])
        return self.inside(_folder(owner.path), [name]) if owner.package else None

    def find(self, dotted: str, importer: LinkedModule) -> LinkedModule | Folder | None:
        """The module or folder that ``import dotted`` (with dots in front when relative) gives in a file; ``None`` when the
        project has none."""
        key = (importer.path, dotted)
        if key in self._found:
            return self._found[key]
        found = self.relative(importer, dotted) if dotted.startswith(".") else self._absolute(dotted, importer)
        self._found[key] = found
        return found

    def _absolute(self, dotted: str, importer: LinkedModule) -> LinkedModule | Folder | None:
        parts = dotted.split(".")
        top = parts[0]
        own = _folder(importer.path)
        standard = top in sys.stdlib_module_names
        folder = root = self.root_of(own)
        namespace: Folder | None = None
        while True:
            for place in (folder, *(f"{folder}/{name}" if folder else name for name in _SOURCE_FOLDERS)):
                if self._regular(place, top):
                    found = self.inside(place, parts)
                    if found is not importer or importer.package or len(parts) > 1:
                        return found
                elif not standard and top not in LIBRARIES and namespace is None:
                    found = self.inside(place, parts)
                    if isinstance(found, LinkedModule):
                        return found
                    namespace = found
            if not folder or standard:
                break
            folder = _folder(folder)
        if namespace is not None:
            return namespace
        if standard or top in LIBRARIES:
            return None
        inner = own
        while (
            inner != root
        ):  # a package's file run as a script, Python 2's imports; a package that is itself on the path
            if self._regular(inner, top):
                found = self.inside(inner, parts)
                if found is not importer and (inner == own or found is not None):
                    return found
            inner = _folder(inner)
        if top in self._only_root:
            return self.inside(self._only_root[top], parts)
        outer = own
        while outer:  # a package that was moved into another one, and still speaks of itself as before
            outer, _, last = outer.rpartition("/")
            if last == top and self._regular(outer, top):
                return self.inside(outer, parts)
        return importer if len(parts) == 1 and _stem(importer.path) == top else None

    def _regular(self, folder: str, top: str) -> bool:
        return (folder, top) in self._folder_of or (f"{folder}/{top}" if folder else top) in self._packages


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _parents(path: str) -> Iterator[str]:
    while path := _folder(path):
        yield path


def _dotted(path: str) -> str:
    folder, stem = _folder(path), _stem(path)
    parts = (
        [*folder.split("/"), *([] if stem == "__init__" else [stem])]
        if folder
        else []
        if stem == "__init__"
        else [stem]
    )
    return ".".join(parts)


def _without_source(path: str) -> str:
    first, _, rest = path.partition("/")
    return rest if rest and first in _SOURCE_FOLDERS else path
