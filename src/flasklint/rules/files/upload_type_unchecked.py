from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.project.uploads import checks_type, functions_along
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class UploadTypeUnchecked(FlowRule):
    """An upload of any type is stored.

    ## What it does
    Finds uploads that are saved under a name with the extension that the visitor gave it, where nothing on the way looks at the
    extension or the content: no comparison with a list, no `allowed_file()`, no `FileAllowed`, no look at the MIME type.
    `secure_filename` makes a name harmless as a path; it keeps the extension. Names of your own making are left alone.

    ## Why is this bad
    An `.html` or `.svg` file that is served again runs its scripts as part of your site; a `.py`, `.php` or `.so` file may be run
    by the server.

    ## Bad
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

    ## Good
    ```python
    import os

    from flask import Flask, abort, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)
    ALLOWED = {".png", ".jpg"}


    @app.post("/upload")
    def upload():
        file = request.files["file"]
        name = secure_filename(file.filename)
        if os.path.splitext(name)[1].lower() not in ALLOWED:
            abort(400)
        file.save(os.path.join("/srv/uploads", name))
        return "", 204
    ```

    ## References
    - [CWE-434](https://cwe.mitre.org/data/definitions/434.html)
    - [Flask: uploading files](https://flask.palletsprojects.com/en/stable/patterns/fileuploads/)
    """

    code = "FLK602"
    name = "upload-type-unchecked"
    severity = Severity.MEDIUM
    cwe = (434,)
    kinds = ("upload-type",)
    title = "An upload of any type is stored."
    advice = "compare the extension with a list of the types that you expect"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Uploads stored under their own name with no look at their type."""
        uploads = tuple(path for path in flow.paths if path.source.origin == "upload")
        if not uploads:
            return
        places = (flow.location, *(step.location for path in uploads for step in path.steps))
        if any(checks_type(scope, project) for scope in functions_along(places, project)):
            return
        found = self.untrusted(flow._replace(paths=uploads))
        if found.confidence > Confidence.LOW:
            yield found
