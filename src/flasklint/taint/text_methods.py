"""What the methods of texts and bytes do."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import characters, guards, images
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.operators import brace_formatted
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import kept
from flasklint.taint.text import concat, cut, headed, is_bytes, is_fixed, separated, text_value
from flasklint.taint.values import (
    A_TEXT,
    BOOL,
    NEVER,
    NUMBER,
    OUR_BYTES,
    OUR_TEXT,
    STRING,
    TAGS,
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


TELLING = frozenset(
    (
        *("replace", "strip", "lstrip", "rstrip", "lower", "upper", "split", "rsplit", "encode"),
        *("startswith", "endswith", "removeprefix", "removesuffix", "format", "format_map"),
        *_PARTED,
        *_TESTS,
    )
)
"""Methods by whose names alone a text is known."""


def text_method(frame: Frame, base: Value, name: str, arguments: Arguments, node: ir.Node) -> Value | None:
    """``base.name(arguments)`` on a text, or None when it is no method of texts."""
    if name not in TEXT_METHODS:
        return None
    if base.taints and not base.texts and not base.refs and name in TELLING:
        # Coming back at all means that it was a text.
        frame.state.learn(guards.everywhere(base, A_TEXT))
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
    bare = not base.texts or bool(guards.whole(base))
    if name in _SPLIT or name in _PARTED:
        return _split(frame, base, name, arguments, info, node)
    if name in _OTHER_CASE and bare:
        return frame.image(base, images.CASED)
    if name in _OTHER_CASE:
        mask = info.mask | (characters.LETTERS if info.mask & characters.LETTERS else 0)
        info = Info(mask=mask, clear=info.clear)
        return frame.derive(base, node.start, info, taints=base.taints)
    if name in _PADDED:
        return frame.derive(base, node.start, replace(info, mask=info.mask | characters.of(" 0")), taints=base.taints)
    if name == "translate":
        return frame.derive(base, node.start, Info(clear=info.clear & TAGS), taints=base.taints)
    if name in ("strip", "rstrip", "lstrip") and bare and first is None:
        return frame.image(base, images.STRIPPED)
    if name in ("strip", "rstrip", "lstrip") and all(len(choice) == 1 for choice in base.texts):
        # What it begins with may be another character now, but nothing is in it that was not.
        gone = first.constants[0] if first is not None and first.known and len(first.constants) == 1 else ""
        if name != "rstrip" and isinstance(gone, str):
            info = replace(info, tags=info.tags | {f"not:{char}" for char in gone})
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
        return frame.make(node.start, Obj("list", first_words(base, value) if name == "split" else {}, value, UNKNOWN))
    # Without the separator: what stands before the first one, or behind the last one.
    alone = frame.derive(base, (node.start, "alone"), narrowed, taints=base.taints)
    head = headed(base, alone) if name in ("split", "partition") else alone
    if name in _PARTED:
        ends = (head, value) if name == "partition" else (value, alone)
        return frame.sequence(node.start, "tuple", (ends[0], join(constant(separator or ""), constant("")), ends[1]))
    most = arguments.positional[1] if len(arguments.positional) > 1 else dict(arguments.keywords).get("maxsplit")
    if name == "rsplit" and most == constant(1):
        return frame.make(node.start, Obj("list", {-1: alone, 1: alone}, value, UNKNOWN))
    if most is None:
        return frame.make(node.start, Obj("list", {0: head} if head is not alone else {}, alone, UNKNOWN))
    return frame.make(node.start, Obj("list", {0 if name == "split" else -1: head}, value, UNKNOWN))


def first_words(base: Value, word: Value) -> dict[Constant, Value]:
    """The words that a text is known to begin with: ours as they are written, or someone else's."""
    choices = texts(base)
    if len(choices) != 1 or not choices[0]:
        return {}
    head = choices[0][0]
    if not isinstance(head, str):
        return {0: word}
    words = head.split()
    return {at: constant(one) for at, one in enumerate(words if head[-1:].isspace() else words[:-1])}


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
        merged = base.taints if not extra else (*base.taints, *extra)
        # Harm that neither text does, they don't do together; that one of them is a choice of ours says nothing of both. What of
        # ours is put into escaped text may bring anything together but tags.
        clear = frame.all_clear(merged) if extra else frame.all_clear(merged) & TAGS
        return frame.derive(base, node.start, Info(clear=clear - {"*"}), taints=merged)
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
    if mark == "\\" and by == "/" and (not base.texts or fragments):
        return frame.image(base, images.UNSLASHED)
    if (form := images.replaced(mark, by)) and (not base.texts or fragments):
        return frame.image(base, form)
    return _without(frame, base, mark, by, node, 0)


def _without(frame: Frame, base: Value, mark: str, by: str, node: ir.Node, index: int) -> Value:
    info = frame.text_info(base)
    site = (node.start, index) if index else node.start
    return frame.derive(base, site, images.without(info, mark, by), taints=base.taints)
