"""Which keys of the configuration the code asks for, be they set in the tree or not."""

from __future__ import annotations

from collections.abc import Iterable

from flasklint import ir
from flasklint.project.scopes import LinkedModule


def keys_read(modules: Iterable[LinkedModule]) -> frozenset[str]:
    """The keys of ``something.config["KEY"]`` and ``something.config.get("KEY")``, tests left out."""
    return frozenset(
        node.value
        for module in modules
        if not module.is_test and "config" in module.words
        for key in map(_key, ir.walk(module.facts))
        for node in (key,)
        if isinstance(node, ir.Const) and isinstance(node.value, str) and node.value.isupper()
    )


def _key(node: ir.Node) -> ir.Expr | None:
    match node:
        case ir.Subscript(ir.Attribute(name="config"), key):
            return key
        case ir.Call(ir.Attribute(ir.Attribute(name="config"), "get"), (ir.Argument(value=key), *_)):
            return key
    return None
