from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.reporters.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("größer 日本 🔑", "größer 日本 🔑"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\r\nb\tc\0", "a\\r\\nb\\tc\\x00"),
        ("user\u202e\u2066nimda", "user\\u202e\\u2066nimda"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028para\u2029next\x85", "line\\u2028para\\u2029next\\x85"),
        ("lone \udcff", "lone \\udcff"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("no\xa0break\u3000wide", "no\xa0break\u3000wide"),
        ("\x7f", "\\x7f"),
    ],
)
def test_characters_without_a_shape_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_without_unicode_all_is_ascii() -> None:
    assert visible("größer 🔑\xa0\x1b", unicode=False) == "gr\\xf6\\xdfer \\U0001f511\\xa0\\x1b"


@given(st.text(), st.booleans())
def test_nothing_that_a_terminal_obeys_is_left(text: str, unicode: bool) -> None:
    shown = visible(text, unicode=unicode)
    assert all(char.isprintable() or char.isspace() or char >= "\ue000" for char in shown)
    assert not set(shown) & {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\u202e"}
    assert visible(shown, unicode=unicode) == shown
    shown.encode("utf-8" if unicode else "ascii")
