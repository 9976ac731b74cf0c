"""One little shop with something of everything, and the report on it."""

from __future__ import annotations

from flasklint.findings import (
    Applicability,
    Confidence,
    Crash,
    Edit,
    Finding,
    Fix,
    Judged,
    Place,
    Report,
    RuleInfo,
    Severity,
    Skipped,
    Step,
    Verdict,
)
from flasklint.source import Location, Span, Text

VIEWS = '''"""The shop's pages."""
from flask import Blueprint, redirect, render_template, request

from shop.extensions import db

pages = Blueprint("pages", __name__)


@pages.route("/search")
def search():
    q = request.args.get("q")
    hits = find(q)
    return render_template("search.html", q=q, hits=hits)


@pages.post("/orders/<int:order>/cancel")
def cancel(order):
    reason = request.form["reason"]
    db.session.execute(
        f"UPDATE orders SET state = 'cancelled', reason = '{reason}' "
        f"WHERE id = {order}"
    )
    return redirect(request.args["next"])
'''

SEARCH = """{% extends "base.html" %}
{% block title %}Search{% endblock %}

{% block body %}
  <h1>Results</h1>
  <p>You searched for</p>
  <p>{{ q|safe }}</p>
{% endblock %}
"""

CONFIG = """import os


class Config:
\tSECRET_KEY = "dev"  # größer wäre besser 🔑
\tDEBUG = True
"""

APP = """from flask import Flask

app = Flask(__name__)
app.config.from_object("shop.config.Config")
"""

BROKEN = "def f(:\n    pass\n"

FILES = {
    "shop/app.py": APP,
    "shop/broken.py": BROKEN,
    "shop/config.py": CONFIG,
    "shop/templates/search.html": SEARCH,
    "shop/views.py": VIEWS,
}


def texts(path: str) -> Text:
    return Text(FILES.get(path, ""))


def at(path: str, needle: str, nth: int = 1) -> Location:
    """Where the ``nth`` occurrence of ``needle`` stands."""
    start = -1
    for _ in range(nth):
        start = FILES[path].index(needle, start + 1)
    return Location(path, Span(start, start + len(needle)))


def page(what: str, why: str) -> str:
    return f"""{what}

## What it does
{what} It says so where the value ends up.

## Why is this bad
{why} More is in the [references](https://example.org/more).

## Bad
```python
## not a heading
run(x)
```

## Good
```python
run(quote(x))
```

## References
- [Flask: security](https://flask.palletsprojects.com/en/stable/web-security/)
"""


def rule(code: str, name: str, summary: str, severity: Severity, cwe: tuple[int, ...], why: str) -> RuleInfo:
    return RuleInfo(code, name, summary, severity, cwe, page(summary, why))


RULES = (
    rule(
        "FLK001",
        "unparsable-file",
        "A file could not be read.",
        Severity.HIGH,
        (),
        "What is not read is not checked, and a green run would say otherwise.",
    ),
    rule(
        "FLK102",
        "hardcoded-secret-key",
        "The secret key stands in the source.",
        Severity.HIGH,
        (798, 321),
        "Whoever has read the source can sign session cookies, and so be any user.",
    ),
    rule(
        "FLK301",
        "missing-csrf-protection",
        "Nothing checks that a form was sent from the app's own pages.",
        Severity.MEDIUM,
        (352,),
        "Any other site can make a visitor's browser send the form, with the visitor's cookies.",
    ),
    rule(
        "FLK401",
        "unsafe-safe-filter",
        "A template prints a value unescaped.",
        Severity.HIGH,
        (79,),
        "A visitor who can put markup into a page can run `script` in another visitor's browser.",
    ),
    rule(
        "FLK501",
        "sql-injection",
        "SQL is put together from untrusted text.",
        Severity.CRITICAL,
        (89,),
        "The text ends the string that it was meant to be, and goes on as SQL.",
    ),
    rule(
        "FLK705",
        "open-redirect",
        "A redirect goes wherever the request says.",
        Severity.LOW,
        (601,),
        "A link to your site that lands on another makes phishing easy.",
    ),
)

