"""The facts keep their shape through the codec."""

from __future__ import annotations

import msgspec
import pytest

from flasklint import ir


def test_facts_survive_the_codec() -> None:
    call = ir.Call(ir.Name("f", start=4, end=5), (), start=4, end=7)
    module = ir.Module("a.py", (ir.Assign((ir.Name("x", start=0, end=1),), call, start=0, end=7),))
    assert ir.decode(ir.encode(module)) == module


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x92\xa6Module\x01", b"garbage that is no MessagePack"])
def test_other_bytes_are_an_error(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        ir.decode(data)


def test_walk_goes_in_source_order() -> None:
    call = ir.Call(ir.Name("f", start=4, end=5), (), start=4, end=7)
    module = ir.Module("a.py", (ir.Assign((ir.Name("x", start=0, end=1),), call, start=0, end=7),))
    assert [type(node).__name__ for node in ir.walk(module)] == ["Assign", "Name", "Call", "Name"]
