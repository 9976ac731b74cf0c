"""What users add to the tables: rows about their own code and about packages that flasklint does not know.

They stand in ``[tool.flasklint.flask]``, in the words of :mod:`flasklint.knowledge.rows`. A row is checked as it is read:
a kind of harm, a field or an address of an argument that does not exist would else be a row that silently does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast, get_args, get_type_hints

from flasklint.findings import Confidence
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Guard, Having, Sanitizer, Sink, Source, Summary, Tables, together
from flasklint.knowledge.types import ALSO, PUBLIC

Proof = Literal["session", "token", "basic"]
"""By what a guard knows who is asking: a cookie, something that browsers do not send by themselves, or a password each time."""

ALL_KINDS = tuple(dict.fromkeys(kind.name for kind in EVERYTHING.kinds))
_NO_HARM = frozenset(("kept-html", "kept-link", "kept-redirect", "kept-script"))
"""Kinds that are noted on the way to harm elsewhere: no rule reports them by themselves."""
SINK_KINDS = tuple(
    kind for kind in ALL_KINDS if kind not in _NO_HARM and any(row.kind == kind for row in EVERYTHING.sinks)
)
"""The kinds of harm that rules ask for."""


class RowError(Exception):
    """A row that cannot be used. ``keys``: where it stands below the table; ``word``: what is wrong in it, as written."""

    def __init__(self, message: str, keys: tuple[str, ...] = (), word: str = "") -> None:
        super().__init__(message)
        self.keys = keys
        self.word = word

    def within(self, key: str) -> RowError:
        """The same error, seen from one level up."""
        return RowError(str(self), (key, *self.keys), self.word)


class Additions(NamedTuple):
    """What a user adds.

    ``given``: as it was written. ``tables``: the rows. ``trusted``: names of sources whose rows no longer hold.
    ``guards``: decorators and hooks that demand to know who is asking, by name. ``csrf``: functions and extensions that check
    a token against forged requests.
    """

    given: Mapping[str, object] = MappingProxyType({})
    tables: Tables = Tables()
    trusted: frozenset[str] = frozenset()
    guards: Mapping[str, Proof] = MappingProxyType({})
    csrf: frozenset[str] = frozenset()

    def added_to(self, tables: Tables) -> Tables:
        """Tables with these rows, which come first, and without what they call trusted."""
        if not self.given:
            return tables
        sources = tuple(row for row in tables.sources if row.name not in self.trusted)
        return together(self.tables, tables._replace(sources=sources))

    def proof(self, name: str) -> Proof | None:
        """How what goes by a canonical name, or the function that made it, demands to know who is asking."""
        return next((proof for own, proof in self.guards.items() if _is_of(name, own)), None)

    def checks_token(self, names: Iterable[str]) -> bool:
        """Is one of these a function or class that checks a token against forged requests?"""
        return any(_is_of(name, own) for own in self.csrf for name in names)

    @property
    def own(self) -> Mapping[str, str]:
        """The names of the rows that speak of calls, by the name that a function of the project would have."""
        named = [row.name for rows in self.tables[1:5] for row in rows]
        named += [row.name[:-2] for row in self.tables.sources if row.name.endswith("()")]
        return {_plain(name): name for name in named}


def _is_of(name: str, own: str) -> bool:
    """A name is that of a row, or of a function inside what the row names."""
    plain = _plain(name)
    return plain == own or plain.startswith(f"{own}.")


def _plain(name: str) -> str:
    """A name as a function of the project would have it: a method hangs on the class."""
    return name.replace("().", ".").removesuffix("()")


NOTHING = Additions()


def read(table: object) -> Additions:
    """What a table of the settings adds. Raises :class:`RowError`, or :class:`TypeError` for what is no table."""
    if not isinstance(table, Mapping):
        raise TypeError
    for key in table:
        if key not in _KEYS:
            raise RowError(f'unknown setting "flask.{key}"{_nearest(key, _KEYS)}', (key,), key)
    sources, sinks = _rows(table, "extra-sources", _source), _rows(table, "extra-sinks", _sink)
    sanitizers, guards = _rows(table, "sanitizers", _sanitizer), _rows(table, "guards", _guard)
    summaries = _rows(table, "summaries", _summary)
    packages = table.get("packages", {})
    if not isinstance(packages, Mapping):
        raise RowError('"packages" takes a table for each package', ("packages",))
    tables = [Tables(sources, sinks, sanitizers, summaries, guards)]
    tables += [_package(package, rows) for package, rows in packages.items()]
    trusted, cleared = _trusted(table)
    proofs = {_plain(name): proof for name, proof in _rows(table, "auth-decorators", _auth)}
    csrf = frozenset(_plain(name) for name in _rows(table, "csrf", lambda row: _name(row, "csrf")))
    return Additions(
        MappingProxyType(dict(table)),
        together(*tables, Tables(sanitizers=cleared)),
        trusted,
        MappingProxyType(proofs),
        csrf,
    )


_KEYS = (
    "auth-decorators",
    "csrf",
    "trusted-sources",
    "extra-sources",
    "extra-sinks",
    "sanitizers",
    "guards",
    "summaries",
    "packages",
)
_PACKAGE_KEYS = ("sources", "sinks", "sanitizers", "guards", "summaries")


def _package(package: str, rows: object) -> Tables:
    """The rows of a package, whose names are seen from it."""
    try:
        return _rows_of(package, rows)
    except RowError as error:
        raise error.within(package).within("packages") from None


def _rows_of(package: str, rows: object) -> Tables:
    if not re.fullmatch(r"\w+(\.\w+)*", package):
        raise RowError(f'"{package}" is not the name of a package', (), package)
    if not isinstance(rows, Mapping):
        raise RowError('a package takes a table of "sources", "sinks", "sanitizers", "guards" and "summaries"')
    for key in rows:
        if key not in _PACKAGE_KEYS:
            raise RowError(f'unknown kind of rows "{key}"{_nearest(key, _PACKAGE_KEYS)}', (key,), key)
    return Tables(
        _rows(rows, "sources", _source, package),
        _rows(rows, "sinks", _sink, package),
        _rows(rows, "sanitizers", _sanitizer, package),
        _rows(rows, "summaries", _summary, package),
        _rows(rows, "guards", _guard, package),
    )


def _rows(table: Mapping[str, object], key: str, read_row: Callable[[Any], Any], package: str = "") -> tuple[Any, ...]:
    """The rows under a key, each a name or a table."""
    rows = table.get(key, ())
    if not isinstance(rows, list | tuple):
        raise RowError(f'"{key}" takes a list of rows', (key,), key)
    found = []
    for row in rows:
        if isinstance(row, str):
            row = {"name": row}
        if not isinstance(row, Mapping):
            raise RowError(f'a row of "{key}" is a name or a table', (key,), str(row))
        if package and isinstance(row.get("name"), str) and not row["name"].startswith("?."):
            row = {**row, "name": f"{package}.{row['name']}"}
        try:
            found.append(read_row(row))
        except RowError as error:
            # The name was made longer by the package's: what is looked for in the text is what was written.
            error.word = error.word.removeprefix(f"{package}.") if package else error.word
            raise error.within(key) from None
    return tuple(found)


# Rows ----------------------------------------------------------------------------------------------------------------


def _source(row: Mapping[str, object]) -> Source:
    name = _name(row, "a source", "words", "origin", "result", "without", "confidence")
    words = f"the settings call `{name}` untrusted"
    return Source(name, **{"words": words, **_fields(row, Source)})


def _sink(row: Mapping[str, object]) -> Sink:
    optional = ("kind", "arguments", "words", "form", "when", "unless", "like", "shape", "confidence")
    name = _name(row, "a sink", *optional)
    if "kind" not in row:
        raise RowError(f'the sink "{name}" needs a "kind": one of {", ".join(SINK_KINDS)}', (), name)
    return Sink(name, **{"words": "does harm there, as the settings say", **_fields(row, Sink)})


def _sanitizer(row: Mapping[str, object]) -> Sanitizer:
    name = _name(row, "a sanitizer", "kinds", "argument", "result")
    return Sanitizer(name, **{"kinds": ALL_KINDS, **_fields(row, Sanitizer)})


def _guard(row: Mapping[str, object]) -> Guard:
    name = _name(row, "a guard", "kinds", "argument", "when", "characters", "against")
    found = Guard(name, **{"kinds": () if "characters" in row else ALL_KINDS, **_fields(row, Guard)})
    if found.when not in ("true", "false", "returns"):
        raise RowError(f'"when" of the guard "{name}" takes "true", "false" or "returns"', (), str(found.when))
    return found


def _summary(row: Mapping[str, object]) -> Summary:
    optional = ("passes", "how", "result", "between", "key", "pattern", "store", "load", "characters")
    name = _name(row, "a summary", *optional)
    return Summary(name, **_fields(row, Summary))


def _auth(row: Mapping[str, object]) -> tuple[str, Proof]:
    name = _name(row, "a decorator", "proof")
    proof = row.get("proof", "session")
    if proof not in get_args(Proof):
        raise RowError(_not_one(proof, get_args(Proof), "proof"), (), str(proof))
    return name, cast(Proof, proof)


def _trusted(table: Mapping[str, object]) -> tuple[frozenset[str], tuple[Sanitizer, ...]]:
    """The names of sources that are none here, and rows for calls whose result is to be believed."""
    if not table.get("trusted-sources"):
        return frozenset(), ()
    known = {shown: row.name for row in EVERYTHING.sources for shown in _spellings(row.name)}
    found: set[str] = set()
    calls: list[Sanitizer] = []
    for name in _rows(table, "trusted-sources", lambda row: _name(row, "a trusted source")):
        if name in known:
            found.add(known[name])
        elif name.endswith("()"):
            calls.append(Sanitizer(name[:-2], ALL_KINDS, "", ""))
        else:
            near = _nearest(name, known) or f'; of a call, write "{name}()"'
            raise RowError(f'"{name}" is not a source that flasklint knows{near}', ("trusted-sources",), name)
    return frozenset(found), tuple(calls)


def _spellings(name: str) -> Iterator[str]:
    """A source's name, and as an attribute of the one object that there is of its class: ``flask.request.args``."""
    yield name
    for thing, kinds in ALSO.items():
        for kind in kinds:
            if "()" not in thing and name.startswith(f"{kind}."):
                yield thing + name[len(kind) :]


