"""What the outside calls: the one idea of a route's handler that the overviews and the data-flow engine share.

The app model knows best: it has seen the registration, with every prefix, whatever was wrapped around the view. Where it
has not (a blueprint that nobody registers in this tree, an app that is made elsewhere), what looks like a view is one: by
its decorator, by the class that it is a method of, by a call that registers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.knowledge.decorators import OTHER_FRAMEWORKS, ROUTING
from flasklint.knowledge.extensions import EXPOSE
from flasklint.knowledge.messages import MESSAGE_DECORATORS, MESSAGE_METHODS
from flasklint.project.apps import App
from flasklint.project.names import Resolver
from flasklint.project.registering import COMPUTED
from flasklint.project.scopes import LinkedModule, Scope

_HTTP_METHODS = frozenset(("get", "post", "put", "delete", "patch", "head", "options"))
_ERRORS = frozenset(("errorhandler", "app_errorhandler"))
_REGISTERING = frozenset(("add_url_rule", "add_resource"))
_DEEPEST_CLASS = 5


class Handler(NamedTuple):
    """A function that the outside calls. ``rules``: the URL rules that are known, empty text for one that is not; an error
    handler has none, and its parameter is the error. ``sent_from``: for one that is called with a message or with a query's
    arguments, the first parameter that these are; else -1. ``heirs``: the classes that have it from its own class and answer
    with it; ``own``: whether its own class answers, too."""

    scope: Scope
    rules: tuple[str, ...]
    error: bool = False
    sent_from: int = -1
    heirs: tuple[str, ...] = ()
    own: bool = True


def handlers(
    functions: Iterable[Scope],
    modules: Iterable[LinkedModule],
    apps: Iterable[App],
    resolver: Resolver,
    definition: Callable[[str], Scope | None],
) -> Iterator[Handler]:
    """Of these functions of a project the views and error handlers."""
    seen, errors, answering = _seen(apps)
    looks = _Looks(modules, resolver, definition)
    for scope in functions:
        node = scope.node
        assert isinstance(node, ir.Function)
        if rules := tuple(dict.fromkeys(seen.get(id(node), ()))) or looks.rules(scope):
            own = scope.parent.name if scope.parent is not None else ""
            classes = tuple(dict.fromkeys(answering.get(id(node), ())))
            heirs = tuple(name for name in classes if name != own)
            yield Handler(scope, rules, heirs=heirs, own=not heirs or own in classes)
        elif id(node) in errors or any(_handles(decorator) for decorator in node.decorators):
            yield Handler(scope, (), True)
        elif (first := looks.sent_from(scope)) >= 0:
            yield Handler(scope, (), sent_from=first)


def _seen(apps: Iterable[App]) -> tuple[dict[int, list[str]], set[int], dict[int, list[str]]]:
    """The rules of what the apps are seen to answer with, their error handlers, and the classes of views, by the function's
    node."""
    rules: dict[int, list[str]] = {}
    classes: dict[int, list[str]] = {}
    errors: set[int] = set()
    for app in apps:
        for route in app.routes:
            for function in route.view.functions if route.view is not None else ():
                rules.setdefault(id(function.node), []).append("" if route.rule == COMPUTED else route.rule)
                if route.view is not None and route.view.cls is not None:
                    classes.setdefault(id(function.node), []).append(route.view.cls.name)
        errors.update(id(hook.function.node) for hook in app.hooks if hook.kind in _ERRORS)
    return rules, errors, classes


def _handles(decorator: ir.Expr) -> bool:
    match decorator:
        case ir.Call(function=ir.Attribute(name=name)):
            return name in _ERRORS
        case _:
            return False


def _rule(decorator: ir.Expr) -> list[str]:
    match decorator:
        case ir.Call(function=ir.Attribute(name=name), arguments=arguments) if name in ROUTING and arguments:
            match arguments[0]:
                case ir.Argument(value=ir.Const(value=str() as rule), name="" | "rule"):
                    return [rule] if rule.startswith(("/", "<")) or not rule else []
                case ir.Argument(name="") if name == "route":
                    return [""]
    return []


def serves_otherwise(module: LinkedModule) -> bool:
    """Whether a module answers requests with another framework: its routes only look like Flask's."""
    imported = {
        binding.node.module.partition(".")[0]
        for bindings in module.scope.bindings.values()
        for binding in bindings
        if isinstance(binding.node, ir.Import)
    }
    return not imported.isdisjoint(OTHER_FRAMEWORKS) and "flask" not in imported


