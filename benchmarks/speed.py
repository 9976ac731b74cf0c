#!/usr/bin/env python3
"""What flasklint costs beside its peers and beside libcst alone, as ratios of whole processes run in turn.

    python benchmarks/speed.py APP [APP ...] [--runs 5] [--owasp FOLDER] [--semgrep CONFIG] [--json FILE] [--plot FILE.svg]

L is a process that only calls `libcst.parse_module` on every Python file of the app, tests included. In each round every
command runs once, one after the other, so that a slow minute of the machine is slow for all; a figure is the median over the
rounds of the ratio within a round. bandit and ruff are paired where they are installed beside this Python, semgrep where it is on
the path and --semgrep names its rules (a file, a folder or a name of its registry); what is missing is left out of the table.
--owasp names a checkout of the OWASP Benchmark for Python, where every function is relevant: it is one more column. The apps are
copied to a scratch folder, since some runs change files, and made a project of their own there. What is started with nothing to
do (`--version`, a folder with one empty module) is measured once, for all. Needs a flasklint that is installed, and so compiled;
--plot needs matplotlib.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

BARE = """
import sys, pathlib, libcst
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    try:
        libcst.parse_module(path.read_bytes())
    except Exception:
        pass
"""


class Cost(NamedTuple):
    """Seconds of wall clock and of CPU (children's too), and peak memory in MiB of the largest process."""

    wall: float
    cpu: float
    peak: float


class Job(NamedTuple):
    """One command. ``before`` runs untimed before it."""

    name: str
    command: list[str]
    before: Callable[[], object] = lambda: None


class Ratio(NamedTuple):
    """One row of the table: what of one job over what of another one."""

    title: str
    job: str
    over: str
    of: str


RATIOS = (
    Ratio("cold, one process: CPU over L", "one process", "L", "cpu"),
    Ratio("cold, as installed: wall over bandit's", "as installed", "bandit", "wall"),
    Ratio("cold, as installed: CPU over bandit's", "as installed", "bandit", "cpu"),
    Ratio("cold, as installed: wall over one process's", "as installed", "one process", "wall"),
    Ratio("cold, as installed: wall over semgrep's", "as installed", "semgrep", "wall"),
    Ratio("unchanged: CPU over ruff's", "unchanged", "ruff", "cpu"),
    Ratio("one file changed: CPU over L", "one file changed", "L", "cpu"),
    Ratio("peak memory over L's", "one process", "L", "peak"),
)


def measure(command: list[str]) -> Cost:
    """Run a command to its end, whatever it ends with."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def jobs(app: Path, cache: Path, semgrep: str = "") -> Iterator[Job]:
    """The commands that are compared, over one app that may be changed. ``semgrep``: the rules that it is given, if it runs."""
    python = sys.executable
    check = [python, "-m", "flasklint", "check", "--isolated", "--exit-zero", "--no-progress"]
    kept = [*check, "--cache-dir", str(cache), str(app)]
    yield Job("L", [python, "-c", BARE, str(app)])
    yield Job("one process", [*check, "--no-cache", "--jobs", "1", str(app)])
    yield Job("as installed", [*check, "--no-cache", str(app)])
    yield Job("unchanged", kept, lambda: measure(kept))
    by_size = sorted(app.rglob("*.py"), key=lambda path: path.stat().st_size)
    changed = by_size[len(by_size) * 3 // 4]
    yield Job("one file changed", kept, lambda: _change(changed))
    named = [*kept[:-1], *map(str, by_size[-3:])]
    yield Job("three files named", named, lambda: measure(kept))
    yield Job("three files changed and named", named, lambda: _change(*by_size[-3:]))
    if importlib.util.find_spec("bandit"):
        yield Job("bandit", [python, "-m", "bandit", "-q", "-r", str(app), "--exit-zero"])
    if importlib.util.find_spec("ruff"):
        ruff = [python, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "S", "--exit-zero"]
        yield Job("ruff", [*ruff, str(app)])
    if semgrep and (program := shutil.which("semgrep")):
        yield Job(
            "semgrep", [program, "scan", "--metrics=off", "--quiet", "--no-git-ignore", "--config", semgrep, str(app)]
        )


def _change(*paths: Path) -> None:
    for path in paths:
        path.write_bytes(path.read_bytes() + b"\n_ = 1\n")


def started(folder: Path) -> Iterator[Job]:
    """Runs with nothing to do. ``folder``: an empty one."""
    flasklint = [sys.executable, "-m", "flasklint"]
    app = folder / "app"
    app.mkdir()
    (app / "__init__.py").touch()
    (nothing := folder / "nothing").mkdir()
    yield Job("--version", [*flasklint, "--version"])
    yield Job("one empty module", [*flasklint, "check", "--isolated", "--no-cache", str(app)])
    yield Job("an empty folder", [*flasklint, "check", "--isolated", "--no-cache", str(nothing)])


def starts(runs: int) -> dict[str, list[Cost]]:
    """What it costs to start, in every round, by job."""
    with tempfile.TemporaryDirectory() as scratch:
        chosen = list(started(Path(scratch)))
        costs: dict[str, list[Cost]] = {job.name: [] for job in chosen}
        for _ in range(runs):
            for job in chosen:
                costs[job.name].append(measure(job.command))
    return costs


def rounds(app: Path, runs: int, semgrep: str = "") -> dict[str, list[Cost]]:
    """The cost of every job in every round, by job."""
    costs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        copy, cache = Path(scratch, app.name), Path(scratch, "cache")
        shutil.copytree(app, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        if not (copy / "pyproject.toml").exists():  # or else files that are named alone would be a project alone
            (copy / "pyproject.toml").touch()
        for _ in range(runs):
            for job in jobs(copy, cache, semgrep):
                job.before()
                costs.setdefault(job.name, []).append(measure(job.command))
    return costs


def ratios(costs: Mapping[str, list[Cost]]) -> dict[str, float]:
    """The median ratio of each row that both of its jobs ran for."""
    found = {}
    for row in RATIOS:
        if row.job in costs and row.over in costs:
            pairs = zip(costs[row.job], costs[row.over], strict=True)
            found[row.title] = statistics.median(getattr(one, row.of) / getattr(other, row.of) for one, other in pairs)
    return found


def table(apps: Mapping[str, Mapping[str, Any]]) -> str:
    """All figures as Markdown: ratios, then median seconds."""
    names = list(apps)
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    titles = [row.title for row in RATIOS if any(row.title in app["ratios"] for app in apps.values())]
    for title in titles:
        cells = [f"{apps[name]['ratios'][title]:.2f}" if title in apps[name]["ratios"] else "" for name in names]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    for job in dict.fromkeys(job for app in apps.values() for job in app["costs"]):
        cells = []
        for name in names:
            costs = [Cost(*cost) for cost in apps[name]["costs"].get(job, ())]
            cells.append(
                f"{statistics.median(one.cpu for one in costs):.2f} / {statistics.median(one.wall for one in costs):.2f} s"
                if costs
                else ""
            )
        lines.append(f"| {job}: CPU / wall | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(apps: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    """Median CPU of each job, by app, as bars."""
    from matplotlib import pyplot

    shown = ("L", "bandit", "one process", "one file changed", "unchanged", "ruff")
    figure, axes = pyplot.subplots(figsize=(9, 1 + 0.9 * len(apps)))
    height = 0.8 / len(shown)
    for number, job in enumerate(shown):
        rows = [(at, app["costs"][job]) for at, app in enumerate(apps.values()) if job in app["costs"]]
        axes.barh(
            [at + number * height for at, _ in rows],
            [statistics.median(cost[1] for cost in costs) for _, costs in rows],
            height,
            label={"one process": "flasklint, cold", "unchanged": "flasklint, unchanged"}.get(job, job),
        )
    axes.set_yticks([at + 0.4 - height / 2 for at in range(len(apps))], list(apps))
    axes.invert_yaxis()
    axes.set_xlabel("CPU seconds (median)")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="+", type=Path, metavar="APP")
    parser.add_argument("--runs", type=int, default=5, help="rounds, 5 unless set")
    parser.add_argument("--owasp", type=Path, metavar="FOLDER", help="a checkout of OWASP's Benchmark for Python")
    parser.add_argument(
        "--semgrep", default="", metavar="CONFIG", help="the rules to give to semgrep, if it is to be paired"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw median CPU seconds as bars")
    args = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    apps = [*args.apps, *((args.owasp,) if args.owasp else ())]
    for app in apps:
        if not app.is_dir():
            parser.error(f"{app} is no folder")
    for app in apps:
        costs = rounds(app.resolve(), args.runs, args.semgrep)
        found[app.name] = {"costs": costs, "ratios": ratios(costs)}
        print(f"{app.name}: {json.dumps(found[app.name]['ratios'])}", file=sys.stderr, flush=True)
    print(table(found))
    print("\n| with nothing to do | wall, median | least |\n|---|---|---|")
    for name, idle in starts(max(args.runs, 5)).items():
        walls = [cost.wall for cost in idle]
        print(f"| {name} | {statistics.median(walls):.3f} s | {min(walls):.3f} s |")
    if args.json:
        args.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if args.plot:
        plot(found, args.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
