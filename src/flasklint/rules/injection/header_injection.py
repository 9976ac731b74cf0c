from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class HeaderInjection(FlowRule):
    """Untrusted data decides a response header's name.

    ## What it does
    Follows untrusted data into the names of response headers. Werkzeug refuses line breaks in header values, so values are not
    reported.

    ## Why is this bad
    Who chooses a header's name can set cookies, allow other origins or switch off protections.

    ## Bad
    ```python
    from flask import Flask, make_response, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        response = make_response("hello")
        response.headers[request.args["name"]] = "1"
        return response
    ```

    ## Good
    ```python
    from flask import Flask, make_response, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        response = make_response("hello")
        response.headers["X-Mode"] = "1" if request.args.get("mode") else "0"
        return response
    ```

    ## References
    - [CWE-113](https://cwe.mitre.org/data/definitions/113.html)
    """

    code = "FLK509"
    name = "header-injection"
    severity = Severity.MEDIUM
    cwe = (113, 644)
    kinds = ("header-name",)
    title = "Untrusted data decides the name of a header."
    advice = "choose the name from a fixed set"
