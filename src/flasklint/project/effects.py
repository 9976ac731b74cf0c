"""What a function changes that outlives the request: rows, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flasklint import ir
from flasklint.project.names import Resolver
from flasklint.project.scopes import Scope
from flasklint.project.strangers import given_once, values_used
from flasklint.source import Location

_SESSIONS = ("sqlalchemy.orm.Session()", "flask_sqlalchemy.SQLAlchemy().session", "sqlalchemy.orm.scoped_session()")
_WRITES = frozenset(
    {
        "commit",
        "save",
        "delete",
        "delete_one",
        "delete_many",
        "update_one",
        "update_many",
        "insert_one",
        "delete_instance",
    }
    | {"find_one_and_delete", "find_one_and_update", "replace_one", "bulk_write", "unlink"}
)
_FILES = frozenset({"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree", "os.rename", "shutil.move"})
_TRANSACTIONS = frozenset({"begin", "begin_nested", "atomic"})
"""Methods of a database, or of a session of one, whose ``with`` commits."""
_COMMITTERS = frozenset({"pony.orm.db_session", "pony.orm.core.db_session"})
_QUERIES = frozenset({"query", "filter", "filter_by"})
"""Attributes by which records are looked for."""
_STATEMENTS = ("insert into", "update ", "delete from", "drop table", "truncate ")


@dataclass(frozen=True, slots=True)
class Effect:
    """``what``: in a few words, after "to". ``certain``: the names leave no doubt."""

    what: str
    location: Location
    certain: bool


def effects(
    scope: Scope,
    resolver: Resolver,
    definition: Callable[[str], Scope | None],
    body: tuple[ir.Stmt, ...] | None = None,
) -> Iterator[Effect]:
    """What a function itself changes, in the order of the text; nothing under ``if request.method == "POST"``. ``definition``:
    the project's function or class of a canonical name: a decorator or a ``with`` may commit what is done inside. ``body``: the
    part of it that is asked about."""
    if body is None:
        body = scope.node.body if isinstance(scope.node, ir.Function) else ()
    around = _Around(scope, resolver, definition)
    values = given_once(scope.node) if isinstance(scope.node, ir.Function) else {}
    commits = around.commits or any(_is_commit(node) for node in ir.walk(scope.node))
    for node in _reached(body):
        if not isinstance(node, ir.Call):
            continue
        location = Location(scope.module.path, node.span)
        names = resolver.resolve(node.function, scope)
        if any(name in _FILES for name in names):
            yield Effect("delete or move files", location, True)
        method = node.function.name if isinstance(node.function, ir.Attribute) else ""
        if method in ("delete", "delete_instance", "delete_by_id") and (
            any(name.startswith(_SESSIONS) for name in names)
            or method != "delete"
            or (commits and (_is_session(node) or around.holds(node) or _is_of_records(node, values)))
        ):
            yield Effect("delete rows of the database", location, True)
        elif (
            method in ("add", "merge")
            and commits
            and (any(name.startswith(_SESSIONS) for name in names) or _is_session(node) or around.holds(node))
        ):
            yield Effect("write to the database", location, False)
        elif method in ("execute", "executemany") and _changes(node):
            yield Effect("change the database", location, True)


class _Around:
    """What commits the work of a function from around it: a decorator, a ``with``. ``commits``: something does."""

    def __init__(self, scope: Scope, resolver: Resolver, definition: Callable[[str], Scope | None]) -> None:
        self._resolver = resolver
        self._definition = definition
        self._held: set[str] = set()
        self.commits = False
        node = scope.node
        for decorator in node.decorators if isinstance(node, ir.Function) else ():
            called = decorator.function if isinstance(decorator, ir.Call) else decorator
            self.commits = self.commits or self._does(called, scope.parent or scope)
        for inner in ir.statements(node):
            for item in inner.items if isinstance(inner, ir.With) else ():
                if isinstance(item.value, ir.Call) and self._does(item.value.function, scope):
                    self.commits = True
                    targets = item.targets if isinstance(item, ir.Assign) else ()
                    self._held.update(target.id for target in targets if isinstance(target, ir.Name))

    def holds(self, call: ir.Call) -> bool:
        """Is it a method of what such a ``with`` gives?"""
        owner = call.function.value if isinstance(call.function, ir.Attribute) else None
        return isinstance(owner, ir.Name) and owner.id in self._held

    def _does(self, function: ir.Expr, scope: Scope) -> bool:
        if isinstance(function, ir.Attribute) and function.name in _TRANSACTIONS:
            return True
        for name in self._resolver.resolve(function, scope):
            if name in _COMMITTERS:
                return True
            target = self._definition(name)
            if target is not None and any(_is_commit(node) for node in ir.walk(target.node)):
                return True
        return False


def commits(scope: Scope, resolver: Resolver) -> Iterator[Effect]:
    """What a function changes by what is called on any object: rows of whatever database, objects that are then saved."""
    body = scope.node.body if isinstance(scope.node, ir.Function) else ()
    for node in _reached(body):
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.name in _WRITES:
            names = resolver.resolve(node.function, scope)
            if not any(name.startswith(("builtins.", "flask.", "logging.")) for name in names):
                yield Effect("change something", Location(scope.module.path, node.span), False)


def _reached(body: tuple[ir.Stmt, ...]) -> Iterator[ir.Node]:
    """Every node that a GET request may reach."""
    stack: list[ir.Node] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ir.If) and _asks_method(node.test):
            stack.extend(reversed(node.body if _is_for_get(node.test) else node.orelse))
            continue
        if isinstance(node, (ir.Function, ir.Class)):
            continue
        yield node
        stack.extend(ir.children(node)[::-1])


def switches(function: ir.Function) -> Iterator[ir.If]:
    """The conditions on what an address says after its question mark that a GET request may come to."""
    values = given_once(function)
    for node in _reached(function.body):
        if isinstance(node, ir.If):
            asked = (node.test, *values_used(node.test, values))
            if any(
                isinstance(inner, ir.Attribute) and inner.name == "args"
                for one in asked
                for inner in (one, *ir.walk(one))
            ):
                yield node


def _is_for_get(test: ir.Expr) -> bool:
    """``request.method == "GET"``"""
    match test:
        case ir.Compare(("==",), (ir.Attribute(_, "method"), ir.Const("GET"))):
            return True
    return False


def _asks_method(test: ir.Expr) -> bool:
    """``request.method == "POST"``, ``form.validate_on_submit()``"""
    return any(
        isinstance(node, ir.Attribute) and node.name in ("method", "validate_on_submit", "validate")
        for node in (test, *ir.walk(test))
    )


def _is_commit(node: ir.Node) -> bool:
    return isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.name == "commit"


def _is_session(node: ir.Call) -> bool:
    """``something.session.delete(x)``: a database session whose maker we do not see."""
    owner = node.function.value if isinstance(node.function, ir.Attribute) else None
    return isinstance(owner, ir.Attribute) and owner.name == "session" and len(node.arguments) == 1


def _is_of_records(node: ir.Call, values: Mapping[str, ir.Expr]) -> bool:
    """``Ticket.query.filter_by(office=number).delete()``, or the same with a name for what was looked for"""
    owner = node.function.value if isinstance(node.function, ir.Attribute) and not node.arguments else None
    if isinstance(owner, ir.Name):
        owner = values.get(owner.id)
    return isinstance(owner, ir.Call) and any(
        isinstance(one, ir.Attribute) and one.name in _QUERIES for one in ir.walk(owner)
    )


def _changes(node: ir.Call) -> bool:
    statement = node.arguments[0].value if node.arguments else node
    return any(
        isinstance(inner, ir.Const)
        and isinstance(inner.value, str)
        and inner.value.lstrip().lower().startswith(_STATEMENTS)
        for inner in (statement, *ir.walk(statement))
    )
