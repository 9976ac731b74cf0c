"""FLK805: tokens that anyone can write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.values import FromEnv, Known
from flasklint.rules.base import CallRule
from flasklint.rules.surroundings import origins
from flasklint.source import Location

_PYJWT = ("jwt", "jwt.api_jwt", "jwt.PyJWT()", "jwt.api_jwt.PyJWT()")
_DECODERS = frozenset(
    {f"{owner}.{name}" for owner in _PYJWT for name in ("decode", "decode_complete")}
    | {"jose.jwt.decode", "jose.jws.verify"}
)
_ENCODERS = frozenset({f"{owner}.encode" for owner in _PYJWT} | {"jose.jwt.encode", "jose.jws.sign"})
_READERS = frozenset({"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims"})
_HEADERS = frozenset(
    {
        *(f"{owner}.get_unverified_header" for owner in ("jwt", "jwt.api_jws", "jwt.PyJWS()")),
        *(
            f"jose.{module}.{name}"
            for module in ("jwt", "jws")
            for name in ("get_unverified_header", "get_unverified_headers")
        ),
    }
)
_ADDRESS = frozenset({"iss", "kid", "aud", "azp", "client_id", "tid"})
"""Claims by which the key for a token is found."""
_CHECKING = frozenset({"check", "introspect", "userinfo", "validate", "validated", "verify", "verified"})
"""Words of methods that check a token."""
_ASKING = frozenset({"acquire", "authorize", "exchange", "fetch", "refresh"})
"""First words of methods by which clients get a token from its issuer."""
_FETCHED = ("requests.", "httpx.", "urllib.request.", "requests_oauthlib.", "authlib.")


class JwtUnverified(CallRule):
    """JSON web tokens whose signature, algorithm or expiry is not checked, or whose key is in the code.

    ## What it does
    Looks at every call of PyJWT and python-jose that reads or writes a token, and reports

    - a signature that is not checked: `verify=False`, `options={"verify_signature": False}`, `get_unverified_claims`;
    - algorithms that are not chosen by us: none given, `"none"` among them, those that the token's own header names, or
      shared-secret ones (`HS256`) beside public-key ones (`RS256`);
    - an expiry that is not checked: `options={"verify_exp": False}`;
    - a key that is written in the code, or that the environment falls back to.

    Silent: a first look into a token that the same function then checks properly; an algorithm from the token that is compared
    before it is used; keys and algorithms that are not known. A token that the same function has just fetched from its issuer has
    low confidence, since the connection vouches for it, and so has a look at nothing but who issued it.

    ## Why is this bad
    A token says who its bearer is. Without a signature that was checked, with an algorithm that the token chooses, or with a key
    that everyone can read in the repository, anyone can write themselves a token that says "administrator".

    ## Bad
    ```python
    import jwt

    def user_of(token):
        return jwt.decode(token, options={"verify_signature": False})["sub"]
    ```
    ```python
    import jwt

    def user_of(token, key):
        header = jwt.get_unverified_header(token)
        return jwt.decode(token, key, algorithms=[header["alg"]])["sub"]
    ```

    ## Good
    ```python
    import os

    import jwt

    KEY = os.environ["TOKEN_KEY"]

    def user_of(token):
        return jwt.decode(token, KEY, algorithms=["HS256"], options={"require": ["exp", "sub"]})["sub"]
    ```

    ## References
    - [CWE-347: Improper Verification of Cryptographic Signature](https://cwe.mitre.org/data/definitions/347.html)
    - [PyJWT: Usage](https://pyjwt.readthedocs.io/en/stable/usage.html)
    - [RFC 8725: JSON Web Token Best Current Practices](https://www.rfc-editor.org/rfc/rfc8725)
    """

    code = "FLK805"
    name = "jwt-unverified"
    severity = Severity.HIGH
    cwe = (347, 798)
    covers = ("FLK106",)
    names = tuple(sorted(_DECODERS | _ENCODERS | _READERS))

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        names = set(site.names)
        if names & _DECODERS:
            off = _signature_off(site, project)
            if off is not None:
                yield from self._unverified(site, off, project)
                return
            yield from self._algorithms(site, project)
            yield from self._checks(site, project)
            yield from self._key(site, project, "checked")
        elif names & _READERS:
            yield from self._unverified(site, site.call, project)
        else:
            yield from self._unsigned(site, project)
            yield from self._key(site, project, "signed")

    def _unverified(self, site: CallSite, node: ir.Node, project: Project) -> Iterator[Finding]:
        if _checked_beside(site, project):
            return
        token = site.argument(0, "jwt", "token")
        message = "Reads a token without checking its signature. Anyone can write a token that says what they like."
        confidence = Confidence.HIGH
        if token is not None and _was_fetched(token, site.scope, project):
            message += " It seems to come straight from its issuer, whom the connection vouches for."
            confidence = Confidence.LOW
        elif _is_only_addressed(site):
            message += " Only claims that name the issuer or the key are read here: check it with that key afterwards."
            confidence = Confidence.LOW
        yield self._at(site, node, message, Severity.CRITICAL, confidence, "signature not checked")

    def _algorithms(self, site: CallSite, project: Project) -> Iterator[Finding]:
        given = site.argument(2, "algorithms", "algorithm")
        if given is None:
            if not site.unpacks and site.argument(1, "key") is not None:
                message = (
                    "Checks a token with whatever algorithm the token names. Its writer chooses how it is checked."
                )
                yield self._at(site, site.call, message, Severity.HIGH, Confidence.MEDIUM, "no algorithms given")
            return
        match project.constant(given, site.scope):
            case Known(value=str(one)):
                chosen = [one]
            case Known(value=list() | tuple() as several):
                chosen = [one for one in several if isinstance(one, str)]
            case _:
                if _from_header(given, site.scope, project):
                    message = "Checks a token by the algorithm that the token itself names. Its writer decides how it is checked."
                    yield self._at(site, given, message, Severity.HIGH, Confidence.HIGH, "the token's own choice")
                return
        kinds = {one[:2].upper() for one in chosen}
        if any(one.lower() == "none" for one in chosen):
            message = 'Accepts tokens that nobody has signed: "none" is among the algorithms.'
            yield self._at(site, given, message, Severity.CRITICAL, Confidence.HIGH, "unsigned tokens pass")
        elif "HS" in kinds and kinds & {"RS", "ES", "PS"}:
            message = (
                "Accepts algorithms with a public key and with a shared secret alike. Whoever knows the public key can sign"
                " with it as if it were the secret."
            )
            yield self._at(site, given, message, Severity.HIGH, Confidence.MEDIUM, "two kinds of algorithm")

    def _checks(self, site: CallSite, project: Project) -> Iterator[Finding]:
        given = site.argument(3, "options")
        options = _options(given, site.scope, project) if given is not None else {}
        if given is None:
            return
        if options.get("verify_exp") is False:
            message = "Accepts tokens that have expired. A token that was stolen or withdrawn stays good for ever."
            yield self._at(site, given, message, Severity.MEDIUM, Confidence.MEDIUM, "expiry not checked")
        elif options.get("verify_aud") is False:
            message = "Accepts tokens that were made out to another service."
            yield self._at(
                site, given, message, Severity.LOW, Confidence.MEDIUM, "audience not checked", persona=Persona.PEDANTIC
            )

    def _unsigned(self, site: CallSite, project: Project) -> Iterator[Finding]:
        given = site.argument(2, "algorithm")
        if given is None:
            return
        match project.constant(given, site.scope):
            case Known(value=None) | Known(value="none" | "None" | "NONE"):
                message = (
                    "Writes a token that is not signed. Whoever reads it can't tell it from one of anybody's making."
                )
                yield self._at(site, given, message, Severity.HIGH, Confidence.HIGH, "not signed")

    def _key(self, site: CallSite, project: Project, used: str) -> Iterator[Finding]:
        given = site.argument(1, "key")
        if given is None:
            return
        match project.constant(given, site.scope):
            case Known(value=str() | bytes() as key, places=places) if _is_secret(key):
                message = f"Tokens are {used} with a key that is written in the code. Whoever reads the code can write tokens."
                yield self._key_at(site, given, places, message, Confidence.HIGH, "key in the code")
            case FromEnv(name=name, default=Known(value=str() | bytes() as key, places=places)) if _is_secret(key):
                message = (
                    f"Tokens are {used} with a key that is written in the code when {name} is not set. Nothing fails, so nobody"
                    " notices, and whoever reads the code can write tokens."
                )
                yield self._key_at(site, given, places, message, Confidence.MEDIUM, "falls back to a key in the code")

    def _key_at(
        self,
        site: CallSite,
        given: ir.Expr,
        places: tuple[Location, ...],
        message: str,
        confidence: Confidence,
        label: str,
    ) -> Finding:
        """Where the key is written: it is one thing to mend, however many tokens are signed and checked with it."""
        used = Location(site.scope.module.path, given.span)
        found = self._at(site, given, message, Severity.HIGH, confidence, label)
        if not places or places[-1] == used:
            return found
        return replace(found, location=places[-1], related=(Place(used, "used here"),))

    def _at(
        self,
        site: CallSite,
        node: ir.Node,
        message: str,
        severity: Severity,
        confidence: Confidence,
        label: str,
        *,
        persona: Persona = Persona.REGULAR,
    ) -> Finding:
        return self.finding(
            Location(site.scope.module.path, node.span),
            message,
            severity=severity,
            confidence=confidence,
            label=label,
            scope=site.scope.qualname,
            persona=persona,
        )


def _is_secret(key: str | bytes) -> bool:
    text = key if isinstance(key, str) else key.decode("latin-1")
    return bool(text.strip()) and "-----BEGIN PUBLIC KEY" not in text and "-----BEGIN CERTIFICATE" not in text


def _options(expr: ir.Expr, scope: Scope, project: Project) -> Mapping[object, object]:
    """A mapping's keys, and their values where known, whether or not the whole of it is."""
    match project.constant(expr, scope):
        case Known(value=dict() as known):
            return dict(known)
    found: dict[object, object] = {}
    for part in origins(expr, scope):
        pairs: list[tuple[object, ir.Expr]] = []
        match part:
            case ir.Dict(pairs=written):
                pairs = [(pair.key.value, pair.value) for pair in written if isinstance(pair.key, ir.Const)]
            case ir.Call(function=function, arguments=arguments) if "builtins.dict" in project.resolve(function, scope):
                pairs = [(argument.name, argument.value) for argument in arguments]
        for key, value in pairs:
            match project.constant(value, scope):
                case Known(value=constant):
                    found.setdefault(key, constant)
    return found


def _signature_off(site: CallSite, project: Project) -> ir.Node | None:
    """What says that the signature is not to be checked."""
    for argument in site.call.arguments:
        if argument.name == "verify" and project.constant(argument.value, site.scope) == Known(False):
            return argument
    third = site.argument(2)
    if third is not None and project.constant(third, site.scope) == Known(False):
        return third
    for given in (site.argument(3, "options"), *(one.value for one in site.call.arguments if one.name == "**")):
        if given is not None:
            options = _options(given, site.scope, project)
            inner = options.get("options")
            if options.get("verify_signature") is False or (
                isinstance(inner, dict) and inner.get("verify_signature") is False
            ):
                return given
    return None


def _checked_beside(site: CallSite, project: Project) -> bool:
    """Whether the same function also reads a token properly: then this was a look for the key to check it with; or has had the
    very token checked before, by a method that is named so."""
    token = site.argument(0, "jwt", "token")
    if token is not None and _was_checked(token, site.call.start, site.scope, project):
        return True
    for call, scope in site.scope.module.calls:
        if scope is site.scope and call is not site.call:
            names = project.resolve(call.function, scope)
            other = CallSite(call, scope, names)
            if not _DECODERS.isdisjoint(names) and _signature_off(other, project) is None:
                return True
    return False


def _was_checked(token: ir.Expr, before: int, scope: Scope, project: Project) -> bool:
    """Whether the very token was given to a library's method that is named for checking it, or for asking its issuer about it."""
    return isinstance(token, ir.Name) and any(
        around is scope
        and call.start < before
        and not _CHECKING.isdisjoint(words(ir.last_name(call.function)))
        and any(isinstance(one.value, ir.Name) and one.value.id == token.id for one in call.arguments)
        and not any(project.definition(name) is not None for name in project.resolve(call.function, scope))
        for call, around in scope.module.calls
    )


def _is_only_addressed(site: CallSite) -> bool:
    """Whether all that the same function reads of a token is whose key it is to be checked with."""
    scope = site.scope
    names = {name for name, found in scope.bindings.items() for binding in found if binding.value is site.call}
    read: set[object] = set()
    for node in ir.walk(scope.node):
        match node:
            case ir.Subscript(value=owner, key=ir.Const(value=claim)):
                pass
            case ir.Call(
                function=ir.Attribute(value=owner, name="get"), arguments=(ir.Argument(ir.Const(value=claim)), *_)
            ):
                pass
            case _:
                continue
        if owner is site.call or (isinstance(owner, ir.Name) and owner.id in names):
            read.add(claim)
    return bool(read) and read <= _ADDRESS


def _from_header(expr: ir.Expr, scope: Scope, project: Project) -> bool:
    """Whether something is read from a token's header, and compared with nothing before it is used."""
    parts = list(origins(expr, scope))
    if not any(
        isinstance(part, ir.Call) and _HEADERS.intersection(project.resolve(part.function, scope)) for part in parts
    ):
        return False
    names = {part.id for part in parts if isinstance(part, ir.Name)}
    return not any(
        isinstance(node, ir.Compare)
        and node.start < expr.start
        and any(isinstance(inner, ir.Name) and inner.id in names for inner in ir.walk(node))
        for node in ir.walk(scope.node)
    )


def _was_fetched(token: ir.Expr, scope: Scope, project: Project, deep: bool = True) -> bool:
    """Whether a token comes from a request of the project's own, here or, ``deep``, wherever the function is given it."""
    parts = list(origins(token, scope))
    if any(isinstance(part, ir.Call) and _asks_issuer(part, scope, project) for part in parts):
        return True
    node = scope.node
    if not deep or not isinstance(node, ir.Function) or not isinstance(token, ir.Name):
        return False
    names = [one.name for one in node.parameters]
    if token.id not in names or len(scope.at(token.id, token.start)) != 1:
        return False
    owner = scope.parent if scope.parent is not None and scope.parent.is_class else None
    position = names.index(token.id) - (owner is not None and names[0] == "self")
    called = scope.name if owner is None else f"{owner.name}().{node.name}"
    sites = [site for site in project.calls(called) if not site.scope.module.is_test]
    given = [(site.argument(position, token.id), site.scope) for site in sites]
    return bool(given) and all(
        value is not None
        and (_was_fetched(value, caller, project, deep=False) or _was_checked(value, value.start, caller, project))
        for value, caller in given
    )


def _asks_issuer(call: ir.Call, scope: Scope, project: Project, depth: int = 2) -> bool:
    """Whether a call asks for a token over the network: one of a library that does so, or a function of the project around it."""
    names = project.resolve(call.function, scope)
    if any(name.startswith(_FETCHED) for name in names):
        return True
    if not isinstance(call.function, ir.Attribute) or not _is_called_asking(call.function.name):
        return False
    own = [found for name in names if (found := project.definition(name)) is not None]
    return not own or any(
        depth > 0 and inner is found and _asks_issuer(made, inner, project, depth - 1)
        for found in own
        for made, inner in found.module.calls
    )


def _is_called_asking(method: str) -> bool:
    """``refresh_token``, ``fetch_access_token``; OAuth clients call it ``token``, too."""
    said = words(method)
    return bool(said) and said[-1] in ("token", "tokens") and (len(said) == 1 or said[0] in _ASKING)
