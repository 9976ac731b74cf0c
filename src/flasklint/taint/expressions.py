"""The values of expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from flasklint import ir
from flasklint.taint import characters, guards
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj, State, join_states, same_part
from flasklint.taint.text import braces, concat, cut, is_bytes, numeric, percent, text_value
from flasklint.taint.values import (
    BOOL,
    FALSE,
    NEVER,
    NONE,
    NOTHING_KNOWN,
    NUMBER,
    NUMERIC,
    STRING,
    TRUE,
    UNKNOWN,
    Claim,
    Closure,
    Constant,
    Fragment,
    Info,
    Method,
    Ref,
    Value,
    claim_of,
    constant,
    join,
    join_all,
    merge_taints,
    renamed,
    texts,
    truth,
)

LONGEST = 10_000
MOST_UNROLLED = 8

Evaluator = Callable[[Frame, Any], Value]


def _const(frame: Frame, node: ir.Const) -> Value:
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


def _name(frame: Frame, node: ir.Name) -> Value:
    return frame.lookup(node.id, node)


def _attribute(frame: Frame, node: ir.Attribute) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    if frame.page:
        return frame.machine.page_attribute(frame, value, node.name, node)
    return frame.machine.attribute(frame, value, node.name, node)


# Subscripts --------------------------------------------------------------------------------------------------------


def _integer(value: Value) -> int | None:
    if value.known and len(value.constants) == 1 and isinstance(value.constants[0], int):
        return int(value.constants[0])
    return None


def _subscript(frame: Frame, node: ir.Subscript) -> Value:
    base = frame.machine.evaluate(frame, node.value)
    if isinstance(node.key, ir.Op) and node.key.sign == "slice":
        lower, upper, step = (frame.machine.evaluate(frame, item) for item in node.key.operands)
        return sliced(frame, base, lower, upper, step, node)
    key = frame.machine.evaluate(frame, node.key)
    return item(frame, base, key, node)


def names_of_ref(item: Ref) -> tuple[str, ...]:
    """The canonical names of what a value may be, when it goes by any."""
    if isinstance(item, str):
        return (item,)
    return item.names if isinstance(item, Method) else ()


def item(frame: Frame, base: Value, key: Value, node: ir.Node) -> Value:
    """``base[key]``"""
    result = NEVER
    keys = key.constants if not key.open and not key.refs else ()
    for _, thing in frame.objects(base):
        if thing.shape == "instance":
            callee = frame.machine.attribute(
                frame, base._replace(refs=tuple(r for r in base.refs if type(r) is int)), "__getitem__", node
            )
            result = join(result, frame.machine.call(frame, callee, Arguments((key,), places=(node,)), node))
            continue
        found = NEVER
        if keys:
            for one in keys:
                position: Constant = one
                if thing.shape in ("list", "tuple") and isinstance(one, int) and one < 0 and thing.size is not None:
                    position = one + thing.size
                if position in thing.items:
                    found = join(found, thing.items[position])
                elif thing.shape in ("list", "tuple") and isinstance(one, int) and one < 0:
                    found = join(found, thing.everything())
                else:
                    found = join(found, thing.rest)
        else:
            found = thing.everything()
        result = join(result, found)
    for value in base.constants:
        for one in keys:
            if isinstance(value, (str, bytes)) and isinstance(one, int) and -len(value) <= one < len(value):
                result = join(result, constant(value[one]))
        if not keys and isinstance(value, (str, bytes)):
            for at in range(min(len(value), 256)):
                result = join(result, constant(value[at]))
    names = tuple(name for one in base.refs for name in names_of_ref(one))
    rest = base._replace(constants=(), refs=tuple(r for r in base.refs if type(r) is not int), claim=None)
    if names and names not in (("builtins.str()",), ("builtins.bytes()",)):
        method = Method(rest, "__getitem__", tuple(f"{name}.__getitem__" for name in names))
        return join(result, frame.machine.call(frame, Value(refs=(method,)), Arguments((key,), places=(node,)), node))
    if rest.taints:
        tag = f"item:{keys[0]!r}" if len(keys) == 1 else f"item@{node.start}"
        return join(result, frame.machine.part(frame, rest, tag, node))
    if rest.open or rest.refs or result is NEVER:
        result = join(result, UNKNOWN)
    return result


def sliced(frame: Frame, base: Value, lower: Value, upper: Value, step: Value, node: ir.Node) -> Value:
    """``base[lower:upper:step]``"""
    start, stop = _integer(lower), _integer(upper)
    fixed = (lower == NONE or start is not None) and (upper == NONE or stop is not None)
    every = step in (NONE, constant(1))
    if base.known and fixed and len(base.constants) <= 4:
        stride = _integer(step)
        try:
            return join_all(constant(one[start:stop:stride]) for one in base.constants if isinstance(one, (str, bytes)))
        except (TypeError, ValueError):
            return UNKNOWN
    result = NEVER
    objects = frame.objects(base)
    for _, thing in objects:
        items: dict[Constant, Value]
        if fixed and every and thing.size is not None and thing.rest is NEVER and thing.shape in ("list", "tuple"):
            held = [thing.items.get(index, UNKNOWN) for index in range(thing.size)][start:stop]
            result = join(result, frame.sequence(node.start, thing.shape, held))
        else:
            items = {}
            result = join(result, frame.make(node.start, Obj(thing.shape, items, thing.everything(), UNKNOWN)))
    if objects and not base.taints and not base.open:
        return result
    if fixed and every and base.texts:
        cuts = [cut(choice, start, stop) for choice in base.texts]
        known = [choice for choice in cuts if choice is not None]
        if len(known) == len(cuts):
            return join(result, text_value(known, is_bytes(base)))
    alone = base.taints and every and not objects and guards.whole(base)
    if alone and lower in (NONE, constant(0)) and stop is not None and 0 < stop <= 8:
        return join(result, frame.machine.part(frame, base, f"first:{stop}", node))
    if alone and start == 1 and stop == -1:
        return join(result, frame.machine.part(frame, base, "inside", node))
    if base.taints:
        info = kept(frame.text_info(base))
        refs = ("builtins.bytes()",) if is_bytes(base) else ()
        return join(result, frame.derive(base, node.start, info, refs=refs, taints=base.taints))
    if base.refs == STRING.refs:
        return STRING
    return join(result, UNKNOWN)


def kept(info: Info) -> Info:
    """What still holds of a text that was cut or changed in a way that adds no characters."""
    clear = info.clear - {"*"} if "chosen" in info.tags else info.clear
    return Info(mask=info.mask, lacks=info.lacks, clear=clear)


# Operations ---------------------------------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
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


def _calculate(sign: str, left: Constant, right: Constant) -> Constant | NotImplementedError:
    if sign in ("**", "<<") and (
        not isinstance(right, int) or right > 64 or not isinstance(left, int) or abs(left) > 1 << 32
    ):
        return NotImplementedError()
    if sign == "*" and any(
        isinstance(one, (str, bytes)) and isinstance(other, int) and len(one) * other > LONGEST
        for one, other in ((left, right), (right, left))
    ):
        return NotImplementedError()
    if isinstance(left, (str, bytes)) and sign == "%":
        return NotImplementedError()
    try:
        result = _ARITHMETIC[sign](left, right)
    except (TypeError, ValueError, ArithmeticError, KeyError, OverflowError):
        return NotImplementedError()
    if isinstance(result, (str, bytes)) and len(result) > LONGEST:
        return NotImplementedError()
    return result if isinstance(result, (str, bytes, int, float)) else NotImplementedError()


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
                result = _calculate(sign, one, other)
                found = join(found, UNKNOWN if isinstance(result, NotImplementedError) else constant(result))
        return found
    if _numbers_only(left) and _numbers_only(right):
        return NUMBER
    if sign == "+":
        return plus(frame, left, right, node)
    if sign == "%" and not _numbers_only(left) and _may_be_text(left):
        return formatted(frame, left, right, node)
    named = _operator_rows(frame, sign, left, right, node)
    if named is not None:
        return named
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
                everything = join(everything, frame.members(value._replace(refs=()), node.start))
        shape = (lefts or rights)[0][1].shape
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
    return frame.make(node.start, Obj(shape, items, rest, keys))


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
            rest = Value(open=True, taints=frame.inside(right)) if frame.inside(right) else UNKNOWN
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
            rest = [frame.as_text(value) for value in arguments.all()]
            found = join(found, concat((text_value([choice]), *rest)))
    return frame.stepped(found, node, "formatted into a text")


def _op(frame: Frame, node: ir.Op) -> Value:
    sign = node.sign
    if sign in ("and", "or"):
        return _logic(frame, node)
    if sign == "if":
        return _choice(frame, node)
    values = [frame.machine.evaluate(frame, operand) for operand in node.operands]
    if len(values) == 2 and (sign in _ARITHMETIC or sign == "@"):
        return binary(frame, sign, values[0], values[1], node)
    match sign:
        case "not":
            claim = guards.told(values[0], frame.machine.parts, frame.path, node)
            known = truth(values[0])
            if known is not None:
                return FALSE if known else TRUE
            return BOOL._replace(claim=Claim(claim.false, claim.true))
        case "neg" | "pos" | "invert":
            number = _integer(values[0])
            if number is not None:
                return constant(-number if sign == "neg" else number if sign == "pos" else ~number)
            if values[0].known and isinstance(values[0].constants[0], float) and sign == "neg":
                return constant(-values[0].constants[0])
            return values[0]._replace(constants=(), claim=None, open=True) if values[0].taints else UNKNOWN
        case "await":
            return values[0]
        case "yield":
            frame.yields.append(values[0] if values else NONE)
            return UNKNOWN
        case "yield-from":
            frame.yields.append(frame.members(values[0], node.start))
            return UNKNOWN
        case "~":
            return concat(values)
        case _:
            taints = merge_taints((), (taint for value in values for taint in frame.inside(value)))
            return Value(open=True, taints=taints) if taints else UNKNOWN


def _logic(frame: Frame, node: ir.Op) -> Value:
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
        result = join(result, value._replace(claim=None))
    return result._replace(claim=claim if claim.true or claim.false or None in claim else None)


def _only(value: Value, truthy: bool) -> Value:
    """The value when it is true, or when it is false."""
    if value.texts:
        return value
    if truthy:
        return value._replace(constants=tuple(one for one in value.constants if one))
    constants = tuple(one for one in value.constants if not one)
    refs = tuple(one for one in value.refs if not isinstance(one, (Closure, Method)))
    if value.taints or value.open:
        # An empty text, a zero, None: harmless, whatever it came from.
        return Value(constants or ("", None), False, (), ())
    return Value(constants, False, (), refs)


def narrow(frame: Frame, test: ir.Expr, holds: bool) -> None:
    """Leave out of a variable the constants that it can't be when the test holds, or doesn't."""
    match test:
        case ir.Name(id=name):
            value = frame.state.variables.get(name)
            if value is None or not value.constants or value.texts:
                return
            constants = tuple(one for one in value.constants if bool(one) == holds)
            if constants != value.constants and (constants or value.open or value.refs):
                frame.state.variables[name] = value._replace(constants=constants)
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
            wanted = _const(frame, other).constants[0] if other.kind != "ellipsis" else None
            if equal:
                if value.open or value.taints:
                    return
                constants = tuple(one for one in value.constants if one == wanted)
            else:
                constants = tuple(one for one in value.constants if one != wanted or type(one) is not type(wanted))
            if constants != value.constants and (constants or value.open or value.refs):
                frame.state.variables[name] = value._replace(constants=constants)
        case ir.Walrus(target=target):
            narrow(frame, target, holds)
        case _:
            return


def _choice(frame: Frame, node: ir.Op) -> Value:
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


def _compare(frame: Frame, node: ir.Compare) -> Value:
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
    return BOOL._replace(claim=guards.conjunction(claim_of(answer) for answer in answers))


def compared(frame: Frame, sign: str, left: Value, right: Value, node: ir.Node) -> Value:
    """``left sign right``"""
    answer = _decide(frame, sign, left, right)
    if answer is not None:
        return TRUE if answer else FALSE
    claim = guards.placed(guards.compare(frame, sign, left, right, frame.machine.parts), frame.path, node)
    return BOOL._replace(claim=claim) if claim is not None else BOOL


def _settled(sign: str, one: Constant, other: Constant) -> bool | None:
    """The answer on constants; None when Python would raise."""
    try:
        if sign in _ORDER:
            return bool(_ORDER[sign](one, other))
        if sign in ("is", "is-not"):
            same = one is other or (type(one) is type(other) and one == other)
            return same == (sign == "is")
        if isinstance(other, (str, bytes)):
            return (one in other) == (sign == "in")  # type: ignore[operator]
    except TypeError:
        return None
    return None


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
    if sign in ("is", "is-not", "==", "!=") and right == NONE and left.texts:
        return sign in ("is-not", "!=")
    return None


# Texts and displays -------------------------------------------------------------------------------------------------


def _join(frame: Frame, node: ir.Join) -> Value:
    result = concat([frame.as_text(frame.machine.evaluate(frame, part)) for part in node.parts])
    if result.taints and len(node.parts) > 1:
        return frame.stepped(result, node, "joined into a text")
    return result


def _formatted(frame: Frame, node: ir.Formatted) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    if node.spec is not None:
        spec = frame.machine.evaluate(frame, node.spec)
        if spec.known and isinstance(spec.constants[0], str) and spec.constants[0][-1:] in tuple("bcdeEfFgGnoxX%"):
            return numeric(value)
    if node.conversion in ("r", "a") and value.taints:
        # ``repr`` writes line breaks and quotes as escapes.
        info = frame.text_info(value)
        mask = (info.mask & ~characters.NEWLINES) | characters.of("\\'\"")
        return frame.derive(value, node.start, Info(mask=mask, clear=info.clear))
    return value


def _display(frame: Frame, node: ir.Display) -> Value:
    held: list[Value] = []
    rest = NEVER
    for entry in node.items:
        value = frame.machine.evaluate(frame, entry.value)
        if entry.name == "*":
            things = frame.objects(value)
            if len(things) == 1 and len(value.refs) == 1 and things[0][1].size is not None and rest is NEVER:
                thing = things[0][1]
                assert thing.size is not None
                held.extend(thing.items.get(index, thing.rest) for index in range(thing.size))
            else:
                rest = join(rest, frame.members(value, node.start))
        else:
            held.append(value)
    if rest is NEVER:
        return frame.sequence(node.start, node.kind, held)
    return frame.make(node.start, Obj(node.kind, rest=join(rest, join_all(held)), keys=UNKNOWN))


def _dict(frame: Frame, node: ir.Dict) -> Value:
    items: dict[Constant, Value] = {}
    rest = keys = NEVER
    for pair in node.pairs:
        value = frame.machine.evaluate(frame, pair.value)
        if pair.key is None:
            for _, thing in frame.objects(value):
                items.update(thing.items)
                rest, keys = join(rest, thing.rest), join(keys, thing.keys)
            if value.open or value.taints:
                inner = frame.members(value._replace(refs=()), node.start)
                rest, keys = join(rest, inner), join(keys, inner)
            continue
        key = frame.machine.evaluate(frame, pair.key)
        if key.known and len(key.constants) == 1:
            items[key.constants[0]] = value
        else:
            rest, keys = join(rest, value), join(keys, key)
    if len(items) > 256:
        everything = join_all(items.values())
        return frame.make(node.start, Obj("dict", {}, join(rest, everything), UNKNOWN))
    return frame.make(node.start, Obj("dict", items, rest, keys))


def _comprehension(frame: Frame, node: ir.Comprehension) -> Value:
    saved = {name: frame.state.variables.get(name) for clause in node.clauses for name in names_of(clause.target)}
    unrolled = _unrolled(frame, node)
    if unrolled is not None:
        result = unrolled
    else:
        before = dict(frame.state.infos)
        alive = all(_clause(frame, clause, node) for clause in node.clauses)
        frame.loops += 1
        if not alive:
            element, key = NEVER, NEVER
        else:
            element = frame.machine.evaluate(frame, node.element)
            key = frame.machine.evaluate(frame, node.key) if node.key is not None else NEVER
        frame.loops -= 1
        for fragment, info in before.items():
            frame.state.infos[fragment] = info
        if node.kind == "dict":
            result = frame.make(node.start, Obj("dict", rest=element, keys=key))
        else:
            shape = "iterator" if node.kind == "generator" else node.kind
            result = frame.make(node.start, Obj(shape, rest=element, keys=UNKNOWN))
    for name, value in saved.items():
        if value is None:
            frame.state.variables.pop(name, None)
        else:
            frame.state.variables[name] = value
    return result


def _clause(frame: Frame, clause: ir.Clause, node: ir.Node) -> bool:
    iterable = frame.machine.evaluate(frame, clause.iterable)
    assign(frame, clause.target, element_of(frame, iterable, clause), clause)
    for test in clause.tests:
        value = frame.machine.evaluate(frame, test)
        if truth(value) is False:
            return False
        frame.state.learn(guards.told(value, frame.machine.parts).true or ())
        narrow(frame, test, True)
    return True


def element_of(frame: Frame, iterable: Value, node: ir.Node) -> Value:
    """One turn's element of an iterable, as a fragment of its own for each loop."""
    value = frame.members(iterable, node.start)
    if not value.taints or value.texts:
        return value
    fragments: dict[object, object] = {}
    taints = []
    for taint in value.taints:
        fragment = frame.part_of(taint.fragment, f"turn@{node.start}")
        if fragment not in fragments:
            fragments[fragment] = None
            frame.state.infos[fragment] = frame.info(taint.fragment)
        taints.append(taint._replace(fragment=fragment))
    return value._replace(taints=tuple(taints))


