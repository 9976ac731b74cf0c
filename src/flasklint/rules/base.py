"""What a rule is: a frozen promise, shown facts, that yields findings.

A rule keeps nothing between calls. It is made once a run with its options, and asked once through :meth:`Rule.run`,
whatever its kind. The kinds differ in what they are shown: the project, one module, one call, one template, one app
or one flow. A rule takes the kind that shows it least, so that what it looks at is found once for all rules.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from flasklint import ir
from flasklint.findings import Confidence, Finding, Fix, Habit, Persona, Place, RuleInfo, Severity, Step
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.modules import kind_of
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule
from flasklint.source import Location
from flasklint.taint.analyse import analyse
from flasklint.taint.flows import Flow, Flows

_SHOWN = 12
OptionValue: TypeAlias = "bool | int | str | tuple[str, ...]"


@dataclass(frozen=True, slots=True)
class Option:
    """A rule's setting: what it is when not set (a set one has the same type) and what it does, in one sentence."""

    default: OptionValue
    help: str


def _all_flows(project: Project) -> Flows:
    return analyse(project, project.additions.added_to(EVERYTHING))


class Context:
    """What the rules of one run are shown. ``follow`` is called at most once, and only if a rule asks for flows.

    ``aside``: paths of test code that is not in the project. ``read_aside``: what was read of it.
    """

    def __init__(
        self,
        project: Project,
        follow: Callable[[Project], Flows] = _all_flows,
        aside: Set[str] = frozenset(),
        read_aside: Iterable[ir.Module] = (),
    ) -> None:
        self.project = project
        self._follow = follow
        self._aside = aside
        self._read_aside = tuple(read_aside)

    @cached_property
    def flows(self) -> Flows:
        """Every flow found, by the kind of its sink."""
        return self._follow(self.project)

    @cached_property
    def tests_aside(self) -> tuple[LinkedModule, ...]:
        """Test code that is not in the project, each module by itself: what :meth:`Rule.reads_test` asked for, and maybe more."""
        return tuple(LinkedModule(facts, facts.path, kind="test") for facts in self._read_aside)

    @cached_property
    def test_paths(self) -> frozenset[str]:
        """The paths of test code and examples, and of the templates that belong to them; none when that is all there is."""
        modules, templates = self.project.modules, self.project.templates
        tests = [path for path, module in modules.items() if module.is_test]
        tests += self._aside
        if any(kind_of(path) == "code" for path in modules):
            folders = {_folder(path) for path in (*modules, *self._aside)}
            tests += [path for path in templates if kind_of(f"{_owner(path, folders)}/_.py") != "code"]
        return frozenset(tests)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _owner(template: str, folders: Set[str]) -> str:
    """The nearest folder around a template that has Python: what is below it, as in ``templates/docs/``, is the app's own."""
    folder = _folder(template)
    while folder and folder not in folders:
        folder = _folder(folder)
    return folder or _folder(template)


def in_files(finding: Finding) -> Finding:
    """A finding whose places are in files: those of a template in a string are of the file that holds it."""
    if ir.INSIDE not in finding.location.path and not any(ir.INSIDE in step.location.path for step in finding.trace):
        return finding
    fix = finding.fix
    if fix is not None:
        fix = replace(fix, edits=tuple(replace(edit, location=_in_file(edit.location)) for edit in fix.edits))
    return replace(
        finding,
        location=_in_file(finding.location),
        related=tuple(replace(place, location=_in_file(place.location)) for place in finding.related),
        trace=tuple(replace(step, location=_in_file(step.location)) for step in finding.trace),
        fix=fix,
    )


def _in_file(location: Location) -> Location:
    return location._replace(path=location.path.partition(ir.INSIDE)[0])


