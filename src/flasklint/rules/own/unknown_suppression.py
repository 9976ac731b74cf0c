"""FLK003"""

from __future__ import annotations

from typing import ClassVar

from flasklint.findings import Severity
from flasklint.rules.base import OwnRule


class UnknownSuppression(OwnRule):
    """A suppression names a rule, or an order, that does not exist.

    ## What it does
    Reports a `flasklint:` comment that cannot be understood: an unknown rule in the brackets of `ignore[...]` or
    `ignore-file[...]`, or a word other than these two. The message names the nearest one that exists.

    ## Why is this bad
    A suppression with a typing error suppresses nothing, and its author believes that it does.

    ## References
    - [Suppressing findings](https://github.com/flasklint/flasklint#suppressing-findings)
    """

    code: ClassVar[str] = "FLK003"
    name: ClassVar[str] = "unknown-suppression"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = ()
    in_tests: ClassVar[bool] = True
