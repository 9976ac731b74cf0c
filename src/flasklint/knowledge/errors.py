"""Exceptions: which names catch everything, what tells of one, and what shows it to the client."""

from __future__ import annotations

CATCH_ALL: frozenset[str] = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.StandardError"})
"""Catching one of these catches what nobody has thought of."""

DATABASE_ERRORS: frozenset[str] = frozenset(
    {
        f"{module}.{name}"
        for module in (
            "sqlalchemy.exc",
            "sqlite3",
            "psycopg2",
            "psycopg",
            "pymysql",
            "pymysql.err",
            "MySQLdb",
            "mysql.connector",
            "mysql.connector.errors",
            "peewee",
        )
        for name in (
            "DBAPIError",
            "DataError",
            "DatabaseError",
            "Error",
            "IntegrityError",
            "InternalError",
            "MySQLError",
            "OperationalError",
            "PeeweeException",
            "ProgrammingError",
            "SQLAlchemyError",
            "StatementError",
        )
    }
)
"""Errors whose text holds the statement, the table or the server's address."""

TRACEBACKS: frozenset[str] = frozenset(
    {
        "traceback.format_exc",
        "traceback.format_exception",
        "traceback.format_exception_only",
        "traceback.format_tb",
        "traceback.format_stack",
    }
)
"""Calls that give a traceback as text."""

CAUGHT: frozenset[str] = frozenset({"sys.exc_info", "sys.exception"})
"""Calls that give what was caught, whatever it is."""

ERROR_TEXTS: frozenset[str] = frozenset({"args", "message", "msg", "__traceback__", "statement", "stderr", "strerror"})
"""Attributes of an exception that hold its text."""

ORIGINAL_ERRORS: frozenset[str] = frozenset({"original_exception", "orig", "__cause__", "__context__"})
"""Attributes of an exception that are the exception behind it."""

HTTP_ERRORS: frozenset[str] = frozenset(
    {
        f"werkzeug.exceptions.{name}"
        for name in (
            "BadGateway",
            "BadRequest",
            "Conflict",
            "Forbidden",
            "HTTPException",
            "InternalServerError",
            "NotFound",
            "ServiceUnavailable",
            "Unauthorized",
            "UnprocessableEntity",
        )
    }
)
"""Exceptions whose text Flask sends to the client."""

RESPONSES: frozenset[str] = frozenset(
    {
        "flask.Response",
        "flask.json.jsonify",
        "flask.jsonify",
        "flask.make_response",
        "flask.render_template",
        "flask.render_template_string",
        "werkzeug.wrappers.Response",
    }
)
"""Calls that make what is sent to the client."""

SHOWS_OBJECTS: frozenset[str] = frozenset(
    {
        "flask.render_template",
        "flask.render_template_string",
        "flask_babel._",
        "flask_babel.gettext",
        "flask_babel.lazy_gettext",
    }
)
"""Calls that turn an object into text where it is shown."""
