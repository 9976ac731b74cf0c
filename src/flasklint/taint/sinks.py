"""Places where untrusted data does harm: what a sink reads of what it is given, and whether that can do it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Having, Sink
from flasklint.taint.frame import Arguments, Frame, Pending
from flasklint.taint.judge import harmful
from flasklint.taint.object_methods import IN_A_LIST
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import OTHERS, one_of_many
from flasklint.taint.tables import Index, pick, picked
from flasklint.taint.text import is_bytes, shown
from flasklint.taint.values import (
    NEVER,
    NONE,
    NUMERIC,
    STRING,
    Constant,
    Hole,
    Method,
    Ref,
    Taint,
    Text,
    Value,
    doubted,
    join,
    join_all,
    merge_taints,
    texts,
    truth,
)

_BODY = ("body", "data", "response")
"""Attributes of a response that hold what it answers."""

_DEEPEST_MEMBER = 6
"""How far down the members of a mapping are looked at one by one."""

_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"))
_SHELL_FLAGS = frozenset(("-c", "/c", "/k", "-command"))
_INTERPRETERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "python": frozenset(("-c",)),
        "perl": frozenset(("-e",)),
        "ruby": frozenset(("-e",)),
        "node": frozenset(("-e", "--eval", "-p")),
        "php": frozenset(("-r",)),
    }
)
_STARTERS = frozenset(("sudo", "env", "nice", "nohup", "time"))
"""Programs that run the one that is named behind them."""


def holds(frame: Frame, having: Having, arguments: Arguments, receiver: Value | None) -> bool | None:
    """Whether a condition holds; None when that can't be told."""
    value = picked(frame, having.argument, arguments, receiver)
    if having.test == "absent":
        return value is None
    if value is None:
        return False if having.test != "false" else None
    match having.test:
        case "true":
            return truth(value)
        case "false":
            known = truth(value)
            return None if known is None else not known
        case "const":
            if value.known:
                return all(one in having.names for one in value.constants)
            return None if value.open or value.taints else False
        case "contains":
            return any(isinstance(one, str) and str(name) in one for one in value.constants for name in having.names)
        case "name" | "type":
            return bool(value.refs) and all(one in having.names for one in value.refs if isinstance(one, str))
        case "field":
            found = False
            for _, thing in frame.objects(value):
                for name in having.names:
                    held = thing.items.get(name)
                    if held is not None and truth(held) is not False:
                        found = True
            return found
        case "set":
            return any(
                any(one is True for one in thing.attributes[str(name)].constants)
                for _, thing in frame.objects(value)
                for name in having.names
                if str(name) in thing.attributes
            )


def applies(frame: Frame, row: Sink, arguments: Arguments, receiver: Value | None) -> bool:
    """The row's conditions hold, as far as can be told."""
    for having in row.when:
        answer = holds(frame, having, arguments, receiver)
        if answer is False or (answer is None and having.test in ("true", "field", "contains")):
            return False
    return not any(holds(frame, having, arguments, receiver) for having in row.unless)


def reach(frame: Frame, index: Index, row: Sink, arguments: Arguments, receiver: Value | None, node: ir.Node) -> bool:
    """Record the untrusted data that does harm in a call; whether the row speaks of such a call at all."""
    if not applies(frame, row, arguments, receiver):
        return False
    for where in row.arguments:
        for value, place in pick(frame, where, arguments, receiver):
            at = arguments.places[place] if place is not None and place < len(arguments.places) else node
            land(frame, index, row, value, node, at)
    return True


def land(frame: Frame, index: Index, row: Sink, value: Value, node: ir.Node, at: ir.Node, name: str = "") -> None:
    """Record the untrusted data in a value that does harm at a place. ``name``: that it is kept under there."""
    kind = index.kind(row.kind)
    if kind.types and _is_of(frame, value, kind.types):
        return
    choices = texts_read(frame, row, value)
    if not choices:
        return
    if row.like and not _looks_like(kind.language, choices):
        return
    taints: tuple[Taint, ...] = ()
    weak: frozenset[str] = frozenset()
    for choice in choices:
        found, tags = harmful(kind, choice, frame.full_info)
        if found:
            taints = merge_taints(taints, found)
            weak |= tags
    if not taints and not (row.shape and _unsure(choices)):
        if row.shape:
            frame.machine.settled(frame, node)
        return
    if taints and row.words:
        taints = tuple(replace(taint, trail=frame.step(taint.trail, at, row.words)) for taint in taints)
    scope = frame.key.name if frame.key is not None else ""
    call, argument = (node.start, node.end), (at.start, at.end)
    frame.machine.record(frame, Pending(row, frame.path, call, argument, scope, choices, taints, weak, name))


def _is_of(frame: Frame, value: Value, types: tuple[str, ...]) -> bool:
    """It is of one of these types or a number, and nothing else."""
    if value.texts or value.constants or not value.refs or (value.open and not value.taints):
        return False
    return all(_is_one_of(frame, one, types, not value.taints) for one in value.refs)


