"""Decorators that keep a view from strangers without a status that says so: they answer something else in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from flasklint import ir
from flasklint.additions import Proof
from flasklint.project.blocks import leaves
from flasklint.project.deeds import holds_for_the_known
from flasklint.project.guards import Guards
from flasklint.project.scopes import Scope
from flasklint.project.strangers import is_of_strangers


def withholds(decorator: Scope, guards: Guards) -> Proof | None:
    """By what a decorator knows those whom it lets get to a view, where others are answered by itself; ``None`` when it lets all
    in, or that is not seen."""
    for scope, function, views in _wrappers(decorator):
        if tests := tuple(_asked(function, views, scope, guards)):
            return guards.asks(guards.part(_with_what_they_use(tests, function), function, scope))
    return None


def _wrappers(decorator: Scope) -> Iterator[tuple[Scope, ir.Function, Set[str]]]:
    """The functions in a decorator that call the view, with the names that it may go by there."""
    if not isinstance(decorator.node, ir.Function):
        return
    views = {parameter.name for parameter in decorator.node.parameters}
    stack = list(decorator.children)
    while stack:
        scope = stack.pop()
        function = scope.node
        if not isinstance(function, ir.Function):
            continue
        if _calls_view(function.body, views):
            yield scope, function, frozenset(views)
        views |= {parameter.name for parameter in function.parameters}
        stack += scope.children


def _asked(function: ir.Function, views: Set[str], scope: Scope, guards: Guards) -> Iterator[ir.Expr]:
    """The conditions that speak of who is asking, if one of them keeps strangers from a view; nothing when none does."""
    spoken = [
        node
        for node in ir.statements(function)
        if isinstance(node, ir.If) and guards.speaks_of_identity(node.test, scope)
    ]
    if any(
        (is_of_strangers(node.test) and _answers_itself(node.body, views)) or _is_only_way(node, function, views)
        for node in spoken
    ):
        yield from (node.test for node in spoken)


def _is_only_way(known: ir.If, function: ir.Function, views: Set[str]) -> bool:
    """Does a function come to a view nowhere but where a condition holds, and answer something of its own else?

    ``if known(): answer = view(...)``, ``else: answer = "Forbidden", 403``, then ``return answer``.
    """
    if is_of_strangers(known.test) or not known.orelse or not isinstance(function.body[-1], ir.Return):
        return False
    inside = [node for statement in known.body for node in (statement, *ir.walk(statement))]
    return _view_calls(inside, views) == _view_calls([*ir.walk(function)], views) > 0


def _answers_itself(body: Sequence[ir.Stmt], views: Set[str]) -> bool:
    """``return failed()``"""
    last = body[-1]
    if not leaves(body) or _calls_view(body, views):
        return False
    return not isinstance(last, ir.Return) or not isinstance(last.value, (ir.Const, type(None)))


def _calls_view(body: Sequence[ir.Stmt], views: Set[str]) -> bool:
    """``return view(*args, **kwargs)``"""
    return _view_calls([node for statement in body for node in (statement, *ir.walk(statement))], views) > 0


def _view_calls(nodes: Sequence[ir.Node], views: Set[str]) -> int:
    found = 0
    for node in nodes:
        match node:
            case ir.Call(ir.Name(name), arguments) if name in views and arguments:
                found += all(argument.name in ("*", "**") for argument in arguments)
    return found


def _with_what_they_use(tests: Sequence[ir.Expr], function: ir.Function) -> tuple[ir.Stmt, ...]:
    """Conditions as statements, with those that give the names in them a value."""
    used = {node.id for test in tests for node in (test, *ir.walk(test)) if isinstance(node, ir.Name)}
    given = tuple(
        node
        for node in ir.statements(function)
        if isinstance(node, ir.Assign)
        and any(isinstance(target, ir.Name) and target.id in used for target in node.targets)
    )
    return (*given, *(ir.Do(test, start=test.start, end=test.end) for test in tests))


def lets_strangers(decorator: Scope, guards: Guards) -> bool:
    """Does a decorator call the view for whoever comes to the end of its wrapper, having asked nobody on the way who they are?

    ``if known() and admin(): return view(...)``, then ``if too_early(): abort(422)``, then ``return view(...)``.
    """
    first = next(_wrappers(decorator), None)
    return first is not None and _comes_to_view(first[1], first[2], first[0], guards)


def _comes_to_view(function: ir.Function, views: Set[str], scope: Scope, guards: Guards) -> bool:
    looked = False
    for statement in function.body:
        match statement:
            case ir.If() if _only_favours(statement, views, scope, guards):
                looked = True
            case ir.Return(ir.Call() as call) if looked and _calls_view((statement,), views):
                return isinstance(call.function, ir.Name) and call.function.id in views
            case ir.Assign() | ir.Augment() | ir.Do():
                asked = guards.part((statement,), function, scope)
                if asked.refuses or asked.turned_away:
                    return False
            case _:
                return False
    return False


def _only_favours(statement: ir.If, views: Set[str], scope: Scope, guards: Guards) -> bool:
    """Is the view's turn come at once for somebody who is known, and is nobody refused for not being that?"""
    if not (guards.speaks_of_identity(statement.test, scope) and holds_for_the_known(statement.test)):
        return False
    if not _calls_view(statement.body, views):
        return False
    return not any(
        guards.speaks_of_identity(inner.test, scope)
        for one in statement.orelse
        for inner in (one, *ir.statements(one))
        if isinstance(inner, ir.If)
    ) and all(isinstance(one, ir.If) and not one.orelse for one in statement.orelse)
