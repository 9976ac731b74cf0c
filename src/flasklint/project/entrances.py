"""Where a walk over a project begins: the functions that make or wire an app, and those that call them."""

from __future__ import annotations

from flasklint import ir
from flasklint.knowledge.extensions import APP_CLASSES, is_app_class
from flasklint.project.modules import Modules
from flasklint.project.scopes import LinkedModule, Scope

_DEEPEST_CLIMB = 6
_WIRING = frozenset(
    {"init_app", "register_blueprint", "add_url_rule", "from_object", "from_pyfile", "from_mapping", "from_envvar"}
)
_COMMON = frozenset(
    {"main", "run", "init", "setup", "get", "start", "create", "__init__", "wrapper", "decorator", "call", "__call__"}
)


class Entrances:
    """Looks for them by the words of calls."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def found(self) -> tuple[frozenset[str], list[tuple[LinkedModule, ir.Function]]]:
        """The names of functions that make an app; and where to begin: functions that make or wire one and, of those that
        are called, their callers, outermost first."""
        classes = self._app_class_words()
        making: dict[int, Scope] = {}
        wiring: dict[int, Scope] = {}
        callers: dict[str, list[Scope]] = {}
        for module in self._modules:
            if module.is_test:
                continue
            for call, scope in module.calls:
                function = call.function
                word = (
                    function.id
                    if isinstance(function, ir.Name)
                    else function.name
                    if isinstance(function, ir.Attribute)
                    else ""
                )
                outer = _outermost(scope)
                if outer is None or _is_in_test_case(outer):
                    continue
                callers.setdefault(word, []).append(outer)
                if word in classes or is_app_class(word):
                    making[id(outer)] = outer
                elif word in _WIRING:
                    wiring[id(outer)] = outer
        makers: set[str] = set()
        found: dict[int, tuple[int, LinkedModule, ir.Function]] = {}
        for rank, scopes in enumerate((making, wiring)):
            for scope in scopes.values():
                node = scope.node
                if not isinstance(node, ir.Function):
                    continue
                if rank == 0:
                    makers.add(node.name)
                for root, height in self._roots(scope, callers):
                    if isinstance(root.node, ir.Function):
                        if rank == 0:
                            makers.add(root.node.name)
                        found.setdefault(id(root.node), (rank * 100 - height, root.module, root.node))
        ordered = sorted(found.values(), key=lambda entry: (entry[0], entry[1].path, entry[2].start))
        return frozenset(makers - _COMMON), [(module, node) for _, module, node in ordered]

    def _roots(self, scope: Scope, callers: dict[str, list[Scope]]) -> list[tuple[Scope, int]]:
        """The functions from which a call chain leads to a function, and itself."""
        found: list[tuple[Scope, int]] = []
        seen = {id(scope)}
        level = [scope]
        for height in range(_DEEPEST_CLIMB):
            found += [(one, height) for one in level]
            above: list[Scope] = []
            for one in level:
                node = one.node
                if not isinstance(node, ir.Function) or node.name in _COMMON or one.parent is None:
                    continue
                for caller in callers.get(node.name, ()):
                    if one.parent.is_class and caller.parent is not one.parent:
                        # Of a method, only calls by methods of the same class are told by the word alone.
                        continue
                    if id(caller) not in seen and caller.is_function:
                        seen.add(id(caller))
                        above.append(caller)
            if not above or len(above) > 20:
                break
            level = above
        return found

    def _app_class_words(self) -> frozenset[str]:
        """Last words of the names of classes that make an app: the libraries', and the project's subclasses of them."""
        found = {name.rpartition(".")[2] for name in APP_CLASSES} | {"App", "FlaskApp", "Dash"}
        classes = [
            (scope.node, scope)
            for module in self._modules
            if not module.is_test
            for scope in module.scopes
            if isinstance(scope.node, ir.Class) and scope.node.bases
        ]
        for _ in range(3):
            for node, _scope in classes:
                for base in node.bases:
                    expr = base.value
                    word = ir.last_name(expr)
                    if (word in found or is_app_class(word)) and not base.name:
                        found.add(node.name)
        return frozenset(found)


def _outermost(scope: Scope) -> Scope | None:
    """The function around a scope that no other function is around; ``None`` at module or class level."""
    found: Scope | None = None
    current: Scope | None = scope
    while current is not None:
        if current.is_function:
            found = current
        current = current.parent
    return found


def _is_in_test_case(scope: Scope) -> bool:
    """Is it a method of a class of tests, wherever that is kept?"""
    owner = scope.parent.node if scope.parent is not None else None
    bases = owner.bases if isinstance(owner, ir.Class) else ()
    return any(
        (base.value.id if isinstance(base.value, ir.Name) else getattr(base.value, "name", "")).endswith("TestCase")
        for base in bases
    )
