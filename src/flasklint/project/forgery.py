"""Which requests a foreign page can make a browser send."""

from __future__ import annotations

from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.routes import Route

_BODIES = ("form", "values", "files", "data", "get_data", "stream")


def body_is_json_only(app: App, route: Route) -> bool:
    """Does a route work on a JSON body alone?

    ``get_json()`` refuses a body that is not declared as JSON, and a foreign page cannot declare it without the app's consent
    (CORS). With ``force=True`` it takes any body.
    """
    if route.view is None:
        return False
    functions = [
        function
        for method, function in route.view.methods.items()
        if not method or method in ("POST", "PUT", "PATCH", "DELETE")
    ]
    return bool(functions) and all(_reads_json_only(app, function) for function in functions)


def _reads_json_only(app: App, function: Fn) -> bool:
    deeds = app.deeds(function)
    if not deeds.mentions(
        "flask.request.json", "flask.request.get_json", "flask.Request().json", "flask.Request().get_json"
    ):
        return False
    if any(deeds.mentions(f"flask.request.{body}", f"flask.Request().{body}") for body in _BODIES):
        return False
    return "force" not in deeds.keywords


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
