"""Loops: what one turn hands to the next, and what holds after them."""

from __future__ import annotations

import textwrap

import pytest

from flasklint import ir
from flasklint.python import extract
from flasklint.taint.carried import only_filled, read_first
from tests.taint.flowcases import check, view


def loop(text: str) -> ir.Loop:
    """The first loop of a text."""
    facts = extract("a.py", text.encode())
    assert isinstance(facts, ir.Module)
    return next(node for node in ir.walk(facts) if isinstance(node, ir.Loop))


FIRST = {
    "for a in b:\n    c = a\n    d(c)\n": {"d"},
    "for a in b:\n    d(c)\n    c = a\n": {"c", "d"},
    "for a in b:\n    if a:\n        c = 1\n    d(c)\n": {"c", "d"},
    "for a in b:\n    if a:\n        c = 1\n    else:\n        c = 2\n    d(c)\n": {"d"},
    "for a in b:\n    if a:\n        continue\n    else:\n        c = 2\n    d(c)\n": {"d"},
    "for a in b:\n    try:\n        c = d()\n    except E:\n        pass\n    d(c)\n": {"c", "d", "E"},
    "for a in b:\n    try:\n        c = d()\n    except E:\n        continue\n    d(c)\n": {"d", "E"},
    "for a in b:\n    for c in a:\n        d = c\n    e(d)\n": {"d", "e"},
    "for a in b:\n    c += a\n": {"c"},
    "for a in b:\n    c = a\n    del c\n    d(c)\n": {"c", "d"},
    "for a in b:\n    c = 1\n    def f():\n        return c\n    g(f)\n": {"c", "g"},
    "for a in b:\n    with c as d:\n        e(d)\n": {"c", "e"},
    "for a.b in c:\n    d = a\n": {"a"},
    "while a:\n    a = b\n": {"a", "b"},
    "for a in b:\n    match a:\n        case [c]:\n            d(c)\n        case _:\n            c = 1\n    d(c)\n": {
        "c",
        "d",
    },
    "for a in b:\n    import c.d\n    e(c)\n": {"e"},
}


@pytest.mark.parametrize("text", FIRST)
def test_names_read_before_they_are_bound(text: str) -> None:
    assert read_first(loop(text)) == FIRST[text]


FILLED = {
    "for a in b:\n    c.append(a)\n    d[a] = c\n": {"d"},
    "for a in b:\n    c.append(a)\n    d[a] = 1\n": {"c", "d"},
    "for a in b:\n    c.append(len(c))\n": set(),
    "for a in b:\n    d(c.append(a))\n": set(),
    "while c:\n    c.append(1)\n": set(),
}


@pytest.mark.parametrize("text", FILLED)
def test_names_of_what_is_only_filled(text: str) -> None:
    assert only_filled(loop(text)) == FILLED[text]


CASES = {
    "what a turn leaves, the next one reads": """\
        last = ""
        for name in request.args.getlist("n"):
            os.system(last)  # flow: command
            last = name
        """,
    "what two turns leave, the third one reads": """\
        last = first = ""
        for name in request.args.getlist("n"):
            os.system(last)  # flow: command
            last = first
            first = name
        """,
    "what a turn makes is made anew in the next": """\
        for name in ["a", "b", q]:
            held = {}
            os.system(held.get("x", ""))
            held["x"] = name
        """,
    "what a turn has put away is read later": """\
        found = []
        for name in request.args.getlist("n"):
            held = {}
            held["x"] = name
            found.append(held)
        for one in found:
            os.system(one["x"])  # flow: command
        """,
    "what each turn has put away is not one thing": """\
        found = []
        for name in request.args.getlist("n"):
            held = {"x": name}
            found.append(held)
        held["x"] = "ls"
        os.system(found[0]["x"])  # flow: command
        """,
    "what is only filled is read in the loop by another name": """\
        found = []
        other = found
        for name in request.args.getlist("n"):
            for one in other:
                os.system(one)  # flow: command
            found.append(name)
        """,
    "what is only filled is read in the loop inside something else": """\
        found = []
        holder = {"all": found}
        for name in request.args.getlist("n"):
            for one in holder["all"]:
                os.system(one)  # flow: command
            found.append(name)
        """,
    "a function inside reads what a turn leaves": """\
        last = ""
        def run():
            os.system(last)  # flow: command
        for name in request.args.getlist("n"):
            run()
            last = name
        """,
    "names outlast the loop": """\
        for name in request.args.getlist("n"):
            other = name
        os.system(other)  # flow: command
        """,
    "names outlast a loop that is left": """\
        value = q
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"]:
            if request.args:
                break
            value = name
        os.system(value)  # flow: command
        """,
    "names outlast a loop with a condition": """\
        value = q
        while request.args:
            value = "ls"
        os.system(value)  # flow: command
        """,
    "names of before are there in a handler": """\
        try:
            value = q
            for name in request.args.getlist("n"):
                int(name)
        except ValueError:
            os.system(value)  # flow: command
        """,
    "what is kept on an object goes from turn to turn": """\
        class Box:
            pass
        box = Box()
        box.value = ""
        for name in request.args.getlist("n"):
            os.system(box.value)  # flow: command
            box.value = name
        """,
    "a check of one element does not speak of the next": """\
        for name in request.args.getlist("n"):
            os.system(name)  # flow: command
            if name not in ("a", "b"):
                continue
            os.system(name)
        """,
}


@pytest.mark.parametrize("title", CASES)
def test_turns(title: str) -> None:
    check(view(textwrap.dedent(CASES[title])), ("command",))


def test_what_is_passed_is_filled() -> None:
    text = "def fill(found, names):\n    for name in names:\n        found.append(name)\n\n\n"
    check(
        text + view("found = []\nfill(found, request.args.getlist('n'))\nos.system(found[0])  # flow: command"),
        ("command",),
    )
