from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Place, Severity
from flasklint.knowledge.config import DEVELOPMENT_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.apps import App
from flasklint.project.calls import CallSite
from flasklint.project.flags import flag_of_key, flag_of_value, follows, place
from flasklint.project.profiles import Truth
from flasklint.project.project import Project
from flasklint.project.running import Run, is_for_developers, runs
from flasklint.project.values import Known
from flasklint.rules.base import Context, Rule, together
from flasklint.rules.deployments import is_served
from flasklint.rules.evidence import confidence_in, overridden, reservations, where
from flasklint.source import Location

_LOCAL = " It listens on this machine only, as long as nobody changes the host."
_SOCKETS = "flask_socketio.SocketIO().run"
"""Its arguments: the app, the host, the port; ``debug`` by name."""
_STARTS = "starts the debugger"
_DEBUGGERS = ("werkzeug.serving.run_simple", "werkzeug.debug.DebuggedApplication")


class DebugEnabled(Rule):
    """Debug mode is on where it must not be.

    ## What it does
    Finds debug mode in what production runs with: `app.run(debug=True)`, `app.debug = True`, `DEBUG = True` in the config class,
    module or dict that is in force, `socketio.run(app, debug=True)`, `run_simple(use_debugger=True)`,
    `DebuggedApplication(evalex=True)`; and flags that are read so that any text means on, `false` too:
    `bool(os.getenv("DEBUG"))`.
    Development and test profiles are left alone, and so are flags that are parsed and off by default. Where the files that
    say how the app is run start a server such as Gunicorn, what stands under `if __name__ == "__main__"` is for pedants.

    ## Why is this bad
    Werkzeug's debugger runs any Python code that a visitor types into the error page. Its PIN is no protection to rely on. Even
    without the debugger, debug mode shows sources and settings in error pages.

    ## Bad
    ```python
    from flask import Flask

    app = Flask(__name__)

    if __name__ == "__main__":
        app.run(debug=True)
    ```

    ## Good
    ```python
    from flask import Flask

    app = Flask(__name__)

    if __name__ == "__main__":
        app.run()  # `flask run --debug` while developing
    ```

    ## References
    - [CWE-489](https://cwe.mitre.org/data/definitions/489.html)
    - [Flask: Debug Mode](https://flask.palletsprojects.com/en/stable/quickstart/#debug-mode)
    """

    code = "FLK101"
    name = "debug-enabled"
    severity = Severity.HIGH
    cwe = (489, 215)
    covers = ("FLK109",)

    def findings(self, context: Context) -> Iterator[Finding]:
        """What the apps run with, and debuggers made by hand; what a file does when it is started by hand, where production
        starts a server that never gets there, for pedants."""
        served = is_served(context.project)
        for finding in self._found(context):
            by_hand = served and finding.label == _STARTS and _is_started_by_hand(finding.location, context.project)
            yield replace(finding, persona=Persona.PEDANTIC) if by_hand else finding

    def _found(self, context: Context) -> Iterator[Finding]:
        project: Project = context.project
        seen: set[Location] = set()
        for app in project.apps:
            configured, run = list(self._configured(app)), list(self._run(app))
            # Both switch on the same thing, and it stays on until both are mended.
            for finding in together([*configured, *run]) if configured and run else (*configured, *run):
                if finding.location not in seen:
                    seen.add(finding.location)
                    yield finding
        yield from self._environment(project)
        called = {event.location for app in project.apps for event in app.runs}
        for site in project.calls("flask.Flask().run", _SOCKETS, *_DEBUGGERS):
            told = site.location in called and site.argument(None, "use_debugger") is None
            if not site.scope.module.is_test and not told and not self._is_told(site, seen):
                yield from (finding for finding in self._call(site, project) if finding.location not in seen)

    def _is_told(self, site: CallSite, seen: Set[Location]) -> bool:
        """Has something in this very call been told of?"""
        span = site.location.span
        return any(place.path == site.location.path and span.start <= place.span.start < span.end for place in seen)

    def _environment(self, project: Project) -> Iterator[Finding]:
        """``os.environ["FLASK_DEBUG"] = "1"`` in a module that makes or runs an app."""
        paths = {place.path for app in project.apps for place in (app.location, *(run.location for run in app.runs))}
        for path in sorted(paths):
            module = project.modules.get(path)
            if module is None or module.is_test or is_for_developers(module, ""):
                continue
            for node in ir.walk(module.facts):
                match node:
                    case ir.Assign(
                        targets=(ir.Subscript(value=owner, key=ir.Const(value=str() as name)),),
                        value=ir.Const(value=str() as value),
                    ) if _switches_on(name, value) and "os.environ" in project.resolve(owner, module.scope):
                        yield self.finding(
                            Location(path, node.span),
                            f"`{name}` is set to `{value}` in the program, so debug mode is on wherever it runs. Whoever reaches "
                            "an error page can run code.",
                            label="switches debug mode on",
                            help="drop it; switch debug mode on from outside, with `flask run --debug`",
                        )
                    case _:
                        continue

    def _configured(self, app: App) -> Iterator[Finding]:
        for profile in app.production:
            flag = flag_of_key("DEBUG", profile)
            effective = flag.effective
            if flag.location is None or effective is None or effective.write is None:
                yield from self._before_run(app)
                continue
            location = place(effective.write.expr, flag.location)
            if flag.state in ("on", "on-by-default") and _is_by_hand(app, effective.write.location):
                yield self._debugger(
                    location, any(run.reach == "everywhere" for run in runs(app)), flag.scope, flag.variable
                )
            elif flag.state in ("on", "on-by-default"):
                unless = f" unless `{flag.variable}` says otherwise" if flag.variable else ""
                yield self.finding(
                    location,
                    f"Debug mode is on in production{where(profile)}{unless}. Its error pages show sources and settings, and "
                    f"with the development server they run code.{reservations(effective)}",
                    confidence=confidence_in(effective),
                    label="debug mode is on",
                    scope=flag.scope,
                    related=overridden(effective),
                    help="leave it out, or set it to false; switch debug mode on with `flask run --debug`",
                )
            elif flag.state == "any-text":
                yield self._any_text(location, flag.variable, flag.scope)

    def _before_run(self, app: App) -> Iterator[Finding]:
        """``app.debug = True`` under the main guard, right before ``run()``."""
        for profile in app.production:
            for candidate in profile.effective("DEBUG").optional:
                write = candidate.write
                if write is None or candidate.truth < Truth.PROBABLY_NO:
                    continue
                if not any(
                    event.script and event.write is not None and event.write.location == write.location
                    for event in app.events
                ):
                    continue
                if flag_of_value(candidate.value, profile)[0] == "on" and app.runs:
                    reaches = any(run.reach == "everywhere" for run in runs(app))
                    yield self._debugger(write.location, reaches, write.scope)

    def _run(self, app: App) -> Iterator[Finding]:
        profile = app.production[0]
        for run in runs(app):
            if (
                run.debug is None
                or follows(run.debug)
                or (run.asked and run.guarded)
                or is_for_developers(run.event.module, run.event.scope)
            ):
                continue
            state, variable = flag_of_value(run.debug, profile)
            location = place(run.debug_expr, run.location)
            if state in ("on", "on-by-default"):
                yield self._debugger(location, self._reaches(run), run.event.scope, variable, run.reach == "unclear")
            elif state == "any-text":
                yield self._any_text(location, variable, run.event.scope)

    def _reaches(self, run: Run) -> bool:
        return run.reach == "everywhere" or not run.guarded

    def _debugger(
        self, location: Location, reachable: bool, scope: str, variable: str = "", unclear: bool = False
    ) -> Finding:
        local = " What it listens on is set elsewhere." if unclear else _LOCAL
        unless = f" unless `{variable}` says otherwise" if variable else ""
        return self.finding(
            location,
            f"The app is run with the debugger on{unless}. Whoever reaches an error page can run code."
            + ("" if reachable else local),
            severity=Severity.HIGH if reachable else Severity.MEDIUM,
            label=_STARTS,
            scope=scope,
            help="drop it; switch debug mode on from outside, with `flask run --debug`",
        )

    def _any_text(self, location: Location, variable: str, scope: str) -> Finding:
        return self.finding(
            location,
            f"Any text in `{variable}` switches debug mode on, `0` and `false` too. The variable is never parsed.",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            label="any text is true",
            scope=scope,
            help=f'compare it: `os.environ.get("{variable}", "").lower() in ("1", "true")`',
        )

    def _call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        if is_for_developers(site.scope.module, site.scope.qualname) or _is_asked_for(site):
            return
        names = set(site.names)
        if "flask.Flask().run" in names or _SOCKETS in names:
            own = None if _SOCKETS in names else 2
            argument = site.argument(own, "debug") or site.argument(None, "use_debugger")
        elif "werkzeug.serving.run_simple" in names:
            argument = site.argument(4, "use_debugger")
        else:
            argument = site.argument(1, "evalex")
        if argument is None:
            return
        value = project.constant(argument, site.scope)
        if isinstance(value, Known) and value.value is True:
            host = site.argument(1 if _SOCKETS in names else 0, "host", "hostname")
            local = "DebuggedApplication" not in site.names[0] and _is_local(host)
            # A flag that is written elsewhere is what has to be mended, and may be told of already.
            yield self.finding(
                value.places[-1] if value.places else Location(site.location.path, argument.span),
                "A debugger is started with this app. Whoever reaches an error page can run code.",
                severity=Severity.MEDIUM if local else Severity.HIGH,
                label=_STARTS,
                scope=site.scope.qualname,
                related=(Place(site.location, "here"),),
                help="drop it; switch debug mode on from outside, with `flask run --debug`",
            )


