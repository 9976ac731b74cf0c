"""Bytes become the text that offsets count in, and offsets become lines and columns."""

from __future__ import annotations

import pytest

from flasklint.source import FileKind, Position, Region, Span, Text, UndecodableError, decode, readable


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (b"", "python", ""),
        (b"\xef\xbb\xbfx = 1\n", "python", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\r\n", "python", "# -*- coding: latin-1 -*-\nx = 'é'\r\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", "python", None),
        ("ä\f\r\n\r".encode(), "python", "ä\f\r\n\r"),
        (b"\xef\xbb\xbf<p>\xc3\xa4</p>", "template", "<p>ä</p>"),
        (b"{# -*- coding: latin-1 -*- #}\xc3\xa4", "template", "{# -*- coding: latin-1 -*- #}ä"),
    ],
)
def test_decode(data: bytes, kind: FileKind, text: str | None) -> None:
    assert decode(data, kind) == (data.decode("cp1252") if text is None else text)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"x = '\xff'", "python", "not valid utf-8: byte 0xff in line 1"),
        (b"# coding: no-such-codec\n", "python", "no-such-codec"),
        (b"# coding: hex\n00", "python", "hex"),
        (b"# coding: ascii\n\n\nx = '\xc3\xa4'", "python", "not valid ascii: byte 0xc3 in line 4"),
        (b"<p>\xff", "template", "not valid utf-8: byte 0xff in line 1"),
    ],
)
def test_what_is_no_text_says_why(data: bytes, kind: FileKind, words: str) -> None:
    with pytest.raises(UndecodableError, match=words):
        decode(data, kind)


def test_lines_end_at_lf_crlf_and_cr() -> None:
    text = Text("a\nbc\r\nd\re")
    assert [text.line(n) for n in range(6)] == ["", "a", "bc", "d", "e", ""]
    assert text.region(Span(2, 8)) == Region(Position(2, 1), Position(4, 1))
    assert text.position(9) == Position(4, 2)


@pytest.mark.parametrize(
    ("data", "kind", "content", "is_plain_utf8"),
    [
        ("ä\r\n".encode(), "python", "ä\r\n", True),
        (b"\xef\xbb\xbfx", "python", "x", False),
        (b"# coding: latin-1\n\xe4", "python", "# coding: latin-1\nä", False),
        (b"<p>\xff</p>", "template", "<p>\ufffd</p>", False),
        (b"", "template", "", True),
    ],
)
def test_the_text_to_show_is_there_for_any_bytes(
    data: bytes, kind: FileKind, content: str, is_plain_utf8: bool
) -> None:
    text = readable(data, kind)
    assert (text.content, text.is_plain_utf8) == (content, is_plain_utf8)
