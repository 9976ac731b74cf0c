from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.project.apps import App
from flasklint.project.keys import KeyOrigin, key_origins
from flasklint.project.project import Project
from flasklint.rules.base import AppRule, Context
from flasklint.rules.evidence import confidence_in, set_at, where
from flasklint.rules.refused import is_refused
from flasklint.rules.signers import given_keys
from flasklint.source import Location


class InsecureSecretFallback(AppRule):
    """A signing key falls back to a literal when it is not configured.

    ## What it does
    Finds keys that are read from the environment, a file or a function, with a literal for the case that nothing is there:
    `os.environ.get("SECRET_KEY", "dev")`, `os.getenv("SECRET_KEY") or "changeme"`, `setdefault`, `if not app.secret_key`,
    `except KeyError`; also those that signers of itsdangerous and `Fernet` are made with. A fallback that raises, or that is
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