# Fields --------------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"(?:\?|[A-Za-z_]\w*(?:\(\))?)(?:\.[A-Za-z_]\w*(?:\(\))?)+(?:=)?|builtins\.\w+")
_ADDRESS = re.compile(r"self(?:\.\w+)?|\*|\d+\*|(?:\d+|[A-Za-z_]\w*)(?:\|[A-Za-z_]\w*)*")
_STORE = re.compile(r"(?:self|owner)(?:\[[^\]]*\]|\.\w+|\+)(?:=.+)?")


def _name(row: Mapping[str, object], what: str, *optional: str) -> str:
    """The name that a row speaks of; there is no field in it that is not known."""
    name = row.get("name")
    for key in row:
        if key != "name" and key not in optional:
            known = ("name", *optional)
            raise RowError(f'{what} has no field "{key}"{_nearest(key, known)}', (), key)
    if not isinstance(name, str):
        raise RowError(f'{what} needs a "name"')
    if not _NAME.fullmatch(name):
        raise RowError(f'"{name}" is not the import path of something, as in "shop.text.clean"', (), name)
    return PUBLIC.get(name, name)


def _fields(row: Mapping[str, object], kind: type) -> dict[str, Any]:
    """The other fields of a row, as the row's type wants them."""
    types = get_type_hints(kind)
    return {key: _field(key, value, types[key]) for key, value in row.items() if key != "name"}


