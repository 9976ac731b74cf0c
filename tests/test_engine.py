"""The stages together: one report, the same on every road, and nothing lost when a part fails."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flasklint import engine, ir, pool, reading
from flasklint import python as _python
from flasklint import templates as _templates  # noqa: F401
from flasklint.cache import Cache
from flasklint.facts import facts_of
from flasklint.findings import Finding, Judged, Persona, Report, Severity, Verdict
from flasklint.planning import NothingToAnalyseError, Orders
from flasklint.planning import plan as plan_for
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.reporters import FORMATS, render
from flasklint.reporters.options import RenderOptions
from flasklint.rules.base import CallRule, FlowRule, Option, ProjectRule
from flasklint.rules.registry import Registry, load
from flasklint.settings import SettingsError
from flasklint.source import Location, SourceFile, Span
from flasklint.taint.flows import Flow, Flows, Limit
from tests.trees import plant


class Evals(CallRule):
    """Reports every eval."""

    code: ClassVar[str] = "FLK599"
    name: ClassVar[str] = "evals"
    severity: ClassVar[Severity] = Severity.HIGH
    cwe: ClassVar[tuple[int, ...]] = (95,)
    names: ClassVar[tuple[str, ...]] = ("builtins.eval",)
    options: ClassVar[dict[str, Option]] = {"depth": Option(3, "How deep.")}

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        yield self.finding(site.location, "This is an eval.", scope=site.scope.qualname)


class Broken(ProjectRule):
    """Breaks."""

    code: ClassVar[str] = "FLK598"
    name: ClassVar[str] = "broken"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = (1,)

    def check(self, project: Project) -> Iterator[Finding]:
        raise ZeroDivisionError("oh")
        yield


class Flowing(FlowRule):
    """Is shown flows."""

    code: ClassVar[str] = "FLK597"
    name: ClassVar[str] = "flowing"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = (1,)
    kinds: ClassVar[tuple[str, ...]] = ("sql",)

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        yield self.finding(flow.location, "It flows.")


class AlsoFlowing(Flowing):
    """Is shown flows, too."""

    code: ClassVar[str] = "FLK596"
    name: ClassVar[str] = "also-flowing"


REGISTRY = Registry([*(rule for rule in load() if rule.code.startswith("FLK0")), Evals])
WITH_BROKEN = Registry([*REGISTRY, Broken])


def check(*paths: Path, cache: Cache | None = None, registry: Registry = REGISTRY, **values: Any) -> engine.Outcome:
    plan = plan_for(Orders(tuple(map(str, paths)), values), registry)
    return engine.run(plan, cache, registry=registry)


def results(report: Report) -> list[tuple[str, str, str]]:
    return [(item.finding.location.path, item.finding.code, item.verdict.value) for item in report.results]


def printed(outcome: engine.Outcome) -> list[str]:
    return [render(form, outcome.report, outcome.texts, RenderOptions()) for form in FORMATS]


# One report --------------------------------------------------------------------------------------------------------


def test_a_report_from_end_to_end(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "pyproject.toml": "",
            "a.py": "def f(x):\n    return eval(x)\n",
            "templates/s.html": "{{ x }} {# flasklint: ignore[evals] #}",
            "broken.py": "def f(:\n",
            "latin.py": b"x = '\xff'\n",
            "templates/t.html": "{{ x }}",
            "templates/broken.html": "{% if %}",
            "big.py": "x = 1\n" * 500,
        },
    )
    outcome = check(tmp_path, max_file_size=2000)
    report = outcome.report
    assert results(report) == [
        ("a.py", "FLK599", "reported"),
        ("big.py", "FLK005", "reported"),
        ("broken.py", "FLK001", "reported"),
        ("latin.py", "FLK001", "reported"),
        ("templates/broken.html", "FLK001", "reported"),
        ("templates/s.html", "FLK002", "reported"),
    ]
    names = ["a.py", "broken.py", "latin.py", "templates/broken.html", "templates/s.html", "templates/t.html"]
    assert report.files == tuple(names)
    assert (report.templates, report.crashes, report.root) == (3, (), str(tmp_path))
    assert [rule.code for rule in report.rules] == [rule.code for rule in REGISTRY]
    assert outcome.texts("a.py").content == "def f(x):\n    return eval(x)\n"
    assert outcome.steady
    assert report.results[0].finding.scope == "f"


def test_files_alone_are_reported_alone(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "a.py": "eval(x)", "b.py": "eval(x)", "c.py": "(", "link": ""})
    report = check(tmp_path / "a.py").report
    assert (results(report), report.files) == ([("a.py", "FLK599", "reported")], ("a.py",))


def test_rules_that_were_not_chosen_say_nothing(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "eval(x)", "b.py": "("})
    assert results(check(tmp_path, select=("FLK0",)).report) == [("b.py", "FLK001", "reported")]
    assert results(check(tmp_path, ignore=("unreadable-file",)).report) == [("a.py", "FLK599", "reported")]


def test_of_test_code_is_read_what_a_rule_wants_for_what_is_in_it(tmp_path: Path) -> None:
    token = "ghp_" + "aB3dE5gH7j" * 3 + "kL9mN1"
    plant(
        tmp_path,
        {
            "pyproject.toml": "",
            "a.py": "import os\n",
            "tests/test_a.py": f"import a\nTOKEN = '{token}'\na.PASSWORD = 'Hn3kq9Tz!'\n",
            "tests/test_b.py": "PASSWORD = 'Hn3kq9Tz!'\n",
        },
    )
    report = check(tmp_path, registry=load()).report
    assert results(report) == [("tests/test_a.py", "FLK106", "reported")]
    assert report.files == ("a.py", "tests/test_a.py")


def test_test_code_is_no_part_of_the_project_but_may_speak(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pyproject.toml": "",
        "a.py": "eval(x)",
        "tests/test_a.py": "eval(x)",
        "tests/test_broken.py": "(",
        "tests/test_b.py": "eval(x)  # flasklint: ignore[evals, no-such-rule]",
        "tests/test_latin.py": b"x = '\xff'\n",
        "tests/test_null.py": b"x = '\0'\n",
    }
    plant(tmp_path, files)
    report = check(tmp_path).report
    assert results(report) == [
        ("a.py", "FLK599", "reported"),
        ("tests/test_b.py", "FLK003", "reported"),
        ("tests/test_latin.py", "FLK001", "reported"),
        ("tests/test_null.py", "FLK001", "reported"),
    ]
    assert report.files == ("a.py", "tests/test_b.py", "tests/test_latin.py", "tests/test_null.py")
    named = check(tmp_path / "a.py", tmp_path / "tests" / "test_broken.py").report
    assert ("tests/test_broken.py", "FLK001", "reported") in results(named)


def test_settings_of_the_project_hold(tmp_path: Path) -> None:
    settings_ = '[tool.flasklint]\nper-file-ignores = {"b.py" = ["evals"]}\nseverity = {evals = "low"}\nextend-exclude = ["c.py"]'
    plant(tmp_path, {"pyproject.toml": settings_, "a.py": "eval(x)", "b.py": "eval(x)", "c.py": "eval(x)"})
    report = check(tmp_path).report
    assert results(report) == [("a.py", "FLK599", "reported"), ("b.py", "FLK599", "suppressed")]
    assert report.results[0].finding.severity is Severity.LOW
    isolated = plan_for(Orders((str(tmp_path),), isolated=True), REGISTRY)
    assert len(engine.run(isolated, registry=REGISTRY).report.results) == 3


@pytest.mark.parametrize(
    "text",
    [
        "eval(x)  # flasklint: ignore[FLK599] why",
        "# flasklint: ignore[FLK599] why\neval(x)",
        "y = f(\n    eval(x),\n    z,  # flasklint: ignore[FLK599] why\n)",
        "y = f(  # flasklint: ignore[FLK599] why\n    eval(x),\n)",
        "y = f(\n    eval(x),\n)  # flasklint: ignore[FLK599] why",
        "@route(  # flasklint: ignore[FLK599] why\n    eval(x)\n)\ndef f(): pass",
        "if eval(x):  # flasklint: ignore[FLK599] why\n    pass",
        'y = eval(x) + """\n"""  # flasklint: ignore[FLK599] why',
        "y = f'{eval(x)}'  # flasklint: ignore[FLK599] why",
        '"""# flasklint: ignore[FLK501] not a comment"""\n# flasklint: ignore-file[FLK599] why\n\neval(x)',
    ],
)
def test_suppressions_in_python(tmp_path: Path, text: str) -> None:
    report = check(plant(tmp_path, {"a.py": text})).report
    assert [(item.finding.code, item.verdict.value, item.reason) for item in report.results] == [
        ("FLK599", "suppressed", "why")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "if eval(x):\n    pass  # flasklint: ignore[FLK599] why",
        "eval(x)\n# flasklint: ignore[FLK599] why\n",
        "eval(x); y = '# flasklint: ignore[FLK599] why'",
    ],
)
def test_suppressions_that_stand_elsewhere(tmp_path: Path, text: str) -> None:
    report = check(plant(tmp_path, {"a.py": text})).report
    assert ("a.py", "FLK599", "reported") in results(report)


