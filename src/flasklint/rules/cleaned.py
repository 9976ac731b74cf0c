"""What the project cleans or checks somewhere before it keeps it, by name: ``post.body = nh3.clean(text)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.project.marks import leaves
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.project.raw_html import makes_raw_html
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.source import Span

_SANITIZERS = frozenset(
    row.name.rpartition(".")[2] for row in EVERYTHING.sanitizers if "html" in row.kinds and not row.when
)
"""The last words of the calls that tables know to clean text for HTML."""
_SAYS_SO = re.compile(
    r"saniti[sz]|bleach|purif|clean_?html|html_?clean|clean_?markup|(strip|remove)_?(tags|html)", re.I
)
"""The names of functions that say so of themselves."""
_CHECKS = frozenset(("match", "fullmatch"))
_CONFINING = frozenset(("AnyOf", "IPAddress", "MacAddress", "Regexp", "UUID"))
"""Validators after which a text holds nothing that was not thought of."""
_ADDRESSES = frozenset(("URL", "url", "Url"))
"""Validators of addresses, which want a scheme and a host."""
_BEGINNINGS = ("http", "/")
"""How addresses begin that are not those of scripts."""
_OF_FORM = "validate_"
"""How the method of a form begins that checks the field of the rest of its name."""
_VALIDATES = "validates"
"""The decorator of a record's method through which goes all that is kept under the names that it is told."""


def cleaned(project: Project) -> frozenset[str]:
    """The names of what is cleaned or checked somewhere: a call cleans it, an expression of regular characters or a validator
    is asked of it. That all of it is, nobody says; but it was thought of."""
    modules = [module for module in project.modules.values() if not module.is_test]
    cleaning = _SANITIZERS | frozenset(name for module in modules for name in _wrappers(module))
    found: set[str] = set()
    for module in modules:
        found.update(_cleaned_by_calls(module, cleaning))
        for scope in module.scopes:
            if scope.is_class:
                found.update(_confined(scope))
            elif scope.is_function:
                found.update(validated(scope))
    return frozenset(found - {""})


def _cleans(call: ir.Call, cleaning: frozenset[str]) -> bool:
    word = last_word(call.function)
    return bool(word) and (word in cleaning or _SAYS_SO.search(word) is not None)


def cleans(scope: Scope) -> bool:
    """Whether a function calls something that cleans text for HTML."""
    return any(isinstance(node, ir.Call) and _cleans(node, _SANITIZERS) for node in ir.walk(scope.node))


def makes_markup(call: ir.Call, scope: Scope, project: Project, hops: int = 1) -> bool:
    """Whether a call makes HTML of a text and leaves the tags that are in it as they are, also by a function of the project."""
    if not call.arguments:
        return False
    names = project.resolve(call.function, scope)
    if makes_raw_html(call, names, project):
        return True
    for name in names if hops else ():
        helper = project.definition(name)
        if helper is not None and helper.is_function and not cleans(helper):
            inner = (node for node in ir.walk(helper.node) if isinstance(node, ir.Call))
            if any(makes_markup(one, helper, project, hops - 1) for one in inner):
                return True
    return False


def _is_cleaned(value: ir.Expr) -> bool:
    return any(isinstance(part, ir.Call) and _cleans(part, _SANITIZERS) for part in (value, *ir.walk(value)))


def _wrappers(module: LinkedModule) -> Iterator[str]:
    """The names of functions that hand a parameter of theirs to what cleans it."""
    for call, scope in module.calls:
        node = scope.node
        if isinstance(node, ir.Function) and call.arguments and _cleans(call, _SANITIZERS):
            parameters = {parameter.name for parameter in node.parameters}
            if any(isinstance(leaf, ir.Name) and leaf.id in parameters for leaf in _told(call)):
                yield node.name


def _told(call: ir.Call) -> Iterator[ir.Expr]:
    """The parts of what a call is given first."""
    if call.arguments:
        yield from leaves(call.arguments[0].value)


