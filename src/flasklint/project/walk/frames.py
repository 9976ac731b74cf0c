"""Frames and what stands in them: where names are looked up, and what they are called."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.objects import Fn, Frame, Registrar


def call_frame(frame: Frame) -> Frame:
    """The frame of the function that a frame stands in (a comprehension has one of its own)."""
    while frame.kind == "comprehension" and frame.parent is not None:
        frame = frame.parent
    return frame


def closure(frame: Frame) -> Frame:
    """Where a function defined in a frame looks up its names: not in a class body."""
    while frame.kind == "class" and frame.parent is not None:
        frame = frame.parent
    return frame


def qualified(frame: Frame, name: str) -> str:
    """The qualified name of what is defined in a frame."""
    if not frame.qualname:
        return name
    return f"{frame.qualname}.{name}" if frame.kind == "class" else f"{frame.qualname}.<locals>.{name}"


def decorated(node: ir.Function, name: str) -> bool:
    """Is it decorated with something of this name?"""
    return any(
        (isinstance(decorator, ir.Name) and decorator.id == name)
        or (isinstance(decorator, ir.Attribute) and decorator.name == name)
        for decorator in node.decorators
    )


def registers(function: Fn) -> bool:
    """Was a decorator made where what registers a view is at hand?"""
    frame = function.frame
    return frame.kind == "function" and any(isinstance(value, Registrar) for value in frame.names.values())


def keeps(node: ir.Function) -> bool:
    """Does a decorator put something on what it is given, or put it into a list or a dict, for others to find?"""
    parameters = [one.name for one in node.parameters if one.kind in ("positional", "normal")]
    given = next((name for name in parameters if name not in ("self", "cls")), "")
    if not given:
        return False
    for inner in ir.walk(node):
        match inner:
            case ir.Assign(targets=(ir.Attribute(ir.Name(id=name), attribute),)) if name == given:
                if not attribute.startswith("__"):
                    return True
            case ir.Assign(targets=(ir.Subscript(),), value=value) if value is not None and _holds(value, given):
                return True
            case ir.Call(ir.Name("setattr"), (ir.Argument(ir.Name(id=name)), *_)) if name == given:
                return True
            case ir.Call(ir.Attribute(name="append" | "add"), (ir.Argument(value), *_)) if _holds(value, given):
                return True
    return False


def _holds(value: ir.Expr, name: str) -> bool:
    """Is a value what goes by a name, or a tuple or a call with it?"""
    return any(isinstance(inner, ir.Name) and inner.id == name for inner in (value, *ir.walk(value)))
