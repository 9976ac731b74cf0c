"""The law of places: what a fact points at is that fact's own text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flasklint import ir
from flasklint.templates import extract
from tests.templates.shown import read, shown
from tests.templates.test_lower import EXPRESSIONS, STATEMENTS

_EXPRESSION_NODES = (
    ir.Const,
    ir.Name,
    ir.Attribute,
    ir.Subscript,
    ir.Call,
    ir.Op,
    ir.Compare,
    ir.Display,
    ir.Dict,
)


def pieces(source: str) -> list[str]:
    """The text of every expression in a template, in source order."""
    return [source[node.start : node.end] for node in ir.walk(read(source)) if isinstance(node, _EXPRESSION_NODES)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ a }}", ["a"]),
        ("{{- (a) -}}", ["a"]),
        ("{{ ((a) + b)|c }}", ["((a) + b)|c", "|c", "(a) + b", "a", "b"]),
        ("{{ a + (b) + c }}", ["a + (b) + c", "a + (b)", "a", "b", "c"]),
        ("{{ f((a), k=(b), *(c)) }}", ["f((a), k=(b), *(c))", "f", "a", "b", "c"]),
        ("{{ (a.b)[(c)].d }}", ["(a.b)[(c)].d", "(a.b)[(c)]", "a.b", "a", "c"]),
        ("{{ -(a)|b }}", ["-(a)|b", "|b", "-(a)", "a"]),
        ("{{ not (a) }}", ["not (a)", "a"]),
        ("{{ a | b . c (d) | e }}", ["a | b . c (d) | e", "| e", "a | b . c (d)", "| b . c", "a", "d"]),
        ("{{ (a) is not b(c) }}", ["(a) is not b(c)", "(a) is not b(c)", "is not b", "a", "c"]),
        ("{{ a is b [c] }}", ["a is b [c]", "is b", "a", "[c]", "c"]),
        ("{{ (a, b) }}", ["a, b", "a", "b"]),
        ("{{ ((a), ) }}", ["(a), ", "a"]),
        ("{{ () }}", ["()"]),
        ("{{ a[(b):] }}", ["a[(b):]", "a", "(b):", "b", "", ""]),
        ("{{ 'a' \n 'b' }}", ["'a' \n 'b'"]),
        ("{{ (a) if (b) else (c) }}", ["(a) if (b) else (c)", "b", "a", "c"]),
        ("{{ ((a) and b) and c and (d) }}", ["((a) and b) and c and (d)", "a", "b", "c", "d"]),
        ("{{ (a and b or (c)) or d }}", ["(a and b or (c)) or d", "a and b", "a", "b", "c", "d"]),
        ("{{ (a) ~ (b) }}", ["(a) ~ (b)", "a", "b"]),
        ("{{ (a) < (b) }}", ["(a) < (b)", "a", "b"]),
        ("{{ {(a): (b)} }}", ["{(a): (b)}", "a", "b"]),
        ("{% filter a|b %}{% endfilter %}", ["a|b", "|b", "a", "a", ""]),
        ("{% set n.a = (b) %}", ["n.a", "n", "b"]),
    ],
)
def test_expressions_are_their_own_text(source: str, expected: list[str]) -> None:
    # A tuple in parentheses ends where its comma does; what follows in front of the parenthesis is not part of it.
    assert [piece.rstrip() for piece in pieces(source)] == [piece.rstrip() for piece in expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a{{ b }}c", ("b", "{{ b }}")),
        ("a {{-  (b) -}}  c", ("b", "{{-  (b) -}}")),
        ("{% print b %}", ("b", "{% print b %}")),
        ("{% call b() %}c{% endcall %}", ("b()", "{% call b() %}")),
        ("\r\n\r\n{{ b\r\n}}\r\n", ("b", "{{ b\r\n}}")),
    ],
)
def test_outputs_know_their_braces(source: str, expected: tuple[str, str]) -> None:
    (output,) = read(source).body
    assert isinstance(output, ir.Output)
    assert (source[output.start : output.end], source[slice(*output.outer)]) == expected


@pytest.mark.parametrize(
    ("source", "_"), [case for case in STATEMENTS if case[0].count("{%") and "print" not in case[0]]
)
def test_statements_reach_from_tag_to_tag(source: str, _: str) -> None:
    for node in read(source).body:
        if not isinstance(node, ir.Output):
            text = source[node.start : node.end]
            assert text.startswith("{%")
            assert text.endswith("%}")


def test_parts_of_statements() -> None:
    source = "{% macro m(a, b=(1)) %}{% endmacro %}{% for x in y if (z) %}{{ x }}{% endfor %}{% if a %}{% elif (b) %}c{% endif %}"
    macro, loop, condition = read(source).body
    assert isinstance(macro, ir.Function)
    assert source[macro.name_start :].startswith("m(a")
    assert [source[item.start : item.end] for item in macro.parameters] == ["a", "b=(1)"]
    assert isinstance(loop, ir.Loop)
    assert source[loop.body[0].start : loop.body[0].end] == "z) %}{{ x"
    assert isinstance(condition, ir.If)
    assert source[condition.orelse[0].start : condition.orelse[0].end] == "{% elif (b) %}c"


_GAPS = st.sampled_from(["", " ", "\n", "\r\n", "\t "])
_FILLER = st.text(alphabet="ab <>'\"=/\r\né\U0001f40d", max_size=12)


@settings(max_examples=150)
@given(st.lists(st.tuples(_FILLER, st.sampled_from(EXPRESSIONS), _GAPS, st.booleans()), min_size=1, max_size=5))
def test_outputs_are_found_wherever_they_stand(parts: list[tuple[str, tuple[str, str], str, bool]]) -> None:
    source = "".join(
        f"{filler}{{{{{'-' * minus} {gap}({expression}){gap} {'-' * minus}}}}}"
        for filler, (expression, _), gap, minus in parts
    )
    outputs = [node for node in ir.walk(read(source)) if isinstance(node, ir.Output)]
    assert [source[node.start : node.end].strip("() ") for node in outputs] == [
        part[1][0].strip("() ") for part in parts
    ]
    assert [shown(node) for node in outputs] == [f"out {part[1][1]}" for part in parts]


_EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "1", "'s'", "true", "f()", "a.b"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "~", "and", "or", "<", "not in", "**"]), inner).map(" ".join),
        st.tuples(st.sampled_from(["not", "-"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("( {} )".format),
        inner.map("({}).c".format),
        inner.map("({})|f(1)".format),
        inner.map("({}) is t".format),
        inner.map("({})[1:]".format),
        st.tuples(inner, inner).map(lambda two: f"f({two[0]}, k={two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"[{two[0]}, {two[1]}]"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}, {two[1]},)"),
        st.tuples(inner, inner).map(lambda two: f"{{{two[0]}: ({two[1]})}}"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} if {three[1]} else {three[2]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(_EXPRESSIONS)
def test_every_part_of_an_expression_is_its_own_text(expression: str) -> None:
    source = "{{ " + expression + " }}"
    for node in ir.walk(read(source)):
        text = source[node.start : node.end]
        if isinstance(node, ir.Name):
            assert text.replace(" ", "") == node.id.replace(" ", "")
        elif isinstance(node, _EXPRESSION_NODES) and text and not (isinstance(node, ir.Op) and node.sign == "slice"):
            assert shown(read("{{ " + text + " }}").body) == f"out {shown(node)}"


_TAGS = "{% {{ {# %} }} #} if for endif endfor else set block endblock trans endtrans raw endraw call macro endmacro my endmy"
_REST = "a b 1 . | ( ) [ ] , = ' \" - + ~ * : \\ $ is not in <a href= <script> </script> <!-- --> > \r\n"
_CHUNKS = st.sampled_from([*_TAGS.split(" "), *_REST.split(" ")])


@settings(max_examples=400)
@given(st.lists(_CHUNKS, max_size=25).map(" ".join))
def test_nothing_raises_and_everything_is_within(source: str) -> None:
    facts = extract("t.html", source.encode())
    if isinstance(facts, ir.Unread):
        assert 0 <= facts.start <= facts.end <= len(source)
        assert facts.reason
    else:
        assert ir.decode(ir.encode(facts)) == facts
        assert all(0 <= node.start <= node.end <= len(source) for node in ir.walk(facts))
