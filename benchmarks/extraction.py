#!/usr/bin/env python3
"""What reading an app costs beside libcst alone, what of it is read at all, and whether the short way tells the same.

    python benchmarks/extraction.py APP [APP ...] [--rounds 5] [--same] [--bodies]

L is the processor's time for `libcst.parse_module` on every Python file of the app, tests included. "reading" is what flasklint
does to have the facts of what it reads: decoding, parsing, lowering, and the codec there and back; "stock" is the same with
libcst's own nodes. All are measured in one process, in turn, and a figure is the smallest of the rounds. --same reads every
Python file of the app both ways, tests too, and compares the facts. --bodies says what share of the text inside functions the
data-flow engine evaluates: what would have to be parsed anyway if function bodies were left out and parsed when asked for.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import libcst

from flasklint import engine, ir
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Tables
from flasklint.planning import Orders
from flasklint.planning import plan as plan_for
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.python import extraction
from flasklint.source import SourceFile, UndecodableError, decode
from flasklint.taint.analyse import analyse
from flasklint.taint.engine import Engine


def timed(work: Callable[[], object]) -> float:
    """The processor's seconds that something takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def texts(files: Iterable[SourceFile]) -> list[tuple[str, str]]:
    """The files that are text, with it."""
    found = []
    for file in files:
        with contextlib.suppress(UndecodableError):
            found.append((file.path, decode(file.data, "python")))
    return found


def bare(files: Sequence[SourceFile]) -> None:
    """libcst alone."""
    for file in files:
        with contextlib.suppress(Exception):
            libcst.parse_module(file.data)


def read(files: Sequence[SourceFile], *, lean: bool) -> None:
    """All that has to be done before linking."""
    for path, text in texts(files):
        ir.decode(ir.encode(extraction.read(path, text, lean=lean)))


def different(files: Sequence[SourceFile]) -> list[str]:
    """The files of which the short way tells something else."""
    return [
        path for path, text in texts(files) if extraction.read(path, text) != extraction.read(path, text, lean=False)
    ]


def evaluated(files: Sequence[SourceFile]) -> float:
    """The share of the text inside outermost functions that is in those of which the data-flow engine evaluates something."""
    facts = [extraction.extract(file.path, file.data) for file in files]
    project = Project(facts)
    engines: list[Engine] = []

    def make(project: Project, tables: Tables) -> Engine:
        engines.append(Engine(project, tables))
        return engines[-1]

    analyse(project, EVERYTHING, make)
    ran = {id(key.function) for key in engines[0].contexts}
    whole = reached = 0
    for scope in project.functions():
        node = scope.node
        if _inside_function(scope) or not isinstance(node, ir.Function) or not node.body:
            continue
        size = node.end - node.body[0].start
        whole += size
        if id(node) in ran or any(id(inner) in ran for inner in ir.walk(node)):
            reached += size
    return reached / max(whole, 1)


def _inside_function(scope: Scope) -> bool:
    outer = scope.parent
    while outer is not None and not outer.is_function:
        outer = outer.parent
    return outer is not None


def measure(app: Path, rounds: int, *, same: bool, bodies: bool) -> str:
    """One row of the table."""
    here = os.getcwd()
    os.chdir(app)
    try:
        plan = plan_for(Orders((".",)))
        everything = [file for file in plan.discovery.files if file.kind == "python"]
        kept = [file for file in engine.worth_reading(plan)[0] if file.kind == "python"]
    finally:
        os.chdir(here)
    extraction.read("warm.py", "x = 1\n")
    gc.disable()
    least = [float("inf")] * 3
    for _ in range(rounds):
        taken = (
            timed(lambda: bare(everything)),
            timed(lambda: read(kept, lean=True)),
            timed(lambda: read(kept, lean=False)),
        )
        least = [min(pair) for pair in zip(least, taken, strict=True)]
    gc.enable()
    alone, lean, stock = least
    size, read_size = (sum(len(file.data) for file in files) / 1e6 for files in (everything, kept))
    cells = [app.name, f"{size:.2f} MB", f"{read_size / size:.2f}", f"{alone:.2f} s", f"{lean / alone:.2f}"]
    cells += [f"{stock / alone:.2f}", f"{lean / stock:.2f}"]
    cells += [f"{len(different(everything))} of {len(everything)}"] if same else []
    cells += [f"{evaluated(kept):.2f}"] if bodies else []
    return f"| {' | '.join(cells)} |"


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="+", type=Path, metavar="APP")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--same", action="store_true")
    parser.add_argument("--bodies", action="store_true")
    given = parser.parse_args(argv)
    heads = ["app", "Python", "read", "L", "reading / L", "stock / L", "lean / stock"]
    heads += ["files that differ"] if given.same else []
    heads += ["bodies evaluated"] if given.bodies else []
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for app in given.apps:
        print(measure(app, given.rounds, same=given.same, bodies=given.bodies), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
