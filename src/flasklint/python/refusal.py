"""Why a file cannot be analysed."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """From where to where in the text it is about, and why, in words for the file's author."""

    start: int
    end: int
    reason: str


class MisalignedError(Exception):
    """The tree's words are not the layout's: the layout is wrong."""


class InvalidError(Exception):
    """What libcst's own nodes refuse to hold, as Python does."""


class NestingError(Exception):
    """Something is nested too deeply; ``offset``: where it got too much."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset
