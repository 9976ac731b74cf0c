from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.apps import App
from flasklint.project.cookies import talisman_sets
from flasklint.project.flags import place
from flasklint.project.profiles import as_setting
from flasklint.project.project import Project
from flasklint.project.values import FromEnv, Known
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where


class SessionCookieNotHttponly(AppRule):
    """Scripts may read the session cookie.

    ## What it does
    Finds `SESSION_COOKIE_HTTPONLY = False` in the configuration that production runs with. Flask's default is safe.

    ## Why is this bad
    Without the flag, a script that gets into a page by cross-site scripting sends the session away, to be used elsewhere and
    later. With it, it can act only while the page is open.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.config.update(SESSION_COOKIE_HTTPONLY=False)
    ```

    ## Good
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.config.update(SESSION_COOKIE_HTTPONLY=True)
    ```

    ## References
    - [CWE-1004](https://cwe.mitre.org/data/definitions/1004.html)
    """

    code = "FLK202"
    name = "session-cookie-not-httponly"
    severity = Severity.MEDIUM
    cwe = (1004,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The flag in each production profile; the first bad one counts."""
        for profile in app.production:
            effective = profile.effective("SESSION_COOKIE_HTTPONLY")
            write = effective.write
            settings = [as_setting(candidate.value) for candidate in effective.possible]
            if write is None or not all(map(_is_off, settings)):
                continue
            if talisman_sets(app, profile, "session_cookie_http_only", True):
                continue
            setting = settings[-1]
            asked = f" unless `{setting.name}` switches it on" if isinstance(setting, FromEnv) else ""
            yield self.finding(
                place(write.expr, write.location),
                f"`SESSION_COOKIE_HTTPONLY` is off{where(profile)}{asked}: a script in the page can read the session and send it "
                f"away.{reservations(effective)}",
                confidence=min(confidence_in(effective), Confidence.MEDIUM) if asked else confidence_in(effective),
                label="off by default" if asked else "switched off",
                scope=write.scope,
                related=overridden(effective),
                help="leave it out, Flask's default is on",
            )
            return


def _is_off(setting: object) -> bool:
    match setting:
        case Known(value):
            return not value
        case FromEnv(_, Known(value)):
            return (not value and value is not None) or (
                isinstance(value, str) and value.lower() in ("false", "0", "no", "off")
            )
    return False
