from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule, doubtful_together
from flasklint.rules.handed_on import is_callers_text
from flasklint.rules.surroundings import by_hand
from flasklint.taint.flows import Flow


class CommandInjection(FlowRule):
    """Untrusted data becomes part of a command that the server runs.

    ## What it does
    Follows untrusted data into `os.system`, `os.popen`, `subprocess` with a shell, and into the program or the whole
    argument list of a `subprocess` call. A text for the shell that is put together from values of unknown origin is medium, and
    told of once a file; it is less certain where none of them is a parameter of the function, or what its object was made with,
    but looked up by it or read from elsewhere, and in a function that only hands on the command that it is given. What people
    run by hand (`@app.cli.command`, scripts that nothing imports) is left alone there.

    ## Why is this bad
    The shell reads `;`, `|`, `$(...)` and more as orders. A visitor who writes them runs commands of their own on the server.

    ## Bad
    ```python
    import subprocess

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/ping")
    def ping():
        return subprocess.check_output("ping -c 1 " + request.args["host"], shell=True)
    ```

    ## Good
    ```python
    import subprocess

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/ping")
    def ping():
        return subprocess.check_output(["ping", "-c", "1", "--", request.args["host"]])
    ```

    ## References
    - [CWE-78](https://cwe.mitre.org/data/definitions/78.html)
    - [subprocess: security considerations](https://docs.python.org/3/library/subprocess.html#security-considerations)
    """

    code = "FLK502"
    name = "command-injection"
    severity = Severity.CRITICAL
    cwe = (78, 88)
    kinds = ("command",)
    title = "Untrusted data becomes part of a command."
    advice = "pass a list of arguments without a shell, and `--` before what a visitor chose"

    def findings(self, context: Context) -> Iterator[Finding]:
        """Untrusted data each time; commands of unknown origin once a file: they are one habit."""
        return doubtful_together(super().findings(context), lambda one: one.location.path)

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data, or a shell's command that is put together from what can't be told."""
        if flow.untrusted:
            yield self.untrusted(flow)
        elif flow.built and flow.sink.shape and not by_hand(project, flow.location, flow.scope):
            yield self.finding(
                flow.location,
                "A command for the shell is put together from a value of unknown origin. If a visitor can have a say in it, they "
                "run commands.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM if is_callers_text(project, flow.location) else Confidence.LOW,
                label=flow.sink.words,
                scope=flow.scope,
                help=self.advice,
            )
