"""What each Flask app of a project is, taken together.

An app is a place where one is made. The walk may reach that place in several ways (a factory called by a WSGI file and by a
command); what it saw each time is put together: their profiles side by side, and the union of what is registered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from msgspec import structs

from flasklint import ir
from flasklint.additions import Proof
from flasklint.knowledge.decorators import gives_what_is_sent
from flasklint.knowledge.guards import LETS_IN
from flasklint.project.acts import Course, may_change
from flasklint.project.appmodel import AppModel
from flasklint.project.callers import calling, run_beside
from flasklint.project.config import Configuration, by_hand
from flasklint.project.deeds import Deeds
from flasklint.project.exemptions import marks
from flasklint.project.extensions import ExtensionUse, extensions_of
from flasklint.project.headers_set import headers_set
from flasklint.project.identity import kept_identity
from flasklint.project.names import Resolver
from flasklint.project.namespaces import line_of
from flasklint.project.objects import (
    AppObject,
    BlueprintObject,
    Cls,
    Decoration,
    Event,
    Fn,
    Instance,
    Value,
)
from flasklint.project.profiles import Effective, Profile, Truth
from flasklint.project.routes import CHANGING, Mount, Route, Router
from flasklint.project.scopes import Scope, Write
from flasklint.project.standing import Guard
from flasklint.project.views import View, unwrap
from flasklint.source import Location

_IN_A_HEADER = "a token in a header"
_BY_ORIGIN = "it looks where a request comes from"
_BROUGHT = "a token that is brought"


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A function that an app or a blueprint calls around requests.

    ``kind``: the method that registers it (``before_request``, ``after_request``, ``errorhandler`` ...). ``owner``: the
    blueprint, ``None`` for the app. ``everywhere``: it acts on all requests of the app.
    """

    kind: str
    function: Fn
    location: Location
    owner: Instance | None
    conditions: tuple[Value, ...]
    event: Event

    @property
    def everywhere(self) -> bool:
        """Does it act on every request, not only on those of its blueprint?"""
        return self.owner is None or "app" in self.kind.split("_")

    @property
    def before(self) -> bool:
        """Does it see requests before the views do?"""
        return self.kind in ("before_request", "before_app_request")


@dataclass(frozen=True, slots=True, eq=False)
class Protection:
    """Whether a route is protected against forged requests, and why (not). ``kind``: that in one word."""

    protected: bool
    reason: str
    kind: Literal["safe", "checked", "origin", "token", "exempt", "open", "unseen"]


