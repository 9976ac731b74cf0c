from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.templates import Nature
from flasklint.project.mailed import is_mailed
from flasklint.project.marks import begins_link
from flasklint.project.outputs import written
from flasklint.project.project import Project
from flasklint.rules.base import Context
from flasklint.rules.outputs import OutputRule
from flasklint.source import Location
from flasklint.taint.flows import Flow

_OWN_ADDRESSES = frozenset(
    f"flask.Request().{name}" for name in ("url", "base_url", "full_path", "path", "referrer", "environ", "cookies")
)
"""What begins with a scheme or a path that the visitor does not choose, and what nobody sets for another visitor."""


class UnsafeUrlAttribute(OutputRule):
    """A value that is not known begins a link.

    ## What it does
    Follows untrusted data to `href`, `src`, `action` and their like that begin with it, where following or loading the address
    can run a script, also where a block of another template puts it there, and to records in which it is kept under the name
    of what begins the link by the view that takes it in (`user.website = form.website.data`), once for each such place; fields
    that have to be an address (`URL()`) are left out. Any other value of which nothing is known, and what an unknown call makes
    of untrusted data, is told of to auditors only.
    Addresses made by `url_for`, constants, and values behind a fixed beginning (`/user/{{ name }}`) are left alone, and so are
    the templates of mails, whose programs follow no such links, and what cookies bring, which nobody sets for someone else.

    ## Why is this bad
    `javascript:alert(1)` holds nothing that is escaped. A visitor who clicks the link runs it with their session.

    ## Bad
    ```python title="app.py"
    from flask import Flask, render_template, request

    app = Flask(__name__)


    @app.route("/done")
    def done():
        return render_template("done.html", back=request.args["back"])
    ```
    ```jinja title="templates/done.html"
    <a href="{{ back }}">Back</a>
    ```

    ## Good
    ```jinja
    <a href="{{ url_for('profile', name=user.name) }}">Profile</a>
    <a href="https://example.com/{{ user.name }}">Page</a>
    <img src="{{ user.avatar }}" alt="">
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: security considerations](https://flask.palletsprojects.com/en/stable/web-security/#cross-site-scripting-xss)
    """

    code = "FLK408"
    name = "unsafe-url-attribute"
    severity = Severity.MEDIUM
    cwe = (79,)

    kinds = ("link",)
    places = frozenset(("url",))
    keeping = "kept-link"
    shown = "is where the link leads"
    harmless = frozenset(("constant", "number", "address", "quoted", "token", "config", "markup"))
    title = "Untrusted data begins a link."
    advice = "let the address begin with a fixed scheme or path, or check the scheme in Python"

    def concerns(self, output: ir.Output) -> bool:
        return begins_link(output.context)

    def traces_back(self, output: ir.Output, path: str, context: Context) -> bool:
        return not is_mailed(path, context.project.pages)

    def flowing(self, flow: Flow, output: ir.Output, project: Project) -> Iterator[Finding]:
        yield from self.check_flow(flow, project)

    def counts(self, flow: Flow) -> bool:
        """What a view takes in and keeps as it is. An address that is handed around first was asked for mostly, which only works
        with one of the web's."""
        return not flow.paths[0].reasons and all(
            step.location.path == flow.location.path and not step.message.startswith(("passed to", "goes through"))
            for step in flow.trace
        )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """An output that begins a link: in its own template, or in the block of one that another template puts there."""
        paths = tuple(path for path in flow.paths if path.source.name not in _OWN_ADDRESSES)
        if paths and not is_mailed(flow.location.path, project.pages):
            finding = self.untrusted(flow._replace(paths=paths), severity=Severity.HIGH)
            # Whether what an unknown call makes of it begins with it, nobody knows.
            yield replace(finding, confidence=Confidence.LOW) if paths[0].reasons else finding

    def doubtful(
        self, place: Location, output: ir.Output, found: frozenset[Nature], plausible: bool
    ) -> Iterator[Finding]:
        if "unknown" in found:
            yield self.finding(
                place,
                f"{written(output.value)} begins the address in `{output.context.attribute}`. "
                "Where it comes from could not be told; a `javascript:` address would run.",
                confidence=Confidence.LOW,
                label="begins the address",
                help=self.advice,
            )
