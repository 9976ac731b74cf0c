from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from flasklint.findings import Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.flags import flag_of_key, place
from flasklint.project.profiles import Profile
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, overridden, reservations, where

_FLAGS = MappingProxyType(
    {
        "TESTING": (Severity.MEDIUM, "Errors then go through unhandled, and extensions switch their protection off."),
        "LOGIN_DISABLED": (Severity.HIGH, "Flask-Login then lets everybody in, everywhere."),
        "PROPAGATE_EXCEPTIONS": (Severity.LOW, "Errors then reach the server or its debugger instead of a handler."),
        "SQLALCHEMY_ECHO": (Severity.LOW, "Every statement then goes to the log, with the values in it."),
        "EXPLAIN_TEMPLATE_LOADING": (Severity.LOW, "It is a help for debugging, and writes paths to the log."),
    }
)


class TestingEnabled(AppRule):
    """Settings for tests are on in production.

    ## What it does
    Finds `TESTING`, `LOGIN_DISABLED`, `PROPAGATE_EXCEPTIONS`, `SQLALCHEMY_ECHO` and `EXPLAIN_TEMPLATE_LOADING` switched on, and
    `ENV = "development"`, in the configuration that production runs with. Profiles for tests and development are left alone.

    ## Why is this bad
    These settings take protection away to make tests easy: extensions send no mail, check no token, let everybody in; errors
    show what is inside.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.config["TESTING"] = True
    ```

    ## Good
    ```python
    from flask import Flask


    def create_app(testing=False):
        app = Flask(__name__)
        app.config["TESTING"] = testing
        return app
    ```

    ## References
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Flask: TESTING](https://flask.palletsprojects.com/en/stable/config/#TESTING)
    """

    code = "FLK107"
    name = "testing-enabled"
    severity = Severity.MEDIUM
    cwe = (489,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding a key, at the first profile in which it is on."""
        for key in (*_FLAGS, "ENV"):
            for profile in app.production:
                finding = self._judge(key, profile)
                if finding is not None:
                    yield finding
                    break

    def _judge(self, key: str, profile: Profile) -> Finding | None:
        flag = flag_of_key(key, profile)
        effective = profile.effective(key)
        write = effective.write
        if write is None or flag.location is None:
            return None
        if key == "ENV":
            setting = effective.setting
            if not isinstance(setting, Known) or setting.value not in ("development", "dev", "testing"):
                return None
            severity, why, what = Severity.LOW, "Flask before 2.3 then runs in debug mode.", f"is `{setting.value}`"
        elif flag.state in ("on", "on-by-default"):
            severity, why = _FLAGS[key]
            what = "is on" + (f" unless `{flag.variable}` says otherwise" if flag.variable else "")
        else:
            return None
        return self.finding(
            place(write.expr, write.location),
            f"`{key}` {what} in production{where(profile)}. {why}{reservations(effective)}",
            severity=severity,
            confidence=confidence_in(effective),
            label="meant for tests and debugging",
            scope=write.scope,
            persona=Persona.PEDANTIC if key == "PROPAGATE_EXCEPTIONS" else Persona.REGULAR,
            related=overridden(effective),
            help="set it only in a profile that nothing but tests and development select",
        )
