"""What a template's values are, as far as it tells itself."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.project.outputs import Outputs, last_word, written
from flasklint.templates import extract


def last_output(text: str) -> tuple[Outputs, ir.Expr]:
    template = extract("t.html", text.encode())
    assert isinstance(template, ir.Template)
    outputs = [node for node in ir.walk(template) if isinstance(node, ir.Output)]
    return Outputs(template), outputs[-1].value


@pytest.mark.parametrize(
    ("text", "natures"),
    [
        ("{{ x }}", "unknown"),
        ("{{ 'a' }}", "constant"),
        ("{{ 1 }}{{ x + 0 }}", "number unknown"),
        ("{{ x * 2 }}", "number"),
        ("{{ x == 2 }}", "number"),
        ("{{ x is defined }}", "number"),
        ("{{ loop.index }}", "number"),
        ("{{ loop.previtem }}", "unknown"),
        ("{{ x|length }}", "number"),
        ("{{ x|e }}", "escaped"),
        ("{{ x|e|upper }}", "escaped"),
        ("{{ x|e ~ y }}", "escaped unknown"),
        ("{{ x|tojson|safe }}", "json"),
        ("{{ x|striptags }}", "stripped"),
        ("{{ x|mine }}", "own-filter"),
        ("{{ 2|mine }}", "number"),
        ("{{ x|default('-') }}", "constant unknown"),
        ("{{ 'a' if x else x|e }}", "constant escaped"),
        ("{{ url_for('x') }}", "address"),
        ("{{ f(x) }}", "call"),
        ("{{ x.f() }}", "call"),
        ("{{ x.strip() }}", "unknown"),
        ("{{ 'a {}'.format(x) }}", "constant unknown"),
        ("{{ x.strftime('%Y') }}", "number"),
        ("{{ form.hidden_tag() }}", "markup"),
        ("{{ form.csrf_token }}", "token"),
        ("{{ _('a') }}", "constant"),
        ("{{ _('a %(x)s', x=x) }}", "constant unknown"),
        ("{{ config.X }}{{ config['X'].y }}", "config"),
        ("{% set a = 'x' %}{{ a }}", "constant"),
        ("{% set a = 'x' %}{% set a = y %}{{ a }}", "constant unknown"),
        ("{% set a = a ~ 'x' %}{{ a }}", "constant unknown"),
        ("{% set a %}{{ y }}{% endset %}{{ a }}", "markup"),
        ("{% set a, b = 1, y %}{{ a }}", "number"),
        ("{% set n = namespace(a=1) %}{% set n.a = 'x' %}{{ n.a }}", "constant number"),
        ("{% for a in [1, 'x'] %}{{ a }}{% endfor %}", "constant number"),
        ("{% for a in y %}{{ a }}{% endfor %}", "unknown"),
        ("{% for a, b in y %}{{ b }}{% endfor %}", "unknown"),
        ("{% with a = 1 %}{{ a }}{% endwith %}", "number"),
        ("{% macro m(x) %}{% endmacro %}{{ m(y) }}", "markup"),
        ("{% macro m(x) %}{{ x }}{% endmacro %}", "unknown"),
        ("{% from 'p.html' import a as b %}{{ b(y) }}", "markup"),
        ("{% import 'p.html' as p %}{{ p.b(y) }}", "markup"),
        ("{{ self.title() }}", "markup"),
        ("{{ [x, 'a']|join('-') }}", "constant unknown"),
        ("{{ {'a': 'b'}[x] }}", "constant"),
        ("{{ rows|map(attribute='name')|join }}", "unknown"),
    ],
)
def test_natures(text: str, natures: str) -> None:
    outputs, value = last_output(text)
    assert " ".join(sorted(outputs.of(value))) == natures


def test_names_that_stand_for_each_other_come_to_an_end() -> None:
    outputs, value = last_output("{% set a = b %}{% set b = a %}{{ a }}")
    assert outputs.of(value) == {"unknown"}


@pytest.mark.parametrize(
    ("text", "shown", "word"),
    [
        ("{{ x }}", "`x`", "x"),
        ("{{ a.b['c'] }}", "`a.b['c']`", "c"),
        ("{{ a[0] }}", "`a[...]`", ""),
        ("{{ a.b|trim }}", "`a.b|trim`", "b"),
        ("{{ a.b(1) }}", "`a.b()`", ""),
        ("{{ a ~ 'x' }}", "this value", ""),
        ("{{ a or 'x' }}", "this value", "a"),
    ],
)
def test_in_words(text: str, shown: str, word: str) -> None:
    _, value = last_output(text)
    assert (written(value), last_word(value)) == (shown, word)


def test_the_block_of_a_filter_has_words_though_it_has_no_name() -> None:
    template = extract("t.html", b"{% filter markdown %}a{{ b }}{% endfilter %}")
    assert isinstance(template, ir.Template)
    (call,) = (node for node in ir.walk(template) if isinstance(node, ir.Call))
    assert written(call.arguments[0].value) == "what the block puts out"
