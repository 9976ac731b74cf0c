"""Paths become the files to analyse. The only module that walks folders.

What is taken
    Python: ``.py``, ``.pyw`` and ``.wsgi``, unless the first line gives them to a shell.
    Templates: everything textual in a template folder (one that is named ``templates`` or in the settings, or that a Python
    file names as ``template_folder=`` or to a ``FileSystemLoader``); ``.j2 .jinja .jinja2`` wherever they stand; and
    ``.html .htm .xml .xhtml .svg`` elsewhere if Jinja statements (``{%``) are in them: pages that a web server hands out
    as they are, and those of other template languages, are none of ours. Nothing below a ``static`` folder, for the same
    reason, nor below Sphinx's ``_templates``, and none of the pages of a site of Jekyll's.
    Settings: the JSON, TOML and Python files (``.cfg`` and the like) in the project that a Python file gives to
    ``config.from_file``, ``from_json`` or ``from_pyfile``.
    How it is run: ``.env`` and ``.flaskenv`` files, Dockerfiles, compose files, Procfiles, shell scripts that start something,
    and requirements, where there is Python beside them.
    A file that the caller names is taken wherever it stands and whatever excludes it.

What is not, and says so
    Links: what they lead to is read under its own name if it lies in the project, and is not ours if it does not. Files
    over the size limit. What cannot be read. Folders whose names are placeholders (``{{ cookiecutter.slug }}``).
"""

from __future__ import annotations

import fnmatch
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from flasklint.mentions import TEMPLATE_FOLDER, Mention, holds_sections, section_files, settings_files
from flasklint.replay import TooLargeError, Trail
from flasklint.source import SourceFile

PYTHON_SUFFIXES = (".py", ".pyw", ".wsgi")
TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2")
SETTINGS_SUFFIXES = (
    ".json",
    ".toml",
    ".cfg",
    ".conf",
    ".config",
    ".ini",
    ".settings",
    ".example",
    ".sample",
    ".dist",
    ".defaults",
)
MARKUP_SUFFIXES = (".html", ".htm", ".xml", ".xhtml", ".svg")
ROOT_MARKERS = ("flasklint.toml", "pyproject.toml", ".git")
NO_TEMPLATES_BELOW = frozenset({"static", "_static", "_templates", "_themes", "node_modules", "bower_components"})


_SITE_FOLDERS = frozenset({"_includes", "_layouts"})
_INTERPRETERS = re.compile(rb"#!\s*/\S*(?:\s+-S)?(?:\s+|/)(?:ba|da|z|k)?(?:sh|perl|ruby|node|php)\b")
"""First lines of programs in other languages."""
_DEPLOYMENT = re.compile(
    r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|\.flaskenv|(?:[\w.-]+\.)?[Dd]ockerfile(?:\.[\w.-]+)?|Procfile(?:\.[\w-]+)?"
    r"|(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml|(?:docker[-_])?(?:entrypoint|start|startup|run|boot|serve)(?:[-_.]\w+)*\.sh"
    r"|requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt)$"
)
_SAMPLES = re.compile(r"[._-](?:example|sample|template|dist|tmpl|tpl|defaults?|j2|jinja2?|bak|md)(?:$|[._-])")


def is_deployment(name: str) -> bool:
    """Whether a file says, by its name, how an app is run. What stands for a file that is not there does not."""
    return _DEPLOYMENT.search(name) is not None and _SAMPLES.search(name.rpartition("/")[2]) is None


