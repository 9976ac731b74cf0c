"""What a function's callers have a say in: whether a text that it makes holds something that it was called with."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.raw_text import raw
from flasklint.rules.surroundings import EXPRESSIONS
from flasklint.source import Location

_ITSELF = frozenset({"self", "cls"})


def is_callers_text(project: Project, location: Location) -> bool:
    """Whether the text at a place holds, as it is, a parameter of the function, or what its object was made with.

    What is looked up by a parameter (a program in a table, a record's field) is the app's own; and a function that is given the
    whole text and only hands it on makes none.
    """
    scope = _function_at(project, location)
    text = ir.path_to(scope.node, location.span)[-1:] if scope is not None else ()
    if scope is None or not text or not isinstance(text[0], EXPRESSIONS) or _is_handed_on(text[0], scope):
        return False
    found = raw(text[0], scope, project)
    if found.parameters - {parameter for parameter, _ in found.taken} - _ITSELF:
        return True
    return any(_is_given(attribute, scope, project) for owner, attribute in found.taken if owner in _ITSELF)


def _function_at(project: Project, location: Location) -> Scope | None:
    """The innermost function that a place stands in."""
    module = project.modules.get(location.path)
    at = location.span.start
    around = [
        (node.start, scope)
        for scope in (module.scopes if module is not None else ())
        if isinstance(node := scope.node, ir.Function) and node.start <= at < node.end
    ]
    return max(around, key=lambda found: found[0])[1] if around else None


def _is_handed_on(text: ir.Expr, scope: Scope) -> bool:
    """``def run(command): subprocess.run(command, shell=True)``"""
    return isinstance(text, ir.Name) and all(one.kind == "parameter" for one in scope.at(text.id, text.start))


def _is_given(attribute: str, method: Scope, project: Project) -> bool:
    """Whether an object's attribute is kept out of a parameter of one of its methods, as a rule of its constructor."""
    return any(
        write.name == attribute
        and isinstance(write.target, ir.Name)
        and write.target.id in _ITSELF
        and write.value is not None
        and raw(write.value, scope, project).parameters
        for scope in _methods(method)
        for write in scope.writes
    )


def _methods(method: Scope) -> Iterator[Scope]:
    """The methods of the class that one belongs to."""
    return (scope for scope in method.module.scopes if scope.parent is method.parent and scope.is_function)
