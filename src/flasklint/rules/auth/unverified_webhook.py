from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import words
from flasklint.knowledge.webhooks import CHECKS, EVENT_HEADERS, FIELDS, ROUTE_WORDS
from flasklint.project.apps import App
from flasklint.project.deeds import Deeds
from flasklint.project.forgery import verifies_signature
from flasklint.project.links import effect_on_get
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.project.strangers import given_once, values_used
from flasklint.rules.base import AppRule, together
from flasklint.source import Location

_SECRETS = frozenset(
    {"hash", "hmac", "key", "nonce", "secret", "sig", "signature", "token", "uuid", "verify", "verification"}
)
"""Words of what only the service and the app know."""
_SOMEBODY = "a service"
_FETCHES = ("aiohttp", "httpx", "requests", "urllib.request", "urllib2")
"""What asks the service itself whether a message is its own, or for what it is about."""
_LOOKS = frozenset({"authenticate", "authorize", "check", "is", "require", "valid", "validate", "verify"})
_TELLS = _SECRETS | {"auth", "origin", "request", "sender", "webhook"}
"""Words of functions that look whether a message comes from whom it says: ``verify_request``."""
_SENDERS = frozenset({"access_route", "authorization", "remote_addr"})
_SENT = ("form", "values", "json", "get_json", "data", "get_data", "args")
_ACTS = ("subprocess", "os.system", "os.popen", "threading.Thread", "git.Repo")


class UnverifiedWebhook(AppRule):
    """Nobody checks that a message comes from the service that it names.

    ## What it does
    Finds views that act on the messages of a service: that look at its headers (`X-GitHub-Event`), at fields or events that
    only its messages have (`CallSid`, `checkout.session.completed`), or whose address is that of a webhook and that change
    what is stored. They are reported where nothing stands before them and neither they nor a hook look at a signature, a
    secret, or who it is that sends, nor ask the service itself. Where only the address says so, confidence is low.

    ## Why is this bad
    Everybody can send such a message: an order is marked as paid, a call is charged, a deployment begins.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/stripe")
    def paid():
        event = request.get_json()
        if event["type"] == "checkout.session.completed":
            mark_as_paid(event["data"]["object"]["client_reference_id"])
        return ""
    ```

    ## Good
    ```python
    import stripe
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/stripe")
    def paid():
        signature = request.headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(request.get_data(), signature, app.config["STRIPE_WEBHOOK_SECRET"])
        if event["type"] == "checkout.session.completed":
            mark_as_paid(event["data"]["object"]["client_reference_id"])
        return ""
    ```

    ## References
    - [CWE-345](https://cwe.mitre.org/data/definitions/345.html)
    - [GitHub: validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
    - [Twilio: webhooks security](https://www.twilio.com/docs/usage/webhooks/webhooks-security)
    """

    code = "FLK818"
    name = "unverified-webhook"
    severity = Severity.MEDIUM
    cwe = (345, 347)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Views that a service calls; those of one file are one habit."""
        found: dict[Location, Finding] = {}
        asks = any(app.guard(route) is not None for route in app.routes)
        for route in app.routes:
            if "POST" not in route.methods or route.view is None or app.guard(route) is not None:
                continue
            function = route.view.methods.get("POST") or route.view.methods.get("")
            if function is None or function.location in found or self._is_known(app, route, function):
                continue
            service = _service(app, function) or (_is_hook(route) and asks and _changes(app, function) and _SOMEBODY)
            if service:
                found[function.location] = self._report(function, service)
        files: dict[str, list[Finding]] = {}
        for finding in found.values():
            files.setdefault(finding.location.path, []).append(finding)
        for group in files.values():
            yield from together(group, "views do so")

    def _report(self, function: Fn, service: str) -> Finding:
        return self.finding(
            function.location,
            f"Nothing checks that what this view acts on comes from {service}: everybody can send it.",
            # Some services sign nothing: an address alone does not say whose messages these are.
            confidence=Confidence.LOW if service == _SOMEBODY else Confidence.MEDIUM,
            label="looks at no signature and no secret",
            scope=function.qualname,
            help="check the signature of the body before you act on it, with the secret that the service gave you",
        )

    def _is_known(self, app: App, route: Route, function: Fn) -> bool:
        """Is anything looked at that others do not know?"""
        if verifies_signature(app, route) or not _SECRETS.isdisjoint(words(route.rule)):
            return True
        around = route.view.decorations_of(function) if route.view is not None else ()
        if any(not _SECRETS.isdisjoint(words(one.short)) or "validate" in words(one.short) for one in around):
            return True
        hooks = [hook.function for hook in app.hooks if hook.before and (hook.everywhere or hook.owner in route.chain)]
        asked = (function, *hooks, *(one.value for one in around if isinstance(one.value, Fn)))
        return any(_asks(app.deeds(one)) or _asks_who_sends(one) for one in asked)


def _asks_who_sends(function: Fn) -> bool:
    """``if request.remote_addr not in THEIRS:``"""
    given = given_once(function.node)
    return any(
        isinstance(part, ir.Attribute) and part.name in _SENDERS
        for node in ir.walk(function.node)
        if isinstance(node, ir.If)
        for one in (node.test, *values_used(node.test, given))
        for part in (one, *ir.walk(one))
    )


def _asks(deeds: Deeds) -> bool:
    if deeds.mentions(*CHECKS) or (deeds.compares and deeds.mentions(*_FETCHES)):
        return True
    if any(
        not _TELLS.isdisjoint(spoken := words(name.rpartition(".")[2])) and spoken[0] in _LOOKS for name in deeds.calls
    ):
        return True
    return (
        deeds.compares
        and deeds.refuses
        and any(not _SECRETS.isdisjoint(words(text)) for text in deeds.texts if " " not in text)
    )


def _service(app: App, function: Fn) -> str:
    """Whose messages a view acts on, by what only these have."""
    itself = app.deeds(function)
    header = next((EVENT_HEADERS[one] for one in sorted(itself.headers) if one in EVENT_HEADERS), "")
    header = header or next(
        (EVENT_HEADERS[one.lower()] for one in sorted(itself.texts) if one.lower() in EVENT_HEADERS), ""
    )
    if header:
        return header
    if not itself.mentions(*(f"flask.request.{one}" for one in _SENT)):
        return ""
    return next((FIELDS[one] for one in sorted(itself.texts) if one in FIELDS), "")


def _is_hook(route: Route) -> bool:
    last = [part for part in route.rule.split("/") if part and not part.startswith("<")][-1:]
    return any(not ROUTE_WORDS.isdisjoint(words(part)) for part in last)


def _changes(app: App, function: Fn) -> bool:
    deeds = app.deeds(function)
    if not deeds.mentions(*(f"flask.request.{one}" for one in _SENT)):
        return False
    return deeds.mentions(*_ACTS) or effect_on_get(app, function, app.definition, True) is not None
