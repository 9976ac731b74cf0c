"""What the language's own types do: texts, lists, dicts, sets."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import characters, guards
from flasklint.taint.comprehensions import element_of
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.operators import brace_formatted
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import item, kept
from flasklint.taint.targets import set_item
from flasklint.taint.text import concat, cut, is_bytes, is_fixed, is_number, separated, text_value
from flasklint.taint.values import (
    BOOL,
    NEVER,
    NONE,
    NOTHING_KNOWN,
    NUMBER,
    OUR_BYTES,
    OUR_TEXT,
    STRING,
    UNKNOWN,
    Claim,
    Constant,
    Info,
    Value,
    constant,
    join,
    join_all,
    texts,
)

_SAME_CHARACTERS = frozenset(
    ("strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "expandtabs", "__str__", "copy")
)
_OTHER_CASE = frozenset(("lower", "upper", "title", "capitalize", "swapcase", "casefold"))
_PADDED = frozenset(("zfill", "center", "ljust", "rjust"))
_SPLIT = frozenset(("split", "rsplit", "splitlines"))
_PARTED = frozenset(("partition", "rpartition"))
_MOST_SPLIT = 32
_NUMBERS = frozenset(("find", "index", "rfind", "rindex", "count"))
_TESTS = {
    "isdigit": characters.DIGITS | characters.OTHER,
    "isdecimal": characters.DIGITS | characters.OTHER,
    "isnumeric": characters.DIGITS | characters.OTHER,
    "isalnum": characters.DIGITS | characters.LETTERS | characters.OTHER,
    "isalpha": characters.LETTERS | characters.OTHER,
    "isidentifier": characters.WORD | characters.OTHER,
    "isascii": characters.ASCII,
    "islower": characters.ANY,
    "isupper": characters.ANY,
    "isspace": characters.SPACE | characters.OTHER,
    "istitle": characters.ANY,
    "isprintable": characters.ANY & ~characters.of("".join(map(chr, range(32))) + "\x7f"),
}

TEXT_METHODS = (
    _SAME_CHARACTERS
    | _OTHER_CASE
    | _PADDED
    | _SPLIT
    | _PARTED
    | _NUMBERS
    | frozenset(_TESTS)
    | frozenset(
        ("startswith", "endswith", "encode", "decode", "format", "format_map", "join", "replace", "translate", "hex")
    )
) - {"copy"}


def text_method(frame: Frame, base: Value, name: str, arguments: Arguments, node: ir.Node) -> Value | None:
    """``base.name(arguments)`` on a text, or None when it is no method of texts."""
    if name not in TEXT_METHODS:
        return None
    first = arguments.positional[0] if arguments.positional else None
    if name in ("startswith", "endswith"):
        if first is None:
            return BOOL
        return _begins(frame, base, first, name == "endswith", node)
    if name in _TESTS:
        known = _pure(base, name, arguments)
        if known is not None:
            return known
        if not base.taints:
            return BOOL
        return replace(BOOL, claim=Claim(guards.everywhere(base, Info(mask=_TESTS[name])), ()))
    if name in _NUMBERS:
        known = _pure(base, name, arguments)
        if known is not None:
            return known
        if first is not None and first.known and base.taints and name in ("find", "count", "rfind"):
            claim = guards.compare(frame, "in", first, base, frame.machine.parts)
            return replace(NUMBER, claim=claim)
        return NUMBER
    if name == "format":
        return brace_formatted(frame, base, arguments, node)
    if name == "format_map":
        return brace_formatted(frame, base, Arguments(double=first), node)
    if name == "join":
        return _joined(frame, base, first, node)
    known = _pure(base, name, arguments)
    if known is not None:
        return known
    if name == "replace":
        return _replaced(frame, base, arguments, node)
    if name in ("encode", "decode"):
        return _recoded(base, name)
    if not base.taints:
        pieces = _pure_pieces(frame, base, name, arguments, node)
        if pieces is not None:
            return pieces
        fixed = _fixed_text(base) and all(map(is_fixed, arguments.all()))
        ours = OUR_BYTES if is_bytes(base) else OUR_TEXT
        if name in _SPLIT:
            return frame.make(node.start, Obj("list", rest=ours if fixed else UNKNOWN, keys=UNKNOWN))
        if name in _PARTED:
            return frame.make(node.start, Obj("tuple", rest=ours if fixed else UNKNOWN, keys=UNKNOWN, size=3))
        if fixed:
            return ours
        return Value(open=True, refs=base.refs if base.refs == STRING.refs else ())
    info = kept(frame.text_info(base))
    if name in _SPLIT or name in _PARTED:
        return _split(frame, base, name, arguments, info, node)
    if name in _OTHER_CASE:
        mask = info.mask | (characters.LETTERS if info.mask & characters.LETTERS else 0)
        info = Info(mask=mask, clear=info.clear)
        return frame.derive(base, node.start, info, taints=base.taints)
    if name in _PADDED:
        return frame.derive(base, node.start, replace(info, mask=info.mask | characters.of(" 0")), taints=base.taints)
    if name == "translate":
        return frame.derive(base, node.start, taints=base.taints)
    if name in ("strip", "rstrip", "lstrip") and not base.texts:
        # What it begins with may be another character now, but nothing is in it that was not.
        return frame.derive(base, node.start, info, taints=base.taints)
    if base.texts:
        return _stripped(frame, base, name, first, info, node)
    return frame.derive(base, node.start, info, taints=base.taints)


def _stripped(frame: Frame, base: Value, name: str, first: Value | None, info: Info, node: ir.Node) -> Value:
    """A put-together text keeps its shape when what is taken off its literal ends can be told."""
    if name not in ("strip", "lstrip", "rstrip") or (first is not None and not first.known):
        return frame.derive(base, node.start, info, taints=base.taints)
    chars = first.constants[0] if first is not None else None
    if chars is not None and not isinstance(chars, str):
        return base
    choices = []
    for choice in base.texts:
        pieces = list(choice)
        if pieces and isinstance(pieces[0], str) and name != "rstrip":
            pieces[0] = pieces[0].lstrip(chars)
        if pieces and isinstance(pieces[-1], str) and name != "lstrip":
            pieces[-1] = pieces[-1].rstrip(chars)
        choices.append(tuple(piece for piece in pieces if piece != ""))
    return text_value(choices, is_bytes(base))


def _recoded(base: Value, name: str) -> Value:
    if base.texts:
        return replace(base, refs=("builtins.bytes()",) if name == "encode" else STRING.refs)
    if base.taints:
        return replace(base, refs=("builtins.bytes()",) if name == "encode" else (), constants=())
    return Value(open=True)


def _fixed_text(value: Value) -> bool:
    """It is a text of which every part is written in the program."""
    return bool(value.texts or value.constants) and is_fixed(value)


def _pure_pieces(frame: Frame, base: Value, name: str, arguments: Arguments, node: ir.Node) -> Value | None:
    """The pieces of a constant, by taking it apart."""
    if name not in _SPLIT and name not in _PARTED:
        return None
    given = arguments.positional
    if not (base.known and len(base.constants) == 1) or arguments.keywords or arguments.star or arguments.double:
        return None
    if not all(value.known and len(value.constants) == 1 for value in given):
        return None
    try:
        pieces = getattr(base.constants[0], name)(*(value.constants[0] for value in given))
    except (AttributeError, TypeError, ValueError):
        return None
    if len(pieces) > _MOST_SPLIT:
        return None
    return frame.sequence(node.start, "list" if name in _SPLIT else "tuple", [constant(piece) for piece in pieces])


def _pure(base: Value, name: str, arguments: Arguments) -> Value | None:
    """The result on constants, by doing it."""
    if not base.known or len(base.constants) > 4 or arguments.keywords or arguments.star or arguments.double:
        return None
    if not all(isinstance(one, (str, bytes)) and len(one) < 4000 for one in base.constants):
        return None
    given: list[Constant] = []
    for value in arguments.positional:
        if not value.known or len(value.constants) != 1:
            return None
        given.append(value.constants[0])
    if name in _PADDED and given and not (isinstance(given[0], int) and given[0] < 4000):
        return None
    if name == "replace" and len(given) >= 2 and isinstance(given[1], (str, bytes)) and len(given[1]) > 200:
        return None
    if name in _SPLIT or name in _PARTED or name == "translate":
        return None
    results = []
    for one in base.constants:
        try:
            result = getattr(one, name)(*given)
        except Exception:
            return None
        if not isinstance(result, (str, bytes, int)):
            return None
        results.append(constant(result))
    return join_all(results)


def _begins(frame: Frame, base: Value, first: Value, ends: bool, node: ir.Node) -> Value:
    if base.known and first.known and len(first.constants) == 1:
        return _pure(base, "endswith" if ends else "startswith", Arguments((first,))) or BOOL
    claim = guards.placed(guards.begins(frame, base, ends, first, frame.machine.parts), frame.path, node)
    return replace(BOOL, claim=claim) if claim is not None else BOOL


def _joined(frame: Frame, base: Value, first: Value | None, node: ir.Node) -> Value:
    if first is None:
        return STRING
    things = frame.objects(first)
    result = NEVER
    for _, thing in things:
        if thing.size is not None and thing.rest is NEVER and thing.shape in ("list", "tuple", "iterator"):
            parts = [frame.as_text(thing.items.get(index, UNKNOWN)) for index in range(thing.size)]
            result = join(result, separated(parts, base))
            continue
        value = frame.as_text(frame.members(Value(refs=first.refs), node.start))
        if thing.size is None and thing.items and thing.shape in ("list", "tuple"):
            # What it begins with is known, what follows is not.
            known = [frame.as_text(thing.items[index]) for index in range(len(thing.items)) if index in thing.items]
            rest = frame.as_text(thing.rest) if thing.rest is not NEVER else NEVER
            parts = [*known, rest] if rest is not NEVER else known
            result = join(result, separated(parts, base))
        elif is_fixed(value) and is_fixed(base):
            result = join(result, concat((value, OUR_TEXT)))
        else:
            result = join(result, concat((value, base, value)) if not is_fixed(value) else value)
    if first.taints or (first.open and not things):
        value = frame.members(replace(first, refs=()), node.start)
        result = join(result, concat((value, base, value)))
    for one in first.constants:
        if isinstance(one, str) and base.known and isinstance(base.constants[0], str):
            result = join(result, constant(base.constants[0].join(one)))
    if result is NEVER:
        return OUR_TEXT if is_fixed(base) and is_fixed(first) else STRING
    return frame.stepped(result, node, "joined into a text")


def _split(frame: Frame, base: Value, name: str, arguments: Arguments, info: Info, node: ir.Node) -> Value:
    first = arguments.positional[0] if arguments.positional else dict(arguments.keywords).get("sep")
    separator = (
        first.constants[0] if first is not None and first.known and isinstance(first.constants[0], str) else None
    )
    if name == "splitlines":
        info = replace(info, mask=info.mask & ~characters.NEWLINES)
    elif first is None and name in _SPLIT:
        info = replace(info, mask=info.mask & ~characters.SPACE)
    prefixed = name in ("split", "partition") and separator and len(base.texts) == 1
    if prefixed and separator is not None and isinstance(base.texts[0][0], str) and separator in base.texts[0][0]:
        # The first piece is ours: ``f"a:{x}".split(":")[0]``.
        pieces = base.texts[0]
        literal = pieces[0]
        assert isinstance(literal, str)
        limit = len(literal.split(separator)) - 1
        heads = literal.split(separator)
        items: dict[Constant, Value] = {index: constant(head) for index, head in enumerate(heads[:limit])}
        rest = frame.derive(base, node.start, info, taints=base.taints)
        if name == "partition":
            tail = cut(pieces, literal.index(separator) + len(separator), None)
            parts = [constant(heads[0]), constant(separator), text_value([tail]) if tail is not None else rest]
            return frame.sequence(node.start, "tuple", parts)
        return frame.make(node.start, Obj("list", items, rest, UNKNOWN))
    narrowed = info
    if separator is not None and len(separator) == 1:
        narrowed = replace(info, mask=info.mask & ~(characters.of(separator) & characters.ASCII))
    value = frame.derive(base, node.start, info, taints=base.taints)
    if name == "splitlines" or narrowed is info:
        if name in _PARTED:
            middle = constant(separator) if separator is not None else UNKNOWN
            return frame.sequence(node.start, "tuple", (value, join(middle, constant("")), value))
        return frame.make(node.start, Obj("list", rest=value, keys=UNKNOWN))
    # Without the separator: what stands before the first one, or behind the last one.
    alone = frame.derive(base, (node.start, "alone"), narrowed, taints=base.taints)
    if name in _PARTED:
        ends = (alone, value) if name == "partition" else (value, alone)
        return frame.sequence(node.start, "tuple", (ends[0], join(constant(separator or ""), constant("")), ends[1]))
    if len(arguments.positional) < 2 and "maxsplit" not in dict(arguments.keywords):
        return frame.make(node.start, Obj("list", rest=alone, keys=UNKNOWN))
    return frame.make(node.start, Obj("list", {0 if name == "split" else -1: alone}, value, UNKNOWN))


def _replaced(frame: Frame, base: Value, arguments: Arguments, node: ir.Node) -> Value:
    given = arguments.positional
    if len(given) < 2:
        return frame.derive(base, node.start, taints=base.taints) if base.taints else UNKNOWN
    old, new = given[0], given[1]
    extra = frame.inside(new)
    if not base.taints and not extra:
        return Value(open=True, refs=base.refs) if not is_fixed(base) or not is_fixed(new) else OUR_TEXT
    if extra and not base.taints:
        # A placeholder in a text of ours is filled in.
        if base.known and old.known and len(base.constants) == 1:
            template, mark = base.constants[0], old.constants[0]
            if isinstance(template, str) and isinstance(mark, str) and mark:
                return frame.stepped(
                    separated([constant(piece) for piece in template.split(mark)], new), node, "put into a text"
                )
        return frame.stepped(concat((base, new, base)), node, "put into a text")
    if not old.known or not new.known or len(old.constants) != 1 or len(new.constants) != 1:
        info = NOTHING_KNOWN
        if old.known and len(old.constants) == 1 and not new.taints:
            info = NOTHING_KNOWN
        merged = base.taints if not extra else (*base.taints, *extra)
        return frame.derive(base, node.start, info, taints=merged)
    mark, by = old.constants[0], new.constants[0]
    if isinstance(mark, bytes) and isinstance(by, bytes):
        mark, by = mark.decode("latin-1"), by.decode("latin-1")
    if not isinstance(mark, str) or not isinstance(by, str):
        return frame.derive(base, node.start, taints=base.taints)
    fragments = guards.whole(base)
    if base.texts and not fragments:
        # Each part of the text is changed for itself.
        parts = []
        for choice in base.texts:
            pieces: list[Value] = []
            for index, piece in enumerate(choice):
                if isinstance(piece, str):
                    pieces.append(constant(piece.replace(mark, by)))
                elif piece.taints:
                    alone = Value(open=True, taints=piece.taints)
                    pieces.append(_without(frame, alone, mark, by, node, index))
                else:
                    pieces.append(Value((), False, (), STRING.refs, ((piece,),)))
            parts.append(concat(pieces))
        return join_all(parts)
    return _without(frame, base, mark, by, node, 0)


def _without(frame: Frame, base: Value, mark: str, by: str, node: ir.Node, index: int) -> Value:
    info = frame.text_info(base)
    site = (node.start, index) if index else node.start
    tags = frozenset(tag for tag in info.tags if tag.startswith("weak:"))
    if len(mark) == 1:
        mask = info.mask & ~(characters.of(mark) & characters.ASCII) | characters.of(by)
        lacks = frozenset(one for one in info.lacks if by == "" and mark in one)
        clear = info.clear - {"*"} if by else info.clear
        info = Info(mask=mask, lacks=lacks, clear=clear, tags=tags)
    else:
        # Taking a longer text out once can put it together again from what stood around it.
        weak = frozenset((f"weak:replaced {mark!r}",))
        info = Info(mask=info.mask | characters.of(by), clear=frozenset(), tags=tags | weak)
        if by:
            info = replace(info, lacks=frozenset((mark,)) if not set(by) & set(mark) else frozenset())
    return frame.derive(base, site, info, taints=base.taints)


# Containers ---------------------------------------------------------------------------------------------------------


def object_method(
    frame: Frame, address: int, name: str, arguments: Arguments, node: ir.Node, certain: bool
) -> Value | None:
    """``object.name(arguments)`` on a container, or None when it is no method of its kind."""
    thing = frame.object_at(address)
    given = arguments.positional
    match thing.shape:
        case "list":
            return _list_method(frame, address, thing, name, given, node, certain)
        case "dict":
            return _dict_method(frame, address, thing, name, arguments, node, certain)
        case "set":
            return _set_method(frame, address, thing, name, given, node, certain)
        case "tuple" | "iterator":
            if name in ("index", "count"):
                return NUMBER
            if name in ("__next__", "send"):
                return thing.everything()
            if name == "_asdict":
                held: dict[Constant, Value] = {key: value for key, value in thing.attributes.items()}  # noqa: C416 - wider keys
                return frame.make(node.start, Obj("dict", held))
            if name == "_replace":
                changed = {**thing.attributes, **dict(arguments.keywords)}
                order = dict(enumerate(changed.values()))
                return frame.make(node.start, replace(thing, items=order, attributes=changed, many=False))
            return None
        case _:
            return None


def _held(thing: Obj) -> list[Value] | None:
    """The members in order, when all are known."""
    if thing.size is None or thing.rest is not NEVER:
        return None
    return [thing.items.get(index, UNKNOWN) for index in range(thing.size)]


def _as_list(values: list[Value], thing: Obj) -> Obj:
    return replace(thing, items=dict(enumerate(values)), size=len(values), rest=NEVER)


def _loose(thing: Obj, *more: Value) -> Obj:
    """A list of which only the members are known."""
    rest = thing.everything()
    for value in more:
        rest = join(rest, value)
    return replace(thing, items={}, rest=rest, keys=UNKNOWN, size=None)


def _list_method(
    frame: Frame, address: int, thing: Obj, name: str, given: tuple[Value, ...], node: ir.Node, certain: bool
) -> Value | None:
    held = _held(thing)
    first = given[0] if given else UNKNOWN
    if name in ("append", "appendleft", "put", "put_nowait") and first.taints:
        first = frame.stepped(first, node, "put into a list")
    match name:
        case "append" | "put" | "put_nowait":
            if held is not None and len(held) < 64 and certain and not thing.many:
                frame.update(address, _as_list([*held, first], thing), certain)
            elif thing.size is None and thing.items:
                # The known beginning stays.
                items = {at: held for at, held in thing.items.items() if isinstance(at, int) and at >= 0}
                rest = join(thing.everything(), first)
                frame.update(address, replace(thing, items=items, rest=rest, keys=UNKNOWN), True)
            else:
                frame.state.heap[address] = _loose(thing, first)
            return NONE
        case "extend":
            things = frame.objects(first)
            more = _held(things[0][1]) if len(things) == 1 and not first.taints and not first.open else None
            if held is not None and more is not None and len(held) + len(more) <= 64 and certain and not thing.many:
                frame.update(address, _as_list([*held, *more], thing), certain)
            else:
                frame.state.heap[address] = _loose(thing, frame.members(first, node.start))
            return NONE
        case "appendleft":
            return _list_method(frame, address, thing, "insert", (constant(0), first), node, certain)
        case "popleft" | "get" | "get_nowait":
            return _list_method(frame, address, thing, "pop", (constant(0),), node, certain)
        case "extendleft" | "rotate":
            frame.state.heap[address] = _loose(thing, frame.members(first, node.start) if name != "rotate" else NEVER)
            return NONE
        case "insert":
            value = given[1] if len(given) > 1 else UNKNOWN
            at = first.constants[0] if first.known and len(first.constants) == 1 else None
            if held is not None and isinstance(at, int) and certain and not thing.many:
                held.insert(at, value)
                frame.update(address, _as_list(held, thing), certain)
            else:
                frame.state.heap[address] = _loose(thing, value)
            return NONE
        case "pop":
            at = first.constants[0] if given and first.known and len(first.constants) == 1 else None
            index = -1 if not given else at
            if held and isinstance(index, int) and -len(held) <= index < len(held) and not thing.many:
                value = held.pop(index)
                frame.update(address, _as_list(held, thing), certain)
                return value
            value = thing.everything()
            frame.state.heap[address] = _loose(thing)
            return value if value is not NEVER else UNKNOWN
        case "remove":
            frame.state.heap[address] = _loose(thing)
            return NONE
        case "reverse":
            if held is not None and certain and not thing.many:
                frame.update(address, _as_list(held[::-1], thing), certain)
            else:
                frame.state.heap[address] = _loose(thing)
            return NONE
        case "sort":
            frame.state.heap[address] = _loose(thing)
            return NONE
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, size=0), certain)
            return NONE
        case "copy":
            return frame.make(node.start, replace(thing, many=False))
        case "index" | "count":
            return NUMBER
        case _:
            return None


def _dict_method(
    frame: Frame, address: int, thing: Obj, name: str, arguments: Arguments, node: ir.Node, certain: bool
) -> Value | None:
    given = arguments.positional
    first = given[0] if given else UNKNOWN
    this = Value(refs=(address,))
    match name:
        case "get":
            default = given[1] if len(given) > 1 else NONE
            found = _lookup(thing, first)
            if found is None:
                return default
            value, sure = found
            return value if sure and not thing.many else join(value, default)
        case "pop":
            default = given[1] if len(given) > 1 else NEVER
            found = _lookup(thing, first)
            if found is None:
                return default if default is not NEVER else UNKNOWN
            if first.known and len(first.constants) == 1:
                items = {key: value for key, value in thing.items.items() if key != first.constants[0]}
                frame.update(address, replace(thing, items=items), certain)
            return found[0] if found[1] else join(found[0], default)
        case "setdefault":
            default = given[1] if len(given) > 1 else NONE
            found = _lookup(thing, first)
            if found is not None and found[1]:
                return found[0]
            set_item(frame, this, first, default, node)
            return default if found is None else join(found[0], default)
        case "update":
            for other in (*given, *((arguments.double,) if arguments.double is not None else ())):
                for _, source in frame.objects(other):
                    current = frame.object_at(address)
                    if source.shape == "dict":
                        frame.update(
                            address,
                            replace(
                                current,
                                items={**current.items, **source.items},
                                rest=join(current.rest, source.rest),
                                keys=join(current.keys, source.keys),
                            ),
                            certain,
                        )
                    else:
                        pairs = source.everything()
                        value = item(frame, pairs, constant(1), node)
                        key = item(frame, pairs, constant(0), node)
                        frame.update(
                            address,
                            replace(current, rest=join(current.rest, value), keys=join(current.keys, key)),
                            True,
                        )
                if other.open or other.taints or any(isinstance(one, str) for one in other.refs):
                    current = frame.object_at(address)
                    inner = (
                        frame.machine.part(frame, replace(other, refs=()), f"item@{node.start}", node)
                        if other.taints
                        else UNKNOWN
                    )
                    # It may replace what is there, under any key.
                    items = {key: join(value, inner) for key, value in current.items.items()}
                    frame.update(
                        address, replace(current, items=items, rest=join(current.rest, inner), keys=UNKNOWN), True
                    )
            for key_name, value in arguments.keywords:
                set_item(frame, this, constant(key_name), value, node)
            return NONE
        case "items":
            pairs = NEVER
            if thing.rest is NEVER and len(thing.items) <= 8:
                rows = [
                    frame.sequence((node.start, "pair", index), "tuple", (constant(key), value))
                    for index, (key, value) in enumerate(thing.items.items())
                ]
                return frame.sequence((node.start, "items"), "list", rows)
            keys = thing.keys
            for one in list(thing.items)[:12]:
                keys = join(keys, constant(one))
            pairs = frame.sequence((node.start, "pair"), "tuple", (keys, thing.everything()))
            return frame.make((node.start, "items"), Obj("iterator", rest=pairs, keys=UNKNOWN))
        case "keys":
            if thing.rest is NEVER:
                return frame.sequence((node.start, "keys"), "list", [constant(key) for key in thing.items])
            return frame.make((node.start, "keys"), Obj("iterator", rest=frame.members(this, node.start), keys=UNKNOWN))
        case "values":
            return frame.make((node.start, "values"), Obj("iterator", rest=thing.everything(), keys=UNKNOWN))
        case "copy":
            return frame.make(node.start, replace(thing, many=False))
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, keys=NEVER), certain)
            return NONE
        case "popitem":
            pair = (frame.members(this, node.start), thing.everything())
            return frame.sequence(node.start, "tuple", pair)
        case "__contains__":
            return BOOL
        case "fromkeys":
            return UNKNOWN
        case _:
            return None


def _lookup(thing: Obj, key: Value) -> tuple[Value, bool] | None:
    """What is under a key, and whether it is surely there; None when it surely is not."""
    if key.known:
        result, sure = NEVER, True
        for one in key.constants:
            if one in thing.items:
                result = join(result, thing.items[one])
            else:
                sure = False
                result = join(result, thing.rest)
        return (result, sure) if result is not NEVER else None
    everything = thing.everything()
    return (everything, False) if everything is not NEVER else None


def _set_method(
    frame: Frame, address: int, thing: Obj, name: str, given: tuple[Value, ...], node: ir.Node, certain: bool
) -> Value | None:
    first = given[0] if given else UNKNOWN
    match name:
        case "add":
            size = thing.size
            if size is not None and size < 64 and certain and not thing.many:
                frame.update(address, replace(thing, items={**thing.items, size: first}, size=size + 1), certain)
            else:
                frame.state.heap[address] = _loose(thing, first)
            return NONE
        case "update":
            for other in given:
                frame.state.heap[address] = _loose(frame.object_at(address), frame.members(other, node.start))
            return NONE
        case "union" | "symmetric_difference":
            rest = thing.everything()
            for other in given:
                rest = join(rest, frame.members(other, node.start))
            return frame.make(node.start, Obj("set", rest=rest, keys=UNKNOWN))
        case "intersection":
            known = thing.everything()
            if not frame.inside(known) or not given:
                return frame.make(node.start, Obj("set", rest=known, keys=UNKNOWN))
            return frame.make(node.start, Obj("set", rest=frame.members(first, node.start), keys=UNKNOWN))
        case "difference" | "copy":
            return frame.make(node.start, replace(thing, many=False))
        case "discard" | "remove":
            return NONE
        case "pop":
            return thing.everything()
        case "clear":
            frame.update(address, replace(thing, items={}, rest=NEVER, size=0), certain)
            return NONE
        case "issubset" | "issuperset" | "isdisjoint":
            return BOOL
        case _:
            return None


# Functions ----------------------------------------------------------------------------------------------------------


def builtin(frame: Frame, name: str, arguments: Arguments, node: ir.Node) -> Value | None:
    """A call of a builtin function that makes or reads the language's own objects; None for all others."""
    given = arguments.positional
    first = given[0] if given else UNKNOWN
    match name:
        case "str" if given:
            if first.known and all(not isinstance(one, (bytes, float)) for one in first.constants):
                return join_all(constant(str(one)) for one in first.constants)
            if first.texts or (first.taints and not first.refs):
                return replace(first, claim=None)
            if is_number(first):
                return OUR_TEXT
            if first.taints and all(type(one) is str for one in first.refs):
                # What is known of a path, say, is known of its text.
                return Value((), True, first.taints, STRING.refs)
            return None
        case "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed":
            shape = "list" if name in ("list", "sorted", "reversed") else "tuple" if name == "tuple" else "set"
            if not given:
                return frame.sequence(node.start, shape, ())  # type: ignore[arg-type]
            things = frame.objects(first)
            if (
                len(things) == 1
                and len(first.refs) == 1
                and things[0][1].shape in ("list", "tuple", "iterator")
                and not first.taints
            ):
                held = _held(things[0][1])
                if held is not None:
                    if name == "reversed":
                        held = held[::-1]
                    if name != "sorted":
                        return frame.sequence(node.start, shape, held)  # type: ignore[arg-type]
            return frame.make(node.start, Obj(shape, rest=frame.members(first, node.start), keys=UNKNOWN))  # type: ignore[arg-type]
        case "dict":
            made = frame.make(node.start, Obj("dict"))
            object_method(frame, next(one for one in made.refs if type(one) is int), "update", arguments, node, True)
            return made
        case "len":
            things = frame.objects(first)
            if (
                len(things) == 1
                and len(first.refs) == 1
                and things[0][1].size is not None
                and things[0][1].shape in ("list", "tuple")
            ):
                return NUMBER if things[0][1].many or things[0][0] < 0 else constant(things[0][1].size)
            if first.known and len(first.constants) == 1 and isinstance(first.constants[0], (str, bytes)):
                return constant(len(first.constants[0]))
            return NUMBER
        case "enumerate":
            pair = frame.sequence((node.start, "pair"), "tuple", (NUMBER, frame.members(first, node.start)))
            return frame.make(node.start, Obj("iterator", rest=pair, keys=UNKNOWN))
        case "zip":
            pair = frame.sequence((node.start, "pair"), "tuple", [frame.members(one, node.start) for one in given])
            return frame.make(node.start, Obj("iterator", rest=pair, keys=UNKNOWN))
        case "iter":
            return first
        case "next":
            value = frame.members(first, node.start)
            return join(value, given[1]) if len(given) > 1 else value
        case "map":
            if len(given) < 2:
                return UNKNOWN
            values = tuple(element_of(frame, one, node) for one in given[1:])
            frame.loops += 1
            result = frame.machine.call(frame, first, Arguments(values, places=(node,) * len(values)), node)
            frame.loops -= 1
            return frame.make(node.start, Obj("iterator", rest=result, keys=UNKNOWN))
        case "filter":
            if len(given) < 2:
                return UNKNOWN
            value = element_of(frame, given[1], node)
            if first == NONE:
                return frame.make(node.start, Obj("iterator", rest=value, keys=UNKNOWN))
            frame.loops += 1
            answer = frame.machine.call(frame, first, Arguments((value,), places=(node,)), node)
            frame.loops -= 1
            frame.state.learn(guards.told(answer, frame.machine.parts).true or ())
            return frame.make(node.start, Obj("iterator", rest=value, keys=UNKNOWN))
        case "max" | "min":
            if len(given) == 1:
                return frame.members(first, node.start)
            return join_all(given)
        case (
            "abs"
            | "round"
            | "sum"
            | "ord"
            | "hash"
            | "id"
            | "divmod"
            | "int"
            | "float"
            | "bool"
            | "hex"
            | "oct"
            | "bin"
            | "range"
            | "complex"
        ):
            return _number(frame, name, given, node)
        case "getattr":
            return _getattr(frame, given, node)
        case "setattr":
            if len(given) == 3 and given[1].known and isinstance(given[1].constants[0], str):
                frame.machine.set_attribute(frame, first, given[1].constants[0], given[2], node)
                return NONE
            return None
        case "isinstance" | "issubclass" | "hasattr" | "callable":
            return _type_test(first, given) if name == "isinstance" else BOOL
        case "chr":
            if (
                first.known
                and len(first.constants) == 1
                and isinstance(first.constants[0], int)
                and 0 <= first.constants[0] < 0x110000
            ):
                return constant(chr(first.constants[0]))
            return Value(open=True, taints=first.taints) if first.taints else UNKNOWN
        case "type" | "print" | "globals" | "locals" | "vars" | "dir" | "memoryview":
            return None
        case _:
            return None


