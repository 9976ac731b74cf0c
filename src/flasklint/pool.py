"""Work in processes of its own: some of it at once, and none of it able to take the run with it.

A worker is forked, so it has all that its parent had read and is sent numbers only; what it gives back is bytes. A native
parser may die or never end on what it is fed: that costs the one task, and another worker takes its place. The time of a task is
measured in the processor's own seconds, so that a busy machine changes no result.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import select
import signal
import struct
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

_NUMBER = struct.Struct("<I")
_HEAD = struct.Struct("<BI")
_DONE, _FAILED = 0, 1
_COLLECT_EVERY = 200
_AHEAD = 3
"""Tasks that a worker has been given at a time, the one that it is at among them."""
_PIPE = 1 << 20
"""Bytes that a worker can hand back before anybody takes them, where pipes can be widened."""


class Done(NamedTuple):
    """What a task gave."""

    data: bytes


class Failed(NamedTuple):
    """An exception of a task's, as text: a mistake of ours."""

    error: str


class Died(NamedTuple):
    """A task's process ended, or was ended, before it gave anything. ``reason``: in words."""

    reason: str


Outcome = Done | Failed | Died


def available() -> bool:
    """Whether this platform can fork."""
    return hasattr(os, "fork") and hasattr(signal, "setitimer")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def run(
    tasks: Sequence[int], work: Callable[[int], bytes], jobs: int, *, seconds: float = 30, patience: float = 600
) -> Iterator[tuple[int, Outcome]]:
    """Do the tasks, each once, in up to ``jobs`` processes; gives each with its outcome as they end, in no order to rely on.

    ``seconds``: the processor time that a task may take; ``patience``: the time by the clock. Workers are gone when this
    ends, however it ends.
    """
    crew = Crew(tasks, work, jobs, seconds=seconds, patience=patience)
    try:
        yield from crew.outcomes()
    finally:
        crew.dismiss()


class Crew:
    """Workers that are at their tasks from the moment it is made, whatever the caller does until it asks for the outcomes.

    Each has a few tasks ahead, so that it goes on while nobody listens.
    """

    def __init__(
        self,
        tasks: Sequence[int],
        work: Callable[[int], bytes],
        jobs: int,
        *,
        seconds: float = 30,
        patience: float = 600,
    ) -> None:
        self._work = work
        self._seconds = seconds
        self._patience = patience
        self._waiting = list(reversed(tasks))
        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()
        for _ in range(min(max(jobs, 1), len(tasks))):
            self._start()
        for _ in range(_AHEAD - 1):
            for worker in self._workers.values():
                self._feed(worker)

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        """Each task with its outcome, as they end."""
        while self._workers:
            for handle, _ in self._poll.poll(1000):
                worker = self._workers[handle]
                for outcome in worker.take():
                    task = worker.tasks.popleft()
                    # Whoever takes the outcome may be busy with it for a while: the worker has its next task before.
                    if isinstance(outcome, Died):
                        self._waiting += reversed(worker.tasks)
                        self._forget(worker)
                        if self._waiting:
                            self._start()
                    else:
                        self._feed(worker)
                        if not worker.tasks:
                            self._forget(worker)
                            worker.end()
                    yield task, outcome
            for worker in self._workers.values():
                if time.monotonic() - worker.since > self._patience:
                    worker.kill(f"the parser took more than {self._patience:g} s")

    def dismiss(self) -> None:
        """End the workers now, whatever they are at."""
        for worker in list(self._workers.values()):
            worker.kill()
            worker.end()
            self._forget(worker)

    def _start(self) -> None:
        worker = _Worker(self._work, self._seconds, [other.handles for other in self._workers.values()])
        self._workers[worker.inlet] = worker
        self._poll.register(worker.inlet, select.POLLIN | select.POLLHUP)
        self._feed(worker)

    def _feed(self, worker: _Worker) -> None:
        if self._waiting:
            worker.give(self._waiting.pop())

    def _forget(self, worker: _Worker) -> None:
        self._poll.unregister(worker.inlet)
        del self._workers[worker.inlet]


