"""What decorators that read the request pass to a view: ``@use_args(Schema, location="form")`` and its like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from flasklint import ir
from flasklint.knowledge.inputs import DECORATORS, LOCATIONS
from flasklint.knowledge.rows import Source
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.frame import Frame
from flasklint.taint.state import Obj
from flasklint.taint.values import NOTHING_KNOWN, NUMBER, UNKNOWN, Constant, Origin, Taint, Trail, Value

PARSED = Source("<parsed>", "the visitor controls what is read of the request here")
UPLOADED = Source(
    "<parsed files>", "the visitor uploads files", "upload", result="werkzeug.datastructures.FileStorage()"
)
_CONFINING = frozenset({"OneOf", "Regexp", "ContainsOnly"})
"""Validators after which a text holds nothing that was not thought of."""
_BY_KEYWORD = frozenset({"use_kwargs"})
_HARMLESS = frozenset(
    {
        "AwareDateTime",
        "Bool",
        "Boolean",
        "Date",
        "DateTime",
        "Decimal",
        "Enum",
        "Float",
        "Int",
        "Integer",
        "NaiveDateTime",
        "Number",
        "Time",
        "TimeDelta",
        "UUID",
    }
)
"""Fields that make something else than a text of what they read."""
_FILES = frozenset({"File", "Upload"})
"""Fields that take an uploaded file, wherever the schema is said to look."""
Field = Literal["text", "harmless", "file"]


def passed(frame: Frame, scope: Scope, project: Project, taken: Iterable[str]) -> Mapping[str, Value]:
    """What such decorators pass, by the view's parameters. ``taken``: those that the URL rule's variables stand for."""
    node = scope.node
    assert isinstance(node, ir.Function)
    first = 1 if scope.parent is not None and scope.parent.is_class else 0
    gone = set(taken)
    free = [one for one in node.parameters[first:] if one.kind in ("normal", "positional") and one.name not in gone]
    found: dict[str, Value] = {}
    for decorator in node.decorators:
        if not isinstance(decorator, ir.Call) or not decorator.arguments:
            continue
        outer = scope.parent or scope.module.scope
        names = [name for name in project.resolve(decorator.function, outer) if name in DECORATORS]
        if not names:
            continue
        fields = dict(_fields(decorator.arguments[0].value, outer, project))
        source = UPLOADED if LOCATIONS.get(_location(decorator)) == "files" else PARSED
        if names[0].rpartition(".")[2] in _BY_KEYWORD or _is_true(decorator, "as_kwargs"):
            for parameter in node.parameters[first:]:
                if parameter.kind == "double-star":
                    found[parameter.name] = _mapping(frame, parameter, fields, source)
                elif parameter.name in fields and parameter.name not in gone:
                    found[parameter.name] = _field(frame, parameter, fields[parameter.name], source)
        elif free:
            parameter = _named(free, decorator) or free[0]
            free.remove(parameter)
            found[parameter.name] = _mapping(frame, parameter, fields, source)
    return found


def _named(free: list[ir.Parameter], decorator: ir.Call) -> ir.Parameter | None:
    """APIFlask passes ``json_data``, ``query_data``, by name."""
    where = _location(decorator) or "json"
    return next((one for one in free if one.name == f"{where}_data"), None)


def _location(decorator: ir.Call) -> str:
    """Which part of the request it says that it reads; empty when it says nothing."""
    return next(
        (
            str(one.value.value)
            for one in decorator.arguments
            if one.name == "location" and isinstance(one.value, ir.Const)
        ),
        "",
    )


def _is_true(call: ir.Call, name: str) -> bool:
    return any(
        one.name == name and isinstance(one.value, ir.Const) and one.value.value is True for one in call.arguments
    )


def _fields(schema: ir.Expr, scope: Scope, project: Project) -> Iterator[tuple[str, Field]]:
    """The fields of a schema, a class or a dict written out; and what each makes of what it reads."""
    if isinstance(schema, ir.Dict):
        for pair in schema.pairs:
            if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
                yield pair.key.value, _kind(pair.value)
        return
    if isinstance(schema, ir.Call):
        schema = schema.function
    for name in project.resolve(schema, scope):
        found = project.definition(name)
        if found is not None:
            yield from fields_of_class(found)


def fields_of_class(found: Scope) -> Iterator[tuple[str, Field]]:
    """The fields of a schema's class, with the kind of each."""
    for statement in found.node.body if isinstance(found.node, ir.Class) else ():
        if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Call):
            for target in statement.targets:
                if isinstance(target, ir.Name):
                    yield target.id, _kind(statement.value)


def _kind(field: ir.Expr) -> Field:
    word = last_word(field)
    if word in _FILES:
        return "file"
    checks = [one.value for one in field.arguments if one.name == "validate"] if isinstance(field, ir.Call) else []
    checks += [entry.value for one in checks if isinstance(one, ir.Display) for entry in one.items]
    return "harmless" if word in _HARMLESS or any(last_word(one) in _CONFINING for one in checks) else "text"


def last_word(made: ir.Expr) -> str:
    """The last word of what makes something."""
    function = made.function if isinstance(made, ir.Call) else made
    return ir.last_name(function)


def visitor(frame: Frame, parameter: ir.Parameter) -> Value:
    """What a visitor sends, of which a view is passed something."""
    return _read(frame, parameter, PARSED)


def _field(frame: Frame, parameter: ir.Parameter, kind: Field, source: Source, key: str = "") -> Value:
    """What a field gives."""
    if kind == "harmless":
        return NUMBER
    return _read(frame, parameter, UPLOADED if kind == "file" else source, key)


def _read(frame: Frame, parameter: ir.Parameter, source: Source, key: str = "") -> Value:
    """A text or a file that the request has for it."""
    fragment = ("source", source.name, parameter.name, key)
    frame.state.infos[fragment] = NOTHING_KNOWN
    origin = Origin(source, frame.path, parameter.start, parameter.end)
    trail = Trail(None, frame.path, parameter.start, parameter.end, source.words)
    return Value(open=True, taints=(Taint(origin, fragment, trail),), refs=(source.result,) if source.result else ())


def _mapping(frame: Frame, parameter: ir.Parameter, fields: Mapping[str, Field], source: Source) -> Value:
    items: dict[Constant, Value] = {name: _field(frame, parameter, kind, source, name) for name, kind in fields.items()}
    rest = UNKNOWN if fields else _read(frame, parameter, source)
    return frame.make(("parsed", parameter.name), Obj("dict", items, rest, UNKNOWN))
