"""What is declared of what a request holds, and read by a call: schemas that load a mapping, parsers of arguments."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.inputs import PARSERS
from flasklint.knowledge.rows import Source
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.parsed import PARSED, UPLOADED, Field, fields_of_class, last_word
from flasklint.taint.state import Obj
from flasklint.taint.values import (
    NOTHING_KNOWN,
    OUR_TEXT,
    UNKNOWN,
    Constant,
    Origin,
    Taint,
    Trail,
    Value,
    join,
    truth,
)

_ADDING = tuple(name.replace(".parse_args", ".add_argument") for name in PARSERS if name.endswith(".parse_args"))
_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.bool", "decimal.Decimal", "uuid.UUID"})
_TEXTS = frozenset({"builtins.str", "builtins.list", "builtins.dict", "json.loads"})
_READ_AS = frozenset(
    {
        "boolean",
        "date",
        "date_from_iso8601",
        "datetime_from_iso8601",
        "datetime_from_rfc822",
        "int_range",
        "iso8601interval",
        "natural",
        "positive",
    }
)
"""Functions of those libraries that make a number, a truth or a date of what they read."""


def loaded(frame: Frame, classes: Iterable[Scope], arguments: Arguments, node: ir.Node) -> Value | None:
    """What a schema gives of what it is given, a mapping checked field by field; None if it makes something else of it."""
    given = arguments.positional[0] if arguments.positional else UNKNOWN
    fields: dict[str, Field] = {}
    for found in classes:
        if any(last_word(one) == "post_load" for child in found.children for one in _decorators(child)):
            return None
        fields = {**dict(fields_of_class(found)), **fields}
    taints = frame.inside(given)
    if not fields or not taints:
        return None
    items: dict[Constant, Value] = {
        name: OUR_TEXT if kind == "harmless" else _held(frame, given, taints, name, node)
        for name, kind in fields.items()
    }
    made = frame.make((node.start, "loaded"), Obj("dict", items, UNKNOWN, UNKNOWN))
    if any(name == "many" and truth(value) for name, value in arguments.keywords):
        return frame.make((node.start, "many"), Obj("list", rest=made, keys=UNKNOWN))
    return made


def _decorators(scope: Scope) -> tuple[ir.Expr, ...]:
    return scope.node.decorators if isinstance(scope.node, ir.Function) else ()


def _held(frame: Frame, given: Value, taints: tuple[Taint, ...], name: str, node: ir.Node) -> Value:
    for _, thing in frame.objects(given):
        if name in thing.items:
            return thing.items[name]
    return frame.machine.part(frame, Value(open=True, taints=taints), f"item:{name!r}", node)


def declared(frame: Frame, project: Project, node: ir.Call) -> Value:
    """What ``parser.parse_args()`` gives: each argument as ``parser.add_argument`` says that it is read."""
    items: dict[Constant, Value] = {}
    for site in _declarations(frame, project, node):
        name, call = _declared_name(site.call), site.call
        if not name:
            continue
        told = {one.name: one.value for one in call.arguments if one.name}
        kinds = project.resolve(told["type"], site.scope) if "type" in told else ()
        if "choices" in told or (kinds and all(one in _NUMBERS or one.rpartition(".")[2] in _READ_AS for one in kinds)):
            value = OUR_TEXT
        elif any(one.rpartition(".")[2] == "FileStorage" for one in kinds):
            value = Value(open=True, taints=_tainted(frame, node, name, UPLOADED), refs=(UPLOADED.result,))
        else:
            value = Value(open=True, taints=_tainted(frame, node, name, PARSED))
            if kinds and not _TEXTS.issuperset(kinds):
                reason = f"a function of the app's own reads `{name}`"
                lower = [replace(one, level=Confidence.MEDIUM, reasons=(reason,)) for one in value.taints]
                value = replace(value, taints=tuple(lower))
        known = items.get(name)
        items[name] = value if known is None else join(known, value)
    rest = UNKNOWN if items else Value(open=True, taints=_tainted(frame, node, "", PARSED))
    attributes = {str(name): value for name, value in items.items()}
    return frame.make((node.start, "declared"), Obj("dict", items, rest, UNKNOWN, attributes=attributes))


def _declarations(frame: Frame, project: Project, node: ir.Call) -> list[CallSite]:
    """The arguments that a parser was told of: by this name in this module, or else by anyone."""
    sites = [site for site in project.calls(*_ADDING) if not site.scope.module.is_test]
    here = [site for site in sites if site.scope.module is frame.scope.module]
    receiver = _receiver(node)
    same = [site for site in here if _receiver(site.call) == receiver]
    return same or here or sites


def _receiver(call: ir.Call) -> str:
    owner = call.function.value if isinstance(call.function, ir.Attribute) else None
    return owner.id if isinstance(owner, ir.Name) else ""


def _declared_name(call: ir.Call) -> str:
    told = {one.name: one.value for one in call.arguments}
    name = told.get("dest") or told.get("") or told.get("name")
    return str(name.value).lstrip("-") if isinstance(name, ir.Const) else ""


def _tainted(frame: Frame, node: ir.Node, key: str, row: Source) -> tuple[Taint, ...]:
    fragment = ("source", row.name, node.start, key)
    frame.state.infos.setdefault(fragment, NOTHING_KNOWN)
    trail = Trail(None, frame.path, node.start, node.end, row.words)
    return (Taint(Origin(row, frame.path, node.start, node.end), fragment, trail),)
