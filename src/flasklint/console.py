"""What a run says and where: standard output, standard error, a terminal's facts, a progress bar. Nothing else prints."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from flasklint import replay
from flasklint.reporters.terminal import ColorChoice, Terminal, terminal

OK, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""
SECOND = 1.0


@dataclass
class Output:
    """What a run says, kept so that it can be said again. ``name``: what it is remembered as, if it is."""

    name: str | None
    trail: replay.Trail | None = None
    folder: str | None = None
    out: list[bytes] = field(default_factory=list)
    err: list[bytes] = field(default_factory=list)

    def say(self, text: str, encoding: str | None = None) -> None:
        """Write to standard output."""
        data = text.encode(encoding or sys.stdout.encoding or "utf-8", "backslashreplace")
        self.out.append(data)
        _write(sys.stdout, data)

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        data = f"{text}\n".encode(sys.stderr.encoding or "utf-8", "backslashreplace")
        self.err.append(data)
        _write(sys.stderr, data)

    def fail(self, text: str) -> int:
        """Say why the work could not be done."""
        self.note(f"flasklint: error: {text}")
        return FAILED

    def finish(self, code: int) -> None:
        """Remember the run, if it is one that will go the same way next time."""
        if self.trail and self.name and self.folder and code in (OK, FINDINGS):
            said = replay.Said(code, b"".join(self.out), b"".join(self.err))
            replay.remember(self.folder, self.name, self.trail, said)
        with suppress(BrokenPipeError):
            sys.stdout.flush()


def _write(stream: Any, data: bytes) -> None:
    """Write bytes; a reader who has gone is no error, and is not written to again."""
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def standard_output(color: ColorChoice) -> Terminal:
    """What is known of where standard output goes."""
    is_tty = sys.stdout.isatty()
    columns = 0
    if is_tty:
        with suppress(OSError):
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
    encoding = sys.stdout.encoding or "utf-8"
    return terminal(os.environ, is_tty=is_tty, columns=columns, encoding=encoding, color=color)


class Bar:
    """A progress bar on standard error, once a run takes more than a second and if somebody is looking."""

    def __init__(self, *, quiet: bool) -> None:
        self._wanted = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._since = time.monotonic()
        self._last = 0.0
        self._stage = ""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        if self._bar:
            self._bar.stop()
        return False

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        is_news = stage != self._stage or now - self._last >= 0.1
        if not self._wanted or now - self._since < SECOND or not is_news:
            return
        self._last, self._stage = now, stage
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            self._bar.start()
            self._task = self._bar.add_task(stage)
        self._bar.update(self._task, description=stage, completed=done, total=total, refresh=True)
