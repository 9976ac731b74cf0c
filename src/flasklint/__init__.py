"""flasklint: a static security linter that knows what a Flask app is."""

__version__ = "0.1.0"

HOME = "https://github.com/flasklint/flasklint"
"""Where the project lives; a rule's page is ``HOME/blob/main/docs/rules/CODE.md``."""
