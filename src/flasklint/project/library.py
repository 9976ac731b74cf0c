"""What calls of the standard library and of settings libraries give in the app walk."""

from __future__ import annotations

import base64
import binascii
import builtins
import posixpath
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from flasklint import ir
from flasklint.knowledge.environment import Parse
from flasklint.project import reflection
from flasklint.project.machine import Machine
from flasklint.project.objects import (
    Arguments,
    Branch,
    Cls,
    Env,
    Fn,
    Instance,
    Lib,
    Lookup,
    Map,
    Mod,
    Partial,
    Result,
    Seq,
    Test,
    Value,
    branch,
)
from flasklint.project.operations import convert, join, python
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown, Unset

BUILTINS = frozenset(dir(builtins))
ENVIRONMENT = frozenset({"os.environ", "os.environb"})
_ENVIRONMENT_GET = frozenset({"os.environ.get", "os.getenv", "os.environ.pop", "os.environ.setdefault"})
_ENVIRONMENT_READERS: MappingProxyType[str, str] = MappingProxyType(
    {
        "decouple.config": "",
        "prettyconf.config": "",
        "environs.Env()": "",
        "environs.env": "",
        "environ.Env()": "",
        "environs.Env().str": "str",
        "environs.Env().bool": "flag",
        "environs.Env().int": "int",
        "environs.Env().float": "float",
        "environs.env.str": "str",
        "environs.env.bool": "flag",
        "environs.env.int": "int",
        "environ.Env().str": "str",
        "environ.Env().bool": "flag",
        "environ.Env().int": "int",
        "starlette.config.Config()": "",
    }
)
"""Callables that read one environment variable, and what they make of it."""

