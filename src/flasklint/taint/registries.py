"""Functions that decorators put into a table while their modules are loaded: ``@command("run")``.

What a module binds is worked out when it is asked for, and nobody asks for a function that is only called through the table.
"""

from __future__ import annotations

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.engine import Engine

_ADDING = frozenset(("add", "append", "extend", "insert", "setdefault", "update"))


def fill(engine: Engine) -> None:
    """Fill the tables of a project's modules."""
    known: dict[str, bool] = {}
    for module in engine.project.modules.values():
        if module.is_test:
            continue
        for scope in module.scope.children:
            if isinstance(scope.node, ir.Function) and _is_put(engine.project, scope, known):
                for frame in engine.module_frames.values():
                    # Each begins with what the others have left.
                    frame.state.heap.clear()
                engine.module_value(module, scope.node.name, engine.module_frame(module), scope.node)


def _is_put(project: Project, scope: Scope, known: dict[str, bool]) -> bool:
    assert isinstance(scope.node, ir.Function)
    for decorator in scope.node.decorators:
        function = decorator.function if isinstance(decorator, ir.Call) else decorator
        for name in project.resolve(function, scope.module.scope):
            if name not in known:
                definition = project.definition(name)
                known[name] = definition is not None and _puts(definition)
            if known[name]:
                return True
    return False


def _puts(scope: Scope) -> bool:
    """Whether a decorator puts something into what is not its own."""
    if not scope.is_function:
        return False
    own = {name for one in (scope, *scope.children) for name in one.bindings}
    for node in ir.walk(scope.node):
        match node:
            case ir.Assign(targets=targets):
                held = [target.value for target in targets if isinstance(target, ir.Subscript)]
            case ir.Call(function=ir.Attribute(value=value, name=name)) if name in _ADDING:
                held = [value]
            case _:
                continue
        if any(not (isinstance(one, ir.Name) and one.id in own) for one in held):
            return True
    return False
