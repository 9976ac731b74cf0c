"""Rules on values that templates put where escaping for HTML is not what is needed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.templates import Nature
from flasklint.project.marks import leaves
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule
from flasklint.rules.filled_in import named
from flasklint.rules.stored import Stored, kept_there
from flasklint.source import Location
from flasklint.taint.flows import Flow
from flasklint.taint.pages import SPREAD
from flasklint.taint.values import PART

_MOST_RELATED = 12
BUILT = frozenset(("joined into a text", "formatted into a text"))
"""What steps say that put a text together."""


class OutputRule(FlowRule):
    """Is shown each output in one of ``places``, with what is known of its value.

    ``harmless``: natures that do no harm there. An output to which untrusted data flows becomes a finding with its way; one that
    every evaluation found harmless is left out; of any other the rule says itself what to make. What a template does several
    times for the same reason is one finding. ``keeping``: the kind of harm by which what is kept is judged, if the rule follows
    that, and ``shown``: what becomes of it in the page.
    """

    places: ClassVar[frozenset[str]]
    harmless: ClassVar[frozenset[Nature]]
    keeping: ClassVar[str] = ""
    shown: ClassVar[str] = ""

    def findings(self, context: Context) -> Iterator[Finding]:
        flows = {flow.location: flow for flow in context.flows.flows(*self.kinds)}
        return grouped(self._findings(context, flows))

    def _findings(self, context: Context, flows: dict[Location, Flow]) -> Iterator[tuple[object, Finding]]:
        pages, judged = context.project.pages, context.flows.judged
        stored = Stored(context, self.keeping or "kept-html")
        for template in context.project.templates.values():
            natures = pages.outputs(template.path)
            causes = _Causes(template.path)
            for output in ir.walk(template):
                if not isinstance(output, ir.Output):
                    continue
                if output.context.place not in self.places or not self.concerns(output):
                    continue
                place, where = Location(template.path, output.span), (template.path, output.context.place)
                causes.at(output)
                flow = flows.pop(place, None)
                found = natures.of(output.value) - self.harmless
                if not found:
                    continue
                if flow is not None and flow.untrusted and not is_taken_out(flow):
                    for finding in self.flowing(flow, output, context.project):
                        yield spread(flow) or causes.of(output), weighed(finding, flow)
                elif flow is not None or (template.path, output.start) not in judged:
                    plausible = self.is_plausible(output, template.path, context)
                    kept = None
                    if (
                        self.keeping
                        and template.path in pages.reached
                        and self.traces_back(output, template.path, context)
                    ):
                        kept = self.kept(output, place, stored)
                    if kept is not None:
                        yield kept
                        continue
                    for finding in self.doubtful(place, output, found, plausible):
                        if self.keeping and template.path in pages.reached:
                            parts = stored.parts(output.value, template.path, self.harmless)
                            finding = named(finding, parts, template.path, stored)
                        yield (*where, root(output.value) or shape(output.value)), finding
        for flow in flows.values():
            # What another template puts into a script or the like, which the output's own template does not tell.
            for finding in self.check_flow(flow, context.project):
                yield spread(flow) or tuple(step.location for step in flow.trace[:-1]), weighed(finding, flow)

    def concerns(self, output: ir.Output) -> bool:
        """Whether the rule is about this output."""
        return True

    def flowing(self, flow: Flow, output: ir.Output, project: Project) -> Iterator[Finding]:
        """The findings of an output to which untrusted data flows."""
        yield self.untrusted(flow)

    def is_plausible(self, output: ir.Output, path: str, context: Context) -> bool:
        """Whether a value of which the evaluation tells nothing may well be someone else's.

        The views were followed and nothing untrusted was seen to come: what is left are records, and what people fill in goes by
        the names of forms' fields; what a macro is given says nothing by its name. What nothing renders is shown to nobody, and
        where no view is known at all, it may.
        """
        pages = context.project.pages
        if path not in pages.reached:
            return not pages.renderings
        given = pages.parameters_around(path, output)
        names = (
            last_word(leaf) for leaf in leaves(output.value) if not (isinstance(leaf, ir.Name) and leaf.id in given)
        )
        return not context.project.entered.isdisjoint(names)

    def traces_back(self, output: ir.Output, path: str, context: Context) -> bool:
        """Whether a record that is put out there is followed to where it is kept."""
        return True

    def counts(self, flow: Flow) -> bool:
        """Whether what is kept by such a flow is worth telling."""
        return True

    def kept(self, output: ir.Output, place: Location, stored: Stored) -> tuple[object, Finding] | None:
        """The finding of an output of a record in which untrusted data is kept under that name, by where it is kept: what would
        be checked there is checked for all templates."""
        for part in stored.parts(output.value, place.path, self.harmless):
            flow = stored.untrusted(part, place.path)
            if flow is not None and self.counts(flow):
                finding = self.untrusted(flow, severity=Severity.MEDIUM)
                return flow.location, replace(
                    kept_there(finding, part, flow, place, stored, self.shown), label=self.shown
                )
        return None

    @abstractmethod
    def doubtful(
        self, place: Location, output: ir.Output, found: frozenset[Nature], plausible: bool
    ) -> Iterator[Finding]:
        """The findings of an output of a value of which too little is known; ``plausible``: it may well be someone else's."""