def test_suppressions_can_be_passed_over(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "eval(x)  # flasklint: ignore[evals]\ny = 1  # flasklint: ignore[evals]\n"})
    outcome = engine.run(plan_for(Orders((str(tmp_path),)), REGISTRY), registry=REGISTRY, heed_suppressions=False)
    assert results(outcome.report) == [("a.py", "FLK599", "reported")]


# Orders that cannot be carried out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('select = ["FLK589"]', "pyproject.toml:2: unknown rule 'FLK589'; did you mean FLK599"),
        ('ignore = ["eval"]', "pyproject.toml:2: unknown rule 'eval'; did you mean evals"),
        ('severity = {zzz = "low"}', "pyproject.toml:2: unknown rule 'zzz'"),
        ('per-file-ignores = {"a.py" = ["zzz"]}', "pyproject.toml:2: unknown rule 'zzz'"),
        ("[tool.flasklint.rules.evals]\ndeep = 1", "FLK599 has no option 'deep'"),
        ('[tool.flasklint.rules.FLK599]\ndepth = "1"', "option 'depth' takes int, not str"),
        ("[tool.flasklint.rules.FLK0]\nx = 1", '"FLK0" is not one rule but 5'),
    ],
)
def test_settings_that_name_no_rule_are_refused_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    plant(tmp_path, {"pyproject.toml": f"[tool.flasklint]\n{text}", "a.py": ""})
    with pytest.raises(SettingsError) as error:
        plan_for(Orders((str(tmp_path),)), REGISTRY)
    assert message in str(error.value)


