"""flasklint: a static security linter that knows what a Flask app is."""

__version__ = "0.1.0"
