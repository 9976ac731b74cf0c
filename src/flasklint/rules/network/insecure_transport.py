from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.config import DEVELOPMENT_WORDS, TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.flags import place
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known
from flasklint.rules.base import Context, Rule
from flasklint.rules.evidence import confidence_in, reservations, where
from flasklint.source import Location

_SWITCHES = frozenset({"OAUTHLIB_INSECURE_TRANSPORT", "AUTHLIB_INSECURE_TRANSPORT"})
_SETTERS = ("os.environ.setdefault", "os.putenv")


class InsecureTransport(Rule):
    """What should travel encrypted is told not to.

    ## What it does
    Finds `OAUTHLIB_INSECURE_TRANSPORT` (or Authlib's) switched on in code that production runs too, and
    `PREFERRED_URL_SCHEME = "http"` in the configuration that production runs with. What stands under
    `if __name__ == "__main__"` or under a condition that speaks of development or tests is left alone.

    ## Why is this bad
    The switch lets OAuth send its codes and tokens over HTTP, where whoever listens can use them. The scheme makes links, also
    those in mails that reset passwords, go over HTTP.

    ## Bad
    ```python
    import os

    from flask import Flask

    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    app = Flask(__name__)
    ```

    ## Good
    ```python
    import os

    from flask import Flask

    app = Flask(__name__)

    if __name__ == "__main__":
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        app.run()
    ```

    ## References
    - [CWE-319](https://cwe.mitre.org/data/definitions/319.html)
    """

    code = "FLK708"
    name = "insecure-transport"
    severity = Severity.MEDIUM
    cwe = (319,)

    def findings(self, context: Context) -> Iterator[Finding]:
        """The switches, then the apps' settings."""
        project: Project = context.project
        for module in project.modules.values():
            if not module.is_test:
                yield from self._switches(module, project)
        for site in project.calls(*_SETTERS):
            name, value = site.argument(0, "key", "name"), site.argument(1, "default", "value")
            if (
                isinstance(name, ir.Const)
                and name.value in _SWITCHES
                and _is_on(value)
                and not _is_for_developers(site)
            ):
                yield self._switch(site.location, site.scope.qualname)
        for app in project.apps:
            yield from self._scheme(app)

    def _switches(self, module: LinkedModule, project: Project) -> Iterator[Finding]:
        for scope in module.scopes:
            for write in scope.writes:
                if not isinstance(write.key, ir.Const) or write.key.value not in _SWITCHES or not _is_on(write.value):
                    continue
                if "os.environ" not in project.resolve(write.target, scope):
                    continue
                if not _stands_apart(scope.node, write.node):
                    yield self._switch(Location(module.path, write.node.span), scope.qualname)

    def _switch(self, location: Location, scope: str) -> Finding:
        return self.finding(
            location,
            "OAuth is told that it may work over HTTP. Codes and tokens can then be read on the way.",
            confidence=Confidence.HIGH,
            label="allows HTTP",
            scope=scope,
            help="leave it out; set it in the shell of whoever develops without HTTPS",
        )

    def _scheme(self, app: App) -> Iterator[Finding]:
        for profile in app.production:
            effective = profile.effective("PREFERRED_URL_SCHEME")
            write = effective.write
            setting = effective.setting
            if write is not None and isinstance(setting, Known) and setting.value == "http":
                yield self.finding(
                    place(write.expr, write.location),
                    f'`PREFERRED_URL_SCHEME` is `"http"`{where(profile)}: links made outside of a request go over HTTP.'
                    f"{reservations(effective)}",
                    severity=Severity.LOW,
                    confidence=confidence_in(effective),
                    label="links over HTTP",
                    scope=write.scope,
                    help='set it to `"https"`',
                )
                return


def _is_on(value: ir.Expr | None) -> bool:
    return isinstance(value, ir.Const) and str(value.value).lower() not in ("0", "", "false", "none")


def _is_for_developers(site: CallSite) -> bool:
    return _stands_apart(site.scope.node, site.call)


def _stands_apart(root: object, node: ir.Node) -> bool:
    """Is a place reached only as a script, or under a condition that speaks of development or tests?"""
    for outer in ir.path_to(root, node.span):
        if not isinstance(outer, ir.If):
            continue
        for inner in (outer.test, *ir.walk(outer.test)):
            match inner:
                case ir.Name(name) | ir.Attribute(_, name):
                    spoken = name
                case ir.Const(value=str() as text):
                    spoken = text
                case _:
                    continue
            if spoken in ("__name__", "__main__") or not (DEVELOPMENT_WORDS | TEST_WORDS).isdisjoint(words(spoken)):
                return True
    return False
