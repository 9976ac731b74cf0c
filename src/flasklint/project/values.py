"""What is known of a value that does not come from outside: a constant, the environment's word, or nothing, and why.

Unknown is a value: a rule says what it does with each kind, and no evidence is not evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from flasklint.source import Location

Plain = Union[str, bytes, int, float, bool, None, "list[Plain]", "tuple[Plain, ...]", "dict[Plain, Plain]"]


@dataclass(frozen=True, slots=True)
class Known:
    """A constant. ``places``: where it comes from: where it is used first, where it is written last."""

    value: Plain
    places: tuple[Location, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several, for a reason that is not known (two branches, an ``or`` of unknown things)."""

    options: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class FromEnv:
    """An environment variable's text. ``default``: what it is without the variable, ``Unset()`` when that is an error.

    ``parse``: what is done with the text: ``""`` nothing; ``bool`` truth of text (any non-empty one is true); ``flag`` it is
    compared with words such as "true"; ``int``, ``float``, ``list``, ``json`` by a converter of that name; ``other``.
    """

    name: str
    default: Setting
    parse: str = ""
    places: tuple[Location, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that can't be told. ``why``: in a few words, after "because"."""

    why: str


@dataclass(frozen=True, slots=True)
class Unset:
    """Nothing was ever set."""


Setting = Known | OneOf | FromEnv | Unknown | Unset
