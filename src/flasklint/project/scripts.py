"""What people run by hand: files that nothing imports, commands of the command line. No visitor has a say in what they do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set

from flasklint import ir
from flasklint.project.scopes import LinkedModule

Imported = Callable[[str, LinkedModule], LinkedModule | None]
_FOLDERS = frozenset({"bin", "devtools", "script", "scripts", "tool", "tools"})
_COMMANDS = frozenset({"command", "group", "task"})
_COMMAND_LINE = frozenset({"cli", "commands", "fabfile", "manage"})
"""Names of folders and files whose code is run from the command line."""
_MIGRATIONS = re.compile(r"(?:\w+_)?(?:alembic|migrat(?:e|ions?))(?:_\w+)?", re.IGNORECASE)
"""How a folder is called that holds them: ``migrations``, ``db_migrations``, ``migration_scripts``."""
_STEP = re.compile(r"(?:migrat(?:e|ions?)|upgrade_?db|db_?upgrade)(?:_\w+)?|\w+_(?:migrate|migrations?)", re.IGNORECASE)
"""How a file is called that holds one."""
_REVISIONS = frozenset({"revision", "down_revision"})
"""What Alembic reads of a file: it is a step from one shape of the database to the next."""
_BOTH_WAYS = (frozenset({"upgrade", "downgrade"}), frozenset({"migrate", "rollback"}))
"""What others call in a file, to change a database's shape and to change it back."""


def scripts(modules: Iterable[LinkedModule], imported: Imported, answering: Set[str]) -> frozenset[str]:
    """The paths of files that are run as they are and that no other file imports, and of what belongs to them.

    ``answering``: files that answer requests.
    """
    everything = [module for module in modules if not module.is_test]
    importers: dict[str, set[str]] = {}
    for module in everything:
        for name in _imports(module):
            found = imported(name, module)
            if found is not None and found is not module:
                importers.setdefault(found.path, set()).add(module.path)
    apart = {
        module.path
        for module in everything
        if module.path not in importers and module.path not in answering and _is_run(module)
    }
    # What only scripts of a folder for them import is a part of them; what any other file starts may be the app itself.
    rest = {path for path in importers if path not in answering} - apart
    inside = {path for path in apart if _in_folder(path)}
    while more := {path for path in rest if importers[path] <= inside}:
        inside |= more
        rest -= more
    return frozenset(apart | inside)


def is_migration(module: LinkedModule) -> bool:
    """Whether it changes a database's shape, once, by hand: what it puts into SQL are names of tables of its own."""
    *folders, file = module.path.removesuffix(".py").split("/")
    bound = module.scope.bindings.keys()
    return (
        any(map(_MIGRATIONS.fullmatch, folders))
        or _STEP.fullmatch(file) is not None
        or any(bound >= made for made in (_REVISIONS, *_BOTH_WAYS))
    )


def is_command(module: LinkedModule, qualname: str) -> bool:
    """Whether a function is a command of the command line or a task, by its decorator or its file; what stands in no function is
    run as the file is loaded."""
    *folders, file = module.path.removesuffix(".py").split("/")
    if not _COMMAND_LINE.isdisjoint((*folders, file)):
        return True
    scopes = [scope for scope in module.scopes if scope.qualname == qualname]
    for scope in scopes:
        for decorator in scope.node.decorators if isinstance(scope.node, ir.Function) else ():
            function = decorator.function if isinstance(decorator, ir.Call) else decorator
            if isinstance(function, ir.Attribute) and function.name in _COMMANDS:
                return True
    return not any(scope.is_function for scope in scopes)


def _imports(module: LinkedModule) -> Iterator[str]:
    """The dotted names that a module asks for, also those that may be modules of a package."""
    yield from module.imports
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                match binding.node:
                    case ir.Import(module=package, name=name) if name and name != "*":
                        yield f"{package}{'' if package.endswith('.') else '.'}{name}"
                    case _:
                        pass


def _is_run(module: LinkedModule) -> bool:
    """It stands in a folder for scripts, or does something only when it is run as one; a package that is run is a program."""
    if _in_folder(module.path):
        return True
    return not module.path.endswith("__main__.py") and any(
        isinstance(statement, ir.If) and asks_for_main(statement.test) for statement in module.facts.body
    )


def _in_folder(path: str) -> bool:
    return not _FOLDERS.isdisjoint(path.split("/")[:-1])


def asks_for_main(test: ir.Expr) -> bool:
    """``__name__ == "__main__"``"""
    match test:
        case ir.Compare(("==",), (ir.Name("__name__"), ir.Const("__main__"))):
            return True
        case ir.Compare(("==",), (ir.Const("__main__"), ir.Name("__name__"))):
            return True
    return False