_FLAGS = frozenset(
    {"distutils.util.strtobool", "setuptools._distutils.util.strtobool", "str2bool.str2bool", "strtobool.strtobool"}
)
_OBJECTS = "werkzeug.utils.import_string"
"""Gives the object that a dotted text names, be it a module or one of a module's own."""
_IMPORTERS = frozenset({_OBJECTS, "importlib.import_module", "builtins.__import__"})
_FINDERS = frozenset({"werkzeug.utils.find_modules", "werkzeug.find_modules"})
_FINDS = ((1, "include_packages"), (2, "recursive"))
_PARSES: MappingProxyType[str, Parse] = MappingProxyType(
    {"flag": "flag", "bool": "bool", "int": "int", "float": "float", "str": "other"}
)
_CONVERTERS = frozenset({"bool", "int", "float", "str"})
_EMPTY: MappingProxyType[str, bool | int | float | str] = MappingProxyType(
    {"bool": False, "int": 0, "float": 0.0, "str": ""}
)
_PATHS: MappingProxyType[str, Callable[[str], str]] = MappingProxyType(
    {
        "os.path.dirname": posixpath.dirname,
        "os.path.basename": posixpath.basename,
        "os.path.normpath": posixpath.normpath,
        "os.path.abspath": posixpath.normpath,
        "os.path.realpath": posixpath.normpath,
    }
)
"""A module's own path is relative to the project's root here, so that an absolute path is the same one."""
_LONGEST_CODED = 10_000
_CODECS: MappingProxyType[str, Callable[[Any], bytes | str]] = MappingProxyType(
    {
        "base64.b64decode": base64.b64decode,
        "base64.standard_b64decode": base64.standard_b64decode,
        "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
        "base64.b64encode": base64.b64encode,
        "base64.urlsafe_b64encode": base64.urlsafe_b64encode,
        "base64.b32decode": base64.b32decode,
        "binascii.unhexlify": binascii.unhexlify,
        "binascii.hexlify": binascii.hexlify,
        "builtins.bytes.fromhex": bytes.fromhex,
    }
)
_UNITS: MappingProxyType[str, int] = MappingProxyType(
    {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
)


def call(machine: Machine, names: tuple[str, ...], args: Arguments) -> Value | None:
    """What a library's callable gives, where we know it; ``None`` where we do not."""
    for name in names:
        found = _call(machine, name, args)
        if found is not None:
            return found
    return None


def from_environment(key: Value | None, default: Value | None, required: bool = False) -> Value:
    """The value of an environment variable, by its name."""
    known, name = python(key) if key is not None else (False, None)
    if not known or not isinstance(name, str):
        return Unknown("an environment variable whose name is computed")
    if default is None:
        default = Unset() if required else Known(None)
    return Env(name, default)


def _decode(name: str, args: Arguments) -> Value | None:
    """Constants through the codecs of the standard library."""
    known, plain = python(args.positional[0][0]) if args.positional else (False, None)
    if not known or not isinstance(plain, (str, bytes)) or len(plain) > _LONGEST_CODED:
        return None
    try:
        return Known(_CODECS[name](plain))
    except (ValueError, TypeError):
        return None


def _call(machine: Machine, name: str, args: Arguments) -> Value | None:
    found = reflection.call(machine, name, args)
    if found is None:
        found = machine.tree.call(name, args)
    if found is not None:
        return found
    if name in _CODECS:
        return _decode(name, args)
    if name in _ENVIRONMENT_GET:
        return from_environment(args.get(0, "key"), args.get(1, "default"))
    if name in _ENVIRONMENT_READERS:
        return _read_environment(name, args)
    if name in _FINDERS:
        package = import_string(machine, args.get(0, "import_path"))
        packages, deep = (python(args.get(at, word) or Known(False))[1] for at, word in _FINDS)
        if not isinstance(package, Mod) or not package.module.package:
            return None
        return machine.tree.modules_below(package.module, deep=bool(deep), packages=bool(packages))
    if name in _FLAGS:
        return convert("flag", args.get(0, "val") or Unset())
    if name in _IMPORTERS:
        return _import(machine, name, args)
    if name == "importlib.util.spec_from_file_location":
        known, plain = python(args.get(1, "location") or Unset())
        module = machine.modules.get(posixpath.normpath(plain)) if known and isinstance(plain, str) else None
        return Mod(module) if module is not None else None
    if name == "importlib.util.module_from_spec":
        spec = args.get(0, "spec")
        return spec if isinstance(spec, Mod) else None
    if name == "datetime.timedelta":
        return _timedelta(args)
    if name in _PATHS:
        known, plain = python(args.positional[0][0]) if args.positional else (False, None)
        return Known(_PATHS[name](plain)) if known and isinstance(plain, str) else None
    if name in ("os.path.isfile", "os.path.exists"):
        known, plain = python(args.positional[0][0]) if args.positional else (False, None)
        there = known and isinstance(plain, str) and posixpath.normpath(plain) in machine.modules
        return Known(True) if there else None
    if name == "os.path.join":
        settled = [python(value) for value, _ in args.positional]
        if all(ok and isinstance(plain, str) for ok, plain in settled):
            return Known(posixpath.join(*(plain for _, plain in settled))) if settled else None
        parts: list[Value] = []
        for value, _ in args.positional:
            parts += [value, Known("/")]
        return join(tuple(parts[:-1]))
    if name in ("functools.partial", "functools.partialmethod") and args.positional:
        rest = Arguments(args.positional[1:], args.keywords, args.partial)
        return Partial(args.positional[0][0], rest)
    if name in ("typing.cast", "typing_extensions.cast"):
        return args.get(1, "val")
    if name in ("os.fspath", "os.path.expanduser", "copy.copy", "copy.deepcopy"):
        return args.get(0)
    if name.startswith("builtins."):
        return _builtin(machine, name[len("builtins.") :], args)
    if name in ("collections.OrderedDict", "collections.defaultdict"):
        return _dict(Arguments(args.positional[-1:], args.keywords, args.partial))
    return None


def _read_environment(name: str, args: Arguments) -> Value:
    default = args.get(1, "default", "missing")
    value = from_environment(args.get(0, "key", "name"), default, required=True)
    cast = args.get(None, "cast", "subcast")
    kind = _ENVIRONMENT_READERS[name]
    if isinstance(cast, Lib) and cast.name.startswith("builtins."):
        kind = "flag" if cast.name == "builtins.bool" else cast.name[len("builtins.") :]
    if kind not in _PARSES or not isinstance(value, Env):
        return value
    return Env(value.name, convert(kind, value.default), _PARSES[kind])


def _import(machine: Machine, name: str, args: Arguments) -> Value | None:
    """``importlib.import_module(name, package)`` and its like."""
    value = args.get(0, "import_name", "name")
    if isinstance(value, Known) and isinstance(value.value, str) and value.value.startswith("."):
        known, package = python(args.get(1, "package") or Known(None))
        if not known or not isinstance(package, str):
            return None
        dots = len(value.value) - len(value.value.lstrip("."))
        base = package.split(".")[: len(package.split(".")) - dots + 1]
        value = Known(".".join((*base, value.value.lstrip("."))))
    if isinstance(value, Test) or (isinstance(value, Env) and name == _OBJECTS):
        return value  # what it names is settled where it is loaded
    return import_string(machine, value)


def import_string(machine: Machine, value: Value | None, importer: LinkedModule | None = None) -> Value | None:
    """A dotted (or ``module:name``) string as the thing it names; ``None`` when that is not of the project, or may be any of
    several. ``importer``: the module whose code asks, where it is not the one that is being loaded."""
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return None
    dotted = value.value.replace(":", ".")
    module = machine.import_module(dotted, importer) if importer is not None and dotted.strip(".") else None
    if importer is None and machine.loading:
        importer = machine.loading[-1]
    module = (
        module
        or machine.import_module(dotted)
        or (machine.import_module(dotted, importer) if importer is not None and dotted.strip(".") else None)
    )
    if module is None and "." not in dotted:
        paths = (f"{folder}/{dotted}.py".lstrip("/") for folder in machine.tree.search)
        found = next((machine.modules[path] for path in paths if path in machine.modules), None)
        module = machine.import_module(found.name) if found is not None else None
    if module is None and "." in dotted:
        ends = [one for one in machine.modules.values() if one.name.endswith(f".{dotted}") and not one.is_test]
        module = machine.import_module(ends[0].name) if len(ends) == 1 else None
    if module is None:
        near = nearest(named(machine, dotted), importer)
        module = machine.import_module(near.name) if near is not None else None
    if module is not None:
        return module
    head, _, tail = dotted.rpartition(".")
    if not head:
        return None
    outer = import_string(machine, Known(head), importer)
    return machine.attribute(outer, tail) if outer is not None else None


def named(machine: Machine, dotted: str) -> list[LinkedModule]:
    """The modules whose own name, or the end of it, is a dotted one."""
    return [
        one
        for one in machine.modules.values()
        if not one.is_test and (one.name == dotted or one.name.endswith(f".{dotted}"))
    ]


def nearest(modules: Sequence[LinkedModule], importer: LinkedModule | None) -> LinkedModule | None:
    """Of several modules of one name, the one with most folders in common with whoever asks; ``None`` when none stands out."""
    if importer is None or not modules:
        return None
    shared = [len(posixpath.commonprefix([_folders(one), _folders(importer)])) for one in modules]
    most = max(shared)
    return modules[shared.index(most)] if most and shared.count(most) == 1 else None


def _folders(module: LinkedModule) -> list[str]:
    return module.path.split("/")[:-1]


def _timedelta(args: Arguments) -> Value:
    total = 0.0
    values = [("days", args.get(0, "days")), ("seconds", args.get(1, "seconds"))]
    values += [(unit, args.get(None, unit)) for unit in ("weeks", "hours", "minutes")]
    for unit, value in values:
        if value is None:
            continue
        known, plain = python(value)
        if not known or not isinstance(plain, (int, float)):
            return Unknown("a time span that is computed")
        total += plain * _UNITS[unit]
    return Known(int(total))


def _dict(args: Arguments) -> Value:
    made = Map([], args.partial)
    for value, _ in args.positional:
        if isinstance(value, Map):
            made.items += value.items
            made.partial = made.partial or value.partial
        elif isinstance(value, Seq) and all(isinstance(item, Seq) and len(item.items) == 2 for item in value.items):
            made.items += [(item.items[0], item.items[1], None) for item in value.items if isinstance(item, Seq)]
        else:
            made.partial = True
    made.items += [(Known(name), value, None) for name, value, _ in args.keywords]
    return made


def _builtin(machine: Machine, name: str, args: Arguments) -> Value | None:
    first = args.get(0)
    match name:
        case "bool" | "int" | "float" | "str":
            return convert(name, first) if first is not None else Known(_EMPTY[name])
        case "dict":
            return _dict(args)
        case "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed":
            if first is None:
                return Seq([], name)
            return sequence(first) or Seq([], name, partial=True)
        case "getattr":
            return _getattr(machine, args)
        case "next":
            items = sequence(first) if first is not None else None
            return items.items[0] if items is not None and items.items else None
        case "len":
            known, plain = python(first) if first is not None else (False, None)
            return Known(len(plain)) if known and isinstance(plain, (str, bytes, list, tuple)) else None
        case "enumerate":
            items = sequence(first) if first is not None else None
            return Seq([Seq([Known(at), item]) for at, item in enumerate(items.items)]) if items else None
        case "zip":
            columns = [sequence(value) for value, _ in args.positional]
            if columns and all(column is not None for column in columns):
                rows = zip(*(column.items for column in columns if column is not None), strict=False)
                return Seq([Seq(list(row), "tuple") for row in rows])
            return None
        case "range":
            known, plain = python(first) if first is not None else (False, None)
            return Seq([Known(at) for at in range(plain)]) if known and isinstance(plain, int) and plain < 50 else None
        case "type":
            return first.cls if isinstance(first, Instance) and first.cls is not None else None
        case "staticmethod" | "classmethod" | "property":
            return first
    return None


def _getattr(machine: Machine, args: Arguments) -> Value | None:
    owner, key, default = args.get(0), args.get(1), args.get(2)
    if owner is None or key is None:
        return None
    if isinstance(key, Known) and isinstance(key.value, str):
        found = machine.attribute(owner, key.value)
        if isinstance(found, (Unknown, Unset)) and default is not None:
            # All that is put on a function of the project is seen.
            return default if isinstance(found, Unset) or isinstance(owner, Fn) else branch(found, found, default)
        return found
    only = _only_module(owner)
    return Lookup(classes_of(machine, only), key, default) if only is not None else None


def _only_module(value: Value) -> Mod | None:
    """The module that a value is, or the one that it may be where the rest is nothing, or not seen."""
    found: dict[int, Mod] = {}
    stack = [value]
    while stack:
        match stack.pop():
            case Mod(module) as one:
                found[id(module)] = one
            case Branch(_, then, otherwise):
                stack += [then, otherwise]
            case Known(None) | Unknown() | Unset() | Result():
                continue
            case _:
                return None
    return next(iter(found.values())) if len(found) == 1 else None


def classes_of(machine: Machine, module: Mod) -> Map:
    """The classes of a module by name, as what a computed ``getattr`` may give."""
    held = Map([])
    for node in module.module.facts.body:
        if isinstance(node, ir.Class):
            value = machine.attribute(module, node.name)
            if isinstance(value, Cls):
                held.items.append((Known(node.name), value, value.location))
    return held


def sequence(value: Value) -> Seq | None:
    """What a loop over a value goes through, if that is known."""
    match value:
        case Seq():
            return value
        case Map(items, partial):
            return Seq([key for key, _, _ in items], partial=partial)
        case Known(str() as text) if len(text) < 50:
            return None
    return None


def callable_name(value: Value) -> tuple[str, ...]:
    """Canonical names that a value has as a callable."""
    match value:
        case Lib(name):
            return (name,)
        case Fn(_, frame, qualname):
            return (f"{frame.module.name}.{qualname}",)
        case Cls():
            return (value.name,)
        case Partial(inner):
            return callable_name(inner)
    return ()
