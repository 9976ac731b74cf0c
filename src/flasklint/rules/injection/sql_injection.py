from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import Context, FlowRule, doubtful_together
from flasklint.rules.sql_places import takes_a_value
from flasklint.rules.surroundings import asks_for_a_number, by_hand, formats_a_parameter
from flasklint.taint.flows import Flow


class SqlInjection(FlowRule):
    """SQL text is built from strings.

    ## What it does
    Follows data into SQL text: `execute`, `executemany`, `executescript`, SQLAlchemy's `text()` and the fragments it takes
    (`literal_column`, `order_by(text())`), pandas' `read_sql`. Untrusted data is critical; text built from a value of unknown
    origin is medium, and is told once for a file; it is less certain where the function puts none of its own parameters into a
    text, and where what is put in stands for the name of a table or column, or for a clause: those are the program's own. In what
    people run by hand (scripts that nothing imports, commands, migrations) only untrusted data counts.

    ## Why is this bad
    A quote in the value ends the string, and the rest of the value is SQL: a visitor reads and writes the whole database.

    ## Bad
    ```python
    import sqlite3

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/item")
    def item():
        connection = sqlite3.connect("shop.db")
        return {"rows": connection.execute(f"SELECT * FROM item WHERE name = '{request.args['name']}'").fetchall()}
    ```

    ## Good
    ```python
    import sqlite3

    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/item")
    def item():
        connection = sqlite3.connect("shop.db")
        return {"rows": connection.execute("SELECT * FROM item WHERE name = ?", (request.args["name"],)).fetchall()}
    ```

    ## References
    - [CWE-89](https://cwe.mitre.org/data/definitions/89.html)
    """

    code = "FLK501"
    name = "sql-injection"
    severity = Severity.CRITICAL
    cwe = (89,)
    kinds = ("sql",)
    title = "Untrusted data becomes part of an SQL statement."
    advice = "pass the values apart: `execute(sql, parameters)`; choose names of tables and columns from a fixed set"

    def findings(self, context: Context) -> Iterator[Finding]:
        """Untrusted data each time; text of unknown origin once a file: it is one habit."""
        return doubtful_together(super().findings(context), lambda one: one.location.path)

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data, or text put together from what can't be told."""
        if flow.untrusted:
            yield self.untrusted(flow)
        elif flow.built and flow.sink.shape and not by_hand(project, flow.location, flow.scope):
            # Whoever calls the function may pass on what a visitor sent; settings, rows and ids it gets elsewhere.
            # A name of a table or a column, and a clause, is the program's own: what people write are values.
            passed = formats_a_parameter(project, flow.location) and any(map(takes_a_value, flow.texts))
            passed = passed and not asks_for_a_number(project, flow.location)
            yield self.finding(
                flow.location,
                "An SQL statement is built from a value of unknown origin. If a visitor can have a say in it, they write SQL.",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM if passed else Confidence.LOW,
                label=flow.sink.words,
                scope=flow.scope,
                help=self.advice,
            )
