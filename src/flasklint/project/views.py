"""The views of routes: functions, classes, and what is wrapped around them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from msgspec import structs

from flasklint import ir
from flasklint.additions import Proof
from flasklint.knowledge.extensions import BROUGHT
from flasklint.project import library
from flasklint.project.objects import (
    Arguments,
    Cls,
    Decoration,
    Fn,
    Instance,
    Partial,
    Result,
    Seq,
    Value,
    ViewOf,
)
from flasklint.project.registering import methods_of
from flasklint.project.values import Known
from flasklint.project.walk import Walk
from flasklint.project.wrapped import wrappings
from flasklint.source import Location

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
"""Methods of classes that answer a request of that method."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What answers a request: a function, or the methods of a class.

    ``name``: dotted. ``methods``: the functions that run, by HTTP method in upper case; ``""`` for all methods.
    ``decorations``: what stands around it, outermost first: decorators beneath the route's, and those of the class. ``first``:
    methods that see each request before, and say whether it goes on. ``own_token``: the library's own forms there check a token;
    ``built``: all that answers is the library's; ``own_guard``: what that puts before it, ``own_proof``: by what that knows
    who is asking. ``brought``: the methods that its class has from a library, which takes nothing but JSON for them.
    ``told``: what of its class or its instance is known to be true or false.
    """

    name: str
    location: Location
    methods: Mapping[str, Fn]
    decorations: tuple[Decoration, ...] = ()
    cls: Cls | None = None
    first: tuple[Fn, ...] = ()
    own_token: bool = False
    built: bool = False
    own_guard: str = ""
    own_proof: Proof = "session"
    brought: frozenset[str] = frozenset()
    told: Mapping[str, bool] = field(default_factory=dict)

    @property
    def functions(self) -> tuple[Fn, ...]:
        """The functions that may run, each once."""
        return tuple(dict.fromkeys(self.methods.values()))

    def decorations_of(self, function: Fn) -> tuple[Decoration, ...]:
        """Everything around one of its functions."""
        return self.decorations if self.cls is None else self.decorations + function.decorations


def view_of(walk: Walk, target: Value | None, location: Location) -> View | None:
    """The view that a value stands for, with whatever was wrapped around it by hand."""
    core, around = unwrap(target)
    if isinstance(core, Fn):
        return View(f"{core.frame.module.name}.{core.qualname}", core.location, {"": core}, around + core.decorations)
    if isinstance(core, Instance) and core.cls is not None and core.arguments is not None:
        # A view that is imported when it is first asked for.
        named = library.import_string(walk, core.arguments.get(0))
        if isinstance(named, Fn):
            return view_of(walk, named, location)
    if isinstance(core, ViewOf):
        inner = _class_view(walk, core.cls)
        told = {**inner.told, **_told(walk, core)}
        return replace(inner, decorations=around + core.decorations + inner.decorations, told=told)
    if isinstance(core, Cls):
        inner = _class_view(walk, core)
        return replace(inner, decorations=around + inner.decorations)
    return None


def _class_view(walk: Walk, cls: Cls) -> View:
    methods: dict[str, Fn] = {}
    dispatch: list[Fn] = []
    told: dict[str, bool] = {}
    for member in walk.class_line(cls):
        if isinstance(member, Cls):
            for name, value in walk.class_frame(member).names.items():
                if isinstance(value, Fn) and name in VERBS:
                    methods.setdefault(name.upper(), value)
                elif isinstance(value, Fn) and name == "dispatch_request":
                    dispatch.append(value)
                elif isinstance(value, Known) and isinstance(value.value, bool):
                    told.setdefault(name, value.value)
    first = tuple(dispatch) if methods else ()
    if not methods and dispatch:
        methods[""] = dispatch[0]
    for names, decoration in wrappings(walk, cls) if methods else ():
        for name, value in methods.items():
            if not names or name.lower() in names:
                methods[name] = structs.replace(value, decorations=(decoration, *value.decorations))
    around = (*cls.decorations, *class_decorations(walk, cls))
    brought = frozenset[str]().union(*(BROUGHT.get(name, frozenset()) for name in walk.class_names(cls)))
    return View(cls.name, cls.location, methods, around, cls, first, brought=brought, told=told)


def _told(walk: Walk, view: ViewOf) -> Mapping[str, bool]:
    """What the instance that answers is told to be true or false: ``View.as_view("name", login_required=True)``"""
    init = walk.class_member(view.cls, "__init__")
    if not isinstance(init, Fn):
        return {}
    given: dict[str, Value | None] = {}
    for at, parameter in enumerate(init.node.parameters[1:], 1):
        value = view.arguments.get(at, parameter.name)
        if value is None and isinstance(parameter.default, ir.Const):
            value = Known(parameter.default.value)
        given[parameter.name] = value
    found: dict[str, bool] = {}
    for node in ir.statements(init.node):
        match node:
            case ir.Assign((ir.Attribute(ir.Name("self"), name),), ir.Name(source)):
                value = given.get(source)
                if isinstance(value, Known) and isinstance(value.value, bool):
                    found[name] = value.value
    return found


def class_decorations(walk: Walk, cls: Cls) -> tuple[Decoration, ...]:
    """``decorators = [login_required]`` (flask.views), ``method_decorators`` (flask_restful)."""
    found: list[Decoration] = []
    for name in ("decorators", "method_decorators"):
        value = walk.class_member(cls, name)
        if isinstance(value, Seq):
            found += [
                Decoration(
                    item,
                    cls.node.decorators[0] if cls.node.decorators else ir.Name(name, **_span_of(cls)),
                    cls.frame.module,
                    walk.value_names(item),
                    item.arguments if isinstance(item, Result) else None,
                )
                for item in reversed(value.items)
            ]
    return tuple(found)


def own_methods(walk: Walk, view: View | None) -> frozenset[str]:
    if view is None:
        return frozenset({"GET"})
    if view.cls is not None:
        declared = walk.class_member(view.cls, "methods")
        named = frozenset(method for method in view.methods if method) | view.brought
        if declared is not None and (said := methods_of(declared)):
            # A class may say that it takes whatever its kind does, and have a method for some of it.
            return (said & named) or said
        return named or frozenset({"GET"})
    return frozenset({"GET"})


def unwrap(value: Value | None) -> tuple[Value | None, tuple[Decoration, ...]]:
    """A view without what is wrapped around it by hand, and that, outermost first."""
    around: tuple[Decoration, ...] = ()
    while True:
        match value:
            case Partial(inner, _, decorations):
                around += decorations
                value = inner
            case Result(
                arguments=Arguments(positional=((Fn() | ViewOf() | Partial() | Result() as inner, written), *_))
            ):
                if isinstance(inner, Fn) and inner.bound is None:
                    around += (Decoration(value, written, inner.frame.module, value.names, value.arguments),)
                elif isinstance(inner, ViewOf):
                    around += (Decoration(value, written, inner.cls.frame.module, value.names, value.arguments),)
                value = inner
            case _:
                return value, around


def _span_of(cls: Cls) -> dict[str, int]:
    return {"start": cls.node.start, "end": cls.node.end}
