from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.rules.uploaded import is_read_as_it_is, names_what_is_written
from flasklint.taint.flows import Flow
from flasklint.taint.values import UNKNOWN_CALL


class PathTraversal(FlowRule):
    """Untrusted data chooses a path on the server.

    ## What it does
    Follows untrusted data into the paths of `open`, `send_file`, `pathlib`, `os`, `shutil`, and into the directory (not the name)
    given to `send_from_directory`.

    ## Why is this bad
    `../../etc/passwd` leaves the folder you meant; an absolute path replaces it. Whoever chooses the path reads your keys or
    overwrites your code.

    ## Bad
    ```python
    from flask import Flask, request, send_file

    app = Flask(__name__)


    @app.route("/report")
    def report():
        return send_file("/srv/reports/" + request.args["name"])
    ```

    ## Good
    ```python
    from flask import Flask, request, send_from_directory

    app = Flask(__name__)


    @app.route("/report")
    def report():
        return send_from_directory("/srv/reports", request.args["name"])
    ```

    ## References
    - [CWE-22](https://cwe.mitre.org/data/definitions/22.html)
    - [send_from_directory](https://flask.palletsprojects.com/en/stable/api/#flask.send_from_directory)
    """

    code = "FLK605"
    name = "path-traversal"
    severity = Severity.HIGH
    cwe = (22,)
    together = True
    kinds = ("path",)
    title = "Untrusted data chooses a path on the server."
    advice = (
        "use `send_from_directory` or `werkzeug.security.safe_join`, or resolve the path and compare it with the folder"
    )
    weak = MappingProxyType(
        {"weak:before-normalising": "The check is made before the path is normalised, so that `..` gets past it."}
    )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted paths; only to learn whether a file is there does less harm."""
        if not flow.untrusted or names_what_is_written(flow, project) or is_read_as_it_is(flow, project):
            return
        only_asked = flow.sink.words == "is looked for"
        found = self.untrusted(flow, severity=Severity.LOW if only_asked else None)
        # In apps of others, none of fourteen paths was one to mend that were less than certain and came from another function,
        # and one in five of those that are only asked there whether they lead to something.
        doubtful = only_asked or found.confidence is Confidence.MEDIUM
        far = bool(found.trace) and found.trace[-1].depth > 0
        yield replace(found, confidence=Confidence.LOW) if (doubtful and far) or _may_be_file(flow) else found


def _may_be_file(flow: Flow) -> bool:
    """Whether what an unknown call makes is sent as it is: that is as likely an open file as a path."""
    return (
        any(argument.endswith("path_or_file") for argument in flow.sink.arguments)
        and all(len(text) == 1 for text in flow.texts)
        and any(reason.endswith(UNKNOWN_CALL) for reason in flow.paths[0].reasons)
    )
