"""Texts that are another text in a simpler form: ``text.lower()``, ``text.strip()``, ``unquote(text)``.

People check the simpler form and go on with the text itself, or the other way round. So what is learnt of either is told of the
other, as far as it holds there. ``("image", form, base)`` is the fragment of such a form of ``base``.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from flasklint.taint import characters
from flasklint.taint.values import A_TEXT, NOTHING_KNOWN, Fragment, Info

CASED, STRIPPED, DECODED, UNSLASHED, WRITTEN = "cased", "stripped", "decoded", "unslashed", "written"
"""In one case; without space around it; with its ``%2f`` decoded; with slashes for backslashes; written as a text."""

REPLACED = "replaced"
"""With letters, digits and the like for others, as in ``name.replace(".csv", "")``: ``replaced:`` and what was taken out, a
colon, and what stands there now."""

_ESCAPES = characters.of("%0123456789abcdefABCDEF")
_HTML_KINDS = frozenset(("html", "markup", "safe-filter"))
_HTML_SIGNS = frozenset("<>\"'")
_BACKSLASH = characters.of("\\")
_SLASH = characters.of("/")


_HARMLESS = re.compile(r"(?:[\w -]|\.(?!\.))*")


def replaced(mark: str, by: str) -> str:
    """The form of a text in which a text of letters, digits and the like was replaced by another; empty when it is of others."""
    fine = _HARMLESS.fullmatch(mark) and _HARMLESS.fullmatch(by) and any(map(str.isalnum, mark))
    return f"{REPLACED}:{mark}:{by}" if fine else ""


def image(form: str, fragment: Fragment) -> Fragment:
    """The fragment of a form of a text. The same form of it again is the same text."""
    return fragment if fragment[:2] == ("image", form) else ("image", form, fragment)


def outwards(form: str, info: Info) -> Info:
    """What is known of a text when this is known of its form."""
    if form.startswith(REPLACED):
        # What was taken out may stand anywhere in it, which makes no more of what is one of ours.
        mark = form.split(":")[1]
        return Info(mask=info.mask | characters.of(mark), clear=info.clear & {"*"}, tags=info.tags & {"chosen"})
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
        case "written":
            return replace(info, clear=info.clear - A_TEXT.clear)
        case _:
            return NOTHING_KNOWN


def inwards(form: str, info: Info) -> Info:
    """What is known of a form of a text when this is known of the text."""
    if form.startswith(REPLACED):
        _, mark, by = form.split(":")
        return without(info, mark, by)
    match form:
        case "cased":
            lacks = frozenset(one for one in info.lacks if not any(char.isalpha() for char in one))
            return replace(info, mask=characters.either_case(info.mask), lacks=lacks, prefix="", suffix="")
        case "stripped":
            return Info(mask=info.mask, lacks=info.lacks, clear=info.clear)
        case "unslashed":
            mask = info.mask & ~_BACKSLASH | (_SLASH if info.mask & _BACKSLASH else 0)
            return Info(mask=mask, tags=frozenset(tag for tag in info.tags if tag.startswith("weak:")))
        case "written":
            return replace(info, clear=info.clear | A_TEXT.clear)
        case _:
            return NOTHING_KNOWN


def without(info: Info, mark: str, by: str) -> Info:
    """What is known of a text when this was known of it before a text in it was replaced by another."""
    tags = frozenset(tag for tag in info.tags if tag.startswith("weak:"))
    if len(mark) == 1:
        gone = characters.of(mark) & characters.ASCII
        # What is not in it is not replaced.
        put = characters.of(by) if info.mask & gone or not gone else 0
        mask = info.mask & ~gone | put
        lacks = frozenset(one for one in info.lacks if by == "" and mark in one)
        clear = info.clear - {"*"} if by else info.clear
        return Info(mask=mask, lacks=lacks, clear=clear, tags=tags, prefix=_begins_then(info.prefix, mark, by))
    # Taking a longer text out once can put it together again from what stood around it.
    weak = frozenset((f"weak:replaced {mark!r}",))
    # In HTML that was cleaned no text of a visitor's has what begins a tag, so that nothing can be put together; unless what
    # stands for such a sign is turned back into it.
    undone = "&" in mark and not _HTML_SIGNS.isdisjoint(by)
    clear = frozenset() if undone else info.clear & _HTML_KINDS
    prefix = _begins_then(info.prefix, mark, by)
    info = Info(mask=info.mask | characters.of(by), clear=clear, tags=tags | weak, prefix=prefix)
    if by:
        info = replace(info, lacks=frozenset((mark,)) if not set(by) & set(mark) else frozenset())
    return info


def _begins_then(prefix: str, mark: str, by: str) -> str:
    """How a text begins when this was replaced in it, if it began like that: what stands across the end may go as well."""
    *replaced, rest = prefix.split(mark)
    return by.join((*replaced, rest[: max(0, len(rest) - len(mark) + 1)])) if prefix else ""
