from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.apps import App
from flasklint.project.project import Project
from flasklint.project.running import runs
from flasklint.rules.base import AppRule


class DevelopmentServer(AppRule):
    """The app is served by Flask's development server.

    ## What it does
    Finds `app.run()` that is reached whenever the file is imported, and, for pedants, one that listens on all interfaces, though
    only when the file is run as a script. A call under `if __name__ == "__main__"` on the loopback address is fine.

    ## Why is this bad
    The development server is made to be convenient for one person: it is not made to withstand many requests, slow clients or
    hostile ones. A call outside of the guard also starts it when a WSGI server, a test or a command imports the module.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)
    app.run(host="0.0.0.0")
    ```

    ## Good
    ```python
    from flask import Flask

    app = Flask(__name__)

    if __name__ == "__main__":
        app.run()
    ```

    ## References
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Flask: Deploying to Production](https://flask.palletsprojects.com/en/stable/deploying/)
    """

    code = "FLK109"
    name = "development-server"
    severity = Severity.MEDIUM
    cwe = (489,)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """The calls of ``run`` that serve more than the developer."""
        for run in runs(app):
            if not run.guarded:
                everywhere = run.reach == "everywhere"
                yield self.finding(
                    run.location,
                    "Flask's development server starts as soon as this module is imported"
                    + (", for everybody on the network." if everywhere else ".")
                    + " It is not made to be exposed.",
                    severity=Severity.MEDIUM if everywhere else Severity.LOW,
                    label="serves with the development server",
                    scope=run.event.scope,
                    help='put it under `if __name__ == "__main__":`, and serve the app with a WSGI server',
                )
            elif run.reach == "everywhere":
                yield self.finding(
                    run.location,
                    "Run as a script, the development server listens on all interfaces. It is not made to be exposed.",
                    severity=Severity.LOW,
                    confidence=Confidence.MEDIUM,
                    persona=Persona.PEDANTIC,
                    label="listens on all interfaces",
                    scope=run.event.scope,
                    help="serve the app with a WSGI server, and keep this call on the loopback address",
                )
