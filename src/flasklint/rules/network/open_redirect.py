from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from flasklint.findings import Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class OpenRedirect(FlowRule):
    """A redirect goes wherever a visitor says.

    ## What it does
    Follows untrusted data into `redirect(...)` and the `Location` header. A check of the target's host silences it; a check that
    can be passed with another host is named in the message.

    ## Why is this bad
    A link to your site leads to a copy of your login page. People look at the host they know, and type their password.

    ## Bad
    ```python
    from flask import Flask, redirect, request

    app = Flask(__name__)


    @app.route("/login")
    def login():
        return redirect(request.args.get("next", "/"))
    ```

    ## Good
    ```python
    from flask import Flask, redirect, request

    app = Flask(__name__)
    PAGES = {"cart": "/cart", "orders": "/orders"}


    @app.route("/login")
    def login():
        return redirect(PAGES.get(request.args.get("next"), "/"))
    ```

    ## References
    - [CWE-601](https://cwe.mitre.org/data/definitions/601.html)
    """

    code = "FLK705"
    name = "open-redirect"
    severity = Severity.MEDIUM
    cwe = (601,)
    kinds = ("redirect",)
    title = "The visitor is redirected to an address from outside."
    advice = "redirect to `url_for(...)`, or check that scheme and host are your own"
    weak = MappingProxyType(
        {
            "weak:leading-slash": "The check for a leading slash lets `//evil.example` through.",
            "weak:no-host": "The check of the host alone lets `http:///evil.example` through.",
        }
    )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted targets; the referrer is where the visitor comes from, which an attacker decides by half only."""
        if flow.untrusted:
            back = flow.paths[0].source.name.endswith(".referrer")
            yield self.untrusted(flow, severity=Severity.LOW if back else None)
