"""What credentials look like: no form may hide from the quick look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.knowledge import credentials
from flasklint.knowledge.credentials import TokenFormat, may_hold_issued_token


@pytest.mark.parametrize(
    "row",
    [row for row in credentials._FORMATS if row.live and row.issued],
    ids=lambda row: row.pattern[:24],
)
@given(data=st.data())
def test_the_quick_look_misses_no_issued_token(row: TokenFormat, data: st.DataObject) -> None:
    token = data.draw(st.from_regex(row.pattern.encode(), fullmatch=True))
    assert may_hold_issued_token(b"x = '" + token + b"'\n")


@pytest.mark.parametrize("row", credentials._FORMATS, ids=lambda row: row.pattern[:24])
@given(data=st.data())
def test_the_quick_look_misses_no_token(row: TokenFormat, data: st.DataObject) -> None:
    token = data.draw(st.from_regex(row.pattern, fullmatch=True))
    assert any(sign in token for sign in credentials._ALL_SIGNS)


@pytest.mark.parametrize("text", ["", "x = 1", "key-value pairs", "monkey-patching of hf_ and ghp_ things"])
def test_ordinary_text_holds_none(text: str) -> None:
    assert not may_hold_issued_token(text.encode())
