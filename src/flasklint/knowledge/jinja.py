"""Jinja's filters and globals, and what Flask and its extensions put into every template, as calls that data goes through."""

from __future__ import annotations

from flasklint.knowledge.rows import MARKUP, Kind, Rendering, Sanitizer, Sink, Summary, Tables
from flasklint.knowledge.templates import VIEW_RENDERERS

_HTML = ("html", "markup")

_SINKS = (
    Sink("|safe", "safe-filter", ("0",), "is put into the page as HTML", shape=True),
    Sink("<unquoted>", "unquoted-attribute", ("0",), "is put into an attribute without quotes", shape=True),
    Sink("<url>", "link", ("0",), "is where the link leads", shape=True),
    Sink("<script>", "script", ("0",), "is put into a script", shape=True),
    Sink("<event>", "script", ("0",), "is put into an event handler", shape=True),
    Sink("<style>", "style", ("0",), "is put into a style", shape=True),
    Sink("flask.flash", "kept-html", ("0|message",), "is shown as a message", shape=True),
    Sink("<kept>", "kept-html", ("0",), "is kept", shape=True),
    Sink("<kept>", "kept-script", ("0",), "is kept", shape=True),
    Sink("<kept>", "kept-link", ("0",), "is kept"),
)
"""Places in a page where escaping for HTML is not what is needed go by ``<place>``; ``<kept>`` is where a value is kept under a
name that a page prints without escaping, into an event handler, or where a link begins."""

KINDS = (
    Kind("safe-filter", needs="<\"'", also=("html",), types=(MARKUP,)),
    Kind("kept-html", needs="<\"'", also=("html", "safe-filter"), types=(MARKUP,)),
    Kind("kept-link", needs=":", prefix="scheme", also=("link",)),
    Kind("kept-script", needs=r"'\"\\`", also=("script",)),
    Kind("unquoted-attribute", needs=r" \t\r\n\f"),
    Kind("link", needs=":", prefix="scheme"),
    Kind("script", needs="^a-zA-Z0-9_."),
    Kind("style", needs=":;(<"),
)

_SANITIZERS = (
    *(Sanitizer(f"|{name}", _HTML, "0", MARKUP) for name in ("e", "escape", "forceescape", "urlize")),
    Sanitizer("|tojson", (*_HTML, "script"), "0", MARKUP),
    Sanitizer("|urlencode", (*_HTML, "script", "link", "unquoted-attribute", "style"), "0"),
    Sanitizer("|xmlattr", _HTML, "0", MARKUP),
)

_NUMBERS = ("abs", "count", "filesizeformat", "float", "int", "length", "round", "wordcount")
_SAME = ("list", "sort", "unique", "reverse", "slice", "batch", "select", "reject", "selectattr", "rejectattr", "items")
_MEMBERS = ("first", "last", "random", "max", "min", "sum")
_CHARACTERS = ("capitalize", "center", "indent", "lower", "title", "trim", "truncate", "upper", "wordwrap")

_SUMMARIES = (
    Summary("|safe", ("0",), "same", MARKUP),
    Summary("|default", ("0", "1|default_value"), "same"),
    Summary("|d", ("0", "1|default_value"), "same"),
    Summary("|string", ("0",), "same"),
    Summary("|pprint", ("0",), "new"),
    Summary("|striptags", ("0",), "new"),
    Summary("|replace", ("0", "2|new"), "new"),
    Summary("|format", ("*",), "joined"),
    Summary("|join", ("0", "1|d"), "members"),
    Summary("|attr", ("0",), "part", tag="attr"),
    Summary("|map", ("0",), "new"),
    Summary("|groupby", ("0",), "new"),
    Summary("|dictsort", ("0",), "new"),
    *(Summary(f"|{name}", result="builtins.int()") for name in _NUMBERS),
    *(Summary(f"|{name}", ("0",), "same") for name in _SAME),
    *(Summary(f"|{name}", ("0",), "members") for name in _MEMBERS),
    *(Summary(f"|{name}", ("0",), "characters") for name in _CHARACTERS),
    Summary("<test>", result="builtins.bool()"),
    Summary("<super>", how="own"),
    Summary("builtins.staticmethod", ("0",), "same"),
    Summary("jinja2.Environment().get_template", how="made", result="jinja2.Template()", store="self.name=0|name"),
    Summary("flask.Flask().jinja_env.get_template", how="made", result="jinja2.Template()", store="self.name=0|name"),
    *(
        Summary(name, how="made", result="jinja2.Template()", store="self.text=0|source")
        for name in ("jinja2.Template", "jinja2.Environment().from_string", "flask.Flask().jinja_env.from_string")
    ),
    Summary("flask_babel.gettext", ("*",), "same"),
    Summary("flask_babel._", ("*",), "same"),
    Summary("flask_babel.ngettext", ("*",), "same"),
    Summary("flask_babel.pgettext", ("1*",), "same"),
    Summary("flask_babel.lazy_gettext", ("*",), "same"),
    Summary("flask_wtf.csrf.generate_csrf", how="own"),
)

_RENDERINGS = (
    *(
        Rendering(f"{package}.{function}", "0|template_name_or_list")
        for package in ("flask", "quart")
        for function in ("render_template", "stream_template")
    ),
    *(
        Rendering(f"{package}.{function}", "", ("1|context",), text="0|source")
        for package in ("flask", "quart")
        for function in ("render_template_string", "stream_template_string")
    ),
    *(Rendering(name, "0|template") for name in VIEW_RENDERERS),
    Rendering("jinja2.Template().render", "self.name", ("0",), text="self.text"),
    Rendering("jinja2.Template().generate", "self.name", ("0",), text="self.text"),
)

_GLOBALS = (
    ("request", "flask.request"),
    ("session", "flask.session"),
    ("g", "flask.g"),
    ("config", "flask.Flask().config"),
    ("url_for", "flask.url_for"),
    ("get_flashed_messages", "flask.get_flashed_messages"),
    ("current_user", "flask_login.current_user"),
    ("csrf_token", "flask_wtf.csrf.generate_csrf"),
    ("_", "flask_babel.gettext"),
    ("gettext", "flask_babel.gettext"),
    ("ngettext", "flask_babel.ngettext"),
    ("pgettext", "flask_babel.pgettext"),
    ("loop", "<loop>"),
    ("super", "<super>"),
    ("range", "builtins.range"),
    ("dict", "builtins.dict"),
    ("namespace", "builtins.dict"),
)

JINJA = Tables(
    sinks=_SINKS, sanitizers=_SANITIZERS, summaries=_SUMMARIES, kinds=KINDS, renderings=_RENDERINGS, globals=_GLOBALS
)
"""What templates do with data."""
