"""How programs read their environment: what is called, and what it makes of the text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Parse = Literal["", "bool", "flag", "int", "float", "list", "json", "literal", "other"]
"""What is done with a variable's text: nothing; truth of text, where any that is not empty is true; words such as "true" are
told from others; it is converted so; read as a Python literal; something else."""


class Reader(NamedTuple):
    """A call that reads one variable: the name is its first argument, the default its second or a keyword.

    ``required``: without a default it fails when the variable is missing; else the default is ``None``.
    ``cast``: the keyword that names a converter.
    """

    parse: Parse = ""
    required: bool = True
    cast: str = ""


_TYPED: Mapping[str, Parse] = {
    "": "",
    "str": "",
    "url": "",
    "path": "",
    "bool": "flag",
    "int": "int",
    "float": "float",
    "list": "list",
    "json": "json",
    "dict": "other",
    "timedelta": "other",
    "log_level": "other",
    "decimal": "float",
}

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "os.getenv": Reader(required=False),
        "os.getenvb": Reader(required=False),
        "os.environ.get": Reader(required=False),
        "os.environb.get": Reader(required=False),
        "os.environ.setdefault": Reader(required=False),
        "os.environ.pop": Reader(),
        "os.environ.__getitem__": Reader(),
        "decouple.config": Reader(cast="cast"),
        "decouple.Config()": Reader(cast="cast"),
        "prettyconf.config": Reader(cast="cast"),
        "starlette.config.Config()": Reader(cast="cast"),
        "environ.get": Reader(required=False),
        **{
            f"{owner}{'.' + name if name else ''}": Reader(parse, cast="cast")
            for owner in ("environs.Env()", "environs.env", "environ.Env()")
            for name, parse in _TYPED.items()
        },
    }
)
"""By canonical name."""

ENVIRONMENTS: frozenset[str] = frozenset({"os.environ", "os.environb"})
"""Mappings of the variables."""

CONVERTERS: Mapping[str, Parse] = MappingProxyType(
    {
        "distutils.util.strtobool": "flag",
        "setuptools._distutils.util.strtobool": "flag",
        "strtobool.strtobool": "flag",
        "str2bool.str2bool": "flag",
        "flask.json.loads": "json",
        "json.loads": "json",
        "yaml.safe_load": "json",
        "ast.literal_eval": "literal",
        "werkzeug.utils.import_string": "other",
    }
)
"""Functions that make a value of their first argument, a text."""

SETTINGS_CLASSES: frozenset[str] = frozenset({"pydantic.BaseSettings", "pydantic_settings.BaseSettings"})
"""Classes whose attributes are environment variables of the same name in upper case."""
