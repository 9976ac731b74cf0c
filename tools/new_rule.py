#!/usr/bin/env python3
"""Write the two files of a new rule: the rule, and the first case that it must find and the first that it must not.

    python tools/new_rule.py FLK513 injection log-forging --kind call

Existing files are never touched. The tests over the registry then say what is still missing.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = ("config", "cookies", "csrf", "templates", "injection", "files", "network", "auth", "deploy")

RULE = '''"""{code}."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint.findings import Finding, Severity
from flasklint.rules.base import {imports}


class {title}({base}):
    """One sentence that says what is reported.

    ## What it does
    Reports ...

    ## Why is this bad
    An attacker ...

    ## Bad
    ```python
    ```

    ## Good
    ```python
    ```

    ## References
    - [CWE-NNN](https://cwe.mitre.org/data/definitions/NNN.html)
    """

    code = "{code}"
    name = "{name}"
    severity = Severity.MEDIUM
    cwe = ()
{extra}
    def {method}(self, {parameter}, project: Project) -> Iterator[Finding]:
        """The findings of {what}."""
'''

CASES = {
    "bad.py": "# What must be found, each line with its mark.\n\nline = ...  # expect: {code}\n",
    "good.py": "# Look-alikes that are fine. No line is marked, so none may be reported.\n",
}

KINDS = {
    "project": ("ProjectRule", "check", "", "", "a project", ""),
    "module": ("ModuleRule", "check_module", "module: LinkedModule", "LinkedModule", "one module", ""),
    "call": ("CallRule", "check_call", "site: CallSite", "CallSite", "one call", '    names = ("package.function",)\n'),
    "template": ("TemplateRule", "check_template", "template: ir.Template", "", "one template", ""),
    "app": ("AppRule", "check_app", "app: App", "App", "one app", ""),
    "flow": ("FlowRule", "check_flow", "flow: Flow", "Flow", "one flow", '    kinds = ("sink",)\n'),
}


def skeleton(code: str, name: str, kind: str) -> str:
    """The text of a rule's file."""
    base, method, parameter, shown, what, extra = KINDS[kind]
    title = "".join(part.capitalize() for part in name.split("-"))
    text = RULE.format(
        code=code,
        name=name,
        title=title,
        base=base,
        imports=", ".join(sorted({base, "Project", *([shown] if shown else [])})),
        method=method,
        parameter=parameter,
        what=what,
        extra=extra,
    )
    if kind == "template":
        text = text.replace("from flasklint.findings", "from flasklint import ir\nfrom flasklint.findings")
    return text.replace("(self, , ", "(self, ")


def write(code: str, family: str, name: str, kind: str, root: Path = ROOT) -> list[Path]:
    """Write the files and return them; raises :class:`FileExistsError` before any is written."""
    folder = root / "tests" / "fixtures" / f"{code}_{name}"
    texts = {root / "src" / "flasklint" / "rules" / family / f"{name.replace('-', '_')}.py": skeleton(code, name, kind)}
    texts |= {folder / file: text.format(code=code) for file, text in CASES.items()}
    for path in texts:
        if path.exists():
            raise FileExistsError(path)
    package = root / "src" / "flasklint" / "rules" / family / "__init__.py"
    if not package.exists():
        texts[package] = f'"""Rules of the {family} family."""\n'
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code", help="FLK and three digits, the first of them the family's")
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("name", help="in lower case, with hyphens")
    parser.add_argument("--kind", choices=KINDS, default="call", help="what the rule is shown (default: call)")
    args = parser.parse_args()
    if not re.fullmatch(rf"FLK{FAMILIES.index(args.family) + 1}\d\d", args.code):
        parser.error(f"a rule of {args.family} has a code FLK{FAMILIES.index(args.family) + 1}xx")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", args.name):
        parser.error("a name has lower-case words with hyphens between them")
    try:
        written = write(args.code, args.family, args.name, args.kind)
    except FileExistsError as error:
        parser.error(f"{error} is there already")
    for path in written:
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
