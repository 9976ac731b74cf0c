from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.cookies import only_flashes, own_cookies, sends_session, talisman_sets
from flasklint.project.flags import asked_for, place
from flasklint.project.profiles import Effective, Profile, Truth, as_setting
from flasklint.project.project import Project
from flasklint.project.values import FromEnv, Known, Setting, Unset
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where

_KEY = "SESSION_COOKIE_SAMESITE"


class SessionCookieSamesite(AppRule):
    """The session cookie goes along with requests that other sites make.

    ## What it does
    Looks at `SESSION_COOKIE_SAMESITE` in the configuration that production runs with, for apps that use the session. It reports
    that nothing sets it, `None`, and `"None"` on a cookie that is not `Secure` (which browsers then drop). Where nothing but
    flashed messages is in the session, what nothing sets is for pedants.

    ## Why is this bad
    Without the attribute, it is up to each browser whether a form on a foreign page is sent with the visitor's session. `Lax`
    keeps the session out of foreign POST requests everywhere: a second line behind CSRF tokens.

    ## Bad
    ```python
    from flask import Flask, session

    app = Flask(__name__)
    app.config["SESSION_COOKIE_SAMESITE"] = None


    @app.route("/")
    def index():
        return session.get("name", "")
    ```

    ## Good
    ```python
    from flask import Flask, session

    app = Flask(__name__)
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"


    @app.route("/")
    def index():
        return session.get("name", "")
    ```

    ## References
    - [CWE-1275](https://cwe.mitre.org/data/definitions/1275.html)
    - [Flask: SESSION_COOKIE_SAMESITE](https://flask.palletsprojects.com/en/stable/config/#SESSION_COOKIE_SAMESITE)
    """

    code = "FLK203"
    name = "session-cookie-samesite"
    severity = Severity.LOW
    cwe = (1275,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The attribute in each production profile; the first bad one counts."""
        if not sends_session(app) or own_cookies(app) or app.exhausted or app.set_at_run_time(_KEY):
            return
        for profile in app.production:
            if talisman_sets(app, profile, "session_cookie_samesite", "Lax"):
                continue
            finding = self._judge(app, profile, profile.effective(_KEY))
            if finding is not None:
                forgotten = profile.effective(_KEY).write is None
                yield replace(finding, persona=Persona.PEDANTIC) if forgotten and only_flashes(app) else finding
                return

    def _judge(self, app: App, profile: Profile, effective: Effective) -> Finding | None:
        settings = [as_setting(candidate.value) for candidate in effective.possible]
        write = effective.write
        asked = asked_for(effective) if write is None else None
        if asked is not None:
            return self.finding(
                place(asked.expr, asked.location),
                f"`{_KEY}` is set only where something is switched on that is off by default{where(profile)}: else the browser "
                f"decides whether foreign pages can use a visitor's session.{reservations(effective)}",
                confidence=Confidence.MEDIUM,
                label="off by default",
                scope=asked.scope,
                help="set it always",
            )
        if write is None and all(isinstance(setting, Unset) for setting in settings):
            return self.finding(
                app.location,
                f"Nothing sets `{_KEY}`{where(profile)}: the browser decides whether foreign pages can use a visitor's session."
                f"{reservations(effective)}",
                confidence=confidence_in(effective),
                label="its session cookie lacks `SameSite`",
                scope=app.scope,
                help=f'`app.config["{_KEY}"] = "Lax"`',
            )
        if write is None:
            return None
        if all(_is_none(setting) for setting in settings):
            return self.finding(
                place(write.expr, write.location),
                f"`{_KEY}` is `None`{where(profile)}: the browser decides whether foreign pages can use a visitor's session."
                f"{reservations(effective)}",
                confidence=confidence_in(effective),
                label="no attribute at all",
                scope=write.scope,
                related=overridden(effective),
                help='set it to `"Lax"`',
            )
        if (
            all(_is_text_none(setting) for setting in settings)
            and profile.truth("SESSION_COOKIE_SECURE") <= Truth.PROBABLY_NO
        ):
            return self.finding(
                place(write.expr, write.location),
                f'`{_KEY}` is `"None"` on a cookie that is not `Secure`{where(profile)}. Browsers that honour it drop the '
                "cookie, the others send it along with every foreign request.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM if effective.outside else Confidence.HIGH,
                label="sent with every foreign request",
                scope=write.scope,
                related=overridden(effective),
                help='set it to `"Lax"`, or set `SESSION_COOKIE_SECURE` too',
            )
        return None


def _is_none(setting: Setting) -> bool:
    return isinstance(setting, Known) and setting.value is None


def _is_text_none(setting: Setting) -> bool:
    if isinstance(setting, FromEnv):
        setting = setting.default
    return isinstance(setting, Known) and isinstance(setting.value, str) and setting.value.lower() == "none"
