"""Objects of libraries that hold values as the language's own containers do."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Container
from flasklint.taint import builtin_calls, object_methods
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import MISSING, item
from flasklint.taint.targets import set_item
from flasklint.taint.values import NEVER, NONE, PLAIN, UNKNOWN, Constant, Value, constant, join

SECTIONS = ("<sections>",)
"""The type of a mapping of sections, each a mapping of options."""
FIELDS = "<fields>"
"""The attribute of a made class under which it keeps the names of its fields."""


def made(frame: Frame, row: Container, arguments: Arguments, node: ir.Node) -> Value:
    """What a call of such a class gives."""
    inner = replace(
        arguments,
        positional=arguments.positional[row.skip :],
        places=arguments.places[min(row.skip, len(arguments.positional)) :],
    )
    match row.like:
        case "dict" | "list":
            like: Literal["dict", "list"] = row.like
            held_by = builtin_calls.builtin(frame, like, inner, node) or UNKNOWN
            if row.like == "dict" and row.skip and arguments.positional and arguments.positional[0] != NONE:
                for address, thing in frame.objects(held_by):
                    frame.update(address, replace(thing, attributes={MISSING: arguments.positional[0]}), True)
            return held_by
        case "attributes":
            held = dict(inner.keywords)
            if inner.double is not None:
                held["__dict__"] = inner.double
            return frame.make(node.start, Obj("instance", attributes=held))
        case "sections":
            return frame.make(node.start, Obj("dict", types=SECTIONS))
        case "fields":
            names = _field_names(frame, inner)
            if names is None:
                return UNKNOWN
            kept = frame.sequence((node.start, "fields"), "tuple", [constant(name) for name in names])
            return frame.make(node.start, Obj("instance", attributes={FIELDS: kept}))
        case "choices" | "record":
            return UNKNOWN


def choice(frame: Frame, cls: str, value: Value, name: Value, node: ir.Node) -> Value:
    """An object of a class whose objects are all named in its body: one of the program's own values."""
    site = (node.start, "choice", cls)
    made = frame.make(site, Obj("instance", types=(cls,), attributes={"value": value, "name": name}))
    return replace(made, texts=((PLAIN,),))


def _field_names(frame: Frame, arguments: Arguments) -> list[str] | None:
    """The names in ``namedtuple("Name", "a b")`` or ``["a", "b"]``."""
    given = arguments.positional[1] if len(arguments.positional) > 1 else dict(arguments.keywords).get("field_names")
    if given is None:
        return None
    if given.known and len(given.constants) == 1 and isinstance(given.constants[0], str):
        return given.constants[0].replace(",", " ").split()
    names: list[str] = []
    for _, thing in frame.objects(given):
        if thing.size is None:
            return None
        for index in range(thing.size):
            member = thing.items.get(index, UNKNOWN)
            if not (member.known and len(member.constants) == 1 and isinstance(member.constants[0], str)):
                return None
            names.append(member.constants[0])
    return names or None


def record(frame: Frame, fields: Value, arguments: Arguments, node: ir.Node) -> Value:
    """An instance of a class that ``namedtuple`` made: a tuple whose members have names."""
    names = [str(thing.items[index].constants[0]) for _, thing in frame.objects(fields) for index in thing.items]
    rest = UNKNOWN if arguments.star is not None or arguments.double is not None else NONE
    for loose in (arguments.star, arguments.double):
        if loose is not None:
            rest = join(rest, loose)
    held = dict.fromkeys(names, rest)
    held.update(zip(names, arguments.positional, strict=False))
    held.update((name, value) for name, value in arguments.keywords if name in held)
    items: dict[Constant, Value] = {index: held[name] for index, name in enumerate(names)}
    return frame.make(node.start, Obj("tuple", items, size=len(names), attributes=held))


def section_method(
    frame: Frame, address: int, name: str, arguments: Arguments, node: ir.Node, certain: bool
) -> Value | None:
    """A method of a mapping of sections; None when it is one of any mapping."""
    this = Value(refs=(address,))
    given = arguments.positional
    keywords = dict(arguments.keywords)
    section = given[0] if given else keywords.get("section", UNKNOWN)
    option = given[1] if len(given) > 1 else keywords.get("option", UNKNOWN)
    match name:
        case "add_section":
            set_item(frame, this, section, frame.make((node.start, "section"), Obj("dict")), node)
            return NONE
        case "set":
            value = given[2] if len(given) > 2 else keywords.get("value", NONE)
            held = _section(frame, address, section, node)
            set_item(frame, held, option, value, node)
            return NONE
        case "get" | "getint" | "getfloat" | "getboolean" if len(given) > 1 or "option" in keywords:
            held = item(frame, this, section, node)
            found = item(frame, held, option, node) if frame.objects(held) else UNKNOWN
            known = any(option.constants[:1] and option.constants[0] in thing.items for _, thing in frame.objects(held))
            fallback = keywords.get("fallback")
            return join(found, fallback) if fallback is not None and not known else found
        case "read_dict":
            for _, source in frame.objects(given[0] if given else UNKNOWN):
                for key, value in source.items.items():
                    held = _section(frame, address, constant(key), node)
                    for number in [one for one in held.refs if type(one) is int]:
                        object_methods.object_method(
                            frame, number, "update", Arguments((value,), places=(node,)), node, certain
                        )
            return NONE
        case "read" | "read_file" | "read_string" | "readfp":
            thing = frame.object_at(address)
            held = frame.make((node.start, "read"), Obj("dict", rest=UNKNOWN, keys=UNKNOWN))
            frame.update(address, replace(thing, rest=join(thing.rest, held), keys=UNKNOWN), True)
            return UNKNOWN
        case _:
            return None


def _section(frame: Frame, address: int, section: Value, node: ir.Node) -> Value:
    """The mapping of a section, made where it is not there."""
    this = Value(refs=(address,))
    thing = frame.object_at(address)
    if section.known and len(section.constants) == 1 and section.constants[0] not in thing.items:
        set_item(frame, this, section, frame.make((node.start, "section"), Obj("dict")), node)
    return item(frame, this, section, node)


__all__ = ["FIELDS", "NEVER", "SECTIONS", "choice", "made", "record", "section_method"]
