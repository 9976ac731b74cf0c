"""The front end for files that say how an app is run: variables of the environment, Dockerfiles, compose files, Procfiles,
shell scripts, requirements, INI files.

Only what rules ask for is read, line by line: none of these is worth a parser of its whole language, and what is not understood
is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir
from flasklint.deploy.compose import compose
from flasklint.deploy.dockerfile import dockerfile
from flasklint.deploy.environment import environment
from flasklint.deploy.procfile import procfile
from flasklint.deploy.requirements import requirements
from flasklint.deploy.script import script
from flasklint.deploy.sections import sections
from flasklint.source import UndecodableError, decode

__all__ = ["extract"]

_MOST = 256 << 10
"""In bytes. Such files are written by hand: a larger one is something else."""
_COMMENT = re.compile(r"(?:^|(?<=\s))#[ \t]*(flasklint:.*)$", re.MULTILINE)


def extract(path: str, data: bytes) -> ir.Deployment | ir.Unread:
    """The facts of one file, or why there are none. Raises nothing whatever the bytes."""
    if len(data) > _MOST:
        return ir.Unread(path, 0, 0, f"it is larger than {_MOST >> 10} KB, and so hardly written by hand")
    try:
        text = decode(data, "deployment")
    except UndecodableError as error:
        return ir.Unread(path, 0, 0, str(error))
    name = path.rpartition("/")[2]
    comments = tuple(_comments(text))
    if name.startswith((".env", ".flaskenv")):
        return ir.Deployment(path, "environment", tuple(environment(text)), comments)
    if name.startswith("Procfile"):
        return ir.Deployment(path, "procfile", tuple(procfile(text)), comments)
    if name.endswith(".sh"):
        return ir.Deployment(path, "script", tuple(script(text)), comments)
    if name.endswith(".txt"):
        return ir.Deployment(path, "requirements", tuple(requirements(text)), comments)
    if name.endswith((".ini", ".cfg", ".conf")):
        return ir.Deployment(path, "sections", tuple(sections(text)), comments)
    if name.endswith((".yml", ".yaml")):
        return ir.Deployment(path, "compose", tuple(compose(text)), comments)
    return ir.Deployment(path, "dockerfile", tuple(dockerfile(text)), comments)


def _comments(text: str) -> Iterator[ir.Comment]:
    """Those that speak to flasklint: of their own line, or of the next when nothing else stands on it."""
    for found in _COMMENT.finditer(text):
        begins = text.rfind("\n", 0, found.start()) + 1
        line = text.count("\n", 0, begins) + 1
        alone = not text[begins : found.start()].strip()
        yield ir.Comment(found[1].strip(), line, line + alone, start=found.start(), end=found.end())
