"""Facts of templates in one short line, without places, for tests to compare."""

from __future__ import annotations

from flasklint import ir
from flasklint.templates import extract


def read(text: str, path: str = "t.html") -> ir.Template:
    """A template's facts; fails the test if it could not be read."""
    facts = extract(path, text.encode())
    assert isinstance(facts, ir.Template), facts
    return facts


def shown(node: object) -> str:
    """A node, or a body of them, in one line."""
    match node:
        case None:
            return ""
        case tuple():
            return "; ".join(map(shown, node))
        case ir.Const(value):
            return repr(value)
        case ir.Name(name):
            return name or "_"
        case ir.Attribute(value, name):
            return f"{shown(value)}.{name}"
        case ir.Subscript(value, key):
            return f"{shown(value)}[{shown(key)}]"
        case ir.Argument(value, name):
            return f"{name}={shown(value)}" if name else shown(value)
        case ir.Call(function, arguments):
            return f"{shown(function)}({', '.join(map(shown, arguments))})"
        case ir.Op(sign, operands):
            return f"({sign}{''.join(' ' + shown(operand) for operand in operands)})"
        case ir.Compare(signs, operands):
            return f"({' '.join(signs)} {' '.join(map(shown, operands))})"
        case ir.Display(kind, items):
            return f"{kind}[{', '.join(map(shown, items))}]"
        case ir.Dict(pairs):
            return f"{{{', '.join(f'{shown(pair.key)}: {shown(pair.value)}' for pair in pairs)}}}"
        case ir.Output(value):
            return f"out {shown(value)}"
        case ir.Assign(targets, value):
            return f"{shown(targets)} = {shown(value)}"
        case ir.Do(value):
            return f"do {shown(value)}"
        case ir.Jump(kind):
            return kind
        case ir.If(test, body, orelse):
            return f"if {shown(test)} <{shown(body)}>" + (f" else <{shown(orelse)}>" if orelse else "")
        case ir.Loop(target, subject, body, orelse):
            rest = f" else <{shown(orelse)}>" if orelse else ""
            return f"for {shown(target)} in {shown(subject)} <{shown(body)}>{rest}"
        case ir.With(items, body):
            return f"with {', '.join(map(shown, items))} <{shown(body)}>"
        case ir.Function(name, parameters, body):
            return f"def {name}({', '.join(map(shown, parameters))}) <{shown(body)}>"
        case ir.Parameter(name, _, _, default):
            return f"{name}={shown(default)}" if default else name
        case ir.Block(name, body):
            return f"block {name} <{shown(body)}>"
        case ir.Link(kind, template, names, with_context, ignore_missing):
            words = [kind, shown(template), *(f"{name}:{alias}" for name, alias in names)]
            return " ".join([*words, *(["context"] * with_context), *(["missing"] * ignore_missing)])
        case ir.Region(kind, value, body):
            return " ".join(filter(None, [f"region {kind}", shown(value), f"<{shown(body)}>"]))
    raise AssertionError(node)
