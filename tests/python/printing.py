"""Facts printed compactly, so that a table of cases can be read."""

from __future__ import annotations

from flasklint import ir

_PLACES = ("start", "end", "name_start")


def show(value: object) -> str:
    """A fact by what it means: its type and fields, without places and without empty fields at its end."""
    match value:
        case ir.Name():
            return value.id
        case ir.Attribute():
            return f"{show(value.value)}.{value.name}"
        case ir.Const(kind=""):
            return repr(value.value)
        case ir.Const(kind="ellipsis"):
            return "..."
        case ir.Const():
            return f"b{value.value!r}"
        case ir.Argument(name=""):
            return show(value.value)
        case ir.Argument(name="*" | "**"):
            return f"{value.name}{show(value.value)}"
        case ir.Argument():
            return f"{value.name}={show(value.value)}"
        case ir.Op():
            return f"({' '.join((value.sign, *map(show, value.operands)))})"
        case ir.Do():
            return show(value.value)
        case ir.Node():
            fields = [getattr(value, name) for name in value.__struct_fields__ if name not in _PLACES]
            while fields and fields[-1] in (None, (), "", False):
                fields.pop()
            return f"{type(value).__name__}({', '.join(map(show, fields))})"
        case tuple():
            return f"[{', '.join(map(show, value))}]"
        case None:
            return "-"
        case _:
            return str(value)
