from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Place, Severity
from flasklint.project.apps import App
from flasklint.project.cookies import own_cookies, remembering, talisman_sets
from flasklint.project.flags import place
from flasklint.project.profiles import Truth
from flasklint.project.project import Project
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, reservations, where


class RememberCookieFlags(AppRule):
    """The cookie that keeps people logged in lacks its flags.

    ## What it does
    For an app that lets Flask-Login remember people (`login_user(user, remember=...)`), looks at `REMEMBER_COOKIE_SECURE` and
    `REMEMBER_COOKIE_HTTPONLY` in the configuration that production runs with.

    ## Why is this bad
    The remember-me cookie is a key to the account that lives for a year, unless told otherwise. Sent once over HTTP, or read
    once by a script, it opens the account from anywhere.

    ## Bad
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_user

    app = Flask(__name__)
    LoginManager(app)


    @app.route("/login", methods=["POST"])
    def login():
        login_user(check_login(), remember=True)
        return redirect("/")
    ```

    ## Good
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_user

    app = Flask(__name__)
    app.config.update(REMEMBER_COOKIE_SECURE=True, REMEMBER_COOKIE_HTTPONLY=True)
    LoginManager(app)


    @app.route("/login", methods=["POST"])
    def login():
        login_user(check_login(), remember=True)
        return redirect("/")
    ```

    ## References
    - [CWE-614](https://cwe.mitre.org/data/definitions/614.html)
    - [CWE-1004](https://cwe.mitre.org/data/definitions/1004.html)
    - [Flask-Login: Cookie Settings](https://flask-login.readthedocs.io/en/latest/#cookie-settings)
    """

    code = "FLK204"
    name = "remember-cookie-flags"
    severity = Severity.MEDIUM
    cwe = (614, 1004)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding a flag, at the first profile in which it is off."""
        if (
            app.exhausted
            or own_cookies(app)
            or not any(use.inits for use in app.extensions_of_kind("login", "security"))
        ):
            return
        sites = list(remembering(project))
        if not sites:
            return
        remembered = Place(sites[0].location, "people are remembered here")
        for key, what in (
            ("REMEMBER_COOKIE_SECURE", "is sent over HTTP too"),
            ("REMEMBER_COOKIE_HTTPONLY", "can be read by scripts"),
        ):
            if app.set_at_run_time(key):
                continue
            for profile in app.production:
                effective = profile.effective(key)
                if key == "REMEMBER_COOKIE_SECURE" and talisman_sets(app, profile, "session_cookie_secure", True):
                    continue
                if profile.truth(key) > Truth.PROBABLY_NO:
                    continue
                write = effective.write
                unset = "nothing sets" if write is None else "off is"
                yield self.finding(
                    app.location if write is None else place(write.expr, write.location),
                    f"The remember-me cookie {what}{where(profile)}: {unset} `{key}`.{reservations(effective)}",
                    confidence=confidence_in(effective),
                    label="lacks " + ("`Secure`" if key.endswith("SECURE") else "`HttpOnly`"),
                    scope=app.scope if write is None else write.scope,
                    related=(remembered,),
                    help=f'`app.config["{key}"] = True`',
                )
                break
