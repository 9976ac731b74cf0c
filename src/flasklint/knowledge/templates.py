"""What the names of Jinja's templates mean: its filters, what Flask and its extensions put into every template, who renders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

COLUMN_FORMATTERS = frozenset(
    {"column_formatters", "column_formatters_detail", "column_formatters_export", "column_type_formatters"}
)
"""Attributes of admin views (Flask-Admin's ``ModelView``) that hold functions which make a column's HTML of a stored row."""

Nature = Literal[
    "constant",
    "number",
    "address",
    "markup",
    "escaped",
    "json",
    "quoted",
    "stripped",
    "token",
    "config",
    "call",
    "own-filter",
    "unknown",
]
"""What a value that a template puts out is, as far as the template alone can tell.

``constant``: written in the template. ``number``: a number, a truth or a date. ``address``: of the app's own making
(``url_for``). ``markup``: HTML that a library or another part of a template made, and escaped as it should. ``escaped``:
harmless between tags. ``json``: made by ``tojson``. ``quoted``: percent-encoded. ``stripped``: without tags, but with the
entities in it decoded, which may make new ones. ``token``: against forged requests. ``config``:
of the app's configuration. ``call``: what a function or method gives of which the template knows nothing. ``own-filter``: what
a filter gives that is not Jinja's. ``unknown``: any other.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VIEW_RENDERERS: tuple[str, ...] = (
    *(
        f"flask_admin.{view}().render"
        for view in (
            "BaseView",
            "AdminIndexView",
            "base.BaseView",
            "base.AdminIndexView",
            "model.BaseModelView",
            "contrib.sqla.ModelView",
            "contrib.mongoengine.ModelView",
            "contrib.peewee.ModelView",
            "contrib.pymongo.ModelView",
            "contrib.fileadmin.FileAdmin",
        )
    ),
    *(
        f"flask_appbuilder.{view}().render_template"
        for view in (
            "BaseView",
            "IndexView",
            "ModelView",
            "SimpleFormView",
            "baseviews.BaseView",
            "views.IndexView",
            "views.ModelView",
            "views.SimpleFormView",
        )
    ),
)
"""Methods of libraries' views that render a template, by its name, with what they are given by name."""

RENDERERS: tuple[str, ...] = (
    "flask.render_template",
    "flask.stream_template",
    "quart.render_template",
    "quart.stream_template",
    "flask.Flask().jinja_env.get_template",
    "flask.Flask().jinja_env.select_template",
    "jinja2.Environment().get_template",
    "jinja2.Environment().select_template",
    *VIEW_RENDERERS,
)
"""Calls whose first argument is the name of a template, or a list of names to be tried."""

LOADERS: Mapping[str, int] = {"jinja2.FileSystemLoader": 0, "jinja2.PackageLoader": 1}
"""Calls that are told folders of templates, and at which position."""

FOLDER_MAKERS: tuple[str, ...] = ("flask.Flask", "flask.Blueprint", "quart.Quart", "quart.Blueprint")
"""Calls that are told a folder of templates as ``template_folder``."""

FILTERS: Mapping[str, Nature] = {
    "e": "escaped",
    "escape": "escaped",
    "forceescape": "escaped",
    "urlize": "escaped",
    "striptags": "stripped",
    "xmlattr": "markup",
    "tojson": "json",
    "urlencode": "quoted",
    "abs": "number",
    "count": "number",
    "filesizeformat": "number",
    "float": "number",
    "int": "number",
    "length": "number",
    "round": "number",
    "wordcount": "number",
}
"""Filters that make something else of whatever they are given."""

KEEPING: frozenset[str] = _words(
    "attr batch capitalize center d default dictsort first format groupby indent items join last list lower map max min"
    " random reject rejectattr replace reverse select selectattr slice sort string sum title trim truncate unique"
    " upper wordwrap safe pprint"
)
"""Jinja's other filters: what they give is of the same nature as what they are given, arguments included."""

