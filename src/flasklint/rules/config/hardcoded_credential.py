from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.config import SIGNING_KEYS, TEST_WORDS
from flasklint.knowledge.credentials import (
    ARGUMENTS,
    Address,
    CredentialArgument,
    addresses,
    is_placeholder,
    is_weak,
    leads_nowhere_else,
    looks_random,
    may_hold_issued_token,
    token_format,
)
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.credentials import Named, named_texts, names_credential
from flasklint.project.keys import KeyOrigin, key_origins
from flasklint.project.passwords import typed
from flasklint.project.profiles import kind_of_name
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.values import Known
from flasklint.rules.base import Context, Rule, together
from flasklint.rules.evidence import confidence_in, reservations, where
from flasklint.source import Location

_SHORTEST_PASSWORD = 6
_NO_SECRET = re.compile(
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z][a-z]+(?:-[A-Z][A-Za-z]*)+|X-[A-Za-z-]+|[\w.-]*/[\w./-]*|\w+://.*|[\w-]+(?:\.[\w-]+){2,}"
)
"""Names of variables and headers, paths, addresses, dotted names: what stands for a secret, or tells where it is."""


_EXAMPLES = frozenset({"doc", "docs", "example", "examples", "mock", "openapi", "responses", "sample", "swagger"})


class HardcodedCredential(Rule):
    """A password, a token or an API key is written into the source.

    ## What it does
    Finds credentials by what they are: tokens in the form that a service gives them (AWS, GitHub, GitLab, Slack, Stripe,
    Google, SendGrid, private keys and others), addresses with a password (`postgresql://shop:...@db.shop.net`), literals for
    the passwords, secrets and tokens of the configuration that production runs with, literal passwords in calls that connect,
    log in or register an OAuth client, those that what a visitor types is compared with, and texts that only a generator
    makes under a name that says what they are for.

    Placeholders (`<password>`, `xxx`, `your-key-here`, `${PASSWORD}`), empty values, names of environment variables and of
    headers, paths, form labels and test code are left alone; of tests and examples, only live tokens in a service's own form are
    told. Passwords for this machine are of low confidence, as are those that everybody writes where any will do. Keys that sign
    sessions have a rule of their own (FLK102). No message repeats the secret.

    ## Why is this bad
    Whoever can read the source can log in: a colleague who left, a leaked backup, everybody, if it is public. Programs look for
    such tokens in public repositories and try them within minutes. The history keeps what was deleted later.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.config["MAIL_USERNAME"] = "shop"
    app.config["MAIL_PASSWORD"] = "Hn3kq9Tz!"
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.config["MAIL_USERNAME"] = "shop"
    app.config["MAIL_PASSWORD"] = os.environ["MAIL_PASSWORD"]
    ```

    ## References
    - [CWE-798](https://cwe.mitre.org/data/definitions/798.html)
    - [CWE-259](https://cwe.mitre.org/data/definitions/259.html)
    - [OWASP: Secrets Management](https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html)
    """

    code = "FLK106"
    name = "hardcoded-credential"
    severity = Severity.HIGH
    cwe = (798, 259)
    in_tests = True

    @classmethod
    def reads_test(cls, data: bytes) -> bool:
        """Whether a token stands in it that a service issued."""
        return may_hold_issued_token(data)

    def findings(self, context: Context) -> Iterator[Finding]:
        """By form first, then by where they go, then by name: each place once."""
        project = context.project
        tests = context.test_paths
        told: set[Location] = set()
        for finding in (*self._all(project), *(found for test in context.tests_aside for found in self._by_form(test))):
            by_form = finding.label.startswith("has the form")
            if (by_form or finding.location.path not in tests) and finding.location not in told:
                told.add(finding.location)
                yield finding

    def _all(self, project: Project) -> Iterator[Finding]:
        for module in project.modules.values():
            yield from self._by_form(module)
        for app in project.apps:
            yield from self._configured(app)
        for name, arguments in ARGUMENTS.items():
            for site in project.calls(name):
                for argument in arguments:
                    yield from self._passed(site, argument, project)
        by_text: dict[object, list[Finding]] = {}
        for module in project.modules.values():
            if not module.is_test:
                yield from self._compared(module, project)
                for named in named_texts(module):
                    by_text.setdefault(named.const.value, []).extend(self._by_name(named))
        for group in by_text.values():
            # However many files a key was copied into, it is one to withdraw.
            yield from together(group)

    # By form -----------------------------------------------------------------------------------------------------------

    def _by_form(self, module: LinkedModule) -> Iterator[Finding]:
        for const, scope in module.texts:
            text = const.value
            assert isinstance(text, str)
            row = token_format(text)
            for_tests = module.is_test or not TEST_WORDS.isdisjoint(words(scope.qualname))
            if row is not None and (not for_tests or (row.live and row.issued)):
                yield self.finding(
                    Location(module.path, const.span),
                    f"The source has {row.words} in it. Whoever reads the code can use it.",
                    severity=Severity.HIGH if row.live else Severity.LOW,
                    confidence=row.confidence,
                    label=f"has the form of {row.words}",
                    scope=scope.qualname,
                    help="take it out, make it invalid at the service, and read the new one from outside",
                )
            for address in addresses(text):
                yield self._address(address, const, scope)

    def _address(self, address: Address, const: ir.Const, scope: Scope) -> Finding:
        weak = is_weak(address.password) or address.password == address.user
        message = f"The password for {_place_of(address)} is written into the source."
        if address.local:
            message += " It is for this machine, or for one that is only known here."
        return self.finding(
            Location(scope.module.path, const.span),
            message,
            severity=Severity.LOW if address.local else Severity.MEDIUM if weak else Severity.HIGH,
            confidence=Confidence.LOW if address.local else Confidence.MEDIUM if weak else Confidence.HIGH,
            label="an address with a password",
            scope=scope.qualname,
            help="read the whole address from outside, or put it together from parts that are",
        )

    # In the configuration ------------------------------------------------------------------------------------------------

    def _configured(self, app: App) -> Iterator[Finding]:
        keys = {key for profile in app.production for key in profile.entries}
        for key in sorted(keys - SIGNING_KEYS):
            if not _may_be_config(key):
                continue
            for origin in key_origins(app, key):
                finding = self._origin(key, origin)
                if finding is not None:
                    yield finding

    def _origin(self, key: str, origin: KeyOrigin) -> Finding | None:
        text = origin.value.decode("latin-1") if isinstance(origin.value, bytes) else origin.value
        if origin.kind not in ("literal", "fallback") or not _is_secret(text, key):
            return None
        weak = is_weak(text)
        fallback = origin.kind == "fallback"
        asked = f" {origin.missing}" if origin.missing else ""
        what = f"falls back to a literal{asked}" if fallback else "is written into the source"
        known = " Everybody tries this one first." if weak else " Whoever reads the code has it."
        sure = confidence_in(origin.effective)
        if weak:
            spoken = sensitivity(text) is not None  # `password`: a form that wants to be filled in
            sure = Confidence.LOW if fallback or spoken else min(sure, Confidence.MEDIUM)
        return self.finding(
            origin.location,
            f"`{key}` {what}{where(origin.profile)}.{known}{reservations(origin.effective)}",
            severity=Severity.MEDIUM if weak or fallback else Severity.HIGH,
            confidence=sure,
            label="used when nothing is configured" if fallback else "this literal is the credential",
            scope=origin.write.scope,
            help=f'read it from outside, and fail without it: `os.environ["{key}"]`; then make a new one',
        )

    # Passed on -----------------------------------------------------------------------------------------------------------

    def _passed(self, site: CallSite, row: CredentialArgument, project: Project) -> Iterator[Finding]:
        given = site.argument(row.position, *row.names)
        if given is None:
            return
        value = project.constant(given, site.scope)
        if not isinstance(value, Known) or not isinstance(value.value, str) or not _is_secret(value.value, "password"):
            return
        text = value.value
        host = site.argument(None, *row.host)
        told = project.constant(host, site.scope) if host is not None else None
        local = isinstance(told, Known) and isinstance(told.value, str) and leads_nowhere_else(told.value)
        # What stands in for a service on one's own machine takes any key.
        local = local or (is_weak(text) and "local" in words(site.scope.name))
        place = value.places[-1] if value.places else Location(site.location.path, given.span)
        function = site.names[0].rpartition(".")[2] if site.names else "this call"
        yield self.finding(
            place,
            f"A password that is written into the source is given to `{function}()`. Whoever reads the code has it.",
            severity=Severity.LOW if local else Severity.MEDIUM if is_weak(text) else Severity.HIGH,
            confidence=Confidence.LOW if local else Confidence.MEDIUM if is_weak(text) else Confidence.HIGH,
            label="this literal is the credential",
            scope=site.scope.qualname,
            help="read it from outside, and fail without it; then make a new one",
        )

    # Compared --------------------------------------------------------------------------------------------------------------

    def _compared(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        """``request.form["password"] == "..."``: what a visitor types, compared with a literal."""
        for node, scope in module.comparisons:
            if node.signs not in (("==",), ("!=",)) or not scope.is_function or _only_differs(node, scope):
                continue
            for given, kept in (node.operands, node.operands[::-1]):
                comes = typed(
                    given, scope, project
                )  # asked first: it costs far less than folding each comparison's operands
                value = project.constant(kept, scope) if comes else None
                if (
                    not isinstance(value, Known)
                    or not isinstance(value.value, str)
                    or not _is_secret(value.value, "password")
                ):
                    continue
                text = value.value
                if comes != "request" and (is_weak(text) or _is_replaced(given, node, scope)):
                    # A parameter that is compared with what everybody writes, or that is given anew when it is this: whoever
                    # does so wants another password.
                    continue
                yield self.finding(
                    value.places[-1] if value.places else Location(module.path, node.span),
                    "The password that lets somebody in is written into the source. Whoever reads the code has it.",
                    severity=Severity.MEDIUM if is_weak(text) else Severity.HIGH,
                    confidence=Confidence.MEDIUM if is_weak(text) else Confidence.HIGH,
                    label="this literal is the credential",
                    scope=scope.qualname,
                    help="keep `generate_password_hash(password)` outside of the code, and ask `check_password_hash`",
                )
                break

    # By name -------------------------------------------------------------------------------------------------------------

    def _by_name(self, named: Named) -> Iterator[Finding]:
        text = named.const.value
        assert isinstance(text, str)
        if named.name.upper() in SIGNING_KEYS or is_placeholder(text) or not looks_random(text):
            return
        if _is_example(named):
            return
        if any(kind_of_name(part) in ("development", "test") for part in named.scope.name.split(".")):
            return
        yield self.finding(
            Location(named.scope.module.path, named.const.span),
            f"`{named.name}` is written into the source. Whoever reads the code can use it.",
            confidence=Confidence.MEDIUM,
            label="made by a generator, by the look of it",
            scope=named.scope.qualname,
            help="read it from outside, and fail without it; then make a new one",
        )


def _is_example(named: Named) -> bool:
    """Does it stand in what an API's description shows: ``example={...}``, ``responses={...}``?"""
    at = named.const
    # Decorators stand outside the span of what they decorate: all of the file is gone through.
    for node in ir.walk(named.scope.module.facts):
        if not isinstance(node, ir.Argument | ir.Pair) or not node.start <= at.start < node.end:
            continue
        said = node.name if isinstance(node, ir.Argument) else _text(node.key)
        if not _EXAMPLES.isdisjoint(words(said)):
            return True
    return False


def _text(key: ir.Expr | None) -> str:
    return key.value if isinstance(key, ir.Const) and isinstance(key.value, str) else ""


def _may_be_config(key: str) -> bool:
    return sensitivity(key) in ("password", "key", "token") and names_credential(key)


def _is_secret(text: str, name: str) -> bool:
    """Is a text under a credential's name a credential, and not something that stands for one, or speaks of one?"""
    if is_placeholder(text) or len(text) > 512:
        return False
    if is_weak(text):
        return sensitivity(name) == "password" and text.strip().lower() not in ("token", "key", "secret key", "default")
    if len(text) < _SHORTEST_PASSWORD or any(char.isspace() for char in text.strip()) or _is_prose(text):
        return False
    if _NO_SECRET.fullmatch(text) and not looks_random(text):
        return False
    if sensitivity(name) == "password":
        return text.lower() not in (name.lower(), "password")
    return looks_random(text) or (len(text) >= 12 and any(char.isdigit() for char in text) and not text.islower())


def _is_prose(text: str) -> bool:
    """Is it written in words of a language that sets no spaces between them?"""
    return sum(char.isalpha() and not char.isascii() for char in text) * 3 > len(text)


def _only_differs(comparison: ir.Compare, scope: Scope) -> bool:
    """Whether something goes on where a text is another one: ``if password != "unchanged": store(password)``."""
    if comparison.signs != ("!=",):
        return False
    return any(
        isinstance(node, ir.If)
        and node.test is comparison
        and not isinstance(node.body[-1], (ir.Return, ir.Raise))
        and not any(
            isinstance(inner, ir.Call) and ir.last_name(inner.function) == "abort" for inner in ir.walk(node.body[-1])
        )
        for node in ir.path_to(scope.node, comparison.span)
    )


def _is_replaced(given: ir.Expr, comparison: ir.Compare, scope: Scope) -> bool:
    """Whether a name gets another value where it is compared: ``if password == "generated": password = make()``."""
    tests = (node for node in ir.path_to(scope.node, comparison.span) if isinstance(node, ir.If))
    return isinstance(given, ir.Name) and any(
        isinstance(target, ir.Name) and target.id == given.id
        for test in tests
        for statement in test.body
        if isinstance(statement, ir.Assign)
        for target in statement.targets
    )


def _place_of(address: Address) -> str:
    return f"`{address.scheme}://{address.user}:…@{address.host}`"