class Errand:
    """One task that another process does while this one goes on. As a context, it is over when that ends, done or not."""

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._worker: _Worker | None = _Worker(lambda _: work(), 0, [])
        self._worker.give(0)

    def __enter__(self) -> Errand:
        return self

    def __exit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker.end()

    def outcome(self) -> Outcome:
        """What came of it; waits for it. To be asked for once."""
        worker, self._worker = self._worker, None
        assert worker is not None
        while not (outcomes := worker.take()):
            pass
        (outcome,) = outcomes
        if not isinstance(outcome, Died):
            worker.end()
        return outcome


class _Worker:
    """A forked process and the pipes to and from it."""

    def __init__(self, work: Callable[[int], bytes], seconds: float, others: list[tuple[int, int]]) -> None:
        tasks, self._outlet = os.pipe()
        self.inlet, results = os.pipe()
        self.tasks: deque[int] = deque()
        self.since = time.monotonic()
        self._seconds = seconds
        self._got = bytearray()
        self._why = ""
        with warnings.catch_warnings():
            # Some Pythons warn of forking beside threads. The child below touches nothing that a thread of ours could hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            for handle in (self.inlet, self._outlet, *(handle for pair in others for handle in pair)):
                os.close(handle)
            _serve(tasks, results, work, seconds)
        os.close(tasks)
        os.close(results)
        _widen(self.inlet)

    @property
    def handles(self) -> tuple[int, int]:
        """The parent's ends of the pipes."""
        return self.inlet, self._outlet

    def give(self, task: int) -> None:
        """Send a task. That it did not arrive shows when its outcome is taken."""
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        with contextlib.suppress(BrokenPipeError):
            os.write(self._outlet, _NUMBER.pack(task))

    def take(self) -> list[Outcome]:
        """The outcomes that are whole with what arrives now, in the order of the tasks; waits if nothing does."""
        part = os.read(self.inlet, 1 << 20)
        if not part:
            return [Died(self._last_words())]
        self._got += part
        found: list[Outcome] = []
        while len(self._got) >= _HEAD.size:
            sort, size = _HEAD.unpack_from(self._got)
            if len(self._got) < _HEAD.size + size:
                break
            data = bytes(self._got[_HEAD.size : _HEAD.size + size])
            del self._got[: _HEAD.size + size]
            found.append(Done(data) if sort == _DONE else Failed(data.decode("utf-8", "replace")))
            self.since = time.monotonic()
        return found

    def kill(self, why: str = "") -> None:
        """End the process now, whatever it does."""
        self._why = why
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def end(self) -> None:
        """Let go of a process that has nothing to do, or is being killed."""
        os.close(self._outlet)
        os.close(self.inlet)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _last_words(self) -> str:
        os.close(self._outlet)
        os.close(self.inlet)
        _, status = os.waitpid(self._pid, 0)
        if self._why or not os.WIFSIGNALED(status):
            return self._why or "the parser died"
        number = os.WTERMSIG(status)
        if number == signal.SIGVTALRM:
            return f"the parser took more than {self._seconds:g} s"
        with contextlib.suppress(ValueError):
            return f"the parser died ({signal.Signals(number).name})"
        return f"the parser died (signal {number})"


def _widen(pipe: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _serve(tasks: int, results: int, work: Callable[[int], bytes], seconds: float) -> None:
    """The worker's whole life. It never returns: what stands below it on the stack is the parent's business."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, and that ends us
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
        faulthandler.disable()  # a death is told in one line
        gc.freeze()
        gc.disable()
        done = 0
        while task := os.read(tasks, _NUMBER.size):
            (number,) = _NUMBER.unpack(task)
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            try:
                sort, data = _DONE, work(number)
            except Exception as error:
                sort, data = _FAILED, f"{type(error).__name__}: {error}".encode("utf-8", "replace")
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            view = memoryview(_HEAD.pack(sort, len(data)) + data)
            while view:
                view = view[os.write(results, view) :]
            done += 1
            if done % _COLLECT_EVERY == 0:
                gc.collect()
        code = 0
    finally:
        os._exit(code)
