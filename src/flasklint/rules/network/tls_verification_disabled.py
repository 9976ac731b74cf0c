"""FLK706: a peer that could be anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.scopes import Scope, Write
from flasklint.project.values import Known
from flasklint.rules.base import Context, Rule, together
from flasklint.rules.surroundings import beginning, conditions, is_this_machine, origins, words
from flasklint.source import Location, Span

_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")


class Switch(NamedTuple):
    """A keyword that says whom to trust. ``off``: its constants that say "anybody"; ``fixed``: what to say instead, as code."""

    keyword: str
    off: tuple[object, ...]
    fixed: str = ""


def _each(owners: tuple[str, ...], methods: tuple[str, ...], switch: Switch) -> dict[str, Switch]:
    return {f"{owner}.{method}": switch for owner in owners for method in methods}


_VERIFY = Switch("verify", (False, 0), "True")
_REQUIRED = Switch("cert_reqs", ("CERT_NONE", "NONE", 0), '"CERT_REQUIRED"')

_SWITCHES: Mapping[str, tuple[Switch, ...]] = MappingProxyType(
    {
        name: (switch,)
        for name, switch in (
            _each(("requests", "requests.Session()", "requests.session()"), (*_HTTP, "send"), _VERIFY)
            | _each(("requests_oauthlib.OAuth2Session()", "requests_oauthlib.OAuth1Session()"), _HTTP, _VERIFY)
            | _each(
                ("httpx",), (*_HTTP, "stream", "Client", "AsyncClient", "HTTPTransport", "AsyncHTTPTransport"), _VERIFY
            )
            | _each(("boto3", "boto3.Session()", "boto3.session.Session()"), ("client", "resource"), _VERIFY)
            | _each(("hvac",), ("Client",), _VERIFY)
            | _each(
                ("elasticsearch", "opensearchpy"),
                ("Elasticsearch", "OpenSearch"),
                Switch("verify_certs", (False,), "True"),
            )
            | _each(
                ("urllib3",),
                ("PoolManager", "ProxyManager", "HTTPSConnectionPool", "connection_from_url", "proxy_from_url"),
                _REQUIRED,
            )
            | _each(
                ("redis",),
                ("Redis", "StrictRedis", "from_url"),
                Switch("ssl_cert_reqs", (None, "none", 0), '"required"'),
            )
            | _each(("ldap3",), ("Tls",), Switch("validate", (0,)))
            | _each(("ssl", "gevent.ssl", "eventlet.green.ssl"), ("wrap_socket",), Switch("cert_reqs", (0,)))
        ).items()
    }
    | {
        name: (Switch("ssl", (False,)), Switch("verify_ssl", (False,), "True"))
        for name in (
            *(f"aiohttp.ClientSession().{method}" for method in (*_HTTP, "ws_connect")),
            "aiohttp.request",
            "aiohttp.TCPConnector",
        )
    }
    | {
        "pymongo.MongoClient": (
            Switch("tlsAllowInvalidCertificates", (True,), "False"),
            Switch("tlsInsecure", (True,), "False"),
            Switch("ssl_cert_reqs", (0,)),
        )
    }
)
"""What each library calls it."""

_UNVERIFIED = tuple(
    f"{module}.{name}"
    for module in ("ssl", "gevent.ssl", "eventlet.green.ssl")
    for name in ("_create_unverified_context", "_create_stdlib_context")
)
_CONTEXTS = frozenset(
    {
        "ssl.SSLContext()",
        "ssl.create_default_context()",
        *(f"{name}()" for name in _UNVERIFIED),
        "urllib3.util.ssl_.create_urllib3_context()",
        "gevent.ssl.SSLContext()",
        "gevent.ssl.create_default_context()",
    }
)
_NONE = frozenset({"ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE", "gevent.ssl.CERT_NONE", "urllib3.util.ssl_.CERT_NONE"})
_SESSIONS = frozenset({"requests.Session()", "requests.session()"})

_CURL = ("pycurl.Curl().setopt",)
_CURL_OPTIONS = frozenset({"SSL_VERIFYPEER", "SSL_VERIFYHOST", "PROXY_SSL_VERIFYPEER", "PROXY_SSL_VERIFYHOST"})
_LDAP = ("ldap.initialize()", "ldap.ldapobject.LDAPObject()", "ldap.ldapobject.ReconnectLDAPObject()")
_LDAP_SET = ("ldap.set_option", *(f"{name}.set_option" for name in _LDAP))
_LDAP_BIND = tuple(
    f"{name}.{method}" for name in _LDAP for method in ("simple_bind_s", "simple_bind", "bind_s", "bind")
)
_MAIL_LOGIN = ("smtplib.SMTP().login",)

_VERSIONED = {
    "ssl.SSLContext": (0, "protocol"),
    "ssl.wrap_socket": (5, "ssl_version"),
    "OpenSSL.SSL.Context": (0, "method"),
}
"""What is told which version to speak, by the position and the keyword of that argument."""
_OLD_VERSIONS = frozenset(
    (
        *(f"ssl.PROTOCOL_{name}" for name in ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1")),
        *(f"OpenSSL.SSL.{name}_METHOD" for name in ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1")),
    )
)
_OLD_MINIMA = frozenset(
    f"{prefix}ssl.TLSVersion.{name}" for prefix in ("", "gevent.") for name in ("SSLv3", "TLSv1", "TLSv1_1")
)
"""What a context may be told to go down to."""
_UNCHECKED = ("ssl.wrap_socket", "gevent.ssl.wrap_socket", "eventlet.green.ssl.wrap_socket")
"""What checks no certificate unless it is told to."""
_VERIFY_MODES = ("OpenSSL.SSL.Context().set_verify",)
_HOST_KEYS = (
    "paramiko.SSHClient().set_missing_host_key_policy",
    "paramiko.client.SSHClient().set_missing_host_key_policy",
)
_TAKES_ANY_KEY = frozenset(
    f"{module}.{name}{call}"
    for module in ("paramiko", "paramiko.client")
    for name in ("AutoAddPolicy", "WarningPolicy")
    for call in ("", "()")
)

_TOGGLE = re.compile(r"verif|insecure|unsafe|cert|validat|trust|tls|ssl|secure|self_?signed", re.IGNORECASE)
_INSECURE = re.compile(r"(?:^|[._])(?:insecure|unverified|unsafe|no_?verify|skip_verif)", re.IGNORECASE)
_TEXT = "Anyone on the way can answer in the peer's name, read what is sent and change what comes back."


class TlsVerificationDisabled(Rule):
    """Connections that accept any certificate, or send a password without encryption.

    ## What it does
    Reports HTTP, database, LDAP and mail clients that are told not to check whom they talk to: `verify=False`,
    `ssl._create_unverified_context()`, `verify_mode = ssl.CERT_NONE`, `check_hostname = False` and what other libraries call
    it, also when the value comes from a constant of another module or an options dict. Reports logins over SMTP or LDAP on
    a connection that was never encrypted, with medium confidence, contexts that speak a version of the protocol that is broken
    (SSL, TLS before 1.2), and SSH clients that take any server's key.

    Silent: connections to the machine itself and plain `http://` URLs; values that are unknown, come from the configuration
    or the environment. Where a test of a setting stands before it (`if insecure:`), or before the value is
    chosen, the choice is the operator's, and the finding has low confidence.

    ## Why is this bad
    TLS without verification protects against nobody who can reach the wire: whoever sits between (a hostile network, a
    poisoned name server) presents a certificate of their own, and reads and changes everything, passwords and tokens first.

    ## Bad
    ```python
    import requests

    def charge(order):
        return requests.post("https://payments.example.com/v1/charges", json=order, verify=False)
    ```
    ```python
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    ```

    ## Good
    Name the authority that signed the peer's certificate, when it is one of your own.
    ```python
    import requests

    def charge(order):
        return requests.post("https://payments.example.com/v1/charges", json=order, verify="/etc/ssl/our-ca.pem")
    ```

    ## Fix safety
    Turning verification on makes a connection fail whose certificate is self-signed, expired or made out to another name.
    The fix is therefore only applied on request.

    ## References
    - [CWE-295: Improper Certificate Validation](https://cwe.mitre.org/data/definitions/295.html)
    - [requests: SSL Cert Verification](https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification)
    - [ssl: Security considerations](https://docs.python.org/3/library/ssl.html#security-considerations)
    """

    code = "FLK706"
    name = "tls-verification-disabled"
    severity = Severity.HIGH
    cwe = (295, 319)

    def findings(self, context: Context) -> Iterator[Finding]:
        project = context.project
        by_fork: dict[object, list[Finding]] = {}
        for site in project.calls(*_SWITCHES):
            for finding in self._switch(site, project):
                by_fork.setdefault((_fork(site), site.names, finding.message), []).append(finding)
        for found in by_fork.values():
            yield from together(found)
        for site in project.calls(*_UNVERIFIED):
            yield self._report(
                site.scope, site.call, "Makes a TLS context that accepts any certificate.", fix=_default(site)
            )
        for site in project.calls(*_CURL):
            yield from self._option(site, project, _CURL_OPTIONS, lambda value: value in (False, 0))
        for site in project.calls(*_LDAP_SET):
            yield from self._ldap_option(site, project)
        for site in project.calls(*_VERSIONED):
            yield from self._version(site, project)
        for site in project.calls(*_UNCHECKED):
            told = any(self._version(site, project))
            if not told and site.argument(3, "cert_reqs") is None and not site.unpacks and not _serves(site, project):
                yield self._report(site.scope, site.call, "Connects without checking the certificate.")
        for site in project.calls(*_VERIFY_MODES):
            mode = site.argument(0, "mode")
            if mode is not None and "OpenSSL.SSL.VERIFY_NONE" in project.resolve(mode, site.scope):
                yield self._report(site.scope, site.call, "This TLS context accepts any certificate.")
        for site in project.calls(*_HOST_KEYS):
            policy = site.argument(0, "policy")
            if policy is not None and _TAKES_ANY_KEY.intersection(project.resolve(policy, site.scope)):
                yield self._report(
                    site.scope,
                    site.call,
                    "Takes the key of any SSH server that it does not know.",
                    severity=Severity.MEDIUM,
                    label="not verified",
                )
        yield from self._logins(project)
        for module in project.modules.values():
            for scope in module.scopes:
                yield from self._writes(scope, project)

    def _switch(self, site: CallSite, project: Project) -> Iterator[Finding]:
        switches = next(_SWITCHES[name] for name in site.names if name in _SWITCHES)
        for argument in site.call.arguments:
            for switch in switches:
                if not _is_off(argument, switch, site.scope, project) or _nobody_between(site, project):
                    continue
                fix = None
                if switch.fixed and isinstance(argument.value, ir.Const) and argument.name == switch.keyword:
                    edit = Edit(Location(site.scope.module.path, argument.value.span), switch.fixed)
                    fix = Fix("check the certificate", (edit,), Applicability.UNSAFE)
                said = switch.keyword if argument.name == "**" else f"{switch.keyword}={_said(switch.off[0])}"
                yield self._report(
                    site.scope,
                    argument,
                    f"Connects without checking the certificate: {said}.",
                    chosen=_is_chosen(argument, switch, site.scope, project),
                    fix=fix,
                )

    def _option(self, site: CallSite, project: Project, options: frozenset[str], off: object) -> Iterator[Finding]:
        option, value = site.argument(0), site.argument(1)
        if option is None or value is None:
            return
        names = {name.rpartition(".")[2] for name in project.resolve(option, site.scope)}
        match project.constant(value, site.scope):
            case Known(value=0) if names & options:
                yield self._report(site.scope, site.call, "Connects without checking the certificate.")

    def _version(self, site: CallSite, project: Project) -> Iterator[Finding]:
        position, keyword = next(_VERSIONED[name] for name in site.names if name in _VERSIONED)
        version = site.argument(position, keyword)
        for name in project.resolve(version, site.scope) if version is not None else ():
            if name in _OLD_VERSIONS:
                spoken = (
                    name.rpartition(".")[2].removeprefix("PROTOCOL_").removesuffix("_METHOD").replace("v1_1", "v1.1")
                )
                message = f"Speaks {spoken}, whose encryption can be broken."
                yield self._report(site.scope, site.call, message, severity=Severity.MEDIUM, label="can be broken")
                return

    def _ldap_option(self, site: CallSite, project: Project) -> Iterator[Finding]:
        option, value = site.argument(0), site.argument(1)
        if option is None or value is None:
            return
        if "ldap.OPT_X_TLS_REQUIRE_CERT" in project.resolve(option, site.scope) and {
            "ldap.OPT_X_TLS_NEVER",
            "ldap.OPT_X_TLS_ALLOW",
        }.intersection(project.resolve(value, site.scope)):
            yield self._report(site.scope, site.call, "Connects to the directory without checking its certificate.")

    def _writes(self, scope: Scope, project: Project) -> Iterator[Finding]:
        hostless: dict[str, Write] = {}
        weak: set[str] = set()
        for write in scope.writes:
            if write.name == "verify" and _constant(write.value, scope, project) in (False, 0):
                if _SESSIONS.intersection(project.resolve(write.target, scope)):
                    yield self._report(
                        scope, write.node, "Every request of this session goes without checking the certificate."
                    )
            elif write.name == "verify_mode" and _NONE.intersection(project.resolve(write.value, scope)):
                weak.add(_spelling(write.target))
                yield self._report(scope, write.node, "This TLS context accepts any certificate.")
            elif write.name == "check_hostname" and _constant(write.value, scope, project) is False:
                if _CONTEXTS.intersection(project.resolve(write.target, scope)):
                    hostless.setdefault(_spelling(write.target), write)
            elif write.name == "minimum_version" and _OLD_MINIMA.intersection(project.resolve(write.value, scope)):
                spoken = _spelling(write.value).rpartition(".")[2].replace("_", ".")
                yield self._report(
                    scope,
                    write.node,
                    f"This TLS context goes down to {spoken}, whose encryption can be broken.",
                    severity=Severity.MEDIUM,
                    label="can be broken",
                )
            elif write.name == "_create_default_https_context" and set(_UNVERIFIED).intersection(
                project.resolve(write.value, scope)
            ):
                yield self._report(
                    scope, write.node, "No HTTPS request of the whole process checks certificates after this."
                )
        for spelling, write in hostless.items():
            # Whoever accepts any certificate has to switch this off first: that is one weakness, not two.
            if spelling not in weak:
                message = "This TLS context accepts a certificate made out to another host."
                yield self._report(scope, write.node, message, confidence=Confidence.MEDIUM)

    def _logins(self, project: Project) -> Iterator[Finding]:
        for site in project.calls(*_MAIL_LOGIN):
            if any(name.startswith("smtplib.SMTP_SSL") for name in site.names) or _mentions(site, "starttls"):
                continue
            made = [call for call in _makers(site) if "smtplib.SMTP" in project.resolve(call.function, site.scope)]
            if any(_host_is_here(call, site.scope, project) for call in made):
                continue
            message = "Sends a mail password over a connection that is not encrypted."
            yield self._report(site.scope, site.call, message, confidence=Confidence.MEDIUM, severity=Severity.MEDIUM)
        for site in project.calls(*_LDAP_BIND):
            if _mentions(site, "start_tls_s"):
                continue
            for call in _makers(site):
                address = call.arguments[0].value if call.arguments else None
                url = beginning(address, site.scope, project) if address is not None else ""
                if url.startswith("ldap://") and not is_this_machine(url):
                    message = "Sends a directory password over a connection that is not encrypted."
                    yield self._report(
                        site.scope, site.call, message, confidence=Confidence.MEDIUM, severity=Severity.MEDIUM
                    )
                    break

    def _report(
        self,
        scope: Scope,
        node: ir.Node,
        message: str,
        *,
        confidence: Confidence = Confidence.HIGH,
        severity: Severity = Severity.HIGH,
        fix: Fix | None = None,
        chosen: bool = False,
        label: str = "",
    ) -> Finding:
        text = f"{message} {_TEXT}"
        if chosen or _under_toggle(scope, node):
            confidence = Confidence.LOW
            text += " It is done under a condition, so it may be a choice of whoever runs this."
        elif _INSECURE.search(scope.qualname) and any(
            isinstance(outer, ir.Return) for outer in ir.path_to(scope.node, node.span)
        ):
            confidence = Confidence.LOW
            text += " Who asks for something of this name has chosen it."
        elif _calls(scope, "getpeercert"):
            confidence = Confidence.LOW
            text += " The certificate is looked at afterwards, which may be all that is wanted."
        return self.finding(
            Location(scope.module.path, node.span),
            text,
            confidence=confidence,
            severity=severity,
            label=label or ("not verified" if severity is Severity.HIGH else "not encrypted"),
            scope=scope.qualname,
            fix=fix,
        )


def _fork(site: CallSite) -> object:
    """The outermost ``if`` around a call, whose branches ask for one thing in one way or another; else the call itself."""
    around = ir.path_to(site.scope.node, site.call.span)
    return next((Location(site.location.path, node.span) for node in around if isinstance(node, ir.If)), site.location)


def _serves(site: CallSite, project: Project) -> bool:
    """Whether a socket is a server's: it asks its visitors for no certificate."""
    side = site.argument(4, "server_side")
    return side is not None and _constant(side, site.scope, project) is not False


def _said(value: object) -> str:
    return repr(value) if not isinstance(value, str) else f'"{value}"'


def _constant(expr: ir.Expr, scope: Scope, project: Project) -> object:
    """A known value, or something that equals nothing."""
    match project.constant(expr, scope):
        case Known(value=value):
            return value
    return Ellipsis


def _equals(value: object, off: tuple[object, ...]) -> bool:
    """``1 == True`` in Python; here 0 stands for False too, but None, "" and 0.0 stand only for themselves."""
    return any(value == one and (value is None) == (one is None) for one in off)


def _is_off(argument: ir.Argument, switch: Switch, scope: Scope, project: Project) -> bool:
    if argument.name == "**":
        options = _constant(argument.value, scope, project)
        return isinstance(options, dict) and switch.keyword in options and _equals(options[switch.keyword], switch.off)
    if argument.name != switch.keyword:
        return False
    if 0 in switch.off and _NONE.intersection(project.resolve(argument.value, scope)):
        return True
    return _equals(_constant(argument.value, scope, project), switch.off)


def _is_chosen(argument: ir.Argument, switch: Switch, scope: Scope, project: Project) -> bool:
    """Is whatever switches the check off, among what a variable holds, put there under the test of a setting?"""
    match argument:
        case ir.Argument(name=switch.keyword, value=ir.Name(id=name, start=start)):
            off = [
                binding.value
                for binding in scope.at(name, start)
                if binding.value is not None
                and _is_off(structs.replace(argument, value=binding.value), switch, scope, project)
            ]
            return bool(off) and all(_under_toggle(scope, value) for value in off)
    return False


def _under_toggle(scope: Scope, node: ir.Node) -> bool:
    return any(_TOGGLE.search(word) for test in conditions(scope, node) for word in words(test))


def _nobody_between(site: CallSite, project: Project) -> bool:
    """Whether the URL asked for, if it is in the call, is this machine's own or has no TLS to begin with."""
    method = site.names[0].rpartition(".")[2]
    url = site.argument(1 if method in ("request", "stream") else 0, "url")
    if url is None:
        return False
    text = beginning(url, site.scope, project)
    return is_this_machine(text) or text.startswith("http://")


def _default(site: CallSite) -> Fix | None:
    match site.call.function:
        case ir.Attribute(name="_create_unverified_context" as name, end=end):
            edit = Edit(Location(site.scope.module.path, Span(end - len(name), end)), "create_default_context")
            return Fix("make a context that checks certificates", (edit,), Applicability.UNSAFE)
    return None


def _spelling(expr: ir.Expr) -> str:
    match expr:
        case ir.Name(id=name):
            return name
        case ir.Attribute(value=value, name=name):
            return f"{_spelling(value)}.{name}"
    return f"@{expr.start}"


def _mentions(site: CallSite, method: str) -> bool:
    """Whether a method of that name is called anywhere in the same function or, for ``self.server``, in the same class.

    Whatever its receiver: a connection that is handed about under two names is still one connection.
    """
    scope = site.scope
    match site.call.function:
        case ir.Attribute(value=ir.Attribute()) if scope.parent is not None and scope.parent.is_class:
            scope = scope.parent
    return _calls(scope, method)


def _calls(scope: Scope, method: str) -> bool:
    """Whether a method of that name is called anywhere in a scope or what is defined in it."""
    around = scope.node
    return any(
        isinstance(call.function, ir.Attribute)
        and call.function.name == method
        and (isinstance(around, ir.Module) or around.start <= call.start < around.end)
        for call, _ in scope.module.calls
    )


def _makers(site: CallSite) -> Iterator[ir.Call]:
    """The calls that the receiver of a method was made by, in the same function."""
    if isinstance(site.call.function, ir.Attribute):
        for expr in origins(site.call.function.value, site.scope):
            if isinstance(expr, ir.Call):
                yield expr


def _host_is_here(call: ir.Call, scope: Scope, project: Project) -> bool:
    for argument in call.arguments[:1]:
        host = _constant(argument.value, scope, project)
        return isinstance(host, str) and is_this_machine(f"//{host}")
    return False
