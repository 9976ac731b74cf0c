"""What the values that a template puts out are, as far as the template alone can tell."""

from __future__ import annotations

from collections.abc import Iterable

from flasklint import ir
from flasklint.knowledge.templates import (
    FIELD_NAMES,
    FILTERS,
    FUNCTIONS,
    KEEPING,
    LOOP_NUMBERS,
    METHODS,
    TEXT_METHODS,
    TRANSLATIONS,
    Nature,
    is_form,
    is_setting,
)

Natures = frozenset[Nature]

_UNKNOWN: Natures = frozenset(("unknown",))
_CONSTANT: Natures = frozenset(("constant",))
_NUMBER: Natures = frozenset(("number",))
_CONFIG: Natures = frozenset(("config",))
_MARKUP: Natures = frozenset(("markup",))


class Outputs:
    """The natures of one template's expressions. What a name is bound to in the template is looked at wherever that stands:
    all its bindings count."""

    def __init__(self, template: ir.Template) -> None:
        self._bound: dict[str, list[ir.Expr | Natures]] = {}
        self._names: dict[str, Natures] = {}
        self._fields: set[str] = set()
        self._form_fields: set[str] = set()
        for node in ir.walk(template):
            match node:
                case ir.Attribute(value=ir.Name(id=name), name="label" | "errors"):
                    self._fields.add(name)
                    if node.name == "errors":
                        self._form_fields.add(name)
                case ir.Assign(targets=(target,), value=value) if value is not None:
                    self._bind(target, value)
                case ir.Loop(target=target, subject=subject) if target is not None:
                    if isinstance(target, ir.Name) and isinstance(subject, ir.Name) and is_form(subject.id):
                        self._form_fields.add(target.id)
                    self._bind(target, subject, turns=True)
                case ir.Function(name=name, parameters=parameters):
                    self._bound.setdefault(name, []).append(_MARKUP)
                    for parameter in parameters:
                        self._bound.setdefault(parameter.name, []).append(_UNKNOWN)
                case ir.Link(kind="import" | "from", names=names):
                    for _, alias in names:
                        self._bound.setdefault(alias, []).append(_MARKUP)

    def _bind(self, target: ir.Expr, value: ir.Expr, turns: bool = False) -> None:
        match value:
            case ir.Call(function=ir.Name(id="namespace"), arguments=arguments):
                for argument in arguments:
                    self._bound.setdefault(f".{argument.name}", []).append(argument.value)
        match target:
            case ir.Name(id=name):
                known = not turns or _written(value) or (isinstance(value, ir.Name) and is_setting(value.id))
                self._bound.setdefault(name, []).append(value if known else _UNKNOWN)
            case ir.Attribute(name=name):
                self._bound.setdefault(f".{name}", []).append(value)
            case ir.Display(items=items):
                parts: Iterable[ir.Expr | None] = [None] * len(items)
                if not turns and isinstance(value, ir.Display) and len(value.items) == len(items):
                    parts = [item.value for item in value.items]
                for item, part in zip(items, parts, strict=True):
                    self._bind(item.value, part or value, turns or part is None)

    def of(self, expr: ir.Expr) -> Natures:
        """The natures that an expression's value may have; several when it is put together or one of several."""
        match expr:
            case ir.Const(value=bool() | int() | float()):
                return _NUMBER
            case ir.Const():
                return _CONSTANT
            case ir.Name(id=name):
                return self._name(name)
            case ir.Attribute(value=ir.Name(id="loop"), name=name) if name in LOOP_NUMBERS:
                return _NUMBER
            case ir.Attribute(value=ir.Name(id="config")) | ir.Subscript(value=ir.Name(id="config")):
                return frozenset(("config",))
            case ir.Attribute(name="csrf_token"):
                return frozenset(("token",))
            case ir.Attribute(value=ir.Name(id=owner), name=name) if f".{name}" in self._bound and owner in self._bound:
                return self._name(f".{name}")  # of a namespace
            case ir.Attribute(value=value, name=name) if name in FIELD_NAMES and self._is_field(value):
                return _CONSTANT
            case ir.Attribute() if self._is_of_form(expr):
                return _MARKUP
            case ir.Attribute(value=value) | ir.Subscript(value=value):
                return self._part(value)
            case ir.Call(function=ir.Name(id=name), arguments=arguments):
                return self._call(name, [argument.value for argument in arguments])
            case ir.Call(function=ir.Attribute() as function) if self._is_of_form(function):
                return _MARKUP  # a field, which makes its own HTML
            case ir.Call(function=ir.Attribute(value=value, name=name), arguments=arguments):
                return self._method(value, name, [argument.value for argument in arguments])
            case ir.Call():
                return frozenset(("call",))
            case ir.Op(sign="if", operands=(_, *branches)):
                return self.all_of(branches)
            case ir.Op(sign="and" | "or" | "~" | "+" | "%", operands=operands):
                return self.all_of(operands)
            case ir.Op(sign="*", operands=operands):
                found = self.all_of(operands)
                return found if found <= _CONSTANT | _NUMBER else _NUMBER
            case ir.Op(sign="opaque", operands=()):
                return _MARKUP  # what a block of `set` puts out
            case ir.Op(sign="opaque", operands=operands):
                return self.all_of(operands)
            case ir.Op() | ir.Compare():
                return _NUMBER
            case ir.Display(items=items):
                return self.all_of(item.value for item in items)
            case ir.Dict(pairs=pairs):
                return self.all_of(pair.value for pair in pairs)
            case ir.Function():
                return _MARKUP
            case _:
                return _UNKNOWN

    def _is_of_form(self, expr: ir.Attribute) -> bool:
        """A field of a form, which makes its own HTML, or what the program says about the field: its label and description."""
        match expr:
            case ir.Attribute(value=ir.Attribute(name="label"), name="text") | ir.Attribute(name="label"):
                return True
            case ir.Attribute(value=value, name="description"):
                return (isinstance(value, ir.Name) and value.id in self._fields) or (
                    isinstance(value, ir.Attribute) and self._is_of_form(value)
                )
            case ir.Attribute(value=ir.Name(id=name)):
                return is_form(name)
            case _:
                return False

    def _is_field(self, expr: ir.Expr) -> bool:
        """A field of a form: one that is named, or each in turn."""
        match expr:
            case ir.Attribute(value=ir.Name(id=name)) | ir.Subscript(value=ir.Name(id=name)):
                return is_form(name)
            case ir.Name(id=name):
                return name in self._form_fields
            case _:
                return False

    def all_of(self, exprs: Iterable[ir.Expr]) -> Natures:
        """The natures of any of them."""
        found: Natures = frozenset()
        for expr in exprs:
            found |= self.of(expr)
        return found

    def _name(self, name: str) -> Natures:
        known = self._names.get(name)
        if known is not None:
            return known
        self._names[name] = _UNKNOWN  # for a name that hangs on itself
        found: Natures = frozenset()
        for value in self._bound.get(name, (_CONFIG if is_setting(name) else _UNKNOWN,)):
            found |= value if isinstance(value, frozenset) else self.of(value)
        self._names[name] = found
        return found

    def _part(self, value: ir.Expr) -> Natures:
        """A part of a value: of a constant a constant, of anything else nobody knows what."""
        found = self.of(value)
        return found if found <= _CONSTANT | _NUMBER | {"config"} else _UNKNOWN

    def _call(self, name: str, arguments: list[ir.Expr]) -> Natures:
        if name.startswith("|"):
            return self._filter(name[1:], arguments)
        if name.startswith("is "):
            return _NUMBER
        if name in TRANSLATIONS:
            return self.all_of(arguments)
        if name in FUNCTIONS:
            return frozenset((FUNCTIONS[name],))
        if _MARKUP in self._bound.get(name, ()) or name in self._fields:
            return _MARKUP
        return frozenset(("call",))

    def _filter(self, name: str, arguments: list[ir.Expr]) -> Natures:
        if name in FILTERS:
            return frozenset((FILTERS[name],))
        if name in ("attr", "map", "groupby", "random"):
            return self._part(arguments[0])
        if name in KEEPING:
            return self.all_of(arguments)
        found = self.all_of(arguments)
        return found if found <= _NUMBER | _CONSTANT else frozenset(("own-filter",))

    def _method(self, value: ir.Expr, name: str, arguments: list[ir.Expr]) -> Natures:
        if isinstance(value, ir.Name):
            if value.id == "self" and not arguments:
                return _MARKUP  # a block, by its name
            if value.id == "loop":
                return self.all_of(arguments)
            if value.id == "config":
                return frozenset(("config",))
            if _MARKUP in self._bound.get(value.id, ()):
                return _MARKUP  # a macro of an imported template
        if name in METHODS:
            return frozenset((METHODS[name],))
        if name in TEXT_METHODS:
            return self.of(value) | self.all_of(arguments)
        return frozenset(("call",))


