from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.uploads import functions_along
from flasklint.rules.base import Context, FlowRule, together
from flasklint.taint.flows import Flow

_PARSED = frozenset({"ipaddress.ip_address", "ipaddress.IPv4Address", "netaddr.IPAddress"})
_TRIES = frozenset({"test", "connection"})
_KINDS = frozenset({"is_private", "is_global", "is_loopback"})


class Ssrf(FlowRule):
    """The server fetches an address that a visitor chooses.

    ## What it does
    Follows untrusted data into the URL (or its host) of `requests`, `httpx`, `urllib`, `aiohttp` and others. A fixed scheme and
    host in front of the value is fine. Where a function on the way asks whether the address that a host's name stands for is
    private, the confidence is low: only a name that leads elsewhere the next time gets past that. It
    is low too where a setting stands before the value, where the value was joined to a folder as paths are, and where it comes
    there less surely. Views that only try whether a service answers are one finding.

    ## Why is this bad
    Your server reaches what the visitor can't: cloud metadata, databases, admin pages on the inside.

    ## Bad
    ```python
    import requests
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/preview")
    def preview():
        return requests.get(request.args["url"], timeout=5).text[:100]
    ```

    ## Good
    ```python
    import requests
    from flask import Flask, abort, request

    app = Flask(__name__)
    FEEDS = {"news": "https://news.example/feed", "jobs": "https://jobs.example/feed"}


    @app.route("/preview")
    def preview():
        url = FEEDS.get(request.args["feed"])
        if url is None:
            abort(404)
        return {"length": len(requests.get(url, timeout=5).content)}
    ```

    ## References
    - [CWE-918](https://cwe.mitre.org/data/definitions/918.html)
    """

    code = "FLK704"
    name = "ssrf"
    severity = Severity.HIGH
    cwe = (918,)
    covers = ("FLK605",)
    kinds = ("ssrf",)
    title = "The server fetches an address that a visitor chooses."
    advice = "choose the host from a fixed set; check scheme and resolved address before the request"

    def findings(self, context: Context) -> Iterator[Finding]:
        """What tries whether a service answers at an address that people set is one habit of an app."""
        tries: list[Finding] = []
        for finding in super().findings(context):
            way = functions_along((step.location for step in finding.trace[:1]), context.project)
            if any(set(words(scope.own_name)) >= _TRIES for scope in way):
                tries.append(finding)
            else:
                yield finding
        yield from together(tries, "places do so")

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted addresses; with doubt where what a name leads to is looked at."""
        if not flow.untrusted:
            return
        found = self.untrusted(flow)
        if found.confidence is Confidence.MEDIUM or _is_below_a_folder(flow, found):
            # Of those that an unknown call or a long way made less than certain one in four was worth it, in apps of others.
            yield replace(found, confidence=Confidence.LOW)
            return
        way = functions_along((step.location for step in found.trace), project)
        if any(_asks_where_it_leads(scope, project) for scope in way):
            found = replace(found, confidence=Confidence.LOW)
        yield found


def _is_below_a_folder(flow: Flow, found: Finding) -> bool:
    """Whether it was joined to a folder of ours, as paths are: a path that is read may be an address only as a whole."""
    return any(step.message == "joined into a path" for step in found.trace) and any(
        len(text) > 1 and (isinstance(text[0], str) or not text[0].taints) for text in flow.texts
    )


def _asks_where_it_leads(scope: Scope, project: Project) -> bool:
    """Whether a function, or one that it calls, makes an address of the network and asks whether that is private."""
    if _asks(scope, project):
        return True
    called = (
        project.definition(name)
        for call, around in scope.module.calls
        if around is scope
        for name in project.resolve(call.function, scope)
    )
    return any(found is not None and found.is_function and _asks(found, project) for found in called)


def _asks(scope: Scope, project: Project) -> bool:
    nodes = list(ir.walk(scope.node))
    return any(isinstance(node, ir.Attribute) and node.name in _KINDS for node in nodes) and any(
        isinstance(node, ir.Call) and not _PARSED.isdisjoint(project.resolve(node.function, scope)) for node in nodes
    )
