"""What a function does that matters for protection, told from its body: it refuses strangers, it checks a token, it sets
headers.

Names decide nothing here; what is read, what is compared and what follows does. A helper of the project that the function
calls is looked into as well, two calls deep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from msgspec import structs

from flasklint import ir
from flasklint.additions import NOTHING, Additions, Proof
from flasklint.knowledge.guards import (
    ANSWERS,
    AUTHENTICATING_HEADERS,
    IDENTITY,
    IDENTITY_ATTRIBUTES,
    IDENTITY_WORDS,
    KNOWN_ATTRIBUTES,
    KNOWN_WORDS,
    LOGIN_COOKIE_WORDS,
    QUERY_TOKEN_WORDS,
    REFUSALS,
    REQUEST_TOKENS,
    TOKEN_CHECKS,
    TOKEN_IDENTITY,
    TOKEN_VALIDATORS,
    TOKEN_WORDS,
)
from flasklint.knowledge.sensitive import words
from flasklint.project.compared import comparisons
from flasklint.project.names import Resolver
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.strangers import decides_by_referrer, given_once, is_of_strangers, unfolded, values_used
from flasklint.project.switched import Off, in_force

_DEEPEST = 2
_HOLDERS = frozenset({"flask.session", "flask.g"})
_MOST_NODES = 4_000
_FROM = ("flask.request.referrer", "flask.request.origin")
"""Where a request says that it comes from."""
_FORGERY_WORDS = frozenset({"csrf", "xsrf", "nonce"})
_LOGIN_WORDS = frozenset({"access", "api", "auth", "bearer", "id", "jwt", "oauth", "oauth2", "oidc", "refresh"})
"""Words in the names of tokens that say who somebody is."""
_PACE = frozenset({"requests", "rate", "ratelimit", "throttled", "throttle"})
"""Words in the names of errors that say that somebody asks too often."""
_MOST_HELPERS = 40
_OWN_TOKENS = ("flask.session", "flask.request.cookies")
"""Where the site's own half of a token against forged requests is."""


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
        parts = tuple(f"{prefix}{sign}" for prefix in prefixes for sign in ".(")
        return any(name.startswith(parts) for name in self.names)


_NOTHING = Deeds(frozenset(), frozenset(), frozenset(), False, False, frozenset(), frozenset())


def _together(parts: Sequence[Deeds]) -> Deeds:
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


