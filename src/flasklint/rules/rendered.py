"""What is kept as HTML that is made of a text and keeps the tags in it: ``post.body_html = markdown.markdown(post.body)``, in a
view, in a method of the record's or in what listens to the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flasklint import ir
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.cleaned import cleans, makes_markup

_LISTEN = "listen"
_LISTENS = "listens_for"


class Rendered(NamedTuple):
    """``owner``: the class of what it is kept in, or the variable's name; ``text``: the attribute of the same of which it is
    made."""

    owner: str
    text: str


def rendered(project: Project) -> Mapping[str, tuple[Rendered, ...]]:
    """By the name of the attribute that HTML is kept in."""
    listening = _listening(project)
    found: dict[str, tuple[Rendered, ...]] = {}
    for scope in project.functions():
        if scope.module.is_test:
            continue
        for write in scope.writes:
            value = write.value
            if write.name is None or not isinstance(write.target, ir.Name) or not isinstance(value, ir.Call):
                continue
            if makes_markup(value, scope, project) and not cleans(scope):
                owners = _owners(write.target.id, scope, listening)
                texts = _texts(value, write.target.id)
                found[write.name] = (
                    *found.get(write.name, ()),
                    *(Rendered(owner, text) for owner in owners for text in texts),
                )
    return found


def _texts(value: ir.Call, owner: str) -> list[str]:
    given = value.arguments[0].value
    return [
        last_word(node)
        for node in (given, *ir.walk(given))
        if isinstance(node, ir.Attribute) and isinstance(node.value, ir.Name) and root(node) == owner
    ]


def _owners(name: str, scope: Scope, listening: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    node, parent = scope.node, scope.parent
    if (
        isinstance(node, ir.Function)
        and [parameter.name for parameter in node.parameters[:1]] == [name]
        and parent is not None
        and isinstance(parent.node, ir.Class)
    ):
        return (parent.node.name,)
    return listening.get(scope.name) or (name,)


def _listening(project: Project) -> dict[str, tuple[str, ...]]:
    """The names of the functions that the database calls, each with those of the classes whose records they are given."""
    found: dict[str, tuple[str, ...]] = {}
    for module in project.modules.values():
        for listened, function in _listeners(module, project):
            found[function] = (*found.get(function, ()), last_word(listened))
    return found


def _listeners(module: LinkedModule, project: Project) -> Iterator[tuple[ir.Expr, str]]:
    for call, scope in module.calls:
        if last_word(call.function) == _LISTEN and len(call.arguments) > 2:
            for name in project.resolve(call.arguments[2].value, scope):
                yield call.arguments[0].value, name
    for scope in module.scopes:
        for decorator in scope.node.decorators if isinstance(scope.node, ir.Function) else ():
            if isinstance(decorator, ir.Call) and last_word(decorator.function) == _LISTENS and decorator.arguments:
                yield decorator.arguments[0].value, scope.name
