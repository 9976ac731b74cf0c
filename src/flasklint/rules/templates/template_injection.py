from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class TemplateInjection(FlowRule):
    """Untrusted data becomes the source or the name of a template.

    ## What it does
    Follows untrusted data into the source given to `render_template_string`, `Environment.from_string` or `Template`, and into
    the name given to `render_template`.

    ## Why is this bad
    A template is a program: `{{ config }}` prints your keys, and a few attributes further any command runs on the server.

    ## Bad
    ```python
    from flask import Flask, render_template_string, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        return render_template_string("<h1>Hello " + request.args.get("name", "") + "</h1>")
    ```

    ## Good
    ```python
    from flask import Flask, render_template_string, request

    app = Flask(__name__)


    @app.route("/")
    def index():
        return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args.get("name", ""))
    ```

    ## References
    - [CWE-1336](https://cwe.mitre.org/data/definitions/1336.html)
    """

    code = "FLK404"
    name = "template-injection"
    severity = Severity.CRITICAL
    cwe = (1336, 94)
    kinds = ("template-source", "template-name")
    title = "Untrusted data becomes a template."
    advice = "keep the template constant, and pass the data as context"
