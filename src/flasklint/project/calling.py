"""Calls folded: conversions, methods of constants, reads of the environment, functions of the project."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.environment import CONVERTERS, READERS, Parse, Reader
from flasklint.project import arithmetic
from flasklint.project.bodies import OUTSIDE, Frame, Run
from flasklint.project.lifting import (
    COMPUTED,
    all_flags,
    flags_beside_variables,
    hop,
    lift,
    place_of,
    truth,
    without_variables,
)
from flasklint.project.members import Slot, receiver
from flasklint.project.names import Resolver
from flasklint.project.scopes import Scope
from flasklint.project.values import FromEnv, Known, OneOf, Setting, Unknown, Unset, one_of, possible

_DEEPEST_CALL = 4
_CONVERTING: Mapping[str, Parse] = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "list": "list",
    "tuple": "list",
    "set": "list",
}


class Calling(ABC):
    """Folds calls. The rest of an expression is left to the class on top."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._steps = 0

    @abstractmethod
    def fold_in(self, expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        """What is known of an expression's value, inside a call that is followed."""

    @abstractmethod
    def _looked_up(
        self, container: ir.Expr, key: Setting, default: Setting | None, scope: Scope, frame: Frame
    ) -> Setting:
        """An item of a container."""

    @abstractmethod
    def _slots(self, slots: list[tuple[Slot, Scope]], name: str, frame: Frame) -> Setting:
        """What the places of a name's value give."""

    def _call(self, call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        callees = self._resolver.value(call.function, scope)
        for name in callees:
            reader = READERS.get(name)
            if reader is not None:
                return self._read(call, reader, scope, frame)
        for name in callees:
            if name in CONVERTERS:
                return self._converted(call, CONVERTERS[name], arithmetic.FUNCTIONS.get(name), scope, frame)
            if name in arithmetic.FUNCTIONS:
                return self._applied(name, arithmetic.FUNCTIONS[name], call, scope, frame)
            if name in arithmetic.DIGESTS:
                return self._applied(name, arithmetic.DIGESTS[name], call, scope, frame)
            if name == "builtins.getattr" and len(call.arguments) in (2, 3):
                return hop(self._got(call, scope, frame), call, scope)
            if name == "builtins.isinstance" and len(call.arguments) == 2:
                return self._is_instance(call, scope, frame)
            if name == "typing.cast" and len(call.arguments) == 2:
                return self.fold_in(call.arguments[1].value, scope, frame)
        functions = [one for name in callees for one in self._resolver.functions_named(name)]
        if len(functions) == 1:
            return hop(self._followed(functions[0], call, scope, frame), call, scope)
        if isinstance(call.function, ir.Attribute) and call.function.name in (
            *arithmetic.METHODS,
            "hexdigest",
            "digest",
        ):
            return self._method(call.function, call, scope, frame)
        for name in callees:
            if name[0] != "?":
                return Unknown(f"it is the result of {name}()")
        return Unknown("it is the result of a call")

    def _got(self, call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        """``getattr(owner, name, default)``"""
        owner, word, *rest = (argument.value for argument in call.arguments)
        name = self.fold_in(word, scope, frame)
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return COMPUTED
        owners = self._resolver.value(owner, scope)
        slots = [pair for one in owners for pair in self._resolver.slots_of(one, name.value)]
        if slots:
            return self._slots(slots, name.value, frame)
        ours = any(
            self._resolver.class_named(one.removesuffix("()")) or one in self._resolver.modules.by_name
            for one in owners
        )
        return self.fold_in(rest[0], scope, frame) if rest and ours else COMPUTED

    def _is_instance(self, call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        value = self.fold_in(call.arguments[0].value, scope, frame)
        kinds = call.arguments[1].value
        wanted = {
            name
            for kind in (kinds.items if isinstance(kinds, ir.Display) else (call.arguments[1],))
            for name in self._resolver.value(kind.value, scope)
        }
        if isinstance(value, FromEnv) and not value.parse:
            return Known("builtins.str" in wanted)
        if isinstance(value, Known):
            return Known(any(f"builtins.{kind.__name__}" in wanted for kind in type(value.value).__mro__))
        return COMPUTED

    def _arguments(self, call: ir.Call, scope: Scope, frame: Frame) -> tuple[list[Setting], dict[str, Setting]] | None:
        positional: list[Setting] = []
        named: dict[str, Setting] = {}
        for argument in call.arguments:
            setting = self.fold_in(argument.value, scope, frame)
            if argument.name == "*":
                if not isinstance(setting, Known) or not isinstance(setting.value, (list, tuple)):
                    return None
                positional.extend(Known(value, setting.places) for value in setting.value)
            elif argument.name == "**":
                if not isinstance(setting, Known) or not isinstance(setting.value, dict):
                    return None
                named.update({str(key): Known(value, setting.places) for key, value in setting.value.items()})
            elif argument.name:
                named[argument.name] = setting
            else:
                positional.append(setting)
        return positional, named

    def _applied(self, name: str, function: Callable[..., Any], call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        given = self._arguments(call, scope, frame)
        if given is None:
            return Unknown("its arguments are unpacked")
        positional, named = given
        short = name.rpartition(".")[2]
        parse = _CONVERTING.get(short, "") if name.startswith("builtins.") else ""
        if short == "bool" and positional:
            positional[0] = truth(positional[0])
        if not call.arguments and name in (
            "builtins.list",
            "builtins.dict",
            "builtins.str",
            "builtins.tuple",
            "builtins.set",
        ):
            return Known(function(), (place_of(call, scope),))
        return hop(lift(function, positional, named, parse=parse), call, scope)

    def _method(self, function: ir.Attribute, call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        given = self._arguments(call, scope, frame)
        if given is None:
            return Unknown("its arguments are unpacked")
        positional, named = given
        if (
            function.name == "get"
            and positional
            and not isinstance(self.fold_in(function.value, scope, frame), FromEnv)
        ):
            default = positional[1] if len(positional) > 1 else Known(None)
            return hop(self._looked_up(function.value, positional[0], default, scope, frame), call, scope)
        inner = self.fold_in(function.value, scope, frame)
        if function.name in ("hexdigest", "digest"):
            if not isinstance(function.value, ir.Call):
                return COMPUTED
            return hop(lift(bytes.hex if function.name == "hexdigest" else bytes, [inner]), call, scope)
        parse: Parse = ""
        if function.name in ("split", "rsplit", "splitlines"):
            parse = "list"
        elif function.name in ("startswith", "endswith", "isdigit", "isnumeric", "isdecimal"):
            parse = "flag"
        return hop(lift(arithmetic.METHODS[function.name], [inner, *positional], named, parse=parse), call, scope)

    def _converted(
        self, call: ir.Call, parse: Parse, function: Callable[..., Any] | None, scope: Scope, frame: Frame
    ) -> Setting:
        """A call of something that makes a value of a text."""
        if not call.arguments:
            return COMPUTED
        inner = self.fold_in(call.arguments[0].value, scope, frame)
        convert = function or (_word_truth if parse == "flag" else _literal if parse in ("literal", "json") else None)
        if convert is None:
            return COMPUTED
        return hop(lift(convert, [inner], parse=parse), call, scope)

    # The environment.

    def _read(self, call: ir.Call, reader: Reader, scope: Scope, frame: Frame) -> Setting:
        positional = [argument.value for argument in call.arguments if not argument.name]
        named = {argument.name: argument.value for argument in call.arguments if argument.name}
        name = positional[0] if positional else named.get("key") or named.get("name") or named.get("var_name")
        if name is None:
            return Unknown("it is a variable of the environment")
        default = positional[1] if len(positional) > 1 else named.get("default")
        usual: Setting = Unset() if reader.required else Known(None)
        if default is not None:
            usual = self.fold_in(default, scope, frame)
        parse: Parse = reader.parse
        cast = named.get(reader.cast) if reader.cast else None
        if cast is not None:
            parse = "other"
            for one in self._resolver.value(cast, scope):
                short = one.rpartition(".")[2]
                if one in ("builtins.bool", "builtins.int", "builtins.float", "builtins.str", "builtins.list"):
                    parse = "flag" if short == "bool" else _CONVERTING.get(short, "")
        if parse == "flag":
            usual = lift(_word_truth, [usual])
        elif parse in ("int", "float"):
            usual = lift(int if parse == "int" else float, [usual])
        return self._variable(self.fold_in(name, scope, frame), usual, parse, call, scope, frame)

    def _variable(
        self, name: Setting, default: Setting, parse: Parse, expr: ir.Expr, scope: Scope, frame: Frame
    ) -> Setting:
        if frame.missing:
            return default
        if isinstance(name, Known) and isinstance(name.value, (str, bytes)):
            text = name.value if isinstance(name.value, str) else name.value.decode("latin-1")
            return FromEnv(text, default, parse, (place_of(expr, scope),))
        return FromEnv("?", default, parse, (place_of(expr, scope),))

    # Functions of the project.

    def _followed(self, function: Scope, call: ir.Call, scope: Scope, frame: Frame) -> Setting:
        """What a function of the project gives for these arguments."""
        node = function.node
        assert isinstance(node, ir.Function)
        if frame.depth > 8 * (_DEEPEST_CALL - 1) or function.yields or node.is_async or not function.returns:
            return Unknown(f"it is the result of {function.name}()")
        given = self._arguments(call, scope, frame)
        if given is None:
            return Unknown("its arguments are unpacked")
        arguments = self._bound(function, *given)
        if frame.depth:
            return self._result(function, arguments, frame.depth + 8, frame.missing)
        # Each call followed from outside has its own budget, so that what it gives does not hang on who asked first.
        steps, self._steps = self._steps, 0
        found = self._result(function, arguments, frame.depth + 8, frame.missing)
        self._steps = steps
        return found

    def _result(self, function: Scope, arguments: dict[str, Setting], depth: int, missing: bool) -> Setting:
        node = function.node
        assert isinstance(node, ir.Function)
        found = one_of(Run(self.fold_in, function, Frame(node, arguments, depth, missing)).found)
        variables = [one for one in possible(found) if isinstance(one, FromEnv)]
        passed = [one for value in arguments.values() for one in possible(value) if isinstance(one, FromEnv)]
        if not variables and isinstance(found, OneOf) and len({one.name for one in passed}) == 1 and all_flags(found):
            # `def flag(text): if text in (...): return True; return False` of a variable
            variables = [replace(passed[0], parse="flag")]
        if len({one.name for one in variables}) != 1:
            return found
        parse: Parse = next(
            (one.parse for one in variables if one.parse), "flag" if flags_beside_variables(found) else ""
        )
        name = variables[0].name
        if any(isinstance(value, FromEnv) and value.name == name for value in arguments.values()):
            # Without the variable the function is given its default, which may be another variable.
            usual = {
                key: value.default if isinstance(value, FromEnv) and value.name == name else value
                for key, value in arguments.items()
            }
            if any(isinstance(value, Unset) for value in usual.values()):
                return FromEnv(name, Unset(), parse, variables[0].places)
            default = self._result(function, usual, depth + 2, missing) if depth < 8 * _DEEPEST_CALL else COMPUTED
        else:
            usual = {key: without_variables(value) for key, value in arguments.items()}
            default = one_of(Run(self.fold_in, function, Frame(node, usual, depth, True)).found)
        return FromEnv(name, default, parse, variables[0].places)

    def _bound(self, function: Scope, positional: list[Setting], named: dict[str, Setting]) -> dict[str, Setting]:
        """Arguments by the names of the parameters."""
        node = function.node
        assert isinstance(node, ir.Function)
        bound: dict[str, Setting] = {}
        pending = list(positional)
        outer = function.parent or function
        own = receiver(function)
        for at, parameter in enumerate(node.parameters):
            if own is not None and at == 0:
                continue
            if parameter.kind in ("positional", "normal") and pending:
                bound[parameter.name] = pending.pop(0)
            elif parameter.kind in ("normal", "keyword") and parameter.name in named:
                bound[parameter.name] = named[parameter.name]
            elif parameter.kind in ("star", "double-star"):
                bound[parameter.name] = Unknown("it is a parameter")
            elif parameter.default is not None:
                bound[parameter.name] = self.fold_in(parameter.default, outer, OUTSIDE)
            else:
                bound[parameter.name] = Unknown("it is a parameter")
        return bound


def _word_truth(value: Any) -> bool:
    """What tools that parse flags make of a word."""
    if isinstance(value, str):
        if value.strip().lower() in ("1", "true", "t", "yes", "y", "on"):
            return True
        if value.strip().lower() in ("0", "false", "f", "no", "n", "off", ""):
            return False
        raise ValueError
    return bool(value)


def _literal(text: Any) -> Any:
    words = {"True": True, "true": True, "False": False, "false": False, "None": None, "null": None}
    if text in words:
        return words[text]
    return int(text) if str(text).lstrip("-").isdigit() else arithmetic.FUNCTIONS["json.loads"](text)
