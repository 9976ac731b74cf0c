"""Templates that a Python file holds as strings: ``render_template_string("<p>{{ name }}</p>")``, ``jinja2.Template("...")``.

The place of everything in them is worked out inside the literal, escapes and joined literals included. Of a text that is put
together (``f"..."``, ``+``, ``%``) each literal that is a template by itself is one: what else gets in the data flow tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir
from flasklint.source import Text
from flasklint.templates.extract import extract_text
from flasklint.templates.kind import is_html

_RENDERERS = frozenset(("render_template_string", "stream_template_string"))
_MAKERS = frozenset(("Template", "from_string"))
"""What makes a template of a text, in a module that speaks of Jinja: whether it makes HTML, the text must tell."""
_LITERAL = re.compile(r"""(?P<prefix>[rRuU]?)(?P<quote>'{3}|"{3}|'|")""")
_BETWEEN = re.compile(r"(?:\s|\\\r?\n|#[^\n]*\n)*")
_OPENING = re.compile(r"\{[{%]")
_FORMATTED = re.compile(r"[fFrR]+")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|\r\n|.)", re.DOTALL)


def inline(module: ir.Module, text: str) -> tuple[ir.Inline, ...]:
    """The templates in the strings that a module renders; ``text`` is the module's. Never raises."""
    found = []
    file = Text(text)
    makers = _MAKERS if "jinja" in text else frozenset()
    rendered = dict.fromkeys(_given(module, _RENDERERS))
    for literal, whole in rendered | dict.fromkeys(_given(module, makers)):
        value = literal.value
        source = text[literal.start : literal.end]
        if isinstance(whole, ir.Join):
            prefix = _FORMATTED.match(text, whole.start)
            raw = prefix is not None and "r" in prefix[0].lower()
            offsets: list[int] | None = _offsets_inside(source, raw)
        else:
            offsets = _offsets(source)
        if not isinstance(value, str) or offsets is None or len(offsets) != len(value) + 1:
            continue

        def place(start: int, end: int, offsets: list[int] = offsets, first: int = literal.start) -> tuple[int, int]:
            last = offsets[end - 1] + 1 if end > start else offsets[start]
            return first + offsets[start], first + last

        path = f"{module.path}{ir.INSIDE}{literal.start}"
        html = (literal, whole) in rendered or is_html("", value)
        template = extract_text(path, value, place=place, file=file, html=html)
        if isinstance(template, ir.Template) and template.body:
            found.append(ir.Inline(value, template))
    return tuple(found)


def _given(module: ir.Module, words: frozenset[str]) -> Iterator[tuple[ir.Const, ir.Expr]]:
    """The literals that such a call is given, as an argument or by a name that is given to them somewhere in the module, and
    the expression that each is a part of."""
    names: set[str] = set()
    for node in ir.walk(module) if words else ():
        match node:
            case ir.Call(function=ir.Attribute(value=ir.Name(id="string"), name="Template")):
                continue  # Python's own, which has another language
            case ir.Call(function=ir.Name(id=word) | ir.Attribute(name=word), arguments=(argument, *_)) if (
                word in words
            ):
                if isinstance(argument.value, ir.Name):
                    names.add(argument.value.id)
                else:
                    yield from _literals(argument.value)
    for node in ir.walk(module) if names else ():
        match node:
            case (
                ir.Assign(targets=(ir.Name(id=name),), value=value) | ir.Augment(target=ir.Name(id=name), value=value)
            ) if name in names and value is not None:
                yield from _literals(value)


def _literals(value: ir.Expr) -> Iterator[tuple[ir.Const, ir.Expr]]:
    match value:
        case ir.Const():
            yield value, value
        case ir.Join(parts=parts):
            for part in parts:
                if isinstance(part, ir.Const) and isinstance(part.value, str) and _OPENING.search(part.value):
                    yield part, value
        case ir.Op(sign="+", operands=operands) | ir.Op(sign="%", operands=(*operands, _)):
            for operand in operands:
                for literal, whole in _literals(operand):
                    if isinstance(literal.value, str) and _OPENING.search(literal.value):
                        yield literal, whole
        case _:
            pass


def _offsets_inside(source: str, raw: bool) -> list[int]:
    """Where each character of a piece of a formatted string stands in its source, and where the last one ends."""
    found: list[int] = []
    at = 0
    while at < len(source):
        escape = None if raw else _ESCAPE.match(source, at)
        if escape is None or escape[0] not in ("\\\n", "\\\r\n"):
            found.append(at)
        at = escape.end() if escape else at + (2 if source.startswith(("{{", "}}", "\r\n"), at) else 1)
    found.append(at)
    return found


def _offsets(source: str) -> list[int] | None:
    """Where each character of a literal's value stands in its source, and where the last one ends."""
    found: list[int] = []
    at = end = 0
    while at < len(source):
        literal = _LITERAL.match(source, at)
        if literal is None:
            return None
        at, quote, raw = literal.end(), literal["quote"], literal["prefix"].lower() == "r"
        while not source.startswith(quote, at):
            if at >= len(source):
                return None
            escape = _ESCAPE.match(source, at)
            if escape is None:
                found.append(at)
                at += 2 if source.startswith("\r\n", at) else 1
            elif raw:
                found += range(at, escape.end())
                at = escape.end()
            else:
                if escape[0] not in ("\\\n", "\\\r\n"):
                    found.append(at)
                at = escape.end()
        end = at
        between = _BETWEEN.match(source, at + len(quote))
        assert between is not None
        at = between.end()
    found.append(end)
    return found
