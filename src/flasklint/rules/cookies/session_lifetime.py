from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from flasklint import ir
from flasklint.findings import Finding, Persona, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.flags import place
from flasklint.project.profiles import Profile
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import Context, Option, Rule
from flasklint.rules.evidence import confidence_in, reservations, where
from flasklint.source import Location

_DAY = 24 * 3600
_JWT = ("JWT_ACCESS_TOKEN_EXPIRES", "JWT_REFRESH_TOKEN_EXPIRES")
_MAKERS = ("flask_jwt_extended.create_access_token", "flask_jwt_extended.create_refresh_token")


class SessionLifetime(Rule):
    """People stay logged in for too long.

    ## What it does
    Finds `PERMANENT_SESSION_LIFETIME` and `REMEMBER_COOKIE_DURATION` above a limit in the configuration that production runs
    with, and JWT tokens that never expire (`JWT_ACCESS_TOKEN_EXPIRES = False`, `expires_delta=False`; where the
    token's number, `jti`, is noted beside it and so can be taken back, only for pedants).

    ## Why is this bad
    A session or token that was stolen, or left open on a shared machine, is good for as long as it lives. A token that never
    expires cannot be got rid of at all, except by a new key for everybody.

    ## Bad
    ```python
    from datetime import timedelta

    from flask import Flask

    app = Flask(__name__)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=365)
    ```

    ## Good
    ```python
    from datetime import timedelta

    from flask import Flask

    app = Flask(__name__)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=12)
    ```

    ## Options
    - `days`: the longest that a session may live, in days.
    - `remember-days`: the longest that a remember-me cookie may live, in days.

    ## References
    - [CWE-613](https://cwe.mitre.org/data/definitions/613.html)
    """

    code = "FLK206"
    name = "session-lifetime"
    severity = Severity.LOW
    cwe = (613,)
    options = MappingProxyType(
        {
            "days": Option(31, "The longest that a session may live, in days."),
            "remember-days": Option(365, "The longest that a remember-me cookie may live, in days."),
        }
    )

    def findings(self, context: Context) -> Iterator[Finding]:
        """The apps' settings, then tokens made by hand."""
        project: Project = context.project
        seen: set[Location] = set()
        for app in project.apps:
            for finding in self._settings(app):
                if finding.location not in seen:
                    seen.add(finding.location)
                    yield finding
        for site in project.calls(*_MAKERS):
            given = site.argument(None, "expires_delta")
            if isinstance(given, ir.Const) and given.value is False and not site.scope.module.is_test:
                found = self._never(Location(site.location.path, given.span), "This token", site.scope.qualname)
                yield replace(found, persona=Persona.PEDANTIC) if _is_noted(site) else found

    def _settings(self, app: App) -> Iterator[Finding]:
        for key, option in (("PERMANENT_SESSION_LIFETIME", "days"), ("REMEMBER_COOKIE_DURATION", "remember-days")):
            days = self.option(option)
            assert isinstance(days, int)
            for profile in app.production:
                finding = self._too_long(key, days, profile)
                if finding is not None:
                    yield finding
                    break
        for key in _JWT:
            for profile in app.production:
                effective = profile.effective(key)
                write = effective.write
                setting = effective.setting
                if write is not None and isinstance(setting, Known) and setting.value is False:
                    yield self._never(place(write.expr, write.location), f"By `{key}`, a token", write.scope)
                    break

    def _too_long(self, key: str, days: int, profile: Profile) -> Finding | None:
        effective = profile.effective(key)
        write = effective.write
        setting = effective.setting
        if write is None or not isinstance(setting, Known) or isinstance(setting.value, bool):
            return None
        if not isinstance(setting.value, (int, float)) or setting.value <= days * _DAY:
            return None
        lives = round(setting.value / _DAY)
        return self.finding(
            place(write.expr, write.location),
            f"`{key}` is {lives} days{where(profile)}, more than {days}. A stolen cookie is good for that long."
            f"{reservations(effective)}",
            confidence=confidence_in(effective),
            label=f"{lives} days",
            scope=write.scope,
            help=f"bring it down to {days} days or less",
        )

    def _never(self, location: Location, what: str, scope: str) -> Finding:
        return self.finding(
            location,
            f"{what} never expires. Once stolen, it is good for ever.",
            severity=Severity.MEDIUM,
            label="never expires",
            scope=scope,
            help="let it live for minutes, and renew it with a refresh token",
        )


def _is_noted(site: CallSite) -> bool:
    """Is the token's number kept where it is made, so that it can be taken back?"""
    return any(
        "jti" in words(name)
        for node in ir.walk(site.scope.node)
        for name in (ir.last_name(node), node.name if isinstance(node, ir.Argument) else "")
    )
