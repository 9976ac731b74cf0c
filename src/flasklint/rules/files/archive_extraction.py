from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
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
        if sent and not _looks_at_members(flow, project):
            yield self.untrusted(flow._replace(paths=sent))


def _looks_at_members(flow: Flow, project: Project) -> bool:
    """Whether the function goes through the archive's members before and refuses some by their name."""
    module = project.modules.get(flow.location.path)
    around = ir.path_to(module.facts, flow.location.span) if module is not None else ()
    function = next((node for node in reversed(around) if isinstance(node, ir.Function)), None)
    for node in ir.walk(function) if function is not None else ():
        if isinstance(node, ir.Loop) and node.start < flow.location.span.start and _goes_through_members(node):
            return any(isinstance(part, ir.If) and _speaks_of_names(part.test) for part in ir.walk(node))
    return False


def _goes_through_members(loop: ir.Loop) -> bool:
    return any(
        isinstance(part, ir.Call) and _last_word(part) in _MEMBERS for part in (loop.subject, *ir.walk(loop.subject))
    )


def _speaks_of_names(test: ir.Expr) -> bool:
    parts = (test, *ir.walk(test))
    return any(isinstance(part, ir.Attribute) and part.name in ("name", "filename", "path") for part in parts) or any(
        isinstance(part, ir.Call) and _last_word(part) in ("startswith", "isabs", "is_relative_to") for part in parts
    )


def _last_word(call: ir.Call) -> str:
    function = call.function
    return function.name if isinstance(function, ir.Attribute) else ""


_MEMBERS = frozenset({"getmembers", "getnames", "namelist", "infolist"})
"""What gives the members of an archive, or their names."""

_BODY = (".data", ".get_data()", ".stream", ".input_stream")
"""What the names of the sources of a request's body end with."""
