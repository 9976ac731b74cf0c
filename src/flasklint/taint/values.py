"""What is known of a value: the constants it may be, the untrusted data in it, what it stands for, and how
its text is put together.

Values are immutable and compare by content, the way they came about left out: a state has settled when its values are equal.

A *fragment* is a stretch of text of one making. What is learnt of it (:class:`Info`) is kept in the state, by fragment, not in
the values that hold it: a check of one variable then also speaks for every text that was made of it before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import is_
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import LOOKED_UP, Source
from flasklint.project.scopes import Scope
from flasklint.taint import characters

Constant = str | bytes | int | float | bool | None
Fragment = tuple[object, ...]
"""What a stretch of text is known by, inside one function's evaluation. ``("part", tag, base)`` is a part of ``base``."""

MOST_CONSTANTS = 12
MOST_TEXTS = 4
MOST_PIECES = 24
MOST_TAINTS = 6
LONGEST_TEXT = 2000


class Trail:
    """How a value came here: a chain of steps, shared, last one first. All trails are equal: see the module's text.

    ``inner`` is a chain made inside a called function whose first end is where this step's value went in.
    """

    __slots__ = ("end", "inner", "message", "parent", "path", "start")

    def __init__(
        self, parent: Trail | None, path: str, start: int, end: int, message: str, inner: Trail | None = None
    ) -> None:
        self.parent = parent
        self.path = path
        self.start = start
        self.end = end
        self.message = message
        self.inner = inner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trail)

    def __hash__(self) -> int:
        return 0

    def steps(self) -> Iterator[tuple[str, int, int, str, int]]:
        """Path, start, end, words and depth of every step, first one first."""
        stack: list[tuple[Trail | None, int]] = [(self, 0)]
        found: list[tuple[str, int, int, str, int]] = []
        while stack:
            trail, depth = stack.pop()
            while trail is not None:
                if trail.inner is not None:
                    stack.append((trail.parent, depth))
                    if trail.message:
                        # Where the value goes into the function; its own steps come after that.
                        stack.append((Trail(None, trail.path, trail.start, trail.end, trail.message), depth))
                    trail, depth = trail.inner, depth + 1
                    continue
                if trail.message:
                    found.append((trail.path, trail.start, trail.end, trail.message, depth))
                trail = trail.parent
        return reversed(found)


