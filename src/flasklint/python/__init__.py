"""The Python front end: source text to facts. The only package that knows libcst.

    bytes ─ decode ─▶ text ─ scan ─▶ layout ─ guard ─▶ text ─ parse ─▶ tree ─ lower ─▶ facts
                                        └─────────────────────────────────┘

Each arrow is a function of its own. The parser's tree is lean where that is proven right (:mod:`flasklint.python.lean`).
"""

from __future__ import annotations

from flasklint.python.extraction import extract

__all__ = ["extract"]
