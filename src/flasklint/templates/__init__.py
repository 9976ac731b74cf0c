"""The Jinja front end: template text to facts. The only package that knows jinja2."""

from __future__ import annotations

from flasklint.templates.extract import extract, extract_text

__all__ = ["extract", "extract_text"]