def _cleaned_by_calls(module: LinkedModule, cleaning: frozenset[str]) -> Iterator[str]:
    spans = []
    for call, _ in module.calls:
        if _cleans(call, cleaning):
            spans.append(call.span)
            # What a record escapes as it is shown is kept as it came.
            yield from (_name_of(one) for one in _told(call) if root(one) != "self")
    checks = any(last_word(call.function) in _CHECKS for call, _ in module.calls)
    if not spans and not checks:
        return
    for node in ir.walk(module.facts):
        match node:
            case ir.Assign(targets=targets, value=value) if value is not None and _holds(value, spans):
                yield from map(last_word, targets)
            case ir.Argument(name=name, value=value) if name and _holds(value, spans):
                yield name
            case ir.Dict(pairs=pairs):
                for pair in pairs:
                    if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str) and _holds(pair.value, spans):
                        yield pair.key.value
            case ir.If(test=test) if checks:
                yield from _checked(test)
            case _:
                pass


def _holds(value: ir.Expr, spans: Iterable[Span]) -> bool:
    return any(value.start <= span.start and span.end <= value.end for span in spans)


def _checked(test: ir.Expr) -> Iterator[str]:
    """What a condition matches with an expression of regular characters."""
    for node in (test, *ir.walk(test)):
        if isinstance(node, ir.Call) and node.arguments and last_word(node.function) in _CHECKS:
            yield _name_of(node.arguments[-1].value)
            yield _name_of(node.arguments[min(1, len(node.arguments) - 1)].value)


def _name_of(expr: ir.Expr) -> str:
    """The name that a text goes by: that of the field for ``form.title.data``."""
    if isinstance(expr, ir.Attribute) and expr.name == "data":
        return last_word(expr.value)
    return last_word(expr)


def addresses(project: Project) -> frozenset[str]:
    """The fields of forms that must be addresses, and what is asked how it begins."""
    modules = [module for module in project.modules.values() if not module.is_test]
    found = {
        name for module in modules for scope in module.scopes if scope.is_class for name in _confined(scope, _ADDRESSES)
    }
    for module in modules:
        for call, _ in module.calls:
            match call:
                case ir.Call(
                    function=ir.Attribute(value=ir.Attribute() | ir.Subscript() as value, name="startswith"),
                    arguments=(ir.Argument(value=begin),),
                ):
                    texts = [one.value for one in (begin, *ir.walk(begin)) if isinstance(one, ir.Const)]
                    if any(isinstance(text, str) and text.startswith(_BEGINNINGS) for text in texts):
                        found.add(_name_of(value))
                case _:
                    pass
    return frozenset(found - {""})


def _confined(scope: Scope, by: frozenset[str] = _CONFINING) -> Iterator[str]:
    """The fields of a form whose validators let regular texts through alone."""
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            if isinstance(binding.value, ir.Call) and any(
                isinstance(part, ir.Call) and last_word(part.function) in by for part in ir.walk(binding.value)
            ):
                yield name


def validated(scope: Scope) -> Iterator[str]:
    """The names under which all that is kept goes through a record's method, if that cleans it or asks for regular characters;
    and that of a field which its form's own method cleans."""
    node = scope.node
    if not isinstance(node, ir.Function):
        return
    if node.name.startswith(_OF_FORM) and any(
        isinstance(part, ir.Assign)
        and part.value is not None
        and last_word(part.targets[0]) == "data"
        and _is_cleaned(part.value)
        for part in ir.walk(node)
    ):
        yield node.name.removeprefix(_OF_FORM)
    names = [
        argument.value.value
        for decorator in node.decorators
        if isinstance(decorator, ir.Call) and last_word(decorator.function) == _VALIDATES
        for argument in decorator.arguments
        if isinstance(argument.value, ir.Const) and isinstance(argument.value.value, str)
    ]
    if names and any(
        isinstance(part, ir.Call) and (_cleans(part, _SANITIZERS) or last_word(part.function) in (*_CHECKS, "sub"))
        for part in ir.walk(node)
    ):
        yield from names