class _Causes:
    """What a template's outputs have in common: the same expression, or the same line of a script."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._line: object = None
        self._known: dict[object, object] = {}

    def at(self, output: ir.Output) -> None:
        """Go on to the next output. On the line of a script, or in an attribute, an earlier one leaves its mark."""
        if "\0" not in output.context.prefix:
            self._line = output.start

    def of(self, output: ir.Output) -> object:
        """The cause of an output's finding."""
        place = output.context.place
        written = (self._path, place, shape(output.value))
        line = (self._path, place, self._line) if place in ("script", "event") else written
        found = self._known.get(written) or self._known.get(line) or written
        self._known.setdefault(written, found)
        self._known.setdefault(line, found)
        return found


def weighed(finding: Finding, flow: Flow) -> Finding:
    """A flow's finding with the weight that its surest path has.

    What goes through a call that nothing is known of may not be there any more, so it is not a grave matter; and it was escaped,
    looked up or counted on the way so much more often than not that only those who ask for what is doubtful are told. That any
    variable may be meant, or that it goes through many functions all of which were looked at, is no such doubt.
    """
    path = flow.paths[0]
    if not path.reasons:
        return finding
    followed = path.is_seen or (len(path.reasons) == 1 and spread(flow) is not None)
    confidence = finding.confidence if followed else Confidence.LOW
    return replace(finding, severity=min(finding.severity, Severity.MEDIUM), confidence=confidence)


def is_taken_out(flow: Flow) -> bool:
    """Whether it is a part of what an unknown call gives for untrusted data: a record, of which the names tell more."""
    return PART in flow.paths[0].reasons


def grouped(found: Iterable[tuple[object, Finding]]) -> Iterator[Finding]:
    """The gravest, first finding of each cause; the others with the same cause are its related places."""
    causes: dict[object, list[Finding]] = {}
    for cause, finding in found:
        causes.setdefault(cause, []).append(finding)
    for findings in causes.values():
        first = min(findings, key=_weight)
        others = [Place(one.location, f"and here: {one.label}") for one in findings if one is not first]
        yield replace(first, related=(*first.related, *others[:_MOST_RELATED])) if others else first


def _weight(finding: Finding) -> tuple[int, int, int, str, int]:
    place = finding.location
    return finding.persona, -finding.confidence, -finding.severity, place.path, place.span.start


def cause(flow: Flow, path: str, expr: ir.Expr) -> object:
    """What is to be mended so that a flow to an expression of a template ends: the expression there, or else the place in Python
    where HTML is put together out of the untrusted data, which many templates may print."""
    if (given := spread(flow)) is not None:
        return given
    for step in reversed(flow.trace):
        if step.location.path.endswith(".py"):
            if step.message in BUILT:
                return (step.location, shape(expr))
            break
    return (path, shape(expr))


def spread(flow: Flow) -> Location | None:
    """The call by which untrusted data may get into any variable of its templates, if that is how it comes: one mistake, however
    many of the variables are printed."""
    return next((step.location for step in flow.trace if step.message == SPREAD), None)


def shape(node: object) -> object:
    """An expression without its places: two that are written alike have the same shape."""
    if isinstance(node, tuple):
        return tuple(map(shape, node))
    if not isinstance(node, ir.Node):
        return node
    names = (name for name in node.__struct_fields__ if name not in ("start", "end"))
    return (type(node).__name__, *(shape(getattr(node, name)) for name in names))
