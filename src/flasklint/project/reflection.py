"""What code finds when it looks at itself: the members of modules, classes and objects, and what they are instances of."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from flasklint.knowledge.extensions import APP_CLASSES, BLUEPRINT_CLASSES, VIEW_CLASSES
from flasklint.project.machine import Machine
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Cls,
    Fn,
    Instance,
    Lib,
    Map,
    Mod,
    Partial,
    Seq,
    Value,
)
from flasklint.project.operations import python
from flasklint.project.tree import REFLECTED
from flasklint.project.values import Known

_BUILT_IN: MappingProxyType[str, type] = MappingProxyType(
    {
        "builtins.bool": bool,
        "builtins.bytes": bytes,
        "builtins.dict": dict,
        "builtins.float": float,
        "builtins.int": int,
        "builtins.list": list,
        "builtins.str": str,
        "builtins.tuple": tuple,
        "six.string_types": str,
        "builtins.basestring": str,
        "past.builtins.basestring": str,
    }
)
_METACLASSES = frozenset({"builtins.type", "flask.views.MethodViewType", "inspect.isclass"})
_FUNCTIONS = frozenset({"types.FunctionType", "inspect.isfunction"})
_METHODS = frozenset({"types.MethodType", "inspect.ismethod"})
_MODULES = frozenset({"types.ModuleType", "inspect.ismodule"})
_KINDS = _METACLASSES | _FUNCTIONS | _METHODS | _MODULES


def call(machine: Machine, name: str, args: Arguments) -> Value | None:
    """What a function gives that looks at the code; ``None`` for one that does not, or that finds what we do not see."""
    first = args.get(0)
    if first is None:
        return None
    match name:
        case "builtins.dir":
            held = machine.members(first)
            return (
                Seq([Known(member) for member, _ in sorted(held, key=_name)], REFLECTED) if held is not None else None
            )
        case "builtins.vars":
            held = machine.members(first)
            return Map([(Known(member), value, None) for member, value in held]) if held is not None else None
        case "inspect.getmembers":
            return _members(machine, first, args.get(1, "predicate"))
        case "builtins.isinstance" | "builtins.issubclass":
            test = _is_instance if name == "builtins.isinstance" else _is_subclass
            return _settled(_any(machine, first, args.get(1), test))
        case "builtins.hasattr":
            known, attribute = python(args.get(1) or Known(None))
            return _settled(_has(machine, first, attribute)) if known and isinstance(attribute, str) else None
        case "builtins.callable":
            return Known(True) if isinstance(first, (Cls, Fn, Partial)) else None
    return _settled(_is_instance(machine, first, Lib(name))) if name in _KINDS else None


def _members(machine: Machine, owner: Value, predicate: Value | None) -> Value | None:
    held = machine.members(owner)
    if held is None:
        return None
    kept = [
        (member, value)
        for member, value in sorted(held, key=_name)
        if predicate is None or _holds(machine, predicate, value) is not False
    ]
    return Seq([Seq([Known(member), value], "tuple") for member, value in kept], REFLECTED)


def _holds(machine: Machine, predicate: Value, value: Value) -> bool | None:
    match predicate:
        case Lib(name):
            return _is_instance(machine, value, predicate) if name in _KINDS else None
        case Fn(node) if len(node.body) == 1:
            known, plain = python(machine.enter(predicate, Arguments(((value, node),))))
            return bool(plain) if known else None
    return None


def _any(
    machine: Machine, value: Value, wanted: Value | None, test: Callable[[Machine, Value, Value], bool | None]
) -> bool | None:
    """Does a test hold for one of several classes?"""
    if wanted is None:
        return None
    found = [test(machine, value, one) for one in (wanted.items if isinstance(wanted, Seq) else [wanted])]
    return True if True in found else None if None in found or not found else False


def _is_instance(machine: Machine, value: Value, wanted: Value) -> bool | None:
    name = wanted.name if isinstance(wanted, (Lib, Cls)) else ""
    if not name:
        return None
    match value:
        case Known(plain):
            kind = _BUILT_IN.get(name)
            return isinstance(plain, kind) if kind is not None else False if name in _KINDS else None
        case Map() | Seq():
            kind = _BUILT_IN.get(name)
            if kind is None:
                return None
            return kind is dict if isinstance(value, Map) else kind.__name__ == value.kind
        case Cls():
            return name in _METACLASSES
        case Mod():
            return name in _MODULES
        case Fn(bound=bound):
            if name in _FUNCTIONS or name in _METHODS:
                return (bound is not None) == (name in _METHODS)
            return None if value.decorations else False
        case Instance(names=names):
            if name in names:
                return True
            if name in BLUEPRINT_CLASSES | APP_CLASSES:
                kind = BlueprintObject if name in BLUEPRINT_CLASSES else AppObject
                return isinstance(value, kind)
            return False if isinstance(wanted, Cls) or name in _KINDS or name in _BUILT_IN else None
        case Lib(own) if name in _METACLASSES:
            return own.rpartition(".")[2][:1].isupper()
    return None


def _is_subclass(machine: Machine, value: Value, wanted: Value) -> bool | None:
    name = wanted.name if isinstance(wanted, (Lib, Cls)) else ""
    if not name:
        return None
    match value:
        case Cls():
            names = machine.class_names(value)
            return name in names or (name == "flask.views.View" and not VIEW_CLASSES.isdisjoint(names))
        case Lib(own):
            return own == name
    return None


def _has(machine: Machine, owner: Value, name: str) -> bool | None:
    held = machine.members(owner)
    if held is None:
        return None
    if any(member == name for member, _ in held):
        return True
    return False if isinstance(owner, (Fn, Mod)) else None


def _settled(verdict: bool | None) -> Value | None:
    return None if verdict is None else Known(verdict)


def _name(pair: tuple[str, Value]) -> str:
    return pair[0]
