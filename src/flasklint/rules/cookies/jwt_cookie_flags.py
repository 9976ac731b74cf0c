from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.project.apps import App
from flasklint.project.cookies import tokens_in_cookies
from flasklint.project.flags import place
from flasklint.project.profiles import Profile, Truth
from flasklint.project.project import Project
from flasklint.project.values import Known, Unset
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, reservations, where


class JwtCookieFlags(AppRule):
    """A token in a cookie lacks the flags that protect it.

    ## What it does
    For an app that keeps the tokens of Flask-JWT-Extended in cookies (`JWT_TOKEN_LOCATION` has `cookies`), looks at
    `JWT_COOKIE_SECURE`, `JWT_COOKIE_CSRF_PROTECT` and `JWT_COOKIE_SAMESITE` in the configuration that production runs with.
    Tokens in headers are left alone.

    ## Why is this bad
    Browsers send a cookie by themselves: over HTTP too, if it is not `Secure`, and for requests that foreign pages make, if no
    CSRF token is asked for.

    ## Bad
    ```python
    from flask import Flask
    from flask_jwt_extended import JWTManager

    app = Flask(__name__)
    app.config["JWT_TOKEN_LOCATION"] = ["cookies"]
    app.config["JWT_COOKIE_CSRF_PROTECT"] = False
    JWTManager(app)
    ```

    ## Good
    ```python
    from flask import Flask
    from flask_jwt_extended import JWTManager

    app = Flask(__name__)
    app.config["JWT_TOKEN_LOCATION"] = ["cookies"]
    app.config["JWT_COOKIE_SECURE"] = True
    app.config["JWT_COOKIE_SAMESITE"] = "Lax"
    JWTManager(app)
    ```

    ## References
    - [CWE-614](https://cwe.mitre.org/data/definitions/614.html)
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [Flask-JWT-Extended: Configuration](https://flask-jwt-extended.readthedocs.io/en/stable/options.html)
    """

    code = "FLK210"
    name = "jwt-cookie-flags"
    severity = Severity.MEDIUM
    cwe = (614, 352)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for an app and flag."""
        if app.exhausted or not any(use.inits for use in app.extensions_of_kind("jwt")):
            return
        told: set[str] = set()
        for profile in app.production:
            if not tokens_in_cookies(profile):
                continue
            for finding, key in self._judge(app, profile):
                if key not in told:
                    told.add(key)
                    yield finding

    def _judge(self, app: App, profile: Profile) -> Iterator[tuple[Finding, str]]:
        located = profile.effective("JWT_TOKEN_LOCATION").write
        for key, severity, why in (
            ("JWT_COOKIE_SECURE", Severity.MEDIUM, "the token is sent over HTTP too"),
            ("JWT_COOKIE_CSRF_PROTECT", Severity.HIGH, "a foreign page can use the token of whoever looks at it"),
        ):
            effective = profile.effective(key)
            if profile.truth(key) > Truth.PROBABLY_NO or app.set_at_run_time(key):
                continue
            write = effective.write or located
            if write is None:
                continue
            lax = profile.effective("JWT_COOKIE_SAMESITE").setting
            if key == "JWT_COOKIE_CSRF_PROTECT" and isinstance(lax, Known) and lax.value in ("Lax", "Strict"):
                severity = Severity.MEDIUM
            what = f"`{key}` is off" if effective.write is not None else f"Nothing sets `{key}`"
            yield (
                self.finding(
                    place(write.expr, write.location),
                    f"{what}{where(profile)}, and tokens are kept in cookies: {why}.{reservations(effective)}",
                    severity=severity,
                    confidence=confidence_in(effective),
                    label=f"without `{key}`",
                    scope=write.scope,
                    help=f'`app.config["{key}"] = True`',
                ),
                key,
            )
        key = "JWT_COOKIE_SAMESITE"
        effective = profile.effective(key)
        setting = effective.setting
        if isinstance(setting, Unset) or (isinstance(setting, Known) and setting.value in (None, "None")):
            write = effective.write or located
            if write is not None and profile.truth("JWT_COOKIE_CSRF_PROTECT") < Truth.MAYBE:
                yield (
                    self.finding(
                        place(write.expr, write.location),
                        f"Neither `{key}` nor a CSRF token keeps foreign pages from using the token{where(profile)}.",
                        severity=Severity.LOW,
                        confidence=confidence_in(effective),
                        label="sent with foreign requests",
                        scope=write.scope,
                        help=f'`app.config["{key}"] = "Lax"`',
                    ),
                    key,
                )
