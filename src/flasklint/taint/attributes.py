"""Attributes: of modules, classes, instances and what libraries give, read and set."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.inputs import MAKERS
from flasklint.knowledge.rows import FUNCTION, Tables
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint import containers, forms, guards, kept, sinks
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.names import Names
from flasklint.taint.routes import is_replaced
from flasklint.taint.state import Obj
from flasklint.taint.text import own_text
from flasklint.taint.values import (
    CHOSEN,
    NEVER,
    NOTHING_KNOWN,
    OUR_TEXT,
    PART,
    UNKNOWN,
    Claim,
    ClassRef,
    Closure,
    Constant,
    Info,
    Method,
    Taint,
    Value,
    constant,
    join,
    join_all,
    merge_taints,
    with_taints,
)

_NAMES_OF_CLASSES = frozenset(("__name__", "__qualname__", "__module__", "__tablename__"))


def _is_label(node: ir.Node) -> bool:
    """Whether it is the text of the label of a form's field: the program says that, whatever the field is filled with."""
    return isinstance(node, ir.Attribute) and node.name == "text" and getattr(node.value, "name", "") == "label"


def _is_bound(function: ir.Function) -> bool:
    """Whether a decorator is told to pass the task itself."""
    return any(
        isinstance(decorator, ir.Call)
        and any(
            one.name == "bind" and isinstance(one.value, ir.Const) and one.value.value for one in decorator.arguments
        )
        for decorator in function.decorators
    )


