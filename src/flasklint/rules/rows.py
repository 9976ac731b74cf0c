"""Which row of a table of keys and values something is: ``Setting.named("motto")`` is not ``Setting.named("footer")``.

Told by the texts that are written out where the row is looked up, and only by those: what a variable names may be any row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from flasklint import ir
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.source import Location

Row = Mapping[tuple[str, str | int], str]
"""The texts by which a row is looked up: by the call and the argument, or by the column that is compared."""

_ANY: Row = {}
_COMPARED = "=="
_FILTERS = frozenset(("filter_by", "get", "get_or_404", "get_or_none", "find_one"))
"""Methods of tables that look rows up by what they are given."""
_HOPS = 3


class Rows:
    """Asks once what is changed, then answers for each record."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def _changing(self) -> frozenset[str]:
        """The columns that are changed in records which are there: by them a row is another one at another time."""
        return frozenset(
            write.name
            for module in self._project.modules.values()
            for scope in module.scopes
            for write in scope.writes
            if write.name is not None and root(write.target) != "self"
        )

    def row(self, record: ir.Expr, scope: Scope, hops: int = _HOPS) -> Row:
        """By which texts a record is looked up, if it is one alone."""
        found: dict[tuple[str, str | int], str] = {}
        for slot, text in _asked(record, scope, self._project):
            if found.setdefault(slot, text) != text:
                return _ANY
        if found:
            return {slot: text for slot, text in found.items() if slot[1] not in self._changing}
        name = root(record)
        bindings = scope.at(name, record.start) if name and hops else ()
        if len(bindings) == 1 and bindings[0].kind == "assign" and (made := bindings[0].value) is not None:
            return self.row(made, scope, hops - 1)
        return _ANY

    def is_elsewhere(self, place: Location, rows: Iterable[Row]) -> bool:
        """Whether what is kept at a place is kept in none of these rows of its table."""
        module = self._project.modules.get(place.path)
        written = [
            self.row(write.target, scope)
            for scope in (module.scopes if module is not None else ())
            if scope.is_function and scope.holds(place.span.start, place.span.end)
            for write in scope.writes
            if write.target.start == place.span.start
        ]
        return bool(written) and all(_are_apart(one, other) for one in written for other in rows)


def _are_apart(one: Row, other: Row) -> bool:
    """Whether two records are looked up in one way by different texts."""
    return any(other.get(slot, text) != text for slot, text in one.items())


def _asked(record: ir.Expr, scope: Scope, project: Project) -> Iterator[tuple[tuple[str, str | int], str]]:
    for node in (record, *ir.walk(record)):
        match node:
            case ir.Call(function=function, arguments=arguments):
                word = last_word(function)
                if word in _FILTERS or any(map(project.definition, project.resolve(function, scope))):
                    for number, given in enumerate(arguments):
                        if isinstance(given.value, ir.Const) and isinstance(given.value.value, str):
                            yield (word, given.name or number), given.value.value
            case ir.Compare(signs=("==",), operands=(column, ir.Const(value=str(text)))):
                yield (_COMPARED, last_word(column)), text
            case _:
                pass
