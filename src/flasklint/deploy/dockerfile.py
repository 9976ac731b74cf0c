"""A Dockerfile: what of its instructions says how the app is run. Of several stages, and several commands, the last counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flasklint import ir

_INSTRUCTION = re.compile(
    r"^[ \t]*(?P<word>FROM|ENV|ARG|CMD|ENTRYPOINT|USER)[ \t]+(?P<rest>(?:[^\n\\]|\\\r?\n|\\.)*)",
    re.MULTILINE | re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"""(?<!\w)(?P<name>[A-Za-z_]\w*)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s\\]*))"""
)
_SPACED = re.compile(r"(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>[^\n]+)")
_LONGEST = 4_000
"""Characters of an instruction that are looked at."""
_WORDS = re.compile(r"""["']((?:[^"'\\]|\\.)*)["']""")


def dockerfile(text: str) -> Iterator[ir.Entry]:
    """Variables of the environment and of the build, the images, and the command."""
    commands: dict[str, ir.Entry] = {}
    for found in _INSTRUCTION.finditer(text):
        word, rest, at = found["word"].upper(), found["rest"][:_LONGEST], found.start("rest")
        if word in ("ENV", "ARG"):
            yield from _variables(rest, at)
        elif word == "FROM":
            commands.clear()
            yield ir.Entry("image", rest.strip(), start=at, end=at + len(rest.rstrip()))
        elif word == "USER":
            yield ir.Entry("user", rest.strip(), start=at, end=at + len(rest.rstrip()))
        else:
            parts = _WORDS.findall(rest) if rest.lstrip().startswith("[") else [rest]
            joined = " ".join(" ".join(parts).replace("\\\n", " ").split())
            commands[word] = ir.Entry("command", joined, start=at, end=at + len(rest.rstrip()))
    if commands:
        # The command is what the entry point is given.
        first = commands.get("ENTRYPOINT", commands.get("CMD"))
        assert first is not None
        whole = " ".join(commands[word].value for word in ("ENTRYPOINT", "CMD") if word in commands)
        last = commands.get("CMD", first)
        yield ir.Entry("command", whole, start=last.start, end=last.end)


def _variables(rest: str, at: int) -> Iterator[ir.Entry]:
    assigned = list(_ASSIGNED.finditer(rest))
    for found in assigned:
        group = next(one for one in ("double", "single", "plain") if found[one] is not None)
        if found[group]:
            yield ir.Entry(
                "variable", found[group], found["name"], start=at + found.start(group), end=at + found.end(group)
            )
    if not assigned and (spaced := _SPACED.match(rest)):
        value = spaced["value"].strip()
        yield ir.Entry(
            "variable",
            value,
            spaced["name"],
            start=at + spaced.start("value"),
            end=at + spaced.start("value") + len(value),
        )
