from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.knowledge.secrets import WELL_KNOWN_KEYS
from flasklint.project.apps import App
from flasklint.project.keys import KeyOrigin, key_origins
from flasklint.project.project import Project
from flasklint.rules.base import AppRule, Option
from flasklint.rules.evidence import confidence_in, reservations
from flasklint.rules.idle_keys import idle_key
from flasklint.rules.refused import is_refused


class WeakSecretKey(AppRule):
    """A signing key can be guessed.

    ## What it does
    Finds keys in the configuration of production that are short (less than 16 bytes) or stand in documentation, tutorials and
    lists of guesses, and generated ones of too few bytes.

    ## Why is this bad
    A session cookie is readable by its owner, and its signature can be tried against guessed keys without asking the server.
    Tools with lists of such keys do so in seconds. The source need not be known for that.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.config["SECRET_KEY"] = "super secret"
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]  # made once by `python -c "import secrets; print(secrets.token_hex())"`
    ```

    ## Options
    - `shortest`: the fewest bytes that a key may have.

    ## References
    - [CWE-326](https://cwe.mitre.org/data/definitions/326.html)
    - [CWE-521](https://cwe.mitre.org/data/definitions/521.html)
    """

    code = "FLK105"
    name = "weak-secret-key"
    severity = Severity.HIGH
    cwe = (326, 521)
    options = MappingProxyType({"shortest": Option(16, "The fewest bytes that a key may have.")})

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Keys that are short or well known."""
        for key in sorted(SIGNING_KEYS):
            for origin in key_origins(app, key):
                fault = self._fault(origin)
                if fault and not is_refused(origin, app, project):
                    idle = idle_key(origin, app, project)
                    yield self.finding(
                        origin.location,
                        f"`{key}` {fault}. It can be found by trying guesses on a single session cookie."
                        f"{reservations(origin.effective)}",
                        severity=Severity.LOW if idle else None,
                        confidence=Confidence.LOW if idle == "no requests" else confidence_in(origin.effective),
                        label=fault,
                        scope=origin.write.scope,
                        help="make one with `secrets.token_hex()` and keep it outside of the source",
                    )

    def _fault(self, origin: KeyOrigin) -> str:
        shortest = self.option("shortest")
        assert isinstance(shortest, int)
        match origin.kind:
            case "literal":
                text = origin.value.decode("latin-1") if isinstance(origin.value, bytes) else origin.value
                if text.strip().lower() in WELL_KNOWN_KEYS:
                    return "is a key that everybody knows"
                if len(text.encode("utf-8", "surrogatepass")) < shortest:
                    return f"has fewer than {shortest} bytes"
            case "generated" if origin.size is not None and origin.size < shortest and origin.source in _SIZED:
                return f"has {origin.size} bytes, fewer than {shortest}"
        return ""


_SIZED = frozenset({"os.urandom", "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe"})
