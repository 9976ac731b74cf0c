#!/usr/bin/env python3
"""Whether flasklint says the same of apps on every road to it, byte for byte.

    python benchmarks/same.py APP [APP ...]

The roads: one process; two of them; trees of libcst's own nodes instead of light ones; facts of all files but one out of the
cache; what was found in this state of the tree out of the cache; the whole answer out of the cache. Each has another order of
sets, and says as data all that there is to tell. An app is copied to a scratch folder, where an empty module joins it between the
run that fills the cache and all others. Ends with 1 if something differs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

OWN_NODES = """
import sys
from flasklint import front
from flasklint.python import extraction
extraction._lean_is_right = lambda: False
sys.exit(front.main(sys.argv[1:]))
"""

WHOLE = ["check", "--isolated", "--exit-zero", "--no-progress", "--format", "json", "--persona", "auditor"]


class Road(NamedTuple):
    """One way to run: what Python is given before the arguments of a run, and those."""

    name: str
    start: list[str]
    arguments: list[str]


def roads(cache: Path) -> Iterator[Road]:
    """All of them, the plainest first."""
    module, kept = ["-m", "flasklint"], ["--cache-dir", str(cache)]
    yield Road("one process", module, ["--no-cache", "--jobs", "1"])
    yield Road("two processes", module, ["--no-cache", "--jobs", "2"])
    yield Road("libcst's own nodes", ["-c", OWN_NODES], ["--no-cache", "--jobs", "1"])
    yield Road("facts from the cache", module, kept)
    yield Road("what was found from the cache", module, [*kept, "--jobs", "1"])
    yield Road("the answer from the cache", module, [*kept, "--jobs", "1"])


def said(road: Road, app: Path, seed: int) -> bytes:
    """What a run says. Raises :class:`subprocess.CalledProcessError` for one that fails."""
    command = [sys.executable, *road.start, *WHOLE, *road.arguments, str(app)]
    environ = os.environ | {"PYTHONHASHSEED": str(seed)}
    return subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout


def differing(app: Path) -> list[str]:
    """The roads on which something else is said than on the first."""
    with tempfile.TemporaryDirectory() as scratch:
        copy, cache = Path(scratch, app.name), Path(scratch, "cache")
        shutil.copytree(app, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        first, *others = roads(cache)
        said(Road("", ["-m", "flasklint"], ["--cache-dir", str(cache)]), copy, 0)
        (copy / "joined_later.py").touch()
        wanted = said(first, copy, 1)
        return [road.name for seed, road in enumerate(others, 2) if said(road, copy, seed) != wanted]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="+", type=Path, metavar="APP")
    args = parser.parse_args()
    failed = False
    for app in args.apps:
        if not app.is_dir():
            parser.error(f"{app} is no folder")
        different = differing(app.resolve())
        failed = failed or bool(different)
        print(f"{app.name}: {', '.join(different) or 'the same on every road'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
