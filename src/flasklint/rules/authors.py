"""Whose words something may be: those of people with a role alone, as far as the functions tell that take them in."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Finding, Severity
from flasklint.knowledge.templates import ADMIN_WORDS
from flasklint.project.entered import taken_in, text_fields
from flasklint.project.outputs import last_word
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.flows import Flow
from flasklint.taint.kept import plain

_FIRST = 6
"""Statements of a function in which it may turn strangers away."""
_ADMIN_BEGINNINGS = ("admin", "superuser", "moderator")
_IN_ADDRESSES = frozenset(
    f"flask.Request().{name}"
    for name in ("args", "values", "query_string", "url", "base_url", "full_path", "path", "view_args", "referrer")
) | {"<route>"}
"""What a link that somebody follows brings along."""
_HOOKS = ("before_request", "before_app_request")


class Authors:
    """Asks once who takes in what, then answers for each name."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def is_for_admins(self, scope: Scope) -> bool:
        """Whether only people with a role reach a function: by its decorators, by what it asks first, or by a hook before it."""
        node = scope.node
        return isinstance(node, ir.Function) and (
            _asks_for_role(node) or node.name_start in self._behind(scope.module.path)
        )

    def taker(self, flow: Flow) -> Scope | None:
        """The function that takes in what flows."""
        source = flow.trace[0].location if flow.trace else flow.location
        module = self._project.modules.get(source.path)
        if module is None:
            return None
        at = source.span.start
        around = [
            (one.node.start, one)
            for one in module.scopes
            if isinstance(one.node, ir.Function) and one.node.start <= at < one.node.end
        ]
        return max(around, key=lambda pair: pair[0])[1] if around else None

    def weighed(self, finding: Finding, flow: Flow) -> Finding:
        """A flow's finding, which weighs little if only people with a role can send what flows, and no link makes them do so."""
        if not flow.paths or any(path.source.name in _IN_ADDRESSES for path in flow.paths):
            return finding
        taker = self.taker(flow)
        if taker is None or not self.is_for_admins(taker):
            return finding
        said = f"{finding.message} Only people with a role reach `{taker.node.name}`."  # type: ignore[union-attr]
        return replace(finding, message=said, severity=Severity.LOW)

    def are_admins(self, owner: str, name: str) -> bool:
        """Whether only functions for people with a role take in what goes by a name, and some do. Where forms that go by the name
        of what it is taken out of (``PostForm`` for ``post.body``) have it, they count alone."""
        taken = self._taken_in.get(name, frozenset())
        own = frozenset(
            one for one in taken if one.form and is_alike(plain(owner), plain(one.form).removesuffix("form"))
        )
        return bool(taken) and all(one.by_admins for one in own or taken)

    @cached_property
    def _taken_in(self) -> dict[str, frozenset[_Taken]]:
        forms: dict[str, tuple[str, ...]] = {}
        modules = [module for module in self._project.modules.values() if not module.is_test]
        for module in modules:
            for scope in module.scopes:
                if fields := tuple(text_fields(scope)):
                    forms[scope.node.name] = fields  # type: ignore[union-attr]
        found: dict[str, set[_Taken]] = {}
        for module in modules:
            outermost = [scope for scope in module.scopes if scope.is_function and not _is_inner(scope)]
            admins = {id(scope): self.is_for_admins(scope) for scope in outermost}
            made = [(call, last_word(call.function)) for call, _ in module.calls]
            filled = [(call, name, form) for call, form in made for name in forms.get(form, ())]
            for node, name, form in (*((node, name, "") for node, name in taken_in(module)), *filled):
                around = next((one for one in outermost if _holds(one, node)), None)
                if not form and any(name == other and around and _holds(around, call) for call, other, _ in filled):
                    continue  # The form that is made there tells more.
                found.setdefault(name, set()).add(_Taken(form, around is not None and admins[id(around)]))
        return {name: frozenset(takers) for name, takers in found.items()}

    def _behind(self, path: str) -> frozenset[int]:
        return self._hooked.get(path, frozenset())

    @cached_property
    def _hooked(self) -> dict[str, frozenset[int]]:
        """Where the names of the views stand, by file, that a hook of their blueprints or app keeps all but people with a role
        from."""
        found: dict[str, set[int]] = {}
        for app in self._project.apps:
            hooks = [hook for hook in app.hooks if hook.kind in _HOOKS and _asks_for_role(hook.function.node)]
            for route in app.routes if hooks else ():
                if route.view is not None and any(hook.everywhere or hook.owner in route.chain for hook in hooks):
                    for function in route.view.functions:
                        found.setdefault(function.location.path, set()).add(function.node.name_start)
        return {path: frozenset(starts) for path, starts in found.items()}


class _Taken(NamedTuple):
    """That something is taken in, by which form if any, and whether only people with a role reach the function that does."""

    form: str
    by_admins: bool


def is_alike(one: str, other: str) -> bool:
    """Whether two plain names may be those of one thing: ``post`` and ``blogpost``."""
    if not one or not other:
        return False
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) > 2 and (long.startswith(short) or long.endswith(short)))


def _holds(scope: Scope, node: ir.Node) -> bool:
    return isinstance(scope.node, ir.Function) and scope.node.start <= node.start < scope.node.end


def _is_inner(scope: Scope) -> bool:
    """Whether a function stands in another one."""
    return scope.parent is not None and scope.parent.is_function


def _asks_for_role(node: ir.Function) -> bool:
    for decorator in node.decorators:
        if any(_speaks_of_role(one) for one in (decorator, *ir.walk(decorator))):
            return True
    return any(
        isinstance(one, ir.If) and _leaves_at_once(one) and any(map(_speaks_of_role, (one.test, *ir.walk(one.test))))
        for one in node.body[:_FIRST]
    )


def _leaves_at_once(statement: ir.If) -> bool:
    match statement.body:
        case (*_, ir.Return() | ir.Raise()):
            return True
        case (*_, ir.Do(value=ir.Call(function=ir.Name(id="abort") | ir.Attribute(name="abort")))):
            return True
        case _:
            return False


def _speaks_of_role(node: ir.Node) -> bool:
    match node:
        case ir.Name(id=name) | ir.Attribute(name=name):
            words = name.lower().split("_")
            return not ADMIN_WORDS.isdisjoint(words) or words[0].startswith(_ADMIN_BEGINNINGS)
        case ir.Const(value=str(text)):
            return text.lower() in ADMIN_WORDS
        case _:
            return False
