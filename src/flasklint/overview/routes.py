"""The attack surface as rows: what a visitor can ask each app for, what stands before it, and what his data gets to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from flasklint.findings import Confidence
from flasklint.project.apps import App
from flasklint.project.effects import Effect
from flasklint.project.forgery import body_is_json_only, only_shows, verifies_signature
from flasklint.project.inputs import Input, inputs
from flasklint.project.limits import limit_of
from flasklint.project.links import changes_by_link
from flasklint.project.objects import Fn
from flasklint.project.project import Project
from flasklint.project.routes import CHANGING, Route
from flasklint.project.standing import Guard
from flasklint.source import Location
from flasklint.taint.flows import Flow, Flows

CsrfStatus = Literal[
    "safe", "protected", "token", "json", "preflight", "signed", "no-cookie", "exempt", "open", "unknown"
]
"""``safe``: only methods that change nothing. ``protected``: a token is checked. ``token``: who is asking is told by a header
that browsers do not send by themselves, or a token is brought for what is done. ``json``: only a body that a foreign page
cannot send. ``preflight``: browsers ask the app before they send it for a foreign page. ``signed``: a signature over the
request is checked. ``no-cookie``: nobody is known by a cookie there. ``exempt``, ``open``: a foreign page can send it, or
a link is enough.
``unknown``: what answers is not seen."""


@dataclass(frozen=True, slots=True)
class Csrf:
    """What a route does about forged requests, and why."""

    status: CsrfStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A place that a visitor's data gets to. ``kind``: of harm that it may do there, as the tables name it."""

    kind: str
    location: Location
    words: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One rule of an app. ``host``: the host or subdomain that it is for, when it is not for all.

    ``registered``: where the rule is given. ``view``: dotted name and place of what answers, ``None`` where that is not seen.
    ``blueprint``: dotted; empty for the app's own. ``sinks``: ``None`` when data was not followed. ``sure``: no condition that
    is not settled stands before it. ``guarded``: the methods that the guard is for, where others are open.
    """

    rule: str
    host: str
    methods: tuple[str, ...]
    endpoint: str
    blueprint: str
    registered: Location
    view: tuple[str, Location] | None
    guard: Guard | None
    csrf: Csrf
    limit: str
    inputs: tuple[Input, ...]
    sinks: tuple[Reached, ...] | None
    sure: bool
    guarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppRoutes:
    """An app with its routes, by rule. ``complete``: the project was followed to its end."""

    name: str
    kind: str
    location: Location
    rows: tuple[RouteRow, ...]
    complete: bool


def app_routes(project: Project, flows: Flows | None, named: Set[str] | None = None) -> tuple[AppRoutes, ...]:
    """The routes of each app. ``flows``: what the data of visitors gets to, if it was followed. ``named``: only routes that
    are given, or answered, in these files, and only apps that have such or are made there."""
    reach = _Reach(flows) if flows is not None else None
    found: list[AppRoutes] = []
    for app in project.apps:
        links = {
            id(one.route): one.effect
            for one in changes_by_link(app, project.definition)
            if one.says_so or one.effect.certain
        }
        rows = tuple(row for row in _rows(app, reach, links) if named is None or _stands_in(row, named))
        if named is None or rows or app.location.path in named:
            found.append(AppRoutes(app.name, app.kind, app.location, rows, not app.exhausted))
    return tuple(found)


def _stands_in(row: RouteRow, named: Set[str]) -> bool:
    return row.registered.path in named or (row.view is not None and row.view[1].path in named)


def _rows(app: App, reach: _Reach | None, links: Mapping[int, Effect]) -> Iterator[RouteRow]:
    for route in sorted(app.routes, key=lambda one: (one.rule, sorted(one.methods), one.location)):
        view = route.view
        prefix = route.endpoint.rpartition(".")[0]
        whole = app.guard(route)
        guard = whole or app.guard_of_changes(route)
        some = app.guard_of_some(route) if whole is None else None
        brought = app.voucher(route) if guard is None and some is None else None
        yield RouteRow(
            route.rule,
            route.host,
            tuple(sorted(route.methods)),
            route.endpoint,
            prefix,
            route.location,
            (view.name, view.location) if view is not None else None,
            guard or (some[0] if some is not None else brought),
            csrf_of(app, route, guard, links.get(id(route))),
            _limit(app, route),
            inputs(app, route),
            reach.of(route) if reach is not None else None,
            app.production[0].holds(route.conditions) > 0,
            _guarded(route, some, guard is not None and whole is None),
        )


def _guarded(route: Route, some: tuple[Guard, frozenset[str]] | None, changes: bool) -> tuple[str, ...]:
    """The methods that a guard is for, where others are open; ``changes``: it is for those that change something."""
    return tuple(sorted(some[1] if some is not None else route.methods & CHANGING if changes else ()))


def _limit(app: App, route: Route) -> str:
    """What limits all that a route runs; empty when some of it has no limit."""
    functions = route.view.functions if route.view is not None else ()
    found = [limit_of(app, route, function) for function in functions]
    return found[0] if found and all(found) else ""


def csrf_of(app: App, route: Route, guard: Guard | None, by_link: Effect | None = None) -> Csrf:
    """Whether a foreign page could make a visitor's browser change something here, and why (not). ``by_link``: what it changes on
    GET."""
    verdicts = [app.protection(route, profile) for profile in app.production]
    worst = next((one for one in verdicts if not one.protected), verdicts[0])
    match worst.kind:
        case "safe" | "checked" | "origin" if by_link is not None:
            return Csrf("open", f"a link is enough to {by_link.what}")
        case "safe":
            return Csrf("safe", worst.reason)
        case "checked" | "origin":
            return Csrf("protected", worst.reason)
        case "token":
            return Csrf("token", worst.reason)
        case "unseen":
            return Csrf("unknown", worst.reason)
    if guard is not None and guard.proof == "token":
        return Csrf("token", f"{guard.name} asks for a token in a header")
    if verifies_signature(app, route):
        return Csrf("signed", "it looks at a signature of the request")
    if app.identity is None and guard is not None and guard.proof == "basic" and not app.shows_pages_by_password:
        return Csrf("no-cookie", "it asks programs for a name and a password, and shows them no pages")
    if app.identity is None and (guard is None or guard.proof not in ("session", "basic")):
        return Csrf("no-cookie", "nobody logs in to this app with a cookie")
    if body_is_json_only(app, route):
        return Csrf("json", "it takes a JSON body, which a foreign page cannot send")
    if "POST" not in route.methods:
        return Csrf("preflight", "browsers ask the app before they send PUT, PATCH or DELETE for a foreign page")
    if worst.kind == "open" and only_shows(app, route):
        return Csrf("safe", "it shows a page and changes nothing, whatever the method")
    exemption = app.exemption(route)
    if worst.kind == "exempt" and exemption is not None:
        return Csrf("exempt", f"exempt from {_extension(app)}")
    return Csrf("open", worst.reason)


def _extension(app: App) -> str:
    return next((use.name.rpartition(".")[2] for use in app.extensions_of_kind("csrf")), "the protection")


class _Reach:
    """The flows of a project by the functions that their data goes through."""

    def __init__(self, flows: Flows) -> None:
        self._by_path: dict[str, list[tuple[int, Flow]]] = {}
        for flow in flows.flows():
            if not flow.untrusted or flow.confidence < Confidence.MEDIUM:
                continue
            for path, start in {
                (step.location.path, step.location.span.start) for way in flow.paths for step in way.steps
            } | {(flow.location.path, flow.location.span.start)}:
                self._by_path.setdefault(path, []).append((start, flow))

    def of(self, route: Route) -> tuple[Reached, ...]:
        """The places that the data of a route's visitors gets to: those whose way leads through one of its functions."""
        found: Mapping[tuple[str, Location], Reached] = {
            (flow.sink.kind, flow.location): Reached(flow.sink.kind, flow.location, flow.sink.words, flow.confidence)
            for function in (route.view.functions if route.view is not None else ())
            for flow in self._through(function)
        }
        return tuple(sorted(found.values(), key=lambda one: (one.location, one.kind)))

    def _through(self, function: Fn) -> Iterator[Flow]:
        span = function.node.span
        for start, flow in self._by_path.get(function.frame.module.path, ()):
            if span.start <= start < span.end:
                yield flow
