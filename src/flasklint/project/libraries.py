"""What a library's canonical name says by itself and by the tables."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable

from flasklint.knowledge.extensions import offered
from flasklint.knowledge.types import ALSO, CLASSES, LIBRARIES, PREFIXES, PUBLIC

Names = tuple[str, ...]

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_LONGEST = 160
_MOST = 10


def unique(names: Iterable[str]) -> Names:
    """Each name once, the first ones first, and not too many."""
    return tuple(dict.fromkeys(names))[:_MOST]


def last_word(name: str) -> str:
    """The word that something is written with: ``execute`` of ``sqlite3.Cursor().execute``."""
    plain = name.removesuffix("()")
    return plain[plain.rfind(".") + 1 :]


def public(name: str) -> str:
    """The one path that the tables use for a name."""
    top, _, rest = name.partition(".")
    if top in PREFIXES:
        for prefix, better in PREFIXES[top]:
            if name.startswith(prefix):
                name = better + name[len(prefix) :]
                break
    if rest:
        path, bracket, tail = name.partition("(")
        name = offered(path) + bracket + tail
    found = PUBLIC.get(name)
    if found is None and rest and "(" in name:
        path, bracket, tail = name.partition("(")
        if path in PUBLIC:
            return PUBLIC[path] + bracket + tail
    return name if found is None else found


def also(name: str) -> Names:
    """A name by its public path and what else the tables know it as."""
    if name[0] == "?" or len(name) > _LONGEST:
        return (name,) if name[0] == "?" else ()
    found = [public(name)]
    for current in found:  # grows while it is gone along
        more = ALSO.get(current)
        if more is None and current.endswith("()"):
            more = tuple(base + "()" for base in CLASSES.get(current[:-2], ()))
        elif more is None:
            more = CLASSES.get(current, ())
        found.extend(one for one in more if one not in found)
    return tuple(found)


def instance(name: str) -> bool:
    """Whether it is an object made by a class: ``flask.Flask()``. Classes are told by the way they are written."""
    if not name.endswith("()"):
        return False
    path = name[:-2]
    return path[path.rfind(".") + 1 : path.rfind(".") + 2].isupper() or path in CLASSES or path in _LOWER_CLASSES


def telling(name: str, modules: frozenset[str]) -> bool:
    """Whether a name says what kind of thing it is, so that an attribute of it is that attribute and no one else's.

    ``modules``: dotted names that are certainly modules, having been imported as such.
    """
    if name[0] == "?":
        return False
    if name.endswith("()"):
        return instance(name)
    if "(" in name:
        return False
    top = name.partition(".")[0]
    return name in modules or top in LIBRARIES or top in sys.stdlib_module_names or name[name.rfind(".") + 1].isupper()


_LOWER_CLASSES = frozenset(
    {"collections.defaultdict", "collections.deque", "collections.namedtuple", "functools.partial", "threading.local"}
    | {"builtins." + name for name in vars(builtins) if isinstance(getattr(builtins, name), type)}
    | {"datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone"}
)
