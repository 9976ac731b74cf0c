"""What the user set: ``[tool.flasklint]`` of ``pyproject.toml``, or ``flasklint.toml``, as one frozen value.

Every setting is a field of :class:`Settings`, with its meaning beside it: the reader, the reference page and the command
line's help are made from there. A key that is not there, or has a value of another type, is an error that says where it
stands: a security tool must not run on settings that it misunderstood.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any, TypeVar

import tomli

from flasklint import additions
from flasklint.additions import Additions, RowError
from flasklint.findings import Confidence, Persona, Severity

Value = bool | int | str | tuple[str, ...]
"""What an option of a rule may be."""

DEFAULT_EXCLUDE = (
    *(
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
    ),
    *(".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "bower_components", "build", "dist", "node_modules"),
    *("site-packages", "venv"),
)

_Level = TypeVar("_Level", bound=IntEnum)


class SettingsError(Exception):
    """Settings that cannot be used. ``path``: the file, empty for the command line; ``line`` counts from 1, 0 if unknown."""

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        place = f"{path}:{line}: " if line else f"{path}: " if path else ""
        super().__init__(place + message)
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of settings: how it is called, and how a value as read becomes one in force.

    ``convert`` raises :class:`ValueError` or :class:`TypeError` for what is none. ``choices``: all the words that it takes.
    """

    name: str
    convert: Callable[[Any], Any]
    choices: tuple[str, ...] = ()


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise TypeError


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise TypeError


_UNITS = MappingProxyType({"": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000})


def _size(value: object) -> int:
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?b?)\s*", value.lower())):
        unit = found[2] if found[2] in _UNITS else found[2] + "b"
        return int(float(found[1]) * _UNITS[unit])
    return _number(value)


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise TypeError


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise TypeError


def _of_strings(value: object) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: _strings(item) for key, item in _table(value).items()})


def _of_levels(value: object) -> Mapping[str, Severity]:
    return MappingProxyType({key: _level(Severity)(item) for key, item in _table(value).items()})


def _of_options(value: object) -> Mapping[str, Mapping[str, Value]]:
    return MappingProxyType({rule: _options(options) for rule, options in _table(value).items()})


def _options(value: object) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for name, item in _table(value).items():
        found[name] = item if isinstance(item, bool | int | str) else _strings(item)
    return MappingProxyType(found)


def _level(levels: type[_Level]) -> Callable[[object], _Level]:
    names = {level.name.lower(): level for level in levels}

    def convert(value: object) -> _Level:
        if isinstance(value, str) and value.lower() in names:
            return names[value.lower()]
        raise ValueError

    return convert


def _fail_on(value: object) -> Severity | None:
    return None if value == "never" else _level(Severity)(value)


