"""Whether untrusted data in a text can do harm of a kind where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from flasklint.findings import Confidence
from flasklint.knowledge.rows import LOOKED_UP, Kind
from flasklint.taint import characters
from flasklint.taint.values import A_TEXT, SOMEWHERE, Fragment, Hole, Info, Taint, Text, doubted_taint

Lookup = Callable[[Fragment], Info]

_QUOTES = "'\"`"
_ORIGIN = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#\\]+[/?#]|/[^/\\]|[?#]|(?:mailto|sms|tel):"
    r"|\x00[^\x00]*[/?#]|\x00\x00|[^:/?#\\\x00]+[/?#]"
)
_SCHEMED = re.compile(r"[A-Za-z][\w+.-]*://")
_SCHEME = re.compile(
    r"[^A-Za-z\s\x00]|(?!javascript:|data:|vbscript:)[A-Za-z][A-Za-z0-9+.-]*[:/?#]|\x00[^:\x00]*[/?#]", re.IGNORECASE
)
_UPWARDS = "../"
_GLUE = frozenset("_-")
"""What a name of ours ends in that goes on with what is untrusted: ``report_`` and then it."""


def harmful(kind: Kind, text: Text, info_of: Lookup) -> tuple[tuple[Taint, ...], frozenset[str]]:
    """The untrusted data in a text that can do this harm there, and the weak checks that did not stop it."""
    found: list[Taint] = []
    weak: set[str] = set()
    before = ""
    for index, piece in enumerate(text):
        if isinstance(piece, str):
            before += piece
            continue
        for taint in piece.taints:
            info = info_of(taint.fragment)
            if kind.prefix in ("origin", "scheme") and SOMEWHERE in taint.reasons:
                continue  # a pattern of an address that we keep elsewhere begins with where it leads
            if not harmless(kind, info, before, text, index):
                if kind.prefix == "directory" and before[-1:] in _GLUE:
                    # ``report_`` and then ``../..``: a folder has to be there whose name ends so. What is uploaded takes the
                    # place of other files and has any ending all the same, and Windows asks for no such folder.
                    sure = Confidence.MEDIUM if kind.name == "upload-save" else Confidence.LOW
                    taint = doubted_taint(taint, "`../` needs a folder that is called as the name begins", sure)
                if kind.prefix == "package" and "." in before:
                    taint = doubted_taint(taint, "only modules of the package that is named before it", Confidence.LOW)
                if kind.prefix == "directory" and before and (most := _most(taint.fragment)):
                    taint = doubted_taint(taint, f"no more than {most} characters of it stand there", Confidence.LOW)
                if kind.name == "ssrf" and before == "\x00":
                    # ``current_app.config["API_URL"] + name``: such a setting says the host, and mostly the path too.
                    taint = doubted_taint(taint, "what stands before it says where that leads", Confidence.LOW)
                if kind.name == "redirect" and not before and not info.mask & characters.of("/"):
                    # Without a slash only ``https:example.com`` leads elsewhere, and that from a page sent by plain HTTP alone.
                    taint = doubted_taint(taint, "there is no slash in it", Confidence.LOW)
                if LOOKED_UP in info.tags:
                    taint = doubted_taint(taint, "a record must be found by it")
                if "weak:pattern" in info.tags:
                    taint = doubted_taint(taint, "it is compared with a pattern that is not known here")
                found.append(taint)
                weak |= {tag for tag in info.tags if tag.startswith("weak:")}
                if kind.prefix == "origin" and not before:
                    checks = {tag for tag in info.tags if tag.startswith("check@")}
                    if checks and not _unheeded(info):
                        weak |= checks | {f"weak:{form}" for form in open_forms(kind.name, info)}
        before += "\x00"
    return tuple(found), frozenset(weak)


def _most(fragment: Fragment) -> int:
    """How many characters the beginning of a text has at most, ``name[:8]``; 0 for all else."""
    if fragment[0] != "part" or not str(fragment[1]).startswith("first:"):
        return 0
    return int(str(fragment[1]).removeprefix("first:"))


def _unheeded(info: Info) -> bool:
    """Whether nothing is left of what a check told: whatever it found, the text goes on."""
    tags = frozenset(tag for tag in info.tags if tag.startswith(("check@", "weak:")))
    return info in (Info(tags=tags), A_TEXT.both(Info(tags=tags)))


def harmless(kind: Kind, info: Info, before: str, text: Text, index: int) -> bool:
    """Whether what is known of the untrusted data at an index of a text, ``before`` it, excludes the harm."""
    if "*" in info.clear or kind.name in info.clear or not info.clear.isdisjoint(kind.also):
        return True
    if kind.structured and len(text) > 1:
        return True
    needs = _needs(kind.needs)
    if needs and not info.mask & needs and not ("last-newline" in info.tags and not needs & ~characters.NEWLINES):
        return True
    if kind.quoted:
        quote = open_quote(before)
        if quote and not info.mask & characters.of(quote):
            return True
        if kind.name == "code" and _one_literal(info, before, text, index):
            return True
    match kind.prefix:
        case "directory":
            return _stays_inside(info, before)
        case "any":
            return bool(before)
        case "origin":
            return _fixed_origin(info, before) or (not before and not open_forms(kind.name, info))
        case "scheme":
            return _SCHEME.match(before or info.prefix) is not None
        case "element":
            return not info.mask & characters.of("<") and _outside_tags(before)
        case _:
            return False


def _outside_tags(before: str) -> bool:
    """Whether what comes after this HTML stands between tags, where no quote does harm."""
    low = before.lower()
    return low.rfind(">") >= low.rfind("<") and all(
        low.rfind(f"</{name}") >= low.rfind(f"<{name}") for name in ("script", "style")
    )


@lru_cache(maxsize=64)
def _needs(spec: str) -> int:
    return characters.named(spec) & characters.ASCII


@lru_cache(maxsize=4096)
def open_quote(before: str) -> str:
    """The quote that is still open at the end of a text, or nothing."""
    inside = ""
    escaped = False
    for char in before[-2000:]:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif inside:
            if char == inside:
                inside = ""
        elif char in _QUOTES:
            inside = char
    return inside


def _one_literal(info: Info, before: str, text: Text, index: int) -> bool:
    """The whole text is one string literal: a quote in front, the same behind, none between."""
    if before or len(text) != index + 1:
        return False
    quote = info.prefix[:1]
    return quote in ("'", '"') and info.suffix[-1:] == quote and f"inner-without:{quote}" in info.tags


def _stays_inside(info: Info, before: str) -> bool:
    no_separator = not info.mask & characters.of("/")
    if no_separator and (before or not info.mask & characters.of(".")):
        # A name; ``..`` alone leads to a folder, not to a file.
        return True
    if no_separator:
        return True
    if not before and "relative" not in info.tags and not _relative(info):
        return False
    return not info.mask & characters.of(".") or any(lacking in _UPWARDS for lacking in info.lacks)


def _relative(info: Info) -> bool:
    return "not:/" in info.tags or (bool(info.prefix) and not info.prefix.startswith(("/", "\\", ".")))


def _fixed_origin(info: Info, before: str) -> bool:
    if before == "/":
        # No second slash comes behind the first. A backslash might, which Werkzeug quotes in a redirect's address.
        return "not:/" in info.tags or not info.mask & characters.of("/")
    if before:
        return _ORIGIN.match(before) is not None
    if not info.mask & characters.of("/\\:"):
        return True
    return _ORIGIN.match(info.prefix) is not None if info.prefix else False


def fixes_origin(text: str) -> bool:
    """Whether it says where an address leads, whatever follows."""
    return _ORIGIN.match(text) is not None


def open_forms(kind: str, info: Info) -> tuple[str, ...]:
    """The forms of a foreign address that a text can still have, in the eyes of a browser (or, for others, of a client)."""
    tags, prefix, mask = info.tags, info.prefix, info.mask
    slash = prefix.startswith("/")
    second = prefix[1:2]
    named = bool(prefix) and (
        second not in ("", "/", "\\") if slash else not re.match(r"[A-Za-z][\w+.-]*:?$|[\\\s]", prefix)
    )
    no_host = f"{kind}:no-host" in tags
    found = []
    # ``https://example.com`` with no slash behind it is also how ``https://example.com.evil.example`` begins.
    unfinished = _SCHEMED.match(prefix) is not None and not _ORIGIN.match(prefix)
    if unfinished or not (no_host or slash or named or not mask & characters.of(":")):
        found.append("absolute")
    if kind != "redirect":
        return tuple(found)
    no_slash = not mask & characters.of("/") or named
    if not (no_host or no_slash or "not://" in tags):
        found.append("two-slashes")
    if not (no_slash or "not://" in tags or "not:///" in tags):
        found.append("three-slashes")
    if not (named or not mask & characters.of("\\") or "redirect:no-backslash" in tags or "not:/\\" in tags):
        found.append("backslash")
    if not (f"{kind}:no-scheme" in tags or slash or named or not mask & characters.of(":")):
        found.append("scheme-only")
    return tuple(found)


def bare(taints: tuple[Taint, ...]) -> Text:
    """A text that is nothing but untrusted data."""
    return (Hole(taints),)
