"""The values here were worked out by another implementation (SARIF Multitool's ``RollingHashPartialFingerprints``)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flasklint.reporters.line_hash import line_hashes

END = "c129715d7a2bc9a3:1"

KNOWN = {
    "lf": (
        "from flask import request\n\n\ndef name():\n\treturn request.args['name']\n",
        [
            "3724a625f9800c4:1",
            "7de23f6fbe890405:1",
            "399305208aad024f:1",
            "5a1f97ae0be0c301:1",
            "e8b19b8eb431ac70:1",
            END,
        ],
    ),
    "crlf, beyond the basic plane, no last line end": (
        "key = 1\r\n\tkey = 2\r\n\r\nnote = 'Straße 🔑'\r\nkey = 1",
        ["16d6f46a52d023d2:1", "508c60569fab33cd:1", "6627f22015d9a88b:1", "cba5d89d2954c9ad:1", "3753ff96bba6536a:1"],
    ),
    "equal lines near the end": (
        "run(x)\n" * 4,
        ["95a6853247868f73:1", "e486953b7a0e2337:1", "a8008098235b582b:1", "410e3d9147962c8f:1", END],
    ),
    "cr alone": ("a\rb\r\rc", ["4850bf53658d4e53:1", "b0367d257df6d03c:1", "1c206f60a702cfe8:1", "188ff2f224477a1e:1"]),
    "cr and lf apart": ("a\r \nb\n", ["818c3a85b988abe4:1", "bf4c4d48992e2ca5:1", "ade70578248be16f:1", END]),
    "blanks only": ("  \n\t\n \n", ["4e5d562094661a0d:1", "5b5d4caf73a13177:1", "3c5bef55b72b93c9:1", END]),
    "longer than the window": (
        f"v = [{'1234567890, ' * 30}]\nend\n",
        ["4cf49ee315e5c58f:1", "fe2be582c6296f40:1", END],
    ),
    "characters that end no line": (
        "a\0b\nc\x0cd\ne\u2028f\n",
        ["838cf5dd9004fed6:1", "7b39cbd25600bc15:1", "d682039573871b34:1", END],
    ),
    "empty": ("", [END]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_values(name: str) -> None:
    text, hashes = KNOWN[name]
    assert line_hashes(text) == hashes


def test_equal_surroundings_are_told_apart_by_a_running_number() -> None:
    hashes = line_hashes("run(x)\n" * 40)
    first = hashes[0].split(":")[0]
    assert hashes[:3] == [f"{first}:1", f"{first}:2", f"{first}:3"]


texts = st.text(st.sampled_from("ab \t\r\n,é🔑\ud800"), max_size=300)


@given(texts)
def test_one_well_formed_hash_for_each_line_and_none_twice(text: str) -> None:
    hashes = line_hashes(text)
    assert len(hashes) == len(re.split("\r\n|\r|\n", text))
    assert len(set(hashes)) == len(hashes)
    assert all(re.fullmatch(r"(0|[1-9a-f][0-9a-f]{0,15}):[1-9][0-9]*", value) for value in hashes)


@given(texts)
def test_indentation_and_the_kind_of_line_end_do_not_matter(text: str) -> None:
    plain = text.replace("\r", "")
    assert line_hashes(plain.replace("\n", "\r\n")) == line_hashes(plain)
    assert line_hashes(plain.replace("\n", "\n\t  ")) == line_hashes(plain)


@given(st.text("abc\n", max_size=40), st.text("xyz ", min_size=1, max_size=10))
def test_a_line_added_above_changes_only_running_numbers(text: str, added: str) -> None:
    before = [value.split(":")[0] for value in line_hashes(text)]
    after = [value.split(":")[0] for value in line_hashes(f"{added}\n{text}")]
    assert after[1:] == before
