"""On or off: what a flag is in production, and what is wrong with how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flasklint import ir
from flasklint.project.objects import ConfigItem, Value, Write
from flasklint.project.profiles import Effective, Profile, Truth, as_setting
from flasklint.project.values import FromEnv, Known
from flasklint.source import Location

FlagState = Literal["on", "on-by-default", "any-text", "unclear", "off"]


@dataclass(frozen=True, slots=True, eq=False)
class Flag:
    """The state of a flag.

    ``state``: ``on``; ``on-by-default``: unless an environment variable (``variable``) says otherwise; ``any-text``: off,
    but any text in the variable, ``false`` too, puts it on; ``unclear``; ``off``.
    """

    state: FlagState
    location: Location | None = None
    variable: str = ""
    effective: Effective | None = None
    profile: Profile | None = None
    scope: str = ""


def flag_of_value(value: Value, profile: Profile) -> tuple[FlagState, str]:
    """A flag by its value: its state, and the environment variable that it hangs on."""
    setting = as_setting(profile.settle(value))
    match setting:
        case Known(plain):
            return ("on" if _is_on(plain) else "off"), ""
        case FromEnv(name, Known(plain), parse):
            if parse in ("", "bool"):
                return ("on-by-default" if _is_on(plain) else "any-text"), name
            return ("on-by-default" if _is_on(plain) else "off"), name
        case FromEnv(name, _, parse):
            return ("any-text" if parse in ("", "bool") else "unclear"), name
    return "unclear", ""


def flag_of_key(key: str, profile: Profile) -> Flag:
    """A flag by its config key, in a profile; ``off`` where nothing sets it."""
    effective = profile.effective(key)
    write = effective.write
    if write is None:
        return Flag("off", effective=effective, profile=profile)
    state, variable = flag_of_value(effective.candidate.value, profile)
    if effective.candidate.truth == Truth.PROBABLY and state == "on":
        state = "on-by-default"
    return Flag(state, write.location, variable, effective, profile, write.scope)


def follows(value: Value) -> str:
    """The config key that a value is read from."""
    return value.key if isinstance(value, ConfigItem) else ""


def asked_for(effective: Effective) -> Write | None:
    """Where a constant is given to a key that nothing sets else, under a condition that is off by default."""
    for candidate in reversed(effective.optional):
        if isinstance(candidate.setting, Known) and candidate.setting.value:
            return candidate.write
    return None


def place(written: ir.Expr | None, otherwise: Location) -> Location:
    """Where a value is written, if it is, else what it is written in."""
    return Location(otherwise.path, written.span) if written is not None else otherwise


def _is_on(plain: object) -> bool:
    """Is a constant taken as true? A text counts as what people mean by it only where it is parsed."""
    return bool(plain)
