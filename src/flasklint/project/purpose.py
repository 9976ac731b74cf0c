"""What a value is for, by the names that the code around it gives it."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.decorators import ROUTING
from flasklint.knowledge.sensitive import Sensitivity, sensitivity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.source import Span

_ENCODERS = ("encodebytes", "hexlify")
_MOST_PLACES = 24
_KEEPING = frozenset(
    {"set_cookie", "add", "save", "insert", "insert_one", "execute", "create", "put", "setex", "update"}
)
"""Methods that keep what they are given for the next request."""


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
        and decorator.function.name in ROUTING
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
    callers = [caller for call, caller in scope.module.calls if ir.last_name(call.function) == scope.node.name]
    return bool(callers) and all(answers_requests(caller.node) for caller in callers)


def remembers(scope: Scope, project: Project) -> bool:
    """Whether the view that a function is, stands in or is called by keeps something for the next request: in a cookie, in a
    record, or in something that is not the function's own; itself, or in a function that it calls.
    """
    views = [scope, *(caller.scope for caller in _callers(scope, project))]
    called = (
        project.definition(name)
        for view in views
        for node in ir.walk(view.node)
        if isinstance(node, ir.Call)
        for name in project.resolve(node.function, view)
    )
    return any(_keeps(view.node) for view in views) or any(_keeps(found.node) for found in called if found is not None)


def _keeps(body: ir.Function | ir.Class | ir.Module) -> bool:
    nodes = list(ir.walk(body))
    own = {
        target.id
        for node in nodes
        if isinstance(node, ir.Assign)
        for target in node.targets
        if isinstance(target, ir.Name)
    }
    for node in nodes:
        match node:
            case ir.Call(function=ir.Attribute(name=name)) if name in _KEEPING:
                return True
            case ir.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ir.Subscript | ir.Attribute) and not (
                        isinstance(target.value, ir.Name) and target.value.id in own
                    ):
                        return True
            case _:
                pass
    return False


def becomes_text(scope: Scope, span: Span, project: Project) -> bool:
    """Whether the value at ``span`` is turned into text: ``str()``, a format, an f-string, an encoder around it, or around the
    variable that it is given to; also in a function that is given it, and where the function is called that gives it back.
    """
    if any(_makes_text(node) for node in ir.path_to(scope.node, span)[:-1]):
        return True
    waiting = [(scope, span)]
    for place, at in waiting:
        path = [node for node in ir.path_to(place.node, at) if not isinstance(node, ir.Argument)]
        match path[-2:-1]:
            case [node] if _makes_text(node):
                return True
            case [ir.Assign(targets=(ir.Name(id=name),))]:
                more = _reads(place, name)
            case [ir.Call() as call]:
                more = _entered(call, at, place, project)
            case [ir.Return()]:
                more = ((caller.scope, caller.call.span) for caller in _callers(place, project))
            case [ir.Display(items=items)] if isinstance(path[-3], ir.Return):
                position = [item.value.span for item in items].index(at)
                more = (read for caller in _callers(place, project) for read in _unpacked(caller, position))
            case _:
                continue
        waiting += [one for one in more if one not in waiting][: _MOST_PLACES - len(waiting)]
    return False


def _reads(scope: Scope, name: str) -> Iterator[tuple[Scope, Span]]:
    """Where a function has a variable's name, be it to read it."""
    yield from ((scope, node.span) for node in ir.walk(scope.node) if isinstance(node, ir.Name) and node.id == name)


def _callers(scope: Scope, project: Project) -> Iterator[CallSite]:
    """The calls of a function or method."""
    outer, _, name = scope.name.rpartition(".")
    return project.calls(scope.name, f"{outer}().{name}")


def _unpacked(site: CallSite, position: int) -> Iterator[tuple[Scope, Span]]:
    """Where the variable is read that one of several things that a call gives is unpacked into."""
    match ir.path_to(site.scope.node, site.call.span)[-2:]:
        case (ir.Assign(targets=(ir.Display(items=items),)), _) if position < len(items):
            for name in target_names(items[position].value):
                yield from _reads(site.scope, name)
        case _:
            pass


def _entered(call: ir.Call, span: Span, scope: Scope, project: Project) -> Iterator[tuple[Scope, Span]]:
    """Where the functions of the project that are called read the parameter that the argument at ``span`` becomes."""
    for name in project.resolve(call.function, scope):
        called = project.definition(name)
        if called is None or not isinstance(called.node, ir.Function):
            continue
        parameters = [one.name for one in called.node.parameters if one.kind in ("positional", "normal")]
        own = parameters[1:] if parameters[:1] == ["self"] else parameters
        for at, argument in enumerate(call.arguments):
            if argument.value.span == span and argument.name in ("", *own):
                yield from _reads(called, argument.name or "".join(own[at : at + 1]))


def _makes_text(node: ir.Node) -> bool:
    match node:
        case ir.Call(function=ir.Name(id="str" | "hex" | "repr") | ir.Attribute(name="format" | "hex" | "hexdigest")):
            return True
        case ir.Call(function=ir.Name(id=name) | ir.Attribute(name=name)):
            return name in _ENCODERS or name.startswith(("b64", "urlsafe_b64", "standard_b64"))
        case ir.Formatted() | ir.Op(sign="%", operands=(ir.Const(value=str()), _)):
            return True
        case _:
            return False
