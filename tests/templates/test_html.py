from __future__ import annotations

import pytest

from flasklint import ir
from tests.templates.shown import read


def contexts(source: str, path: str = "t.html") -> list[str]:
    """The context of every output: ``place tag attribute=prefix``, an earlier output shown as ``?``."""
    found = []
    for node in ir.walk(read(source, path)):
        if isinstance(node, ir.Output):
            place, tag, attribute, prefix = (
                node.context.place,
                node.context.tag,
                node.context.attribute,
                node.context.prefix,
            )
            value = f"{attribute}={prefix}" if place not in ("tag", "text") and attribute else attribute
            found.append(" ".join(filter(None, (place, tag, value))).replace("\x00", "?"))
    return found


PLACES = [
    ("{{ x }}", ["text"]),
    ("<p>{{ x }}</p>{{ x }}", ["text", "text"]),
    ("a < {{ x }} b", ["text"]),
    ("1 <2 {{ x }}", ["text"]),
    # attributes
    ('<p title="a{{ x }}b{{ y }}">', ["attribute p title=a", "attribute p title=a?b"]),
    ("<p title='\"{{ x }}'>{{ y }}", ['attribute p title="', "text"]),
    ("<P TITLE = '{{ x }}'>", ["attribute p title="]),
    ("<p\n title\n=\n'{{ x }}'>", ["attribute p title="]),
    ("<p title={{ x }}>{{ y }}", ["unquoted p title=", "text"]),
    ("<p title=a{{ x }}b {{ y }}>", ["unquoted p title=a", "tag p"]),
    ("<p title = {{ x }}>", ["unquoted p title="]),
    ("<p title=a/{{ x }}>{{ y }}", ["unquoted p title=a/", "text"]),
    ("<a href={{ x }}>", ["unquoted a href="]),
    ("<p data='{{ x }}'><object data='{{ x }}'>", ["attribute p data=", "url object data="]),
    ('<a href="{{ x }}">', ["url a href="]),
    ('<a href="{{ a }}/{{ b }}">', ["url a href=", "url a href=?/"]),
    ('<img alt="{{ x }}" src="/i/{{ x }}"/>{{ x }}', ["attribute img alt=", "url img src=/i/", "text"]),
    ('<use xlink:href="{{ x }}"/>', ["url use xlink:href="]),
    ('<form action="{{ x }}"><button formaction="{{ x }}">', ["url form action=", "url button formaction="]),
    ('<img srcset="{{ x }} 2x">', ["url img srcset="]),
    ('<a onclick="f({{ x }})">', ["event a onclick=f("]),
    ("<a ONCLICK='{{ x }}'>", ["event a onclick="]),
    ("<a onclick={{ x }}>", ["event a onclick="]),
    (
        '<a hx-on:click="{{ x }}" once="{{ x }}" only="{{ x }}" on="{{ x }}">',
        ["event a hx-on:click=", "attribute a once=", "attribute a only=", "attribute a on="],
    ),
    ('<p style="color: {{ x }}">', ["style p style=color: "]),
    ('<p data-{{ x }}="{{ y }}">', ["tag p data-", "attribute p data-="]),
    ('<p {{ x }}="{{ y }}" {{ z }}>', ["tag p", "attribute p", "tag p"]),
    ('<p {{ x }}onclick="{{ y }}">', ["tag p", "event p onclick="]),
    ("<p a {{ x }}>{{ y }}", ["tag p", "text"]),
    ("<p a{{ x }}>{{ y }}", ["tag p a", "text"]),
    ('<p a="b"{{ x }}>', ["tag p"]),
    ("<{{ x }} a='{{ y }}'>{{ z }}</{{ x }}>{{ y }}", ["tag", "attribute a=", "text", "tag", "text"]),
    ("<h{{ x }} a='{{ y }}'>{{ z }}</h{{ x }}>", ["tag h", "attribute h a=", "text", "tag h"]),
    ('<a href="{{ url_for("x", q="<p>") }}" b="{{ y }}">', ["url a href=", "attribute a b="]),
    ("<a b='>' c=\"{{ x }}\">{{ y }}", ["attribute a c=", "text"]),
    # scripts, styles and other raw text
    ("<script>var a = '<p title=\"'; {{ x }}</script>{{ y }}", ["script script", "text"]),
    ("<SCRIPT>{{ x }}</SCRIPT >{{ y }}", ["script script", "text"]),
    ("<script type='module'>{{ x }}</script>", ["script script"]),
    ("<script type='text/JavaScript; charset=x'>{{ x }}</script>", ["script script"]),
    ("<script type='{{ t }}'>{{ x }}</script>", ["attribute script type=", "script script"]),
    ("<script type=text/babel>{{ x }}</script>", ["script script"]),
    ("<script{{ nonce }}>{{ x }}</script>{{ y }}", ["tag script", "script script", "text"]),
    ("<script type='application/json'>{{ x }}</script>", ["json script"]),
    ('<script type="application/ld+json">{{ x }}</script>', ["json script"]),
    ('<script type="importmap">{{ x }}</script>', ["json script"]),
    ('<script type="text/template"><a href="{{ x }}">{{ y }}</a></script>{{ z }}', ["url a href=", "text", "text"]),
    ('<script type="text/x-handlebars">{{ y }}</script>', ["text"]),
    ('<script src="{{ x }}"></script>{{ y }}', ["url script src=", "text"]),
    ("<script>{{ x }}", ["script script"]),
    ("<style>a { b: {{ x }} }</style>{{ y }}", ["style style", "text"]),
    ("<textarea><p title='{{ x }}</textarea>{{ y }}", ["text textarea", "text"]),
    ("<title>{{ x }} <b</title>{{ y }}", ["text title", "text"]),
    ("<iframe><a href='{{ x }}</iframe>{{ y }}", ["text iframe", "text"]),
    # comments and the like
    ("<!-- <a href='{{ x }}' -->{{ y }}", ["comment", "text"]),
    ("<!--[if IE]><script>{{ x }}</script><![endif]-->{{ y }}", ["comment", "text"]),
    ("<!-->{{ x }}<!--->{{ y }}<!-- a --!>{{ z }}", ["text", "text", "text"]),
    ("<!doctype {{ x }}>{{ y }}", ["tag", "text"]),
    ("<?xml version='{{ x }}'?>{{ y }}", ["tag", "text"]),
    ("<![CDATA[ <p title='{{ x }} ]]>{{ y }}", ["text", "text"]),
    ("</ {{ x }}>{{ y }}", ["tag", "text"]),
    # svg
    (
        '<svg><title/>{{ x }}<style/>{{ y }}<path d="{{ z }}"/></svg><title>{{ x }}<b</title>',
        ["text", "text", "attribute path d=", "text title"],
    ),
    ("<svg><script>{{ x }}</script></svg>", ["script script"]),
    # white space control joins what stands around it
    ("<a {%- if x %} b='{{ y }}'{%- endif -%}  >{{ z }}", ["attribute a b=", "text"]),
    ("<p{# <b #} title='{{ x }}'>", ["attribute p title="]),
    ("<p title='{% raw %}{{ a }}{% endraw %}{{ x }}'>", ["attribute p title={{ a }}"]),
]


