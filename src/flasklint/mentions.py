"""What files a Python file says that it loads, told from its bytes before anything is parsed.

A guess on the generous side: what is read too much is a small file; which of them an app is configured with is for whoever
has linked the code to say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

TEMPLATE_FOLDER = re.compile(
    rb"""(?:template_folder\s*=|FileSystemLoader\()\s*[rfbu]?["']([^"'\\{}\n]{1,200})["']""",
)
"""Names a folder of templates, in its group."""

_LOADS = re.compile(rb"config\.from_(?P<reader>pyfile|file|json|toml)\((?P<arguments>(?:[^()]|\([^()]*\)){1,400})\)")
_LITERAL = re.compile(rb"""["']([\w .{}()\[\]/\\-]{1,200})["']""")
_GAP = re.compile(r"\{[^{}]*\}")
_KEYWORDS = re.compile(rb",\s*(?:load|silent|text|mode)\s*=.*", re.DOTALL)
_NAME = re.compile(rb"[A-Za-z_]\w*")


_PARSER = b"onfigParser"
_SECTIONS = re.compile(rb"""["']([^"'\n\\]{0,200}\.(?:ini|cfg|conf))["']""")
_OTHERS = re.compile(
    r"(?:setup|tox|pytest|mypy|alembic|babel|logging|log|uwsgi|nginx|gunicorn|supervisord?|apache2?|versioneer)\b"
    r"|.*(?:[._-](?:example|sample|template|dist|tmpl|tpl|test|tests|testing)\b|^(?:example|sample|template|test)[._-])",
    re.IGNORECASE,
)
"""INI files of tools, and what stands for a file that is not there."""


class Mention(NamedTuple):
    """A settings file that is loaded: ``kind`` is what it is written in, ``path`` as written, with ``*`` for what is computed."""

    kind: Literal["python", "settings"]
    path: str


def settings_files(data: bytes) -> Iterator[Mention]:
    """The settings files that a Python file gives to ``config.from_file`` and its like."""
    for found in _LOADS.finditer(data):
        kind: Literal["python", "settings"] = "python" if found["reader"] == b"pyfile" else "settings"
        written = _KEYWORDS.sub(b"", found["arguments"])
        for text in (written, *_values(written, data)):
            for path in _paths(text):
                yield Mention(kind, path)


def _values(written: bytes, data: bytes) -> Iterator[bytes]:
    """What is assigned, in the same file, to the names in an expression."""
    for name in set(_NAME.findall(_LITERAL.sub(b"", written))):
        for found in re.finditer(rb"(?m)^[ \t]*" + re.escape(name) + rb"[ \t]*(?::[^=\n]*)?=[ \t]*([^=\n].*)$", data):
            yield found[1]


def _paths(text: bytes) -> Iterator[str]:
    """The paths that the literals of an expression may make: each alone, and all of them joined."""
    parts = [found[1].decode("utf-8", "replace").replace("\\", "/") for found in _LITERAL.finditer(text)]
    for part in dict.fromkeys((*parts, "/".join(part.strip("/") for part in parts))):
        path = posixpath.normpath(_GAP.sub("*", part).lstrip("/"))
        while path.startswith("../"):
            path = path[3:]
        if path.strip("*./"):
            yield path


def section_files(data: bytes) -> Iterator[str]:
    """The names of INI files that a Python file gives to a ``ConfigParser``, with ``*`` for what is computed."""
    if _PARSER not in data:
        return
    for found in _SECTIONS.finditer(data):
        name = posixpath.basename(_GAP.sub("*", found[1].decode("utf-8", "replace")))
        yield f"*{name}" if name.startswith(".") else name


def holds_sections(name: str) -> bool:
    """May an INI file, by its name, be an app's own and in force?"""
    return name.endswith((".ini", ".cfg", ".conf")) and _OTHERS.match(posixpath.basename(name)) is None
