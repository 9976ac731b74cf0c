"""Unchanged runs: what a run depended on and what it said, kept so that the same question is answered without the work.

Only the standard library, and little of it: this is all that an unchanged run imports. Nothing is believed that was not
looked at again: every folder listed, every file read and every path looked for is looked at anew, files by all their
bytes, never by their times. The record lives in the user's cache folder; a tree cannot bring its own.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

MAGIC = b"flasklint run 1\n"
KEPT_RUNS = 64
"""How many runs are remembered, newest first."""

ENVIRONMENT = frozenset(
    {
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "TERM",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "COLORTERM",
    }
    | {"COLUMNS", "LINES", "VTE_VERSION", "WT_SESSION", "KONSOLE_VERSION", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    | {"LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONUTF8", "CI", "GITHUB_ACTIONS"}
)
"""What of the environment a run's words may depend on, besides every ``FLASKLINT_*``."""

LIBRARIES = ("click-", "jinja2-", "libcst-", "markupsafe-", "msgspec-", "pathspec-", "rich-", "tomli-")

Entry = tuple[str, str]
"""A folder's entry: its name and what it is: ``f``ile, ``d``irectory, ``l``ink or ``o``ther."""


def cache_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str | None:
    """Where flasklint keeps what it can work out again: the user's cache folder, or what ``FLASKLINT_CACHE_DIR`` says.

    Nothing when the user has no home.
    """
    if named := environ.get("FLASKLINT_CACHE_DIR"):
        return os.path.abspath(named)
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        return None
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return os.path.join(local, "flasklint", "Cache")
    if platform == "darwin":
        return os.path.join(home, "Library", "Caches", "flasklint")
    xdg = environ.get("XDG_CACHE_HOME", "")
    return os.path.join(xdg if os.path.isabs(xdg) else os.path.join(home, ".cache"), "flasklint")


def named_folder(argv: Sequence[str]) -> str | None:
    """The folder that ``--cache-dir`` names, if it is given. Where the command line means something else by the word, this is a
    folder that holds no answer to it: an answer is stored where the parsed option says."""
    found = None
    for at, word in enumerate(argv, 1):
        if word == "--cache-dir":
            found = argv[at] if at < len(argv) else None
        elif word.startswith("--cache-dir="):
            found = word.partition("=")[2]
    return os.path.abspath(found) if found else None


# What a run depends on ---------------------------------------------------------------------------------------------


class TooLargeError(Exception):
    """A file over the limit. ``size``: in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def read(path: str, limit: int = sys.maxsize) -> bytes:
    """A file's bytes; never waits, whatever the path is. Raises :class:`OSError`, and :class:`TooLargeError` over the limit."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(handle).st_size
        if size > limit:
            raise TooLargeError(size)
        parts = []
        while part := os.read(handle, max(size + 1, 65536)):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)


def entries(folder: str) -> list[Entry]:
    """What a folder holds, sorted by name. Raises :class:`OSError`."""
    with os.scandir(folder) as found:
        return sorted((entry.name, _kind(entry)) for entry in found)


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "l"
    if entry.is_dir(follow_symlinks=False):
        return "d"
    return "f" if entry.is_file(follow_symlinks=False) else "o"


def state(path: str) -> str:
    """Whether something is there, what it is and, of a file, how long it is; links are followed."""
    try:
        found = os.stat(path)
    except OSError:
        return "absent"
    if stat.S_ISREG(found.st_mode):
        return f"file {found.st_size}"
    return "folder" if stat.S_ISDIR(found.st_mode) else "other"


def _digest_of_file(path: str) -> bytes:
    try:
        return hashlib.sha256(read(path)).digest()
    except OSError as error:
        return _digest_of_error(error)


def _digest_of_error(error: OSError) -> bytes:
    return b"error %d" % (error.errno or 0)


def _digest_of_folder(folder: str) -> bytes:
    try:
        return _digest_of_entries(folder, entries(folder))
    except OSError as error:
        return _digest_of_error(error)


def _digest_of_entries(folder: str, found: Iterable[Entry]) -> bytes:
    digest = hashlib.sha256()
    for name, kind in found:
        digest.update(os.fsencode(name) + b"\0" + kind.encode())
        if kind == "l":
            path = os.path.join(folder, name)
            digest.update(os.fsencode(os.path.realpath(path)) + b"\0" + state(path).encode())
    return digest.digest()


def _digest_of_state(path: str) -> bytes:
    return state(path).encode()


LOOKS: tuple[Callable[[str], bytes], ...] = (_digest_of_folder, _digest_of_state, _digest_of_file)
"""The ways of looking at a path, cheapest first: so is the order in which a record is checked."""


