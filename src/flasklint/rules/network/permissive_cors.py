from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.project.apps import App
from flasklint.project.extensions import ExtensionUse
from flasklint.project.headers import HeaderValue, header_values, headers_in
from flasklint.project.objects import Arguments, Branch, Fn, Lookup, Map, Result, Seq, Test, Value
from flasklint.project.operations import python
from flasklint.project.profiles import Profile
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.switched import off_by_default
from flasklint.project.values import Known, Unknown
from flasklint.rules.base import AppRule
from flasklint.rules.surroundings import conditions
from flasklint.source import Location

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"
_PEOPLE = frozenset(("current_user", "session", "user", "current_identity", "get_jwt_identity", "authorization"))
"""Names by which a function asks who the visitor is."""
_FEW = 5
"""For each route that is open there are so many that are not, where an app asks everybody."""
_IS_PATTERN = re.compile(r"[*\\\]?$^]")
"""What Flask-CORS takes an origin for a pattern by."""
_NAMES_HOST = re.compile(r"[A-Za-z0-9-]\\?\.[A-Za-z]{2,}")
_ENDS = re.compile(r"(?:\$|\\[Zz])\)*$")
_ANY_BEFORE = re.compile(r"\.[*+]\??\)?[A-Za-z0-9]")


class PermissiveCors(AppRule):
    r"""Any site may read the app's answers.

    ## What it does
    Looks at Flask-CORS (`CORS(app)`, `cross_origin`) and at headers set by hand, in views, their decorators and what they
    hand their answers to, for an allowed origin of `*`, a pattern that fits every origin (with credentials, also one that fits
    those of others, for want of a `\.` or a `$`), or the request's own `Origin` sent back. Together with credentials it is
    serious. Without them it is reported where all of an app is open that people log in to with a cookie; for other apps, or
    where some views or addresses were picked out, only to pedants. Where nearly every view asks who is there, it has low
    confidence: without a cookie there is little to read.

    ## Why is this bad
    With credentials allowed, any page that a logged-in visitor looks at can read what the app shows to them: mail, keys, the
    CSRF token, and so do everything in their name.

    ## Bad
    ```python
    from flask import Flask
    from flask_cors import CORS

    app = Flask(__name__)
    CORS(app, origins="*", supports_credentials=True)
    ```

    ## Good
    ```python
    from flask import Flask
    from flask_cors import CORS

    app = Flask(__name__)
    CORS(app, origins=["https://shop.example"], supports_credentials=True)
    ```

    ## References
    - [CWE-942](https://cwe.mitre.org/data/definitions/942.html)
    - [Flask-CORS](https://flask-cors.readthedocs.io/en/latest/)
    """

    code = "FLK703"
    name = "permissive-cors"
    severity = Severity.HIGH
    cwe = (942,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The extension, its decorator on views, then headers set by hand."""
        profile = app.production[0]
        uses = (use for use in app.extensions_of_kind("cors") if use.inits and use.in_force(profile))
        found: dict[str, Finding] = {}
        for finding in (one for use in uses for one in self._extension(app, use, profile)):
            found.setdefault(finding.message, finding)
        yield from found.values()
        yield from self._decorators(app, profile)
        yield from self._sockets(app)
        seen: set[Location] = set()
        functions = [function for _, function in app.views()] + [hook.function for hook in app.hooks]
        public = {
            function.location for route, function in app.views() if _is_for_all(route.rule) and app.guard(route) is None
        }
        read = {
            function.location
            for route, function in app.views()
            if not route.changes and app.guard(route) is None and not _asks_who(function)
        }
        for function in functions:
            if function.location not in seen | public:
                seen.add(function.location)
                yield from self._by_hand(app, function, project, function.location in read)
        yield from self._by_helpers(app, functions, project)

    def _by_helpers(self, app: App, functions: list[Fn], project: Project) -> Iterator[Finding]:
        """What decorators of views, and functions that views hand their answers to, say to whoever asks, with credentials."""
        around = {
            name
            for route, function in app.views()
            for decoration in (route.view.decorations_of(function) if route.view is not None else ())
            for name in decoration.names
        }
        asking = {id(function.node) for function in functions}
        for scope in project.functions():
            node = scope.node
            if scope.module.is_test or "headers" not in scope.module.words or not isinstance(node, ir.Function):
                continue
            if id(node) in asking or any(child.is_function for child in scope.children):
                continue
            headers = {header.name: header for header in headers_in(node, scope.module, scope)}
            origin, credentials = headers.get(_ORIGIN), headers.get(_CREDENTIALS)
            if origin is None or credentials is None or not _says_true(credentials.value):
                continue
            outer = _outermost(scope)
            if (
                _is_reflected(origin, project)
                and not _compares(outer.node)
                and (outer.name in around or any(id(site.scope.node) in asking for site in project.calls(scope.name)))
                and not _is_never_asked_for(credentials, outer, project)
            ):
                yield self._finding(app, origin.location, True, scope.qualname)

    def _sockets(self, app: App) -> Iterator[Finding]:
        """What Flask-SocketIO is told of who may open a socket: browsers send cookies along, whatever page asks."""
        for use in app.extensions:
            if use.name != "flask_socketio.SocketIO" or not use.inits:
                continue
            given = [use.instance.arguments, *(event.arguments for event in use.inits)]
            origins = next((found for one in given if one and (found := one.get(None, "cors_allowed_origins"))), None)
            if origins is not None and _fits_all(origins):
                named = app.uses_session
                how = (
                    " in a visitor's name, and read what it is sent." if named else ", by way of whoever can reach it."
                )
                yield self.finding(
                    use.inits[0].location,
                    f"Any site may open a socket to this app{how}",
                    severity=Severity.MEDIUM if named else Severity.LOW,
                    confidence=Confidence.HIGH if named else Confidence.MEDIUM,
                    label="every origin",
                    scope=use.inits[0].scope,
                    help="leave `cors_allowed_origins` out, or list the origins that may",
                )

    def _decorators(self, app: App, profile: Profile) -> Iterator[Finding]:
        """One finding for all decorators that offer the same."""
        found: dict[Severity, list[Finding]] = {}
        for route, function in app.views():
            for decoration in route.view.decorations_of(function) if route.view is not None else ():
                if "flask_cors.cross_origin" in decoration.names:
                    arguments = decoration.arguments or Arguments()
                    for finding in self._judge(app, decoration.location, arguments, profile, function.qualname, True):
                        found.setdefault(finding.severity, []).append(finding)
        for first, *others in found.values():
            more = tuple(Place(other.location, "here too") for other in others[:20] if other.location != first.location)
            yield replace(first, related=first.related + more)

    def _extension(self, app: App, use: ExtensionUse, profile: Profile) -> Iterator[Finding]:
        if use.partial:
            return
        arguments = use.instance.arguments or Arguments()
        for event in use.inits:
            if event.arguments is not None:
                arguments = Arguments(arguments.positional, arguments.keywords + event.arguments.keywords)
        place = use.inits[0].location
        yield from self._judge(app, place, arguments, profile, use.inits[0].scope)

    def _judge(
        self, app: App, location: Location, arguments: Arguments, profile: Profile, scope: str, one_view: bool = False
    ) -> Iterator[Finding]:
        offers = list(_offers(arguments, profile))
        for _, origins, credentials in offers:
            if not _fits_all(origins):
                continue
            open_to_all = [resource for resource, given, _ in offers if _fits_all(given)]
            if all(map(_is_for_all, open_to_all)):
                continue
            where = ", ".join(f"`{one}`" for one in open_to_all) if all(open_to_all) else ""
            found = self._finding(app, location, _is_on(credentials), scope, where)
            # Whoever opens a part of the app, and not to its logins, has chosen what to open.
            chosen = (one_view or bool(where)) and not _is_on(credentials)
            yield replace(found, persona=Persona.PEDANTIC) if chosen else found
            return
        for _, origins, credentials in offers:
            if _is_on(credentials) and (loose := _loose(origins)) is not None:
                yield self.finding(
                    location,
                    f"A pattern of origins fits those of others too, who get a visitor's answers then: {loose}.",
                    severity=Severity.MEDIUM,
                    label="fits more than it should, with credentials",
                    scope=scope,
                    help="list the origins, or write dots as `\\.`, and end the pattern with `$`",
                )
                return

    def _by_hand(self, app: App, function: Fn, project: Project, read: bool) -> Iterator[Finding]:
        """``read``: the function only answers what everybody may read."""
        headers = {header.name: header for header in header_values(function, app)}
        origin = headers.get(_ORIGIN)
        if origin is None or _is_of_files(origin) or origin.value.start in off_by_default(function.node):
            return
        credentials = headers.get(_CREDENTIALS)
        allowed = credentials is not None and _says_true(credentials.value)
        if _is_star(origin.value):
            # Browsers refuse `*` together with credentials.
            found = self._finding(app, origin.location, False, function.qualname)
            yield replace(found, persona=Persona.PEDANTIC) if read else found
        elif _is_reflected(origin, project) and allowed and not _is_checked(function):
            yield self._finding(app, origin.location, True, function.qualname)

    def _finding(self, app: App, location: Location, credentials: bool, scope: str, where: str = "") -> Finding:
        """``where``: the resources that it is about, when it is not about all of them."""
        identity = app.identity
        if credentials:
            tokens = identity is None and _asks_for_tokens(app)
            return self.finding(
                location,
                "Any site may send requests with a visitor's cookies and read the answers."
                + (" The app knows people by a token, not by a cookie." if tokens else ""),
                severity=Severity.LOW if tokens else None,
                confidence=Confidence.MEDIUM if tokens else Confidence.HIGH,
                label="every origin, with credentials",
                scope=scope,
                help="list the origins that may, or do without credentials",
            )
        return self.finding(
            location,
            f"Any site may read the answers of this app{f' at {where}' if where else ''}."
            + (" People log in to it; what they see without their cookie is open to all pages." if identity else ""),
            severity=Severity.LOW,
            # Whoever asks everybody who they are shows nothing to a page that can send no cookie along.
            confidence=Confidence.LOW if _asks_everybody(app) else Confidence.MEDIUM,
            persona=Persona.REGULAR if identity is not None else Persona.PEDANTIC,
            label="every origin",
            scope=scope,
            related=(Place(identity.location, f"people log in with a cookie: {identity.name}"),)
            if identity is not None
            else (),
            help="list the origins that may",
        )


def _asks_for_tokens(app: App) -> bool:
    """Whether views ask for a token, which no browser sends by itself."""
    guards = (app.guard(route) for route in app.routes)
    return any(guard is not None and guard.proof == "token" for guard in guards)


def _asks_everybody(app: App) -> bool:
    """Whether nearly all of an app is open only to people whom it knows: all but where they log in, and the like."""
    asks = [app.guard(route) is not None for route, _ in app.views() if not _is_for_all(route.rule)]
    return any(asks) and asks.count(False) * _FEW <= asks.count(True)


def _offers(arguments: Arguments, profile: Profile) -> Iterator[tuple[str, Value | None, Value | None]]:
    """Each resource that Flask-CORS is told of, with its origins and credentials; an empty one is all of them."""
    origins = arguments.get(None, "origins", "origin") or _config(profile, "CORS_ORIGINS")
    credentials = arguments.get(None, "supports_credentials") or _config(profile, "CORS_SUPPORTS_CREDENTIALS")
    resources = arguments.get(None, "resources") or _config(profile, "CORS_RESOURCES")
    resources = profile.settle(resources) if resources is not None else None
    if isinstance(resources, (Unknown, Branch, Lookup, Test, Result)):
        return
    if isinstance(resources, Map):
        for key, item, _ in resources.items:
            resource = key.value if isinstance(key, Known) and isinstance(key.value, str) else ""
            resource = "" if resource in _ALL else resource
            if isinstance(item, Map):
                yield resource, item.get("origins") or origins, item.get("supports_credentials") or credentials
            else:
                yield resource, origins, credentials
    else:
        yield "", origins, credentials


_ALL = frozenset({"*", "/*", r"/.*", ".*", "/"})
"""Resources that every path fits."""


_PUBLIC = re.compile(r"\^?/?\\?(?:static|assets|fonts|\.well-known|favicon|robots)\b")


def _is_for_all(resource: str) -> bool:
    """Is it files that everybody gets, or documents that are there for other sites to read?"""
    return _PUBLIC.match(resource) is not None


def _config(profile: Profile, key: str) -> Value | None:
    effective = profile.effective(key)
    return effective.candidate.value if effective.write is not None else None


def _fits_all(origins: Value | None) -> bool:
    if origins is None:
        return True
    values = origins.items if isinstance(origins, Seq) else [origins]
    return any(
        isinstance(value, Known) and value.value in ("*", ".*", r".*", "^.*$", r"https?://.*", "http.*")
        for value in values
    )


def _loose(origins: Value | None) -> str | None:
    """Of whom a pattern among origins lets in more than it names; Flask-CORS matches it from the beginning, to no end."""
    for value in origins.items if isinstance(origins, Seq) else (origins,):
        text = value.value if isinstance(value, Known) and isinstance(value.value, str) else ""
        if not _IS_PATTERN.search(text) or not _NAMES_HOST.search(text):
            continue
        if not _ENDS.search(text):
            return f"nothing ends `{text}`, and `.evil.example` may come behind it"
        if _ANY_BEFORE.search(text):
            return f"anything may come before the name in `{text}`"
    return None


def _is_on(value: Value | None) -> bool:
    known, plain = python(value) if value is not None else (False, None)
    return known and bool(plain)


def _is_of_files(header: HeaderValue) -> bool:
    """Whether the header is set under a condition that names files which everybody gets."""
    return header.scope is not None and any(
        isinstance(node, ir.Const) and isinstance(node.value, str) and _PUBLIC.match(node.value)
        for test in conditions(header.scope, header.value)
        for node in (test, *ir.walk(test))
    )


def _is_star(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Const) and expr.value == "*"


def _says_true(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Const) and str(expr.value).lower() == "true"


def _is_reflected(header: HeaderValue, project: Project) -> bool:
    """Is the value the request's own ``Origin`` header?"""
    if header.scope is None:
        return False
    expr = header.value
    if isinstance(expr, ir.Name):
        for binding in header.scope.at(expr.id, expr.start):
            if binding.value is not None and _asks_origin(binding.value, project, header):
                return True
    return _asks_origin(expr, project, header)


def _asks_origin(expr: ir.Expr, project: Project, header: HeaderValue) -> bool:
    assert header.scope is not None
    said = any(isinstance(node, ir.Const) and str(node.value).lower() == "origin" for node in ir.walk(expr))
    for node in (expr, *ir.walk(expr)):
        if isinstance(node, (ir.Attribute, ir.Name)):
            names = project.resolve(node, header.scope)
            if said and any(
                name.endswith(("request.headers", "Request().headers", "request.environ")) for name in names
            ):
                return True
            if any(name.endswith(("request.origin", "Request().origin", "request.referrer")) for name in names):
                return True
    return False


def _is_checked(function: Fn) -> bool:
    """Does the function compare with, or look up, something before?"""
    return _compares(function.node)


def _compares(body: ir.Module | ir.Class | ir.Function) -> bool:
    return any(
        isinstance(node, ir.Compare)
        and any(sign in ("in", "not-in", "==", "!=") for sign in node.signs)
        and not _asks_if_there(node)
        for node in ir.walk(body)
    )


def _asks_if_there(node: ir.Compare) -> bool:
    """``"Origin" not in request.headers``, which says nothing of what it is."""
    match node.operands:
        case (ir.Const(value=str()), ir.Attribute(name="headers" | "environ")):
            return True
        case _:
            return False


def _outermost(scope: Scope) -> Scope:
    """The function that a function stands in, which stands in none: a decorator of its wrapper."""
    while scope.parent is not None and scope.parent.is_function:
        scope = scope.parent
    return scope


def _is_never_asked_for(header: HeaderValue, outer: Scope, project: Project) -> bool:
    """Is a header set only under a parameter that is false unless given, and that nobody gives?"""
    assert header.scope is not None
    assert isinstance(outer.node, ir.Function)
    off = {
        one.name for one in outer.node.parameters if isinstance(one.default, ir.Const) and one.default.value is False
    }
    tested = {test.id for test in conditions(header.scope, header.value) if isinstance(test, ir.Name)} & off
    given = {
        argument.name
        for site in project.calls(outer.name)
        if not site.scope.module.is_test
        for argument in site.call.arguments
        if not (isinstance(argument.value, ir.Const) and not argument.value.value)
    }
    return bool(tested) and tested.isdisjoint(given)


def _asks_who(function: Fn) -> bool:
    """Does the function look at who the visitor is?"""
    return any(
        (isinstance(node, ir.Name) and node.id in _PEOPLE)
        or (isinstance(node, ir.Attribute) and node.name in _PEOPLE and not _is_of_database(node))
        for node in ir.walk(function.node)
    )


def _is_of_database(node: ir.Attribute) -> bool:
    """``db.session``, ``conn.session``: what a database is asked by."""
    owner = node.value.id if isinstance(node.value, ir.Name) else getattr(node.value, "name", "")
    return node.name == "session" and owner in ("db", "conn", "database", "engine")