class Guards:
    """Judges functions. Everything is worked out once, on demand."""

    def __init__(
        self,
        resolver: Resolver,
        definitions: Definitions,
        additions: Additions = NOTHING,
        modules: Iterable[LinkedModule] = (),
    ) -> None:
        self._resolver = resolver
        self._modules = modules
        self._additions = additions
        self._definitions = definitions
        self._deeds: dict[tuple[int, int], Deeds] = {}
        self._own_deeds: dict[int, tuple[Deeds, tuple[Scope, ...]]] = {}
        self._caught: dict[int, frozenset[int]] = {}
        self._scopes: dict[str, dict[int, Scope]] = {}
        self._values: dict[int, Mapping[str, ir.Expr]] = {}

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

    def deeds(self, node: ir.Function, module: LinkedModule, depth: int = _DEEPEST) -> Deeds:
        """What a function does."""
        key = (id(node), depth)
        if key not in self._deeds:
            self._deeds[key] = _NOTHING
            scope = self.scope_of(node, module)
            self._deeds[key] = self._look(node, scope, depth) if scope is not None else _NOTHING
        return self._deeds[key]

    def _look(self, node: ir.Function, scope: Scope, depth: int) -> Deeds:
        deeds, called = self._own(node, scope)
        if not depth:
            return deeds
        parts = [deeds]
        caught = self._caught.get(id(node), frozenset())
        for helper in called:
            assert isinstance(helper.node, ir.Function)
            part = self.deeds(helper.node, helper.module, depth - 1)
            parts.append(replace(part, refuses=False, turned_away=False) if id(helper.node) in caught else part)
        return replace(_together(parts), lets_pass=deeds.lets_pass) if called else deeds

    def part(self, statements: Sequence[ir.Stmt], function: ir.Function, scope: Scope) -> Deeds:
        """What some statements of a function do."""
        deeds, called = self._seen(structs.replace(function, body=tuple(statements)), scope)
        helpers = (
            self.deeds(one.node, one.module, _DEEPEST - 1) for one in called if isinstance(one.node, ir.Function)
        )
        return _together([deeds, *helpers])

    def _own(self, node: ir.Function, scope: Scope) -> tuple[Deeds, tuple[Scope, ...]]:
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
        resolve, get = self._resolver.resolve, self._definitions.get
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
                    refuses = refuses or (not REFUSALS.isdisjoint(found) and not _slows_down(current))
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
                    if id(current) in known or (self.speaks_of_identity(test, where) and _holds_for_the_known(test)):
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
                case ir.Raise(value) if value is not None and not _slows_down(value):
                    refuses = refuses or id(current) not in swallowed
                case ir.Try(body, handlers) if handlers and all(_goes_on_after(one.body) for one in handlers):
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
        if any(name.startswith(_FROM) for name in names) and not decides_by_referrer(node):
            names = {name for name in names if not name.startswith(_FROM)}
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
                return not ANSWERS.isdisjoint(self._resolver.resolve(function, scope))
        return False

    def is_switched_off(self, node: ir.Function, module: LinkedModule, held: Callable[[str], bool | None]) -> bool:
        """Does a function ask who somebody is only where a name is true that is known not to be? ``held``: what is known of a
        name that is not its own."""
        scope = self.scope_of(node, module)
        if scope is None:
            return False
        found = False
        for inner in ir.statements(node):
            if not isinstance(inner, ir.If) or not self.speaks_of_identity(inner.test, scope):
                continue
            operands = inner.test.operands if isinstance(inner.test, ir.Op) and inner.test.sign == "and" else ()
            if not any(isinstance(one, ir.Name) and held(one.id) is False for one in operands):
                return False
            found = True
        return found

    def speaks_of_identity(self, test: ir.Expr, scope: Scope) -> bool:
        """Does a condition speak of who is asking? A text counts only as a key of what holds that."""
        wanted = IDENTITY_WORDS | TOKEN_WORDS
        keyed = told = False
        for node in (test, *ir.walk(test)):
            match node:
                case ir.Attribute(_, name):
                    if name in IDENTITY_ATTRIBUTES or name == "authorization" or _speaks({name}, IDENTITY_WORDS):
                        return True
                    keyed = keyed or name in ("session", "g", "cookies", "headers")
                case ir.Name(name):
                    if _speaks(frozenset({name}), wanted):
                        return True
                    keyed = keyed or not _HOLDERS.isdisjoint(self._resolver.resolve(node, scope))
                case ir.Const(value=str() as text) if len(text) < 80:
                    told = told or _speaks(frozenset({text}), wanted)
        return keyed and told

    def hook_authenticates(self, node: ir.Function, module: LinkedModule, off: Off = lambda _: False) -> Proof | None:
        """As :meth:`authenticates`, for a function that sees all requests: it has to turn strangers away, not only to look.
        ``off``: tells the settings that are off, and what runs only with them does not count."""
        own = self._additions.proof(self._name(node, module))
        if own is not None:
            return own
        deeds = self.deeds(node, module)
        if not deeds.turned_away or deeds.lets_pass:
            return None
        body, scope = in_force(node.body, off), self.scope_of(node, module)
        if scope is not None and body != node.body and not self.part(body, node, scope).turned_away:
            return None
        if self.demands_token(node, module):
            # Whose token it is, is for its helpers to know.
            itself = self.deeds(node, module, 0)
            others = frozenset(
                text for text in itself.texts if not any(word in text.lower() for word in _FORGERY_WORDS)
            )
            if self.asks(replace(itself, texts=others)) is None:
                return None
        return self.authenticates(node, module)

    def authenticates(self, node: ir.Function, module: LinkedModule) -> Proof | None:
        """How a decorator or a ``before_request`` function demands to know who is asking; ``None`` when it does not."""
        own = self._additions.proof(self._name(node, module))
        if own is not None:
            return own
        deeds = self.deeds(node, module)
        if not deeds.refuses or not deeds.compares or (deeds.sends_on and not deeds.turned_away):
            return None
        return self.asks(deeds)

    def admits(self, node: ir.Function, module: LinkedModule) -> Proof | None:
        """How a function that answers whether somebody may have a view knows who that is; ``None`` when it lets all in."""
        return self._additions.proof(self._name(node, module)) or self.asks(self.deeds(node, module))

    def asks(self, deeds: Deeds) -> Proof | None:
        """By what a function that turns people away knows who they are."""
        proof = self._asks_the_request(deeds)
        if proof is not None:
            return proof
        spoken = deeds.texts | deeds.attributes
        on_g = "flask.g" in deeds.names and _speaks(spoken, IDENTITY_WORDS)
        if on_g or not deeds.attributes.isdisjoint(IDENTITY_ATTRIBUTES):
            return (self._put_on_g(deeds) if on_g else None) or "session"
        return None

    def _put_on_g(self, deeds: Deeds) -> Proof | None:
        """By what those functions knew who is asking that put onto ``flask.g`` what a function finds there; ``None`` when none
        is seen that does."""
        read = {name.removeprefix("flask.g.").partition(".")[0] for name in deeds.names if name.startswith("flask.g.")}
        proofs = {
            proof
            for name in sorted(read | deeds.texts)
            for scope in self._on_g.get(name, ())
            if isinstance(scope.node, ir.Function)
            and (proof := self._asks_the_request(self.deeds(scope.node, scope.module))) is not None
        }
        return next((proof for proof in ("session", "basic", "token") if proof in proofs), None)

    @cached_property
    def _on_g(self) -> Mapping[str, Sequence[Scope]]:
        """The functions that put something onto ``flask.g``, by its name there."""
        found: dict[str, list[Scope]] = {}
        for module in self._modules:
            for scope in module.scopes if not module.is_test else ():
                for write in scope.writes:
                    if (
                        write.name
                        and ir.last_name(write.target) == "g"
                        and "flask.g" in self._resolver.resolve(write.target, scope)
                    ):
                        found.setdefault(write.name, []).append(scope)
        return found

    def _asks_the_request(self, deeds: Deeds) -> Proof | None:
        """The same, told from what it reads of the request itself, the session or an extension."""
        spoken = deeds.texts | deeds.attributes
        if deeds.mentions(*TOKEN_CHECKS):
            return "token"
        if deeds.mentions(*IDENTITY) or (
            deeds.mentions("flask.session", "flask.request.cookies") and _speaks(spoken, IDENTITY_WORDS)
        ):
            return "session"
        if deeds.mentions("flask.request.cookies") and _speaks(deeds.texts, LOGIN_COOKIE_WORDS):
            return "session"
        if deeds.mentions(*TOKEN_IDENTITY):
            return "token"
        if deeds.mentions("flask.request.headers", "flask.Request().headers") and (
            any(text.lower() in AUTHENTICATING_HEADERS for text in deeds.texts) or _speaks(deeds.texts, TOKEN_WORDS)
        ):
            return "token"
        if deeds.mentions("flask.request.args", "flask.request.values") and _speaks(deeds.texts, QUERY_TOKEN_WORDS):
            return "token"
        if deeds.mentions("flask.request.authorization", "flask.Request().authorization"):
            return "basic"
        return None

    def checks_request_token(self, node: ir.Function, module: LinkedModule) -> bool:
        """Does a function refuse requests that do not carry a token, or do not come from the site's own pages?"""
        return self.demands_token(node, module) or self._checks_origin(node, module)

    def demands_token(self, node: ir.Function, module: LinkedModule) -> bool:
        """Does a function refuse requests that do not carry a token?"""
        deeds = self.deeds(node, module)
        if self._additions.csrf and self._additions.checks_token((self._name(node, module), *deeds.calls)):
            return True
        if not deeds.mentions(*(f"{name}()" for name in TOKEN_VALIDATORS)) and not deeds.refuses:
            return False
        if deeds.mentions(*(f"{name}()" for name in TOKEN_VALIDATORS)):
            return True
        if not deeds.compares:
            return False
        if not deeds.mentions(*REQUEST_TOKENS) or not deeds.mentions(*_OWN_TOKENS):
            return False
        # What else is called a token may say who somebody is: it has to be held against what the request brings.
        spoken = deeds.texts | deeds.attributes
        return _speaks(spoken, _FORGERY_WORDS) or (
            any(map(_names_a_request_token, spoken)) and self._matches_token(node, module, _DEEPEST)
        )

    def _matches_token(self, node: ir.Function, module: LinkedModule, depth: int) -> bool:
        """Does a function, or a helper of its, compare what a request brings, or what it is given, with what the session or a
        cookie holds?"""
        scope = self.scope_of(node, module)
        if scope is None:
            return False
        given = {parameter.name for parameter in node.parameters}
        for operands in comparisons(node):
            own, brought, named = set[int](), set[int](), False
            for position, parts in enumerate(operands):
                deeds = self.part([ir.Do(one, start=one.start, end=one.end) for one in parts], node, scope)
                names = {one.id for part in parts for one in (part, *ir.walk(part)) if isinstance(one, ir.Name)}
                named = named or any(map(_names_a_request_token, deeds.texts | deeds.attributes | names))
                if deeds.mentions(*_OWN_TOKENS):
                    own.add(position)
                elif deeds.mentions(*REQUEST_TOKENS) or not given.isdisjoint(names):
                    brought.add(position)
            if own and brought and named:
                return True
        called = self._own(node, scope)[1] if depth else ()
        return any(
            self._matches_token(one.node, one.module, depth - 1) for one in called if isinstance(one.node, ir.Function)
        )

    def _checks_origin(self, node: ir.Function, module: LinkedModule) -> bool:
        deeds = self.deeds(node, module)
        if not deeds.refuses or not deeds.compares:
            return False
        if deeds.mentions(*_FROM):
            return True
        return deeds.mentions("flask.request") and not deeds.headers.isdisjoint({"origin", "referer", "sec-fetch-site"})

    def headers(self, node: ir.Function, module: LinkedModule) -> tuple[frozenset[str], bool]:
        """The response headers that a function sets, in lower case; and whether it sets some whose names are computed."""
        found: set[str] = set()
        computed = False
        for name, known in self._headers(node, module, _DEEPEST):
            if known:
                found.add(name.lower())
            else:
                computed = True
        return frozenset(found), computed

    def _headers(self, node: ir.Function, module: LinkedModule, depth: int) -> Iterator[tuple[str, bool]]:
        scope = self.scope_of(node, module)
        for inner in ir.walk(node):
            match inner:
                case ir.Assign(targets, _):
                    for target in targets:
                        if isinstance(target, ir.Subscript) and _is_headers(target.value):
                            yield _header_name(target.key)
                case ir.Call(
                    ir.Attribute(owner, "set" | "add" | "setdefault" | "add_header" | "__setitem__"), arguments
                ):
                    if _is_headers(owner) and arguments:
                        yield _header_name(arguments[0].value)
                case ir.Call(ir.Attribute(owner, "update" | "extend"), arguments):
                    if _is_headers(owner):
                        yield from _header_names(arguments)
                case ir.Call(function) if depth > 0 and scope is not None:
                    for name in self._resolver.resolve(function, scope):
                        target_scope = self._definitions.get(name)
                        if (
                            target_scope is not None
                            and isinstance(target_scope.node, ir.Function)
                            and target_scope is not scope
                        ):
                            yield from self._headers(target_scope.node, target_scope.module, depth - 1)
                case ir.Attribute(_, "content_security_policy"):
                    # Read too: it is an object whose attributes are the policy's directives.
                    yield "content-security-policy", True


