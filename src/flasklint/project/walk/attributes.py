"""Attributes and items, read and set."""

from __future__ import annotations

from types import MappingProxyType

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.config import ATTRIBUTES
from flasklint.knowledge.extensions import APP_HOLDERS
from flasklint.project import flaskapi, library
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Branch,
    Cls,
    ConfigItem,
    ConfigOf,
    Env,
    Fn,
    Frame,
    Instance,
    JinjaOf,
    Lib,
    Lookup,
    Map,
    Method,
    Mod,
    Result,
    Seq,
    SuperOf,
    Value,
    Write,
    branch,
)
from flasklint.project.operations import operate, python
from flasklint.project.tree import part_of_path
from flasklint.project.values import Known, Unknown, Unset
from flasklint.project.walk.classes import Classes
from flasklint.project.walk.frames import decorated
from flasklint.project.walk.naming import canonical
from flasklint.source import Location

_OF_BLUEPRINTS = MappingProxyType({"name": 0, "import_name": 1, "url_prefix": None})
"""Attributes of a blueprint that are arguments of its constructor, with their positions."""

_FIELDS = frozenset({"pydantic.Field", "pydantic.fields.Field"})


class Attributes(Classes):
    """Follows attributes and items."""

    def attribute(self, value: Value, name: str) -> Value:
        match value:
            case Lib("flask.current_app"):
                return self.attribute(self.current, name)
            case Lib(base):
                return Lib(canonical(f"{base}.{name}"))
            case Mod(module) if name in ("__name__", "__package__"):
                return Known(module.name)
            case Mod(module) if name == "__path__" and module.package:
                return Seq([Known(module.path.rpartition("/")[0])])
            case Mod(module) if name == "__file__":
                return Known(module.path)
            case Mod(module):
                return self.module_attribute(module, name)
            case Instance():
                return self._instance_attribute(value, name)
            case Fn(node) if name == "__name__":
                return Known(node.name)
            case Fn(node) if name in self.marks.get(id(node), ()):
                return self.marks[id(node)][name]
            case Cls(node) if name == "__name__":
                return Known(node.name)
            case Seq(parts, "module-info"):
                at = {"module_finder": 0, "name": 1, "ispkg": 2}.get(name)
                return parts[at] if at is not None else Unknown(f"{name} of a module")
            case Known() if name == "value":
                return value  # of a member of an enumeration, which stands for what it is given
            case Known(str() as text):
                return part_of_path(text, name) or Unknown(f"attribute {name} of a text")
            case ConfigOf(app):
                return (
                    ConfigItem(app, name, Unset(), self.position) if name.isupper() else Method(app, f"config.{name}")
                )
            case JinjaOf(app, env):
                return JinjaOf(app, f"{env}.{name}")
            case Cls():
                found = self.class_member(value, name)
                if found is not None:
                    return (
                        replace(found, bound=value)
                        if isinstance(found, Fn) and decorated(found.node, "classmethod")
                        else found
                    )
                return Unknown(f"{value.qualname} has no {name} that we see")
            case SuperOf(cls, bound):
                return self._super_attribute(cls, bound, name)
            case Result(names):
                return Unknown(f"part of what {names[0] if names else '?'}() gives")
            case Branch(test, then, otherwise):
                return branch(test, self.attribute(then, name), self.attribute(otherwise, name))
            case Lookup(mapping, key, default):
                items = [
                    # A mapping may hold what was looked up in it.
                    (
                        k,
                        self.attribute(item, name) if not isinstance(item, Lookup) else Unknown("looked up twice"),
                        place,
                    )
                    for k, item, place in mapping.items
                ]
                return Lookup(Map(items), key, self.attribute(default, name) if default is not None else None)
        return Unknown(f"attribute {name} of something unknown")

    def _instance_attribute(self, owner: Instance, name: str) -> Value:
        if name in owner.attributes:
            return owner.attributes[name]
        if owner.pending is not None:
            self.complete(owner)
            if name in owner.attributes:
                return owner.attributes[name]
        if isinstance(owner, AppObject):
            if name == "config":
                return ConfigOf(owner)
            if name in ("jinja_env", "jinja_options"):
                return JinjaOf(owner, name)
            if name in ATTRIBUTES:
                return ConfigItem(owner, ATTRIBUTES[name], Unset(), self.position)
        if isinstance(owner, BlueprintObject) and name in _OF_BLUEPRINTS and owner.arguments is not None:
            given = owner.arguments.get(_OF_BLUEPRINTS[name], name)
            if given is not None:
                return given
        for held, attribute in APP_HOLDERS.items():
            if name == attribute and held in owner.names:
                return self.held_app(owner)
        if owner.cls is not None and _is_settings(owner):
            read = self._setting_read(owner, owner.cls, name)
            if read is not None:
                return read
        if owner.cls is not None:
            found = self.class_member(owner.cls, name)
            if isinstance(found, Fn):
                if decorated(found.node, "property") or decorated(found.node, "cached_property"):
                    return self.enter(replace(found, bound=owner), Arguments())
                if decorated(found.node, "staticmethod"):
                    return found
                return replace(found, bound=owner.cls if decorated(found.node, "classmethod") else owner)
            if found is not None:
                return found
        if name == "__class__" and owner.cls is not None:
            return owner.cls
        if owner.cls is not None and len(owner.names) == 1:
            return Unknown(f"{owner.cls.qualname} has no {name} that we see")
        return Method(owner, name)

    def _setting_read(self, owner: Instance, cls: Cls, name: str) -> Value | None:
        """A field of pydantic's settings: what a variable of its name says, else what is written."""
        if owner.arguments is not None and (given := owner.arguments.get(None, name)) is not None:
            return given
        found = self.class_member(cls, name)
        found = field_default(found) if found is not None else None
        if isinstance(found, (Known, Seq, Map, Unknown)):
            return Env(name.upper(), found, "flag" if self._is_declared(cls, name, "bool") else "")
        return Env(name.upper(), Unset()) if found is None and self._is_declared(cls, name) else None

    def _is_declared(self, cls: Cls, name: str, kind: str = "") -> bool:
        """Is there a field of that name, without a value or of the type ``kind``?"""
        return any(
            isinstance(node, ir.Assign)
            and node.targets == (ir.Name(name, **_span(node.targets[0])),)
            and (ir.last_name(node.annotation) == kind if kind else node.value is None)
            for member in self.class_line(cls)
            if isinstance(member, Cls)
            for node in member.node.body
        )

    def settings_read(self, owner: Instance) -> Map | None:
        """All the fields of pydantic's settings, as ``model_dump()`` gives them; ``None`` for what is none."""
        if owner.cls is None or not _is_settings(owner):
            return None
        names: dict[str, Location] = {}
        for member in reversed(self.class_line(owner.cls)):
            if not isinstance(member, Cls):
                continue
            for node in member.node.body:
                if isinstance(node, ir.Assign) and node.annotation is not None and isinstance(node.targets[0], ir.Name):
                    names[node.targets[0].id] = Location(member.frame.module.path, node.span)
        read = [(Known(name), self._setting_read(owner, owner.cls, name), place) for name, place in names.items()]
        return Map([(key, value, place) for key, value, place in read if value is not None])

    def held_app(self, owner: Instance) -> AppObject:
        """The app that an instance has inside, which it was given or makes itself."""
        held = owner.attributes.get(" app")
        if isinstance(held, AppObject):
            return held
        for value in owner.arguments.values() if owner.arguments else ():
            if isinstance(value, AppObject):
                owner.attributes[" app"] = value
                return value
        made = AppObject(
            ("flask.Flask",),
            owner.location,
            None,
            owner.arguments,
            scope=owner.scope,
            module=owner.module,
            expr=owner.expr,
        )
        made.conditions = owner.conditions
        made.caller = self.loading[-1] if self.loading else None
        self.apps.append(made)
        owner.attributes[" app"] = made
        return made

    def _super_attribute(self, cls: Cls, bound: Value, name: str) -> Value:
        line = self.class_line(bound.cls if isinstance(bound, Instance) and bound.cls is not None else cls)
        after = False
        for member in line:
            if after and isinstance(member, Cls):
                found = self.class_frame(member).names.get(name)
                if isinstance(found, Fn):
                    return replace(found, bound=bound)
                if found is not None:
                    return found
            after = after or (isinstance(member, Cls) and member.node is cls.node)
        return Method(bound, name) if isinstance(bound, Instance) else Unknown(f"super().{name}")

    def members(self, owner: Value) -> list[tuple[str, Value]] | None:
        match owner:
            case Mod(module):
                return [(name, value) for name, value in self.module_frame(module).names.items()]
            case Fn(node):
                return list(self.marks.get(id(node), {}).items())
            case Cls():
                return list(self._class_members(owner).items())
            case Instance(cls=Cls() as cls):
                bound: dict[str, Value] = {}
                for name, value in self._class_members(cls).items():
                    plain = isinstance(value, Fn) and not any(
                        decorated(value.node, kind) for kind in ("property", "cached_property", "staticmethod")
                    )
                    bound[name] = replace(value, bound=owner) if plain and isinstance(value, Fn) else value
                return list({**bound, **owner.attributes}.items())
        return None

    def _class_members(self, cls: Cls) -> dict[str, Value]:
        held: dict[str, Value] = {}
        for member in reversed(self.class_line(cls)):
            if isinstance(member, Cls):
                held.update(self.class_frame(member).names)
        return held

    def set_attribute(
        self, owner: Value, name: str, value: Value, node: ir.Node, written: ir.Expr | None, frame: Frame
    ) -> None:
        """``owner.name = value``"""
        match owner:
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                self.set_attribute(then, name, value, node, written, frame)
                self.conditions[-1] = operate("not", test)
                self.set_attribute(otherwise, name, value, node, written, frame)
                self.conditions.pop()
            case AppObject():
                owner.attributes[name] = value
                flaskapi.set_attribute(self, owner, name, value, node, written, frame)
            case Instance():
                owner.attributes[name] = value
                if name.isupper():
                    place = Location(frame.module.path, node.span)
                    owner.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))
                self.event(owner, "attribute", node, frame, detail=name, value=value)
            case JinjaOf(app, env):
                self.event(app, "jinja", node, frame, detail=f"{env}.{name}", value=value)
            case Lib("flask.current_app"):
                flaskapi.set_attribute(self, self.current, name, value, node, written, frame)
            case Mod(module):
                self.module_frame(module).names[name] = value
            case Fn(inner_node):
                self.marks.setdefault(id(inner_node), {})[name] = value
            case Cls():
                inner = self.class_frame(owner)
                inner.names[name] = value
                if name.isupper():
                    place = Location(frame.module.path, node.span)
                    inner.writes.append(Write(name, value, place, tuple(self.conditions), written, frame.qualname))

    def item(self, owner: Value, key: Value, expr: ir.Subscript, frame: Frame) -> Value:
        """``owner[key]``"""
        known, plain = python(key)
        match owner:
            case ConfigOf(app) if known and isinstance(plain, str):
                return ConfigItem(app, plain, Unset(), self.position)
            case Lib(name) if name in library.ENVIRONMENT:
                return library.from_environment(key, None, required=True)
            case Lib(name):
                return Lib(name) if name.startswith(("typing.", "builtins.")) else Unknown(f"an item of {name}")
            case Map() if known and isinstance(plain, str):
                return owner.get(plain) or Unknown(f"no {plain!r} in sight")
            case Map() if isinstance(key, (Cls, Fn)):
                return owner.held(key) or Unknown("a key we do not see")
            case Map():
                return Lookup(Map(list(owner.items), owner.partial), key, None)
            case Seq(items) if known and isinstance(plain, int) and -len(items) <= plain < len(items):
                return items[plain]
            case Known(value) if known and isinstance(value, (str, tuple)) and isinstance(plain, int):
                return Known(value[plain]) if -len(value) <= plain < len(value) else Unknown("out of range")
        return Unknown("an item of something unknown")

    def set_item(self, owner: Value, key: Value, value: Value, node: ir.Node, written: ir.Expr, frame: Frame) -> None:
        """``owner[key] = value``"""
        match owner:
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                self.set_item(then, key, value, node, written, frame)
                self.conditions[-1] = operate("not", test)
                self.set_item(otherwise, key, value, node, written, frame)
                self.conditions.pop()
            case ConfigOf(app):
                known, plain = python(key)
                if known and isinstance(plain, str):
                    self.set_config(app, plain, value, node, frame, via="app.config", written=written)
                else:
                    self.event(app, "opaque", node, frame, detail="computed keys", value=value)
            case Map():
                owner.items.append((key, value, Location(frame.module.path, node.span)))
            case JinjaOf(app, env):
                known, plain = python(key)
                self.event(app, "jinja", node, frame, detail=f"{env}.{plain}" if known else env, value=value)
            case Lib(name) if name in library.ENVIRONMENT:
                known, plain = python(key)
                if known and isinstance(plain, str):
                    self.environment.append(
                        (plain, value, Location(frame.module.path, node.span), tuple(self.conditions))
                    )


def field_default(value: Value) -> Value:
    """What a field of pydantic's settings is by default, where more is said of it: ``Field(True, description="...")``"""
    if not isinstance(value, Instance) or not value.is_a(_FIELDS):
        return value
    given = value.arguments.get(0, "default") if value.arguments is not None else None
    return given if given is not None else Unknown("a field that has to be set, or is made")


def _is_settings(owner: Instance) -> bool:
    return any(name.rpartition(".")[2] == "BaseSettings" for name in owner.names)


def _span(node: ir.Node) -> dict[str, int]:
    return {"start": node.start, "end": node.end}
