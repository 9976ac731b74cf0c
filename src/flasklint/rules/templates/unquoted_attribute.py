from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.templates import Nature, is_count
from flasklint.project.outputs import last_word, written
from flasklint.project.project import Project
from flasklint.rules.base import Context, by_source
from flasklint.rules.outputs import OutputRule
from flasklint.source import Location
from flasklint.taint.flows import Flow

_TEXTS: frozenset[Nature] = frozenset(("unknown", "escaped", "json", "markup"))


class UnquotedAttribute(OutputRule):
    """A value stands in an attribute without quotes.

    ## What it does
    Finds `attribute={{ value }}` in HTML. Numbers, constants, the names and ids of forms' fields, addresses made by `url_for` and
    percent-encoded text, which hold no space, are left alone. A template that nothing renders is told of to auditors only.

    ## Why is this bad
    Escaping takes care of quotes and tags, not of spaces. A value `x onmouseover=alert(1)` ends the attribute and adds one
    of its own, and needs no character that is escaped.

    ## Bad
    ```jinja
    <img alt={{ photo.title }} src="/photo.jpg">
    ```

    ## Good
    ```jinja
    <img alt="{{ photo.title }}" src="/photo.jpg" width={{ photo.width|int }}>
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: security considerations](https://flask.palletsprojects.com/en/stable/web-security/#cross-site-scripting-xss)
    """

    code = "FLK407"
    name = "unquoted-attribute"
    severity = Severity.MEDIUM
    cwe = (79,)

    kinds = ("unquoted-attribute",)
    places = frozenset(("unquoted",))
    harmless = frozenset(("constant", "number", "address", "quoted", "token"))
    title = "Untrusted data stands in an attribute without quotes."
    advice = "put the whole value of the attribute between double quotes"

    def findings(self, context: Context) -> Iterator[Finding]:
        """What a template shows of the same request in several attributes is one finding."""
        found = list(super().findings(context))
        yield from (one for one in found if not one.trace)
        yield from by_source(one for one in found if one.trace)

    def flowing(self, flow: Flow, output: ir.Output, project: Project) -> Iterator[Finding]:
        yield self.untrusted(flow, severity=Severity.HIGH)

    def doubtful(
        self, place: Location, output: ir.Output, found: frozenset[Nature], plausible: bool
    ) -> Iterator[Finding]:
        attribute = output.context.attribute
        sure = (
            plausible
            and not found.isdisjoint(_TEXTS)
            and not is_count(last_word(output.value))
            and not is_count(attribute)
        )
        yield self.finding(
            place,
            f"There are no quotes around {written(output.value)} in `{attribute or 'an attribute'}`. "
            "A space in it begins a new attribute, which escaping does not prevent.",
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            label="no quotes around it",
            help=self.advice,
        )
