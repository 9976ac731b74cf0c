from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.source import Text
from flasklint.templates import extract, extract_text
from tests.templates.shown import read, shown


def unread(text: str | bytes, path: str = "t.html") -> ir.Unread:
    """Why a template could not be read; fails the test if it could."""
    facts = extract(path, text.encode() if isinstance(text, str) else text)
    assert isinstance(facts, ir.Unread), facts
    return facts


BROKEN = [
    ("{% if x %}{{ a b }}{% endif %}", "b", "expected token '}}', got 'b'"),
    ("{% if x %}\r\n{{ a b }}{% endif %}", "b", "expected token '}}', got 'b'"),
    ("{% if x %}\na", "if", "unexpected end of template; "),
    ("{% if x %}{% for a in b %}{% endif %}", "endif", "encountered unknown tag 'endif'"),
    ("{% endif %}", "endif", "encountered unknown tag 'endif'"),
    ("{% else %}", "else", "encountered unknown tag 'else'"),
    ("{% set a = 1 %}{% endcache %}{% cache %}", "endcache", "encountered unknown tag 'endcache'"),
    ("{% cache %}{% if x %}{% endcache %}{% endif %}", "endcache", "encountered unknown tag 'endcache'"),
    ("{% set x = $ %}", "$", "unexpected char '$'"),
    ("{% set x = (a] %}", "]", "unexpected ']', expected ')'"),
    ("{% set x = '\\x1' %}", "'\\x1'", "string with a broken escape"),
    ("{% set x = 1 %}{# never", "{#", "missing end of comment tag"),
    ("{% raw %}{{ x }}", "{% raw %}", "missing end of raw directive"),
    ("{% if x %}{% set = 1 %}{% endif %}", "=", "unexpected '='"),
    ("{% block a %}{% trans %}b", "trans", "unexpected end of template; "),
    ("{% if x", "if", "unexpected end of template, expected '%}'"),
    ("{% print\n", "print", "unexpected 'end of template'"),
]


@pytest.mark.parametrize(("source", "place", "reason"), BROKEN)
def test_a_broken_template_is_unread_at_the_place(source: str, place: str, reason: str) -> None:
    facts = unread(source)
    assert source[facts.start : facts.end] == place
    assert reason in facts.reason
    assert not facts.reason.endswith(".")


DEEP = [
    "{% if x %}{{ " + "(" * 5000 + "a" + ")" * 5000 + " }}{% endif %}",
    "{% if x %}{{ " + "[" * 5000 + "]" * 5000 + " }}{% endif %}",
    "{% if x %}{{ " + "not " * 5000 + "a }}{% endif %}",
    "{% if x %}{{ " + "-" * 5000 + "a }}{% endif %}",
    "{% if x %}{{ " + "a + " * 5000 + "a }}{% endif %}",
    "{% if x %}{{ a" + "|b" * 5000 + " }}{% endif %}",
    "{% if x %}{{ a" + ".b" * 5000 + " }}{% endif %}",
    "{% if x %}{{ " + "a if b else " * 5000 + "c }}{% endif %}",
    "{% if x %}" * 3000 + "{% endif %}" * 3000,
    "{% my x %}" * 3000 + "{% endmy %}" * 3000,
    "{% if x %}" + "{% elif x %}" * 3000 + "{% endif %}",
    "{% if x %}" * 10000,
]


@pytest.mark.parametrize("source", DEEP, ids=range(len(DEEP)))
def test_hostile_nesting_is_unread(source: str) -> None:
    facts = unread(source)
    assert facts.reason.endswith("deep") or "deeply" in facts.reason
    assert 0 <= facts.start <= facts.end <= len(source)


def test_deep_but_honest_templates_are_read() -> None:
    assert read("{{ " + "(" * 20 + "a" + ")" * 20 + " }}").body
    assert read("{% if x %}" * 30 + "{{ a }}" + "{% endif %}" * 30).body
    assert read("{{ " + "a ~ " * 1000 + "a }}{{ " + "a or " * 1000 + "a }}").body
    assert read("{% if x %}" + "{% elif x %}" * 100 + "{% endif %}").body


