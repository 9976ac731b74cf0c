"""The Jinja front end: template text to facts. The only package that knows jinja2."""
