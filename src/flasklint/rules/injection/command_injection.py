from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class CommandInjection(FlowRule):
    """Untrusted data becomes part of a command that the server runs.

    ## What it does
    Follows untrusted data into `os.system`, `os.popen`, `subprocess` with a shell, and into the program or the whole
    argument list of a `subprocess` call.

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
