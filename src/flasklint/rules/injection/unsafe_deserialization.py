"""FLK504: data that makes objects of its own choice."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.values import Known
from flasklint.rules.base import Context, FlowRule
from flasklint.rules.surroundings import origins
from flasklint.source import Location
from flasklint.taint.flows import Flow

_YAML = ("yaml.load", "yaml.load_all", "ruamel.yaml.load", "ruamel.yaml.load_all")
_UNSAFE_YAML = ("yaml.unsafe_load", "yaml.unsafe_load_all")
_LOADERS = frozenset(
    f"{module}.{prefix}{name}"
    for module in ("yaml", "ruamel.yaml")
    for prefix in ("", "loader.", "cyaml.")
    for name in ("Loader", "UnsafeLoader", "CLoader", "CUnsafeLoader")
)
_SIGNERS = tuple(
    f"itsdangerous.{module}{name}"
    for module in ("", "serializer.", "url_safe.", "timed.")
    for name in ("Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer")
)
_PICKLERS = frozenset({"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "jsonpickle", "marshal", "shelve"})
_OPENERS = frozenset(
    {"builtins.open", "io.open", "codecs.open"}
    | {f"pathlib.Path().{method}" for method in ("open", "read_text", "read_bytes")}
)
_CELERY = ("celery.Celery().conf", "celery.Celery().config")
_ACCEPTED = frozenset(
    {"accept_content", "result_accept_content", "CELERY_ACCEPT_CONTENT", "CELERY_RESULT_ACCEPT_CONTENT"}
)


class UnsafeDeserialization(FlowRule):
    """Data from outside is turned into objects of its own choice.

    ## What it does
    Follows untrusted data into loaders that can make any object: `pickle`, `marshal`, `shelve`, `dill`, `jsonpickle`, `joblib`,
    YAML. Without a flow that was seen, it reports

    - `yaml.load` without a safe loader, `yaml.unsafe_load`, on text that may come from elsewhere;
    - signed tokens and cookies that hold a pickle: `URLSafeSerializer(key, serializer=pickle)`;
    - task queues that accept pickles: Celery's `accept_content` with `"pickle"` in it.

    Silent: safe, base and full loaders, and loaders made from them; a loader that is not known. YAML that is read from a file on
    this machine has low confidence: something else has to let others write that file.

    ## Why is this bad
    A pickle, or YAML with `!!python/object`, names functions to call and their arguments. Loading it calls them: whoever
    writes the data runs code on the server. A signature only moves the question to who knows the key.

    ## Bad
    ```python
    import yaml

    def read(upload):
        return yaml.load(upload.stream, Loader=yaml.Loader)
    ```

    ## Good
    ```python
    import yaml

    def read(upload):
        return yaml.safe_load(upload.stream)
    ```

    ## References
    - [CWE-502: Deserialization of Untrusted Data](https://cwe.mitre.org/data/definitions/502.html)
    - [Python: pickle](https://docs.python.org/3/library/pickle.html)
    - [PyYAML: Loading YAML](https://pyyaml.org/wiki/PyYAMLDocumentation)
    """

    code = "FLK504"
    name = "unsafe-deserialization"
    severity = Severity.HIGH
    cwe = (502,)
    kinds = ("deserialization",)
    title = "Untrusted data is turned into objects of its own choice, which can run code."
    advice = "read a format that holds only data: `json.loads`, `yaml.safe_load`"

    def findings(self, context: Context) -> Iterator[Finding]:
        project = context.project
        flows = list(context.flows.flows(*self.kinds))
        followed = {flow.call for flow in flows if flow.untrusted}
        unsure = {flow.call for flow in flows}
        yield from super().findings(context)
        for finding in self._shapes(project):
            place = finding.location
            if place in followed or (place not in unsure and (place.path, place.span.start) in context.flows.judged):
                continue
            yield finding

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data, unless what reads it refuses classes that it does not know."""
        if flow.untrusted and not _refuses_classes(flow, project):
            yield self.untrusted(flow)

    def _shapes(self, project: Project) -> Iterator[Finding]:
        for site in project.calls(*_YAML):
            loader = site.argument(1, "Loader")
            if loader is None and site.unpacks:
                continue
            if loader is not None and not _may_be_unsafe(loader, site.scope, project):
                continue
            yield from self._yaml(site, project)
        for site in project.calls(*_UNSAFE_YAML):
            yield from self._yaml(site, project)
        for site in project.calls(*_SIGNERS):
            yield from self._signer(site, project)
        for site in project.calls(*(f"{conf}.update" for conf in _CELERY)):
            for argument in site.call.arguments:
                if argument.name in _ACCEPTED:
                    yield from self._queue(argument.value, site.scope, project)
        for module in project.modules.values():
            for scope in module.scopes:
                for write in scope.writes:
                    key = write.key.value if isinstance(write.key, ir.Const) else write.name
                    if key in _ACCEPTED and set(_CELERY).intersection(project.resolve(write.target, scope)):
                        yield from self._queue(write.value, scope, project)

    def _yaml(self, site: CallSite, project: Project) -> Iterator[Finding]:
        stream = site.argument(0, "stream")
        if stream is None or isinstance(project.constant(stream, site.scope), Known):
            return
        local = _is_file(stream, site.scope, project)
        tail = " It is read from a file on this machine, which may be out of others' reach." if local else ""
        yield self.finding(
            site.location,
            f"Loads YAML that can make any object. Whoever writes the text runs code here.{tail}",
            severity=Severity.MEDIUM if local else Severity.HIGH,
            confidence=Confidence.LOW if local else Confidence.MEDIUM,
            label="no safe loader",
            scope=site.scope.qualname,
        )

    def _signer(self, site: CallSite, project: Project) -> Iterator[Finding]:
        given = site.argument(2, "serializer")
        if given is not None and _PICKLERS.intersection(project.resolve(given, site.scope)):
            yield self.finding(
                Location(site.scope.module.path, given.span),
                "Tokens that come back from outside are unpickled. Whoever learns the signing key runs code here.",
                label="pickles in tokens",
                scope=site.scope.qualname,
            )

    def _queue(self, value: ir.Expr, scope: Scope, project: Project) -> Iterator[Finding]:
        match project.constant(value, scope):
            case Known(value=list() | tuple() as accepted) if {"pickle", "application/x-python-serialize"}.intersection(
                one for one in accepted if isinstance(one, str)
            ):
                yield self.finding(
                    Location(scope.module.path, value.span),
                    "Workers accept pickled tasks. Whoever can write to the message broker runs code in them.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    label="pickles accepted",
                    scope=scope.qualname,
                )


def _refuses_classes(flow: Flow, project: Project) -> bool:
    """``class Restricted(pickle.Unpickler)`` with a ``find_class`` that raises."""
    module = project.modules.get(flow.call.path)
    for call, scope in module.calls if module is not None else ():
        if call.span != flow.call.span:
            continue
        for name in project.resolve(call.function, scope):
            made = project.definition(name)
            if made is not None and made.is_class:
                return any(
                    isinstance(part, ir.Function)
                    and part.name == "find_class"
                    and any(isinstance(inner, ir.Raise) for inner in ir.walk(part))
                    for part in ir.walk(made.node)
                )
    return False


def _may_be_unsafe(loader: ir.Expr, scope: Scope, project: Project) -> bool:
    """Whether a loader is one that makes any object: what is only sometimes one (an ``except ImportError``) is another's
    fallback, and what is not known is no evidence."""
    names = project.resolve(loader, scope)
    return bool(names) and all(name in _LOADERS for name in names)


def _is_file(stream: ir.Expr, scope: Scope, project: Project) -> bool:
    """Whether a stream is a file that the same function opens."""
    return any(
        isinstance(part, ir.Call) and _OPENERS.intersection(project.resolve(part.function, scope))
        for part in origins(stream, scope)
    )
