"""What each construct of Python becomes."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.python import extract
from tests.python.printing import show

EXPRESSIONS = {
    "x": "x",
    "None, True, False, ...": "Display(tuple, [None, True, False, ...])",
    "a.b.c": "a.b.c",
    "-1 + ~x ** 2 - +y": "(- (+ (neg 1) (invert (** x 2))) (pos y))",
    "a @ b // c % d << e >> f & g ^ h | i": "(| (^ (& (>> (<< (% (// (@ a b) c) d) e) f) g) h) i)",
    "a / (b - c)": "(/ a (- b c))",
    "not a and b or c and d and (e and f)": "(or (and (not a) b) (and c d (and e f)))",
    "a < b <= c is d is not e in f not in g != h > i >= j == k": (
        "Compare([<, <=, is, is-not, in, not-in, !=, >, >=, ==], [a, b, c, d, e, f, g, h, i, j, k])"
    ),
    "a if b else c": "(if b a c)",
    "(y := 3)": "Walrus(y, 3)",
    "await f()": "(await Call(f))",
    "yield": "(yield)",
    "(yield), (yield x), (yield from x)": "Display(tuple, [(yield), (yield x), (yield-from x)])",
    "f()": "Call(f)",
    "f(a, *b, c=d, **e)": "Call(f, [a, *b, c=d, **e])",
    "f(x for x in y)": "Call(f, [Comprehension(generator, x, [Clause(x, y)])])",
    "x[1]": "Subscript(x, 1)",
    "x[1,]": "Subscript(x, Display(tuple, [1]))",
    "x[a, b]": "Subscript(x, Display(tuple, [a, b]))",
    "x[*a]": "Subscript(x, Display(tuple, [*a]))",
    "x[:]": "Subscript(x, (slice None None None))",
    "x[1:, ::2, 1:2:3, :2:]": (
        "Subscript(x, Display(tuple, [(slice 1 None None), (slice None None 2), (slice 1 2 3), (slice None 2 None)]))"
    ),
    "[], (), {}": "Display(tuple, [Display(list), Display(tuple), Dict()])",
    "[a, *b], {a, *b}, (a, *b)": (
        "Display(tuple, [Display(list, [a, *b]), Display(set, [a, *b]), Display(tuple, [a, *b])])"
    ),
    "{a: b, **c}": "Dict([Pair(a, b), Pair(-, c)])",
    "[x for x in y]": "Comprehension(list, x, [Clause(x, y)])",
    "{x for x in y}": "Comprehension(set, x, [Clause(x, y)])",
    "{k: v async for k, v in y if a if b for z in w}": (
        "Comprehension(dict, v, [Clause(Display(tuple, [k, v]), y, [a, b]), Clause(z, w)], k)"
    ),
    "lambda: 0": "Function(<lambda>, [], [Return(0)])",
    "lambda a, /, b=1, *c, d, e=2, **f: a": (
        "Function(<lambda>, [Parameter(a, positional), Parameter(b, normal, -, 1), Parameter(c, star), "
        "Parameter(d, keyword), Parameter(e, keyword, -, 2), Parameter(f, double-star)], [Return(a)])"
    ),
    "lambda *, a: a": "Function(<lambda>, [Parameter(a, keyword)], [Return(a)])",
}

LITERALS = {
    "1_000, 0x1f, 0o17, 0b1, 00": "Display(tuple, [1000, 31, 15, 1, 0])",
    "18446744073709551615": "18446744073709551615",
    "18446744073709551616": "(opaque)",
    "1.5, .5, 1., 1_0.5e-3": "Display(tuple, [1.5, 0.5, 1.0, 0.0105])",
    "1j": "(opaque)",
    "'a' \"b\" '''c'''": "'abc'",
    r"'\n\t\\\'\x41\u00e9\U0001f600\N{BULLET}\101\0'": repr("\n\t\\'A\u00e9\U0001f600\u2022A\0"),
    r"'\d\w'": repr(r"\d\w"),
    r"r'\n' R'\x'": repr(r"\n\x"),
    "'a\\\nb'": "'ab'",
    "u'a'": "'a'",
    "''": "''",
    "''''''": "''",
    "'''a\n'b'\\''''": repr("a\n'b''"),
    r"b'a\xff' b'\400' b'\u00e9' rb'\x'": "b" + repr("a\xff\0\\u00e9\\x"),
    r"'\ud800'": "(opaque)",
    r"'\ud83d\ude00'": "(opaque)",
    r"'\N{no such}' 'a'": "(opaque)",
    "f'a'": "Join(['a'])",
    "f''": "Join()",
    "f'{x}'": "Join([Formatted(x)])",
    "f'a{{b}}{x!r:>{w}.2f}c'": "Join(['a{b}', Formatted(x, r, Join(['>', Formatted(w), '.2f'])), 'c'])",
    "f'{x:d}'": "Join([Formatted(x, , 'd')])",
    "f'{x:}'": "Join([Formatted(x, , Join())])",
    "f'{x = }'": "Join(['x = ', Formatted(x, r)])",
    "f'{x=!s} {y=:d}'": "Join(['x=', Formatted(x, s), ' ', 'y=', Formatted(y, , 'd')])",
    "f'{f\"{x}\"}'": "Join([Formatted(Join([Formatted(x)]))])",
    "f'{d['k']}'": "Join([Formatted(Subscript(d, 'k'))])",
    "f'{ {1: 2}[1] }{(lambda: 0)()}'": (
        "Join([Formatted(Subscript(Dict([Pair(1, 2)]), 1)), Formatted(Call(Function(<lambda>, [], [Return(0)])))])"
    ),
    "f'''{\nx # why\n}'''": "Join([Formatted(x)])",
    r"rf'\d{x}\n' f'\n'": r"Join(['\\d', Formatted(x), '\\n', '\n'])",
    r"f'\N{BULLET}{x}'": "Join(['\u2022', Formatted(x)])",
    "'a' f'b{x}' 'c'": "Join(['a', 'b', Formatted(x), 'c'])",
    "t'a{x!r}'": "(opaque Formatted(x, r))",
}

STATEMENTS = {
    "pass": "Jump(pass)",
    "x; y;": "x, y",
    "a = b = c": "Assign([a, b], c)",
    "a, *b = c": "Assign([Display(tuple, [a, *b])], c)",
    "(a) = b": "Assign([a], b)",
    "a: b = c": "Assign([a], c, b)",
    "a: b": "Assign([a], -, b)",
    "a += b; a **= b; a //= b; a @= b; a |= b; a >>= b": (
        "Augment(a, +, b), Augment(a, **, b), Augment(a, //, b), Augment(a, @, b), Augment(a, |, b), Augment(a, >>, b)"
    ),
    "type X[T: int = str, *U, **P] = list[T]": "Assign([X], Subscript(list, T))",
    "del a": "Delete([a])",
    "del a, b[0], c.d": "Delete([a, Subscript(b, 0), c.d])",
    "return": "Return()",
    "return a, *b": "Return(Display(tuple, [a, *b]))",
    "raise": "Raise()",
    "raise A": "Raise(A)",
    "raise A() from b": "Raise(Call(A), b)",
    "assert a, b": "Assert(a, b)",
    "global a, b": "Scope(global, [a, b])",
    "nonlocal a": "Scope(nonlocal, [a])",
    "import a": "Import(a)",
    "import a.b.c, d as e": "Import(a.b.c), Import(d, , e)",
    "from a.b import c, d as e": "Import(a.b, c, c), Import(a.b, d, e)",
    "from . import a": "Import(., a, a)",
    "from ...a import (b,)": "Import(...a, b, b)",
    "from .... import b": "Import(...., b, b)",
    "from a import *": "Import(a, *, *)",
    "from . import *": "Import(., *, *)",
    "__all__ = ['a']": "Assign([__all__], Display(list, ['a']))",
    "if a: b": "If(a, [b])",
    "if a: b\nelif c: d\nelif e: f\nelse: g": "If(a, [b], [If(c, [d], [If(e, [f], [g])])])",
    "while a:\n break\nelse:\n continue": "Loop(-, a, [Jump(break)], [Jump(continue)])",
    "for a, b in c, d: e\nelse: f": "Loop(Display(tuple, [a, b]), Display(tuple, [c, d]), [e], [f])",
    "async for a in b: c": "Loop(a, b, [c])",
    "try: a\nexcept: b": "Try([a], [Handler(-, , [b])])",
    "try: a\nexcept (A, B) as c: d\nexcept E: f\nelse: g\nfinally: h": (
        "Try([a], [Handler(Display(tuple, [A, B]), c, [d]), Handler(E, , [f])], [g], [h])"
    ),
    "try: a\nexcept* A as b: c": "Try([a], [Handler(A, b, [c])])",
    "try: a\nfinally: b": "Try([a], [], [], [b])",
    "with a, b as c, d() as (e, f): g": ("With([a, Assign([c], b), Assign([Display(tuple, [e, f])], Call(d))], [g])"),
    "with (a as b, c,): d": "With([Assign([b], a), c], [d])",
    "async with a: b": "With([a], [b])",
    "def f(): 'doc'": "Function(f, [], ['doc'])",
    "def f(a, /, b: int = 1, *, c, **d) -> str:\n return a": (
        "Function(f, [Parameter(a, positional), Parameter(b, normal, int, 1), Parameter(c, keyword), "
        "Parameter(d, double-star)], [Return(a)], [], str)"
    ),
    "def f(*args: *Ts): pass": "Function(f, [Parameter(args, star, (opaque Ts))], [Jump(pass)])",
    "@a\n@b.c(1)\nasync def f[T: (int, str)](x: T): pass": (
        "Function(f, [Parameter(x, normal, T)], [Jump(pass)], [a, Call(b.c, [1])], -, True)"
    ),
    "class A: pass": "Class(A, [], [Jump(pass)])",
    "@d\nclass A[T](B, *C, metaclass=M, **k):\n x = 1": ("Class(A, [B, *C, metaclass=M, **k], [Assign([x], 1)], [d])"),
    "class A():\n def f(self): ...": "Class(A, [], [Function(f, [Parameter(self, normal)], [...])])",
    "match x:\n case 1 | 'a' | A.b | None: p\n case _: q": (
        "Match(x, [Case([1, 'a', A.b, None], [], False, -, [p]), Case([], [], True, -, [q])])"
    ),
    "match x, y:\n case -1 if z: p\n case other: q": (
        "Match(Display(tuple, [x, y]), [Case([(neg 1)], [], False, z, [p]), Case([], [other], True, -, [q])])"
    ),
    "match x:\n case [a, *_, (b | b) as c]: p\n case (): q\n case []: r\n case a, *b: s": (
        "Match(x, [Case([], [a, b, c], False, -, [p]), Case([], [], False, -, [q]), "
        "Case([], [], False, -, [r]), Case([], [a, b], False, -, [s])])"
    ),
    "match x:\n case {'k': v, A.b: 1, **r}: p\n case {}: q\n case C(): r\n case D(x, y=z, w=1): s": (
        "Match(x, [Case([], [v, r], False, -, [p]), Case([], [], False, -, [q]), "
        "Case([], [], False, -, [r]), Case([], [x, z], False, -, [s])])"
    ),
    "match x:\n case (1 | 2) as n: p\n case 1 | [a]: q\n case 1 | _: r": (
        "Match(x, [Case([1, 2], [n], False, -, [p]), Case([], [a], False, -, [q]), Case([], [], True, -, [r])])"
    ),
    "match = case = type = _ = 1": "Assign([match, case, type, _], 1)",
    "match(x); type(x); case[x]": "Call(match, [x]), Call(type, [x]), Subscript(case, x)",
}


@pytest.mark.parametrize(("source", "expected"), {**EXPRESSIONS, **LITERALS, **STATEMENTS}.items())
def test_lowers_to(source: str, expected: str) -> None:
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Module), facts
    assert ", ".join(map(show, facts.body)) == expected
    assert ir.decode(ir.encode(facts)) == facts
