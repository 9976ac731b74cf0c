"""What people fill in, by name: the keys that are read of requests and the fields of forms.

An attribute of such a name, on an object that nothing is known of, is more likely someone else's words than one of another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.project.scopes import LinkedModule, Scope

_REQUEST_PARTS = frozenset({"form", "values", "json"})
"""Parts of a request that bring what is kept. A query string says what is looked for."""
_READERS = frozenset({"get", "getlist", "pop", "setdefault"})
_TEXT_FIELDS = frozenset(
    {
        "CKEditorField", "CharField", "EmailField", "EmailInput", "InlineTextAreaField", "PageDownField", "SearchField",
        "StringField", "TelField", "TextAreaField", "TextField", "URLField", "UrlField",
    }
)  # fmt: skip
"""Fields that give the text as it was written. What a field of an unknown class gives may have been cleaned by it."""


_NUMBER_COLUMNS = frozenset(
    ("BigInteger", "Boolean", "Date", "DateTime", "Float", "Integer", "Numeric", "SmallInteger", "Time")
)


def entered(modules: Iterable[LinkedModule]) -> frozenset[str]:
    """The names under which a project takes in what people write."""
    found: set[str] = set()
    others: set[str] = set()
    numbers: set[str] = set()
    texts: set[str] = set()
    for module in modules:
        if module.is_test:
            continue
        for scope in module.scopes:
            for name, kind in _fields(scope) if scope.is_class else ():
                (found if kind in _TEXT_FIELDS else others).add(name)
            for name, kind in _columns(scope) if scope.is_class else ():
                (numbers if kind in _NUMBER_COLUMNS else texts).add(name)
        found.update(name for _, name in taken_in(module))
    # A number that was written by people is a number, once it was kept as one.
    return frozenset(found - others - (numbers - texts))


def taken_in(module: LinkedModule) -> Iterator[tuple[ir.Node, str]]:
    """Where a module reads what people write, each with its name."""
    if "request" in module.scope.bindings or module.scope.stars:
        yield from _keys(module)
    if "data" in module.words:
        yield from _fields_read(module)


def text_fields(scope: Scope) -> Iterator[str]:
    """The fields of a form, if it is one, that take what people write."""
    for name, kind in _fields(scope) if scope.is_class else ():
        if kind in _TEXT_FIELDS or kind.endswith("Field"):
            yield name


def _columns(scope: Scope) -> Iterator[tuple[str, str]]:
    """The columns of a class of records, with the names of their types."""
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            match binding.value:
                case ir.Call(function=function, arguments=(ir.Argument(value=kind), *_)) if _last(function) in (
                    "Column",
                    "mapped_column",
                ):
                    yield name, _last(kind.function if isinstance(kind, ir.Call) else kind)
                case _:
                    continue


def _fields(scope: Scope) -> Iterator[tuple[str, str]]:
    """The class attributes that are fields of a form or a record, with the names of their classes."""
    for name, bindings in scope.bindings.items():
        for binding in bindings:
            if isinstance(binding.value, ir.Call):
                kind = _last(binding.value.function)
                if kind.endswith(("Field", "Input")):
                    yield name, kind


def _fields_read(module: LinkedModule) -> Iterator[tuple[ir.Node, str]]:
    """The form fields whose data a module reads."""
    for node in ir.walk(module.facts):
        match node:
            case ir.Attribute(value=ir.Attribute(name=name), name="data"):
                yield node, name


def _keys(module: LinkedModule) -> Iterator[tuple[ir.Node, str]]:
    """The keys under which a module reads requests."""
    holders = {
        name
        for scope in module.scopes
        for name, bindings in scope.bindings.items()
        if any(binding.value is not None and _is_request(binding.value) for binding in bindings)
    }
    for node in ir.walk(module.facts):
        match node:
            case ir.Call(
                function=ir.Attribute(value=value, name=name),
                arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
            ) if name in _READERS and _holds(value, holders):
                yield node, key
            case ir.Subscript(value=value, key=ir.Const(value=str(key))) if _holds(value, holders):
                yield node, key


def _holds(value: ir.Expr, holders: set[str]) -> bool:
    return _is_request(value) or (isinstance(value, ir.Name) and value.id in holders)


def _is_request(value: ir.Expr) -> bool:
    match value:
        case ir.Attribute(value=owner, name=name):
            return name in _REQUEST_PARTS and _last(owner) == "request"
        case ir.Call(function=ir.Attribute(value=owner, name="get_json" | "to_dict")):
            return _last(owner) == "request" or _is_request(owner)
        case ir.Op(sign="or", operands=(first, *_)):
            return _is_request(first)
        case _:
            return False


def _last(expr: ir.Expr) -> str:
    match expr:
        case ir.Name(id=name) | ir.Attribute(name=name):
            return name
        case _:
            return ""
