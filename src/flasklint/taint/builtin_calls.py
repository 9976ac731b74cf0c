"""What the built-in functions that make or read the language's own objects do."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.comprehensions import element_of
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.object_methods import held_in_order, object_method
from flasklint.taint.state import Obj, Shape
from flasklint.taint.text import is_bytes, is_number
from flasklint.taint.text_methods import text_method
from flasklint.taint.values import (
    A_TEXT,
    BOOL,
    LANGUAGE_TYPES,
    NONE,
    NOTHING_KNOWN,
    NUMBER,
    OUR_TEXT,
    STRING,
    UNKNOWN,
    Claim,
    Info,
    Ref,
    Value,
    constant,
    join,
    join_all,
    texts,
)


def builtin(frame: Frame, name: str, arguments: Arguments, node: ir.Node) -> Value | None:
    """A call of a builtin function that makes or reads the language's own objects; None for all others."""
    given = arguments.positional
    first = given[0] if given else UNKNOWN
    match name:
        case "str" if given:
            if first.known and all(not isinstance(one, (bytes, float)) for one in first.constants):
                return join_all(constant(str(one)) for one in first.constants)
            if first.texts or (first.taints and not first.refs):
                return replace(frame.written(first), claim=None)
            if is_number(first):
                return OUR_TEXT
            if first.taints and all(type(one) is str for one in first.refs):
                # What is known of a path, say, is known of its text.
                return Value((), True, first.taints, STRING.refs)
            return None
        case _ if name[:4] == "str." and given:
            # ``str.format(text, value)``
            rest = replace(arguments, positional=given[1:], places=arguments.places[1:])
            return text_method(frame, first, name[4:], rest, node)
        case "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed":
            shape: Shape = "list" if name in ("list", "sorted", "reversed") else "tuple" if name == "tuple" else "set"
            if not given:
                return frame.sequence(node.start, shape, ())
            by = dict(arguments.keywords).get("key")
            if by is not None:
                frame.loops += 1
                frame.machine.call(frame, by, Arguments((element_of(frame, first, node),), places=(node,)), node)
                frame.loops -= 1
            things = frame.objects(first)
            if (
                len(things) == 1
                and len(first.refs) == 1
                and things[0][1].shape in ("list", "tuple", "iterator")
                and not first.taints
            ):
                held = held_in_order(things[0][1])
                if held is not None:
                    if name == "reversed":
                        held = held[::-1]
                    if name != "sorted":
                        return frame.sequence(node.start, shape, held)
            members = frame.members(first, node.start)
            if shape == "set":
                # What can be looked up in a set has no members that could be changed.
                members = frame.written(members)
            return frame.make(node.start, Obj(shape, rest=members, keys=UNKNOWN))
        case "__import__" if first.known and isinstance(first.constants[0], str):
            return frame.machine.named(frame, [str(one) for one in first.constants], node)
        case "dict":
            made = frame.make(node.start, Obj("dict"))
            object_method(frame, next(one for one in made.refs if type(one) is int), "update", arguments, node, True)
            return made
        case "len":
            things = frame.objects(first)
            if (
                len(things) == 1
                and len(first.refs) == 1
                and things[0][1].size is not None
                and things[0][1].shape in ("list", "tuple")
            ):
                return NUMBER if things[0][1].many or things[0][0] < 0 else constant(things[0][1].size)
            if first.known and len(first.constants) == 1 and isinstance(first.constants[0], (str, bytes)):
                return constant(len(first.constants[0]))
            return NUMBER
        case "enumerate":
            pair = frame.sequence((node.start, "pair"), "tuple", (NUMBER, frame.members(first, node.start)))
            return frame.make(node.start, Obj("iterator", rest=pair, keys=UNKNOWN))
        case "zip":
            pair = frame.sequence((node.start, "pair"), "tuple", [frame.members(one, node.start) for one in given])
            return frame.make(node.start, Obj("iterator", rest=pair, keys=UNKNOWN))
        case "iter":
            return first
        case "next":
            value = frame.members(first, node.start)
            return join(value, given[1]) if len(given) > 1 else value
        case "map":
            if len(given) < 2:
                return UNKNOWN
            values = tuple(element_of(frame, one, node) for one in given[1:])
            frame.loops += 1
            result = frame.machine.call(frame, first, Arguments(values, places=(node,) * len(values)), node)
            frame.loops -= 1
            return frame.make(node.start, Obj("iterator", rest=result, keys=UNKNOWN))
        case "filter":
            if len(given) < 2:
                return UNKNOWN
            value = element_of(frame, given[1], node)
            if first == NONE:
                return frame.make(node.start, Obj("iterator", rest=value, keys=UNKNOWN))
            frame.loops += 1
            answer = frame.machine.call(frame, first, Arguments((value,), places=(node,)), node)
            frame.loops -= 1
            frame.state.learn(guards.told(answer, frame.machine.parts).true or ())
            return frame.make(node.start, Obj("iterator", rest=value, keys=UNKNOWN))
        case "max" | "min":
            if len(given) == 1:
                return frame.members(first, node.start)
            return join_all(given)
        case (
            "abs"
            | "round"
            | "sum"
            | "ord"
            | "hash"
            | "id"
            | "divmod"
            | "int"
            | "float"
            | "bool"
            | "hex"
            | "oct"
            | "bin"
            | "range"
            | "complex"
        ):
            return _number(frame, name, given, node)
        case "getattr":
            return _getattr(frame, given, node)
        case "setattr":
            if len(given) == 3 and given[1].known and isinstance(given[1].constants[0], str):
                frame.machine.set_attribute(frame, first, given[1].constants[0], given[2], node)
                return NONE
            return None
        case "isinstance" | "issubclass" | "hasattr" | "callable":
            return _type_test(frame, first, given) if name == "isinstance" else BOOL
        case "type" if len(given) == 1:
            kinds = _types(frame, first)
            return Value(refs=tuple(sorted(kinds))) if kinds else None
        case "chr":
            if (
                first.known
                and len(first.constants) == 1
                and isinstance(first.constants[0], int)
                and 0 <= first.constants[0] < 0x110000
            ):
                return constant(chr(first.constants[0]))
            return Value(open=True, taints=first.taints) if first.taints else UNKNOWN
        case "type" | "print" | "globals" | "locals" | "vars" | "dir" | "memoryview":
            return None
        case _:
            return None