def test_a_rule_that_the_command_line_misnames_is_told_with_its_option(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": ""})
    with pytest.raises(SettingsError, match="--extend-select: unknown rule 'FLK9'"):
        plan_for(Orders((str(tmp_path),), {"extend_select": ("FLK9",)}), REGISTRY)


def test_a_folder_without_anything_to_analyse_is_an_error(tmp_path: Path) -> None:
    plant(tmp_path, {"notes.txt": ""})
    with pytest.raises(NothingToAnalyseError, match="no Python files and no templates in "):
        plan_for(Orders((str(tmp_path),)), REGISTRY)


def test_files_none_of_which_is_ours_are_no_error(tmp_path: Path) -> None:
    plant(tmp_path, {"notes.txt": ""})
    assert check(tmp_path / "notes.txt").report.files == ()


def test_a_settings_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": ""})
    with pytest.raises(SettingsError, match=r"none.toml: no such file or directory"):
        plan_for(Orders((str(tmp_path),), config=str(tmp_path / "none.toml")), REGISTRY)


# What breaks -------------------------------------------------------------------------------------------------------


def test_a_rule_that_breaks_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "eval(x)\ny = 1  # flasklint: ignore[broken]\n"})
    report = check(tmp_path, registry=WITH_BROKEN).report
    assert results(report) == [("a.py", "FLK599", "reported")], "and of its suppressions nothing is said"
    (crash,) = report.crashes
    assert crash.part == "FLK598"
    assert crash.error.startswith("ZeroDivisionError: oh (test_engine.py:")


def test_what_breaks_under_several_rules_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def broken(*_: object) -> Flows:
        asked.append(1)
        raise KeyError("x")

    plant(tmp_path, {"a.py": "eval(x)"})
    monkeypatch.setattr(engine, "analyse_flows", broken)
    report = check(tmp_path, registry=Registry([*REGISTRY, Flowing, AlsoFlowing])).report
    (crash,) = report.crashes
    assert crash.part == "FLK596, FLK597"
    assert (len(asked), results(report)) == (1, [("a.py", "FLK599", "reported")])


def test_limits_of_following_are_told_to_the_pedantic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit(Location("a.py", Span(0, 4)), "too many calls")
    plant(tmp_path, {"a.py": "eval(x)"})
    monkeypatch.setattr(engine, "analyse_flows", lambda *_: Flows((), [limit]))
    registry = Registry([*REGISTRY, Flowing])
    assert ("a.py", "FLK005", "below-threshold") in results(check(tmp_path, registry=registry).report)
    assert ("a.py", "FLK005", "reported") in results(
        check(tmp_path, registry=registry, persona=Persona.PEDANTIC).report
    )