def operands(test: ir.Expr) -> Iterator[ir.Expr]:
    """The parts that ``and``, ``or`` and ``not`` put together."""
    if isinstance(test, ir.Op) and test.sign in ("and", "or", "not"):
        for operand in test.operands:
            yield from operands(operand)
    else:
        yield test


def _goes_on(statement: ir.Stmt) -> bool:
    """``return view(*args, **kwargs)``: what a decorator was put around has its turn"""
    match statement:
        case ir.Return(ir.Call(ir.Name(), arguments)):
            return bool(arguments) and all(argument.name in ("*", "**") for argument in arguments)
    return False


def _holds_for_the_known(test: ir.Expr) -> bool:
    """Can a condition that speaks of who is asking hold only when that is known? ``current_user.is_authenticated and ...``"""
    match test:
        case ir.Op("and", operands):
            return any(_names_somebody(operand) for operand in operands)
    return _names_somebody(test)


def _names_somebody(test: ir.Expr) -> bool:
    match test:
        case ir.Attribute(_, name) | ir.Name(name) | ir.Call(ir.Attribute(_, name), ()):
            return name in KNOWN_ATTRIBUTES or (_speaks(frozenset({name}), KNOWN_WORDS))
        case ir.Call(ir.Attribute(_, "get"), (ir.Argument(ir.Const(value=str() as key)), *_)):
            return _speaks(frozenset({key}), KNOWN_WORDS)
        case ir.Compare(("is-not",), (ir.Attribute(_, name) | ir.Name(name), ir.Const(None))):
            return _speaks(frozenset({name}), KNOWN_WORDS)
        case ir.Compare(("in",), (ir.Const(value=str() as key), ir.Name("session"))):
            return _speaks(frozenset({key}), KNOWN_WORDS)
    return False


