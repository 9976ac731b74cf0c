"""The project: all facts, linked. What everything after extraction is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from flasklint import ir
from flasklint.additions import NOTHING, Additions
from flasklint.project.appmodel import AppModel
from flasklint.project.apps import App
from flasklint.project.calls import Calls, CallSite
from flasklint.project.entered import entered
from flasklint.project.folding import Constants
from flasklint.project.handlers import Handler, handlers
from flasklint.project.modules import Modules
from flasklint.project.names import Resolver
from flasklint.project.pages import Pages
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.scripts import scripts
from flasklint.project.sessiontokens import session_tokens
from flasklint.project.values import Setting
from flasklint.source import Location

_MOST_OWNERS = 3


class Project:
    """Linked facts. Nothing is worked out before it is asked for, and nothing twice.

    ``modules``, ``templates``: by path, in the order of the paths, as ``deployments`` are. ``additions``: what the user says of
    them.
    """

    def __init__(self, facts: Iterable[ir.Facts], additions: Additions = NOTHING) -> None:
        self.additions = additions
        python: list[ir.Module] = []
        templates: dict[str, ir.Template] = {}
        deployments: list[ir.Deployment] = []
        for one in facts:
            if isinstance(one, ir.Module):
                python.append(one)
                templates.update((inside.template.path, inside.template) for inside in one.inline)
            elif isinstance(one, ir.Template):
                templates[one.path] = one
            elif isinstance(one, ir.Deployment):
                deployments.append(one)
        self._modules = Modules(python)
        self._resolver = Resolver(self._modules)
        self._constants = Constants(self._resolver)
        self._calls = Calls(self._modules, self._resolver)
        self.modules: Mapping[str, LinkedModule] = self._modules.by_path
        self.templates: Mapping[str, ir.Template] = dict(sorted(templates.items()))
        self.deployments = tuple(sorted(deployments, key=lambda one: one.path))

    def prepare(self) -> None:
        """Work out now what everybody asks for, so that processes which are forked from here need not each do so. A part that
        fails fails again under whoever asks for it."""
        with suppress(Exception):
            _ = self._resolver.definitions, self._resolver.sites, self.pages.marked, self.pages.missing, self.handlers

    def module_named(self, dotted: str) -> LinkedModule | None:
        """The module of a dotted name, which is unique in the project."""
        return self._modules.by_name.get(dotted)

    def imported(self, dotted: str, importer: LinkedModule) -> LinkedModule | None:
        """The module of the project that ``import dotted`` (with dots in front when relative) means in a file, if any."""
        found = self._modules.find(dotted, importer)
        return found if isinstance(found, LinkedModule) else None

    def resolve(self, expr: ir.Expr, scope: Scope) -> tuple[str, ...]:
        """The canonical names of what an expression may stand for, the most telling first; empty when nothing is known.

        ``expr`` must stand in ``scope`` (or in a lambda or comprehension there): its place decides which assignments count.
        """
        return self._resolver.resolve(expr, scope)

    def attribute(self, owner: str, name: str) -> tuple[str, ...]:
        """The canonical names of an attribute of what goes by one."""
        return self._resolver.attribute(owner, name)

    def constant(self, expr: ir.Expr, scope: Scope) -> Setting:
        """What is known of an expression's value."""
        return self._constants.fold(expr, scope)

    def calls(self, *names: str) -> Iterator[CallSite]:
        """Every call whose callee may be one of these canonical names, each once, by path and place."""
        return self._calls.of(*names)

    def definition(self, name: str) -> Scope | None:
        """The function or class of the project that a canonical name stands for: ``shop.views.index``, ``shop.forms.Login``,
        and, for a bound method, ``shop.forms.Login().validate``. Of several definitions of one name, the last."""
        found = self._resolver.definitions.get(name.replace("().", "."))
        return found[-1] if found else None

    @cached_property
    def apps(self) -> tuple[App, ...]:
        """The Flask apps, by path and place: how they are configured, what protects them, what they answer."""
        return tuple(App(self._model, made) for made in self._model.made)

    @cached_property
    def _model(self) -> AppModel:
        return AppModel(self._modules, self._resolver, self.calls, self.definition, self.additions, self.deployments)

    @cached_property
    def session_tokens(self) -> frozenset[str]:
        """The keys of the session under which tokens against forged requests are kept."""
        return frozenset(session_tokens(self.modules.values(), self._model.guards))

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """The functions that the outside calls, by path and place: views, with their rules, and error handlers."""
        found = handlers(self.functions(), self.modules.values(), self.apps, self._resolver, self.definition)
        return tuple(found)

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The paths of files that people run by hand, apart from any app."""
        answering = {handler.scope.module.path for handler in self.handlers}
        answering.update(app.location.path for app in self.apps)
        return scripts(self.modules.values(), self.imported, answering)

    @cached_property
    def pages(self) -> Pages:
        """The templates by name: who renders them, and what they bring in."""
        return Pages(self.templates, self.modules, self._calls, self.constant, self.resolve)

    @cached_property
    def entered(self) -> frozenset[str]:
        """The names of what people fill in: see :mod:`flasklint.project.entered`."""
        return entered(self.modules.values())

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """By the names of methods and properties the classes that define them; those that many classes have are left out."""
        found: dict[str, list[str]] = {}
        for scope in self.functions():
            if scope.parent is not None and scope.parent.is_class and not scope.module.is_test:
                found.setdefault(scope.own_name, []).append(scope.parent.name)
        return {name: tuple(classes) for name, classes in found.items() if len(classes) <= _MOST_OWNERS}

    def functions(self) -> Iterator[Scope]:
        """Every function and method of the project, by path and place."""
        for module in self.modules.values():
            yield from (scope for scope in module.scopes if scope.is_function)

    def scope_of(self, node: ir.Function | ir.Class, module: LinkedModule) -> Scope | None:
        """The scope of a function or class that stands in a module; ``None`` for a lambda."""
        found = self._resolver.scopes.get(id(node))
        return found if found is not None and found.module is module else None

    def location(self, where: str | Scope | LinkedModule, node: ir.Node) -> Location:
        """The place of a node of a file (its path, a module or any scope in it)."""
        path = where if isinstance(where, str) else where.module.path if isinstance(where, Scope) else where.path
        return Location(path, node.span)
