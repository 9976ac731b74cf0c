"""Databases: DB-API drivers, SQLAlchemy and its relatives, document stores."""

from __future__ import annotations

from flasklint.knowledge.rows import LOOKED_UP, Guard, Sink, Summary, Tables

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
            "cx_Oracle.Cursor()",
            "oracledb.Cursor()",
            "pyodbc.Cursor()",
            "pymssql.Cursor()",
            "snowflake.connector.cursor.SnowflakeCursor()",
            "trino.dbapi.Cursor()",
            "redshift_connector.Cursor()",
            "pg8000.dbapi.Cursor()",
            "aiomysql.Cursor()",
        )
        for method in ("execute", "executemany")
        if owner != "psycopg.Connection()" or method == "execute"
    ),
    *(
        Sink(f"{owner}.executescript", "sql", ("0|sql_script",), _RUN, shape=True)
        for owner in ("sqlite3.Connection()", "sqlite3.Cursor()")
    ),
    *(
        Sink(name, "sql", (where,), _RUN, shape=True)
        for name, where in (
            ("psycopg2.sql.SQL", "0|string"),
            ("psycopg.sql.SQL", "0|obj"),
            ("psycopg2.extensions.cursor().mogrify", "0|query"),
            ("pymysql.cursors.Cursor().mogrify", "0|query"),
            ("psycopg2.extras.execute_values", "1|sql"),
            ("psycopg2.extras.execute_batch", "1|sql"),
            ("psycopg2.extensions.cursor().copy_expert", "0|sql"),
            ("pyodbc.Connection().execute", "0|sql"),
            ("cx_Oracle.Cursor().prepare", "0|statement"),
            ("oracledb.Cursor().prepare", "0|statement"),
            ("aiosqlite.connect().execute_fetchall", "0|sql"),
            ("aiosqlite.connect().execute_insert", "0|sql"),
            ("django.db.models.expressions.RawSQL", "0|sql"),
            *((f"asyncpg.Connection().{method}", "0|query") for method in ("execute", "fetch", "fetchrow", "fetchval")),
            *((f"asyncpg.Pool().{method}", "0|query") for method in ("execute", "fetch", "fetchrow", "fetchval")),
            *((f"duckdb.{method}", "0|query") for method in ("execute", "query", "sql")),
            *((f"duckdb.DuckDBPyConnection().{method}", "0|query") for method in ("execute", "query", "sql")),
            *((f"clickhouse_driver.Client().{method}", "0|query") for method in ("execute", "execute_iter")),
            *(
                (f"clickhouse_connect.driver.Client().{method}", "0|query|cmd")
                for method in ("query", "command", "raw_query", "query_df", "query_np")
            ),
            ("google.cloud.bigquery.Client().query", "0|query"),
            ("google.cloud.bigquery.Client().query_and_wait", "0|query"),
            ("cassandra.cluster.Session().execute", "0|query"),
            ("peewee.SQL", "0|sql"),
            ("peewee.RawQuery", "0|sql"),
            ("peewee.Model.raw", "0|sql"),
            ("peewee.Database().execute_sql", "0|sql"),
            ("pony.orm.Database().select", "0|sql"),
            ("pony.orm.Database().execute", "0|sql"),
            *((f"pony.orm.Database().Entity.{method}", "0|sql") for method in ("select_by_sql", "get_by_sql")),
            ("records.Database().query", "0|query"),
            ("records.Connection().query", "0|query"),
            ("dataset.Database().query", "0|query"),
            ("apsw.Connection().execute", "0|statements"),
            ("apsw.Cursor().execute", "0|statements"),
            *(
                (f"databases.Database().{method}", "query|0")
                for method in ("execute", "fetch_all", "fetch_one", "fetch_val")
            ),
            ("botocore.client.BaseClient().start_query_execution", "QueryString"),
            ("botocore.client.BaseClient().execute_statement", "Statement|Sql|sql"),
            ("botocore.client.BaseClient().select_object_content", "Expression"),
            ("sqlalchemy.DDL", "0|statement"),
            ("sqlalchemy.ext.asyncio.AsyncSession().execute", "0|statement"),
            ("sqlalchemy.ext.asyncio.AsyncConnection().execute", "0|statement"),
            ("pandas.read_sql_table", "0|table_name"),
            ("polars.read_database", "0|query"),
            ("polars.read_database_uri", "0|query"),
        )
    ),
    *(
        Sink(name, "sql", (where,), "is run as Cypher", shape=True)
        for name, where in (
            ("neo4j.Session().run", "0|query"),
            ("neo4j.Transaction().run", "0|query"),
            ("neo4j.Driver().execute_query", "0|query_"),
            ("py2neo.Graph().run", "0|cypher"),
            ("py2neo.Graph().evaluate", "0|cypher"),
        )
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
            "mogrify",
            "prepare",
            "execute_fetchall",
        )
    ),
    Sink("sqlalchemy.text", "sql", ("0|text",), _RUN, shape=True),
    Sink("sqlalchemy.literal_column", "sql", ("0|text",), _RUN, shape=True),
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
    "select": "where filter filter_by having join outerjoin join_from outerjoin_from select_from order_by group_by limit offset "
    "distinct fetch slice options execution_options with_for_update with_only_columns add_columns column correlate "
    "correlate_except union union_all except_ except_all intersect intersect_all subquery scalar_subquery alias cte lateral "
    "exists label params set_label_style unique_params",
    "insert": "values from_select returning return_defaults inline execution_options params on_conflict_do_update "
    "on_conflict_do_nothing on_duplicate_key_update",
    "update": "where values ordered_values returning return_defaults execution_options params",
    "delete": "where returning return_defaults using execution_options params",
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
    *(
        row
        for library in ("psycopg2", "psycopg")
        for row in (
            # The text that they are made of is looked at where it is given; what is put in is quoted.
            Summary(f"{library}.sql.SQL", result=f"{library}.sql.SQL()"),
            *(
                Summary(f"{library}.sql.{name}", result=f"{library}.sql.Composed()")
                for name in ("Identifier", "Literal", "Placeholder", "Composed", "SQL().format", "SQL().join")
            ),
            *(
                Summary(f"{library}.sql.{kind}().{sign}", result=f"{library}.sql.Composed()")
                for kind in ("SQL", "Composed")
                for sign in ("__add__", "__radd__", "__mul__")
            ),
            Summary(f"{library}.sql.Composed().join", result=f"{library}.sql.Composed()"),
        )
    ),
    # What is bound is quoted; the text that it is put into is looked at where it is given.
    Summary("?.mogrify", how="own", result="builtins.bytes()"),
    Summary("psycopg2.extensions.cursor().mogrify", how="own", result="builtins.bytes()"),
    Summary("pymysql.cursors.Cursor().mogrify", how="own", result="builtins.str()"),
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

