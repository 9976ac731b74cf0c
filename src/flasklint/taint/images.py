"""Texts that are another text in a simpler form: ``text.lower()``, ``text.strip()``, ``unquote(text)``.

People check the simpler form and go on with the text itself, or the other way round. So what is learnt of either is told of the
other, as far as it holds there. ``("image", form, base)`` is the fragment of such a form of ``base``.
"""

from __future__ import annotations

from msgspec.structs import replace

from flasklint.taint import characters
from flasklint.taint.values import NOTHING_KNOWN, Fragment, Info

CASED, STRIPPED, DECODED, UNSLASHED = "cased", "stripped", "decoded", "unslashed"
"""In one case; without space around it; with its ``%2f`` decoded; with slashes for backslashes."""

_ESCAPES = characters.of("%0123456789abcdefABCDEF")
_BACKSLASH = characters.of("\\")
_SLASH = characters.of("/")


def image(form: str, fragment: Fragment) -> Fragment:
    """The fragment of a form of a text. The same form of it again is the same text."""
    return fragment if fragment[:2] == ("image", form) else ("image", form, fragment)


def outwards(form: str, info: Info) -> Info:
    """What is known of a text when this is known of its form."""
    match form:
        case "cased":
            lacks = frozenset(one for one in info.lacks if not any(char.isalpha() for char in one))
            return replace(info, mask=characters.either_case(info.mask), lacks=lacks)
        case "stripped":
            return replace(info, mask=info.mask | characters.SPACE)
        case "decoded":
            # A slash that it begins with may be written as an escape, which begins a path below.
            prefix = info.prefix if info.prefix[:1] == "/" else ""
            return replace(info, mask=info.mask | _ESCAPES, prefix=prefix, suffix="")
        case "unslashed":
            tags = frozenset(tag for tag in info.tags if tag.startswith(("redirect:", "not:/", "weak:", "check@")))
            if "not://" in tags or "redirect:no-host" in tags:
                tags |= {"redirect:no-backslash"}
            clear = info.clear & {"redirect", "ssrf"}
            mask = info.mask | (_BACKSLASH if info.mask & _SLASH else 0)
            return Info(mask=mask, clear=clear, tags=tags, prefix="/" if info.prefix[:1] == "/" else "")
        case _:
            return NOTHING_KNOWN


def inwards(form: str, info: Info) -> Info:
    """What is known of a form of a text when this is known of the text."""
    match form:
        case "cased":
            lacks = frozenset(one for one in info.lacks if not any(char.isalpha() for char in one))
            return replace(info, mask=characters.either_case(info.mask), lacks=lacks, prefix="", suffix="")
        case "stripped":
            return Info(mask=info.mask, lacks=info.lacks, clear=info.clear)
        case "unslashed":
            mask = info.mask & ~_BACKSLASH | (_SLASH if info.mask & _BACKSLASH else 0)
            return Info(mask=mask, tags=frozenset(tag for tag in info.tags if tag.startswith("weak:")))
        case _:
            return NOTHING_KNOWN
