"""How the work after parsing grows with the code: seconds of CPU and peak memory, for mixes of real apps of several sizes.

    python benchmarks/growth.py APP ... [--sizes 0.2,1,5,10]

Each APP is a folder with a Flask app. A mix takes their files app by app until it has so many megabytes of Python. What was
parsed comes from a cache, in a process of its own, so that only reading the facts and what comes after that is measured.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from flasklint import engine
from flasklint.cache import Cache
from flasklint.knowledge.rows import Tables
from flasklint.planning import Orders
from flasklint.planning import plan as plan_for
from flasklint.project.project import Project
from flasklint.taint.analyse import analyse
from flasklint.taint.flows import Flows

SUFFIXES = (".py", ".html", ".jinja", ".jinja2", ".j2")


class Measure(NamedTuple):
    """Seconds of CPU for following data and for all else after parsing, findings, and MB of memory at the peak."""

    flows: float
    rest: float
    findings: int
    memory: float


def mix(apps: list[Path], size: float, target: Path) -> float:
    """Copy files of apps until there are so many MB of Python; how many there are."""
    total = 0
    for app in apps:
        for path in sorted(app.rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            if total >= size * 1e6:
                return total / 1e6
            copy = target / app.name / path.relative_to(app)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            total += path.stat().st_size if path.suffix == ".py" else 0
    return total / 1e6


def measure(folder: str, cache: str) -> Measure:
    """One run over a folder, with what the cache holds."""
    followed = 0.0

    def follow(project: Project, tables: Tables) -> Flows:
        nonlocal followed
        start = time.process_time()
        flows = analyse(project, tables)
        followed = time.process_time() - start
        return flows

    plan = plan_for(Orders(paths=(folder,), isolated=True))
    start = _spent()
    stored = Cache(cache, folder)
    outcome = engine.run(plan, stored, follow=follow)
    spent = _spent() - start
    stored.save()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measure(followed, spent - followed, len(outcome.report.results), peak)


def _spent() -> float:
    """Seconds of CPU of this process and of those that it has waited for: some rules are applied by one of its own."""
    return sum(os.times()[:4])


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="+", type=Path)
    parser.add_argument("--sizes", default="0.2,1,5,10", help="MB of Python, separated by commas")
    parser.add_argument("--one", metavar="CACHE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        import gc

        gc.disable()  # as the command does
        print(*measure(str(arguments.apps[0]), arguments.one))
        return
    print("| MB of Python | data flow, s | all else after parsing, s | s per MB | peak memory, MB | findings |")
    print("|---|---|---|---|---|---|")
    for size in map(float, arguments.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
            found = mix(arguments.apps, size, Path(folder))
            order = [sys.executable, __file__, folder, "--one", cache]
            subprocess.run(order, check=True, stdout=subprocess.DEVNULL)  # fills the cache
            told = subprocess.run(order, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
            flows, rest, findings, memory = (float(text) for text in told)
            each = (flows + rest) / found
            print(
                f"| {found:.1f} | {flows:.1f} | {rest:.1f} | {each:.2f} | {memory:.0f} | {findings:.0f} |", flush=True
            )


if __name__ == "__main__":
    main()
