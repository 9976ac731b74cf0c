"""What limits how often a route can be asked."""

from __future__ import annotations

from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.config import Truth
from flasklint.project.objects import Fn
from flasklint.project.operations import python
from flasklint.project.routes import Route
from flasklint.project.values import Unset

_SPOKEN = frozenset(
    {
        "attempt",
        "attempts",
        "throttle",
        "throttled",
        "ratelimit",
        "ratelimiter",
        "limiter",
        "lockout",
        "captcha",
        "recaptcha",
    }
    | {
        "hcaptcha",
        "turnstile",
        "bruteforce",
        "failcounter",
        "backoff",
        "failed",
        "failures",
        "locked",
        "tries",
        "retries",
    }
)
_DECORATORS = (".limit", ".shared_limit", ".request_filter", ".rate_limit", ".ratelimit")


def is_limited(app: App, route: Route, function: Fn) -> bool:
    """Is a route limited: by Flask-Limiter, or by something of the app's own that counts?"""
    profile = app.production[0]
    limiters = [use for use in app.extensions_of_kind("limits") if use.inits and use.in_force(profile)]
    around = route.view.decorations_of(function) if route.view is not None else ()
    for decoration in around:
        if any(name.endswith(_DECORATORS) for name in decoration.names) and (
            limiters or not app.extensions_of_kind("limits")
        ):
            return True
        if any(
            not _SPOKEN.isdisjoint(words(name)) for name in decoration.names if not name.startswith("flask_limiter.")
        ):
            return True
    for use in limiters:
        if profile.truth("RATELIMIT_ENABLED") < Truth.MAYBE:
            continue
        for argument in ("default_limits", "application_limits", "global_limits"):
            given = use.argument(None, argument)
            known, plain = python(given[0]) if given is not None else (False, None)
            if given is not None and (not known or plain):
                return True
        if use.partial or not isinstance(profile.effective("RATELIMIT_DEFAULT").setting, Unset):
            return True
    if any(event.kind == "limit" for owner in route.chain for event in owner.events):
        return True
    for hook in app.hooks:
        reaches = hook.everywhere or any(hook.owner is owner for owner in route.chain)
        if hook.kind in ("before_request", "before_app_request") and reaches and _counts(app, hook.function):
            return True
    return _counts(app, function)


def _counts(app: App, function: Fn) -> bool:
    """Does a function, itself or through helpers, count failures or ask for a CAPTCHA?"""
    deeds = app.deeds(function, deep=True)
    spoken = {word for name in (*deeds.attributes, *deeds.keywords) for word in words(name)}
    spoken |= {word for name in deeds.names for word in words(name.rpartition(".")[2])}
    spoken |= {word for text in deeds.texts if len(text) < 40 for word in words(text)}
    return not _SPOKEN.isdisjoint(spoken)
