"""What is kept for later under a name that some template prints without escaping: ``user.bio = text``, ``{"bio": text}``.

Where a template takes ``bio`` out of something that nothing is known of, such as a record of a database, this tells what may have
been put there. Whose attribute it is, is told by names only: that of the class, or of the variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flasklint import ir
from flasklint.project.outputs import last_word
from flasklint.project.placed import names_placed
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.source import Location, Span
from flasklint.taint import sinks
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.tables import Index
from flasklint.taint.values import ClassRef, Value

ROW = "<kept>"
KEEPERS = frozenset(("create", "update", "update_one", "values", "set", "get_or_create"))
"""Methods that keep their keyword arguments under these names, as far as is known of them."""

_NONE: Mapping[tuple[str, int], str] = {}

MOST_KEEPERS = 12
"""Functions that keep something under one name, beyond which they are not looked for."""


class Kept:
    """Where values are kept under these ``names``, and in what. ``sought``: those for which functions are looked for that keep
    something under them. ``common``: those names under which so
    many functions keep something that not all of them are looked at. ``owners``: what the items of dicts go into that are written
    out for a call which changes records."""

    def __init__(
        self, names: frozenset[str], sought: frozenset[str], owners: Mapping[tuple[str, int], str] = _NONE
    ) -> None:
        self.owners = owners
        self.names = names
        self.sought = sought
        self.common: frozenset[str] = frozenset()
        self.places: dict[str, dict[Location, frozenset[str]]] = {}


def names_kept(project: Project) -> Kept:
    """The names under which is kept what templates mark as safe, or what the properties of such names read of their objects; and
    what they put into event handlers and begin links with, which is noted where functions are followed anyway."""
    shown = project.pages.marked | names_placed(project)
    names = set(shown)
    for name in shown:
        for member in members_of(project, name):
            names.update(read_of_self(member))
    followed = frozenset(names) | project.pages.followed
    return Kept(followed, frozenset(names), _owners(project, followed))


def _owners(project: Project, names: frozenset[str]) -> dict[tuple[str, int], str]:
    """The names of what methods that change records are called on, by path and start of the items of the dicts that are written
    out for them: ``users.update({"id": 1}, {"bio": text})``."""
    found: dict[tuple[str, int], str] = {}
    for module in project.modules.values() if names else ():
        for call, _ in module.calls:
            if last_word(call.function) not in KEEPERS or not (owner := plain(owner_written(call))):
                continue
            stack = [argument.value for argument in call.arguments]
            while stack:
                given = stack.pop()
                for pair in given.pairs if isinstance(given, ir.Dict) else ():
                    stack.append(pair.value)
                    if isinstance(pair.key, ir.Const) and pair.key.value in names:
                        found[module.path, pair.value.start] = owner
    return found


def members_of(project: Project, name: str) -> list[Scope]:
    """The methods and properties of a name."""
    found = (project.definition(f"{owner}.{name}") for owner in project.members.get(name, ()))
    return [member for member in found if member is not None]


def declaring(project: Project) -> dict[str, frozenset[str]]:
    """The plain names of the project's classes, by each name that they bind themselves."""
    found: dict[str, set[str]] = {}
    for module in project.modules.values():
        for scope in module.scopes:
            if isinstance(scope.node, ir.Class):
                for name in scope.bindings:
                    found.setdefault(name, set()).add(plain(scope.node.name))
    return {name: frozenset(kinds) for name, kinds in found.items()}


def read_of_self(member: Scope) -> frozenset[str]:
    """What a method reads of its object."""
    node = member.node
    if not isinstance(node, ir.Function) or not node.parameters:
        return frozenset()
    this = node.parameters[0].name
    return frozenset(
        one.name
        for one in ir.walk(node)
        if isinstance(one, ir.Attribute) and isinstance(one.value, ir.Name) and one.value.id == this
    )


def keepers(project: Project, kept: Kept) -> list[Scope]:
    """The functions that keep something under one of the names."""
    found: dict[str, dict[int, Scope]] = {}
    for module in project.modules.values() if kept.sought else ():
        if module.is_test:
            continue
        for call, scope in module.calls:
            called = last_word(call.function)
            if scope.is_function and (called in KEEPERS or called[:1].isupper()):
                for argument in call.arguments:
                    if argument.name in kept.sought:
                        found.setdefault(argument.name, {})[id(scope)] = scope
        for scope in module.scopes:
            for write in scope.writes if scope.is_function else ():
                key = write.key.value if isinstance(write.key, ir.Const) else None
                name = write.name if write.name is not None else key
                if isinstance(name, str) and name in kept.sought:
                    found.setdefault(name, {})[id(scope)] = scope
    kept.common = frozenset(name for name, scopes in found.items() if len(scopes) > MOST_KEEPERS)
    return [scope for name, scopes in found.items() if name not in kept.common for scope in scopes.values()]


def keep(frame: Frame, index: Index, kept: Kept, owners: Iterable[str], name: str, value: Value, node: ir.Node) -> None:
    """Note that a value is kept under a name. What it holds is judged as if it were printed."""
    if frame.page:
        return
    place = Location(frame.path, Span(node.start, node.end))
    at = kept.places.setdefault(name, {})
    owner = kept.owners.get((frame.path, node.start))
    at[place] = at.get(place, frozenset()) | frozenset(map(plain, owners)) | ({owner} if owner else frozenset())
    for row in index.sinks.get(ROW, ()):
        sinks.land(frame, index, row, value, node, node, name)


def keep_keywords(frame: Frame, index: Index, kept: Kept, owner: str, arguments: Arguments, node: ir.Node) -> None:
    """The same for each keyword of a call that makes or changes a record."""
    count = len(arguments.positional)
    for number, (name, value) in enumerate(arguments.keywords, count):
        if name in kept.names:
            at = arguments.places[number] if number < len(arguments.places) else node
            keep(frame, index, kept, (owner,), name, value, at)


def owners_of(frame: Frame, receiver: Value, node: ir.Node) -> list[str]:
    """The names that tell whose attribute or item is set: of its classes, and of the variable."""
    found = [kind for _, thing in frame.objects(receiver) for kind in thing.types]
    found += [one.name for one in receiver.refs if type(one) is ClassRef]
    found += [one.removesuffix("()") for one in receiver.refs if type(one) is str]
    match node:
        case ir.Attribute(value=ir.Name(id=name)) | ir.Subscript(value=ir.Name(id=name)):
            found.append(name)
        case ir.Attribute(value=ir.Attribute(name=name)) | ir.Subscript(value=ir.Attribute(name=name)):
            found.append(name)
        case _:
            pass
    return found


def owner_written(node: ir.Node) -> str:
    """The name of what a method is called on, as written; empty when it has none."""
    match node:
        case ir.Call(function=ir.Attribute(value=ir.Name(id=name) | ir.Attribute(name=name))):
            return name
        case _:
            return ""


def plain(name: str) -> str:
    """A class's or a variable's name as the two are compared: ``shop.models.JobPost`` and ``job_post`` are ``jobpost``."""
    return name.rpartition(".")[2].replace("_", "").lower()
