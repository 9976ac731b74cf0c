"""The pages of rules, in full or as a list: for a terminal, as markdown or as JSON.

A page is the docstring of its rule. Nothing here looks at a rule's class: rules come in as :class:`RuleInfo`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar, Literal, NamedTuple

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from flasklint.findings import RuleInfo

Form = Literal["text", "markdown", "json"]

FAMILIES = {
    "FLK0": "flasklint itself",
    "FLK1": "Configuration and secrets",
    "FLK2": "Cookies and sessions",
    "FLK3": "Cross-site request forgery",
    "FLK4": "Templates and cross-site scripting",
    "FLK5": "Injection",
    "FLK6": "Files and uploads",
    "FLK7": "Network boundaries and headers",
    "FLK8": "Authentication, logging, errors",
    "FLK9": "Deployment and supply chain",
}
"""The families of rules by the beginning of their codes, in order."""

_PROSE = 100
_NARROWEST_SUMMARY = 30
_THEME = Theme(
    {
        "critical": "bold magenta",
        "high": "bold red",
        "medium": "bold yellow",
        "low": "bold cyan",
        "markdown.code": "cyan",
        "markdown.h2": "bold",
        "markdown.link_url": "blue underline",
    }
)
_ASCII = str.maketrans({"•": "-", "…": "...", "─": "-", "│": "|", "–": "-", "—": "-"})


class Screen(NamedTuple):
    """Where text goes: ``width`` in columns, whether it may have colour, whether it may have more than ASCII."""

    width: int = 100
    color: bool = False
    unicode: bool = True


PLAIN = Screen()
"""A pipe or a file."""


def pages(rules: Sequence[RuleInfo], form: Form, screen: Screen = PLAIN) -> str:
    """The rules' pages in full."""
    match form:
        case "text":
            return _printed([renderable for rule in rules for renderable in _text_page(rule)], screen)
        case "markdown":
            return "\n".join(markdown_page(rule) for rule in rules)
        case "json":
            return _json([_facts(rule) | {"sections": rule.sections(), "page": rule.page} for rule in rules])


def listing(rules: Sequence[RuleInfo], form: Form, screen: Screen = PLAIN) -> str:
    """All the rules by family, each with its summary."""
    match form:
        case "text":
            return _printed(list(_text_listing(rules, screen)), screen)
        case "markdown":
            return markdown_listing(rules)
        case "json":
            return _json([_facts(rule) for rule in rules])


# Markdown --------------------------------------------------------------------------------------------------------


def markdown_page(rule: RuleInfo) -> str:
    """The page with a heading and the rule's facts."""
    weaknesses = ", ".join(f"[CWE-{number}]({_cwe(number)})" for number in rule.cwe)
    facts = f"Severity: **{rule.severity.name.lower()}**" + (f" · Weakness: {weaknesses}" if weaknesses else "")
    return f"# {rule.name} ({rule.code})\n\n{facts}\n\n{rule.page.strip()}\n"


def markdown_listing(rules: Sequence[RuleInfo], folder: str | None = None) -> str:
    """A table for each family. ``folder``: where the pages are, ``""`` for beside the list; without one, no links."""
    parts = []
    for title, members in _families(rules):
        rows = [
            f"| {_linked(rule, folder)} | {rule.name} | {rule.severity.name.lower()} "
            f"| {', '.join(map(str, rule.cwe))} | {rule.summary.replace('|', chr(92) + '|')} |"
            for rule in members
        ]
        head = "| Code | Name | Severity | CWE | What it reports |\n|---|---|---|---|---|"
        parts.append("\n".join((f"## {title}", "", head, *rows, "")))
    return "\n".join(parts)


def _linked(rule: RuleInfo, folder: str | None) -> str:
    return rule.code if folder is None else f"[{rule.code}]({folder}{rule.code}.md)"


# JSON ------------------------------------------------------------------------------------------------------------


def _facts(rule: RuleInfo) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "severity": rule.severity.name.lower(),
        "cwe": list(rule.cwe),
    }


def _json(value: list[dict[str, Any]]) -> str:
    return json.dumps(value, indent=2) + "\n"


# Text ------------------------------------------------------------------------------------------------------------


class _Title(Heading):
    """A heading at the left."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text.copy()
        text.justify = "left"
        yield text


class _Code(CodeBlock):
    """Code set in, under its file's name if it has one, in the terminal's own colours."""

    def __init__(self, lexer_name: str, theme: str, title: str = "") -> None:
        super().__init__(lexer_name, theme)
        self._title = title

    @classmethod
    def create(cls, markdown: Markdown, token: Any) -> _Code:
        language, _, rest = (token.info or "").partition(" ")
        return cls(language or "text", markdown.code_theme, rest.removeprefix("title=").strip("\"' "))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._title:
            yield Padding(Text(self._title, "dim"), (0, 0, 0, 4))
        code = Syntax(
            str(self.text).rstrip(), self.lexer_name, theme=self.theme, word_wrap=True, background_color="default"
        )
        # By lines of its own, as a Syntax fills its lines with blanks up to the width.
        lines = code.highlight(code.code)
        lines.rstrip()
        yield Padding(lines, (0, 0, 0, 4))


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Title,
        "fence": _Code,
    }


def _text_page(rule: RuleInfo) -> Iterator[RenderableType]:
    severity = rule.severity.name.lower()
    yield Text.assemble((rule.code, severity), " ", (rule.name, "bold"))
    yield Text(f"severity {severity}" + "".join(f", CWE-{number}" for number in rule.cwe), "dim")
    yield Text()
    yield _Page(rule.page, code_theme="ansi_dark", hyperlinks=False)
    yield Text()


def _text_listing(rules: Sequence[RuleInfo], screen: Screen) -> Iterator[RenderableType]:
    longest = max((len(rule.name) for rule in rules), default=0)
    is_wide = screen.width >= len("FLK000  ") + longest + len("  critical  ") + _NARROWEST_SUMMARY
    for title, members in _families(rules):
        yield Text(title, "bold")
        table = Table.grid(padding=(0, 2, 0, 0))
        for rule in members:
            severity = rule.severity.name.lower()
            cells = (Text(rule.code), Text(f"{rule.name:{longest}}"), Text(f"{severity:8}", severity))
            if is_wide:
                table.add_row(*cells, Text(rule.summary))
            else:
                yield Text("  ").join(cells)
                yield Padding(Text(rule.summary), (0, 0, 0, 8))
        if is_wide:
            yield table
        yield Text()


def _printed(renderables: Sequence[RenderableType], screen: Screen) -> str:
    console = Console(
        file=io.StringIO(),
        width=min(screen.width, _PROSE),
        color_system="standard" if screen.color else None,
        force_terminal=screen.color,
        no_color=not screen.color,
        legacy_windows=False,
        theme=_THEME,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        for renderable in renderables:
            console.print(renderable)
    text = "\n".join(line.rstrip() for line in capture.get().split("\n")).rstrip("\n") + "\n"
    return text if screen.unicode else text.translate(_ASCII).encode("ascii", "backslashreplace").decode()


def _families(rules: Sequence[RuleInfo]) -> Iterator[tuple[str, list[RuleInfo]]]:
    for prefix, members in groupby(sorted(rules, key=lambda rule: rule.code), key=lambda rule: rule.code[:4]):
        yield f"{FAMILIES.get(prefix, 'Others')} ({prefix})", list(members)


def _cwe(number: int) -> str:
    return f"https://cwe.mitre.org/data/definitions/{number}.html"
