"""What a class puts around its own methods: in ``__init__``, in ``__init_subclass__``, in its metaclass.

``setattr(self, name, self.checked(getattr(self, name)))`` decorates as well as ``@checked`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flasklint import ir
from flasklint.project.objects import Cls, Decoration, Fn, Value
from flasklint.project.operations import python
from flasklint.project.strangers import given_once
from flasklint.project.walk import Walk

_BUILDERS = ("__init__", "__new__", "__init_subclass__")


def wrappings(walk: Walk, cls: Cls) -> Iterator[tuple[frozenset[str], Decoration]]:
    """The decorations, each with the names of the methods that it is for; none means all, as far as it is seen."""
    for member in walk.class_line(cls):
        if not isinstance(member, Cls):
            continue
        builders = [walk.class_frame(member).names.get(name) for name in _BUILDERS]
        for base in member.node.bases:
            meta = walk.evaluate(base.value, member.frame) if base.name == "metaclass" else None
            if isinstance(meta, Cls):
                builders += [walk.class_member(meta, name) for name in _BUILDERS]
        for builder in builders:
            if isinstance(builder, Fn):
                yield from _wrapped_in(walk, cls, builder)


def _wrapped_in(walk: Walk, cls: Cls, builder: Fn) -> Iterator[tuple[frozenset[str], Decoration]]:
    values = given_once(builder.node)
    for node in ir.walk(builder.node):
        match node:
            case ir.Call(ir.Name("setattr"), (ir.Argument(ir.Name()), ir.Argument(name), ir.Argument(made))):
                pass
            case ir.Assign((ir.Subscript(ir.Name(), name),), ir.Call() as made):
                pass
            case ir.Assign((ir.Attribute(ir.Name(), attribute),), ir.Call() as made):
                name = ir.Const(attribute, start=node.start, end=node.end)
            case _:
                continue
        made = _meant(made, values)
        if not isinstance(made, ir.Call) or not _is_about_a_method(made, name, values):
            continue
        called = made.function.function if isinstance(made.function, ir.Call) else made.function
        value = _wrapper(walk, cls, builder, called)
        if value is not None:
            names = _names(walk, cls, builder, name)
            yield names, Decoration(value, made, builder.frame.module, walk.value_names(value))


def _meant(expr: ir.Expr, values: Mapping[str, ir.Expr]) -> ir.Expr:
    return values.get(expr.id, expr) if isinstance(expr, ir.Name) else expr


def _is_about_a_method(made: ir.Call, name: ir.Expr, values: Mapping[str, ir.Expr]) -> bool:
    """``check(getattr(self, name))``, ``check(self.get)``, ``check(method)`` of ``for name, method in ...``"""
    if len(made.arguments) != 1:
        return False
    match _meant(made.arguments[0].value, values):
        case ir.Call(ir.Name("getattr")) | ir.Name():
            return not isinstance(name, ir.Const) or isinstance(made.arguments[0].value, ir.Call)
        case ir.Attribute(ir.Name(), attribute):
            return isinstance(name, ir.Const) and name.value == attribute
    return False


def _wrapper(walk: Walk, cls: Cls, builder: Fn, called: ir.Expr) -> Value | None:
    first = builder.node.parameters[0].name if builder.node.parameters else ""
    match called:
        case ir.Attribute(ir.Name(owner), name) if owner in (first, "cls", "self"):
            return walk.class_member(cls, name)
        case ir.Name() | ir.Attribute():
            return walk.evaluate(called, builder.frame)
    return None


def _names(walk: Walk, cls: Cls, builder: Fn, name: ir.Expr) -> frozenset[str]:
    """The methods that a name stands for: that of a loop, each that it goes over."""
    match name:
        case ir.Const(value=str() as one):
            return frozenset() if one == "dispatch_request" else frozenset({one})
        case ir.Name(turn):
            pass
        case _:
            return frozenset()
    for node in ir.statements(builder.node):
        if not isinstance(node, ir.Loop) or not isinstance(node.target, ir.Name) or node.target.id != turn:
            continue
        match node.subject:
            case ir.Attribute(ir.Name(), attribute):
                held = walk.class_member(cls, attribute)
            case ir.Name() | ir.Display():
                held = walk.evaluate(node.subject, builder.frame)
            case _:
                held = None
        plain = python(held)[1] if held is not None else None
        if isinstance(plain, (list, tuple, set, frozenset)):
            return frozenset(one for one in plain if isinstance(one, str))
    return frozenset()
