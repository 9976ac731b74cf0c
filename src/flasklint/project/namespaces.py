"""The keys that a class, a module or another object brings into a configuration."""

from __future__ import annotations

from msgspec import structs

from flasklint.project import library
from flasklint.project.objects import Cls, Env, Instance, Lib, Map, Mod, Value, Write
from flasklint.project.profiles import Profile
from flasklint.project.values import Known, Unknown
from flasklint.project.walk import Walk


def line_of(walk: Walk, profile: Profile) -> tuple[Cls, ...]:
    """The classes of the project that a profile is made of, its own first; empty when it is no class."""
    source: Value | None = profile.source
    if isinstance(source, Known) and isinstance(source.value, str):
        source = library.import_string(walk, source)
    if isinstance(source, Instance):
        source = source.cls
    return tuple(one for one in walk.class_line(source) if isinstance(one, Cls)) if isinstance(source, Cls) else ()


def namespace(walk: Walk, value: Value) -> tuple[list[Write], str]:
    """The keys that an object brings into a config, in order; and what of it the tree does not show."""
    match value:
        case Cls():
            return _class_writes(walk, value)
        case Instance(cls=cls):
            walk.complete(value)
            writes, outside = _class_writes(walk, cls) if cls is not None else ([], "an object of a library")
            return writes + value.writes, value.opaque or outside
        case Mod(module):
            frame = walk.module_frame(module)
            return list(frame.writes), frame.partial
        case Known(str() as text):
            found = library.import_string(walk, value)
            return namespace(walk, found) if found is not None and not isinstance(found, Unknown) else ([], f"`{text}`")
        case Known(None):
            return [], ""
        case Env(name, fallback):
            writes, _ = namespace(walk, fallback)
            return writes, f"what the environment variable {name} names"
        case Map(items, partial):
            writes = [
                Write(key.value, item, place)
                for key, item, place in items
                if isinstance(key, Known) and isinstance(key.value, str) and place is not None
            ]
            return writes, "a dict with computed keys" if partial else ""
    return [], "an object that is computed"


def _class_writes(walk: Walk, cls: Cls) -> tuple[list[Write], str]:
    writes: list[Write] = []
    outside = ""
    line = walk.class_line(cls)
    settings = any(isinstance(member, Lib) and member.name.rpartition(".")[2] == "BaseSettings" for member in line)
    for member in reversed(line):
        if isinstance(member, Cls):
            frame = walk.class_frame(member)
            writes += frame.writes
            outside = outside or frame.partial
    if settings:
        writes = [
            write if isinstance(write.value, Env) else structs.replace(write, value=Env(write.key, write.value))
            for write in writes
        ]
    return writes, outside
