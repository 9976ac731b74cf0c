from __future__ import annotations

from flasklint.findings import Severity
from flasklint.rules.base import FlowRule


class ArchiveExtraction(FlowRule):
    """An uploaded archive is unpacked without a look at its members' names.

    ## What it does
    Follows uploads into `extractall` of `tarfile` without a filter, and `shutil.unpack_archive`.

    ## Why is this bad
    A member named `../../app.py` is written outside the folder.

    ## Bad
    ```python
    import tarfile

    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/import")
    def load():
        with tarfile.open(fileobj=request.files["archive"].stream) as archive:
            archive.extractall("/srv/import")
        return "", 204
    ```

    ## Good
    ```python
    import tarfile

    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/import")
    def load():
        with tarfile.open(fileobj=request.files["archive"].stream) as archive:
            archive.extractall("/srv/import", filter="data")
        return "", 204
    ```

    ## References
    - [CWE-22](https://cwe.mitre.org/data/definitions/22.html)
    - [tarfile: extraction filters](https://docs.python.org/3/library/tarfile.html#extraction-filters)
    """

    code = "FLK606"
    name = "archive-extraction"
    severity = Severity.HIGH
    cwe = (22,)
    kinds = ("archive",)
    title = "An archive from outside is unpacked without a look at its members' names."
    advice = 'pass `filter="data"`, or check the resolved path of each member'
