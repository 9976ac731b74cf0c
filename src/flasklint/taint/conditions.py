"""Tests: comparisons, ``and``, ``or``, ``if``, and what is known where they hold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.frame import Frame
from flasklint.taint.state import State, join_states, same_part
from flasklint.taint.values import (
    BOOL,
    FALSE,
    LANGUAGE_TYPES,
    NEVER,
    NONE,
    NOTHING_KNOWN,
    OUR_TEXT,
    TRUE,
    UNKNOWN,
    Claim,
    Closure,
    Constant,
    Fragment,
    Method,
    Value,
    claim_of,
    constant,
    join,
    renamed,
    truth,
)


def literal(frame: Frame, node: ir.Const) -> Value:
    """What is written in the program."""
    if node.kind == "bytes":
        return constant(str(node.value).encode("latin-1"))
    if node.kind == "ellipsis":
        return UNKNOWN
    value = node.value
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    return constant(value)


def logic(frame: Frame, node: ir.Op) -> Value:
    """``a and b``, ``a or b``"""
    parts = frame.machine.parts
    conjunction = node.sign == "and"
    values: list[Value] = []
    claims: list[Claim] = []
    branches: list[State] = []
    for index, operand in enumerate(node.operands):
        value = frame.machine.evaluate(frame, operand)
        if frame.dead:
            if not branches:
                return value
            # `found or abort(404)`: what goes on is what was decided before, so the operand before has the deciding answer.
            frame.dead = False
            frame.state = branches.pop()
            frame.state.learn((claims[-1].false if conjunction else claims[-1].true) or ())
            narrow(frame, node.operands[index - 1], not conjunction)
            values[-1] = _only(values[-1], not conjunction)
            break
        values.append(value)
        claim = guards.told(value, parts, frame.path, operand)
        claims.append(claim)
        known = truth(value)
        if known is (not conjunction):
            # Decided: what follows is never asked.
            break
        if index + 1 < len(node.operands):
            learnt = claim.true if conjunction else claim.false
            branches.append(frame.state.copy())
            narrow(frame, operand, conjunction)
            if learnt:
                frame.state.learn(learnt)
    for branch in branches:
        joined = join_states(branch, frame.state)
        assert joined is not None
        # What later operands established for themselves does not outlast them; the claim says it.
        joined.infos.update(branch.infos)
        frame.state = joined
    claim = guards.conjunction(claims) if conjunction else guards.disjunction(claims)
    result = NEVER
    for index, value in enumerate(values):
        last = index == len(values) - 1
        if not last and truth(value) is conjunction:
            continue
        if not last:
            value = _only(value, not conjunction)
        result = join(result, replace(value, claim=None))
    return replace(result, claim=claim if claim.true or claim.false or None in claim else None)


def _only(value: Value, truthy: bool) -> Value:
    """The value when it is true, or when it is false."""
    if value.texts:
        return value
    if truthy:
        return replace(value, constants=tuple(one for one in value.constants if one))
    constants = tuple(one for one in value.constants if not one)
    refs = tuple(one for one in value.refs if not isinstance(one, (Closure, Method)))
    if value.taints or value.open:
        # An empty text, a zero, None: harmless, whatever it came from.
        return Value(constants or ("", None), False, (), ())
    return Value(constants, False, (), refs)


_NARROWING = frozenset((ir.Name, ir.Op, ir.Compare, ir.Walrus, ir.Call))
"""The kinds of tests that tell of the constants of a variable, or of its type."""


def narrow(frame: Frame, test: ir.Expr, holds: bool) -> None:
    """Leave out of a variable the constants that it can't be when the test holds, or doesn't."""
    if type(test) not in _NARROWING:
        return
    match test:
        case ir.Name(id=name):
            value = frame.state.variables.get(name)
            if value is None or not value.constants or value.texts:
                return
            constants = tuple(one for one in value.constants if bool(one) == holds)
            if constants != value.constants and (constants or value.open or value.refs):
                frame.state.variables[name] = replace(value, constants=constants)
        case ir.Op(sign="not", operands=(inner,)):
            narrow(frame, inner, not holds)
        case ir.Op(sign="and", operands=operands) if holds:
            for operand in operands:
                narrow(frame, operand, True)
        case ir.Op(sign="or", operands=operands) if not holds:
            for operand in operands:
                narrow(frame, operand, False)
        case ir.Compare(signs=(sign,), operands=(ir.Name(id=name), ir.Const() as other)) if sign in (
            "==",
            "!=",
            "is",
            "is-not",
        ):
            value = frame.state.variables.get(name)
            if value is None or not value.constants or value.texts:
                return
            equal = holds == (sign in ("==", "is"))
            wanted = literal(frame, other).constants[0] if other.kind != "ellipsis" else None
            if equal:
                if value.open or value.taints:
                    return
                constants = tuple(one for one in value.constants if one == wanted)
            else:
                constants = tuple(one for one in value.constants if one != wanted or type(one) is not type(wanted))
            if constants != value.constants and (constants or value.open or value.refs):
                frame.state.variables[name] = replace(value, constants=constants)
        case ir.Walrus(target=target):
            narrow(frame, target, holds)
        case ir.Call(
            function=ir.Name(id="isinstance"), arguments=(ir.Argument(value=ir.Name(id=name)), ir.Argument(value=kinds))
        ):
            _narrow_type(frame, name, kinds, holds)
        case ir.Compare(
            signs=(sign,),
            operands=(ir.Call(function=ir.Name(id="type"), arguments=(ir.Argument(value=ir.Name(id=name)),)), kinds),
        ) if sign in ("==", "!=", "is", "is-not"):
            _narrow_type(frame, name, kinds, holds == (sign in ("==", "is")))
        case _:
            return


_CONTAINERS = frozenset(("list", "tuple", "set", "dict"))


def _narrow_type(frame: Frame, name: str, kinds: ir.Expr, holds: bool) -> None:
    """Leave out of a variable the containers and constants that are not of one of these types, or that are."""
    value = frame.state.variables.get(name)
    if value is None or not (value.refs or value.constants):
        return
    given = frame.machine.evaluate(frame, kinds)
    wanted = {one for each in (frame.members(given, 0) if frame.objects(given) else given,) for one in each.refs}
    if not wanted or not all(one in LANGUAGE_TYPES for one in wanted):
        return
    refs = []
    for one in value.refs:
        shape = frame.object_at(one).shape if type(one) is int else ""
        if shape not in _CONTAINERS or (f"builtins.{shape}" in wanted) == holds:
            refs.append(one)
    constants = value.constants
    if not value.texts:
        if "builtins.int" in wanted:
            wanted.add("builtins.bool")
        constants = tuple(one for one in constants if (f"builtins.{type(one).__name__}" in wanted) == holds)
    if (len(refs), len(constants)) != (len(value.refs), len(value.constants)):
        left = replace(value, refs=tuple(refs), constants=constants)
        # What is left may be nothing: then nobody comes here.
        frame.state.variables[name] = OUR_TEXT if left == NEVER else left


def choice(frame: Frame, node: ir.Op) -> Value:
    """``then if test else otherwise``"""
    test, then, otherwise = node.operands
    value = frame.machine.evaluate(frame, test)
    known = truth(value)
    if known is not None:
        return frame.machine.evaluate(frame, then if known else otherwise)
    claim = guards.told(value, frame.machine.parts)
    before = frame.state.copy()
    frame.state.learn(claim.true or ())
    narrow(frame, test, True)
    one = frame.machine.evaluate(frame, then)
    one = NEVER if frame.dead else _fixed_facts(frame, one, node)
    after = None if frame.dead else frame.state
    frame.dead = False
    frame.state = before
    frame.state.learn(claim.false or ())
    narrow(frame, test, False)
    other = frame.machine.evaluate(frame, otherwise)
    other = NEVER if frame.dead else _fixed_facts(frame, other, otherwise)
    joined = join_states(after, None if frame.dead else frame.state, node.start)
    frame.dead = joined is None
    if joined is not None:
        frame.state = joined
    return join(one, other)


def _fixed_facts(frame: Frame, value: Value, node: ir.Node) -> Value:
    """The value of one way, which goes on knowing what was found out on it alone."""
    names: dict[Fragment, Fragment] = {}
    for taint in value.taints:
        info = frame.info(taint.fragment)
        if info is not NOTHING_KNOWN and taint.fragment not in names:
            name = names[taint.fragment] = same_part(taint.fragment, f"{node.start}")
            frame.state.infos[name] = info
    return renamed(value, names) if names else value


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(frame: Frame, node: ir.Compare) -> Value:
    """``a < b``, and chains of such"""
    values = [frame.machine.evaluate(frame, operand) for operand in node.operands]
    answers: list[Value] = []
    for index, sign in enumerate(node.signs):
        answers.append(compared(frame, sign, values[index], values[index + 1], node))
    if len(answers) == 1:
        return answers[0]
    known = [truth(answer) for answer in answers]
    if False in known:
        return FALSE
    if None not in known:
        return TRUE
    return replace(BOOL, claim=guards.conjunction(claim_of(answer) for answer in answers))


def compared(frame: Frame, sign: str, left: Value, right: Value, node: ir.Node) -> Value:
    """``left sign right``"""
    answer = _decide(frame, sign, left, right)
    if answer is not None:
        return TRUE if answer else FALSE
    claim = guards.placed(guards.compare(frame, sign, left, right, frame.machine.parts), frame.path, node)
    return replace(BOOL, claim=claim) if claim is not None else BOOL


def _settled(sign: str, one: Constant, other: Constant) -> bool | None:
    """The answer on constants; None when Python would raise."""
    try:
        if sign in _ORDER:
            return bool(_ORDER[sign](one, other))
        if sign in ("is", "is-not"):
            same = one is other or (type(one) is type(other) and one == other)
            return same == (sign == "is")
        if isinstance(one, str) and isinstance(other, str):
            return (one in other) == (sign == "in")
        if isinstance(one, (bytes, int)) and isinstance(other, bytes):
            return (one in other) == (sign == "in")
    except TypeError:
        return None
    return None


def _is_type(value: Value) -> bool:
    """Whether it is one of the language's own types, and nothing else."""
    return len(value.refs) == 1 and value.refs[0] in LANGUAGE_TYPES and value == Value(refs=value.refs)


