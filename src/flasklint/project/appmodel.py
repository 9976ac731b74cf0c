"""The app model: what each Flask app of a project is seen against. One walk over the project, and what the whole code shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from flasklint import ir
from flasklint.additions import Additions, Proof
from flasklint.knowledge.config import TEST_WORDS
from flasklint.knowledge.sensitive import words
from flasklint.project.acts import Courses
from flasklint.project.callers import are_alternatives, serving
from flasklint.project.calls import CallSite
from flasklint.project.deeds import Definitions
from flasklint.project.entrances import Entrances
from flasklint.project.extensions import row_of
from flasklint.project.guards import Guards
from flasklint.project.identity import identity_cookies, kept_identity
from flasklint.project.loaded import loaded
from flasklint.project.modules import Modules
from flasklint.project.names import Resolver
from flasklint.project.objects import AppObject, Instance
from flasklint.project.scopes import Scope
from flasklint.project.standing import Guard, Standing
from flasklint.project.walk import Walk
from flasklint.source import Location


class AppModel:
    """What all apps of a project have in common: one walk over it, and what that and the whole code show."""

    def __init__(
        self,
        modules: Modules,
        resolver: Resolver,
        calls: Callable[..., Iterator[CallSite]],
        definition: Callable[[str], Scope | None],
        additions: Additions,
        deployments: Iterable[ir.Deployment] = (),
    ) -> None:
        self._modules = modules
        self.resolver = resolver
        self._calls = calls
        self.definition = definition
        self.additions = additions
        self.loaded = loaded(deployments, modules)
        self.guards = Guards(resolver, Definitions(definition), additions, modules)

    @cached_property
    def walk(self) -> Walk:
        """The walk over the project, done."""
        walk = Walk(self._modules)
        makers, entries = Entrances(self._modules).found()
        walk.makers = makers
        walk.run(entries)
        return walk

    @cached_property
    def served(self) -> frozenset[str]:
        """The files that a server loads."""
        return serving(self._modules, self.loaded)

    @cached_property
    def standing(self) -> Standing:
        """What stands before views."""
        return Standing(self.walk, self.resolver, self.guards, self.additions, self.definition)

    @cached_property
    def courses(self) -> Courses:
        """What views do, in order."""
        return Courses(self.resolver, self.definition, self.guards)

    @cached_property
    def made(self) -> tuple[tuple[AppObject, ...], ...]:
        """The apps, by path and place, each as often as it is made. Those of tests, and those made only to have a context, are
        not among them.
        """
        places: dict[Location, list[AppObject]] = {}
        for one in self.walk.apps:
            if one.module is not None and not one.module.is_test and not self._is_for_tests(one):
                places.setdefault(one.location, []).append(one)
        groups: list[list[AppObject]] = []
        for place in sorted(places):
            made = places[place]
            other = next((group for group in groups if are_alternatives(group[0], made[0])), None)
            if other is not None:
                other += made
            else:
                groups.append(made)
        return tuple(map(tuple, groups))

    @property
    def single(self) -> bool:
        """Is there one app, so that what is done to "the current app" is done to it?"""
        return len(self.made) == 1

    def _is_for_tests(self, app: AppObject) -> bool:
        return not TEST_WORDS.isdisjoint(words(app.scope))

    @property
    def exhausted(self) -> bool:
        """The walk ended early: what is missing may be there."""
        return self.walk.exhausted

    # What the whole project shows ------------------------------------------------------------------------------------

    @cached_property
    def idle(self) -> tuple[Instance, ...]:
        """Extensions that protect or log in, made for everybody to use, which no app is ever given to."""
        if self.walk.exhausted:
            return ()
        found: list[Instance] = []
        for instance in self.walk.instances:
            row = row_of(instance, self.additions.csrf)
            if row is None or row.app_position < 0 or instance.module is None or instance.module.is_test:
                continue
            if any(event.kind == "applied" and event.target is not self.walk.current for event in instance.events):
                continue
            if any(True for _ in self._calls(f"{row.name}().init_app")):
                continue
            found.append(instance)
        return tuple(found)

    @cached_property
    def walked(self) -> frozenset[Location]:
        """Where the walk saw a config key being set."""
        owners = (*self.walk.apps, self.walk.current)
        return frozenset(event.location for owner in owners for event in owner.events if event.kind == "set")

    @cached_property
    def written(self) -> Mapping[str, tuple[Location, ...]]:
        """Where ``something.config["KEY"]`` is assigned, by key."""
        found: dict[str, list[Location]] = {}
        for module in self._modules:
            for scope in module.scopes if not module.is_test else ():
                for write in scope.writes:
                    key = write.key
                    if isinstance(key, ir.Const) and isinstance(key.value, str) and key.value.isupper():
                        target = write.target
                        if isinstance(target, ir.Attribute) and target.name == "config":
                            found.setdefault(key.value, []).append(Location(module.path, write.node.span))
        return {key: tuple(places) for key, places in found.items()}

    @cached_property
    def session_use(self) -> tuple[str, Location] | None:
        """A place where Flask's session is used, if there is one."""
        flashes: list[Location] = []
        for module in self._modules:
            if module.is_test:
                continue
            for name in ("session", "flash"):
                for scope in module.scopes:
                    for binding in scope.at(name):
                        if isinstance(binding.node, ir.Import) and binding.node.module == "flask":
                            place = Location(module.path, binding.node.span)
                            if name == "session":
                                return name, place
                            flashes.append(place)
            for node in ir.walk(module.facts) if "session" in module.words else ():
                match node:
                    case ir.Attribute(name="session", value=ir.Name(id=name)) if _is_flask(name, module.scope):
                        return "session", Location(module.path, node.span)
        for name in ("flask_login.login_user", "flask.flash"):
            for site in self._calls(name):
                if not site.scope.module.is_test and not self._is_dead(site.scope):
                    return name.rpartition(".")[2], flashes[0] if flashes and name == "flask.flash" else site.location
        return ("flash", flashes[0]) if flashes else None

    def _is_dead(self, scope: Scope) -> bool:
        """Is it a function that nothing in the project speaks of?"""
        node = scope.node
        if not isinstance(node, ir.Function) or node.decorators or scope.parent is not scope.module.scope:
            return False
        return not any(node.name in module.words for module in self._modules)

    @cached_property
    def request_proof(self) -> Proof | None:
        """By what each request itself tells Flask-Login who asks; ``None`` where none does."""
        for loader in self._request_loaders():
            assert isinstance(loader.node, ir.Function)
            return self.guards.asks(self.guards.deeds(loader.node, loader.module)) or "token"
        return None

    def _request_loaders(self) -> Iterator[Scope]:
        name = "flask_login.LoginManager().request_loader"
        for site in self._calls(name):
            for argument in site.call.arguments[:1]:
                for given in self.resolver.resolve(argument.value, site.scope):
                    target = self.definition(given)
                    if target is not None and isinstance(target.node, ir.Function):
                        yield target
        for function in self.walk.functions.values():
            if any(name in decoration.names for decoration in function.decorations):
                scope = self.guards.scope_of(function.node, function.frame.module)
                if scope is not None:
                    yield scope

    @cached_property
    def session_identity(self) -> Guard | None:
        """Where the session learns who somebody is, if anywhere."""
        for site in self._calls(
            "flask_login.login_user", "flask_security.login_user", "flask_jwt_extended.set_access_cookies"
        ):
            if not site.scope.module.is_test and not self._is_dead(site.scope):
                return Guard("session", site.names[0], site.location)
        modules = [module for module in self._modules if not module.is_test]
        for module in modules:
            for scope in module.scopes:
                write = kept_identity(scope, self.resolver.resolve)
                if write is not None and isinstance(write.key, ir.Const):
                    return Guard("session", f"session[{write.key.value!r}]", Location(module.path, write.node.span))
        for name, call, scope in identity_cookies(iter(modules), self.resolver.resolve):
            return Guard("session", f"cookie {name!r}", Location(scope.module.path, call.span))
        return None


def _is_flask(name: str, scope: Scope) -> bool:
    """Does a name of a module stand for the package: ``import flask``?"""
    return any(
        isinstance(binding.node, ir.Import) and binding.node.module == "flask" and not binding.node.name
        for binding in scope.at(name)
    )