class App:
    """A Flask app.

    ``location``: the call that makes it. ``kind``: where: at ``module`` level, in a ``factory``, as a ``subclass``.

    Everything is worked out when it is asked for.
    """

    def __init__(self, model: AppModel, objects: tuple[AppObject, ...]) -> None:
        self._model = model
        self.objects = tuple(sorted(objects, key=lambda one: calling(one, model.loaded)))
        first = self.objects[0]
        self.location = first.location
        self.scope = first.scope
        self.module = first.module
        owner = f"{first.module.name}." if first.module is not None else ""
        self.name = f"{owner}{first.scope or 'app'}"
        own = first.cls is not None
        self.kind: Literal["module", "factory", "subclass"] = (
            "subclass" if own else "factory" if first.scope else "module"
        )

    def __repr__(self) -> str:
        return f"<App {self.name}>"

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Every way in which it may be configured."""
        found: dict[tuple[str, str], Profile] = {}
        for one in self.objects:
            for profile in Configuration(self._model.walk, one, run_beside(one, self._model.served)).profiles():
                found.setdefault((profile.label, profile.kind), profile)
        # A call that hands in something that we do not see tells nothing, where another call tells more.
        telling = {key: profile for key, profile in found.items() if profile.source is not None or not profile.outside}
        found = telling or found
        # Called with one profile here and another there: those that say they are not for production are not.
        if any(profile.kind == "production" and profile.said in (None, "production") for profile in found.values()):
            return tuple(
                replace(profile, kind=profile.said) if profile.said is not None and not profile.chosen else profile
                for profile in found.values()
            )
        return tuple(found.values())

    @cached_property
    def production(self) -> tuple[Profile, ...]:
        """The profiles that are in force in production; at least one."""
        return tuple(profile for profile in self.profiles if profile.kind == "production") or self.profiles

    @property
    def resolver(self) -> Resolver:
        """What names stand for."""
        return self._model.resolver

    @property
    def exhausted(self) -> bool:
        """The project is too large to have been followed to its end: what is missing may be there."""
        return self._model.exhausted

    def set_at_run_time(self, key: str) -> bool:
        """Is a config key also set by code that runs later: in a view, in a hook?"""
        return any(place not in self._model.walked for place in self._model.written.get(key, ()))

    def setting(self, key: str, profile: Profile | None = None) -> Effective:
        """What a config key is in a profile, by default the first one for production."""
        return (profile or self.production[0]).effective(key)

    def has_method(self, cls: Cls, name: str) -> bool:
        """Does a class of the project, or a base of it there, define a method?"""
        return isinstance(self._model.walk.class_member(cls, name), Fn)

    def replaces_method(self, cls: Cls, name: str) -> bool:
        """Does a class of the project define a method without calling the one that it stands in the place of?"""
        found = self._model.walk.class_member(cls, name)
        return isinstance(found, Fn) and not any(
            isinstance(node, ir.Attribute)
            and node.name == name
            and isinstance(node.value, ir.Call)
            and node.value.function == ir.Name("super", start=node.value.function.start, end=node.value.function.end)
            for node in ir.walk(found.node)
        )

    def bases(self, profile: Profile) -> tuple[Cls, ...]:
        """The config classes that a profile is made of, its own first."""
        return line_of(self._model.walk, profile)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened to it, each place once."""
        found: dict[tuple[str, Location, str], Event] = {}
        for one in self.objects:
            beside = run_beside(one, self._model.served)
            for event in one.events:
                found.setdefault((event.kind, event.location, event.detail), by_hand(event, beside))
        return tuple(found.values())

    @cached_property
    def extensions(self) -> tuple[ExtensionUse, ...]:
        """Its extensions; those that nobody initialises are among them."""
        found: dict[tuple[str, Location], ExtensionUse] = {}
        for one in self.objects:
            for use in extensions_of(one, self._model.idle, self._model.walk.current, self._model.additions.csrf):
                # A factory that is called twice makes two at one place.
                key = (use.name, use.instance.location)
                before = found.get(key)
                if before is None or not before.inits:
                    found[key] = use
        return tuple(found.values())

    def extensions_of_kind(self, *kinds: str) -> tuple[ExtensionUse, ...]:
        """Its extensions that are for one of these things."""
        return tuple(use for use in self.extensions if use.kind in kinds)

    def in_force(self, *kinds: str) -> tuple[ExtensionUse, ...]:
        """Those that act in every production profile."""
        return tuple(
            use for use in self.extensions_of_kind(*kinds) if all(use.in_force(profile) for profile in self.production)
        )

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """Its blueprints and API objects, however deep."""
        found: dict[tuple[int, str], Mount] = {}
        for one in self.objects:
            for mount in Router(self._model.walk, one).mounts:
                found.setdefault((id(mount.blueprint), mount.prefix), mount)
        return tuple(found.values())

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Its routes."""
        found: dict[tuple[object, ...], Route] = {}
        for one in (*self.objects, *((self._model.walk.current,) if self._model.single else ())):
            for route in Router(self._model.walk, one).routes:
                found.setdefault(Router.key(route), route)
        return tuple(found.values())

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """What it and its blueprints call around requests."""
        found: dict[tuple[str, Location, int], Hook] = {}
        owners: list[tuple[Instance, tuple[Value, ...]]] = [(one, ()) for one in self.objects]
        if self._model.single:
            owners.append((self._model.walk.current, ()))
        owners += [(mount.blueprint, mount.conditions) for mount in self.mounts]
        for owner, conditions in owners:
            for event in owner.events:
                if event.kind != "hook":
                    continue
                core, around = unwrap(event.target)
                if isinstance(core, Fn):
                    if around:
                        core = structs.replace(core, decorations=(*around, *core.decorations))
                    blueprint = owner if isinstance(owner, BlueprintObject) else None
                    hook = Hook(event.detail, core, event.location, blueprint, (*conditions, *event.conditions), event)
                    found.setdefault((event.detail, core.location, id(blueprint) if blueprint is not None else 0), hook)
        return tuple(found.values())

    @property
    def runs(self) -> tuple[Event, ...]:
        """The calls of ``app.run``."""
        return tuple(event for event in self.events if event.kind == "run")

    # Who is asking -------------------------------------------------------------------------------------------------

    def guard(self, route: Route) -> Guard | None:
        """What stands before a route and demands to know who is asking, if anything."""
        found = self._guard(route, _answering(route, route.view)) if route.view is not None else None
        return self._as_told(found) if found is not None else None

    def guard_of_changes(self, route: Route) -> Guard | None:
        """What stands before those methods of a route that change something, where the others are open."""
        if route.view is None or self.guard(route) is not None:
            return None
        changes = CHANGING if "?" in route.methods else CHANGING & route.methods
        changing = {function for method, function in route.view.methods.items() if method in changes}
        reading = {function for method, function in route.view.methods.items() if method not in CHANGING}
        found = self._guard(route, tuple(changing)) if changing and not changing & reading else None
        return self._as_told(found) if found is not None else None

    def guard_of_some(self, route: Route) -> tuple[Guard, frozenset[str]] | None:
        """What stands before some methods of a route, where others are open; and which those are."""
        if route.view is None or len(_answering(route, route.view)) < 2:
            return None
        found = {
            method: guard
            for method, function in route.view.methods.items()
            if method in route.methods and (guard := self._guard(route, (function,))) is not None
        }
        if not found or found.keys() == route.view.methods.keys():
            return None
        return self._as_told(next(iter(found.values()))), frozenset(found)

    def voucher(self, route: Route) -> Guard | None:
        """Where a route asks, of whoever comes, for a token that is for what it does alone: a link that was mailed has one."""
        functions = _answering(route, route.view) if route.view is not None else ()
        found = [self._voucher(route, function) for function in functions]
        return found[0] if found and all(found) else None

    def _voucher(self, route: Route, function: Fn) -> Guard | None:
        return self._model.standing.voucher(function, [name for name, _ in route.parameters])

    def _as_told(self, guard: Guard) -> Guard:
        """A guard that asks Flask-Login, by what that goes by."""
        return replace(guard, proof=self._told_by) if guard.proof == "session" and self._told_by is not None else guard

    def _guard(self, route: Route, functions: tuple[Fn, ...]) -> Guard | None:
        assert route.view is not None
        for function in route.view.first:
            admission = self._model.standing.admission_of(function, route.view.told)
            if admission is not None:
                return admission
        if route.view.own_guard:
            return Guard(route.view.own_proof, route.view.own_guard, route.view.location, hook=True)
        outer = self.decorations(route)
        guards = [
            self._model.standing.guard_among((*outer, *route.view.decorations_of(function))) for function in functions
        ]
        if route.view.brought & route.methods - route.view.methods.keys():
            guards.append(self._model.standing.guard_among((*outer, *route.view.decorations)))
        if guards and all(guard is not None for guard in guards):
            return guards[0]
        by_hook = self._hook_guard(route)
        if by_hook is not None:
            return by_hook
        own = [
            guard or (self._model.standing.own_guard(function, route.view.told) if function is not None else None)
            for guard, function in zip(guards, (*functions, None), strict=False)
        ]
        return own[0] if own and all(own) else None

    def _hook_guard(self, route: Route) -> Guard | None:
        for hook in self.hooks:
            if not hook.before:
                continue
            if not hook.everywhere and not any(hook.owner is blueprint for blueprint in route.chain):
                continue
            function = hook.function
            if self._passes(hook, route):
                continue
            around = self._model.standing.guard_among(function.decorations)
            if around is not None:
                return replace(around, hook=True)
            proof = self._model.guards.hook_authenticates(function.node, function.frame.module, self._is_off)
            if proof is not None:
                return Guard(proof, hook.function.node.name, hook.location, hook=True)
        return None

    def _is_off(self, key: str) -> bool:
        """Is a key of the config known, and off in production?"""
        return all(key in profile.entries and profile.truth(key) < Truth.MAYBE for profile in self.production)

    def _passes(self, hook: Hook, route: Route) -> bool:
        """Does a hook let a route pass without a look at who is asking?"""
        grounds = self._model.standing.passes_of(hook.function)
        if not grounds or route.view is None:
            return False
        around = [one for function in route.view.functions for one in route.view.decorations_of(function)]
        borne = {mark for one in around if isinstance(one.value, Fn) for mark in marks(one.value.node)}
        return any(ground.fits(route, borne) for ground in grounds)

    @cached_property
    def identity(self) -> Guard | None:
        """How people log in with a cookie, if they do: the extension, or the place where the session learns who it is."""
        for use in self.extensions:
            if use.inits and use.kind in ("login", "security") and use.name != "flask_principal.Principal":
                return Guard("session", use.name, use.inits[0].location) if self._told_by is None else None
        found = self._model.session_identity or self._session_guard or self._known_to_views
        if found is None or self._model.single:
            return found
        mine = {function.location.path for function in self._functions()}
        return found if found.location.path in mine else None

    @cached_property
    def _session_guard(self) -> Guard | None:
        """A library's decorator that knows people by the session, where who lets them in is the library's own affair."""
        for _, function in self.views():
            found = self._model.standing.library_guard(function.decorations)
            if found is not None and found.proof == "session":
                return found
        return None

    @cached_property
    def _known_to_views(self) -> Guard | None:
        """What runs for requests and asks an extension who is logged in, where that is not seen to be wired up."""
        for function in self._functions():
            if self.deeds(function).mentions("flask_login.current_user", "flask_security.current_user"):
                return Guard("session", "current_user", function.location)
        for route, function in self.views():
            if self.deeds(function).mentions("flask.request.cookies", "flask.session") and route.view is not None:
                itself = self._model.standing.own_guard(function, route.view.told)
                if itself is not None and itself.proof == "session":
                    return itself
        for _, function in self.views():
            found = self._model.standing.guard_among(one for one in function.decorations if self._asks_session(one))
            if found is not None and found.proof == "session":
                return found
        return None

    def _asks_session(self, decoration: Decoration) -> bool:
        return isinstance(decoration.value, Fn) and self.deeds(decoration.value).mentions(
            "flask.session", "flask.request.cookies", "flask.g"
        )

    @cached_property
    def _told_by(self) -> Proof | None:
        """By what each request tells who asks, where nobody is logged in for longer than that."""
        logins = [use for use in self.extensions_of_kind("login") if use.inits]
        return self._model.request_proof if logins and all(map(self._only_asks, logins)) else None

    def logs_in(self, route: Route) -> bool:
        """Does a route let people in, so that nobody is logged in there yet?"""
        functions = route.view.functions if route.view is not None else ()
        return any(self.deeds(function).mentions(*LETS_IN) or self.kept_identity(function) for function in functions)

    def kept_identity(self, function: Fn) -> Write | None:
        """Where a function writes who somebody is into the session, if it does."""
        scope = self.scope_of(function)
        return kept_identity(scope, self._model.resolver.resolve) if scope is not None else None

    # Forged requests -----------------------------------------------------------------------------------------------

    @cached_property
    def csrf_hooks(self) -> tuple[Hook, ...]:
        """``before_request`` functions that check a token."""
        return tuple(
            hook
            for hook in self.hooks
            if hook.before and self._model.guards.checks_request_token(hook.function.node, hook.function.frame.module)
        )

    def demands_tokens(self, route: Route) -> bool:
        """Whether a form must bring a token to a route, in every production profile: to look where it comes from demands none."""
        guards = self._model.guards
        by_hook = any(
            guards.demands_token(hook.function.node, hook.function.frame.module)
            for hook in self.csrf_hooks
            if hook.everywhere or any(hook.owner is blueprint for blueprint in route.chain)
        )
        by_extension = bool(self.extensions_of_kind("csrf"))
        return (by_hook or by_extension) and all(
            self.protection(route, profile).protected for profile in self.production
        )

    def protection(self, route: Route, profile: Profile) -> Protection:
        """Whether a route is protected against forged requests in a profile."""
        if not route.changes and "?" in route.methods:
            return Protection(False, "which methods it answers is not seen", "unseen")
        if not route.changes:
            return Protection(True, "it answers only safe methods", "safe")
        shield = self.shielded(route, profile)
        if shield:
            return Protection(True, shield, "checked")
        exempt = self.exemption(route)
        if route.view is None:
            return Protection(False, "what answers is not seen", "unseen")
        if route.view.own_token:
            return Protection(True, "the forms that it is made of check a token", "checked")
        functions = [function for method, function in route.view.methods.items() if not method or method in CHANGING]
        checks = [self._own_protection(route, function) for function in functions]
        if route.view.brought & route.methods & CHANGING - route.view.methods.keys():
            checks.append(self._checked_around(route, (*self.decorations(route), *route.view.decorations)))
        if not checks and route.view.built:
            return Protection(False, "the forms that it is made of have no token", "open")
        if not checks:
            return Protection(False, "it answers nothing that changes", "unseen")
        if all(checks):
            if checks[-1].endswith((_IN_A_HEADER, _BROUGHT)):
                return Protection(True, checks[-1], "token")
            return Protection(True, checks[-1], "origin" if checks[-1] == _BY_ORIGIN else "checked")
        if exempt is not None:
            return Protection(False, "it is exempt", "exempt")
        return Protection(False, "nothing checks a token", "open")

    def shielded(self, route: Route, profile: Profile) -> str:
        """What checks a token for a route among others: an extension in force, a hook; empty when nothing does."""
        for use in self.extensions_of_kind("csrf"):
            if use.in_force(profile) and self._csrf_on(profile) and self.exemption(route) is None:
                return use.name.rpartition(".")[2]
        for hook in self.csrf_hooks:
            reaches = hook.everywhere or any(hook.owner is blueprint for blueprint in route.chain)
            if reaches and profile.holds(hook.conditions) > Truth.PROBABLY_NO:
                module = hook.function.frame.module
                token = self._model.guards.demands_token(hook.function.node, module)
                return f"{hook.function.node.name}() checks " + ("a token" if token else "where requests come from")
        return ""

    def _own_protection(self, route: Route, function: Fn) -> str:
        """How one function of a route is protected by itself or by what is around it; empty when it is not."""
        assert route.view is not None
        around = (*self.decorations(route), *route.view.decorations_of(function))
        found = self._checked_around(route, around)
        if found:
            return found
        itself = (
            self._model.standing.own_guard(function, route.view.told)
            if self._guard_around(route, around) is None
            else None
        )
        if itself is not None and itself.proof == "token":
            return f"{itself.name}: {_IN_A_HEADER}"
        if self._model.standing.demands_token(function):
            return "it checks a token or a form itself"
        if self._model.standing.checks_token(function):
            return _BY_ORIGIN
        brought = self._voucher(route, function)
        return f"{brought.name}: {_BROUGHT}" if brought is not None else ""

    def _guard_around(self, route: Route, around: tuple[Decoration, ...]) -> Guard | None:
        """What stands before a function of a route: around it, or a hook."""
        guard = self._model.standing.guard_among(around)
        return self._as_told(guard) if guard is not None else self._hook_guard(route)

    def _checked_around(self, route: Route, around: tuple[Decoration, ...]) -> str:
        """How what stands before a function of a route protects it; empty when it does not."""
        for decoration in around:
            own = self._model.additions.checks_token(decoration.names)
            if own or self._model.standing.stops_forgery(decoration):
                return f"{decoration.short} checks a token"
        guard = self._guard_around(route, around)
        return f"{guard.name}: {_IN_A_HEADER}" if guard is not None and guard.proof == "token" else ""

    def guards_links(self, route: Route, function: Fn) -> bool:
        """Does a decorator check a token whatever the method, so that a link is not enough?"""
        around = route.view.decorations_of(function) if route.view is not None else function.decorations
        return any(self._model.standing.stops_forgery(one, links=True) for one in (*self.decorations(route), *around))

    def decorations(self, route: Route) -> tuple[Decoration, ...]:
        """What API objects put around all their resources: ``Api(decorators=[...])``"""
        return tuple(decoration for owner in route.chain for decoration in self._model.standing.decorations_of(owner))

    def _csrf_on(self, profile: Profile) -> bool:
        return all(profile.truth(key) >= Truth.MAYBE for key in ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT"))

    def exemption(self, route: Route) -> Event | None:
        """Where a route is exempted from the CSRF extension."""
        for use in self.extensions_of_kind("csrf"):
            for event in use.instance.events:
                if event.kind == "exempt" and self.is_about(event.target, route):
                    return event
        return None

    def is_about(self, target: Value | None, route: Route) -> bool:
        """Is a route, by its view or by a blueprint that it comes through, what an extension was told of?"""
        core, _ = unwrap(target)
        if isinstance(core, Instance):
            return any(core is blueprint for blueprint in route.chain)
        view = route.view
        if view is None:
            return False
        if isinstance(core, Fn):
            return any(core.node is function.node for function in view.functions)
        return isinstance(core, Cls) and view.cls is not None and core.node is view.cls.node

    # What it does --------------------------------------------------------------------------------------------------

    @cached_property
    def uses_session(self) -> tuple[str, Location] | None:
        """Something that makes it send a session cookie, and where; ``None`` when nothing does."""
        for use in self.extensions:
            if use.inits and use.kind in ("login", "security", "session") and not self._only_asks(use):
                return use.name.rpartition(".")[2], use.inits[0].location
        if self._model.single:
            return self._model.session_use
        flashes = None
        for function in self._functions():
            deeds = self.deeds(function)
            if deeds.mentions("flask.session", "flask_login.login_user", "flask_login.current_user"):
                return "session", function.location
            if flashes is None and deeds.mentions("flask.flash"):
                flashes = "flash", function.location
        return flashes

    def _only_asks(self, use: ExtensionUse) -> bool:
        """Does a login manager only tell who asks, by what each request brings along, with nobody ever logged in?"""
        return (
            use.name == "flask_login.LoginManager"
            and "login_view" not in use.instance.attributes
            and use.instance.cls is None
            and self._model.session_identity is None
            and self._model.request_proof is not None
        )

    @cached_property
    def shows_pages_by_password(self) -> bool:
        """Does a view that asks a browser for a name and a password show a page out of a template?"""
        return any(
            self.deeds(function).mentions("flask.render_template")
            and (guard := self.guard(route)) is not None
            and guard.proof == "basic"
            for route, function in self.views()
        )

    def _functions(self) -> Iterator[Fn]:
        """What runs for requests: views, what is around them, hooks."""
        for route, function in self.views():
            yield function
            for decoration in route.view.decorations_of(function) if route.view is not None else ():
                if isinstance(decoration.value, Fn):
                    yield decoration.value
        for hook in self.hooks:
            yield hook.function

    def views(self) -> Iterator[tuple[Route, Fn]]:
        """The functions that answer, each with the first of its routes."""
        seen: set[int] = set()
        for route in self.routes:
            for function in route.view.functions if route.view is not None else ():
                if id(function.node) not in seen:
                    seen.add(id(function.node))
                    yield route, function

    def changing(self) -> Iterator[tuple[Route, Fn]]:
        """Of the views, those in which something looks like a change to what is stored."""
        return ((route, function) for route, function in self.views() if may_change(function.node))

    def headers(self, function: Fn) -> tuple[frozenset[str], bool]:
        """The response headers that a function sets, in lower case; and whether it sets some whose names are computed."""
        return headers_set(self._model.guards, function.node, function.frame.module)

    def scope_of(self, function: Fn) -> Scope | None:
        """The scope of a function's names."""
        return self._model.guards.scope_of(function.node, function.frame.module)

    def definition(self, name: str) -> Scope | None:
        """The function or class of the project that a canonical name stands for."""
        return self._model.definition(name)

    def deeds(self, function: Fn, *, deep: bool = False) -> Deeds:
        """What a function does, itself and through a helper; ``deep``: and through that one's helpers."""
        return self._model.guards.deeds(function.node, function.frame.module, 2 if deep else 1)

    def deeds_of(self, scope: Scope) -> Deeds:
        """As :meth:`deeds`, of a function that answers no requests for pages."""
        assert isinstance(scope.node, ir.Function)
        return self._model.guards.deeds(scope.node, scope.module, 1)

    @cached_property
    def _sent(self) -> dict[int, tuple[str, ...]]:
        """The parameters that addresses fill, by view: some have several addresses."""
        found: dict[int, dict[str, None]] = {}
        for route in self.routes:
            for function in route.view.functions if route.view is not None else ():
                found.setdefault(id(function.node), {}).update((name, None) for name, _ in route.parameters)
        return {node: tuple(names) for node, names in found.items()}

    def course(self, route: Route, function: Fn) -> Course:
        """What a view does to what is stored, and what it has asked by then."""
        sent = self._sent.get(id(function.node), ())
        around = route.view.decorations_of(function) if route.view is not None else ()
        if any(gives_what_is_sent(one.names) for one in around):
            sent += tuple(one.name for one in function.node.parameters if one.name not in (*sent, "self", "cls"))
        return self._model.courses.course(function.node, function.frame.module, sent)

    @cached_property
    def forgeable(self) -> tuple[Route, ...]:
        """The routes that change something and that a foreign page could make a browser ask for, in some production profile.

        Only POST: without the app's consent, browsers send no PUT, PATCH or DELETE for a foreign page.
        """
        return tuple(
            route
            for route in self.routes
            if "POST" in route.methods
            and any(not self.protection(route, profile).protected for profile in self.production)
        )


def _answering(route: Route, view: View) -> tuple[Fn, ...]:
    """The functions of a view that answer the methods which a route takes; all, where those are not seen."""
    if "?" in route.methods:
        return view.functions
    found = {function: None for method, function in view.methods.items() if not method or method in route.methods}
    return tuple(found) or view.functions
