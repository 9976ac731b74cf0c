from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.rules.uploaded import names_what_is_written
from flasklint.taint.flows import Flow


class UnsafeUploadFilename(FlowRule):
    """An upload is stored under the name that the visitor gave it.

    ## What it does
    Follows an upload's `filename` into the path that it is saved to, also by `open(path, "wb")`.

    ## Why is this bad
    The name can hold `../`, or be that of a file that is already there: the upload lands in your code or over another's data.

    ## Bad
    ```python
    import os

    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/upload")
    def upload():
        file = request.files["file"]
        file.save(os.path.join("/srv/uploads", file.filename))
        return "", 204
    ```

    ## Good
    ```python
    import os

    from flask import Flask, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)


    @app.post("/upload")
    def upload():
        file = request.files["file"]
        file.save(os.path.join("/srv/uploads", secure_filename(file.filename)))
        return "", 204
    ```

    ## References
    - [CWE-434](https://cwe.mitre.org/data/definitions/434.html)
    - [Flask: uploading files](https://flask.palletsprojects.com/en/stable/patterns/fileuploads/)
    """

    code = "FLK601"
    name = "unsafe-upload-filename"
    severity = Severity.HIGH
    cwe = (22, 434)
    together = True
    kinds = ("upload-save", "path")
    title = "An upload is stored under the name that the visitor gave it."
    advice = "use `werkzeug.utils.secure_filename`, or a name of your own making"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Uploads that are saved, or written by hand, where their names say."""
        if flow.sink.kind != "path" or names_what_is_written(flow, project):
            yield from super().check_flow(flow, project)
