"""What the parameters of the project's functions stand for: by annotation, by default, by all calls in the project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from flasklint import ir
from flasklint.knowledge.types import HANDED
from flasklint.project.annotations import dotted_names
from flasklint.project.attributes import Attributes
from flasklint.project.libraries import Names, also, unique
from flasklint.project.members import on_class, receiver
from flasklint.project.scopes import Scope

_MOST_SITES = 40
_AGREED = 4
_LOADED = (
    "importlib.import_module()",
    "builtins.__import__()",
    "importlib.util.module_from_spec()",
    "imp.load_source()",
)
"""Modules whose name is only known when the program runs: a function of theirs may be any module's of that name."""


_STARTING = {
    "Thread": 0,
    "Process": 0,
    "Timer": 1,
    "submit": 0,
    "spawn": 0,
    "start_background_task": 0,
    "start_new_thread": 0,
}
"""Words of calls that call a function later: at which position they take it, when it is not ``target``."""
_HANDING = frozenset(name.rpartition(".")[2] for name in HANDED)


class Parameters(Attributes):
    """Works out what parameters may be."""

    def parameter(self, node: ir.Parameter, scope: Scope) -> Names:
        assert isinstance(scope.node, ir.Function)
        if receiver(scope) == node.name and scope.node.parameters[0] is node and scope.parent is not None:
            name = scope.parent.name
            return (name,) if on_class(scope) else (name + "()",)
        if node.kind == "star":
            return ("builtins.tuple()",)
        if node.kind == "double-star":
            return ("builtins.dict()",)
        found: list[str] = []
        if node.annotation is not None:
            found.extend(self.annotated(node.annotation, scope.parent or scope))
        if node.default is not None:
            found.extend(self.value(node.default, scope.parent or scope))
        if not any(self.telling(one) for one in found):
            found.extend(self._handed(node, scope) or self._given(node, scope))
        return unique(found)

    def _handed(self, node: ir.Parameter, scope: Scope) -> Names:
        """What a library calls a function with that it was given by a decorator: the response, the error."""
        assert isinstance(scope.node, ir.Function)
        if scope.node.parameters[0] is not node:
            return ()
        found: list[str] = []
        outer = scope.parent or scope
        for decorator in scope.node.decorators:
            written = decorator.function if isinstance(decorator, ir.Call) else decorator
            arguments = decorator.arguments if isinstance(decorator, ir.Call) else ()
            if ir.last_name(written) not in _HANDING:
                continue
            for name in self.value(written, outer):
                given = HANDED.get(name)
                if given == "" and arguments:
                    kinds = [one for one in self.value(arguments[0].value, outer) if one != "builtins.int()"]
                    found.extend(self._as_instances(tuple(kinds)))
                elif given:
                    found.extend(also(given))
        return unique(found)

    @cached_property
    def sites(self) -> dict[str, list[tuple[ir.Call, Scope]]]:
        """Calls by the last word of what is called, as written; those of something else than a name under ``""``."""
        found: dict[str, list[tuple[ir.Call, Scope]]] = {}
        for module in self.modules:
            for call, scope in module.calls:
                function = call.function
                name = (
                    function.name
                    if isinstance(function, ir.Attribute)
                    else function.id
                    if isinstance(function, ir.Name)
                    else ""
                )
                found.setdefault(name, []).append((call, scope))
        return found

    @cached_property
    def _started(self) -> dict[str, list[tuple[ir.Call, Scope]]]:
        """Calls that something else makes, by the last word of what is called: ``Thread(target=f, args=(a, b))`` as ``f(a, b)``,
        ``submit(f, a, b)`` too."""
        found: dict[str, list[tuple[ir.Call, Scope]]] = {}
        for word, sites in self.sites.items():
            starting = _STARTING.get(word)
            for call, scope in sites if starting is not None else ():
                made = _started_call(call, starting or 0)
                if made is not None and (name := ir.last_name(made.function)):
                    found.setdefault(name, []).append((made, scope))
        return found

    def passed(self, node: ir.Parameter, scope: Scope) -> list[tuple[ir.Expr | None, Scope]]:
        """What the calls of a function in the project pass for a parameter: ``None`` where it is left out. Empty when there are
        no calls, or too many to look at."""
        assert isinstance(scope.node, ir.Function)
        own = receiver(scope)
        if scope.node.name == "__init__" and own is not None and scope.parent is not None:
            called = {scope.parent.name, *self.heirs_without(scope.parent.name, "__init__")}
        else:
            called = {scope.name}
        words = {name.rpartition(".")[2] for name in called}
        sites = [site for word in sorted(words) for site in self.sites.get(word, ())]
        if not scope.module.is_test:  # what tests pass says little, and there may be a lot of it
            sites = [site for site in sites if not site[1].module.is_test]
        position = next((at for at, one in enumerate(scope.node.parameters) if one is node), 0) - (own is not None)
        if len(sites) > _MOST_SITES:
            # A decorator that every view has is called often, and always in the same way.
            given = (_argument(call, None if node.kind == "keyword" else position, node.name) for call, _ in sites)
            if len({one.id if isinstance(one, ir.Name) else id(one) for one in given if one is not None}) != 1:
                return []
            sites = sites[:_MOST_SITES]
        if scope.name in called:
            sites = [*sites, *self._started.get(scope.node.name, ())]
        loaded = {f"{module}.{scope.node.name}" for module in _LOADED} if scope.parent is scope.module.scope else set()
        certain: list[tuple[ir.Expr | None, Scope]] = []
        likely: list[tuple[ir.Expr | None, Scope]] = []
        for call, place in sites:
            callees = self.value(call.function, place)
            matches = any(callee.replace("()", "") in called for callee in callees)
            if matches or not loaded.isdisjoint(callees):
                passed = _argument(call, None if node.kind == "keyword" else position, node.name), place
                (certain if matches else likely).append(passed)
        return certain or likely

    def _given(self, node: ir.Parameter, scope: Scope) -> Names:
        """What the calls of a function in the project pass for a parameter, so far as they agree."""
        agreed = [
            names for expr, place in self.passed(node, scope) if expr is not None and (names := self.value(expr, place))
        ]
        agreed = agreed or self._injected(node, scope)
        if not agreed:
            return ()
        common = [one for one in agreed[0] if all(one in other for other in agreed[1:])]
        return tuple(
            common or [one for one in unique(one for names in agreed for one in names) if self.telling(one)][:_AGREED]
        )

    def _injected(self, node: ir.Parameter, scope: Scope) -> list[Names]:
        """What a decorator of the project gives its function under a parameter's name: ``f(*args, session=session, **kwargs)``
        or ``kwargs["session"] = session``."""
        assert isinstance(scope.node, ir.Function)
        found: list[Names] = []
        for decorator in scope.node.decorators:
            written = decorator.function if isinstance(decorator, ir.Call) else decorator
            for name in self.value(written, scope.parent or scope):
                for outer in self.functions_named(name):
                    found.extend(self._given_inside(node.name, outer))
        return found

    def _given_inside(self, name: str, outer: Scope) -> Iterator[Names]:
        for call, scope in outer.module.calls:
            if outer.holds(call.start, call.end):
                for argument in call.arguments:
                    if argument.name == name and (names := self.value(argument.value, scope)):
                        yield names
        for scope in outer.module.scopes:
            if isinstance(scope.node, ir.Function) and outer.holds(scope.node.start, scope.node.end):
                for write in scope.writes:
                    if write.key is not None and (names := self.at(write.value, write.scope, write.path)):
                        keys = self.origins(write.key, scope)
                        if any(is_constant(key, name) for key, _ in keys):
                            yield names

    def annotated(self, annotation: ir.Expr, scope: Scope) -> Names:
        """Instances of the classes that an annotation names."""
        return self.memo.ask(("t", id(annotation), id(scope)), partial(self._instances, annotation, scope))

    def _instances(self, annotation: ir.Expr, scope: Scope) -> Names:
        match annotation:
            case ir.Const(value=str(text), kind=""):
                found: list[str] = []
                for path in dotted_names(text):
                    first, *rest = path.split(".")
                    names = self.by_name(first, None, scope)
                    for part in rest:
                        names = self.attributes(names, part)
                    found.extend(self._as_instances(names))
                return unique(found)
            case ir.Op(sign="|", operands=operands):
                return unique(name for one in operands for name in self.annotated(one, scope))
            case ir.Subscript(value=value, key=key):
                outer = self.value(value, scope)
                inner = [item.value for item in key.items] if isinstance(key, ir.Display) else [key]
                if any(name.startswith("typing") for name in outer):
                    last = outer[0].rpartition(".")[2]
                    if last in ("Optional", "Union", "Annotated", "Final", "ClassVar"):
                        kept = inner[:1] if last == "Annotated" else inner
                        return unique(name for one in kept for name in self.annotated(one, scope))
                    if last == "Type":
                        return unique(name for one in inner for name in self.value(one, scope))
                    return ()
                if "builtins.type" in outer:
                    return unique(name for one in inner for name in self.value(one, scope))
                return self._as_instances(outer)
            case ir.Name() | ir.Attribute():
                return self._as_instances(self.value(annotation, scope))
        return ()

    def _as_instances(self, names: Names) -> Names:
        return unique(
            found
            for name in names
            if name not in self.variables and not name.startswith(("typing", "?")) and not name.endswith("()")
            for found in ((name + "()",) if self.class_named(name) else also(name + "()"))
        )


def _started_call(call: ir.Call, position: int) -> ir.Call | None:
    """The call that another one makes later, if it can be read off."""
    named = {argument.name: argument.value for argument in call.arguments}
    plain = [argument for argument in call.arguments if not argument.name]
    function = named.get("target") or named.get("function")
    given: tuple[ir.Argument, ...] = ()
    if function is None:
        if len(plain) <= position or any(argument.name == "*" for argument in call.arguments):
            return None
        function = plain[position].value
        given = tuple(plain[position + 1 :])
    packed = named.get("args", given[0].value if len(given) == 1 else None)
    if isinstance(packed, ir.Display) and packed.kind in ("tuple", "list"):
        given = packed.items
    return ir.Call(function, given, start=call.start, end=call.end)


def is_constant(expr: ir.Expr | None, value: object) -> bool:
    """Whether an expression is this constant, written out."""
    return isinstance(expr, ir.Const) and expr.value == value


def _argument(call: ir.Call, position: int | None, name: str) -> ir.Expr | None:
    at = 0
    for argument in call.arguments:
        if argument.name == name:
            return argument.value
        if argument.name == "*":
            position = None
        elif not argument.name:
            if at == position:
                return argument.value
            at += 1
    return None