def _types(frame: Frame, value: Value) -> set[str]:
    """The language's own types that a value may be of; empty when they are not known."""
    if value.texts and set(value.refs) <= {*STRING.refs, "builtins.bytes()"}:
        return {"builtins.bytes" if is_bytes(value) else "builtins.str"}
    shapes = [thing.shape for _, thing in frame.objects(value)]
    if value.open or value.taints or len(shapes) < len(value.refs) or not _CONTAINERS.issuperset(shapes):
        return set()
    return {f"builtins.{shape}" for shape in shapes} | {f"builtins.{type(one).__name__}" for one in value.constants}


def _type_test(frame: Frame, first: Value, given: tuple[Value, ...]) -> Value:
    wanted = [one for each in given[1:] for one in (frame.members(each, 0) if frame.objects(each) else each).refs]
    names = _types(frame, first)
    if names and wanted and all(isinstance(one, str) for one in wanted):
        if "builtins.bool" in names:
            names.add("builtins.int")
        if names <= set(wanted):
            return constant(True)
        if not names & set(wanted) and all(str(one) in LANGUAGE_TYPES for one in wanted):
            return constant(False)
    if wanted and _is_of_library(first) and all(f"{one}()" in first.refs for one in wanted):
        return constant(True)
    facts = guards.everywhere(first, _typed_info(wanted)) if wanted and first.taints else ()
    return replace(BOOL, claim=Claim(facts, ())) if facts else BOOL


def _is_of_library(value: Value) -> bool:
    """Whether it is an object of one class of a library, and nothing else, as far as can be told."""
    if value.texts or value.constants or len(value.refs) != 1 or (value.open and not value.taints):
        return False
    one = value.refs[0]
    return isinstance(one, str) and one.endswith("()") and not one.startswith("builtins.")


_HARMLESS_TYPES = frozenset(("builtins.int", "builtins.float", "builtins.bool", "builtins.complex"))
_TEXT_TYPES = frozenset(("builtins.str", "builtins.bytes"))


def _typed_info(wanted: list[Ref]) -> Info:
    """What is known of a value that is of one of these types."""
    if _HARMLESS_TYPES.issuperset(wanted):
        return Info(clear=frozenset(("*",)), tags=frozenset(("number",)))
    if (_HARMLESS_TYPES | _TEXT_TYPES).issuperset(wanted):
        return A_TEXT
    return NOTHING_KNOWN


_CONTAINERS = frozenset(("list", "tuple", "set", "dict"))


def _number(frame: Frame, name: str, given: tuple[Value, ...], node: ir.Node) -> Value:
    first = given[0] if given else constant(0)
    if name == "range":
        return frame.make(node.start, Obj("iterator", rest=NUMBER, keys=UNKNOWN))
    if name == "divmod":
        return frame.sequence(node.start, "tuple", (NUMBER, NUMBER))
    if name == "sum":
        members = frame.members(first, node.start)
        return Value(open=True, taints=frame.inside(members)) if frame.objects(members) or members.texts else NUMBER
    if name in ("int", "float", "bool", "abs", "ord") and len(given) == 1 and first.known and len(first.constants) == 1:
        one = first.constants[0]
        try:
            if name == "int" and isinstance(one, (str, int, float)):
                return constant(int(one))
            if name == "float" and isinstance(one, (str, int, float)):
                return constant(float(one))
            if name == "bool":
                return constant(bool(one))
            if name == "ord" and isinstance(one, str):
                return constant(ord(one))
            if name == "abs" and isinstance(one, int):
                return constant(abs(one))
        except (ValueError, TypeError, OverflowError):
            return NUMBER
    if name in ("int", "float") and first.taints:
        # Coming back at all means that it was a number.
        frame.state.learn(guards.everywhere(first, Info(clear=frozenset(("*",)), tags=frozenset(("number",)))))
    if name == "bool":
        claim = guards.told(first, frame.machine.parts)
        return replace(BOOL, claim=claim)
    if name in ("hex", "oct", "bin"):
        return Value((), False, (), STRING.refs, ((_PLAIN_HOLE,),))
    return NUMBER


_PLAIN_HOLE = texts(NUMBER)[0][0]


def _getattr(frame: Frame, given: tuple[Value, ...], node: ir.Node) -> Value | None:
    if len(given) < 2:
        return UNKNOWN
    if given[1].known and all(isinstance(one, str) for one in given[1].constants):
        found = join_all(frame.machine.attribute(frame, given[0], str(one), node) for one in given[1].constants)
        return join(found, given[2]) if len(given) > 2 else found
    return None
