"""What extraction found, kept by what it was found in, so that a file is parsed once.

One file a project, in the user's own cache folder: a tree cannot bring facts about itself. Values are opaque bytes under
a key that holds everything they depend on, each with a checksum; what does not check out is not there. The file is
replaced whole, so concurrent runs and killed ones leave one of the versions that were written.
"""

from __future__ import annotations

import hashlib
import os
import struct

from flasklint import replay
from flasklint.source import SourceFile

MAGIC = b"flasklint facts 1\n"
KEPT_RUNS = 20
"""An entry that so many runs in a row did not ask for goes."""
KEPT_PROJECTS = 50
LARGEST = 256_000_000
"""The size in bytes beyond which entries that this run did not ask for go at once."""

_KEY = 32
_CHECK = 16
_HEAD = struct.Struct(f"<{_KEY}s{_CHECK}sHI")
"""An entry: its key, its value's checksum, the runs since it was asked for, its value's size. The value follows."""


def key(file: SourceFile, maker: bytes) -> bytes:
    """The name of a file's facts: the file, and ``maker``, which stands for the code that makes them and their format."""
    digest = hashlib.sha256(maker)
    digest.update(f"\0{file.kind}\0{file.path}\0".encode("utf-8", "surrogatepass"))
    digest.update(file.data)
    return digest.digest()


class Cache:
    """The entries of one project. Without a folder it forgets everything and keeps nothing."""

    def __init__(self, folder: str | None, root: str) -> None:
        self._folder = folder
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
        self._path = os.path.join(folder, "facts", name) if folder else ""
        self._found = _entries(_read(self._path)) if folder else {}
        self._asked: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}
        self._ages: dict[bytes, int] = {}

    def get(self, name: bytes) -> bytes | None:
        """What was put under this key, if it is still there and whole."""
        if name in self._new:
            return self._new[name]
        entry = self._found.get(name)
        if entry is None:
            return None
        check, _, value = entry
        if _checksum(name, value) != check:
            del self._found[name]
            return None
        self._asked.add(name)
        return bytes(value)

    def put(self, name: bytes, value: bytes, keep: int = KEPT_RUNS) -> None:
        """Keep a value once :meth:`save` is called. ``keep``: after so many runs that did not ask for it, it goes."""
        self._new[name] = value
        self._ages[name] = KEPT_RUNS - keep

    def save(self) -> str:
        """Write what is new. Gives what went wrong, in words, or nothing: a cache that cannot be written is no error."""
        if not self._folder or not self._new:
            return ""
        kept: list[tuple[bytes, bytes, int, bytes | memoryview]] = [
            (name, _checksum(name, value), self._ages[name], value) for name, value in self._new.items()
        ]
        size = sum(len(value) for *_, value in kept)
        rest = [
            (name, check, 0 if name in self._asked else runs + 1, value)
            for name, (check, runs, value) in self._found.items()
            if name not in self._new
        ]
        for entry in sorted(rest, key=lambda entry: entry[2]):
            size += len(entry[3])
            if entry[2] == 0 or (entry[2] <= KEPT_RUNS and size <= LARGEST):
                kept.append(entry)
        parts: list[bytes | memoryview] = [MAGIC]
        for name, check, runs, data in kept:
            parts += (_HEAD.pack(name, check, runs, len(data)), data)
        try:
            replay.prepare(self._folder)
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            replay.replace(self._path, b"".join(parts))
            replay.prune(os.path.dirname(self._path), KEPT_PROJECTS)
        except OSError as error:
            return f"{error.filename or self._folder}: {error.strerror or error}"
        return ""


_Entry = tuple[bytes, int, memoryview]


def _read(path: str) -> bytes:
    try:
        return replay.read(path)
    except OSError:
        return b""


def _entries(data: bytes) -> dict[bytes, _Entry]:
    """The entries of a cache file, up to where it stops making sense; values are views, looked at when asked for."""
    entries: dict[bytes, _Entry] = {}
    if not data.startswith(MAGIC):
        return entries
    view, at = memoryview(data), len(MAGIC)
    while at + _HEAD.size <= len(data):
        name, check, runs, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if at + size > len(data):
            break
        entries[name] = check, runs, view[at : at + size]
        at += size
    return entries


def _checksum(name: bytes, value: bytes | memoryview) -> bytes:
    return hashlib.blake2b(value, digest_size=_CHECK, key=name).digest()
