"""The front end for settings files: JSON and TOML to facts. Each key is an assignment, as in a settings file in Python."""

from __future__ import annotations

from flasklint import ir
from flasklint.configfiles.json import lower as lower_json
from flasklint.configfiles.refusal import RefusedError
from flasklint.configfiles.toml import lower as lower_toml
from flasklint.source import UndecodableError, decode

__all__ = ["extract"]


def extract(path: str, data: bytes) -> ir.Module | ir.Unread:
    """The facts of one settings file, or why there are none. Raises nothing whatever the bytes."""
    try:
        text = decode(data, "settings")
        return ir.Module(path, lower_json(text) if _is_json(path, text) else lower_toml(text))
    except UndecodableError as error:
        return ir.Unread(path, 0, 0, str(error))
    except RefusedError as error:
        return ir.Unread(path, error.offset, error.offset, error.reason)
    except RecursionError:
        return ir.Unread(path, 0, 0, "nested too deeply")


def _is_json(path: str, text: str) -> bool:
    return path.endswith(".json") or (not path.endswith(".toml") and text.lstrip().startswith(("{", "[")))
