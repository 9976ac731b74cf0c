"""Which requests a foreign page can make a browser send."""

from __future__ import annotations

from collections.abc import Sequence, Set

from flasklint import ir
from flasklint.knowledge.decorators import gives_what_is_sent
from flasklint.knowledge.inputs import BODY_PARAMETERS, JSON_ONLY, PAYLOADS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.links import effect_on_get
from flasklint.project.objects import Decoration, Fn
from flasklint.project.operations import python
from flasklint.project.routes import CHANGING, Route
from flasklint.project.scopes import Scope

_SHOWING = frozenset(
    {
        "flask.render_template",
        "flask.render_template_string",
        "flask.jsonify",
        "flask.make_response",
        "flask.url_for",
        "flask.redirect",
        "flask_babel.gettext",
        "flask_babel.lazy_gettext",
        "builtins.dict",
        "builtins.len",
        "builtins.list",
        "builtins.str",
    }
)
"""Calls that change nothing."""
_READING = frozenset(
    {"validate", "validate_on_submit", "is_submitted", "parse_args", "load", "process", "populate_obj"}
)
"""Methods of forms, parsers and schemas that look at what was sent."""
_LOOKED_AT = frozenset(
    {"form", "values", "files", "data", "get_data", "stream", "json", "get_json", "is_json", "method"}
)
"""What of a request tells a POST from a GET."""
_JSON = ("flask.request.json", "flask.request.get_json", "flask.Request().json", "flask.Request().get_json", *PAYLOADS)
_OF_BROWSERS = (
    "flask.session",
    "flask.g",
    "flask_login",
    "flask_security",
    "flask_jwt_extended",
    "flask_wtf",
    *(
        f"flask.{owner}.{name}"
        for owner in ("request", "Request()")
        for name in ("cookies", "form", "values", "files", "args", "data", "get_data", "stream", "json", "get_json")
    ),
)
"""What a browser sends for a page: cookies, and whoever is known by them; what somebody filled in."""
_BODIES = ("form", "values", "files", "data", "get_data", "stream")


def body_is_json_only(app: App, route: Route, methods: Set[str] = CHANGING) -> bool:
    """Does a route work on a JSON body alone, when it is asked by one of these methods?

    ``get_json()`` refuses a body that is not declared as JSON, and a foreign page cannot declare it without the app's consent
    (CORS). With ``force=True`` it takes any body.
    """
    if route.view is None:
        return False
    if route.view.brought & route.methods & methods:
        return True  # what a library's resource is sent has to be declared as JSON, whatever is done with it then
    functions = [function for method, function in route.view.methods.items() if not method or method in methods]
    around = route.view.decorations_of
    return bool(functions) and all(_reads_json_only(app, function, tuple(around(function))) for function in functions)


def _reads_json_only(app: App, function: Fn, around: Sequence[Decoration]) -> bool:
    deeds = app.deeds(function)
    own = [app.deeds(one.value) for one in around if isinstance(one.value, Fn)]
    if (
        not deeds.mentions(*_JSON)
        and not any(_is_given_json(one, function) for one in around)
        and not any(one.mentions(*_JSON) and "force" not in one.keywords for one in own)
    ):
        return False
    if any(deeds.mentions(f"flask.request.{body}", f"flask.Request().{body}") for body in _BODIES):
        return False
    return "force" not in deeds.keywords


def _is_given_json(decoration: Decoration, function: Fn) -> bool:
    """Does a decorator read a JSON body for a view?"""
    given = decoration.arguments.get(None, "location") if decoration.arguments is not None else None
    parameters = {parameter.name for parameter in function.node.parameters}
    return any(
        (name in JSON_ONLY and (given is None or python(given) == (True, "json")))
        or BODY_PARAMETERS.get(name) in parameters
        for name in decoration.names
    )


def only_shows(app: App, route: Route) -> bool:
    """Does a route that shows a page take other methods too, and do no more then?"""
    functions = route.view.functions if route.view is not None and "GET" in route.methods else ()
    return bool(functions) and all(
        (app.deeds(function).mentions("flask.render_template") and _only_shows(app, function))
        or (app.deeds(function).mentions("flask.render_template", "flask.jsonify") and _is_blind(app, function, route))
        for function in functions
    )


