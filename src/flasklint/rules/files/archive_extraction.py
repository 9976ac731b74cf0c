from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class ArchiveExtraction(FlowRule):
    """An uploaded archive is unpacked without a look at its members' names.

    ## What it does
    Follows uploads into `extractall` of `tarfile` without a filter, and `shutil.unpack_archive`.

    ## Why is this bad
    A member named `../../app.py` is written outside the folder.

    ## Bad
    ```python
    import tarfile

    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/import")
    def load():
        with tarfile.open(fileobj=request.files["archive"].stream) as archive:
            archive.extractall("/srv/import")
        return "", 204
    ```

    ## Good
    ```python
    import tarfile

    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/import")
    def load():
        with tarfile.open(fileobj=request.files["archive"].stream) as archive:
            archive.extractall("/srv/import", filter="data")
        return "", 204
    ```

    ## References
    - [CWE-22](https://cwe.mitre.org/data/definitions/22.html)
    - [tarfile: extraction filters](https://docs.python.org/3/library/tarfile.html#extraction-filters)
    """

    code = "FLK606"
    name = "archive-extraction"
    severity = Severity.HIGH
    cwe = (22,)
    kinds = ("archive",)
    title = "An archive from outside is unpacked without a look at its members' names."
    advice = 'pass `filter="data"`, or check the resolved path of each member'

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """What is sent; who merely chooses one of the server's archives by name did not make it."""
        sent = tuple(path for path in flow.paths if path.source.origin == "upload" or path.source.name.endswith(_BODY))
        if sent:
            yield self.untrusted(flow._replace(paths=sent))


_BODY = (".data", ".get_data()", ".stream", ".input_stream")
"""What the names of the sources of a request's body end with."""
