"""Cookies that tell who somebody is: whether there are any, and who else than the configuration decides on their flags."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.objects import Cls, Instance, Value
from flasklint.project.operations import python
from flasklint.project.profiles import Profile
from flasklint.project.project import Project

_FLASKS = "flask.sessions.SecureCookieSessionInterface"


def sends_session(app: App) -> bool:
    """Does the app send a session cookie to people who look at its pages?"""
    return bool(app.routes) and app.uses_session is not None


def only_flashes(app: App) -> bool:
    """Is there nothing in the session but messages for the next page?"""
    use = app.uses_session
    return use is not None and use[0] == "flash" and not app.extensions_of_kind("csrf")


def talisman_sets(app: App, profile: Profile, argument: str, usual: object) -> object:
    """What Talisman does to the session cookie, for one of its arguments; ``None`` when it is not in force."""
    for use in app.extensions_of_kind("headers"):
        if use.name == "flask_talisman.Talisman" and use.in_force(profile):
            found = use.argument(None, argument)
            if found is None:
                return usual
            known, plain = python(profile.settle(found[0]))
            return plain if known else usual
    return None


def own_cookies(app: App) -> bool:
    """Has the app a session or a response of its own making, which may set flags as it likes?"""
    for event in app.events:
        if event.kind != "attribute":
            continue
        if event.detail == "session_interface" and not _is_like_flasks(app, event.value):
            return True
        if (
            event.detail == "response_class"
            and isinstance(event.value, Cls)
            and app.has_method(event.value, "set_cookie")
        ):
            return True
    return False


def remembering(project: Project) -> Iterator[CallSite]:
    """Where Flask-Login, by itself or under Flask-Security, is told to remember people in a cookie of its own."""
    for site in project.calls("flask_login.login_user", "flask_security.login_user", "flask_security.utils.login_user"):
        given = site.argument(1, "remember")
        if given is None or site.scope.module.is_test:
            continue
        if not isinstance(given, ir.Const) or given.value:
            yield site


def tokens_in_cookies(profile: Profile) -> bool:
    """Does Flask-JWT-Extended keep its tokens in cookies?"""
    known, plain = python(profile.effective("JWT_TOKEN_LOCATION").candidate.value)
    return known and ("cookies" in plain if isinstance(plain, (list, tuple)) else plain == "cookies")


def _is_like_flasks(app: App, value: Value | None) -> bool:
    """Is it Flask's own session interface with something else changed: does the configuration still decide on the flags?"""
    if not isinstance(value, Instance) or value.cls is None or _FLASKS not in value.names:
        return False
    return not any(
        app.replaces_method(value.cls, name) for name in ("save_session", "get_cookie_secure", "get_cookie_samesite")
    )
