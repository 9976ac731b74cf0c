"""Blocks of statements, and which of the things that happen in them have happened for certain at a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from flasklint import ir


class Fork:
    """A statement of which one arm runs. ``complete``: one certainly does (there is an ``else``). ``exclusive``: what happens
    in one arm has not happened in another (in a ``try`` it may have)."""

    __slots__ = ("arms", "complete", "exclusive")

    def __init__(self, *, complete: bool, exclusive: bool) -> None:
        self.arms: list[Block] = []
        self.complete = complete
        self.exclusive = exclusive


class Block:
    """Statements that run one after the other, or not at all. ``ends``: what comes after them is not reached from them."""

    __slots__ = ("end", "ends", "fork", "parent", "start")

    def __init__(self, start: int, end: int, parent: Block | None = None, fork: Fork | None = None) -> None:
        self.start = start
        self.end = end
        self.parent = parent
        self.fork = fork
        self.ends = False
        if fork is not None:
            fork.arms.append(self)

    @property
    def whole(self) -> bool:
        """Whether it is the body of a scope, which runs whenever the scope does."""
        return self.parent is None and self.end > self.start

    def holds(self, position: int) -> bool:
        """Whether an offset is inside."""
        return self.start <= position < self.end


NOWHERE = Block(1, 0)
"""Where nothing is certain: in the run of some other function."""


class Happening(Protocol):
    """Something that happens at a place: in a block, from an offset on, perhaps in a loop."""

    @property
    def start(self) -> int: ...
    @property
    def block(self) -> Block: ...
    @property
    def loop(self) -> tuple[int, int] | None: ...
    @property
    def hides(self) -> bool:
        """Whether it undoes what happened before."""


H = TypeVar("H", bound=Happening)


def reaching(happenings: Sequence[H], position: int) -> list[H]:
    """Those, of all in the order of the text, that may be the last before an offset."""
    found: list[H] = []
    certain: dict[int, set[int]] = {}
    since = -1
    for one in reversed(happenings):
        if one.block is NOWHERE:
            found.append(one)
        elif one.start <= position:
            if not _arrives(one.block, position):
                continue
            found.append(one)
            if one.hides and _settles(one.block, position, certain):
                since = one.start
                break
    # What is further down the text is seen only by going round a loop.
    found.extend(
        one
        for one in happenings
        if one.start > position and one.loop and one.loop[0] <= position < one.loop[1] and since < one.loop[0]
    )
    return sorted(found, key=lambda one: one.start)


def _arrives(block: Block, position: int) -> bool:
    """Whether the end of a block, none of whose text comes later, can lead to a place."""
    current: Block | None = block
    while current is not None and not current.holds(position):
        if current.ends:
            return False
        fork = current.fork
        if fork is not None and fork.exclusive and any(arm.holds(position) for arm in fork.arms):
            return False
        current = current.parent
    return True


def _settles(block: Block, position: int, certain: dict[int, set[int]]) -> bool:
    """Whether what happens in a block happens on every way to a place, together with what was met before in other arms."""
    current = block
    while not current.holds(position):
        fork = current.fork
        if fork is None or not fork.complete or current.parent is None:
            return False
        met = certain.setdefault(id(fork), set())
        met.add(id(current))
        if any(id(arm) not in met and not arm.ends for arm in fork.arms):
            return False
        current = current.parent
    return True


def leaves(body: Sequence[ir.Stmt]) -> bool:
    """Does control never reach the end of a block, by its last statement: it returns, raises or aborts?"""
    match body[-1] if body else None:
        case ir.Return() | ir.Raise():
            return True
        case ir.Do(ir.Call(ir.Name("abort") | ir.Attribute(_, "abort"))):
            return True
    return False
