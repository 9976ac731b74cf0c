from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import is_for_developers, place, runs_a_server, starts_development_server


class DevelopmentServerDeployed(ProjectRule):
    """What is deployed is started with Flask's development server.

    ## What it does
    Looks at the command of Dockerfiles, compose files and Procfiles: `flask run`, `runserver`, or `python app.py` where that file
    calls `app.run()`. Files for development are for pedants, and so is all of it where another deployment file starts a server
    that is made for it.

    ## Why is this bad
    The development server is not made to be stable, fast or safe: one slow visitor can keep it busy, and it serves what a
    proxy in front of it would refuse.

    ## Bad
    ```dockerfile title="Dockerfile"
    FROM python:3.12-slim
    CMD ["flask", "run", "--host=0.0.0.0"]
    ```

    ## Good
    ```dockerfile title="Dockerfile"
    FROM python:3.12-slim
    CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
    ```

    ## References
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Flask: deploying to production](https://flask.palletsprojects.com/en/stable/deploying/)
    """

    code = "FLK903"
    name = "development-server-deployed"
    severity = Severity.MEDIUM
    cwe = (489,)

    def check(self, project: Project) -> Iterator[Finding]:
        """The commands that start it."""
        served = runs_a_server(project)
        for file in project.deployments:
            quiet = served or is_for_developers(file, project)
            found = [
                self.finding(
                    place(file, entry),
                    "The app is deployed with Flask's development server. It is not made to be exposed.",
                    severity=Severity.LOW if quiet else None,
                    confidence=Confidence.MEDIUM,
                    persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
                    label="the development server",
                    scope=entry.service,
                    help="start a WSGI server: `gunicorn -b 0.0.0.0:8000 app:app`",
                )
                for entry in file.entries
                if starts_development_server(entry, project)
            ]
            # A script starts it in one of its branches or another.
            yield from together(found) if file.kind == "script" else found