def test_an_empty_module_is_read_without_a_parser() -> None:
    for data in (b"", b"\n", b"\r\n\n"):
        assert facts_of(SourceFile("a.py", "python", data)) == _python.extract("a.py", data)


# Beside the data flow ------------------------------------------------------------------------------------------------


class Dying(ProjectRule):
    """Takes its process along, if that is not the first one."""

    code: ClassVar[str] = "FLK595"
    name: ClassVar[str] = "dying"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = (1,)
    home: ClassVar[int] = os.getpid()

    def check(self, project: Project) -> Iterator[Finding]:
        if os.getpid() != self.home:
            os._exit(3)
        yield self.finding(next(project.calls("builtins.eval")).location, "It lives on.")


@pytest.mark.skipif(not pool.available(), reason="this platform cannot fork")
def test_rules_beside_the_data_flow_find_the_same(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "eval(x)", "t.html": "{{ x }}"})
    registry = Registry([*WITH_BROKEN, Flowing])
    beside, alone = (check(tmp_path, registry=registry, jobs=jobs).report for jobs in (2, 1))
    assert beside == alone
    assert [crash.part for crash in beside.crashes] == ["FLK598"]


@pytest.mark.skipif(not pool.available(), reason="this platform cannot fork")
def test_a_process_of_rules_that_dies_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dying, "home", os.getpid())
    plant(tmp_path, {"a.py": "eval(x)"})
    report = check(tmp_path, registry=Registry([*REGISTRY, Dying, Flowing]), jobs=2).report
    assert not report.crashes
    assert [code for _, code, _ in results(report)] == ["FLK595", "FLK599"]


def test_linking_that_breaks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    plant(tmp_path, {"a.py": "eval(x)", "b.py": "("})
    monkeypatch.setattr(engine, "Project", broken)
    outcome = check(tmp_path)
    assert [crash.part for crash in outcome.report.crashes] == ["linking"]
    assert results(outcome.report) == [("b.py", "FLK001", "reported")]
    assert not outcome.steady


def break_on(monkeypatch: pytest.MonkeyPatch, path: str, deed: Any) -> None:
    whole = facts_of

    def facts(file: SourceFile) -> ir.Facts:
        if file.path == path:
            deed()
        return whole(file)

    monkeypatch.setattr(reading, "facts_of", facts)


@pytest.mark.skipif(not pool.available(), reason="this platform cannot fork")
def test_a_parser_that_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a.py": "eval(x)", "b.py": "eval(x)", "c.py": "eval(x)"})
    break_on(monkeypatch, "b.py", lambda: os._exit(1))
    store = Cache(str(tmp_path / "cache"), "/p")
    outcome = check(tmp_path, cache=store)
    assert results(outcome.report) == [
        ("a.py", "FLK599", "reported"),
        ("b.py", "FLK001", "reported"),
        ("c.py", "FLK599", "reported"),
    ]
    assert "could not be analysed: the parser died" in outcome.report.results[1].finding.message
    assert not outcome.steady
    monkeypatch.undo()
    store.save()
    assert results(check(tmp_path, cache=Cache(str(tmp_path / "cache"), "/p")).report)[1][1] == "FLK599", (
        "it is not kept"
    )


@pytest.mark.parametrize("forks", [True, False])
def test_a_front_end_that_breaks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks: bool) -> None:
    plant(tmp_path, {"a.py": "eval(x)", "b.py": "eval(x)"})
    break_on(monkeypatch, "b.py", lambda: [][0])
    monkeypatch.setattr(pool, "available", lambda: forks)
    report = check(tmp_path).report
    assert results(report) == [("a.py", "FLK599", "reported")]
    (crash,) = report.crashes
    assert (crash.part, crash.path, crash.error) == (
        "reading python files",
        "b.py",
        "IndexError: list index out of range",
    )


# The same on every road --------------------------------------------------------------------------------------------

