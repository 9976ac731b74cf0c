"""One evaluation of one function (or module): what the evaluators of expressions and statements work on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Guard, Sink
from flasklint.project.scopes import Scope
from flasklint.taint import images
from flasklint.taint.state import FIRST_MADE, Obj, Shape, State, join_objects
from flasklint.taint.text import is_fixed
from flasklint.taint.values import (
    LASTING,
    NAMES,
    NEVER,
    NOTHING_KNOWN,
    OUR_TEXT,
    STRING,
    UNKNOWN,
    ClassRef,
    Closure,
    Constant,
    Fragment,
    FunctionKey,
    Hole,
    Info,
    Method,
    Piece,
    Symbol,
    Taint,
    Text,
    Trail,
    Value,
    base_of,
    join,
    merge_taints,
    texts,
    with_taints,
)

DEEPEST_PART = 5
MOST_INSIDE = 400


class Arguments(msgspec.Struct, frozen=True, gc=False):
    """What a call passes. ``star``: what else ``*values`` of unknown length bring; ``double``: likewise ``**values``.

    ``places``: where the positional ones and then the keywords stand.
    """

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    star: Value | None = None
    double: Value | None = None
    places: tuple[ir.Node, ...] = ()

    def all(self) -> tuple[Value, ...]:
        """Every value that is passed."""
        if not self.keywords and self.star is None and self.double is None:
            return self.positional
        found = [*self.positional, *[value for _, value in self.keywords]]
        if self.star is not None:
            found.append(self.star)
        if self.double is not None:
            found.append(self.double)
        return tuple(found)


class Machine(ABC):
    """What evaluators ask of the engine. ``parts``: the tables' guards on parts of a text, by the part's tag; ``told``: all
    callables that a table tells of; ``needs``: the names that a loop's turn may read as the one before has left them, and those
    among them that it only fills, by the loop's identity; None where that is all.
    """

    parts: Mapping[str, tuple[Guard, ...]]
    told: frozenset[str]
    needs: dict[int, tuple[frozenset[str], frozenset[str]] | None]

    @abstractmethod
    def evaluate(self, frame: Frame, node: ir.Expr) -> Value:
        """The value of an expression."""

    @abstractmethod
    def execute(self, frame: Frame, body: tuple[ir.Stmt, ...]) -> None:
        """Run statements."""

    @abstractmethod
    def call(self, frame: Frame, callee: Value, arguments: Arguments, node: ir.Node) -> Value:
        """Call a value."""

    @abstractmethod
    def attribute(self, frame: Frame, value: Value, name: str, node: ir.Node) -> Value:
        """An attribute of a value."""

    @abstractmethod
    def set_field(self, frame: Frame, form: Value, name: str, value: Value, node: ir.Node) -> None:
        """``form.name.data = value``"""

    @abstractmethod
    def set_attribute(self, frame: Frame, receiver: Value, name: str, value: Value, node: ir.Node) -> None:
        """``receiver.name = value``"""

    @abstractmethod
    def global_name(self, frame: Frame, name: str, node: ir.Node) -> Value:
        """What a name means outside all functions of the frame's module, or as a builtin."""

    @abstractmethod
    def named(self, frame: Frame, names: Iterable[str], node: ir.Node) -> Value:
        """What canonical names stand for."""

    @abstractmethod
    def function_key(self, frame: Frame, function: ir.Function) -> FunctionKey:
        """The identity of a function (or lambda) that is defined here."""

    @abstractmethod
    def class_name(self, frame: Frame, node: ir.Class) -> str:
        """The canonical name of a class that is defined here."""

    @abstractmethod
    def imported(self, frame: Frame, node: ir.Import) -> tuple[tuple[str, Value], ...]:
        """The names that an import binds."""

    @abstractmethod
    def chosen(self, frame: Frame, cls: str, key: Value, node: ir.Node) -> Value:
        """What a subscript of a class of the project gives: one of its choices, by name, if it has such."""

    @abstractmethod
    def part(self, frame: Frame, value: Value, tag: str, node: ir.Node) -> Value:
        """A part of a value that goes by a tag."""

    @abstractmethod
    def caught(self, frame: Frame, kind: Value, node: ir.Handler) -> Value:
        """The exception that a handler catches."""

    @abstractmethod
    def entered(self, frame: Frame, value: Value, node: ir.Node) -> Value:
        """What ``with value`` gives."""

    @abstractmethod
    def decorated(self, frame: Frame, node: ir.Function, value: Value) -> Value:
        """A function with its decorators."""

    @abstractmethod
    def record(self, frame: Frame, pending: Pending) -> None:
        """Untrusted data was found where it does harm."""

    @abstractmethod
    def settled(self, frame: Frame, node: ir.Node) -> None:
        """Nothing that could do harm was found where it would."""

    @abstractmethod
    def answered(self, frame: Frame, value: Value, node: ir.Node) -> None:
        """A view answers with a value."""

    @abstractmethod
    def page(self, frame: Frame, node: ir.Stmt) -> None:
        """Run a statement that means something else in a template, or is only there."""

    @abstractmethod
    def page_name(self, frame: Frame, name: str, node: ir.Node) -> Value:
        """What a name means in a template, when no variable in force goes by it."""

    @abstractmethod
    def page_attribute(self, frame: Frame, value: Value, name: str, node: ir.Node) -> Value:
        """``value.name`` in a template."""

    @abstractmethod
    def page_words(self, frame: Frame, node: ir.Loop) -> frozenset[str] | None:
        """The names of its variables that a template hands to others in a loop, or that its macros speak of; None for all."""

    @abstractmethod
    def keep(self, frame: Frame, receiver: Value, name: str, value: Value, node: ir.Node) -> None:
        """A value is kept under a name in something."""

    @abstractmethod
    def new_address(self) -> int:
        """The address of a new object of a module."""

    @abstractmethod
    def global_object(self, address: int) -> Obj:
        """An object made by a module."""

    @abstractmethod
    def annotated(self, frame: Frame, annotation: ir.Expr) -> Value:
        """What a variable of this annotation holds."""

    @abstractmethod
    def in_module(self, scope: Scope, node: ir.Expr) -> Value:
        """What an expression among the own statements of a scope's module gives."""


