"""Blueprints, routes and views: what a visitor can ask an app for, and what stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from flasklint.knowledge.extensions import (
    ADMITS,
    API_CLASSES,
    BUILT_ROUTES,
    CLASSFUL_ROUTE,
    EXPOSE,
    EXPOSERS,
    FORM_BASE,
    HANDLES,
    INDEX_VIEWS,
    JSON_APIS,
    MADE_VIEWS,
    MODEL_VIEWS,
    OF_MODELS,
    OWN_GUARDS,
    PERMITS,
    SECURE_FORMS,
)
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Cls,
    Event,
    Fn,
    Instance,
    Lib,
    Map,
    Result,
    Seq,
    Value,
    ViewOf,
)
from flasklint.project.operations import python, written
from flasklint.project.registering import COMPUTED, alternatives, is_none, is_true, joined, methods_of, rule_of, text_of
from flasklint.project.values import Known, Unknown
from flasklint.project.views import VERBS, View, class_decorations, own_methods, view_of
from flasklint.project.walk import Walk
from flasklint.project.walk.frames import decorated
from flasklint.source import Location

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that browsers and people expect to change something."""

_APIS = API_CLASSES | EXPOSERS.keys()
_PARAMETER = re.compile(
    r"<(?:(?P<converter>[a-zA-Z_][a-zA-Z0-9_]*)(?:\((?P<args>[^>]*)\))?:)?(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)>"
)


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """A blueprint (or an API object) registered: where, under which prefix and name, inside of which others.

    ``blueprints``: the chain, outermost first.
    """

    blueprint: Instance
    location: Location
    prefix: str
    name: str
    chain: tuple[Instance, ...]
    conditions: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One rule of an app. ``location``: where it is registered. ``chain``: the blueprints that it comes through.

    ``rule``: with the prefixes; :data:`COMPUTED` stands for what is not known of it. ``endpoint``: with the blueprints' names.
    ``host``: the host or the subdomain that it is for, when it is not for all.
    """

    rule: str
    methods: frozenset[str]
    endpoint: str
    view: View | None
    location: Location
    chain: tuple[Instance, ...] = ()
    conditions: tuple[Value, ...] = ()
    scope: str = ""
    host: str = ""

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The path's parameters: name and converter."""
        return tuple((found["name"], found["converter"] or "string") for found in _PARAMETER.finditer(self.rule))

    @property
    def changes(self) -> bool:
        """Does it accept a method that changes something?"""
        return not CHANGING.isdisjoint(self.methods)


