"""Names that hold a secret are told from names that speak of one."""

from __future__ import annotations

import pytest

from flasklint.knowledge.sensitive import sensitivity, words


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("password", "password"),
        ("user_password", "password"),
        ("newPassword", "password"),
        ("DB_PASSWD", "password"),
        ("api_key", "key"),
        ("apiKey", "key"),
        ("ACCESS_TOKEN", "token"),
        ("reset_code", "token"),
        ("tokens", "token"),
        ("card_number", "card"),
        ("session_id", "token"),
        ("password_label", None),
        ("password_page_html", None),
        ("passwordField", None),
        ("token_url", None),
        ("is_password", None),
        ("session_lifetime", None),
        ("author", None),
        ("keyboard", None),
        ("compass", None),
        ("zip_code", None),
        ("", None),
    ],
)
def test_sensitivity(identifier: str, expected: str | None) -> None:
    assert sensitivity(identifier) == expected


def test_words_split_every_case() -> None:
    assert words("getHTTPResponse_code2") == ["get", "http", "response", "code", "2"]