def _is_blind(app: App, function: Fn, route: Route) -> bool:
    """Does it never look at the body that it was sent, so that POST does no more than GET, and does that change nothing?"""
    scope = app.scope_of(function)
    given = {name for name, _ in route.parameters} | {"self", "cls"}
    around = [one.value for one in function.decorations if isinstance(one.value, Fn)]
    if scope is None:
        return False
    if any(one.name not in given for one in function.node.parameters) and (
        not around or any(gives_what_is_sent(one.names) for one in function.decorations)
    ):
        return False  # what a decorator of the project gives has no other name than what it looks at
    if any(_may_look(app, one) for one in (function, *around)) or _hands_on(app, function, scope):
        return False
    return effect_on_get(app, function, app.definition, True) is None


def _may_look(app: App, function: Fn) -> bool:
    deeds = app.deeds(function)
    bodies = (f"flask.{owner}.{name}" for owner in ("request", "Request()") for name in _LOOKED_AT)
    return deeds.mentions(*bodies, *PAYLOADS) or not _READING.isdisjoint(deeds.attributes)


def _hands_on(app: App, function: Fn, scope: Scope) -> bool:
    """Is the request as a whole given to something, which may look at its body?"""
    nodes = [*ir.walk(function.node)]
    parts = {id(node.value) for node in nodes if isinstance(node, ir.Attribute)}
    return any(
        isinstance(node, ir.Name) and id(node) not in parts and "flask.request" in app.resolver.resolve(node, scope)
        for node in nodes
    )


def _only_shows(app: App, function: Fn) -> bool:
    scope = app.scope_of(function)
    if scope is None or any(isinstance(one.value, Fn) for one in function.decorations):
        return False
    for node in (inner for statement in function.node.body for inner in (statement, *ir.walk(statement))):
        match node:
            case ir.Call(called) if _SHOWING.isdisjoint(app.resolver.resolve(called, scope)):
                return False
            case ir.Assign(targets) if not all(isinstance(target, ir.Name) for target in targets):
                return False
            case ir.Delete() | ir.Augment():
                return False
    return True


def looks_at_no_browser(app: App, route: Route) -> bool:
    """Does all that runs for a route look at nothing that a page can have a browser send: no cookie, no session, no form?

    Who may do it is not for a cookie to say then. What a decorator of unknown kind looks at is not known.
    """
    functions = route.view.functions if route.view is not None else ()
    around = [one for function in functions for one in route.view.decorations_of(function)] if route.view else []
    hooks = [
        hook.function
        for hook in app.hooks
        if hook.before and (hook.everywhere or any(hook.owner is blueprint for blueprint in route.chain))
    ]
    return (
        bool(functions)
        and all(gives_what_is_sent(one.names) for one in (*around, *app.decorations(route)))
        and not any(app.deeds(one, deep=True).mentions(*_OF_BROWSERS) for one in (*functions, *hooks))
        and not any((scope := app.scope_of(one)) is None or _hands_on(app, one, scope) for one in functions)
    )


def verifies_signature(app: App, route: Route) -> bool:
    """Is a request believed because of a signature over it, as webhooks are?"""
    if route.view is None:
        return False
    around = [one.value for one in route.view.decorations if isinstance(one.value, Fn)]
    return any(_looks_at_signature(app, function) for function in (*route.view.functions, *around))


def _looks_at_signature(app: App, function: Fn) -> bool:
    deeds = app.deeds(function)
    if deeds.mentions("hmac.compare_digest", "hmac.new", "hmac.HMAC", "secrets.compare_digest", "itsdangerous"):
        return True
    if deeds.compares and deeds.mentions("flask.request.headers", "flask.Request().headers"):
        headers = {text.lower() for text in deeds.texts if "-" in text}
        if any("token" in text or "key" in text or "secret" in text for text in headers):
            return True
    spoken = {word for text in (*deeds.texts, *deeds.attributes) for word in words(text)}
    return not spoken.isdisjoint({"signature", "hmac", "webhook"}) and deeds.mentions(
        "flask.request.headers", "flask.Request().headers", "flask.request.get_data", "flask.Request().get_data"
    )
