"""The order of the stages, written once.

    paths ─ plan ─▶ files ─ extract ─▶ facts ─ link ─▶ project ─ rules ─▶ findings ─ triage ─▶ report

Nothing here prints, ends the process or knows the time. What fails is told apart: an order that cannot be carried out is
an exception, before anything is analysed; a file that cannot be read is a finding; a part of flasklint that breaks is a crash
in the report, and the other parts go on.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

import msgspec

from flasklint import __version__, ir, known, pool, triage
from flasklint.applying import Once, apply, words
from flasklint.cache import Cache, key
from flasklint.discovery import shown
from flasklint.facts import facts_of
from flasklint.findings import LIMIT, UNREADABLE, Confidence, Crash, Finding, Persona, Report, Severity, Skipped
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Tables
from flasklint.known import Found
from flasklint.planning import Plan
from flasklint.project.lost import lost_names
from flasklint.project.modules import kind_of
from flasklint.project.project import Project
from flasklint.replay import fingerprint
from flasklint.rules.base import Context, OwnRule, Rule
from flasklint.rules.registry import Registry, load
from flasklint.settings import SettingsError
from flasklint.source import Location, SourceFile, Span, Text, UndecodableError, decode, readable
from flasklint.taint.analyse import analyse as analyse_flows
from flasklint.taint.flows import Flows

WORTH_A_FORK = 150_000
"""Bytes to parse below which a second process costs more than it gains."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it has been."""

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
    plan: Plan, cache: Cache | None = None, progress: Progress | None = None, *, follow: bool = False
) -> Understanding:
    """Read what a plan names, and link it. ``follow``: follow the data of visitors too."""
    files, aside = worth_reading(plan)
    files = tuple(file for file in files if file.path not in aside)
    extracted = extract(files, cache or Cache(None, ""), plan.settings.jobs, progress)
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
    heed_suppressions: bool = True,
    follow: Follow | None = None,
) -> Outcome:
    """Carry a plan out. Raises :class:`SettingsError` for a row that speaks of what the project does not have.

    ``heed_suppressions``: regard the comments that suppress findings. ``follow``: what follows data,
    if not the plain engine.
    """
    registry = load() if registry is None else registry
    cache = cache or Cache(None, "")
    files, aside = worth_reading(plan)
    keys = _keys(files)
    state = known.key(keys, aside, plan.rules, plan.loaded) if follow is None else b""
    found = known.decode(cache.get(state)) if state else None
    died = False
    if found is None:
        extracted = extract(files, cache, plan.settings.jobs, progress, keys)
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

    Half of a well-kept app is tests, and nothing that they say holds in production. A test that the caller names is read, and
    so are all of them where there is nothing else. Of the others those are read that speak to flasklint, that are no text, or
    that a rule wants for what is in them.
    """
    files, named = plan.discovery.files, plan.discovery.named or frozenset()
    kinds = {file.path: kind_of(file.path) for file in files if file.kind == "python"}
    if "code" not in kinds.values():
        return tuple(files), frozenset()
    aside = frozenset(path for path, kind in kinds.items() if kind == "test" and path not in named)
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


@dataclass(frozen=True, slots=True)
class Extracted:
    """The facts of each file, by path in the order of the files. ``died``: a parser did, which it may not do next time."""

    facts: Mapping[str, ir.Facts]
    crashes: tuple[Crash, ...] = ()
    died: bool = False


def _keys(files: Sequence[SourceFile]) -> list[bytes]:
    """Under what the facts of each file are kept."""
    maker = fingerprint() + str(ir.FORMAT).encode()
    return [key(file, maker) for file in files]


def extract(
    files: Sequence[SourceFile],
    cache: Cache,
    jobs: int = 0,
    progress: Progress | None = None,
    keys: Sequence[bytes] | None = None,
) -> Extracted:
    """The facts of all files: from the cache, or else by parsing them.

    ``jobs``: how many processes parse, 0 to choose by how much there is to do. What comes out does not depend on it.
    ``keys``: under what the facts of each file are kept, if that has been worked out.
    """
    keys = _keys(files) if keys is None else keys
    found: dict[str, ir.Facts] = {}
    crashes: list[Crash] = []
    died = False
    misses = []
    for number, file in enumerate(files):
        known = _decoded(cache.get(keys[number]))
        if known is None:
            misses.append(number)
        else:
            found[file.path] = known
    for done, (number, outcome) in enumerate(_parse(files, misses, jobs), len(files) - len(misses) + 1):
        path = files[number].path
        match outcome:
            case pool.Done(data):
                parsed = _decoded(data)
                if parsed is None:
                    found[path] = ir.Unread(path, 0, 0, "nested too deeply")
                else:
                    found[path] = parsed
                    cache.put(keys[number], data)
            case pool.Died(reason):
                found[path] = ir.Unread(path, 0, 0, reason)
                died = True
            case pool.Failed(error):
                crashes.append(Crash(f"reading {files[number].kind} files", path, error))
        if progress:
            progress("Reading files", done, len(files))
    crashes.sort(key=lambda crash: crash.path)
    facts = {file.path: found[file.path] for file in files if file.path in found}
    return Extracted(facts, tuple(crashes), died)


def _decoded(data: bytes | None) -> ir.Facts | None:
    if data is None:
        return None
    try:
        return ir.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return None


def _parse(files: Sequence[SourceFile], numbers: list[int], jobs: int) -> Iterator[tuple[int, pool.Outcome]]:
    """Parse the files of these numbers, the largest first, each where it can harm no other."""

    def work(number: int) -> bytes:
        return ir.encode(facts_of(files[number]))

    size = sum(len(files[number].data) for number in numbers)
    jobs = jobs or (1 if size < WORTH_A_FORK else pool.processors())
    numbers = sorted(numbers, key=lambda number: -len(files[number].data))
    if not numbers:
        return
    if pool.available():
        if jobs > 1:
            _import_front_ends({files[number].kind for number in numbers})  # once, before the fork, for all workers
        yield from pool.run(numbers, work, min(jobs, len(numbers)))
        return
    for number in numbers:
        try:
            outcome: pool.Outcome = pool.Done(work(number))
        except Exception as error:
            outcome = pool.Failed(f"{type(error).__name__}: {error}")
        yield number, outcome


def _import_front_ends(kinds: set[str]) -> None:
    for kind, module in (("python", "flasklint.python"), ("template", "flasklint.templates")):
        if kind in kinds:
            importlib.import_module(module)


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
