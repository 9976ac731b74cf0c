"""How sure a rule may be of what a configuration says, and how it says so."""

from __future__ import annotations

from flasklint.findings import Confidence, Place
from flasklint.project.keys import KeyOrigin
from flasklint.project.profiles import Effective, Profile
from flasklint.source import Location


def confidence_in(effective: Effective, location: Location | None = None) -> Confidence:
    """One step down for each reason for which another value may be in force."""
    steps = bool(effective.outside) + (len(effective.possible) > 1)
    return Confidence(max(Confidence.LOW, Confidence.HIGH - steps))


def reservations(effective: Effective) -> str:
    """What may still change the value, as a sentence; empty when nothing may."""
    if effective.outside:
        return f" Unless {effective.outside[-1].what} overrides it, this is what production runs with."
    if len(effective.possible) > 1:
        return " A condition that is not settled in the code decides whether it holds."
    return ""


def overridden(effective: Effective) -> tuple[Place, ...]:
    """The earlier values that do not count any more, as related places."""
    return tuple(Place(write.location, "overridden later") for write in effective.overridden[-3:])


def set_at(origin: KeyOrigin) -> tuple[Place, ...]:
    """Where a setting gets a literal that is written elsewhere, as a related place."""
    path, span = origin.write.location
    written = origin.location
    if written.path == path and span.start <= written.span.start < span.end:
        return ()
    return (Place(origin.write.location, f"`{origin.key}` is set here"),)


def where(profile: Profile) -> str:
    """Which profile this is about, when there is more than one to be about."""
    name = "" if "/" in profile.label else profile.label.rpartition(".")[2]
    return f" in the profile `{name}`" if profile.chosen and name else ""
