"""Models whose objects are checked when they are made, as pydantic's are: what of untrusted data gets past the types of the
fields, and schemas (marshmallow) that do the same to a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.inputs import CHECKED_BASES, PASSED_THROUGH, TYPED
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint import characters
from flasklint.taint.classes import Classes
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.routes import WRITTEN, types_of
from flasklint.taint.state import Obj
from flasklint.taint.values import NEVER, OUR_TEXT, UNKNOWN, Info, Value, join_all

_DEEPEST = 3
_MANY = frozenset(("list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "Iterable", "frozenset", "FrozenSet"))
_VALIDATORS = frozenset(("field_validator", "validator", "model_validator", "root_validator"))
_OPEN_TYPES = frozenset(
    ("builtins.dict", "builtins.list", "builtins.object", "typing.Any", "typing.Dict", "typing.List", "typing.Mapping")
)
"""Types of what may have members of any sort."""
_PATTERNS = frozenset(("pattern", "regex"))


class Field(NamedTuple):
    """A field of a model: its annotation, what it is set to, and the class body that it stands in."""

    annotation: ir.Expr
    value: ir.Expr | None
    scope: Scope


class Models:
    """Answers for the models of a project. ``is_choices``: whether a class's body names all its objects."""

    def __init__(self, project: Project, classes: Classes, is_choices: Callable[[str], bool]) -> None:
        self._project = project
        self._classes = classes
        self._is_choices = is_choices
        self._fields: dict[str, dict[str, Field]] = {}

    def is_model(self, cls: str) -> bool:
        """Whether objects of a class are checked when they are made."""
        return not CHECKED_BASES.isdisjoint(self._classes.library_bases(cls))

    def named_by(self, annotation: ir.Expr | None, scope: Scope) -> str:
        """The model that an annotation speaks of, or nothing."""
        names = types_of(annotation, self._resolve(scope)) if annotation is not None else ()
        return next((name for name in names if self.is_model(name)), "") if len(names) == 1 else ""

    def made_of(self, frame: Frame, cls: str, given: Value, node: ir.Node, depth: int = 0) -> Value:
        """The object that a model makes of data of which only the whole is known, or a mapping."""
        attributes: dict[str, Value] = {}
        for name, field in self.fields(cls).items():
            held = _member(frame, given, name, node)
            attributes[name] = self._checked(frame, field, held, name, cls, node, depth)
        return frame.make((node.start, "model", cls, depth), Obj("instance", attributes=attributes, types=(cls,)))

    def checked(self, frame: Frame, cls: str, given: dict[str, Value], node: ir.Node) -> dict[str, Value]:
        """What a model keeps of what it is made with."""
        fields = self.fields(cls)
        return {
            name: self._checked(frame, fields[name], value, name, cls, node, 0) if name in fields else value
            for name, value in given.items()
        }

    def fields(self, cls: str) -> dict[str, Field]:
        """The fields of a model by name, inherited ones first."""
        found = self._fields.get(cls)
        if found is None:
            found = self._fields[cls] = {}
            for scope in reversed(self._classes.mro(cls)[0]):
                assert isinstance(scope.node, ir.Class)
                for statement in scope.node.body:
                    match statement:
                        case ir.Assign(targets=(ir.Name(id=name),), value=value, annotation=ir.Node() as annotation):
                            found[name] = Field(annotation, value, scope)
                        case _:
                            continue
        return found

    def _resolve(self, scope: Scope) -> Callable[[ir.Expr], tuple[str, ...]]:
        outer = scope.parent or scope.module.scope
        return lambda one: self._project.resolve(one, outer)

    def _checked(
        self, frame: Frame, field: Field, value: Value, name: str, cls: str, node: ir.Node, depth: int
    ) -> Value:
        """What is left of a value that was checked to be of a field's type."""
        taints = frame.inside(value)
        if not taints:
            return value
        resolve = self._resolve(field.scope)
        value = _after(frame, field, value, resolve, node)
        taints = frame.inside(value)
        if not taints:
            return value
        members = _of_many(field.annotation)
        if members is not None:
            inner = self._checked(
                frame, field._replace(annotation=members), frame.members(value, node.start), name, cls, node, depth
            )
            return frame.make((node.start, "field", cls, name), Obj("list", rest=inner, keys=UNKNOWN))
        names = types_of(field.annotation, resolve)
        if len(names) == 1 and self._is_choices(names[0]):
            return frame.machine.chosen(frame, names[0], value, node)
        if names and all(TYPED.get(one) == "" or one == WRITTEN for one in names):
            return OUR_TEXT
        if len(names) == 1 and self.is_model(names[0]) and depth < _DEEPEST:
            return self.made_of(frame, names[0], value, node, depth + 1)
        mask = self._mask(field, names)
        if mask is not None:
            return frame.derive(value, (node.start, "field", cls, name), Info(mask=mask))
        if names and all(one in ("builtins.str", "typing.Any", "builtins.object") for one in names):
            reason = f"the model has a validator of its own for `{name}`" if self._is_validated(cls, name) else ""
        else:
            reason = f"`{name}` is checked to be of a type of its own"
        if names and _OPEN_TYPES.isdisjoint(names):
            value = frame.written(value)
            taints = frame.inside(value)
        if not reason:
            return value
        lower = tuple(
            replace(one, level=min(one.level, Confidence.MEDIUM), reasons=(*one.reasons, reason)[:4]) for one in taints
        )
        return Value(open=True, taints=lower)

    def _mask(self, field: Field, names: tuple[str, ...]) -> int | None:
        """The characters of a field's text, where a pattern or a type tells."""
        if names and all(one in TYPED for one in names):
            return characters.named("".join(TYPED[one] for one in names))
        for part in (field.value, field.annotation):
            for call in (part, *ir.walk(part)) if part is not None else ():
                if not isinstance(call, ir.Call):
                    continue
                for argument in call.arguments:
                    pattern = argument.value
                    if argument.name in _PATTERNS and isinstance(pattern, ir.Const) and isinstance(pattern.value, str):
                        return _anchored(pattern.value)
        return None

    def _is_validated(self, cls: str, name: str) -> bool:
        return any(_speaks_of(decorator, name) for decorator in self._decorators(cls))

    def _decorators(self, cls: str) -> Iterator[ir.Call]:
        for scope in self._classes.mro(cls)[0]:
            assert isinstance(scope.node, ir.Class)
            for statement in scope.node.body:
                if isinstance(statement, ir.Function):
                    yield from (one for one in statement.decorators if isinstance(one, ir.Call))


