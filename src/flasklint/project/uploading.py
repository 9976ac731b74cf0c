"""Where an app takes files of any size."""

from __future__ import annotations

from flasklint.project.apps import App
from flasklint.project.project import Project
from flasklint.source import Location

_FIELDS = (
    "flask_wtf.file.FileField",
    "flask_wtf.file.MultipleFileField",
    "wtforms.FileField",
    "wtforms.MultipleFileField",
    "wtforms.fields.FileField",
    "wtforms.fields.MultipleFileField",
)


def upload_places(app: App, project: Project) -> list[Location]:
    """The views that take files of any size; and, where there are forms with file fields, those."""
    found: list[Location] = []
    named = any("files" in module.words for module in project.modules.values())
    for route, function in app.views() if named else ():
        if not route.changes:
            continue
        deeds = app.deeds(function)
        if not deeds.mentions("flask.request.files", "flask.Request().files"):
            continue
        if deeds.attributes & {"content_length", "max_content_length"}:
            continue
        found.append(function.location)
    if not found and any(route.changes for route in app.routes):
        found = [site.location for site in project.calls(*_FIELDS) if not site.scope.module.is_test]
    return found
