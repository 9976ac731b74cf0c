"""What a function does that matters for protection, told from its body: what it reads and calls, whom it turns away.

Names decide nothing here; what is read, what is compared and what follows does. A helper of the project that the function
calls is looked into as well, two calls deep.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from msgspec import structs

from flasklint import ir
from flasklint.additions import Proof
from flasklint.knowledge.guards import (
    ANSWERS,
    IDENTITY_ATTRIBUTES,
    IDENTITY_WORDS,
    KNOWN_ATTRIBUTES,
    KNOWN_WORDS,
    REFUSALS,
    TOKEN_VALIDATORS,
    TOKEN_WORDS,
)
from flasklint.knowledge.sensitive import words
from flasklint.project.names import Resolver
from flasklint.project.refusals import ends_request, goes_on_after, is_breakage, is_refusal, operands, slows_down
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.strangers import decides_by_referrer, given_once, is_of_strangers, unfolded, values_used

DEEPEST = 2
FROM = ("flask.request.referrer", "flask.request.origin")
"""Where a request says that it comes from."""
_HOLDERS = frozenset({"flask.session", "flask.g"})
_MOST_NODES = 4_000
_MOST_HELPERS = 40


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a function does, itself and through helpers.

    ``names``: canonical names of all that it mentions. ``texts``: its short string constants. ``refuses``: it may end a request
    with an error, a redirect or an exception. ``compares``: it has a comparison or a check in a condition.
    ``attributes``: names of attributes and methods that it uses on anything; ``keywords``: names of arguments that it gives.
    ``turned_away``: a condition that speaks of who is asking decides whether the request ends there. ``sends_on``: one that holds
    only for somebody known ends it: those who are logged in need no login page. ``lets_pass``: before it asks anything else, it
    is done with those whom it does not know. ``headers``: those that it reads, in lower case.
    """

    names: frozenset[str]
    texts: frozenset[str]
    attributes: frozenset[str]
    refuses: bool
    compares: bool
    writes: frozenset[str]
    keywords: frozenset[str]
    turned_away: bool = False
    sends_on: bool = False
    lets_pass: bool = False
    headers: frozenset[str] = frozenset()

    @property
    def calls(self) -> Iterator[str]:
        """Canonical names of what it calls."""
        return (name[:-2] for name in self.names if name.endswith("()"))

    def mentions(self, *prefixes: str) -> bool:
        """Does it mention one of these, or something of them?"""
        if not self.names.isdisjoint(prefixes):
            return True
        # Searched as one text: this is asked of hundreds of names thousands of times.
        lines = "\n" + "\n".join(self.names)
        return any(f"\n{prefix}{sign}" in lines for prefix in prefixes for sign in ".(")


_NOTHING = Deeds(frozenset(), frozenset(), frozenset(), False, False, frozenset(), frozenset())


def together(parts: Sequence[Deeds]) -> Deeds:
    return Deeds(
        frozenset().union(*(one.names for one in parts)),
        frozenset().union(*(one.texts for one in parts)),
        frozenset().union(*(one.attributes for one in parts)),
        any(one.refuses for one in parts),
        any(one.compares for one in parts),
        frozenset().union(*(one.writes for one in parts)),
        frozenset().union(*(one.keywords for one in parts)),
        any(one.turned_away for one in parts),
        any(one.sends_on for one in parts),
        headers=frozenset().union(*(one.headers for one in parts)),
    )


class Definitions:
    """The functions of a project by canonical name."""

    def __init__(self, lookup: Callable[[str], Scope | None]) -> None:
        self.get = lookup


