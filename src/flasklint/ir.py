"""The facts: what extraction knows of one file, and all that anything later may know of it.

One small language for Python modules and Jinja templates alike, so that one linker, one folder of constants and one
data-flow engine serve both. A fact is frozen, holds no tree node, knows no rule and no other file, and has a fast codec
that can run nothing (MessagePack with a schema: what does not fit it is an error, never an object of another kind).

Every node carries ``start`` and ``end``, offsets into the decoded text (see :mod:`flasklint.source`). An expression's
span is exactly the expression's text, without parentheses around it. They are keyword-only, so that nodes match and
print by what they mean: ``case Call(Name("eval"), (first, *_))``.

What a template means in this language
    ``{{ x|safe }}``       ``Output(Call(Name("|safe"), (Argument(Name("x")),)), context)``: a filter is a call of ``|name``
    ``x is defined``       ``Call(Name("is defined"), (Argument(Name("x")),))``: a test is a call of ``is name``
    ``{% set a = b %}``    ``Assign((Name("a"),), Name("b"))``
    ``{% set a %}...``     ``Region("set", None, (..., Assign((Name("a"),), Op("opaque"))))``: what the rest of it puts out is the
                           value; a filter on it is a call around the opaque one
    ``{% macro m(x) %}``   ``Function("m", ...)``; ``{% call(u) m(x) %}`` an ``Output`` of ``m(x, caller=Function("caller"))``
    ``{% for %} {% if %}`` ``Loop`` and ``If``; an ``if`` on a for-loop is an ``If`` around its body
    ``extends include import from``   ``Link``; ``block`` ``Block``; ``autoescape filter trans`` ``Region``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Union

import msgspec

from flasklint.source import Span

FORMAT = 3
"""Raise it with every change of shape or meaning here: cached facts of another format are not read."""


class Node(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False, kw_only=True):
    """A place in the text. Trees of nodes have no cycles, so the collector need not look at them."""

    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


# Expressions -----------------------------------------------------------------------------------------------------


class Const(Node, frozen=True):
    """A literal. Implicitly joined strings are one.

    ``kind`` is ``bytes`` for bytes, whose value is then the text with the same code points (latin-1), and ``ellipsis`` for
    ``...``. Integers beyond 64 bits, complex numbers and strings with lone surrogates are ``Op("opaque")`` instead.
    """

    value: str | int | float | bool | None
    kind: Literal["", "bytes", "ellipsis"] = ""


class Name(Node, frozen=True):
    """A name as written."""

    id: str


class Attribute(Node, frozen=True):
    """``value.name``"""

    value: Expr
    name: str


class Subscript(Node, frozen=True):
    """``value[key]``; a slice is ``Op("slice", (lower, upper, step))`` with ``Const(None)`` for what is missing."""

    value: Expr
    key: Expr


class Argument(Node, frozen=True):
    """An argument of a call, a base of a class or an item of a display.

    ``name`` is the keyword, ``"*"`` for ``*value``, ``"**"`` for ``**value``, empty for a plain one.
    """

    value: Expr
    name: str = ""


class Call(Node, frozen=True):
    """``function(arguments)`` in the order written."""

    function: Expr
    arguments: tuple[Argument, ...] = ()


class Op(Node, frozen=True):
    """An operation on values, by its sign: ``+ - * / // % ** @ << >> & | ^`` on two, ``neg pos invert not await yield
    yield-from`` on one (or none for a bare yield), ``and or`` on two or more, ``if`` on (test, then, otherwise), ``slice`` on
    three, ``~`` (Jinja's string joining) on two or more, ``opaque`` on the parts of whatever this language has no word for."""

    sign: str
    operands: tuple[Expr, ...] = ()


class Compare(Node, frozen=True):
    """``operands[0] signs[0] operands[1] signs[1] ...`` with ``== != < <= > >= in not-in is is-not``"""

    signs: tuple[str, ...]
    operands: tuple[Expr, ...]


class Join(Node, frozen=True):
    """An f-string: ``Const`` strings and ``Formatted`` values in order."""

    parts: tuple[Expr, ...]


class Formatted(Node, frozen=True):
    """``{value!conversion:spec}`` in an f-string."""

    value: Expr
    conversion: str = ""
    spec: Expr | None = None


class Display(Node, frozen=True):
    """A list, tuple or set written out; starred items have the name ``*``."""

    kind: Literal["list", "tuple", "set"]
    items: tuple[Argument, ...] = ()


class Pair(Node, frozen=True):
    """``key: value`` in a dict; ``**value`` has no key."""

    key: Expr | None
    value: Expr


class Dict(Node, frozen=True):
    """A dict written out."""

    pairs: tuple[Pair, ...] = ()


class Clause(Node, frozen=True):
    """``for target in iterable if test ...`` of a comprehension."""

    target: Expr
    iterable: Expr
    tests: tuple[Expr, ...] = ()


class Comprehension(Node, frozen=True):
    """``element`` (and ``key``, for a dict) for each turn of the clauses, outermost first."""

    kind: Literal["list", "set", "dict", "generator"]
    element: Expr
    clauses: tuple[Clause, ...]
    key: Expr | None = None


class Walrus(Node, frozen=True):
    """``target := value``"""

    target: Expr
    value: Expr


# Statements ------------------------------------------------------------------------------------------------------


class Do(Node, frozen=True):
    """An expression for its effect. A docstring is one."""

    value: Expr


class Assign(Node, frozen=True):
    """``targets[0] = targets[1] = value``; ``target: annotation = value``, where the value may be missing."""

    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None


class Augment(Node, frozen=True):
    """``target sign= value``; the sign is ``Op``'s."""

    target: Expr
    sign: str
    value: Expr


class Delete(Node, frozen=True):
    """``del targets``"""

    targets: tuple[Expr, ...]


class Return(Node, frozen=True):
    """``return value``; a lambda's body is one."""

    value: Expr | None = None


class Raise(Node, frozen=True):
    """``raise value from cause``"""

    value: Expr | None = None
    cause: Expr | None = None


class Jump(Node, frozen=True):
    """``break``, ``continue`` or ``pass``"""

    kind: Literal["break", "continue", "pass"]


class Assert(Node, frozen=True):
    """``assert test, message``"""

    test: Expr
    message: Expr | None = None


class If(Node, frozen=True):
    """``elif`` is an ``If`` alone in ``orelse``."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class Loop(Node, frozen=True):
    """``for target in subject`` or, without a target, ``while subject``."""

    target: Expr | None
    subject: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()


class Handler(Node, frozen=True):
    """``except kind as name``; a bare one has no kind."""

    kind: Expr | None
    name: str
    body: tuple[Stmt, ...]


class Try(Node, frozen=True):
    """``try`` with all its parts."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...] = ()
    orelse: tuple[Stmt, ...] = ()
    final: tuple[Stmt, ...] = ()


class With(Node, frozen=True):
    """``with``: each item binds its value's result to the target (``Assign`` with one target, or ``Do``)."""

    items: tuple[Assign | Do, ...]
    body: tuple[Stmt, ...]


class Case(Node, frozen=True):
    """``case pattern if guard``.

    ``values``: the constants or dotted names that it compares with, when it is a value or an or-pattern of values, else
    empty. ``binds``: the names that it binds. ``wildcard``: it matches whatever comes.
    """

    values: tuple[Expr, ...]
    binds: tuple[str, ...]
    wildcard: bool
    guard: Expr | None
    body: tuple[Stmt, ...]


class Match(Node, frozen=True):
    """``match subject``"""

    subject: Expr
    cases: tuple[Case, ...]


class Import(Node, frozen=True):
    """One imported name.

    ``import a.b as c``: module ``a.b``, name empty, alias ``c`` (empty alias: binds ``a``). ``from ..m import n as k``:
    module ``..m`` with its dots, name ``n``, alias ``k``, or ``n`` when none is written. ``from m import *``: name ``*``.
    """

    module: str
    name: str
    alias: str


class Scope(Node, frozen=True):
    """``global names`` or ``nonlocal names``"""

    kind: Literal["global", "nonlocal"]
    names: tuple[str, ...]


ParameterKind = Literal["positional", "normal", "star", "keyword", "double-star"]


class Parameter(Node, frozen=True):
    """``name: annotation = default``"""

    name: str
    kind: ParameterKind
    annotation: Expr | None = None
    default: Expr | None = None


class Function(Node, frozen=True):
    """A function, a method, a lambda (an expression named ``<lambda>``) or a template's macro.

    ``name_start``: where its name stands (its ``lambda`` keyword, for one).
    """

    name: str
    parameters: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...] = ()
    returns: Expr | None = None
    is_async: bool = False
    name_start: int = 0


