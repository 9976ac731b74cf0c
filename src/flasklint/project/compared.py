"""What a function compares with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flasklint import ir
from flasklint.knowledge.sensitive import words

_DEEPEST = 3
_COMPARING = frozenset(
    {"check", "cmp", "compare", "equal", "equals", "match", "matches", "valid", "validate", "verify"}
)
"""Words in the names of functions that compare what they are given."""


def comparisons(function: ir.Function, *, membership: bool = False) -> Iterator[tuple[Sequence[ir.Expr], ...]]:
    """The comparisons of a function: for each operand what it is, with all that the names in it were given. ``membership``:
    ``in`` compares as well."""
    values = _given(function)
    for node in ir.walk(function):
        match node:
            case ir.Compare(("==" | "!=" | "is" | "is-not",), operands):
                compared = operands
            case ir.Compare(("in" | "not-in",), operands) if membership:
                compared = operands
            case ir.Call(ir.Name(name) | ir.Attribute(_, name), arguments) if len(arguments) > 1 and not (
                _COMPARING.isdisjoint(words(name))
            ):
                compared = tuple(argument.value for argument in arguments)
            case _:
                continue
        yield tuple((one, *_behind(one, values, _DEEPEST)) for one in compared)


def _given(function: ir.Function) -> Mapping[str, Sequence[ir.Expr]]:
    found: dict[str, list[ir.Expr]] = {}
    for node in ir.statements(function):
        if isinstance(node, ir.Assign) and node.value is not None:
            for target in node.targets:
                if isinstance(target, ir.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _behind(expr: ir.Expr, values: Mapping[str, Sequence[ir.Expr]], depth: int) -> Iterator[ir.Expr]:
    for node in (expr, *ir.walk(expr)):
        for value in values.get(node.id, ()) if depth and isinstance(node, ir.Name) else ():
            yield value
            yield from _behind(value, values, depth - 1)
