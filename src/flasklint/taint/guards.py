"""What a comparison or a truth tells of the texts that it looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import LOOKED_UP, Guard
from flasklint.taint import characters
from flasklint.taint.frame import Frame
from flasklint.taint.judge import fixes_origin
from flasklint.taint.values import (
    NOTHING_KNOWN,
    ONE_OF,
    Claim,
    Constant,
    Facts,
    Fragment,
    Info,
    Origin,
    Value,
    claim_of,
    facts_both,
    facts_either,
)

Parts = Mapping[str, tuple[Guard, ...]]
"""Guards on parts of a text, by the part's tag."""


def lacking(text: str) -> Info:
    """What is known of a text that does not hold this one."""
    if len(text) == 1:
        return Info(mask=characters.ANY & ~(characters.of(text) & characters.ASCII))
    return Info(lacks=frozenset((text,))) if text else NOTHING_KNOWN


def chosen(values: Iterable[Constant]) -> Info:
    """What is known of a text that is one of these."""
    mask, short = 0, True
    for value in values:
        text = value if isinstance(value, str) else str(value)
        mask |= characters.of(text)
        short = short and len(text) < 2
    # Of single characters any text can be made, one after the other.
    tags = ("chosen", "character") if short else ("chosen",)
    return Info(mask=mask, clear=frozenset(("*",)), tags=frozenset(tags))


OURS = Info(clear=frozenset(("*",)), tags=frozenset(("chosen",)))
"""What is known of a text that equals one of our own making."""


def whole(value: Value) -> tuple[Fragment, ...]:
    """The fragments of a value whose whole text is a fragment."""
    if value.texts:
        if len(value.texts) == 1 and len(value.texts[0]) == 1:
            piece = value.texts[0][0]
            if not isinstance(piece, str):
                return tuple(dict.fromkeys(taint.fragment for taint in piece.taints))
        return ()
    return tuple(dict.fromkeys(taint.fragment for taint in value.taints))


def everywhere(value: Value, info: Info) -> Facts:
    """What holds of every fragment when this holds of the whole text: it has no other characters, it lacks a text."""
    if info is NOTHING_KNOWN:
        return ()
    alone = whole(value)
    if alone:
        if "character" in info.tags:
            return tuple((one, Info(mask=info.mask) if _is_turn(one) else info) for one in alone)
        return tuple((fragment, info) for fragment in alone)
    narrow = replace(info, prefix="", suffix="")
    return tuple((fragment, narrow) for fragment in dict.fromkeys(taint.fragment for taint in value.taints))


def _is_turn(fragment: Fragment) -> bool:
    return fragment[0] == "part" and str(fragment[1]).startswith(("turn@", "each"))


def upwards(facts: Facts, parts: Parts, sign: str) -> Facts:
    """The facts, and what those on parts of a text tell of the text itself.

    ``sign``: what was found of the part: ``const`` it equals something of ours, ``empty``, ``full`` (not empty).
    """
    result: Facts | None = facts
    for fragment, _ in facts:
        result = facts_both(result, lifted(fragment, parts, sign))
    return result or ()


def lifted(fragment: Fragment, parts: Parts, sign: str) -> Facts:
    """What an answer on a part of a text tells of the text, and of the text that this is a part of, and so on."""
    found: list[tuple[Fragment, Info]] = []
    told = NOTHING_KNOWN
    while fragment[0] == "part":
        tag, base = str(fragment[1]), fragment[2]
        assert isinstance(base, tuple)
        if tag.startswith(_MEMBERS):
            # What holds of a member says nothing of its container.
            break
        for row in parts.get(tag, ()):
            # What equals something of ours also begins with it.
            if (row.when == sign or (sign, row.when) == ("const", "begins")) and (
                not row.needs or base[:2] == ("part", row.needs)
            ):
                tags = frozenset((*row.tag.split(), *row.weak.split()))
                told = told.both(Info(clear=frozenset(row.kinds), tags=tags))
        if tag == "url-joined" and told is not NOTHING_KNOWN:
            # What a joined address is, tells of the text that was joined only that it is no plain foreign address.
            told = Info(tags=frozenset(f"{kind}:no-host" for kind in told.clear) | told.tags)
        if told is not NOTHING_KNOWN:
            found.append((base, told))
        fragment = base
    return tuple(found)


_MEMBERS = ("item", "turn@", "each", "first:", "second", "inside")


