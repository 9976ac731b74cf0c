from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class XpathInjection(FlowRule):
    """Untrusted data becomes part of an XPath expression.

    ## What it does
    Follows untrusted data into the text of XPath queries of `lxml` and the like.

    ## Why is this bad
    A quote in the value ends the string, and what follows asks another question: all users, say.

    ## Bad
    ```python
    from flask import Flask, request
    from lxml import etree

    app = Flask(__name__)
    users = etree.parse("users.xml")


    @app.route("/user")
    def user():
        return str(users.xpath("//user[@name='" + request.args["name"] + "']"))
    ```

    ## Good
    ```python
    from flask import Flask, request
    from lxml import etree

    app = Flask(__name__)
    users = etree.parse("users.xml")


    @app.route("/user")
    def user():
        return str(users.xpath("//user[@name=$name]", name=request.args["name"]))
    ```

    ## References
    - [CWE-643](https://cwe.mitre.org/data/definitions/643.html)
    """

    code = "FLK506"
    name = "xpath-injection"
    severity = Severity.HIGH
    cwe = (643,)
    kinds = ("xpath",)
    title = "Untrusted data becomes part of an XPath expression."
    advice = "pass it as a variable: `tree.xpath('//user[@name=$name]', name=name)`"