def _unrolled(frame: Frame, node: ir.Comprehension) -> Value | None:
    """A comprehension over a few known elements, each on its own."""
    if len(node.clauses) != 1 or node.kind == "dict" or node.clauses[0].tests:
        return None
    clause = node.clauses[0]
    if not isinstance(clause.iterable, (ir.Display, ir.Name, ir.Call)):
        return None
    iterable = frame.machine.evaluate(frame, clause.iterable)
    held = few_elements(frame, iterable)
    if held is None:
        return None
    results = []
    frame.loops += 1
    for value in held:
        assign(frame, clause.target, value, clause)
        results.append(frame.machine.evaluate(frame, node.element))
    frame.loops -= 1
    shape = "iterator" if node.kind == "generator" else node.kind
    return frame.sequence(node.start, shape, results)


def few_elements(frame: Frame, iterable: Value) -> list[Value] | None:
    """The elements in order, when they are few and known."""
    things = frame.objects(iterable)
    if (
        len(things) == 1
        and len(iterable.refs) == 1
        and not iterable.open
        and not iterable.taints
        and not iterable.constants
    ):
        thing = things[0][1]
        if (
            thing.shape in ("list", "tuple")
            and thing.size is not None
            and thing.size <= MOST_UNROLLED
            and thing.rest is NEVER
        ):
            return [thing.items.get(index, UNKNOWN) for index in range(thing.size)]
    return None


