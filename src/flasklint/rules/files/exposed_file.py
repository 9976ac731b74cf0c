"""FLK607: a file that others on the machine may get at."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.values import Known
from flasklint.rules.base import CallRule

_NAMED = ("tempfile.mktemp", "os.tempnam", "os.tmpnam")
_CHANGED = ("os.chmod", "os.lchmod", "os.fchmod")
_METHODS = ("pathlib.Path().chmod",)
_OTHERS_WRITE = 0o002


class ExposedFile(CallRule):
    """Whoever else is on the machine can change a file, or put one in its place.

    ## What it does
    Finds `tempfile.mktemp`, which only makes up a name, and `chmod` that lets everybody write.

    ## Why is this bad
    Between the making of a name and the opening of the file somebody can put a link there that leads to another file. What
    everybody can write is no longer the app's: its code, its data and its uploads can be exchanged.

    ## Bad
    ```python
    import tempfile


    def scratch(text):
        name = tempfile.mktemp(suffix=".txt")
        with open(name, "w") as file:
            file.write(text)
        return name
    ```

    ## Good
    ```python
    import tempfile


    def scratch(text):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
            file.write(text)
        return file.name
    ```

    ## References
    - [CWE-377](https://cwe.mitre.org/data/definitions/377.html)
    - [CWE-732](https://cwe.mitre.org/data/definitions/732.html)
    """

    code = "FLK607"
    name = "exposed-file"
    severity = Severity.LOW
    cwe = (377, 732)
    names = (*_NAMED, *_CHANGED, *_METHODS)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A name without a file, or a file for all."""
        if any(name in _NAMED for name in site.names):
            yield self.finding(
                site.location,
                "This only makes up a name: somebody else can make the file before it is opened.",
                confidence=Confidence.HIGH,
                label="no file yet",
                scope=site.scope.qualname,
                help="use `tempfile.NamedTemporaryFile` or `tempfile.mkstemp`",
            )
            return
        mode = site.argument(0 if any(name in _METHODS for name in site.names) else 1, "mode")
        match project.constant(mode, site.scope) if mode is not None else None:
            case Known(value=int(bits)) if bits & _OTHERS_WRITE:
                yield self.finding(
                    site.location,
                    f"The mode {bits:#o} lets everybody on the machine write this.",
                    confidence=Confidence.HIGH,
                    label="everybody may write",
                    scope=site.scope.qualname,
                    help="let its owner write it: `0o600`, or `0o644` where others have to read it",
                )