def _header_read(call: ir.Call) -> Iterator[str]:
    """``request.headers.get("Origin")``"""
    match call:
        case ir.Call(ir.Attribute(ir.Attribute(_, "headers"), "get"), (ir.Argument(ir.Const(value=str() as name)), *_)):
            yield name.lower()


def _header_name(key: ir.Expr) -> tuple[str, bool]:
    return (key.value, True) if isinstance(key, ir.Const) and isinstance(key.value, str) else ("", False)


def _header_names(arguments: tuple[ir.Argument, ...]) -> Iterator[tuple[str, bool]]:
    for argument in arguments:
        match argument.value:
            case ir.Dict(pairs):
                for pair in pairs:
                    yield _header_name(pair.key) if pair.key is not None else ("", False)
            case _ if argument.name and not argument.name.startswith("*"):
                yield argument.name.replace("_", "-"), True
            case _:
                yield "", False


def _is_headers(expr: ir.Expr) -> bool:
    return (isinstance(expr, ir.Attribute) and expr.name == "headers") or (
        isinstance(expr, ir.Name) and expr.id in ("headers", "h")
    )


def _slows_down(refusal: ir.Expr) -> bool:
    """Is somebody refused for how often they ask, not for who they are?"""
    match refusal:
        case ir.Call(ir.Name("abort") | ir.Attribute(_, "abort"), (ir.Argument(ir.Const(429)), *_)):
            return True
        case ir.Call(ir.Name(name) | ir.Attribute(_, name)) | ir.Name(name) | ir.Attribute(_, name):
            return not _PACE.isdisjoint(words(name))
    return False


