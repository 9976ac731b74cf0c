"""FLK808."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import ProjectRule

_SESSIONS = ("requests_oauthlib.OAuth2Session",)
_CLIENT_PARSERS = ("oauthlib.oauth2.WebApplicationClient().parse_request_uri_response",)
_CLIENT_MAKERS = ("oauthlib.oauth2.WebApplicationClient().prepare_request_uri",)
_SENT = ("requests.post", "requests.request", "requests.Session().post", "httpx.post", "httpx.Client().post")
_AUTHORIZE = (
    "authlib.integrations.flask_client.OAuth().authorize_redirect",
    "requests_oauthlib.OAuth2Session",
    "oauthlib.oauth2.WebApplicationClient().prepare_request_uri",
)
_REQUEST = frozenset(f"flask.request.{name}" for name in ("args", "form", "values"))
_ADDRESS = frozenset(f"flask.request.{name}" for name in ("url", "full_path", "query_string"))
_IN_URL = re.compile(r"[?&#](?:access_token|refresh_token|id_token|client_secret)=$")
_TOKEN_NAMES = frozenset({"access_token", "refresh_token", "id_token", "client_secret"})


class OauthMisuse(ProjectRule):
    """A login through another site can be forged, or its tokens leak.

    ## What it does
    Reports three mistakes with OAuth. A callback that exchanges a code for a token and never looks at `state`: with
    requests-oauthlib an `OAuth2Session` made without `state=`, with oauthlib a call without it, or a request for a token that is
    written by hand in a function that knows of no state. An address to come back to (`redirect_uri`) that is taken from the
    request. And an access, refresh or identity token that is put into an address. Authlib, Flask-Dance and Flask-OAuthlib keep
    and check the state themselves.

    ## Why is this bad
    Without `state`, an attacker starts a login with an account of their own and has the victim's browser finish it: what the
    victim then enters or links belongs to the attacker. With a `redirect_uri` of their choice the code is sent to the attacker. A
    token in an address ends up in logs, in the history and in the `Referer` of the next request.

    ## Bad
    ```python
    from flask import Flask, request, session
    from requests_oauthlib import OAuth2Session

    app = Flask(__name__)


    @app.get("/callback")
    def callback():
        client = OAuth2Session("id", redirect_uri="https://shop.example/callback")
        session["token"] = client.fetch_token("https://id.example/token", authorization_response=request.url)
        return "welcome"
    ```

    ## Good
    ```python
    from flask import Flask, request, session
    from requests_oauthlib import OAuth2Session

    app = Flask(__name__)


    @app.get("/callback")
    def callback():
        client = OAuth2Session("id", state=session.pop("state"), redirect_uri="https://shop.example/callback")
        session["token"] = client.fetch_token("https://id.example/token", authorization_response=request.url)
        return "welcome"
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [OAuth 2.0 Security Best Current Practice](https://datatracker.ietf.org/doc/html/rfc9700)
    """

    code = "FLK808"
    name = "oauth-misuse"
    severity = Severity.MEDIUM
    cwe = (352, 601)

    def check(self, project: Project) -> Iterator[Finding]:
        """The findings of a project."""
        yield from self._sessions(project)
        yield from self._by_hand(project)
        yield from self._addresses(project)
        yield from self._leaks(project)

    def _sessions(self, project: Project) -> Iterator[Finding]:
        """Libraries that check the state only if they are told it."""
        for site in project.calls(*_SESSIONS):
            if site.scope.module.is_test or site.unpacks or site.argument(None, "state", "token") is not None:
                continue
            function = _function(site.scope)
            if function is None or not _fetches(function.node) or "state" in _texts(function.node):
                continue
            if not _reads_request(function, project):
                # It is given the code by somebody, who may have looked at the state.
                continue
            yield self._no_state(site, "state=", function)
        for site in project.calls(*_CLIENT_PARSERS):
            if site.scope.module.is_test or site.unpacks or site.argument(1, "state") is not None:
                continue
            function = _function(site.scope)
            if function is None or "state" not in _texts(function.node):
                yield self._no_state(site, "state=", function)

    def _by_hand(self, project: Project) -> Iterator[Finding]:
        """A code that is exchanged for a token by a plain request."""
        told: set[int] = set()
        for site in project.calls(*_SENT):
            function = _function(site.scope)
            if function is None or id(function) in told or site.scope.module.is_test:
                continue
            texts = _texts(function.node)
            if "authorization_code" not in texts or "code" not in texts or not _reads_request(function, project):
                # A code in a JSON body comes from the app's own script, which looks at the state.
                continue
            told.add(id(function))
            spoken = texts | {one.id for one in ir.walk(function.node) if isinstance(one, ir.Name)}
            spoken |= {one.name for one in ir.walk(function.node) if isinstance(one, ir.Attribute)}
            if not any(
                "state" in text.lower() or "nonce" in text.lower() or "verifier" in text.lower() for text in spoken
            ):
                yield self._no_state(site, "the `state` of the request", function)

    def _no_state(self, site: CallSite, what: str, function: Scope | None) -> Finding:
        return self.finding(
            site.location,
            "The answer of the other site is taken without a look at its `state`.",
            confidence=Confidence.MEDIUM,
            label="nothing tells whose login this finishes",
            scope=function.qualname if function is not None else "",
            help=f"keep a random state in the session, and compare it here ({what})",
        )

    def _addresses(self, project: Project) -> Iterator[Finding]:
        """An address to come back to that the request chooses."""
        for site in project.calls(*_AUTHORIZE):
            if site.scope.module.is_test:
                continue
            position = 0 if site.names[0].endswith("authorize_redirect") else None
            given = site.argument(position, "redirect_uri")
            if given is not None and _is_of_request(given, site.scope, project):
                yield self.finding(
                    project.location(site.scope, given),
                    "The address that the other site sends the login to is taken from the request.",
                    confidence=Confidence.MEDIUM,
                    label="a visitor chooses it",
                    scope=site.scope.qualname,
                    help="use an address of this site: `url_for(..., _external=True)`",
                )

    def _leaks(self, project: Project) -> Iterator[Finding]:
        """A token in an address that a browser is sent to."""
        for site in project.calls("flask.redirect", "werkzeug.utils.redirect"):
            if site.scope.module.is_test:
                continue
            target = site.argument(0, "location")
            if target is None or not _carries_token(target, site.scope, project):
                continue
            yield self.finding(
                site.location,
                "A token is put into an address, and so into logs, the history and the next page's `Referer`.",
                confidence=Confidence.MEDIUM,
                label="the address carries a token",
                scope=site.scope.qualname,
                help="hand it over in a cookie, or in the body of an answer",
            )


def _function(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.is_function:
        scope = scope.parent
    return scope


def _fetches(node: object) -> bool:
    """It exchanges a code (not a refresh token, or the app's own credentials) for a token."""
    for one in ir.walk(node):
        if isinstance(one, ir.Call) and isinstance(one.function, ir.Attribute) and one.function.name == "fetch_token":
            given = {argument.name for argument in one.arguments}
            return not given & {"username", "password"} and bool(given & {"authorization_response", "code"})
    return False


def _texts(node: object) -> set[str]:
    return {one.value for one in ir.walk(node) if isinstance(one, ir.Const) and isinstance(one.value, str)} | {
        argument.name for one in ir.walk(node) if isinstance(one, ir.Call) for argument in one.arguments
    }


def _reads_request(function: Scope, project: Project) -> bool:
    return any(
        isinstance(node, ir.Attribute) and not (_REQUEST | _ADDRESS).isdisjoint(project.resolve(node, function))
        for node in ir.walk(function.node)
    )


def _is_of_request(expr: ir.Expr, scope: Scope, project: Project) -> bool:
    """Read from the request right here, or in an assignment to the name that stands here."""
    match expr:
        case ir.Call(ir.Attribute(owner, "get"), _) | ir.Subscript(owner, _):
            return not _REQUEST.isdisjoint(project.resolve(owner, scope))
        case ir.Name(name):
            values = [binding.value for binding in scope.at(name)]
            return bool(values) and all(
                value is not None and not isinstance(value, ir.Name) and _is_of_request(value, scope, project)
                for value in values
            )
        case _:
            return False


def _carries_token(expr: ir.Expr, scope: Scope, project: Project) -> bool:
    """A text with a token behind ``access_token=``, or an address of the app's with such a parameter."""
    match expr:
        case ir.Join(parts):
            return any(
                isinstance(one, ir.Const) and isinstance(one.value, str) and _IN_URL.search(one.value) is not None
                for one, following in pairwise(parts)
                if isinstance(following, ir.Formatted)
            )
        case ir.Op("+", (left, _)):
            last = left.operands[-1] if isinstance(left, ir.Op) and left.sign == "+" else left
            known = (
                isinstance(last, ir.Const) and isinstance(last.value, str) and _IN_URL.search(last.value) is not None
            )
            return known or _carries_token(left, scope, project)
        case ir.Call(function, arguments) if "flask.url_for" in project.resolve(function, scope):
            return any(
                argument.name in _TOKEN_NAMES and not isinstance(argument.value, ir.Const) for argument in arguments
            )
        case _:
            return False
