"""Checks of addresses that stop some forms of a foreign address, but not all: which they let through, and where they stand."""

from __future__ import annotations

import pytest

from flasklint.source import Text
from tests.taint.flowcases import HEAD, flows_of, view

IMPORT = "from urllib.parse import urlparse, urljoin\n"

CHECKS = {
    "q.startswith('/')": ("two-slashes", "three-slashes", "backslash"),
    "q.startswith('/') and not q.startswith('//')": ("backslash",),
    "not urlparse(q).netloc": ("three-slashes", "backslash", "scheme-only"),
    "urlparse(q).netloc in ('', request.host)": ("three-slashes", "backslash", "scheme-only"),
    "urlparse(urljoin(request.host_url, q)).netloc == request.host": (
        "three-slashes",
        "backslash",
        "scheme-only",
    ),
    "urlparse(q).netloc == request.host": None,
    "urlparse(q).netloc == '' and urlparse(q).scheme == '' and q[0] == '/'": ("three-slashes", "backslash"),
    "'\\\\' not in q and q.startswith('/') and not q.startswith('//')": None,
}


@pytest.mark.parametrize(("check", "forms"), CHECKS.items(), ids=CHECKS.keys())
def test_forms(check: str, forms: tuple[str, ...] | None) -> None:
    files = {"app.py": HEAD + IMPORT + view(f"if {check}:\n    return redirect(q)")}
    flows = [flow for flow in flows_of(files) if flow.sink.kind == "redirect"]
    if forms is None:
        assert not flows
        return
    (flow,) = flows
    assert set(flow.weak) == {f"weak:{form}" for form in forms}
    text = Text(files["app.py"])
    assert all(text.line(text.position(place.span.start).line).strip().startswith("if ") for place in flow.checks)


HELPER = """\
from flask import request
from urllib.parse import urlparse


def good(target):
    return urlparse(target).netloc in ('', request.host)
"""


def test_the_check_of_a_helper_in_another_file() -> None:
    files = {"app.py": HEAD + "import h\n" + view("if h.good(q):\n    return redirect(q)"), "h.py": HELPER}
    (flow,) = (flow for flow in flows_of(files) if flow.sink.kind == "redirect")
    (place,) = flow.checks
    assert place.path == "h.py"
    assert HELPER[slice(*place.span)] == "urlparse(target).netloc in ('', request.host)"
