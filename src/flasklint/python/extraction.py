"""The stages of extraction, in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from flasklint import ir
from flasklint.python.comments import comments
from flasklint.python.exact import exact
from flasklint.python.guards import guard
from flasklint.python.layout import Layout
from flasklint.python.lean import PROBE
from flasklint.python.lean import parse_module as parse_lean
from flasklint.python.lower import lower
from flasklint.python.older import restored, rewritten
from flasklint.python.parse import parse
from flasklint.python.refusal import InvalidError, MisalignedError, NestingError, Refusal
from flasklint.python.scan import scan
from flasklint.source import UndecodableError, decode

_FRAMES = 10_000


def extract(path: str, data: bytes) -> ir.Module | ir.Unread:
    """The facts of one Python file, or why there are none. Pure; raises nothing whatever the bytes."""
    try:
        text = decode(data, "python")
    except UndecodableError as error:
        return ir.Unread(path, 0, 0, str(error))
    return read(path, text)


def read(path: str, text: str, *, lean: bool = True) -> ir.Module | ir.Unread:
    """The facts of one module's text. ``lean``: make no more of a tree than is read, if this libcst lets us."""
    nul = text.find("\0")
    if nul >= 0:
        return ir.Unread(path, nul, nul + 1, "holds a null byte: not a text file")
    try:
        layout = scan(text)
        if (refusal := guard(layout)) is not None:
            return ir.Unread(path, *refusal)
        with _room():
            body = _body(text, layout, lean=lean)
            if isinstance(body, Refusal):
                body = _older_body(layout, lean=lean) or body
    except NestingError as error:
        return ir.Unread(path, error.offset, error.offset, "nested too deeply")
    except RecursionError:
        return ir.Unread(path, 0, 0, "nested too deeply")
    except MisalignedError as error:
        return ir.Unread(path, 0, 0, f"not understood: {error}")
    except KeyError as error:
        kind = error.args[0]
        return ir.Unread(path, 0, 0, f"not understood: {getattr(kind, '__name__', kind)} is new to this version")
    return ir.Unread(path, *body) if isinstance(body, Refusal) else ir.Module(path, body, comments(layout))


def _body(text: str, layout: Layout, *, lean: bool) -> tuple[ir.Stmt, ...] | Refusal:
    """A module's statements, by the short way if that is open and leads somewhere."""
    if lean and _lean_is_right():
        tree = parse(text, parse_lean)
        if not isinstance(tree, Refusal):
            with suppress(MisalignedError, InvalidError, AttributeError, KeyError):
                return lower(tree, layout)
    tree = parse(text)
    if isinstance(tree, Refusal):
        return tree
    try:
        return lower(tree, layout)
    except MisalignedError:
        return lower(tree, exact(tree, text))


def _older_body(layout: Layout, *, lean: bool) -> tuple[ir.Stmt, ...] | None:
    """The statements of a text that is refused, if it is Python 2."""
    older = rewritten(layout)
    if older is None:
        return None
    with suppress(NestingError, MisalignedError, InvalidError, RecursionError, KeyError):
        newer = scan(older.text)
        if guard(newer) is None:
            body = _body(older.text, newer, lean=lean)
            return None if isinstance(body, Refusal) else restored(body, older.edits)
    return None


@cache
def _lean_is_right() -> bool:
    """Whether lean trees tell what libcst's own do."""
    layout = scan(PROBE)
    tree, own = parse(PROBE, parse_lean), parse(PROBE)
    if isinstance(tree, Refusal) or isinstance(own, Refusal):
        return False
    try:
        return lower(tree, layout) == lower(own, layout)
    except (AttributeError, KeyError, MisalignedError):
        return False


@contextmanager
def _room() -> Iterator[None]:
    """Recursion as deep as the guards let through takes more frames than Python allows by default."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