@pytest.mark.parametrize(("source", "expected"), PLACES)
def test_places(source: str, expected: list[str]) -> None:
    assert contexts(source) == expected


BRANCHES = [
    ("<a {% if x %}href='{{ u }}'{% endif %} class={{ y }}>", ["url a href=", "unquoted a class="]),
    ("<a href='{% if x %}{{ a }}{% else %}{{ b }}{% endif %}'>{{ c }}", ["url a href=", "url a href=", "text"]),
    (
        "<a {% if x %}href='{{ a }}'>{% else %}id='{{ b }}'>{% endif %}{{ c }}",
        ["url a href=", "attribute a id=", "text"],
    ),
    (
        "{% if x %}<script>{{ a }}</script>{% elif y %}<!--{{ b }}-->{% else %}{{ c }}{% endif %}{{ d }}",
        ["script script", "comment", "text", "text"],
    ),
    (
        "<script>{% if x %}{{ a }}</script>{% else %}{{ b }}</script>{% endif %}{{ c }}",
        ["script script", "script script", "text"],
    ),
    ("{% for a in b %}<a href='{{ c }}'>{% else %}<p {{ d }}>{% endfor %}{{ e }}", ["url a href=", "tag p", "text"]),
    ("<input value='1'{% if x %} checked{% endif %}>{{ y }}", ["text"]),
    ("<a class='a{% if x %} b{% endif %} {{ y }}'>", ["attribute a class=a? "]),
    # the beginning of a value that depends on a branch
    ("<a href='{% if x %}/a/{% endif %}{{ y }}'>", ["url a href="]),
    ("<a href='{% if x %}/a/{% else %}/b/{% endif %}{{ y }}'>", ["url a href=/?"]),
    ("<a href='{% for x in y %}/{{ x }}{% endfor %}{{ z }}'>", ["url a href=/", "url a href="]),
    ("<a href={% if x %}/a/{% else %}/b/{% endif %}{{ y }}>", ["unquoted a href=/?"]),
    # what lands elsewhere starts in text and leaves everything as it was
    ("<script>{% macro m() %}{{ x }}<p {% endmacro %}{{ y }}</script>", ["text", "script script"]),
    ("<script>{% set a %}{{ x }}{% endset %}{{ y }}</script>", ["text", "script script"]),
    ("<p a='{% call m() %}{{ x }}'{% endcall %}{{ y }}'>", ["attribute p a=", "attribute p a=?", "attribute p a=?"]),
    ("<p>{% trans a=b %}<b c='{{ a }}'>{% endtrans %}{{ d }}", ["attribute b c=", "text"]),
    ("<p title='{% filter e %}{{ a }}{% endfilter %}'>", ["attribute p title="]),
    ("<script>{% autoescape true %}{{ a }}{% endautoescape %}</script>", ["script script"]),
    ("<script>{% nonce %}{{ a }}{% endnonce %}</script>", ["script script"]),
]