class Router:
    """Reads the routes of an app off what the walk saw."""

    def __init__(self, walk: Walk, app: AppObject) -> None:
        self._walk = walk
        self._app = app

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """Every blueprint and API object that the app has, however deep."""
        found: list[Mount] = []
        seen: set[tuple[int, str]] = set()

        def visit(
            owner: Instance, prefix: str, name: str, chain: tuple[Instance, ...], conditions: tuple[Value, ...]
        ) -> None:
            for event in owner.events:
                if event.kind not in ("register", "init", "applied"):
                    continue
                if event.kind == "applied" and not owner.is_a(_APIS):
                    continue
                for target in alternatives(event.target):
                    is_api = isinstance(target, Instance) and target.is_a(_APIS)
                    if not isinstance(target, BlueprintObject) and not is_api:
                        continue
                    if event.kind == "applied" or any(target is outer for outer in chain):
                        continue
                    assert isinstance(target, Instance)
                    carrier = _carrier(target) if is_api else None
                    if carrier is not None and carrier is not owner and not any(carrier is outer for outer in chain):
                        within = joined(prefix, self._prefix(carrier, event))
                        inside = f"{name}{self._name(carrier, event)}."
                        held = (*conditions, *event.conditions)
                        found.append(Mount(carrier, event.location, within, inside, (*chain, carrier), held))
                        if (id(target), within) not in seen:
                            seen.add((id(target), within))
                            found.append(Mount(target, event.location, within, inside, (*chain, carrier, target), held))
                        visit(carrier, within, inside, (*chain, carrier), held)
                        continue
                    inner_prefix = joined(prefix, self._prefix(target, event))
                    inner_name = f"{name}{self._name(target, event)}." if isinstance(target, BlueprintObject) else name
                    if (id(target), inner_prefix) in seen:
                        continue
                    seen.add((id(target), inner_prefix))
                    inner_conditions = (*conditions, *event.conditions)
                    inner_chain = (*chain, target)
                    found.append(Mount(target, event.location, inner_prefix, inner_name, inner_chain, inner_conditions))
                    visit(target, inner_prefix, inner_name, inner_chain, inner_conditions)

        visit(self._app, "", "", (), ())
        return tuple(found)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every route, each once, in the order of the text within a file."""
        found: dict[tuple[object, ...], Route] = {}
        own = Mount(self._app, self._app.location, "", "", (), ())
        for mount in (own, *self.mounts):
            for event in mount.blueprint.events:
                for route in self._routes(event, mount):
                    found.setdefault(self.key(route), route)
        return tuple(found.values())

    def _routes(self, event: Event, mount: Mount) -> Iterator[Route]:
        arguments = event.arguments or Arguments()
        if event.kind == "route":
            if is_true(arguments.get(None, "build_only")):
                return  # a name for `url_for`, which answers nothing
            yield self._route(event, mount, arguments)
        elif event.kind == "register" and isinstance(event.target, (Result, Unknown)):
            given = arguments.get(None, "url_prefix")
            yield self._unseen(event, mount, COMPUTED if given is None else joined(written(given, COMPUTED), COMPUTED))
        elif event.kind == "resource" and event.detail == "classful":
            yield from self._classful(event, mount, arguments)
        elif event.kind == "resource" and event.detail == "exposed":
            yield from self._exposed(event, mount, arguments)
        elif event.kind == "resource" and event.detail == "model":
            yield from self._of_a_model(event, mount, arguments)
        elif event.kind == "resource":
            yield from self._resources(event, mount, arguments)

    def _route(self, event: Event, mount: Mount, arguments: Arguments) -> Route:
        rule = rule_of(arguments)
        view = view_of(self._walk, event.target, event.location)
        given = arguments.get(1 if event.detail == "handles" else None, "methods", "method")
        methods = methods_of(given)
        if event.detail == "handles" and view is not None and _asks(arguments, mount.blueprint):
            view = replace(view, own_guard="authenticators", own_proof="token")
        if event.detail in ("get", "post", "put", "patch", "delete"):
            methods = frozenset({event.detail.upper()})
        elif given is None and view is None and isinstance(event.target, Result):
            methods = next((MADE_VIEWS[name] for name in event.target.names if name in MADE_VIEWS), methods)
        elif given is None and arguments.partial and isinstance(event.target, Fn):
            methods = frozenset({"?"})  # among the arguments that are not seen
        elif given is None or is_none(given):
            methods = own_methods(self._walk, view)
        endpoint = text_of(arguments.get(1 if event.detail == "add_url_rule" else None, "endpoint"), "")
        if not endpoint and isinstance(event.target, ViewOf):
            endpoint = text_of(event.target.arguments.get(0, "name"), "")
        endpoint = endpoint or (view.name.rpartition(".")[2] if view is not None else "?")
        return Route(
            joined(mount.prefix, rule),
            methods,
            mount.name + endpoint,
            view,
            event.location,
            mount.chain,
            (*mount.conditions, *event.conditions),
            event.scope,
            text_of(arguments.get(None, "subdomain", "host"), ""),
        )

    @staticmethod
    def key(route: Route) -> tuple[object, ...]:
        """What tells a route from others of its app."""
        return route.rule, route.host, route.methods, str(route.view.location if route.view else route.location)

    def _resources(self, event: Event, mount: Mount, arguments: Arguments) -> Iterator[Route]:
        view = view_of(self._walk, event.target, event.location)
        skip = {"resource": 0, "named": 2}.get(event.detail, 1)
        if view is None and isinstance(event.target, (Result, Unknown)):
            yield self._unseen(event, mount, text_of(arguments.get(skip)))
        if isinstance(event.target, (ViewOf, Cls)) and view is not None:
            rules = [value for value, _ in arguments.positional[skip:]]
            urls = arguments.get(None, "urls")
            if isinstance(urls, Seq):
                rules += urls.items
            named = arguments.get(1, "view") if event.detail == "named" else arguments.get(None, "endpoint")
            endpoint = text_of(named, "") or view.name.rpartition(".")[2].lower()
            for rule in rules:
                yield Route(
                    joined(mount.prefix, written(rule, COMPUTED)),
                    own_methods(self._walk, view),
                    mount.name + endpoint,
                    view,
                    event.location,
                    mount.chain,
                    (*mount.conditions, *event.conditions),
                    event.scope,
                )

    def _unseen(self, event: Event, mount: Mount, rule: str) -> Route:
        """What something that is not known registers."""
        return Route(
            joined(mount.prefix, rule),
            frozenset({"?"}),
            f"{mount.name}?",
            None,
            event.location,
            mount.chain,
            (*mount.conditions, *event.conditions),
            event.scope,
        )

    def _classful(self, event: Event, mount: Mount, arguments: Arguments) -> Iterator[Route]:
        """Flask-Classful: each public method is a view, at a rule of its own or one made from its name and parameters."""
        cls = event.target
        if not isinstance(cls, Cls):
            return
        given = arguments.get(None, "route_base") or self._walk.class_member(cls, "route_base")
        before = arguments.get(None, "route_prefix") or self._walk.class_member(cls, "route_prefix")
        base = text_of(given, "") or "/" + cls.node.name.lower().removesuffix("view")
        base = joined(text_of(before, ""), base)
        around = class_decorations(self._walk, cls)
        seen_before = self._walk.class_member(cls, "before_request")
        first = (seen_before,) if isinstance(seen_before, Fn) else ()
        known: set[str] = set()
        for member in self._walk.class_line(cls):
            if not isinstance(member, Cls):
                continue
            own = {name: value for name, value in self._walk.class_frame(member).names.items() if name not in known}
            known.update(own)
            for name, value in own.items():
                if not isinstance(value, Fn) or name.startswith(("_", "before_", "after_")):
                    continue
                if decorated(value.node, "classmethod"):
                    continue
                view = View(f"{cls.name}.{name}", value.location, {"": value}, around + value.decorations, None, first)
                for rule, methods in _classful_rules(base, name, value):
                    yield Route(
                        joined(mount.prefix, rule),
                        methods,
                        f"{mount.name}{cls.node.name}:{name}",
                        view,
                        event.location,
                        mount.chain,
                        (*mount.conditions, *event.conditions),
                        event.scope,
                    )

    def _exposed(self, event: Event, mount: Mount, arguments: Arguments) -> Iterator[Route]:
        """Flask-Admin, Flask-AppBuilder: methods exposed one by one, and what the library's own view classes bring."""
        target = event.target
        cls = target.cls if isinstance(target, Instance) else target
        made = target.arguments if isinstance(target, Instance) else None
        names = (
            self._walk.class_names(cls)
            if isinstance(cls, Cls)
            else target.names
            if isinstance(target, Instance)
            else ()
        )
        if not names:
            return
        short = names[0].rpartition(".")[2]
        endpoint = (
            text_of(made.get(None, "endpoint") if made is not None else None, "")
            or self._of_model(made)
            or ("admin" if not INDEX_VIEWS.isdisjoint(names) else short.lower())
        )
        own = made.get(None, "url") if made is not None else None
        if own is None and isinstance(cls, Cls):
            own = self._walk.class_member(cls, "route_base")
        is_index = not INDEX_VIEWS.isdisjoint(names)
        base = text_of(own, "") or ("" if is_index else f"/{endpoint}")
        prefix = base if base.startswith("/") and own is not None else joined(self._admin_prefix(mount.blueprint), base)
        rest = (event.location, mount.chain, (*mount.conditions, *event.conditions), event.scope)
        first = self._first(cls) if isinstance(cls, Cls) else ()
        given: set[str] = set()
        for member in self._walk.class_line(cls) if isinstance(cls, Cls) else ():
            for name, value in self._walk.class_frame(member).names.items() if isinstance(member, Cls) else ():
                for decoration in value.decorations if isinstance(value, Fn) else ():
                    if not isinstance(value, Fn) or EXPOSE.isdisjoint(decoration.names):
                        continue
                    found = decoration.arguments or Arguments()
                    rule = text_of(found.get(0, "url"), "/")
                    methods = methods_of(found.get(1, "methods"))
                    view = View(f"{names[0]}.{name}", value.location, {"": value}, value.decorations, None, first)
                    given.add(rule)
                    yield Route(joined(prefix, rule), methods, f"{mount.name}{endpoint}.{name}", view, *rest)
        library = next((MODEL_VIEWS[name] for name in names if name in MODEL_VIEWS), "")
        view = View(
            names[0],
            cls.location if isinstance(cls, Cls) else event.location,
            {},
            (),
            cls if isinstance(cls, Cls) else None,
            first,
            library in OWN_GUARDS or (isinstance(cls, Cls) and self._has_secure_forms(cls)),
            True,
            OWN_GUARDS.get(library, ""),
        )
        for built in BUILT_ROUTES.get(library, ()):
            if built.rule not in given:
                last = built.rule.strip("/").partition("/")[0] or "index"
                permit = (
                    self._walk.class_member(cls, PERMITS[last]) if isinstance(cls, Cls) and last in PERMITS else None
                )
                if permit is not None and python(permit) == (True, False):
                    continue
                whole = replace(view, first=(*first, permit)) if isinstance(permit, Fn) else view
                yield Route(joined(prefix, built.rule), built.methods, f"{mount.name}{endpoint}.{last}", whole, *rest)

    def _of_a_model(self, event: Event, mount: Mount, arguments: Arguments) -> Iterator[Route]:
        """Flask-Restless: a collection for a model, and its members."""
        model = event.target
        names = mount.blueprint.names
        usual = next((OF_MODELS[name] for name in names if name in OF_MODELS), "")
        given = arguments.get(None, "collection_name")
        if given is None and isinstance(model, Cls):
            given = self._walk.class_member(model, "__tablename__") or Known(model.node.name.lower())
        base = joined(text_of(arguments.get(None, "url_prefix"), usual), "/" + text_of(given))
        hooks = arguments.get(None, "preprocessors")
        first = tuple(one for one in _held(hooks) if isinstance(one, Fn))
        name = model.name if isinstance(model, Cls) else text_of(given)
        methods = methods_of(arguments.get(None, "methods"))
        view = View(name, event.location, {}, (), None, first, brought=methods)
        rest = (event.location, mount.chain, (*mount.conditions, *event.conditions), event.scope)
        yield Route(joined(mount.prefix, base), methods, f"{mount.name}{text_of(given)}api", view, *rest)
        if one := methods - {"POST"}:
            yield Route(joined(mount.prefix, f"{base}/<key>"), one, f"{mount.name}{text_of(given)}api", view, *rest)

    def _first(self, cls: Cls) -> tuple[Fn, ...]:
        """What a view of Flask-Admin does before each request, as far as the project says it."""
        found = (self._walk.class_member(cls, name) for name in (ADMITS, HANDLES))
        return tuple(member for member in found if isinstance(member, Fn))

    def _has_secure_forms(self, cls: Cls) -> bool:
        base = self._walk.class_member(cls, FORM_BASE)
        if base is None:
            return False
        names = self._walk.class_names(base) if isinstance(base, Cls) else self._walk.value_names(base)
        return not SECURE_FORMS.isdisjoint(names)

    def _of_model(self, made: Arguments | None) -> str:
        """The endpoint that a view of a model is given: the model's name."""
        model = made.get(0, "model") if made is not None else None
        return model.node.name.lower() if isinstance(model, Cls) else ""

    def _admin_prefix(self, owner: Instance) -> str:
        usual = next((EXPOSERS[name] for name in owner.names if name in EXPOSERS), "")
        given = owner.arguments
        index = given.get(4, "index_view") if given is not None else None
        if isinstance(index, Instance) and index.arguments is not None:
            usual = text_of(index.arguments.get(4, "url"), usual)
        return text_of(given.get(2, "url") if given is not None else None, usual)

    def _prefix(self, target: Instance, event: Event) -> str:
        position = 1 if event.detail == "add_namespace" else None
        given = event.arguments.get(position, "url_prefix", "path", "prefix") if event.arguments else None
        made = target.arguments
        if given is None or (isinstance(given, Known) and given.value is None):
            position = 2 if target.is_a(frozenset({"flask_restx.Namespace", "flask_restplus.Namespace"})) else None
            given = made.get(position, "url_prefix", "path", "prefix") if made is not None else None
            if given is None and target.is_a(frozenset({"flask_restful.Api"})) and made is not None:
                given = made.get(1, "prefix")
        if given is None and target.is_a(frozenset({"flask_restx.Namespace", "flask_restplus.Namespace"})):
            return "/" + text_of(made.get(0, "name") if made is not None else None)
        if given is None or (isinstance(given, Known) and given.value is None):
            return ""
        return written(given, COMPUTED)

    def _name(self, target: Instance, event: Event) -> str:
        given = event.arguments.get(None, "name") if event.arguments else None
        made = target.arguments
        return text_of(given or (made.get(0, "name") if made is not None else None))