def names_of(target: ir.Expr) -> list[str]:
    """The names that a target binds."""
    match target:
        case ir.Name(id=name):
            return [name]
        case ir.Display(items=items):
            return [name for entry in items for name in names_of(entry.value)]
        case _:
            return []


def _walrus(frame: Frame, node: ir.Walrus) -> Value:
    value = frame.machine.evaluate(frame, node.value)
    assign(frame, node.target, value, node)
    return value


def _function(frame: Frame, node: ir.Function) -> Value:
    return closure(frame, node)


def closure(frame: Frame, node: ir.Function) -> Value:
    """A function that is defined here, as a value."""
    key = frame.machine.function_key(frame, node)
    # What it captures is looked up when it is called, or when it leaves this function.
    return Value(refs=(Closure(key),))


# Targets ------------------------------------------------------------------------------------------------------------


def assign(frame: Frame, target: ir.Expr, value: Value, node: ir.Node) -> None:
    """``target = value``"""
    match target:
        case ir.Name(id=name):
            frame.state.variables[name] = value
        case ir.Attribute(value=base, name=name):
            receiver = frame.machine.evaluate(frame, base)
            frame.machine.set_attribute(frame, receiver, name, value, target)
        case ir.Subscript(value=base, key=key):
            receiver = frame.machine.evaluate(frame, base)
            if isinstance(key, ir.Op) and key.sign == "slice":
                _store_slice(frame, receiver, value, target)
            else:
                set_item(frame, receiver, frame.machine.evaluate(frame, key), value, target)
        case ir.Display(items=items):
            _unpack(frame, items, value, node)
        case _:
            return


