from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule, by_source
from flasklint.taint.flows import Flow
from flasklint.taint.values import Text


class TemplateInjection(FlowRule):
    """Untrusted data becomes the source or the name of a template.

    ## What it does
    Follows untrusted data into the source given to `render_template_string`, `Environment.from_string` or `Template`, and into
    the name given to `render_template`. A name that begins with fixed text leads to templates of the app all the same, and is
    left alone; one that the program ends (`f"{page}.html"`) is told with low confidence, and one that chooses among a few
    (`f"{kind}_list.html"`) to pedants alone. A source that comes out of a call of which nothing is known is told with low
    confidence: mostly the visitor gives the key by which somebody's template is found.

    ## Why is this bad
    A template is a program: `{{ config }}` prints your keys, and a few attributes further any command runs on the server.

    ## Bad
    ```python
    from flask import Flask, render_template_string, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        return render_template_string("<h1>Hello " + request.args.get("name", "") + "</h1>")
    ```

    ## Good
    ```python
    from flask import Flask, render_template_string, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args.get("name", ""))
    ```

    ## References
    - [CWE-1336](https://cwe.mitre.org/data/definitions/1336.html)
    """

    code = "FLK404"
    name = "template-injection"
    severity = Severity.CRITICAL
    cwe = (1336, 94)
    kinds = ("template-source", "template-name")
    title = "Untrusted data becomes a template."
    advice = "keep the template constant, and pass the data as context"

    def findings(self, context: Context) -> Iterator[Finding]:
        """What one function does with what it reads is one finding, a text or a name."""
        found = list(super().findings(context))
        for title in sorted({finding.message.partition(".")[0] for finding in found}):
            yield from by_source((one for one in found if one.message.startswith(title)), by_function=True)

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """A source from outside runs; a name from outside only chooses among the templates that are there."""
        if not flow.untrusted:
            return
        if flow.sink.kind == "template-source" and flow.paths[0].reasons:
            # The visitor gives the key by which a record is found, and not what somebody has written in it.
            yield replace(self.untrusted(flow), confidence=Confidence.LOW)
        elif flow.sink.kind == "template-name":
            finding = self.untrusted(
                flow, severity=Severity.MEDIUM, title="Untrusted data chooses which of the templates is shown."
            )
            if flow.paths[0].reasons or any(isinstance(piece, str) for text in flow.texts for piece in text):
                # What may be a looked-up record's name of a template is no reason for alarm. Nor is a name that the program ends:
                # a loader does not leave its folders, and what is shown of them was meant to be.
                finding = replace(finding, confidence=Confidence.LOW)
            among_few = bool(flow.texts) and all(map(_is_part_of_name, flow.texts))
            yield replace(finding, persona=Persona.PEDANTIC) if among_few else finding
        else:
            yield self.untrusted(flow)


def _is_part_of_name(text: Text) -> bool:
    """Whether the rest of a template's name, but for an ending like ``.html``, is the program's: a folder, or what such names end
    with. Then the choice is among a few."""
    if not text:
        return False
    first, last = text[0], text[-1]
    return (isinstance(first, str) or not first.taints) or (isinstance(last, str) and not last.startswith("."))
