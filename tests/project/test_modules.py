"""Modules by path and name; which of them an import means is in the cases of names."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.project.modules import Modules, kind_of
from tests.project.linking import project


def names(*paths: str) -> dict[str, str]:
    return {module.path: module.name for module in Modules(ir.Module(path, ()) for path in paths)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("app.py", "app"),
        ("shop/views.py", "shop.views"),
        ("src/shop/views.py", "shop.views"),
        ("src/app.py", "app"),
        ("my-app/run.py", "my-app.run"),
        ("wsgi.pyw", "wsgi"),
    ],
)
def test_a_name_from_a_path(path: str, name: str) -> None:
    assert names(path) == {path: name}


def test_packages_are_named_from_their_outermost_folder() -> None:
    paths = ("services/one/shop/__init__.py", "services/one/shop/views/__init__.py", "services/one/shop/views/admin.py")
    assert list(names(*paths).values()) == ["shop", "shop.views", "shop.views.admin"]


def test_a_name_is_one_modules() -> None:
    paths = (
        "one/shop/__init__.py",
        "two/shop/__init__.py",
        "src/app.py",
        "app.py",
        "a.py",
        "a/__init__.py",
        "a/b.py",
        "src/a/b.py",
    )
    found = names(*paths)
    assert len(set(found.values())) == len(paths)
    assert found["one/shop/__init__.py"] == "one.shop"
    assert found["a/__init__.py"] == "a"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("shop/views.py", "code"),
        ("tests/helpers.py", "test"),
        ("shop/test/views.py", "test"),
        ("lib/shop/testsuite/views.py", "test"),
        ("shop/test_views.py", "test"),
        ("shop/views_test.py", "test"),
        ("conftest.py", "test"),
        ("shop/testing/client.py", "test"),
        ("shop/tests.py", "test"),
        ("tests_python/app.py", "test"),
        ("unit-tests/app.py", "test"),
        ("test_results/views.py", "code"),
        ("examples/app.py", "example"),
        ("docs/conf.py", "example"),
        ("demo/app.py", "example"),
        ("shop/latest.py", "code"),
        ("shop/testing.py", "code"),
        ("testcode/a.py", "code"),
        ("shop/contest_views.py", "code"),
    ],
)
def test_what_a_file_is_for(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_tests_and_examples_are_out_of_the_default_scope() -> None:
    found = project({"app.py": "", "tests/a.py": "", "examples/b.py": ""})
    assert [module.is_test for module in found.modules.values()] == [False, True, True]


def test_tests_alone_are_what_is_meant() -> None:
    assert not any(module.is_test for module in project({"tests/a.py": "", "examples/b.py": ""}).modules.values())


def test_what_a_project_gives() -> None:
    found = project(
        {
            "shop/__init__.py": "",
            "shop/views.py": "class A:\n    def m(self): pass\ndef f(): pass",
            "b.py": "import shop",
        }
    )
    views = found.modules["shop/views.py"]
    assert found.module_named("shop.views") is views
    assert found.module_named("views") is None
    assert found.imported("shop.views", found.modules["b.py"]) is views
    assert found.imported(".views", found.modules["shop/__init__.py"]) is views
    assert found.imported("flask", views) is None
    assert [scope.name for scope in found.functions()] == ["shop.views.A.m", "shop.views.f"]


@pytest.mark.parametrize(
    ("name", "qualname"),
    [
        ("a.A", "A"),
        ("a.A.m", "A.m"),
        ("a.A().m", "A.m"),
        ("a.f", "f"),
        ("a.f.<locals>.g", "f.<locals>.g"),
        ("a.f()", None),
        ("a", None),
        ("flask.Flask", None),
    ],
)
def test_a_definition_by_name(name: str, qualname: str | None) -> None:
    found = project({"a.py": "class A:\n    def m(self): pass\ndef f():\n    def g(): pass"}).definition(name)
    assert (found.qualname if found else None) == qualname


def test_the_scope_of_a_definition() -> None:
    found = project({"a.py": "class A:\n    def m(self): pass", "b.py": ""})
    one, other = found.modules.values()
    for scope in one.scopes[1:]:
        assert not isinstance(scope.node, ir.Module)
        assert found.scope_of(scope.node, one) is scope
        assert found.scope_of(scope.node, other) is None


def test_locations() -> None:
    found = project({"a.py": "def f(): pass"})
    module = found.modules["a.py"]
    (scope,) = found.functions()
    assert not isinstance(scope.node, ir.Module)
    assert found.location("a.py", scope.node) == found.location(module, scope.node) == found.location(scope, scope.node)
    assert scope.location.span == (4, 5)
