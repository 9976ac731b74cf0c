from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class Ssrf(FlowRule):
    """The server fetches an address that a visitor chooses.

    ## What it does
    Follows untrusted data into the URL (or its host) of `requests`, `httpx`, `urllib`, `aiohttp` and others. A fixed scheme and
    host in front of the value is fine.

    ## Why is this bad
    Your server reaches what the visitor can't: cloud metadata, databases, admin pages on the inside.

    ## Bad
    ```python
    import requests
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/preview")
    def preview():
        return requests.get(request.args["url"], timeout=5).text[:100]
    ```

    ## Good
    ```python
    import requests
    from flask import Flask, abort, request

    app = Flask(__name__)
    FEEDS = {"news": "https://news.example/feed", "jobs": "https://jobs.example/feed"}


    @app.route("/preview")
    def preview():
        url = FEEDS.get(request.args["feed"])
        if url is None:
            abort(404)
        return {"length": len(requests.get(url, timeout=5).content)}
    ```

    ## References
    - [CWE-918](https://cwe.mitre.org/data/definitions/918.html)
    """

    code = "FLK704"
    name = "ssrf"
    severity = Severity.HIGH
    cwe = (918,)
    covers = ("FLK605",)
    kinds = ("ssrf",)
    title = "The server fetches an address that a visitor chooses."
    advice = "choose the host from a fixed set; check scheme and resolved address before the request"
