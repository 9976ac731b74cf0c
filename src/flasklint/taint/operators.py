"""Arithmetic, joining and formatting: what an operator makes of two values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import MARKUP
from flasklint.taint import guards
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import item, kept
from flasklint.taint.text import braces, concat, percent, text_value
from flasklint.taint.values import (
    DATES,
    NEVER,
    NUMBER,
    NUMERIC,
    SOMEWHERE,
    STRING,
    UNKNOWN,
    Closure,
    Constant,
    Method,
    Value,
    constant,
    doubted,
    join,
    join_all,
    merge_taints,
    texts,
)

LONGEST = 10_000
_OF_PATHS = "pathlib.Path().__truediv__"

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "**": operator.pow,
}
"""The operators that are worked out on constants."""

_DUNDER = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "@": "matmul",
    "|": "or",
    "&": "and",
    "^": "xor",
}


def _calculate(sign: str, left: Constant, right: Constant) -> Value:
    """The value of an operation on two constants; unknown where Python would raise, or it would be too large to keep."""
    if sign in ("**", "<<") and (
        not isinstance(right, int) or right > 64 or not isinstance(left, int) or abs(left) > 1 << 32
    ):
        return UNKNOWN
    if sign == "*" and any(
        isinstance(one, (str, bytes)) and isinstance(other, int) and len(one) * other > LONGEST
        for one, other in ((left, right), (right, left))
    ):
        return UNKNOWN
    if isinstance(left, (str, bytes)) and sign == "%":
        return UNKNOWN
    try:
        result = ARITHMETIC[sign](left, right)
    except (TypeError, ValueError, ArithmeticError, KeyError, OverflowError):
        return UNKNOWN
    if isinstance(result, (str, bytes)) and len(result) > LONGEST:
        return UNKNOWN
    return constant(result) if isinstance(result, (str, bytes, int, float)) else UNKNOWN


def _numbers_only(value: Value) -> bool:
    return (
        not value.open
        and not value.taints
        and all(name in NUMERIC for name in value.refs)
        and all(isinstance(one, (int, float)) for one in value.constants)
    )


def binary(frame: Frame, sign: str, left: Value, right: Value, node: ir.Node) -> Value:
    """``left sign right``"""
    if left.known and right.known and len(left.constants) * len(right.constants) <= 12:
        if sign == "%" and any(isinstance(one, (str, bytes)) for one in left.constants):
            return formatted(frame, left, right, node)
        found = NEVER
        for one in left.constants:
            for other in right.constants:
                found = join(found, _calculate(sign, one, other))
        return found
    if _numbers_only(left) and _numbers_only(right):
        return left if not DATES.isdisjoint(left.refs) else NUMBER
    if sign == "+":
        return plus(frame, left, right, node)
    if sign == "%" and left.refs == (MARKUP,):
        return left  # escapes what it puts in
    if sign == "%" and not _numbers_only(left) and _may_be_text(left):
        return formatted(frame, left, right, node)
    if sign == "/" and right.taints and not left.constants and not _divides(frame, left):
        # What is divided by a text is a path, wherever it comes from.
        path = Method(left, "__truediv__", (_OF_PATHS,))
        return frame.machine.call(frame, Value(refs=(path,)), Arguments((right,), places=(node,)), node)
    named = _operator_rows(frame, sign, left, right, node)
    if named is not None:
        return named
    if sign == "%" and not _numbers_only(left) and not frame.objects(left):
        return formatted(frame, left, right, node)
    if sign in ("|", "&", "^", "-") and (frame.objects(left) or frame.objects(right)):
        return _combined(frame, sign, left, right, node)
    if sign == "*":
        if frame.objects(left):
            return left
        return _repeated(frame, left, right, node)
    taints = merge_taints(frame.inside(left), frame.inside(right))
    if taints:
        return frame.derive(UNKNOWN, node.start, taints=taints)
    return UNKNOWN


def _divides(frame: Frame, left: Value) -> bool:
    """Whether it is a number, or something that says itself what ``/`` makes of it: an instance of a class that is known."""
    if left.refs and all(item in NUMERIC for item in left.refs if isinstance(item, str)) and not left.open:
        return True
    if any(thing.shape == "instance" for _, thing in frame.objects(left)):
        return True
    return any(isinstance(item, str) and item.rpartition(".")[2][:1].isupper() for item in left.refs)


def _repeated(frame: Frame, left: Value, right: Value, node: ir.Node) -> Value:
    if left.taints or right.taints:
        return frame.derive(
            UNKNOWN, node.start, kept(frame.text_info(left)), taints=merge_taints(left.taints, right.taints)
        )
    if any(isinstance(one, str) for one in left.constants):
        # ``"?, " * count``: of our own characters, however many.
        return text_value(list(texts(left))) if left.texts else Value((), False, (), NUMBER.refs)
    return UNKNOWN


def _may_be_text(value: Value) -> bool:
    return (
        bool(value.texts)
        or any(isinstance(one, (str, bytes)) for one in value.constants)
        or value.open
        or value.refs == STRING.refs
    )


def _is_text(value: Value) -> bool:
    if value.texts:
        return True
    return value.known and all(isinstance(one, (str, bytes)) for one in value.constants)


def _operator_rows(frame: Frame, sign: str, left: Value, right: Value, node: ir.Node) -> Value | None:
    """What a library's or the project's class says of its operators."""
    word = _DUNDER.get(sign)
    if word is None:
        return None
    for name, receiver, other in ((f"__{word}__", left, right), (f"__r{word}__", right, left)):
        names = tuple(
            item
            for item in receiver.refs
            if isinstance(item, str) and item not in NUMERIC and item not in ("builtins.str()", "builtins.bytes()")
        )
        instances = [address for address, thing in frame.objects(receiver) if thing.shape == "instance"]
        if instances:
            callee = frame.machine.attribute(frame, receiver, name, node)
            if any(isinstance(item, Closure) for item in callee.refs):
                return frame.machine.call(frame, callee, Arguments((other,), places=(node,)), node)
        if sign in ("+", "%"):
            # What is added to a text is a text, and what a text is put into, unless a table says what else it is.
            names = tuple(one for one in names if f"{one}.{name}" in frame.machine.told)
        if names:
            method = Method(receiver, name, tuple(f"{item}.{name}" for item in names))
            return frame.machine.call(frame, Value(refs=(method,)), Arguments((other,), places=(node,)), node)
    return None


def plus(frame: Frame, left: Value, right: Value, node: ir.Node) -> Value:
    """``left + right``"""
    lefts, rights = frame.objects(left), frame.objects(right)
    if lefts or rights:
        if len(lefts) == 1 and len(rights) == 1 and not left.open and not right.open:
            one, other = lefts[0][1], rights[0][1]
            if one.shape in ("list", "tuple") and one.size is not None and other.size is not None:
                held = [one.items.get(index, one.rest) for index in range(one.size)]
                held += [other.items.get(index, other.rest) for index in range(other.size)]
                return frame.sequence(node.start, one.shape, held)
        everything = NEVER
        for value, things in ((left, lefts), (right, rights)):
            for _, thing in things:
                everything = join(everything, thing.everything())
            if value.taints or value.open:
                everything = join(everything, frame.members(replace(value, refs=()), node.start))
        shape = (lefts or rights)[0][1].shape
        if len(lefts) == 1 and not left.open and not left.taints and lefts[0][1].size is not None:
            # The known beginning stays.
            return frame.make(node.start, replace(lefts[0][1], rest=everything, keys=UNKNOWN, size=None, many=False))
        return frame.make(
            node.start, Obj(shape if shape in ("list", "tuple") else "list", rest=everything, keys=UNKNOWN)
        )
    named = _operator_rows(frame, "+", left, right, node)
    if named is not None:
        return named
    result = concat((left, right))
    if result.taints:
        return frame.stepped(result, node, "joined into a text")
    if not _may_be_text(left) and not _may_be_text(right):
        return UNKNOWN
    if left.open and right.open and not result.texts:
        return UNKNOWN
    return result


def _combined(frame: Frame, sign: str, left: Value, right: Value, node: ir.Node) -> Value:
    things = [thing for value in (left, right) for _, thing in frame.objects(value)]
    shape = things[0].shape
    if sign == "-" or (sign == "&" and not right.open):
        # A difference holds nothing that the left does not; a common part nothing that the right does not.
        chosen = frame.objects(left) if sign == "-" else frame.objects(right) or frame.objects(left)
        things = [thing for _, thing in chosen]
        if sign == "-" and left.taints:
            return left
        if not things:
            return UNKNOWN
    items: dict[Constant, Value] = {}
    rest = keys = NEVER
    for thing in things:
        if shape == "dict":
            items.update(thing.items)
        else:
            rest = join(rest, thing.everything())
        rest, keys = join(rest, thing.rest), join(keys, thing.keys)
    taints = merge_taints(left.taints, right.taints) if sign in ("|", "^") else ()
    if taints:
        rest = join(rest, Value(open=True, taints=taints))
    elif left.open or right.open:
        rest = join(rest, UNKNOWN)
    made = frame.make(node.start, Obj(shape, items, rest, keys))
    return guards.left_over(frame, left, right, made) if sign == "-" and shape == "set" else made


def formatted(frame: Frame, left: Value, right: Value, node: ir.Node) -> Value:
    """``left % right``"""
    tuples = [thing for _, thing in frame.objects(right) if thing.shape == "tuple"]
    dicts = [thing for _, thing in frame.objects(right) if thing.shape == "dict"]

    def positional(index: int) -> Value:
        if tuples:
            return join_all(frame.as_text(thing.items.get(index, thing.rest)) for thing in tuples)
        return frame.as_text(right) if index == 0 or right.open or right.taints else UNKNOWN

    def named(name: str) -> Value:
        if dicts:
            return join_all(
                frame.as_text(thing.items.get(name, thing.rest if thing.rest is not NEVER else UNKNOWN))
                for thing in dicts
            )
        if right.taints:
            return frame.machine.part(frame, right, f"item:{name!r}", node)
        return UNKNOWN

    found = NEVER
    templates = list(texts(left))
    for choice in templates:
        if all(isinstance(piece, str) for piece in choice):
            template = "".join(piece for piece in choice if isinstance(piece, str))
            found = join(found, percent(template, positional, named))
        else:
            # The template itself is not all ours: its own parts, then the arguments somewhere in it.
            rest = doubted(Value(open=True, taints=frame.inside(right)), SOMEWHERE) if frame.inside(right) else UNKNOWN
            found = join(found, concat((text_value([choice]), rest)))
    return frame.stepped(found, node, "formatted into a text")


def brace_formatted(frame: Frame, left: Value, arguments: Arguments, node: ir.Node) -> Value:
    """``left.format(arguments)``"""
    keywords = dict(arguments.keywords)

    def spare(value: Value | None) -> Value:
        return value if value is not None else UNKNOWN

    def positional(index: int) -> Value:
        if index < len(arguments.positional):
            return arguments.positional[index]
        return spare(arguments.star)

    def named(name: str) -> Value:
        return keywords.get(name) or spare(arguments.double)

    def inside(value: Value, is_item: bool, name: str) -> Value:
        if is_item:
            key = constant(int(name)) if name.isdigit() else constant(name)
            return item(frame, value, key, node)
        return frame.machine.attribute(frame, value, name, node)

    found = NEVER
    for choice in texts(left):
        if all(isinstance(piece, str) for piece in choice):
            template = "".join(piece for piece in choice if isinstance(piece, str))
            text = braces(
                template,
                positional,
                named,
                inside,
                frame.as_text,
            )
            found = join(found, text)
        else:
            rest = [doubted(frame.as_text(value), SOMEWHERE) for value in arguments.all()]
            found = join(found, concat((text_value([choice]), *rest)))
    return frame.stepped(found, node, "formatted into a text")
