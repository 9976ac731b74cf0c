"""What limits how often a route can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from flasklint import ir
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.blocks import leaves
from flasklint.project.extensions import ExtensionUse
from flasklint.project.objects import Arguments, Fn
from flasklint.project.operations import python
from flasklint.project.profiles import Profile, Truth
from flasklint.project.routes import Route
from flasklint.project.values import Known, Unset

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
    }
)
_LOSSES = frozenset({"failed", "failures", "locked", "tries", "retries"})
_COUNTED = frozenset(
    {
        "account",
        "attempt",
        "auth",
        "count",
        "counter",
        "is",
        "login",
        "logins",
        "max",
        "out",
        "password",
        "until",
        "user",
    }
)
"""What makes of a word for a failure one for a count of them: ``failed_logins``, not ``failed`` alone."""
_PACE = frozenset({"rate", "limit"})
"""``exceeded_rate_limit``"""
_BARS = frozenset({"banned", "blacklist", "blacklisted", "blocked", "blocklist", "blocklisted", "denylist"})
"""Words for whom nothing is answered any more; with an address, it is those who asked too often."""
_ADDRESSES = ("flask.request.remote_addr", "flask.request.access_route", "flask_limiter.util.get_remote_address")
_DECORATORS = (".limit", ".shared_limit", ".request_filter", ".rate_limit", ".ratelimit")


def is_limited(app: App, route: Route, function: Fn) -> bool:
    """Is a route limited: by Flask-Limiter, or by something of the app's own that counts?"""
    if limit_of(app, route, function) or _counts(app, function):
        return True
    for hook in app.hooks:
        reaches = hook.everywhere or any(hook.owner is owner for owner in route.chain)
        if hook.before and reaches and _counts(app, hook.function):
            return True
    return False


def limit_of(app: App, route: Route, function: Fn) -> str:
    """What limits one function of a route by its wiring, in words; empty when nothing does."""
    profile = app.production[0]
    limiters = [
        use
        for use in app.extensions_of_kind("limits")
        if use.inits and use.in_force(profile) and not _is_switched_off(use, profile)
    ]
    around = route.view.decorations_of(function) if route.view is not None else ()
    for decoration in around:
        if any(name.endswith(_DECORATORS) for name in decoration.names) and (
            limiters or not app.extensions_of_kind("limits")
        ):
            return _told(decoration.short, decoration.arguments)
        if any(
            not _SPOKEN.isdisjoint(words(name)) for name in decoration.names if not name.startswith("flask_limiter.")
        ):
            return _told(decoration.short, decoration.arguments)
    for owner in route.chain:
        for event in owner.events:
            if event.kind == "limit":
                return _told("limit of the blueprint", event.arguments)
    if profile.truth("RATELIMIT_ENABLED") < Truth.MAYBE or _is_exempt(app, route, function, limiters):
        return ""
    return next((said for use in limiters if (said := _usual(use, profile))), "")


def _is_switched_off(use: ExtensionUse, profile: Profile) -> bool:
    """``Limiter(enabled=False)``, ``limiter.enabled = False``, also where that is so as long as nobody sets something"""
    given = use.argument(None, "enabled")
    off = given is not None and python(given[0]) == (True, False)
    for event in use.instance.events:
        if event.kind == "attribute" and event.detail == "enabled" and event.value is not None:
            known, plain = python(event.value)
            if known and profile.holds(event.conditions) > Truth.MAYBE:
                off = not plain
    return off


def _usual(use: ExtensionUse, profile: Profile) -> str:
    """What a limiter does for every route that says nothing of its own, in words."""
    for argument in ("default_limits", "application_limits", "global_limits"):
        given = use.argument(None, argument)
        known, plain = python(given[0]) if given is not None else (False, None)
        if given is not None and (not known or plain):
            return f"{argument} of the limiter{_texts(plain)}"
    if use.partial:
        return "arguments of the limiter that are computed"
    setting = profile.effective("RATELIMIT_DEFAULT").setting
    if not isinstance(setting, Unset):
        return f"RATELIMIT_DEFAULT{_texts(setting.value) if isinstance(setting, Known) else ''}"
    return ""


def _texts(limits: object) -> str:
    """Limits, after what sets them: nothing where one of them is no constant text."""
    items = limits if isinstance(limits, (list, tuple)) else [limits]
    texts = [item for item in items if isinstance(item, str)]
    return f": {', '.join(texts)}" if texts and len(texts) == len(items) else ""


def _is_exempt(app: App, route: Route, function: Fn, limiters: Sequence[ExtensionUse]) -> bool:
    """Is a route taken out of the limits that hold for all: by a decorator, by a call, by a decorator that does so in turn?"""
    for use in limiters:
        if any(event.kind == "exempt" and app.is_about(event.target, route) for event in use.instance.events):
            return True
    around = route.view.decorations_of(function) if route.view is not None else ()
    for decoration in around:
        if any(map(_exempts, decoration.names)):
            return True
        if isinstance(decoration.value, Fn) and any(_exempts(name) for name in app.deeds(decoration.value).names):
            return True
    return False


def _exempts(name: str) -> bool:
    """``limiter.exempt``"""
    owner, _, last = name.removesuffix("()").rpartition(".")
    return last == "exempt" and not {"limiter", "limit"}.isdisjoint(words(owner))


def _told(name: str, arguments: Arguments | None) -> str:
    """A decorator with the limit that it sets, where that is a constant."""
    known, plain = python(arguments.positional[0][0]) if arguments and arguments.positional else (False, None)
    return f"{name} {plain}" if known and isinstance(plain, str) else name


def _counts(app: App, function: Fn) -> bool:
    """Does a function, itself or through helpers, count failures or ask for a CAPTCHA?"""
    deeds = app.deeds(function, deep=True)
    names = {*deeds.attributes, *deeds.keywords, *(name.rpartition(".")[2] for name in deeds.names)}
    names |= {text for text in deeds.texts if len(text) < 40 and " " not in text}
    if any(_counts_failures(set(words(name))) for name in names) or _bars_addresses(app, function):
        return True
    # 429: "too many requests".
    return any(
        (isinstance(node, ir.Const) and node.value == 429)
        or (isinstance(node, ir.Attribute) and node.name == "TOO_MANY_REQUESTS")
        for node in ir.walk(function.node)
    )


def _bars_addresses(app: App, function: Fn) -> bool:
    """``if blocklist.holds(request.remote_addr): return "denied", 403``"""
    scope = app.scope_of(function)
    if scope is None:
        return False
    for node in ir.statements(function.node):
        if isinstance(node, ir.If) and leaves(node.body):
            inner = (node.test, *ir.walk(node.test))
            said = {
                word for one in inner if isinstance(one, ir.Attribute | ir.Name) for word in words(ir.last_name(one))
            }
            if not said.isdisjoint(_BARS) and any(
                name.startswith(_ADDRESSES)
                for one in inner
                if isinstance(one, ir.Attribute | ir.Name)
                for name in app.resolver.resolve(one, scope)
            ):
                return True
    return False


def _counts_failures(said: set[str]) -> bool:
    # ``default_locked_account`` is how accounts are made, not what becomes of them.
    lost = "default" not in said and not said.isdisjoint(_LOSSES)
    return not said.isdisjoint(_SPOKEN) or said >= _PACE or (lost and not said.isdisjoint(_COUNTED))