def compare(frame: Frame, sign: str, left: Value, right: Value, parts: Parts) -> Claim | None:
    """What ``left sign right`` tells."""
    negative = sign in ("!=", "not-in", "is-not")
    if sign in ("==", "!=", "is", "is-not"):
        claim = _equal(frame, left, right, parts)
    elif sign in ("in", "not-in"):
        claim = _contained(frame, left, right, parts)
    elif sign in ("<=", "<", ">=", ">"):
        small, large = (left, right) if sign[0] == "<" else (right, left)
        if small.constants == (0,) and small.known and large.claim is not None and sign in ("<", ">"):
            # ``query.count() > 0``
            return Claim(lookups(large.claim), ())
        within = subset(frame, small, large)
        return Claim(within, ()) if within else None
    else:
        return None
    if claim is None or not negative:
        return claim
    return Claim(claim.false, claim.true)


def _ours(frame: Frame, value: Value) -> bool:
    """Nothing in it is for a visitor to say: what the app's environment holds is its own."""
    return all(isinstance(one.origin, Origin) and one.origin.row.origin == "environment" for one in frame.inside(value))


def _equal(frame: Frame, left: Value, right: Value, parts: Parts) -> Claim | None:
    told = _truths(left, right)
    if told is not None:
        return told
    if left.claim is not None and right.known and right.constants == (None,):
        # What is None is not true: ``error = problem_of(name)``, ``if error is not None: ...``
        ours: Facts = tuple((fragment, OURS) for fragment in whole(left))
        return Claim(facts_both(ours, left.claim.false), lookups(left.claim))
    if not left.taints or (right.taints and _ours(frame, left)):
        left, right = right, left
    if not left.taints or not _ours(frame, right):
        return None
    constants = right.constants if right.known else ()
    if constants == (None,):
        return Claim(tuple((fragment, OURS) for fragment in whole(left)), ())
    if constants and all(item in ("", b"") for item in constants):
        # An empty text is a constant too, but what matters is what it was a part of.
        fragments = whole(left)
        true: Facts = tuple((fragment, OURS) for fragment in fragments)
        return Claim(facts_both(true, _lift_all(fragments, parts, "empty")), _lift_all(fragments, parts, "full"))
    info = chosen(constants) if constants else OURS
    facts: Facts = everywhere(left, info)
    if not whole(left):
        return Claim(facts, ())
    true, false = _beginning(left, constants)
    return Claim(facts_both(upwards(facts, parts, "const"), true), false)


def _beginning(left: Value, constants: Sequence[Constant]) -> tuple[Facts, Facts]:
    """What ``text[0] == "/"``, ``text[:2] == "//"`` and ``text[1:2] in ("/", "\\\\")`` tell of the text."""
    true: list[tuple[Fragment, Info]] = []
    false: list[tuple[Fragment, Info]] = []
    texts = [one for one in constants if isinstance(one, str) and one]
    if not texts or len(texts) < len(constants):
        return (), ()
    for fragment in whole(left):
        if fragment[0] != "part":
            continue
        tag, base = str(fragment[1]), fragment[2]
        assert isinstance(base, tuple)
        size = int(tag[6:]) if tag.startswith("first:") else 1
        if any(len(one) != size for one in texts):
            continue
        if tag == "item:0" or tag.startswith("first:"):
            if len(texts) == 1:
                true.append((base, Info(prefix=texts[0])))
            false.append((base, Info(tags=frozenset(f"not:{one}" for one in texts))))
        elif tag in ("item:1", "second"):
            false.append((base, Info(tags=frozenset(f"not:/{one}" for one in texts))))
    return tuple(true), tuple(false)


def _lift_all(fragments: Iterable[Fragment], parts: Parts, sign: str) -> Facts:
    result: Facts | None = ()
    for fragment in fragments:
        result = facts_both(result, lifted(fragment, parts, sign))
    return result or ()


def _truths(left: Value, right: Value) -> Claim | None:
    """``answer == True``, ``answer is False`` and the like."""
    for one, other in ((left, right), (right, left)):
        if one.claim is not None and other.known and len(other.constants) == 1:
            match other.constants[0]:
                case True:
                    return one.claim
                case False | None | 0 | -1:
                    return Claim(one.claim.false, one.claim.true)
    return None