@pytest.mark.parametrize(("source", "expected"), BRANCHES)
def test_branches(source: str, expected: list[str]) -> None:
    assert contexts(source) == expected


def test_blocks_and_links_carry_their_context() -> None:
    facts = read("<script>{% block js %}{{ x }}{% endblock %}</script><a href='{% include 'a' %}'>")
    block, link = facts.body
    assert isinstance(block, ir.Block)
    assert block.context == ir.Context("script", "script")
    assert isinstance(link, ir.Link)
    assert link.context == ir.Context("url", "a", "href")


def test_blocks_of_a_child_template_start_afresh() -> None:
    child = "{% extends 'a' %}{% block a %}<script>{{ x }}{% endblock %} {% block b %}{{ y }}{% endblock %}"
    assert contexts(child) == ["script script", "text"]


def test_a_long_value_is_kept_in_part() -> None:
    (context,) = contexts("<a style='" + "x" * 5000 + "{{ y }}'>")
    assert len(context) < 400


@pytest.mark.parametrize(
    ("path", "text", "html"),
    [
        ("a.html", "", True),
        ("a.HTM", "", True),
        ("a.xml.j2", "", True),
        ("a.svg", "", True),
        ("a.txt", "<p>", False),
        ("mail.txt.jinja2", "<p>", False),
        ("a.md", "<b>", False),
        ("a.sql", "", False),
        ("a.yml.j2", "<p>", False),
        ("nginx.conf.j2", "", False),
        ("a.jinja", "<p>{{ x }}</p>", True),
        ("a.jinja", "Dear {{ x }} <me@x.y>,", False),
        ("a", "<!DOCTYPE html>", True),
        ("a", "select * from t where a < b and b > c", False),
        ("a.unknown", "<br/>", True),
        ("a.jinja", "{% extends 'b/base.jinja' %}{% block c %}{{ d }}{% endblock %}", True),
        ("a.jinja", "{% extends a or b %}", True),
        ("a.jinja", "{%- extends 'base.txt' -%}", False),
    ],
)
def test_html_or_not(path: str, text: str, html: bool) -> None:
    assert read(text, path).html is html


