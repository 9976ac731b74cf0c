from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Severity
from flasklint.knowledge.templates import FILTERS, Nature
from flasklint.project.outputs import written
from flasklint.rules.base import Context, FlowRule
from flasklint.source import Location
from flasklint.taint.flows import Flow

_HARMLESS: frozenset[Nature] = frozenset(
    ("constant", "number", "address", "markup", "escaped", "json", "quoted", "token")
)
_ESCAPING = frozenset(("e", "escape", "forceescape", "urlize"))
_CODE = frozenset(("script", "event", "style", "comment", "plain"))


class UnsafeSafeFilter(FlowRule):
    """`|safe` puts a value into the page without escaping.

    ## What it does
    Follows untrusted data through views, `render_template`, includes, blocks and macros to the `|safe` that it reaches, and
    shows the way. A value of which nothing is known is told of with less weight. Constants, values that were cleaned
    (`nh3.clean`, `bleach.clean`, `escape`), numbers, addresses made by `url_for`, what `tojson` made, tokens,
    and the results of macros are left alone. `striptags` does not help: it turns `&lt;` back into `<`. Scripts and event
    handlers are FLK409.

    ## Why is this bad
    Jinja escapes what it puts into HTML, and `|safe` says that it need not. If someone else has written the value, their
    `<script>` runs in your visitor's browser.

    ## Bad
    ```jinja
    <div class="bio">{{ user.bio|safe }}</div>
    ```

    ## Good
    ```jinja
    <div class="bio">{{ user.bio }}</div>
    <div>{{ "<hr>"|safe }}</div>
    <script>const user = {{ user.name|tojson|safe }};</script>
    ```

    ## Fix safety
    Without `|safe` the value is escaped: tags in it are shown as text. Where it must be HTML, clean it in Python with
    `nh3.clean` or `bleach.clean` before it is stored or shown.

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Jinja: HTML escaping](https://jinja.palletsprojects.com/en/stable/templates/#html-escaping)
    """

    code = "FLK401"
    name = "unsafe-safe-filter"
    severity = Severity.HIGH
    cwe = (79,)

    kinds = ("safe-filter",)
    title = "Untrusted data is put into the page without escaping."
    advice = "leave `|safe` away, or clean the HTML in Python with `nh3.clean`"

    def findings(self, context: Context) -> Iterator[Finding]:
        """The values that templates mark as safe."""
        flows = {flow.call: flow for flow in context.flows.flows(*self.kinds)}
        for template in context.project.templates.values():
            if template.html:
                yield from self._check(template, context, flows)

    def _check(self, template: ir.Template, context: Context, flows: Mapping[Location, Flow]) -> Iterator[Finding]:
        natures = context.project.pages.outputs(template.path)
        for mark, operand in _marks(template.body):
            found = natures.of(operand) - _HARMLESS
            if not found:
                continue
            place = Location(template.path, mark.span)
            flow = flows.get(place)
            if flow is not None and flow.untrusted:
                yield replace(self.untrusted(flow), location=place, label="not escaped", fix=_without(mark, place))
            elif flow is not None or (template.path, mark.function.start) not in context.flows.judged:
                yield self.finding(
                    place,
                    f"`|safe` switches escaping off for {written(operand)}. Where that comes from could not be told.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM if "unknown" in found else Confidence.LOW,
                    label="not escaped",
                    help=self.advice,
                    fix=_without(mark, place),
                )


def _without(mark: ir.Call, place: Location) -> Fix:
    edit = Edit(Location(place.path, mark.function.span), "")
    return Fix("let it be escaped", (edit,), Applicability.UNSAFE)


def _marks(body: tuple[ir.Stmt, ...]) -> Iterator[tuple[ir.Call, ir.Expr]]:
    """Every ``|safe`` whose result may be put out as HTML, with what it is applied to."""
    stack: list[ir.Node] = list(reversed(body))
    while stack:
        node = stack.pop()
        match node:
            case ir.Output(context=ir.Context(place=place)) if place in _CODE:
                continue
            case ir.If(body=then, orelse=otherwise):
                stack.extend(reversed((*then, *otherwise)))
                continue
            case ir.Op(sign="if", operands=(_, *branches)):
                stack.extend(reversed(branches))
                continue
            case ir.Compare():
                continue
            case ir.Call(function=ir.Name(id="|safe"), arguments=(ir.Argument(value=operand), *_)):
                yield node, operand
            case ir.Call(function=ir.Name(id=name)) if name.startswith("is ") or (
                name[:1] == "|" and name[1:] in FILTERS and name[1:] not in _ESCAPING
            ):
                continue
        stack.extend(ir.children(node)[::-1])
