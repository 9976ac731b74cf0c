"""What a helper of the project does with a dict that it is handed: gives it back whole, looks at values only."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.scopes import Scope


def gives_back(call: ir.Call, given: ir.Expr, scope: Scope, project: Project) -> bool:
    """Does a call give back the dict that it is handed, with all its keys?"""
    found = _parameter(call, given, scope, project)
    if found is None:
        return False
    function, name = found
    returns = [node for node in ir.walk(function) if isinstance(node, ir.Return)]
    return (
        bool(returns)
        and all(_is(name, one.value) for one in returns)
        and not any(_cuts(name, node) for node in ir.walk(function))
    )


def looks_at_values_only(call: ir.Call, given: ir.Expr, scope: Scope, project: Project) -> bool:
    """Is a dict handed to a helper that asks for keys which it knows, and never which keys there are?"""
    found = _parameter(call, given, scope, project)
    if found is None:
        return False
    function, name = found
    harmless, keys = set[int](), set[str]()
    for node in ir.walk(function):
        match node:
            case ir.Subscript(value=ir.Name() as owner) | ir.Call(ir.Attribute(ir.Name() as owner, "get" | "values")):
                harmless.add(id(owner))
            case ir.Compare(("in" | "not-in",), (ir.Const(), ir.Name() as owner)):
                harmless.add(id(owner))
            case ir.Loop(
                target=ir.Display(items=(ir.Argument(value=ir.Name(key)), _)),
                subject=ir.Call(ir.Attribute(ir.Name() as owner, "items")),
            ):
                harmless.add(id(owner))
                keys.add(key)
    return not any(
        (_is(name, node) and id(node) not in harmless)
        or (isinstance(node, ir.Compare) and any(isinstance(one, ir.Name) and one.id in keys for one in node.operands))
        for node in ir.walk(function)
    )


def _parameter(call: ir.Call, given: ir.Expr, scope: Scope, project: Project) -> tuple[ir.Function, str] | None:
    """The function of the project that is called, and the parameter that a positional argument goes into."""
    for name in project.resolve(call.function, scope):
        definition = project.definition(name)
        if definition is None or not isinstance(definition.node, ir.Function):
            continue
        parameters = [one for one in definition.node.parameters if one.kind in ("positional", "normal")]
        if isinstance(call.function, ir.Attribute) and parameters and parameters[0].name in ("self", "cls"):
            parameters = parameters[1:]
        for argument, parameter in zip(call.arguments, parameters, strict=False):
            if argument.name or argument.value is not given:
                continue
            return definition.node, parameter.name
    return None


def _is(name: str, node: ir.Node | None) -> bool:
    return isinstance(node, ir.Name) and node.id == name


def _cuts(name: str, node: ir.Node) -> bool:
    """Does a statement or a call take something else for a name, or take keys out of it?"""
    match node:
        case ir.Assign(targets=targets):
            return any(_is(name, target) for target in targets)
        case ir.Delete():
            return True
        case ir.Call(ir.Attribute(owner, "pop" | "popitem" | "clear")):
            return _is(name, owner)
    return False