class Trail:
    """All that a run looked at: it looks on the run's behalf and remembers what it saw."""

    def __init__(self) -> None:
        self._seen: tuple[dict[str, bytes], ...] = ({}, {}, {})

    def entries(self, folder: str) -> list[Entry]:
        """What a folder holds, sorted by name. Raises :class:`OSError`."""
        try:
            found = entries(folder)
        except OSError as error:
            self._seen[0][folder] = _digest_of_error(error)
            raise
        self._seen[0][folder] = _digest_of_entries(folder, found)
        return found

    def state(self, path: str) -> str:
        """What is there: see :func:`state`."""
        found = state(path)
        self._seen[1][path] = found.encode()
        return found

    def read(self, path: str, limit: int = sys.maxsize) -> bytes:
        """A file's bytes. Raises as :func:`read`."""
        try:
            data = read(path, limit)
        except OSError as error:
            self._seen[2][path] = _digest_of_error(error)
            raise
        except TooLargeError as error:
            self._seen[1][path] = f"file {error.size}".encode()
            raise
        self._seen[2][path] = hashlib.sha256(data).digest()
        return data

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The paths looked at, by the way of looking."""
        return tuple(tuple(sorted(seen)) for seen in self._seen)

    def digests(self) -> tuple[bytes, ...]:
        """All that was seen, as 32 bytes for each way of looking."""
        return tuple(_digest(seen[path] for path in sorted(seen)) for seen in self._seen)


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part) + part)
    return digest.digest()


def _unchanged(paths: Sequence[Sequence[str]], digests: Sequence[bytes]) -> bool:
    """Whether all looks as it did; stops at the first way of looking that sees a change."""
    return all(_digest(map(look, group)) == was for look, group, was in zip(LOOKS, paths, digests, strict=True))


def fingerprint() -> bytes:
    """Who is asked: flasklint's own code byte by byte, the interpreter and the libraries it stands on. 32 bytes."""
    digest = hashlib.sha256(sys.version.encode())
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [here]
    while folders:
        folder = folders.pop()
        for name, kind in entries(folder):
            path = os.path.join(folder, name)
            if kind == "d" and name != "__pycache__":
                folders.append(path)
            elif name.endswith((".py", ".toml", ".json")):
                digest.update(os.fsencode(path[len(here) :]) + b"\0" + _digest_of_file(path))
    for folder in sys.path:
        if folder.endswith(("site-packages", "dist-packages")) and os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                if name.endswith(".dist-info") and name.lower().startswith(LIBRARIES):
                    digest.update(name.encode() + b"\0")
    return digest.digest()


# What a run said ---------------------------------------------------------------------------------------------------


class Said:
    """What a run wrote and its exit code."""

    __slots__ = ("code", "err", "out")

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out
        self.err = err


def question(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> str | None:
    """The name under which a run is remembered: who is asked what, where, and how the answer is shown.

    Nothing for a run that is not to be remembered: one without a cache, or one that reads standard input or writes files.
    """
    if environ.get("FLASKLINT_NO_CACHE") or environ.get("FLASKLINT_OUTPUT") or "_FLASKLINT_COMPLETE" in environ:
        return None
    for word in argv:
        if word == "-" or word.startswith(("--no-cache", "--output", "-o")):
            return None
    shown = [
        f"{name}={environ[name]}" for name in sorted(environ) if name in ENVIRONMENT or name.startswith("FLASKLINT_")
    ]
    try:
        where = os.getcwd()
        width = f"{os.get_terminal_size(1)}" if os.isatty(1) else ""
        parts = [where, f"{os.isatty(1)} {os.isatty(2)} {width} {_encoding()}", *shown, "", *argv]
        words = b"\0".join(os.fsencode(part) for part in parts)
    except (OSError, ValueError):
        return None
    return hashlib.sha256(fingerprint() + words).hexdigest()


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or ""


def remembered(folder: str, name: str) -> Said | None:
    """What the run of this name said, if nothing that it depended on has changed since."""
    try:
        data = read(os.path.join(folder, "runs", name))
    except OSError:
        return None
    start = len(MAGIC) + 32
    if not data.startswith(MAGIC) or hashlib.sha256(data[start:]).digest() != data[len(MAGIC) : start]:
        return None
    head, _, body = data[start:].partition(b"\n")
    code, *sizes = (int(number) for number in head.split())
    parts, at = [], 0
    for size in sizes:
        parts.append(body[at : at + size])
        at += size
    out, err, digests, *groups = parts
    paths = [[os.fsdecode(path) for path in group.split(b"\0")] if group else [] for group in groups]
    seen = [digests[at : at + 32] for at in range(0, len(digests), 32)]
    return Said(code, out, err) if _unchanged(paths, seen) else None


def remember(folder: str, name: str, trail: Trail, said: Said) -> None:
    """Keep what a run said; forget the oldest runs. A cache that cannot be written is no error."""
    groups = [b"\0".join(os.fsencode(path) for path in group) for group in trail.paths()]
    parts = [said.out, said.err, b"".join(trail.digests()), *groups]
    body = b" ".join(b"%d" % number for number in (said.code, *map(len, parts))) + b"\n" + b"".join(parts)
    runs = os.path.join(folder, "runs")
    try:
        prepare(folder)
        os.makedirs(runs, exist_ok=True)
        replace(os.path.join(runs, name), MAGIC + hashlib.sha256(body).digest() + body)
        prune(runs, KEPT_RUNS)
    except OSError:
        return


# Keeping files safely ----------------------------------------------------------------------------------------------


def prepare(folder: str) -> None:
    """Make the cache folder, for its user alone, marked as one that backups may leave out. Raises :class:`OSError`."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    tag = os.path.join(folder, "CACHEDIR.TAG")
    if not os.path.exists(tag):
        replace(
            tag, b"Signature: 8a477f597d28d172789f06886806bc55\n# flasklint keeps here what it can work out again.\n"
        )


def replace(path: str, data: bytes) -> None:
    """Write a file so that whoever reads it, at any moment and after any crash, sees the old or the new one whole.

    Raises :class:`OSError`.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        _unlink(temporary)
        raise


def prune(folder: str, keep: int) -> None:
    """Leave the ``keep`` newest files of a folder. Half-written ones that a crash left behind age and go like the rest."""
    paths = [os.path.join(folder, name) for name, kind in entries(folder) if kind == "f"]
    for path in sorted(paths, key=_age)[keep:]:
        _unlink(path)


def _age(path: str) -> int:
    """What sorts the newest first; what has gone in the meantime is oldest."""
    try:
        return -os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
