"""FLK005"""

from __future__ import annotations

from typing import ClassVar

from flasklint.findings import Severity
from flasklint.rules.base import OwnRule


class AnalysisLimitReached(OwnRule):
    """A limit was reached, so something was not analysed.

    ## What it does
    Reports a file that is larger than `max-file-size`, which is 1 MB unless it is set. Such files are as good as always
    generated, and parsing one takes longer than the rest of an app. Markup of that size in no folder of templates is data.

    With `--persona pedantic` it also reports the places from which untrusted data was not followed further, because that
    would have taken too long.

    ## Why is this bad
    No findings where nothing was looked at look like no weaknesses. Raise the limit, or, if the file holds nothing that
    matters, add it to `exclude`: then it is left out because you said so.

    ## References
    - [Settings](https://github.com/flasklint/flasklint/blob/main/docs/settings.md)
    """

    code: ClassVar[str] = "FLK005"
    name: ClassVar[str] = "analysis-limit-reached"
    severity: ClassVar[Severity] = Severity.LOW
    cwe: ClassVar[tuple[int, ...]] = ()
    in_tests: ClassVar[bool] = True
