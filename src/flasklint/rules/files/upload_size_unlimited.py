from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.project.apps import App
from flasklint.project.flags import place
from flasklint.project.profiles import as_setting
from flasklint.project.project import Project
from flasklint.project.uploading import upload_places
from flasklint.project.values import Known, Unset
from flasklint.rules.base import AppRule
from flasklint.rules.evidence import confidence_in, reservations, where

_KEY = "MAX_CONTENT_LENGTH"


class UploadSizeUnlimited(AppRule):
    """The app accepts uploads of any size.

    ## What it does
    For an app with views that take files, or forms with file fields, looks at `MAX_CONTENT_LENGTH` in the configuration that
    production runs with. A view that sets a limit for its request, or looks at the content length itself, is counted as limited.

    ## Why is this bad
    Flask reads what it is sent: a few large uploads at once fill the disk or the memory, and the app answers nobody.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.route("/upload", methods=["POST"])
    def upload():
        request.files["photo"].save("/srv/photos/new")
        return "thanks"
    ```

    ## Good
    ```python
    from flask import Flask, request

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024


    @app.route("/upload", methods=["POST"])
    def upload():
        request.files["photo"].save("/srv/photos/new")
        return "thanks"
    ```

    ## References
    - [CWE-770](https://cwe.mitre.org/data/definitions/770.html)
    - [Flask: Uploading Files, Improving Uploads](https://flask.palletsprojects.com/en/stable/patterns/fileuploads/)
    """

    code = "FLK603"
    name = "upload-size-unlimited"
    severity = Severity.MEDIUM
    cwe = (770, 400)

    def check_app(self, app: App, project: Project) -> Iterator[Finding]:
        """One finding for an app that takes files without a limit."""
        if app.exhausted:
            return
        for profile in app.production:
            effective = profile.effective(_KEY)
            settings = [as_setting(candidate.value) for candidate in effective.possible]
            if not all(
                isinstance(setting, Unset) or (isinstance(setting, Known) and setting.value is None)
                for setting in settings
            ):
                continue
            places = upload_places(app, project)
            if not places:
                return
            write = effective.write
            yield self.finding(
                app.location if write is None else place(write.expr, write.location),
                f"The app takes files, and `{_KEY}` sets no limit{where(profile)}. A few large uploads can fill the disk."
                f"{reservations(effective)}",
                confidence=min(confidence_in(effective), Confidence.HIGH),
                label="accepts requests of any size",
                scope=app.scope if write is None else write.scope,
                related=tuple(Place(found, "takes files") for found in places[:5]),
                help=f'`app.config["{_KEY}"] = 16 * 1024 * 1024`',
            )
            return
