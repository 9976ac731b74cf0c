"""Why a place is or isn't reported: a run that is watched at one line, told in words.

The run is the usual one, over the same files with the same settings; what watches it is an engine that takes notes
(:mod:`flasklint.taint.watch`). What is told: the findings on the line and what became of them, where untrusted data gets there
from and what stops it, and what of it flasklint does not know.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.cache import Cache
from flasklint.engine import Outcome, run
from flasklint.findings import Confidence, Judged, Severity, Verdict
from flasklint.knowledge.rows import Tables
from flasklint.planning import Plan
from flasklint.project.modules import kind_of
from flasklint.project.project import Project
from flasklint.reporters.visible import visible
from flasklint.rules.registry import Registry, load
from flasklint.settings import Settings
from flasklint.source import Location, Span, Text, readable
from flasklint.taint.analyse import analyse
from flasklint.taint.flows import Flow, Flows, steps
from flasklint.taint.watch import Called, Seen, Sunk, Watch, Way

MOST_LOST = 6


class PlaceError(Exception):
    """A place that cannot be told about, in words for the caller."""


def explain(plan: Plan, place: str, cache: Cache | None = None) -> str:
    """Why ``FILE:LINE`` is or isn't reported. Raises :class:`PlaceError`."""
    path, line, text = locate(plan, place)
    start = text.line_starts[line - 1]
    span = Span(start, start + len(text.line(line)))
    watches: list[Watch] = []
    found: list[Flows] = []

    def follow(project: Project, tables: Tables) -> Flows:
        def make(project: Project, tables: Tables) -> Watch:
            watches.append(Watch(project, tables, path, span))
            return watches[-1]

        found.append(analyse(project, tables, make))
        return found[-1]

    # Of files that are only read as context, findings are told of here all the same.
    outcome = run(replace(plan, discovery=replace(plan.discovery, named=None)), cache, follow=follow)
    told = _Telling(plan, outcome, path, line, watches[0] if watches else None, found[0] if found else None)
    return "".join(f"{visible(line)}\n" for line in _spaced(told.lines()))


def _spaced(lines: Iterable[str]) -> Iterator[str]:
    """The lines with one empty one at most between two, and none at the end."""
    waiting = False
    for line in lines:
        if line and waiting:
            yield ""
        if line:
            yield line
        waiting = not line


def locate(plan: Plan, place: str) -> tuple[str, int, Text]:
    """The file's path in the project, the line and the file's text. Raises :class:`PlaceError`."""
    name, colon, number = place.rpartition(":")
    if not colon or not name or not number.isdecimal():
        raise PlaceError(f"--debug-flow takes FILE:LINE, not {place}")
    root = plan.discovery.root
    ways = (os.path.realpath(name), os.path.abspath(name))
    wanted = [os.path.relpath(way, root).replace(os.sep, "/") for way in ways]
    files = {file.path: file for file in plan.discovery.files}
    path = next((one for one in (*wanted, name.removeprefix("./")) if one in files), None)
    if path is None:
        why = _absence(plan, wanted[1]) or _absence(plan, wanted[0])
        raise PlaceError(f"--debug-flow {place}: {why or _unknown(name, wanted[0], files)}")
    text = readable(files[path].data, files[path].kind)
    last = len(text.line_starts) - (1 if text.content.endswith(("\n", "\r")) else 0)
    if not 1 <= int(number) <= max(last, 1):
        raise PlaceError(f"--debug-flow {place}: {path} has {last} lines")
    return path, int(number), text


def _absence(plan: Plan, path: str) -> str:
    """Why a file that was found is not analysed; empty if it was not found."""
    discovery = plan.discovery
    if path in discovery.unread:
        return f"the file could not be read: {discovery.unread[path]}"
    if path in discovery.oversized:
        return f"the file is larger than max-file-size and was not analysed (it has {discovery.oversized[path]} bytes)"
    if path in discovery.skipped:
        return f"the file was left out: {discovery.skipped[path]}"
    return "the file is excluded by the settings" if path in discovery.excluded else ""