def _type_test(first: Value, given: tuple[Value, ...]) -> Value:
    wanted = given[1].refs if len(given) > 1 else ()
    if first.known and wanted and all(isinstance(one, str) for one in wanted):
        names = {f"builtins.{type(one).__name__}" for one in first.constants}
        if "builtins.bool" in names:
            names.add("builtins.int")
        if names <= set(wanted):
            return constant(True)
        if not names & set(wanted) and all(str(one).startswith("builtins.") or "." in str(one) for one in wanted):
            return constant(False)
    if first.texts and len(wanted) == 1 and wanted[0] in ("builtins.str", "builtins.bytes"):
        return constant((wanted[0] == "builtins.bytes") == is_bytes(first))
    return BOOL


def _number(frame: Frame, name: str, given: tuple[Value, ...], node: ir.Node) -> Value:
    first = given[0] if given else constant(0)
    if name == "range":
        return frame.make(node.start, Obj("iterator", rest=NUMBER, keys=UNKNOWN))
    if name == "divmod":
        return frame.sequence(node.start, "tuple", (NUMBER, NUMBER))
    if name == "sum":
        members = frame.members(first, node.start)
        return Value(open=True, taints=frame.inside(members)) if frame.objects(members) or members.texts else NUMBER
    if name in ("int", "float", "bool", "abs", "ord") and len(given) == 1 and first.known and len(first.constants) == 1:
        one = first.constants[0]
        try:
            if name == "int" and isinstance(one, (str, int, float)):
                return constant(int(one))
            if name == "float" and isinstance(one, (str, int, float)):
                return constant(float(one))
            if name == "bool":
                return constant(bool(one))
            if name == "ord" and isinstance(one, str):
                return constant(ord(one))
            if name == "abs" and isinstance(one, int):
                return constant(abs(one))
        except (ValueError, TypeError, OverflowError):
            return NUMBER
    if name in ("int", "float") and first.taints:
        # Coming back at all means that it was a number.
        frame.state.learn(guards.everywhere(first, Info(clear=frozenset(("*",)), tags=frozenset(("number",)))))
    if name == "bool":
        claim = guards.told(first, frame.machine.parts)
        return replace(BOOL, claim=claim)
    if name in ("hex", "oct", "bin"):
        return Value((), False, (), STRING.refs, ((_PLAIN_HOLE,),))
    return NUMBER


_PLAIN_HOLE = texts(NUMBER)[0][0]


def _getattr(frame: Frame, given: tuple[Value, ...], node: ir.Node) -> Value | None:
    if len(given) < 2:
        return UNKNOWN
    if given[1].known and all(isinstance(one, str) for one in given[1].constants):
        found = join_all(frame.machine.attribute(frame, given[0], str(one), node) for one in given[1].constants)
        return join(found, given[2]) if len(given) > 2 else found
    return None
