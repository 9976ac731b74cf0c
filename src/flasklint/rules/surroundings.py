"""What the facts around a place say about it: tests that stand before it, what a name was made from, how a text begins.

Small questions that several rules ask of a scope; each says what it does not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from flasklint import ir
from flasklint.project.outputs import root
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.scripts import is_command, is_migration
from flasklint.project.values import Known
from flasklint.source import Location

_DEEPEST = 6
EXPRESSIONS: tuple[type[ir.Expr], ...] = get_args(ir.Expr)
"""The kinds of node that are expressions."""
_PATHS = frozenset({"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "builtins.str", "os.fspath"})
_LOOPBACK = re.compile(r"(?:\w+:)?//(?:[^/@]*@)?(?:localhost|127(?:\.\d+){3}|\[::1\])(?=[:/?#]|$)", re.IGNORECASE)


def by_hand(project: Project, location: Location, qualname: str) -> bool:
    """Whether a function stands in what people run by hand: a script, a migration, a command, what is done on loading."""
    module = project.modules.get(location.path)
    return module is not None and (
        location.path in project.scripts or is_migration(module) or is_command(module, qualname)
    )


def conditions(scope: Scope, node: ir.Node) -> Iterator[ir.Expr]:
    """The tests of the ``if``, ``while`` and conditional expressions of a scope that a node stands under, outermost first.

    A test before an early ``return`` is not one: the node does not stand under it.
    """
    current: object = scope.node
    while current is not None:
        inner = next(
            (child for child in ir.children(current) if child.start <= node.start and node.end <= child.end), None
        )
        match current:
            case ir.If(test=test) | ir.Loop(target=None, subject=test) if inner is not test:
                yield test
            case ir.Op(sign="if", operands=(test, _, _)) if inner is not test:
                yield test
            case ir.Op(sign="and", operands=(first, *_)) if inner is not first:
                yield first
        current = None if inner is node else inner


def words(expr: ir.Expr) -> Iterator[str]:
    """The names, attributes, keywords and strings in an expression."""
    for node in (expr, *ir.walk(expr)):
        match node:
            case ir.Name(id=word) | ir.Attribute(name=word) | ir.Const(value=str(word)):
                yield word
            case ir.Argument(name=word) if word:
                yield word


def origins(expr: ir.Expr, scope: Scope, depth: int = _DEEPEST) -> Iterator[ir.Expr]:
    """An expression and everything in it, and, for each name, what it was made from in the same function or around it."""
    seen: set[tuple[int, int]] = set()
    stack = [(expr, scope, depth)]
    while stack:
        current, place, left = stack.pop()
        for node in (current, *ir.walk(current)):
            if isinstance(node, ir.Name) and left:
                for value, home in _made_of(node, place):
                    if (value.start, value.end) not in seen:
                        seen.add((value.start, value.end))
                        stack.append((value, home, left - 1))
            if isinstance(node, EXPRESSIONS):
                yield node


def _made_of(name: ir.Name, scope: Scope) -> Iterator[tuple[ir.Expr, Scope]]:
    """The values bound to a name, each with the scope that it stands in; those of the innermost scope that binds it."""
    current: Scope | None = scope
    while current is not None:
        found = (
            current.at(name.id, name.start if current is scope else None)
            if current is scope or not current.is_class
            else ()
        )
        if found:
            yield from ((binding.value, current) for binding in found if binding.value is not None)
            return
        current = current.parent


def beginning(expr: ir.Expr, scope: Scope, project: Project) -> str:
    """The fixed text that a string begins with, as far as it is known; often empty."""
    match expr:
        case ir.Join(parts=(first, *_)):
            return beginning(first, scope, project)
        case ir.Op(sign="+" | "%", operands=(first, *_)):
            return beginning(first, scope, project).partition("%")[0]
        case ir.Call(function=ir.Attribute(value=first, name="format")):
            return beginning(first, scope, project).partition("{")[0]
    match project.constant(expr, scope):
        case Known(value=str(text)):
            return text
    return ""


def ending(expr: ir.Expr, scope: Scope, project: Project) -> str:
    """The fixed text that a string, or a path that is put together, ends with, as far as it is known; often empty."""
    match expr:
        case ir.Join(parts=(*_, last)) | ir.Op(sign="+" | "/", operands=(_, last)):
            return ending(last, scope, project)
        case ir.Op(sign="%", operands=(first, _)):
            return ending(first, scope, project).rpartition("%")[2].lstrip("sd")
        case ir.Call(function=ir.Attribute(value=first, name="format")):
            return ending(first, scope, project).rpartition("}")[2]
        case ir.Call(function=function, arguments=(*_, ir.Argument(value=last, name=""))) if _PATHS.intersection(
            project.resolve(function, scope)
        ):
            return ending(last, scope, project)
    match project.constant(expr, scope):
        case Known(value=str(text)):
            return text
    return ""


def is_this_machine(url: str) -> bool:
    """Whether a URL's fixed beginning names the machine that asks."""
    return _LOOPBACK.match(url) is not None


def asks_for_a_number(project: Project, location: Location) -> bool:
    """Whether all that the function puts into texts, of what it is called with, went through ``int`` before: that raises."""
    function = _function_at(project, location)
    if function is None:
        return False
    given = {one.name for one in function.parameters} - {"self", "cls"}
    put_in = {name for node in ir.walk(function) for one in _put_in(node) if (name := root(one)) in given}
    asked = {
        argument.value.id
        for node in ir.walk(function)
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Name) and node.function.id == "int"
        for argument in node.arguments[:1]
        if isinstance(argument.value, ir.Name)
    }
    return bool(put_in) and put_in <= asked


def formats_a_parameter(project: Project, location: Location) -> bool:
    """Whether the function in which a place stands puts what it is called with into a text, or an attribute of that."""
    function = _function_at(project, location)
    if function is None:
        return False
    given = {one.name for one in function.parameters} - {"self", "cls"}
    return any(root(one) in given for node in ir.walk(function) for one in _put_in(node))


def _function_at(project: Project, location: Location) -> ir.Function | None:
    """The innermost function that a place stands in."""
    module = project.modules.get(location.path)
    around = [
        scope.node
        for scope in (module.scopes if module is not None else ())
        if isinstance(scope.node, ir.Function) and scope.node.start <= location.span.start < scope.node.end
    ]
    return max(around, key=lambda node: node.start, default=None)


def _put_in(node: ir.Node) -> Iterator[ir.Expr]:
    """What an expression puts into a text."""
    match node:
        case ir.Formatted(value):
            yield value
        case ir.Op("%", (_, ir.Display(items=items))) | ir.Call(ir.Attribute(_, "format"), items):
            yield from (item.value for item in items)
        case ir.Call(ir.Attribute(_, "join"), (ir.Argument(value=members),)):
            # Also what they are taken out of: ``", ".join(row[3] for row in rows)``.
            yield members
            yield from (one for one in ir.walk(members) if isinstance(one, ir.Name))
        case ir.Op("%" | "+", operands):
            yield from operands
        case ir.Augment(sign="+", value=value):
            yield value
