"""Which modules a server loads, as the files say that tell how the app is run: ``gunicorn shop.wsgi:app``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flasklint import ir
from flasklint.project.scopes import LinkedModule

_SERVERS = re.compile(
    r"(?:^|[\s/;&])(?:gunicorn|uwsgi|hypercorn|waitress-serve|uvicorn|granian|daphne|mod_wsgi-express|pserve)(?=\s|$)(?P<rest>.*)",
    re.DOTALL,
)
_TARGET = re.compile(r"(?:^|[\s=])(?P<module>[A-Za-z_][\w.]*):[A-Za-z_]\w*")
_MODULE = re.compile(r"(?:^|\s)(?:-w|--module|--wsgi)[\s=]+(?P<module>[A-Za-z_][\w.]*)")
_FILE = re.compile(r"(?:^|\s)(?:--wsgi-file|--file|start-server)[\s=]+(?P<file>[\w./-]+\.(?:py|wsgi))")


def loaded(deployments: Iterable[ir.Deployment], modules: Iterable[LinkedModule]) -> frozenset[str]:
    """The paths of the modules that servers are told to load. Which of several folders a name starts at is not said: all that
    end in it count."""
    names: set[str] = set()
    files: set[str] = set()
    for deployment in deployments:
        for entry in deployment.entries:
            started = _SERVERS.search(entry.value) if entry.kind == "command" else None
            if started is not None:
                names.update(found["module"] for form in (_TARGET, _MODULE) for found in form.finditer(started["rest"]))
                files.update(found["file"].removeprefix("./") for found in _FILE.finditer(started["rest"]))
    if not names and not files:
        return frozenset()
    return frozenset(
        module.path
        for module in modules
        if not module.is_test
        and (
            any(_ends(module.name, name, ".") for name in names) or any(_ends(module.path, file, "/") for file in files)
        )
    )


def _ends(whole: str, end: str, between: str) -> bool:
    return whole == end or whole.endswith(between + end) or (between == "/" and end.endswith("/" + whole))
