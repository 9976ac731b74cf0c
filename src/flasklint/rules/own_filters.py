"""The project's own template filters: what they make of a value, and what templates give them."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.marks import is_same_text
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.cleaned import cleans
from flasklint.rules.raw_text import raw

_HOPS = 3


def is_cleaned(operand: ir.Expr, project: Project) -> bool:
    """Whether a value goes through a filter of the project that cleans it, and then through nothing but changes of a text."""
    match operand:
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name[:1] == "|":
            known = list(_functions(name[1:], project))
            return (bool(known) and all(map(cleans, known))) or is_cleaned(value, project)
        case ir.Call(function=ir.Attribute(value=value)) if is_same_text(operand):
            return is_cleaned(value, project)
        case _:
            return False


def is_used_up(operand: ir.Expr, project: Project) -> bool:
    """Whether a value goes through a filter of the project in whose result the value itself is not: a digest of it, or what was
    looked up by it. A filter that goes through it in a loop, or hands it to what does, may well put it together again."""
    match operand:
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name[:1] == "|":
            known = list(_functions(name[1:], project))
            return (bool(known) and all(_uses_up(one, project) for one in known)) or is_used_up(value, project)
        case _:
            return False


def _uses_up(function: Scope, project: Project) -> bool:
    node = function.node
    if not isinstance(node, ir.Function) or not node.parameters or not function.returns:
        return False
    first = node.parameters[0].name
    if _goes_through(function, first, project, _HOPS):
        return False
    return not any(
        first in raw(one, function, project, _HOPS).parameters for one in function.returns if one is not None
    )


def _goes_through(function: Scope, name: str, project: Project, hops: int) -> bool:
    """Whether there is a loop in a function, or in one that makes its result of the parameter of this name."""
    if any(isinstance(one, (ir.Loop, ir.Comprehension)) for one in ir.walk(function.node)):
        return True
    return bool(hops) and any(
        _goes_through(helper, parameter, project, hops - 1)
        for made in function.returns
        if isinstance(made, ir.Call)
        for helper, parameter in _handed(name, made, function, project)
    )


def _handed(name: str, call: ir.Call, scope: Scope, project: Project) -> Iterator[tuple[Scope, str]]:
    """The functions of the project that a call hands a variable to, each with the parameter that it becomes."""
    for resolved in project.resolve(call.function, scope):
        helper = project.definition(resolved)
        if helper is not None and isinstance(helper.node, ir.Function):
            for given_here, parameter in zip(call.arguments, helper.node.parameters, strict=False):
                if isinstance(given_here.value, ir.Name) and given_here.value.id == name and not given_here.name:
                    yield helper, parameter.name


def given(function: Scope, project: Project) -> list[tuple[str, ir.Expr]] | None:
    """What templates give to a function that is a filter, each with the template's path; None where its name is not known."""
    pages = project.pages
    names = [name for name in pages.filters if any(one is function for one in _functions(name, project))]
    return [pair for name in names for pair in pages.filtered.get(name, ())] if names else None


def _functions(name: str, project: Project) -> Iterator[Scope]:
    for one in project.pages.registered("filter", name):
        if isinstance(one, Scope):
            yield one
            continue
        expr, scope = one
        for resolved in project.resolve(expr, scope):
            function = project.definition(resolved)
            if function is not None and function.is_function:
                yield function
