"""What is read, and places in it.

Offsets count code points of the decoded text, line ends as they stand in the file. Lines and columns are worked out
only where something is shown, from 1, columns in code points (SARIF's ``unicodeCodePoints``).
"""

from __future__ import annotations

import codecs
import io
import tokenize
from bisect import bisect_right
from functools import cached_property
from typing import Literal, NamedTuple

FileKind = Literal["python", "template", "settings", "deployment"]


class Span(NamedTuple):
    """A half-open stretch of text, in code points from the start of the file."""

    start: int
    end: int


class Location(NamedTuple):
    """A stretch of one file. ``path`` is relative to the project's root, with ``/``."""

    path: str
    span: Span


class Position(NamedTuple):
    """A place as people write it; both count from 1."""

    line: int
    column: int


class Region(NamedTuple):
    """A stretch as people write it; ``end`` is exclusive."""

    start: Position
    end: Position


class SourceFile(NamedTuple):
    """One file to analyse: its identity and its bytes, undecoded."""

    path: str
    kind: FileKind
    data: bytes


class Text:
    """Decoded text with its line table. Lines end at LF, CRLF or CR, as Python and Jinja count them."""

    def __init__(self, content: str, *, is_plain_utf8: bool = True) -> None:
        """``is_plain_utf8``: the file's bytes are exactly this text in UTF-8, without a mark before it."""
        self.content = content
        self.is_plain_utf8 = is_plain_utf8

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of every line's first character."""
        starts, content, at = [0], self.content, 0
        if "\r" not in content:
            while (at := content.find("\n", at)) >= 0:
                at += 1
                starts.append(at)
            return starts
        for at, char in enumerate(content):
            if char == "\n" or (char == "\r" and content[at + 1 : at + 2] != "\n"):
                starts.append(at + 1)
        return starts

    def position(self, offset: int) -> Position:
        """The line and column of an offset; one past the end is allowed."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def region(self, span: Span) -> Region:
        """The lines and columns of a span."""
        return Region(self.position(span.start), self.position(span.end))

    def line(self, number: int) -> str:
        """Line ``number`` (from 1) without its line end; empty past the end."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        stop = starts[number] if number < len(starts) else len(self.content)
        return self.content[starts[number - 1] : stop].rstrip("\r\n")


class UndecodableError(ValueError):
    """Bytes that are no text in the encoding that they claim; says why in words for the file's author."""


def decode(data: bytes, kind: FileKind) -> str:
    """The text that all offsets count in: without a byte order mark, with line ends as they stand in the file.

    Python's encoding is found as Python finds it (mark, then coding comment, then UTF-8); a template is UTF-8, as Flask
    loads it, and so are settings in JSON and TOML; what an app is deployed by may be UTF-16 with a mark, as PowerShell writes it.
    Raises :class:`UndecodableError`.
    """
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0] if kind == "python" else "utf-8-sig"
        if kind == "deployment" and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(error) from None
    except (SyntaxError, LookupError, ValueError) as error:
        try:
            data.decode()
        except UnicodeDecodeError as exact:
            raise _undecodable(exact) from None
        raise UndecodableError(str(error)) from None


def readable(data: bytes, kind: FileKind) -> Text:
    """The text to show of a file. Never fails: what is no text is read as UTF-8 with U+FFFD for each stray byte."""
    try:
        content = decode(data, kind)
    except UndecodableError:
        content = data.decode("utf-8", "replace")
    return Text(content, is_plain_utf8=content.encode("utf-8", "surrogatepass") == data)


def _undecodable(error: UnicodeDecodeError) -> UndecodableError:
    line = error.object.count(b"\n", 0, error.start) + 1
    return UndecodableError(f"not valid {error.encoding}: byte 0x{error.object[error.start]:02x} in line {line}")
