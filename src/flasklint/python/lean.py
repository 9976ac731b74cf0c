"""The native parser's tree without the weight of its nodes: half of a parse goes into making them.

The parser makes each node by calling the class of that name in the module that it finds under ``libcst``. For the time of a
parse it finds another module there, whose classes have the same names and fields, hold what they are given and nothing else,
and pass for libcst's own with ``isinstance``. What libcst's classes check is what its own parser gives.

This leans on what libcst does not promise. So it is put to the test before it is used (see
:mod:`flasklint.python.extraction`), and where anything is amiss libcst's own way is taken. A tree made so is there to be read:
it cannot be written out again.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import libcst as cst
import msgspec

_CALLER = "def call(text): return parse(text, encoding='utf-8')"
"""For each node the parser imports libcst again, through the importer that its caller has among its built-ins, and looks at
what is imported only after that. So it is called from a function whose importer does nothing."""

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
    """The tree of a module, to be read only. Raises as libcst does, and whatever a libcst of another shape may."""
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
    for name, value in vars(cst).items():
        is_node = isinstance(value, type) and issubclass(value, cst.CSTNode) and dataclasses.is_dataclass(value)
        setattr(found, name, _lean(value) if is_node else value)
    return found


def _lean(node_type: type[Any]) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in dataclasses.fields(node_type):
        if field.default_factory is not dataclasses.MISSING:
            fields.append((field.name, Any, field.default_factory()))
        elif field.default is not dataclasses.MISSING:
            fields.append((field.name, Any, field.default))
        else:
            fields.append((field.name, Any))
    namespace = {"__class__": property(lambda _: node_type)}
    return msgspec.defstruct(node_type.__name__, fields, namespace=namespace, kw_only=True, gc=False)