class PathError(Exception):
    """A path of the caller's that cannot be analysed, in words for the caller."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to take, as the settings of the same names say."""

    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    respect_gitignore: bool
    force_exclude: bool
    max_file_size: int
    template_folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, each sorted by path.

    ``repository``: the folder around the root that has a ``.git``, else the root. ``named``: the paths whose findings are
    wanted, when the rest was only read for its context. ``skipped``: left out on purpose, with the reason. ``unread``:
    could not be read, with the reason. ``oversized``: over the size limit, with its size in bytes. ``excluded``: the paths
    that the caller named and the settings exclude.
    """

    root: str
    repository: str
    files: tuple[SourceFile, ...]
    named: frozenset[str] | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    oversized: Mapping[str, int] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()


def find_root(paths: Sequence[str], trail: Trail) -> tuple[str, bool]:
    """The project's root: the nearest folder, upward from what all the paths share, that holds a ``flasklint.toml``, a
    ``pyproject.toml`` or a ``.git``; and whether there is one. If not, the shared folder itself.

    Raises :class:`PathError` for a path that is not there.
    """
    for path in paths:
        if trail.state(path) == "absent":
            detail = "is a link that leads nowhere" if os.path.islink(path) else "does not exist"
            raise PathError(f"{shown(path)} {detail}")
    real = [os.path.realpath(path) for path in paths]
    try:
        shared = os.path.commonpath(real)
    except ValueError:
        raise PathError("the paths lie on different drives") from None
    start = shared if trail.state(shared) == "folder" else os.path.dirname(shared)
    for folder in _upward(start):
        if any(trail.state(os.path.join(folder, marker)) != "absent" for marker in ROOT_MARKERS):
            return folder, True
    return start, False


def discover(
    paths: Sequence[str],
    root: str,
    choice: Choice,
    trail: Trail,
    *,
    whole: bool,
    overlay: Mapping[str, bytes] | None = None,
) -> Discovery:
    """Every file to analyse below ``paths``, which lie in ``root``.

    When ``paths`` are files alone and ``whole`` is set, the whole project is read for its context, and they are ``named``.
    ``overlay``: bytes to take in place of what files (by real path) hold.
    """
    walk = _Walk(root, choice, trail, overlay or {})
    real = [os.path.realpath(path) for path in paths]
    files = [path for path in real if trail.state(path) != "folder"]
    only_files = len(files) == len(real)
    named = {name for path in files if (name := walk.take_named(path))}
    for folder in [root] if only_files and whole else [path for path in real if path not in set(files)]:
        walk.take_folder(folder)
    return walk.result(frozenset(named) if only_files else None)


def shown(path: str) -> str:
    """A path as text that any encoding of Unicode can carry: undecodable bytes become ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class Patterns:
    """Patterns of a ``.gitignore``, asked for paths relative to its folder.

    Those that are plain names cost nothing, and speak of what has the name, not of what is below it: a walk has no need to ask.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        kept = [line for line in lines if line.strip() and not line.startswith("#")]
        plain = [line.strip().rstrip("/") for line in kept]
        simple = not any(set(word) & set("*?[]!\\/#") for word in plain)
        self._names = frozenset(plain) if simple else frozenset()
        self._lines = () if simple else tuple(kept)

    @cached_property
    def _asked(self) -> Callable[[str], bool | None]:
        from pathspec import GitIgnoreSpec  # 40 ms that only a tree with patterns needs

        lines = []
        for line in self._lines:
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue  # git leaves out what it cannot read as a pattern, too
            lines.append(line)
        spec = GitIgnoreSpec.from_lines(lines)
        return lambda path: spec.check_file(path).include

    def verdict(self, path: str) -> bool | None:
        """Whether the last pattern that speaks about a path (a folder's ends with ``/``) excludes it, if any speaks."""
        if self._names:
            return True if path.rstrip("/").rpartition("/")[2] in self._names else None
        return self._asked(path) if self._lines and path else None

    def excludes(self, path: str) -> bool:
        """Whether a file, or a folder that it lies in, is excluded."""
        ends = [at + 1 for at, char in enumerate(path) if char == "/"]
        return any(self.verdict(path[:end]) for end in ends) or bool(self.verdict(path))

    def covers_all_of(self, folder: str) -> bool:
        """Whether everything in a folder (with ``/`` at its end) is excluded because the folder is."""
        return not self._names and bool(self.verdict(folder))


@dataclass(frozen=True, slots=True)
class _Ignore:
    """A ``.gitignore`` in force, asked for paths below the root: ``cut`` so much off them, or put ``prefix`` before them,
    and they are relative to its own folder."""

    patterns: Patterns
    cut: int
    prefix: str

    def verdict(self, name: str) -> bool | None:
        """What it says about a path, if anything."""
        return self.patterns.verdict(self.prefix + name[self.cut :])

    def covers_all_of(self, folder: str) -> bool:
        """Whether it excludes a folder, and so all that is in it."""
        return self.patterns.covers_all_of(self.prefix + folder[self.cut :])


class _Walk:
    """One discovery under way. Absolute real paths inside, relative posix paths in what it gives."""

    def __init__(self, root: str, choice: Choice, trail: Trail, overlay: Mapping[str, bytes]) -> None:
        self._root = root
        self._choice = choice
        self._trail = trail
        self._overlay = overlay
        self._all_excludes = (Patterns(choice.exclude), Patterns(choice.extend_exclude))
        self._exclude: tuple[Patterns, ...] = self._all_excludes
        self._template_folders = Patterns(choice.template_folders)
        self._files: dict[str, SourceFile] = {}
        self._maybe: dict[str, bytes] = {}
        self._settings: dict[str, tuple[str, tuple[_Ignore, ...]]] = {}
        self._deployments: dict[str, str] = {}
        self._skipped: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._oversized: dict[str, int] = {}
        self._excluded: list[str] = []
        self._sites: list[str] = []
        self._repository = next((folder for folder in _upward(root) if self._has_git(folder)), root)

    def _has_git(self, folder: str) -> bool:
        return self._trail.state(os.path.join(folder, ".git")) != "absent"

    # Asked by discover -----------------------------------------------------------------------------------------------

    def take_named(self, path: str) -> str | None:
        """Take a file that the caller names; gives its path in the project unless it is left out."""
        name = self._relative(path)
        if self._choice.force_exclude and any(patterns.excludes(name) for patterns in self._all_excludes):
            self._excluded.append(name)
            return None
        if path not in self._overlay and not self._trail.state(path).startswith("file"):
            self._unread[name] = "it is no regular file"
            return name
        kind = "maybe" if name.endswith(MARKUP_SUFFIXES) else self._kind_by_name(name)
        data = self._read(path, name)
        if data is None:
            return name
        if kind is None and is_deployment(name):
            self._files[name] = SourceFile(name, "deployment", data)
            return name
        if kind is None:
            first = data.partition(b"\n")[0]
            if not (first.startswith(b"#!") and b"python" in first):
                self._skipped[name] = "neither Python nor a template"
                return None
            kind = "python"
        elif kind == "maybe":
            kind = "template"
        self._files[name] = SourceFile(name, kind, data)
        return name

    def take_folder(self, start: str) -> None:
        """Take all that a folder holds, whatever excludes the folder itself."""
        name = self._relative(start) + "/" if start != self._root else ""
        self._exclude = tuple(patterns for patterns in self._all_excludes if not patterns.covers_all_of(name))
        stack: list[tuple[str, tuple[_Ignore, ...]]] = [(start, self._ignores_above(start))]
        while stack:
            folder, ignores = stack.pop()
            name = self._relative(folder)
            try:
                entries = self._trail.entries(folder)
            except OSError as error:
                self._unread[name or "."] = _why(error)
                continue
            kinds = dict(entries)
            if folder != start and kinds.get("pyvenv.cfg") == "f":
                continue
            if kinds.get("_config.yml") == "f":
                self._sites.append(f"{name}/" if name else "")
            if (
                self._choice.respect_gitignore
                and kinds.get(".gitignore") == "f"
                and (ignore := self._ignore_file(folder))
            ):
                ignores = (*ignores, ignore)
            for entry, kind in entries:
                path = os.path.join(folder, entry)
                relative = shown(f"{name}/{entry}" if name else entry).replace(os.sep, "/")
                if kind == "d":
                    if self._excludes(relative + "/", ignores):
                        continue
                    if "{{" in entry or "{%" in entry:
                        self._skipped[relative] = "a scaffold: its name is a placeholder"
                        continue
                    stack.append((path, ignores))
                elif kind == "l":
                    self._take_link(path, relative, ignores)
                elif self._kind_by_name(relative) is not None and not self._excludes(relative, ignores):
                    if kind == "o":
                        self._skipped[relative] = "it is no regular file"
                    else:
                        self._take_file(path, relative)
                elif kind == "f" and is_deployment(relative) and not self._excludes(relative, ignores):
                    self._deployments[relative] = path
                elif kind == "f" and entry.endswith(SETTINGS_SUFFIXES):
                    self._settings[relative] = (path, ignores)

    def result(self, named: frozenset[str] | None) -> Discovery:
        """All that was taken. Whether files that may be templates are some is decided now that all the Python is known."""
        hinted = tuple(self._hinted_folders()) if self._maybe else ()
        for name, data in self._maybe.items():
            if name in self._files:
                continue
            in_folder = name.startswith(hinted) or self._place(name) == "templates"
            if name.endswith(MARKUP_SUFFIXES):
                wanted = in_folder or (b"{%" in data and not self._is_of_a_site(name, data))
            else:
                wanted = in_folder and b"\0" not in data and (b"{%" in data or b"{{" in data)
            if wanted:
                self._files[name] = SourceFile(name, "template", data)
        for name, mention in self._loaded_settings().items() if self._settings else ():
            path, ignores = self._settings[name]
            if name not in self._files and not self._excludes(name, ignores):
                found = self._read(path, name)
                if found is not None:
                    self._files[name] = SourceFile(name, mention.kind, found)
        if self._settings:
            self._take_sections()
        for name, path in self._deployments.items() if self._files else ():
            if name not in self._files:
                found = self._read(path, name)
                if found is not None:
                    self._files[name] = SourceFile(name, "deployment", found)
        return Discovery(
            self._root,
            self._repository,
            tuple(self._files[name] for name in sorted(self._files)),
            named,
            dict(sorted(self._skipped.items())),
            dict(sorted(self._unread.items())),
            dict(sorted(self._oversized.items())),
            tuple(sorted(self._excluded)),
        )

    # Kinds -----------------------------------------------------------------------------------------------------------

    def _kind_by_name(self, name: str) -> Literal["python", "template", "maybe"] | None:
        """``python``, ``template``, or ``maybe`` a template once its bytes are known."""
        if name.endswith(PYTHON_SUFFIXES):
            return "python"
        if name.endswith(TEMPLATE_SUFFIXES):
            return "template"
        place = self._place(name)
        return "maybe" if place == "templates" or (place == "" and name.endswith(MARKUP_SUFFIXES)) else None

    def _place(self, name: str) -> Literal["templates", "never", ""]:
        """Whether a file stands below a template folder or below one that holds none; the outermost of them decides."""
        at = name.find("/")
        while at >= 0:
            folder = name[:at]
            if folder.rpartition("/")[2] in NO_TEMPLATES_BELOW:
                return "never"
            if self._template_folders.verdict(folder + "/"):
                return "templates"
            at = name.find("/", at + 1)
        return ""

    def _is_of_a_site(self, name: str, data: bytes) -> bool:
        """Whether markup is Jekyll's, below its settings: a layout, a part of one, or a page with front matter. Its templates,
        in Liquid, look much like Jinja."""
        return any(
            name.startswith(site)
            and (data.startswith(b"---") or not _SITE_FOLDERS.isdisjoint(name[len(site) :].split("/")[:-1]))
            for site in self._sites
        )

    def _hinted_folders(self) -> Iterator[str]:
        """The folders, with ``/`` at their ends, that Python files name as their template folders."""
        for file in self._files.values():
            if file.kind == "python":
                for match in TEMPLATE_FOLDER.finditer(file.data):
                    value = match[1].decode("utf-8", "replace")
                    for base in {"", file.path.rpartition("/")[0]}:
                        folder = posixpath.normpath(posixpath.join(base, value))
                        if folder != "." and not folder.startswith(("..", "/")):
                            yield folder + "/"

    def _loaded_settings(self) -> dict[str, Mention]:
        """The settings files that Python files say they load: in their own folder or one around it, or in its ``instance``."""
        found: dict[str, Mention] = {}
        for file in self._files.values():
            for mention in settings_files(file.data) if file.kind == "python" else ():
                folder = file.path
                while folder:
                    folder = folder.rpartition("/")[0]
                    for inner in ("", "instance/"):
                        pattern = f"{folder}/{inner}{mention.path}".lstrip("/")
                        names = fnmatch.filter(self._settings, pattern) if "*" in pattern else [pattern]
                        found.update((name, mention) for name in names if name in self._settings)
        return found

    def _take_sections(self) -> None:
        """The INI files that Python files say they read: whatever folder they stand in."""
        names: dict[str, list[str]] = {}
        for name in filter(holds_sections, self._settings):
            names.setdefault(name.rpartition("/")[2], []).append(name)
        if not names:
            return
        wanted = {
            pattern for file in self._files.values() if file.kind == "python" for pattern in section_files(file.data)
        }
        for pattern in wanted:
            for name in (name for base in fnmatch.filter(names, pattern) for name in names[base]):
                path, ignores = self._settings[name]
                if name not in self._files and not self._excludes(name, ignores):
                    self._deployments[name] = path

    # Files -----------------------------------------------------------------------------------------------------------

    def _take_file(self, path: str, name: str) -> None:
        kind = self._kind_by_name(name)
        if kind is None:
            return
        data = self._read(path, name)
        if data is None:
            if kind == "maybe" and self._place(name) == "":
                # Markup of this size that stands in no folder of templates is data, or a page of its own.
                self._oversized.pop(name, None)
            return
        if kind == "maybe":
            self._maybe[name] = data
        elif kind != "python" or not _is_for_others(data):
            self._files[name] = SourceFile(name, kind, data)

    def _read(self, path: str, name: str) -> bytes | None:
        if path in self._overlay:
            return self._overlay[path]
        try:
            return self._trail.read(path, self._choice.max_file_size)
        except OSError as error:
            self._unread[name] = _why(error)
        except TooLargeError as error:
            self._oversized[name] = error.size
        return None

    def _take_link(self, path: str, name: str, ignores: tuple[_Ignore, ...]) -> None:
        """Say of a link why it is not followed, if it leads to what would be taken."""
        state = self._trail.state(path)
        is_folder = state == "folder"
        if not (is_folder or self._kind_by_name(name)) or self._excludes(name + "/" * is_folder, ignores):
            return
        target = os.path.realpath(path)
        if state == "absent":
            self._skipped[name] = "a link that leads nowhere"
        elif target == self._root or target.startswith(os.path.join(self._root, "")):
            self._skipped[name] = f"a link into the project, to {self._relative(target) or '.'}"
        else:
            self._skipped[name] = f"a link out of the project, to {self._relative(target)}"

    def _relative(self, path: str) -> str:
        relative = os.path.relpath(path, self._root)
        return "" if relative == "." else shown(relative).replace(os.sep, "/")

    # Excludes --------------------------------------------------------------------------------------------------------

    def _excludes(self, name: str, ignores: tuple[_Ignore, ...]) -> bool:
        """Whether the settings or a ``.gitignore`` exclude a path (a folder's ends with ``/``); the nearest to speak wins."""
        for patterns in self._exclude[::-1]:
            if (verdict := patterns.verdict(name)) is not None:
                return verdict
        for ignore in ignores[::-1]:
            if (verdict := ignore.verdict(name)) is not None:
                return verdict
        return False

    def _ignores_above(self, start: str) -> tuple[_Ignore, ...]:
        """What git's ignore files say from the top of the repository (or project) down to a folder, its own left out.

        Nothing when they exclude the folder itself: the caller wants it all the same, and all in it would be excluded too.
        """
        if not self._choice.respect_gitignore:
            return ()
        top = self._repository
        ignores = [self._ignore_file(top, os.path.join(".git", "info", "exclude"))]
        name = os.path.relpath(start, top)
        for part in () if name == "." else name.split(os.sep):
            ignores.append(self._ignore_file(top))
            top = os.path.join(top, part)
        found = tuple(ignore for ignore in ignores if ignore is not None)
        below = self._relative(start) + "/" if start != self._root else ""
        return () if any(ignore.covers_all_of(below) for ignore in found) else found

    def _ignore_file(self, folder: str, name: str = ".gitignore") -> _Ignore | None:
        path = os.path.join(folder, name)
        if not self._trail.state(path).startswith("file"):
            return None
        try:
            lines = self._trail.read(path).decode("utf-8", "surrogateescape").splitlines()
        except OSError as error:
            self._unread[self._relative(path)] = _why(error)
            return None
        below = os.path.relpath(self._root, folder)
        if below.split(os.sep)[0] == os.pardir:
            return _Ignore(Patterns(lines), len(self._relative(folder)) + 1, "")
        return _Ignore(Patterns(lines), 0, "" if below == "." else shown(below).replace(os.sep, "/") + "/")


def _is_for_others(data: bytes) -> bool:
    """Whether a file's first line gives it to a shell or the like. Quotes may hide from Python what the shell does first."""
    first = data[:200].partition(b"\n")[0]
    return _INTERPRETERS.match(first) is not None and not (b"python" in first or b"''" in data or b'""' in data)


def _upward(folder: str) -> Iterator[str]:
    """A folder and those around it, nearest first."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
