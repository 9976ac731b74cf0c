from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule
from flasklint.rules.deployments import is_for_developers, place, serves

_ROOT = frozenset({"0", "0:0", "root", "root:root"})
_DROPS = ("gosu", "su-exec", "setpriv", "runuser", "--uid", "--user", "-u ", "sudo -u", "supervisord")


class ContainerRunsAsRoot(ProjectRule):
    """The app runs as root in its container.

    ## What it does
    Looks at Dockerfiles whose last stage starts the app, and has no `USER`, or `USER root`. A command that drops its rights
    itself (`gosu`, `gunicorn --user`), a compose file that names a user for it, and an image whose user is not known because
    it is the project's own are left alone; files for development are for pedants.

    ## Why is this bad
    Whoever gets to run code in the app owns the container: its files, its network, and with one more hole, or a mount, the host.

    ## Bad
    ```dockerfile title="Dockerfile"
    FROM python:3.12-slim
    COPY . /app
    CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
    ```

    ## Good
    ```dockerfile title="Dockerfile"
    FROM python:3.12-slim
    COPY . /app
    USER nobody
    CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
    ```

    ## References
    - [CWE-250](https://cwe.mitre.org/data/definitions/250.html)
    - [Docker: USER](https://docs.docker.com/build/building/best-practices/#user)
    """

    code = "FLK906"
    name = "container-runs-as-root"
    severity = Severity.LOW
    cwe = (250,)

    def check(self, project: Project) -> Iterator[Finding]:
        """The last stages that start the app and never change the user."""
        if any(
            entry.kind == "user" for file in project.deployments if file.kind == "compose" for entry in file.entries
        ):
            return
        for file in project.deployments:
            found = _root(file) if file.kind == "dockerfile" else None
            if found is None or not any(serves(entry, project) for entry in file.entries):
                continue
            quiet = is_for_developers(file, project)
            yield self.finding(
                place(file, found),
                "The app runs as root in its container. Whoever gets to run code in it owns all that the container has.",
                confidence=Confidence.MEDIUM,
                persona=Persona.PEDANTIC if quiet else Persona.REGULAR,
                label="run as root",
                help="make a user in the image, and name it before the command: `USER app`",
            )


def _root(file: ir.Deployment) -> ir.Entry | None:
    """The command of the last stage, if nothing before it changes the user of an image that has root."""
    image, user, stage, command = "", "", "", None
    stages: dict[str, tuple[str, str]] = {}
    for entry in file.entries:
        if entry.kind == "image":
            # ``FROM build AS api`` goes on with the image and the user of an earlier stage.
            stages[stage] = image, user
            based, stage = _from(entry.value)
            image, user = stages.get(based.lower(), (based, ""))
        elif entry.kind == "user":
            user = entry.value
        elif entry.kind == "command":
            command = entry
    if command is None or any(word in f"{command.value} " for word in _DROPS) or user.lower() not in ("", *_ROOT):
        return None
    # Of another image it is not known whom it runs as.
    official = image.partition("@")[0].rpartition(":")[0] or image
    return command if official in _OFFICIAL else None


def _from(instruction: str) -> tuple[str, str]:
    """The image, or the stage, that a stage goes on with, and the stage's own name: ``python:3.12 AS build``."""
    image, *rest = [word for word in instruction.split() if not word.startswith("--")] or [""]
    return image, rest[1].lower() if len(rest) > 1 and rest[0].lower() == "as" else ""


_OFFICIAL = frozenset({"alpine", "debian", "python", "ubuntu"})
