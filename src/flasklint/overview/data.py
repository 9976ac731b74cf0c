"""The overviews as JSON, documented in ``docs/overviews.md``. A public format: built field by field, and versioned apart.

A field that goes or changes its meaning raises the format's version; a field that is added does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from flasklint import __version__
from flasklint.overview.routes import AppRoutes, RouteRow
from flasklint.overview.settings import AppSettings, Origin, ProfileSettings, SettingRow
from flasklint.reporters.document import Json, document
from flasklint.reporters.options import Texts
from flasklint.reporters.selection import region
from flasklint.source import Location

ROUTES_VERSION = 1
CONFIG_VERSION = 1

_TOOL: Json = {"name": "flasklint", "version": __version__}


def routes(apps: Sequence[AppRoutes], errors: Sequence[tuple[str, str]], texts: Texts) -> str:
    """The routes of all apps."""
    return document(
        {
            "version": ROUTES_VERSION,
            "tool": _TOOL,
            "apps": [
                {
                    "name": app.name,
                    "kind": app.kind,
                    **_place(app.location, texts),
                    "complete": app.complete,
                    "routes": [_route(row, texts) for row in app.rows],
                }
                for app in apps
            ],
            "errors": _errors(errors),
        }
    )


def _route(row: RouteRow, texts: Texts) -> Json:
    guard = row.guard
    return {
        "rule": row.rule,
        "host": row.host or None,
        "methods": list(row.methods),
        "endpoint": row.endpoint,
        "blueprint": row.blueprint or None,
        "registered": _place(row.registered, texts),
        "view": {"name": row.view[0], **_place(row.view[1], texts)} if row.view is not None else None,
        "guard": {
            "name": guard.name,
            "proof": guard.proof,
            "by": "before_request" if guard.hook else "view" if guard.own else "decorator",
            "methods": list(row.guarded) or None,
            **_place(guard.location, texts),
        }
        if guard is not None
        else None,
        "csrf": {"status": row.csrf.status, "reason": row.csrf.reason},
        "limit": row.limit or None,
        "inputs": [{"kind": one.kind, "name": one.name or None} for one in row.inputs],
        "sinks": [
            {
                "kind": one.kind,
                "words": one.words,
                "confidence": one.confidence.name.lower(),
                **_place(one.location, texts),
            }
            for one in row.sinks
        ]
        if row.sinks is not None
        else None,
        "certain": row.sure,
    }


def settings(apps: Sequence[AppSettings], errors: Sequence[tuple[str, str]], texts: Texts) -> str:
    """The settings of all apps, by profile."""
    return document(
        {
            "version": CONFIG_VERSION,
            "tool": _TOOL,
            "apps": [
                {
                    "name": app.name,
                    "kind": app.kind,
                    **_place(app.location, texts),
                    "complete": app.complete,
                    "profiles": [_profile(profile, texts) for profile in app.profiles],
                }
                for app in apps
            ],
            "errors": _errors(errors),
        }
    )


def _profile(profile: ProfileSettings, texts: Texts) -> Json:
    return {
        "label": profile.label or None,
        "kind": profile.kind,
        "default": profile.default,
        "loaded": _place(profile.loaded, texts) if profile.loaded is not None else None,
        "outside": [{"what": what, **_place(location, texts)} for what, location in profile.outside],
        "settings": [_setting(row, texts) for row in profile.rows],
    }


def _setting(row: SettingRow, texts: Texts) -> Json:
    return {
        "key": row.key,
        "library": row.library or None,
        "value": row.value,
        "source": row.source,
        "secret": row.secret,
        "origin": _origin(row.origin, texts) if row.origin is not None else None,
        "overridden": [_origin(one, texts) for one in row.overridden],
        "others": [_origin(one, texts) for one in row.others],
        "outside": [{"what": what, **_place(location, texts)} for what, location in row.outside],
        "verdict": row.verdict.status,
        "reason": row.verdict.reason,
    }


def _origin(origin: Origin, texts: Texts) -> Json:
    return {"value": origin.value, "via": origin.via or None, "when": origin.when, **_place(origin.location, texts)}


def _errors(errors: Sequence[tuple[str, str]]) -> Json:
    return [{"path": path, "message": message} for path, message in errors]


def _place(location: Location, texts: Texts) -> dict[str, Json]:
    place = region(texts(location.path), location.span)
    return {
        "path": location.path,
        "range": {
            "start": {"line": place.start.line, "column": place.start.column},
            "end": {"line": place.end.line, "column": place.end.column},
        },
    }
