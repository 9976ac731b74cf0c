"""FLK001"""

from __future__ import annotations

from typing import ClassVar

from flasklint.findings import UNREADABLE, Severity
from flasklint.rules.base import OwnRule


class UnreadableFile(OwnRule):
    """A file could not be read or parsed, so nothing is known about it.

    ## What it does
    Reports every file that was to be analysed and could not be: one that cannot be opened, that is not text in the encoding
    it claims, that is not valid Python or Jinja, or that brought the parser down. The message says why, and where. All
    other files are analysed all the same.

    Test code is analysed only if a rule looks at it, or if it is named: of the rest of it, a file that is no text is told of, but
    not one that is not valid Python.

    It is reported whatever thresholds are set, and makes the exit code 1 whatever `fail-on` says, unless that is `never`.

    ## Why is this bad
    No findings in a file that was not read look like no weaknesses in it. A run must only be green when everything was
    looked at. To leave a file out on purpose, such as a sample that is broken by design, add it to `exclude`.

    ## References
    - [Encoding declarations](https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations)
    - [Jinja: template syntax](https://jinja.palletsprojects.com/en/stable/templates/)
    """

    code: ClassVar[str] = UNREADABLE
    name: ClassVar[str] = "unreadable-file"
    severity: ClassVar[Severity] = Severity.HIGH
    cwe: ClassVar[tuple[int, ...]] = ()
    in_tests: ClassVar[bool] = True
