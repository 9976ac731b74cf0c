"""What of its parameters a function puts into a text as it is: only put together, cut or replaced in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.project.project import Project
from flasklint.project.raw_html import SUBSTITUTES, substituted
from flasklint.project.scopes import Scope
from flasklint.rules.cleaned import cleans, makes_markup

_CHANGES = frozenset({"replace", "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "expandtabs"})
_PARTS = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition", "removeprefix", "removesuffix"})
RAW_METHODS = _CHANGES | _PARTS | {"join", "format", "center", "ljust", "rjust"}
"""Methods of texts that leave tags in them what they are."""
_DUMPS = frozenset({"json.dumps", "flask.json.dumps"})
_JOINS = frozenset({"os.path.join", "posixpath.join"})
_DEEPEST = 12


class Raw(NamedTuple):
    """``parameters``: those whose text is in a text as it is. ``taken``: attributes of parameters that are, each with its
    parameter."""

    parameters: frozenset[str]
    taken: frozenset[tuple[str, str]]


def raw(expr: ir.Expr, scope: Scope, project: Project, hops: int = 0) -> Raw:
    """What is in a text as it is. ``hops``: through how many functions of the project that it is handed to."""
    found: set[str] = set()
    taken: set[tuple[str, str]] = set()
    seen: set[tuple[int, int]] = set()
    stack = [(expr, 0)]
    while stack:
        node, depth = stack.pop()
        if (node.start, node.end) in seen or depth > _DEEPEST:
            continue
        seen.add((node.start, node.end))
        inner: list[ir.Expr] = []
        match node:
            case ir.Name(id=name):
                for binding in scope.at(name, node.start):
                    if binding.kind == "parameter":
                        found.add(name)
                    elif binding.value is not None:
                        inner.append(binding.value)
            case ir.Attribute(value=value, name=attribute):
                inner.append(value)
                if isinstance(value, ir.Name) and any(
                    one.kind == "parameter" for one in scope.at(value.id, node.start)
                ):
                    taken.add((value.id, attribute))
            case ir.Subscript(value=value):
                inner.append(value)
            case ir.Join(parts=parts):
                inner += [part.value for part in parts if isinstance(part, ir.Formatted) and not _is_numeric(part)]
            case ir.Op(sign="if", operands=(_, *branches)):
                inner += branches
            case ir.Op(sign="+" | "%" | "and" | "or", operands=operands):
                inner += operands
            case ir.Display(items=items):
                inner += [item.value for item in items]
            case ir.Dict(pairs=pairs):
                inner += [pair.value for pair in pairs]
            case ir.Comprehension(element=element):
                inner.append(element)
            case ir.Call(function=ir.Attribute(value=owner, name=name), arguments=arguments) if name in RAW_METHODS:
                if "markupsafe.Markup()" not in project.resolve(owner, scope):
                    inner += [owner, *(argument.value for argument in arguments)]
            case ir.Call(function=function, arguments=arguments):
                names = project.resolve(function, scope)
                if SUBSTITUTES.intersection(names):
                    inner += [argument.value for argument in arguments[substituted(names)]]
                elif _JOINS.intersection(names):
                    inner += [argument.value for argument in arguments]
                elif (
                    _DUMPS.intersection(names)
                    or "builtins.str" in names
                    or "markupsafe.Markup" in names
                    or makes_markup(node, scope, project)
                ):
                    inner += [argument.value for argument in arguments[:1]]
                elif hops:
                    for given, attribute in _handed(node, names, project, hops - 1):
                        if not attribute:
                            inner.append(given)
                        elif isinstance(given, ir.Name):
                            taken.add((given.id, attribute))
        stack.extend((one, depth + 1) for one in inner)
    return Raw(frozenset(found), frozenset(taken))


def _handed(call: ir.Call, names: tuple[str, ...], project: Project, hops: int) -> Iterator[tuple[ir.Expr, str]]:
    """The arguments of a call that are in what functions of the project make of them, or whose attributes are."""
    for name in names:
        helper = project.definition(name)
        if helper is None or not isinstance(helper.node, ir.Function) or cleans(helper):
            continue
        parameters = [one.name for one in helper.node.parameters]
        for value in helper.returns:
            shown = raw(value, helper, project, hops) if value is not None else Raw(frozenset(), frozenset())
            wholes = shown.parameters - {parameter for parameter, _ in shown.taken}
            for parameter, attribute in (*((one, "") for one in sorted(wholes)), *sorted(shown.taken)):
                at = parameters.index(parameter) if parameter in parameters else len(call.arguments)
                for number, argument in enumerate(call.arguments):
                    if argument.name == parameter or (not argument.name and number == at):
                        yield argument.value, attribute


def _is_numeric(part: ir.Formatted) -> bool:
    match part.spec:
        case ir.Const(value=str(spec)) | ir.Join(parts=(*_, ir.Const(value=str(spec)))):
            return spec[-1:] in "bcdeEfFgGnoxX%" and bool(spec)
    return False
