from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.project.served import Served, served, served_folders
from flasklint.project.uploads import checks_type, functions_along
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow


class UploadIntoStatic(FlowRule):
    """An upload is stored where the app serves files from, or finds its templates.

    ## What it does
    Finds uploads that are saved under `static/`, with nothing on the way that looks at their type, or under `templates/`;
    also where the configuration names the folder (`UPLOAD_FOLDER = "static/uploads"`).

    ## Why is this bad
    Flask serves what is in `static` with the type that its extension tells: an `.html` file with a script is a page of your site.
    A file under `templates` is run as a template by whoever renders it.

    ## Bad
    ```python
    from flask import Flask, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)


    @app.post("/upload")
    def upload():
        file = request.files["file"]
        file.save("shop/static/uploads/" + secure_filename(file.filename))
        return "", 204
    ```

    ## Good
    ```python
    from flask import Flask, request
    from werkzeug.utils import secure_filename

    app = Flask(__name__)


    @app.post("/upload")
    def upload():
        file = request.files["file"]
        file.save("/srv/uploads/" + secure_filename(file.filename))
        return "", 204
    ```

    ## References
    - [CWE-434](https://cwe.mitre.org/data/definitions/434.html)
    - [Flask: uploading files](https://flask.palletsprojects.com/en/stable/patterns/fileuploads/)
    """

    code = "FLK604"
    name = "upload-into-static"
    severity = Severity.MEDIUM
    cwe = (434,)
    kinds = ("upload-type",)
    title = "An upload is stored in a folder that the app serves files from."
    advice = "keep uploads outside of the app, and send them with `send_from_directory(..., as_attachment=True)`"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Uploads whose path goes through one of these folders."""
        uploads = tuple(path for path in flow.paths if path.source.origin == "upload")
        if not uploads:
            return
        places = (flow.location, *(step.location for path in uploads for step in path.steps))
        folders = self._folders(flow, project)
        if not folders:
            return
        flow = flow._replace(paths=uploads)
        if "templates" in folders:
            finding = self.untrusted(flow, severity=Severity.HIGH, title="An upload is stored among the templates.")
        elif any(checks_type(scope, project) for scope in functions_along(places, project)):
            return
        else:
            finding = self.untrusted(flow)
        if finding.confidence > Confidence.LOW:
            yield finding

    def _folders(self, flow: Flow, project: Project) -> frozenset[Served]:
        """Where the upload goes, of these: as its path says, or, where its path begins with what is computed, what the
        function asks the app's configuration for."""
        texts = ["".join(piece if isinstance(piece, str) else "\x00" for piece in text) for text in flow.texts]
        found = {folder for text in texts if (folder := served(text)) is not None}
        if not found and all(text.startswith("\x00") for text in texts):
            found.update(
                folder
                for scope in functions_along((flow.location,), project)
                for folder in served_folders(scope, project)
            )
        return frozenset(found)
