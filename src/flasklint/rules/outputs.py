"""Rules on values that templates put where escaping for HTML is not what is needed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from flasklint import ir
from flasklint.findings import Finding
from flasklint.knowledge.templates import Nature
from flasklint.rules.base import Context, FlowRule
from flasklint.source import Location
from flasklint.taint.flows import Flow


class OutputRule(FlowRule):
    """Is shown each output in one of ``places``, with what is known of its value.

    ``harmless``: natures that do no harm there. An output to which untrusted data flows becomes a finding with its way; one that
    every evaluation found harmless is left out; of any other the rule says itself what to make.
    """

    places: ClassVar[frozenset[str]]
    harmless: ClassVar[frozenset[Nature]]

    def findings(self, context: Context) -> Iterator[Finding]:
        flows = {flow.location: flow for flow in context.flows.flows(*self.kinds)}
        pages, judged = context.project.pages, context.flows.judged
        for template in context.project.templates.values():
            natures = pages.outputs(template.path)
            for output in ir.walk(template):
                if not isinstance(output, ir.Output):
                    continue
                if output.context.place not in self.places or not self.concerns(output):
                    continue
                place = Location(template.path, output.span)
                flow = flows.pop(place, None)
                found = natures.of(output.value) - self.harmless
                if not found:
                    continue
                if flow is not None and flow.untrusted:
                    yield from self.flowing(flow, output)
                elif flow is not None or (template.path, output.start) not in judged:
                    yield from self.doubtful(place, output, found)
        for flow in flows.values():
            # What another template puts into a script or the like, which the output's own template does not tell.
            yield from self.check_flow(flow, context.project)

    def concerns(self, output: ir.Output) -> bool:
        """Whether the rule is about this output."""
        return True

    def flowing(self, flow: Flow, output: ir.Output) -> Iterator[Finding]:
        """The findings of an output to which untrusted data flows."""
        yield self.untrusted(flow)

    @abstractmethod
    def doubtful(self, place: Location, output: ir.Output, found: frozenset[Nature]) -> Iterator[Finding]:
        """The findings of an output of a value of which too little is known."""
