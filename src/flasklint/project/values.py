"""What is known of a value that does not come from outside: a constant, the environment's word, or nothing, and why.

Unknown is a value: a rule says what it does with each kind, and no evidence is not evidence.
"""

from __future__ import annotations

from typing import Union

import msgspec

from flasklint.knowledge.environment import Parse
from flasklint.source import Location


class Duration(float):
    """A ``timedelta``, in seconds."""

    __slots__ = ()


Plain = Union[
    str,
    bytes,
    int,
    float,
    bool,
    None,
    "list[Plain]",
    "tuple[Plain, ...]",
    "frozenset[Plain]",
    "dict[Plain, Plain]",
]
"""What a constant can be; a set is a ``frozenset``, a ``timedelta`` a :class:`Duration`."""


class Known(msgspec.Struct, frozen=True, eq=False):
    """A constant. ``places``: where it comes from: where it is used first, where it is written last."""

    value: Plain
    places: tuple[Location, ...] = ()

    # The places tell how it was found, not what it is.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and (self.value,) == (other.value,)

    def __hash__(self) -> int:
        return hash((self.value,))


class OneOf(msgspec.Struct, frozen=True):
    """Any of several, two at least, none of which is a ``OneOf``: nothing tells the branches apart. What holds without
    further conditions comes first."""

    options: tuple[Setting, ...]


class FromEnv(msgspec.Struct, frozen=True, eq=False):
    """An environment variable's text, or something made of it.

    ``default``: what there is without the variable: ``Unset()`` when that is an error. ``parse``: what is done with the text.
    """

    name: str
    default: Setting
    parse: Parse = ""
    places: tuple[Location, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FromEnv) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def _told(self) -> tuple[object, ...]:
        return self.name, self.default, self.parse


class Unknown(msgspec.Struct, frozen=True):
    """Something that can't be told. ``why``: in a few words, after "because"."""

    why: str


class Unset(msgspec.Struct, frozen=True):
    """Nothing was ever set."""


Setting = Known | OneOf | FromEnv | Unknown | Unset

_MOST_OPTIONS = 12


def one_of(options: list[Setting]) -> Setting:
    """Several settings as one: each once, alternatives among them laid open; of several unknown ones the first speaks."""
    flat: list[Setting] = []
    for option in options:
        for one in option.options if isinstance(option, OneOf) else (option,):
            if not any(_same(one, other) for other in flat):
                flat.append(one)
    if not flat:
        return Unset()
    if len(flat) > _MOST_OPTIONS:
        return Unknown("it may be too many things")
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat))


def possible(setting: Setting) -> tuple[Setting, ...]:
    """All that a setting may be: its alternatives, or itself alone."""
    return setting.options if isinstance(setting, OneOf) else (setting,)


def _same(one: Setting, other: Setting) -> bool:
    if isinstance(one, Unknown) and isinstance(other, Unknown):
        return True
    if isinstance(one, Known) and isinstance(other, Known):
        return type(one.value) is type(other.value) and one.value == other.value  # 1 is not True here
    return one == other