def _classful_rules(base: str, name: str, view: Fn) -> Iterator[tuple[str, frozenset[str]]]:
    """The rules of one method of a Flask-Classful view, with their HTTP methods."""
    own = [decoration.arguments for decoration in view.decorations if not CLASSFUL_ROUTE.isdisjoint(decoration.names)]
    for arguments in own:
        if arguments is not None:
            yield joined(base, text_of(arguments.get(0, "rule"))), methods_of(arguments.get(None, "methods"))
    if not own:
        words = [] if name in (*VERBS, "index") else [name]
        words += [
            f"<{parameter.name}>"
            for parameter in view.node.parameters[1:]
            if parameter.default is None and parameter.kind in ("positional", "normal")
        ]
        ending = "" if words and words[-1].startswith("<") else "/"
        verb = name.upper() if name in VERBS else "GET"
        yield joined(base, "/" + "/".join(words)).rstrip("/") + ending, frozenset({verb})


def _carrier(api: Instance) -> BlueprintObject | None:
    """The blueprint through which an API that registers its own gets to an app."""
    if not api.is_a(JSON_APIS):
        return None
    given = api.attributes.get("blueprint") or (api.arguments.get(None, "blueprint") if api.arguments else None)
    applied = (event.target for event in api.events if event.kind == "applied")
    return next((one for one in (given, *applied) if isinstance(one, BlueprintObject)), None)


def _asks(arguments: Arguments, registry: Instance) -> bool:
    """Flask-Rebar: is a handler, or its registry where it says nothing of its own, told how to know who is asking?"""
    names = ("authenticators", "authenticator")
    usual = tuple(f"default_{name}" for name in names)
    given = arguments.get(None, *names)
    if isinstance(given, Lib) and given.name.rpartition(".")[2] == "USE_DEFAULT":
        given = None
    if given is None and registry.arguments is not None:
        given = registry.arguments.get(None, *usual)
    return given is not None and not is_none(given) and not (isinstance(given, Seq) and not given.items)


def _held(value: Value | None) -> Iterator[Value]:
    """What a mapping of lists holds."""
    for _, item, _ in value.items if isinstance(value, Map) else ():
        yield from item.items if isinstance(item, Seq) else (item,)
