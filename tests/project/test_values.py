"""What is known of values: each case asks about the argument of ``probe``."""

from __future__ import annotations

import pytest

from flasklint.project.values import Duration, FromEnv, Known, OneOf, Setting, Unknown
from tests.project.linking import Case, cases, probes, project


def shown(setting: Setting) -> str:
    match setting:
        case Known(value=Duration() as seconds):
            return f"{float(seconds)} seconds"
        case Known(value=frozenset() as items):
            return repr(set(items))
        case Known(value=value):
            return repr(value)
        case OneOf(options=options):
            return " | ".join(map(shown, options))
        case FromEnv(name=name, default=default, parse=parse):
            return f"{name}: {parse or repr('')} or {shown(default)}"
        case Unknown():
            return "unknown"
    return "unset"


@pytest.mark.parametrize("case", [*cases("values"), *cases("environment")], ids=str)
def test_a_value_is(case: Case) -> None:
    linked = project(case.files)
    ((expr, scope),) = probes(linked)
    assert shown(linked.constant(expr, scope)) == case.expected
