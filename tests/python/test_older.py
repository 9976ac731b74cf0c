"""Python 2 is read as what it would be in Python 3, and every place is told in the text that is there."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.python import extract
from flasklint.python.older import rewritten
from flasklint.python.scan import scan
from tests.python.printing import show
from tests.python.test_lowering import EXPRESSIONS, STATEMENTS

OLD = {
    "print 'a'": "print('a')",
    "print 'a %s' % b, c  # d": "print('a %s' % b, c)  # d",
    "print a,": "print(a,)",
    "print ('a') % b\nprint c": "print ('a') % b\nprint(c)",
    "print >>f, a\nprint b": "print >>f, a\nprint(b)",
    "if a: print b; print c": "if a: print(b); print(c)",
    "print 'a' \\\n  'b'": "print('a' \\\n  'b')",
    "print '''a\nb''' % (c,\n d)": "print('''a\nb''' % (c,\n d))",
    "try: a\nexcept B, c: d": "try: a\nexcept B as c: d",
    "try: a\nexcept (B, C), d: e": "try: a\nexcept (B, C) as d: e",
    "raise A, 'b'": "raise A( 'b')",
    "raise A, 'b' % (c, d), e": "raise A( 'b' % (c, d), e)",
    "raise A('b, c')\nprint d": "raise A('b, c')\nprint(d)",
    "exec a in b": "exec(a, b)",
    "exec a": "exec(a)",
    "a = `b`": "a = repr(b)",
    "a <> b": "a != b",
    "a = 0755, 10L, 0xFFL, 0, 0.5, 07": "a = 0o755, 10, 0xFF, 0, 0.5, 0o7",
    "a = ur'b'": "a = r'b'",
    "lambda (a, b), c: d": "lambda  a, b, c: d",
    "def f(a, (b, c)=d): e": "def f(a,  b, c=d): e",
    "a = f(async=b)": "a = f(async_=b)",
    "async def f(): print a": "async def f(): print(a)",
    "if a:\n        b\n\tc": "if a:\n        b\n        c",
    "a = 'print b, `c`, 0777'\nprint d  # print e": "a = 'print b, `c`, 0777'\nprint(d)  # print e",
}


@pytest.mark.parametrize(("old", "new"), OLD.items())
def test_is_put_into_new_words(old: str, new: str) -> None:
    found = rewritten(scan(old))
    assert found is not None
    assert found.text == new


@pytest.mark.parametrize("new", [*EXPRESSIONS, *STATEMENTS])
def test_what_is_new_stays(new: str) -> None:
    assert rewritten(scan(new)) is None


PRINT, AS_LONG = "print 'x'\n", "print+'x'\n"


@pytest.mark.parametrize("source", [*EXPRESSIONS, *STATEMENTS])
def test_places_behind_and_before_a_change_are_told_as_they_were(source: str) -> None:
    behind, expected = (extract("a.py", f"{first}{source}\n".encode()) for first in (PRINT, AS_LONG))
    assert isinstance(behind, ir.Module)
    assert isinstance(expected, ir.Module)
    assert behind.body[1:] == expected.body[1:]
    before, expected = (extract("a.py", f"{source}\n{last}".encode()) for last in (PRINT, AS_LONG))
    assert isinstance(before, ir.Module)
    assert isinstance(expected, ir.Module)
    assert before.body[:-1] == expected.body[:-1]


def test_places_within_are_those_of_the_words() -> None:
    source = "print 'a' % b, `c`\ntry: f(0755)\nexcept (D, E), g: raise H, i(j)\nk = lambda (l, m): n\n"
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Module)
    texts = {
        show(node): source[node.start : node.end] for node in ir.walk(facts) if isinstance(node, (ir.Name, ir.Call))
    }
    assert texts["Call(print, [(% 'a' b), Call(repr, [c])])"] == "print 'a' % b, `c`"
    assert texts["Call(repr, [c])"] == "`c`"
    assert texts["Call(f, [493])"] == "f(0755)"
    assert texts["Call(H, [Call(i, [j])])"] == "H, i(j)"
    assert all(text == name for name, text in texts.items() if len(name) == 1)


def test_what_is_neither_is_refused_where_it_is() -> None:
    source = "print 'a'\nx = = 1\nprint `b`\n"
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Unread)
    assert facts.start < source.index("\nx")


HALF = ["lambda (a" + ", a" * 9000, "def f(" * 9000, "except " * 9000, "print x(\n" * 150, "`" * 9001]


@pytest.mark.parametrize("text", HALF, ids=range(len(HALF)))
def test_what_is_only_half_there_is_no_program(text: str) -> None:
    facts = extract("a.py", text.encode())
    assert isinstance(facts, ir.Unread)
    assert 0 <= facts.start <= len(text)
