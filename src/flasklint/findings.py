"""What is reported. Plain data: a finding holds no tree node, and outlives the facts it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Literal

from flasklint.source import Location


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
class Finding:
    """One weakness at one place.

    ``message``: plain text; its first sentence is complete and stands alone as a title.
    ``label``: a few words under the underlined span. ``scope``: dotted name of the enclosing function or class, empty
    at module level. ``related``: other places that matter. ``trace``: how the value gets there, source first.
    ``help``: what to do here, if more can be said than the rule's page says. ``persona``: who wants to see it.
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


class Verdict(Enum):
    """What triage decided. Nothing is dropped, only judged."""

    REPORTED = "reported"
    SUPPRESSED = "suppressed"
    BELOW_THRESHOLD = "below-threshold"


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
    """

    code: str
    name: str
    summary: str
    severity: Severity
    cwe: tuple[int, ...]
    page: str


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
