from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class RegexInjection(FlowRule):
    """Untrusted data is used as a regular expression.

    ## What it does
    Follows untrusted data into the pattern of `re` functions.

    ## Why is this bad
    A pattern such as `(a+)+$` takes exponential time on a short text, and one request keeps a worker busy for hours.

    ## Bad
    ```python
    import re

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/find")
    def find():
        return {"hits": re.findall(request.args["pattern"], open("names.txt").read())}
    ```

    ## Good
    ```python
    import re

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/find")
    def find():
        return {"hits": re.findall(re.escape(request.args["text"]), open("names.txt").read())}
    ```

    ## References
    - [CWE-1333](https://cwe.mitre.org/data/definitions/1333.html)
    """

    code = "FLK510"
    name = "regex-injection"
    severity = Severity.MEDIUM
    cwe = (1333, 730)
    kinds = ("regex",)
    title = "Untrusted data is used as a regular expression."
    advice = "use `re.escape`, or search for plain text"
