from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.templates import Nature, is_count
from flasklint.project.outputs import last_word, written
from flasklint.project.project import Project
from flasklint.rules.base import TemplateRule
from flasklint.source import Location

_HARMLESS: frozenset[Nature] = frozenset(
    ("constant", "number", "address", "json", "quoted", "token", "config", "markup")
)
_WHERE = {"script": "a script", "event": "an event handler", "style": "a style"}


class ScriptContext(TemplateRule):
    """A value stands in a script without `tojson`.

    ## What it does
    Finds `{{ value }}` inside `<script>` and event handlers (`onclick`) where it did not go through `tojson`. Constants,
    numbers, addresses made by `url_for`, the app's configuration and tokens are left alone.

    ## Why is this bad
    Escaping is for HTML. In a script a value needs no tag and no quote to become code, and in an event handler the browser
    undoes the escaping before the script runs.

    ## Bad
    ```jinja
    <button onclick="remove('{{ file.name }}')">Remove</button>
    ```

    ## Good
    ```jinja
    <script>
      const name = {{ file.name|tojson }};
      const page = {{ loop.index }};
    </script>
    <button data-name="{{ file.name }}">Remove</button>
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: security considerations](https://flask.palletsprojects.com/en/stable/web-security/#cross-site-scripting-xss)
    """

    code = "FLK409"
    name = "script-context"
    severity = Severity.MEDIUM
    cwe = (79, 116)

    def check_template(self, template: ir.Template, project: Project) -> Iterator[Finding]:
        """The outputs that stand in scripts, event handlers and styles."""
        natures = project.pages.outputs(template.path)
        for output in ir.walk(template):
            if not isinstance(output, ir.Output) or output.context.place not in _WHERE:
                continue
            found = natures.of(output.value) - _HARMLESS
            if not found:
                continue
            place = output.context.place
            sure = not found.isdisjoint(("unknown", "escaped")) and not is_count(last_word(output.value))
            raw = _is_raw(output.value)
            yield self.finding(
                Location(template.path, output.span),
                f"{written(output.value)} stands in {_WHERE[place]} without `tojson`. Where it comes from could not be told.",
                confidence=Confidence.MEDIUM if sure and (place == "event" or raw) else Confidence.LOW,
                label="not made for scripts",
                help="write `{{ value|tojson }}` without quotes around it, or put the value into a `data-` attribute",
            )


def _is_raw(expr: ir.Expr) -> bool:
    return any(isinstance(node, ir.Name) and node.id == "|safe" for node in (expr, *ir.walk(expr)))