def _written(value: ir.Expr) -> bool:
    """It is written out, so that going through it gives its items."""
    return isinstance(value, (ir.Display, ir.Dict)) or (
        isinstance(value, ir.Call) and isinstance(value.function, ir.Name) and value.function.id == "range"
    )


def written(expr: ir.Expr) -> str:
    """An expression in a message: as written when it is short, in words otherwise."""
    match expr:
        case ir.Name(id=""):
            return "what the block puts out"
        case ir.Name(id=name) if not name.startswith(("|", "is ")):
            return f"`{name}`"
        case ir.Attribute(value=value, name=name):
            return _longer(value, f".{name}")
        case ir.Subscript(value=value, key=ir.Const(value=str(key))):
            return _longer(value, f"['{key}']")
        case ir.Subscript(value=value):
            return _longer(value, "[...]")
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name.startswith("|"):
            return _longer(value, name)
        case ir.Call(function=function):
            return _longer(function, "()")
        case _:
            return "this value"


def last_word(expr: ir.Expr) -> str:
    """The last name in an expression: of ``user.bio|trim`` it is ``bio``; empty when it ends in none."""
    match expr:
        case ir.Name(id=name) | ir.Attribute(name=name):
            return name
        case ir.Subscript(key=ir.Const(value=str(key))):
            return key
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name.startswith("|"):
            return last_word(value)
        case ir.Call(function=ir.Attribute(name="get"), arguments=(ir.Argument(value=ir.Const(value=str(key))), *_)):
            return key
        case ir.Op(sign="if", operands=(_, then, _)):
            return last_word(then)
        case ir.Op(sign="or" | "+", operands=(first, *_)):
            return last_word(first)
        case _:
            return ""


def root(expr: ir.Expr) -> str:
    """The variable that an expression takes something out of: of ``user.links[0]|trim`` it is ``user``; empty for others."""
    while True:
        match expr:
            case ir.Name(id=name):
                return name
            case ir.Attribute(value=value) | ir.Subscript(value=value):
                expr = value
            case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name[:1] == "|":
                expr = value
            case ir.Call(function=ir.Attribute(value=value)):
                expr = value
            case _:
                return ""


def _longer(value: ir.Expr, more: str) -> str:
    text = written(value)
    return f"{text[:-1]}{more}`" if text.endswith("`") and len(text) < 60 else "this value"
