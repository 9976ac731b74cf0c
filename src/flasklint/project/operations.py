"""Arithmetic on the app walk's values: on constants as Python does it, on values of the environment by their default.

Whatever is not settled stays a :class:`Test` of the same operation, so that a profile can settle it later.
"""

from __future__ import annotations

import operator
import posixpath
import re
import string
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from flasklint.project.objects import (
    Branch,
    Cls,
    Env,
    Fn,
    Instance,
    Lib,
    Lookup,
    Map,
    Mod,
    Partial,
    Seq,
    Test,
    Value,
    ViewOf,
    branch,
    computed,
)
from flasklint.project.values import Known, Unknown, Unset

_LONGEST = 100_000
_HIGHEST_POWER = 64
_BINARY: MappingProxyType[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": lambda a, b: posixpath.join(a, b) if isinstance(a, str) else a / b,  # texts stand for paths of `pathlib`
        "//": operator.floordiv,
        "**": operator.pow,
        "%": operator.mod,
        "&": operator.and_,
        "|": operator.or_,
        "^": operator.xor,
        "<<": operator.lshift,
        ">>": operator.rshift,
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "is": operator.is_,
        "is-not": operator.is_not,
        "in": lambda a, b: a in b,
        "not-in": lambda a, b: a not in b,
    }
)
_STRING_METHODS = frozenset(
    {"lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "casefold", "swapcase", "replace", "split"}
    | {
        "rsplit",
        "startswith",
        "endswith",
        "isdigit",
        "format",
        "join",
        "removeprefix",
        "removesuffix",
        "encode",
        "decode",
    }
    | {"partition", "rpartition", "zfill", "splitlines", "isnumeric", "isdecimal", "count", "find"}
)
_FIELDS = re.compile(r"%(?:\((?P<name>\w+)\))?[sd]")
_OBJECTS = (Cls, Fn, Instance, Map, Mod, Partial, Seq, ViewOf)
"""What is there, whatever it is: never ``None``."""
COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "is", "is-not", "in", "not-in"})


