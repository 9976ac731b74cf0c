"""Calls of what the project does not define: what the tables say of them, and what is assumed where they say nothing."""

from __future__ import annotations

import re

from msgspec.structs import replace

from flasklint import ir
from flasklint.findings import Confidence
from flasklint.knowledge.rows import LOOKED_UP, SIGNED, UNKNOWN_ORIGIN, Guard, Sanitizer, Summary
from flasklint.taint import characters, guards, signatures
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.state import Obj
from flasklint.taint.subscripts import kept
from flasklint.taint.tables import Index, pick, picked
from flasklint.taint.text import concat, is_fixed, literal, own_text, separated, text_value
from flasklint.taint.text_methods import first_words
from flasklint.taint.unknown_calls import assumed
from flasklint.taint.values import (
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
    Hole,
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
    text_taints,
    texts,
    tidy,
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
        return _typed(made, refs)
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
        loaded = _load(frame, row, arguments, receiver)
        if loaded is not None:
            return loaded
    parts: list[Value] = []
    for where in row.passes:
        parts.extend(given.value for given in pick(frame, where, arguments, receiver))
    if not any(frame.inside(part) for part in parts):
        if row.how in ("joined", "paths") and parts:
            return _typed(separated([frame.as_text(part) for part in parts], Value((row.between,))), refs)
        if row.how == "same" and len(parts) == 1:
            return _typed(parts[0], refs)
        if row.how == "members" and parts:
            return frame.members(parts[0], node.start)
        if row.how == "tagged" and len(parts) == 1 and is_fixed(parts[0]):
            return _typed(replace(parts[0], constants=()) if parts[0].texts else OUR_TEXT, ())
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
            return _typed(whole, refs)
        case "joined":
            return _typed(
                frame.stepped(
                    separated([frame.as_text(part) for part in parts], Value((row.between,))),
                    node,
                    "joined into a text",
                ),
                refs,
            )
        case "paths":
            return _typed(frame.stepped(_paths(frame, parts, row.between), node, "joined into a path"), refs)
        case "url-joined" if len(parts) == 2 and not frame.inside(parts[0]):
            if _begins_with_ours(parts[1]):
                # Where it leads is told by what it begins with, as before.
                return _typed(frame.stepped(parts[1], node, f"goes through `{_short(row.name)}`"), refs)
            return _tagged(frame, index, row._replace(how="part", tag="url-joined"), parts[1], node, refs)
        case "address":
            return _typed(frame.stepped(_address(frame, whole, node), node, "joined into an address"), refs)
        case "folder":
            folder = _folder(frame, index, row, whole, node)
            return folder if folder is not None else _tagged(frame, index, row._replace(how="part"), whole, node, refs)
        case "part" | "tagged":
            return _tagged(frame, index, row, whole, node, refs)
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
                found = frame.machine.part(frame, _bare(parts[0]), f"item@{node.start}", node)
                made = frame.machine.call(frame, through, Arguments((found,), places=(node,)), node)
                frame.dead = False
                for part in parts[1:]:
                    made = join(made, part)
                return frame.make(node.start, Obj("list", rest=made, keys=UNKNOWN)) if row.tag == "list" else made
            found = frame.machine.part(frame, _bare(whole), tag, node)
            return replace(found, refs=refs) if refs else found
        case "each":
            held = replace(frame.machine.part(frame, _bare(whole), "each", node), refs=refs)
            return frame.make(node.start, Obj("list", rest=held, keys=UNKNOWN))
        case "pairs":
            each = _bare(whole)
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
            return replace(frame.image(frame.stepped(_bare(whole), node, f"goes through `{name}`"), row.tag), refs=refs)
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


def _bare(value: Value) -> Value:
    return replace(
        value, constants=(), texts=(), refs=tuple(one for one in value.refs if type(one) is not int), open=True
    )


def _typed(value: Value, refs: tuple[str, ...]) -> Value:
    if not refs or value.refs == refs:
        return value
    if refs == ("builtins.str()",) and value.known:
        return value
    choices = texts(value) if value.constants or value.texts else ()
    return Value((), not choices, value.taints, refs, choices)


def _tagged(frame: Frame, index: Index, row: Summary, value: Value, node: ir.Node, refs: tuple[str, ...]) -> Value:
    made: list[Taint] = []
    for taint in frame.inside(value):
        known = frame.full_info(taint.fragment)
        fragment = frame.part_of(taint.fragment, row.tag)
        tags = frozenset((row.tag,)) if row.how == "tagged" else frozenset()
        lacks = _UPWARDS if row.tag == "normal-path" and _below_root(value) else frozenset()
        info = Info(mask=known.mask, lacks=lacks, clear=known.clear - {"*"}, tags=tags)
        frame.state.infos[fragment] = frame.state.infos.get(fragment, NOTHING_KNOWN).both(info)
        made.append(
            replace(taint, fragment=fragment, trail=frame.step(taint.trail, node, f"goes through `{_short(row.name)}`"))
        )
    return Value(open=True, taints=merge_taints((), made), refs=refs)


_UPWARDS = frozenset(("../",))


def _below_root(value: Value) -> bool:
    """Whether it is a path from the root on: nothing leads up from there, so that no ``..`` is left once it is normal."""
    heads = [text for text in value.texts if len(text) > 1 and isinstance(text[0], str) and set(text[0]) == {"/"}]
    return bool(heads) and all(text in heads or any(text == one[1:] for one in heads) for text in value.texts)


def _begins_with_ours(value: Value) -> bool:
    """Whether each of the texts begins with something that is no visitor's."""
    return bool(value.texts) and all(
        bool(text) and (isinstance(text[0], str) or not text[0].taints) for text in value.texts
    )


def _address(frame: Frame, value: Value, node: ir.Node) -> Value:
    """An address out of its parts in order, or out of one that was taken apart."""
    things = frame.objects(value)
    if not things:
        return _bare(value)
    size = things[0][1].size
    if len(things) > 1 or size is None or size < _PARTS_OF_ADDRESS:
        return frame.derive(value, node.start, lower="which part of the address it is is not known")
    scheme, host, *others = (things[0][1].items.get(index, things[0][1].rest) for index in range(size))
    front: list[Value] = []
    if _is_of_ours(frame, scheme) and _is_of_ours(frame, host):
        scheme, host = UNKNOWN, UNKNOWN
    if not _is_empty(scheme) and not frame.inside(host):
        front = [frame.as_text(scheme), Value((":" if _is_empty(host) else "://",))]
    if not _is_empty(host):
        front += [frame.as_text(host), Value(("/",))]
    rest = separated([frame.as_text(part) for part in others if not _is_empty(part)], Value(("?",)))
    return concat((*front, rest))


_PARTS_OF_ADDRESS = 5


def _is_of_ours(frame: Frame, value: Value) -> bool:
    """Whether it is a part of an address whose host the visitor's browser asked."""
    taints = frame.inside(value)
    return bool(taints) and all(isinstance(one.origin, Origin) and one.origin.row.hosted for one in taints)


def _is_empty(value: Value) -> bool:
    return value.known and all(one in ("", None) for one in value.constants)


def _folder(frame: Frame, index: Index, row: Summary, value: Value, node: ir.Node) -> Value | None:
    """The folder of a path that is put together: all but its last name. None when that can't be told."""
    found: list[Value] = []
    for text in value.texts:
        first = next((at for at, piece in enumerate(text) if not isinstance(piece, str) and piece.taints), None)
        if first == 0 and len(text) > 1:
            # It may be any path: a part of it, and then parts of what else is a visitor's.
            found.append(concat([_part_of_piece(frame, index, row, piece, node) for piece in text]))
            continue
        slash = next((at for at in reversed(range(first or len(text))) if "/" in literal(text[at])), None)
        if slash is None:
            return None
        head = literal(text[slash]).rpartition("/")[0]
        if first is not None:
            # What is ours down to the last slash stays; behind it is a part of what is the visitor's.
            part = _part_of_piece(frame, index, row, Hole(text_taints(text[first:])), node)
            found.append(concat((text_value([(*text[:slash], f"{head}/")]), part)))
        else:
            found.append(text_value([tidy((*text[:slash], head))]))
    return join_all(found) if found else None


def _part_of_piece(frame: Frame, index: Index, row: Summary, piece: Piece, node: ir.Node) -> Value:
    if isinstance(piece, str) or not piece.taints:
        return text_value([(piece,)])
    return _tagged(frame, index, row._replace(how="part"), Value(open=True, taints=piece.taints), node, ())


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _paths(frame: Frame, parts: list[Value], between: str) -> Value:
    """Paths joined: an absolute one throws away what stands before it."""
    found = NEVER
    for start in range(len(parts)):
        part = parts[start]
        if start and not _may_be_absolute(frame, part):
            continue
        tail = [frame.as_text(one) for one in parts[start:]]
        joined = separated(tail, Value((between,)))
        found = join(found, joined)
    return found


def _may_be_absolute(frame: Frame, part: Value) -> bool:
    for choice in texts(frame.as_text(part)):
        if not choice or isinstance(choice[0], str):
            if choice and str(choice[0]).startswith("/"):
                return True
            continue
        for taint in choice[0].taints:
            info = frame.full_info(taint.fragment)
            if (
                info.mask & characters.of("/\\")
                and "not:/" not in info.tags
                and "*" not in info.clear
                and not (info.prefix and not info.prefix.startswith(("/", "\\")))
            ):
                return True
    return False


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


# Stores -------------------------------------------------------------------------------------------------------------

_STORED = re.compile(
    r"(?P<into>self|owner)(?:\[(?P<keys>[^\]]*)\]|\.(?P<attribute>\w+)|(?P<add>\+))(?:=(?P<value>.+))?$"
)


def _targets(frame: Frame, into: str, receiver: Value) -> list[tuple[int, Obj]]:
    if into == "owner":
        owners = [one.receiver for one in receiver.refs if isinstance(one, Method)]
        return [pair for owner in owners for pair in frame.objects(owner)]
    return frame.objects(receiver)


def _key(frame: Frame, spec: str, arguments: Arguments, receiver: Value) -> Constant | Info:
    parts = []
    for where in spec.split(","):
        value = picked(frame, where.strip(), arguments, receiver)
        if value is None:
            return NOTHING_KNOWN
        if value.known and len(value.constants) == 1:
            one = value.constants[0]
            parts.append(one.lower() if isinstance(one, str) and "," in spec else one)
        elif len(value.refs) == 1 and isinstance(value.refs[0], str) and not value.taints:
            parts.append(value.refs[0])
        else:
            return NOTHING_KNOWN
    return parts[0] if len(parts) == 1 else "\x00".join(map(str, parts))


def store(frame: Frame, spec: str, arguments: Arguments, receiver: Value) -> None:
    for one in filter(None, spec.split(";")):
        found = _STORED.match(one)
        assert found is not None, one
        value = picked(frame, found["value"], arguments, receiver)
        if value is None:
            continue
        targets = _targets(frame, found["into"], receiver)
        for address, _ in targets:
            thing = frame.object_at(address)
            certain = len(targets) == 1
            if found["attribute"]:
                frame.update(
                    address, replace(thing, attributes={**thing.attributes, found["attribute"]: value}), certain
                )
            elif found["add"]:
                before = thing.attributes.get("+")
                text = frame.as_text(value)
                whole = separated((before, text), Value(("",))) if before is not None else text
                frame.update(address, replace(thing, attributes={**thing.attributes, "+": whole}), certain)
            else:
                key = _key(frame, found["keys"], arguments, receiver)
                if isinstance(key, Info):
                    frame.update(address, replace(thing, rest=join(thing.rest, value)), True)
                else:
                    frame.update(address, replace(thing, items={**thing.items, key: value}), certain)


def _load(frame: Frame, row: Summary, arguments: Arguments, receiver: Value) -> Value | None:
    found = _STORED.match(row.load)
    assert found is not None, row.load
    result = NEVER
    for _, thing in _targets(frame, found["into"], receiver):
        if found["attribute"]:
            result = join(result, thing.attributes.get(found["attribute"], NEVER))
        elif found["add"]:
            result = join(result, thing.attributes.get("+", Value(("",))))
        else:
            key = _key(frame, found["keys"], arguments, receiver)
            result = (
                join(result, thing.everything())
                if isinstance(key, Info)
                else join(result, thing.items.get(key, thing.rest))
            )
    return result if result is not NEVER else None
