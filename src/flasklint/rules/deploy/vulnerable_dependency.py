from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Finding, Persona, Severity
from flasklint.knowledge.advisories import KNOWN_ON, advisories_of, safe_version
from flasklint.knowledge.config import DEVELOPMENT_WORDS, TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import place

_NOT_SERVED = (
    DEVELOPMENT_WORDS | TEST_WORDS | {"doc", "docs", "example", "examples", "lint", "sample", "samples", "tooling"}
)


class VulnerableDependency(ProjectRule):
    """A package is pinned to a version with a published weakness.

    ## What it does
    Looks at the exact pins of `requirements*.txt` files for packages that Flask apps are made of, and knows their gravest
    advisories from a table of its own that has a date: nothing is asked for over the network. What is pinned for development
    or tests only, by the file's name, is for pedants. One file is one finding, at its gravest pin. It is no replacement for
    `pip-audit`, which knows all packages and today's advisories.

    ## Why is this bad
    Attacks on published weaknesses are published as well, and are tried by programs on every server that answers.

    ## Bad
    ```text title="requirements.txt"
    Flask==1.1.1
    PyJWT==1.7.1
    ```

    ## Good
    ```text title="requirements.txt"
    Flask==3.1.2
    PyJWT==2.10.1
    ```

    ## References
    - [CWE-1395](https://cwe.mitre.org/data/definitions/1395.html)
    - [pip-audit](https://pypi.org/project/pip-audit/)
    """

    code = "FLK905"
    name = "vulnerable-dependency"
    severity = Severity.MEDIUM
    cwe = (1395,)

    def check(self, project: Project) -> Iterator[Finding]:
        """One finding for each file, and for files that pin the same."""
        told: dict[frozenset[str], list[Finding]] = {}
        for file in project.deployments:
            quiet = not _NOT_SERVED.isdisjoint(words(file.path))
            found = [one for entry in file.entries if (one := self._pin(file, entry, quiet)) is not None]
            told.setdefault(frozenset(one.message for one in found), []).extend(found)
        for group in told.values():
            yield from together(group, "pins are like this")

    def _pin(self, file: ir.Deployment, entry: ir.Entry, quiet: bool) -> Finding | None:
        known = advisories_of(entry.name, entry.value) if entry.kind == "version" else ()
        if not known:
            return None
        first = known[0]
        others = len({one.id for one in known}) - 1
        more = f" ({others} more known)" if others else ""
        return self.finding(
            place(file, entry),
            f"`{entry.name}` {entry.value} has a published weakness, {first.id}: {first.words}{more}. As of {KNOWN_ON}.",
            severity=Severity.LOW if quiet or not first.grave else None,
            persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
            label=f"fixed in {safe_version(known)}",
            help=f"take {safe_version(known)} or later, and have `pip-audit` look at all of them",
        )