def _contained(frame: Frame, left: Value, right: Value, parts: Parts) -> Claim | None:
    if left.taints:
        if not _ours(frame, right):
            return None
        strings = [item for item in right.constants if isinstance(item, str)]
        if strings and right.known:
            # One of the characters, or a stretch, of a text of ours.
            stretch = chosen(strings)
            facts = everywhere(left, replace(stretch, tags=stretch.tags | {"character"}))
            return Claim(upwards(facts, parts, "const"), _beginning(left, strings[0] if len(strings) == 1 else ())[1])
        members: list[Constant] = []
        others = False
        for _, thing in frame.objects(right):
            if thing.shape == "dict":
                members.extend(thing.items)
            else:
                for value in thing.items.values():
                    members.extend(value.constants)
                    others = others or not value.known
        constants = [item for item in members if item is not None and item != ""]
        info = chosen(constants) if constants and not right.open and not others else OURS
        if members and not constants and not others:
            return _equal(frame, left, Value(("",)), parts)
        facts = everywhere(left, info)
        if not whole(left):
            return Claim(facts, ())
        # Where nothing at all is among what is allowed, that is all that is told of what the text is a part of.
        named = () if right.open or others else _beginning(left, constants)[1]
        return Claim(upwards(facts, parts, "empty" if "" in members else "const"), named)
    if right.taints and not left.taints and not left.known and _ours(frame, left):
        # ``base in path.parents``
        return Claim(_lift_all(whole(right), parts, "holds"), ())
    if right.taints and left.known:
        absent = NOTHING_KNOWN
        if len(left.constants) == 1:
            item = left.constants[0]
            if isinstance(item, bytes):
                item = item.decode("latin-1")
            if isinstance(item, str):
                absent = lacking(item)
        false: Facts | None = everywhere(right, absent)
        for fragment in whole(right):
            if fragment[0] == "part" and fragment[1] == "inside" and len(left.constants) == 1:
                # All but its first and last character lacks it.
                base = fragment[2]
                assert isinstance(base, tuple)
                false = facts_both(false, ((base, Info(tags=frozenset((f"inner-without:{left.constants[0]!s}",)))),))
        return Claim((), false)
    return None


def subset(frame: Frame, small: Value, large: Value) -> Facts:
    """What it tells of the members of a collection that they are all in another."""
    if not any(thing.shape in ("set", "iterator") for _, thing in frame.objects(small)):
        return ()
    members = frame.members(small, "subset")
    claim = _contained(frame, members, large, {}) if members.taints else None
    return (claim.true or ()) if claim is not None else ()


def left_over(frame: Frame, small: Value, large: Value, made: Value) -> Value:
    """What is left of a collection without the members of another: if it is nothing, all were among those."""
    told = subset(frame, small, large)
    return replace(made, claim=Claim((), told)) if told else made


def begins(frame: Frame, value: Value, ends: bool, with_what: Value, parts: Parts) -> Claim | None:
    """What ``value.startswith(what)`` (or ``endswith``) tells."""
    single = True
    options = [
        item if isinstance(item, str) else item.decode("latin-1")
        for item in with_what.constants
        if isinstance(item, (str, bytes))
    ]
    for _, thing in frame.objects(with_what):
        for held in thing.items.values():
            options.extend(item for item in held.constants if isinstance(item, str))
        single = False
    if not _ours(frame, with_what):
        return None
    fragments = whole(value)
    if not fragments:
        return None
    common = _own_beginning(with_what) if single and not options and not ends else ""
    if options and (single or not with_what.open):
        first, last = min(options), max(options)
        if ends:
            first, last = min(item[::-1] for item in options), max(item[::-1] for item in options)
        for a, b in zip(first, last, strict=False):
            if a != b:
                break
            common += a
    if ends:
        info = Info(suffix=common[::-1])
    else:
        # One of several sites of ours, which may have no beginning in common.
        ours = len(options) > 1 and all(map(fixes_origin, options)) and (single or not with_what.open)
        clear = frozenset(("redirect", "ssrf")) if ours else frozenset()
        info = Info(prefix=common, clear=clear, tags=frozenset() if options else frozenset(("begins-ours",)))
    true: Facts | None = tuple((fragment, info) for fragment in fragments) if info != NOTHING_KNOWN else ()
    false: Facts | None = ()
    if ends:
        if (options and all(option.startswith(".") for option in options)) or _dotted(with_what):
            # The end of a host, from a dot on: any host below ours.
            for fragment in fragments:
                true = facts_both(true, lifted(fragment, parts, "const"))
        return Claim(true, false)
    for option in options:
        lacks = Info(tags=frozenset((f"not:{option}",)))
        false = facts_both(false, tuple((fragment, lacks) for fragment in fragments))
    for fragment in fragments:
        true = facts_both(true, lifted(fragment, parts, "begins"))
    return Claim(true, false)


