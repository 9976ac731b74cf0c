"""FLK004"""

from __future__ import annotations

from typing import ClassVar

from flasklint.findings import Severity
from flasklint.rules.base import OwnRule


class BlanketSuppression(OwnRule):
    """A suppression does not say which rule it is for, so it suppresses nothing.

    ## What it does
    Reports `flasklint: ignore` and `flasklint: ignore-file` without the codes or names of rules in brackets.

    ## Why is this bad
    A comment that hides everything hides what turns up on its line next year, too. Therefore it hides nothing: name the rules
    that you have looked at, as in `flasklint: ignore[FLK102] rotated at every deployment`, and say why.

    ## References
    - [Suppressing findings](https://github.com/flasklint/flasklint#suppressing-findings)
    """

    code: ClassVar[str] = "FLK004"
    name: ClassVar[str] = "blanket-suppression"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = ()
    in_tests: ClassVar[bool] = True
