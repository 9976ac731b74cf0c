"""Keys that something which signs is given where it is made, not through the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint.knowledge.credentials import is_placeholder
from flasklint.knowledge.signers import SIGNERS
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.running import is_for_developers
from flasklint.project.values import FromEnv, Known, OneOf, Setting
from flasklint.source import Location


class GivenKey(NamedTuple):
    """A literal that is a key. ``location``: where it is written; ``given``: where the signer is given it.

    ``variable``: what was asked before, when it only stands in for that (empty: something that has no name). ``plain``: nothing
    else can be the key.
    """

    site: CallSite
    signer: str
    location: Location
    given: Location
    variable: str | None
    plain: bool


def given_keys(project: Project) -> Iterator[GivenKey]:
    """Every literal that a signer may be given as its key."""
    for name, row in SIGNERS.items():
        for site in project.calls(name):
            if site.scope.module.is_test or is_for_developers(site.scope.module, site.scope.qualname):
                continue
            given = site.argument(row.position, *row.keywords)
            if given is None:
                continue
            place = Location(site.scope.module.path, given.span)
            for value, variable, plain in _literals(project.constant(given, site.scope), None, True):
                where = value.places[-1] if value.places else place
                yield GivenKey(site, name.rpartition(".")[2], where, place, variable, plain)


def _literals(value: Setting, variable: str | None, plain: bool) -> Iterator[tuple[Known, str | None, bool]]:
    match value:
        case Known(value=str() | bytes() as text):
            written = text if isinstance(text, str) else text.decode("latin-1")
            if written.strip() and not is_placeholder(written):
                yield value, variable, plain
        case FromEnv(name=name, default=default):
            yield from _literals(default, name, plain)
        case OneOf(options=options):
            for option in options:
                # Beside something else, it is what there is when that is missing.
                yield from _literals(option, "" if variable is None else variable, False)
        case _:
            pass
