"""The language of rule cases: little projects whose lines say what is to be found on them.

A case is a folder (its files are the project) or a single file. A line's expectations are a comment on it::

    eval(request.args["x"])  # expect: FLK503
    {{ bio|safe }} {# expect: FLK401, FLK401 #}

``# expect-low: FLK503`` marks what a default run does not show: low confidence, or for pedants and auditors.
``# expect-missing: FLK503 why`` marks a finding that should be there and is not yet; ``# expect-spurious: FLK503 why``
one that is there and should not be. Both fail on the day they close, so that the mark is taken away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, cast

from flasklint import ir
from flasklint.additions import NOTHING, Additions
from flasklint.discovery import is_deployment
from flasklint.facts import facts_of
from flasklint.findings import Confidence, Finding, Habit, Persona
from flasklint.project.project import Project
from flasklint.rules.base import Context
from flasklint.rules.registry import load
from flasklint.source import SourceFile, Text
from flasklint.taint.flows import Flows
from flasklint.triage import as_one

FIXTURES = Path(__file__).parent / "fixtures"

_MARK = re.compile(
    r"(?:\#|\{\#)\s*expect(?P<kind>-low|-missing|-spurious)?:\s*(?P<codes>FLK\d{3}(?:\s*,\s*FLK\d{3})*)(?P<why>[^\n]*?)\s*(?:\#\}|$)"
)
_ALMOST = re.compile(r"(?:\#|\{\#)\s*expect\b")

_TEMPLATES = frozenset({".html", ".htm", ".xml", ".xhtml", ".svg", ".j2", ".jinja", ".jinja2", ".txt"})

_SETTINGS = frozenset({".toml", ".json"})

Kind = Literal["", "-low", "-missing", "-spurious"]


class Mark(NamedTuple):
    """One finding spoken of: where (``line`` from 1), which, and how."""

    path: str
    line: int
    code: str
    kind: Kind


class Found(NamedTuple):
    """One finding's place. ``low``: a default run does not show it."""

    path: str
    line: int
    code: str
    low: bool = False


def marks(files: Mapping[str, str]) -> list[Mark]:
    """What the files say of themselves; raises :class:`ValueError` for a mark that is not well formed."""
    result: list[Mark] = []
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            matches = list(_MARK.finditer(line))
            if len(matches) != len(_ALMOST.findall(line)):
                raise ValueError(f"{path}:{number}: not an expectation: {line.strip()}")
            for match in matches:
                kind = cast(Kind, match["kind"] or "")
                if kind in ("-missing", "-spurious") and not match["why"].strip():
                    raise ValueError(f"{path}:{number}: a known gap needs a reason")
                result.extend(Mark(path, number, code.strip(), kind) for code in match["codes"].split(","))
    return result


def differences(expected: Iterable[Mark], found: Iterable[Found]) -> list[str]:
    """What is not as the marks say, one line each; empty when all is."""
    rest = Counter(found)
    problems = []
    for mark in expected:
        place = Found(mark.path, mark.line, mark.code, mark.kind == "-low")
        present = rest[place] > 0
        if present:
            rest[place] -= 1
        match mark.kind, present:
            case "" | "-low", False:
                problems.append(f"{mark.path}:{mark.line}: missing {mark.code}{mark.kind.replace('-', ' ')}")
            case "-missing", True:
                problems.append(f"{mark.path}:{mark.line}: {mark.code} is found now: make it `expect: {mark.code}`")
            case "-spurious", False:
                problems.append(f"{mark.path}:{mark.line}: {mark.code} is no longer reported: drop the mark")
    problems.extend(
        f"{place.path}:{place.line}: spurious {place.code}{' low' if place.low else ''}" for place in rest.elements()
    )
    return sorted(problems)


def read_case(case: Path) -> dict[str, str]:
    """A case's files by path; a single file keeps its name."""
    if case.is_file():
        return {case.name: case.read_text(encoding="utf-8")}
    return {
        path.relative_to(case).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(case.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def folder_code(folder: Path) -> str:
    """``FLK501`` of ``FLK501_sql-injection``."""
    return folder.name.partition("_")[0]


def cases(folder: Path) -> list[Path]:
    """The cases in one rule's folder."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))


_FENCE = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NAMES = {"python": "app.py", "jinja": "templates/page.html"}


def examples(section: str) -> list[dict[str, str]]:
    """The projects that a section shows. A fence without a title is a project of its own; those with one form a project
    together, until a title comes again. Fences in other languages than Python and Jinja are prose."""
    projects: list[dict[str, str]] = []
    together: dict[str, str] | None = None
    for fence in _FENCE.finditer(section):
        title, language = fence["title"], fence["language"]
        if title is None:
            if language in _NAMES:
                projects.append({_NAMES[language]: fence["body"]})
            continue
        if together is None or title in together:
            together = {}
            projects.append(together)
        together[title] = fence["body"]
    return projects


def _refuse(project: Project) -> Flows:
    raise AssertionError("a rule that asks for flows has to say so: `follows = True`")


def found(files: Mapping[str, str], codes: Iterable[str], additions: Additions = NOTHING) -> list[Found]:
    """What the rules with these codes find in a project, with a user's rows. Every file must be readable."""
    texts = {path: Text(content) for path, content in files.items()}
    facts: list[ir.Facts] = []
    for path, content in files.items():
        suffix = PurePosixPath(path).suffix
        if is_deployment(path) or suffix in (".ini", ".cfg", ".conf"):
            facts.append(facts_of(SourceFile(path, "deployment", content.encode())))
        elif suffix == ".py":
            facts.append(facts_of(SourceFile(path, "python", content.encode())))
        elif suffix in _SETTINGS:
            facts.append(facts_of(SourceFile(path, "settings", content.encode())))
        elif suffix in _TEMPLATES or "templates" in PurePosixPath(path).parts:
            facts.append(facts_of(SourceFile(path, "template", content.encode())))
    for one in facts:
        if isinstance(one, ir.Unread):
            raise ValueError(f"{one.path}: {one.reason}")
    project = Project(facts, additions)
    following, plain = Context(project), Context(project, _refuse)
    chosen = [rule for code in codes for rule in load().find(code)]
    result: list[Found] = []
    for rule in chosen:
        habits: dict[tuple[bool, Habit | int], list[Finding]] = {}
        for number, finding in enumerate(rule().run(following if rule.follows else plain)):
            low = finding.confidence is Confidence.LOW or finding.persona is not Persona.REGULAR
            habits.setdefault((low, finding.habit or number), []).append(finding)
        for (low, _), findings in habits.items():
            path, span = as_one(findings).location
            result.append(Found(path, texts[path].position(span.start).line, rule.code, low))
    return result
