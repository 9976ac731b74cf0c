"""What holds at one point of a function's evaluation: variables, objects, and what was learnt of fragments of text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import is_not
from typing import Literal, TypeVar

import msgspec
from msgspec.structs import replace

from flasklint.taint.images import outwards
from flasklint.taint.values import (
    NEVER,
    NOTHING_KNOWN,
    UNKNOWN,
    Closure,
    Constant,
    Facts,
    Fragment,
    Info,
    Method,
    Value,
    base_of,
    join,
    rebased,
    renamed,
)

_Key = TypeVar("_Key")
_Held = TypeVar("_Held")
Shape = Literal["list", "tuple", "set", "dict", "instance", "iterator"]

MOST_ITEMS = 64


class Obj(msgspec.Struct, frozen=True, gc=False):
    """An object with contents: a container or an instance.

    ``items``: values under known keys (list positions from 0). ``rest``: what else it may hold, under keys that are not known;
    NEVER when there is nothing else. ``keys``: what the unknown keys are. ``size``: how many, where known (sequences).
    ``attributes``: of an instance. ``types``: canonical names of what it is. ``many``: it stands for more than one object.
    """

    shape: Shape
    items: dict[Constant, Value] = {}
    rest: Value = NEVER
    keys: Value = NEVER
    size: int | None = None
    attributes: dict[str, Value] = {}
    types: tuple[str, ...] = ()
    many: bool = False

    def everything(self) -> Value:
        """Any of its members."""
        found = self.rest
        for value in self.items.values():
            found = join(found, value)
        return found


def join_dicts(
    one: dict[Constant, Value], other: dict[Constant, Value], one_rest: Value, other_rest: Value
) -> dict[Constant, Value]:
    """Items of an object that may be either; what one lacks may be its unknown rest."""
    if one is other:
        return one
    result = dict(one)
    for key, value in other.items():
        mine = result.get(key)
        result[key] = join(value, one_rest) if mine is None else (mine if mine is value else join(mine, value))
    for key in one.keys() - other.keys():
        result[key] = join(one[key], other_rest)
    return result


def join_objects(one: Obj, other: Obj) -> Obj:
    """An object that may be as either."""
    if one is other:
        return one
    if one.shape != other.shape:
        everything = join(one.everything(), other.everything())
        return Obj(one.shape, rest=join(everything, UNKNOWN), keys=UNKNOWN, types=one.types + other.types, many=True)
    if one.shape in ("list", "tuple") and one.size != other.size:
        # Positions from the front still agree.
        items = join_dicts(one.items, other.items, one.rest, other.rest)
        return Obj(
            one.shape, items, join(one.rest, other.rest), join(one.keys, other.keys), None, {}, one.types, one.many
        )
    attributes = one.attributes
    if attributes is not other.attributes:
        attributes = dict(attributes)
        for name, value in other.attributes.items():
            mine = attributes.get(name)
            # What one way did not set may be anything there.
            attributes[name] = value if mine is None else join(mine, value)
    return Obj(
        one.shape,
        join_dicts(one.items, other.items, one.rest, other.rest),
        join(one.rest, other.rest),
        join(one.keys, other.keys),
        one.size,
        attributes,
        one.types if one.types == other.types else tuple(dict.fromkeys(one.types + other.types)),
        one.many or other.many,
    )


class State:
    """The state at one point. Copied at branches, changed in place between."""

    __slots__ = ("heap", "infos", "variables")

    def __init__(self, variables: dict[str, Value], heap: dict[int, Obj], infos: dict[Fragment, Info]) -> None:
        self.variables = variables
        self.heap = heap
        self.infos = infos

    def copy(self) -> State:
        """A state of its own."""
        return State(dict(self.variables), dict(self.heap), dict(self.infos))

    def learn(self, facts: Facts) -> None:
        """These facts hold from here on."""
        infos = self.infos
        for fragment, info in facts:
            known = infos.get(fragment, NOTHING_KNOWN)
            infos[fragment] = known.both(info)
            while fragment[0] == "image":
                info = outwards(str(fragment[1]), info)
                fragment = base_of(fragment)
                infos[fragment] = infos.get(fragment, NOTHING_KNOWN).both(info)

    def same(self, other: State) -> bool:
        """Nothing differs."""
        return self.variables == other.variables and self.heap == other.heap and self.infos == other.infos


_WORTH_SORTING = 32
FIRST_MADE = 1000
"""The addresses from here on are of what the function itself makes."""


def reachable(heap: dict[int, Obj], values: Iterable[Value]) -> dict[int, Obj]:
    """The objects that were passed to a function or are everybody's, and those that these or some values lead to. A few more do
    not matter."""
    if len(heap) < _WORTH_SORTING:
        return heap
    found = {address: thing for address, thing in heap.items() if address < FIRST_MADE}
    stack = [*values]
    for thing in found.values():
        stack += _held(thing)
    while stack:
        value = stack.pop()
        for item in value.refs:
            if type(item) is int:
                if item not in found and item in heap:
                    thing = found[item] = heap[item]
                    stack += _held(thing)
            elif type(item) is Method:
                stack.append(item.receiver)
            elif type(item) is Closure:
                stack += (held for _, held in (*item.captured, *item.keywords))
                stack += item.arguments
                if item.receiver is not None:
                    stack.append(item.receiver)
    return found


def _held(thing: Obj) -> list[Value]:
    return [one for one in (*thing.items.values(), *thing.attributes.values(), thing.rest, thing.keys) if one.refs]


def same_part(fragment: Fragment, tag: str) -> Fragment:
    """The fragment under another name, for what only some of its occurrences are known to be."""
    if fragment[0] == "part" and str(fragment[1]).startswith("same@"):
        return ("part", f"same@{tag}", fragment[2])
    return ("part", f"same@{tag}", fragment)


def keep(state: State, fragments: Collection[Fragment], tag: str, values: Mapping[str, Value]) -> None:
    """Let some variables' values (and all objects) remember what is known of fragments now, whatever becomes known later."""
    names: dict[Fragment, Fragment] = {}
    for fragment in fragments:
        name = names[fragment] = same_part(fragment, tag)
        state.infos[name] = state.infos[fragment]
    for variable, value in values.items():
        if value.taints:
            state.variables[variable] = renamed(value, names)
    for address, thing in state.heap.items():
        state.heap[address] = _renamed_object(thing, names)


