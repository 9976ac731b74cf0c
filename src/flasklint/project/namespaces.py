"""The keys that a class, a module or another object brings into a configuration."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import structs

from flasklint import ir
from flasklint.project import library
from flasklint.project.machine import ExhaustedError
from flasklint.project.objects import Cls, Env, Fn, Frame, Instance, Lib, Map, Mod, Value, Write
from flasklint.project.profiles import Profile
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown
from flasklint.project.walk import Walk
from flasklint.project.walk.attributes import field_default
from flasklint.project.walk.frames import decorated
from flasklint.source import Location

_PLAIN = frozenset(
    {
        "attr",
        "attrs",
        "builtins",
        "dynaconf",
        "environs",
        "flask",
        "flask_env",
        "msgspec",
        "pydantic",
        "pydantic_settings",
    }
    | {"six", "typing_extensions", "zope"}
)
"""Packages whose base classes bring no settings of their own."""
SEVERAL = "one of several modules for "
"""How what may be any of several modules of the tree begins, in words."""


def line_of(walk: Walk, profile: Profile) -> tuple[Cls, ...]:
    """The classes of the project that a profile is made of, its own first; empty when it is no class."""
    source: Value | None = profile.source
    if isinstance(source, Known) and isinstance(source.value, str):
        source = library.import_string(walk, source)
    if isinstance(source, Instance):
        source = source.cls
    return tuple(one for one in walk.class_line(source) if isinstance(one, Cls)) if isinstance(source, Cls) else ()


def namespace(walk: Walk, value: Value, loader: LinkedModule | None = None) -> tuple[list[Write], str]:
    """The keys that an object brings into a config, in order; and what of it the tree does not show. ``loader``: the module
    whose code loads it."""
    match value:
        case Cls():
            return _class_writes(walk, value)
        case Instance(cls=cls):
            walk.complete(value)
            writes, outside = _class_writes(walk, cls, value) if cls is not None else ([], "an object of a library")
            return writes + value.writes, value.opaque or outside
        case Mod(module):
            frame = walk.module_frame(module)
            return list(frame.writes), frame.partial
        case Known(str() as text):
            found = library.import_string(walk, value, loader)
            if found is not None and not isinstance(found, Unknown):
                return namespace(walk, found)
            return [], f"{SEVERAL}`{text}`" if _is_ambiguous(walk, text) else f"`{text}`"
        case Known(None):
            return [], ""
        case Env(name, fallback):
            writes, _ = namespace(walk, fallback, loader)
            return writes, f"what the environment variable {name} names"
        case Map(items, partial):
            writes = [
                Write(key.value, item, place)
                for key, item, place in items
                if isinstance(key, Known) and isinstance(key.value, str) and place is not None
            ]
            return writes, "a dict with computed keys" if partial else ""
    return [], "an object that is computed"


def _is_ambiguous(walk: Walk, dotted: str) -> bool:
    """Are there several modules that a dotted name, or what stands before its last part, may mean?"""
    return any(len(library.named(walk, name)) > 1 for name in (dotted, dotted.rpartition(".")[0]) if name)


def _class_writes(walk: Walk, cls: Cls, of: Instance | None = None) -> tuple[list[Write], str]:
    writes: list[Write] = []
    outside = ""
    line = walk.class_line(cls)
    settings = any(isinstance(member, Lib) and member.name.rpartition(".")[2] == "BaseSettings" for member in line)
    for member in reversed(line):
        if isinstance(member, Cls):
            frame = walk.class_frame(member)
            writes += frame.writes
            if of is not None:
                writes += _property_writes(walk, of, frame)
            outside = outside or frame.partial
        elif not outside and _may_bring_settings(member.name):
            outside = f"the base class `{member.name}`"
    if settings:
        writes = [
            write
            if isinstance(write.value, Env)
            else structs.replace(write, value=Env(write.key, field_default(write.value)))
            for write in writes
        ]
    return writes, outside


def _may_bring_settings(base: str) -> bool:
    """Is a base class one of a package that we do not see, which may have settings of its own?"""
    package = base.partition(".")[0]
    return "." in base and package not in sys.stdlib_module_names and package not in _PLAIN


def _property_writes(walk: Walk, owner: Instance, frame: Frame) -> Iterator[Write]:
    """The keys that an object has as properties of one of its classes."""
    for name, held in frame.names.items():
        if not name.isupper() or not isinstance(held, Fn):
            continue
        if not any(decorated(held.node, kind) for kind in ("property", "cached_property")):
            continue
        value = owner.properties.get(name)
        if value is None:
            try:
                value = walk.attribute(owner, name)
            except ExhaustedError:
                value = Unknown("a property that is not followed to its end")
            owner.properties[name] = value
        given = [node.value for node in ir.walk(held.node) if isinstance(node, ir.Return) and node.value is not None]
        place: ir.Node = given[0] if len(given) == 1 else held.node
        written = given[0] if len(given) == 1 else None
        yield Write(name, value, Location(frame.module.path, place.span), (), written, held.qualname)
