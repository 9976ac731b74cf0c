"""Scopes and bindings: which of them are in force at a place."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.python import extract


def module(text: str) -> LinkedModule:
    facts = extract("a.py", text.encode())
    assert isinstance(facts, ir.Module)
    return LinkedModule(facts, "a")


def scope(text: str, qualname: str = "") -> Scope:
    return next(one for one in module(text).scopes if one.qualname == qualname)


def test_qualified_names() -> None:
    text = "def f():\n    def g(): pass\n    class A:\n        def m(self): pass\nclass B:\n    class C: pass\n    def n(s): pass"
    assert [one.qualname for one in module(text).scopes] == [
        "",
        "f",
        "f.<locals>.g",
        "f.<locals>.A",
        "f.<locals>.A.m",
        "B",
        "B.C",
        "B.n",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x = 1", "assign"),
        ("x: int = 1", "assign"),
        ("x: int", "assign"),
        ("x += 1", "augment"),
        ("(y, [x, *z]) = 1", "assign"),
        ("*x, y = 1", "assign"),
        ("import x", "import"),
        ("import x.y", "import"),
        ("import y.z as x", "import"),
        ("from y import x", "import"),
        ("from y import z as x", "import"),
        ("for x in y: pass", "loop"),
        ("with y as x: pass", "with"),
        ("with y as (x, z): pass", "with"),
        ("try: pass\nexcept y as x: pass", "except"),
        ("match y:\n    case {'a': x}: pass", "pattern"),
        ("if (x := y): pass", "assign"),
        ("[y for y in z if (x := y)]", "assign"),
        ("def x(): pass", "function"),
        ("class x: pass", "class"),
        ("def f():\n    global x\n    x = 1", "assign"),
    ],
)
def test_what_binds(text: str, kind: str) -> None:
    (binding,) = scope(text).bindings["x"]
    assert binding.kind == kind


def test_parameters_are_bound() -> None:
    bindings = scope("def f(a, /, b, *c, d=1, **e): pass", "f").bindings
    assert {name: one.kind for name, (one,) in bindings.items()} == dict.fromkeys("abcde", "parameter")


def test_a_comprehensions_names_are_seen_in_it_alone() -> None:
    text = "x = 1\ny = [x for x in z]\nx"
    inner, outer = text.index("[x") + 1, text.rindex("x")
    found = scope(text)
    assert [one.kind for one in found.at("x", inner)] == ["loop"]
    assert [one.kind for one in found.at("x", outer)] == ["assign"]
    assert [one.kind for one in found.at("x")] == ["assign"]


def in_force(text: str) -> list[str]:
    """The values of ``x`` that may be in force where ``@`` stands in the text of a function."""
    position = text.index("@")
    facts = scope(text.replace("@", "x"), "f")
    return [
        text.replace("@", "x")[one.value.start : one.value.end]
        for one in facts.at("x", position)
        if one.value is not None
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("def f():\n    x = 1\n    @", "1"),
        ("def f():\n    x = 1\n    x = 2\n    @", "2"),
        ("def f():\n    x = 1\n    @\n    x = 2", "1"),
        ("def f():\n    if a:\n        x = 1\n    else:\n        x = 2\n    @", "1 2"),
        ("def f():\n    x = 1\n    if a:\n        x = 2\n    @", "1 2"),
        ("def f():\n    x = 1\n    if a:\n        x = 2\n        @", "2"),
        ("def f():\n    x = 1\n    if a:\n        x = 2\n    else:\n        @", "1"),
        ("def f():\n    x = 1\n    for y in z:\n        @\n        x = 2", "1 2"),
        ("def f():\n    x = 1\n    for y in z:\n        x = 2\n        @\n        x = 3", "2"),
        ("def f():\n    x = 1\n    try:\n        x = 2\n    except E:\n        @", "1 2"),
        ("def f():\n    try:\n        x = 1\n    except E:\n        x = 2\n    @", "1 2"),
        ("def f():\n    x = 1\n    try: pass\n    finally:\n        x = 2\n    @", "2"),
        ("def f():\n    x = 1\n    with a:\n        x = 2\n    @", "2"),
        ("def f():\n    x = 1\n    x = @ + 2", "1"),
        ("def f():\n    x = 1\n    if a: pass\n    elif b:\n        x = 2\n    elif c:\n        x = 3\n    @", "1 2 3"),
        ("def f():\n    @\n    x = 1", "1"),
    ],
)
def test_which_is_in_force(text: str, values: str) -> None:
    assert " ".join(in_force(text)) == values


def test_both_arms_hide_what_was_before() -> None:
    assert in_force("def f():\n    x = 1\n    if a:\n        x = 2\n    else:\n        x = 3\n    @") == ["2", "3"]


def test_an_arm_that_ends_does_not_reach_what_comes_after() -> None:
    assert in_force("def f():\n    x = 1\n    if a:\n        x = 2\n        return\n    @") == ["1"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("def f():\n    x = 1\n    if a: x = 2\n    elif b: x = 3\n    else: x = 4\n    @", "2 3 4"),
        ("def f():\n    x = 1\n    if a:\n        if b: x = 2\n        else: x = 3\n    else: x = 4\n    @", "2 3 4"),
        ("def f():\n    x = 1\n    if a:\n        if b: x = 2\n    else: x = 4\n    @", "1 2 4"),
        ("def f():\n    x = 1\n    if a: x = 2\n    else: raise E\n    @", "2"),
        ("def f():\n    x = 1\n    match a:\n        case 1: x = 2\n        case _: x = 3\n    @", "2 3"),
        ("def f():\n    x = 1\n    match a:\n        case 1: x = 2\n    @", "1 2"),
        ("def f():\n    x = 1\n    try: x = 2\n    except E: x = 3\n    @", "2 3"),
        ("def f():\n    x = 1\n    while a:\n        if b: x = 2\n        else: x = 3\n    @", "1 2 3"),
        ("def f():\n    while a:\n        if b: x = 2\n        else: @", "2"),
        ("def f():\n    x = 1\n    with a:\n        if b: return\n        x = 2\n    @", "2"),
    ],
)
def test_which_arms_lead_to_a_place(text: str, values: str) -> None:
    assert " ".join(in_force(text)) == values


def test_an_except_arm_that_ends_leaves_the_try_certain() -> None:
    assert in_force("def f():\n    x = 1\n    try:\n        x = 2\n    except E:\n        raise\n    @") == ["2"]


def test_returns_and_yields() -> None:
    found = scope("def f():\n    yield 1\n    yield\n    return 2", "f")
    assert (len(found.yields), len(found.returns)) == (2, 1)


def test_writes() -> None:
    found = scope("def f():\n    a.b = 1\n    a['c'] = 2\n    a.d += 3\n    a.e, x = 4", "f").writes
    assert [(one.name, one.key is not None, one.sign, one.path) for one in found] == [
        ("b", False, "", ()),
        (None, True, "", ()),
        ("d", False, "+", ()),
        ("e", False, "", (0,)),
    ]