class Observer(ABC):
    """Sees what functions do. Everything is worked out once, on demand."""

    def __init__(self, resolver: Resolver, definitions: Definitions) -> None:
        self.resolver = resolver
        self.definitions = definitions
        self._deeds: dict[tuple[int, int], Deeds] = {}
        self._own_deeds: dict[int, tuple[Deeds, tuple[Scope, ...]]] = {}
        self._caught: dict[int, frozenset[int]] = {}
        self._scopes: dict[str, dict[int, Scope]] = {}
        self._values: dict[int, Mapping[str, ir.Expr]] = {}

    @abstractmethod
    def asks(self, deeds: Deeds) -> Proof | None:
        """By what a function that turns people away knows who they are."""

    def scope_of(self, node: ir.Function | ir.Class, module: LinkedModule) -> Scope | None:
        """The scope of a function of a module."""
        scopes = self._scopes.get(module.path)
        if scopes is None:
            scopes = self._scopes[module.path] = {id(scope.node): scope for scope in module.scopes}
        return scopes.get(id(node))

    def _name(self, node: ir.Function, module: LinkedModule) -> str:
        """A function's canonical name."""
        scope = self.scope_of(node, module)
        return scope.name if scope is not None else ""

    def deeds(self, node: ir.Function, module: LinkedModule, depth: int = DEEPEST) -> Deeds:
        """What a function does."""
        key = (id(node), depth)
        if key not in self._deeds:
            self._deeds[key] = _NOTHING
            scope = self.scope_of(node, module)
            self._deeds[key] = self._look(node, scope, depth) if scope is not None else _NOTHING
        return self._deeds[key]

    def _look(self, node: ir.Function, scope: Scope, depth: int) -> Deeds:
        deeds, called = self.own(node, scope)
        if not depth:
            return deeds
        parts = [deeds]
        caught = self._caught.get(id(node), frozenset())
        for helper in called:
            assert isinstance(helper.node, ir.Function)
            part = self.deeds(helper.node, helper.module, depth - 1)
            parts.append(replace(part, refuses=False, turned_away=False) if id(helper.node) in caught else part)
        return replace(together(parts), lets_pass=deeds.lets_pass) if called else deeds

    def part(self, statements: Sequence[ir.Stmt], function: ir.Function, scope: Scope) -> Deeds:
        """What some statements of a function do."""
        deeds, called = self._seen(structs.replace(function, body=tuple(statements)), scope)
        helpers = (self.deeds(one.node, one.module, DEEPEST - 1) for one in called if isinstance(one.node, ir.Function))
        return together([deeds, *helpers])

    def own(self, node: ir.Function, scope: Scope) -> tuple[Deeds, tuple[Scope, ...]]:
        """What a function does itself, and the helpers that it calls; gone through once, however deep it is asked about."""
        found = self._own_deeds.get(id(node))
        if found is None:
            found = self._own_deeds[id(node)] = self._seen(node, scope)
        return found

    def _seen(self, node: ir.Function, scope: Scope) -> tuple[Deeds, tuple[Scope, ...]]:
        names: set[str] = set()
        texts: set[str] = set()
        attributes: set[str] = set()
        writes: set[str] = set()
        keywords: set[str] = set()
        headers: set[str] = set()
        refuses = compares = turned_away = sends_on = lets_pass = False
        known: set[int] = set()
        swallowed: set[int] = set()
        caught: set[int] = set()
        uncaught: set[int] = set()
        called: list[Scope] = []
        resolve, get = self.resolver.resolve, self.definitions.get
        stack: list[tuple[ir.Node, Scope]] = [(statement, scope) for statement in reversed(node.body)]
        steps = 0
        while stack and steps < _MOST_NODES:
            steps += 1
            current, where = stack.pop()
            # The kinds of which there are most come first: this goes through all that handles requests.
            if isinstance(current, ir.Name):
                names.update(resolve(current, where))
                continue
            if isinstance(current, ir.Const):
                if isinstance(current.value, str) and len(current.value) < 80:
                    texts.add(current.value)
                continue
            if isinstance(current, ir.Attribute):
                attributes.add(current.name)
                names.update(resolve(current, where))
                stack.append((current.value, where))
                continue
            if isinstance(current, ir.Argument):
                stack.append((current.value, where))
                continue
            match current:
                case ir.Function() if current.name != "<lambda>":
                    where = next((child for child in where.children if child.node is current), where)
                case ir.Call(function, arguments):
                    found = resolve(function, where)
                    names.update(f"{name}()" for name in found)
                    refuses = refuses or (not REFUSALS.isdisjoint(found) and not slows_down(current))
                    compares = compares or not TOKEN_VALIDATORS.isdisjoint(found)
                    targets = (target for name in found if (target := get(name)) is not None)
                    helpers = [one for one in targets if one is not scope and isinstance(one.node, ir.Function)]
                    called += helpers
                    (caught if id(current) in swallowed else uncaught).update(id(one.node) for one in helpers)
                    keywords.update(argument.name for argument in arguments)
                    headers.update(_header_read(current))
                case ir.Subscript(ir.Attribute(_, "headers"), ir.Const(value=str() as header)):
                    headers.add(header.lower())
                case ir.Compare():
                    compares = True
                case ir.If(test, body, orelse):
                    compares = True
                    test = self._spelled_out(test, node)
                    lets_pass = lets_pass or (not turned_away and self._is_done_with_strangers(test, body, node, where))
                    if id(current) in known or (self.speaks_of_identity(test, where) and holds_for_the_known(test)):
                        known.update(id(one) for one in ir.statements(current) if isinstance(one, ir.If))
                        known.difference_update(id(one) for one in orelse)
                        sends_on = sends_on or ends_request(body)
                        goes_on = isinstance(body[-1], ir.Return) and not ends_request(body)
                        turned_away = turned_away or goes_on or ends_request(orelse)
                    elif (
                        is_of_strangers(test)
                        and self._answers(body[-1], where)
                        and self.speaks_of_identity(test, where)
                    ):
                        refuses = turned_away = True
                    elif is_of_strangers(test) and _goes_on(body[-1]) and self.speaks_of_identity(test, where):
                        sends_on = True
                    elif not turned_away and self.speaks_of_identity(test, where):
                        turned_away = ends_request(body) or ends_request(orelse) or isinstance(body[-1], ir.Return)
                case ir.Raise(value) if value is not None and not slows_down(value) and not is_breakage(value):
                    refuses = refuses or id(current) not in swallowed
                case ir.Try(body, handlers) if handlers and all(goes_on_after(one.body) for one in handlers):
                    swallowed.update(id(inner) for statement in body for inner in (statement, *ir.walk(statement)))
                case ir.Return(value):
                    refuses = refuses or is_refusal(value)
                case ir.Assign(targets, given):
                    for written in targets:
                        if isinstance(written, ir.Attribute):
                            writes.add(written.name)
                            refused = isinstance(given, ir.Const) and given.value in (401, 403)
                            refuses = refuses or (refused and written.name in ("status_code", "status"))
            stack.extend([(child, where) for child in ir.children(current)][::-1])
        if any(name.startswith(FROM) for name in names) and not decides_by_referrer(node):
            names = {name for name in names if not name.startswith(FROM)}
        deeds = Deeds(
            frozenset(names),
            frozenset(texts),
            frozenset(attributes),
            refuses,
            compares,
            frozenset(writes),
            frozenset(keywords),
            turned_away and refuses,
            sends_on,
            lets_pass,
            frozenset(headers),
        )
        self._caught[id(node)] = frozenset(caught - uncaught)
        return deeds, tuple(called[:_MOST_HELPERS])

    def _spelled_out(self, test: ir.Expr, function: ir.Function) -> ir.Expr:
        """A condition with what the names in it were given, where those are the function's own."""
        if not any(isinstance(one, ir.Name) for one in operands(test)):
            return test
        values = self._values.get(id(function))
        if values is None:
            values = self._values[id(function)] = given_once(function)
        return unfolded(test, values)

    def _is_done_with_strangers(
        self, test: ir.Expr, body: tuple[ir.Stmt, ...], function: ir.Function, scope: Scope
    ) -> bool:
        """``if not session.get("user"): return``"""
        match body[-1]:
            case ir.Return(None | ir.Const(None)):
                pass
            case _:
                return False
        for part in test.operands if isinstance(test, ir.Op) and test.sign == "or" else (test,):
            if is_of_strangers(part) and self.speaks_of_identity(part, scope):
                made = (part, *values_used(part, self._values.get(id(function), {})))
                asked = self.part([ir.Do(one, start=one.start, end=one.end) for one in made], function, scope)
                if self.asks(asked) is not None:
                    return True
        return False

    def _answers(self, statement: ir.Stmt, scope: Scope) -> bool:
        """``return render_template("login.html")``"""
        match statement:
            case ir.Return(ir.Call(function)):
                return not ANSWERS.isdisjoint(self.resolver.resolve(function, scope))
        return False

    def speaks_of_identity(self, test: ir.Expr, scope: Scope) -> bool:
        """Does a condition speak of who is asking? A text counts only as a key of what holds that."""
        wanted = IDENTITY_WORDS | TOKEN_WORDS
        keyed = told = False
        for node in (test, *ir.walk(test)):
            match node:
                case ir.Attribute(_, name):
                    if name in IDENTITY_ATTRIBUTES or name == "authorization" or speaks({name}, IDENTITY_WORDS):
                        return True
                    keyed = keyed or name in ("session", "g", "cookies", "headers")
                case ir.Name(name):
                    if speaks(frozenset({name}), wanted):
                        return True
                    keyed = keyed or not _HOLDERS.isdisjoint(self.resolver.resolve(node, scope))
                case ir.Const(value=str() as text) if len(text) < 80:
                    told = told or speaks(frozenset({text}), wanted)
        return keyed and told


