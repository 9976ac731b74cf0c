"""What the app walk computes with: values that stand for what a running program would hold.

Plain settings are the :mod:`flasklint.project.values` ones. Instances, sequences and maps have identity and change while
the program is walked, as theirs do; everything else is frozen. Whatever hangs on a value not known until a profile is
chosen stays symbolic: :class:`Branch`, :class:`Lookup`, :class:`Test` and :class:`ConfigItem` are resolved when the
configuration is folded.
"""

from __future__ import annotations

import msgspec

from flasklint import ir
from flasklint.knowledge.environment import Parse
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known, Unknown, Unset
from flasklint.source import Location, Span

_WIDEST = 8
_HEAVIEST = 300


class Env(msgspec.Struct, frozen=True):
    """An environment variable. ``default``: what it is without the variable, ``Unset()`` when that is an error.

    ``parse``: what a settings library makes of the text, as in :class:`flasklint.project.values.FromEnv`.
    """

    name: str
    default: Value
    parse: Parse = ""


class Lib(msgspec.Struct, frozen=True):
    """Something of a library, by its canonical name: a module, a class, a function, an object."""

    name: str


class Mod(msgspec.Struct, frozen=True):
    """A module of the project."""

    module: LinkedModule


class Fn(msgspec.Struct, frozen=True, eq=False):
    """A function of the project, or a method bound to ``self``.

    ``decorations``: what it is decorated with, outermost first.
    """

    node: ir.Function
    frame: Frame
    qualname: str
    bound: Value | None = None
    owner: Cls | None = None
    decorations: tuple[Decoration, ...] = ()

    @property
    def location(self) -> Location:
        start = self.node.name_start or self.node.start
        length = len(self.node.name) if self.node.name != "<lambda>" else len("lambda")
        return Location(self.frame.module.path, Span(start, start + length))


class Cls(msgspec.Struct, frozen=True, eq=False):
    """A class of the project, with where its body's names are looked up."""

    node: ir.Class
    frame: Frame
    qualname: str
    decorations: tuple[Decoration, ...] = ()

    @property
    def name(self) -> str:
        """Dotted name."""
        return f"{self.frame.module.name}.{self.qualname}"

    @property
    def location(self) -> Location:
        start = self.node.name_start or self.node.start
        return Location(self.frame.module.path, Span(start, start + len(self.node.name)))


class Decoration(msgspec.Struct, frozen=True, eq=False):
    """One decorator as applied: what it stands for, and as written."""

    value: Value
    expr: ir.Expr
    module: LinkedModule
    names: tuple[str, ...] = ()
    arguments: Arguments | None = None

    @property
    def location(self) -> Location:
        """Where it is written."""
        return Location(self.module.path, self.expr.span)

    @property
    def short(self) -> str:
        """The last part of its name."""
        return self.names[0].rpartition(".")[2] if self.names else "?"


class Instance(msgspec.Struct, eq=False):
    """An object made by calling a class, by where.

    ``names``: canonical names of its class, its own first, then its bases'. ``attributes``: those set so far.
    ``events``: what happened to it, in program order. ``opaque``: why its attributes may hold more than we saw.
    ``pending``: its ``__init__``, not walked yet. ``properties``: what its properties gave when settings were read.
    """

    names: tuple[str, ...]
    location: Location
    cls: Cls | None = None
    arguments: Arguments | None = None
    attributes: dict[str, Value] = msgspec.field(default_factory=dict)
    writes: list[Write] = msgspec.field(default_factory=list)
    events: list[Event] = msgspec.field(default_factory=list)
    conditions: tuple[Value, ...] = ()
    scope: str = ""
    module: LinkedModule | None = None
    opaque: str = ""
    expr: ir.Expr | None = None
    pending: tuple[Fn, Arguments, tuple[Value, ...]] | None = None
    properties: dict[str, Value] = msgspec.field(default_factory=dict)

    def is_a(self, names: frozenset[str]) -> bool:
        """Is it an instance of one of these classes?"""
        return not names.isdisjoint(self.names)


class AppObject(Instance):
    """A Flask app. ``caller``: the module whose loading, or whose function that the outside calls, made it."""

    caller: LinkedModule | None = None


class BlueprintObject(Instance):
    """A blueprint."""


