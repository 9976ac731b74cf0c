from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.project.apps import App
from flasklint.project.cookies import only_flashes, own_cookies, sends_session, talisman_sets
from flasklint.project.flags import asked_for, place
from flasklint.project.profiles import Effective, Profile, as_setting
from flasklint.project.project import Project
from flasklint.project.values import FromEnv, Known, Unset
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where

_KEY = "SESSION_COOKIE_SECURE"


class SessionCookieNotSecure(AppRule):
    """The session cookie is sent over unencrypted connections too.

    ## What it does
    Looks at `SESSION_COOKIE_SECURE` in the configuration that production runs with, for apps that use the session (themselves, or
    through Flask-Login or Flask-WTF's CSRF tokens). It reports `False`, and that nothing sets it: Flask's
    default is `False`. Talisman in force sets it. Where nothing but flashed messages is in
    the session, what nothing sets is for pedants.

    ## Why is this bad
    A single request over HTTP (a typed address, an image on another page) carries the cookie in the clear, and whoever listens
    on the network is logged in as that person.

    ## Bad
    ```python
    from flask import Flask, session

    app = Flask(__name__)
    app.config["SESSION_COOKIE_SECURE"] = False


    @app.route("/")
    def index():
        session["seen"] = True
        return "hello"
    ```

    ## Good
    ```python
    from flask import Flask, session

    app = Flask(__name__)
    app.config["SESSION_COOKIE_SECURE"] = True


    @app.route("/")
    def index():
        session["seen"] = True
        return "hello"
    ```

    ## References
    - [CWE-614](https://cwe.mitre.org/data/definitions/614.html)
    - [Flask: Security, Set-Cookie options](https://flask.palletsprojects.com/en/stable/web-security/#set-cookie-options)
    """

    code = "FLK201"
    name = "session-cookie-not-secure"
    severity = Severity.MEDIUM
    cwe = (614,)
    covers = ("FLK202", "FLK203", "FLK204")

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The flag in each production profile; the first bad one counts."""
        if not sends_session(app) or own_cookies(app) or app.exhausted or app.set_at_run_time(_KEY):
            return
        for profile in app.production:
            if talisman_sets(app, profile, "session_cookie_secure", True):
                continue
            finding = self._judge(app, profile, profile.effective(_KEY))
            if finding is not None:
                forgotten = profile.effective(_KEY).write is None
                yield replace(finding, persona=Persona.PEDANTIC) if forgotten and only_flashes(app) else finding
                return

    def _judge(self, app: App, profile: Profile, effective: Effective) -> Finding | None:
        settings = [as_setting(candidate.value) for candidate in effective.possible]
        if not all(_is_off(setting) for setting in settings):
            return None
        write = effective.write
        setting = settings[-1]
        use = app.uses_session
        used = (Place(use[1], f"the session is used: {use[0]}"),) if use is not None else ()
        asked = asked_for(effective) if write is None else None
        if asked is not None:
            return self.finding(
                place(asked.expr, asked.location),
                f"`{_KEY}` is set only where something is switched on that is off by default{where(profile)}: else the session "
                f"cookie is sent over HTTP too.{reservations(effective)}",
                confidence=Confidence.MEDIUM,
                label="off by default",
                scope=asked.scope,
                related=used,
                help="set it always, and take it back only where somebody asks for it",
            )
        if write is None:
            return self.finding(
                app.location,
                f"Nothing sets `{_KEY}`{where(profile)}, so that the session cookie is sent over HTTP too."
                f"{reservations(effective)}",
                confidence=confidence_in(effective),
                label="its session cookie lacks `Secure`",
                scope=app.scope,
                related=used,
                help=f'`app.config["{_KEY}"] = True`',
            )
        if isinstance(setting, FromEnv):
            return self.finding(
                place(write.expr, write.location),
                f"`{_KEY}` is off{where(profile)} unless `{setting.name}` switches it on. A secure default is missing.",
                confidence=Confidence.MEDIUM,
                label="off by default",
                scope=write.scope,
                related=(*used, *overridden(effective)),
                help="let it be on by default, and off only where somebody asks for it",
            )
        return self.finding(
            place(write.expr, write.location),
            f"`{_KEY}` is off{where(profile)}, so that the session cookie is sent over HTTP too.{reservations(effective)}",
            confidence=confidence_in(effective),
            label="switched off",
            scope=write.scope,
            related=(*used, *overridden(effective)),
            help="set it to `True`",
        )


def _is_off(setting: object) -> bool:
    match setting:
        case Unset():
            return True
        case Known(value):
            return not value
        case FromEnv(_, Known(value)):
            return not value or (isinstance(value, str) and value.lower() in ("false", "0", "no", "off"))
    return False