_ASKED = ("?", "sqlalchemy.orm.Query()", "sqlalchemy.select()")

_GUARDS = (
    # What is found by a text holds that text: it was kept before, and is no longer whatever a visitor likes.
    *(Guard(f"{owner}.filter_by", "*", "found", tag=LOOKED_UP) for owner in _ASKED),
    Guard("?.find_one", "0|filter", "found", tag=LOOKED_UP),
    Guard("sqlalchemy.orm.Query().get", "0|ident", "found", tag=LOOKED_UP),
    Guard("sqlalchemy.orm.Session().get", "1|ident", "found", tag=LOOKED_UP),
    *(Guard(f"{owner}.{name}", "*", "fits", tag=LOOKED_UP) for owner in _ASKED for name in ("filter", "where")),
    *(
        Guard(f"sqlalchemy.orm.Session().{name}", "0|statement", "fits", tag=LOOKED_UP)
        for name in ("execute", "scalar", "scalars")
    ),
    Guard("?.get_or_404", "0|ident", "returns", tag=LOOKED_UP),
    Guard("?.find_one_or_404", "0|filter", "returns", tag=LOOKED_UP),
    *(
        Guard(f"?.{name}", "self", "returns", tag=LOOKED_UP)
        for name in ("first_or_404", "one", "one_or_404", "scalar_one")
    ),
)

SQL = Tables(sinks=_SINKS, summaries=_SUMMARIES, guards=_GUARDS)
"""What the names of databases mean."""
