from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule, by_source
from flasklint.source import Location
from flasklint.taint.flows import Flow


class OpenRedirect(FlowRule):
    """A redirect goes wherever a visitor says.

    ## What it does
    Follows untrusted data into `redirect(...)` and the `Location` header. A check of the target's host silences it. A check that
    can be passed with another host is reported where it stands, once for all redirects behind it, with what it lets through.
    A redirect to the referrer, which sends visitors back to where they come from, is told only to who hardens.

    ## Why is this bad
    A link to your site leads to a copy of your login page. People look at the host they know, and type their password.

    ## Bad
    ```python
    from flask import Flask, redirect, request

    app = Flask(__name__)


    @app.route("/login")
    def login():
        return redirect(request.args.get("next", "/"))
    ```

    ## Good
    ```python
    from flask import Flask, redirect, request

    app = Flask(__name__)
    PAGES = {"cart": "/cart", "orders": "/orders"}


    @app.route("/login")
    def login():
        return redirect(PAGES.get(request.args.get("next"), "/"))
    ```

    ## References
    - [CWE-601](https://cwe.mitre.org/data/definitions/601.html)
    """

    code = "FLK705"
    name = "open-redirect"
    severity = Severity.MEDIUM
    cwe = (601,)
    kinds = ("redirect",)
    title = "The visitor is redirected to an address from outside."
    advice = "redirect to `url_for(...)`, or check that scheme and host are your own"
    weak = MappingProxyType(
        {
            "weak:absolute": "The check lets `https://evil.example` through.",
            "weak:two-slashes": "The check lets `//evil.example` through, which browsers take for another host.",
            "weak:three-slashes": "The check lets `///evil.example` through: it has no host for Python, but for browsers.",
            "weak:backslash": "The check lets `/\\evil.example` through: browsers take a backslash for a slash.",
            "weak:scheme-only": "The check lets `http:///evil.example` through: it has no host for Python, but for browsers.",
        }
    )

    def findings(self, context: Context) -> Iterator[Finding]:
        """One finding for what is read and not checked, however often people are redirected to it, and one for each check that
        is too weak, where it stands."""
        yield from by_source(self._all(context))
        yield from self._carried(context)

    def _all(self, context: Context) -> Iterator[Finding]:
        checked: dict[Location, list[Flow]] = {}
        for flow in context.flows.flows(*self.kinds):
            if not (flow.untrusted and flow.weak and flow.checks):
                yield from self.check_flow(flow, context.project)
                continue
            unchecked = tuple(path for path in flow.paths if not path.checked)
            if len(unchecked) < len(flow.paths):
                ways = tuple(path for path in flow.paths if path.checked)
                checked.setdefault(flow.checks[0], []).append(flow._replace(paths=ways))
            yield from self.check_flow(flow._replace(paths=unchecked, weak=(), checks=()), context.project)
        for place, flows in checked.items():
            yield self._too_weak(place, flows, context.project)

    def _carried(self, context: Context) -> Iterator[Finding]:
        """What one view keeps in the session and another redirects to."""
        kept: dict[str, list[Flow]] = {}
        for flow in context.flows.flows("kept-redirect"):
            module = context.project.modules.get(flow.location.path)
            if flow.untrusted and module is not None and not flow.paths[0].source.name.endswith(".referrer"):
                for key in _keys(ir.path_to(module.facts, flow.call.span)[-2:]):
                    kept.setdefault(key, []).append(flow)
        for site in context.project.calls("flask.redirect") if kept else ():
            if site.scope.module.is_test:
                continue
            target = site.argument(0, "location")
            for key in _read_of_session(target, site, context.project) if target is not None else ():
                if key not in kept:
                    continue
                first, *others = kept.pop(key)
                yield replace(
                    self.untrusted(first),
                    location=site.location,
                    confidence=Confidence.MEDIUM,
                    label=f"goes where `{key}` of the session says",
                    scope=site.scope.qualname,
                    related=tuple(Place(one.location, one.sink.words) for one in (first, *others)),
                )

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted targets; the referrer is where the visitor comes from: an attacker can only send them back."""
        if flow.untrusted:
            severity = _severity(flow, project)
            finding = self.untrusted(flow, severity=severity)
            yield finding if severity is None else replace(finding, persona=Persona.PEDANTIC)

    def _too_weak(self, place: Location, flows: list[Flow], project: Project) -> Finding:
        first = max(flows, key=lambda flow: flow.confidence)
        finding = self.untrusted(
            first, severity=_severity(first, project), title="The check of a redirect is too weak."
        )
        return replace(
            finding,
            location=place,
            confidence=min(finding.confidence, Confidence.MEDIUM),
            label="lets foreign addresses through",
            scope=first.scope if first.location.path == place.path else "",
            related=tuple(Place(flow.location, flow.sink.words) for flow in flows),
        )


def _severity(flow: Flow, project: Project) -> Severity | None:
    path = flow.paths[0]
    if path.source.name.endswith(".referrer"):
        return Severity.LOW
    if not path.source.name.endswith(".headers") or not path.steps:
        return None
    place = path.steps[0].location
    module = project.modules.get(place.path)
    around = ir.path_to(module.facts, place.span)[-3:] if module is not None else ()
    keys = (part.value for node in around for part in ir.walk(node) if isinstance(part, ir.Const))
    return Severity.LOW if any(str(key).lower() == "referer" for key in keys) else None


def _keys(path: Iterable[ir.Node]) -> Iterator[str]:
    """The constant names under which a statement or a call keeps something in a mapping."""
    for node in path:
        match node:
            case ir.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ir.Subscript) and isinstance(target.key, ir.Const):
                        yield str(target.key.value)
            case ir.Call(arguments=(ir.Argument(value=ir.Const(value=str(key))), *_)):
                yield key
            case ir.Subscript(key=ir.Const(value=str(key))):
                yield key
            case _:
                continue


def _read_of_session(target: ir.Expr, site: CallSite, project: Project) -> Iterator[str]:
    """The names of what is read of the session, as it is, to be redirected to."""
    match target:
        case ir.Op(sign="or", operands=operands):
            for operand in operands:
                yield from _read_of_session(operand, site, project)
        case ir.Name(id=name) if not _is_asked(name, site):
            for binding in site.scope.at(name, target.start):
                if binding.kind == "assign" and not binding.path and isinstance(binding.value, _READS):
                    yield from _read_of_session(binding.value, site, project)
        case (
            ir.Subscript(value=owner, key=ir.Const(value=str(key)))
            | ir.Call(
                function=ir.Attribute(value=owner, name="get" | "pop"),
                arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
            )
        ):
            if "flask.session" in project.resolve(owner, site.scope):
                yield key
        case _:
            return


_READS = (ir.Subscript, ir.Call, ir.Op)


def _is_asked(name: str, site: CallSite) -> bool:
    """Is a variable compared, or given to something else than the redirect? That may be its check."""
    return any(
        isinstance(part, ir.Name) and part.id == name
        for node in ir.walk(site.scope.node)
        if isinstance(node, ir.Compare | ir.Call) and node is not site.call
        for part in (
            node.operands if isinstance(node, ir.Compare) else tuple(argument.value for argument in node.arguments)
        )
    )
