from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.knowledge.credentials import is_placeholder
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.keys import KeyOrigin, key_origins
from flasklint.project.project import Project
from flasklint.project.running import is_for_developers
from flasklint.project.scopes import Scope
from flasklint.rules.base import AppRule, Context
from flasklint.rules.evidence import confidence_in, set_at, where
from flasklint.rules.refused import is_refused
from flasklint.rules.signers import given_keys
from flasklint.rules.surroundings import origins
from flasklint.source import Location


class InsecureSecretFallback(AppRule):
    """A signing key falls back to a literal when it is not configured.

    ## What it does
    Finds keys that are read from the environment, a file or a function, with a literal for the case that nothing is there:
    `os.environ.get("SECRET_KEY", "dev")`, `os.getenv("SECRET_KEY") or "changeme"`, `setdefault`, `if not app.secret_key`,
    `except KeyError`; also those that signers of itsdangerous and `Fernet` are made with, and those of a signing key's name that
    a function puts into a digest. A fallback that raises, or that is
    random, is fine, and so is one that the app refuses to start with.

    ## Why is this bad
    The day the variable is missing (a new server, a typo, another shell), the app starts all the same, and signs sessions with
    a key that everybody can read in the source. Nothing warns.

    ## Bad
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    ```

    ## References
    - [CWE-1188](https://cwe.mitre.org/data/definitions/1188.html)
    - [CWE-798](https://cwe.mitre.org/data/definitions/798.html)
    """

    code = "FLK103"
    name = "insecure-secret-fallback"
    severity = Severity.HIGH
    cwe = (1188, 798)
    covers = ("FLK105", "FLK106", "FLK805")

    def findings(self, context: Context) -> Iterator[Finding]:
        """The keys of the configuration, then those that something is made with."""
        told: set[Location] = set()
        for finding in super().findings(context):
            told.add(finding.location)
            yield finding
        for key in given_keys(context.project):
            if key.variable is not None and key.location not in told:
                told.add(key.location)
                asked = f" when `{key.variable}` gives nothing" if key.variable else ""
                yield self.finding(
                    key.location,
                    f"The key of `{key.signer}` is a literal{asked}. What it signs can then be forged by everybody who reads "
                    "the source.",
                    confidence=Confidence.MEDIUM,
                    label="used when nothing is configured",
                    scope=key.site.scope.qualname,
                    related=() if key.location == key.given else (Place(key.given, "used here"),),
                    help="fail when there is no key, instead of going on with this one",
                )

        for place, scope in _hashed_with(context.project):
            if place not in told:
                yield self.finding(
                    place,
                    "A key that goes into a digest falls back to a literal. Everybody who reads the source can make the same "
                    "digests then.",
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    label="used when nothing is configured",
                    scope=scope.qualname,
                    help="fail when there is no key, instead of going on with this one",
                )

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Literals that stand in for keys."""
        for key in sorted(SIGNING_KEYS):
            for origin in key_origins(app, key):
                if origin.kind == "fallback" and not is_refused(origin, app, project):
                    yield self._report(origin)

    def _report(self, origin: KeyOrigin) -> Finding:
        asked = f" {origin.missing}" if origin.missing else ""
        return self.finding(
            origin.location,
            f"`{origin.key}` falls back to a literal{asked}{where(origin.profile)}. The app then starts with a key that "
            "everybody can read in the source.",
            confidence=confidence_in(origin.effective),
            label="used when nothing is configured",
            scope=origin.write.scope,
            related=set_at(origin),
            help=f'fail instead: `os.environ["{origin.source or origin.key}"]`'
            if not origin.source.endswith("()")
            else "fail when there is no key, instead of going on with this one",
        )


def _hashed_with(project: Project) -> Iterator[tuple[Location, Scope]]:
    """Literals for a variable of a signing key's name that a function puts into a digest: ``sha256(salt + key)``."""
    for site in project.calls("os.getenv", "os.environ.get"):
        scope = site.scope
        asked, default = site.argument(0, "key"), site.argument(1, "default")
        if not scope.is_function or scope.module.is_test or is_for_developers(scope.module, scope.qualname):
            continue
        match asked, default:
            case ir.Const(value=str(name)), ir.Const(value=str(text)) if (
                name.upper() in SIGNING_KEYS and text.strip() and not is_placeholder(text)
            ):
                if _is_hashed(site, project):
                    yield Location(scope.module.path, default.span), scope
            case _:
                pass


def _is_hashed(site: CallSite, project: Project) -> bool:
    return any(
        any(part.span == site.call.span for argument in call.arguments for part in origins(argument.value, scope))
        for call, scope in site.scope.module.calls
        if scope is site.scope
        and any(name.startswith(("hashlib.", "hmac.")) for name in project.resolve(call.function, scope))
    )
