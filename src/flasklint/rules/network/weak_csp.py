from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.extensions import ExtensionUse
from flasklint.project.headers import after_hooks, header_values
from flasklint.project.objects import Cls, Instance, Map, Seq, Value
from flasklint.project.operations import python
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import AppRule
from flasklint.source import Location

_OFF = (
    (
        "content_security_policy",
        "No Content-Security-Policy is sent: Talisman is told to leave it out.",
        Severity.MEDIUM,
    ),
    ("force_https", "Talisman is told not to send visitors on to HTTPS.", Severity.LOW),
)
_SCHEME = "wsgi.url_scheme"
"""What middleware sets that believes a server in front of the app about it."""


class WeakCsp(AppRule):
    """The content security policy lets injected scripts run.

    ## What it does
    Reads the policy given to Talisman or set in an `after_request` function, and reports `'unsafe-inline'`, `'unsafe-eval'`,
    `*` and whole schemes in what scripts may come from. A nonce or `'strict-dynamic'` beside `'unsafe-inline'` makes it
    harmless, and for styles it is left alone. Talisman with `content_security_policy=None` is reported
    too. `force_https=False` is for pedants, and not told where `ProxyFix` says that a server in front of the app does that.

    ## Why is this bad
    The policy is there to stop the script that got into a page. With these words in it, it stops nothing: the script is inline,
    or is loaded from the attacker's own host.

    ## Bad
    ```python
    from flask import Flask
    from flask_talisman import Talisman

    app = Flask(__name__)
    Talisman(app, content_security_policy={"default-src": "'self'", "script-src": "'self' 'unsafe-inline'"})
    ```

    ## Good
    ```python
    from flask import Flask
    from flask_talisman import Talisman

    app = Flask(__name__)
    Talisman(app, content_security_policy={"default-src": "'self'"}, content_security_policy_nonce_in=["script-src"])
    ```

    ## References
    - [CWE-693](https://cwe.mitre.org/data/definitions/693.html)
    - [CWE-1021](https://cwe.mitre.org/data/definitions/1021.html)
    - [MDN: script-src](https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Content-Security-Policy/script-src)
    """

    code = "FLK702"
    name = "weak-csp"
    severity = Severity.MEDIUM
    cwe = (1021, 693)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Talisman's arguments, then headers set by hand."""
        profile = app.production[0]
        for use in app.extensions_of_kind("headers"):
            if use.name == "flask_talisman.Talisman" and use.in_force(profile):
                yield from self._talisman(app, use)
        for hook in after_hooks(app, profile):
            for header in header_values(hook.function, app):
                if header.name != "content-security-policy":
                    continue
                fault = _fault(_directives(_text(header.value, project, header.scope)))
                if fault:
                    yield self._weak(header.location, fault, hook.function.qualname)

    def _talisman(self, app: App, use: ExtensionUse) -> Iterator[Finding]:
        profile = app.production[0]
        for argument, message, severity in _OFF:
            given = use.argument(None, argument)
            if given is None or (argument == "force_https" and _behind_proxy(app)):
                continue
            known, plain = python(profile.settle(given[0]))
            if known and not plain and plain != "":
                yield self.finding(
                    Location(use.location.path, given[1].span),
                    message,
                    severity=severity,
                    confidence=Confidence.HIGH if severity is Severity.MEDIUM else Confidence.MEDIUM,
                    persona=Persona.PEDANTIC if argument == "force_https" else Persona.REGULAR,
                    label="switched off",
                    scope=use.instance.scope,
                    help="leave the argument out, Talisman's default is safe",
                )
        given = use.argument(None, "content_security_policy")
        if given is None:
            return
        nonces = use.argument(None, "content_security_policy_nonce_in")
        fault = _fault(_policy(profile.settle(given[0])), nonces is not None)
        if fault:
            yield self._weak(Location(use.location.path, given[1].span), fault, use.instance.scope)

    def _weak(self, location: Location, fault: str, scope: str) -> Finding:
        return self.finding(
            location,
            f"The content security policy lets injected scripts run: {fault}.",
            confidence=Confidence.HIGH,
            label="does not stop scripts",
            scope=scope,
            help="allow scripts by nonce, and name the hosts that they may come from",
        )


def _behind_proxy(app: App) -> bool:
    """Is there a server in front of the app, by what it is wrapped in? That one sends visitors on to HTTPS."""
    for event in app.events:
        if event.kind == "wrap" and event.value is not None:
            if any(name.endswith("ProxyFix") for name in getattr(event.value, "names", ())):
                return True
            cls = event.value.cls if isinstance(event.value, Instance) else event.value
            if isinstance(cls, Cls) and any(isinstance(n, ir.Const) and n.value == _SCHEME for n in ir.walk(cls.node)):
                return True
    return False


def _policy(value: Value) -> dict[str, list[str]]:
    """A policy given to Talisman, as a dict or as a text."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return _directives(value.value)
    found: dict[str, list[str]] = {}
    if isinstance(value, Map):
        for key, item, _ in value.items:
            sources = item.items if isinstance(item, Seq) else [item]
            plain = [python(source)[1] for source in sources]
            if isinstance(key, Known) and isinstance(key.value, str):
                found[key.value.lower()] = [word for one in plain if isinstance(one, str) for word in one.split()]
    return found


def _directives(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        if name:
            found.setdefault(name.lower(), sources)
    return found


def _fault(policy: dict[str, list[str]], nonces: bool = False) -> str:
    name = next((name for name in ("script-src", "default-src") if name in policy), "")
    if not name:
        return ""
    sources = [source.lower() for source in policy[name]]
    trusted = nonces or any(
        source.startswith(("'nonce-", "'sha")) or source == "'strict-dynamic'" for source in sources
    )
    faults = []
    if "'unsafe-inline'" in sources and not trusted:
        faults.append("'unsafe-inline'")
    if "'unsafe-eval'" in sources:
        faults.append("'unsafe-eval'")
    if not any(source == "'strict-dynamic'" for source in sources):
        faults += [source for source in sources if source in ("*", "http:", "https:", "data:")]
    return f"`{name}` has {' and '.join(faults)}" if faults else ""


def _text(expr: ir.Expr, project: Project, scope: object) -> str:
    """The constant parts of a text; a gap in it stands for nothing that is known."""
    return " ".join(_written(expr)) if not isinstance(expr, ir.Const) else str(expr.value)


def _written(node: object) -> Iterator[str]:
    """The texts in an expression; each entry of a dict is a directive of its own."""
    match node:
        case ir.Const(value=str() as text):
            yield text
        case ir.Pair(key=key, value=value):
            yield ";"
            yield from _written(key)
            yield from _written(value)
            yield ";"
        case _:
            for child in ir.children(node):
                yield from _written(child)
