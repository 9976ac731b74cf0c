"""Frames and what stands in them: where names are looked up, and what they are called."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.objects import Frame


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