class Attributes(Names):
    """Evaluates attributes."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self.kept = kept.names_kept(project)
        self._attribute_names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._shared: set[str] = set()

    def attribute(self, frame: Frame, value: Value, name: str, node: ir.Node) -> Value:
        if value.claim is not None and (found := guards.lookups(value.claim)):
            # Of a record that was looked for, or of what looks for it: if there is something, it was found.
            read = self.attribute(frame, replace(value, claim=None), name, node)
            return read if read.taints or read.claim is not None else replace(read, claim=Claim(found, ()))
        if frame.page and _is_label(node):
            return OUR_TEXT
        result = NEVER
        strings: list[str] = []
        for one in value.refs:
            if type(one) is str:
                module = self.project.module_named(one)
                if module is not None:
                    result = join(result, self.member(module, name, frame, node))
                else:
                    strings.append(one)
            elif type(one) is int:
                result = join(result, self._object_attribute(frame, one, name, node))
            elif type(one) is ClassRef:
                result = join(result, self._class_attribute(frame, one.name, name, node))
            elif type(one) is Method:
                result = join(result, self._method_attribute(frame, one, name, node, value.taints))
            elif name == "__name__" and type(one) is Closure:
                result = join(result, constant(one.function.function.name))
            elif type(one) is Closure and name in self.index.deferring:
                # A task, which another process calls with what it is sent: with itself in front, if it says so.
                task = replace(one, receiver=UNKNOWN) if _is_bound(one.function.function) else one
                result = join(result, Value(refs=(Method(Value(refs=(task,)), name, (f"{FUNCTION}.{name}",)),)))
            else:
                result = join(result, UNKNOWN)
        told = result is not NEVER and not strings
        rest_open = value.open or value.constants or value.taints or (value.texts and not told)
        if strings:
            rest = Value(value.constants, value.open, value.taints, tuple(strings), value.texts)
            result = join(result, self._named_attribute(frame, rest, strings, name, node))
        elif rest_open and name in _NAMES_OF_CLASSES and not value.taints:
            result = join(result, OUR_TEXT)
        elif rest_open and not (
            value.taints and len(value.refs) == 1 and type(value.refs[0]) is int and not value.open
        ):
            rest = Value(value.constants, value.open, value.taints, (), value.texts)
            method = Value(open=True, refs=(Method(rest, name, (f"?.{name}",)),))
            if value.taints and is_replaced(value, name):
                return join(result, UNKNOWN)
            if value.taints:
                method = with_taints(
                    method, self.part(frame, replace(rest, constants=(), texts=()), f"attr:{name}", node).taints
                )
            result = join(result, method)
        return result if result is not NEVER else UNKNOWN

    def _named_attribute(self, frame: Frame, rest: Value, strings: list[str], name: str, node: ir.Node) -> Value:
        key = (*strings, name)
        names = self._attribute_names.get(key)
        if names is None:
            names = tuple(dict.fromkeys(found for one in strings for found in self.known_as(f"{one}.{name}")))
            self._attribute_names[key] = names
        for one in strings if name in self._shared else ():
            kept = frame.state.variables.get(f"\x01{one}.{name}")
            if kept is not None:
                return kept
        for one in names:
            row = self.index.sources.get(one)
            if row is not None:
                return self.source(frame, row, node)
            if one in self.index.texts:
                return own_text(self.index.texts[one])
        # What a library's class inherits from is spelled out; a property of a project's class is found by its object.
        if not rest.taints and not rest.texts and not any("()" in one for one in strings):
            return self.named(frame, names, node)
        for one in names if rest.taints else ():
            for cleaning in self.index.sanitizers.get(one, ()):
                if not cleaning.argument:
                    part = Info(clear=frozenset(cleaning.kinds))
                    said = f"made safe by `{name}`"
                    return frame.derive(
                        replace(rest, refs=()), (node.start, name), part, said, node, (cleaning.result,)
                    )
        method = Method(rest, name, names)
        result = Value(refs=(method,))
        if rest.taints:
            result = with_taints(
                replace(result, open=True),
                self.part(frame, replace(rest, constants=(), texts=(), refs=()), f"attr:{name}", node).taints,
            )
        return result

    def shared_item(self, frame: Frame, names: Iterable[str], arguments: Arguments) -> Value | None:
        """``flask.g.get("user")``: an attribute that was set on a thing that there is one of; None when it was not."""
        key = arguments.positional[0] if arguments.positional else UNKNOWN
        if not (key.known and len(key.constants) == 1 and key.constants[0] in self._shared):
            return None
        found = NEVER
        for one in names:
            owner, _, method = one.rpartition(".")
            held = frame.state.variables.get(f"\x01{owner}.{key.constants[0]}")
            if held is not None and method in ("get", "pop", "setdefault"):
                found = join_all((found, held, *arguments.positional[1:]))
        return None if found is NEVER else found

    def _method_attribute(
        self, frame: Frame, one: Method, name: str, node: ir.Node, taints: tuple[Taint, ...]
    ) -> Value:
        if one.names and one.names[0].startswith("super "):
            return Value(refs=(Method(one.receiver, name, one.names),))
        if one.name == CHOSEN:
            return UNKNOWN
        key = (*one.names, "", name)
        names = self._attribute_names.get(key)
        if names is None:
            names = tuple([found for base in one.names for found in self.known_as(f"{base}.{name}")])
            self._attribute_names[key] = names
        for found in names:
            row = self.index.sources.get(found)
            if row is not None:
                return self.source(frame, row, node)
        receiver = Value(open=True, taints=taints or one.receiver.taints, refs=(one,))
        result = Value(refs=(Method(receiver, name, names),))
        if one.receiver.taints:
            result = with_taints(
                replace(result, open=True),
                self.part(frame, Value(open=True, taints=one.receiver.taints), f"attr:{name}", node).taints,
            )
        return result

    def _object_attribute(self, frame: Frame, address: int, name: str, node: ir.Node) -> Value:
        thing = frame.object_at(address)
        held = thing.attributes.get(name)
        if held is not None:
            return held
        this = Value(refs=(address,))
        if thing.shape != "instance":
            return Value(refs=(Method(this, name, ()),))
        own = thing.types[0] if thing.types else ""
        if self.own_sources and (row := self.own_sources.get(f"{own}().{name}")):
            return self.source(frame, row, node)
        found = self.classes.member(own, name)
        if found is not None:
            result = self._bound(frame, found, this, own, name, node)
            if thing.attributes and "__dict__" in thing.attributes:
                result = join(result, thing.attributes["__dict__"])
            return result
        names = tuple(
            one
            for kind in self.classes.library_bases(own) or thing.types
            for one in self.known_as(f"{kind}()".replace("()()", "()") + f".{name}")
        )
        for one in names:
            row = self.index.sources.get(one)
            if row is not None:
                return self.source(frame, row, node)
        if "__dict__" in thing.attributes:
            return thing.attributes["__dict__"]
        if name == forms.ALL and own and forms.is_form(self.classes, own):
            given: dict[Constant, Value] = dict(forms.fields(frame, self.classes, this, own, node).items())
            return frame.make((node.start, "fields"), Obj("dict", given))
        return Value(open=True, refs=(Method(this, name, names or (f"?.{name}",)),))

    def _bound(self, frame: Frame, found: Scope | ir.Node, this: Value, own: str, name: str, node: ir.Node) -> Value:
        """A class's member, seen on an instance."""
        if isinstance(found, Scope):
            if found.is_class:
                return Value(refs=(ClassRef(found.name),))
            key = self.key_of(found)
            kind = self.method_kind(found)
            if kind == "static":
                return Value(refs=(Closure(key),))
            if kind == "class":
                return Value(refs=(Closure(key, receiver=Value(refs=(ClassRef(own),))),))
            if kind == "property":
                return self.call(frame, Value(refs=(Closure(key, receiver=this),)), Arguments(), node)
            return self.wrapped(frame, found, Closure(key, receiver=this), this)
        return UNKNOWN if self._is_confined(found, own, name) else self.class_value(own, name)

    def _is_confined(self, made: ir.Node, own: str, name: str) -> bool:
        """Whether what a class's attribute holds is checked, as a call in its making says."""
        scope = self.classes.holder(own, name)
        if not self.index.confining or scope is None or not isinstance(made, ir.Assign) or made.value is None:
            return False
        return forms.is_confined(self.project, self.index.confining, made.value, scope)

    def wrapped(self, frame: Frame, scope: Scope, plain: Closure, this: Value | None) -> Value:
        """A function as its decorators leave it, bound to a receiver."""
        assert isinstance(scope.node, ir.Function)
        if not scope.node.decorators:
            return Value(refs=(plain,))
        outer = self.module_frame(scope.module)
        made = self.decorated(outer, scope.node, Value(refs=(replace(plain, receiver=None),)))
        closures = tuple(
            replace(one, receiver=this) if type(one) is Closure and one.receiver is None and this is not None else one
            for one in made.refs
        )
        return Value(refs=closures or (plain,))

    def _class_attribute(self, frame: Frame, cls: str, name: str, node: ir.Node) -> Value:
        given = frame.state.variables.get(f"\x01{cls}.{name}")
        if given is not None:
            return given
        found = self.classes.member(cls, name)
        if found is None:
            bases = self.classes.library_bases(cls)
            if name == "__name__":
                return constant(cls.rpartition(".")[2])
            names = [one for base in bases for one in self.known_as(f"{base}.{name}")]
            # What the project hangs on a base of a library: ``Base.query = session.query_property()``
            names += [one for one in self.project.attribute(cls, name) if one.endswith("()")]
            if not MAKERS.isdisjoint(names):
                return Value(refs=(Method(Value(refs=(ClassRef(cls),)), name, tuple(names)),))
            return Value(open=True, refs=tuple(dict.fromkeys(names)))
        if isinstance(found, Scope) and not found.is_class:
            key = self.key_of(found)
            if self.method_kind(found) == "class":
                return Value(refs=(Closure(key, receiver=Value(refs=(ClassRef(cls),))),))
            return self.wrapped(frame, found, Closure(key), None)
        if isinstance(found, Scope):
            return Value(refs=(ClassRef(found.name),))
        held = self.class_value(cls, name)
        return containers.choice(frame, cls, held, constant(name), node) if self.is_choices(cls) else held

    def is_choices(self, cls: str) -> bool:
        """Whether the body of a class names all its objects."""
        rows = (self.index.containers.get(base) for base in self.classes.library_bases(cls))
        return any(row is not None and row.like == "choices" for row in rows)

    def keep(self, frame: Frame, receiver: Value, name: str, value: Value, node: ir.Node) -> None:
        if name in self.kept.names:
            kept.keep(frame, self.index, self.kept, kept.owners_of(frame, receiver, node), name, value, node)

    def set_field(self, frame: Frame, form: Value, name: str, value: Value, node: ir.Node) -> None:
        """What a field of a form gives from here on, if it is one: ``form.bio.data = clean(form.bio.data)``."""
        for address, thing in frame.objects(form):
            if thing.types and forms.is_form(self.classes, thing.types[0]):
                field = frame.make((node.start, "field"), Obj("instance", attributes={"data": value}))
                frame.update(address, replace(thing, attributes={**thing.attributes, name: field}), len(form.refs) == 1)

    def set_attribute(self, frame: Frame, receiver: Value, name: str, value: Value, node: ir.Node) -> None:
        self.keep(frame, receiver, name, value, node)
        things = frame.objects(receiver)
        if value.taints and things:
            value = frame.stepped(value, node, f"kept in `.{name}`")
        certain = len(receiver.refs) == 1 and not receiver.open
        for address, thing in things:
            found = self.classes.member(thing.types[0], name) if thing.types and thing.shape == "instance" else None
            if isinstance(found, Scope) and found.is_function:
                setter = self.classes.setter(thing.types[0], name)
                if setter is not None:
                    self.call(
                        frame,
                        Value(refs=(Closure(self.key_of(setter), receiver=Value(refs=(address,))),)),
                        Arguments((value,), places=(node,)),
                        node,
                    )
                    continue
            frame.update(address, replace(thing, attributes={**thing.attributes, name: value}), certain)
        for one in receiver.refs:
            names: tuple[str, ...] = ()
            if type(one) is str:
                names = (one,)
                if "()" not in one:
                    # A thing that there is one of, like ``flask.g``: it is the same for whoever is called.
                    kinds = tuple(kind for kind in value.refs if type(kind) is str)
                    taints = frame.inside(value)
                    if not value.taints and taints:
                        # What is taken out of it there may be another of its members.
                        reason = f"`{name}` holds other things too"
                        taints = tuple(
                            replace(each, level=min(each.level, Confidence.MEDIUM), reasons=(*each.reasons, reason)[:4])
                            for each in taints
                        )
                    shared = Value(open=not kinds, taints=taints, refs=kinds)
                    if value.known and all(type(held) in (str, int) for held in value.constants):
                        # Others may set it to something else, which is told of where they do.
                        shared = OUR_TEXT
                    frame.state.variables[f"\x01{one}.{name}"] = shared
                    self._shared.add(name)
            elif type(one) is Method:
                names = one.names
            elif type(one) is ClassRef:
                kinds = tuple(kind for kind in value.refs if type(kind) is str)
                is_open = value.open or len(kinds) < len(value.refs)
                held = Value(value.constants, is_open, frame.inside(value), kinds, value.texts)
                frame.state.variables[f"\x01{one.name}.{name}"] = held
                self._shared.add(name)
            elif type(one) is int:
                kinds = frame.object_at(one).types
                names = tuple(base for kind in kinds for base in (self.classes.library_bases(kind) or (kind,)))
                names = tuple(found if found.endswith("()") else f"{found}()" for found in names)
            for base in names:
                for full in self.known_as(f"{base}.{name}="):
                    for row in self.index.sinks.get(full, ()):
                        sinks.reach(frame, self.index, row, Arguments((value,), places=(node,)), receiver, node)

    def part(self, frame: Frame, value: Value, tag: str, node: ir.Node) -> Value:
        if not value.taints:
            return UNKNOWN
        made = []
        for taint in value.taints:
            fragment = frame.part_of(taint.fragment, tag)
            if fragment not in frame.state.infos:
                known = frame.full_info(taint.fragment)
                frame.state.infos[fragment] = (
                    Info(mask=known.mask, lacks=known.lacks, clear=known.clear - {"*"})
                    if known is not NOTHING_KNOWN
                    else NOTHING_KNOWN
                )
            doubted = taint.reasons and PART not in taint.reasons
            reasons = (*taint.reasons[:3], PART) if doubted else taint.reasons
            made.append(replace(taint, fragment=fragment, reasons=reasons))
        return Value(open=True, taints=merge_taints((), made))

    def caught(self, frame: Frame, kind: Value, node: ir.Handler) -> Value:
        names = tuple(f"{one}()" for one in kind.refs if type(one) is str)
        for one in (*names, "builtins.Exception()"):
            row = self.index.sources.get(f"except {one}")
            if row is not None:
                return self.source(frame, row, node)
        return Value(open=True, refs=names)

    def entered(self, frame: Frame, value: Value, node: ir.Node) -> Value:
        result = NEVER
        for one in value.refs:
            if type(one) is int:
                thing = frame.object_at(one)
                if (
                    thing.shape == "instance"
                    and thing.types
                    and self.classes.member(thing.types[0], "__enter__") is not None
                ):
                    callee = self.attribute(frame, Value(refs=(one,)), "__enter__", node)
                    result = join(result, self.call(frame, callee, Arguments(), node))
                    continue
                if thing.shape == "iterator":
                    # A generator under ``contextmanager``: what it yields.
                    result = join(result, thing.everything())
                    continue
            result = join(result, Value(refs=(one,)))
        if value.open or value.taints or value.constants:
            result = join(result, replace(value, refs=()))
        return result if result is not NEVER else UNKNOWN
