"""What becomes of uploads: those written by hand, ``open(path, "wb")``, and those read as they are, ``ZipFile(upload)``."""

from __future__ import annotations

from flasklint import ir
from flasklint.project.project import Project
from flasklint.rules.surroundings import EXPRESSIONS, origins
from flasklint.source import Location
from flasklint.taint.flows import Flow

_WRITING = frozenset("wxa")
_NAMES = frozenset({"filename", "name"})


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


def is_read_as_it_is(flow: Flow, project: Project) -> bool:
    """Whether what gets there is an upload itself or its stream, which names no file: nobody asked for its name on the way."""
    if not flow.untrusted or any(path.source.origin != "upload" for path in flow.paths):
        return False
    if any(len(text) != 1 for text in flow.texts):
        return False
    if any(step.message.startswith("goes through") or not path.is_seen for path in flow.paths for step in path.steps):
        return False
    places = {flow.location, *(step.location for path in flow.paths for step in path.steps)}
    return not any(_is_its_name(place, project) for place in places)


def _is_its_name(place: Location, project: Project) -> bool:
    """Whether an expression is, or was made of, an upload's name, as far as its function says."""
    module = project.modules.get(place.path)
    if module is None:
        return True
    path = ir.path_to(module.facts, place.span)
    function = next((node for node in reversed(path) if isinstance(node, ir.Function)), None)
    scope = project.scope_of(function, module) if function is not None else module.scope
    written = path[-1] if path else None
    if scope is None or not isinstance(written, EXPRESSIONS):
        return True
    return any(isinstance(one, ir.Attribute) and one.name in _NAMES for one in origins(written, scope))