def constant(value: Any) -> Value:
    """A Python constant as a value of the walk."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return Seq([constant(item) for item in value], "tuple" if isinstance(value, tuple) else "list")
    return Known(value)


def python(value: Value) -> tuple[bool, Any]:
    """The Python object that a settled value is, if it is one: a constant, or a sequence or map of such."""
    match value:
        case Known():
            return True, value.value
        case Seq(items, kind, partial=False):
            found = [python(item) for item in items]
            if all(ok for ok, _ in found):
                plain = [item for _, item in found]
                return True, tuple(plain) if kind == "tuple" else plain
    return False, None


def operate(sign: str, *operands: Value) -> Value:
    """``operands[0] sign operands[1]``, or an operation on one."""
    if sign in ("or", "and"):
        return _logical(sign, operands)
    if sign == "not":
        return _negate(operands[0])
    if len(operands) == 1:
        ok, plain = python(operands[0])
        if ok and sign == "neg" and isinstance(plain, (int, float)):
            return Known(-plain)
        return operands[0] if sign in ("pos", "await") else computed(sign, operands)
    left, right = operands
    if sign in ("in", "not-in") and isinstance(right, Lib) and right.name == "os.environ" and isinstance(left, Known):
        if isinstance(left.value, str):
            return computed("is-not" if sign == "in" else "is", (Env(left.value, Known(None)), Known(None)))
        return computed(sign, operands)
    if sign == "+" and isinstance(left, Seq) and isinstance(right, Seq):
        return Seq([*left.items, *right.items], left.kind, left.partial or right.partial)
    settled = _python_operation(sign, left, right)
    if settled is not None:
        return settled
    if sign == "%" and isinstance(left, Known) and isinstance(left.value, str):
        return _interpolated(left.value, right)
    return computed(sign, operands)


def _interpolated(text: str, right: Value) -> Value:
    """``"config.%sConfig" % name``, ``"%(app)s.config" % {...}``, put together of its parts."""
    parts: list[Value] = []
    positional = iter(right.items if isinstance(right, Seq) and right.kind == "tuple" else (right,))
    named = right if isinstance(right, Map) else None
    at = 0
    for field in _FIELDS.finditer(text):
        parts.append(Known(text[at : field.start()].replace("%%", "%")))
        found = named.get(field["name"]) if named is not None and field["name"] else next(positional, None)
        if found is None or (named is None and field["name"]):
            return computed("%", (Known(text), right))
        parts.append(found)
        at = field.end()
    if "%" in _FIELDS.sub("", text.replace("%%", "")):
        return computed("%", (Known(text), right))
    return join((*parts, Known(text[at:].replace("%%", "%"))))


def _python_operation(sign: str, left: Value, right: Value) -> Value | None:
    known_left, a = python(left)
    known_right, b = python(right)
    if sign in ("in", "not-in") and known_left and isinstance(right, Map) and not right.partial:
        there = any(isinstance(key, Known) and key.value == a for key, _, _ in right.items)
        return Known(there is (sign == "in"))
    if sign in ("is", "is-not") and known_right and b is None and isinstance(left, _OBJECTS):
        return Known(sign == "is-not")
    if not (known_left and known_right) or sign not in _BINARY:
        return None
    if sign in ("*", "<<") and not (_small(a) and _small(b)) and not _short_text(a, b):
        return None
    if sign == "**" and not (_small(a) and isinstance(b, int) and 0 <= b <= _HIGHEST_POWER):
        return None
    try:
        result = _BINARY[sign](a, b)
    except Exception:
        # What the program would raise here is its own affair: the value is simply not known.
        return Unknown(f"`{sign}` fails on these constants")
    if isinstance(result, (str, bytes)) and len(result) > _LONGEST:
        return None
    return constant(result)


def _short_text(a: object, b: object) -> bool:
    return isinstance(a, (str, bytes)) and isinstance(b, int) and len(a) * b < _LONGEST


def _small(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 2**40


def _logical(sign: str, operands: tuple[Value, ...]) -> Value:
    first, *others = operands
    for second in others:
        first = _either(first, second) if sign == "or" else _both(first, second)
    return first


def _either(first: Value, second: Value) -> Value:
    known, plain = python(first)
    if known:
        return first if plain else second
    match first:
        case Env(name, default):
            inner = truth_by_default(default)
            return first if inner is True else Env(name, second) if inner is False else branch(first, first, second)
        case Unset():
            return second
        case Test():
            return computed("or", (first, second))
        case Seq(items) | Map(items) if items:
            return first
        case Cls() | Fn() | Mod() | Partial() | ViewOf():
            return first
    return branch(first, first, second)


def _both(first: Value, second: Value) -> Value:
    known, plain = python(first)
    if known:
        return second if plain else first
    if isinstance(first, (Test, Env)) or isinstance(second, Test):
        return computed("and", (first, second))
    return branch(first, second, first)


def _negate(value: Value) -> Value:
    known, plain = python(value)
    if known:
        return Known(not plain)
    if isinstance(value, Test) and value.sign == "not":
        return value.operands[0]
    return computed("not", (value,))


def truth_by_default(value: Value) -> bool | None:
    """Whether a value is true when nothing is set from outside; ``None`` when that is not settled."""
    value = by_default(value)
    known, plain = python(value)
    if known:
        return bool(plain)
    if isinstance(value, Map):
        return bool(value.items) or (None if value.partial else False)
    if isinstance(value, Unset):
        return False
    if isinstance(value, (Unknown, Test, Branch, Lookup, Seq, Env)):
        return None
    return True


def by_default(value: Value) -> Value:
    """The value when no environment variable is set."""
    match value:
        case Env(_, default):
            return by_default(default) if not isinstance(default, Unset) else Unknown("has to be set from outside")
        case Test(sign, operands):
            inner = tuple(by_default(operand) for operand in operands)
            if all(a is b for a, b in zip(inner, operands, strict=True)):
                return value
            if sign == "join":
                return join(inner)
            if sign.startswith("."):
                return call_method(inner[0], sign[1:], list(inner[1:]))
            if sign.endswith("()"):
                return convert(sign[:-2], inner[0])
            return operate(sign, *inner)
        case Branch(test, then, otherwise):
            settled = truth_by_default(test)
            if settled is None:
                first, second = by_default(then), by_default(otherwise)
                return first if isinstance(first, Known) and first == second else value
            return by_default(then if settled else otherwise)
        case Lookup(mapping, key, default):
            known, plain = python(by_default(key))
            if known and isinstance(plain, str):
                found = mapping.get(plain)
                if found is not None:
                    return by_default(found)
                if default is not None:
                    return by_default(default)
            return value
    return value


def environment_names(value: Value) -> Iterator[str]:
    """The environment variables that a value hangs on, as far as it shows."""
    match value:
        case Env(name, default):
            yield name
            yield from environment_names(default)
        case Test(_, operands):
            for operand in operands:
                yield from environment_names(operand)
        case Branch(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from environment_names(part)
        case Lookup(_, key, _):
            yield from environment_names(key)


def join(parts: tuple[Value, ...]) -> Value:
    """Strings put together, as by an f-string."""
    plain = [python(part) for part in parts]
    if all(ok for ok, _ in plain):
        text = "".join(str(item) for _, item in plain)
        return Known(text) if len(text) <= _LONGEST else Unknown("a very long text")
    return computed("join", parts)


def ends(value: Value) -> tuple[str, str]:
    """The constant ends of a text put together: ``f"config.{env}Config"`` has ``"config."`` and ``"Config"``."""
    match value:
        case Known(str() as text):
            return text, text
        case Test("join" | "+" | "/", parts):
            inner = [ends(part) for part in parts]
            known = [isinstance(part, Known) for part in parts]
            texts = [text for text, _ in inner]
            first = next((at for at, there in enumerate(known) if not there), len(parts))
            last = next((at for at, there in enumerate(known[::-1]) if not there), len(parts))
            joint = "/" if value.sign == "/" else ""
            head = "".join(text + joint for text in texts[:first]) + (inner[first][0] if first < len(parts) else "")
            after = [text for _, text in inner][len(parts) - last :]
            tail = (inner[len(parts) - last - 1][1] if last < len(parts) else "") + "".join(
                joint + text for text in after
            )
            return head, tail
        case Env(_, default):
            return ends(default) if not isinstance(default, Known) else ("", "")
        case Branch(_, then, otherwise):
            # One side is often the other one put right: `if "/" in path: path = path.replace("/", ".")`
            return max(ends(then), ends(otherwise), key=lambda found: len(found[0]) + len(found[1]))
    return "", ""


def written(value: Value, gap: str) -> str:
    """A text as far as it shows when nothing is set from outside, ``gap`` standing for what does not."""
    value = by_default(value)
    match value:
        case Known(str() as text):
            return text
        case Test("join" | "+", parts):
            return re.sub(f"(?:{re.escape(gap)})+", gap, "".join(written(part, gap) for part in parts))
        case Test("str()" | ".rstrip" | ".lstrip" | ".strip", (inner, *_)):
            return written(inner, gap)
    return gap


def call_method(
    receiver: Value, name: str, arguments: list[Value], keywords: Mapping[str, Value] = MappingProxyType({})
) -> Value:
    """A pure method of a string, bytes or sequence; :class:`Unknown` for what is not one."""
    if name not in _STRING_METHODS:
        return Unknown(f"result of .{name}()")
    known, text = python(receiver)
    if known and name == "format" and isinstance(text, str):
        return _format(text, arguments, keywords)
    plain = [python(argument) for argument in arguments]
    if known and all(ok for ok, _ in plain) and isinstance(text, (str, bytes)):
        try:
            result = getattr(text, name)(*[item for _, item in plain])
        except Exception:
            return Unknown(f".{name}() fails on these constants")
        if isinstance(result, (str, bytes)) and len(result) > _LONGEST:
            return Unknown("a very long text")
        return constant(result)
    if known and text is None:
        return Unknown(f"None has no .{name}()")
    return computed(f".{name}", (receiver, *arguments))


def _format(text: str, arguments: list[Value], keywords: Mapping[str, Value]) -> Value:
    """``"config.{env}".format(env=name)``, put together of its parts."""
    parts: list[Value] = []
    at = 0
    try:
        for literal, field, layout, conversion in string.Formatter().parse(text):
            parts.append(Known(literal))
            if field is None:
                continue
            place = field if field else str(at)
            at += not field
            found = arguments[int(place)] if place.isdecimal() else keywords.get(place)
            if found is None or layout or conversion:
                return computed(".format", (Known(text), *arguments, *keywords.values()))
            parts.append(found)
    except (ValueError, IndexError):
        return Unknown(".format() fails on these constants")
    return join(tuple(parts))


def convert(kind: str, value: Value) -> Value:
    """``bool(value)``, ``int(value)``, ``str(value)``, ``float(value)``; ``flag``: a text read as people write truth."""
    if isinstance(value, Unset):
        return value
    known, plain = python(value)
    if not known:
        return computed(f"{kind}()", (value,))
    try:
        match kind:
            case "bool":
                return Known(bool(plain))
            case "int":
                return Known(int(plain))
            case "float":
                return Known(float(plain))
            case "str":
                return Known(str(plain))
            case "flag":
                return Known(str(plain).strip().lower() in ("1", "true", "t", "yes", "y", "on"))
    except Exception:
        return Unknown(f"{kind}() fails on this constant")
    return computed(f"{kind}()", (value,))
