"""The way of untrusted data across Python and templates, as the SARIF report tells it, step by step."""

from __future__ import annotations

import json
from pathlib import Path

from flasklint import engine
from flasklint.planning import Orders
from flasklint.planning import plan as plan_for
from flasklint.reporters import render
from flasklint.reporters.options import RenderOptions
from tests.trees import plant

APP = """\
from flask import Flask, g, render_template, render_template_string, request

app = Flask(__name__)


@app.route("/user/<name>")
def show(name):
    bio = request.args["bio"]
    return render_template("profile.html", bio=bio)
"""
BASE = "<body>{% block body %}{% endblock %}</body>\n"
PROFILE = """\
{% extends "base.html" %}
{% block body %}
{% include "part.html" %}
{% endblock %}
"""
PART = """\
{% from "macros.html" import card %}
{{ card(bio) }}
"""
MACROS = """\
{% macro card(text) %}
<p>{{ text|safe }}</p>
{% endmacro %}
"""


def ways(tmp_path: Path, files: dict[str, str], code: str = "FLK401") -> list[list[str]]:
    """Each finding's way as ``file:line:column text -- words``, where the text is what the region covers."""
    plant(tmp_path, files)
    plan = plan_for(Orders(paths=(str(tmp_path),), values={"select": (code,)}, isolated=True))
    outcome = engine.run(plan)
    log = json.loads(render("sarif", outcome.report, outcome.texts, RenderOptions()))
    found = []
    for result in log["runs"][0]["results"]:
        steps = []
        for flow in result.get("codeFlows", []):
            for step in flow["threadFlows"][0]["locations"]:
                place = step["location"]["physicalLocation"]
                path, region = place["artifactLocation"]["uri"], place["region"]
                name = path.rpartition("/")[2]
                line = next(text for key, text in files.items() if key.endswith(name)).split("\n")[
                    region["startLine"] - 1
                ]
                last = region["endColumn"] - 1 if region["endLine"] == region["startLine"] else None
                text = line[region["startColumn"] - 1 : last].strip()
                steps.append(f"{name}:{region['startLine']} {text} -- {step['location']['message']['text']}")
        found.append(steps)
    return found


def test_from_a_route_through_includes_and_macros(tmp_path: Path) -> None:
    files = {
        "app.py": APP,
        "templates/base.html": BASE,
        "templates/profile.html": PROFILE,
        "templates/part.html": PART,
        "templates/macros.html": MACROS,
    }
    assert ways(tmp_path, files) == [
        [
            "app.py:8 request.args -- Source: the visitor controls the query string",
            "app.py:9 bio -- passed to the template as `bio`",
            'app.py:9 render_template("profile.html", bio=bio) -- passed to `profile.html`',
            "profile.html:2 {% block body %} -- passed to the block `body`",
            'profile.html:3 {% include "part.html" %} -- passed to `part.html`',
            "part.html:2 bio -- passed to `card()` as `text`",
            "macros.html:2 text -- Sink: is put into the page as HTML",
        ]
    ]


def test_into_a_string(tmp_path: Path) -> None:
    app = APP.replace('render_template("profile.html",', 'render_template_string("<p>{{ bio|safe }}</p>",')
    assert ways(tmp_path, {"app.py": app}) == [
        [
            "app.py:8 request.args -- Source: the visitor controls the query string",
            "app.py:9 bio -- passed to the template as `bio`",
            "app.py:9 bio -- Sink: is put into the page as HTML",
        ]
    ]


RECORD = """\
from flask import Flask, render_template, request
from models import User

app = Flask(__name__)


@app.route("/save", methods=["POST"])
def save():
    user = User.query.first()
    user.bio = request.form["bio"]


@app.route("/")
def show():
    return render_template("profile.html", user=User.query.first())
"""


def test_through_a_record(tmp_path: Path) -> None:
    files = {"app.py": RECORD, "templates/profile.html": "<p>{{ user.bio|safe }}</p>\n"}
    assert ways(tmp_path, files) == [
        [
            "app.py:10 request.form -- Source: the visitor controls the form",
            "app.py:10 user.bio -- is kept",
            "profile.html:1 user.bio|safe -- Sink: is put into the page as HTML",
        ]
    ]


