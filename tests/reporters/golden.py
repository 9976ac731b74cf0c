"""Whole outputs kept as files. To accept what has changed: ``FLASKLINT_ACCEPT=1 pytest tests/reporters``, then read the diff."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, output: str) -> None:
    """The output is what the file holds, byte for byte."""
    path = _FOLDER / name
    if os.environ.get("FLASKLINT_ACCEPT"):
        path.write_bytes(output.encode())
    assert output == path.read_bytes().decode()