def ends_request(body: tuple[ir.Stmt, ...]) -> bool:
    """Does a block end a request with a refusal?"""
    for node in body:
        for inner in (node, *ir.walk(node)):
            match inner:
                case ir.Raise() | ir.Call(ir.Name("abort")) | ir.Call(ir.Attribute(_, "abort" | "unauthorized")):
                    return True
                case ir.Return(value) if is_refusal(value):
                    return True
    return False


def is_refusal(value: ir.Expr | None) -> bool:
    """``return ..., 401`` or a redirect to somewhere to log in."""
    match value:
        case ir.Display("tuple", (_, ir.Argument(ir.Const(int() as status)), *_)):
            return status in (400, 401, 403, 404, 419, 302)
        case ir.Call(ir.Name("redirect" | "abort")) | ir.Call(
            ir.Attribute(_, "redirect" | "abort" | "unauthorized" | "forbidden")
        ):
            return True
        case ir.Call(_, arguments):
            return any(
                isinstance(argument.value, ir.Const)
                and argument.value.value in (401, 403)
                and not isinstance(argument.value.value, bool)
                for argument in arguments
            )
    return False


def _names_a_request_token(text: str) -> bool:
    """Is it what a token against forged requests is called, and not one that says who somebody is?"""
    spoken = set() if " " in text else set(words(text))
    return bool(spoken & _FORGERY_WORDS) or ("token" in spoken and not spoken & _LOGIN_WORDS)


def _goes_on_after(handler: Sequence[ir.Stmt]) -> bool:
    """Is an error swallowed: nothing is done with it, or no more than to tell the caller so by a constant?"""
    match handler[-1] if handler else None:
        case ir.Return(None | ir.Const()):
            return True
        case ir.Return() | ir.Raise():
            return False
    return not ends_request(tuple(handler))


def _speaks(texts: Set[str], wanted: frozenset[str]) -> bool:
    return any(not wanted.isdisjoint(words(text)) for text in texts)