def _unpack(frame: Frame, items: tuple[ir.Argument, ...], value: Value, node: ir.Node) -> None:
    starred = next((index for index, entry in enumerate(items) if entry.name == "*"), None)
    things = frame.objects(value)
    single = len(things) == 1 and len(value.refs) == 1 and not value.open and not value.taints
    if single and things[0][1].shape in ("list", "tuple"):
        thing = things[0][1]
        if thing.size is not None and starred is None:
            for index, entry in enumerate(items):
                assign(
                    frame, entry.value, thing.items.get(index, thing.rest if thing.rest is not NEVER else UNKNOWN), node
                )
            return
        if thing.size is not None and starred is not None and thing.size >= len(items) - 1:
            held = [thing.items.get(index, thing.rest) for index in range(thing.size)]
            tail = len(items) - starred - 1
            for index in range(starred):
                assign(frame, items[index].value, held[index], node)
            middle = held[starred : thing.size - tail]
            assign(frame, items[starred].value, frame.sequence((node.start, "*"), "list", middle), node)
            for index in range(tail):
                assign(frame, items[starred + 1 + index].value, held[thing.size - tail + index], node)
            return
        if starred is None:
            for index, entry in enumerate(items):
                assign(frame, entry.value, join(thing.items.get(index, NEVER), thing.rest), node)
            return
    for index, entry in enumerate(items):
        if entry.name == "*":
            assign(
                frame,
                entry.value,
                frame.make((node.start, "*"), Obj("list", rest=frame.members(value, node.start), keys=UNKNOWN)),
                node,
            )
        else:
            assign(frame, entry.value, item(frame, value, constant(index), entry), node)


