#!/usr/bin/env python3
"""Check on real apps that what is shown of a template is exactly the expression's text.

    python benchmarks/spans.py APP [APP ...] [--count 200] [--seed 1]

Takes random outputs and random findings of the apps' templates. An output's span must be what stands between its braces, less
white space and the signs that cut it off; a finding's span must be a whole Jinja expression, not cut in the middle of a name.
Every other one is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError

from flasklint import engine, ir
from flasklint.facts import facts_of
from flasklint.planning import Orders, Plan
from flasklint.planning import plan as plan_for
from flasklint.source import SourceFile, Span, decode

ENVIRONMENT = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
BRACES = re.compile(r"\{\{[-+]?\s*(.*?)\s*[-+]?\}\}", re.DOTALL)


class Shown(NamedTuple):
    """A stretch of a file that stands for an expression. ``inside``: what is between the braces around it, for an output."""

    path: str
    text: str
    span: Span
    inside: str | None

    @property
    def shown(self) -> str:
        return self.text[self.span.start : self.span.end]


def outputs(files: list[SourceFile]) -> Iterator[Shown]:
    """Every output between braces."""
    for file in files:
        facts = facts_of(file)
        if not isinstance(facts, ir.Template):
            continue
        text = decode(file.data, "template")
        for node in ir.walk(facts):
            if isinstance(node, ir.Output) and (braces := BRACES.fullmatch(text[slice(*node.outer)])):
                yield Shown(file.path, text, node.span, braces[1])


def findings(plan: Plan, files: dict[str, SourceFile]) -> Iterator[Shown]:
    """The findings in templates that point to an expression: all of FLK4 but those that point to a tag."""
    for result in engine.run(plan).report.results:
        finding = result.finding
        file = files.get(finding.location.path)
        if (
            file is None
            or file.kind != "template"
            or finding.code in ("FLK402", "FLK406")
            or finding.code[:4] != "FLK4"
        ):
            continue
        yield Shown(file.path, decode(file.data, "template"), finding.location.span, None)


def is_exact(one: Shown) -> bool:
    """Whether the stretch is the expression, all of it and nothing else."""
    if one.inside is not None:
        inside = one.inside
        while inside != one.shown and inside.startswith("(") and inside.endswith(")"):
            inside = inside[1:-1].strip()
        return inside == one.shown
    around = one.text[one.span.start - 1 : one.span.start] + " " + one.text[one.span.end : one.span.end + 1]
    try:
        ENVIRONMENT.parse(f"{{{{ {one.shown} }}}}")
    except TemplateSyntaxError:
        return False
    return one.shown == one.shown.strip() and not re.search(r"\w", around)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apps", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    orders = parser.parse_args()
    printed: list[Shown] = []
    found: list[Shown] = []
    for app in orders.apps:
        plan = plan_for(Orders(paths=(str(app),), isolated=True))
        files = list(plan.discovery.files)
        printed += outputs([file for file in files if file.kind == "template"])
        found += findings(plan, {file.path: file for file in files})
    chance = random.Random(orders.seed)
    wrong = 0
    for name, shown in (("outputs", printed), ("findings", found)):
        chosen = chance.sample(shown, min(orders.count, len(shown)))
        failed = [one for one in chosen if not is_exact(one)]
        wrong += len(failed)
        print(f"{name}: {len(chosen) - len(failed)} of {len(chosen)} exact ({len(shown)} in all)")
        for one in failed:
            print(f"    {one.path}: {one.shown!r}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
