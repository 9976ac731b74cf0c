from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flasklint.reporters.cells import width
from flasklint.reporters.frame import GAP, Mark, Row, frame
from flasklint.reporters.visible import visible
from flasklint.source import Span, Text


def mark(content: str, needle: str, label: str = "", sign: str = "^") -> Mark:
    start = content.index(needle)
    return Mark(Span(start, start + len(needle)), label, sign, "")


def plain(row: Row) -> str:
    number = "" if row.number is None else str(row.number)
    return f"{number:>2}|" + "".join(piece.text for piece in row.line)


def drawn(content: str, *marks: Mark, room: int = 60, unicode: bool = True) -> list[str]:
    return ["~" if row is GAP else plain(row) for row in frame(Text(content), marks, room, unicode=unicode)]


def test_the_exact_span_is_underlined() -> None:
    content = "x = 1\nrun(name)\n"
    assert drawn(content, mark(content, "name", "here")) == [" 2|run(name)", "  |    ^^^^ here"]


def test_an_empty_span_gets_one_sign_even_after_the_end_of_the_line() -> None:
    assert drawn("ab\n", Mark(Span(2, 2), "missing", "^", "")) == [" 1|ab", "  |  ^ missing"]
    assert drawn("ab", Mark(Span(99, 99), "", "^", "")) == [" 1|ab", "  |  ^"]
    assert drawn("", Mark(Span(0, 5), "empty", "^", "")) == [" 1|", "  |^ empty"]


def test_tabs_wide_and_combining_characters_keep_the_underline_in_place() -> None:
    content = "\tk = 日本 + e\u0301 + name"
    assert drawn(content, mark(content, "日本")) == ["".join((" 1|", content.expandtabs(4))), "  |        ^^^^"]
    assert drawn(content, mark(content, "name"))[1] == "  |" + " " * 19 + "^^^^"
    tabbed = "a\tb"
    assert drawn(tabbed, mark(tabbed, "b")) == [" 1|a    b", "  |     ^"]


def test_control_characters_are_shown_and_measured_as_their_escapes() -> None:
    content = "a = '\x1b[2J\u202e'; run(a)"
    code, underline = drawn(content, mark(content, "run"))
    assert code == " 1|a = '\\x1b[2J\\u202e'; run(a)"
    assert code[underline.index("^") :].startswith("run(a)")


def test_without_unicode_the_underline_follows_the_escapes() -> None:
    content = "grüße = run(a)"
    code, underline = drawn(content, mark(content, "run"), unicode=False)
    assert code == " 1|gr\\xfc\\xdfe = run(a)"
    assert code[underline.index("^") :].startswith("run(a)")


def test_marks_on_one_line_in_the_order_given_and_lines_in_theirs() -> None:
    content = "b = 2\na = f(b, 3)\n"
    rows = drawn(
        content, mark(content, "3", "2. then", "-"), mark(content, "b, 3", "1. first", "-"), mark(content, "2")
    )
    assert rows == [" 1|b = 2", "  |    ^", " 2|a = f(b, 3)", "  |         - 2. then", "  |      ---- 1. first"]


def test_one_line_between_is_shown_and_more_are_a_gap() -> None:
    content = "a\nb\nc\nd\ne\nf\n"
    assert drawn(content, mark(content, "a"), mark(content, "c"), mark(content, "f")) == [
        *(" 1|a", "  |^", " 2|b", " 3|c", "  |^"),
        "~",
        *(" 6|f", "  |^"),
    ]


def test_a_span_of_several_lines_is_underlined_line_by_line() -> None:
    content = "x(\n    a,\n\n    b)\n"
    assert drawn(content, mark(content, content.strip(), "all")) == [
        *(" 1|x(", "  |^^"),
        *(" 2|    a,", "  |    ^^"),
        " 3|",
        *(" 4|    b)", "  |    ^^ all"),
    ]


def test_of_a_long_span_the_two_ends_are_shown() -> None:
    content = "x(\n" + "".join(f"  {n},\n" for n in range(9)) + ")\n"
    assert drawn(content, mark(content, content.strip(), "all")) == [
        *(" 1|x(", "  |^^", " 2|  0,", "  |  ^^"),
        "~",
        *("11|)", "  |^ all"),
    ]


def test_a_span_that_ends_with_its_line_does_not_reach_into_the_next() -> None:
    content = "abc\ndef\n"
    assert drawn(content, Mark(Span(0, 4), "line", "^", "")) == [" 1|abc", "  |^^^ line"]


def test_a_long_line_is_cut_around_the_span() -> None:
    content = f"{'a' * 500} run(x) {'b' * 500}"
    code, underline = drawn(content, mark(content, "run(x)"), room=40)
    assert code[3] == code[-1] == "…"
    assert width(code) == 43
    assert code[underline.index("^") :].startswith("run(x) bbb")
    assert code[: underline.index("^")].endswith("aaa ")
    assert underline.count("^") == len("run(x)")


def test_a_span_longer_than_the_room_is_seen_from_its_start() -> None:
    content = f"run({'x' * 500})"
    code, underline = drawn(content, mark(content, content), room=40)
    assert code == f" 1|run({'x' * 34}…"
    assert underline == "  |" + "^" * 38


def test_marks_too_far_apart_for_one_line_get_one_each() -> None:
    content = f"first({'x' * 500}, last)"
    rows = drawn(content, mark(content, "first", "1", "-"), mark(content, "last", "2"), room=40)
    assert [row for row in rows if row.startswith(" 1|")] == [rows[0], rows[2]]
    assert "first" in rows[0]
    assert "last" in rows[2]


def test_a_label_without_room_beside_the_underline_goes_below() -> None:
    content = "x = some_function_with_a_name(y)"
    rows = drawn(content, mark(content, "some_function_with_a_name(y)", "is told here what it is"), room=40)
    assert rows[1:] == ["  |    " + "^" * 28, "  |    is told here what it is"]
    rows = drawn(content, mark(content, "(y)", "much too long for what is left"), room=36)
    assert rows[1:] == ["  |" + " " * 29 + "^^^", "  |      much too long for what is left"]


contents = st.text(st.sampled_from(list("ab (\t\n\r\x1b日e\u0301\u202eé🔑")), max_size=120)


@given(contents, st.data(), st.integers(24, 80), st.booleans())
def test_whatever_the_text_each_row_is_printable_and_fits(
    content: str, data: st.DataObject, room: int, unicode: bool
) -> None:
    ends = sorted(data.draw(st.lists(st.integers(0, len(content) + 2), min_size=2, max_size=2)))
    rows = frame(Text(content), [Mark(Span(*ends), "a label", "^", "")], room, unicode=unicode)
    for row in rows:
        line = "".join(piece.text for piece in row.line)
        assert visible(line, unicode=unicode) == line
        assert width(line) <= room + 1
    assert any("^" in piece.text for row in rows for piece in row.line)


@given(st.text(st.sampled_from(list("ab(\té\x1b")), min_size=1, max_size=200), st.data())
def test_what_is_above_the_underline_is_the_span(content: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(content) - 1))
    code, underline = drawn(content, Mark(Span(start, start + 1), "", "^", ""), room=30)
    shown = visible(content[start].replace("\t", "    "))
    assert code[underline.index("^") :].startswith(shown)
    assert underline.count("^") == len(shown)