def _switches_on(name: str, value: str) -> bool:
    if name == "FLASK_DEBUG":
        return value.lower() not in ("", "0", "false", "no", "off")
    return name == "FLASK_ENV" and value == "development"


def _is_started_by_hand(location: Location, project: Project) -> bool:
    """Does it stand under ``if __name__ == "__main__"``?"""
    module = project.modules.get(location.path)
    return module is not None and any(
        isinstance(outer, ir.If)
        and any(isinstance(node, ir.Name) and node.id == "__name__" for node in (outer.test, *ir.walk(outer.test)))
        for outer in ir.path_to(module.facts, location.span)
    )


def _is_by_hand(app: App, written: Location) -> bool:
    """Is a key set where a script is started by hand, and nowhere else?"""
    events = [event for event in app.events if event.write is not None and event.write.location == written]
    return bool(events) and all(event.main for event in events)


def _is_asked_for(site: CallSite) -> bool:
    """Does the call stand under a condition that speaks of debugging?"""
    for outer in ir.path_to(site.scope.node, site.call.span):
        if isinstance(outer, ir.If):
            for node in (outer.test, *ir.walk(outer.test)):
                spoken = ir.last_name(node)
                if isinstance(node, ir.Const) and isinstance(node.value, str):
                    spoken = node.value
                if not DEVELOPMENT_WORDS.isdisjoint(words(spoken)):
                    return True
    return False


def _is_local(host: ir.Expr | None) -> bool:
    return host is None or (isinstance(host, ir.Const) and host.value in ("127.0.0.1", "localhost", "::1"))