class Rule(ABC):
    """A promise. A concrete rule sets the class variables without a value here; its docstring is its page.

    A rule whose evidence is of two kinds (a flow, or failing that the shape of a call) is a ``Rule`` with ``findings`` of
    its own.

    ``cwe``: numbers, the primary one first. ``severity``: the usual one, which a finding may differ from. ``in_tests``:
    whether it looks at test code and examples too; test code is no part of the project, and is shown as
    :attr:`Context.tests_aside`. ``follows``: whether it asks for :attr:`Context.flows`; a rule that does not may be applied
    while data is still being followed. ``options``: its settings by name. ``covers``: the codes of rules whose
    findings at the same place have the same cause: a reader is told of both in one.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    cwe: ClassVar[tuple[int, ...]]
    in_tests: ClassVar[bool] = False
    follows: ClassVar[bool] = False
    covers: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[Mapping[str, Option]] = MappingProxyType({})

    def __init__(self, options: Mapping[str, OptionValue] = MappingProxyType({})) -> None:
        """Raises :class:`ValueError`, in words for a user, for an option that is not there or has another type."""
        for name, value in options.items():
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise ValueError(f"{self.code} has no option {name!r} (it has: {known})")
            expected = type(self.options[name].default)
            if type(value) is not expected:
                raise ValueError(f"{self.code}: option {name!r} takes {expected.__name__}, not {type(value).__name__}")
        self._options = MappingProxyType(
            {name: option.default for name, option in self.options.items()} | dict(options)
        )

    def option(self, name: str) -> OptionValue:
        """The value in force of an option."""
        return self._options[name]

    @classmethod
    def info(cls) -> RuleInfo:
        """The public face."""
        page = inspect.cleandoc(cls.__doc__ or "")
        return RuleInfo(cls.code, cls.name, page.partition("\n")[0], cls.severity, cls.cwe, page, cls.covers)

    @classmethod
    def reads_test(cls, data: bytes) -> bool:
        """Whether a file of test code holds what the rule looks for there, as far as its bytes tell; if so it is read."""
        return False

    def run(self, context: Context) -> Iterator[Finding]:
        """Everything that the rule has to say about a project, in no particular order."""
        for finding in self.findings(context):
            placed = in_files(finding)
            if self.in_tests or placed.location.path not in context.test_paths:
                yield placed

    @abstractmethod
    def findings(self, context: Context) -> Iterator[Finding]:
        """What the rule has to say, wherever it is: its kind shows it its things one by one."""

    def finding(
        self,
        location: Location,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        label: str = "",
        scope: str = "",
        related: tuple[Place, ...] = (),
        trace: tuple[Step, ...] = (),
        help: str = "",  # noqa: A002
        fix: Fix | None = None,
        persona: Persona = Persona.REGULAR,
    ) -> Finding:
        """A finding of this rule, with the rule's usual severity unless another is given."""
        return Finding(
            self.code,
            message,
            location,
            self.severity if severity is None else severity,
            confidence,
            label,
            scope,
            related,
            trace,
            help,
            fix,
            persona,
        )


class ProjectRule(Rule):
    """Is shown everything at once: for what no narrower kind can see."""

    def findings(self, context: Context) -> Iterator[Finding]:
        return self.check(context.project)

    @abstractmethod
    def check(self, project: Project) -> Iterator[Finding]:
        """The findings of a project."""


