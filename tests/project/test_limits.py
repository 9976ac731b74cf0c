"""Odd and enormous code costs little, and raises nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flasklint import ir
from flasklint.project.memo import Memo
from flasklint.project.project import Project
from flasklint.project.values import Known, Unknown
from flasklint.python import extract
from tests.project.linking import probes, project

MANY = 3000


@contextmanager
def usual_depth() -> Iterator[None]:
    """Python's own limit of recursion, whatever the test runner uses of it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


def name(text: str) -> ir.Name:
    return ir.Name(text, start=0, end=0)


def linked(*body: ir.Stmt) -> Project:
    return Project([ir.Module("a.py", body)])


def import_os() -> ir.Import:
    return ir.Import("os", "", "", start=0, end=0)


def test_a_chain_of_calls() -> None:
    expr: ir.Expr = name("os")
    for _ in range(MANY):
        expr = ir.Call(ir.Attribute(expr, "a", start=0, end=0), start=0, end=0)
    with usual_depth():
        found = linked(import_os(), ir.Do(expr, start=0, end=0))
        module = found.modules["a.py"]
        assert len(module.calls) == MANY
        assert found.resolve(expr, module.scope)[-1:] in ((), ("?.a()",))


def test_a_sum_of_texts() -> None:
    expr: ir.Expr = ir.Const("a", start=0, end=0)
    for _ in range(MANY):
        expr = ir.Op("+", (expr, ir.Const("b", start=0, end=0)), start=0, end=0)
    with usual_depth():
        found = linked(ir.Do(expr, start=0, end=0))
        scope = found.modules["a.py"].scope
        assert found.constant(expr, scope) == Known("a" + "b" * MANY)
        assert found.resolve(expr, scope) == ("builtins.str()",)


def test_a_chain_of_elifs() -> None:
    chain: tuple[ir.Stmt, ...] = ()
    for at in range(MANY, 0, -1):
        chain = (ir.If(name("a"), (import_os(),), chain, start=at, end=MANY),)
    with usual_depth():
        assert len(linked(*chain).modules["a.py"].scope.bindings["os"]) == MANY


def test_a_chain_of_aliases() -> None:
    text = (
        "import os\na0 = os.system\n"
        + "".join(f"a{at} = a{at - 1}\n" for at in range(1, 400))
        + "def f():\n    probe(a399)\n"
    )
    found = project({"a.py": text})
    ((expr, scope),) = probes(found)
    with usual_depth():
        assert found.resolve(expr, scope)[0] == "a.a399"
        assert isinstance(found.constant(expr, scope), Unknown)


def test_a_chain_of_aliases_asked_from_its_start() -> None:
    text = "import os\na0 = os.system\n" + "".join(f"a{at} = a{at - 1}\nprobe(a{at})\n" for at in range(1, 400))
    found = project({"a.py": text})
    with usual_depth():
        assert all("os.system" in found.resolve(expr, scope) for expr, scope in probes(found))


@pytest.mark.parametrize("doubled", ["x = [x, x]", "x = x + x", "x = (x or x)", "x = f'{x}{x}'", "x = (x, x)[0] or x"])
def test_doubling(doubled: str) -> None:
    found = project({"a.py": "x = 'ab'\n" + f"{doubled}\n" * 40 + "probe(x)"})
    ((expr, scope),) = probes(found)
    with usual_depth():
        found.resolve(expr, scope)
        found.constant(expr, scope)


def test_functions_that_all_call_each_other() -> None:
    calls = " or ".join(f"f{at}(x)" for at in range(12))
    text = "".join(f"def f{at}(x):\n    return {calls}\n" for at in range(12)) + "probe(f3(1))"
    found = project({"a.py": text})
    ((expr, scope),) = probes(found)
    with usual_depth():
        assert len(found.resolve(expr, scope)) <= 12
        assert isinstance(found.constant(expr, scope), Unknown)


def test_parameters_that_all_pass_each_other_on() -> None:
    calls = "\n    ".join(f"f{at}(x.y)" for at in range(12))
    text = "".join(f"def f{at}(x):\n    {calls}\n    x.z()\n" for at in range(12))
    found = project({"a.py": text})
    with usual_depth():
        assert len(list(found.calls("?.z"))) == 12


def test_many_definitions_of_one_name() -> None:
    text = "".join(f"def f():\n    return {at}\n" for at in range(300)) + "probe(f())"
    found = project({"a.py": text})
    ((expr, scope),) = probes(found)
    assert "a.f()" in found.resolve(expr, scope)


def test_nothing_at_all() -> None:
    found = Project([])
    assert not found.modules
    assert not list(found.calls("os.system"))
    assert found.module_named("a") is None


def test_a_module_that_can_not_be_read_is_left_out() -> None:
    found = Project([extract("a.py", b"def"), extract("b.py", b"x = 1")])
    assert list(found.modules) == ["b.py"]


def test_a_circle_is_answered_the_same_from_every_end() -> None:
    links = {"a": ["b"], "b": ["c"], "c": ["a", "end"]}

    def everything(memo: Memo[tuple[str, ...]], one: str) -> tuple[str, ...]:
        found = memo.ask(
            one, lambda: (one, *(name for other in links.get(one, ()) for name in everything(memo, other)))
        )
        return tuple(sorted(set(found)))

    one_memo: Memo[tuple[str, ...]] = Memo(())
    assert [everything(one_memo, start) for start in "abc"] == [("a", "b", "c", "end")] * 3


def test_an_answer_that_fails_leaves_the_memo_in_order() -> None:
    memo: Memo[int] = Memo(0)

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        memo.ask("a", fail)
    assert memo.ask("a", lambda: 1) == 1
    assert memo.kept == {"a": 1}


def test_a_question_aside_is_answered_in_full() -> None:
    memo: Memo[int] = Memo(0)

    def inner() -> int:
        return 1 + memo.ask("outer", lambda: 10)

    def outer() -> int:
        with memo.aside():
            return memo.ask("inner", inner)

    assert memo.ask("outer", outer) == 11
    assert memo.kept["inner"] == 11


def test_values_that_share_parts_are_not_gone_through_for_ages() -> None:
    doubled = "\n".join("    value = value + value" for _ in range(200))
    text = (
        "import os\nfrom flask import Flask\n"
        f"def double(value):\n    return value + value\n"
        f"def create_app():\n    app = Flask(__name__)\n    value = os.environ.get('A', '')\n{doubled}\n"
        "    assert value\n    app.config['SECRET_KEY'] = double(value)\n    return app\n"
    )
    (app,) = project({"app.py": text}).apps
    assert isinstance(app.setting("SECRET_KEY").setting, Unknown)
