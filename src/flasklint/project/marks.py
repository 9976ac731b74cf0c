"""What templates mark as safe: every ``|safe``, with what it is applied to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.knowledge.templates import (
    FILTERS,
    FORM_TEMPLATES,
    RAW_COLUMNS,
    RAW_DESCRIPTIONS,
    RUNNING_TAGS,
    SAME_TEXT_METHODS,
    TRANSLATIONS,
)
from flasklint.project.outputs import last_word

DESCRIPTION = "description"
"""What a form's field says of itself."""
_ESCAPING = frozenset(("e", "escape", "forceescape", "urlize"))
_CODE = frozenset(("script", "event", "style", "comment", "plain"))


def marks(body: tuple[ir.Stmt, ...], also: frozenset[str]) -> Iterator[tuple[ir.Call, ir.Expr]]:
    """Every ``|safe``, and every filter of the other names, whose result may be put out as HTML, with what it is applied to."""
    stack: list[ir.Node] = list(reversed(body))
    while stack:
        node = stack.pop()
        match node:
            case ir.Output(context=ir.Context(place=place)) if place in _CODE:
                continue
            case ir.If(body=then, orelse=otherwise):
                stack.extend(reversed((*then, *otherwise)))
                continue
            case ir.Op(sign="if", operands=(_, *branches)):
                stack.extend(reversed(branches))
                continue
            case ir.Compare():
                continue
            case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=operand), *_)) if (
                name == "|safe" or name in also
            ):
                if not _is_marked(operand, also):
                    yield node, operand
            case ir.Call(function=ir.Name(id=name)) if name.startswith("is ") or (
                name[:1] == "|" and name[1:] in FILTERS and name[1:] not in _ESCAPING
            ):
                continue
        stack.extend(ir.children(node)[::-1])


def _is_marked(operand: ir.Expr, also: frozenset[str]) -> bool:
    return isinstance(operand, ir.Call) and isinstance(operand.function, ir.Name) and operand.function.id in also


def raw_columns(template: ir.Template) -> Iterator[tuple[ir.Const, ir.Expr]]:
    """The names of columns that a library's macro puts out as they are, each with the records that it is given."""
    for node in ir.walk(template):
        match node:
            case ir.Call(function=ir.Name(id=word) | ir.Attribute(name=word), arguments=(first, *rest)) if (
                word in RAW_COLUMNS
            ):
                for argument in rest:
                    if argument.name == RAW_COLUMNS[word] and isinstance(argument.value, ir.Display):
                        for item in argument.value.items:
                            if isinstance(item.value, ir.Const) and isinstance(item.value.value, str):
                                yield item.value, first.value
            case _:
                pass


def raw_descriptions(template: ir.Template) -> Iterator[ir.Expr]:
    """The forms and fields that a library's macro shows with their descriptions as they are."""
    macros: set[str] = set()
    for node in ir.walk(template):
        match node:
            case ir.Link(kind="from", template=ir.Const(value=str(name)), names=names) if name in FORM_TEMPLATES:
                macros.update(alias for word, alias in names if word in RAW_DESCRIPTIONS)
            case ir.Link(kind="import", template=ir.Const(value=str(name)), names=((_, alias),)) if (
                name in FORM_TEMPLATES
            ):
                macros.update(f"{alias}.{word}" for word in RAW_DESCRIPTIONS)
            case _:
                pass
    for node in ir.walk(template) if macros else ():
        match node:
            case ir.Call(function=ir.Name(id=word), arguments=(first, *_)) if word in macros:
                yield first.value
            case ir.Call(function=ir.Attribute(value=ir.Name(id=owner), name=word), arguments=(first, *_)) if (
                f"{owner}.{word}" in macros
            ):
                yield first.value
            case _:
                pass


def tests_around(template: ir.Template, node: ir.Node) -> Iterator[ir.Expr]:
    """The conditions that hold where a node stands in a template, of statements and of expressions."""
    stack: list[ir.Node] = list(template.body)
    while stack:
        current = stack.pop()
        match current:
            case ir.If(test=test, body=(first, *rest)) if first.start <= node.start < [first, *rest][-1].end:
                yield test
            case ir.Op(sign="if", operands=(test, then, _)) if then.start <= node.start < then.end:
                yield test
        stack.extend(child for child in ir.children(current) if child.start <= node.start < child.end)


def begins_link(context: ir.Context) -> bool:
    """Whether what stands there begins an address that may run a script when it is followed or loaded."""
    return context.place == "url" and context.tag in RUNNING_TAGS and not context.prefix.strip()


def is_raw(expr: ir.Expr) -> bool:
    """Whether some of a value is said to be HTML."""
    return any(isinstance(node, ir.Name) and node.id == "|safe" for node in (expr, *ir.walk(expr)))


def names_marked(found: Iterable[tuple[ir.Call, ir.Expr]]) -> frozenset[str]:
    """The last names in what is marked as safe: ``bio`` for ``{{ user.bio|trim|safe }}``, ``render`` for ``chart.render()``."""
    names: set[str] = set()
    for _, operand in found:
        for leaf in leaves(operand):
            names.add(last_word(leaf.function if isinstance(leaf, ir.Call) else leaf))
    return frozenset(names - {""})


def leaves(expr: ir.Expr) -> Iterator[ir.Expr]:
    """The parts of which a value is made, as far as they are names, attributes, items or calls."""
    match expr:
        case ir.Const():
            return
        case ir.Op(sign="if", operands=(_, *branches)):
            for branch in branches:
                yield from leaves(branch)
        case ir.Op(operands=operands):
            for operand in operands:
                yield from leaves(operand)
        case ir.Display(items=items):
            for item in items:
                yield from leaves(item.value)
        case ir.Call(function=ir.Name(id=name), arguments=arguments) if name[:1] == "|" or name in TRANSLATIONS:
            for argument in arguments:
                yield from leaves(argument.value)
        case ir.Call(function=ir.Attribute(value=value, name="get"), arguments=(ir.Argument(value=key), *_)):
            yield ir.Subscript(value, key, start=expr.start, end=expr.end)
        case ir.Call(function=ir.Attribute(value=value, name="format"), arguments=arguments):
            yield from leaves(value)
            for argument in arguments:
                yield from leaves(argument.value)
        case ir.Call(function=ir.Attribute(value=value)) if is_same_text(expr):
            yield from leaves(value)
        case ir.Subscript(value=value, key=ir.Op(sign="slice")):
            yield from leaves(value)
        case _:
            yield expr


def is_same_text(call: ir.Call) -> bool:
    """Whether a method gives the text that it is called on again, with the tags that are in it."""
    match call:
        case ir.Call(function=ir.Attribute(name=name), arguments=(ir.Argument(value=ir.Const(value=str(what))), *_)):
            return name in SAME_TEXT_METHODS and what not in ("<", ">", "&")
        case ir.Call(function=ir.Attribute(name=name), arguments=arguments):
            return name in SAME_TEXT_METHODS and not arguments
    return False
