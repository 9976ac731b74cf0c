"""What was found in one state of a project, and under what name it is kept.

Told apart from how it is judged and shown: so a run that names other files, asks for another format or has other thresholds finds
the work done, as long as no file, no rule and no row of the user's has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec

from flasklint import ir
from flasklint.findings import Crash, Finding
from flasklint.rules.base import Rule
from flasklint.settings import Loaded

KEPT_RUNS = 3
"""A state that so many runs in a row did not ask for goes: what is found in an app may be much, and states come and go."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that a report is made of, besides the texts.

    ``comments``: what speaks to flasklint, by file. ``tests``: paths of test code and examples, at which only some rules look.
    ``broken``: the codes of rules of which nothing can be said.
    """

    findings: list[Finding]
    comments: Mapping[str, tuple[ir.Comment, ...]]
    tests: frozenset[str]
    crashes: tuple[Crash, ...] = ()
    broken: frozenset[str] = frozenset()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Found)


def key(files: Sequence[bytes], aside: Set[str], rules: Iterable[Rule], loaded: Loaded) -> bytes:
    """The name of what is found, of all that it hangs on. ``files``: the names of their facts, which stand for the code too."""
    parts = [b"found", *files, b"aside", *(path.encode("utf-8", "surrogatepass") for path in sorted(aside)), b"rules"]
    for rule in rules:
        chosen = sorted((name, rule.option(name)) for name in rule.options)
        parts.append(f"{rule.code} {chosen!r}".encode("utf-8", "surrogatepass"))
    parts += (b"rows", repr(loaded.settings.flask.given).encode("utf-8", "surrogatepass"))
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d " % len(part) + part)
    return digest.digest()


def encode(found: Found) -> bytes | None:
    """As bytes; nothing for what speaks of a path that is no text, which is kept nowhere."""
    try:
        return _encoder.encode(found)
    except UnicodeEncodeError:
        return None


def decode(data: bytes | None) -> Found | None:
    """What the bytes hold; nothing for bytes that hold something else, or for none."""
    if data is None:
        return None
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None
