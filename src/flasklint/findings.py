"""What is reported. Plain data: a finding holds no tree node, and outlives the facts it was made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Literal

from flasklint.source import Location

UNREADABLE = "FLK001"
"""The code of a finding that says that a file could not be read or parsed."""

LIMIT = "FLK005"
"""The code of a finding that says that something was not analysed, or not to its end."""

_SENTENCE = re.compile(r"(?s)(.+?[.!?])\s+(?=\S)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r"##\s+(.+?)\s*#*\s*$")


class Severity(IntEnum):
    """The damage an attacker could do."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(IntEnum):
    """How sure we are that it is so."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Persona(IntEnum):
    """Who is reading. Each shows what the one before shows, and more."""

    REGULAR = 1
    PEDANTIC = 2
    AUDITOR = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A location and what there is to say about it, in a few words that fit under an underline."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow, in the order in which the value travels. ``depth`` counts the calls it is inside of."""

    location: Location
    role: Literal["source", "step", "sink"]
    message: str
    depth: int = 0


class Applicability(IntEnum):
    """How a fix may be applied: by a person only, on request, or always."""

    DISPLAY = 1
    UNSAFE = 2
    SAFE = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace one stretch of one file."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Text edits that make the finding go away."""

    message: str
    edits: tuple[Edit, ...]
    applicability: Applicability


@dataclass(frozen=True, slots=True)
class Habit:
    """What findings of one rule have in common that are one thing to mend: triage tells them as one, at the gravest place.

    ``key``: the same for all of them, and no others of the rule. ``count``: what is said of how many they are, as in
    ``views do so``; empty when nothing is.
    """

    key: str
    count: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness at one place.

    ``message``: plain text; its first sentence is complete and stands alone as a title.
    ``label``: a few words under the underlined span. ``scope``: dotted name of the enclosing function or class, empty
    at module level. ``related``: other places that matter. ``trace``: how the value gets there, source first.
    ``help``: what to do here, if more can be said than the rule's page says. ``persona``: who wants to see it.
    ``habit``: what it shares with others that are told together with it.
    """

    code: str
    message: str
    location: Location
    severity: Severity
    confidence: Confidence
    label: str = ""
    scope: str = ""
    related: tuple[Place, ...] = ()
    trace: tuple[Step, ...] = ()
    help: str = ""
    fix: Fix | None = None
    persona: Persona = Persona.REGULAR
    habit: Habit | None = None

    @property
    def title(self) -> str:
        """The message's first sentence."""
        match = _SENTENCE.match(self.message)
        return match[1] if match else self.message.strip()

    @property
    def details(self) -> str:
        """What the message says after its first sentence; often empty."""
        match = _SENTENCE.match(self.message)
        return self.message[match.end() :].strip() if match else ""


class Verdict(Enum):
    """What triage decided. Nothing is dropped, only judged. ``COVERED``: another finding says it too, at the same
    place or as one of a habit."""

    REPORTED = "reported"
    SUPPRESSED = "suppressed"
    BELOW_THRESHOLD = "below-threshold"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding after triage. ``fingerprint`` survives moved lines; ``reason`` is a suppression's own words."""

    finding: Finding
    verdict: Verdict
    fingerprint: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out on purpose, and why (too large, outside the root ...)."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Crash:
    """A part of flasklint failed: which one, where it was looking, and what it said. Exit code 2."""

    part: str
    path: str
    error: str


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule's public face, read from its class and its docstring.

    ``summary``: the docstring's first line. ``cwe``: numbers, the primary one first. ``page``: the whole docstring.
    ``covers``: the codes of rules whose findings at the same place have the same cause, and are told with this one's.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    cwe: tuple[int, ...]
    page: str
    covers: tuple[str, ...] = ()

    def sections(self) -> dict[str, str]:
        """The page by its ``##`` headings, each with the markdown below it; what stands before the first is under ``""``.

        A ``##`` inside a fenced block is code, not a heading.
        """
        found: dict[str, list[str]] = {"": []}
        title, fence = "", ""
        for line in self.page.splitlines():
            if mark := _FENCE.match(line):
                if not fence:
                    fence = mark[1]
                elif mark[1].startswith(fence):
                    fence = ""
            elif not fence and (heading := _HEADING.match(line)):
                title = heading[1]
                found[title] = []
                continue
            found[title].append(line)
        return {name: "\n".join(lines).strip() for name, lines in found.items()}


@dataclass(frozen=True, slots=True)
class Report:
    """All that a run has to say, sorted: the reporters' only input besides the texts.

    ``rules``: every rule that ran. ``files``: paths analysed. An unreadable file is a FLK001 finding, not an error here.
    """

    results: tuple[Judged, ...]
    rules: tuple[RuleInfo, ...]
    files: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    crashes: tuple[Crash, ...] = ()
    templates: int = 0
    version: str = ""
    root: str = field(default="", compare=False)