class Pending(msgspec.Struct, frozen=True, gc=False):
    """Untrusted data at a place where it does harm; ``taints`` may be a caller's still. ``name``: that it is kept under there."""

    row: Sink
    path: str
    call: tuple[int, int]
    argument: tuple[int, int]
    scope: str
    texts: tuple[Text, ...]
    taints: tuple[Taint, ...]
    weak: frozenset[str]
    name: str = ""


class Exit(msgspec.Struct, frozen=True, gc=False):
    """One way out of a function."""

    value: Value
    state: State


class Frame:
    """One evaluation. ``state`` is what holds now; ``dead`` that this point is not reached; ``page``: it is of a template."""

    __slots__ = (
        "addresses",
        "breaks",
        "continues",
        "dead",
        "depth",
        "exits",
        "flows",
        "key",
        "loops",
        "machine",
        "outer",
        "owner",
        "page",
        "path",
        "raises",
        "scope",
        "state",
        "view",
        "yields",
    )

    def __init__(self, machine: Machine, scope: Scope, key: FunctionKey | None, depth: int) -> None:
        self.machine = machine
        self.scope = scope
        self.path = scope.module.path
        self.key = key
        self.depth = depth
        self.state = State({}, {}, {})
        self.outer: dict[str, Value] = {}
        self.owner = key.owner if key is not None else ""
        self.dead = False
        self.exits: list[Exit] = []
        self.yields: list[Value] = []
        self.breaks: list[State] = []
        self.continues: list[State] = []
        self.raises: list[list[State]] = []
        self.addresses: dict[object, int] = {}
        self.loops = 0
        self.view = False
        self.page = key is not None and key.page
        self.flows: dict[object, Pending] = {}

    # Objects

    def make(self, site: object, thing: Obj) -> Value:
        """A new object made at a site. In a loop, one address stands for all that the site makes."""
        address = self.addresses.get(site)
        if address is None:
            # What a module makes is everybody's, and has a negative address.
            address = len(self.addresses) + FIRST_MADE if self.key is not None else self.machine.new_address()
            self.addresses[site] = address
        elif address in self.state.heap and self.loops:
            thing = replace(join_objects(self.state.heap[address], thing), many=True)
        self.state.heap[address] = thing
        return Value(refs=(address,))

    def object_at(self, address: int) -> Obj:
        """The object at an address."""
        found = self.state.heap.get(address)
        return found if found is not None else self.machine.global_object(address)

    def objects(self, value: Value) -> list[tuple[int, Obj]]:
        """The objects that a value may be, with their addresses."""
        return [(item, self.object_at(item)) for item in value.refs if type(item) is int]

    def update(self, address: int, thing: Obj, certain: bool) -> None:
        """The object is now this; if that is not certain, or it stands for several, it may also be as before."""
        before = self.object_at(address)
        if before.many or not certain:
            thing = replace(join_objects(before, thing), many=before.many)
        self.state.heap[address] = thing

    def sequence(self, site: object, shape: Shape, items: Iterable[Value]) -> Value:
        """A list, tuple or set of these values."""
        found = tuple(items)
        if len(found) > 64:
            everything = NEVER
            for item in found:
                everything = join(everything, item)
            return self.make(site, Obj(shape, rest=everything, keys=UNKNOWN))
        return self.make(site, Obj(shape, dict(enumerate(found)), size=len(found)))

    # What is inside

    def inside(self, value: Value) -> tuple[Taint, ...]:
        """All untrusted data in a value, also in what its objects hold."""
        found = value.taints
        refs = value.refs
        if not refs or (type(refs[0]) is str and (len(refs) == 1 or set(map(type, refs)) == NAMES)):
            return found
        stack = [value]
        seen: set[int] = set()
        count = 0
        while stack and count < MOST_INSIDE:
            current = stack.pop()
            count += 1
            if current.taints and current is not value:
                found = merge_taints(found, current.taints)
            for item in current.refs:
                if isinstance(item, int):
                    if item in seen:
                        continue
                    seen.add(item)
                    thing = self.object_at(item)
                    stack.extend(held for held in thing.items.values() if held.taints or held.refs)
                    stack.extend(held for held in thing.attributes.values() if held.taints or held.refs)
                    stack.append(thing.rest)
                    stack.append(thing.keys)
                elif isinstance(item, Method):
                    stack.append(item.receiver)
                elif isinstance(item, Closure):
                    stack.extend(item.arguments)
        return found

    def as_text(self, value: Value) -> Value:
        """A value as it appears in a text: objects become what they hold."""
        if value.refs and int in set(map(type, value.refs)):
            taints = self.inside(value)
            return Value(value.constants, True, taints, (), value.texts)
        return value

    # Fragments

    def info(self, fragment: Fragment) -> Info:
        """What is known of a fragment."""
        return self.state.infos.get(fragment, NOTHING_KNOWN)

    def full_info(self, fragment: Fragment) -> Info:
        """What is known of a fragment, also for being a part or a form of another."""
        info = self.info(fragment)
        depth = 0
        while fragment[0] == "part" and depth < DEEPEST_PART:
            base = fragment[2]
            assert isinstance(base, tuple)
            outer = self.info(base)
            if outer is not NOTHING_KNOWN:
                # A part holds no other characters than the whole, and does no harm that the whole can't do.
                info = info.both(Info(mask=outer.mask, lacks=outer.lacks, clear=outer.clear, tags=outer.tags & LASTING))
            fragment = base
            depth += 1
        if fragment[0] == "image":
            base = fragment[2]
            assert isinstance(base, tuple)
            known = self.full_info(base)
            outer = images.inwards(str(fragment[1]), known)
            info = info.both(Info(mask=outer.mask, lacks=outer.lacks, clear=outer.clear) if depth else outer)
            if known.tags & LASTING:
                info = replace(info, tags=info.tags | known.tags & LASTING)
        return info

    def text_info(self, value: Value) -> Info:
        """What holds for the whole text of a value, and so for each part of it."""
        result: Info | None = None
        for taint in value.taints:
            info = self.full_info(taint.fragment)
            result = info if result is None else result.either(info)
        return result or NOTHING_KNOWN

    def derive(
        self,
        value: Value,
        site: object,
        info: Info = NOTHING_KNOWN,
        step: str = "",
        node: ir.Node | None = None,
        refs: tuple[str, ...] = (),
        lower: str = "",
        taints: tuple[Taint, ...] | None = None,
        lower_by: int = 1,
    ) -> Value:
        """A value made of another: the same untrusted data in a new fragment, of which only ``info`` is known.

        ``lower``: why it is not certain that the data is still there, by ``lower_by`` levels. Where all of it was checked
        to be among what is our own, the visitor had a choice, no say: that stays so whatever is made of it.
        """
        if taints is None:
            taints = self.inside(value)
        if not taints:
            return Value(open=not refs, refs=refs)
        if "*" not in info.clear and all("*" in self.full_info(taint.fragment).clear for taint in taints):
            info = replace(info, clear=info.clear | {"*"})
        fragment: Fragment = ("new", site)
        self.state.infos[fragment] = info
        made = []
        for taint in taints:
            trail = taint.trail
            if step and node is not None:
                trail = self.step(trail, node, step)
            level, reasons = taint.level, taint.reasons
            if lower and lower not in reasons:
                level = level.__class__(max(1, level - lower_by))
                reasons = (*reasons, lower)[:4]
            made.append(Taint(taint.origin, fragment, trail, level, reasons))
        return Value(open=True, taints=tuple(made), refs=refs)

    def all_clear(self, taints: tuple[Taint, ...]) -> frozenset[str]:
        """The kinds of harm that none of these does."""
        return frozenset.intersection(*(self.full_info(one.fragment).clear for one in taints))

    def image(self, value: Value, form: str) -> Value:
        """A form of a text, of which what is known of the text is known, and the other way round."""
        names = {taint.fragment: images.image(form, taint.fragment) for taint in value.taints}
        for fragment, made in names.items():
            if made != fragment and (self.loops or made not in self.state.infos):
                self.state.infos[made] = NOTHING_KNOWN
        taints = tuple(replace(taint, fragment=names[taint.fragment]) for taint in value.taints)
        return Value(open=True, taints=taints)

    def written(self, value: Value) -> Value:
        """A value that was made a text, or found to be one."""
        if not value.taints or value.texts or value.refs == STRING.refs:
            return value
        return replace(value, taints=self.image(value, images.WRITTEN).taints, claim=None)

    def part_of(self, fragment: Fragment, tag: str) -> Fragment:
        """The fragment that is a part of another."""
        depth, base = 0, fragment
        while base[0] == "part":
            depth += 1
            base = base_of(base)
        if depth >= DEEPEST_PART:
            return ("new", "part", tag, base)
        return ("part", tag, fragment)

    def step(self, trail: Trail, node: ir.Node, message: str) -> Trail:
        """The trail with a step more, unless it just took that step."""
        if trail.start == node.start and trail.path == self.path and trail.message == message:
            return trail
        return Trail(trail, self.path, node.start, node.end, message)

    def stepped(self, value: Value, node: ir.Node, message: str) -> Value:
        """The value with a step more on every trail."""
        if not value.taints:
            return value
        moved = tuple(replace(taint, trail=self.step(taint.trail, node, message)) for taint in value.taints)
        if not value.texts:
            return replace(value, taints=moved)
        known = {(taint.origin, taint.fragment): taint for taint in moved}

        def moved_piece(piece: Piece) -> Piece:
            if isinstance(piece, str) or not piece.taints:
                return piece
            return Hole(tuple(known.get((one.origin, one.fragment), one) for one in piece.taints), piece.plain)

        choices = tuple(tuple(moved_piece(piece) for piece in choice) for choice in value.texts)
        return replace(value, taints=moved, texts=choices)

    # Variables

    def lookup(self, name: str, node: ir.Node) -> Value:
        """What a name means here."""
        found = self.state.variables.get(name)
        if found is not None:
            return found
        found = self.outer.get(name)
        if found is not None:
            return found
        return self.machine.global_name(self, name, node)

    def members(self, value: Value, site: object) -> Value:
        """What iterating over a value gives."""
        result = NEVER
        for _, thing in self.objects(value):
            if thing.shape == "dict":
                keys = thing.keys
                for key in thing.items:
                    keys = join(keys, Value((key,)))
                result = join(result, keys)
            else:
                result = join(result, thing.everything())
        rest = replace(value, refs=tuple(item for item in value.refs if type(item) is not int), claim=None)
        for item in rest.constants:
            if isinstance(item, (str, bytes)):
                for at in range(min(len(item), 256)):
                    result = join(result, Value((item[at],)))
        if rest.taints:
            result = join(
                result,
                self.machine.part(
                    self, replace(rest, constants=(), texts=()), "each", ir.Jump(start=0, end=0, kind="pass")
                ),
            )
        elif rest.texts and is_fixed(rest):
            result = join(result, OUR_TEXT)
        elif rest.open or rest.refs:
            result = join(result, UNKNOWN)
        return result if result is not NEVER else UNKNOWN


def fits(value: Value, *shapes: str) -> bool:
    """It may be a value of one of these canonical types."""
    return any(item in shapes for item in value.refs)


__all__ = [
    "Arguments",
    "ClassRef",
    "Constant",
    "Exit",
    "Frame",
    "Machine",
    "Symbol",
    "fits",
    "texts",
    "with_taints",
]
