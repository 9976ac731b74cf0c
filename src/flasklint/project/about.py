"""What an expression of a view hangs on: what a visitor sends, who is asking, records of which models.

Where it differs from running
    Names are what any assignment of the function gives them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flasklint import ir
from flasklint.knowledge.guards import IDENTITY, TOKEN_IDENTITY
from flasklint.knowledge.rights import OWNERS, WHO
from flasklint.knowledge.sensitive import words
from flasklint.project.deeds import Deeds
from flasklint.project.identity import is_identity
from flasklint.project.names import Resolver
from flasklint.project.scopes import Scope

_DEEPEST = 6
STATEMENT = re.compile(r"\s*(?:(delete)\s+from|(update))\s+[\"'`\[]?([\w.]+)", re.IGNORECASE)
READ = re.compile(r"\s*select\b.*?\bfrom\s+[\"'`\[]?([\w.]+)", re.IGNORECASE | re.DOTALL)
ADDED = re.compile(r"\s*insert\s+(?:or\s+\w+\s+)?into\s+[\"'`\[]?([\w.]+)", re.IGNORECASE)
COUNTS = re.compile(r"\bset\s+[\"'`\[]?(\w+)[\"'`\]]?\s*=\s*[\"'`\[]?\1[\"'`\]]?\s*[+-]", re.IGNORECASE)
"""The beginnings of SQL statements, each with its table: what changes, reads and adds rows, and what only counts something up."""
_KNOWN = IDENTITY | TOKEN_IDENTITY
_VISITOR = ("flask.request", "flask.Request()")
_PARSES = ("RequestParser().parse_args", "flask.request.get_json", "flask.Request().get_json")
_NOT_SENT = frozenset({"method", "endpoint", "path", "remote_addr", "referrer", "url", "base_url", "blueprint"})
"""What of a request is no choice of what to do something to."""


@dataclass(slots=True)
class About:
    """What an expression hangs on: what a visitor sends, who is asking, records of which models."""

    visitor: bool = False
    identity: bool = False
    models: dict[str, None] = field(default_factory=dict)

    def add(self, other: About) -> None:
        self.visitor = self.visitor or other.visitor
        self.identity = self.identity or other.identity
        self.models.update(other.models)


class Bearings:
    """Looks at the expressions of one view. ``parameters``: those that its address fills; what else it is given is of who is
    asking. ``given``: what is assigned to each name. ``definition``: a function or class of the project by its name;
    ``deeds``: what a function does."""

    def __init__(
        self,
        scope: Scope,
        node: ir.Function,
        parameters: frozenset[str],
        resolver: Resolver,
        definition: Callable[[str], Scope | None],
        deeds: Callable[[Scope], Deeds],
    ) -> None:
        self.resolve = resolver.resolve
        self.given: dict[str, list[ir.Expr]] = {}
        self._scope = scope
        self._definition = definition
        self._deeds = deeds
        self._parameters = parameters
        self._executed: dict[str, list[tuple[int, tuple[ir.Argument, ...]]]] = {}
        self._known: dict[int, About] = {}
        self._injected = frozenset(
            one.name
            for one in node.parameters
            if one.name not in parameters and one.name not in ("self", "cls") and one.default is None
        )
        self._gather(node)

    def _gather(self, node: ir.Node) -> None:
        """What the function gives its names, and hands to what they hold."""
        for one in ir.walk(node):
            match one:
                case ir.Assign(targets, value) if value is not None:
                    for target in targets:
                        for name in _names(target):
                            self.given.setdefault(name, []).append(value)
                case ir.Loop(target, subject) if target is not None:
                    for name in _names(target):
                        self.given.setdefault(name, []).append(subject)
                case ir.Walrus(ir.Name(name), value):
                    self.given.setdefault(name, []).append(value)
                case ir.Do(ir.Call(ir.Attribute(ir.Name(name), "execute"), arguments)):
                    self._executed.setdefault(name, []).append((one.start, arguments))

    def about(self, expr: ir.Expr, depth: int = _DEEPEST) -> About:
        found = self._known.get(id(expr))
        if found is None:
            found = self._known[id(expr)] = About()
            # What is called is no record: the result of a constructor is new.
            nodes = (expr, *ir.walk(expr))
            called = {id(node.function) for node in nodes if isinstance(node, ir.Call)}
            # ``entry.tag`` of an entry that was made in somebody's name is not who that is.
            owners = {
                id(node.value)
                for node in nodes
                if isinstance(node, ir.Attribute) and OWNERS.isdisjoint(words(node.name))
            }
            for node in nodes:
                self._one(node, found, depth, id(node) in called, id(node) in owners)
        return found

    def _one(self, node: ir.Node, found: About, depth: int, called: bool, owned: bool) -> None:
        match node:
            case ir.Name(name):
                found.visitor = found.visitor or name in self._parameters
                found.identity = found.identity or name in self._injected
                if depth:
                    for value in (*self.given.get(name, ()), *self._last_executed(name, node.start)):
                        known = self.about(value, depth - 1)
                        if owned and known.identity and self._makes(value):
                            known = About(known.visitor, False, known.models)
                        found.add(known)
                if not called:
                    self._named(node, found)
            case ir.Attribute() if not called:
                self._named(node, found)
            case ir.Subscript(owner, key):
                found.identity = found.identity or self._is_kept(owner, key)
            case ir.Compare(("in" | "not-in",), (key, owner)):
                found.identity = found.identity or self._is_kept(owner, key)
            case ir.Call(function, arguments):
                self._called(node, function, arguments, found)
            case ir.Const(value=str() as text):
                read = READ.match(text) or STATEMENT.match(text)
                if read is not None and read[read.lastindex or 1]:
                    found.models[f"table {read[read.lastindex or 1].lower()}"] = None

    def _makes(self, value: ir.Expr) -> bool:
        """``Entry(tag=tag, author=current_user.id)``"""
        names = self.resolve(value.function, self._scope) if isinstance(value, ir.Call) else ()
        return any((target := self._definition(name)) is not None and target.is_class for name in names)

    def _last_executed(self, name: str, position: int) -> Iterator[ir.Expr]:
        """What the statement was given whose rows a cursor now has."""
        before = [arguments for start, arguments in self._executed.get(name, ()) if start < position]
        return (argument.value for argument in (before[-1] if before else ()))

    def _named(self, node: ir.Name | ir.Attribute, found: About) -> None:
        cls = ""
        for name in self.resolve(node, self._scope):
            known = name in _KNOWN or name.startswith("flask.request.authorization")
            if known or _is_of_somebody(name) or _is_noted(name):
                found.identity = True
            elif name.startswith(_VISITOR) and name.partition("request.")[2].partition(".")[0] not in _NOT_SENT:
                found.visitor = found.visitor or isinstance(node, ir.Attribute)
            elif not cls and (target := self._definition(name)) is not None and target.is_class:
                cls = name
        if cls:
            found.models[cls] = None

    def _is_kept(self, owner: ir.Expr, key: ir.Expr) -> bool:
        """Is it a place of the session, or a cookie, that says who somebody is?"""
        names = self.resolve(owner, self._scope)
        if "flask.session" not in names and "flask.request.cookies" not in names:
            return False
        return not isinstance(key, ir.Const) or (isinstance(key.value, str) and is_identity(key.value))

    def _called(self, call: ir.Call, function: ir.Expr, arguments: tuple[ir.Argument, ...], found: About) -> None:
        if isinstance(function, ir.Attribute) and function.name in ("get", "pop") and arguments:
            found.identity = found.identity or self._is_kept(function.value, arguments[0].value)
        names = self.resolve(function, self._scope)
        found.visitor = found.visitor or any(name.endswith(_PARSES) for name in names)
        for name in names:
            found.identity = found.identity or name in _KNOWN
            target = self._definition(name)
            if target is not None and target.is_function:
                found.identity = found.identity or self._tells_who(target)
        spoken = set(words(ir.last_name(function)))
        if not spoken.isdisjoint(WHO):
            found.identity = True

    def _tells_who(self, scope: Scope) -> bool:
        deeds = self._deeds(scope)
        if deeds.mentions(*_KNOWN, "flask.request.authorization") or any(_is_noted(name) for name in deeds.names):
            return True
        if deeds.mentions("flask.request") and any(_is_of_token(text) for text in deeds.texts):
            return True
        if deeds.mentions("flask.session", "flask.g"):
            return any(is_identity(text) for text in (*deeds.texts, *deeds.attributes) if len(text) < 40)
        return False

    def text(self, expr: ir.Expr, depth: int = 3) -> str:
        """The beginning of a text, as far as it is written out."""
        match expr:
            case ir.Const(value=str() as text):
                return text
            case ir.Join(parts) if parts:
                return "".join(str(one.value) if isinstance(one, ir.Const) else "?" for one in parts)
            case ir.Op("+" | "%", (left, *_)):
                return self.text(left, depth)
            case ir.Call(ir.Attribute(owner, "format")):
                return self.text(owner, depth)
            case ir.Call(_, (first, *_)) if depth:
                return self.text(first.value, depth - 1)
            case ir.Name(name) if depth:
                given = self.given.get(name, ())
                return self.text(given[0], depth - 1) if len(given) == 1 else ""
        return ""


def _names(target: ir.Expr) -> Iterator[str]:
    match target:
        case ir.Name(name):
            yield name
        case ir.Display(_, items):
            for item in items:
                yield from _names(item.value)


def _is_of_somebody(name: str) -> bool:
    """``flask.g.user``"""
    kept = name.removeprefix("flask.g.")
    return kept != name and (is_identity(kept) or not WHO.isdisjoint(words(kept)))


def _is_noted(name: str) -> bool:
    """``flask.request.user``, ``flask.request.decoded_token``: what the app itself has noted on a request of who is asking."""
    noted = name.removeprefix("flask.request.").partition(".")[0]
    return name.startswith("flask.request.") and (noted in ("user", "account", "identity") or _is_of_token(noted))


def _is_of_token(name: str) -> bool:
    """Does a name speak of a token that was checked and opened?"""
    return not {"token", "jwt", "claims"}.isdisjoint(words(name)) and not {"decoded", "claims", "payload"}.isdisjoint(
        words(name)
    )
