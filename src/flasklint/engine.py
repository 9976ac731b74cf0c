"""The order of the stages, written once.

    paths ─ plan ─▶ files ─ extract ─▶ facts ─ link ─▶ project ─ rules ─▶ findings ─ triage ─▶ report

Nothing here prints, ends the process or knows the time. What fails is told apart: an order that cannot be carried out is
an exception, before anything is analysed; a file that cannot be read is a finding; a part of flasklint that breaks is a crash
in the report, and the other parts go on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from flasklint import __version__, ir, known, pool, triage
from flasklint.applying import Once, apply, words
from flasklint.cache import Cache
from flasklint.discovery import shown
from flasklint.findings import LIMIT, UNREADABLE, Confidence, Crash, Finding, Persona, Report, Severity, Skipped
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Tables
from flasklint.known import Found
from flasklint.planning import Plan
from flasklint.project.lost import lost_names
from flasklint.project.project import Project
from flasklint.reading import WORTH_A_FORK, Extracted, Progress, Reading, set_aside
from flasklint.rules.base import Context, OwnRule, Rule
from flasklint.rules.registry import Registry, load
from flasklint.settings import SettingsError
from flasklint.source import Location, SourceFile, Span, Text, UndecodableError, decode, readable
from flasklint.taint.analyse import analyse as analyse_flows
from flasklint.taint.flows import Flows

Follow = Callable[[Project, Tables], Flows]
"""What follows untrusted data through a project, with what the tables tell of libraries."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report, and the text of each file that it speaks of.

    ``steady``: the same files give the same report next time. Not so if a parser died or a part of flasklint failed.
    """

    report: Report
    texts: Callable[[str], Text]
    steady: bool


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of a project, for the overviews.

    ``flows``: what the data of visitors gets to, if that was asked for. ``unread``: files that tell nothing, with the reason.
    ``crashes``: parts of flasklint that failed. ``steady``: it is the same next time.
    """

    project: Project
    flows: Flows | None
    texts: Callable[[str], Text]
    unread: tuple[tuple[str, str], ...]
    crashes: tuple[Crash, ...]
    steady: bool


def understand(
    plan: Plan, reading: Reading, progress: Progress | None = None, *, follow: bool = False
) -> Understanding:
    """Read what a plan names, and link it. ``reading``: what reads it. ``follow``: follow the data of visitors too."""
    files, aside = worth_reading(plan)
    files = tuple(file for file in files if file.path not in aside)
    extracted = reading.facts(files, progress)
    by_path = {file.path: file for file in files}
    project = Project(extracted.facts.values(), plan.settings.flask)
    crashes = list(extracted.crashes)
    flows: Flows | None = None
    if follow:
        try:
            flows = analyse_flows(project, project.additions.added_to(EVERYTHING))
        except Exception as error:
            crashes.append(Crash("following data", "", words(error)))
    unread = [*plan.discovery.unread.items()]
    unread += [(item.path, item.reason) for item in extracted.facts.values() if isinstance(item, ir.Unread)]
    unread += [(path, f"{size / 1e6:.1f} MB are too many") for path, size in plan.discovery.oversized.items()]
    return Understanding(
        project,
        flows,
        lambda path: _text(by_path.get(path)),
        tuple(sorted(unread)),
        tuple(crashes),
        not extracted.died and not crashes,
    )


def run(
    plan: Plan,
    cache: Cache | None = None,
    progress: Progress | None = None,
    registry: Registry | None = None,
    *,
    reading: Reading | None = None,
    heed_suppressions: bool = True,
    follow: Follow | None = None,
) -> Outcome:
    """Carry a plan out. Raises :class:`SettingsError` for a row that speaks of what the project does not have.

    ``reading``: what has begun to read the files. ``heed_suppressions``: regard the comments that suppress findings.
    ``follow``: what follows data, if not the plain engine.
    """
    registry = load() if registry is None else registry
    cache = cache or Cache(None, "")
    files, aside = worth_reading(plan)
    reading = reading or Reading((), cache, plan.settings.jobs)
    state = known.key(reading.named(files), aside, plan.rules, plan.loaded) if follow is None else b""
    found = known.decode(cache.get(state)) if state else None
    died = False
    if found is None:
        extracted = reading.facts(files, progress)
        found = _found(files, extracted, plan, progress, aside, follow)
        died = extracted.died
        if state and not died and not found.crashes and (data := known.encode(found)) is not None:
            cache.put(state, data, known.KEPT_RUNS)
    report = _report(files, found, plan, registry, heed_suppressions=heed_suppressions)
    by_path = {file.path: file for file in files}
    return Outcome(report, lambda path: _text(by_path.get(path)), not died and not report.crashes)


def worth_reading(plan: Plan) -> tuple[tuple[SourceFile, ...], frozenset[str]]:
    """The files that a rule looks at, or that tell of such files: all but test code that no chosen rule looks at. And the
    paths of the test code that is out of the project: what of it is read is read for its own sake.

    Of the tests those are read that speak to flasklint, that are no text, or that a rule wants for what is in them.
    """
    files, aside = plan.discovery.files, set_aside(plan.discovery.files, plan.discovery.named or frozenset())
    if not aside:
        return tuple(files), aside
    told = any(isinstance(rule, OwnRule) for rule in plan.rules)
    wanting = [rule for rule in plan.rules if rule.in_tests]
    return tuple(
        file
        for file in files
        if file.path not in aside or (told and _speaks(file)) or any(rule.reads_test(file.data) for rule in wanting)
    ), aside


