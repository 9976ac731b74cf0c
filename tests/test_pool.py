"""Work in other processes: all of it is done, and what kills its process costs itself alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from flasklint import pool
from flasklint.pool import Died, Done, Errand, Failed, Outcome

pytestmark = pytest.mark.skipif(not pool.available(), reason="this platform cannot fork")


def outcomes(work: Callable[[int], bytes], count: int, jobs: int = 2, **limits: float) -> list[Outcome]:
    found = dict(pool.run(range(count), work, jobs, **limits))
    return [found[number] for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_task_is_done_once(jobs: int) -> None:
    assert outcomes(lambda number: b"%d" % number, 20, jobs) == [Done(b"%d" % number) for number in range(20)]


def test_nothing_to_do_is_done() -> None:
    assert list(pool.run([], lambda number: b"", 2)) == []


def test_answers_of_any_size_arrive() -> None:
    sizes = [0, 1, 65535, 65536, 3_000_000]
    assert outcomes(lambda number: b"x" * sizes[number], len(sizes)) == [Done(b"x" * size) for size in sizes]


def test_an_exception_is_told() -> None:
    def work(number: int) -> bytes:
        if number == 1:
            raise ValueError("nö")
        return b"ok"

    assert outcomes(work, 3) == [Done(b"ok"), Failed("ValueError: nö"), Done(b"ok")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_death_costs_one_task(jobs: int) -> None:
    def work(number: int) -> bytes:
        if number == 1:
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # pytest's own handler would write a long story
            os.kill(os.getpid(), signal.SIGSEGV)
        if number == 2:
            os._exit(3)
        return b"ok"

    assert outcomes(work, 5, jobs) == [
        Done(b"ok"),
        Died("the parser died (SIGSEGV)"),
        Died("the parser died"),
        Done(b"ok"),
        Done(b"ok"),
    ]


def test_a_task_that_computes_for_ever_is_ended() -> None:
    def work(number: int) -> bytes:
        while number == 0:
            pass
        return b"ok"

    assert outcomes(work, 2, 1, seconds=0.05) == [Died("the parser took more than 0.05 s"), Done(b"ok")]


def test_a_task_that_waits_for_ever_is_ended() -> None:
    def work(number: int) -> bytes:
        if number == 0:
            time.sleep(1000)
        return b"ok"

    assert outcomes(work, 2, 1, patience=0.05) == [Died("the parser took more than 0.05 s"), Done(b"ok")]


def test_no_process_is_left_when_the_caller_stops_early() -> None:
    def work(number: int) -> bytes:
        if number:
            time.sleep(1000)
        return b"%d" % os.getpid()

    running = pool.run([0, 1, 2], work, 2)
    next(running)
    running.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_there_is_a_processor() -> None:
    assert pool.processors() >= 1


# One task beside -------------------------------------------------------------------------------------------------------


def test_an_errand_is_run_meanwhile() -> None:
    with Errand(lambda: b"x" * 3_000_000) as errand:
        assert errand.outcome() == Done(b"x" * 3_000_000)


def test_an_errand_that_fails_says_so() -> None:
    def fails() -> bytes:
        raise ValueError("oh")

    with Errand(fails) as errand:
        assert errand.outcome() == Failed("ValueError: oh")


def test_an_errand_that_dies_says_so() -> None:
    with Errand(lambda: os._exit(3)) as errand:
        assert isinstance(errand.outcome(), Died)


def test_an_errand_that_nobody_waits_for_is_ended() -> None:
    def sleeps() -> bytes:
        time.sleep(1000)
        return b""

    start = time.monotonic()
    with Errand(sleeps):
        pass
    assert time.monotonic() - start < 100
