from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.flags import place
from flasklint.project.operations import python
from flasklint.project.profiles import Profile, Truth
from flasklint.project.project import Project
from flasklint.project.routes import CHANGING
from flasklint.project.values import Known
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where


class WeakCsrfSettings(AppRule):
    """Protection against forged requests is on, but weakened.

    ## What it does
    Finds, in the configuration that production runs with, `WTF_CSRF_SSL_STRICT = False` and
    `WTF_CSRF_METHODS` without one of POST, PUT, PATCH and DELETE, and for pedants `WTF_CSRF_TIME_LIMIT = None`: a token is then
    good for as long as the session, which is what many sites want for forms that are long in the filling.

    ## Why is this bad
    Without the strict check, a page reached over HTTP can pass as the app's own. A token without a time limit that leaks once is
    good for as long as the session lives. A method that is not listed is not protected at all.

    ## Bad
    ```python
    from flask import Flask
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    app.config["WTF_CSRF_METHODS"] = ["POST"]
    CSRFProtect(app)
    ```

    ## Good
    ```python
    from flask import Flask
    from flask_wtf import CSRFProtect

    app = Flask(__name__)
    CSRFProtect(app)
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-WTF: Configuration](https://flask-wtf.readthedocs.io/en/latest/config/)
    """

    code = "FLK306"
    name = "weak-csrf-settings"
    severity = Severity.LOW
    cwe = (352,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding a key, at the first profile in which it is weak."""
        for key in ("WTF_CSRF_SSL_STRICT", "WTF_CSRF_TIME_LIMIT", "WTF_CSRF_METHODS"):
            for profile in app.production:
                if profile.truth("WTF_CSRF_ENABLED") < Truth.MAYBE:
                    continue
                fault, severity = _fault(key, profile)
                effective = profile.effective(key)
                write = effective.write
                if fault and write is not None:
                    yield self.finding(
                        place(write.expr, write.location),
                        f"{fault}{where(profile)}.{reservations(effective)}",
                        severity=severity,
                        confidence=confidence_in(effective),
                        label="weaker than the default",
                        scope=write.scope,
                        related=overridden(effective),
                        persona=Persona.PEDANTIC if key == "WTF_CSRF_TIME_LIMIT" else Persona.REGULAR,
                        help="leave it out, the default is safe",
                    )
                    break


def _fault(key: str, profile: Profile) -> tuple[str, Severity]:
    effective = profile.effective(key)
    if effective.write is None:
        return "", Severity.LOW
    if key == "WTF_CSRF_SSL_STRICT" and profile.truth(key) < Truth.MAYBE:
        return "`WTF_CSRF_SSL_STRICT` is off, so that the referrer of secure requests is not looked at", Severity.LOW
    known, plain = python(effective.candidate.value)
    if key == "WTF_CSRF_TIME_LIMIT" and isinstance(effective.setting, Known) and known and plain is None:
        return "`WTF_CSRF_TIME_LIMIT` is off, so that a token is good for as long as the session", Severity.LOW
    if key == "WTF_CSRF_METHODS" and known and isinstance(plain, (list, tuple)):
        left = sorted(CHANGING - {str(method).upper() for method in plain})
        if left:
            return f"`WTF_CSRF_METHODS` leaves {' and '.join(left)} unprotected", Severity.MEDIUM
    return "", Severity.LOW