LINES = (
    "eval(x)",
    "def f(a):\n    return eval(a)  # flasklint: ignore[FLK599] fine",
    "from a import *",
    "x = 1  # flasklint: ignore",
    "class C:\n    k = eval('1')",
    "(",
    "ä = 'ü'",
)
TREES = st.dictionaries(
    st.sampled_from(["a.py", "b.py", "pkg/__init__.py", "pkg/c.py", "templates/d.html", "tests/test_e.py"]),
    st.lists(st.sampled_from(LINES), max_size=4).map("\n".join),
    min_size=1,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(tree=TREES, seed=st.integers(0, 1000))
def test_serial_parallel_cached_and_reordered_runs_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, str], seed: int
) -> None:
    folder = plant(tmp_path_factory.mktemp("tree"), tree | {"pyproject.toml": ""})
    files = [folder / name for name in tree]
    mixed = list(files)
    random.Random(seed).shuffle(mixed)
    kept = str(tmp_path_factory.mktemp("cache"))
    cold = Cache(kept, "/p")
    one = printed(check(folder, jobs=1, cache=cold))
    assert cold.save() == ""
    assert printed(check(folder, jobs=3)) == one
    assert printed(check(folder, cache=Cache(kept, "/p"))) == one
    assert printed(check(*files)) == printed(check(*mixed))


def test_a_run_from_the_cache_parses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a.py": "eval(x)", "b.py": "(", "templates/c.html": "{{ x }}"})
    store = Cache(str(tmp_path / "c"), "/p")
    one = printed(check(tmp_path, cache=store))
    store.save()

    def no_parsing(file: SourceFile) -> ir.Facts:
        raise AssertionError(file.path)

    monkeypatch.setattr(reading, "facts_of", no_parsing)
    assert printed(check(tmp_path, cache=Cache(str(tmp_path / "c"), "/p"))) == one


def test_what_was_found_in_a_state_is_not_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"pyproject.toml": "", "a.py": "eval(x)", "b.py": "eval(y)  # flasklint: ignore[FLK599] fine\neval(1)"}
    plant(tmp_path / "tree", files)
    monkeypatch.chdir(tmp_path / "tree")
    kept = str(tmp_path / "c")
    store = Cache(kept, "/p")
    check(tmp_path / "tree", cache=store)
    assert store.save() == ""
    wanted = [printed(check(tmp_path / "tree" / name)) for name in ("a.py", "b.py")]
    strict = printed(check(tmp_path / "tree", persona=Persona.AUDITOR))

    def no_linking(*_: object) -> None:
        raise AssertionError("it is known")

    monkeypatch.setattr(engine, "Project", no_linking)
    assert [printed(check(tmp_path / "tree" / name, cache=Cache(kept, "/p"))) for name in ("a.py", "b.py")] == wanted
    assert printed(check(tmp_path / "tree", cache=Cache(kept, "/p"), persona=Persona.AUDITOR)) == strict
    others: list[dict[str, Any]] = [{"rules": {"FLK599": {"depth": 4}}}, {"ignore": ("FLK002",)}]
    for values in others:
        assert check(tmp_path / "tree", cache=Cache(kept, "/p"), **values).report.crashes, "with other rules it is not"
    plant(tmp_path / "tree", {"a.py": "eval(x) "})
    assert check(tmp_path / "tree", cache=Cache(kept, "/p")).report.crashes, "of other files it is not"


def test_what_broke_is_not_kept(tmp_path: Path) -> None:
    plant(tmp_path / "tree", {"a.py": "eval(x)"})
    for _ in range(2):
        store = Cache(str(tmp_path / "c"), "/p")
        assert check(tmp_path / "tree", cache=store, registry=WITH_BROKEN).report.crashes
        store.save()


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    plant(tmp_path, {f"m{number}.py": "" for number in range(5)})
    told: list[tuple[str, int, int]] = []
    plan = plan_for(Orders((str(tmp_path),)), REGISTRY)
    engine.run(plan, progress=lambda *words: told.append(words), registry=REGISTRY)
    assert told[:5] == [("Reading files", number, 5) for number in range(1, 6)]
    assert told[5:] == [("Applying rules", number, len(REGISTRY)) for number in range(len(REGISTRY))]


def test_fingerprints_hold_when_code_moves_and_locals_are_renamed_elsewhere(tmp_path: Path) -> None:
    def prints(text: str) -> list[str]:
        plant(tmp_path, {"a.py": text})
        return [item.fingerprint for item in _reported(check(tmp_path).report)]

    assert prints("def f(x):\n    return eval(x)\n") == prints(
        "# new\nimport os\n\n\ndef f(x):\n\n    return eval(x)\n"
    )


def _reported(report: Report) -> list[Judged]:
    return [item for item in report.results if item.verdict is Verdict.REPORTED]
