from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.project.apps import App
from flasklint.project.profiles import Effective, Profile, Truth, kind_of_name
from flasklint.project.project import Project
from flasklint.rules.base import AppRule

_GUARDING = (
    "DEBUG",
    "ENV",
    "EXPLAIN_TEMPLATE_LOADING",
    "JWT_COOKIE_CSRF_PROTECT",
    "JWT_COOKIE_SECURE",
    "JWT_SECRET_KEY",
    "LOGIN_DISABLED",
    "PREFERRED_URL_SCHEME",
    "PROPAGATE_EXCEPTIONS",
    "REMEMBER_COOKIE_HTTPONLY",
    "REMEMBER_COOKIE_SECURE",
    "SECRET_KEY",
    "SECURITY_PASSWORD_SALT",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
    "SQLALCHEMY_ECHO",
    "TALISMAN_ENABLED",
    "TESTING",
    "WTF_CSRF_CHECK_DEFAULT",
    "WTF_CSRF_ENABLED",
)
"""Keys of which the wrong value opens something."""


class EnvironmentNotSeparated(AppRule):
    """What is meant for development gets into production.

    ## What it does
    Finds a production profile that inherits from one for development or tests; a choice of profiles that takes the one for
    development when nothing chooses; and an app that has one profile only, and that one for development. A profile for
    development that is as safe as production's is for pedants.

    ## Why is this bad
    The day the variable that chooses is missing, or somebody adds a setting to the development profile, production runs with
    debug mode, weak keys and cookies without flags, and nobody is told. The default has to be the safe one.

    ## Bad
    ```python
    import os

    from flask import Flask


    class ProductionConfig:
        SESSION_COOKIE_SECURE = True


    class DevelopmentConfig:
        DEBUG = True


    profiles = {"production": ProductionConfig, "development": DevelopmentConfig}
    app = Flask(__name__)
    app.config.from_object(profiles.get(os.environ.get("APP_ENV"), DevelopmentConfig))
    ```

    ## Good
    ```python
    import os

    from flask import Flask


    class ProductionConfig:
        SESSION_COOKIE_SECURE = True


    class DevelopmentConfig:
        DEBUG = True


    profiles = {"production": ProductionConfig, "development": DevelopmentConfig}
    app = Flask(__name__)
    app.config.from_object(profiles.get(os.environ.get("APP_ENV"), ProductionConfig))
    ```

    ## References
    - [CWE-1188](https://cwe.mitre.org/data/definitions/1188.html)
    """

    code = "FLK108"
    name = "environment-not-separated"
    severity = Severity.MEDIUM
    cwe = (1188,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """At most one finding for each way of mixing them up."""
        yield from self._inherits(app)
        yield from self._chosen_by_default(app)
        yield from self._alone(app)

    def _inherits(self, app: App) -> Iterator[Finding]:
        for profile in app.production:
            own, *bases = app.bases(profile) or (None,)
            if own is None or kind_of_name(own.node.name) in ("development", "test"):
                continue
            for base in bases:
                assert base is not None
                if kind_of_name(base.node.name) in ("development", "test"):
                    yield self.finding(
                        own.location,
                        f"The production profile `{own.node.name}` inherits from `{base.node.name}`. Whatever is set there for "
                        "development, now or later, is in force in production.",
                        label="inherits from a profile for development",
                        scope=own.qualname,
                        related=(Place(base.location, "the profile for development"),),
                        help="let both inherit from a base that holds only what is common",
                    )
                    break

    def _chosen_by_default(self, app: App) -> Iterator[Finding]:
        profiles = app.profiles
        usual = next((profile for profile in profiles if profile.chosen and profile.default), None)
        if usual is None or usual.kind != "development" or usual.loaded is None:
            return
        meant = next((profile for profile in profiles if profile.chosen and profile.kind == "production"), None)
        if meant is None:
            return
        other = [key for key in _GUARDING if _differs(usual.effective(key), meant.effective(key))]
        said = f", and `{other[0]}` is not what it is in production" if other else ""
        yield self.finding(
            usual.loaded,
            f"When nothing chooses a profile, the app runs with the one for development{_named(usual)}{said}.",
            confidence=Confidence.MEDIUM,
            persona=Persona.REGULAR if other else Persona.PEDANTIC,
            label="development by default",
            help="take the production profile by default, or fail when nothing chooses",
        )

    def _alone(self, app: App) -> Iterator[Finding]:
        if len(app.profiles) != 1:
            return
        (profile,) = app.profiles
        classes = app.bases(profile)
        if profile.chosen or profile.loaded is None or not classes:
            return
        if profile.truth("DEBUG") > Truth.MAYBE:
            return  # of that is told already, where it is switched on
        if kind_of_name(classes[0].node.name) == "development":
            yield self.finding(
                profile.loaded,
                f"The app always runs with the profile for development{_named(profile)}. There is none for production.",
                confidence=Confidence.MEDIUM,
                label="development, always",
                related=(Place(classes[0].location, "the profile"),),
                help="let the environment choose, and take the production profile by default",
            )


def _differs(one: Effective, other: Effective) -> bool:
    """Whether another value may be in force: written in another place, and not the same there."""
    if one.outside and not other.outside:
        return True
    here, there = one.write, other.write
    same = here is not None and there is not None and here.location == there.location
    return not same and one.setting != other.setting


def _named(profile: Profile) -> str:
    name = profile.label.rpartition(".")[2]
    return f", `{name}`" if name else ""
