from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class XmlExternalEntities(FlowRule):
    """Untrusted XML is read by a parser that follows external entities.

    ## What it does
    Follows untrusted data into XML parsers whose settings let a document name files and addresses to be read: `lxml` with entity
    resolution or network access on, `xml.sax` and `xml.dom` with external entities switched on.

    ## Why is this bad
    An entity can name `file:///etc/passwd` or an address inside your network, and its content comes back in the answer. Entities
    that expand into each other fill the memory.

    ## Bad
    ```python
    from flask import Flask, request
    from lxml import etree

    app = Flask(__name__)


    @app.post("/order")
    def order():
        parser = etree.XMLParser(resolve_entities=True)
        return etree.fromstring(request.data, parser).findtext("id")
    ```

    ## Good
    ```python
    from defusedxml import ElementTree
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/order")
    def order():
        return ElementTree.fromstring(request.data).findtext("id")
    ```

    ## References
    - [CWE-611](https://cwe.mitre.org/data/definitions/611.html)
    - [XML vulnerabilities in the standard library](https://docs.python.org/3/library/xml.html#xml-security)
    """

    code = "FLK505"
    name = "xml-external-entities"
    severity = Severity.HIGH
    cwe = (611, 776)
    kinds = ("xml",)
    title = "Untrusted XML is parsed with entities switched on."
    advice = "parse with `defusedxml`, or switch entities and network access off"
