"""Between what an app may be configured with: the candidates of a choice of settings, and what each is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import structs

from flasklint import ir
from flasklint.project import library
from flasklint.project.namespaces import namespace
from flasklint.project.objects import Branch, Cls, Env, Event, Instance, Lookup, Map, Mod, Test, Value
from flasklint.project.operations import by_default, ends, python
from flasklint.project.profiles import ProfileKind, Truth, kind_of_name
from flasklint.project.values import Known, Unknown, Unset
from flasklint.project.walk import Walk


@dataclass(slots=True, eq=False)
class Choice:
    """One candidate of a load whose object is not settled."""

    label: str
    value: Value
    default: bool
    kind: ProfileKind | None


class Choices:
    """Finds the candidates. ``usual``: how sure it is that a condition holds when nothing is set from outside."""

    def __init__(self, walk: Walk, usual: Callable[[Value], Truth]) -> None:
        self._walk = walk
        self._usual = usual

    def of(self, value: Value) -> list[Choice]:
        """The candidates that a loaded object may be, if it is known at all."""
        match value:
            case Lookup(mapping, key, default):
                chosen = by_default(key)
                known, plain = python(chosen)
                found = [
                    Choice(str(label.value), item, known and plain == label.value, self.kind(str(label.value), item))
                    for label, item, _ in mapping.items
                    if isinstance(label, Known)
                ]
                if default is not None and not any(choice.default for choice in found):
                    same = next((choice for choice in found if same_object(choice.value, default)), None)
                    if same is not None:
                        same.default = True
                    else:
                        found.append(Choice("default", default, True, self.kind("", default)))
                return merged(found)
            case Branch(test, then, otherwise):
                usual = self._usual(test)
                first = self.of(then)
                second = self.of(otherwise)
                either = [
                    choice
                    for side, other in ((first, second), (second, first))
                    for choice in side
                    if usual == Truth.MAYBE and choice.default and _is_default(choice, other)
                ]
                for choice in first:
                    choice.default = choice in either or (choice.default and usual > 0)
                for choice in second:
                    choice.default = choice in either or (choice.default and usual < 0)
                return merged(first + second)
            case Test("join" | "+" | "%" | ".format"):
                return self._named(value)
            case Env(_, default):
                found = self.of(default)
                if len(found) == 1 and found[0].kind in ("development", "test"):
                    return found + [one for one in self._beside(default) if not same_object(one.value, found[0].value)]
                return [choice for choice in found if not isinstance(choice.value, (Unknown, Unset))] or self._told()
            case Cls() | Mod() | Instance() | Map() | Known(str()):
                pass
            case _:
                return []
        label = name_of(value)
        return [Choice(label, value, True, self.kind(label, value))]

    def _named(self, value: Test) -> list[Choice]:
        """The classes and modules whose dotted names fit a text with gaps."""
        head, suffix = ends(value)
        if not head.strip("."):
            return []
        prefix = head.replace(":", ".")
        usual = by_default(value)
        chosen = usual.value if isinstance(usual, Known) else None
        found = []
        for dotted, item in self._walk.importable(prefix):
            if dotted.startswith(prefix) and dotted.endswith(suffix) and len(dotted) > len(prefix) + len(suffix) - 1:
                middle = dotted[len(prefix) : len(dotted) - len(suffix)]
                kind = kind_of_name(middle) or self.kind(dotted.rpartition(".")[2], item)
                label = middle if suffix.startswith(".") else dotted
                found.append(Choice(label, item, dotted == chosen, kind))
        return found

    def _beside(self, default: Value) -> list[Choice]:
        """The classes for production beside the one that a variable names by default."""
        named = library.import_string(self._walk, default) or default
        if not isinstance(named, Cls):
            return []
        module, own = named.frame.module, self._walk.class_line(named)
        found: list[Choice] = []
        for node in module.facts.body:
            if isinstance(node, ir.Class) and kind_of_name(node.name) == "production":
                value = self._walk.module_attribute(module, node.name)
                if isinstance(value, Cls) and all(value is not one for one in own) and namespace(self._walk, value)[0]:
                    found.append(Choice(node.name, value, False, "production"))
        return found

    def _told(self) -> list[Choice]:
        """The classes that an environment variable may name where nothing else says it: those named for what they are for,
        beside one for production."""
        found: list[Choice] = []
        for module in self._walk.modules.values():
            classes = [node for node in module.facts.body if isinstance(node, ir.Class)] if not module.is_test else []
            kinds = {node.name: kind_of_name(node.name) for node in classes}
            if "production" not in kinds.values() or len({kind for kind in kinds.values() if kind}) < 2:
                continue
            for name, kind in kinds.items():
                value = self._walk.module_attribute(module, name) if kind is not None else None
                if isinstance(value, Cls) and namespace(self._walk, value)[0]:
                    found.append(Choice(name, value, False, kind))
        return found

    def kind(self, label: str, value: Value) -> ProfileKind | None:
        """What a profile of this label and object is for."""
        said = kind_of_name(label) if label.lower() not in ("default", "base") else None
        if said is not None:
            return said
        if isinstance(value, Instance) and value.cls is not None:
            value = value.cls
        if isinstance(value, Cls):
            for member in self._walk.class_line(value):
                said = kind_of_name(member.name.rpartition(".")[2])
                if said is not None:
                    return said
        name = name_of(value)
        return kind_of_name(name.rpartition(".")[2]) if name else None


def with_defaults(events: list[Event]) -> list[Event]:
    """``if env in configs: from_object(configs[env])``, ``else: from_object(Config)``: taken for ``configs.get(env, Config)``."""
    found: list[Event] = []
    taken: set[int] = set()
    for event in events:
        held = event.conditions[-1] if event.conditions else None
        if event.kind == "load" and isinstance(event.value, Lookup) and event.value.default is None:
            match held:
                case Test("in", (key, Map())) if key is event.value.key:
                    other = next((one for one in events if _is_otherwise(one, event, held)), None)
                    if other is not None:
                        taken.add(id(other))
                        value = Lookup(event.value.map, event.value.key, other.value)
                        event = structs.replace(event, value=value, conditions=event.conditions[:-1])
        found.append(event)
    return [event for event in found if id(event) not in taken]


def _is_otherwise(event: Event, other: Event, held: Test) -> bool:
    """Is a class loaded where the condition of another load does not hold?"""
    if event.kind != "load" or not isinstance(event.value, Cls) or len(event.conditions) != len(other.conditions):
        return False
    match event.conditions[-1]:
        case Test("not", (inner,)):
            return inner is held
        case Test("not-in", operands):
            return all(one is two for one, two in zip(operands, held.operands, strict=False))
    return False


def _is_default(choice: Choice, others: list[Choice]) -> bool:
    return any(other.default and same_object(other.value, choice.value) for other in others)


def merged(choices: list[Choice]) -> list[Choice]:
    """Candidates with the same object taken together: ``{"default": Dev, "development": Dev}``."""
    found: list[Choice] = []
    for choice in choices:
        same = next((one for one in found if same_object(one.value, choice.value)), None)
        if same is None:
            found.append(choice)
            continue
        same.default = same.default or choice.default
        if same.kind is None or same.label == "default":
            same.kind, same.label = choice.kind or same.kind, choice.label
    return found


def same_object(a: Value, b: Value) -> bool:
    """Are two objects that may be loaded the same one?"""
    if isinstance(a, Cls) and isinstance(b, Cls):
        return a.node is b.node
    if isinstance(a, Mod) and isinstance(b, Mod):
        return a.module is b.module
    return a is b or (isinstance(a, Known) and a == b)


def name_of(value: Value) -> str:
    """What a loaded object is called."""
    match value:
        case Cls():
            return value.name
        case Mod(module):
            return module.name
        case Instance(names):
            return names[0] if names else ""
        case Known(str() as text):
            return text
    return ""
