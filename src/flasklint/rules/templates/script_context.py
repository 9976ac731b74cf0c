from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.templates import Nature, is_count, is_html
from flasklint.project.escaping import is_escaped
from flasklint.project.marks import is_raw
from flasklint.project.outputs import last_word, written
from flasklint.project.project import Project
from flasklint.rules.base import Context
from flasklint.rules.outputs import OutputRule
from flasklint.rules.stored import Stored
from flasklint.source import Location
from flasklint.taint.flows import Flow
from flasklint.taint.judge import open_quote

_SCRIPT = "<script>"
"""The sink of what stands in a script, by itself or as part of a block that is put into one."""
_CLOSED = ("'", '"')
_QUOTED = "Untrusted data stands in a script without `tojson`. The quotes around it are escaped: it can break the script only."
_BEHIND = (
    "Untrusted data stands in a script without `tojson`. The quotes around it are escaped, but a backslash at the end of what"
    " stands before it takes away the quote that closes that."
)
_ENCODED = frozenset(f"flask.Request().{name}" for name in ("url", "base_url", "query_string", "environ", "path"))
"""What comes without backslashes and quotes, but for what the address of a view lets through."""
_WHERE = {"script": "a script", "event": "an event handler", "style": "a style"}


class ScriptContext(OutputRule):
    """A value stands in a script without `tojson`.

    ## What it does
    Finds `{{ value }}` inside `<script>` and event handlers (`onclick`) where it did not go through `tojson`, once for a
    template. Constants, numbers, addresses made by `url_for`, the app's configuration and tokens are left alone.

    A part of a record in an event handler, or in a script with `|safe`, is told with medium confidence where untrusted data that
    may hold quotes is kept under its name (`user.motto = request.form["motto"]`), once for each such place, or where people fill
    in what goes by its name for things that go by its owner's; otherwise with low confidence. So is all in templates that nothing
    renders. What a view writes with `json.dumps` of what people fill in, and a script shows with `|safe`, is told with medium
    confidence: `dumps` leaves `</script>` as it is.

    Untrusted data between quotes in a script weighs less than elsewhere, since the quotes in it are escaped: where it stands
    alone, it is told to pedants only, and so is what stands in a style. Behind another value on the line
    (`load('{{ a }}', '{{ b }}')`), a backslash at the end of the first one makes code of the second.

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

    kinds = ("script", "style")
    places = frozenset(_WHERE)
    keeping = "kept-script"
    shown = "is put into code"
    harmless = frozenset(("constant", "number", "address", "json", "quoted", "token", "config", "markup"))
    title = "Untrusted data stands in a script without `tojson`."
    advice = "write `{{ value|tojson }}` without quotes around it, or put the value into a `data-` attribute"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """What a block, or a template that is taken in, puts into another template's script is as good as what stands in one."""
        template = project.templates.get(flow.location.path) if flow.sink.name == _SCRIPT else None
        outputs = (node for node in ir.walk(template) if isinstance(node, ir.Output)) if template is not None else ()
        output = next((one for one in outputs if one.span == flow.location.span), None)
        return super().check_flow(flow, project) if output is None else self.flowing(flow, output, project)

    def flowing(self, flow: Flow, output: ir.Output, project: Project) -> Iterator[Finding]:
        prefix = output.context.prefix
        if output.context.place == "style" and not is_raw(output.value):
            finding = self.untrusted(flow, severity=Severity.LOW, title="Untrusted data stands in a style.")
            yield _doubted(replace(finding, persona=Persona.PEDANTIC), flow)
        elif flow.sink.name != _SCRIPT or is_raw(output.value) or open_quote(prefix) not in _CLOSED:
            yield self.untrusted(flow, severity=Severity.HIGH)
        elif not is_escaped(output, flow.location.path, project):
            yield self.untrusted(flow, severity=Severity.MEDIUM)
        elif _is_behind_another(prefix):
            finding = self.untrusted(flow, severity=Severity.MEDIUM, title=_BEHIND)
            yield replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM))
        else:
            # What ends the string is escaped, and no other string on the line can be made to end.
            paths = tuple(path for path in flow.paths if path.source.name not in _ENCODED)
            if paths:
                finding = self.untrusted(flow._replace(paths=paths), severity=Severity.LOW, title=_QUOTED)
                yield _doubted(replace(finding, persona=Persona.PEDANTIC), flow)

    def counts(self, flow: Flow) -> bool:
        """What an unknown call has made of a text stands between quotes, and may hold none."""
        return not flow.paths[0].reasons

    def traces_back(self, output: ir.Output, path: str, context: Context) -> bool:
        return output.context.place == "event" or is_raw(output.value)

    def kept(self, output: ir.Output, place: Location, stored: Stored) -> tuple[object, Finding] | None:
        """What is kept in a record; in a script, also what a view has written as JSON."""
        found = super().kept(output, place, stored)
        if found is not None or output.context.place == "event":
            return found
        name = stored.dumped(output.value, place.path)
        if not name:
            return None
        message = (
            f"{written(output.value)} stands in a script as `dumps` has written it, which leaves `</script>` as it is. It is made"
            f" of `{name}`, which people fill in."
        )
        return place, self.finding(
            place, message, confidence=Confidence.MEDIUM, label="not made for scripts", help=self.advice
        )

    def is_plausible(self, output: ir.Output, path: str, context: Context) -> bool:
        """As for other values, but for records in event handlers: between quotes their names alone don't make them dangerous."""
        if output.context.place == "event" and path in context.project.pages.reached:
            return False
        return super().is_plausible(output, path, context)

    def doubtful(
        self, place: Location, output: ir.Output, found: frozenset[Nature], plausible: bool
    ) -> Iterator[Finding]:
        where = output.context.place
        named = output.value.value if isinstance(output.value, ir.Subscript) else output.value
        name = last_word(output.value) or last_word(named)
        # Addresses, HTML and JSON are what views make for their pages.
        made = is_count(name) or is_html(name) or name.lower().endswith("json")
        sure = plausible and not found.isdisjoint(("unknown", "escaped")) and not made
        sure = sure and (where == "event" or is_raw(output.value))
        yield self.finding(
            place,
            f"{written(output.value)} stands in {_WHERE[where]} without `tojson`. Where it comes from could not be told.",
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            label="not made for scripts",
            help=self.advice,
        )


def _is_behind_another(prefix: str) -> bool:
    """Whether a string of the same quotes, which ends with a value, stands on the line before an open one."""
    quote = open_quote(prefix)
    return f"\0{quote}" in prefix


def _doubted(finding: Finding, flow: Flow) -> Finding:
    """Harm that is not great by itself is only worth telling when it is sure."""
    return replace(finding, confidence=Confidence.LOW) if flow.paths[0].reasons else finding
