from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import is_for_developers, place, starts_development_server, switches_debug_on


class DebugInEnvironment(ProjectRule):
    """Debug mode is switched on where the app is deployed.

    ## What it does
    Looks for `FLASK_DEBUG=1`, `FLASK_ENV=development` and `flask --debug` in Dockerfiles, compose files, Procfiles and `.env`
    files. Files that are for development or tests by their names, by a file for production beside them, or because they mount
    the code, are for pedants; so are `.env` and `.flaskenv`, unless a deployment file starts the `flask` command that reads
    them.

    ## Why is this bad
    Werkzeug's debugger runs any Python code that a visitor types into the error page; without it, debug mode still shows
    sources and settings.

    ## Bad
    ```yaml title="docker-compose.yml"
    services:
      web:
        build: .
        environment:
          FLASK_DEBUG: "1"
    ```

    ## Good
    ```yaml title="docker-compose.yml"
    services:
      web:
        build: .
        environment:
          FLASK_DEBUG: "0"
    ```

    ## References
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Flask: debug mode](https://flask.palletsprojects.com/en/stable/config/#DEBUG)
    """

    code = "FLK901"
    name = "debug-in-environment"
    severity = Severity.MEDIUM
    cwe = (489,)

    def check(self, project: Project) -> Iterator[Finding]:
        """One finding for each file."""
        started = any(
            starts_development_server(entry, project)
            for file in project.deployments
            if not is_for_developers(file, project)
            for entry in file.entries
        )
        for file in project.deployments:
            quiet = is_for_developers(file, project) or (file.kind == "environment" and not started)
            found = [
                self.finding(
                    place(file, entry),
                    "Debug mode is switched on where the app is deployed. Its error pages show sources and settings, and "
                    "with the development server they run code.",
                    severity=Severity.LOW if quiet else None,
                    confidence=Confidence.MEDIUM,
                    persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
                    label="switches debug mode on",
                    scope=entry.service,
                    help="leave it out here, and switch it on on your own machine only: `flask run --debug`",
                )
                for entry in file.entries
                if switches_debug_on(entry)
            ]
            if found:
                yield from together(found)