def _unknown(name: str, path: str, files: Iterable[str]) -> str:
    """What is said of a file that was not found."""
    if os.path.isdir(name):
        return "it is a folder"
    if os.path.exists(name):
        return "the file is not among those that this run analyses (see --show-files)"
    near = difflib.get_close_matches(path, list(files), n=1)
    return "there is no such file" + (f"; did you mean {near[0]}?" if near else "")


class _Telling:
    """The words about one line."""

    def __init__(
        self, plan: Plan, outcome: Outcome, path: str, line: int, watch: Watch | None, flows: Flows | None
    ) -> None:
        self.plan = plan
        self.outcome = outcome
        self.path = path
        self.line = line
        self.watch = watch
        self.flows = flows

    def lines(self) -> Iterator[str]:
        """All that there is to say."""
        content = self.outcome.texts(self.path)
        yield f"{self.path}:{self.line}  {content.line(self.line).strip()}"
        if self.path.endswith(".py") and kind_of(self.path) != "code":
            yield "This is test code or an example, which most rules leave alone, and where untrusted data is not followed."
        if not content.content:
            yield "None of the rules that run looks at this file."
            return
        results = [one for one in self.outcome.report.results if one.finding.location.path == self.path]
        unread = next((one for one in results if one.finding.code == "FLK001"), None)
        if unread is not None:
            yield f"Nothing is known of this file: {unread.finding.message}"
            return
        here = [one for one in results if self._is_here(one.finding.location)]
        yield ""
        yield from self._findings(here)
        yield from self._elsewhere(here)
        if self.watch is None:
            yield "Untrusted data was not followed: none of the rules that run asks for it."
            return
        yield from self._limits(results)
        yield from self._sinks(self.watch, here)
        yield from self._calls(self.watch)
        yield from self._values(self.watch)
        yield from self._lost(self.watch)

    def _is_here(self, location: Location) -> bool:
        """It begins on the line, or the line is within it, if it is not much longer."""
        if location.path != self.path:
            return False
        text = self.outcome.texts(self.path)
        first, last = text.position(location.span.start).line, text.position(location.span.end).line
        return first <= self.line <= last and last - first < 10

    def at(self, location: Location) -> str:
        """A place as people write it."""
        line, column = self.outcome.texts(location.path).position(location.span.start)
        return f"{location.path}:{line}:{column}"

    # What was found

    def _findings(self, here: list[Judged]) -> Iterator[str]:
        if not here:
            yield "No rule that runs finds anything on this line."
        for judged in here:
            finding = judged.finding
            pair = f"{finding.severity.name.lower()}, confidence {finding.confidence.name.lower()}"
            yield f"{finding.code} ({pair}): {finding.message}"
            yield f"  {self._verdict(judged, self.plan.settings)}"
            for number, step in enumerate(finding.trace, 1):
                yield f"  {number}. {self.at(step.location)} {step.message}"
        yield ""

    def _verdict(self, judged: Judged, settings: Settings) -> str:
        finding = judged.finding
        if judged.verdict is Verdict.REPORTED:
            named = self.plan.discovery.named
            return (
                "reported" if named is None or self.path in named else "not reported: the file is only read as context"
            )
        if judged.verdict is Verdict.SUPPRESSED:
            return f"not reported: suppressed{f' ({judged.reason})' if judged.reason else ''}"
        if judged.verdict is Verdict.COVERED:
            return f"not reported by itself: {judged.reason}, here too, tells of it as well"
        why = []
        if finding.severity < settings.min_severity:
            why.append(f"the severity is below min-severity ({_word(settings.min_severity)})")
        if finding.confidence < settings.confidence:
            why.append(f"the confidence is below min-confidence ({_word(settings.confidence)})")
        if finding.persona > settings.persona:
            why.append(f"it is only for the persona {_word(finding.persona)}")
        return "not reported: " + " and ".join(why or ["it is below a threshold"])

    def _elsewhere(self, here: list[Judged]) -> Iterator[str]:
        """Findings whose trace, or related places, touch the line; flows that no rule made a finding of."""
        for judged in self.outcome.report.results:
            finding = judged.finding
            if judged in here:
                continue
            touched = [step.location for step in finding.trace] + [one.location for one in finding.related]
            if any(self._is_here(location) for location in touched):
                yield f"This line is part of {finding.code} at {self.at(finding.location)}."
                yield ""
        for flow in self.flows.flows() if self.flows is not None else ():
            if flow.untrusted and self._is_here(flow.location) and not _told_of(flow, here):
                yield f"Untrusted data does harm here ({flow.sink.kind}), but {self._silence(flow, load())}"
                yield ""

    def _silence(self, flow: Flow, registry: Registry) -> str:
        """Why no rule speaks of a flow."""
        asking = [rule for rule in registry if flow.sink.kind in getattr(rule, "kinds", ())]
        chosen = {rule.code for rule in self.plan.rules}
        idle = [rule for rule in asking if rule.code not in chosen]
        codes = ", ".join(rule.code for rule in asking)
        if asking and len(idle) == len(asking):
            return f"the rule for it was not chosen: {codes}."
        if kind_of(self.path) != "code":
            return f"the file is test code or an example, which {codes} leaves alone."
        if any(_told_elsewhere(flow, judged) for judged in self.outcome.report.results):
            return "it is told of at another place that the same data gets to."
        return f"the rule for it ({codes or 'none'}) takes it for harmless."

    def _limits(self, results: Iterable[Judged]) -> Iterator[str]:
        assert self.flows is not None
        for limit in self.flows.limits:
            if limit.location.path == self.path:
                yield f"A limit was reached in this file at {self.at(limit.location)}: {limit.reason}."
                yield ""

    # What was looked at

    def _sinks(self, watch: Watch, here: list[Judged]) -> Iterator[str]:
        for sunk in watch.sunk.values():
            traced = any(judged.finding.trace and _is_about(judged, sunk.location) for judged in here)
            if traced and not any(one.why for one in sunk.verdicts):
                continue
            yield f"{self._named(sunk)} {self.at(sunk.location)}, a place of the kind `{sunk.row.kind}`"
            if not sunk.applies:
                yield "  does no such harm in a call like this one"
            elif not sunk.verdicts and sunk.row.form == "argv":
                yield "  nobody else decides which program that runs, and the arguments of one are not run as commands"
            elif not sunk.verdicts:
                yield f"  no untrusted data gets there: it is {sunk.words}"
            for way, why, where in sunk.verdicts:
                if traced and not why:
                    continue
                yield f"  {way.words}; it gets there so:"
                yield from self._trail(way)
                if why:
                    yield f"  stopped: {why}{f' ({self.at(where)})' if where else ''}"
                elif not here:
                    yield "  it can do harm there"
                yield from (f"  less than certain: {reason}" for reason in way.reasons)
            yield ""

    def _named(self, sunk: Sunk) -> str:
        name = sunk.row.name
        if name == "<view>":
            return "The view answers with"
        return "The page puts out" if name.startswith("<") else f"An argument of `{name}`:"

    def _trail(self, way: Way) -> Iterator[str]:
        for number, step in enumerate(steps(way.trail), 1):
            yield f"    {number}. {self.at(step.location)} {step.message}"

    def _calls(self, watch: Watch) -> Iterator[str]:
        unknown = [called for called in watch.calls_seen.values() if not called.known]
        for called in watch.calls_seen.values():
            if called.entered:
                yield f"{self.at(called.location)} calls {called.entered}, whose body was followed."
        if unknown:
            yield "Calls of which flasklint knows nothing: " + ", ".join(dict.fromkeys(map(_names, unknown))) + "."
            yield "  What is passed is taken to be in the result, less surely, and to do no harm inside; rows can say more."
        yield ""

    def _values(self, watch: Watch) -> Iterator[str]:
        on_line = [seen for seen in watch.seen.values() if watch.on_line(seen.node)]
        shown = [seen for seen in on_line if _is_telling(seen)]
        escaped = list(self._escaped(watch))
        yield from escaped
        if not on_line and not escaped:
            yield self._unseen(watch)
        if not shown:
            return
        yield "What stands on this line:"
        for seen in sorted(shown, key=lambda one: (one.node.start, -one.node.end)):
            yield f"  `{self._written(seen.node)}` is {seen.words}"
            for way in seen.ways[:3]:
                yield f"    with untrusted data in it ({_word(way.level)}): {way.words}"
                yield from (f"      less than certain: {reason}" for reason in way.reasons)
        yield ""

    def _escaped(self, watch: Watch) -> Iterator[str]:
        """What a page puts out where no rule has anything to say."""
        template = watch.project.templates.get(self.path)
        looked_at = {sunk.location.span.start for sunk in watch.sunk.values()}
        for node in ir.walk(template) if template is not None else ():
            if isinstance(node, ir.Output) and watch.on_line(node) and node.start not in looked_at:
                place = {"text": "between tags", "plain": "as text"}.get(node.context.place, f"as {node.context.place}")
                yield f"`{self._written(node)}` is put out {place}, where escaping is enough."

    def _unseen(self, watch: Watch) -> str:
        if self.path.endswith(".py") and not watch.frames_run:
            return (
                "No function of this file was followed: nothing that the outside calls leads here, and it holds neither a source "
                "nor a sink of those that flasklint knows."
            )
        return (
            "Nothing on this line was evaluated: it is never reached, or says nothing of its own, or stands in a function that "
            "nothing leads to."
        )

    def _lost(self, watch: Watch) -> Iterator[str]:
        """Where untrusted data went into an expression and did not come out, in the function around the line."""
        if any(sunk.verdicts for sunk in watch.sunk.values()):
            return
        inside = _around(watch)
        found = [seen for seen in watch.seen.values() if not seen.ways and inside.start <= seen.node.start < inside.end]
        lost = [(seen, _taken_in(watch, seen)) for seen in found if isinstance(seen.node, (ir.Call, ir.Op, ir.Join))]
        lost = [(seen, taken) for seen, taken in lost if taken and seen.node.start < watch.span.end]
        for seen, taken in sorted(lost, key=lambda pair: pair[0].node.start)[:MOST_LOST]:
            where = self.at(Location(self.path, Span(seen.node.start, seen.node.end)))
            words = ", ".join(f"`{self._written(one.node)}`" for one in taken[:3])
            yield f"Untrusted data ends at {where}: {words} goes into `{self._written(seen.node)}`, which is {seen.words}."

    def _written(self, node: ir.Node) -> str:
        text = self.outcome.texts(self.path).content[node.start : node.end]
        text = " ".join(text.split())
        return text if len(text) <= 60 else f"{text[:57]}..."


