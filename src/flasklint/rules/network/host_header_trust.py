"""FLK707."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.mail import HOST, SENDERS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.profiles import as_setting
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.values import Known, Unset
from flasklint.rules.base import Context, Rule
from flasklint.source import Location

_TELLING = frozenset(
    {
        "token",
        "tokens",
        "code",
        "key",
        "secret",
        "signature",
        "hash",
        "reset",
        "recover",
        "forgot",
        "confirm",
        "confirmation",
    }
    | {"activate", "activation", "verify", "verification", "invite", "invitation", "magic", "password"}
)
_MAIL = frozenset({"mail", "mails", "email", "emails"})
_DEEPEST = 3


class _Link(NamedTuple):
    """A link that is mailed. ``telling``: it carries something secret. ``pinned``: ``SERVER_NAME`` decides its host."""

    location: Location
    scope: str
    telling: bool
    pinned: bool


class HostHeaderTrust(Rule):
    """Links in e-mails lead to whatever host the request names.

    ## What it does
    Looks for links that are mailed (to reset a password, to confirm an address, to accept an invitation) and whose host comes
    from the request: `url_for(..., _external=True)` in an app without `SERVER_NAME` and `TRUSTED_HOSTS`, or an address made of
    `request.host`, `host_url` or `url_root`. Links that carry a token are reported; others are for the auditor.

    ## Why is this bad
    The host is a header of the request. Whoever asks for a password reset for somebody else, and sends `Host: evil.example` with
    it, has the app mail the victim a link that takes the token to the attacker's site. A proxy in front that only passes on the
    right host prevents it, but nothing in the app does.

    ## Bad
    ```python
    from flask import Flask, request, url_for
    from flask_mail import Mail, Message

    app = Flask(__name__)
    mail = Mail(app)


    @app.post("/forgot")
    def forgot():
        token = make_token(request.form["email"])
        link = url_for("reset", token=token, _external=True)
        mail.send(Message("Your new password", [request.form["email"]], body=link))
        return "sent"


    @app.route("/reset/<token>")
    def reset(token):
        return "new password?"
    ```

    ## Good
    ```python
    from flask import Flask, request, url_for
    from flask_mail import Mail, Message

    app = Flask(__name__)
    app.config["SERVER_NAME"] = "shop.example"
    mail = Mail(app)


    @app.post("/forgot")
    def forgot():
        token = make_token(request.form["email"])
        link = url_for("reset", token=token, _external=True)
        mail.send(Message("Your new password", [request.form["email"]], body=link))
        return "sent"


    @app.route("/reset/<token>")
    def reset(token):
        return "new password?"
    ```

    ## References
    - [CWE-644](https://cwe.mitre.org/data/definitions/644.html)
    - [Flask: SERVER_NAME, TRUSTED_HOSTS](https://flask.palletsprojects.com/en/stable/config/#SERVER_NAME)
    """

    code = "FLK707"
    name = "host-header-trust"
    severity = Severity.MEDIUM
    cwe = (644, 20)

    def findings(self, context: Context) -> Iterator[Finding]:
        """One finding for an app, at the first link that lies open. What mails and which links it has, the project says once."""
        project = context.project
        known: tuple[bool, Sequence[_Link]] | None = None
        for app in project.apps:
            if app.exhausted or _is_set(app, "TRUSTED_HOSTS") or _looks_at_host(app):
                continue
            known = known or (_speaks_of(project, "SERVER_NAME"), tuple(_links(project, _Mails(project))))
            spoken_of, links = known
            pinned = spoken_of or _is_set(app, "SERVER_NAME")
            lying_open = sorted(
                (link for link in links if not (pinned and link.pinned)),
                key=lambda link: (not link.telling, link.location),
            )
            if lying_open:
                yield self._report(*lying_open)

    def _report(self, first: _Link, *others: _Link) -> Finding:
        return self.finding(
            first.location,
            "A link that is mailed leads to whatever host the request names. "
            + ("Neither `SERVER_NAME` nor `TRUSTED_HOSTS` says" if first.pinned else "`TRUSTED_HOSTS` does not say")
            + " which is the site's own.",
            confidence=Confidence.MEDIUM if first.telling else Confidence.LOW,
            label="the host comes from the request",
            scope=first.scope,
            related=tuple(Place(link.location, "so does this link's host") for link in others[:8]),
            help="set `TRUSTED_HOSTS` (Flask 3.1), or make links from a configured address instead of the request's",
        )


class _Mails:
    """Which functions write an e-mail, themselves or through what they call."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[int, bool] = {}
        self._calls: dict[int, list[ir.Call]] = {}
        for module in project.modules.values():
            for call, scope in module.calls if not module.is_test else ():
                self._calls.setdefault(id(scope), []).append(call)

    @property
    def any(self) -> bool:
        """Something in the project does."""
        return any(True for _ in self._project.calls(*SENDERS))

    def writes(self, scope: Scope, depth: int = _DEEPEST) -> bool:
        """Whether a function does."""
        known = self._known.get(id(scope))
        if known is None:
            self._known[id(scope)] = False
            known = self._known[id(scope)] = any(self._is_sending(call, scope, depth) for call in self._all(scope))
        return known

    def _all(self, scope: Scope) -> Iterator[ir.Call]:
        yield from self._calls.get(id(scope), ())
        for child in scope.children:
            yield from self._all(child)

    def _is_sending(self, call: ir.Call, scope: Scope, depth: int) -> bool:
        function = call.function
        names = list(self._project.resolve(function, scope))
        if isinstance(function, ir.Attribute) and function.name in ("delay", "apply_async", "queue", "submit", "send"):
            # A task that is put off is called later.
            names += self._project.resolve(function.value, scope)
        names += [name for one in call.arguments for name in self._handed(one.value, scope)]
        if not SENDERS.isdisjoint(names):
            return True
        if depth <= 0:
            return False
        targets = (self._project.definition(name) for name in names)
        return any(target is not None and target.is_function and self.writes(target, depth - 1) for target in targets)

    def _handed(self, expr: ir.Expr, scope: Scope) -> Iterable[str]:
        """A function that is passed on to be called: ``Thread(target=send)``, ``queue.enqueue(send, ...)``."""
        return self._project.resolve(expr, scope) if isinstance(expr, ir.Name) else ()


def _links(project: Project, mails: _Mails) -> Iterator[_Link]:
    """The links whose host comes from the request, in functions and templates that make an e-mail."""
    for site in project.calls("flask.url_for", "flask.Flask().url_for"):
        scope = _function(site.scope)
        if site.scope.module.is_test or scope is None or not _is_external(site.call) or not mails.writes(scope):
            continue
        yield _Link(site.location, scope.qualname, _is_telling(site.call, scope.node), pinned=True)
    for module in project.modules.values():
        for scope in module.scopes if not module.is_test else ():
            if not scope.is_function or not mails.writes(scope):
                continue
            for node in ir.walk(scope.node):
                if isinstance(node, ir.Attribute) and not HOST.isdisjoint(project.resolve(node, scope)):
                    telling = _speaks(scope.qualname, *_names(scope.node))
                    yield _Link(project.location(module, node), scope.qualname, telling, pinned=False)
    if not mails.any:
        return
    for path, template in project.templates.items():
        if not _is_mail(path, project, mails):
            continue
        for node in ir.walk(template):
            if isinstance(node, ir.Call) and _is_url_for(node.function) and _is_external(node):
                yield _Link(project.location(path, node), "", _is_telling(node, None), pinned=True)


def _is_mail(path: str, project: Project, mails: _Mails) -> bool:
    """Whether a template is the text of an e-mail, by who renders it or where it is kept."""
    for rendering in project.pages.rendered_by(path):
        scope = _function(rendering.site.scope)
        if scope is not None and mails.writes(scope) and not _MAIL.isdisjoint(words(path)):
            return True
    return not project.pages.rendered_by(path) and not _MAIL.isdisjoint(words(path))


def _function(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.is_function:
        scope = scope.parent
    return scope


def _is_url_for(function: ir.Expr) -> bool:
    return isinstance(function, ir.Name) and function.id == "url_for"


def _is_external(call: ir.Call) -> bool:
    return any(
        argument.name == "_external" and isinstance(argument.value, ir.Const) and bool(argument.value.value)
        for argument in call.arguments
    )


def _is_telling(call: ir.Call, around: object) -> bool:
    """The link carries something secret: an argument or the endpoint says so."""
    spoken = [argument.name for argument in call.arguments]
    spoken += [str(one.value.value) for one in call.arguments[:1] if isinstance(one.value, ir.Const)]
    name = around.name if isinstance(around, ir.Function) else ""
    return _speaks(*spoken, name)


def _speaks(*texts: str) -> bool:
    return any(not _TELLING.isdisjoint(words(text)) for text in texts)


def _names(node: object) -> Iterator[str]:
    return (one.id for one in ir.walk(node) if isinstance(one, ir.Name))


def _is_set(app: App, key: str) -> bool:
    """A key may have a value in some production profile: then it is not for us to say that it has none."""
    for profile in app.production:
        effective = profile.effective(key)
        if effective.optional or effective.outside:
            return True
        settings = [as_setting(candidate.value) for candidate in effective.possible]
        if not all(isinstance(one, Unset) or (isinstance(one, Known) and not one.value) for one in settings):
            return True
    return app.set_at_run_time(key)


def _speaks_of(project: Project, key: str) -> bool:
    """The code counts on a key being set, wherever that may be."""
    return any(
        isinstance(node, ir.Const) and node.value == key
        for module in project.modules.values()
        if not module.is_test
        for node in ir.walk(module.facts)
    )


def _looks_at_host(app: App) -> bool:
    """Some function that sees every request looks at its host."""
    return any(hook.before and app.deeds(hook.function).mentions(*HOST) for hook in app.hooks)
