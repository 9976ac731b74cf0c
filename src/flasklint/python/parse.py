"""Text to tree, or to a place and a reason."""

from __future__ import annotations

import ast
import gc
import re
import warnings
from collections.abc import Callable

import libcst as cst

from flasklint.python.refusal import Refusal
from flasklint.source import Text

_PLACE = re.compile(r"error at (\d+):(\d+)")


def parse(text: str, maker: Callable[[str], cst.Module] = cst.parse_module) -> cst.Module | Refusal:
    """The tree of a module. Only for texts that the guards let through: others may end the process.

    ``maker``: what parses, :func:`flasklint.python.lean.parse_module` or libcst itself.
    """
    # Trees hold no cycles: looking for them while they grow costs a quarter of the parse.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return maker(text)
    except cst.ParserSyntaxError as error:
        return _refusal(text, error.message)
    except Exception as error:  # whatever the native parser raises, the file is at fault, not the run
        return _refusal(text, str(error))
    finally:
        if collecting:
            gc.enable()


def _refusal(text: str, message: str) -> Refusal:
    """What Python itself says of the text is better put, and better placed; but it may know another grammar."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        start = _offset(text, error.lineno or 1, error.offset or 1)
        return Refusal(start, start, f"syntax error: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        pass
    place = _PLACE.search(message)
    start = _offset(text, int(place[1]), int(place[2])) if place else 0
    return Refusal(start, start, f"not understood: {message.splitlines()[0] if message else 'no reason given'}")


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a line and column that count from 1, if they are in the text, else the nearest."""
    starts = Text(text).line_starts
    line = min(max(line, 1), len(starts))
    stop = starts[line] if line < len(starts) else len(text)
    return min(starts[line - 1] + max(column - 1, 0), stop)
