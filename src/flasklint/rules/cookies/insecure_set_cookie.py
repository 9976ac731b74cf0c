from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Persona, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.sessiontokens import item_of
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context, together
from flasklint.rules.surroundings import origins
from flasklint.source import Location, Span

_FLAGS = (("secure", "True"), ("httponly", "True"), ("samesite", '"Lax"'))
_POSITIONS = {"max_age": 2, "expires": 3, "path": 4, "domain": 5, "secure": 6, "httponly": 7, "samesite": 8}
_TASTES = frozenset(
    {
        "theme",
        "lang",
        "language",
        "locale",
        "color",
        "colour",
        "mode",
        "dark",
        "sidebar",
        "layout",
        "timezone",
        "tz",
        "consent",
    }
    | {"banner", "seen", "dismissed", "view", "sort", "size", "style"}
)
_PUBLIC = frozenset({"csrf", "xsrf"})
_NOBODY = frozenset({"anon", "anonymous", "analytics"})
"""Words of cookies that tell visitors apart and say nothing of who they are."""
_IDENTITY = frozenset({"user", "username", "uid", "login", "identity", "account", "session", "sid"})


class InsecureSetCookie(CallRule):
    """A cookie is set without the flags that protect it.

    ## What it does
    Looks at each `set_cookie` for `secure`, `httponly` and `samesite`. How bad it is goes by what the cookie carries: a name or
    value that speaks of a token, a session or a person is serious, a choice of theme is only for pedants. Flags brought by `**`
    of a dict are read; deleting a cookie is left alone.

    ## Why is this bad
    Without `secure` the cookie goes over unencrypted connections, without `httponly` scripts can read it, without `samesite` it
    goes along with requests that foreign pages make.

    ## Bad
    ```python
    from flask import make_response


    def login(token):
        response = make_response("welcome")
        response.set_cookie("auth_token", token)
        return response
    ```

    ## Good
    ```python
    from flask import make_response


    def login(token):
        response = make_response("welcome")
        response.set_cookie("auth_token", token, secure=True, httponly=True, samesite="Lax")
        return response
    ```

    ## Fix safety
    The fix adds the flags that are missing. It is not applied without being asked for: a script may have to read the cookie, or
    another site to send it.

    ## References
    - [CWE-614](https://cwe.mitre.org/data/definitions/614.html)
    - [CWE-1004](https://cwe.mitre.org/data/definitions/1004.html)
    - [CWE-1275](https://cwe.mitre.org/data/definitions/1275.html)
    """

    code = "FLK205"
    name = "insecure-set-cookie"
    severity = Severity.MEDIUM
    cwe = (614, 1004, 1275)
    names = (
        "werkzeug.wrappers.Response().set_cookie",
        "flask.Response().set_cookie",
        "?.set_cookie",
    )

    def findings(self, context: Context) -> Iterator[Finding]:
        """Cookies that open a door each for itself; those of which nothing says so, together by file."""
        others: dict[str, list[Finding]] = {}
        for finding in super().findings(context):
            if finding.severity > Severity.LOW or finding.persona is not Persona.REGULAR:
                yield finding
            else:
                others.setdefault(finding.location.path, []).append(finding)
        for group in others.values():
            yield from together(group)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """The flags of one cookie."""
        given = self._given(site, project)
        if given is None or self._deletes(site, given):
            return
        missing = [name for name, _ in _FLAGS if self._lacks(given.get(name), site, project)]
        public = any(
            _PUBLIC.intersection(words(text)) for text in self._texts(given.get("key"), site, project)
        ) or self._is_sent_back(given.get("value"), site, project)
        if public and "httponly" in missing:
            # A script of the page has to read it, to send it back.
            missing.remove("httponly")
        if not missing:
            return
        unknown = all(name.startswith("?") for name in site.names)
        severity, persona = (Severity.LOW, Persona.REGULAR) if public else self._grade(site, project)
        if missing == ["samesite"] and severity is Severity.HIGH:
            # Browsers of today take it for `Lax`.
            severity = Severity.MEDIUM
        if severity is Severity.LOW and "secure" not in missing:
            # Nothing says that this cookie opens a door, and it does not travel in the clear: the rest is hardening.
            persona = Persona.PEDANTIC
        confidence = Confidence.MEDIUM if unknown or severity is Severity.LOW else Confidence.HIGH
        listed = ", ".join(f"`{name}`" for name in missing)
        yield self.finding(
            site.location,
            f"This cookie is set without {listed}.",
            severity=severity,
            confidence=confidence,
            persona=persona,
            label=f"lacks {', '.join(missing)}",
            scope=site.scope.qualname,
            help="add " + ", ".join(f"`{name}={value}`" for name, value in _FLAGS if name in missing),
            fix=self._fix(site, given, missing),
        )

    def _is_sent_back(self, value: ir.Expr | None, site: CallSite, project: Project) -> bool:
        """Is it the session's token against forged requests: ``session["csrf_token"]``, one that a header is compared with?"""
        owner, key = item_of(value)
        return (
            owner is not None
            and key in project.session_tokens
            and "flask.session" in project.resolve(owner, site.scope)
        )

    def _given(self, site: CallSite, project: Project) -> dict[str, ir.Expr] | None:
        """The arguments by name; ``None`` when some are not seen."""
        given: dict[str, ir.Expr] = {}
        at = 0
        for argument in site.call.arguments:
            if argument.name == "**":
                if not isinstance(argument.value, ir.Dict):
                    value = project.constant(argument.value, site.scope)
                    if not isinstance(value, Known) or not isinstance(value.value, dict):
                        return None
                    for name, plain in value.value.items():
                        if isinstance(name, str) and isinstance(plain, (str, int, float, bool, type(None))):
                            given[name] = ir.Const(plain, start=argument.start, end=argument.end)
                    continue
                for pair in argument.value.pairs:
                    if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
                        given[pair.key.value] = pair.value
                    else:
                        return None
            elif argument.name == "*":
                return None
            elif argument.name:
                given[argument.name] = argument.value
            else:
                for name, position in (("key", 0), ("value", 1), *_POSITIONS.items()):
                    if position == at:
                        given[name] = argument.value
                at += 1
        return given

    def _deletes(self, site: CallSite, given: dict[str, ir.Expr]) -> bool:
        if "key" not in given:
            return True
        value = given.get("value")
        # What is emptied holds nothing, however long it stays.
        empty = value is None or (isinstance(value, ir.Const) and not value.value)
        return empty or any(_is_zero(given.get(name)) for name in ("expires", "max_age"))

    def _lacks(self, written: ir.Expr | None, site: CallSite, project: Project) -> bool:
        if written is None:
            return True
        value = project.constant(written, site.scope)
        return isinstance(value, Known) and not value.value

    def _grade(self, site: CallSite, project: Project) -> tuple[Severity, Persona]:
        name = site.argument(0, "key")
        value = site.argument(1, "value")
        named = list(self._texts(name, site, project))
        if any(_NOBODY.intersection(words(text)) for text in named):
            return Severity.LOW, Persona.PEDANTIC
        spoken = [*named, *(node.id for node in _names(value))]
        spoken += [node.name for node in _attributes(value)]
        if any(sensitivity(text) for text in spoken) or any(_IDENTITY.intersection(words(text)) for text in spoken):
            return Severity.HIGH, Persona.REGULAR
        if any("flask.session" in project.resolve(node, site.scope) for node in _names(value)):
            return Severity.HIGH, Persona.REGULAR
        if any(_TASTES.intersection(words(text)) for text in spoken) or isinstance(value, ir.Const):
            return Severity.LOW, Persona.PEDANTIC
        return Severity.LOW, Persona.REGULAR

    def _texts(self, name: ir.Expr | None, site: CallSite, project: Project) -> Iterator[str]:
        if name is None:
            return
        value = project.constant(name, site.scope)
        if isinstance(value, Known) and isinstance(value.value, str):
            yield value.value
        elif isinstance(name, ir.Name):
            yield name.id
            for made in origins(name, site.scope):
                if isinstance(made, ir.Attribute):
                    yield made.name
        elif isinstance(name, ir.Attribute):
            yield name.name

    def _fix(self, site: CallSite, given: dict[str, ir.Expr], missing: list[str]) -> Fix | None:
        if any(name in given for name in missing) or not site.call.arguments:
            return None
        end = site.call.arguments[-1].end
        added = "".join(f", {name}={value}" for name, value in _FLAGS if name in missing)
        edit = Edit(Location(site.location.path, Span(end, end)), added)
        return Fix("add the flags that are missing", (edit,), Applicability.UNSAFE)


def _is_zero(expr: ir.Expr | None) -> bool:
    return isinstance(expr, ir.Const) and expr.value is not None and not expr.value


def _names(expr: ir.Expr | None) -> Iterator[ir.Name]:
    for node in (expr, *ir.walk(expr)) if expr is not None else ():
        if isinstance(node, ir.Name):
            yield node


def _attributes(expr: ir.Expr | None) -> Iterator[ir.Attribute]:
    for node in (expr, *ir.walk(expr)) if expr is not None else ():
        if isinstance(node, ir.Attribute):
            yield node
