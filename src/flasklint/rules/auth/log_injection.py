from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow

_SIGNS = re.compile(r"%[-#0 +]*(?:\d+|\*)?(?:\.\d+)?(?P<sign>[a-zA-Z%])")


class LogInjection(FlowRule):
    """Untrusted text is written to a log as it comes.

    ## What it does
    Follows untrusted text that may hold line breaks into log messages. Hardening: `--persona pedantic` shows it.

    ## Why is this bad
    A line break in the value begins a new line in the log, with whatever a visitor wants it to say.

    ## Bad
    ```python
    import logging

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/login")
    def login():
        logging.info("login of " + request.args["name"])
        return ""
    ```

    ## Good
    ```python
    import logging

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/login")
    def login():
        logging.info("login of %r", request.args["name"])
        return ""
    ```

    ## References
    - [CWE-117](https://cwe.mitre.org/data/definitions/117.html)
    """

    code = "FLK810"
    name = "log-injection"
    severity = Severity.LOW
    cwe = (117,)
    kinds = ("log",)
    title = "Untrusted text is written to a log as it comes."
    advice = "log it with `%r`, or without its line breaks"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data, for who hardens."""
        if flow.untrusted and not _is_written_as_literal(flow, project):
            yield replace(self.untrusted(flow), persona=Persona.PEDANTIC)


def _is_written_as_literal(flow: Flow, project: Project) -> bool:
    """The argument goes into a ``%r`` of the message, which writes line breaks as escapes."""
    module = project.modules.get(flow.location.path)
    path = ir.path_to(module.facts, flow.call.span) if module else ()
    match path[-1] if path else None:
        case ir.Call(arguments=(ir.Argument(value=ir.Const(value=str(message)), name=""), *arguments)):
            signs = [found["sign"] for found in _SIGNS.finditer(message) if found["sign"] != "%"]
            for sign, argument in zip(signs, arguments, strict=False):
                if argument.value.span == flow.location.span:
                    return sign in "ra"
        case _:
            pass
    return False
