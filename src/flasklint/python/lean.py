"""The native parser's tree with less in it: half of a parse goes into making nodes, and most of what is made is never looked at.

The parser makes each node by calling the class of that name in the module that it finds under ``libcst``. For the time of a
parse it finds another module there, whose callables fill in the real classes only what lowering reads (no spaces, no line
ends, no commas), without libcst's checks of what its own parser gives.

This leans on what libcst does not promise. So it is put to the test before it is used (see
:mod:`flasklint.python.extraction`), and where anything is amiss libcst's own way is taken. A tree made so cannot be written
out again, and asking it for what was left out is an :class:`AttributeError`.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import libcst as cst
import msgspec

_CALLER = "def call(text): return parse(text, encoding='utf-8')"
"""For each node the parser imports libcst again, through the importer that its caller has among its built-ins, and looks at
what is imported only after that. So it is called from a function whose importer does nothing."""

_TRIVIA = frozenset(
    {"AssignEqual", "Comment", "Dot", "EmptyLine", "Newline", "ParenthesizedWhitespace", "Semicolon"}
    | {"SimpleWhitespace", "TrailingWhitespace"}
    | {f"{side}{kind}" for side in ("Left", "Right") for kind in ("CurlyBrace", "SquareBracket")}
)
"""Nodes of which lowering asks at most whether they are there."""
_UNREAD = frozenset(
    {"colon", "comment", "dot", "first_colon", "footer", "header", "indent", "lbrace", "lbracket"}
    | {"leading_lines", "lines_after_decorators", "newline", "rbrace", "rbracket", "semicolon"}
)
"""Fields that lowering does not read, besides all those of whitespace."""

PROBE = """\
from __future__ import annotations
import a.b as c, d
from ..e import (f as g, h,)
from i import *
x: int = 1; y = z = (0x1f, 1.5, 2j, ...)
@d.e(1, *a, k=2, **b)
async def f(a, /, b: int = 1, *c, d=None, **e) -> g:
    global x
    async with a as b, c: pass
    async for i, in await j: yield (yield from i)
    else: return
    nonlocal k
class C[T: int](B, metaclass=M):
    "doc"; field: str
    def m(self, *, a): return (lambda v, *w: v if w else not v)(a)
if (a := b) and c or not d: del e, f[0], g.h
elif a < b <= c is not d not in e != f: raise A(b) from c
else: assert a, "b"
while True:
    try: break
    except (A, B) as e: continue
    except: pass
    else: x += 1
    finally: x **= -1
try: pass
except* A: pass
with (open(a) as b): s = f"a{b!r:>{c}}{d=}{{" r'e', rb"f" b"g"
for a, *b in [*c, {1, 2}, {**d, "e": f}, (), [], {}]:
    g = a[1:2, ::3, b] + c @ d // ~e << 1 if f else [i async for i in j if k for l in m]
    h = {n: o for n, o in p}, {q for q in r}, (s for s in t)
match a:
    case {"b": 1, **c} if d: pass
    case [A.b, *_] | C(d, e=None) | -1 | "x" as f: pass
    case _: pass
type T = int; u = "v" "w"
"""
"""Something of everything."""


def parse_module(text: str) -> cst.Module:
    """The tree of a module, with only what lowering reads. Raises as libcst does, and whatever a libcst of another shape may."""
    stand_in, call = _stand_in(), _caller()
    kept = sys.modules["libcst"]
    sys.modules["libcst"] = stand_in
    try:
        return call(text)
    finally:
        sys.modules["libcst"] = kept


@cache
def _caller() -> Callable[[str], cst.Module]:
    names: dict[str, Any] = {"__builtins__": {"__import__": "".format}}
    names["parse"] = importlib.import_module("libcst.native").parse_module
    exec(_CALLER, names)
    call: Callable[[str], cst.Module] = names["call"]
    return call


@cache
def _stand_in() -> ModuleType:
    """The module that the parser finds: libcst, but for the classes of nodes."""
    found = ModuleType("libcst")
    members = dict(vars(cst))
    makers: dict[str, object] = {"new": object.__new__}
    lines: list[str] = []
    for name, value in members.items():
        if not (isinstance(value, type) and issubclass(value, cst.CSTNode) and dataclasses.is_dataclass(value)):
            continue
        if name in _TRIVIA:
            fields = [(field.name, object, None) for field in dataclasses.fields(value)]
            members[name] = msgspec.defstruct(name, fields, kw_only=True, gc=False)
        else:
            makers[f"kind_{name}"] = value
            lines += _maker(name, value, makers)
    # Written out, as dataclasses does it: these are called for every node, and a loop over the fields takes twice as long.
    exec("\n".join(lines), makers)
    for name, value in members.items():
        setattr(found, name, makers.get(f"make_{name}", value))
    return found


def _maker(kind: str, node_type: type[Any], names: dict[str, object]) -> Iterator[str]:
    """The lines of a function that makes a node; the names that it uses go to ``names``."""
    parameters, lines = [], []
    for field in dataclasses.fields(node_type):
        name = field.name
        if "whitespace" in name or name in _UNREAD:
            parameters.append(f"{name}=None")
            continue
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        names[f"{kind}_default_{name}"] = default
        names[f"{kind}_set_{name}"] = getattr(node_type, name).__set__
        parameters.append(name if default is dataclasses.MISSING else f"{name}={kind}_default_{name}")
        lines.append(f"    {kind}_set_{name}(node, {name})")
    yield f"def make_{kind}({', '.join(['*', *parameters] if parameters else [])}):"
    yield f"    node = new(kind_{kind})"
    yield from lines
    yield "    return node"
