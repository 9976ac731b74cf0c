"""What names stand for, across the files of a project."""

from __future__ import annotations

import pytest

from tests.project.linking import resolved

CASES = {
    "import": ("# a.py\nimport os\nprobe(os.path.join)", "os.path.join"),
    "alias": ("# a.py\nimport subprocess as sp\nprobe(sp.run)", "subprocess.run"),
    "from": ("# a.py\nfrom os import system as s\nprobe(s)", "os.system"),
    "builtin": ("# a.py\nprobe(open)", "builtins.open"),
    "instance": ("# a.py\nfrom flask import Flask\napp = Flask(__name__)\nprobe(app.config)", "flask.Flask().config"),
    "other module": (
        """
        # shop/__init__.py
        # shop/ext.py
        from flask import Flask
        app = Flask("x")
        # shop/views.py
        from .ext import app
        probe(app.run)
        """,
        "flask.Flask().run",
    ),
}


@pytest.mark.parametrize(("text", "name"), CASES.values(), ids=CASES)
def test_a_name_stands_for(text: str, name: str) -> None:
    assert name in resolved(text)
