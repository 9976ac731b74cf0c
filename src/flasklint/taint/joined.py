"""Texts, paths and addresses that libraries put together and take apart: what is kept of what was known of them."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import Summary
from flasklint.taint import characters
from flasklint.taint.frame import Frame
from flasklint.taint.tables import Index
from flasklint.taint.text import concat, literal, separated, text_value
from flasklint.taint.values import (
    NEVER,
    NOTHING_KNOWN,
    UNKNOWN,
    Hole,
    Info,
    Origin,
    Piece,
    Taint,
    Value,
    join,
    join_all,
    merge_taints,
    text_taints,
    texts,
    tidy,
)


def bare(value: Value) -> Value:
    return replace(
        value, constants=(), texts=(), refs=tuple(one for one in value.refs if type(one) is not int), open=True
    )


def typed(value: Value, refs: tuple[str, ...]) -> Value:
    if not refs or value.refs == refs:
        return value
    if refs == ("builtins.str()",) and value.known:
        return value
    choices = texts(value) if value.constants or value.texts else ()
    return Value((), not choices, value.taints, refs, choices)


def tagged(frame: Frame, index: Index, row: Summary, value: Value, node: ir.Node, refs: tuple[str, ...]) -> Value:
    made: list[Taint] = []
    for taint in frame.inside(value):
        known = frame.full_info(taint.fragment)
        fragment = frame.part_of(taint.fragment, row.tag)
        tags = frozenset((row.tag,)) if row.how == "tagged" else frozenset()
        lacks = _UPWARDS if row.tag == "normal-path" and _below_root(value) else frozenset()
        info = Info(mask=known.mask, lacks=lacks, clear=known.clear - {"*"}, tags=tags)
        frame.state.infos[fragment] = frame.state.infos.get(fragment, NOTHING_KNOWN).both(info)
        made.append(
            replace(taint, fragment=fragment, trail=frame.step(taint.trail, node, f"goes through `{short(row.name)}`"))
        )
    return Value(open=True, taints=merge_taints((), made), refs=refs)


_UPWARDS = frozenset(("../",))


def _below_root(value: Value) -> bool:
    """Whether it is a path from the root on: nothing leads up from there, so that no ``..`` is left once it is normal."""
    heads = [text for text in value.texts if len(text) > 1 and isinstance(text[0], str) and set(text[0]) == {"/"}]
    return bool(heads) and all(text in heads or any(text == one[1:] for one in heads) for text in value.texts)


def begins_with_ours(value: Value) -> bool:
    """Whether each of the texts begins with something that is no visitor's."""
    return bool(value.texts) and all(
        bool(text) and (isinstance(text[0], str) or not text[0].taints) for text in value.texts
    )


def address(frame: Frame, value: Value, node: ir.Node) -> Value:
    """An address out of its parts in order, or out of one that was taken apart."""
    things = frame.objects(value)
    if not things:
        return bare(value)
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


def folder(frame: Frame, index: Index, row: Summary, value: Value, node: ir.Node) -> Value | None:
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
    return tagged(frame, index, row._replace(how="part"), Value(open=True, taints=piece.taints), node, ())


def short(name: str) -> str:
    return name.rpartition(".")[2]


def paths(frame: Frame, parts: list[Value], between: str) -> Value:
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
