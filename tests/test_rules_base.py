"""Every kind of rule is asked in one way, about what it is to be shown, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.rows import Sink, Source
from flasklint.rules.base import (
    AppRule,
    CallRule,
    Context,
    FlowRule,
    ModuleRule,
    Option,
    OwnRule,
    ProjectRule,
    TemplateRule,
)
from flasklint.source import Location, Span
from flasklint.taint.flows import Flow, Flows, Path


def at(path: str) -> Location:
    return Location(path, Span(0, 1))


def module(path: str, *, is_test: bool = False) -> SimpleNamespace:
    return SimpleNamespace(path=path, is_test=is_test)


class Toy:
    """A project of two modules, one of them a test, each with one call; one template and one app."""

    def __init__(self) -> None:
        self.modules = {"a.py": module("a.py"), "tests/b.py": module("tests/b.py", is_test=True)}
        self.templates = {"t.html": ir.Template("t.html", ())}
        self.apps = (SimpleNamespace(location=at("a.py")),)
        self.asked: list[str] = []

    def calls(self, *names: str) -> Iterator[Any]:
        self.asked.extend(names)
        for one in self.modules.values():
            yield SimpleNamespace(scope=SimpleNamespace(module=one), location=at(one.path))


def toy() -> Any:
    return Toy()


class Named:
    code: ClassVar[str] = "FLK999"
    name: ClassVar[str] = "toy"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = (1,)


class Calls(Named, CallRule):
    """Finds every call.

    More words.
    """

    names = ("builtins.eval", "builtins.exec")
    options: ClassVar[Mapping[str, Option]] = MappingProxyType({"limit": Option(3, "How many.")})

    def check_call(self, site: Any, project: Any) -> Iterator[Finding]:
        yield self.finding(site.location, f"At most {self.option('limit')}.")


class Modules(Named, ModuleRule):
    def check_module(self, module: Any, project: Any) -> Iterator[Finding]:
        yield self.finding(at(module.path), "m")


class Templates(Named, TemplateRule):
    def check_template(self, template: ir.Template, project: Any) -> Iterator[Finding]:
        yield self.finding(at(template.path), "t")


class Apps(Named, AppRule):
    def check_app(self, app: Any, project: Any) -> Iterator[Finding]:
        yield self.finding(app.location, "a")


class Whole(Named, ProjectRule):
    def check(self, project: Any) -> Iterator[Finding]:
        for path in project.modules:
            yield self.finding(at(path), "p")


class Followed(Named, FlowRule):
    kinds = ("sql", "html")
    title = "Untrusted data arrives."
    weak: ClassVar[dict[str, str]] = {"weak:look": "A look is no check."}


class Own(Named, OwnRule):
    pass


def flow(kind: str, path: str, *, untrusted: bool = True, origin: Any = "request", weak: tuple[str, ...] = ()) -> Flow:
    way = Path(Source("flask.Request().args", "the visitor controls the query string", origin), (), Confidence.HIGH, ())
    sink = Sink("x.run", kind, words="is run")
    return Flow(sink, at(path), at(path), "view", (), (way,) if untrusted else (), weak)


def found(rule: Any, flows: tuple[Flow, ...] = ()) -> list[Finding]:
    return list(rule.run(Context(toy(), lambda project: Flows(flows))))


def paths(rule: Any, flows: tuple[Flow, ...] = ()) -> list[str]:
    return [finding.location.path for finding in found(rule, flows)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(Calls, ["a.py"]), (Modules, ["a.py"]), (Whole, ["a.py"]), (Templates, ["t.html"]), (Apps, ["a.py"]), (Own, [])],
)
def test_each_kind_is_asked_outside_tests(rule: Any, expected: list[str]) -> None:
    assert paths(rule()) == expected


@pytest.mark.parametrize(
    ("template", "is_test"),
    [
        ("t.html", False),
        ("tests/templates/t.html", True),
        ("shop/templates/docs/t.html", False),
        ("shop/templates/test_results.html", False),
        ("tests/app/templates/t.html", True),
        ("elsewhere/examples/t.html", True),
    ],
)
def test_templates_belong_to_the_python_around_them(template: str, is_test: bool) -> None:
    project = toy()
    project.modules["shop/a.py"] = module("shop/a.py")
    project.templates = {template: ir.Template(template, ())}
    assert (template in Context(project).test_paths) == is_test


def test_templates_of_tests_that_are_not_in_the_project_are_theirs_too() -> None:
    project = toy()
    project.modules = {"shop/a.py": module("shop/a.py")}
    project.templates = {"shop/tests/pages/t.html": ir.Template("shop/tests/pages/t.html", ())}
    assert not Context(project).test_paths
    aside = frozenset({"shop/tests/test_a.py"})
    assert Context(project, aside=aside).test_paths == aside | {"shop/tests/pages/t.html"}


def test_when_tests_are_all_there_is_none_are_tests() -> None:
    project = toy()
    project.modules = {"tests/b.py": module("tests/b.py")}
    project.templates = {"tests/t.html": ir.Template("tests/t.html", ())}
    assert Context(project).test_paths == frozenset()


def test_a_rule_may_look_into_tests() -> None:
    class Everywhere(Calls):
        in_tests = True

    assert paths(Everywhere()) == ["a.py", "tests/b.py"]


def test_a_flow_rule_sees_its_kinds_and_not_flows_that_end_in_tests() -> None:
    flows = (flow("sql", "a.py"), flow("shell", "a.py"), flow("html", "tests/b.py"), flow("html", "t.html"))
    assert sorted(paths(Followed(), flows)) == ["a.py", "t.html"]


def test_a_flow_of_what_is_not_untrusted_is_no_finding() -> None:
    assert not found(Followed(), (flow("sql", "a.py", untrusted=False),))


def test_a_flow_says_who_controls_it_and_which_check_does_not_stop_it() -> None:
    (finding,) = found(Followed(), (flow("sql", "a.py", weak=("weak:look", "weak:other")),))
    assert finding.message == "Untrusted data arrives. The visitor controls the query string. A look is no check."
    assert (finding.label, finding.scope, finding.severity) == ("is run", "view", Followed.severity)


def test_what_comes_by_a_detour_is_less_severe() -> None:
    class Severe(Followed):
        severity = Severity.HIGH

    (finding,) = found(Severe(), (flow("sql", "a.py", origin="database"),))
    assert finding.severity is Severity.MEDIUM


def test_flows_are_looked_for_once_and_only_when_asked() -> None:
    asked = []

    def follow(project: Any) -> Flows:
        asked.append(project)
        return Flows(())

    context = Context(toy(), follow)
    list(Calls().run(context))
    assert not asked
    list(Followed().run(context))
    list(Followed().run(context))
    assert len(asked) == 1


def test_options_have_defaults_and_are_checked() -> None:
    assert Calls().option("limit") == 3
    assert Calls({"limit": 5}).option("limit") == 5
    with pytest.raises(ValueError, match="no option 'limits'"):
        Calls({"limits": 5})
    with pytest.raises(ValueError, match="takes int, not bool"):
        Calls({"limit": True})


def test_info_is_read_from_the_class() -> None:
    info = Calls.info()
    assert (info.code, info.summary, info.cwe) == ("FLK999", "Finds every call.", (1,))
    assert info.page == "Finds every call.\n\nMore words."


def test_a_finding_has_the_rules_severity_unless_given() -> None:
    rule = Calls()
    assert rule.finding(at("a.py"), "x").severity is Severity.LOW
    assert rule.finding(at("a.py"), "x", severity=Severity.HIGH).severity is Severity.HIGH