def _words(choices: tuple[str, ...]) -> Kind:
    def convert(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ValueError

    return Kind(_either(choices), convert, choices)


def _either(choices: tuple[str, ...]) -> str:
    return " or ".join([", ".join(f'"{choice}"' for choice in choices[:-1]), f'"{choices[-1]}"'])


def _level_kind(levels: type[IntEnum], *more: str) -> Kind:
    choices = (*(level.name.lower() for level in levels), *more)
    return Kind(_either(choices), _fail_on if more else _level(levels), choices)


FORMATS = ("text", "concise", "json", "sarif")
FLAG = Kind("true or false", _flag)
NUMBER = Kind("a whole number", _number)
SIZE = Kind('a number of bytes, or a string such as "500kB" or "2MB"', _size)
STRINGS = Kind("a list of strings", _strings)
SEVERITY = _level_kind(Severity)
CONFIDENCE = _level_kind(Confidence)
PERSONA = _level_kind(Persona)
FAIL_ON = _level_kind(Severity, "never")
FORMAT = _words(FORMATS)
LISTS = Kind("a table of lists of strings", _of_strings)
LEVELS = Kind(f"a table of {SEVERITY.name}", _of_levels)
OPTIONS_OF_RULES = Kind("a table for each rule", _of_options)
ROWS = Kind("a table of rows", additions.read)


def _about(kind: Kind, what: str, example: str) -> Mapping[str, Any]:
    return {"kind": kind, "help": what, "example": example}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with what holds when it is not. In the files, ``_`` is written ``-``."""

    select: tuple[str, ...] = field(
        default=("FLK",),
        metadata=_about(
            STRINGS,
            "The rules to run, by code (`FLK102`), prefix (`FLK1`) or name (`hardcoded-secret-key`). "
            "Where `select` and `ignore` both speak of a rule, the longer word wins.",
            'select = ["FLK1", "FLK501"]',
        ),
    )
    ignore: tuple[str, ...] = field(
        default=(),
        metadata=_about(STRINGS, "Rules to leave out.", 'ignore = ["FLK801"]'),
    )
    extend_select: tuple[str, ...] = field(
        default=(),
        metadata=_about(STRINGS, "Rules to run besides those of `select`.", 'extend-select = ["FLK812"]'),
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata=_about(
            LISTS,
            "Rules to leave out in some files: patterns as in a `.gitignore`, each with a list of rules. "
            "Most rules leave tests and examples alone without it.",
            '[tool.flasklint.per-file-ignores]\n"scripts/" = ["FLK5"]',
        ),
    )
    severity: Mapping[str, Severity] = field(
        default_factory=dict,
        metadata=_about(
            LEVELS, "Rules whose findings have another severity here.", '[tool.flasklint.severity]\nFLK105 = "critical"'
        ),
    )
    min_severity: Severity = field(
        default=Severity.LOW,
        metadata=_about(SEVERITY, "Findings of less severity are counted, not shown.", 'min-severity = "medium"'),
    )
    min_confidence: Confidence | None = field(
        default=None,
        metadata=_about(
            CONFIDENCE,
            "Findings of less confidence are counted, not shown. Unless set, `medium`, and `low` for the auditor.",
            'min-confidence = "high"',
        ),
    )
    persona: Persona = field(
        default=Persona.REGULAR,
        metadata=_about(
            PERSONA,
            "Who reads: `pedantic` is also shown advice that hardens, `auditor` also what is only worth a look.",
            'persona = "pedantic"',
        ),
    )
    fail_on: Severity | None = field(
        default=Severity.LOW,
        metadata=_about(
            FAIL_ON,
            "The least severity of a shown finding that makes the exit code 1. "
            "A file that could not be read makes it 1 whatever is set here, but for `never`.",
            'fail-on = "high"',
        ),
    )
    exclude: tuple[str, ...] = field(
        default=DEFAULT_EXCLUDE,
        metadata=_about(
            STRINGS,
            "Files and folders to leave out: patterns as in a `.gitignore`, relative to the project's root. "
            "Virtual environments are always left out.",
            'exclude = ["migrations/"]',
        ),
    )
    extend_exclude: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            STRINGS, "Files and folders to leave out besides those of `exclude`.", 'extend-exclude = ["vendor/"]'
        ),
    )
    respect_gitignore: bool = field(
        default=True,
        metadata=_about(
            FLAG, "Leave out what `.gitignore` files and `.git/info/exclude` do.", "respect-gitignore = false"
        ),
    )
    force_exclude: bool = field(
        default=False,
        metadata=_about(
            FLAG,
            "Leave excluded files out even when the command line names them, as pre-commit does.",
            "force-exclude = true",
        ),
    )
    max_file_size: int = field(
        default=1_000_000,
        metadata=_about(
            SIZE,
            "Larger files are not analysed, and reported as `FLK005`. In bytes, or with a unit.",
            'max-file-size = "2MB"',
        ),
    )
    template_folders: tuple[str, ...] = field(
        default=("templates",),
        metadata=_about(
            STRINGS,
            "Folders of Jinja templates: names, or paths relative to the project's root. Those that the code names "
            "(`template_folder=`) are found without it.",
            'template-folders = ["templates", "web/views"]',
        ),
    )
    output_format: str = field(
        default="text",
        metadata=_about(FORMAT, "What is printed.", 'output-format = "concise"'),
    )
    jobs: int = field(
        default=0,
        metadata=_about(NUMBER, "How many processes work at once; 0 is as many as there are processors.", "jobs = 4"),
    )
    rules: Mapping[str, Mapping[str, Value]] = field(
        default_factory=dict,
        metadata=_about(
            OPTIONS_OF_RULES,
            "The options of rules, each in a table under the rule's code or name; the rule's page lists them.",
            "[tool.flasklint.rules.FLK105]\nminimum-length = 32",
        ),
    )
    flask: Additions = field(
        default=additions.NOTHING,
        metadata=_about(
            ROWS,
            "What flasklint is to know of your own code and of packages that it does not know: what guards a view "
            "(`auth-decorators`, `csrf`), what is untrusted and what is not (`extra-sources`, `trusted-sources`), where it does "
            "harm (`extra-sinks`), what makes it harmless (`sanitizers`, `guards`), what calls do with it (`summaries`), and "
            "all of that for a package (`packages`). [Your own code](rows.md) has the fields of a row and worked examples.",
            '[tool.flasklint.flask]\nauth-decorators = ["shop.auth.staff_only"]\nsanitizers = '
            '[{ name = "shop.text.clean", kinds = ["html"] }]',
        ),
    )

    @property
    def confidence(self) -> Confidence:
        """The least confidence that is shown."""
        if self.min_confidence is not None:
            return self.min_confidence
        return Confidence.LOW if self.persona is Persona.AUDITOR else Confidence.MEDIUM


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is documented: its key, type, default and meaning, and a line that shows it."""

    key: str
    field: str
    kind: Kind
    default: Any
    help: str
    example: str


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(item.name.replace("_", "-"), item.name, default=getattr(Settings(), item.name), **item.metadata)
    for item in dataclasses.fields(Settings)
)

