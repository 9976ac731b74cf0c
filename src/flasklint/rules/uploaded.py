"""Uploads that are written by hand: ``open(path, "wb")``."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.project import Project
from flasklint.taint.flows import Flow

_WRITING = frozenset("wxa")


def names_what_is_written(flow: Flow, project: Project) -> bool:
    """Whether nothing but uploads say where a file is written: they themselves, not what was found in them."""
    if not flow.untrusted or any(path.source.origin != "upload" for path in flow.paths):
        return False
    if any(step.message.startswith("goes through") for path in flow.paths for step in path.steps):
        return False
    module = project.modules.get(flow.call.path)
    found = ir.path_to(module.facts, flow.call.span) if module else ()
    match found[-1] if found else None:
        case ir.Call(arguments=arguments):
            return any(
                isinstance(argument.value, ir.Const)
                and isinstance(argument.value.value, str)
                and not _WRITING.isdisjoint(argument.value.value)
                for at, argument in enumerate(arguments)
                if argument.name == "mode" or (at == 1 and not argument.name)
            )
        case _:
            return False
