"""One walk over a libcst tree: each node goes to the method that is named after its type.

``CSTNode.visit`` rebuilds the tree that it walks and asks a visitor four questions a node; it costs more than the parse.
Here a visitor is a class with methods ``visit_Call``, ``visit_If`` ..., collected once into a table from node type to
method, and a method asks for the children that it needs, in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import libcst as cst


class _Table(dict[type, Callable[[Any, Any], Any]]):
    """Methods by type of node. A type that is not libcst's own goes by its name (see :mod:`flasklint.python.lean`)."""

    def __missing__(self, kind: type) -> Callable[[Any, Any], Any]:
        own = getattr(cst, kind.__name__, kind)
        if own is kind or own not in self:
            raise KeyError(kind)
        method = self[kind] = self[own]
        return method


class Visitor:
    """Dispatches on the type of a node. Subclasses add ``visit_<node type>`` methods, their own or from several bases."""

    table: ClassVar[Mapping[type, Callable[[Any, Any], Any]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found = _Table()
        for attribute in dir(cls):
            prefix, _, kind = attribute.partition("_")
            # Node types come and go with libcst's versions (lazy imports, template strings): one that this version does
            # not have cannot turn up in a tree either.
            if prefix == "visit" and (node_type := getattr(cst, kind, None)) is not None:
                found[node_type] = getattr(cls, attribute)
        cls.table = found

    def visit(self, node: cst.CSTNode) -> Any:
        """What the node's method makes of it. Raises :class:`KeyError` for a type that no method is for."""
        return self.table[type(node)](self, node)
