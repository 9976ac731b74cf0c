"""The rules, applied to a linked project.

What follows data costs about as much as all rules together, and most rules ask for nothing of it. So those are applied by a
process of its own meanwhile, where there is enough of it to do. It hands back its findings as bytes; whatever becomes of it, what
it has not handed back is done here, so that what is found doesn't depend on where.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from flasklint import pool
from flasklint.findings import Finding
from flasklint.project.project import Project
from flasklint.rules.base import Context, Rule
from flasklint.taint.flows import Flows, Limit

Progress = Callable[[int, int], None]
"""Told how many rules of how many have been applied."""

_Answer = tuple[list[Finding], str]
"""What a rule found, and what it broke with, if it did."""

_decoder = msgspec.msgpack.Decoder(list[_Answer])


class Once:
    """Follows untrusted data once, also when that fails: what fails may take long, and would again for every rule."""

    def __init__(self, follow: Callable[[Project], Flows]) -> None:
        self._follow = follow
        self._error: Exception | None = None
        self.limits: tuple[Limit, ...] = ()

    def __call__(self, project: Project) -> Flows:
        if self._error:
            raise self._error
        try:
            flows = self._follow(project)
        except Exception as error:
            self._error = error
            raise
        self.limits = flows.limits
        return flows


@dataclass(frozen=True, slots=True)
class Applied:
    """What the rules found, in their order, and the codes of those that broke, by what they broke with."""

    found: list[Finding]
    broken: dict[str, list[str]]


def apply(
    rules: Sequence[Rule], context: Context, progress: Progress | None = None, *, beside: bool = False
) -> Applied:
    """Ask every rule. ``beside``: apply those that follow no data beside the others, in another process."""
    if beside and pool.available() and any(rule.follows for rule in rules):
        answers = _beside(rules, context, progress)
    else:
        answers = _asked(rules, context, progress, len(rules))
    found: list[Finding] = []
    broken: dict[str, list[str]] = {}
    for rule in rules:
        findings, error = answers[rule.code]
        found += findings
        if error:
            broken.setdefault(error, []).append(rule.code)
    return Applied(found, broken)


def _beside(rules: Sequence[Rule], context: Context, progress: Progress | None) -> dict[str, _Answer]:
    following = [rule for rule in rules if rule.follows]
    others = [rule for rule in rules if not rule.follows]

    def work() -> bytes:
        return msgspec.msgpack.encode(list(_asked(others, context).values()))

    context.project.prepare()
    with pool.Errand(work) as errand:
        answers = _asked(following, context, progress, len(rules))
        given = _decoded(errand.outcome())
    if len(given) == len(others):
        answers.update(zip((rule.code for rule in others), given, strict=True))
    else:
        answers.update(_asked(others, context, progress, len(rules)))
    return answers


def _decoded(outcome: pool.Outcome) -> list[_Answer]:
    """What the other process found; nothing when it came to grief."""
    if not isinstance(outcome, pool.Done):
        return []
    try:
        return _decoder.decode(outcome.data)
    except msgspec.DecodeError:
        return []


def _asked(
    rules: Iterable[Rule], context: Context, progress: Progress | None = None, total: int = 0
) -> dict[str, _Answer]:
    """The answers of rules, by their codes. A rule that breaks must not silence the others."""
    answers: dict[str, _Answer] = {}
    for done, rule in enumerate(rules):
        if progress:
            progress(done, total)
        found: list[Finding] = []
        error = ""
        try:
            found.extend(rule.run(context))
        except Exception as raised:
            error = words(raised)
        answers[rule.code] = found, error
    return answers


def words(error: Exception) -> str:
    """What is told of an exception of ours: enough for a report of the mistake."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" ({os.path.basename(frame.filename)}:{frame.lineno})" for frame in last)
    return f"{type(error).__name__}: {error}{where}"
