from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class RegexInjection(FlowRule):
    """Untrusted data is used as a regular expression.

    ## What it does
    Follows untrusted data into the pattern of `re` functions. A pattern that is only compiled, to see whether it can be, is not
    told of: it costs when it is matched.

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

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Patterns that are matched, or compiled for that."""
        module = project.modules.get(flow.call.path)
        outer = ir.path_to(module.facts, flow.call.span)[-2:-1] if module else ()
        if flow.untrusted and not (flow.sink.name == "re.compile" and outer and isinstance(outer[0], ir.Do)):
            yield self.untrusted(flow)
