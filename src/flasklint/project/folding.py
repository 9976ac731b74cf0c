"""Constants folded: the value of an expression, through names, modules, classes, helpers and the environment.

Where it differs from running
    Branches whose test is not known are all taken: the result is one of several.
    A variable of the environment is missing or holds any text; what is made of its default is followed, the text is not.
    A list or dict that is changed in place somewhere in its module is not known as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.environment import ENVIRONMENTS, SETTINGS_CLASSES, Parse
from flasklint.project import arithmetic
from flasklint.project.bodies import OUTSIDE, Frame
from flasklint.project.calling import Calling
from flasklint.project.lifting import (
    COMPUTED,
    certain_truth,
    get_item,
    hop,
    is_flag,
    item_at,
    lift,
    or_else,
    place_of,
    still_unknown,
    truth,
)
from flasklint.project.members import Slot, decorated
from flasklint.project.memo import Memo
from flasklint.project.names import Resolver
from flasklint.project.scopes import Binding, LinkedModule, Scope, Write
from flasklint.project.values import Duration, FromEnv, Known, Setting, Unknown, Unset, one_of, possible
from flasklint.source import Location

_DEEPEST_CALL = 4
_MOST_STEPS = 1_000
_CHANGING = frozenset(
    {"append", "extend", "insert", "update", "setdefault", "pop", "popitem", "remove", "clear", "add", "discard"}
)

_HARMLESS = ("staticmethod", "classmethod", "contextmanager", "cache", "lru_cache", "memoize", "wraps")
_ENUMERATIONS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_FIELDS: Mapping[str, Parse] = {"str": "", "bool": "flag", "int": "int", "float": "float", "list": "json"}
"""What a class that reads its fields from the environment makes of the text, by the field's annotation."""


