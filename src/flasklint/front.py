"""The door. An unchanged run is answered here, with little more than the interpreter started."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from flasklint import __version__, replay


def main(argv: Sequence[str] | None = None) -> int:
    """Run flasklint and give its exit code. ``argv``: the arguments, without the program's name."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words == ["--version"]:
        return _say(replay.Said(0, f"flasklint {__version__}\n".encode(), b""))
    folder = replay.named_folder(words) or replay.cache_folder()
    name = replay.question(words) if folder else None
    if folder and name and (said := replay.remembered(folder, name)):
        return _say(said)
    collecting = gc.isenabled()
    gc.disable()  # the process ends with the run, and looking for what could be freed until then costs a sixth of it
    try:
        from flasklint import cli  # half a second of imports that an unchanged run does not need

        return cli.main(words, name)
    finally:
        if collecting:
            gc.enable()


def _say(said: replay.Said) -> int:
    _write(1, said.out)
    _write(2, said.err)
    return said.code


def _write(handle: int, data: bytes) -> None:
    """Write it all; whoever has stopped reading is left in peace."""
    try:
        while data:
            data = data[os.write(handle, data) :]
    except BrokenPipeError:
        return
