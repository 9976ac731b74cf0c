"""Calls of what the project does not define: what the tables say of them, and what is assumed where they say nothing."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import LOOKED_UP, SIGNED, UNKNOWN_ORIGIN, Guard, Sanitizer, Summary
from flasklint.taint import characters, guards, signatures
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.joined import address, bare, begins_with_ours, folder, paths, short, tagged, typed
from flasklint.taint.state import Obj
from flasklint.taint.stores import load, store
from flasklint.taint.subscripts import kept
from flasklint.taint.tables import Index, pick, picked
from flasklint.taint.text import concat, is_fixed, own_text, separated, text_value
from flasklint.taint.text_methods import first_words
from flasklint.taint.unknown_calls import assumed
from flasklint.taint.values import (
    A_TEXT,
    CHOSEN,
    NEVER,
    NONE,
    NOTHING_KNOWN,
    NUMERIC,
    OUR_TEXT,
    TAGS,
    UNKNOWN,
    Claim,
    Constant,
    Facts,
    Fragment,
    Info,
    Method,
    Origin,
    Piece,
    Taint,
    Trail,
    Value,
    facts_both,
    join,
    join_all,
    merge_taints,
)

# Guards -------------------------------------------------------------------------------------------------------------


def _pattern(frame: Frame, row: Guard | Summary, arguments: Arguments, receiver: Value | None) -> Value | None:
    """The pattern that a call is given: a text, or one that was made of a text before."""
    given = picked(frame, row.pattern, arguments, receiver)
    if given is not None and not given.known:
        for _, thing in frame.objects(given):
            if "pattern" in thing.attributes:
                return thing.attributes["pattern"]
    return given


def guarded(frame: Frame, row: Guard, arguments: Arguments, receiver: Value | None) -> Claim | None:
    """What a guarding call tells; facts that hold because it came back at all are learnt at once."""
    if row.tag == SIGNED:
        return signatures.compared(frame, arguments)
    if row.tag == LOOKED_UP:
        return _found_by(frame, row, arguments, receiver)
    value = picked(frame, row.argument, arguments, receiver)
    if value is None or not frame.inside(value):
        return None
    if row.against:
        other = picked(frame, row.against, arguments, receiver)
        if other is None or frame.inside(other):
            return None
    yes, no = NOTHING_KNOWN, NOTHING_KNOWN
    if row.pattern:
        # Nothing but a text is compared with a pattern.
        frame.state.learn(guards.everywhere(value, A_TEXT))
        pattern = _pattern(frame, row, arguments, receiver)
        if pattern is None or not pattern.known or len(pattern.constants) != 1:
            # A pattern of ours that can't be read: a check of a kind that is not known.
            if pattern is not None and not frame.inside(pattern):
                yes = Info(tags=frozenset(("weak:pattern",)))
        else:
            one = pattern.constants[0]
            text = one.decode("latin-1") if isinstance(one, bytes) else str(one)
            matched, unmatched = characters.examined(text, row.matching)
            loose = row.matching != "fullmatch" and matched != characters.ANY and characters.open_ended(text)
            yes, no = (
                Info(mask=matched, tags=frozenset(("last-newline",)) if loose else frozenset()),
                Info(mask=unmatched),
            )
    if row.characters:
        yes = yes.both(Info(mask=characters.named(row.characters)))
    facts: Facts | None = guards.everywhere(value, yes)
    against: Facts = guards.everywhere(value, no)
    for fragment in guards.whole(value):
        info = frame.full_info(fragment)
        if row.needs and row.needs not in info.tags:
            told = Info(tags=frozenset((row.weak,))) if row.weak else NOTHING_KNOWN
        else:
            tags = frozenset(tag for tag in (row.tag, row.weak if not row.needs else "") if tag)
            told = Info(clear=frozenset(row.kinds), tags=tags)
            if row.needs:
                facts = facts_both(facts, guards.lifted(fragment, frame.machine.parts, "begins"))
        if told != NOTHING_KNOWN:
            facts = facts_both(facts, ((fragment, told),))
    facts = facts or ()
    match row.when:
        case "returns":
            frame.state.learn(facts)
            return None
        case "false":
            return Claim(against, facts)
        case _:
            return Claim(facts, against)


def _found_by(frame: Frame, row: Guard, arguments: Arguments, receiver: Value | None) -> Claim | None:
    """What it tells of what is looked for that something is found: by itself, or by a condition (``Page.name == name``)."""
    told = Info(tags=frozenset((row.tag,)))
    fragments: list[Fragment] = []
    for given in pick(frame, row.argument, arguments, receiver):
        if given.value.claim is not None:
            holding = given.value.claim.true or ()
            fragments.extend(one for one, info in holding if "*" in info.clear or row.tag in info.tags)
        elif row.when != "fits":
            fragments.extend(taint.fragment for taint in frame.inside(given.value))
    facts = tuple((fragment, told) for fragment in dict.fromkeys(fragments))
    if row.when == "returns":
        frame.state.learn(facts)
        return None
    return Claim(facts, ()) if facts else None


def still_found(receiver: Value | None, result: Value) -> Value:
    """What is asked of what a lookup gives: that there is an answer tells the same of what was looked for."""
    if receiver is None or receiver.claim is None or result.claim is not None or result.taints:
        return result
    found = guards.lookups(receiver.claim)
    return replace(result, claim=Claim(found, ())) if found else result


# Results ------------------------------------------------------------------------------------------------------------


def sanitized(
    frame: Frame,
    index: Index,
    row: Sanitizer,
    arguments: Arguments,
    receiver: Value | None,
    node: ir.Node,
    name: str,
) -> Value:
    """The result of a call that makes text harmless."""
    value = picked(frame, row.argument, arguments, receiver)
    refs = (row.result,) if row.result else ()
    if value is None:
        return Value(open=not refs, refs=refs)
    taints = frame.inside(value)
    if not taints and is_fixed(value):
        return OUR_TEXT
    if "*" in row.kinds or (not taints and row.name not in index.cleaning):
        return Value(open=not refs, refs=refs)
    if not taints:
        # Whatever it was, it is clean now, and that has to be remembered.
        origin = Origin(UNKNOWN_ORIGIN, frame.path, node.start, node.end)
        trail = Trail(None, frame.path, node.start, node.end, UNKNOWN_ORIGIN.words)
        unknown = Value(open=True, taints=(Taint(origin, ("new", (node.start, "unknown")), trail, Confidence.LOW),))
        return frame.derive(unknown, (node.start, "sanitized"), Info(clear=frozenset(row.kinds)), refs=refs)
    if row.piecewise and value.texts and not guards.whole(value):
        made = join_all(
            concat([_sanitized_piece(frame, row, piece, node, at, name) for at, piece in enumerate(text)])
            for text in value.texts
        )
        return typed(made, refs)
    info = frame.text_info(value)
    return frame.derive(
        value,
        (node.start, "sanitized"),
        _sanitized_info(row, info),
        f"made safe by `{name}`",
        node,
        refs,
    )


def _sanitized_piece(frame: Frame, row: Sanitizer, piece: Piece, node: ir.Node, at: int, name: str) -> Value:
    """A stretch of a text of which each is made harmless by itself."""
    if isinstance(piece, str) or not piece.taints:
        return text_value([(piece,)])
    value = Value(open=True, taints=piece.taints)
    info = _sanitized_info(row, frame.text_info(value))
    return frame.derive(value, (node.start, "sanitized", at), info, f"made safe by `{name}`", node)


def _sanitized_info(row: Sanitizer, info: Info) -> Info:
    """What is known of the result of a call that makes text harmless, by what was known of the text."""
    clear = info.clear | frozenset(row.kinds)
    if row.adds is None:
        return Info(clear=clear)
    lacks = frozenset(one for one in info.lacks if not any(char in row.adds for char in one))
    return Info(mask=info.mask | characters.of(row.adds), lacks=lacks, clear=clear)


def summarized(
    frame: Frame, index: Index, row: Summary, arguments: Arguments, receiver: Value | None, node: ir.Node, name: str
) -> Value:
    """The result of a call that a table tells of."""
    refs: tuple[str, ...] = (row.result,) if row.result else ()
    if row.how == "never":
        frame.dead = True
        return NEVER
    if row.how == "own":
        made = own_text(row.between or "{}")
        return replace(made, refs=refs) if refs else made
    if row.how == "chosen":
        made = assumed(frame, (), arguments, receiver, node, name)
        key = picked(frame, row.passes[0], arguments, receiver)
        if key is None or not key.taints:
            return made
        by_name = Method(Value(open=True, taints=key.taints, texts=key.texts), CHOSEN, (f"{CHOSEN} {row.name}",))
        return join(made, Value(refs=(by_name,)))
    if row.how == "called":
        if row.passes == ("self",) and receiver is not None:
            return _deferred(frame, receiver, arguments, node)
        return _called(frame, arguments, node)
    if row.how == "started":
        function, *packed = (picked(frame, where, arguments, receiver) for where in row.passes)
        if function is not None:
            _deferred(frame, function, _unpacked(frame, packed[0], packed[1], node), node)
        return Value(open=not refs, refs=refs)
    if row.how == "made":
        made = frame.make(node.start, Obj("instance", types=refs))
        store(frame, row.store, arguments, made)
        return made
    if row.store and receiver is not None:
        store(frame, row.store, arguments, receiver)
    if row.load and receiver is not None:
        loaded = load(frame, row, arguments, receiver)
        if loaded is not None:
            return loaded
    parts: list[Value] = []
    for where in row.passes:
        parts.extend(given.value for given in pick(frame, where, arguments, receiver))
    if not any(frame.inside(part) for part in parts):
        if row.how in ("joined", "paths") and parts:
            return typed(separated([frame.as_text(part) for part in parts], Value((row.between,))), refs)
        if row.how == "same" and len(parts) == 1:
            return typed(parts[0], refs)
        if row.how == "members" and parts:
            return frame.members(parts[0], node.start)
        if row.how == "tagged" and len(parts) == 1 and is_fixed(parts[0]):
            return typed(replace(parts[0], constants=()) if parts[0].texts else OUR_TEXT, ())
        if parts and refs and refs[0] in ("builtins.str()", "builtins.bytes()") and all(map(is_fixed, parts)):
            return replace(OUR_TEXT, refs=refs)
        if row.how == "new" and parts and not refs and all(map(is_fixed, parts)):
            return OUR_TEXT
        return Value(open=not refs, refs=refs)
    if refs and refs[0] in NUMERIC:
        return Value(refs=refs)
    whole = parts[0]
    for part in parts[1:]:
        whole = join(whole, part)
    match row.how:
        case "same":
            return typed(whole, refs)
        case "joined":
            return typed(
                frame.stepped(
                    separated([frame.as_text(part) for part in parts], Value((row.between,))),
                    node,
                    "joined into a text",
                ),
                refs,
            )
        case "paths":
            return typed(frame.stepped(paths(frame, parts, row.between), node, "joined into a path"), refs)
        case "url-joined" if len(parts) == 2 and not frame.inside(parts[0]):
            if begins_with_ours(parts[1]):
                # Where it leads is told by what it begins with, as before.
                return typed(frame.stepped(parts[1], node, f"goes through `{short(row.name)}`"), refs)
            return tagged(frame, index, row._replace(how="part", tag="url-joined"), parts[1], node, refs)
        case "address":
            return typed(frame.stepped(address(frame, whole, node), node, "joined into an address"), refs)
        case "folder":
            held_in = folder(frame, index, row, whole, node)
            return held_in if held_in is not None else tagged(frame, index, row._replace(how="part"), whole, node, refs)
        case "part" | "tagged":
            return tagged(frame, index, row, whole, node, refs)
        case "item":
            key = picked(frame, row.key, arguments, receiver)
            tag = (
                f"item:{key.constants[0]!r}"
                if key is not None and key.known and len(key.constants) == 1
                else f"item@{node.start}"
            )
            through = picked(frame, row.through, arguments, receiver) if row.through else None
            if through is not None and through != NONE:
                # A fragment of its own: where it can't be converted, the default is given, so that nothing is learnt of it.
                found = frame.machine.part(frame, bare(parts[0]), f"item@{node.start}", node)
                made = frame.machine.call(frame, through, Arguments((found,), places=(node,)), node)
                frame.dead = False
                for part in parts[1:]:
                    made = join(made, part)
                return frame.make(node.start, Obj("list", rest=made, keys=UNKNOWN)) if row.tag == "list" else made
            found = frame.machine.part(frame, bare(whole), tag, node)
            return replace(found, refs=refs) if refs else found
        case "each":
            held = replace(frame.machine.part(frame, bare(whole), "each", node), refs=refs)
            return frame.make(node.start, Obj("list", rest=held, keys=UNKNOWN))
        case "pairs":
            each = bare(whole)
            held = replace(frame.machine.part(frame, each, "each", node), refs=refs)
            pair = frame.sequence((node.start, "pair"), "tuple", (frame.machine.part(frame, each, "key", node), held))
            return frame.make(node.start, Obj("iterator", rest=pair, keys=UNKNOWN))
        case "fields":
            fields = [thing.attributes for _, thing in frame.objects(whole) if thing.shape == "instance"]
            if not fields:
                return frame.derive(whole, node.start)
            named: dict[Constant, Value] = {}
            named.update(fields[0].items())
            return frame.make(node.start, Obj("dict", named))
        case "members":
            return frame.members(whole, node.start)
        case "words":
            word = frame.derive(whole, node.start, kept(frame.text_info(whole)), taints=frame.inside(whole))
            return frame.make(node.start, Obj("list", first_words(whole, word), word, UNKNOWN))
        case "image":
            return replace(frame.image(frame.stepped(bare(whole), node, f"goes through `{name}`"), row.tag), refs=refs)
        case "pieces":
            return _pieces(frame, row, whole, node)
        case "substituted":
            return _substituted(frame, row, arguments, receiver, whole, node)
        case "characters":
            info = kept(frame.text_info(whole))
            if row.pattern:
                pattern = _pattern(frame, row, arguments, receiver)
                if pattern is not None and pattern.known and isinstance(pattern.constants[0], str):
                    matched = characters.matched(pattern.constants[0])
                    if matched is not None:
                        info = replace(info, mask=info.mask & matched)
            if row.characters:
                info = replace(info, mask=characters.named(row.characters))
            return frame.derive(whole, node.start, info, refs=refs)
        case _:
            info = Info(mask=characters.named(row.characters)) if row.characters else NOTHING_KNOWN
            if row.tag:
                # What is written in another way holds no tags that were not there.
                info = replace(info, tags=frozenset((row.tag,)), clear=frame.all_clear(frame.inside(whole)) & TAGS)
            return frame.derive(whole, node.start, info, f"goes through `{name}`", node, refs)


def _pieces(frame: Frame, row: Summary, value: Value, node: ir.Node) -> Value:
    """A text taken apart into pieces of which each has its own characters."""
    info = kept(frame.text_info(value))
    made = []
    for index, spec in enumerate(row.characters.split(" ")):
        mask = characters.ANY if spec == "*" else characters.named(spec)
        made.append(frame.derive(value, (node.start, "piece", index), replace(info, mask=info.mask & mask)))
    return frame.sequence(node.start, "tuple", made)


def _substituted(
    frame: Frame, row: Summary, arguments: Arguments, receiver: Value | None, value: Value, node: ir.Node
) -> Value:
    pattern = _pattern(frame, row, arguments, receiver)
    by = picked(frame, row.key, arguments, receiver)
    info = NOTHING_KNOWN
    taints = frame.inside(value)
    if by is not None:
        taints = merge_taints(taints, frame.inside(by))
    put = by.constants[0] if by is not None and by.known and len(by.constants) == 1 else None
    if isinstance(put, bytes):
        put = put.decode("latin-1")
    if isinstance(put, str):
        # Whatever is taken out, only this is put in.
        known = frame.text_info(value)
        info = Info(mask=known.mask | characters.of(put))
        text = pattern.constants[0] if pattern is not None and pattern.known and len(pattern.constants) == 1 else None
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        gone = characters.replaced(text) if isinstance(text, str) else None
        if gone is not None:
            info = Info(mask=(known.mask & ~gone) | characters.of(put), clear=known.clear - {"*"})
    own, put_in = frame.inside(value), frame.inside(by) if by is not None else ()
    if pattern is not None and _speaks_of_entities(pattern):
        return frame.derive(value, node.start, info, taints=taints)
    if own:
        info = replace(info, clear=info.clear | (frame.all_clear(own) & TAGS))
    if by is None or not put_in:
        return frame.derive(value, node.start, info, taints=taints)
    rest = frame.derive(value, node.start, info, taints=own)
    new = frame.derive(by, (node.start, "put in"), Info(clear=frame.all_clear(put_in) & TAGS), taints=put_in)
    return concat((rest, new, rest))


def _speaks_of_entities(pattern: Value) -> bool:
    """Whether a pattern may find what escaping has made: what is put there instead may be a tag again."""
    return any("&" in str(one) for one in pattern.constants)


def _deferred(frame: Frame, function: Value, arguments: Arguments, node: ir.Node) -> Value:
    """A call that somebody else makes later: what becomes of it there, the caller is not told."""
    frame.machine.call(frame, function, arguments, node)
    frame.dead = False
    return UNKNOWN


def _unpacked(frame: Frame, given: Value | None, named: Value | None, node: ir.Node) -> Arguments:
    """The arguments that are passed in a sequence and in a mapping."""
    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    for _, thing in frame.objects(given) if given is not None else ():
        positional = tuple(thing.items.get(at, thing.rest) for at in range(thing.size or 0))
    for _, thing in frame.objects(named) if named is not None else ():
        keywords = tuple((key, held) for key, held in thing.items.items() if isinstance(key, str))
    return Arguments(positional, keywords, places=(node,) * (len(positional) + len(keywords)))


def _called(frame: Frame, arguments: Arguments, node: ir.Node) -> Value:
    if not arguments.positional:
        return UNKNOWN
    inner = replace(arguments, positional=arguments.positional[1:], places=arguments.places[1:])
    return frame.machine.call(frame, arguments.positional[0], inner, node)
