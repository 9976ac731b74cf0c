"""What holds all of an app's secrets at once, and what shows a whole object to the client."""

from __future__ import annotations

SETTINGS: frozenset[str] = frozenset({"flask.Flask().config", "flask.current_app.config", "os.environ"})
"""The configuration and the environment, as a whole."""

SHOWING: frozenset[str] = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.repr",
        "builtins.sorted",
        "builtins.str",
        "flask.Response",
        "flask.json.dumps",
        "flask.json.jsonify",
        "flask.jsonify",
        "flask.make_response",
        "json.dumps",
        "pprint.pformat",
        "werkzeug.wrappers.Response",
    }
)
"""Calls whose result shows all that they are given."""

DEVELOPING: frozenset[str] = frozenset({"debug", "testing", "develop", "development", "dev"})
"""Words of a condition that only developers meet."""