def _own_beginning(value: Value) -> str:
    """How a text of ours begins that is put together from parts: up to its last fixed part, zeros for what is not known."""
    if len(value.texts) != 1:
        return ""
    shown = "".join(piece if isinstance(piece, str) else "\x00" for piece in value.texts[0])
    return shown.rstrip("\x00")


def _dotted(value: Value) -> bool:
    """A text that begins with a dot, whatever follows."""
    return bool(value.texts) and all(choice and str(choice[0]).startswith(".") for choice in value.texts)


def lookups(claim: Claim) -> Facts:
    """Of what a truth tells, what it tells for something being found: that holds whatever is found, if it is not ``None``."""
    return tuple((fragment, Info(tags=_FOUND)) for fragment, info in claim.true or () if LOOKED_UP in info.tags)


_FOUND = frozenset((LOOKED_UP,))

_TEXT_TYPES = ("builtins.str()", "builtins.bytes()")


def told(value: Value, parts: Parts, path: str = "", node: ir.Node | None = None) -> Claim:
    """What the truth of a value tells, also of what it is a part of. ``path``, ``node``: where it is asked."""
    claim = claim_of(value)
    fragments = whole(value) if value.taints and value.claim is None else ()
    if not fragments:
        return claim
    full = _lift_all(fragments, parts, "full")
    # An empty text does no harm.
    nothing = () if any(one not in _TEXT_TYPES for one in value.refs) else tuple((one, OURS) for one in fragments)
    empty = facts_both(nothing, _lift_all(fragments, parts, "empty"))
    answer = Claim(facts_both(claim.true, full), facts_both(claim.false, empty))
    return (placed(answer, path, node) if node is not None else None) or answer


def conjunction(claims: Iterable[Claim]) -> Claim:
    """What ``a and b ...`` tells."""
    true: Facts | None = ()
    false: Facts | None = None
    for claim in claims:
        # The later ones are only asked if the earlier ones hold.
        later = facts_both(true, claim.false)
        false = _one_of(false, later)
        true = facts_both(true, claim.true)
    return Claim(true, false)


def _one_of(one: Facts | None, other: Facts | None) -> Facts | None:
    """What holds when at least one does. Where that is nothing, it is kept that one of two checks of an address held."""
    found = facts_either(one, other)
    if not found or not one or not other:
        return found
    mine, yours = dict(one), dict(other)
    return tuple(
        (fragment, replace(info, tags=info.tags | {ONE_OF}))
        if _checked(mine.get(fragment)) and _checked(yours.get(fragment))
        else (fragment, info)
        for fragment, info in found
    )


def _checked(info: Info | None) -> bool:
    return info is not None and any(tag.startswith("check@") for tag in info.tags)


def disjunction(claims: Iterable[Claim]) -> Claim:
    """What ``a or b ...`` tells."""
    inverted = conjunction(Claim(claim.false, claim.true) for claim in claims)
    return Claim(inverted.false, inverted.true)


__all__ = [
    "begins",
    "compare",
    "conjunction",
    "disjunction",
    "everywhere",
    "left_over",
    "lookups",
    "placed",
    "told",
    "whole",
]


def placed(claim: Claim | None, path: str, node: ir.Node) -> Claim | None:
    """The claim, what it tells of addresses marked with the place of the check that tells it."""
    if claim is None:
        return None
    return Claim(_placed(claim.true, path, node), _placed(claim.false, path, node))


def _placed(facts: Facts | None, path: str, node: ir.Node) -> Facts | None:
    if not facts or not any(_of_address(info) for _, info in facts):
        return facts
    mark = f"check@{node.start}:{node.end}:{path}"
    return tuple((one, replace(info, tags=info.tags | {mark}) if _of_address(info) else info) for one, info in facts)


def _of_address(info: Info) -> bool:
    if "redirect" in info.clear or info.prefix.startswith("/"):
        return True
    return any(tag.startswith(("redirect:", "not:/", "not:\\")) for tag in info.tags)
