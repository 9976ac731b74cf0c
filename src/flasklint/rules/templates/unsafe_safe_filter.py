from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Severity
from flasklint.knowledge.templates import FILTERS, Nature
from flasklint.project.outputs import written
from flasklint.project.project import Project
from flasklint.rules.base import TemplateRule
from flasklint.source import Location, Span

_HARMLESS: frozenset[Nature] = frozenset(
    ("constant", "number", "address", "markup", "escaped", "json", "quoted", "token")
)
_ESCAPING = frozenset(("e", "escape", "forceescape", "urlize"))
_CODE = frozenset(("script", "event", "style", "comment", "plain"))


class UnsafeSafeFilter(TemplateRule):
    """`|safe` puts a value into the page without escaping.

    ## What it does
    Finds `|safe` on values that are not known to be harmless. Constants, numbers, addresses made by `url_for`, what `tojson`
    or `escape` made, tokens, and the results of macros are left alone. Scripts and event handlers are FLK409.

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

    def check_template(self, template: ir.Template, project: Project) -> Iterator[Finding]:
        """The values that a template marks as safe."""
        if not template.html:
            return
        natures = project.pages.outputs(template.path)
        for mark, operand in _marks(template.body):
            found = natures.of(operand) - _HARMLESS
            if not found:
                continue
            sure = "unknown" in found
            yield self.finding(
                Location(template.path, mark.span),
                f"`|safe` switches escaping off for {written(operand)}. Where that comes from could not be told.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM if sure else Confidence.LOW,
                label="not escaped",
                fix=_without(template.path, mark),
            )


def _without(path: str, mark: ir.Call) -> Fix:
    edit = Edit(Location(path, Span(mark.function.start, mark.function.end)), "")
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
        stack.extend(reversed(list(ir.children(node))))
