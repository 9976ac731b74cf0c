"""Templates are functions: data goes into them, through them and to where it does harm."""

from __future__ import annotations

import textwrap

import pytest

from flasklint import ir, python, templates
from flasklint.findings import Confidence
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.project.project import Project
from flasklint.source import Text
from flasklint.taint import Flow, analyse

APP = """\
from flask import Flask, g, render_template, request
from markupsafe import Markup, escape
import bleach
app = Flask(__name__)
"""


def flows(files: dict[str, str]) -> list[Flow]:
    """The flows of a project; ``app.py`` brings its imports along."""
    facts = []
    for path, text in files.items():
        front = python if path.endswith(".py") else templates
        one = front.extract(path, text.encode())
        assert not isinstance(one, ir.Unread), one
        facts.append(one)
    return list(analyse(Project(facts), EVERYTHING).flows())


def told(view: str, **pages: str) -> list[str]:
    """What is found at each ``|safe`` and output of a project with one view: template, line and what: ``untrusted``, ``maybe``
    (less than surely) or ``unknown``. A template is given as ``page="..."`` and is ``templates/page.html``."""
    body = textwrap.indent(textwrap.dedent(view).strip("\n"), "    ")
    files = {"app.py": f'{APP}\n@app.route("/")\ndef view():\n    q = request.args["q"]\n{body}\n'}
    files |= {f"templates/{name}.html": text for name, text in pages.items()}
    found = []
    for flow in flows(files):
        path = flow.location.path
        if path.startswith("templates/"):
            line = Text(files[path]).position(flow.location.span.start).line
            what = "unknown"
            if flow.untrusted:
                what = "untrusted" if flow.confidence is Confidence.HIGH else "maybe"
            found.append(f"{path[10:-5]}:{line} {what}")
    return found


def page(text: str, passed: str = "q=q", **others: str) -> list[str]:
    """The same for a page that is given the query, without the page's own name."""
    return [
        one.removeprefix("page:1 ")
        for one in told(f'return render_template("page.html", {passed})', page=text, **others)
    ]


@pytest.mark.parametrize(
    ("text", "passed", "expected"),
    [
        ("{{ q|safe }}", "q=q", "untrusted"),
        ("{{ q }}", "q=q", ""),
        ("{{ q|safe }}", "q='<b>'", ""),
        ("{{ q|safe }}", "q=int(q)", ""),
        ("{{ q|safe }}", "q=bleach.clean(q)", ""),
        ("{{ q|safe }}", "q=bleach.clean(read())", ""),
        ("{{ q|safe }}", "q=escape(q)", ""),
        ("{{ q|safe }}", "q=Markup('<b>')", ""),
        ("{{ q|safe }}", "q=read()", "unknown"),
        ("{{ q|safe }}", "x=1", "unknown"),
        ("{{ q|safe }}", "**{'q': q}", "untrusted"),
        ("{{ q|safe }}", "**dict(q=q)", "untrusted"),
        ("{{ q|safe }}", "**read()", "unknown"),
        ("{{ q.name|safe }}", "q={'name': q}", "untrusted"),
        ("{{ q['name']|safe }}", "q={'name': q}", "untrusted"),
        ("{{ q.other|safe }}", "q={'name': q, 'other': ''}", ""),
        ("{{ q[0]|safe }}", "q=[q]", "untrusted"),
        ("{{ request.args.q|safe }}", "x=1", "untrusted"),
        ("{{ request.args.get('q')|safe }}", "x=1", "untrusted"),
    ],
)
def test_what_a_view_passes(text: str, passed: str, expected: str) -> None:
    assert page(text, passed) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ q|e|safe }}", ""),
        ("{{ q|escape|safe }}", ""),
        ("{{ q|tojson|safe }}", ""),
        ("{{ q|urlencode|safe }}", ""),
        ("{{ q|int|safe }}", ""),
        ("{{ q|length|safe }}", ""),
        ("{{ q|striptags|safe }}", "untrusted"),
        ("{{ q|upper|safe }}", "untrusted"),
        ("{{ q|trim|safe }}", "untrusted"),
        ("{{ q|default('x')|safe }}", "untrusted"),
        ("{{ x|default(q)|safe }}", "untrusted"),
        ("{{ q|replace('a', 'b')|safe }}", "untrusted"),
        ("{{ 'a'|replace('a', q)|safe }}", "untrusted"),
        ("{{ [q, 'a']|join(',')|safe }}", "untrusted"),
        ("{{ [q, 'a']|first|safe }}", "untrusted"),
        ("{{ ('a' ~ q)|safe }}", "untrusted"),
        ("{{ ('a' + q)|safe }}", "untrusted"),
        ("{{ ('%s' % q)|safe }}", "untrusted"),
        ("{{ ('a' ~ q|e)|safe }}", ""),
        ("{{ (q if x else 'a')|safe }}", "untrusted"),
        ("{{ (q or 'a')|safe }}", "untrusted"),
        ("{{ q.upper()|safe }}", "untrusted"),
        ("{{ (q == 'a')|safe }}", ""),
        ("{% if q in ('a', 'b') %}{{ q|safe }}{% endif %}", ""),
        ("{% if q.isdigit() %}{{ q|safe }}{% endif %}", ""),
    ],
)
def test_filters_and_expressions(text: str, expected: str) -> None:
    assert page(text) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "{% set a = q %}{{ a|safe }}",
        "{% set a, b = 1, q %}{{ b|safe }}",
        "{% set n = namespace(a='') %}{% set n.a = q %}{{ n.a|safe }}",
        "{% with a = q %}{{ a|safe }}{% endwith %}",
        "{% for a in [q] %}{{ a|safe }}{% endfor %}",
        "{% for a in q %}{{ a|safe }}{% endfor %}",
        "{% for k, v in {'a': q}.items() %}{{ v|safe }}{% endfor %}",
        "{% macro m(x) %}{{ x|safe }}{% endmacro %}{{ m(q) }}",
        "{% macro m(x, y='') %}{{ y|safe }}{% endmacro %}{{ m(1, y=q) }}",
        "{% macro m(x=q) %}{{ x|safe }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ q|safe }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ kwargs.x|safe }}{% endmacro %}{{ m(x=q) }}",
        "{% macro m() %}{{ varargs[0]|safe }}{% endmacro %}{{ m(q) }}",
        "{% macro a(x) %}{{ b(x) }}{% endmacro %}{% macro b(x) %}{{ x|safe }}{% endmacro %}{{ a(q) }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ q|safe }}{% endcall %}",
        "{% macro m() %}{{ caller(q) }}{% endmacro %}{% call(x) m() %}{{ x|safe }}{% endcall %}",
        "{% block b %}{{ q|safe }}{% endblock %}",
        "{% autoescape true %}{{ q|safe }}{% endautoescape %}",
        "{% filter upper %}{{ q|safe }}{% endfilter %}",
        "{% set a %}{{ q|safe }}{% endset %}{{ a }}",
    ],
)
def test_statements(text: str) -> None:
    assert page(text) == ["untrusted"]


