from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class CodeInjection(FlowRule):
    """Untrusted data is run as Python code.

    ## What it does
    Follows untrusted data into `eval`, `exec`, `compile`, `importlib.import_module` and other calls that run what they are given.
    Where untrusted data is the whole name of a function or method that is called (`globals()[name]()`, `getattr(task, name)()`),
    that is told of too; a fixed beginning (`getattr(self, "do_" + name)`) or a check of the name keeps it silent.

    ## Why is this bad
    Whoever chooses the code owns the process: its secrets, its database, its network.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/sum")
    def total():
        return str(eval(request.args["terms"]))
    ```

    ## Good
    ```python
    import ast

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/sum")
    def total():
        return str(sum(ast.literal_eval(request.args["terms"])))
    ```

    ## References
    - [CWE-95](https://cwe.mitre.org/data/definitions/95.html)
    """

    code = "FLK503"
    name = "code-injection"
    severity = Severity.CRITICAL
    cwe = (94, 95)
    kinds = ("code", "module", "dispatch")
    title = "Untrusted data is run as code."
    advice = "read data with `json` or `ast.literal_eval`; choose functions from a dict of your own"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Code that a visitor writes, and functions that a visitor names."""
        if flow.untrusted and flow.sink.kind == "dispatch":
            # What can be called is what the object has; as a rule that is the program's own.
            yield self.untrusted(flow, severity=Severity.MEDIUM, title="A visitor chooses which function is called.")
        elif flow.untrusted:
            yield self.untrusted(flow)
