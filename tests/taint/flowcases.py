"""How flows are tested: sources with the expectation on the line, ``# flow: kind`` or ``# flow: kind, kind``.

A line without a mark must be silent. ``# shape: kind`` expects a text of unknown parts, without untrusted data. Marks
stand on the line where the argument that does harm begins. Every case brings ``from flask import ...`` of its own.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.project.project import Project
from flasklint.python import extract
from flasklint.source import Text
from flasklint.taint import Flow, analyse

HEAD = """\
import os, re, subprocess
from flask import Flask, request, redirect, abort, session
app = Flask(__name__)
"""

_MARK = re.compile(r"#\s*(flow|shape|maybe):\s*([\w, -]+?)\s*(?:#|$)")


def flows_of(files: Mapping[str, str]) -> list[Flow]:
    """All flows in a little project."""
    facts = [extract(path, text.encode()) for path, text in files.items()]
    unread = [one for one in facts if isinstance(one, ir.Unread)]
    assert not unread, unread
    return list(analyse(Project(facts), EVERYTHING).flows())


def expected(files: Mapping[str, str]) -> set[tuple[str, int, str, str]]:
    """The marks: path, line, what, kind."""
    found = set()
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            for what, kinds in _MARK.findall(line):
                found |= {(path, number, what, kind.strip()) for kind in kinds.split(",")}
    return found


def actual(files: Mapping[str, str]) -> set[tuple[str, int, str, str]]:
    """What was found, in the same form."""
    found = set()
    for flow in flows_of(files):
        line = Text(files[flow.location.path]).position(flow.location.span.start).line
        what = "shape"
        if flow.untrusted:
            what = "flow" if flow.confidence >= Confidence.HIGH else "maybe"
        found.add((flow.location.path, line, what, flow.sink.kind))
    return found


def check(source: str | Mapping[str, str], kinds: tuple[str, ...] = ()) -> None:
    """Compare marks and flows, of some kinds only if any are named."""
    files = {"app.py": source} if isinstance(source, str) else dict(source)
    files = {path: textwrap.dedent(text) for path, text in files.items()}
    if isinstance(source, str):
        files["app.py"] = HEAD + files["app.py"]
    found, wanted = actual(files), expected(files)
    if kinds:
        found = {one for one in found if one[3] in kinds}
    assert found == wanted


def view(body: str, rule: str = "/x", parameters: str = "") -> str:
    """A view with this body, in which ``q`` is untrusted."""
    inner = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return f'@app.route("{rule}")\ndef view({parameters}):\n    q = request.args.get("q")\n{inner}\n    return ""\n'
