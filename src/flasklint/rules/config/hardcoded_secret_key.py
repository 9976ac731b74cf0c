from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.project.apps import App
from flasklint.project.keys import key_origins
from flasklint.project.project import Project
from flasklint.rules.base import AppRule, Context
from flasklint.rules.evidence import confidence_in, reservations, set_at, where
from flasklint.rules.idle_keys import IdleKey, idle_key
from flasklint.rules.refused import is_refused
from flasklint.rules.signers import given_keys
from flasklint.source import Location

_SIGNS_LITTLE: Mapping[IdleKey, str] = MappingProxyType(
    {
        "app of tokens": " Nothing signs with it yet: the app asks for tokens of another key, and keeps no session.",
        "no requests": " Nothing signs with it yet: the app answers no requests.",
    }
)


class HardcodedSecretKey(AppRule):
    """A key that signs sessions or tokens is written into the source.

    ## What it does
    Follows what reaches `SECRET_KEY`, `SECRET_KEY_FALLBACKS`, `WTF_CSRF_SECRET_KEY`, `JWT_SECRET_KEY` and
    `SECURITY_PASSWORD_SALT` in the configuration that production runs with: through classes, modules, dicts, constants of other
    files, `update` and later overrides; and what signers of itsdangerous and `Fernet` are given as their key. It
    reports a literal. Values of development and test profiles are left alone. Where nothing signs with the key, since the app
    asks for tokens of another one, that is of low severity, and of low confidence where it answers no requests.

    ## Why is this bad
    Whoever can read the source (a colleague who left, a leaked backup, everybody, if it is public) can sign a session that says
    that they are the administrator. The key stays in the history of the repository after it was changed.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.secret_key = "8f42a73054b1749f8f58848be5e6502c"
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    ```

    ## References
    - [CWE-798](https://cwe.mitre.org/data/definitions/798.html)
    - [Flask: SECRET_KEY](https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY)
    """

    code = "FLK102"
    name = "hardcoded-secret-key"
    severity = Severity.HIGH
    cwe = (798, 321)
    covers = ("FLK105", "FLK106", "FLK805")

    def findings(self, context: Context) -> Iterator[Finding]:
        """The keys of the configuration, then those that something is made with."""
        told: set[Location] = set()
        for finding in super().findings(context):
            told.add(finding.location)
            yield finding
        for key in given_keys(context.project):
            if key.variable is None and key.location not in told:
                told.add(key.location)
                yield self.finding(
                    key.location,
                    f"The key of `{key.signer}` is written into the source. Whoever reads the code can forge what it signs.",
                    confidence=Confidence.HIGH if key.plain else Confidence.MEDIUM,
                    label="this literal is the key",
                    scope=key.site.scope.qualname,
                    related=() if key.location == key.given else (Place(key.given, "used here"),),
                    help="read it from outside, and fail without it; then make a new key",
                )

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Literals among the keys that sign."""
        for key in sorted(SIGNING_KEYS):
            for origin in key_origins(app, key):
                if origin.kind == "literal" and not is_refused(origin, app, project):
                    idle = idle_key(origin, app, project)
                    yield self.finding(
                        origin.location,
                        f"`{key}` is written into the source{where(origin.profile)}. Whoever reads the code can forge what it "
                        f"signs.{_SIGNS_LITTLE[idle] if idle else ''}{reservations(origin.effective)}",
                        severity=Severity.LOW if idle else None,
                        confidence=Confidence.LOW if idle == "no requests" else confidence_in(origin.effective),
                        label="this literal is the key",
                        scope=origin.write.scope,
                        related=set_at(origin),
                        help=f'read it from outside, and fail without it: `os.environ["{key}"]`; then make a new key',
                    )