class Method(msgspec.Struct, frozen=True, eq=False):
    """A method, or any attribute, of an instance of a library's class that we hold."""

    instance: Instance
    name: str


class ConfigOf(msgspec.Struct, frozen=True):
    """``app.config``."""

    app: AppObject


class ConfigItem(msgspec.Struct, frozen=True):
    """``app.config[key]`` read; ``default`` is ``get``'s."""

    app: AppObject
    key: str
    default: Value
    position: int


class JinjaOf(msgspec.Struct, frozen=True):
    """``app.jinja_env`` or ``app.jinja_options``"""

    app: AppObject
    name: str


class Seq(msgspec.Struct, eq=False):
    """A list, tuple, set or the like. ``partial``: it holds more than we know of."""

    items: list[Value]
    kind: str = "list"
    partial: bool = False


class Map(msgspec.Struct, eq=False):
    """A dict, in order. ``places``: where each value was written."""

    items: list[tuple[Value, Value, Location | None]]
    partial: bool = False

    def get(self, key: str) -> Value | None:
        """The value of a key that is a known string."""
        for k, value, _ in reversed(self.items):
            if isinstance(k, Known) and k.value == key:
                return value
        return None

    def held(self, key: Cls | Fn) -> Value | None:
        """The value of a key that is a class or a function."""
        for k, value, _ in reversed(self.items):
            if isinstance(k, (Cls, Fn)) and k.node is key.node:
                return value
        return None


class Branch(msgspec.Struct, frozen=True, eq=False):
    """``then`` if ``test`` else ``otherwise``."""

    test: Value
    then: Value
    otherwise: Value
    width: int
    parts: int


def branch(test: Value, then: Value, otherwise: Value) -> Value:
    """A :class:`Branch`, unless both sides are the same or too much hangs on it to be of use."""
    if then is otherwise:
        return then
    if isinstance(then, Unknown) and isinstance(otherwise, Unknown):
        return then
    width, parts = _width(then) + _width(otherwise), _parts(test, then, otherwise)
    if width > _WIDEST or parts > _HEAVIEST:
        return Unknown("too many branches lead to it")
    return Branch(test, then, otherwise, width, parts + 1)


def _width(value: Value) -> int:
    return value.width if isinstance(value, Branch) else 1


class Lookup(msgspec.Struct, frozen=True, eq=False):
    """``map[key]`` with a key that is not one constant; ``default`` is ``get``'s, if any. ``map`` is as it was then: what was
    looked up may be put into it afterwards."""

    map: Map
    key: Value
    default: Value | None


class Test(msgspec.Struct, frozen=True, eq=False):
    """A comparison or an operation whose outcome is not settled: ``sign`` is the fact language's."""

    sign: str
    operands: tuple[Value, ...]
    parts: int


def computed(sign: str, operands: tuple[Value, ...]) -> Value:
    """A :class:`Test`, unless too much hangs on it: values share parts, so that what is small may take ages to go through."""
    parts = _parts(*operands)
    return Unknown("too much leads to it") if parts > _HEAVIEST else Test(sign, operands, parts + 1)


def _parts(*values: Value) -> int:
    """How many parts values have, gone through part by part. What is made of others carries its number: to count anew each
    time was a tenth of following data through an app with long chains of conditions."""
    stack = list(values)
    parts = 0
    while stack:
        match stack.pop():
            case Test(parts=number) | Branch(parts=number):
                parts += number
                continue
            case Env(_, default):
                stack.append(default)
            case Lookup(_, key, default):
                stack.append(key)
                if default is not None:
                    stack.append(default)
        parts += 1
    return parts


class Result(msgspec.Struct, frozen=True, eq=False):
    """What a call of a library's function gives: by the function's canonical names. ``receiver``: what it is a method of,
    when that is itself such a result."""

    names: tuple[str, ...]
    arguments: Arguments
    location: Location
    receiver: Value | None = None

    @property
    def name(self) -> str:
        """The first of the names."""
        return self.names[0] if self.names else "?"


class Registrar(msgspec.Struct, frozen=True, eq=False):
    """``app.route(...)`` and its like before they are applied to a function."""

    owner: Instance
    name: str
    arguments: Arguments
    location: Location
    conditions: tuple[Value, ...]


