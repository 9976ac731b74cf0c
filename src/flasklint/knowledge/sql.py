"""Databases: DB-API drivers, SQLAlchemy and its relatives, document stores."""

from __future__ import annotations

from flasklint.knowledge.rows import Sink, Summary, Tables

_RUN = "is run as SQL"

_DRIVERS = (
    "sqlite3",
    "psycopg2.extensions",
    "psycopg",
    "pymysql.connections",
    "MySQLdb.connections",
    "mysql.connector.connection",
)

_SINKS = (
    *(
        Sink(f"{owner}.{method}", "sql", ("0|sql|query|operation",), _RUN, shape=True)
        for owner in (
            "sqlite3.Connection()",
            "sqlite3.Cursor()",
            "psycopg2.extensions.cursor()",
            "psycopg.Cursor()",
            "psycopg.Connection()",
            "pymysql.cursors.Cursor()",
            "MySQLdb.cursors.Cursor()",
            "mysql.connector.cursor.MySQLCursor()",
        )
        for method in ("execute", "executemany", "executescript")
    ),
    *(
        Sink(f"?.{method}", "sql", ("0|sql|query|operation|statement",), _RUN, shape=True, like=True)
        for method in (
            "execute",
            "executemany",
            "executescript",
            "raw",
            "execute_sql",
            "run_query",
            "exec_driver_sql",
            "from_statement",
        )
    ),
    Sink("sqlalchemy.text", "sql", ("0|text",), _RUN, shape=True),
    Sink("sqlalchemy.literal_column", "sql", ("0|text",), _RUN, shape=True),
    Sink("sqlalchemy.sql.expression.literal_column", "sql", ("0|text",), _RUN, shape=True),
    *(
        Sink(f"sqlalchemy.orm.Session().{method}", "sql", ("0|statement",), _RUN, shape=True)
        for method in ("execute", "scalar", "scalars")
    ),
    *(
        Sink(f"sqlalchemy.engine.{owner}().{method}", "sql", ("0|statement|object_",), _RUN, shape=True)
        for owner in ("Connection", "Engine")
        for method in ("execute", "scalar", "exec_driver_sql")
    ),
    Sink("pandas.read_sql", "sql", ("0|sql",), _RUN, shape=True),
    Sink("pandas.read_sql_query", "sql", ("0|sql",), _RUN, shape=True),
)

_STATEMENTS = {
    "select": "where filter filter_by having join outerjoin join_from select_from order_by group_by limit offset distinct",
    "insert": "values from_select returning",
    "update": "where values returning",
    "delete": "where returning",
}
"""Statements that are built of objects, and the methods that take values: those are bound. What is text among them was told of
where its text was given."""

_SUMMARIES = (
    Summary("sqlalchemy.Table", result="sqlalchemy.Table()"),
    *(Summary(f"sqlalchemy.{name}", result=f"sqlalchemy.{name}()") for name in _STATEMENTS),
    *(Summary(f"sqlalchemy.Table().{name}", result=f"sqlalchemy.{name}()") for name in _STATEMENTS),
    # A table that is kept in an attribute, say: a text has no such method.
    *(Summary(f"?.{name}", result=f"sqlalchemy.{name}()") for name in _STATEMENTS),
    *(
        Summary(f"sqlalchemy.{name}().{method}", result=f"sqlalchemy.{name}()")
        for name, methods in _STATEMENTS.items()
        for method in methods.split()
    ),
    # The statement was told of where its text was given: what is made of it is no second finding.
    Summary("sqlalchemy.text", result="sqlalchemy.TextClause()"),
    Summary("sqlite3.connect", result="sqlite3.Connection()"),
    Summary("sqlite3.Connection().cursor", result="sqlite3.Cursor()"),
    Summary("sqlite3.Connection().execute", result="sqlite3.Cursor()"),
    Summary("sqlite3.Cursor().execute", result="sqlite3.Cursor()"),
    Summary("sqlite3.Cursor().fetchone"),
    Summary("sqlite3.Cursor().fetchall"),
    Summary("sqlite3.Cursor().fetchmany"),
    Summary("?.execute", result="?result()"),
    Summary("?.executemany"),
    Summary("?.executescript"),
    Summary("?.fetchone"),
    Summary("?.fetchall"),
    # What a lookup finds is the app's own, whatever was asked for.
    Summary("sqlalchemy.orm.Query().get"),
    Summary("sqlalchemy.orm.Session().get"),
    Summary("sqlalchemy.orm.Session().get_one"),
    Summary("sqlalchemy.orm.Query().filter", ("self",), "same"),
    Summary("?.filter_by", ("self",), "same"),
    Summary("?.order_by", ("self",), "same"),
    Summary("?.get_or_404"),
    Summary("?.first_or_404"),
    Summary("?.find_one"),
    Summary("?.find_one_or_404"),
    Summary("sqlalchemy.TextClause().bindparams", ("self",), "same", "sqlalchemy.TextClause()"),
)

SQL = Tables(sinks=_SINKS, summaries=_SUMMARIES)
"""What the names of databases mean."""