class Constants(Calling):
    """Folds the constants of one project."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__(resolver)
        self._memo: Memo[Setting] = Memo(Unknown("it hangs on itself"))
        self._alive: list[ir.Expr] = []
        self._changed: dict[str, frozenset[str]] = {}
        self._keys: dict[int, list[tuple[Setting, ir.Expr]]] = {}

    def fold(self, expr: ir.Expr, scope: Scope) -> Setting:
        """What is known of an expression's value."""
        return self.fold_in(expr, scope, OUTSIDE)

    def fold_in(self, expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        """The same inside a call that is followed."""
        if isinstance(expr, ir.Const):
            return self._const(expr, scope)
        if frame is not OUTSIDE:
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
        return Known(value, (place_of(expr, scope),))

    def _folded(self, expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        match expr:
            case ir.Name() | ir.Attribute():
                return hop(self._named(expr, scope, frame), expr, scope)
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
                        return replace(found, parse="list", default=still_unknown(found.default))
                return COMPUTED
            case ir.Function():
                return Unknown("it is a function")
        return COMPUTED

    # Names.

    def _named(self, expr: ir.Name | ir.Attribute, scope: Scope, frame: Frame) -> Setting:
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

    def _field(self, expr: ir.Attribute, slots: list[tuple[Slot, Scope]], scope: Scope, frame: Frame) -> Setting:
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

    def _member(self, expr: ir.Attribute, scope: Scope, frame: Frame) -> Setting | None:
        """``Member.value`` and ``Member.name`` of an enumeration."""
        if not isinstance(expr.value, ir.Attribute):
            return None
        for owner in self._resolver.value(expr.value.value, scope):
            if not _ENUMERATIONS.isdisjoint(self._resolver.order(owner)):
                return Known(expr.value.name) if expr.name == "name" else self.fold_in(expr.value, scope, frame)
        return None

    def _slots(self, slots: list[tuple[Slot, Scope]], name: str, frame: Frame) -> Setting:
        slots = _in_force(slots)
        options: list[Setting] = []
        for slot, scope in slots:
            inner = (
                frame if scope.node is frame.function else replace(OUTSIDE, missing=True) if frame.missing else OUTSIDE
            )
            sign = slot.sign if isinstance(slot, Write) else slot.node.sign if isinstance(slot.node, ir.Augment) else ""
            if sign:
                if slot.loop is not None if isinstance(slot, Binding) else False:
                    return Unknown("it is changed in a loop")
                assert slot.value is not None
                right = self.fold_in(slot.value, slot.scope if isinstance(slot, Write) else scope, inner)
                changed = [
                    lift(arithmetic.BINARY[sign], [option, right]) for option in options or [Unknown("it is changed")]
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

    def _slot(self, slot: Slot, scope: Scope, frame: Frame) -> Setting:
        if isinstance(slot, Write):
            return item_at(self.fold_in(slot.value, slot.scope, frame), slot.path)
        node = slot.node
        match slot.kind:
            case "assign":
                setting: Setting = (
                    Unset() if slot.value is None else item_at(self.fold_in(slot.value, scope, frame), slot.path)
                )
                if scope.is_class and isinstance(node, ir.Assign) and node.annotation is not None:
                    return self._of_settings_class(slot, node.annotation, setting, scope)
                return setting
            case "loop" if slot.value is not None and slot.inside is None:
                match self.fold_in(slot.value, scope, frame):
                    case Known(value=list() | tuple() as items) as found if len(items) <= 8:
                        return one_of([item_at(Known(item, found.places), slot.path) for item in items])
            case "parameter" if isinstance(node, ir.Parameter) and slot.inside is None:
                return self._parameter(node, scope)
            case "import" if isinstance(node, ir.Import):
                return Unknown(f"it is imported from {node.module or '.'}")
            case "function" | "class":
                return Unknown(f"it is a {slot.kind}")
        return COMPUTED

    def _of_settings_class(self, slot: Binding, annotation: ir.Expr, setting: Setting, scope: Scope) -> Setting:
        """A field of a class that reads its fields from the environment."""
        if SETTINGS_CLASSES.isdisjoint(self._resolver.order(scope.name)):
            return setting
        parse: Parse = "other"
        if isinstance(annotation, ir.Name):
            parse = _FIELDS.get(annotation.id, "other")
        return FromEnv(slot.name.upper(), setting, parse, (place_of(slot.node, scope),))

    def _parameter(self, node: ir.Parameter, scope: Scope) -> Setting:
        """What all calls in the project pass, when each is known and no one else calls it."""
        if isinstance(scope.node, ir.Function) and scope.node.decorators and not decorated(scope, *_HARMLESS):
            return Unknown("it is a parameter")
        calls = self._resolver.passed(node, scope)
        options: list[Setting] = []
        for expr, place in calls:
            if expr is not None:
                options.append(self.fold_in(expr, place, OUTSIDE))
            elif node.default is not None and scope.parent is not None:
                options.append(self.fold_in(node.default, scope.parent, OUTSIDE))
            else:
                return Unknown("it is a parameter")
        return one_of(options) if options else Unknown("it is a parameter")

    def _changed_in(self, module: LinkedModule) -> frozenset[str]:
        """Names (and attributes) of lists and dicts that a module changes in place."""
        found = self._changed.get(module.path)
        if found is None:
            names: set[str] = set()
            for scope in module.scopes:
                names.update(ir.last_name(write.target) for write in scope.writes if write.name is None)
            for call, _ in module.calls:
                if isinstance(call.function, ir.Attribute) and call.function.name in _CHANGING:
                    names.add(ir.last_name(call.function.value))
            found = self._changed[module.path] = frozenset(names - {""})
        return found

    # Operations.

    def _joined(self, parts: tuple[ir.Expr, ...], expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        settings: list[Setting] = []
        for part in parts:
            if isinstance(part, ir.Formatted):
                inner = self.fold_in(part.value, scope, frame)
                spec = self.fold_in(part.spec, scope, frame) if part.spec is not None else Known("")
                settings.append(lift(partial(_format_part, part.conversion), [inner, spec]))
            else:
                settings.append(self.fold_in(part, scope, frame))
        return hop(lift(lambda *texts: "".join(texts), settings), expr, scope)

    def _operation(self, expr: ir.Op, scope: Scope, frame: Frame) -> Setting:
        sign, operands = expr.sign, expr.operands
        if sign in ("or", "and"):
            return self._choice(sign, operands, scope, frame)
        if sign == "if" and len(operands) == 3:
            return self._conditional(operands, scope, frame)
        if sign in arithmetic.UNARY and len(operands) == 1:
            inner = self.fold_in(operands[0], scope, frame)
            if sign == "not":
                return lift(arithmetic.UNARY[sign], [truth(inner)])
            return hop(lift(arithmetic.UNARY[sign], [inner]), expr, scope)
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
                found = lift(arithmetic.BINARY[each], [found, self.fold_in(right, scope, frame)])
            return hop(found, expr, scope)
        return COMPUTED

    def _choice(self, sign: str, operands: tuple[ir.Expr, ...], scope: Scope, frame: Frame) -> Setting:
        """``a or b``, ``a and b``."""
        found = self.fold_in(operands[0], scope, frame)
        for operand in operands[1:]:
            right: Setting | None = None
            options: list[Setting] = []
            for one in possible(found):
                truth = certain_truth(one)
                if truth is not None and truth == (sign == "or"):
                    options.append(one)
                    continue
                if right is None:
                    right = self.fold_in(operand, scope, frame)
                if truth is not None:
                    options.append(right)
                elif isinstance(one, FromEnv) and sign == "or":
                    options.append(or_else(one, right))
                else:
                    options.extend((one, right))
            found = one_of(options)
        return found

    def _conditional(self, operands: tuple[ir.Expr, ...], scope: Scope, frame: Frame) -> Setting:
        """``then if test else otherwise``"""
        test = self.fold_in(operands[0], scope, frame)
        certain = certain_truth(test)
        if certain is not None:
            return self.fold_in(operands[1] if certain else operands[2], scope, frame)
        then, otherwise = (self.fold_in(one, scope, frame) for one in operands[1:])
        if isinstance(test, FromEnv):
            usual = certain_truth(test.default)
            for one, other in ((then, otherwise), (otherwise, then)):
                if isinstance(one, FromEnv) and one.name == test.name:  # `environ["X"] if "X" in environ else "y"`
                    return replace(one, default=other)
            if usual is not None and is_flag(then) and is_flag(otherwise):
                return replace(test, default=then if usual else otherwise, parse=test.parse or "bool")
            if usual is False:
                return one_of([otherwise, then])
        return one_of([then, otherwise])

    def _comparison(self, expr: ir.Compare, scope: Scope, frame: Frame) -> Setting:
        if len(expr.signs) != 1:
            return Unknown("it is compared")
        sign, (left, right) = expr.signs[0], expr.operands
        if sign in ("in", "not-in") and not ENVIRONMENTS.isdisjoint(self._resolver.value(right, scope)):
            match self.fold_in(left, scope, frame):
                case Known(value=str(name)):
                    there = Known(sign == "not-in")
                    return there if frame.missing else FromEnv(name, there, "bool", (place_of(expr, scope),))
        found = lift(
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

    def _display(self, kind: str, items: tuple[ir.Argument, ...], expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        found: list[Any] = []
        places: list[Location] = [place_of(expr, scope)]
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
            return COMPUTED

    def _dict(self, pairs: tuple[ir.Pair, ...], expr: ir.Expr, scope: Scope, frame: Frame) -> Setting:
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
        return Known(found, (place_of(expr, scope),))

    def _subscript(self, expr: ir.Expr, container: ir.Expr, key: ir.Expr, scope: Scope, frame: Frame) -> Setting:
        if isinstance(key, ir.Op) and key.sign == "slice":
            bounds = [self.fold_in(one, scope, frame) for one in key.operands]
            return hop(
                lift(lambda value, *parts: value[slice(*parts)], [self.fold_in(container, scope, frame), *bounds]),
                expr,
                scope,
            )
        place = self.fold_in(key, scope, frame)
        if not ENVIRONMENTS.isdisjoint(self._resolver.value(container, scope)):
            return self._variable(place, Unset(), "", expr, scope, frame)
        return hop(self._looked_up(container, place, None, scope, frame), expr, scope)

    def _pairs(self, origin: ir.Dict, scope: Scope, frame: Frame) -> list[tuple[Setting, ir.Expr]]:
        """The keys of a dict that is written out, with their values; literal ones are the same in every call."""
        found = self._keys.get(id(origin))
        if found is None:
            found = [
                (self.fold_in(pair.key, scope, frame), pair.value) for pair in origin.pairs if pair.key is not None
            ]
            if all(pair.key is None or isinstance(pair.key, ir.Const) for pair in origin.pairs):
                self._alive.append(origin)
                self._keys[id(origin)] = found
        return found

    def _looked_up(
        self, container: ir.Expr, key: Setting, default: Setting | None, scope: Scope, frame: Frame
    ) -> Setting:
        """An item of a container; of a dict written out, only the item itself needs to be known."""
        options: list[Setting] = []
        for origin, place in self._resolver.origins(container, scope):
            if not isinstance(origin, ir.Dict):
                options.append(lift(get_item, [self.fold_in(origin, place, frame), key]))
                continue
            pairs = self._pairs(origin, place, frame)
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
        return one_of(options) if options else COMPUTED


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


_LIBRARY_CONSTANTS: Mapping[str, str] = {
    "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
    "string.hexdigits": "0123456789abcdefABCDEF",
    "os.sep": "/",
    "os.linesep": "\n",
}
