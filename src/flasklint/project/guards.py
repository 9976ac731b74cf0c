"""Whom a function asks who they are, and whether it checks a token, told from what it does (:mod:`flasklint.project.deeds`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flasklint import ir
from flasklint.additions import NOTHING, Additions, Proof
from flasklint.knowledge.guards import (
    AUTHENTICATING_HEADERS,
    DECODES,
    IDENTITY,
    IDENTITY_ATTRIBUTES,
    IDENTITY_WORDS,
    LOGIN_COOKIE_WORDS,
    QUERY_TOKEN_WORDS,
    REQUEST_TOKENS,
    TOKEN_CHECKS,
    TOKEN_IDENTITY,
    TOKEN_VALIDATORS,
    TOKEN_WORDS,
    VERIFIERS,
)
from flasklint.knowledge.sensitive import words
from flasklint.project.compared import comparisons
from flasklint.project.deeds import DEEPEST, FROM, Deeds, Definitions, Observer, speaks
from flasklint.project.names import Resolver
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.switched import Off, in_force

_FORGERY_WORDS = frozenset({"csrf", "xsrf", "nonce"})
_LOGIN_WORDS = frozenset({"access", "api", "auth", "bearer", "id", "jwt", "oauth", "oauth2", "oidc", "refresh"})
"""Words in the names of tokens that say who somebody is."""
_OWN_TOKENS = ("flask.session", "flask.request.cookies")
"""Where the site's own half of a token against forged requests is."""


class Guards(Observer):
    """Judges functions. Everything is worked out once, on demand."""

    def __init__(
        self,
        resolver: Resolver,
        definitions: Definitions,
        additions: Additions = NOTHING,
        modules: Iterable[LinkedModule] = (),
    ) -> None:
        super().__init__(resolver, definitions)
        self._modules = modules
        self._additions = additions

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
        deeds = self.deeds(node, module)
        known = self._additions.proof(self._name(node, module)) or self.asks(deeds)
        if known is None and any(name.rpartition(".")[2] == "current_user" for name in deeds.names):
            return "session"  # the project's own, asked for by pages
        return known

    def asks(self, deeds: Deeds) -> Proof | None:
        """By what a function that turns people away knows who they are."""
        proof = self._asks_the_request(deeds)
        if proof is not None:
            return proof
        spoken = deeds.texts | deeds.attributes
        on_g = "flask.g" in deeds.names and speaks(spoken, IDENTITY_WORDS)
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
            and (proof := self._told_by_library(scope) or self._asks_the_request(self.deeds(scope.node, scope.module)))
            is not None
        }
        return next((proof for proof in ("session", "basic", "token") if proof in proofs), None)

    def _told_by_library(self, scope: Scope) -> Proof | None:
        """By what a library tells a function who is asking: ``@auth.verify_password``"""
        node = scope.node
        for decorator in node.decorators if isinstance(node, ir.Function) else ():
            for name in self.resolver.resolve(decorator, scope.parent or scope):
                if name in VERIFIERS:
                    return VERIFIERS[name]
        return None

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
                        and "flask.g" in self.resolver.resolve(write.target, scope)
                    ):
                        found.setdefault(write.name, []).append(scope)
        return found

    def _asks_the_request(self, deeds: Deeds) -> Proof | None:
        """The same, told from what it reads of the request itself, the session or an extension."""
        spoken = deeds.texts | deeds.attributes
        if deeds.mentions(*TOKEN_CHECKS):
            return "token"
        if deeds.mentions(*IDENTITY) or (
            deeds.mentions("flask.session", "flask.request.cookies") and speaks(spoken, IDENTITY_WORDS)
        ):
            return "session"
        if deeds.mentions("flask.request.cookies") and (
            speaks(deeds.texts, LOGIN_COOKIE_WORDS) or not DECODES.isdisjoint(deeds.calls)
        ):
            return "session"
        if deeds.mentions(*TOKEN_IDENTITY):
            return "token"
        if deeds.mentions("flask.request.headers", "flask.Request().headers") and (
            any(text.lower() in AUTHENTICATING_HEADERS for text in deeds.texts)
            or speaks(deeds.texts | _constants(deeds), TOKEN_WORDS)
        ):
            return "token"
        in_query = deeds.mentions("flask.request.args", "flask.request.values") or (
            # A helper that is given the request looks there.
            "flask.request" in deeds.names and not deeds.attributes.isdisjoint({"args", "values"})
        )
        if in_query and (speaks(deeds.texts, QUERY_TOKEN_WORDS) or any(map(_is_api_key, deeds.texts))):
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
        return speaks(spoken, _FORGERY_WORDS) or (
            any(map(_names_a_request_token, spoken)) and self._matches_token(node, module, DEEPEST)
        )

    def demand_token_together(self, functions: Sequence[tuple[ir.Function, LinkedModule]]) -> bool:
        """Does one of some functions of one object refuse requests without a token, be it held against what another of them found
        in the session?"""
        if any(self.checks_request_token(node, module) for node, module in functions):
            return True
        found = [self.deeds(node, module) for node, module in functions]
        return any(one.mentions(*_OWN_TOKENS) for one in found) and any(
            one.refuses
            and one.compares
            and one.mentions(*REQUEST_TOKENS)
            and speaks(one.texts | one.attributes, _FORGERY_WORDS)
            for one in found
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
        called = self.own(node, scope)[1] if depth else ()
        return any(
            self._matches_token(one.node, one.module, depth - 1) for one in called if isinstance(one.node, ir.Function)
        )

    def _checks_origin(self, node: ir.Function, module: LinkedModule) -> bool:
        deeds = self.deeds(node, module)
        if not deeds.refuses or not deeds.compares:
            return False
        if deeds.mentions(*FROM):
            return True
        return deeds.mentions("flask.request") and not deeds.headers.isdisjoint({"origin", "referer", "sec-fetch-site"})


def _is_api_key(text: str) -> bool:
    return words(text) == ["api", "key"]


def _constants(deeds: Deeds) -> frozenset[str]:
    """The constants that a function mentions, by their own names: ``request.headers.get(AUTH_HEADER)``"""
    return frozenset(last for name in deeds.names if (last := name.rpartition(".")[2]).isupper())


def _names_a_request_token(text: str) -> bool:
    """Is it what a token against forged requests is called, and not one that says who somebody is?"""
    spoken = set() if " " in text else set(words(text))
    return bool(spoken & _FORGERY_WORDS) or ("token" in spoken and not spoken & _LOGIN_WORDS)