class _Looks:
    """What looks like a view to whoever has not seen its registration."""

    def __init__(
        self, modules: Iterable[LinkedModule], resolver: Resolver, definition: Callable[[str], Scope | None]
    ) -> None:
        self._resolver = resolver
        self._definition = definition
        self._registered = self._registrations(modules)

    def rules(self, scope: Scope) -> tuple[str, ...]:
        """The rules of a function that looks like a view; empty when it does not."""
        node, parent = scope.node, scope.parent
        assert isinstance(node, ir.Function)
        if serves_otherwise(scope.module):
            return ()
        if rules := [rule for decorator in node.decorators for rule in _rule(decorator)]:
            return tuple(rules)
        if scope.name in self._registered:
            return tuple(self._registered[scope.name])
        if parent is None or not isinstance(parent.node, ir.Class):
            return ()
        if node.name in _HTTP_METHODS and self._is_view(parent):
            declared = [rule for decorator in parent.node.decorators for rule in _rule(decorator)]
            return tuple(self._registered.get(parent.name, ())) or tuple(declared)
        return tuple(rule for decorator in node.decorators for rule in self._exposed(decorator, parent))

    def sent_from(self, scope: Scope) -> int:
        """The first parameter that a message or a query fills; -1 for a function that neither calls."""
        node, parent = scope.node, scope.parent
        assert isinstance(node, ir.Function)
        outer = parent or scope.module.scope
        for decorator in node.decorators:
            called = decorator.function if isinstance(decorator, ir.Call) else decorator
            if not MESSAGE_DECORATORS.isdisjoint(self._resolver.resolve(called, outer)):
                return 0
        if parent is None or not isinstance(parent.node, ir.Class):
            return -1
        for prefix, bases, first in MESSAGE_METHODS:
            if node.name.startswith(prefix) and self._derives(parent, bases):
                return first
        return -1

    def _derives(self, scope: Scope, wanted: frozenset[str]) -> bool:
        assert isinstance(scope.node, ir.Class)
        return any(
            not wanted.isdisjoint(self._resolver.resolve(base.value, scope.parent or scope.module.scope))
            for base in scope.node.bases
        )

    def _exposed(self, decorator: ir.Expr, scope: Scope) -> list[str]:
        """``@expose("/<id>")`` of Flask-Admin and Flask-AppBuilder."""
        if not isinstance(decorator, ir.Call) or EXPOSE.isdisjoint(self._resolver.resolve(decorator.function, scope)):
            return []
        match decorator.arguments:
            case (ir.Argument(value=ir.Const(value=str() as rule), name="" | "url"), *_):
                return [rule]
            case ():
                return ["/"]
        return [""]

    def _registrations(self, modules: Iterable[LinkedModule]) -> dict[str, list[str]]:
        """The rules that calls give to functions and classes, by canonical name."""
        found: dict[str, list[str]] = {}
        for module in modules:
            for call, scope in module.calls:
                if not isinstance(call.function, ir.Attribute) or call.function.name not in _REGISTERING:
                    continue
                rule, target = _registration(call, call.function.name)
                for name in self._resolver.resolve(target, scope) if target is not None else ():
                    found.setdefault(name, []).append(rule)
        return found

    def _is_view(self, scope: Scope, depth: int = 0) -> bool:
        node = scope.node
        assert isinstance(node, ir.Class)
        for base in node.bases:
            for name in self._resolver.resolve(base.value, scope.parent or scope.module.scope):
                tail = name.rpartition(".")[2]
                if tail in ("MethodView", "Resource", "View") and name.startswith(
                    ("flask", "flask_restful", "flask_restx")
                ):
                    return True
                above = self._definition(name)
                if above is None or not above.is_class or above is scope or depth >= _DEEPEST_CLASS:
                    continue
                if self._is_view(above, depth + 1):
                    return True
        return False


def _registration(call: ir.Call, name: str) -> tuple[str, ir.Expr | None]:
    """The rule and the function or class of ``add_url_rule(rule, endpoint, view)`` or ``add_resource(cls, rule)``."""
    rule = ""
    target: ir.Expr | None = None
    for at, argument in enumerate(call.arguments):
        value = argument.value
        if isinstance(value, ir.Const) and isinstance(value.value, str) and value.value.startswith("/"):
            rule = value.value
        if name == "add_resource":
            target = value if at == 0 else target
        elif argument.name == "view_func" or (argument.name == "" and at == 2):
            target = value
    match target:
        case ir.Call(function=ir.Attribute(value=cls, name="as_view")):
            return rule, cls
    return rule, target
