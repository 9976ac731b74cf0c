"""Whatever the bytes, there is an answer: facts, or a place and a reason."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flasklint import ir
from flasklint.python import extract, extraction
from flasklint.python.layout import Layout
from flasklint.python.lower import Lowering
from flasklint.source import Text
from tests.python.printing import show

READ = {
    b"": "",
    b"\n": "",
    b"# only a comment": "",
    b"\xef\xbb\xbfx = 1": "Assign([x], 1)",
    b"# -*- coding: latin-1 -*-\nx = '\xe9'": "Assign([x], '\u00e9')",
    b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'": "Assign([x], '\u20ac')",
    b"x = 1\r\ny = '''a\r\nb'''\r\n": r"Assign([x], 1), Assign([y], 'a\nb')",
    b"x = 1\ry = 2\r": "Assign([x], 1), Assign([y], 2)",
    b"if a:\r\n  b\n  c\rd": "If(a, [b, c]), d",
    b"if a:\n\tb\n\tc": "If(a, [b, c])",
    b"a\n\x0cb\n\x0c\nclass C:\n\x0c  d": "a, b, Class(C, [], [d])",
    b"x = '\x01\x02\x03\x04' + \"\x03\"  # \x01": r"Assign([x], (+ '\x01\x02\x03\x04' '\x03'))",
    b"a \\\n + \\\r\n b": "(+ a b)",
    "\u00e9t\u00e9 = \u4e2d\u6587".encode(): "Assign([\u00e9t\u00e9], \u4e2d\u6587)",
    "x\U000e0100 = a\u00b7b + '\u00e9'".encode(): "Assign([x\U000e0100], (+ a\u00b7b '\u00e9'))",
    b"x = (" + b"'a'\n" * 1000 + b")": f"Assign([x], {'a' * 1000!r})",
    b"x = (" + b"f'{a}'\n" * 300 + b")": f"Assign([x], Join([{', '.join(['Formatted(a)'] * 300)}]))",
}

UNREAD = {
    b"x = 1\ny = (": (2, "syntax error"),
    b"print 'a' 1": (1, "syntax error"),
    b"a\n  b": (2, "syntax error"),
    b"x = 'a": (1, "syntax error"),
    b"a\nx = '''a": (2, "syntax error"),
    b"x = f'{a": (1, "syntax error"),
    b"x = f'{a'": (1, "syntax error"),
    b"if a:\n    b\n  c": (3, "syntax error"),
    b"# coding: no-such\nx": (1, "unknown encoding"),
    b"# coding: hex\n00": (1, ""),
    b"# coding: ascii\nx = '\xe9'": (1, "not valid ascii"),
    b"x = 1\ny = '\xff'": (1, "not valid utf-8: byte 0xff in line 2"),
    b"\xff\xfex\x00": (1, "not valid utf-8"),
    b"# coding: utf-7\nx = '+2AA-'": (1, ""),
    b"a\nx = '\x00'": (2, "null byte"),
    b"a\nclass A(metaclass=M, *b): pass": (2, "not understood"),
}

TOO_MUCH = {
    "x = " + "(" * 2000 + "1" + ")" * 2000: "brackets nested too deeply",
    "x = " + "f([{1: " * 60 + "1" + "}])" * 60: "brackets nested too deeply",
    "x = " + "+".join(["1"] * 5000): "too long a chain",
    "x = a" + ".b()" * 5000: "too long a chain",
    "x = a" + "\\\n.b" * 1500: "too long a chain",
    "x = (a" + "\n.b" * 1500 + ")": "too long a chain",
    "x = " + "not " * 5000 + "a": "too long a chain",
    "x = " + "-" * 5000 + "a": "too long a chain",
    "x = " + "lambda: " * 5000 + "a": "too long a chain",
    "x = " + "a if b else " * 5000 + "c": "too long a chain",
    "x = " + "a and " * 5000 + "c": "too long a chain",
    "if a: b\n" + "elif a: b\n" * 20000: "too many elif",
    "match x:\n case " + "[" * 30 + "a" + "]" * 30 + ": b": "patterns nested too deeply",
    "match x:\n case " + "{1: " * 9 + "a" + "}" * 9 + ": b": "patterns nested too deeply",
    "x = " + "f'{" * 100 + "a" + "}'" * 100: "nested too deeply",
    "x = f'" + "{a:" * 5000 + "}" * 5000 + "'": "nested too deeply",
    "x = " + "+".join(["1"] * 400): "nested too deeply",
    "x = a" + ".b" * 400: "nested too deeply",
    "if a: b\n" + "elif a: b\n" * 400: "nested too deeply",
    "".join(" " * depth + "if a:\n" for depth in range(200)) + " " * 200 + "b": "too many levels of indentation",
    ("x = " + "f(" * 90 + ")" * 90 + "\n") * 500: "brackets nested too deeply",
    ("x = a" + ".b()" * 450 + "\n") * 200: "too long a chain",
}

MUCH = [
    "x = " + "(" * 90 + "1" + ")" * 90,
    "x = " + "+".join(["1"] * 250),
    "x = a" + ".b()" * 100,
    "x = [" + "-1.5, " * 5000 + "]",
    "x = {" + "'a': b.c(d), " * 2000 + "}",
    "if a: b\n" + "elif a: b\n" * 200,
    "a = b\n" * 3000,
    "a\n" + "\n" * 3000 + "b",
    "x = " + "a and b or " * 400 + "c",
    "x = [" + "a if b else c,\n" * 1500 + "]",
    "".join(" " * depth + "def f():\n" for depth in range(90)) + " " * 90 + "b",
    "def f(" + ", ".join(f"a{index}=1" for index in range(1000)) + "): pass",
    "case = " + "(" * 30 + "1" + ")" * 30,
    "x = y[case[" + "(" * 30 + "1" + ")" * 30 + "]]",
]


@pytest.mark.parametrize(("data", "expected"), READ.items())
def test_reads(data: bytes, expected: str) -> None:
    facts = extract("a.py", data)
    assert isinstance(facts, ir.Module), facts
    assert ", ".join(map(show, facts.body)) == expected


@pytest.mark.parametrize(("data", "line", "reason"), [(data, *expected) for data, expected in UNREAD.items()])
def test_says_where_and_why_not(data: bytes, line: int, reason: str) -> None:
    facts = extract("a.py", data)
    assert isinstance(facts, ir.Unread), facts
    assert facts.path == "a.py"
    assert Text(data.decode("latin-1")).position(facts.start).line == line
    assert reason in facts.reason
    assert "\n" not in facts.reason


@pytest.mark.parametrize(("source", "reason"), TOO_MUCH.items(), ids=range(len(TOO_MUCH)))
def test_refuses_what_the_parser_cannot_take(source: str, reason: str) -> None:
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Unread), facts
    assert reason in facts.reason
    assert 0 <= facts.start <= facts.end <= len(source)


@pytest.mark.parametrize("source", MUCH, ids=range(len(MUCH)))
def test_takes_much(source: str) -> None:
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Module), facts
    # Whoever reads facts has Python's usual limit of recursion.
    assert ir.decode(ir.encode(facts)) == facts


def test_a_kind_of_node_that_is_new_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {kind: method for kind, method in Lowering.table.items() if kind.__name__ != "Await"}
    monkeypatch.setattr(Lowering, "table", table)
    facts = extract("a.py", b"async def f(): await g()")
    assert isinstance(facts, ir.Unread)
    assert facts.reason == "not understood: Await is new to this version"


def test_a_wrong_layout_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "x = f(a, 'b')  # c\ny = [1.5, ...]"
    expected = extract("a.py", source.encode())
    for wrong in (source.replace("a", " "), source.replace("1", "2"), source + " z", source.replace("y", "x"), source):
        monkeypatch.setattr(extraction, "scan", lambda text, wrong=wrong: Layout(text, wrong, ()))
        assert extract("a.py", source.encode()) == expected


def test_leaves_the_limit_of_recursion_as_it_was() -> None:
    before = sys.getrecursionlimit()
    extract("a.py", b"x = 1")
    assert sys.getrecursionlimit() == before


WORDS = "x = ( ) [ ] { } , : ' \" ''' f' {x} \\ # * ** @ ... 1 .5 rb' t' !r := else def class case import from . \x01"
SPACES = [
    " ",
    "\n",
    "\n    ",
    "\t",
    "\r",
    "\x0c",
    "\ufeff",
    "\u00e9",
    "if ",
    "match x",
    "lambda ",
    "async ",
    "await ",
    "not ",
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS.split() + SPACES), max_size=25).map("".join))
def test_answers_any_text(source: str) -> None:
    facts = extract("a.py", source.encode())
    if isinstance(facts, ir.Unread):
        assert 0 <= facts.start <= facts.end <= len(source)
        assert facts.reason


@settings(max_examples=100)
@given(st.binary(max_size=40))
def test_answers_any_bytes(data: bytes) -> None:
    assert isinstance(extract("a.py", data), (ir.Module, ir.Unread))
