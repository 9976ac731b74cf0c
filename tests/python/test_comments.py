"""Which lines a comment that speaks to flasklint is about."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.python import extract

CASES = {
    "x = 1  # flasklint: ignore": [("flasklint: ignore", 1, 1)],
    "x = 1  # why, flasklint: ignore[A]  ": [("why, flasklint: ignore[A]", 1, 1)],
    "a\n#: flasklint: x\nb": [(": flasklint: x", 3, 3)],
    "a\n# flasklint: x\n# more\n#\n  # yet\nf(\n  b,\n)\nc": [("flasklint: x", 6, 8)],
    "a\n# flasklint: x\n\nb": [("flasklint: x", 2, 2)],
    "a\n# flasklint: x": [("flasklint: x", 2, 2)],
    "# flasklint: x": [("flasklint: x", 1, 1)],
    "f(\n  a,  # flasklint: x\n  # flasklint: y\n  b)  # flasklint: z\nc": [
        ("flasklint: x", 1, 4),
        ("flasklint: y", 1, 4),
        ("flasklint: z", 1, 4),
    ],
    "a = b + \\\n  c  # flasklint: x\nd": [("flasklint: x", 1, 2)],
    "a = '''\n# flasklint: no\n'''  # flasklint: x\nd": [("flasklint: x", 1, 3)],
    "if (a and\n    b):  # flasklint: x\n  c\n": [("flasklint: x", 1, 2)],
    "if a:\n  # flasklint: x\n  b\n  c": [("flasklint: x", 3, 3)],
    "if a:\n  b\n# flasklint: x\nelse:\n  c": [("flasklint: x", 4, 4)],
    "# flasklint: x\n@a\n@b(\n 1)\n# flasklint: y\ndef f(\n  c):  # flasklint: z\n  d": [
        ("flasklint: x", 2, 7),
        ("flasklint: y", 2, 7),
        ("flasklint: z", 2, 7),
    ],
    "@a  # flasklint: x\nclass B:\n  # flasklint: y\n  c": [("flasklint: x", 1, 2), ("flasklint: y", 4, 4)],
    "x = 'flasklint: no' # no\nf'# flasklint: {no}'": [],
    "f'''{a  # flasklint: x\n}'''\nb": [("flasklint: x", 1, 2)],
    "a\r\nb  # flasklint: x\rc": [("flasklint: x", 2, 2)],
    "a ; b  # flasklint: x\n": [("flasklint: x", 1, 1)],
}


@pytest.mark.parametrize(("source", "expected"), CASES.items())
def test_speaks_about(source: str, expected: list[tuple[str, int, int]]) -> None:
    facts = extract("a.py", source.encode())
    assert isinstance(facts, ir.Module), facts
    assert [(comment.text, comment.first, comment.last) for comment in facts.comments] == expected
    assert all(source[comment.start] == "#" for comment in facts.comments)
