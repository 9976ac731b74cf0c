from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.effects import Effect
from flasklint.project.links import changes_by_link
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import Route
from flasklint.rules.base import AppRule, together
from flasklint.source import Location

_HABIT = 4
"""So many views that change something on GET may be so many slips; more are how the app is made."""
_TASTES = frozenset(
    {"color", "colour", "currency", "dark", "lang", "language", "layout", "locale", "style", "theme", "timezone"}
)
"""Words of what somebody sees differently, and does no harm when it is changed."""


class StateChangeOnGet(AppRule):
    """A link is enough to change something.

    ## What it does
    Finds views that answer GET alone, for people who are logged in, and delete or change what is stored: rows of the database,
    files. A default run reports those whose address or name says so (`delete`, `approve`, `toggle`), and those that change
    something when the address says so after its question mark (`?delete=true`), also where they answer forms as well; the
    others are for pedants. Where more than four do so, they are one finding. Links that carry a token of their own
    (confirmations, invitations, OAuth callbacks) are left alone; logging out, and what only changes how pages look, is minor.

    ## Why is this bad
    CSRF protection looks at POST, PUT, PATCH and DELETE only. An image on a foreign page, a link in a mail, a browser that
    loads pages ahead is enough to make the request, with the visitor's cookie.

    ## Bad
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    @app.route("/items/<int:item_id>/delete")
    @login_required
    def delete(item_id):
        db.session.delete(db.session.get(Item, item_id))
        db.session.commit()
        return redirect("/items")
    ```

    ## Good
    ```python
    from flask import Flask, redirect
    from flask_login import LoginManager, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    @app.route("/items/<int:item_id>/delete", methods=["POST"])
    @login_required
    def delete(item_id):
        db.session.delete(db.session.get(Item, item_id))
        db.session.commit()
        return redirect("/items")
    ```

    ## References
    - [CWE-352](https://cwe.mitre.org/data/definitions/352.html)
    - [CWE-650](https://cwe.mitre.org/data/definitions/650.html)
    """

    code = "FLK305"
    name = "state-change-on-get"
    severity = Severity.MEDIUM
    cwe = (352, 650)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The views that only answer GET and change something; what is the way of the whole app is one finding."""
        loud: list[Finding] = []
        for finding in self._each(app, project):
            if finding.persona is Persona.REGULAR:
                loud.append(finding)
            else:
                yield finding
        if len(loud) > _HABIT:
            yield from together(loud, "views do so")
        else:
            yield from loud

    def _each(self, app: App, project: Project) -> Iterator[Finding]:
        seen: set[Location] = set()
        for found in changes_by_link(app, project.definition):
            if found.function.location not in seen:
                seen.add(found.function.location)
                yield self._report(found.route, found.function, found.effect, found.says_so)

    def _report(self, route: Route, function: Fn, effect: Effect, says: bool) -> Finding:
        spoken = {*words(route.rule), *words(function.node.name)}
        minor = not spoken.isdisjoint({"logout", "signout", "logoff"} | _TASTES)
        return self.finding(
            function.location,
            f"A link to `{route.rule}` is enough to {effect.what}: the view answers GET, which CSRF tokens do not guard.",
            severity=Severity.LOW if minor else Severity.MEDIUM,
            confidence=Confidence.HIGH if effect.certain else Confidence.MEDIUM,
            persona=Persona.REGULAR if says and not minor else Persona.PEDANTIC,
            label="changes something on GET",
            scope=function.qualname,
            related=(Place(effect.location, "changed here"),),
            help='answer POST only, and send a form with a token: `methods=["POST"]`',
        )