def _is_one_of(frame: Frame, one: Ref, types: tuple[str, ...], ours: bool) -> bool:
    if type(one) is int:
        made = frame.object_at(one).types
        return bool(made) and set(made).issubset(types)
    if isinstance(one, Method):
        # An attribute of a library's object goes by its own name, and by what the tables say that it is.
        return not frozenset(types).isdisjoint(one.names)
    return one in types or (ours and one in NUMERIC)


def _unsure(choices: tuple[Text, ...]) -> bool:
    """Some part of the text is neither written in the program nor a number, nor was it judged already."""
    return any(
        not isinstance(piece, str) and not piece.plain and not piece.taints for choice in choices for piece in choice
    )


def _looks_like(language: tuple[str, ...], choices: tuple[Text, ...]) -> bool:
    if not language:
        return True
    pattern = _words_of(language)
    return any(pattern.search(shown(choice)) for choice in choices)


@lru_cache(maxsize=64)
def _words_of(language: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(language) + r")\b", re.IGNORECASE)


def texts_read(frame: Frame, row: Sink, value: Value) -> tuple[Text, ...]:
    """The texts that a sink reads from a value."""
    match row.form:
        case "text":
            held = [thing for _, thing in frame.objects(value)]
            if held and not value.taints and not value.open:
                inner = frame.inside(value)
                return ((Hole(inner),),) if inner else ()
            return texts(frame.as_text(value))
        case "shell":
            # Of a list, the shell runs the first; the others are its arguments.
            held = [thing for _, thing in frame.objects(value) if thing.shape in ("list", "tuple")]
            if not held or value.taints or value.open:
                return texts(frame.as_text(value))
            heads = [thing.items.get(0, thing.rest) for thing in held]
            return tuple(choice for head in heads if head is not NEVER for choice in texts(frame.as_text(head)))
        case "argv":
            return _argv(frame, value)
        case "members":
            found: list[Text] = []
            for _, thing in frame.objects(value):
                for member in (*thing.items.values(), thing.rest):
                    if member is not NEVER:
                        found.extend(_member(frame, row.as_it_is, member))
            if value.taints or not frame.objects(value):
                found.extend(texts(frame.as_text(value)))
            return tuple(found)
        case "keywords":
            inner = frame.inside(value)
            return ((Hole(inner),),) if inner else ()
        case "html":
            return _html(frame, value)
        case "location":
            return _location(frame, value)


def _member(frame: Frame, as_it_is: tuple[str, ...], member: Value, depth: int = 0) -> Iterator[Text]:
    """The texts in a member of a container, but for what stands under one of some keys."""
    things = frame.objects(member) if as_it_is and depth < _DEEPEST_MEMBER else []
    if not things or any(thing.shape not in ("dict", "list", "tuple") for _, thing in things):
        yield from texts(frame.as_text(member))
        return
    for _, thing in things:
        for key, held in (*thing.items.items(), (None, thing.rest), (None, thing.keys)):
            if held is not NEVER and key not in as_it_is:
                yield from _member(frame, as_it_is, held, depth + 1)
    rest = replace(member, refs=tuple(one for one in member.refs if type(one) is not int))
    if rest.taints:
        yield from texts(rest)


def _html(frame: Frame, value: Value, inside: tuple[int, ...] = ()) -> tuple[Text, ...]:
    """What a view's answer shows as HTML. ``inside``: what it is the body of; a body may hold itself after a loop."""
    found: list[Text] = []
    for number, thing in frame.objects(value):
        if number in inside:
            continue
        if thing.shape == "tuple" and not inside:
            headers = [other for held in list(thing.items.values())[1:] for _, other in frame.objects(held)]
            if all(_may_be_html(_content_type(header)) and not _is_saved(header) for header in headers):
                found.extend(_html(frame, thing.items.get(0, thing.rest), (*inside, number)))
        elif thing.shape == "instance":
            kind = join(thing.attributes.get("mimetype", NEVER), thing.attributes.get("content_type", NEVER))
            given = [other for _, other in frame.objects(thing.attributes.get("given_headers", NEVER))]
            told = join_all(_content_type(one) for one in (thing, *given))
            if _may_be_html(join(kind, told)) and not (_is_saved(thing) or (given and all(map(_is_saved, given)))):
                for name in _BODY:
                    if name in thing.attributes:
                        found.extend(_html(frame, thing.attributes[name], (*inside, number)))
        elif thing.shape == "iterator" or (inside and thing.shape in ("tuple", "list")):
            # A body may come in pieces; a list that a view gives back is written as JSON.
            found.extend(_html(frame, thing.everything(), (*inside, number)))
    plain = replace(value, refs=tuple(one for one in value.refs if type(one) is not int))
    if plain.taints and (not plain.refs or plain.texts or is_bytes(plain) or plain.refs == STRING.refs):
        found.extend(texts(plain))
    return tuple(found)