def _field(key: str, value: object, wanted: Any) -> Any:
    """One field of a row, or a :class:`RowError` that says what it takes."""
    choices = get_args(wanted) if wanted not in (tuple[str, ...], tuple[Having, ...]) else ()
    if key == "kind":
        return _one_of(value, SINK_KINDS, key)
    if key == "kinds":
        return tuple(_one_of(one, ALL_KINDS, key) for one in _strings(value, key) if one != "*") or ALL_KINDS
    if key == "confidence":
        levels = {level.name.lower(): level for level in Confidence}
        return levels[_one_of(value, tuple(levels), key)]
    if wanted == tuple[Having, ...]:
        return tuple(_having(one, key) for one in _list(value, key))
    if choices:
        return _one_of(value, choices, key)
    if wanted == tuple[str, ...]:
        return tuple(_address(one, key) for one in _strings(value, key))
    if wanted is bool:
        if not isinstance(value, bool):
            raise RowError(f'"{key}" takes true or false', (), key)
        return value
    if not isinstance(value, str):
        raise RowError(f'"{key}" takes a string', (), key)
    if key in ("argument", "against", "key", "pattern"):
        return _address(value, key)
    if key in ("store", "load") and not all(_STORE.fullmatch(one) for one in filter(None, value.split(";"))):
        raise RowError(f'"{key}" takes what is kept where, as in "self[0]=1"', (), value)
    return value


def _having(value: object, key: str) -> Having:
    if not isinstance(value, Mapping) or not isinstance(value.get("argument"), str):
        raise RowError(f'a condition in "{key}" is a table with an "argument" and a "test"', (), key)
    for field in value:
        if field not in Having._fields:
            raise RowError(f'a condition has no field "{field}"{_nearest(field, Having._fields)}', (), field)
    names = tuple(_list(value.get("names", []), "names"))
    test = _one_of(value.get("test"), get_args(get_type_hints(Having)["test"]), "test")
    return Having(_address(value["argument"], "argument"), cast(Any, test), names)


def _address(value: str, key: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise RowError(
            f'"{value}" in "{key}" is not an argument: write "0" for the first, "sql" for a keyword, "0|sql" for either',
            (),
            value,
        )
    return value


def _one_of(value: object, choices: tuple[str, ...], key: str) -> str:
    if isinstance(value, str) and value in choices:
        return value
    raise RowError(_not_one(value, choices, key), (), str(value))


def _not_one(value: object, choices: Iterable[str], key: str) -> str:
    words = tuple(choices)
    near = _nearest(value, words) if isinstance(value, str) else ""
    return f'"{key}" takes one of {", ".join(words)}, not "{value}"{near}'


def _list(value: object, key: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise RowError(f'"{key}" takes a list', (), key)
    return list(value)


def _strings(value: object, key: str) -> list[str]:
    found = _list(value, key)
    if not all(isinstance(one, str) for one in found):
        raise RowError(f'"{key}" takes a list of strings', (), key)
    return found


def _nearest(word: str, words: Iterable[str]) -> str:
    from difflib import get_close_matches  # ten milliseconds that only a mistake needs

    near = get_close_matches(word, tuple(words), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
