"""The kinds of harm that untrusted text can do, and what it takes to do them."""

from __future__ import annotations

from flasklint.knowledge.rows import Kind

_NOT_WORD = "^a-zA-Z0-9_"
_OPEN_FILES = ("io.BytesIO()", "io.StringIO()", "werkzeug.datastructures.FileStorage()")
"""What is read from as it is: it names no other file or address."""

KINDS: tuple[Kind, ...] = (
    Kind(
        "sql",
        needs="^a-zA-Z0-9_.",
        quoted=True,
        language=(
            "select",
            "insert",
            "update",
            "delete",
            "replace",
            "where",
            "create",
            "alter",
            "drop",
            "order by",
            "values",
            "union",
            "pragma",
            "from",
        ),
        types=(
            "psycopg2.sql.Composed()",
            "psycopg2.sql.SQL()",
            "psycopg.sql.Composed()",
            "psycopg.sql.SQL()",
        ),
    ),
    Kind("command", needs=r"^a-zA-Z0-9_./:@,+=\-"),
    Kind("code", needs="^a-zA-Z0-9_", quoted=True),
    Kind("module", needs="^a-zA-Z0-9_", prefix="package", also=("code",)),
    Kind("dispatch", prefix="any"),
    Kind("deserialization"),
    Kind("xml", needs="<&"),
    Kind("xpath", needs="^a-zA-Z0-9_", quoted=True),
    Kind("ldap", needs=r"()*\\\x00|&!=<>~"),
    Kind("nosql", structured=True),
    Kind("nosql-script"),
    Kind("header", needs=r"\r\n"),
    Kind("header-name"),
    Kind("regex", needs=r"^a-zA-Z0-9_ \-"),
    Kind("mass-assignment"),
    Kind("path", needs=r"/\\.", prefix="directory", types=_OPEN_FILES),
    Kind("upload-save", needs=r"/\\.", prefix="directory", types=("io.BytesIO()", "io.StringIO()")),
    Kind("upload-type"),
    Kind("archive"),
    Kind("ssrf", needs=r"/\\:@.?#", prefix="origin", types=_OPEN_FILES),
    Kind("redirect", needs=r"/\\:", prefix="origin"),
    Kind("kept-redirect", needs=r"/\\:", prefix="origin", also=("redirect",)),
    Kind("html", needs="<\"'", prefix="element"),
    Kind("markup", needs="<\"'", prefix="element"),
    Kind("template-source", needs="{"),
    Kind("template-name", needs=r"/\\.", prefix="any", types=("jinja2.Template()",)),
    Kind("log", needs=r"\n"),
    Kind("session-write"),
    Kind("error-detail"),
)
"""Every kind that a sink may name."""