def _goes_on(statement: ir.Stmt) -> bool:
    """``return view(*args, **kwargs)``: what a decorator was put around has its turn"""
    match statement:
        case ir.Return(ir.Call(ir.Name(), arguments)):
            return bool(arguments) and all(argument.name in ("*", "**") for argument in arguments)
    return False


def holds_for_the_known(test: ir.Expr) -> bool:
    """Can a condition that speaks of who is asking hold only when that is known? ``current_user.is_authenticated and ...``"""
    match test:
        case ir.Op("and", operands):
            return any(_names_somebody(operand) for operand in operands)
    return _names_somebody(test)


def _names_somebody(test: ir.Expr) -> bool:
    match test:
        case ir.Attribute(_, name) | ir.Name(name) | ir.Call(ir.Attribute(_, name) | ir.Name(name), ()):
            return name in KNOWN_ATTRIBUTES or (speaks(frozenset({name}), KNOWN_WORDS))
        case ir.Call(ir.Attribute(_, "get"), (ir.Argument(ir.Const(value=str() as key)), *_)):
            return speaks(frozenset({key}), KNOWN_WORDS)
        case ir.Compare(("is-not",), (ir.Attribute(_, name) | ir.Name(name), ir.Const(None))):
            return speaks(frozenset({name}), KNOWN_WORDS)
        case ir.Compare(("in",), (ir.Const(value=str() as key), ir.Name("session"))):
            return speaks(frozenset({key}), KNOWN_WORDS)
    return False


def _header_read(call: ir.Call) -> Iterator[str]:
    """``request.headers.get("Origin")``"""
    match call:
        case ir.Call(ir.Attribute(ir.Attribute(_, "headers"), "get"), (ir.Argument(ir.Const(value=str() as name)), *_)):
            yield name.lower()


def speaks(texts: Set[str], wanted: frozenset[str]) -> bool:
    return any(not wanted.isdisjoint(words(text)) for text in texts)
