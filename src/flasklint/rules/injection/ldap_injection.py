from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class LdapInjection(FlowRule):
    """Untrusted data becomes part of an LDAP filter or name.

    ## What it does
    Follows untrusted data into the search filters and distinguished names of `ldap3` and `python-ldap`.

    ## Why is this bad
    `*`, `(` and `)` change what the filter asks, so that a visitor logs in as another or lists the directory.

    ## Bad
    ```python
    import ldap
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/user")
    def user():
        directory = ldap.initialize("ldaps://directory.example")
        return str(directory.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={request.args['name']})"))
    ```

    ## Good
    ```python
    import ldap
    from flask import Flask, request
    from ldap.filter import escape_filter_chars

    app = Flask(__name__)


    @app.route("/user")
    def user():
        directory = ldap.initialize("ldaps://directory.example")
        name = escape_filter_chars(request.args["name"])
        return str(directory.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={name})"))
    ```

    ## References
    - [CWE-90](https://cwe.mitre.org/data/definitions/90.html)
    """

    code = "FLK507"
    name = "ldap-injection"
    severity = Severity.HIGH
    cwe = (90,)
    kinds = ("ldap",)
    title = "Untrusted data becomes part of an LDAP query."
    advice = "escape it: `ldap.filter.escape_filter_chars`, `ldap3.utils.conv.escape_filter_chars`"