def test_bytes_that_are_no_text() -> None:
    assert "utf-8" in unread(b"{{ x }}\n\xff\xfe").reason
    assert "utf-8" in unread("{{ x }}".encode("utf-16")).reason


def test_a_byte_order_mark_is_not_counted() -> None:
    (output,) = read("\ufeff{{ x }}").body
    assert (output.start, output.end) == (3, 4)


def test_nul_and_lone_carriage_returns_are_text() -> None:
    text = "\x00\r<p \x00title='\x00{{ x }}'>\r{{ y }}\r\n\r\n{{ z }}"
    assert [text[node.start : node.end] for node in read(text).body] == ["x", "y", "z"]


FOREIGN = [
    "<p>{{#each items}}{{name}}{{/each}}</p>",
    "<p v-if='a'>{{ a ? b : c }} {{ d }}</p>",
    "{{ $x := .Values.a }}",
    "name: {{ .Values.name }}\n{{- if .a }}\n{{- end }}",
    "{{> partial }}",
    "{% load static %}{% if a %}{{ b|date:'Y' }}{% endif %}",
    "{% if a %}{% csrf_token %}{{ a|default:'b' }}{% endif %}",
    "{% if a %}{{ a }}{% end %}",
    "{% include 'a.html' %}{% raw a %}{{ [b for b in c] }}",
    "{% include 'a.html' %}{% module Page(a) %}{{ [b for b in c] }}",
    "{% assign a = 'b' %}{% if a contains 'c' %}{% endif %}",
    "<pre>{% extends &#39;a.html&#39; %}</pre>",
]


@pytest.mark.parametrize("source", FOREIGN)
def test_templates_of_other_engines_are_silent(source: str) -> None:
    assert read(source).body == ()


def test_comments_that_speak_to_flasklint() -> None:
    text = (
        "{# plain #}\n"
        "<p>{{ x }}</p> {# flasklint: ignore[A] here #}\n"
        "  {# flasklint: ignore[B] #}\n"
        "{{ y }}\r\n"
        "{#-\n flasklint: ignore[C]\n-#}  \n"
        "{{ z }}"
    )
    first, second, third = read(text).comments
    assert (first.text, first.first, first.last) == ("flasklint: ignore[A] here", 2, 2)
    assert (second.text, second.first, second.last) == ("flasklint: ignore[B]", 3, 4)
    assert (third.text, third.first, third.last) == ("flasklint: ignore[C]", 5, 8)
    assert text[third.start : third.end] == "{#-\n flasklint: ignore[C]\n-#}"
    assert not read("{% raw %}{# flasklint: ignore #}{% endraw %}{{ '{# flasklint: #}' }}").comments


def test_a_string_in_a_program_keeps_its_places() -> None:
    source = "render_template_string('<a href=\"{{ a|safe }}\">\\n{{ b }}</a>' {# flasklint: x #}'')"
    written = '<a href="{{ a|safe }}">\\n{{ b }}</a>'
    text = written.replace("\\n", "\n")
    begin = source.index(written)
    newline = text.index("\n")

    def place(start: int, end: int) -> tuple[int, int]:
        return begin + start + (start > newline), begin + end + (end > newline)

    facts = extract_text("app.py", text, place=place, html=True)
    assert isinstance(facts, ir.Template)
    assert [source[node.start : node.end] for node in facts.body] == ["a|safe", "b"]
    assert [shown(node) for node in facts.body] == ["out |safe(a)", "out b"]
    assert facts.body[0].context.place == "url"  # type: ignore[union-attr]

    broken = extract_text("app.py", "{% if a %}\n{{ b c }}{% endif %}", place=lambda start, end: (start + 7, end + 7))
    assert isinstance(broken, ir.Unread)
    assert (broken.start, broken.end) == (23, 24)


def test_comments_of_a_string_count_the_lines_of_the_file() -> None:
    source = "x = 1\ny = '''{# flasklint: ignore #}\n'''"
    begin = source.index("{#")
    facts = extract_text(
        "app.py", source[begin:-3], place=lambda start, end: (start + begin, end + begin), file=Text(source)
    )
    assert isinstance(facts, ir.Template)
    (comment,) = facts.comments
    assert (comment.first, comment.last) == (2, 2)
