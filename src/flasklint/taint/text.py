"""How texts are put together and taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from string import Formatter

from flasklint.taint.values import (
    BLANK,
    LONGEST_TEXT,
    MOST_CONSTANTS,
    NUMERIC,
    PLAIN,
    Constant,
    Hole,
    Piece,
    Text,
    Value,
    fold,
    merge_taints,
    text_taints,
    texts,
    tidy,
)

_STRING = ("builtins.str()",)
_BYTES = ("builtins.bytes()",)


def text_value(choices: Sequence[Text], is_bytes: bool = False) -> Value:
    """The value of a text that is put together in one of these ways."""
    choices = fold(choices)
    literal: list[Constant] = []
    for choice in choices:
        if not choice:
            literal.append(b"" if is_bytes else "")
        elif len(choice) == 1 and isinstance(choice[0], str):
            literal.append(choice[0].encode("latin-1", "replace") if is_bytes else choice[0])
        else:
            break
    else:
        return Value(tuple(literal))
    taints = text_taints(choices[0])
    for choice in choices[1:]:
        taints = merge_taints(taints, text_taints(choice))
    return Value((), False, taints, _BYTES if is_bytes else _STRING, choices)


def own_text(pattern: str) -> Value:
    """A text of our own, put together like this, ``{}`` being what is not known."""
    pieces: list[Piece] = []
    for index, literal in enumerate(pattern.split("{}")):
        pieces += [PLAIN, literal] if index else [literal]
    return text_value([tidy(pieces)])


def is_bytes(value: Value) -> bool:
    """It is known to be bytes."""
    return value.refs == _BYTES or (bool(value.constants) and all(isinstance(item, bytes) for item in value.constants))


def concat(parts: Sequence[Value]) -> Value:
    """The texts of the parts one after another."""
    choices: list[Text] = [()]
    for part in parts:
        options = texts(part)
        if len(choices) * len(options) > MOST_CONSTANTS:
            choices = list(fold(tidy(choice) for choice in choices))[:MOST_CONSTANTS]
            if len(choices) * len(options) > MOST_CONSTANTS:
                options = (_one_hole(options),)
        choices = [(*choice, *option) for choice in choices for option in options]
    return text_value([tidy(choice) for choice in choices], bool(parts) and all(is_bytes(part) for part in parts))


def _one_hole(options: Sequence[Text]) -> Text:
    taints = text_taints(tuple(piece for option in options for piece in option))
    return (Hole(taints, all(isinstance(piece, str) or piece.plain for option in options for piece in option)),)


def separated(parts: Sequence[Value], between: Value) -> Value:
    """The parts with a text between them."""
    spread: list[Value] = []
    for index, part in enumerate(parts):
        if index:
            spread.append(between)
        spread.append(part)
    return concat(spread)


_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+))?[hlL]?(?P<kind>[a-zA-Z%])"
)


def percent(template: str, positional: Callable[[int], Value], named: Callable[[str], Value]) -> Value:
    """``template % arguments``"""
    parts: list[Value] = []
    at = count = 0
    for found in _PERCENT.finditer(template):
        parts.append(Value((template[at : found.start()],)))
        at = found.end()
        kind = found["kind"]
        if kind == "%":
            parts.append(Value(("%",)))
            continue
        for star in (found["width"], found["precision"]):
            if star == "*":
                count += 1
        if found["name"] is not None:
            value = named(found["name"])
        else:
            value = positional(count)
            count += 1
        parts.append(value if kind in "srac" else numeric(value))
    parts.append(Value((template[at:],)))
    return concat(parts)


def numeric(value: Value) -> Value:
    """The text of a number."""
    if value.known:
        return value
    return Value((), False, (), ("builtins.int()",))


def braces(
    template: str,
    positional: Callable[[int], Value],
    named: Callable[[str], Value],
    inside: Callable[[Value, bool, str], Value],
    as_text: Callable[[Value], Value],
) -> Value:
    """``template.format(arguments)``; ``inside`` gives an attribute (or, if true, an item) of a value."""
    parts: list[Value] = []
    count = 0
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        return Value(open=True)
    for literal, field, spec, _ in pieces:
        parts.append(Value((literal,)))
        if field is None:
            continue
        first = re.match(r"[^.\[]*", field)
        head = first.group() if first else ""
        if head == "":
            value = positional(count)
            count += 1
        elif head.isdigit():
            value = positional(int(head))
        else:
            value = named(head)
        for name, key in re.findall(r"\.(\w+)|\[([^\]]+)\]", field[len(head) :]):
            value = inside(value, not name, name or key)
        value = as_text(value)
        parts.append(numeric(value) if spec and spec[-1] in "bcdeEfFgGnoxX" else value)
    return concat(parts)


def cut(pieces: Text, start: int | None, stop: int | None) -> Text | None:
    """A slice of a text with fixed ends, or None when what it takes away can't be told."""
    items: list[Piece] = list(pieces)
    lengths = [len(item) if isinstance(item, str) else None for item in items]
    if start is None:
        start = 0
    if start < 0:
        return None
    skipped = start
    while start and items:
        head, length = items[0], lengths[0]
        if not isinstance(head, str) or length is None:
            return None
        if length <= start:
            start -= length
            items.pop(0)
            lengths.pop(0)
        else:
            items[0] = head[start:]
            lengths[0] = length - start
            start = 0
    if stop is None:
        return tuple(items)
    if stop >= 0:
        # Only what is known to begin with so many characters of ours.
        head = pieces[0] if pieces else ""
        return (head[skipped:stop],) if isinstance(head, str) and len(head) >= stop >= skipped else None
    drop = -stop
    while drop and items:
        tail, length = items[-1], lengths[-1]
        if not isinstance(tail, str) or length is None:
            return None
        if length <= drop:
            drop -= length
            items.pop()
            lengths.pop()
        else:
            items[-1] = tail[:-drop]
            drop = 0
    return tuple(items)


