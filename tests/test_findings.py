from __future__ import annotations

import pytest

from flasklint.findings import Confidence, Finding, RuleInfo, Severity
from flasklint.source import Location, Span


def finding(message: str) -> Finding:
    return Finding("FLK501", message, Location("app.py", Span(0, 1)), Severity.HIGH, Confidence.HIGH)


@pytest.mark.parametrize(
    ("message", "title", "details"),
    [
        ("One sentence.", "One sentence.", ""),
        ("No full stop", "No full stop", ""),
        ("First one. Second one. Third.", "First one.", "Second one. Third."),
        (
            "Printed in search.html without escaping. It is raw.",
            "Printed in search.html without escaping.",
            "It is raw.",
        ),
        ("Over\ntwo lines. Then more.\n", "Over\ntwo lines.", "Then more."),
        ("", "", ""),
    ],
)
def test_the_first_sentence_is_the_title(message: str, title: str, details: str) -> None:
    assert (finding(message).title, finding(message).details) == (title, details)


PAGE = """Summary.

## What it does

Looks.

```python
## not a heading
x = 1
```

~~~
```
## nor this
~~~

## Why is this bad ##
Because.
"""


def test_a_page_is_read_by_its_headings_and_code_is_not_a_heading() -> None:
    info = RuleInfo("FLK501", "sql-injection", "Summary.", Severity.HIGH, (89,), PAGE)
    sections = info.sections()
    assert list(sections) == ["", "What it does", "Why is this bad"]
    assert sections[""] == "Summary."
    assert sections["Why is this bad"] == "Because."
    assert "## not a heading" in sections["What it does"]
    assert "## nor this" in sections["What it does"]
