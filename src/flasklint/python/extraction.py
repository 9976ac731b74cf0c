"""The stages of extraction, in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flasklint import ir
from flasklint.python.comments import comments
from flasklint.python.exact import exact
from flasklint.python.guards import guard
from flasklint.python.lower import lower
from flasklint.python.parse import parse
from flasklint.python.refusal import MisalignedError, NestingError, Refusal
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


def read(path: str, text: str) -> ir.Module | ir.Unread:
    """The facts of one module's text."""
    nul = text.find("\0")
    if nul >= 0:
        return ir.Unread(path, nul, nul + 1, "holds a null byte: not a text file")
    try:
        layout = scan(text)
        if (refusal := guard(layout)) is not None:
            return ir.Unread(path, *refusal)
        with _room():
            tree = parse(text)
            if isinstance(tree, Refusal):
                return ir.Unread(path, *tree)
            try:
                body = lower(tree, layout)
            except MisalignedError:
                layout = exact(tree, text)
                body = lower(tree, layout)
    except NestingError as error:
        return ir.Unread(path, error.offset, error.offset, "nested too deeply")
    except RecursionError:
        return ir.Unread(path, 0, 0, "nested too deeply")
    except MisalignedError as error:
        return ir.Unread(path, 0, 0, f"not understood: {error}")
    except KeyError as error:
        kind = error.args[0]
        return ir.Unread(path, 0, 0, f"not understood: {getattr(kind, '__name__', kind)} is new to this version")
    return ir.Module(path, body, comments(layout))


@contextmanager
def _room() -> Iterator[None]:
    """Recursion as deep as the guards let through takes more frames than Python allows by default."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
