from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.project.acts import Act, Asked, Course
from flasklint.project.apps import App
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.rules.base import AppRule
from flasklint.source import Location


class LateAuthorization(AppRule):
    """A view looks at what somebody may do after it has done what they asked for.

    ## What it does
    Goes through views in the order of their text. Where one changes or deletes something that the visitor names, has it saved,
    and only then refuses those who may not do that (`abort(403)`, a redirect), the change is reported.
    What is not committed when the request ends is lost, and is not reported.

    ## Why is this bad
    The refusal comes too late: whoever sends the request sees an error, and what they asked for is done.

    ## Bad
    ```python
    from flask import Flask, abort
    from flask_login import LoginManager, current_user, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    class Item(db.Model):
        id = db.Column(db.Integer, primary_key=True)


    @app.post("/items/<int:number>/delete")
    @login_required
    def delete(number):
        db.session.delete(db.get_or_404(Item, number))
        db.session.commit()
        if not current_user.is_admin:
            abort(403)
        return "deleted"
    ```

    ## Good
    ```python
    from flask import Flask, abort
    from flask_login import LoginManager, current_user, login_required
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    db = SQLAlchemy(app)
    LoginManager(app)


    class Item(db.Model):
        id = db.Column(db.Integer, primary_key=True)


    @app.post("/items/<int:number>/delete")
    @login_required
    def delete(number):
        if not current_user.is_admin:
            abort(403)
        db.session.delete(db.get_or_404(Item, number))
        db.session.commit()
        return "deleted"
    ```

    ## References
    - [CWE-696](https://cwe.mitre.org/data/definitions/696.html)
    - [CWE-863](https://cwe.mitre.org/data/definitions/863.html)
    """

    code = "FLK815"
    name = "late-authorization"
    severity = Severity.HIGH
    cwe = (696, 863)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The first change of each view that comes before the question."""
        for route, function in app.changing():
            course = app.course(route, function)
            late = next(((act, refusal) for act in course.acts if (refusal := _too_late(act, course))), None)
            if late is not None and not app.logs_in(route):
                yield self._report(*late, function)

    def _report(self, act: Act, refusal: Location, function: Fn) -> Finding:
        done = "deletes" if act.deletes else "changes"
        return self.finding(
            act.location,
            f"This {done} what a visitor names before the view looks at whether they may.",
            confidence=Confidence.HIGH if act.model.startswith(("table ", "collection ")) else Confidence.MEDIUM,
            label=f"{done} it for everybody",
            scope=function.qualname,
            related=(Place(refusal, "what they may do is asked here, too late"),),
            help="ask first, and end the request there",
        )


def _too_late(act: Act, course: Course) -> Location | None:
    """The refusal that comes when a change is done and saved."""
    if not act.named or act.asked is Asked.RIGHTS:
        return None
    start = act.location.span.start
    saved = (
        start if act.at_once else min((one.span.start for one in course.saves if one.span.start > start), default=-1)
    )
    if saved < 0:
        return None
    return next((one for one in course.refusals if one.span.start > saved), None)