class ViewOf(msgspec.Struct, frozen=True, eq=False):
    """``SomeView.as_view("name")``"""

    cls: Cls
    arguments: Arguments
    decorations: tuple[Decoration, ...] = ()


class Partial(msgspec.Struct, frozen=True, eq=False):
    """A callable wrapped around another: ``functools.partial``, or a decorator applied by hand."""

    inner: Value
    arguments: Arguments | None = None
    decorations: tuple[Decoration, ...] = ()


class SuperOf(msgspec.Struct, frozen=True, eq=False):
    """``super()`` in a method of ``cls``."""

    cls: Cls
    bound: Value


Value = (
    Known
    | Env
    | Unknown
    | Unset
    | Lib
    | Mod
    | Fn
    | Cls
    | Instance
    | Method
    | ConfigOf
    | ConfigItem
    | JinjaOf
    | Seq
    | Map
    | Branch
    | Lookup
    | Test
    | Result
    | Registrar
    | ViewOf
    | Partial
    | SuperOf
)


class Arguments(msgspec.Struct, frozen=True, eq=False):
    """The arguments of a call, evaluated. ``partial``: there are more, by ``*`` or ``**`` of something unknown."""

    positional: tuple[tuple[Value, ir.Expr], ...] = ()
    keywords: tuple[tuple[str, Value, ir.Expr], ...] = ()
    partial: bool = False

    def get(self, position: int | None, *names: str) -> Value | None:
        """By keyword, else by position."""
        found = self.find(position, *names)
        return found[0] if found else None

    def expr(self, position: int | None, *names: str) -> ir.Expr | None:
        """As :meth:`get`, as written."""
        found = self.find(position, *names)
        return found[1] if found else None

    def find(self, position: int | None, *names: str) -> tuple[Value, ir.Expr] | None:
        """Value and expression together."""
        for name, value, expr in self.keywords:
            if name in names:
                return value, expr
        if position is not None and 0 <= position < len(self.positional):
            return self.positional[position]
        return None

    def values(self) -> list[Value]:
        """All of them."""
        return [value for value, _ in self.positional] + [value for _, value, _ in self.keywords]


class Write(msgspec.Struct, frozen=True, eq=False):
    """A key of a namespace set: by an assignment in a class, a module or an ``__init__``, or by ``app.config[...] =``.

    ``default_only``: it acts only when nothing set the key before (``setdefault``).
    """

    key: str
    value: Value
    location: Location
    conditions: tuple[Value, ...] = ()
    expr: ir.Expr | None = None
    scope: str = ""
    default_only: bool = False
    via: str = ""


class Event(msgspec.Struct, frozen=True, eq=False):
    """Something that happened to an app, a blueprint or an extension while the program was walked.

    ``kind``: ``set`` (one config key), ``load`` (an object into the config), ``opaque`` (settings from outside),
    ``init`` (``extension.init_app(app)``; on the app's list and, as ``applied``, on the extension's), ``register``,
    ``route``, ``hook``, ``run``, ``wrap``, ``attribute``, ``jinja``, ``exempt``, ``limit``, ``resource``.
    ``entry``: seen only because somebody outside of the tree may call the function.
    ``main``: only under ``if __name__ == "__main__"``, maybe some calls deep; ``script``: written there itself. ``detail``: the
    method's or key's name.
    """

    kind: str
    location: Location
    position: int
    conditions: tuple[Value, ...] = ()
    detail: str = ""
    value: Value | None = None
    arguments: Arguments | None = None
    target: Value | None = None
    write: Write | None = None
    main: bool = False
    script: bool = False
    entry: bool = False
    scope: str = ""
    module: LinkedModule | None = None


class Frame(msgspec.Struct, eq=False):
    """The names of a module, a class body or one call of a function.

    ``writes``: for namespaces, every assignment in order. ``parent``: where names are looked up next.
    """

    module: LinkedModule
    parent: Frame | None = None
    qualname: str = ""
    names: dict[str, Value] = msgspec.field(default_factory=dict)
    kind: str = "function"
    writes: list[Write] = msgspec.field(default_factory=list)
    stars: list[Value] = msgspec.field(default_factory=list)
    globals: set[str] = msgspec.field(default_factory=set)
    returns: list[tuple[tuple[Value, ...], Value]] = msgspec.field(default_factory=list)
    cls: Cls | None = None
    bound: Value | None = None
    partial: str = ""
