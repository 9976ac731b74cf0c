from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class RawHtmlResponse(FlowRule):
    """Untrusted data is put into an HTML response without escaping.

    ## What it does
    Follows untrusted data into HTML that a view builds from strings and returns, or gives to `make_response` or `Response`.

    ## Why is this bad
    A link to the page carries a script that runs with your visitor's session.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/hello")
    def hello():
        return f"<h1>Hello {request.args.get('name', '')}</h1>"
    ```

    ## Good
    ```python
    from flask import Flask, request
    from markupsafe import escape

    app = Flask(__name__)


    @app.route("/hello")
    def hello():
        return f"<h1>Hello {escape(request.args.get('name', ''))}</h1>"
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: HTML escaping](https://flask.palletsprojects.com/en/stable/quickstart/#html-escaping)
    """

    code = "FLK405"
    name = "raw-html-response"
    severity = Severity.HIGH
    cwe = (79,)
    kinds = ("html",)
    title = "Untrusted data is put into HTML without escaping."
    advice = "escape it with `markupsafe.escape`, or render a template"
