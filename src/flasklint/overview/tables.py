"""The overviews for people: a table that fits the terminal, or, where it does not fit or is piped, a line for each row.

A pipe gets one line a row, whatever its length, so that ``grep`` and ``awk`` work: fields are apart by two blanks or more.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from flasklint.overview.routes import AppRoutes, RouteRow
from flasklint.overview.settings import AppSettings, Origin, ProfileSettings, SettingRow
from flasklint.project.namespaces import SEVERAL
from flasklint.reporters.cells import width
from flasklint.reporters.options import Texts
from flasklint.reporters.paint import STYLES
from flasklint.reporters.selection import region, seen_from
from flasklint.reporters.terminal import Terminal
from flasklint.reporters.visible import visible
from flasklint.source import Location

_TABLE = 110
"""A terminal narrower than this has no room for the columns: each row becomes a few lines."""
_ASCII = str.maketrans(
    {"•": "-", "…": "...", "─": "-", "│": "|", "–": "-", "—": "-", "╶": "-", "╴": "-", "·": ",", "━": "-"}
)
_NONE = "-"
_CSRF = {
    "safe": "",
    "protected": "good",
    "token": "good",
    "signed": "good",
    "json": "",
    "no-cookie": "",
    "preflight": "",
    "exempt": "bad",
    "open": "bad",
    "unknown": "medium",
}
_VERDICT = {"safe": "good", "unsafe": "bad", "unclear": "medium", "not judged": "faint"}
_MOST_INPUTS = 8

_NARROWEST = 9

Cell = tuple[str, str]
"""A text and its style, a key of :data:`flasklint.reporters.paint.STYLES`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the text goes, and who looks at it from where.

    ``piped``: it is not a terminal. ``cwd``, ``root``: the working directory and the project's root, absolute. ``everything``:
    show settings that nobody set and nothing hangs on, too.
    """

    terminal: Terminal
    piped: bool
    texts: Texts
    cwd: str = ""
    root: str = ""
    everything: bool = False

    def at(self, location: Location) -> str:
        """``path:line``, the path as seen from the working directory."""
        line, _ = region(self.texts(location.path), location.span).start
        return f"{seen_from(self.cwd, self.root, location.path)}:{line}"

    def safe(self, text: str) -> str:
        """A text that cannot do anything to a terminal."""
        return visible(text, unicode=self.terminal.unicode)


# Routes ------------------------------------------------------------------------------------------------------------


def routes(apps: Sequence[AppRoutes], place: Place) -> str:
    """The routes of all apps."""
    page = _Page(place)
    for app in apps:
        count = "1 route" if len(app.rows) == 1 else f"{len(app.rows)} routes"
        page.title(f"{app.name}", f"{app.kind}, {place.at(app.location)}, {count}")
        if not app.complete:
            page.note("The project is too large to be followed to its end: routes may be missing.")
        heads = ("methods", "rule", "view", "guard", "csrf", "limit", "inputs", "sinks")
        page.rows(heads, [_route_cells(row, place) for row in app.rows], named=2)
    if not apps:
        page.note("No Flask app was found.")
    return page.text()


def _route_cells(row: RouteRow, place: Place) -> list[Cell]:
    view = f"{row.endpoint} {place.at(row.view[1])}" if row.view is not None else f"{row.endpoint} (not seen)"
    if not place.piped:
        view = view.replace(" ", "\n", 1)
    guard = (_NONE, "faint")
    if row.guard is not None:
        how = "before_request " if row.guard.hook else "itself " if row.guard.own else ""
        only = f" {','.join(row.guarded)} only" if row.guarded else ""
        guard = (f"{how}{row.guard.name} ({row.guard.proof}){only}", "medium" if only else "good")
    csrf = row.csrf.status if row.csrf.status == "safe" else f"{row.csrf.status}: {row.csrf.reason}"
    sinks: Cell = ("?" if row.sinks is None else _NONE, "faint")
    if row.sinks:
        sinks = (", ".join(dict.fromkeys(f"{one.kind} {place.at(one.location)}" for one in row.sinks)), "medium")
    return [
        (",".join(row.methods), ""),
        ((f"{row.host}: " if row.host else "") + row.rule + ("" if row.sure else " (?)"), "title"),
        (view, ""),
        guard,
        (csrf, _CSRF[row.csrf.status]),
        (row.limit or _NONE, "" if row.limit else "faint"),
        (_inputs(row) or _NONE, ""),
        sinks,
    ]


def _inputs(row: RouteRow) -> str:
    kinds: dict[str, list[str]] = {}
    for one in row.inputs:
        kinds.setdefault(one.kind, []).extend([one.name] if one.name else [])
    parts = []
    for kind, names in kinds.items():
        more = f" and {len(names) - _MOST_INPUTS} more" if len(names) > _MOST_INPUTS else ""
        parts.append(f"{kind}({', '.join(names[:_MOST_INPUTS])}{more})" if names else kind)
    return " ".join(parts)


# Settings ----------------------------------------------------------------------------------------------------------


def settings(apps: Sequence[AppSettings], place: Place) -> str:
    """The settings of all apps, by profile."""
    page = _Page(place)
    for app in apps:
        for profile in app.profiles:
            page.title(f"{app.name}", _about(app, profile, place))
            for what, location in profile.outside:
                why = "which one is not clear" if what.startswith(SEVERAL) else "it is not in the tree"
                page.note(f"{what} at {place.at(location)} may set more: {why}.")
            if not app.complete:
                page.note("The project is too large to be followed to its end: settings may be missing.")
            rows = [row for row in profile.rows if place.everything or row.telling]
            page.rows(("", "key", "value", "from", "why"), [_setting_cells(row, place) for row in rows], named=3)
            if hidden := len(profile.rows) - len(rows):
                keys = "1 more key has its" if hidden == 1 else f"{hidden} more keys have their"
                page.note(f"{keys} default, and nothing hangs on that here; -v shows them.")
    if not apps:
        page.note("No Flask app was found.")
    return page.text()


def _about(app: AppSettings, profile: ProfileSettings, place: Place) -> str:
    name = profile.label.rpartition(".")[2]
    words = [f"profile {name}" if name else "one profile", f"for {profile.kind}" if profile.kind != name else ""]
    if profile.default and sum(one.default for one in app.profiles) == 1 < len(app.profiles):
        words.append("the default")
    words.append(place.at(profile.loaded or app.location))
    return ", ".join(word for word in words if word)


def _setting_cells(row: SettingRow, place: Place) -> list[Cell]:
    origin = (
        _from(row.origin, place) if row.origin is not None else f"default of {row.library}" if row.library else _NONE
    )
    chain = [f"overrides {one.value} at {place.at(one.location)}" for one in reversed(row.overridden)]
    chain += [
        f"or {one.value} at {place.at(one.location)}{' when asked for' if one.when == 'on request' else ''}"
        for one in row.others
    ]
    return [
        (row.verdict.status if row.verdict.status != "not judged" else _NONE, _VERDICT[row.verdict.status]),
        (row.key, "title"),
        (row.value, ""),
        ("; ".join([origin, *chain]), ""),
        (row.verdict.reason or _NONE, "" if row.verdict.status != "not judged" else "faint"),
    ]


def _from(origin: Origin, place: Place) -> str:
    return f"{place.at(origin.location)}{f' ({origin.via})' if origin.via else ''}"


# Drawing -----------------------------------------------------------------------------------------------------------


class _Page:
    """What is said, part by part."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._out = io.StringIO()
        self._console = Console(
            file=self._out,
            width=place.terminal.width,
            color_system="standard" if place.terminal.color else None,
            force_terminal=place.terminal.color,
            no_color=not place.terminal.color,
            legacy_windows=False,
            theme=Theme(dict(STYLES)),
            highlight=False,
            markup=False,
            emoji=False,
        )

    def text(self) -> str:
        """All of it, without blanks at the ends of lines."""
        lines = [line.rstrip() for line in self._out.getvalue().split("\n")]
        text = "\n".join(lines).rstrip("\n") + "\n"
        return (
            text
            if self._place.terminal.unicode
            else text.translate(_ASCII).encode("ascii", "backslashreplace").decode()
        )

    def title(self, name: str, about: str) -> None:
        """A heading."""
        if self._out.tell():
            self._print(Text())
        self._print(Text.assemble((self._place.safe(name), "title"), ("  " + self._place.safe(about), "faint")))

    def note(self, text: str) -> None:
        """A sentence."""
        self._print(Text(self._place.safe(text), "faint"))

    def rows(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, named: int) -> None:
        """The rows below their heads. ``named``: how many columns tell what the row is about, when there is little room."""
        if not rows:
            return
        empty = {at for at in range(named, len(heads)) if all(row[at][0] == _NONE for row in rows)}
        heads = [head for at, head in enumerate(heads) if at not in empty]
        clean = [[self._clean(cell) for at, cell in enumerate(row) if at not in empty] for row in rows]
        if self._place.piped:
            for line in _aligned(clean):
                self._print(line)
        elif self._place.terminal.width >= _TABLE:
            self._table(heads, clean)
        else:
            self._stacked(heads, clean, named)

    def _clean(self, cell: Cell) -> Cell:
        return "\n".join(self._place.safe(line) for line in cell[0].split("\n")), cell[1]

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="faint")
        for at, head in enumerate(heads):
            longest = max(width(line) for row in rows for line in row[at][0].split("\n"))
            table.add_column(head, overflow="fold", min_width=min(max(longest, width(head)), _NARROWEST))
        for row in rows:
            table.add_row(*(Text(text, style) for text, style in row))
        self._print(table)

    def _stacked(self, heads: Sequence[str], rows: Sequence[Sequence[Cell]], named: int) -> None:
        for row in rows:
            first = Text("  ").join(Text(text, style) for text, style in row[:named] if text != _NONE)
            self._print(first)
            for head, (text, style) in zip(heads[named:], row[named:], strict=True):
                if text != _NONE:
                    words = text.replace("\n", " ")
                    self._print(Padding(Text.assemble((f"{head}: ", "faint"), (words, style)), (0, 0, 0, 4)))

    def _print(self, what: Text | Table | Padding) -> None:
        if self._place.piped:
            self._console.print(what, no_wrap=True, overflow="ignore", crop=False)
        else:
            self._console.print(what, overflow="fold")


def _aligned(rows: Sequence[Sequence[Cell]]) -> Iterator[Text]:
    sizes = [max(width(row[at][0]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        line = Text()
        for at, (text, style) in enumerate(row):
            line.append(text, style)
            if at < len(row) - 1:
                line.append(" " * (sizes[at] - width(text) + 2))
        yield line