def _speaks(file: SourceFile) -> bool:
    """Whether a file says something to flasklint, or has something wrong with it that shows without parsing it."""
    if b"flasklint:" in file.data or b"\0" in file.data:
        return True
    try:
        decode(file.data, file.kind)
    except UndecodableError:
        return True
    return False


def _report(
    files: Sequence[SourceFile], found: Found, plan: Plan, registry: Registry, *, heed_suppressions: bool
) -> Report:
    """The report on what was found."""
    discovery, settings = plan.discovery, plan.settings
    findings = [
        *found.findings,
        *(_unread(path, Span(0, 0), f"could not be read: {reason}") for path, reason in discovery.unread.items()),
        *(_oversized(path, size, settings.max_file_size) for path, size in discovery.oversized.items()),
    ]
    chosen = {rule.code for rule in plan.rules}
    whole = [rule for rule in plan.rules if rule.code not in found.broken]
    everywhere, in_tests = _codes(whole), _codes(rule for rule in whole if rule.in_tests)
    by_path = {file.path: file for file in files}
    named = discovery.named
    judged = triage.judge(
        (finding for finding in findings if finding.code in chosen),
        found.comments if heed_suppressions else {},
        lambda path: _text(by_path.get(path)),
        triage.Orders(
            known=[rule.info() for rule in registry],
            ran=lambda path: in_tests if path in found.tests else everywhere,
            severity=plan.judging.severity,
            per_file_ignores=plan.judging.per_file_ignores,
            min_severity=settings.min_severity,
            min_confidence=settings.confidence,
            persona=settings.persona,
            named=named,
        ),
    )
    analysed = [file for file in files if named is None or file.path in named]
    return Report(
        results=tuple(item for item in judged if named is None or item.finding.location.path in named),
        rules=tuple(rule.info() for rule in plan.rules),
        files=tuple(file.path for file in analysed),
        skipped=tuple(Skipped(path, reason) for path, reason in discovery.skipped.items()),
        crashes=found.crashes,
        templates=sum(file.kind == "template" for file in analysed),
        version=__version__,
        root=shown(discovery.root).replace(os.sep, "/"),
    )


def _comments(facts: Mapping[str, ir.Facts]) -> dict[str, tuple[ir.Comment, ...]]:
    return {path: item.comments for path, item in facts.items() if not isinstance(item, ir.Unread) and item.comments}


def _text(file: SourceFile | None) -> Text:
    return readable(file.data, file.kind) if file else Text("")


def _found(
    files: Sequence[SourceFile],
    extracted: Extracted,
    plan: Plan,
    progress: Progress | None,
    aside: Set[str],
    follow: Follow | None,
) -> Found:
    """What the rules find in the project that the facts make. ``aside``: paths of test code that is no part of it."""
    rules, loaded, facts = plan.rules, plan.loaded, extracted.facts
    once = Once(lambda project: (follow or analyse_flows)(project, project.additions.added_to(EVERYTHING)))
    unread = [
        _unread(item.path, Span(item.start, item.end), f"could not be analysed: {item.reason}")
        for item in facts.values()
        if isinstance(item, ir.Unread)
    ]
    try:
        project = Project((item for path, item in facts.items() if path not in aside), loaded.settings.flask)
        for lost in lost_names(project):
            raise loaded.source.error(lost.message, "flask", word=lost.word)
        read_aside = (item for path, item in facts.items() if path in aside and isinstance(item, ir.Module))
        context = Context(project, once, aside, read_aside)
        tests = context.test_paths
    except SettingsError:
        raise
    except Exception as error:
        others = _codes(rule for rule in rules if not isinstance(rule, OwnRule))
        crash = Crash("linking", "", words(error))
        return Found(unread, _comments(facts), frozenset(), (*extracted.crashes, crash), others)
    jobs = loaded.settings.jobs or (1 if sum(len(file.data) for file in files) < WORTH_A_FORK else pool.processors())
    applied = apply(rules, context, progress and partial(progress, "Applying rules"), beside=jobs > 1)
    # What all of some rules stand on breaks under each of them alike, and is told once.
    crashes = (Crash(", ".join(codes), "", error) for error, codes in applied.broken.items())
    return Found(
        [*applied.found, *(_limit(*limit) for limit in once.limits), *unread],
        _comments(facts),
        tests,
        (*extracted.crashes, *crashes),
        frozenset(code for codes in applied.broken.values() for code in codes),
    )


def _codes(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(rule.code for rule in rules)


def _unread(path: str, span: Span, what: str) -> Finding:
    label = what.partition(": ")[2]
    return Finding(UNREADABLE, f"This file {what}.", Location(path, span), Severity.HIGH, Confidence.HIGH, label)


def _oversized(path: str, size: int, limit: int) -> Finding:
    message = (
        f"This file was not analysed: it has {size / 1e6:.1f} MB, and the limit is {limit / 1e6:g} MB. "
        "Raise `max-file-size`, or exclude the file."
    )
    return Finding(LIMIT, message, Location(path, Span(0, 0)), Severity.LOW, Confidence.HIGH)


def _limit(location: Location, reason: str) -> Finding:
    message = f"Untrusted data was not followed further here: {reason}. What it reaches from here on is not known."
    return Finding(LIMIT, message, location, Severity.LOW, Confidence.HIGH, reason, persona=Persona.PEDANTIC)
