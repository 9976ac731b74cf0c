"""Files to facts: from the cache, or else by parsing them, in other processes where there are any.

It begins before the rules are imported, which takes as long as parsing a small app: what is read hangs on no rule.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec

from flasklint import ir, pool
from flasklint.cache import Cache, key
from flasklint.facts import facts_of
from flasklint.findings import Crash
from flasklint.project.modules import kind_of
from flasklint.replay import fingerprint
from flasklint.source import SourceFile

WORTH_A_FORK = 150_000
"""Bytes to parse below which a second process costs more than it gains."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it has been."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The facts of each file, by path in the order of the files. ``died``: a parser did, which it may not do next time."""

    facts: Mapping[str, ir.Facts]
    crashes: tuple[Crash, ...] = ()
    died: bool = False


def set_aside(files: Sequence[SourceFile], named: Set[str]) -> frozenset[str]:
    """The paths of the test code that is out of the project. ``named``: what the caller names is in it.

    Half of a well-kept app is tests, and nothing that they say holds in production. Where there is nothing else, they are it.
    """
    kinds = {file.path: kind_of(file.path) for file in files if file.kind == "python"}
    if "code" not in kinds.values():
        return frozenset()
    return frozenset(path for path, kind in kinds.items() if kind == "test" and path not in named)


class Reading:
    """Some files that are being read from the moment it is made. As a context, it is over when that ends, done or not.

    ``jobs``: how many processes parse, 0 to choose by how much there is to do. What comes out does not depend on it.
    """

    def __init__(self, files: Sequence[SourceFile], cache: Cache, jobs: int = 0) -> None:
        self.keys: dict[str, bytes] = {}
        self._cache = cache
        self._jobs = jobs
        self._found: dict[str, ir.Facts] = {}
        self._missing = self._looked_up(files)
        self._crew = self._begun(self._missing)

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._crew is not None:
            self._crew.dismiss()

    def named(self, files: Sequence[SourceFile]) -> list[bytes]:
        """Under what the facts of each of these files are kept: a name that holds its content and the reader's version."""
        maker = fingerprint() + str(ir.FORMAT).encode()
        for file in files:
            if file.path not in self.keys:
                self.keys[file.path] = key(file, maker)
        return [self.keys[file.path] for file in files]

    def facts(self, files: Sequence[SourceFile], progress: Progress | None = None) -> Extracted:
        """The facts of these files, those included that it has not begun with. To be asked for once."""
        begun = {file.path for file in self._missing} | self._found.keys()
        late = self._looked_up([file for file in files if file.path not in begun])
        crashes: list[Crash] = []
        died = False
        done = len(files) - len(self._missing) - len(late)
        for file, outcome in self._outcomes(late):
            match outcome:
                case pool.Done(data):
                    parsed = _decoded(data)
                    if parsed is None:
                        self._found[file.path] = ir.Unread(file.path, 0, 0, "nested too deeply")
                    else:
                        self._found[file.path] = parsed
                        self._cache.put(self.keys[file.path], data)
                case pool.Died(reason):
                    self._found[file.path] = ir.Unread(file.path, 0, 0, reason)
                    died = True
                case pool.Failed(error):
                    crashes.append(Crash(f"reading {file.kind} files", file.path, error))
            done += 1
            if progress:
                progress("Reading files", done, len(files))
        crashes.sort(key=lambda crash: crash.path)
        facts = {file.path: self._found[file.path] for file in files if file.path in self._found}
        return Extracted(facts, tuple(crashes), died)

    def _looked_up(self, files: Sequence[SourceFile]) -> list[SourceFile]:
        """Takes what the cache has; gives the files that are to be parsed, the largest first."""
        missing = []
        for file, name in zip(files, self.named(files), strict=True):
            known = _decoded(self._cache.get(name))
            if known is None:
                missing.append(file)
            else:
                self._found[file.path] = known
        return sorted(missing, key=lambda file: -len(file.data))

    def _begun(self, files: Sequence[SourceFile]) -> pool.Crew | None:
        """Those who parse these files, at work."""
        if not files or not pool.available():
            return None
        size = sum(len(file.data) for file in files)
        jobs = self._jobs or (1 if size < WORTH_A_FORK else pool.processors())
        if jobs > 1:
            _import_front_ends({file.kind for file in files})  # once, before the fork, for all workers
        return pool.Crew(range(len(files)), lambda number: _work(files[number]), jobs)

    def _outcomes(self, late: Sequence[SourceFile]) -> Iterator[tuple[SourceFile, pool.Outcome]]:
        """What became of each file, where it could harm no other."""
        if not pool.available():
            for file in (*self._missing, *late):
                try:
                    outcome: pool.Outcome = pool.Done(_work(file))
                except Exception as error:
                    outcome = pool.Failed(f"{type(error).__name__}: {error}")
                yield file, outcome
            return
        for number, outcome in self._crew.outcomes() if self._crew else ():
            yield self._missing[number], outcome
        self._crew = self._begun(late)
        for number, outcome in self._crew.outcomes() if self._crew else ():
            yield late[number], outcome


def extract(files: Sequence[SourceFile], cache: Cache, jobs: int = 0, progress: Progress | None = None) -> Extracted:
    """The facts of all files: from the cache, or else by parsing them."""
    with Reading(files, cache, jobs) as reading:
        return reading.facts(files, progress)


def _work(file: SourceFile) -> bytes:
    return ir.encode(facts_of(file))


def _decoded(data: bytes | None) -> ir.Facts | None:
    if data is None:
        return None
    try:
        return ir.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None


def _import_front_ends(kinds: Set[str]) -> None:
    for kind, module in (("python", "flasklint.python"), ("template", "flasklint.templates")):
        if kind in kinds:
            importlib.import_module(module)