class ModuleRule(Rule):
    """Is shown each Python module."""

    def findings(self, context: Context) -> Iterator[Finding]:
        for module in context.project.modules.values():
            if self.in_tests or not module.is_test:
                yield from self.check_module(module, context.project)

    @abstractmethod
    def check_module(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """The findings of one module."""


class CallRule(Rule):
    """Is shown each call of the things in ``names`` (canonical names), once however many of them it may be."""

    names: ClassVar[tuple[str, ...]]

    def findings(self, context: Context) -> Iterator[Finding]:
        for site in context.project.calls(*self.names):
            if self.in_tests or not site.scope.module.is_test:
                yield from self.check_call(site, context.project)

    @abstractmethod
    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """The findings of one call."""


class TemplateRule(Rule):
    """Is shown each template."""

    def findings(self, context: Context) -> Iterator[Finding]:
        for template in context.project.templates.values():
            yield from self.check_template(template, context.project)

    @abstractmethod
    def check_template(self, template: ir.Template, project: Project) -> Iterator[Finding]:
        """The findings of one template."""


class AppRule(Rule):
    """Is shown each Flask app that was understood."""

    def findings(self, context: Context) -> Iterator[Finding]:
        for app in context.project.apps:
            yield from self.check_app(app, context.project)

    @abstractmethod
    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The findings of one app."""


class FlowRule(Rule):
    """Is shown each flow into a sink of one of ``kinds``; untrusted ones become findings.

    ``title``: what is wrong, a whole sentence. ``advice``: what to do instead, as a finding's help. ``weak``: what to say of
    a check that was made and does not stop the flow, by its tag in the tables. ``together``: one read of untrusted data is
    one finding in a file, however many sinks of the file it gets to: a path is checked once, not at each use.
    """

    follows: ClassVar[bool] = True
    kinds: ClassVar[tuple[str, ...]]
    title: ClassVar[str]
    advice: ClassVar[str] = ""
    weak: ClassVar[Mapping[str, str]] = MappingProxyType({})
    together: ClassVar[bool] = False

    def findings(self, context: Context) -> Iterator[Finding]:
        flows = context.flows.flows(*self.kinds)
        found = (finding for flow in flows for finding in self.check_flow(flow, context.project))
        return by_source(found) if self.together else found

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """The findings of one flow."""
        if flow.untrusted:
            yield self.untrusted(flow)

    def untrusted(self, flow: Flow, *, severity: Severity | None = None, title: str = "") -> Finding:
        """The finding of a flow of untrusted data, by its surest path."""
        path = flow.paths[0]
        words = path.source.words
        said = [title or self.title, f"{words[:1].upper()}{words[1:]}."]
        said += [self.weak[tag] for tag in flow.weak if tag in self.weak]
        said += [f"Less than certain: {reason}." for reason in path.reasons[:1]]
        usual = self.severity if severity is None else severity
        door = path.door
        doors = {other.door: other for other in flow.paths[1:] if door is not None and other.door not in (None, door)}
        direct = path.source.origin in ("request", "upload", "cookie", "message")
        return self.finding(
            flow.location,
            " ".join(said),
            severity=usual if direct or usual is Severity.LOW else Severity(usual - 1),
            confidence=flow.confidence,
            label=flow.sink.words,
            scope=flow.scope,
            related=tuple(
                Place(place, f"here too, {other.source.words}") for place, other in doors.items() if place is not None
            )[:_SHOWN],
            trace=path.steps,
            help=self.advice,
        )


def by_source(findings: Iterable[Finding], by_function: bool = False) -> Iterator[Finding]:
    """The findings of each source and file, or function, as one habit."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        source = finding.trace[0].location if finding.trace else finding.location
        groups.setdefault((finding.location.path, source, finding.scope if by_function else ""), []).append(finding)
    for group in groups.values():
        yield from together(group)


def together(findings: Sequence[Finding], count: str = "") -> Iterator[Finding]:
    """Findings that are one habit, of which ``count`` says how many there are: triage, which knows what is suppressed, makes
    them one."""
    if len(findings) < 2:
        yield from findings
        return
    path, (start, end) = min(finding.location for finding in findings)
    habit = Habit(f"{path}:{start}:{end}", count)
    for finding in findings:
        yield replace(finding, habit=habit)


def doubtful_together(findings: Iterable[Finding], habit: Callable[[Finding], object]) -> Iterator[Finding]:
    """What has a trace each for itself; of what has none, one for each habit: ``habit`` gives what the same have in common."""
    unsure: dict[object, list[Finding]] = {}
    for finding in findings:
        if finding.trace:
            yield finding
        else:
            unsure.setdefault(habit(finding), []).append(finding)
    for group in unsure.values():
        yield from together(group)


class OwnRule(Rule):
    """What flasklint says about itself and its orders (an unreadable file, a suppression that suppresses nothing).

    The engine and triage make these findings: here are only their pages, codes and severities.
    """

    def findings(self, context: Context) -> Iterator[Finding]:
        return iter(())