@pytest.mark.parametrize(
    "text",
    [
        "{% set q = 'a' %}{{ q|safe }}",
        "{% with q = 'a' %}{{ q|safe }}{% endwith %}",
        "{% for q in ['a'] %}{{ q|safe }}{% endfor %}",
        "{% macro m(q) %}{{ q|safe }}{% endmacro %}{{ m('a') }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(q)|safe }}",
        "{% macro m() %}{{ caller()|safe }}{% endmacro %}{% call m() %}{{ q }}{% endcall %}",
        "{% set a %}{{ q }}{% endset %}{{ a|safe }}",
        "{% if false %}{{ q|safe }}{% endif %}",
    ],
)
def test_statements_that_let_nothing_through(text: str) -> None:
    assert page(text) == []


def test_an_include_sees_the_context() -> None:
    assert page('{% include "part.html" %}', part="{{ q|safe }}") == ["part:1 untrusted"]
    assert page('{% include "part.html" without context %}', part="{{ q|safe }}") == ["part:1 unknown"]
    assert page('{% for a in [q] %}{% include "part.html" %}{% endfor %}', part="{{ a|safe }}") == ["part:1 untrusted"]
    last = '{% set b = "" %}{% for a in items %}{% include "part.html" %}{% set b = q %}{% endfor %}'
    assert page(last, part="{{ b|safe }}") == ["part:1 untrusted"]
    last = '{% set b = "" %}{% for a in items %}{{ b|safe }}{% set b = q %}{% endfor %}'
    assert page(last) == ["untrusted"]
    last = '{% macro m() %}{{ b|safe }}{% endmacro %}{% set b = "" %}{% for a in items %}{{ m() }}{% set b = q %}{% endfor %}'
    assert page(last) == ["untrusted"]


def test_an_imported_macro_sees_what_it_is_given() -> None:
    part = "{% macro m(x) %}{{ x|safe }}{{ q|safe }}{% endmacro %}"
    for text in (
        '{% from "part.html" import m %}{{ m(q) }}',
        '{% from "part.html" import m as n %}{{ n(q) }}',
        '{% import "part.html" as p %}{{ p.m(q) }}',
    ):
        assert page(text, part=part) == ["part:1 untrusted", "part:1 unknown"], text


def test_an_imported_macro_calls_its_neighbours() -> None:
    part = "{% macro m(x) %}{{ n(x) }}{% endmacro %}{% macro n(x) %}{{ x|safe }}{% endmacro %}"
    assert page('{% from "part.html" import m %}{{ m(q) }}', part=part) == ["part:1 untrusted"]