def regions(tmp_path: Path, files: dict[str, str], code: str = "FLK401") -> list[tuple[str, str, int, str]]:
    """The whole way of the only finding, as the report places it: file, region (line:column-line:column), how deep, words."""
    plant(tmp_path, files)
    plan = plan_for(Orders(paths=(str(tmp_path),), values={"select": (code,)}, isolated=True))
    outcome = engine.run(plan)
    log = json.loads(render("sarif", outcome.report, outcome.texts, RenderOptions()))
    (result,) = log["runs"][0]["results"]
    (flow,) = result["codeFlows"]
    (thread,) = flow["threadFlows"]
    found = []
    for step in thread["locations"]:
        place = step["location"]["physicalLocation"]
        region = place["region"]
        first = f"{region['startLine']}:{region['startColumn']}"
        last = f"{region.get('endLine', region['startLine'])}:{region['endColumn']}"
        path = place["artifactLocation"]["uri"].rpartition("/")[2]
        found.append((path, f"{first}-{last}", step.get("nestingLevel", 0), step["location"]["message"]["text"]))
    return found


TEMPLATED = """\
from functools import wraps

from flask import Flask, render_template, request

app = Flask(__name__)


def templated(name):
    def decorator(view):
        @wraps(view)
        def inner(*args, **kwargs):
            return render_template(name, **view(*args, **kwargs))

        return inner

    return decorator


@app.route("/user/<name>")
@templated("profile.html")
def show(name):
    return {"bio": request.args["bio"]}
"""


def test_each_place_of_a_way_through_a_decorator_includes_and_macros(tmp_path: Path) -> None:
    files = {
        "app.py": TEMPLATED,
        "templates/base.html": BASE,
        "templates/profile.html": PROFILE,
        "templates/part.html": PART,
        "templates/macros.html": MACROS,
    }
    assert regions(tmp_path, files) == [
        ("app.py", "22:20-22:32", 0, "Source: the visitor controls the query string"),
        ("app.py", "22:12-22:40", 0, "passed to the template as `bio`"),
        ("app.py", "22:12-22:40", 0, "passed to `profile.html`"),
        ("profile.html", "2:1-4:15", 1, "passed to the block `body`"),
        ("profile.html", "3:1-3:26", 2, "passed to `part.html`"),
        ("part.html", "2:9-2:12", 3, "passed to `card()` as `text`"),
        ("macros.html", "2:7-2:11", 4, "Sink: is put into the page as HTML"),
    ]


def test_each_place_of_a_way_into_a_link_of_the_base(tmp_path: Path) -> None:
    files = {
        "app.py": APP,
        "templates/base.html": '<a href="{% block back %}/{% endblock %}">Back</a>\n',
        "templates/profile.html": '{% extends "base.html" %}\n{% block back %}{{ bio }}{% endblock %}\n',
    }
    assert regions(tmp_path, files, "FLK408") == [
        ("app.py", "8:11-8:23", 0, "Source: the visitor controls the query string"),
        ("app.py", "9:48-9:51", 0, "passed to the template as `bio`"),
        ("app.py", "9:12-9:52", 0, "passed to `profile.html`"),
        ("profile.html", "2:1-2:40", 1, "passed to the block `back`"),
        ("profile.html", "2:20-2:23", 2, "Sink: is where the link leads"),
    ]


def test_each_place_of_a_way_into_a_formatted_string(tmp_path: Path) -> None:
    app = APP.replace(
        'render_template("profile.html",', 'render_template_string(f"<b>{len(name)}</b>{{{{ bio|safe }}}}",'
    )
    assert regions(tmp_path, {"app.py": app}) == [
        ("app.py", "8:11-8:23", 0, "Source: the visitor controls the query string"),
        ("app.py", "9:80-9:83", 0, "passed to the template as `bio`"),
        ("app.py", "9:60-9:63", 1, "Sink: is put into the page as HTML"),
    ]
