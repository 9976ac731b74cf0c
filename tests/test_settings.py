"""Settings are read whole and right, or refused with the place of what is wrong."""

from __future__ import annotations

import dataclasses

import pytest
import tomli

from flasklint import additions
from flasklint.findings import Confidence, Persona, Severity
from flasklint.settings import (
    SETTINGS,
    Loaded,
    Settings,
    SettingsError,
    find,
    load,
    override,
    show,
)


def read(text: str, path: str = "/nowhere/pyproject.toml") -> Loaded:
    return load(path, text.encode())


def trouble(text: str, path: str = "/nowhere/pyproject.toml") -> str:
    with pytest.raises(SettingsError) as error:
        read(text, path)
    return str(error.value)


def test_every_setting_can_be_set() -> None:
    loaded = read(
        """
        [tool.flasklint]
        select = ["FLK1"]
        ignore = []
        extend-select = ["sql-injection"]
        min-severity = "medium"
        min-confidence = "high"
        persona = "auditor"
        fail-on = "never"
        exclude = ["a"]
        extend-exclude = ["b"]
        respect-gitignore = false
        force-exclude = true
        max-file-size = "2.5 MB"
        template-folders = ["pages"]
        output-format = "concise"
        jobs = 3
        per-file-ignores = { "tests/" = ["FLK1"] }
        [tool.flasklint.severity]
        FLK101 = "critical"
        [tool.flasklint.rules.FLK105]
        minimum = 32
        words = ["a"]
        [tool.flasklint.flask]
        csrf = ["shop.forms.check"]
        """
    )
    assert loaded.settings == Settings(
        select=("FLK1",),
        ignore=(),
        extend_select=("sql-injection",),
        per_file_ignores={"tests/": ("FLK1",)},
        severity={"FLK101": Severity.CRITICAL},
        min_severity=Severity.MEDIUM,
        min_confidence=Confidence.HIGH,
        persona=Persona.AUDITOR,
        fail_on=None,
        exclude=("a",),
        extend_exclude=("b",),
        respect_gitignore=False,
        force_exclude=True,
        max_file_size=2_500_000,
        template_folders=("pages",),
        output_format="concise",
        jobs=3,
        rules={"FLK105": {"minimum": 32, "words": ("a",)}},
        flask=additions.read({"csrf": ["shop.forms.check"]}),
    )
    assert loaded.given == {field.name for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[tool.flasklint]\nselect = []\nselct = ["FLK1"]\n',
            'pyproject.toml:3: unknown setting "selct"; did you mean "select"?',
        ),
        ("[tool.flasklint]\nmin_severity = 1\n", ':2: unknown setting "min_severity"; did you mean "min-severity"?'),
        ("[tool.flasklint]\nzzz = 1\n", ':2: unknown setting "zzz"'),
        ('[tool.flasklint]\n\njobs = "4"\n', ':3: "jobs" takes a whole number, not "4"'),
        ("[tool.flasklint]\njobs = true\n", '"jobs" takes a whole number, not true'),
        ("[tool.flasklint]\njobs = -1\n", '"jobs" takes a whole number, not -1'),
        ('[tool.flasklint]\nselect = "FLK1"\n', '"select" takes a list of strings, not "FLK1"'),
        ("[tool.flasklint]\nselect = [1]\n", '"select" takes a list of strings, not this list'),
        (
            '[tool.flasklint]\nmin-severity = "sever"\n',
            '"min-severity" takes "low", "medium", "high" or "critical", not "sever"',
        ),
        ("[tool.flasklint]\nfail-on = false\n", '"high", "critical" or "never", not false'),
        ('[tool.flasklint]\nmax-file-size = "big"\n', 'or a string such as "500kB" or "2MB", not "big"'),
        ('[tool.flasklint.severity]\nFLK101 = "worst"\n', ':1: "severity" takes a table of "low"'),
        ("[tool.flasklint]\nforce-exclude = 1979-05-27\n", "not a date or time"),
        ("[tool]\nflasklint = 1\n", ':2: "tool.flasklint" takes a table'),
        ("[tool.flasklint]\nselect = [\n", "not valid TOML"),
        ("a = 1\na = 2\n", "pyproject.toml:2: not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    assert message in trouble(text)


def test_text_that_is_none_is_told_with_its_line() -> None:
    with pytest.raises(SettingsError, match=r":2: not valid UTF-8"):
        load("/nowhere/flasklint.toml", b"a = 1\n\xff")


@pytest.mark.parametrize(
    "text",
    [
        "[tool.flasklint]\n\nbad = 1",
        "[tool]\n\nflasklint.bad = 1",
        "[ tool . flasklint ]\n\n'bad' = 1",
        '["tool"."flasklint"]\n\n"bad"=1',
        "[tool.other]\nbad = 2\n[tool.flasklint.bad]",
        "tool.other = 1\n\ntool.flasklint.bad = 1",
    ],
)
def test_a_key_is_found_however_it_is_written(text: str) -> None:
    assert trouble(text).startswith("/nowhere/pyproject.toml:3: ")


def test_flasklint_toml_has_its_keys_at_the_top() -> None:
    assert read("jobs = 2", "/nowhere/flasklint.toml").settings.jobs == 2
    assert ':1: unknown setting "job"; did you mean "jobs"?' in trouble("job = 2", "/nowhere/flasklint.toml")
    assert read("[tool.flasklint]\njobs = 2", "/nowhere/any.toml").settings.jobs == 2


def test_a_project_has_one_source_of_settings() -> None:
    files = {"/p/pyproject.toml": b"[tool.flasklint]\njobs = 1"}
    assert find("/p", lambda path: files.get(path)).settings.jobs == 1
    files["/p/flasklint.toml"] = b"jobs = 2"
    assert find("/p", lambda path: files.get(path)).settings.jobs == 2
    assert find("/p", lambda path: b"[project]\nname = 'x'" if path.endswith("pyproject.toml") else None) == Loaded()
    assert find("/p", lambda _: None) == Loaded()


def test_the_command_line_comes_before_the_file() -> None:
    loaded = override(read("[tool.flasklint]\njobs = 1\nselect = ['FLK1']"), {"jobs": 5})
    assert (loaded.settings.jobs, loaded.settings.select) == (5, ("FLK1",))
    assert loaded.given == {"jobs", "select"}


def test_the_auditor_sees_low_confidence_unless_told_otherwise() -> None:
    assert Settings().confidence is Confidence.MEDIUM
    assert Settings(persona=Persona.AUDITOR).confidence is Confidence.LOW
    assert Settings(persona=Persona.AUDITOR, min_confidence=Confidence.HIGH).confidence is Confidence.HIGH


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_setting_is_documented_with_an_example_that_works(setting: object) -> None:
    assert isinstance(setting, type(SETTINGS[0]))
    example = setting.example if setting.example.startswith("[") else f"[tool.flasklint]\n{setting.example}"
    assert setting.field in read(example).given
    assert setting.help.endswith((".", "unit."))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_default_is_shown_as_it_would_be_written(setting: object) -> None:
    assert isinstance(setting, type(SETTINGS[0]))
    if setting.default is not None:
        assert setting.kind.convert(tomli.loads(f"x = {show(setting.default)}")["x"]) == setting.default
