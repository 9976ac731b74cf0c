"""Which requests a foreign page can make a browser send."""

from __future__ import annotations

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