class Origin(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Where untrusted data comes in."""

    row: Source
    path: str
    start: int
    end: int


class Symbol(msgspec.Struct, frozen=True, gc=False):
    """Stands for what a caller passes: the nth fragment among the arguments."""

    number: int


PART = "a part of what that gives is used"
"""Why what comes out of an uncertain call is less certain still."""


class Taint(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Untrusted data in a value.

    ``reasons``: why it is not certain that it is still there.
    """

    origin: Origin | Symbol
    fragment: Fragment
    trail: Trail
    level: Confidence = Confidence.HIGH
    reasons: tuple[str, ...] = ()


class Info(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """What was learnt of a fragment.

    ``mask``: the characters it can hold (see :mod:`flasklint.taint.characters`). ``lacks``: longer texts that are not in it.
    ``clear``: kinds of harm it can't do; ``*`` any. ``tags``: what else was established.
    ``prefix``, ``suffix``: how it begins and ends.
    """

    mask: int = characters.ANY
    lacks: frozenset[str] = frozenset()
    clear: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    prefix: str = ""
    suffix: str = ""

    def both(self, other: Info) -> Info:
        """All that either tells."""
        if other is NOTHING_KNOWN or self is other:
            return self
        if self is NOTHING_KNOWN:
            return other
        return Info(
            self.mask & other.mask,
            self.lacks | other.lacks,
            self.clear | other.clear,
            self.tags | other.tags,
            max(self.prefix, other.prefix, key=len),
            max(self.suffix, other.suffix, key=len),
        )

    def either(self, other: Info) -> Info:
        """What both tell."""
        if self is other or self == other:
            return self
        if self is NOTHING_KNOWN or other is NOTHING_KNOWN:
            # A check that was made on one way only is still worth a word.
            lasting = _lasting(self.tags | other.tags)
            return Info(tags=lasting) if lasting else NOTHING_KNOWN
        if ("*" in self.clear) != ("*" in other.clear):
            # What harm there is, is in the other.
            rest, ours = (other, self) if "*" in self.clear else (self, other)
            lasting = _lasting(ours.tags)
            return replace(rest, tags=rest.tags | lasting) if lasting else rest
        mine, yours = self.tags, other.tags
        if self.clear != other.clear:
            mine |= _implied(yours, self.clear)
            yours |= _implied(self.tags, other.clear)
        return Info(
            self.mask | other.mask,
            self.lacks & other.lacks,
            self.clear & other.clear,
            (mine & yours) | _lasting(mine | yours),
            _common(self.prefix, other.prefix),
            _common(self.suffix[::-1], other.suffix[::-1])[::-1],
        )


def _lasting(tags: frozenset[str]) -> frozenset[str]:
    """The tags that tell of a check that was made, whatever came of it."""
    return frozenset(tag for tag in tags if tag.startswith(("weak:", "check@")))


def _implied(tags: frozenset[str], clear: frozenset[str]) -> frozenset[str]:
    """Of tags that speak of a kind of harm (``redirect:no-host``), those on kinds that are excluded altogether."""
    return frozenset(tag for tag in tags if tag.partition(":")[0] in clear)


LASTING = frozenset((LOOKED_UP,))
"""Tags that hold of whatever is made of a text."""

ONE_OF = "one-of"
"""Tag of what passed one check or another, which may tell nothing in common."""

NOTHING_KNOWN = Info()
HARMLESS = Info(clear=frozenset(("*",)))
A_TEXT = Info(clear=frozenset(("nosql",)))
"""What is known of what is a text, or anything else that has no members: it is no operator of a query."""


def _common(one: str, other: str) -> str:
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:index]
    return min(one, other, key=len)


class Hole(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A stretch of text that is not written in the program.

    ``plain``: it is a number, or one of some constants: nobody's text.
    """

    taints: tuple[Taint, ...] = ()
    plain: bool = False


Piece = str | Hole
Text = tuple[Piece, ...]

BLANK = Hole()
PLAIN = Hole(plain=True)


class FunctionKey:
    """Identity of a function: its facts and where they stand. Compares by identity.

    ``scope``: its namespace; for a lambda, that of what it stands in. ``parent``: the function that it stands in.
    ``owner``: canonical name of the class that it is a method of, or empty. ``free``: outer variables of functions that it
    may read. ``page``: it is (in) a template.
    """

    __slots__ = ("free", "function", "owner", "page", "parent", "scope")

    def __init__(
        self,
        function: ir.Function,
        scope: Scope,
        parent: FunctionKey | None,
        owner: str,
        free: tuple[str, ...],
        page: bool = False,
    ) -> None:
        self.function = function
        self.scope = scope
        self.parent = parent
        self.owner = owner
        self.free = free
        self.page = page

    @property
    def name(self) -> str:
        """Its qualified name."""
        return (
            self.scope.qualname if self.function.name != "<lambda>" else f"{self.scope.qualname}.<lambda>".lstrip(".")
        )

    @property
    def path(self) -> str:
        """Path of its module."""
        return self.scope.module.path

    def __repr__(self) -> str:
        return f"<{self.path}:{self.name}>"


class Closure(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A function of the project, as a value.

    ``captured``: the outer variables that it uses, once the function that has them is left; before, they are looked up
    there. ``receiver``: what it is bound to. ``arguments``, ``keywords``: what a partial application already passes.
    """

    function: FunctionKey
    captured: tuple[tuple[str, Value], ...] = ()
    receiver: Value | None = None
    arguments: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


class ClassRef(msgspec.Struct, frozen=True, gc=False):
    """A class of the project, as a value."""

    name: str


class Method(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A method of a value whose class is the language's or a library's: ``names`` are its canonical names."""

    receiver: Value
    name: str
    names: tuple[str, ...]
    place: tuple[str, ...] = ()


Ref = str | int | Closure | ClassRef | Method
"""A canonical name, the address of an object, a function or class of the project, a bound method."""


NAMES = {str}
"""The types of references that are canonical names, and nothing but names."""


class Claim(NamedTuple):
    """What a truth value tells of fragments. None instead of a tuple: it can't have that truth."""

    true: tuple[tuple[Fragment, Info], ...] | None = ()
    false: tuple[tuple[Fragment, Info], ...] | None = ()


CHOSEN = "<chosen>"
"""The name of a method that goes by the text which is its receiver: what is called is for that text to say."""


class Value(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A value.

    ``constants``: what it may be. ``open``: it may be something else that nothing is known of. ``taints``: the untrusted
    data in it, in its text or anywhere inside. ``refs``: the objects it may be. ``texts``: how its text may be put
    together; empty when it is just its constants and whatever else it may be. ``claim``: what its truth tells.
    """

    constants: tuple[Constant, ...] = ()
    open: bool = False
    taints: tuple[Taint, ...] = ()
    refs: tuple[Ref, ...] = ()
    texts: tuple[Text, ...] = ()
    claim: Claim | None = None

    @property
    def known(self) -> bool:
        """It is one of its constants and nothing else."""
        return not self.open and not self.refs and not self.taints and bool(self.constants)


UNKNOWN = Value(open=True)
NEVER = Value()
NONE = Value(constants=(None,))
TRUE = Value(constants=(True,))
FALSE = Value(constants=(False,))
NUMBER = Value(refs=("builtins.int()",))
BOOL = Value(refs=("builtins.bool()",))
STRING = Value(refs=("builtins.str()",))
OUR_TEXT = Value(refs=("builtins.str()",), texts=((PLAIN,),))
"""A text that is written in the program, whose very words are not known."""
OUR_BYTES = Value(refs=("builtins.bytes()",), texts=((PLAIN,),))

LANGUAGE_TYPES = frozenset(
    f"builtins.{name}" for name in ("str", "bytes", "int", "float", "bool", "list", "tuple", "set", "dict")
)
"""Types of which nothing is an instance that is plainly of another of them."""

DATES = frozenset(("datetime.datetime()", "datetime.date()", "datetime.timedelta()"))
NUMERIC = DATES | {"builtins.int()", "builtins.float()", "builtins.bool()", "uuid.UUID()", "decimal.Decimal()"}
"""Types whose values, written as a text, can do no harm anywhere."""


def constant(value: Constant) -> Value:
    """A value known exactly."""
    return Value((value,))


def ref(*names: Ref) -> Value:
    """A value that stands for something."""
    return Value(refs=names)


def _same(one: Constant, other: Constant) -> bool:
    return type(one) is type(other) and one == other


def merge_constants(one: tuple[Constant, ...], other: tuple[Constant, ...]) -> tuple[Constant, ...]:
    """Both, each once, in order."""
    if one == other and all(map(_same, one, other)):
        return one
    return one + tuple(item for item in other if not any(_same(item, known) for known in one))


def merge_taints(one: tuple[Taint, ...], other: Iterable[Taint]) -> tuple[Taint, ...]:
    """Both, each origin and fragment once at its higher confidence."""
    if not one:
        other = tuple(other)
        if len(other) < 2:
            return other
    found = {(taint.origin, taint.fragment): taint for taint in one}
    for taint in other:
        key = (taint.origin, taint.fragment)
        known = found.get(key)
        if known is None or known.level < taint.level:
            found[key] = taint
    return tuple(found.values())[:MOST_TAINTS]


def merge_refs(one: tuple[Ref, ...], other: tuple[Ref, ...]) -> tuple[Ref, ...]:
    """Both, each once."""
    if one == other:
        return one
    return one + tuple(item for item in other if item not in one)


def texts(value: Value) -> tuple[Text, ...]:
    """How the value's text may be put together: always at least one way."""
    if value.texts:
        return value.texts
    found: list[Text] = [
        (str(item),) if not isinstance(item, bytes) else (item.decode("latin-1"),) for item in value.constants
    ]
    if value.open or value.refs or value.taints or not found:
        plain = not value.taints and not value.open and all(item in NUMERIC for item in value.refs) and bool(value.refs)
        found.append((Hole(value.taints, plain),))
    if len(found) > MOST_TEXTS:
        return ((Hole(value.taints, not value.open and not value.refs and not value.taints),),)
    return tuple(found)


def text_taints(pieces: Text) -> tuple[Taint, ...]:
    """The untrusted data in a text."""
    found: tuple[Taint, ...] = ()
    for piece in pieces:
        if not isinstance(piece, str) and piece.taints:
            found = merge_taints(found, piece.taints)
    return found


def tidy(pieces: Iterable[Piece]) -> Text:
    """Neighbouring literal pieces made one, empty ones left out, the middle of a long text folded into one hole."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            if not piece:
                continue
            if found and isinstance(found[-1], str):
                found[-1] = (found[-1] + piece)[:LONGEST_TEXT]
                continue
        elif found and piece == found[-1]:
            continue
        found.append(piece)
    if len(found) > MOST_PIECES:
        middle = found[8:-8]
        hole = Hole(text_taints(tuple(middle)), all(isinstance(item, str) or item.plain for item in middle))
        found = [*found[:8], hole, *found[-8:]]
    return tuple(found)


def fold(choices: Iterable[Text]) -> tuple[Text, ...]:
    """Few alternatives for many: one text with what they have in common in front, and a hole."""
    unique = tuple(dict.fromkeys(choices))
    if len(unique) <= MOST_TEXTS:
        return unique
    prefix: list[Piece] = []
    for column in zip(*unique, strict=False):
        if all(item == column[0] for item in column):
            prefix.append(column[0])
            continue
        if all(isinstance(item, str) for item in column):
            common = column[0]
            for item in column[1:]:
                common = _common(common, item)
            prefix.append(common)
        break
    taints: tuple[Taint, ...] = ()
    plain = True
    for text in unique:
        taints = merge_taints(taints, text_taints(text))
        plain = plain and all(isinstance(item, str) or item.plain for item in text)
    return (tidy([*prefix, Hole(taints, plain)]),)


def join(one: Value, other: Value) -> Value:
    """A value that may be either."""
    if one is other or one == other:
        return one
    if one is NEVER or one == NEVER:
        return other
    if other is NEVER or other == NEVER:
        return one
    constants = merge_constants(one.constants, other.constants)
    is_open = one.open or other.open
    alternatives: tuple[Text, ...] = ()
    if one.texts or other.texts:
        alternatives = fold((*texts(one), *texts(other)))
    if len(constants) > MOST_CONSTANTS:
        # Which of them is forgotten, not that the program wrote them all.
        if not alternatives:
            alternatives = fold((*texts(one), *texts(other)))
        constants, is_open = (), True
    refs = merge_refs(one.refs, other.refs)
    if len(refs) > MOST_CONSTANTS:
        refs, is_open = refs[:MOST_CONSTANTS], True
    taints = merge_taints(one.taints, other.taints) if one.taints or other.taints else ()
    return Value(constants, is_open, taints, refs, alternatives, join_claims(one, other))


def join_all(values: Iterable[Value]) -> Value:
    """A value that may be any of them; NEVER for none."""
    result = NEVER
    for value in values:
        result = join(result, value)
    return result


def with_taints(value: Value, taints: Iterable[Taint]) -> Value:
    """The same with more untrusted data inside."""
    merged = merge_taints(value.taints, taints)
    return value if merged == value.taints else replace(value, taints=merged)


def doubted(value: Value, reason: str) -> Value:
    """The value, of which it is not certain that the untrusted data is in it."""
    if not value.taints or all(one.level < Confidence.HIGH for one in value.taints):
        return value
    texts = tuple(
        tuple(
            piece
            if isinstance(piece, str)
            else Hole(tuple(doubted_taint(one, reason) for one in piece.taints), piece.plain)
            for piece in choice
        )
        for choice in value.texts
    )
    return replace(value, taints=tuple(doubted_taint(one, reason) for one in value.taints), texts=texts)


def doubted_taint(taint: Taint, reason: str, level: Confidence = Confidence.MEDIUM) -> Taint:
    """The untrusted data, of which it is not certain that it does harm."""
    if taint.level <= level:
        return taint
    return replace(taint, level=level, reasons=(*taint.reasons, reason)[:4])


def base_of(fragment: Fragment) -> Fragment:
    """What a part or an image of a stretch of text is one of."""
    base = fragment[2]
    assert isinstance(base, tuple)
    return base


def renamed(value: Value, names: Mapping[Fragment, Fragment]) -> Value:
    """The value with some of its fragments known by other names."""
    taints = _renamed_taints(value.taints, names)
    if taints is value.taints:
        return value
    if not value.texts:
        return replace(value, taints=taints)
    choices = tuple(
        tuple(
            piece
            if isinstance(piece, str) or not piece.taints
            else replace(piece, taints=_renamed_taints(piece.taints, names))
            for piece in choice
        )
        for choice in value.texts
    )
    return replace(value, taints=taints, texts=choices)


def _renamed_taints(taints: tuple[Taint, ...], names: Mapping[Fragment, Fragment]) -> tuple[Taint, ...]:
    if not taints:
        return taints
    fragments = [rebased(taint.fragment, names) for taint in taints]
    if all(map(is_, fragments, (taint.fragment for taint in taints))):
        return taints
    return tuple(
        replace(taint, fragment=fragment) if fragment is not taint.fragment else taint
        for taint, fragment in zip(taints, fragments, strict=True)
    )


def rebased(fragment: Fragment, names: Mapping[Fragment, Fragment]) -> Fragment:
    """The fragment under its other name; a form of a text goes with the text."""
    name = names.get(fragment)
    if name is not None:
        return name
    if fragment[0] != "image":
        return fragment
    base = base_of(fragment)
    made = rebased(base, names)
    return fragment if made is base else (*fragment[:2], made)


TAGS = frozenset(("html", "markup"))
"""The kinds of harm that tags do."""

SOMEWHERE = "the text that it is put into is not known"
UNKNOWN_CALL = "is not known to flasklint"
"""How the reason of a doubt ends that a call is of a library of which nothing is known."""

_TEXTUAL = ("builtins.str()", "builtins.bytes()")


def truth(value: Value) -> bool | None:
    """What ``bool()`` of it would be, or None when that can't be told."""
    if value.open or (value.taints and not value.texts):
        return None
    if not value.texts and not value.refs:
        if len(value.constants) == 1:
            return bool(value.constants[0])
        if not value.constants:
            return None
    answers = {bool(item) for item in value.constants}
    if value.texts:
        for text in value.texts:
            if any(isinstance(piece, str) and piece for piece in text):
                answers.add(True)
            else:
                return None
    for item in value.refs:
        if value.texts and item in _TEXTUAL:
            continue
        if isinstance(item, (Closure, ClassRef)):
            answers.add(True)
        else:
            return None
    return answers.pop() if len(answers) == 1 else None


# What truths tell ------------------------------------------------------------------------------------------------

Facts = tuple[tuple[Fragment, Info], ...]


def facts_both(one: Facts | None, other: Facts | None) -> Facts | None:
    """What holds when both do."""
    if one is None or other is None:
        return None
    if not one or not other:
        return one or other
    merged = dict(one)
    for fragment, info in other:
        known = merged.get(fragment)
        merged[fragment] = info if known is None else known.both(info)
    return tuple(merged.items())


def facts_either(one: Facts | None, other: Facts | None) -> Facts | None:
    """What holds when at least one does."""
    if one is None:
        return other
    if other is None:
        return one
    if not one or not other:
        rest = one or other
        weak = tuple((fragment, NOTHING_KNOWN.either(info)) for fragment, info in rest)
        return tuple(item for item in weak if item[1] is not NOTHING_KNOWN)
    known = dict(other)
    found = []
    for fragment, info in one:
        merged = info.either(known.pop(fragment, NOTHING_KNOWN))
        if merged != NOTHING_KNOWN:
            found.append((fragment, merged))
    for fragment, info in known.items():
        merged = NOTHING_KNOWN.either(info)
        if merged is not NOTHING_KNOWN:
            found.append((fragment, merged))
    return tuple(found)


_EITHER, _HOLDS, _FAILS = Claim(), Claim((), None), Claim(None, ())


def claim_of(value: Value) -> Claim:
    """What the value's truth tells, constants being what they are."""
    if value.claim is not None:
        return value.claim
    told = truth(value)
    if told is None:
        return _EITHER
    return _HOLDS if told else _FAILS


def join_claims(one: Value, other: Value) -> Claim | None:
    """What the truth of a value that may be either tells."""
    if one.claim is None and other.claim is None:
        return None
    mine, yours = claim_of(one), claim_of(other)
    return Claim(facts_either(mine.true, yours.true), facts_either(mine.false, yours.false))
