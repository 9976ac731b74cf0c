"""Which rules there are. A rule is found by being there: in ``rules/<family>/<name>.py``; no list names it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from functools import cache
from types import GenericAlias
from typing import TYPE_CHECKING, TypeGuard

from flasklint import rules

if TYPE_CHECKING:  # whoever loads no rules need not import what they stand on
    from flasklint.rules.base import Rule

_CODE = re.compile(r"[A-Z]{2,4}-?(\d+)[A-Z\d]*")
"""What is meant to be a code, though letters may be swapped: ``FKL102``."""


class UnknownRuleError(LookupError):
    """No rule has this code, prefix or name. ``suggestions``: what the user may have meant, best first."""

    def __init__(self, selector: str, suggestions: tuple[str, ...]) -> None:
        hint = f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"unknown rule {selector!r}{hint}")
        self.selector = selector
        self.suggestions = suggestions


class Registry:
    """Rule classes, sorted by code."""

    def __init__(self, classes: Iterable[type[Rule]]) -> None:
        self.rules = tuple(sorted(classes, key=lambda rule: rule.code))
        self._names = {rule.name: rule for rule in self.rules}
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) != len(codes) or len(self._names) != len(codes):
            raise ValueError("two rules share a code or a name")

    def __iter__(self) -> Iterator[type[Rule]]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def find(self, selector: str) -> tuple[type[Rule], ...]:
        """The rules with this code (``FLK501``), code prefix (``FLK5``, ``FLK``) or name, whatever the case.

        Raises :class:`UnknownRuleError`.
        """
        wanted = selector.strip()
        if named := self._names.get(wanted.lower()):
            return (named,)
        upper = wanted.upper()
        if upper.startswith("FLK") and (found := tuple(rule for rule in self.rules if rule.code.startswith(upper))):
            return found
        raise UnknownRuleError(selector, self._nearest(wanted))

    def select(
        self, select: Iterable[str], ignore: Iterable[str] = (), extend: Iterable[str] = ()
    ) -> tuple[type[Rule], ...]:
        """The rules that a choice leaves. The longest word wins: ``FLK501`` over ``FLK5`` over ``FLK``; a name counts as a
        code, and of two equally long ones ``ignore`` wins. Raises :class:`UnknownRuleError`."""
        strength: dict[type[Rule], tuple[int, bool]] = {}
        for chosen, selectors in ((True, (*select, *extend)), (False, ignore)):
            for selector in selectors:
                found = self.find(selector)
                exact = len(found) == 1 and selector.strip().lower() == found[0].name
                length = len(found[0].code) if exact else len(selector.strip())
                for rule in found:
                    if length >= strength.get(rule, (0, False))[0]:
                        strength[rule] = (length, chosen)
        return tuple(rule for rule in self.rules if strength.get(rule, (0, False))[1])

    def _nearest(self, wanted: str) -> tuple[str, ...]:
        from difflib import get_close_matches  # ten milliseconds that only a mistake needs

        upper, lower = wanted.upper(), wanted.lower()
        codes = [rule.code for rule in self.rules]
        if digits := _CODE.fullmatch(upper):
            # The first digits tell the family: a code that shares them is nearer than one that shares the last ones.
            family = [code for code in codes if code[3:].startswith(digits[1][:2])]
            return tuple(get_close_matches(f"FLK{digits[1]}", family or codes, n=3, cutoff=0.6))
        near = get_close_matches(lower, self._names, n=3, cutoff=0.6)
        return tuple(near or [name for name in sorted(self._names) if lower and lower in name][:3])


def _modules() -> Iterator[str]:
    """The dotted names of the modules of every family."""
    for family in pkgutil.iter_modules(rules.__path__):
        if family.ispkg:
            package = importlib.import_module(f"{rules.__name__}.{family.name}")
            for module in pkgutil.iter_modules(package.__path__):
                yield f"{package.__name__}.{module.name}"


def _is_class(item: object) -> TypeGuard[type]:
    # On Python 3.10 `tuple[str, ...]` passes for an instance of `type`, which `issubclass` then refuses.
    return isinstance(item, type) and not isinstance(item, GenericAlias)


@cache
def load() -> Registry:
    """The rules of this installation."""
    from flasklint.rules.base import Rule

    found: list[type[Rule]] = []
    for dotted in _modules():
        module = importlib.import_module(dotted)
        found.extend(
            item
            for item in vars(module).values()
            if _is_class(item) and issubclass(item, Rule) and item.__module__ == dotted and "code" in vars(item)
        )
    return Registry(found)
