#!/usr/bin/env python3
"""Write the pages of ``docs/`` that come from the code, or with ``--check`` say which of them are stale.

    python tools/docs.py [--check]

Made here: a page for each rule, the list of rules, the reference of settings, and the example in the page on JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flasklint import explain
from flasklint.findings import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    Judged,
    Place,
    Report,
    RuleInfo,
    Severity,
    Step,
    Verdict,
)
from flasklint.reporters import render
from flasklint.reporters.options import RenderOptions
from flasklint.rules import registry
from flasklint.settings import SETTINGS, show
from flasklint.source import Location, Span, Text

ROOT = Path(__file__).resolve().parent.parent

WIDTH = 110

RULES_HEAD = """# Rules

Each page says what its rule reports and what it leaves alone, why that matters, what the code looks like before and after, and
where to read on. `flasklint explain CODE` shows the same page in the terminal.

"""

SETTINGS_HEAD = """# Settings

They stand in the table `[tool.flasklint]` of the project's `pyproject.toml`, or in a `flasklint.toml` beside it, which comes
first and may leave the table's name out. A key that does not exist, or a value of another type, ends the run with exit code 2
and says where it stands. `flasklint --show-settings` prints what is in force and where it comes from.

Most can be given on the command line (`--min-severity high`) or in the environment (`FLASKLINT_MIN_SEVERITY=high`) too; the
command line comes first, then the environment, then the file.
"""


def generated(root: Path) -> dict[Path, str]:
    """Every generated page's text by its path; reads what is written by hand around a generated part."""
    rules = [rule.info() for rule in registry.load()]
    docs = root / "docs"
    pages = {docs / "rules" / f"{rule.code}.md": explain.markdown_page(rule) for rule in rules}
    pages[docs / "rules" / "index.md"] = RULES_HEAD + explain.markdown_listing(rules, "")
    pages[docs / "settings.md"] = settings_page()
    pages[docs / "json.md"] = with_example((docs / "json.md").read_text(encoding="utf-8"), json_example())
    return pages


def settings_page() -> str:
    """Every setting with its meaning, its type, its default and an example."""
    parts = [SETTINGS_HEAD]
    for setting in SETTINGS:
        default = "not set" if setting.default is None else f"`{show(setting.default)}`"
        example = setting.example if setting.example.startswith("[") else f"[tool.flasklint]\n{setting.example}"
        facts = f"Takes {setting.kind.name}. Default: {default}."
        parts.append(f"## `{setting.key}`\n\n{setting.help}\n\n{facts}\n\n```toml\n{example}\n```\n")
    return "\n".join(parts)


def with_example(page: str, example: str) -> str:
    """The page with its first block of JSON replaced."""
    block = f"```json\n{example.strip()}\n```"
    replaced, count = re.subn(r"(?ms)^```json\n.*?^```$", lambda _: block, page, count=1)
    if not count:
        raise ValueError("the page has no block of JSON")
    return replaced


def json_example() -> str:
    """The report on two lines of code."""
    code = 'next = request.args["next"]\nreturn redirect(next)\n'
    template = '<a href="{{ next }}">\n'
    texts = {"shop/auth.py": Text(code), "shop/templates/done.html": Text(template)}

    def place(path: str, words: str) -> Location:
        start = texts[path].content.index(words)
        return Location(path, Span(start, start + len(words)))

    sink = place("shop/auth.py", "redirect(next)")
    finding = Finding(
        code="FLK705",
        message="The redirect goes wherever request argument 'next' says. Nothing checks that it stays on this site.",
        location=sink,
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        label="goes to any site",
        scope="login",
        related=(Place(place("shop/templates/done.html", "{{ next }}"), "the same value is linked to here"),),
        trace=(
            Step(place("shop/auth.py", 'request.args["next"]'), "source", "a visitor chooses this"),
            Step(sink, "sink", "redirected to"),
        ),
        help="Redirect to a path of this site only.",
        fix=Fix("go to the start page instead", (Edit(sink, 'redirect(url_for("index"))'),), Applicability.UNSAFE),
    )
    rule = RuleInfo("FLK705", "open-redirect", "", Severity.MEDIUM, (601,), "")
    report = Report(
        results=(Judged(finding, Verdict.REPORTED, "5f0c8e1d3a7b9246"),),
        rules=(rule,),
        files=tuple(texts),
        templates=1,
        version="0.1.0",
    )
    return _folded(json.loads(render("json", report, texts.__getitem__, RenderOptions())))


def _folded(value: Any, indent: int = 0) -> str:
    """JSON with whatever is short on one line, to be read by people."""
    compact = json.dumps(value)
    if not isinstance(value, dict | list) or not value or indent + len(compact) <= WIDTH:
        return compact
    inner = " " * (indent + 2)
    if isinstance(value, list):
        parts, (opening, closing) = [_folded(item, indent + 2) for item in value], "[]"
    else:
        parts, (opening, closing) = (
            [f"{json.dumps(key)}: {_folded(item, indent + 2)}" for key, item in value.items()],
            "{}",
        )
    lines = ",\n".join(inner + part for part in parts)
    return f"{opening}\n{lines}\n{' ' * indent}{closing}"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a page is not as it would be written"
    )
    check = parser.parse_args(arguments).check
    pages = generated(root)
    left_over = sorted(set((root / "docs" / "rules").glob("*.md")) - pages.keys())
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in sorted([*stale, *left_over]):
        print(f"{'stale: ' if check else ''}{path.relative_to(root)}")
    if check:
        return 1 if stale or left_over else 0
    for path in left_over:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
