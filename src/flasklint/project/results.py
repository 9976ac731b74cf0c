"""What calls give: of functions and classes of the project, of libraries, of the few functions that pass something through."""

from __future__ import annotations

from functools import cached_property, partial

from flasklint import ir
from flasklint.knowledge.types import PASSED
from flasklint.project.containers import Containers
from flasklint.project.libraries import Names, also, unique
from flasklint.project.scopes import LinkedModule, Scope


class Results(Containers):
    """Works out what calls give."""

    def called(self, name: str) -> Names:
        """What a call of something that goes by one name gives."""
        if name[0] == "?":
            return (f"?.{name.rpartition('.')[2]}()",)
        return self.memo.ask(("c", name), partial(self._called, name))

    def _called(self, name: str) -> Names:
        if self.class_named(name):
            return (name + "()",)
        if "<lambda>@" in name:
            node, scope = self.lambdas[name]
            return self.any_of(
                (one.value, scope) for one in node.body if isinstance(one, ir.Return) and one.value is not None
            )
        scopes = self.functions_named(name)
        if scopes:
            self.variables.add(name + "()")
            return unique([name + "()"] + [found for scope in scopes[-3:] for found in self.results(scope)])
        if name.endswith("()") and self.class_named(name[:-2]):
            method = self.attribute(name, "__call__")
            return unique(found for one in method for found in self.called(one))
        return also(name + "()")

    def results(self, scope: Scope) -> Names:
        """What a function of the project gives back."""
        return self.memo.ask(("r", id(scope)), partial(self._returned, scope))

    def _returned(self, scope: Scope) -> Names:
        assert isinstance(scope.node, ir.Function)
        if scope.yields:
            return ()
        found = self.any_of((one, scope) for one in scope.returns if one is not None)
        if scope.node.returns is not None:
            found = unique((*found, *self.annotated(scope.node.returns, scope.parent or scope)))
        return found

    @cached_property
    def lambdas(self) -> dict[str, tuple[ir.Function, Scope]]:
        return {}

    def call(self, call: ir.Call, callees: Names, scope: Scope) -> Names:
        found: list[str] = []
        arguments = call.arguments
        for callee in [one for one in callees if one not in self.variables] or callees:
            passed = PASSED.get(callee)
            if passed is not None:
                position, how = passed
                if position < len(arguments) and not arguments[position].name.startswith("*"):
                    through = self._passed(arguments, position, how, scope)
                    found.extend(through)
                    if through or how != "module":
                        continue
            if callee == "builtins.super":
                found.extend(self._super(scope))
            else:
                found.extend(self.called(callee))
        if isinstance(call.function, ir.Attribute):
            method = call.function.name
            if (
                method in ("get", "pop", "setdefault")
                and arguments
                and "flask.g" in self.value(call.function.value, scope)
            ):
                found.extend(
                    self._passed((ir.Argument(call.function.value, start=0, end=0), *arguments), 0, "attribute", scope)
                )
            elif method in ("get", "pop", "setdefault") and arguments:
                found.extend(self.looked_up(call.function.value, arguments[0].value, scope))
                if len(arguments) > 1 and found:
                    found.extend(self.value(arguments[1].value, scope))
            elif found and any(one.startswith("?") or "()." in one or one.endswith("()") for one in found):
                found = self._for_receiver(call.function, found, scope)
        return unique(found)

    def _for_receiver(self, function: ir.Attribute, found: list[str], scope: Scope) -> list[str]:
        """A class method that an inherited class is asked for makes one of that class: ``Child.make()`` is a ``Child()``."""
        for owner in self.value(function.value, scope):
            if self.class_named(owner):
                inherited = {base + "()" for base in self.order(owner)[1:]}
                found = [owner + "()" if one in inherited else one for one in found]
        return found

    def _passed(self, arguments: tuple[ir.Argument, ...], position: int, how: str, scope: Scope) -> Names:
        expr = arguments[position].value
        match how:
            case "value":
                return self.value(expr, scope)
            case "call":
                return unique(found for one in self.value(expr, scope) for found in self.called(one))
            case "class":
                return tuple(one[:-2] for one in self.value(expr, scope) if one.endswith("()"))
            case "attribute" if len(arguments) > 1:
                name = arguments[1].value
                if isinstance(name, ir.Const) and isinstance(name.value, str):
                    found = self.attributes(self.value(expr, scope), name.value)
                    if len(arguments) > 2:
                        found = unique((*found, *self.value(arguments[2].value, scope)))
                    return found
            case "module":
                if isinstance(expr, ir.Const) and isinstance(expr.value, str) and expr.value:
                    return self._by_text(expr.value, scope.module)
            case "cast" if len(arguments) > 1:
                return unique((*self.value(arguments[1].value, scope), *self.annotated(expr, scope)))
        return ()

    def _by_text(self, text: str, importer: LinkedModule) -> Names:
        """``package.module``, ``package.module.name`` or ``package.module:name``."""
        path, _, attribute = text.replace(" ", "").partition(":")
        module = self.modules.find(path, importer)
        if module is None and not attribute and "." in path:
            path, _, attribute = path.rpartition(".")
            module = self.modules.find(path, importer)
        found: Names = (module.name,) if module else also(path)
        for part in attribute.split(".") if attribute else ():
            found = self.attributes(found, part)
        return found

    def _super(self, scope: Scope) -> Names:
        current: Scope | None = scope
        while current is not None and not current.is_class:
            current = current.parent
        if current is None:
            return ()
        return tuple(one for base in self.bases(current) for one in also(base + "()"))

    def entered(self, managers: Names) -> Names:
        found: list[str] = []
        for name in managers:
            plain = name[:-2] if name.endswith("()") else name
            if name.endswith("()") and self.class_named(plain):
                methods = self.attribute(name, "__enter__")
                entered = [one for method in methods for one in self.called(method) if self.functions_named(method)]
                found.extend(entered or [name])
                continue
            functions = [scope for scope in self.functions_named(plain) if scope.yields] if name.endswith("()") else []
            if functions:
                for scope in functions:
                    found.extend(self.any_of((one, scope) for one in scope.yields if one is not None))
                continue
            if name[0] != "?" and name not in self.variables:
                better = also(name + ".__enter__()")[1:]
                found.extend(better or [name])
        return unique(found)
