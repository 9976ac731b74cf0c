from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.knowledge.config import SIGNING_KEYS
from flasklint.knowledge.credentials import addresses, is_placeholder, is_weak, looks_random, token_format
from flasklint.knowledge.sensitive import sensitivity
from flasklint.project.credentials import names_credential
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.deployments import is_for_developers, place

_SHORTEST = 6


class SecretInRepository(ProjectRule):
    """A secret is written into a file that says how the app is run.

    ## What it does
    Looks for keys, passwords, tokens and addresses with passwords in `.env` files, in `ENV` and `ARG` of Dockerfiles, under
    `environment` of compose files and in INI files that the code gives to a `ConfigParser`. What refers to a variable
    from outside, placeholders, files that git ignores and samples
    (`.env.example`) are left alone. Files for development or tests, and passwords that everybody tries first, are for pedants,
    unless it is the key that signs sessions. One file is one finding.

    ## Why is this bad
    Whoever reads the repository, or the image, has them: a colleague who left, a leaked backup, everybody, if it is public.
    They stay in the history after they were changed.

    ## Bad
    ```yaml title="docker-compose.yml"
    services:
      web:
        build: .
        environment:
          SECRET_KEY: 8f42a73054b1749f8f58848be5e6502c
    ```

    ## Good
    ```yaml title="docker-compose.yml"
    services:
      web:
        build: .
        environment:
          SECRET_KEY: ${SECRET_KEY:?}
    ```

    ## References
    - [CWE-798](https://cwe.mitre.org/data/definitions/798.html)
    - [OWASP: Secrets Management](https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html)
    """

    code = "FLK902"
    name = "secret-in-repository"
    severity = Severity.HIGH
    cwe = (798,)

    def check(self, project: Project) -> Iterator[Finding]:
        """One finding for each file, and one for what only pedants want to know."""
        for file in project.deployments:
            private = is_for_developers(file, project)
            found = [one for entry in file.entries if (one := self._entry(file, entry, private)) is not None]
            for persona in (Persona.REGULAR, Persona.PEDANTIC):
                group = [one for one in found if one.persona is persona]
                if group:
                    yield from together(group)

    def _entry(self, file: ir.Deployment, entry: ir.Entry, private: bool) -> Finding | None:
        grade = _grade(entry, _accounts(file, entry.service)) if entry.kind == "variable" else None
        if grade is None:
            return None
        severity, confidence = grade
        quiet = private or severity is Severity.LOW
        return self.finding(
            place(file, entry),
            f"`{entry.name}` is written into a file that is kept with the code. Whoever reads it has the secret.",
            severity=Severity.LOW if quiet else severity,
            confidence=confidence,
            persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
            label=f"the value of `{entry.name}`",
            scope=entry.service,
            help="take it from outside, keep the file out of the repository, and make a new secret",
        )


def _accounts(file: ir.Deployment, service: str) -> frozenset[str]:
    """The names of accounts that are beside a password."""
    return frozenset(
        entry.value
        for entry in file.entries
        if entry.kind == "variable" and entry.service == service and entry.name.upper().endswith(("USER", "USERNAME"))
    )


def _grade(entry: ir.Entry, accounts: frozenset[str]) -> tuple[Severity, Confidence] | None:
    """How bad it is that a variable's value can be read; None when it is no secret."""
    text, name = entry.value, entry.name
    if "$" in text and ("${" in text or text.startswith("$")):
        return None
    for address in addresses(text):
        weak = is_weak(address.password) or address.password == address.user
        return (Severity.LOW if weak or address.local else Severity.MEDIUM), Confidence.MEDIUM
    if (row := token_format(text)) is not None:
        return (Severity.HIGH if row.live else Severity.LOW), row.confidence
    if is_placeholder(text):
        return None
    if name.upper() in SIGNING_KEYS:
        return Severity.HIGH, Confidence.HIGH
    if not names_credential(name) or text.startswith(("/", "http")) or len(text) < _SHORTEST:
        return None
    if sensitivity(name) == "password":
        return (Severity.LOW if is_weak(text) or text in accounts else Severity.MEDIUM), Confidence.MEDIUM
    return (Severity.HIGH, Confidence.MEDIUM) if looks_random(text) else None
