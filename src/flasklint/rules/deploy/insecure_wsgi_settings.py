from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import is_for_developers, place
from flasklint.source import Location

_TRUSTS = re.compile(r"--forwarded-allow-ips[= ]+[\"']?\*")
_RELOADS = re.compile(r"\b(?:gunicorn|uvicorn|hypercorn)\b.*\s--reload(?:\s|$)|--py-autoreload[= ]\s*[1-9]")
_GUNICORN = re.compile(r"(?:^|/)gunicorn[\w.-]*\.py$|(?:^|/)gconfig\.py$")
_TRUST = "Every sender may say that a request came by HTTPS, and from which address."
_TRUSTS_ALL = "trusts every sender"
_RELOAD = "The server loads the code anew whenever a file changes. That is for development, and slow."


class InsecureWsgiSettings(ProjectRule):
    """The server that runs the app is told to trust everybody, or to work as on a developer's machine.

    ## What it does
    Looks at commands in Dockerfiles, compose files, Procfiles and the scripts that these start, and at `gunicorn.conf.py`, for
    `forwarded_allow_ips = "*"` and `reload`. Files for development are for pedants. Trust in every sender is minor: it is
    harmless as long as only the proxy can reach the server; however many files say so, it is one finding.

    ## Why is this bad
    Whoever reaches the server past the proxy says of themselves that they came by HTTPS, and from where: limits, logs and
    checks that go by it are void.

    ## Bad
    ```python title="gunicorn.conf.py"
    bind = "0.0.0.0:8000"
    forwarded_allow_ips = "*"
    ```

    ## Good
    ```python title="gunicorn.conf.py"
    bind = "127.0.0.1:8000"
    forwarded_allow_ips = "127.0.0.1"
    ```

    ## References
    - [CWE-348](https://cwe.mitre.org/data/definitions/348.html)
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Gunicorn: forwarded_allow_ips](https://docs.gunicorn.org/en/stable/settings.html#forwarded-allow-ips)
    """

    code = "FLK909"
    name = "insecure-wsgi-settings"
    severity = Severity.LOW
    cwe = (348, 489)

    def check(self, project: Project) -> Iterator[Finding]:
        """What is trusted is one habit of whoever wrote the project's files; each reload is told."""
        trusting: list[Finding] = []
        for finding in self._all(project):
            if finding.label == _TRUSTS_ALL and finding.persona is Persona.REGULAR:
                trusting.append(finding)
            else:
                yield finding
        yield from together(trusting, "files do so")

    def _all(self, project: Project) -> Iterator[Finding]:
        """Commands first, then Gunicorn's own file."""
        for file in project.deployments:
            quiet = is_for_developers(file, project)
            for entry in file.entries:
                if entry.kind == "command":
                    yield from self._said(place(file, entry), entry, quiet)
        for path, module in project.modules.items():
            if not _GUNICORN.search(path):
                continue
            for statement in module.facts.body:
                match statement:
                    case ir.Assign(targets=(ir.Name(id="forwarded_allow_ips" | "reload" as name),), value=value) if (
                        value
                    ):
                        known = project.constant(value, module.scope)
                        plain = known.value if isinstance(known, Known) else None
                        if (name == "reload" and plain is True) or (name != "reload" and plain == "*"):
                            yield self._report(Location(path, statement.span), name == "reload", False)
                    case _:
                        pass

    def _said(self, where: Location, entry: ir.Entry, quiet: bool) -> Iterator[Finding]:
        if _TRUSTS.search(entry.value):
            yield self._report(where, False, quiet)
        elif _RELOADS.search(entry.value):
            yield self._report(where, True, quiet)

    def _report(self, where: Location, reloads: bool, quiet: bool) -> Finding:
        return self.finding(
            where,
            _RELOAD if reloads else _TRUST,
            confidence=Confidence.MEDIUM,
            persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
            label="reloads" if reloads else _TRUSTS_ALL,
            help="leave it to whoever develops" if reloads else "name the proxy's address, or its network",
        )
