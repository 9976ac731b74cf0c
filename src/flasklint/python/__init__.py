"""The Python front end: source text to facts. The only package that knows libcst.

    bytes ─ decode ─▶ text ─ guard ─▶ text ─ parse ─▶ tree ─┬─ lower ─▶ facts
                       └──── scan ──▶ layout ───────────────┘

Each arrow is a function of its own, so that a text whose function bodies were cut out can take the same road.
"""

from __future__ import annotations

from flasklint import ir
from flasklint.python.exact import exact
from flasklint.python.lower import MisalignedError, lower
from flasklint.python.parse import Refusal, parse
from flasklint.python.scan import scan
from flasklint.source import UndecodableError, decode


def extract(path: str, data: bytes) -> ir.Module | ir.Unread:
    """The facts of one Python file, or why there are none. Pure; raises nothing whatever the bytes."""
    try:
        text = decode(data, "python")
    except UndecodableError as error:
        return ir.Unread(path, 0, 0, str(error))
    tree = parse(text)
    if isinstance(tree, Refusal):
        return ir.Unread(path, *tree)
    try:
        body = lower(tree, scan(text))
    except MisalignedError:
        layout = exact(tree, text)
        if layout is None:
            return ir.Unread(path, 0, 0, "not understood: the parser does not give back what it read")
        body = lower(tree, layout)
    return ir.Module(path, body)
