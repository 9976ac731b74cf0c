from __future__ import annotations

import pytest

from flasklint import ir
from tests.templates.shown import read, shown

EXPRESSIONS = [
    ("x", "x"),
    ("'a' 'b'", "'ab'"),
    (r"'a\n\"'", "'a\\n\"'"),
    (r"'\d'", r"'\\d'"),
    ("1_000", "1000"),
    ("1.5", "1.5"),
    ("true", "True"),
    ("none", "None"),
    ("99999999999999999999", "(opaque)"),
    (r"'\ud800'", "(opaque)"),
    ("x|safe", "|safe(x)"),
    ("x|d('a', true)|e", "|e(|d(x, 'a', True))"),
    ("x|a.b(k=1)", "|a.b(x, k=1)"),
    ("x is defined", "is defined(x)"),
    ("x is not none", "(not is none(x))"),
    ("x is divisibleby 3", "is divisibleby(x, 3)"),
    ("x is divisibleby(3)", "is divisibleby(x, 3)"),
    ("x is in y.z", "is in(x, y.z)"),
    ("not x", "(not x)"),
    ("-x|abs", "|abs((neg x))"),
    ("+x", "(pos x)"),
    ("a + b - c", "(- (+ a b) c)"),
    ("a * b / c // d % e ** f", "(% (// (/ (* a b) c) d) (** e f))"),
    ("a ~ b ~ c", "(~ a b c)"),
    ("a and b and c or d", "(or (and a b c) d)"),
    ("a < b", "(< a b)"),
    ("a not in b", "(not-in a b)"),
    ("1 < a <= 2 != 3", "(< <= != 1 a 2 3)"),
    ("a if b else c", "(if b a c)"),
    ("a if b", "(if b a None)"),
    ("a.b.c", "a.b.c"),
    ("a.0", "a[0]"),
    ("a['b']", "a['b']"),
    ("a[1:2]", "a[(slice 1 2 None)]"),
    ("a[:]", "a[(slice None None None)]"),
    ("a[::2]", "a[(slice None None 2)]"),
    ("a[1, 2]", "a[tuple[1, 2]]"),
    ("f(x, *a, k=1, **b)", "f(x, *=a, k=1, **=b)"),
    ("a, b", "tuple[a, b]"),
    ("()", "tuple[]"),
    ("(a,)", "tuple[a]"),
    ("[a, 'b']", "list[a, 'b']"),
    ("{'a': b, c: 1}", "{'a': b, c: 1}"),
    ("super()", "super()"),
    ("loop.index", "loop.index"),
]


@pytest.mark.parametrize(("source", "expected"), EXPRESSIONS)
def test_expressions(source: str, expected: str) -> None:
    (output,) = read("{{ " + source + " }}").body
    assert shown(output) == f"out {expected}"


