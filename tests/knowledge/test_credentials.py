"""What credentials look like: no form may hide from the quick look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.knowledge import credentials
from flasklint.knowledge.credentials import TokenFormat, addresses, masked_parts, may_hold_issued_token


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hunter2secret@db/shop", "postgresql://me:********@db/shop"),
        ("postgresql://me:hunter2secret@/shop?host=/var/run", "postgresql://me:********@/shop?host=/var/run"),
        ("redis://:hunter2@cache:6379/0", "redis://:********@cache:6379/0"),
        ("mysql://me:hun/ter@2@db/shop", "mysql://me:********@db/shop"),
        ("mysql://me:centerpoint99@db/shop", "mysql://me:********@db/shop"),
        ("mysql://user:password@db/shop", "mysql://user:********@db/shop"),
        ("mysql://me:a@one/x mysql://you:b@two/y", "mysql://me:********@one/x mysql://you:********@two/y"),
        ("mysql://db/shop?user=me&password=hunter2&ssl=1", "mysql://db/shop?user=me&password=********&ssl=1"),
        ("Driver={X};UID=me;PWD=hunter2;", "Driver={X};UID=me;PWD=********;"),
        ("mysql://me:${PASSWORD}@db/shop", "mysql://me:${PASSWORD}@db/shop"),
        ("sqlite:///shop.db", "sqlite:///shop.db"),
        ("http://localhost:5000/", "http://localhost:5000/"),
    ],
)
def test_no_password_is_shown(text: str, shown: str) -> None:
    assert masked_parts(text) == shown


def test_an_address_without_a_host_carries_its_password_all_the_same() -> None:
    (address,) = addresses("postgresql://me:hunter2secret@/shop?host=/var/run")
    assert address.password == "hunter2secret"