def _after(
    frame: Frame, field: Field, value: Value, resolve: Callable[[ir.Expr], tuple[str, ...]], node: ir.Node
) -> Value:
    """What the functions make of a value that an annotation has it go through: ``Annotated[str, AfterValidator(checked)]``."""
    match field.annotation:
        case ir.Subscript(key=ir.Display(items=(_, *others))):
            pass
        case _:
            return value
    for entry in others:
        if isinstance(entry.value, ir.Call) and not PASSED_THROUGH.isdisjoint(resolve(entry.value.function)):
            for argument in entry.value.arguments[:1]:
                called = frame.machine.in_module(field.scope, argument.value)
                value = frame.machine.call(frame, called, Arguments((value,), places=(node,)), node)
    return value


def _speaks_of(decorator: ir.Call, name: str) -> bool:
    function = decorator.function
    word = ir.last_name(function)
    named = [one.value.value for one in decorator.arguments if not one.name and isinstance(one.value, ir.Const)]
    return word in _VALIDATORS and (not named or name in named or "*" in named)


def _anchored(pattern: str) -> int | None:
    """The characters of what a pattern finds, when it speaks of the whole text."""
    if pattern[:1] != "^" or pattern[-1:] != "$":
        return None
    return characters.matched(pattern)


def _of_many(annotation: ir.Expr) -> ir.Expr | None:
    """What the members of a collection are, by its annotation."""
    match annotation:
        case ir.Subscript(value=ir.Name(id=word) | ir.Attribute(name=word), key=key) if word in _MANY:
            return key.items[0].value if isinstance(key, ir.Display) and key.items else key
        case ir.Subscript(value=ir.Name(id="Optional") | ir.Attribute(name="Optional"), key=key):
            return _of_many(key)
        case _:
            return None


def _member(frame: Frame, given: Value, name: str, node: ir.Node) -> Value:
    held = NEVER
    for _, thing in frame.objects(given):
        if thing.shape == "dict":
            held = join_all((held, thing.items.get(name, thing.rest)))
    if given.taints:
        held = join_all((held, frame.machine.part(frame, replace(given, refs=()), f"item:{name!r}", node)))
    return UNKNOWN if held is NEVER else held