FUNCTIONS: Mapping[str, Nature] = {
    "url_for": "address",
    "static_url": "address",
    "url_for_security": "address",
    "csrf_token": "token",
    "super": "markup",
    "caller": "markup",
    "range": "number",
    "len": "number",
    "lipsum": "markup",
}
"""Functions that a template calls by a name of its context."""

TRANSLATIONS: frozenset[str] = _words("_ gettext ngettext pgettext npgettext lazy_gettext N_ trans")
"""Functions that give their first argument in another language, with the others put in."""

METHODS: Mapping[str, Nature] = {
    "hidden_tag": "markup",
    "csrf_token": "token",
    "isoformat": "number",
    "strftime": "number",
    "timestamp": "number",
    "count": "number",
    "fromNow": "markup",
    "url_for": "address",
}
"""Methods whose result is of a known nature whatever they are called on."""

TEXT_METHODS: frozenset[str] = _words(
    "capitalize casefold center decode encode expandtabs format get items join keys ljust lower lstrip partition pop"
    " removeprefix removesuffix replace rjust rpartition rsplit rstrip split splitlines strip swapcase title translate upper"
    " values zfill"
)
"""Methods of texts and containers: what they give is of the nature of what they are called on and given."""

SAME_TEXT_METHODS: frozenset[str] = _words(
    "capitalize casefold decode encode expandtabs ljust lower lstrip removeprefix removesuffix replace rjust rstrip strip"
    " swapcase title zfill"
)
"""Methods of texts that give the text again, changed in a way that leaves tags in it what they are."""

RAW_COLUMNS: Mapping[str, str] = {"render_table": "safe_columns"}
"""Libraries' macros that show a list of records, and the argument that names the columns which are put out without escaping
(Bootstrap-Flask's ``render_table``)."""

RAW_DESCRIPTIONS: frozenset[str] = _words("render_form render_field render_form_row")
"""Libraries' macros that show forms and put out the descriptions of their fields without escaping (Bootstrap-Flask's). WTForms
itself escapes labels, choices and the values of attributes, and leaves descriptions to templates."""

FORM_TEMPLATES: frozenset[str] = _words("bootstrap/form.html bootstrap4/form.html bootstrap5/form.html")
"""The libraries' templates from which these macros are imported."""

LOOP_NUMBERS: frozenset[str] = _words("index index0 revindex revindex0 first last length depth depth0")
"""Attributes of ``loop`` that are numbers or truths."""

_COUNTS = _words(
    "id ids pk index idx count counter counts number num no nr total page pages size length width height rows cols rowspan"
    " colspan tabindex maxlength minlength min max step year month day hour minute second timestamp port percent"
    " percentage progress score rank level depth version status code rating ratings stars votes price amount cost quantity qty"
    " limit offset days hours minutes seconds units date datetime time"
)
_IDENTIFIERS = re.compile(
    r"[a-z]{0,3}ids?|uu?id|guid|hash|digest|md5|sha\d*|checksum|fingerprint|color|colour|locale|lang"
)