def set_item(frame: Frame, receiver: Value, key: Value, value: Value, node: ir.Node) -> None:
    """``receiver[key] = value``"""
    things = frame.objects(receiver)
    certain = len(receiver.refs) == 1 and not receiver.open
    for address, thing in things:
        if thing.shape == "instance":
            callee = frame.machine.attribute(frame, Value(refs=(address,)), "__setitem__", node)
            frame.machine.call(frame, callee, Arguments((key, value), places=(node, node)), node)
            continue
        if value.taints:
            value = frame.stepped(value, node, "put into a container")
        known = key.known and len(key.constants) == 1
        if known:
            at: Constant = key.constants[0]
            if thing.shape == "list" and isinstance(at, int) and at < 0 and thing.size is not None:
                at += thing.size
            frame.update(address, thing._replace(items={**thing.items, at: value}), certain)
        else:
            frame.update(address, thing._replace(rest=join(thing.rest, value), keys=join(thing.keys, key)), True)
    names = tuple(name for one in receiver.refs for name in names_of_ref(one))
    if names:
        method = Method(receiver, "__setitem__", tuple(f"{name}.__setitem__" for name in names))
        frame.machine.call(frame, Value(refs=(method,)), Arguments((key, value), places=(node, node)), node)


def _store_slice(frame: Frame, receiver: Value, value: Value, node: ir.Node) -> None:
    inner = frame.members(value, node.start)
    for address, thing in frame.objects(receiver):
        frame.update(
            address, thing._replace(items={}, rest=join(thing.everything(), inner), keys=UNKNOWN, size=None), True
        )


EVALUATORS: dict[type, Evaluator] = {
    ir.Const: _const,
    ir.Name: _name,
    ir.Attribute: _attribute,
    ir.Subscript: _subscript,
    ir.Op: _op,
    ir.Compare: _compare,
    ir.Join: _join,
    ir.Formatted: _formatted,
    ir.Display: _display,
    ir.Dict: _dict,
    ir.Comprehension: _comprehension,
    ir.Walrus: _walrus,
    ir.Function: _function,
}
"""How each kind of expression but calls is evaluated."""