_BY_KEY = MappingProxyType({setting.key: setting for setting in SETTINGS})


@dataclass(frozen=True, slots=True)
class Source:
    """The file that settings came from: its path as shown (empty when there is none), its text, and the table's keys."""

    path: str = ""
    text: str = field(default="", repr=False)
    table: tuple[str, ...] = ()

    def error(self, message: str, *keys: str, word: str = "") -> SettingsError:
        """An error about the value at ``keys`` below flasklint's table, or about a word in it."""
        line = _line_of(self.text, (*self.table, *keys)) if self.path else 0
        return SettingsError(message, self.path, _line_with(self.text, word, line) if word and line else line)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, where they came from, and which of them were set at all."""

    settings: Settings = Settings()
    source: Source = Source()
    given: frozenset[str] = frozenset()


def find(root: str, read: Callable[[str], bytes | None]) -> Loaded:
    """The settings of a project: ``flasklint.toml`` in its root, or else ``[tool.flasklint]`` of its ``pyproject.toml``.

    ``read`` gives a file's bytes, or nothing when it is not there. Raises :class:`SettingsError`.
    """
    for name in ("flasklint.toml", "pyproject.toml"):
        path = os.path.join(root, name)
        data = read(path)
        if data is not None and (loaded := _parse(data, path, required=name == "flasklint.toml")):
            return loaded
    return Loaded()


def load(path: str, data: bytes) -> Loaded:
    """The settings of a file that the caller names, with flasklint's table in it or at its top.

    Raises :class:`SettingsError`.
    """
    return _parse(data, path, required=True) or Loaded()


def override(loaded: Loaded, values: Mapping[str, Any]) -> Loaded:
    """The settings with some of them, by field, replaced by what the command line gives."""
    return dataclasses.replace(
        loaded, settings=dataclasses.replace(loaded.settings, **values), given=loaded.given | values.keys()
    )


def _parse(data: bytes, path: str, *, required: bool) -> Loaded | None:
    shown = os.path.relpath(path) if _below(path) else path
    try:
        text = data.decode()
        content = tomli.loads(text)
    except UnicodeDecodeError as error:
        raise SettingsError("not valid UTF-8", shown, data.count(b"\n", 0, error.start) + 1) from None
    except tomli.TOMLDecodeError as error:
        raise SettingsError(f"not valid TOML: {error.msg}", shown, error.lineno) from None
    except RecursionError:
        raise SettingsError("not valid TOML: nested too deeply", shown) from None
    tool = content.get("tool")
    table = tool.get("flasklint") if isinstance(tool, dict) else None
    if os.path.basename(path) != "pyproject.toml" and table is None:
        return _check(content, Source(shown, text))
    source = Source(shown, text, ("tool", "flasklint"))
    if table is None:
        return Loaded(source=source) if required else None
    if not isinstance(table, dict):
        raise source.error('"tool.flasklint" takes a table')
    return _check(table, source)


def _below(path: str) -> bool:
    try:
        return not os.path.relpath(path).startswith(os.pardir)
    except (OSError, ValueError):
        return False


def _check(table: Mapping[str, object], source: Source) -> Loaded:
    values: dict[str, Any] = {}
    for key, value in table.items():
        setting = _BY_KEY.get(key)
        if setting is None:
            raise source.error(f'unknown setting "{key}"{did_you_mean(key, _BY_KEY)}', key)
        try:
            values[setting.field] = setting.kind.convert(value)
        except RowError as error:
            raise source.error(str(error), key, *error.keys, word=error.word) from None
        except (TypeError, ValueError):
            raise source.error(f'"{key}" takes {setting.kind.name}, not {_shown(value)}', key) from None
    return Loaded(Settings(**values), source, frozenset(values))


def did_you_mean(word: str, words: Mapping[str, object] | tuple[str, ...]) -> str:
    """The end of a message about a word that is none of ``words``: the nearest of them, if one is near."""
    from difflib import get_close_matches  # ten milliseconds that only a mistake needs

    near = get_close_matches(word.lower().replace("_", "-"), words, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"' if len(value) <= 40 else "a string"
        case int() | float():
            return str(value)
        case list():
            return "this list" if value else "an empty list"
        case dict():
            return "a table with these values" if value else "an empty table"
        case _:
            return "a date or time"


# Where a key stands ------------------------------------------------------------------------------------------------

_KEY_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_KEY = rf"{_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART})*"
_LINE = re.compile(rf"[ \t]*(?:\[{{1,2}}[ \t]*(?P<table>{_KEY})[ \t]*\]|(?P<key>{_KEY})[ \t]*=)")


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line, from 1, where the value at ``keys`` is set, or the nearest one around it; 0 if there is none.

    TOML readers give no places of keys. This looks at the beginnings of lines only, so a key inside a multi-line string could
    be taken for a real one; it would have to be that very key, and the message is right but for the line.
    """
    best, line_of_best = 0, 0
    for number, table, key in _keys(text):
        path = (*table, *key)
        if len(path) > best and path == keys[: len(path)]:
            best, line_of_best = len(path), number
    return line_of_best


def _line_with(text: str, word: str, first: int) -> int:
    """The first line from ``first`` on that has a word in it; ``first`` if none has."""
    for number, line in enumerate(text.splitlines()[first - 1 :], first):
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line):
            return number
    return first


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Every line that opens a table or sets a key: its number, the table in force, and the key."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if found := _LINE.match(line):
            if found["table"]:
                table = _parts(found["table"])
                yield number, table, ()
            else:
                yield number, table, _parts(found["key"])


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY_PART, key))


# Values as they are written -------------------------------------------------------------------------------------------


def show(value: object) -> str:
    """A setting's value as it is written in TOML."""
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case IntEnum():
            return f'"{value.name.lower()}"'
        case int():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Additions():
            return show(value.given)
        case Mapping():
            return "{" + ", ".join(f"{show(key)} = {show(item)}" for key, item in value.items()) + "}"
        case Iterable():
            return "[" + ", ".join(show(item) for item in value) + "]"
        case _:
            raise TypeError(f"no setting is a {type(value).__name__}")