def _word(level: Severity | Confidence | object) -> str:
    return getattr(level, "name", str(level)).lower()


def _names(called: Called) -> str:
    return " or ".join(f"`{name}`" for name in called.names[:2]) or "something"


def _told_of(flow: Flow, here: list[Judged]) -> bool:
    """A finding on the line is about a flow."""
    return any(
        finding.location in (flow.location, flow.call) or finding.trace == flow.trace
        for finding in (judged.finding for judged in here)
    )


def _told_elsewhere(flow: Flow, judged: Judged) -> bool:
    return any(one.location == flow.location for one in judged.finding.related)


def _is_telling(seen: Seen) -> bool:
    """More than the name of a library's thing, or a constant."""
    if not isinstance(seen.node, (ir.Name, ir.Attribute, ir.Subscript, ir.Call, ir.Op, ir.Join)):
        return False
    named = seen.words.startswith("`") and not seen.words.endswith("()`") and " or " not in seen.words
    return bool(seen.ways) or not named


def _is_about(judged: Judged, location: Location) -> bool:
    """A finding's trace ends at a place."""
    return any(step.location == location for step in judged.finding.trace[-1:])


def _around(watch: Watch) -> Span:
    """The innermost function around the line, or the whole file."""
    module = watch.project.modules.get(watch.path)
    best = Span(0, 1 << 40)
    for scope in module.scopes if module is not None else ():
        node = scope.node
        if isinstance(node, ir.Function) and node.start <= watch.span.start < node.end and node.start >= best.start:
            best = Span(node.start, node.end)
    return best


def _taken_in(watch: Watch, seen: Seen) -> list[Seen]:
    """The nearest expressions inside one that had untrusted data in them."""
    found = []
    for child in ir.children(seen.node):
        inner = child.value if isinstance(child, ir.Argument) else child
        known = watch.seen.get((inner.start, inner.end))
        if known is not None and known.ways and known.node is not seen.node:
            found.append(known)
    return found
