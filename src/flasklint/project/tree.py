"""The Python files of a project as its own code lists them: what ``os.walk``, ``pkgutil`` and ``pathlib`` give in the app walk.

Paths are texts, relative to the project's root; ``pathlib`` ones, too. Only what ends in ``.py`` is there, tests are not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cached_property

from flasklint.project.objects import Arguments, Seq, Value
from flasklint.project.operations import python
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown

REFLECTED = "reflected"
"""The kind of a :class:`Seq` that the code made by looking at itself."""
MODULE_INFO = "module-info"
"""The kind of one that ``pkgutil`` gives for each module."""

_LISTING = frozenset({"os.listdir", "os.scandir"})
_GLOBBING = frozenset({"glob.glob", "glob.iglob"})
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_SAME = frozenset({"absolute", "as_posix", "resolve", "expanduser", "rstrip"})
_MODULES = frozenset({"pkgutil.iter_modules", "pkgutil.walk_packages"})
_MOST = 400


class Tree:
    """The files, by folder."""

    def __init__(self, modules: Mapping[str, LinkedModule]) -> None:
        self._modules = modules
        self.search: list[str] = []

    @cached_property
    def _folders(self) -> dict[str, tuple[list[str], list[str]]]:
        """The names of folders and of files in each folder."""
        found: dict[str, tuple[list[str], list[str]]] = {"": ([], [])}
        for path, module in self._modules.items():
            if module.is_test:
                continue
            folder, _, name = path.rpartition("/")
            while folder not in found:
                found[folder] = ([], [])
                outer, _, inner = folder.rpartition("/")
                if outer in found:
                    found[outer][0].append(inner)
                    break
                found.setdefault(folder, ([], []))
                folder = outer
            found[path.rpartition("/")[0]][1].append(name)
        for folder in list(found):
            while folder:
                outer, _, inner = folder.rpartition("/")
                held = found.setdefault(outer, ([], []))[0]
                if inner not in held:
                    held.append(inner)
                folder = outer
        return {folder: (sorted(inner), sorted(files)) for folder, (inner, files) in sorted(found.items())}

    def call(self, name: str, args: Arguments) -> Value | None:
        """What a function gives that looks at the file system; ``None`` for one that does not, or where the place is unknown."""
        if name in _PATHS:
            parts = [python(value) for value, _ in args.positional]
            if parts and all(ok and isinstance(part, str) for ok, part in parts):
                return Known(posixpath.join(*(part for _, part in parts)))
            return None
        if name in _MODULES:
            return self._named_modules(args.get(0, "path"), args.get(1, "prefix"), deep=name.endswith("walk_packages"))
        if name in ("sys.path.insert", "sys.path.append"):
            folder = _folder(args.get(1 if name.endswith("insert") else 0))
            if folder is not None and folder not in self.search:
                self.search.insert(0 if name.endswith("insert") else len(self.search), folder)
            return Known(None)
        if name == "os.path.splitext":
            ok, text = python(args.positional[0][0]) if args.positional else (False, None)
            if not ok or not isinstance(text, str):
                return None
            return Seq([Known(part) for part in posixpath.splitext(text)], "tuple")
        if name in _LISTING or name in _GLOBBING or name in ("os.walk", "os.path.isdir"):
            ok, text = python(args.positional[0][0]) if args.positional else (False, None)
            if not ok or not isinstance(text, str):
                return None
            if name in _GLOBBING:
                return _seq(self._matching(posixpath.normpath(text)))
            folder = _folder(Known(text)) or ""
            if folder not in self._folders:
                return None
            if name == "os.path.isdir":
                return Known(True)
            return self._walk(folder) if name == "os.walk" else _seq(self._entries(folder))
        return None

    def method(self, path: str, name: str, arguments: list[Value]) -> Value | None:
        """What a method of a path gives; ``None`` for what is none."""
        given = [python(value)[1] for value in arguments]
        folder = _folder(Known(path)) or ""
        match name, given:
            case ("iterdir", []) if folder in self._folders:
                return _seq([posixpath.join(folder, entry) for entry in self._entries(folder)])
            case ("glob", [str(pattern)]) if folder in self._folders:
                return _seq(self._matching(posixpath.normpath(posixpath.join(folder, pattern))))
            case ("rglob", [str(pattern)]) if folder in self._folders:
                below = [one for one in self._modules if one.startswith(f"{folder}/" if folder else "")]
                return _seq([one for one in below if fnmatchcase(one.rpartition("/")[2], pattern)])
            case ("joinpath", [*parts]) if parts and all(isinstance(part, str) for part in parts):
                return Known(posixpath.join(path, *parts))
            case ("relative_to", [str(base)]):
                return Known(posixpath.relpath(path or ".", base or "."))
            case ("with_suffix", [str(suffix)]):
                return Known(posixpath.splitext(path)[0] + suffix)
            case ("is_dir", []):
                return Known(True) if folder in self._folders else None
            case ("is_file" | "exists", []):
                return Known(True) if folder in self._modules or folder in self._folders else None
            case (_, []) if name in _SAME - {"rstrip"}:
                return Known(path)
        return None

    def _entries(self, folder: str) -> list[str]:
        inner, files = self._folders[folder]
        return sorted((*inner, *files))

    def _walk(self, folder: str) -> Value:
        rows: list[Value] = []
        for name, (inner, files) in self._folders.items():
            if name == folder or name.startswith(f"{folder}/" if folder else ""):
                rows.append(Seq([Known(name), _seq(inner), _seq(files)], "tuple"))
        return Seq(rows[:_MOST], REFLECTED)

    def _matching(self, pattern: str) -> list[str]:
        parts = pattern.split("/")
        found = []
        for path, module in self._modules.items():
            if module.is_test:
                continue
            own = path.split("/")
            if "**" in parts:
                at = parts.index("**")
                fits = own[:at] == parts[:at] and fnmatchcase(own[-1], parts[-1])
            else:
                fits = len(own) == len(parts) and all(map(fnmatchcase, own, parts))
            if fits:
                found.append(path)
        return found

    def _named_modules(self, given: Value | None, prefix: Value | None, *, deep: bool) -> Value | None:
        places = given.items if isinstance(given, Seq) else [given]
        folders = [_folder(place) for place in places]
        start = python(prefix)[1] if prefix is not None else ""
        if not isinstance(start, str) or any(folder is None or folder not in self._folders for folder in folders):
            return None
        rows: list[Value] = []
        for folder in folders:
            assert folder is not None
            self._rows(folder, start, rows, deep=deep)
        return Seq(rows[:_MOST], REFLECTED)

    def modules_below(self, package: LinkedModule, *, deep: bool, packages: bool) -> Value:
        """The dotted names of the modules in a package, as ``werkzeug.utils.find_modules`` gives them."""
        rows: list[Value] = []
        self._rows(package.path.rpartition("/")[0], f"{package.name}.", rows, deep=deep)
        names = [row.items[1] for row in rows if isinstance(row, Seq) and (packages or row.items[2] == Known(False))]
        return Seq(names, REFLECTED)

    def _rows(self, folder: str, prefix: str, rows: list[Value], *, deep: bool) -> None:
        inner, files = self._folders[folder]
        for name in sorted((*inner, *files)):
            stem = name.removesuffix(".py")
            package = name in inner
            path = posixpath.join(folder, name)
            if stem == "__init__" or (package and f"{path}/__init__.py" not in self._modules):
                continue
            finder = Unknown("what finds a module")
            rows.append(Seq([finder, Known(prefix + stem), Known(package)], MODULE_INFO))
            if package and deep:
                self._rows(path, f"{prefix}{stem}.", rows, deep=True)


def part_of_path(path: str, name: str) -> Value | None:
    """``path.parent``, ``path.stem`` and the like."""
    match name:
        case "parent":
            return Known(posixpath.dirname(path))
        case "stem":
            return Known(posixpath.splitext(posixpath.basename(path))[0])
        case "name":
            return Known(posixpath.basename(path))
        case "path":
            return Known(path)
        case "suffix":
            return Known(posixpath.splitext(path)[1])
        case "parts":
            return Seq([Known(part) for part in path.split("/")], "tuple")
    return None


def _folder(value: Value | None) -> str | None:
    known, text = python(value) if value is not None else (False, None)
    if not known or not isinstance(text, str):
        return None
    folder = posixpath.normpath(text or ".")
    return "" if folder == "." else folder


def _seq(texts: list[str]) -> Seq:
    return Seq([Known(text) for text in texts[:_MOST]], REFLECTED)
