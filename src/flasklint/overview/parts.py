"""Settings that are put together of several values: dicts and lists, their credentials masked."""

from __future__ import annotations

from flasklint.overview.shown import is_secret, plain_text, shown
from flasklint.project.credentials import names_credential
from flasklint.project.objects import Env, Map, Seq, Value
from flasklint.project.profiles import as_setting
from flasklint.project.values import Known

_MOST = 6
_DEEPEST = 3


def holds_credential(value: Value, depth: int = _DEEPEST) -> bool:
    """Does a part of a dict or list hold a credential: by its key, by the variable that it comes from, by its form?"""
    match value:
        case Map(items) if depth:
            return any(
                (isinstance(key, Known) and names_credential(str(key.value)) and not isinstance(item, (Map, Seq)))
                or holds_credential(item, depth - 1)
                for key, item, _ in items
            )
        case Seq(items) if depth:
            return any(
                (isinstance(item, Env) and names_credential(item.name)) or holds_credential(item, depth - 1)
                for item in items
            )
    return depth < _DEEPEST and any(is_secret(text) for text in plain_text(as_setting(value)))


def shown_parts(value: Value, *, secret: bool, depth: int = _DEEPEST) -> str:
    """A dict or a list in a line, those of its parts first that hold credentials."""
    match value:
        case Map(items, partial) if depth:
            pairs = [(key.value, item) for key, item, _ in items if isinstance(key, Known)]
            pairs.sort(key=lambda pair: not names_credential(str(pair[0])))
            parts = [
                f"{key!r}: {shown_parts(item, secret=secret or names_credential(str(key)), depth=depth - 1)}"
                for key, item in pairs[:_MOST]
            ]
            return f"{{{', '.join((*parts, '...') if partial or len(items) > _MOST else parts)}}}"
        case Seq(items, _, partial) if depth:
            parts = [shown_parts(item, secret=secret, depth=depth - 1) for item in items[:_MOST]]
            return f"[{', '.join((*parts, '...') if partial or len(items) > _MOST else parts)}]"
    return shown(as_setting(value), None, secret=secret)
