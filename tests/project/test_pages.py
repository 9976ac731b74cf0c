"""Templates by name."""

from __future__ import annotations

import pytest

from flasklint import ir, python, templates
from flasklint.project.pages import GAP, Pages
from flasklint.project.project import Project


def pages(files: dict[str, str]) -> Pages:
    """The pages of a project; a file without text is an empty template."""
    facts = []
    for path, text in files.items():
        front = python if path.endswith(".py") else templates
        one = front.extract(path, text.encode())
        assert not isinstance(one, ir.Unread), one
        facts.append(one)
    return Project(facts).pages


def empty(*paths: str) -> Pages:
    return pages(dict.fromkeys(paths, ""))


def test_a_name_means_the_file_in_the_folder_of_templates() -> None:
    found = empty("shop/templates/index.html", "shop/templates/admin/index.html")
    assert found.named("index.html", "shop/views.py") == ("shop/templates/index.html",)
    assert found.named("admin/index.html", "shop/views.py") == ("shop/templates/admin/index.html",)
    assert found.named("./index.html", "shop/views.py") == ("shop/templates/index.html",)


def test_a_name_does_not_start_inside_a_folder_of_templates() -> None:
    assert empty("shop/templates/admin/list.html").named("list.html", "shop/views.py") == ()


def test_the_apps_in_one_repository_have_their_own() -> None:
    found = empty("one/templates/index.html", "two/templates/index.html")
    assert found.named("index.html", "two/views/home.py") == ("two/templates/index.html",)


def test_a_blueprint_sees_the_apps_templates_and_its_own() -> None:
    found = empty("shop/templates/index.html", "shop/admin/templates/index.html")
    assert found.named("index.html", "shop/admin/views.py") == (
        "shop/admin/templates/index.html",
        "shop/templates/index.html",
    )
    assert found.named("index.html", "shop/views.py") == ("shop/templates/index.html",)


def test_a_blueprints_templates_are_found_from_elsewhere() -> None:
    found = empty("shop/core/templates/core/base.html")
    assert found.named("core/base.html", "shop/admin/views.py") == ("shop/core/templates/core/base.html",)


def test_a_folder_that_an_app_names_is_one_of_templates() -> None:
    found = pages(
        {
            "app.py": 'import flask\napp = flask.Flask(__name__, template_folder="templates/dark")\n',
            "templates/dark/index.html": "",
            "templates/light/index.html": "",
        }
    )
    assert found.named("index.html", "app.py") == ("templates/dark/index.html",)


def test_links_with_their_targets() -> None:
    found = pages(
        {
            "templates/page.html": '{% extends "base.html" %}{% from "parts.html" import a %}'
            '{% include ["one.html", "none.html"] %}{% include kind ~ "/row.html" %}{% include chosen %}',
            "templates/base.html": "",
            "templates/parts.html": "",
            "templates/one.html": "",
            "templates/small/row.html": "",
            "templates/large/row.html": "",
        }
    )
    assert [(use.names, use.targets, use.certain) for use in found.links("templates/page.html")] == [
        (("base.html",), ("templates/base.html",), True),
        (("parts.html",), ("templates/parts.html",), True),
        (("one.html", "none.html"), ("templates/one.html",), True),
        ((f"{GAP}/row.html",), ("templates/large/row.html", "templates/small/row.html"), False),
        ((GAP,), (), False),
    ]
    assert found.users("templates/base.html") == ("templates/page.html",)


def test_what_a_template_brings_in() -> None:
    found = pages(
        {
            "templates/a.html": '{% extends "b.html" %}',
            "templates/b.html": '{% include "c.html" %}{% include "a.html" %}',
            "templates/c.html": "",
        }
    )
    assert found.brought("templates/a.html") == ("templates/a.html", "templates/b.html", "templates/c.html")
    assert found.brought("templates/a.html", "extends") == ("templates/a.html", "templates/b.html")


@pytest.mark.parametrize(
    ("written", "targets"),
    [
        ('"list.html"', ["templates/list.html"]),
        ('["none.html", "list.html"]', ["templates/list.html"]),
        ('"list.html" if wide else "card.html"', ["templates/list.html", "templates/card.html"]),
        ('f"{kind}/page.html"', ["templates/one/page.html"]),
        ('"%s/page.html" % kind', ["templates/one/page.html"]),
        ("kind", []),
    ],
)
def test_calls_that_render(written: str, targets: list[str]) -> None:
    found = pages(
        {
            "app.py": f"from flask import render_template\ndef view(kind, wide):\n    return render_template({written})\n",
            "templates/list.html": "",
            "templates/card.html": "",
            "templates/one/page.html": "",
        }
    )
    (rendering,) = found.renderings
    assert list(rendering.targets) == targets
    for target in targets:
        assert found.rendered_by(target) == (rendering,)


def test_names_that_no_file_has_are_told() -> None:
    found = pages(
        {
            "app.py": 'from flask import render_template\nrender_template("gone.html")\n',
            "templates/a.html": '{% extends "lib/base.html" %}{% include "maybe.html" ignore missing %}',
        }
    )
    assert [name for name, _ in found.missing] == ["gone.html", "lib/base.html"]
