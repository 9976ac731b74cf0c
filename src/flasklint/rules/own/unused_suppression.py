"""FLK002"""

from __future__ import annotations

from typing import ClassVar

from flasklint.findings import Severity
from flasklint.rules.base import OwnRule


class UnusedSuppression(OwnRule):
    """A suppression names a rule that finds nothing there.

    ## What it does
    Reports each rule named in a `flasklint: ignore[...]` or `ignore-file[...]` comment that has no finding there to
    suppress. Only rules that ran are spoken of: with `--select FLK1`, a suppression of `FLK501` is left in peace.

    ## Why is this bad
    The weakness was mended, or the comment stands on the wrong line. Either way it says something that is not so, and it will
    hide the weakness silently on the day it comes back. Take it away.

    ## References
    - [Suppressing findings](https://github.com/flasklint/flasklint#suppressing-findings)
    """

    code: ClassVar[str] = "FLK002"
    name: ClassVar[str] = "unused-suppression"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = ()
    in_tests: ClassVar[bool] = True
