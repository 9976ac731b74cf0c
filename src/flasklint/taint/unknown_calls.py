"""Calls of what nothing is known of: what goes in may come out, but less surely.

How much less is told by the name, all that there is to go by. What is asked for by a key, made, sent or checked (``find``,
``create_user``) is not the text that was passed, though what else is called (``convert``, ``get_url``) may give it back.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flasklint import ir
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.values import NEVER, TAGS, UNKNOWN, UNKNOWN_CALL, Info, Taint, Value, join, merge_taints

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_ASKING = frozenset(
    (
        *("by", "call", "check", "count", "create", "decrypt", "delete", "enqueue", "execute", "exists"),
        *("fetch", "find", "generate", "get", "getall", "handle", "hget", "hgetall", "hmget", "insert"),
        *("list", "load", "login", "logout", "lookup", "mget", "post", "process", "query", "read", "register"),
        *("request", "retrieve", "safe", "safely", "sanitize", "save", "search", "select", "send", "sign"),
        *("signed", "submit", "update", "validate", "validated", "verify", "cancel", "publish", "remove", "restart"),
        *("schedule", "start", "stop", "store", "upload"),
    )
)
"""Words in the names of what looks something up, does something, makes something or makes sure of something."""
_TEXTUAL = frozenset(
    (
        *("address", "filename", "href", "html", "link", "markup", "name", "path", "string", "template"),
        *("text", "title", "uri", "url"),
    )
)
"""Words in the names of what gives a text, maybe with what was passed in it."""
_OTHERS = frozenset(
    ("by", "decrypt", "safe", "safely", "sanitize", "sign", "signed", "validate", "validated", "verify")
)
"""Words of the first sort that say that it is another text, or one that was looked at."""
_OF_DATA = frozenset(name for kind in (str, bytes, dict, list, set, tuple, int, float) for name in dir(kind))
"""What texts, containers and numbers have as methods: what these give is made of what is in them."""


@lru_cache(maxsize=4096)
def is_asked(name: str) -> bool:
    """Whether what is called so gives something of its own for what it is passed, as far as its name tells."""
    words = {word.lower() for word in _WORD.findall(name)}
    return not words.isdisjoint(_OTHERS) or (not words.isdisjoint(_ASKING) and words.isdisjoint(_TEXTUAL))


@lru_cache(maxsize=4096)
def _given_by(names: tuple[str, ...]) -> tuple[str, ...]:
    """What calls of these give, by name."""
    return tuple(f"{name}()" for name in names if not name.startswith("?"))


def _without_tags(frame: Frame, taints: tuple[Taint, ...]) -> Info:
    """What is known of what an unknown call makes: of escaped text it makes no tags mostly."""
    return Info(clear=frame.all_clear(taints) & TAGS)


def _written(node: ir.Node) -> str:
    """The name that a call is made by, where it stands there."""
    match node:
        case ir.Call(function=ir.Name(id=name)):
            return name
        case _:
            return ""


def assumed(
    frame: Frame, names: tuple[str, ...], arguments: Arguments, receiver: Value | None, node: ir.Node, method: str
) -> Value:
    """The result of a call of which nothing is known: it may hold whatever was passed, but less surely."""
    refs = _given_by(names)
    own = frame.inside(receiver) if receiver is not None else ()
    taints: tuple[Taint, ...] = ()
    # What is held under a key is not the key.
    for value in arguments.all() if method != "__getitem__" else ():
        taints = merge_taints(taints, frame.inside(value))
    if not own and not taints:
        return Value(open=not refs, refs=refs)
    name = method or (names[0] if names else _written(node))
    shown_name = name or "a call"
    reason = f"`{shown_name}` {UNKNOWN_CALL}"
    made = NEVER
    if own:
        made = frame.derive(
            UNKNOWN,
            (node.start, "of"),
            _without_tags(frame, own),
            refs=refs,
            taints=own,
            lower="" if not taints and not refs and method in _OF_DATA else reason,
            step=f"goes through `{shown_name}`",
            node=node,
        )
    if taints:
        other = frame.derive(
            UNKNOWN,
            (node.start, "with"),
            _without_tags(frame, taints),
            refs=refs,
            taints=taints,
            lower=reason,
            lower_by=2 if is_asked(name.rpartition(".")[2]) else 1,
            step=f"passed to `{shown_name}`",
            node=node,
        )
        made = join(made, other)
    return made
