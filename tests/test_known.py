"""What was found comes back as it was, or not at all."""

from __future__ import annotations

from flasklint import ir, known
from flasklint.findings import Applicability, Confidence, Crash, Edit, Finding, Fix, Persona, Place, Severity, Step
from flasklint.known import Found
from flasklint.source import Location, Span

HERE = Location("a.py", Span(3, 9))
FINDING = Finding(
    "FLK501",
    "This is one. And more.",
    HERE,
    Severity.CRITICAL,
    Confidence.LOW,
    "here",
    "f",
    (Place(HERE, "and here"),),
    (Step(HERE, "source", "it comes"), Step(HERE, "sink", "it goes", 2)),
    "do not",
    Fix("mend it", (Edit(HERE, "x"),), Applicability.SAFE),
    Persona.AUDITOR,
)
FOUND = Found(
    [FINDING],
    {"a.py": (ir.Comment("flasklint: ignore[FLK501] fine", 1, 2, start=0, end=5),)},
    frozenset({"tests/a.py", "b.py"}),
    (Crash("FLK502", "", "oh"),),
    frozenset({"FLK502"}),
)


def test_all_of_it_comes_back() -> None:
    assert known.decode(known.encode(FOUND)) == FOUND


def test_what_is_something_else_is_nothing() -> None:
    data = known.encode(FOUND)
    assert data is not None
    for other in (None, b"", b"\x80", data[:-1], b"x" * 1000, data.replace(b"source", b"saurce")):
        assert known.decode(other) is None


def test_a_path_that_is_no_text_is_not_kept() -> None:
    odd = Finding("FLK501", "Oh.", Location("\udcff.py", Span(0, 1)), Severity.LOW, Confidence.LOW)
    assert known.encode(Found([odd], {}, frozenset())) is None