STATEMENTS = [
    ("{{ a }}text{{ b }}", "out a; out b"),
    ("{% print a, b %}", "out a; out b"),
    ("{% raw %}{{ a }}{% endraw %}", ""),
    ("{# {{ a }} #}", ""),
    ("{% set a = b %}", "a = b"),
    ("{% set a, b = c %}", "tuple[a, b] = c"),
    ("{% set n.a = 1 %}", "n.a = 1"),
    ("{% set a %}x{{ b }}{% endset %}", "region set <out b; a = (opaque)>"),
    ("{% set a | trim | upper %}{{ b }}{% endset %}", "region set <out b; a = |upper(|trim((opaque)))>"),
    ("{% for a in b %}{{ a }}{% endfor %}", "for a in b <out a>"),
    ("{% for a, b in c.items() %}{% else %}{{ d }}{% endfor %}", "for tuple[a, b] in c.items() <> else <out d>"),
    ("{% for a in b if c %}{{ a }}{% endfor %}", "for a in b <if c <out a>>"),
    ("{% for a in b recursive %}{{ loop(a) }}{% endfor %}", "for a in b <out loop(a)>"),
    ("{% for a in b %}{% continue %}{% break %}{% endfor %}", "for a in b <continue; break>"),
    ("{% if a %}{{ b }}{% endif %}", "if a <out b>"),
    (
        "{% if a %}{{ b }}{% elif (c) %}{{ d }}{% elif e %}{% else %}{{ f }}{% endif %}",
        "if a <out b> else <if c <out d> else <if e <> else <out f>>>",
    ),
    ("{% with a = 1, b = a %}{{ b }}{% endwith %}", "with a = 1, b = a <out b>"),
    ("{% with %}{{ b }}{% endwith %}", "with  <out b>"),
    ("{% macro m(a, b=1) %}{{ a }}{% endmacro %}", "def m(a, b=1) <out a>"),
    ("{% call m(1) %}{{ a }}{% endcall %}", "out m(1, caller=def caller() <out a>)"),
    ("{% call(u, v=2) m() %}{{ u }}{% endcall %}", "out m(caller=def caller(u, v=2) <out u>)"),
    ("{% include 'a' %}", "include 'a' context"),
    ("{% include ['a', b] ignore missing without context %}", "include list['a', b] missing"),
    ("{% import 'a' as b %}", "import 'a' b:b"),
    ("{% import 'a' as b with context %}", "import 'a' b:b context"),
    ("{% from 'a' import b, c as d with context %}", "from 'a' b:b c:d context"),
    ("{% extends base or 'a' %}", "extends (or base 'a') context"),
    ("{% block a %}{{ super() }}{% endblock a %}", "block a <out super()>"),
    ("{% block a scoped required %} {% endblock %}", "block a <>"),
    ("{% autoescape false %}{{ a }}{% endautoescape %}", "region autoescape False <out a>"),
    ("{% filter upper|trim(1) %}{{ a }}{% endfilter %}", "region filter |trim(|upper(_), 1) <out a>"),
    ("{% do a.append(1) %}", "do a.append(1)"),
    ("{% trans %}hello{% endtrans %}", "region trans <>"),
    ("{% trans %}hello {{ a }}{% endtrans %}", "region trans <out a>"),
    ("{% trans 'ctx' trimmed a=b|e, c %}{{ a }}{% endtrans %}", "region trans <with a = |e(b), c = c <out a>>"),
    (
        "{% trans n=a|length %}one{% pluralize %}{{ n }}{% endtrans %}",
        "region trans <with n = |length(a) <if n <> else <out n>>>",
    ),
    (
        "{% trans a, n %}{{ a }}{% pluralize n %}{{ n }}{% endtrans %}",
        "region trans <with a = a, n = n <if n <out a> else <out n>>>",
    ),
    ("{{ _('hello') }}", "out _('hello')"),
    ("{% debug %}", "region debug <>"),
    ("{% csrf x %}{{ a }}", "region csrf x <>; out a"),
    ("{% cache 300, k %}{{ a }}{% endcache %}", "region cache (opaque 300 k) <out a>"),
    ("{% assets filters='a', output=b, 'c' %}{{ d }}{% endassets %}", "region assets (opaque 'a' b 'c') <out d>"),
    ("{% my x %}{% my y %}{% endmy %}", "region my x <>; region my y <>; region endmy <>"),
    ("{% ifequal a b %}{{ c }}{% else %}{{ d }}{% endifequal %}", "region ifequal (opaque a b) <out c; out d>"),
    ("{% odd / a %}{{ a }}", "region odd a <>; out a"),
]


@pytest.mark.parametrize(("source", "expected"), STATEMENTS)
def test_statements(source: str, expected: str) -> None:
    assert shown(read(source).body) == expected


def test_link_knows_what_it_leaves_out() -> None:
    (link,) = read("{% from 'a' import b %}").body
    assert isinstance(link, ir.Link)
    assert not link.with_context
    assert not link.ignore_missing


def test_facts_survive_their_codec() -> None:
    facts = read("".join(source for source, _ in STATEMENTS if "extends" not in source))
    assert ir.decode(ir.encode(facts)) == facts