def _renamed_object(thing: Obj, names: Mapping[Fragment, Fragment]) -> Obj:
    items: dict[Constant, Value] = {}
    changed = False
    for key, value in thing.items.items():
        items[key] = made = renamed(value, names)
        changed = changed or made is not value
    attributes: dict[str, Value] = {}
    for name, value in thing.attributes.items():
        attributes[name] = made = renamed(value, names)
        changed = changed or made is not value
    rest = renamed(thing.rest, names)
    if not changed and rest is thing.rest:
        return thing
    return replace(thing, items=items, attributes=attributes, rest=rest)


def _differs(fragment: Fragment, info: Info, other: Info | None, infos: Mapping[Fragment, Info]) -> bool:
    if info is NOTHING_KNOWN or info is other:
        return False
    return info != other if other is not None else _can_be_read_anew(fragment) and info != _unread(fragment, infos)


def _can_be_read_anew(fragment: Fragment) -> bool:
    """Whether it is an item of something outside, ``request.args["page"]``, which is the same wherever it is read."""
    below = fragment[0] == "part"
    while fragment[0] == "part" and str(fragment[1]).startswith("item:"):
        fragment = base_of(fragment)
    return below and fragment[0] == "source"


def _unread(fragment: Fragment, infos: Mapping[Fragment, Info]) -> Info:
    """What is known of an item before anything is learnt of it."""
    known = infos.get(base_of(fragment), NOTHING_KNOWN)
    if known is NOTHING_KNOWN:
        return known
    return Info(mask=known.mask, lacks=known.lacks, clear=known.clear - {"*"})


def _keep_differing(one: State, other: State, site: object) -> None:
    """Before two ways come together: what each changed goes on knowing what was found out on it alone."""
    for mine, yours, side in ((one, other, "+"), (other, one, "-")):
        fragments = [
            fragment
            for fragment, info in _others(yours.infos, mine.infos)
            if _differs(fragment, info, yours.infos.get(fragment), mine.infos)
        ]
        if not fragments:
            continue
        values = {
            name: value
            for name, value in _others(yours.variables, mine.variables)
            if value.taints and yours.variables.get(name) != value
        }
        things = [address for address, _ in _others(yours.heap, mine.heap)]
        names: dict[Fragment, Fragment] = {one: same_part(one, f"{site}{side}") for one in fragments}
        changed = bool(values)
        for variable, value in values.items():
            mine.variables[variable] = renamed(value, names)
        for address in things:
            made = _renamed_object(mine.heap[address], names)
            changed = changed or made is not mine.heap[address]
            mine.heap[address] = made
        if changed:
            mine.infos.update((name, mine.infos[one]) for one, name in names.items())
            # Their forms, written as a text for one, are those of the other names.
            forms = [(rebased(one, names), info) for one, info in mine.infos.items() if one[0] == "image"]
            for name, info in forms:
                mine.infos.setdefault(name, info)


def join_states(one: State | None, other: State | None, site: object = None) -> State | None:
    """What holds after either; None is a point that is not reached.

    ``site``: of the branch that ends here, if what was learnt on one way only shall be kept with the values made there.
    """
    if one is None or one is other:
        return other
    if other is None:
        return one
    if site is not None and one.infos != other.infos:
        _keep_differing(one, other, site)
    variables = dict(one.variables)
    for name, value in _others(variables, other.variables):
        mine = variables.get(name)
        # A name that one way does not bind would raise there: it is what the other bound.
        variables[name] = value if mine is None else join(mine, value)
    heap = dict(one.heap)
    for address, thing in _others(heap, other.heap):
        known = heap.get(address)
        heap[address] = thing if known is None else join_objects(known, thing)
    infos = dict(one.infos)
    for fragment, info in _others(infos, other.infos):
        mine_info = infos.get(fragment)
        infos[fragment] = info if mine_info is None else mine_info.either(info)
    if site is not None and len(infos) > min(len(one.infos), len(other.infos)):
        # What only one way read may be read again, and nothing was learnt of it on the other.
        for fragment in [*(one.infos.keys() ^ other.infos.keys())]:
            if _can_be_read_anew(fragment):
                infos[fragment] = _unread(fragment, infos)
    return State(variables, heap, infos)


def _others(mine: dict[_Key, _Held], theirs: dict[_Key, _Held]) -> list[tuple[_Key, _Held]]:
    """The entries of one mapping that are not the very same in the other. Most are, and are gone through at C's speed."""
    return list(compress(theirs.items(), map(is_not, map(mine.get, theirs), theirs.values())))
