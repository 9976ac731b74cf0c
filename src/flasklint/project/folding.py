"""Constants folded: the value of an expression, through names, modules, classes, helpers and the environment.

Where it differs from running
    Branches whose test is not known are all taken: the result is one of several.
    A variable of the environment is missing or holds any text; what is made of its default is followed, the text is not.
    A list or dict that is changed in place somewhere in its module is not known as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flasklint import ir
from flasklint.knowledge.environment import CONVERTERS, ENVIRONMENTS, READERS, SETTINGS_CLASSES, Parse, Reader
from flasklint.project import arithmetic
from flasklint.project.members import Slot, decorated, receiver
from flasklint.project.memo import Memo
from flasklint.project.names import Resolver
from flasklint.project.scopes import REST, Binding, LinkedModule, Scope, Write
from flasklint.project.values import Duration, FromEnv, Known, OneOf, Setting, Unknown, Unset, one_of, possible
from flasklint.source import Location

_MOST_PLACES = 12
_MOST_PRODUCTS = 24
_DEEPEST_CALL = 4
_MOST_STEPS = 1_000
_CHANGING = frozenset(
    {"append", "extend", "insert", "update", "setdefault", "pop", "popitem", "remove", "clear", "add", "discard"}
)
_CONVERTING: Mapping[str, Parse] = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "list": "list",
    "tuple": "list",
    "set": "list",
}

_HARMLESS = ("staticmethod", "classmethod", "contextmanager", "cache", "lru_cache", "memoize", "wraps")
_ENUMERATIONS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_FIELDS: Mapping[str, Parse] = {"str": "", "bool": "flag", "int": "int", "float": "float", "list": "json"}


@dataclass(frozen=True, slots=True)
class _Frame:
    """One call that is followed: the parameters' values, by name. ``missing``: variables of the environment are taken to be
    missing, so that what comes out is the default."""

    function: ir.Function | None = None
    arguments: Mapping[str, Setting] | None = None
    depth: int = 0
    missing: bool = False


_OUTSIDE = _Frame()
_COMPUTED = Unknown("it is computed")


class Constants:
    """Folds the constants of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._memo: Memo[Setting] = Memo(Unknown("it hangs on itself"))
        self._steps = 0
        self._alive: list[ir.Expr] = []
        self._changed: dict[str, frozenset[str]] = {}

    def fold(self, expr: ir.Expr, scope: Scope) -> Setting:
        """What is known of an expression's value."""
        return self.fold_in(expr, scope, _OUTSIDE)

    def fold_in(self, expr: ir.Expr, scope: Scope, frame: _Frame) -> Setting:
        """The same inside a call that is followed."""
        if isinstance(expr, ir.Const):
            return self._const(expr, scope)
        if frame is not _OUTSIDE:
            self._steps += 1
            if frame.depth > 8 * _DEEPEST_CALL or self._steps > _MOST_STEPS:
                return Unknown("it is too much to follow")
            return self._folded(expr, scope, replace(frame, depth=frame.depth + 1))
        self._alive.append(expr)
        return self._memo.ask((id(expr), id(scope)), partial(self._folded, expr, scope, frame))

    def _const(self, expr: ir.Const, scope: Scope) -> Setting:
        if expr.kind == "ellipsis":
            return Unknown("it is an ellipsis")
        value = str(expr.value).encode("latin-1") if expr.kind == "bytes" else expr.value
        return Known(value, (_place(expr, scope),))

    def _folded(self, expr: ir.Expr, scope: Scope, frame: _Frame) -> Setting:
        match expr:
            case ir.Name() | ir.Attribute():
                return _hop(self._named(expr, scope, frame), expr, scope)
            case ir.Join(parts=parts):
                return self._joined(parts, expr, scope, frame)
            case ir.Op():
                return self._operation(expr, scope, frame)
            case ir.Compare():
                return self._comparison(expr, scope, frame)
            case ir.Subscript(value=value, key=key):
                return self._subscript(expr, value, key, scope, frame)
            case ir.Display(kind=kind, items=items):
                return self._display(kind, items, expr, scope, frame)
            case ir.Dict(pairs=pairs):
                return self._dict(pairs, expr, scope, frame)
            case ir.Walrus(value=value):
                return self.fold_in(value, scope, frame)
            case ir.Call():
                return self._call(expr, scope, frame)
            case ir.Comprehension(kind="list" | "set" | "generator", clauses=(ir.Clause(iterable=iterable),)):
                match self.fold_in(iterable, scope, frame):
                    case FromEnv() as found:
                        return replace(found, parse="list", default=_computed(found.default))
                return _COMPUTED
            case ir.Function():
                return Unknown("it is a function")
        return _COMPUTED

    # Names.

    def _named(self, expr: ir.Name | ir.Attribute, scope: Scope, frame: _Frame) -> Setting:
        if isinstance(expr, ir.Name) and frame.arguments is not None and expr.id in frame.arguments:
            slots = scope.at(expr.id, expr.start)
            if scope.node is frame.function and all(slot.kind == "parameter" for slot in slots):
                return frame.arguments[expr.id]
        found = self._resolver.places(expr, scope)
        if found:
            if isinstance(expr, ir.Attribute) and all(_is_field(slot) for slot, _ in found):
                return self._field(expr, found, scope, frame)
            return self._slots(found, expr.id if isinstance(expr, ir.Name) else expr.name, frame)
        names = self._resolver.value(expr, scope)
        if isinstance(expr, ir.Attribute) and expr.name in ("value", "name"):
            inner = self._member(expr, scope, frame)
            if inner is not None:
                return inner
        for name in names:
            if name in _LIBRARY_CONSTANTS:
                return Known(_LIBRARY_CONSTANTS[name])
        for name in names:
            if name[0] != "?":
                return Unknown(f"it is {name}")
        return Unknown("it is not found")

    def _field(self, expr: ir.Attribute, slots: list[tuple[Slot, Scope]], scope: Scope, frame: _Frame) -> Setting:
        """An annotated field of an object: what its constructor was given by that name, else the class's own value."""
        given = [
            (argument.value, place)
            for origin, place in self._resolver.origins(expr.value, scope)
            if isinstance(origin, ir.Call)
            for argument in origin.arguments
            if argument.name == expr.name
        ]
        if given:
            return one_of([self.fold_in(value, place, frame) for value, place in given])
        return self._slots(slots, expr.name, frame)

    def _member(self, expr: ir.Attribute, scope: Scope, frame: _Frame) -> Setting | None:
        """``Member.value`` and ``Member.name`` of an enumeration."""
        if not isinstance(expr.value, ir.Attribute):
            return None
        for owner in self._resolver.value(expr.value.value, scope):
            if not _ENUMERATIONS.isdisjoint(self._resolver.order(owner)):
                return Known(expr.value.name) if expr.name == "name" else self.fold_in(expr.value, scope, frame)
        return None

    def _got(self, call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
        """``getattr(owner, name, default)``"""
        owner, word, *rest = (argument.value for argument in call.arguments)
        name = self.fold_in(word, scope, frame)
        if not isinstance(name, Known) or not isinstance(name.value, str):
            return _COMPUTED
        owners = self._resolver.value(owner, scope)
        slots = [pair for one in owners for pair in self._resolver.slots_of(one, name.value)]
        if slots:
            return self._slots(slots, name.value, frame)
        ours = any(
            self._resolver.class_named(one.removesuffix("()")) or one in self._resolver.modules.by_name
            for one in owners
        )
        return self.fold_in(rest[0], scope, frame) if rest and ours else _COMPUTED

    def _slots(self, slots: list[tuple[Slot, Scope]], name: str, frame: _Frame) -> Setting:
        slots = _in_force(slots)
        options: list[Setting] = []
        for slot, scope in slots:
            inner = (
                frame
                if scope.node is frame.function
                else replace(_OUTSIDE, missing=True)
                if frame.missing
                else _OUTSIDE
            )
            sign = slot.sign if isinstance(slot, Write) else slot.node.sign if isinstance(slot.node, ir.Augment) else ""
            if sign:
                if slot.loop is not None if isinstance(slot, Binding) else False:
                    return Unknown("it is changed in a loop")
                assert slot.value is not None
                right = self.fold_in(slot.value, slot.scope if isinstance(slot, Write) else scope, inner)
                changed = [
                    _lift(arithmetic.BINARY[sign], [option, right]) for option in options or [Unknown("it is changed")]
                ]
                certain = slot.block.whole
                options = changed if certain else [*options, *changed]
            else:
                options.append(self._slot(slot, scope, inner))
        found = one_of(options)
        mutable = any(isinstance(one, Known) and isinstance(one.value, (list, dict)) for one in possible(found))
        if mutable and any(name in self._changed_in(scope.module) for _, scope in slots):
            return Unknown("it is changed in place")
        return found

    def _slot(self, slot: Slot, scope: Scope, frame: _Frame) -> Setting:
        if isinstance(slot, Write):
            return _item(self.fold_in(slot.value, slot.scope, frame), slot.path)
        node = slot.node
        match slot.kind:
            case "assign":
                setting: Setting = (
                    Unset() if slot.value is None else _item(self.fold_in(slot.value, scope, frame), slot.path)
                )
                if scope.is_class and isinstance(node, ir.Assign) and node.annotation is not None:
                    return self._of_settings_class(slot, node.annotation, setting, scope)
                return setting
            case "loop" if slot.value is not None and slot.inside is None:
                match self.fold_in(slot.value, scope, frame):
                    case Known(value=list() | tuple() as items) as found if len(items) <= 8:
                        return one_of([_item(Known(item, found.places), slot.path) for item in items])
            case "parameter" if isinstance(node, ir.Parameter) and slot.inside is None:
                return self._parameter(node, scope)
            case "import" if isinstance(node, ir.Import):
                return Unknown(f"it is imported from {node.module or '.'}")
            case "function" | "class":
                return Unknown(f"it is a {slot.kind}")
        return _COMPUTED

    def _of_settings_class(self, slot: Binding, annotation: ir.Expr, setting: Setting, scope: Scope) -> Setting:
        """A field of a class that reads its fields from the environment."""
        if SETTINGS_CLASSES.isdisjoint(self._resolver.order(scope.name)):
            return setting
        parse: Parse = "other"
        if isinstance(annotation, ir.Name):
            parse = {"str": "", "bool": "flag", "int": "int", "float": "float", "list": "json"}.get(
                annotation.id, "other"
            )  # type: ignore[assignment]
        return FromEnv(slot.name.upper(), setting, parse, (_place(slot.node, scope),))

    def _parameter(self, node: ir.Parameter, scope: Scope) -> Setting:
        """What all calls in the project pass, when each is known and no one else calls it."""
        if isinstance(scope.node, ir.Function) and scope.node.decorators and not decorated(scope, *_HARMLESS):
            return Unknown("it is a parameter")
        calls = self._resolver.passed(node, scope)
        options: list[Setting] = []
        for expr, place in calls:
            if expr is not None:
                options.append(self.fold_in(expr, place, _OUTSIDE))
            elif node.default is not None and scope.parent is not None:
                options.append(self.fold_in(node.default, scope.parent, _OUTSIDE))
            else:
                return Unknown("it is a parameter")
        return one_of(options) if options else Unknown("it is a parameter")

    def _changed_in(self, module: LinkedModule) -> frozenset[str]:
        """Names (and attributes) of lists and dicts that a module changes in place."""
        found = self._changed.get(module.path)
        if found is None:
            names: set[str] = set()
            for scope in module.scopes:
                names.update(_last_word(write.target) for write in scope.writes if write.name is None)
            for call, _ in module.calls:
                if isinstance(call.function, ir.Attribute) and call.function.name in _CHANGING:
                    names.add(_last_word(call.function.value))
            found = self._changed[module.path] = frozenset(names - {""})
        return found

    # Operations.

    def _joined(self, parts: tuple[ir.Expr, ...], expr: ir.Expr, scope: Scope, frame: _Frame) -> Setting:
        settings: list[Setting] = []
        for part in parts:
            if isinstance(part, ir.Formatted):
                inner = self.fold_in(part.value, scope, frame)
                spec = self.fold_in(part.spec, scope, frame) if part.spec is not None else Known("")
                settings.append(_lift(partial(_format_part, part.conversion), [inner, spec]))
            else:
                settings.append(self.fold_in(part, scope, frame))
        return _hop(_lift(lambda *texts: "".join(texts), settings), expr, scope)

    def _operation(self, expr: ir.Op, scope: Scope, frame: _Frame) -> Setting:
        sign, operands = expr.sign, expr.operands
        if sign in ("or", "and"):
            return self._choice(sign, operands, scope, frame)
        if sign == "if" and len(operands) == 3:
            return self._conditional(operands, scope, frame)
        if sign in arithmetic.UNARY and len(operands) == 1:
            inner = self.fold_in(operands[0], scope, frame)
            if sign == "not":
                return _lift(arithmetic.UNARY[sign], [_truth(inner)])
            return _hop(_lift(arithmetic.UNARY[sign], [inner]), expr, scope)
        if sign in arithmetic.BINARY and len(operands) == 2:
            # `a + b + c + ...` leans to the left and may be as long as its author likes.
            rights: list[tuple[str, ir.Expr]] = []
            left: ir.Expr = expr
            while isinstance(left, ir.Op) and left.sign in arithmetic.BINARY and len(left.operands) == 2:
                rights.append((left.sign, left.operands[1]))
                left = left.operands[0]
            found = self.fold_in(left, scope, frame)
            for each, right in reversed(rights):
                if isinstance(found, Unknown):
                    return found
                found = _lift(arithmetic.BINARY[each], [found, self.fold_in(right, scope, frame)])
            return _hop(found, expr, scope)
        return _COMPUTED

    def _choice(self, sign: str, operands: tuple[ir.Expr, ...], scope: Scope, frame: _Frame) -> Setting:
        """``a or b``, ``a and b``."""
        found = self.fold_in(operands[0], scope, frame)
        for operand in operands[1:]:
            right: Setting | None = None
            options: list[Setting] = []
            for one in possible(found):
                truth = _certain(one)
                if truth is not None and truth == (sign == "or"):
                    options.append(one)
                    continue
                if right is None:
                    right = self.fold_in(operand, scope, frame)
                if truth is not None:
                    options.append(right)
                elif isinstance(one, FromEnv) and sign == "or":
                    options.append(_or_else(one, right))
                else:
                    options.extend((one, right))
            found = one_of(options)
        return found

    def _conditional(self, operands: tuple[ir.Expr, ...], scope: Scope, frame: _Frame) -> Setting:
        """``then if test else otherwise``"""
        test = self.fold_in(operands[0], scope, frame)
        certain = _certain(test)
        if certain is not None:
            return self.fold_in(operands[1] if certain else operands[2], scope, frame)
        then, otherwise = (self.fold_in(one, scope, frame) for one in operands[1:])
        if isinstance(test, FromEnv):
            usual = _certain(test.default)
            for one, other in ((then, otherwise), (otherwise, then)):
                if isinstance(one, FromEnv) and one.name == test.name:  # `environ["X"] if "X" in environ else "y"`
                    return replace(one, default=other)
            if usual is not None and _is_flag(then) and _is_flag(otherwise):
                return replace(test, default=then if usual else otherwise, parse=test.parse or "bool")
            if usual is False:
                return one_of([otherwise, then])
        return one_of([then, otherwise])

    def _comparison(self, expr: ir.Compare, scope: Scope, frame: _Frame) -> Setting:
        if len(expr.signs) != 1:
            return Unknown("it is compared")
        sign, (left, right) = expr.signs[0], expr.operands
        if sign in ("in", "not-in") and not ENVIRONMENTS.isdisjoint(self._resolver.value(right, scope)):
            match self.fold_in(left, scope, frame):
                case Known(value=str(name)):
                    there = Known(sign == "not-in")
                    return there if frame.missing else FromEnv(name, there, "bool", (_place(expr, scope),))
        found = _lift(
            arithmetic.COMPARISONS[sign],
            [self.fold_in(left, scope, frame), self.fold_in(right, scope, frame)],
            parse="flag",
        )
        if isinstance(found, FromEnv) and (
            sign in ("is", "is-not") or (sign == "!=" and isinstance(right, ir.Const) and not right.value)
        ):
            return replace(found, parse="bool")
        return found

    # Containers.

    def _display(
        self, kind: str, items: tuple[ir.Argument, ...], expr: ir.Expr, scope: Scope, frame: _Frame
    ) -> Setting:
        found: list[Any] = []
        places: list[Location] = [_place(expr, scope)]
        for item in items:
            match self.fold_in(item.value, scope, frame):
                case Known(value=value) if not item.name:
                    found.append(value)
                case Known(value=list() | tuple() as values) if item.name == "*":
                    found.extend(values)
                case _:
                    return Unknown(f"it is a {kind} with computed items")
        try:
            value = tuple(found) if kind == "tuple" else frozenset(found) if kind == "set" else found
            return Known(arithmetic.checked(value), tuple(places))
        except (TypeError, ValueError):
            return _COMPUTED

    def _dict(self, pairs: tuple[ir.Pair, ...], expr: ir.Expr, scope: Scope, frame: _Frame) -> Setting:
        found: dict[Any, Any] = {}
        for pair in pairs:
            value = self.fold_in(pair.value, scope, frame)
            key = self.fold_in(pair.key, scope, frame) if pair.key is not None else None
            match key, value:
                case None, Known(value=dict() as inner):
                    found.update(inner)
                case Known(value=str() | int() | bytes() | float() | None as name), Known(value=plain):
                    found[name] = plain
                case _:
                    return Unknown("it is a dict with computed items")
        return Known(found, (_place(expr, scope),))

    def _subscript(self, expr: ir.Expr, container: ir.Expr, key: ir.Expr, scope: Scope, frame: _Frame) -> Setting:
        if isinstance(key, ir.Op) and key.sign == "slice":
            bounds = [self.fold_in(one, scope, frame) for one in key.operands]
            return _hop(
                _lift(lambda value, *parts: value[slice(*parts)], [self.fold_in(container, scope, frame), *bounds]),
                expr,
                scope,
            )
        place = self.fold_in(key, scope, frame)
        if not ENVIRONMENTS.isdisjoint(self._resolver.value(container, scope)):
            return self._variable(place, Unset(), "", expr, scope, frame)
        return _hop(self._looked_up(container, place, None, scope, frame), expr, scope)

    def _looked_up(
        self, container: ir.Expr, key: Setting, default: Setting | None, scope: Scope, frame: _Frame
    ) -> Setting:
        """An item of a container; of a dict written out, only the item itself needs to be known."""
        options: list[Setting] = []
        for origin, place in self._resolver.origins(container, scope):
            if not isinstance(origin, ir.Dict):
                options.append(_lift(_get, [self.fold_in(origin, place, frame), key]))
                continue
            pairs = [
                (self.fold_in(pair.key, place, frame), pair.value) for pair in origin.pairs if pair.key is not None
            ]
            complete = len(pairs) == len(origin.pairs) and all(isinstance(one, Known) for one, _ in pairs)
            for one in possible(key):
                wanted = one.default if isinstance(one, FromEnv) else one
                if not isinstance(wanted, Known):
                    options.extend(self.fold_in(value, place, frame) for _, value in pairs)
                    continue
                same = [value for name, value in pairs if name == wanted]
                if same:
                    found = self.fold_in(same[-1], place, frame)
                    if isinstance(one, FromEnv) and isinstance(found, Known):
                        found = FromEnv(one.name, found, "other", one.places)
                    options.append(found)
                elif complete and default is not None:
                    options.append(default)
                else:
                    options.append(Unknown("it is not in the dict"))
        return one_of(options) if options else _COMPUTED

    # Calls.

    def _call(self, call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
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
                return _hop(self._got(call, scope, frame), call, scope)
            if name == "builtins.isinstance" and len(call.arguments) == 2:
                return self._is_instance(call, scope, frame)
            if name == "typing.cast" and len(call.arguments) == 2:
                return self.fold_in(call.arguments[1].value, scope, frame)
        functions = [one for name in callees for one in self._resolver.functions_named(name)]
        if len(functions) == 1:
            return _hop(self._followed(functions[0], call, scope, frame), call, scope)
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

    def _is_instance(self, call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
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
        return _COMPUTED

    def _arguments(self, call: ir.Call, scope: Scope, frame: _Frame) -> tuple[list[Setting], dict[str, Setting]] | None:
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

    def _applied(self, name: str, function: Callable[..., Any], call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
        given = self._arguments(call, scope, frame)
        if given is None:
            return Unknown("its arguments are unpacked")
        positional, named = given
        short = name.rpartition(".")[2]
        parse = _CONVERTING.get(short, "") if name.startswith("builtins.") else ""
        if short == "bool" and positional:
            positional[0] = _truth(positional[0])
        if not call.arguments and name in (
            "builtins.list",
            "builtins.dict",
            "builtins.str",
            "builtins.tuple",
            "builtins.set",
        ):
            return Known(function(), (_place(call, scope),))
        return _hop(_lift(function, positional, named, parse=parse), call, scope)

    def _method(self, function: ir.Attribute, call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
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
            return _hop(self._looked_up(function.value, positional[0], default, scope, frame), call, scope)
        inner = self.fold_in(function.value, scope, frame)
        if function.name in ("hexdigest", "digest"):
            if not isinstance(function.value, ir.Call):
                return _COMPUTED
            return _hop(_lift(bytes.hex if function.name == "hexdigest" else bytes, [inner]), call, scope)
        parse: Parse = ""
        if function.name in ("split", "rsplit", "splitlines"):
            parse = "list"
        elif function.name in ("startswith", "endswith", "isdigit", "isnumeric", "isdecimal"):
            parse = "flag"
        return _hop(_lift(arithmetic.METHODS[function.name], [inner, *positional], named, parse=parse), call, scope)

    def _converted(
        self, call: ir.Call, parse: Parse, function: Callable[..., Any] | None, scope: Scope, frame: _Frame
    ) -> Setting:
        """A call of something that makes a value of a text."""
        if not call.arguments:
            return _COMPUTED
        inner = self.fold_in(call.arguments[0].value, scope, frame)
        convert = function or (_word_truth if parse == "flag" else _literal if parse in ("literal", "json") else None)
        if convert is None:
            return _COMPUTED
        return _hop(_lift(convert, [inner], parse=parse), call, scope)

    # The environment.

    def _read(self, call: ir.Call, reader: Reader, scope: Scope, frame: _Frame) -> Setting:
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
            usual = _lift(_word_truth, [usual])
        elif parse in ("int", "float"):
            usual = _lift(int if parse == "int" else float, [usual])
        return self._variable(self.fold_in(name, scope, frame), usual, parse, call, scope, frame)

    def _variable(
        self, name: Setting, default: Setting, parse: Parse, expr: ir.Expr, scope: Scope, frame: _Frame
    ) -> Setting:
        if frame.missing:
            return default
        if isinstance(name, Known) and isinstance(name.value, (str, bytes)):
            text = name.value if isinstance(name.value, str) else name.value.decode("latin-1")
            return FromEnv(text, default, parse, (_place(expr, scope),))
        return FromEnv("?", default, parse, (_place(expr, scope),))

    # Functions of the project.

    def _followed(self, function: Scope, call: ir.Call, scope: Scope, frame: _Frame) -> Setting:
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
        found = one_of(_Run(self, function, _Frame(node, arguments, depth, missing)).found)
        variables = [one for one in possible(found) if isinstance(one, FromEnv)]
        passed = [one for value in arguments.values() for one in possible(value) if isinstance(one, FromEnv)]
        if not variables and isinstance(found, OneOf) and len({one.name for one in passed}) == 1 and _all_flags(found):
            # `def flag(text): if text in (...): return True; return False` of a variable
            variables = [replace(passed[0], parse="flag")]
        if len({one.name for one in variables}) != 1:
            return found
        parse: Parse = next((one.parse for one in variables if one.parse), "flag" if _all_flags_but(found) else "")
        name = variables[0].name
        if any(isinstance(value, FromEnv) and value.name == name for value in arguments.values()):
            # Without the variable the function is given its default, which may be another variable.
            usual = {
                key: value.default if isinstance(value, FromEnv) and value.name == name else value
                for key, value in arguments.items()
            }
            if any(isinstance(value, Unset) for value in usual.values()):
                return FromEnv(name, Unset(), parse, variables[0].places)
            default = self._result(function, usual, depth + 2, missing) if depth < 8 * _DEEPEST_CALL else _COMPUTED
        else:
            usual = {key: _missing(value) for key, value in arguments.items()}
            default = one_of(_Run(self, function, _Frame(node, usual, depth, True)).found)
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
                bound[parameter.name] = self.fold_in(parameter.default, outer, _OUTSIDE)
            else:
                bound[parameter.name] = Unknown("it is a parameter")
        return bound


class _Run:
    """One run through a function's body: ``found`` is what it may return. Loops are not run."""

    def __init__(self, constants: Constants, scope: Scope, frame: _Frame) -> None:
        assert isinstance(scope.node, ir.Function)
        self.fold = partial(constants.fold_in, frame=frame)
        self.scope = scope
        self.missing = frame.missing
        self.left = 200
        self.found: list[Setting] = []
        if not self.statements(scope.node.body):
            self.found.append(Known(None))

    def statements(self, body: Iterable[ir.Stmt]) -> bool:
        """Whether the end of the body is certainly not reached."""
        return any(self.statement(one) for one in body)

    def statement(self, statement: ir.Stmt) -> bool:
        self.left -= 1
        if self.left < 0:
            self.found.append(_COMPUTED)
            return True
        match statement:
            case ir.Return(value=value):
                self.found.append(Known(None) if value is None else self.fold(value, self.scope))
                return True
            case ir.Raise():
                return True
            case ir.If(test=test, body=then, orelse=otherwise):
                truth = _certain(self.fold(test, self.scope))
                ended = truth is False or self.statements(then)
                return (truth is True or self.statements(otherwise)) and ended
            case ir.Try(body=tried, handlers=handlers, orelse=otherwise, final=final):
                return self.tried((*tried, *otherwise), handlers) or self.statements(final)
            case ir.With(body=inner):
                return self.statements(inner)
            case ir.Loop() | ir.Match():
                if any(isinstance(node, ir.Return) for node in ir.walk(statement)):
                    self.found.append(_COMPUTED)
        return False

    def tried(self, body: tuple[ir.Stmt, ...], handlers: tuple[ir.Handler, ...]) -> bool:
        before, self.found = self.found, []
        ended = self.statements(body)
        fails = any(isinstance(one, Unset) for one in self.found)
        if self.missing:  # what fails without the variable is caught
            self.found = [one for one in self.found if not isinstance(one, Unset)]
        self.found = before + self.found
        if self.missing and not fails:
            return ended
        caught = [self.statements(handler.body) for handler in handlers]
        return ended and all(caught)


# Settings ----------------------------------------------------------------------------------------------------------


def _lift(
    function: Callable[..., Any],
    positional: list[Setting],
    named: dict[str, Setting] | None = None,
    *,
    parse: Parse = "",
) -> Setting:
    """A function of plain values as one of settings. ``parse``: what it does with a variable's text."""
    keys = list(named or ())
    settings = [*positional, *(named or {}).values()]
    if all(isinstance(one, Known) for one in settings):
        values = [one.value for one in settings if isinstance(one, Known)]
        try:
            result = arithmetic.checked(
                function(*values[: len(positional)], **dict(zip(keys, values[len(positional) :], strict=True)))
            )
        except Exception:
            return Unknown("it can't be computed")
        places = tuple(dict.fromkeys(place for one in settings if isinstance(one, Known) for place in one.places))
        return Known(result, places[:_MOST_PLACES])
    for one in settings:
        if isinstance(one, Unknown):
            return one
    for one in settings:
        if isinstance(one, Unset):
            return Unknown("it was never set")
    at = next((at for at, one in enumerate(settings) if isinstance(one, OneOf)), None)
    if at is not None:
        chosen = settings[at]
        assert isinstance(chosen, OneOf)
        if len(chosen.options) * sum(isinstance(one, OneOf) for one in settings) > _MOST_PRODUCTS:
            return Unknown("it may be too many things")
        return one_of(
            [_again(function, settings, at, option, len(positional), keys, parse) for option in chosen.options]
        )
    at = next(at for at, one in enumerate(settings) if isinstance(one, FromEnv))
    variable = settings[at]
    assert isinstance(variable, FromEnv)
    default = variable.default
    if not isinstance(default, Unset):
        usual = [_missing(one) for one in settings]
        default = (
            Unset()
            if any(isinstance(one, Unset) for one in usual)
            else _lift(
                function, usual[: len(positional)], dict(zip(keys, usual[len(positional) :], strict=True)), parse=parse
            )
        )
        if isinstance(default, Unknown) and isinstance(variable.default, Known) and variable.default.value is None:
            default = Unset()  # `os.environ.get("X").lower()` fails when the variable is missing
    return FromEnv(variable.name, default, _parsed(variable.parse, parse), variable.places)


def _again(
    function: Callable[..., Any],
    settings: list[Setting],
    at: int,
    option: Setting,
    split: int,
    keys: list[str],
    parse: Parse,
) -> Setting:
    changed = [*settings[:at], option, *settings[at + 1 :]]
    return _lift(function, changed[:split], dict(zip(keys, changed[split:], strict=True)), parse=parse)


def _parsed(before: Parse, now: Parse) -> Parse:
    """What two steps do with a text, one after the other."""
    if not now:
        return before
    if now == "bool" and before not in ("", "bool"):
        return "flag"  # the truth of a number or of a word that was understood
    if now == "flag" and before == "bool":
        return "bool"
    return now


def _missing(setting: Setting) -> Setting:
    """What a setting is when the environment has none of its variables."""
    if isinstance(setting, FromEnv):
        return _missing(setting.default)
    if isinstance(setting, OneOf):
        return one_of([_missing(one) for one in setting.options])
    return setting


def _computed(setting: Setting) -> Setting:
    return setting if isinstance(setting, (Unset, Unknown)) else _COMPUTED


def _truth(setting: Setting) -> Setting:
    """``bool(setting)``"""
    return _lift(bool, [setting], parse="bool")


def _or_else(variable: FromEnv, right: Setting) -> FromEnv:
    """``variable or right``"""
    default = variable.default
    if isinstance(default, FromEnv):
        return replace(variable, default=_or_else(default, right))
    truth = _certain(default)
    if truth is True or isinstance(default, Unset):
        return variable
    return replace(variable, default=right if truth is False else one_of([default, right]))


def _certain(setting: Setting) -> bool | None:
    """The truth of a setting, where it is the same in all cases."""
    if isinstance(setting, Known):
        return bool(setting.value)
    if isinstance(setting, OneOf):
        found = {_certain(one) for one in setting.options}
        return found.pop() if len(found) == 1 else None
    return None


def _is_flag(setting: Setting) -> bool:
    return isinstance(setting, Known) and isinstance(setting.value, bool)


def _all_flags(setting: Setting) -> bool:
    return all(_is_flag(one) or (isinstance(one, Known) and one.value is None) for one in possible(setting))


def _all_flags_but(setting: Setting) -> bool:
    """Whether all but what is read from the environment are flags, and there are any."""
    rest = [one for one in possible(setting) if not isinstance(one, FromEnv)]
    return bool(rest) and all(_is_flag(one) for one in rest)


def _item(setting: Setting, path: tuple[int, ...]) -> Setting:
    for step in path:
        if step == REST:
            return Unknown("it is a part of something")
        setting = _lift(_get, [setting, Known(step)])
    return setting


def _get(container: Any, key: Any) -> Any:
    return container[key]


def _format_part(conversion: str, value: Any, spec: Any) -> str:
    if isinstance(value, (list, dict, frozenset, Duration)):
        raise TypeError
    if conversion == "r":
        value = repr(value)
    elif conversion in ("s", "a"):
        value = str(value) if conversion == "s" else ascii(value)
    if sum(char.isdigit() for char in spec) > 4:
        raise arithmetic.TooLargeError
    return format(value, spec)


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


def _place(node: ir.Node, scope: Scope) -> Location:
    return Location(scope.module.path, node.span)


def _hop(setting: Setting, expr: ir.Expr, scope: Scope) -> Setting:
    """The setting as seen from one place further on."""
    if isinstance(setting, (Known, FromEnv)):
        here = _place(expr, scope)
        if not setting.places or setting.places[0] != here:
            return replace(setting, places=(here, *setting.places)[:_MOST_PLACES])
    elif isinstance(setting, OneOf):
        return OneOf(tuple(_hop(one, expr, scope) for one in setting.options))
    return setting


def _in_force(slots: list[tuple[Slot, Scope]]) -> list[tuple[Slot, Scope]]:
    """A value that every constructor gives hides the class's own; a value written anywhere comes beside it."""
    certain = [
        (slot, scope)
        for slot, scope in slots
        if isinstance(slot, Write)
        and slot.block.whole
        and getattr(slot.scope.node, "name", "") == "__init__"
        and not slot.sign
    ]
    if not certain:
        return sorted(slots, key=lambda pair: isinstance(pair[0], Write))
    last = certain[-1]
    return [last, *(pair for pair in slots if isinstance(pair[0], Write) and pair not in certain)]


def _is_field(slot: Slot) -> bool:
    return isinstance(slot, Binding) and isinstance(slot.node, ir.Assign) and slot.node.annotation is not None


def _last_word(expr: ir.Expr) -> str:
    return expr.id if isinstance(expr, ir.Name) else expr.name if isinstance(expr, ir.Attribute) else ""


_LIBRARY_CONSTANTS: Mapping[str, str] = {
    "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
    "string.hexdigits": "0123456789abcdefABCDEF",
    "os.sep": "/",
    "os.linesep": "\n",
}
