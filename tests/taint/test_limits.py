"""What is not known, and what is not followed to its end: untrusted data goes on, less surely, and the reason is told."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping

import pytest

from flasklint.findings import Confidence
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Tables
from flasklint.project.project import Project
from flasklint.python import extract
from flasklint.taint import Flows, analyse
from flasklint.taint.engine import Engine
from flasklint.taint.frame import Frame
from flasklint.taint.passing import Outcome
from flasklint.taint.values import Info
from tests.taint.flowcases import HEAD, view


def follow(source: str | Mapping[str, str]) -> Flows:
    files = {"app.py": source} if isinstance(source, str) else source
    return analyse(Project([extract(path, text.encode()) for path, text in files.items()]), EVERYTHING)


def surest(body: str, before: str = "") -> tuple[Confidence, tuple[str, ...]]:
    """How sure the one flow of a view's body is, and why not more."""
    (flow,) = follow(HEAD + textwrap.dedent(before) + view(body)).flows("code")
    return flow.confidence, flow.paths[0].reasons


# Unknown calls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ("eval(acme.f(q))", "f"),
        ("eval(acme.f(1, name=q))", "f"),
        ("eval(acme.f(*[q]))", "f"),
        ("eval(acme.f(**{'a': q}))", "f"),
        ("eval(acme.f([{'a': q}]))", "f"),
        ("eval(acme.f(q).g)", "f"),
        ("t = acme.Thing(q)\neval(t.render())", "Thing"),
        ("eval(callbacks[q](q))", "a call"),
    ],
)
def test_what_is_passed_to_an_unknown_call_may_be_in_its_result(body: str, unknown: str) -> None:
    confidence, reasons = surest(body, "import acme\n")
    assert confidence < Confidence.HIGH
    assert f"`{unknown}` is not known to flasklint" in reasons


def test_what_an_unknown_method_is_called_on_may_be_in_its_result() -> None:
    confidence, reasons = surest("t = acme.load()\nt.add(1)\neval(acme.Wrap(q).show())", "import acme\n")
    assert confidence < Confidence.HIGH
    assert reasons


def test_each_unknown_call_makes_it_less_sure_and_its_reason_is_kept() -> None:
    levels = [surest(f"eval({'acme.f(' * depth}q{')' * depth})", "import acme\n") for depth in (0, 1)]
    deeper = surest("eval(acme.g(acme.f(q)))", "import acme\n")
    assert [level for level, _ in (*levels, deeper)] == [Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW]
    assert deeper[1] == ("`f` is not known to flasklint", "`g` is not known to flasklint")


@pytest.mark.parametrize(
    ("call", "level"),
    [
        ("store.get(q)", Confidence.LOW),
        ("store.find_machine(q).host", Confidence.LOW),
        ("store.hgetall(q)", Confidence.LOW),
        ("acme.create(q)", Confidence.LOW),
        ("acme.safe_next_url(q)", Confidence.LOW),
        ("acme.getMachine(q)", Confidence.LOW),
        ("store.get_url(q)", Confidence.MEDIUM),
        ("store.path_of(q)", Confidence.MEDIUM),
        ("store.converted(q)", Confidence.MEDIUM),
        ("acme.create_filename(q)", Confidence.MEDIUM),
    ],
)
def test_what_is_asked_for_by_a_text_is_hardly_that_text(call: str, level: Confidence) -> None:
    assert surest(f"eval({call})", "import acme\nfrom shop import store\n")[0] == level


@pytest.mark.parametrize("body", ["...", "pass", '"""Somebody else does it."""', "raise NotImplementedError"])
def test_a_body_that_is_missing_is_no_empty_body(body: str) -> None:
    confidence, reasons = surest("eval(Store().read(q))", f"class Store:\n    def read(self, name):\n        {body}\n")
    assert (confidence, reasons) == (Confidence.MEDIUM, ("`read` was not followed",))


# Budgets -------------------------------------------------------------------------------------------------------------------


