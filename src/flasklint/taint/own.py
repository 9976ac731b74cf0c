"""What the user's rows say of a call of the project's own function, whose body was followed besides."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Source
from flasklint.taint import library, sinks
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.tables import Index
from flasklint.taint.values import BOOL, UNKNOWN, Claim, Value, facts_both

Read = Callable[[Frame, Source, ir.Node], Value]
"""What gives the value of a source that is read at a node."""


def told(
    frame: Frame,
    index: Index,
    name: str,
    arguments: Arguments,
    receiver: Value | None,
    node: ir.Node,
    made: Value,
    read: Read,
) -> Value:
    """The result of a call, where the rows say another than the body does, which came to ``made``."""
    for row in index.sinks.get(name, ()):
        sinks.reach(frame, index, row, arguments, receiver, node)
    claim: Claim | None = None
    for guard in index.guards.get(name, ()):
        found = library.guarded(frame, guard, arguments, receiver)
        if found is not None:
            both = Claim() if claim is None else claim
            claim = Claim(facts_both(both.true, found.true), facts_both(both.false, found.false))
    source = index.sources.get(f"{name}()")
    if source is not None:
        return read(frame, source, node)
    short = name.rpartition(".")[2]
    for sanitizer in index.sanitizers.get(name, ()):
        return library.sanitized(frame, index, sanitizer, arguments, receiver, node, short)
    summary = index.summaries.get(name)
    if summary is not None:
        return library.summarized(frame, index, summary, arguments, receiver, node, short)
    if claim is not None:
        return replace(BOOL if made == UNKNOWN or not made.taints else made, claim=claim)
    return made