XSS = Finding(
    code="FLK401",
    message="Request argument 'q' is printed without escaping in search.html. Nothing on its way there cleans it.",
    location=at("shop/templates/search.html", "q|safe"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    label="printed with escaping off",
    related=(Place(at("shop/templates/search.html", '{% extends "base.html" %}'), "this page is extended"),),
    trace=(
        Step(at("shop/views.py", 'request.args.get("q")'), "source", "a visitor chooses this"),
        Step(at("shop/views.py", "q=q"), "step", "passed to the template as `q`", 1),
        Step(at("shop/templates/search.html", "q|safe"), "sink", "printed with escaping off", 1),
    ),
    help="Drop `|safe`: the value is then escaped like any other. If it has to carry markup, clean it with nh3 first.",
)

SQL = Finding(
    code="FLK501",
    message="Form field 'reason' becomes part of an SQL statement.",
    location=at(
        "shop/views.py",
        "f\"UPDATE orders SET state = 'cancelled', reason = '{reason}' \"\n        f\"WHERE id = {order}\"",
    ),
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    scope="cancel",
    trace=(
        Step(at("shop/views.py", 'request.form["reason"]'), "source", "a visitor chooses this"),
        Step(at("shop/views.py", "reason", 2), "step", "put into the text"),
        Step(
            at(
                "shop/views.py",
                "f\"UPDATE orders SET state = 'cancelled', reason = '{reason}' \"\n        f\"WHERE id = {order}\"",
            ),
            "sink",
            "run as SQL",
        ),
    ),
    help='Pass the values apart from the statement: `execute(text("... = :reason"), {"reason": reason})`.',
)

SECRET = Finding(
    code="FLK102",
    message="SECRET_KEY is a literal in the source.",
    location=at("shop/config.py", '"dev"'),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    label="the key",
    scope="Config",
    fix=Fix(
        "read it from the environment",
        (Edit(at("shop/config.py", '"dev"'), 'os.environ["SECRET_KEY"]'),),
        Applicability.UNSAFE,
    ),
)

CSRF = Finding(
    code="FLK301",
    message="This app has no CSRF protection. Its visitors are known by a cookie, and 1 route changes state.",
    location=at("shop/app.py", "Flask(__name__)"),
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    label="no CSRFProtect is set up for this app",
    related=(Place(at("shop/views.py", '@pages.post("/orders/<int:order>/cancel")'), "cancels an order"),),
)

REDIRECT = Finding(
    code="FLK705",
    message="The redirect's target is request argument 'next'.",
    location=at("shop/views.py", 'request.args["next"]'),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    scope="cancel",
)

UNREAD = Finding(
    code="FLK001",
    message="This file could not be parsed: invalid syntax.",
    location=at("shop/broken.py", ":"),
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    label="invalid syntax",
)


def reported(finding: Finding, fingerprint: str = "f0") -> Judged:
    return Judged(finding, Verdict.REPORTED, fingerprint)


SHOP = Report(
    results=(
        reported(SQL, "f1"),
        reported(XSS, "f2"),
        reported(SECRET, "f3"),
        reported(CSRF, "f4"),
        reported(UNREAD, "f5"),
        Judged(REDIRECT, Verdict.SUPPRESSED, "f6", "the proxy checks it"),
        Judged(REDIRECT, Verdict.BELOW_THRESHOLD, "f7"),
    ),
    rules=RULES,
    files=tuple(FILES),
    skipped=(Skipped("shop/static/all.py", "larger than 1 MB"),),
    templates=1,
    version="0.1.0",
    root="/srv/shop project",
)

CLEAN = Report(results=(), rules=RULES, files=("shop/app.py",), version="0.1.0")

CRASHED = Report(
    results=(reported(SECRET),),
    rules=RULES,
    files=tuple(FILES),
    crashes=(Crash("rule FLK501", "shop/views.py", "ZeroDivisionError: division by zero"),),
    templates=1,
    version="0.1.0",
)
