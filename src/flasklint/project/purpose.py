"""What a value is for, by the names that the code around it gives it."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.sensitive import Sensitivity, sensitivity
from flasklint.project.scopes import Scope
from flasklint.source import Span


def names_given(body: ir.Function | ir.Class | ir.Module, span: Span) -> Iterator[str]:
    """The names under which the value at ``span`` goes on, nearest first.

    Those are a keyword argument's name, a dict key, the targets that it is assigned to, and, where it is returned, the
    function's own name. A value that is only tested or indexed with goes nowhere, and has none.
    """
    path = ir.path_to(body, span)
    for outer, inner in zip(reversed(path[:-1]), reversed(path), strict=False):
        match outer:
            case ir.Argument(name=name) if name and not name.startswith("*"):
                yield name
            case ir.Pair(key=ir.Const(value=str(key))):
                yield key
            case ir.Assign(targets=targets) if inner not in targets:
                for target in targets:
                    yield from target_names(target)
            case ir.Augment(target=target) if inner is not target:
                yield from target_names(target)
            case ir.Subscript(key=key) if inner is key:
                return
            case ir.If(test=test) | ir.Loop(subject=test) if inner is test:
                return
            case ir.Return():
                function = next((node for node in reversed(path) if isinstance(node, ir.Function)), None)
                if function is None and isinstance(body, ir.Function):
                    function = body
                if function is not None:
                    yield function.name
            case ir.Function() | ir.Class():
                return
            case _:
                pass


def target_names(target: ir.Expr) -> Iterator[str]:
    """The names in an assignment's target: ``a``, ``self.a``, ``x["a"]`` are all ``a``."""
    match target:
        case ir.Name(id=name) | ir.Attribute(name=name):
            yield name
        case ir.Subscript(key=ir.Const(value=str(key))):
            yield key
        case ir.Display(items=items):
            for item in items:
                yield from target_names(item.value)
        case _:
            pass


def purpose(body: ir.Function | ir.Class | ir.Module, span: Span) -> tuple[str, Sensitivity] | None:
    """The first of the names given that speaks of a secret, and of which kind; None when there is none."""
    for name in names_given(body, span):
        if found := sensitivity(name):
            return name, found
    return None


def answers_requests(node: ir.Function | ir.Class | ir.Module) -> bool:
    """Whether a function is a view by its decorator: ``@anything.route("/...")`` or one of a method's name."""
    return isinstance(node, ir.Function) and any(
        isinstance(decorator, ir.Call)
        and isinstance(decorator.function, ir.Attribute)
        and decorator.function.name in ("route", "get", "post", "put", "delete", "patch")
        and isinstance(decorator.arguments[0].value, ir.Const)
        and str(decorator.arguments[0].value.value).startswith("/")
        for decorator in node.decorators
        if isinstance(decorator, ir.Call) and decorator.arguments
    )


def serves_requests(scope: Scope) -> bool:
    """Whether a function is a view, stands in one, or is called by views of its module and by nothing else there."""
    outer: Scope | None = scope
    while outer is not None:
        if answers_requests(outer.node):
            return True
        outer = outer.parent
    if not isinstance(scope.node, ir.Function):
        return False
    callers = [caller for call, caller in scope.module.calls if _called(call) == scope.node.name]
    return bool(callers) and all(answers_requests(caller.node) for caller in callers)


def _called(call: ir.Call) -> str:
    match call.function:
        case ir.Name(id=name) | ir.Attribute(name=name):
            return name
    return ""


def becomes_text(body: ir.Function | ir.Class | ir.Module, span: Span) -> bool:
    """Whether the value at ``span`` is turned into text: ``str()``, a format, an f-string, an encoder around it, or around the
    variable that it is given to.
    """
    path = ir.path_to(body, span)
    if any(_makes_text(node) for node in path[:-1]):
        return True
    match path[-2:]:
        case (ir.Assign(targets=(ir.Name(id=name),)), value) if value.span == span:
            return any(_makes_text(node) and name in _directly_in(node) for node in ir.walk(body))
        case _:
            return False


def _directly_in(node: ir.Node) -> set[str]:
    """The names that are operands or arguments of a node."""
    parts = [argument.value for argument in node.arguments] if isinstance(node, ir.Call) else ir.children(node)
    return {part.id for part in parts if isinstance(part, ir.Name)}


def _makes_text(node: ir.Node) -> bool:
    match node:
        case ir.Call(function=ir.Name(id="str" | "hex" | "repr") | ir.Attribute(name="format" | "hexdigest")):
            return True
        case ir.Call(function=ir.Name(id=name) | ir.Attribute(name=name)):
            return name.startswith(("b64", "urlsafe_b64", "standard_b64"))
        case ir.Formatted() | ir.Op(sign="%", operands=(ir.Const(value=str()), _)):
            return True
        case _:
            return False
