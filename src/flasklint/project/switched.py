"""What of a function runs when settings are as they are by default."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from flasklint import ir

Off = Callable[[str], bool]
"""Is a setting of a name off?"""


def in_force(body: Sequence[ir.Stmt], off: Off) -> tuple[ir.Stmt, ...]:
    """The statements of a body without those that only run where a setting is on that is off."""
    kept: list[ir.Stmt] = []
    for statement in body:
        if not isinstance(statement, ir.If):
            kept.append(statement)
        elif _is_off(statement.test, off):
            kept += in_force(statement.orelse, off)
        elif isinstance(statement.test, ir.Op) and statement.test.sign == "not" and _is_off(_operand(statement), off):
            kept += in_force(statement.body, off)
            if isinstance(statement.body[-1], ir.Return):
                break
        else:
            inner, orelse = in_force(statement.body, off), in_force(statement.orelse, off)
            same = inner == statement.body and orelse == statement.orelse
            kept.append(statement if same or not inner else structs.replace(statement, body=inner, orelse=orelse))
    return tuple(kept)


def _operand(statement: ir.If) -> ir.Expr:
    assert isinstance(statement.test, ir.Op)
    return statement.test.operands[0]


def _is_off(test: ir.Expr, off: Off) -> bool:
    match test:
        case ir.Op("and", operands):
            return any(_is_off(one, off) for one in operands)
        case ir.Op("or", operands):
            return all(_is_off(one, off) for one in operands)
        case ir.Compare(("is" | "==",), (read, ir.Const(True))):
            return _is_off(read, off)
        case ir.Subscript(_, ir.Const(value=str() as key)):
            return key.isupper() and off(key)
        case ir.Call(ir.Attribute(_, "get"), (ir.Argument(ir.Const(value=str() as key)), *_)):
            return key.isupper() and off(key)
    return False
