"""The Python front end: source text to facts. The only package that knows libcst.

    bytes ─ decode ─▶ text ─ scan ─▶ layout ─ guard ─▶ text ─ parse ─▶ tree ─ lower ─▶ facts
                                        └─────────────────────────────────┘

Each arrow is a function of its own, so that a text whose function bodies were cut out can take the same road.
"""

from __future__ import annotations

from flasklint.python.extraction import extract

__all__ = ["extract"]