def is_count(name: str) -> bool:
    """Whether a name is one that is usually given to a number or to what the program makes up: ``id``, ``pageCount``, ``md5``."""
    parts = re.findall(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*", name)
    return bool(parts) and (parts[-1].lower() in _COUNTS or _IDENTIFIERS.fullmatch(parts[-1].lower()) is not None)


def is_setting(name: str) -> bool:
    """Whether a name is one that is given to a constant: ``LANDING_PAGE_URL``."""
    return len(name) > 2 and name.isupper()


MARKUP_MAKERS: frozenset[str] = _words(
    "commonmark.commonmark markdown.Markdown().convert markdown.markdown markdown2.Markdown().convert markdown2.markdown"
    " hoedown.Markdown().render marko.convert misaka.Markdown().render misaka.html mistune.html textile.textile"
)
"""What makes HTML of a text in a language of its own, and leaves the HTML that is in the text as it is, unless told to escape."""

ESCAPING_MAKERS: frozenset[str] = _words("mistune.markdown")
"""What makes HTML likewise, and escapes the HTML that is in the text unless it is told not to."""

TOLD_TO_ESCAPE: frozenset[str] = _words("safe_mode escape")
"""Arguments by which these are told to escape, or not to."""

RENDERERS_MADE: Mapping[str, str] = {
    "markdown_it.MarkdownIt().render": "markdown_it.MarkdownIt",
    "marko.Markdown().convert": "marko.Markdown",
    "marko.Markdown()": "marko.Markdown",
    "mistune.create_markdown()": "mistune.create_markdown",
}
"""What makes HTML likewise, or escapes, as it was told when it was made, and what makes it."""

RAW_PRESETS: frozenset[str] = _words("commonmark gfm-like")
"""The settings by name with which ``MarkdownIt`` leaves tags as they are, as it does without one; with its others it escapes."""

MARKUP_FILTERS: Mapping[str, tuple[str, frozenset[str]]] = {
    "flask_markdown.Markdown": ("markdown", _words("safe_mode auto_escape")),
    "flask_misaka.Misaka": ("markdown", _words("escape no_html renderer skip_html")),
}
"""Extensions that give templates a filter which makes HTML of a text, leaves the tags that are in it, and needs no ``|safe``: the
filter's name, and the arguments by which they are told otherwise."""

FIELD_NAMES: frozenset[str] = _words("id name short_name type")
"""Attributes of a form's field that the program gives it, when it is of WTForms."""

MODEL_VIEW_PARTS: frozenset[str] = _words(
    "form_args form_columns form_create_rules form_edit_rules form_extra_fields form_overrides form_widget_args"
)
"""Attributes of admin views (Flask-Admin's ``ModelView``) that speak of the columns which administrators edit."""

ADMIN_WORDS: frozenset[str] = _words(
    "admin admins administrator administrators staff superuser superadmin sysadmin operator moderator owner manager editor"
    " role roles perm perms permission permissions privilege privileges"
)
"""Words in the names of checks that let only people with a role through."""

STAFF_WORDS: frozenset[str] = _words(
    "admin admins administrator administrators staff superuser superadmin sysadmin operator moderator"
)
"""Those among them that speak of the people who run the site, not of what anybody may be allowed to do."""


ACCOUNT_WORDS: frozenset[str] = _words(
    "active activated anonymous approved authenticated banned blocked confirmed deleted disabled email enabled expired guest"
    " locked logged member muted password registered suspended valid verified"
)
"""Words in what is asked of every account, or of those that are turned away: ``user.is_active``."""


def is_form(name: str) -> bool:
    """Whether a name is one that is usually given to a form: ``form``, ``login_form``."""
    return name == "form" or name.endswith(("_form", "Form"))


def is_html(name: str) -> bool:
    """Whether a name says that the program made what it is given to: HTML or a message (``body_html``, ``errors``)."""
    return not _HTML_WORDS.isdisjoint(part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))


def says_safe(name: str) -> bool:
    """Whether a name says of something that it is HTML which may be shown as it is: ``text_is_safe``, ``isHtml``."""
    words = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    return not _SAFE_WORDS.isdisjoint(words) or ("is" in words and not words.isdisjoint(("html", "markup")))


_SAFE_WORDS = _words("safe sanitized sanitised trusted")

_HTML_WORDS = _words(
    "html htm svg markup rendered render icon icons script scripts css js link links url urls href anchor button buttons"
    " table chart plot graph figure diagram badge widget error errors"
)

RUNNING_TAGS: frozenset[str] = _words("a area base button embed form frame iframe input link object script use")
"""Tags whose address, when it is followed or loaded, can run a script."""

ESCAPED_ENDINGS: tuple[str, ...] = (".html", ".htm", ".xml", ".xhtml", ".svg")
"""The ends of names of templates that Flask escapes."""