def test_outside_html_every_place_is_plain() -> None:
    assert contexts("<a href='{{ x }}'>{% if y %}{{ z }}{% endif %}", "a.txt") == ["plain", "plain"]
    (block,) = read("{% block a %}{% endblock %}", "a.sql").body
    assert isinstance(block, ir.Block)
    assert block.context.place == "plain"


def test_in_xml_elements_may_close_themselves() -> None:
    assert contexts("<script src='a'/>{{ x }}<title>{{ y }}", "a.xml") == ["text", "text"]
    assert contexts("<?xml version='1.0'?><style/>{{ x }}", "a.html") == ["text"]
    assert contexts("<script src='a'/>{{ x }}", "a.html") == ["script script"]


FORMS = [
    ("<form>a</form>", [("<form>a</form>", "<form>", "get", "")]),
    (
        "x<FORM Method='POST' action='/a' >b</FORM >c",
        [("<FORM Method='POST' action='/a' >b</FORM >", "<FORM Method='POST' action='/a' >", "post", "/a")],
    ),
    (
        "<form action=\"{{ url_for('a') }}/b\" method=post>\r\n</form>\r\n",
        [
            (
                "<form action=\"{{ url_for('a') }}/b\" method=post>\r\n</form>",
                "<form action=\"{{ url_for('a') }}/b\" method=post>",
                "post",
                "\x00/b",
            )
        ],
    ),
    ("<form method='{{ m }}'></form>", [("<form method='{{ m }}'></form>", "<form method='{{ m }}'>", "?", "")]),
    (
        "<form method='{% if a %}post{% else %}get{% endif %}'></form>",
        [
            (
                "<form method='{% if a %}post{% else %}get{% endif %}'></form>",
                "<form method='{% if a %}post{% else %}get{% endif %}'>",
                "?",
                "",
            )
        ],
    ),
    (
        "<form {% if a %}action='b'{% endif %} method='post'></form>",
        [
            (
                "<form {% if a %}action='b'{% endif %} method='post'></form>",
                "<form {% if a %}action='b'{% endif %} method='post'>",
                "post",
                "b",
            )
        ],
    ),
    (
        "{% if a %}<form action='a'>{% else %}<form action='b'>{% endif %}{{ x }}</form>",
        [
            (
                "<form action='a'>{% else %}<form action='b'>{% endif %}{{ x }}</form>",
                "<form action='a'>",
                "get",
                "a",
            ),
            ("<form action='b'>{% endif %}{{ x }}</form>", "<form action='b'>", "get", "b"),
        ],
    ),
    ("<form>\nrest", [("<form>\nrest", "<form>", "get", "")]),
    ("\r\n<form>\r\nrest\r\n", [("<form>\r\nrest\r\n", "<form>", "get", "")]),
    ("<!-- <form> --><script>'<form>'</script></form>", []),
    (
        "<form>a</form><form>b</form>",
        [("<form>a</form>", "<form>", "get", ""), ("<form>b</form>", "<form>", "get", "")],
    ),
]


@pytest.mark.parametrize(("source", "expected"), FORMS)
def test_forms(source: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = [
        (source[form.start : form.end], source[form.start : form.tag_end], form.method, form.action)
        for form in read(source).forms
    ]
    assert found == expected
