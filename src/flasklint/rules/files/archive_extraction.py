from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import Context, FlowRule
from flasklint.source import Location
from flasklint.taint.flows import Flow


class ArchiveExtraction(FlowRule):
    """An uploaded archive is unpacked without a look at its members' names.

    ## What it does
    Follows uploads into `extractall` of `tarfile` without a filter, and `shutil.unpack_archive`; also those that the same
    function has saved under the name that it opens then.

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

    def findings(self, context: Context) -> Iterator[Finding]:
        """The flows; then what a function saved before under a name that no visitor has a say in."""
        flows = [*super().findings(context)]
        yield from flows
        project = context.project
        for unpacked in project.calls(*_UNPACKS):
            if unpacked.scope.module.is_test or _is_filtered(unpacked.call):
                continue
            if _looks_at_members(unpacked.location, project) or any(_stands_in(one, unpacked) for one in flows):
                continue
            opened = _opened(unpacked, project)
            if opened is not None and _was_saved(opened, unpacked.scope, project):
                yield self.finding(
                    unpacked.location,
                    f"{self.title} The visitor uploads files.",
                    confidence=Confidence.MEDIUM,
                    label="is unpacked as its members' names say",
                    scope=unpacked.scope.qualname,
                    help=self.advice,
                )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """What is sent; who merely chooses one of the server's archives by name did not make it."""
        sent = tuple(path for path in flow.paths if path.source.origin == "upload" or path.source.name.endswith(_BODY))
        if sent and not _looks_at_members(flow.location, project):
            yield self.untrusted(flow._replace(paths=sent))


_OPENS = "tarfile.open"
_UNPACKS = ("tarfile.TarFile().extractall", "shutil.unpack_archive")
_SAVES = "werkzeug.datastructures.FileStorage().save"


def _is_filtered(call: ir.Call) -> bool:
    """Is it told which members, or checks them: ``filter="data"``? ``*`` and ``**`` may say so."""
    return any(argument.name in ("filter", "members", "*", "**") for argument in call.arguments)


def _opened(unpacked: CallSite, project: Project) -> ir.Expr | None:
    """The path of what is unpacked, where its function opened it last."""
    given = unpacked.call.arguments
    if isinstance(unpacked.call.function, ir.Attribute) and unpacked.call.function.name != "unpack_archive":
        before = [site for site in _within(unpacked, _OPENS, project) if site.call.start <= unpacked.call.start]
        given = before[-1].call.arguments if before else ()
    return given[0].value if given and given[0].name in ("", "name", "filename") else None


def _was_saved(path: ir.Expr, scope: Scope, project: Project) -> bool:
    """Whether a function saves an upload under what it says of a path."""
    sites = (site for site in project.calls(_SAVES) if site.scope is scope and site.call.start < path.start)
    saved = [argument.value for site in sites for argument in site.call.arguments[:1]]
    return any(_written(one) == _written(path) != "" for one in saved)


def _stands_in(finding: Finding, site: CallSite) -> bool:
    place = finding.location
    return place.path == site.location.path and (
        site.call.start <= place.span.start and place.span.end <= site.call.end
    )


def _within(site: CallSite, name: str, project: Project) -> list[CallSite]:
    return [other for other in project.calls(name) if other.scope is site.scope]


def _written(path: ir.Expr) -> str:
    """A path as it is written: a text, or a dotted name; empty for all else."""
    match path:
        case ir.Const(value=str() as text):
            return repr(text)
        case ir.Name(name):
            return name
        case ir.Attribute(owner, name):
            return f"{outer}.{name}" if (outer := _written(owner)) else ""
        case ir.Call(ir.Name("str"), (ir.Argument(value=inner),)):
            return _written(inner)
    return ""


def _looks_at_members(place: Location, project: Project) -> bool:
    """Whether the function goes through the archive's members before and refuses some by their name."""
    module = project.modules.get(place.path)
    around = ir.path_to(module.facts, place.span) if module is not None else ()
    function = next((node for node in reversed(around) if isinstance(node, ir.Function)), None)
    for node in ir.walk(function) if function is not None else ():
        if isinstance(node, ir.Loop) and node.start < place.span.start and _goes_through_members(node):
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
