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


_DEVELOPMENT = frozenset({"debug", "testing"})
_ELSEWHERE = frozenset({"dev", "develop", "development", "local", "test", "testing"})


def off_by_default(function: ir.Function) -> frozenset[int]:
    """The offsets of what a function does only where the app is debugged or tested, or where the environment says something that
    it does not by itself: ``if app.debug:``, ``if os.getenv("ALLOW_ALL"):``"""
    found: set[int] = set()
    for statement in ir.statements(function):
        if isinstance(statement, ir.If) and _by_default_off(statement.test):
            found.update(inner.start for one in statement.body for inner in (one, *ir.walk(one)))
    return frozenset(found)


def _by_default_off(test: ir.Expr) -> bool:
    match test:
        case ir.Op("and", operands):
            return any(map(_by_default_off, operands))
        case ir.Op("or", operands):
            return all(map(_by_default_off, operands))
        case ir.Attribute(_, name):
            return name in _DEVELOPMENT
        case ir.Subscript(_, ir.Const(value=str() as key)) if key.lower() in _DEVELOPMENT:
            return True
        case ir.Subscript(ir.Attribute(_, "environ")):
            return True
        case ir.Call(ir.Attribute(_, "get"), (ir.Argument(ir.Const(value=str() as key)),)) if (
            key.lower() in _DEVELOPMENT
        ):
            return True
        case ir.Call(ir.Attribute(ir.Attribute(_, "environ"), "get") | ir.Attribute(_, "getenv"), (_, *rest)):
            return not any(isinstance(one.value, ir.Const) and _says_yes(one.value.value) for one in rest)
        case ir.Compare(("in",), (ir.Const(), ir.Attribute(_, "environ"))):
            return True
        case ir.Compare(("==" | "is",), (read, ir.Const(value))):
            return (isinstance(value, str) and value.lower() in _ELSEWHERE) or (
                _says_yes(value) and _by_default_off(read)
            )
        case ir.Compare(("in",), (_, ir.Display(_, items))):
            return bool(items) and all(
                isinstance(one.value, ir.Const) and one.value.value in _ELSEWHERE for one in items
            )
    return False


def _says_yes(value: object) -> bool:
    return value is True or (isinstance(value, (str, int)) and str(value).lower() in ("1", "true", "yes", "on"))