def chain(length: int) -> str:
    """Functions that call each other, one after the other; the last runs what it is given."""
    steps = "".join(f"def f{at}(x):\n    return f{at + 1}(x)\n" for at in range(length))
    return f"{HEAD}{steps}def f{length}(x):\n    eval(x)\n    return x\n{view('return f0(q)')}"


def test_calls_are_followed_deep_and_what_is_deeper_is_told() -> None:
    assert [flow.untrusted for flow in follow(chain(10)).flows("code")] == [True]
    assert not follow(chain(10)).limits
    found = follow(chain(40))
    assert not list(found.flows("code"))
    assert ["deep" in limit.reason for limit in found.limits] == [True]
    assert found.limits[0].location.path == "app.py"


def test_what_is_too_deep_comes_back_less_sure() -> None:
    source = chain(40).replace("    eval(x)\n", "").replace("return f0(q)", "eval(f0(q))")
    (flow,) = follow(source).flows("code")
    assert flow.confidence is Confidence.MEDIUM
    assert "was not followed" in flow.paths[0].reasons[0]


def test_a_chain_without_untrusted_data_is_no_limit() -> None:
    assert not follow(chain(40).replace("f0(q)", "f0('x')")).limits


@pytest.mark.parametrize("is_view", [True, False])
def test_a_budget_that_is_spent_is_told(monkeypatch: pytest.MonkeyPatch, is_view: bool) -> None:
    monkeypatch.setattr(sys.modules["flasklint.taint.analyse"], "MOST_STATEMENTS", 20 if is_view else 0)
    steps = "".join(f"def f{at}(x):\n    return x + '{at}'\n" for at in range(40))
    body = "\n".join(f"f{at}(q)" for at in range(40))
    source = f"{HEAD}{steps}{view(body)}"
    if not is_view:
        source = source.replace('@app.route("/x")\n', "")
    reasons = {limit.reason for limit in follow(source).limits}
    assert reasons == {"not every call that this function leads to was followed: there are too many"}


def test_recursion_ends() -> None:
    source = f"{HEAD}def f(x, n):\n    eval(x)\n    return f(x + 'a', n + 1)\n{view('f(q, 1)')}"
    assert [flow.untrusted for flow in follow(source).flows("code")] == [True]


def test_what_grows_with_every_call_keeps_what_is_untrusted_in_it() -> None:
    """Each function makes four of what the one before makes: sixteen million objects, if they were told apart."""
    steps = "".join(
        f"def f{at}(x):\n    return {{'a': f{at - 1}(x), 'b': f{at - 1}(x), 'c': f{at - 1}(x), 'd': f{at - 1}(x)}}\n"
        for at in range(1, 13)
    )
    flows = follow(f"{HEAD}def f0(x):\n    return {{'x': x}}\n{steps}{view('eval(str(f12(q)))')}")
    assert [flow.untrusted for flow in flows.flows("code")] == [True]


class Measuring(Engine):
    """Keeps the most objects that what a function came to leads to."""

    most = 0

    def run_frame(self, inner: Frame, infos: tuple[Info, ...] = ()) -> Outcome:
        outcome = super().run_frame(inner, infos)
        self.most = max(self.most, len(outcome.objects))
        return outcome


def measured(source: str) -> tuple[Measuring, Flows]:
    made: list[Measuring] = []

    def make(project: Project, tables: Tables) -> Engine:
        made.append(Measuring(project, tables))
        return made[0]

    flows = analyse(Project([extract("app.py", source.encode())]), EVERYTHING, make)
    return made[0], flows


def test_of_many_objects_that_are_alike_one_comes_back() -> None:
    steps = "".join(
        f"def f{at}(x):\n    return [{', '.join(f'[f{at - 1}(x)]' for _ in range(8))}]\n" for at in range(1, 8)
    )
    engine, flows = measured(f"{HEAD}def f0(x):\n    return {{'x': x}}\n{steps}{view('eval(str(f7(q)))')}")
    assert [flow.untrusted for flow in flows.flows("code")] == [True]
    assert engine.most < 400
