"""Every case of ``cases/``: the body of a view in which ``q`` is untrusted, flows marked on their lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.taint.flowcases import check, view

KINDS = {
    "values": "code",
    "guards": "command",
    "paths": "path",
    "addresses": "redirect",
    "requested": "ssrf",
    "html": "html",
    "sql": "sql",
    "lookups": "path",
    "signed": "deserialization",
}
"""The kind of harm that each file's cases are about; flows of other kinds are not looked at."""


def cases() -> Iterator[object]:
    """Every case: its kind and its text."""
    for file in sorted((Path(__file__).parent / "cases").glob("*.txt")):
        for section in file.read_text().split("=== ")[1:]:
            title, _, body = section.partition("\n")
            yield pytest.param(KINDS[file.stem], body, id=f"{file.stem}: {title}")


@pytest.mark.parametrize(("kind", "body"), list(cases()))
def test_case(kind: str, body: str) -> None:
    check(view(body), (kind,))


def test_path_under_a_rule_with_variables() -> None:
    check(view("eval(request.path)  # flow: code", "/x/<name>", "name"))
    check(view("eval(request.path)", "/x/<int:name>", "name"))


def test_route_variables_by_converter() -> None:
    check(view("os.system('ls ' + name)  # flow: command", "/x/<name>", "name"))
    check(view("os.system('ls ' + name)  # flow: command", "/x/<path:name>", "name"))
    check(view("os.system('ls %s' % name)", "/x/<int:name>", "name"))
    check(view("open('/srv/' + name)", "/x/<name>", "name"))
    check(view("open('/srv/' + name)  # flow: path", "/x/<path:name>", "name"))
