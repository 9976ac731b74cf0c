"""Where the outside calls in: views, by their decorators, classes and registrations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope

_VERBS = frozenset(("route", "get", "post", "put", "delete", "patch"))
_HTTP_METHODS = frozenset(("get", "post", "put", "delete", "patch", "head", "options"))
_VARIABLE = re.compile(r"<(?:(?P<converter>[A-Za-z_]\w*)(?:\([^)]*\))?:)?(?P<name>[A-Za-z_]\w*)>")


class Entry(NamedTuple):
    """A function that the outside calls. ``rules``: the URL rules that are known; an error handler has none, and its parameter
    is the error."""

    scope: Scope
    rules: tuple[str, ...]
    handler: bool = False


def variables(rule: str) -> dict[str, str]:
    """The variables of a URL rule with their converters."""
    return {found["name"]: found["converter"] or "default" for found in _VARIABLE.finditer(rule)}


def pieces(rule: str) -> list[tuple[str, str, str]]:
    """A rule as (literal, variable, converter) in order; the last may have no variable."""
    result: list[tuple[str, str, str]] = []
    at = 0
    for found in _VARIABLE.finditer(rule):
        result.append((rule[at : found.start()], found["name"], found["converter"] or "default"))
        at = found.end()
    result.append((rule[at:], "", ""))
    return result


def entries(project: Project) -> Iterator[Entry]:
    """Every view, by its decorator, its class or its registration."""
    registered = _registered(project)
    for scope in project.functions():
        node = scope.node
        assert isinstance(node, ir.Function)
        rules = [rule for decorator in node.decorators for rule in _rule(decorator)]
        if rules:
            yield Entry(scope, tuple(rules))
            continue
        if any(_handles(decorator) for decorator in node.decorators):
            yield Entry(scope, (), True)
            continue
        if scope.name in registered:
            yield Entry(scope, tuple(registered[scope.name]))
            continue
        parent = scope.parent
        if parent is not None and parent.is_class and node.name in _HTTP_METHODS and _is_view(project, parent):
            declared = [rule for decorator in parent.node.decorators for rule in _rule(decorator)]  # type: ignore[union-attr]
            yield Entry(scope, tuple(registered.get(parent.name, ())) or tuple(declared))


def _handles(decorator: ir.Expr) -> bool:
    match decorator:
        case ir.Call(function=ir.Attribute(name=name)):
            return name in ("errorhandler", "app_errorhandler")
        case _:
            return False


def _rule(decorator: ir.Expr) -> list[str]:
    match decorator:
        case ir.Call(function=ir.Attribute(name=name), arguments=arguments) if name in _VERBS and arguments:
            match arguments[0]:
                case ir.Argument(value=ir.Const(value=str() as rule), name="" | "rule"):
                    return [rule] if rule.startswith(("/", "<")) or not rule else []
                case ir.Argument(name="") if name == "route":
                    return [""]
    return []


def _registered(project: Project) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module in project.modules.values():
        for call, scope in module.calls:
            if not (isinstance(call.function, ir.Attribute) and call.function.name in ("add_url_rule", "add_resource")):
                continue
            rule = ""
            target: ir.Expr | None = None
            for at, argument in enumerate(call.arguments):
                if (
                    isinstance(argument.value, ir.Const)
                    and isinstance(argument.value.value, str)
                    and argument.value.value.startswith("/")
                ):
                    rule = argument.value.value
                if argument.name == "view_func" or (
                    argument.name == "" and at == 2 and call.function.name == "add_url_rule"
                ):
                    target = argument.value
                if call.function.name == "add_resource" and at == 0:
                    target = argument.value
            if target is None:
                continue
            if (
                isinstance(target, ir.Call)
                and isinstance(target.function, ir.Attribute)
                and target.function.name == "as_view"
            ):
                target = target.function.value
            for name in project.resolve(target, scope):
                found.setdefault(name, []).append(rule)
    return found


def _is_view(project: Project, scope: Scope, depth: int = 0) -> bool:
    node = scope.node
    assert isinstance(node, ir.Class)
    for base in node.bases:
        for name in project.resolve(base.value, scope.parent or scope.module.scope):
            tail = name.rpartition(".")[2]
            if tail in ("MethodView", "Resource", "View") and name.startswith(
                ("flask", "flask_restful", "flask_restx")
            ):
                return True
            definition = project.definition(name)
            if (
                definition is not None
                and definition.is_class
                and depth < 5
                and definition is not scope
                and _is_view(project, definition, depth + 1)
            ):
                return True
    return False
