"""The Python front end: source text to facts. The only package that knows libcst."""