def test_blocks_of_a_child_and_its_parent() -> None:
    base = "{% block a %}{{ q|safe }}{% endblock %}\n{% block b %}{{ q|safe }}{% endblock %}\n{{ q|safe }}"
    child = '{% extends "base.html" %}{% block a %}{{ q|safe }}{% endblock %}'
    assert page(child, base=base) == ["base:2 untrusted", "base:3 untrusted", "untrusted"]


def test_a_parent_sees_what_its_child_sets() -> None:
    child = '{% extends "base.html" %}{% set a = q %}'
    assert page(child, base="{{ a|safe }}") == ["base:1 untrusted"]


def test_a_grandchild() -> None:
    base = "{% block a %}{{ q|safe }}{% endblock %}\n{% block b %}{% endblock %}"
    middle = '{% extends "base.html" %}{% block b %}{{ q|safe }}{% endblock %}'
    child = '{% extends "middle.html" %}{% block a %}{% endblock %}'
    assert page(child, middle=middle, base=base) == ["middle:1 untrusted"]


def test_names_that_are_chosen() -> None:
    view = 'name = "one.html" if q else "two.html"\nreturn render_template(name, q=q)'
    assert told(view, one="{{ q|safe }}", two="{{ q|safe }}") == ["one:1 untrusted", "two:1 untrusted"]
    view = 'return render_template(["none.html", "two.html"], q=q)'
    assert told(view, two="{{ q|safe }}") == ["two:1 untrusted"]


def test_a_template_that_is_got_first() -> None:
    assert told('return app.jinja_env.get_template("page.html").render(q=q)', page="{{ q|safe }}") == [
        "page:1 untrusted"
    ]
    view = 'return app.jinja_env.get_template("page.html").render({"q": q})'
    assert told(view, page="{{ q|safe }}") == ["page:1 untrusted"]


def test_a_helper_of_the_app() -> None:
    view = """
        def show(name, **context):
            return render_template(name, **context)
        return show("page.html", q=q)
        """
    assert told(view, page="{{ q|safe }}") == ["page:1 untrusted"]


def project(app: str, text: str) -> list[str]:
    """What is found in a page of an app with more than a view."""
    found = flows({"app.py": APP + textwrap.dedent(app), "templates/page.html": text})
    return ["untrusted" if flow.untrusted else "unknown" for flow in found if flow.location.path != "app.py"]


VIEW = """
@app.route("/")
def view():
    return render_template("page.html", q=request.args["q"])
"""


def test_the_apps_own_filters() -> None:
    clean = "@app.template_filter()\ndef tidy(text):\n    return bleach.clean(text)\n"
    assert project(clean + VIEW, "{{ q|tidy|safe }}{{ x|tidy|safe }}") == []
    loud = '@app.template_filter("loud")\ndef to_loud(text):\n    return text.upper()\n'
    assert project(loud + VIEW, "{{ q|loud|safe }}") == ["untrusted"]
    written = 'app.jinja_env.filters["tidy"] = bleach.clean\n'
    assert project(written + VIEW, "{{ q|tidy|safe }}") == []
    updated = "app.jinja_env.filters.update(same=lambda text: text)\n"
    assert project(updated + VIEW, "{{ q|same|safe }}") == ["untrusted"]
    added = "def same(text):\n    return text\napp.add_template_filter(same)\n"
    assert project(added + VIEW, "{{ q|same|safe }}") == ["untrusted"]


def test_the_apps_own_globals_and_context_processors() -> None:
    made = '@app.template_global()\ndef banner():\n    return "<b>"\n'
    assert project(made + VIEW, "{{ banner()|safe }}") == []
    given = '@app.context_processor\ndef more():\n    return {"banner": request.args["b"], "sign": "<i>"}\n'
    assert project(given + VIEW, "{{ banner|safe }}") == ["untrusted"]
    assert project(given + VIEW, "{{ sign|safe }}") == []


def test_a_template_that_nobody_renders() -> None:
    assert project("", "{{ x|safe }}{% macro m(y) %}{{ y|safe }}{% endmacro %}") == ["unknown", "unknown"]


def test_the_way_through_two_languages() -> None:
    found = flows(
        {
            "app.py": APP + VIEW,
            "templates/page.html": '{% from "part.html" import m %}{{ m(q) }}',
            "templates/part.html": "{% macro m(x) %}{{ x|safe }}{% endmacro %}",
        }
    )
    (flow,) = [one for one in found if one.sink.kind == "safe-filter"]
    assert [(step.location.path, step.message) for step in flow.trace] == [
        ("app.py", "the visitor controls the query string"),
        ("app.py", "passed to the template as `q`"),
        ("app.py", "passed to `page.html`"),
        ("templates/page.html", "passed to `m()` as `x`"),
        ("templates/part.html", "is put into the page as HTML"),
    ]
    assert flow.scope == "m"