def _decide(frame: Frame, sign: str, left: Value, right: Value) -> bool | None:
    """The answer, where it can be told."""
    if left.known and right.known and len(left.constants) * len(right.constants) <= 16:
        answers = set()
        for one in left.constants:
            for other in right.constants:
                answers.add(_settled(sign, one, other))
        return answers.pop() if len(answers) == 1 else None
    if sign in ("in", "not-in") and left.known and len(left.constants) == 1 and not right.open and not right.taints:
        things = frame.objects(right)
        if len(things) == 1 and len(right.refs) == 1 and things[0][0] >= 0:
            thing = things[0][1]
            if thing.many or thing.rest is not NEVER or thing.shape == "instance":
                return None
            wanted = left.constants[0]
            if thing.shape == "dict":
                return (wanted in thing.items) == (sign == "in")
            if all(value.known and len(value.constants) == 1 for value in thing.items.values()):
                return any(value.constants[0] == wanted for value in thing.items.values()) == (sign == "in")
        return None
    if (
        sign in ("is", "is-not", "==", "!=")
        and right == NONE
        and not left.open
        and not left.taints
        and left.refs
        and not left.constants
    ) and all(type(one) is int or isinstance(one, (Closure, Method)) for one in left.refs):
        return sign in ("is-not", "!=")
    if sign in ("is", "is-not", "==", "!=") and _is_type(left) and _is_type(right):
        # ``type(x) is str``
        return (left.refs == right.refs) == (sign in ("is", "=="))
    if sign in ("is", "is-not", "==", "!=") and right == NONE and left.texts:
        return sign in ("is-not", "!=")
    return None