def headed(base: Value, rest: Value) -> Value:
    """What is left of a text whose end was cut off: it begins as the text does, with what is ours, and goes on with the rest."""
    if len(base.texts) != 1:
        return rest
    ours = tuple(takewhile(lambda piece: isinstance(piece, str) or not piece.taints, base.texts[0]))
    return concat((text_value([ours]), rest)) if ours else rest


def literal(piece: Piece) -> str:
    """What is written in the program of a stretch of text."""
    return piece if isinstance(piece, str) else ""


def literal_prefix(pieces: Text) -> str:
    """What a text is known to begin with."""
    return pieces[0] if pieces and isinstance(pieces[0], str) else ""


def shown(pieces: Text) -> str:
    """A text for people, holes as ``{}``."""
    return "".join(piece if isinstance(piece, str) else "{}" for piece in pieces)


def is_built(pieces: Text) -> bool:
    """It is put together from parts that are not all written in the program."""
    return len(pieces) > 1 and any(isinstance(piece, Hole) and not piece.plain for piece in pieces)


def is_number(value: Value) -> bool:
    """It is a number, whichever."""
    return (
        bool(value.refs)
        and not (value.open or value.taints or value.texts or value.constants)
        and all(one in NUMERIC for one in value.refs)
    )


def is_fixed(value: Value) -> bool:
    """Every part of its text is written in the program or a number."""
    return all(isinstance(piece, str) or piece.plain for choice in texts(value) for piece in choice)


__all__ = [
    "BLANK",
    "LONGEST_TEXT",
    "PLAIN",
    "braces",
    "concat",
    "cut",
    "headed",
    "is_built",
    "is_bytes",
    "is_fixed",
    "is_number",
    "literal",
    "literal_prefix",
    "numeric",
    "own_text",
    "percent",
    "separated",
    "shown",
    "text_value",
]
