"""What kind of file a template is: does it make HTML, and is it a Jinja template at all."""

from __future__ import annotations

import re
from os.path import basename

from flasklint.templates.html import words
from flasklint.templates.parse import PARTS, TAGS

_HTML = words("html htm xhtml xml svg rss atom xsl xslt kml mjml shtml")
_XML = words("xhtml xml svg rss atom xsl xslt kml")
_PLAIN = words(
    "txt text md markdown rst adoc eml sql csv tsv json json5 yml yaml toml ini cfg conf config env properties service"
    " sh bash zsh fish ps1 bat cmd py pyi js mjs cjs jsx ts tsx css scss sass less tex log po pot graphql proto tf hcl"
    " rb go rs java c h cpp php pl lua r nginx dockerfile makefile"
)
_WRAPPERS = words("j2 jinja jinja2 jnj tpl tmpl template")
"""Extensions that say how a file is made; the one before says what it makes."""

_LOOKS_LIKE_HTML = re.compile(
    r"<(?:!doctype\s|\?xml\s|/?(?:html|head|body|title|meta|link|script|style|div|p|span|a|b|i|em|strong|small|br|hr|img|ul|ol"
    r"|li|dl|dt|dd|table|thead|tbody|tr|td|th|form|input|button|select|option|label|textarea|h[1-6]|pre|code|section"
    r"|article|nav|header|footer|main|center|font|svg|path|iframe)(?=[\s/>]))",
    re.IGNORECASE,
)
_EXTENDS = re.compile(r"""\{%[-+]?\s*extends\s(?:\s*["']([^"']+)["']\s*[-+]?%\})?""")
_JINJA_TAG = re.compile(rf"\{{%[-+]?\s*(?:{'|'.join(sorted(TAGS | PARTS | {'raw', 'endraw'}))})\b")
_OTHER_ENGINE = re.compile(
    r"\{%-?\s*(?:(?:csrf_token|comment|empty|end|schema|stylesheet)\s*-?"
    r"|(?:load|ifequal|unless|capture|liquid|module)\s[^%]*|raw\s+\w[^%]*"
    r"|(?:url|static)\s+['\"][^%]*|assign\s+\w+\s*=[^%]*)%\}"
)
"""Tags of Django, Liquid and Tornado that a Jinja template has no reason to hold."""
_SHOWN = re.compile(r"\{[%{][^%{}]*(?:&(?:#\d+|quot|apos|lt|gt);|</?span)")
"""A tag with HTML in it: a page that shows Jinja to its readers."""


def is_html(path: str, text: str) -> bool:
    """Whether the template makes HTML, XML or SVG: by its extension, or by its text where that says nothing.

    A child without a tag of its own makes what its parent makes: HTML, unless the parent's name says otherwise.
    """
    kind = _extension(path)
    if kind in _HTML or kind in _PLAIN:
        return kind in _HTML
    if _LOOKS_LIKE_HTML.search(text):
        return True
    parent = _EXTENDS.search(text)
    return parent is not None and _extension(parent[1] or "") not in _PLAIN


def is_xml(path: str, text: str) -> bool:
    """Whether what the template makes follows the rules of XML."""
    return _extension(path) in _XML or text.lstrip()[:5] == "<?xml"


def is_foreign(text: str) -> bool:
    """Whether a text that Jinja cannot parse was never meant for it: no Jinja tags, another engine's, or mere talk of them."""
    return _JINJA_TAG.search(text) is None or any(sign.search(text) for sign in (_OTHER_ENGINE, _SHOWN))


def _extension(path: str) -> str:
    parts = basename(path).lower().split(".")[1:]
    while parts and parts[-1] in _WRAPPERS:
        parts.pop()
    return parts[-1] if parts else ""
