"""What a reporter is told besides the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flasklint.reporters.terminal import PLAIN, Terminal
from flasklint.source import Text

Texts = Callable[[str], Text]
"""The decoded text of a file by its path in the report; an empty text for a file that has none."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to render.

    ``cwd``: the working directory, so that printed paths can be opened. ``repository``: the root of the git repository, which
    SARIF's paths start from. Both are absolute and with ``/``; where one is empty the project's root stands for it.
    ``include_suppressed``: show suppressed findings too, marked as such.
    ``exit_code``: what the run ends with, if known. ``category``: tells this upload of SARIF from others of one commit.
    """

    terminal: Terminal = PLAIN
    cwd: str = ""
    repository: str = ""
    include_suppressed: bool = False
    exit_code: int | None = None
    category: str = "flasklint"
