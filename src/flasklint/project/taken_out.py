"""Out of which variable of which template a value is taken, and by which keys: through loops, what is set, macros and what
includes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.knowledge.templates import Nature
from flasklint.project.marks import is_same_text
from flasklint.project.outputs import last_word
from flasklint.project.project import Project

_DEEPEST = 12
_MOST = 100

Key = int | str | None
"""Which item is taken out; None for any of them."""


class TakenOut(NamedTuple):
    """The variable of a template, by its path, out of which something is taken by keys."""

    variable: str
    keys: tuple[Key, ...]
    path: str


class _Look(NamedTuple):
    value: ir.Expr
    keys: tuple[Key, ...]
    path: str
    depth: int


def taken_out(operand: ir.Expr, path: str, project: Project) -> tuple[TakenOut, ...]:
    """Where a value of a template comes from, in that template and in those that use it: a variable that only what renders the
    template can give."""
    ends = (one for one in _ends(operand, path, project) if isinstance(one.value, ir.Name))
    return tuple(dict.fromkeys(TakenOut(last_word(one.value), one.keys, one.path) for one in ends))


def share_written(operand: ir.Expr, path: str, project: Project) -> float:
    """How much of where a value comes from is constants, through loops and macros and what is set: from 0 to 1."""
    ends = [one for one in _ends(operand, path, project) if not _is_of_text(one)]
    known = [one for one in ends if project.pages.outputs(one.path).of(one.value) <= _WRITTEN]
    return len(known) / len(ends) if ends else 0.0


def _is_of_text(look: _Look) -> bool:
    """An item by its name of what a filter gives: a text has none, and where there is one it goes another way."""
    match look.value:
        case ir.Call(function=ir.Name(id=name)):
            return name[:1] == "|" and any(isinstance(key, str) for key in look.keys)
        case _:
            return False


def _ends(operand: ir.Expr, path: str, project: Project) -> Iterator[_Look]:
    """The last that is known of where a value comes from."""
    stack = [_Look(operand, (), path, 0)]
    looked = 0
    while stack:
        look = stack.pop()
        looked += 1
        further = tuple(_further(look, project)) if look.depth < _DEEPEST and looked < _MOST else ()
        if not further:
            yield look
            if isinstance(look.value, ir.Name) and look.depth < _DEEPEST:
                further = tuple(_around(look.value.id, look, project))
        stack += (one._replace(depth=look.depth + 1) for one in further)


def _around(name: str, look: _Look, project: Project) -> Iterator[_Look]:
    """The same variable where other templates include or extend that one, also that of a loop in which they do."""
    for path in project.pages.users(look.path):
        for use in project.pages.links(path):
            if use.link.kind in ("include", "extends") and look.path in use.targets:
                yield look._replace(value=ir.Name(name, start=use.link.start, end=use.link.end), path=path)


def _further(look: _Look, project: Project) -> Iterator[_Look]:
    keys = look.keys
    match look.value:
        case ir.Subscript(value=value, key=ir.Const(value=int() | str() as key)):
            yield look._replace(value=value, keys=(key, *keys))
        case ir.Subscript(value=value):
            yield look._replace(value=value, keys=(None, *keys))
        case ir.Attribute(value=value, name=name):
            yield look._replace(value=value, keys=(name, *keys))
        case ir.Call(function=ir.Name(id="|items" | "|dictsort"), arguments=(ir.Argument(value=value), *_)) if keys:
            yield from _of_items(look, value)
        case ir.Call(function=ir.Attribute(value=value, name="items"), arguments=()) if keys:
            yield from _of_items(look, value)
        case ir.Call(function=ir.Attribute(value=value, name="values"), arguments=()) if keys:
            yield look._replace(value=value)
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name in _ORDERING:
            yield look._replace(value=value)
        case ir.Call(function=ir.Attribute(value=value)) if is_same_text(look.value):
            yield look._replace(value=value)
        case ir.Display(items=items) if keys:
            yield from (look._replace(value=item.value, keys=keys[1:]) for item in items)
        case ir.Dict(pairs=pairs) if keys:
            for pair in pairs:
                if keys[0] is None or not isinstance(pair.key, ir.Const) or pair.key.value == keys[0]:
                    yield look._replace(value=pair.value, keys=keys[1:])
        case ir.Op(sign="if", operands=(_, *branches)) | ir.Op(sign="or", operands=[*branches]):
            yield from (look._replace(value=branch) for branch in branches)
        case ir.Name(id=name):
            yield from _named(name, look, project)
        case _:
            pass


_ORDERING = frozenset(("|sort", "|reverse", "|list", "|unique", "|default", "|d", "|trim", "|safe"))
"""Filters that give the same things in another order, or the same text."""


def _of_items(look: _Look, mapping: ir.Expr) -> Iterator[_Look]:
    """What is taken out of the pairs of a mapping: ``for name, value in mapping.items()``."""
    match look.keys:
        case (_, 1, *rest):
            yield look._replace(value=mapping, keys=(None, *rest))
        case _:
            pass


def _named(name: str, look: _Look, project: Project) -> Iterator[_Look]:
    template = project.templates[look.path]
    at = look.value.start
    around = [
        node for node in ir.walk(template) if isinstance(node, (ir.Loop, ir.Function)) and node.start <= at < node.end
    ]
    for node in sorted(around, key=lambda one: -one.start):
        if isinstance(node, ir.Loop):
            if (keys := position(node.target, name)) is not None:
                yield look._replace(value=node.subject, keys=(None, *keys, *look.keys))
                return
        elif any(parameter.name == name for parameter in node.parameters):
            yield from _given(node, name, look, project)
            return
    for one in ir.walk(template):
        match one:
            case ir.Assign(targets=(ir.Name(id=own),), value=value) if own == name and value is not None:
                if not _speaks_of(value, name):
                    yield look._replace(value=value)
            case _:
                pass


def _given(macro: ir.Function, name: str, look: _Look, project: Project) -> Iterator[_Look]:
    """What the templates that call a macro give it under the name of a parameter, and what it has if they give nothing."""
    at = next(number for number, one in enumerate(macro.parameters) if one.name == name)
    default = macro.parameters[at].default
    if default is not None and macro.name in project.pages.called:
        yield look._replace(value=default)
    for path in (look.path, *project.pages.users(look.path)):
        for node in ir.walk(project.templates[path]):
            match node:
                case ir.Call(function=ir.Name(id=word) | ir.Attribute(name=word), arguments=arguments) if (
                    word == macro.name
                ):
                    for number, argument in enumerate(arguments):
                        if argument.name == name or (not argument.name and number == at):
                            yield look._replace(value=argument.value, path=path)
                case _:
                    pass


_WRITTEN: frozenset[Nature] = frozenset(("constant", "number"))


def _speaks_of(value: ir.Expr, name: str) -> bool:
    return any(isinstance(node, ir.Name) and node.id == name for node in (value, *ir.walk(value)))


def position(target: ir.Expr | None, name: str) -> tuple[Key, ...] | None:
    """By which keys a name is bound in the target of a loop; None if it is not."""
    match target:
        case ir.Name(id=own) if own == name:
            return ()
        case ir.Display(items=items):
            for number, item in enumerate(items):
                if isinstance(item.value, ir.Name) and item.value.id == name:
                    return (number,)
        case _:
            pass
    return None
