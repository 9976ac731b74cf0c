"""The data-flow engine: untrusted values followed to where they do harm. Knows no library's name.

``analyse(project, tables)`` gives :class:`Flows`, of which rules ask the flows of a kind of harm.
"""

from __future__ import annotations

from flasklint.taint.analyse import analyse
from flasklint.taint.flows import Flow, Flows, Limit, Path

__all__ = ["Flow", "Flows", "Limit", "Path", "analyse"]
