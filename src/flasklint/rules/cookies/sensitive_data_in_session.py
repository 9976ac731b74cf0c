from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.rules.base import ModuleRule, together
from flasklint.source import Location

_HARMLESS = frozenset(
    {"csrf", "xsrf", "nonce", "state", "expires", "expiry", "type", "id", "count", "hint", "name", "changed", "reset"}
    | {
        "expire",
        "expired",
        "sent",
        "time",
        "at",
        "unsub",
        "unsubscribe",
        "verified",
        "attempts",
        "required",
        "ok",
        "user",
        "request",
    }
)
_DOORS = frozenset({"access", "refresh", "bearer", "jwt", "otp", "oauth", "api", "github", "google", "auth"})
"""Words of tokens that open a door elsewhere, or are all that is between a visitor and an account."""
_SEVERITIES = {"password": Severity.HIGH, "card": Severity.HIGH, "key": Severity.MEDIUM, "token": Severity.MEDIUM}


class SensitiveDataInSession(ModuleRule):
    """Something secret is put into the session cookie, which its owner can read.

    ## What it does
    Finds passwords, access tokens, keys and card numbers that are stored under such a name in Flask's session, and passwords
    that are the value of a cookie. Tokens against forged requests are fine there, and so are those that are drawn on the spot
    to be compared with what comes back; tokens of which nothing says that they open a door are for pedants. What one file puts
    there of one kind is one finding. With a session that is kept on the server (Flask-Session, an interface of the app's own) the
    rule stays silent about it.

    ## Why is this bad
    Flask signs its session cookie and does not encrypt it: whoever has the cookie (a script, a log, a shared machine) reads
    what is in it. It also stays readable after the session has ended.

    ## Bad
    ```python
    from flask import Flask, request, session

    app = Flask(__name__)


    @app.route("/login", methods=["POST"])
    def login():
        session["password"] = request.form["password"]
        return "welcome"
    ```

    ## Good
    ```python
    from flask import Flask, request, session

    app = Flask(__name__)


    @app.route("/login", methods=["POST"])
    def login():
        session["user_id"] = check(request.form["name"], request.form["password"])
        return "welcome"
    ```

    ## References
    - [CWE-315](https://cwe.mitre.org/data/definitions/315.html)
    - [CWE-312](https://cwe.mitre.org/data/definitions/312.html)
    - [Flask: Sessions](https://flask.palletsprojects.com/en/stable/quickstart/#sessions)
    """

    code = "FLK208"
    name = "sensitive-data-in-session"
    severity = Severity.MEDIUM
    cwe = (315, 312)

    def check_module(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """What is stored under a telling name."""
        yield from self._cookies(module)
        if not _kept_on_server(project):
            kinds: dict[tuple[str, bool], list[Finding]] = {}
            for kind, finding in self._session(module, project):
                kinds.setdefault(kind, []).append(finding)
            for group in kinds.values():
                yield from together(group)

    def _session(self, module: LinkedModule, project: Project) -> Iterator[tuple[tuple[str, bool], Finding]]:
        """What goes into the session; of one kind, all that a file puts there is one thing to mend."""
        for scope in module.scopes:
            for write in scope.writes:
                if not isinstance(write.key, ir.Const) or not isinstance(write.key.value, str):
                    continue
                key = write.key.value
                kind = sensitivity(key)
                if kind not in _SEVERITIES or not _HARMLESS.isdisjoint(words(key)) or _is_plain(write.value):
                    continue
                if kind in ("key", "token") and "otp" not in words(key) and _is_drawn(write.value, scope, project):
                    continue
                if "flask.session" in project.resolve(write.target, scope):
                    found = self._report(Location(module.path, write.node.span), key, str(kind), scope)
                    if _is_answered(write.value, scope):
                        # Whoever has the cookie was just told.
                        found = replace(found, confidence=Confidence.LOW)
                    yield (str(kind), "otp" in words(key)), found

    def _cookies(self, module: LinkedModule) -> Iterator[Finding]:
        """Passwords that are the value of a cookie, whatever keeps the session."""
        for call, scope in module.calls:
            if not isinstance(call.function, ir.Attribute) or call.function.name != "set_cookie":
                continue
            value = next((one.value for one in call.arguments if one.name == "value"), None)
            if value is None and len(call.arguments) > 1 and not call.arguments[1].name:
                value = call.arguments[1].value
            name = ir.last_name(value)
            if name and sensitivity(name) == "password" and _HARMLESS.isdisjoint(words(name)):
                yield self.finding(
                    Location(module.path, call.span),
                    f"`{name}` goes into a cookie as it is. Whoever gets at the cookie has the password.",
                    severity=Severity.HIGH,
                    confidence=Confidence.MEDIUM,
                    label="the cookie is the password",
                    scope=scope.qualname,
                    help="put a random token into the cookie, and keep on the server whose it is",
                )

    def _report(self, location: Location, key: str, kind: str, scope: Scope) -> Finding:
        return self.finding(
            location,
            f"`{key}` goes into the session cookie, which is signed but not encrypted. Whoever has the cookie can read it.",
            severity=_SEVERITIES[kind],
            confidence=Confidence.MEDIUM,
            persona=Persona.PEDANTIC if kind == "token" and _DOORS.isdisjoint(words(key)) else Persona.REGULAR,
            label="readable in the cookie",
            scope=scope.qualname,
            help="keep it on the server, and only an identifier in the session",
        )


def _kept_on_server(project: Project) -> bool:
    for app in project.apps:
        if any(use.inits for use in app.extensions_of_kind("session")):
            return True
        if any(event.kind == "attribute" and event.detail == "session_interface" for event in app.events):
            return True
    return False


def _is_drawn(value: ir.Expr, scope: Scope, project: Project) -> bool:
    """Drawn here and now, to be compared with what comes back: it opens nothing for whoever has the cookie already."""
    return isinstance(value, ir.Call) and any(
        name.startswith(("secrets.token_", "uuid.uuid", "os.urandom"))
        for node in (value, *ir.walk(value))
        if isinstance(node, ir.Call)
        for name in project.resolve(node.function, scope)
    )


def _is_answered(value: ir.Expr, scope: Scope) -> bool:
    """Whether the function gives back what it keeps, in a dict or a list."""
    return isinstance(value, ir.Name) and any(
        isinstance(node, ir.Return)
        and node.value is not None
        and any(
            isinstance(held, ir.Name) and held.id == value.id
            for shown in (node.value, *ir.walk(node.value))
            if isinstance(shown, ir.Dict | ir.Display)
            for held in (
                *(pair.value for pair in getattr(shown, "pairs", ())),
                *(item.value for item in getattr(shown, "items", ())),
            )
        )
        for node in ir.walk(scope.node)
    )


def _is_plain(value: ir.Expr) -> bool:
    """A constant, or nothing more than a comparison: no secret."""
    return isinstance(value, (ir.Const, ir.Compare)) or (isinstance(value, ir.Op) and value.sign == "not")
