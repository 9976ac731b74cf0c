#!/usr/bin/env python3
"""Run flasklint over real apps, one process an app, and say what it found and what that cost.

    python benchmarks/run.py DIR [--only NAME ...] [--peers] [--show CODE ...] [--json FILE]
    python benchmarks/run.py DIR --compare REV1 REV2 [--only NAME ...]

Each folder in DIR is an app. A table has, for each: lines of Python outside tests, findings, findings per 1,000 of those
lines, wall and CPU seconds and peak memory; then come findings by rule. --peers runs bandit and ruff's security rules beside
it, their findings in tests left out, as ours are. --show prints every finding of a rule, for reading. Nothing is cached.

--compare runs two revisions of this repository and prints what they find apart: "-" only the first, "+" only the second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TESTS = frozenset({"test", "tests", "testing"})


class Cost(NamedTuple):
    """What a process took: seconds of wall clock and of CPU (its children's too), peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


class Found(NamedTuple):
    """One finding. ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column} {self.code} {self.message}"


class Result(NamedTuple):
    """One tool's run over one app. ``errors``: why what it says may be incomplete."""

    found: tuple[Found, ...]
    errors: tuple[str, ...]
    cost: Cost


def is_test(path: str) -> bool:
    """Whether a path is that of test code."""
    pure = PurePosixPath(path)
    return bool(TESTS & set(pure.parts)) or pure.name.startswith("test_") or pure.name == "conftest.py"


def lines_of(app: Path) -> int:
    """Lines of Python outside tests."""
    files = (path for path in app.rglob("*.py") if path.is_file() and not is_test(path.relative_to(app).as_posix()))
    return sum(path.read_bytes().count(b"\n") for path in files)


def measure(command: list[str], environment: Mapping[str, str] | None = None) -> tuple[str, str, Cost]:
    """Run a command; returns its stdout, its stderr and its cost."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=dict(environment) if environment else None)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)
        return out.read().decode(errors="replace"), err.read().decode(errors="replace"), cost


def parsed(stdout: str, stderr: str) -> tuple[Any, tuple[str, ...]]:
    """A report as JSON, or nothing and the last line of what the tool complained of."""
    try:
        return json.loads(stdout), ()
    except ValueError:
        return None, ((stderr.strip().splitlines() or ["no report"])[-1],)


def flasklint(app: Path, source: Path = ROOT / "src") -> Result:
    """flasklint, as it is in ``source``, over one app."""
    command = [
        sys.executable,
        "-m",
        "flasklint",
        "check",
        "--no-cache",
        "--isolated",
        "--exit-zero",
        "--format",
        "json",
    ]
    out, err, cost = measure([*command, str(app)], {**os.environ, "PYTHONPATH": str(source)})
    report, errors = parsed(out, err)
    if report is None:
        return Result((), errors, cost)
    found = tuple(
        Found(row["path"], row["range"]["start"]["line"], row["range"]["start"]["column"], row["code"], row["message"])
        for row in report["results"]
    )
    return Result(found, tuple(f"{row['path']}: {row['message']}" for row in report["errors"]), cost)


def bandit(app: Path) -> Result:
    """bandit over one app, without its findings in tests."""
    out, err, cost = measure([sys.executable, "-m", "bandit", "-q", "-r", str(app), "-f", "json", "--exit-zero"])
    report, errors = parsed(out, err)
    rows = report["results"] if report else ()
    found = (
        Found(
            relative(row["filename"], app), row["line_number"], row["col_offset"] + 1, row["test_id"], row["issue_text"]
        )
        for row in rows
    )
    return Result(tuple(one for one in found if not is_test(one.path)), errors, cost)


def ruff(app: Path) -> Result:
    """ruff's security rules over one app, without their findings in tests."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "S", "--exit-zero"]
    out, err, cost = measure([*command, "--output-format", "json", str(app)])
    report, errors = parsed(out, err)
    found = (
        Found(
            relative(row["filename"], app),
            row["location"]["row"],
            row["location"]["column"],
            row["code"],
            row["message"],
        )
        for row in report or ()
    )
    return Result(tuple(one for one in found if not is_test(one.path)), errors, cost)


def relative(path: str, app: Path) -> str:
    """A path as seen from the app's folder."""
    return os.path.relpath(path, app).replace(os.sep, "/")


def apart(first: Iterable[Found], second: Iterable[Found]) -> list[str]:
    """What two runs over one app find apart, sorted by place; equal findings are matched one to one."""
    before, after = Counter(first), Counter(second)
    lines = [(one, "-") for one in (before - after).elements()] + [(one, "+") for one in (after - before).elements()]
    return [f"{sign} {one}" for one, sign in sorted(lines)]


@contextmanager
def revision(name: str) -> Iterator[Path]:
    """The sources of a revision of this repository."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), name], check=True)
        try:
            yield tree / "src"
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def compare(apps: Iterable[Path], first: str, second: str) -> None:
    """Print what two revisions find apart."""
    with revision(first) as one, revision(second) as other:
        for app in apps:
            before, after = flasklint(app, one), flasklint(app, other)
            print(f"{app.name}: {len(before.found)} -> {len(after.found)}", flush=True)
            for line in apart(before.found, after.found):
                print(f"  {line}")
            for error in sorted(set(before.errors) ^ set(after.errors)):
                print(f"  {'+' if error in after.errors else '-'} error: {error}")


def table(apps: Iterable[Path], tools: Mapping[str, Any], show: Iterable[str]) -> list[dict[str, Any]]:
    """Print the table, an app as it comes; returns its rows."""
    shown, rows = tuple(show), []
    by_rule: dict[str, Counter[str]] = {name: Counter() for name in tools}
    print(f"{'app':32}{'lines':>9}  {'tool':10}{'found':>6}{'/1000':>7}{'wall s':>8}{'cpu s':>8}{'MiB':>7}")
    for app in apps:
        lines = lines_of(app)
        for name, tool in tools.items():
            result: Result = tool(app)
            by_rule[name].update(one.code for one in result.found)
            rate = 1000 * len(result.found) / lines if lines else 0.0
            wall, cpu, peak = result.cost
            print(
                f"{app.name:32}{lines:>9,}  {name:10}{len(result.found):>6}{rate:>7.2f}{wall:>8.2f}{cpu:>8.2f}{peak:>7.0f}",
                flush=True,
            )
            for error in result.errors:
                print(f"    error: {error}")
            for one in result.found:
                if one.code.startswith(shown or "-"):
                    print(f"    {app / one.path}:{one.line}:{one.column} {one.code} {one.message}")
            rows.append(
                {
                    "app": app.name,
                    "lines": lines,
                    "tool": name,
                    **result.cost._asdict(),
                    "found": [one._asdict() for one in result.found],
                    "errors": result.errors,
                }
            )
    total = sum(row["lines"] for row in rows) // max(len(tools), 1)
    for name, counts in by_rule.items():
        print(f"\n{name}: {counts.total()} findings, {1000 * counts.total() / max(total, 1):.2f} per 1,000 lines")
        for code, count in sorted(counts.items()):
            print(f"  {code:8}{count:>6}")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these folders alone")
    parser.add_argument("--peers", action="store_true", help="bandit and ruff beside it (both must be installed)")
    parser.add_argument("--show", nargs="+", default=[], metavar="CODE", help="print each finding of these rules")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there too")
    parser.add_argument("--compare", nargs=2, metavar="REV", help="two revisions of this repository")
    args = parser.parse_args()
    apps = sorted(path for path in args.dir.iterdir() if path.is_dir() and not path.name.endswith(".part"))
    if args.only:
        apps = [path for path in apps if path.name in args.only]
    if not apps:
        parser.error("no apps there")
    if args.compare:
        compare(apps, *args.compare)
        return 0
    tools = {"flasklint": flasklint} | ({"bandit": bandit, "ruff": ruff} if args.peers else {})
    rows = table(apps, tools, args.show)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
