from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.project.apps import App
from flasklint.project.keys import KeyOrigin, key_origins
from flasklint.project.project import Project
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in


class EphemeralSecretKey(AppRule):
    """A signing key is made up anew each time the app starts.

    ## What it does
    Finds keys that are the result of `os.urandom`, `secrets.token_*`, `uuid.uuid4` and the like while the app is configured, and
    those drawn from predictable generators (`random`, the time), which are worse. A random value that only stands in for one
    that is not configured is left alone.

    ## Why is this bad
    Every worker process and every restart has another key: sessions, remember-me cookies and CSRF tokens of one are invalid for
    the next, so that people switch protection off "because it fails at random". A key from `random` can be worked out.

    ## Bad
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.secret_key = os.urandom(24)
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    ```

    ## References
    - [CWE-330](https://cwe.mitre.org/data/definitions/330.html)
    - [Flask: SECRET_KEY](https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY)
    """

    code = "FLK104"
    name = "ephemeral-secret-key"
    severity = Severity.LOW
    cwe = (330,)
    covers = ("FLK105", "FLK803")

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """Keys that come out of a generator."""
        for key in sorted(SIGNING_KEYS):
            for origin in key_origins(app, key):
                if origin.kind in ("generated", "predictable"):
                    yield self._report(origin)

    def _report(self, origin: KeyOrigin) -> Finding:
        predictable = origin.kind == "predictable"
        what = (
            f"`{origin.key}` comes from `{origin.source}`, which an onlooker can predict."
            if predictable
            else f"`{origin.key}` is made up anew by `{origin.source}` each time the app starts."
        )
        return self.finding(
            origin.location,
            f"{what} Every worker and every restart has another key, so that sessions and tokens break.",
            severity=Severity.HIGH if predictable else Severity.LOW,
            confidence=confidence_in(origin.effective),
            label="another value at each start",
            scope=origin.write.scope,
            help=f'make the key once, keep it outside of the source, and read it: `os.environ["{origin.key}"]`',
        )