def _content_type(thing: Obj) -> Value:
    """What kind of content headers tell of; NEVER when they don't."""
    return join_all(held for key, held in thing.items.items() if isinstance(key, str) and key.lower() == "content-type")


def _is_saved(thing: Obj) -> bool:
    """Whether headers tell the browser to save the content as a file."""
    for key, held in thing.items.items():
        if isinstance(key, str) and key.lower() == "content-disposition":
            told = texts(held)
            return bool(told) and all(
                bool(text) and isinstance(text[0], str) and text[0].lower().startswith("attachment") for text in told
            )
    return False


def _may_be_html(kind: Value) -> bool:
    """Whether a browser may take content of this kind for a page."""
    if kind is NEVER or kind == NONE:
        return True
    return any(isinstance(one, str) and ("html" in one or "svg" in one) for one in kind.constants)


def _location(frame: Frame, value: Value, depth: int = 0) -> tuple[Text, ...]:
    """Where headers send the browser: in a mapping, in pairs, or in a view's answer of several members."""
    found: list[Text] = []
    for _, thing in frame.objects(value):
        if thing.shape == "dict":
            for key, held in thing.items.items():
                if isinstance(key, str) and key.lower() == "location":
                    found.extend(texts(frame.as_text(held)))
        elif thing.shape in ("tuple", "list") and depth < 3:
            first = thing.items.get(0)
            if thing.size == 2 and first is not None and any(str(one).lower() == "location" for one in first.constants):
                found.extend(texts(frame.as_text(thing.items[1])))
            for held in thing.items.values():
                found.extend(_location(frame, held, depth + 1))
    return tuple(found)


def _argv(frame: Frame, value: Value) -> tuple[Text, ...]:
    """What of a program and its arguments is run as code: the program, and what a shell or an interpreter is given to run."""
    found: list[Text] = []
    for _, thing in frame.objects(value):
        if (thing.size is None or not thing.items) and 0 not in thing.items:
            continue
        at = _program_at(thing)
        first = thing.items.get(at, thing.rest)
        if thing.size is None or at not in thing.items:
            first = one_of_many(first)
        if first is not NEVER:
            found.extend(texts(frame.as_text(first)))
        flags = _flags_of(first)
        if not flags:
            continue
        known = [thing.items.get(index) for index in range(at + 1, max(map(_place, thing.items), default=0) + 1)]
        for run in _run_by(known, flags):
            found.extend(
                choice for choice in texts(frame.as_text(run)) if any(not isinstance(piece, str) for piece in choice)
            )
        if thing.rest is not NEVER and any(one in flags for member in known if member for one in member.constants):
            found.extend(texts(frame.as_text(thing.rest)))
    if value.taints or value.texts:
        alone = replace(value, refs=())
        if any(step[3] == IN_A_LIST for taint in value.taints for step in taint.trail.steps()):
            # The text was joined of a list's members: which of them comes first is not told.
            alone = doubted(alone, OTHERS)
        found.extend(choice[:1] if choice and isinstance(choice[0], Hole) else () for choice in texts(alone))
    return tuple(choice for choice in found if choice)


def _place(key: Constant) -> int:
    return key if isinstance(key, int) else 0


def _program_at(thing: Obj) -> int:
    """Where the program stands: behind ``sudo`` and ``env`` with what is theirs."""
    at = 0
    for index in range(len(thing.items)):
        member = thing.items.get(index, NEVER)
        words = {str(one).rpartition("/")[2] for one in member.constants}
        if at == index and ((words and words <= _STARTERS) or (index and _is_theirs(member))):
            at = index + 1
    return at


def _is_theirs(member: Value) -> bool:
    """An option or an assignment, ``NAME=value``, in front of a program."""
    heads = [choice[0] for choice in texts(member) if choice and isinstance(choice[0], str)]
    return bool(heads) and all(head.startswith("-") or "=" in head for head in heads)


def _flags_of(program: Value) -> frozenset[str]:
    """The options after which a program runs what it is given."""
    names = {str(one).rpartition("/")[2].lower() for one in program.constants if isinstance(one, str)}
    found: frozenset[str] = frozenset()
    for name in names:
        if name in _SHELLS:
            found |= _SHELL_FLAGS
        found |= _INTERPRETERS.get(name.rstrip("0123456789."), frozenset())
    return found


def _run_by(members: list[Value | None], flags: frozenset[str]) -> list[Value]:
    """What stands behind such an option; the first that is no option where there is none of them: the script."""
    for index, member in enumerate(members[:-1]):
        if member is not None and any(_is_flag(one, flags) for one in member.constants):
            behind = members[index + 1]
            return [behind] if behind is not None else []
    script = next((one for one in members if one is not None and not _is_theirs(one)), None)
    return [script] if script is not None else []


def _is_flag(word: object, flags: frozenset[str]) -> bool:
    text = str(word).lower()
    return text in flags or ("-c" in flags and re.fullmatch(r"-[a-z]*c", text) is not None)
