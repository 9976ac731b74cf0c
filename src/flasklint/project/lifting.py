"""Settings computed with: functions of constants made into functions of what may be known.

Of a variable of the environment the default is computed with, and what is done with its text is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.environment import Parse
from flasklint.project import arithmetic
from flasklint.project.scopes import REST, Scope
from flasklint.project.values import FromEnv, Known, OneOf, Setting, Unknown, Unset, one_of, possible
from flasklint.source import Location

COMPUTED = Unknown("it is computed")
_MOST_PLACES = 12
_MOST_PRODUCTS = 24


def lift(
    function: Callable[..., Any],
    positional: list[Setting],
    named: dict[str, Setting] | None = None,
    *,
    parse: Parse = "",
) -> Setting:
    """A function of plain values as one of settings. ``parse``: what it does with a variable's text."""
    keys = list(named or ())
    settings = [*positional, *(named or {}).values()]
    if all(isinstance(one, Known) for one in settings):
        values = [one.value for one in settings if isinstance(one, Known)]
        try:
            result = arithmetic.checked(
                function(*values[: len(positional)], **dict(zip(keys, values[len(positional) :], strict=True)))
            )
        except Exception:  # whatever the scanned code's own mistake makes Python raise
            return Unknown("it can't be computed")
        places = tuple(dict.fromkeys(place for one in settings if isinstance(one, Known) for place in one.places))
        return Known(result, places[:_MOST_PLACES])
    for one in settings:
        if isinstance(one, Unknown):
            return one
    for one in settings:
        if isinstance(one, Unset):
            return Unknown("it was never set")
    at = next((at for at, one in enumerate(settings) if isinstance(one, OneOf)), None)
    if at is not None:
        chosen = settings[at]
        assert isinstance(chosen, OneOf)
        if len(chosen.options) * sum(isinstance(one, OneOf) for one in settings) > _MOST_PRODUCTS:
            return Unknown("it may be too many things")
        return one_of(
            [again(function, settings, at, option, len(positional), keys, parse) for option in chosen.options]
        )
    at = next(at for at, one in enumerate(settings) if isinstance(one, FromEnv))
    variable = settings[at]
    assert isinstance(variable, FromEnv)
    default = variable.default
    if not isinstance(default, Unset):
        usual = [without_variables(one) for one in settings]
        default = (
            Unset()
            if any(isinstance(one, Unset) for one in usual)
            else lift(
                function, usual[: len(positional)], dict(zip(keys, usual[len(positional) :], strict=True)), parse=parse
            )
        )
        if isinstance(default, Unknown) and isinstance(variable.default, Known) and variable.default.value is None:
            default = Unset()  # `os.environ.get("X").lower()` fails when the variable is missing
    return FromEnv(variable.name, default, parsed(variable.parse, parse), variable.places)


def again(
    function: Callable[..., Any],
    settings: list[Setting],
    at: int,
    option: Setting,
    split: int,
    keys: list[str],
    parse: Parse,
) -> Setting:
    changed = [*settings[:at], option, *settings[at + 1 :]]
    return lift(function, changed[:split], dict(zip(keys, changed[split:], strict=True)), parse=parse)


def parsed(before: Parse, now: Parse) -> Parse:
    """What two steps do with a text, one after the other."""
    if not now:
        return before
    if now == "bool" and before not in ("", "bool"):
        return "flag"  # the truth of a number or of a word that was understood
    if now == "flag" and before == "bool":
        return "bool"
    return now


def without_variables(setting: Setting) -> Setting:
    """What a setting is when the environment has none of its variables."""
    if isinstance(setting, FromEnv):
        return without_variables(setting.default)
    if isinstance(setting, OneOf):
        return one_of([without_variables(one) for one in setting.options])
    return setting


def still_unknown(setting: Setting) -> Setting:
    return setting if isinstance(setting, (Unset, Unknown)) else COMPUTED


def truth(setting: Setting) -> Setting:
    """``bool(setting)``"""
    return lift(bool, [setting], parse="bool")


def or_else(variable: FromEnv, right: Setting) -> FromEnv:
    """``variable or right``"""
    default = variable.default
    if isinstance(default, FromEnv):
        return replace(variable, default=or_else(default, right))
    truth = certain_truth(default)
    if truth is True or isinstance(default, Unset):
        return variable
    return replace(variable, default=right if truth is False else one_of([default, right]))


def certain_truth(setting: Setting) -> bool | None:
    """The truth of a setting, where it is the same in all cases."""
    if isinstance(setting, Known):
        return bool(setting.value)
    if isinstance(setting, OneOf):
        found = {certain_truth(one) for one in setting.options}
        return found.pop() if len(found) == 1 else None
    return None


def is_flag(setting: Setting) -> bool:
    return isinstance(setting, Known) and isinstance(setting.value, bool)


def all_flags(setting: Setting) -> bool:
    return all(is_flag(one) or (isinstance(one, Known) and one.value is None) for one in possible(setting))


def flags_beside_variables(setting: Setting) -> bool:
    """Whether all but what is read from the environment are flags, and there are any."""
    rest = [one for one in possible(setting) if not isinstance(one, FromEnv)]
    return bool(rest) and all(is_flag(one) for one in rest)


def item_at(setting: Setting, path: tuple[int, ...]) -> Setting:
    for step in path:
        if step == REST:
            return Unknown("it is a part of something")
        setting = lift(get_item, [setting, Known(step)])
    return setting


def get_item(container: Any, key: Any) -> Any:
    return container[key]


def place_of(node: ir.Node, scope: Scope) -> Location:
    return Location(scope.module.path, node.span)


def hop(setting: Setting, expr: ir.Expr, scope: Scope) -> Setting:
    """The setting as seen from one place further on."""
    if isinstance(setting, (Known, FromEnv)):
        here = place_of(expr, scope)
        if not setting.places or setting.places[0] != here:
            return replace(setting, places=(here, *setting.places)[:_MOST_PLACES])
    elif isinstance(setting, OneOf):
        return OneOf(tuple(hop(one, expr, scope) for one in setting.options))
    return setting
