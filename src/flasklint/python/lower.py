"""A tree and the layout of its text, lowered to facts."""

from __future__ import annotations

import libcst as cst

from flasklint import ir
from flasklint.python.layout import Layout
from flasklint.python.statements import Statements


class Lowering(Statements):
    """The visitor that lowers a module."""


def lower(tree: cst.Module, layout: Layout) -> tuple[ir.Stmt, ...]:
    """The statements of a module.

    Raises :class:`MisalignedError` if the layout is not that of the tree's text, :class:`NestingError` if it nests too deeply
    for those who read facts, :class:`KeyError` for a kind of node that this version does not know.
    """
    lowering = Lowering(layout)
    body = lowering.block(tree.body)
    lowering.finish()
    return body
