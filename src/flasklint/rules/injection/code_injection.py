from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class CodeInjection(FlowRule):
    """Untrusted data is run as Python code.

    ## What it does
    Follows untrusted data into `eval`, `exec`, `compile`, `importlib.import_module` and other calls that run what they are given.

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
    kinds = ("code",)
    title = "Untrusted data is run as code."
    advice = "read data with `json` or `ast.literal_eval`; choose functions from a dict of your own"