class Class(Node, frozen=True):
    """A class; ``bases`` holds keyword arguments (``metaclass=``) too."""

    name: str
    bases: tuple[Argument, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...] = ()
    name_start: int = 0


# What only templates have ------------------------------------------------------------------------------------------


Place = Literal["text", "attribute", "unquoted", "url", "event", "style", "script", "json", "comment", "tag", "plain"]


class Context(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where in the HTML an output stands.

    ``place``: ``text``, ``attribute`` (quoted), ``unquoted`` (attribute without quotes), ``url`` (a quoted attribute that
    holds a URL), ``event`` (an ``on*`` attribute), ``style`` (attribute or element), ``script``, ``json`` (a data block in a
    script element), ``comment``, ``tag`` (among or in a tag's names), ``plain`` (the template is not HTML).
    ``tag``, ``attribute``: their names in lower case, or empty. ``prefix``: what of the attribute's value, or of a script's
    line, stands before, with each earlier output as ``\\x00``: empty means that the output begins it. Of a line of text, which a
    script may take in, if there is a quote on it.
    """

    place: Place = "text"
    tag: str = ""
    attribute: str = ""
    prefix: str = ""


class Output(Node, frozen=True):
    """``{{ value }}``; the span is the expression's, ``outer`` that of the braces too."""

    value: Expr
    context: Context
    outer: tuple[int, int]


class Block(Node, frozen=True):
    """``{% block name %}``; ``lead``: where the output begins that the block begins with, -1 if it begins with something else."""

    name: str
    body: tuple[Stmt, ...]
    context: Context
    lead: int = -1


class Link(Node, frozen=True):
    """Another template used here.

    ``names``: for ``import``, the one name that it is bound to; for ``from``, pairs of name and alias.
    """

    kind: Literal["extends", "include", "import", "from"]
    template: Expr
    names: tuple[tuple[str, str], ...] = ()
    with_context: bool = True
    ignore_missing: bool = False
    context: Context = Context()


class Region(Node, frozen=True):
    """A stretch under a tag: ``autoescape`` (value: its argument), ``filter`` (value: the filter applied to
    ``Name("")``), ``trans``, ``set`` (a block of it) or any tag of an extension (the kind is its name; the value one
    argument, or ``Op("opaque")`` of several)."""

    kind: str
    value: Expr | None
    body: tuple[Stmt, ...]


Expr = Union[
    Const,
    Name,
    Attribute,
    Subscript,
    Call,
    Op,
    Compare,
    Join,
    Formatted,
    Display,
    Dict,
    Comprehension,
    Walrus,
    Function,
]
Stmt = Union[
    Do,
    Assign,
    Augment,
    Delete,
    Return,
    Raise,
    Jump,
    Assert,
    If,
    Loop,
    Try,
    With,
    Match,
    Import,
    Scope,
    Function,
    Class,
    Output,
    Block,
    Link,
    Region,
]


# Files -----------------------------------------------------------------------------------------------------------


class Comment(Node, frozen=True):
    """A comment that speaks to flasklint (it holds ``flasklint:``), without its signs.

    ``first``, ``last``: the lines (from 1) that it speaks about: all lines of the simple statement, or of the header of the
    compound one, or of the template's line, that it stands in or, alone on its line, stands above.
    """

    text: str
    first: int
    last: int


class Form(Node, frozen=True):
    """An HTML form of a template, from its opening tag to the end of its closing one.

    ``tag_end``: end of the opening tag. ``method``: lower case, ``?`` when computed. ``action``: as written, each
    output as ``\\x00``. ``scripted``: it has buttons, and none of them sends it: a script does.
    """

    method: str
    action: str
    tag_end: int
    scripted: bool = False


class Template(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A Jinja template. ``html``: by its content and name, it makes HTML (or XML, or SVG)."""

    path: str
    body: tuple[Stmt, ...]
    html: bool = True
    forms: tuple[Form, ...] = ()
    comments: tuple[Comment, ...] = ()


class Inline(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A template that is a string of a Python file. Its path is the file's, :data:`INSIDE`, and where the string starts; all
    places in it count in the file."""

    text: str
    template: Template


class Module(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A Python module. ``inline``: the templates in its strings."""

    path: str
    body: tuple[Stmt, ...]
    comments: tuple[Comment, ...] = ()
    inline: tuple[Inline, ...] = ()


INSIDE = "\x00"
"""Ends the path of the file that holds an inline template."""


class Entry(Node, frozen=True):
    """Something that a deployment file says; the span is the value's.

    ``kind``: a ``variable`` of the environment and its value, a ``command`` that is run, a ``port`` that is published, an
    ``image`` that is run or built on, a ``mount`` of a folder, the ``user`` that commands run as, a ``version`` that a package is
    pinned to. ``name``: the variable's or the package's; empty otherwise. ``service``: what of a file that describes several it
    belongs to.
    """

    kind: Literal["variable", "command", "port", "image", "mount", "user", "version"]
    value: str
    name: str = ""
    service: str = ""


class Deployment(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A file that says how an app is run: the environment's variables, a Dockerfile, a compose file, a Procfile, a shell script
    that starts it, the versions of what it requires, the sections of an INI file that it reads."""

    path: str
    kind: Literal["environment", "dockerfile", "compose", "procfile", "script", "requirements", "sections"]
    entries: tuple[Entry, ...]
    comments: tuple[Comment, ...] = ()


class Unread(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A file that could not be read or parsed: where, and why, in words for its author."""

    path: str
    start: int
    end: int
    reason: str


Facts = Union[Module, Template, Deployment, Unread]

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Facts] = msgspec.msgpack.Decoder(Facts)


def encode(facts: Facts) -> bytes:
    """Facts as bytes."""
    return _encoder.encode(facts)


def decode(data: bytes) -> Facts:
    """Bytes as facts; raises :class:`msgspec.DecodeError` for anything else."""
    return _decoder.decode(data)


_NODES = frozenset(kind.__name__ for kind in Node.__subclasses__()) | {"Expr", "Stmt"}


def _inner(kind: type[object]) -> tuple[str, ...]:
    """The fields in which a kind of node (or of facts) holds others."""
    written: dict[str, str] = kind.__annotations__
    return tuple(name for name, text in written.items() if not _NODES.isdisjoint(re.findall(r"\w+", text)))


_KINDS: tuple[type[object], ...] = (*Node.__subclasses__(), Module, Template, Deployment, Unread)
_INNER = {kind: _inner(kind) for kind in _KINDS}
_BACKWARDS = {kind: fields[::-1] for kind, fields in _INNER.items()}


def children(node: object) -> list[Node]:
    """The nodes directly inside a node, in the order of the fields."""
    found: list[Node] = []
    for name in _INNER[type(node)]:
        value = getattr(node, name)
        if type(value) is tuple:
            found += value
        elif value is not None:
            found.append(value)
    return found


def last_name(node: Node | None) -> str:
    """The last word of a name: ``run`` of ``app.run`` and of ``run``; empty for what is no name."""
    match node:
        case Name(id=name) | Attribute(name=name):
            return name
        case _:
            return ""


def walk(node: object) -> Iterator[Node]:
    """Every node inside a node (or a file's facts), itself not included, in source order; never recursive."""
    stack = children(node)[::-1]
    pop, push, extend = stack.pop, stack.append, stack.extend
    while stack:
        current = pop()
        yield current
        for name in _BACKWARDS[type(current)]:
            value = getattr(current, name)
            if type(value) is tuple:
                extend(value[::-1])
            elif value is not None:
                push(value)


_BLOCKS: dict[type[object], tuple[str, ...]] = {
    kind: tuple(name for name in fields if re.match(r"tuple\[(?:Stmt|Handler|Case)\b", str(kind.__annotations__[name])))
    for kind, fields in _BACKWARDS.items()
}


def statements(node: object) -> Iterator[Node]:
    """Every statement, handler and case inside a node, also in functions and classes there, in source order."""
    stack: list[Node] = []
    current = node
    while True:
        for name in _BLOCKS[type(current)]:
            stack.extend(getattr(current, name)[::-1])
        if not stack:
            return
        current = stack.pop()
        yield current


def path_to(root: object, span: Span) -> tuple[Node, ...]:
    """The nodes inside ``root`` that hold a span, outermost first, ending at the innermost."""
    found: list[Node] = []
    current = root
    while True:
        for child in children(current):
            if child.start <= span.start and span.end <= child.end:
                found.append(child)
                current = child
                break
        else:
            return tuple(found)
