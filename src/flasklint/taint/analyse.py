"""The whole analysis: entry points first, then what they did not reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.inputs import VALIDATING
from flasklint.knowledge.rows import Tables
from flasklint.knowledge.types import ALSO
from flasklint.project.handlers import Handler
from flasklint.project.project import Project
from flasklint.project.registering import COMPUTED
from flasklint.project.scopes import Scope
from flasklint.source import Location, Span
from flasklint.taint.addresses import variables
from flasklint.taint.engine import MOST_STATEMENTS, Engine
from flasklint.taint.flows import Flows, Limit
from flasklint.taint.frame import Frame
from flasklint.taint.kept import keepers
from flasklint.taint.parsed import passed, visitor
from flasklint.taint.passing import portable
from flasklint.taint.prescan import Prescan
from flasklint.taint.received import received, source_of
from flasklint.taint.registries import fill
from flasklint.taint.routes import checked_variable, route_variable
from flasklint.taint.state import Obj
from flasklint.taint.values import UNKNOWN, Constant, Value
from flasklint.taint.wrappers import Arrival, begin_after, both, lead, left_behind

_MOST_HEIRS = 6
"""So many classes with views of a common base are looked at one by one."""


def analyse(project: Project, tables: Tables, make: Callable[[Project, Tables], Engine] = Engine) -> Flows:
    """All flows of a project, with what the tables tell of libraries. ``make``: of what kind the engine is."""
    engine = make(project, tables)
    views = project.handlers
    for entry in views:
        engine.rules[entry.scope] = entry.rules
    fill(engine)
    before = _left_by_hooks(engine)
    for entry in views:
        if entry.own or len(entry.heirs) > _MOST_HEIRS:
            _try(engine, entry.scope, entry, before)
        for heir in entry.heirs[:_MOST_HEIRS]:
            _try(engine, entry.scope, entry, before, heir)
    for scope in _remaining(project, tables, keepers(project, engine.kept)):
        _try(engine, scope, None)
    engine.rendered = frozenset(engine.judged)
    for frame in engine.unreached():
        _show(engine, frame)
    return engine.flows()


def _left_by_hooks(engine: Engine) -> Arrival | None:
    """What the functions that run before every view leave in ``flask.g`` and its like."""
    found: Arrival | None = None
    hooks = [hook.function.node for app in engine.project.apps for hook in app.hooks if hook.before]
    for node in {id(node): node for node in hooks}.values():
        scope = engine.scopes.get(id(node))
        if scope is None or not scope.is_function:
            continue
        _try(engine, scope, None)
        frame = engine.latest
        if frame is not None and any(name[0] == "\x01" for name in frame.state.variables):
            found = both(found, left_behind(engine, frame))
    return found


def _try(
    engine: Engine, scope: Scope, entry: Handler | None, before: Arrival | None = None, heir: str | None = None
) -> None:
    """Evaluate a function; one that is nested or entangled too deeply is told of and does not lose the others."""
    try:
        _enter(engine, scope, entry, before, heir)
    except RecursionError:
        engine.limits.add(Limit(scope.location, "nested too deeply to be followed"))


def _show(engine: Engine, frame: Frame) -> None:
    """Evaluate a template, or a macro, of which nobody knows with what it is run."""
    assert frame.key is not None
    engine.fuel = MOST_STATEMENTS
    engine.entry = Location(frame.path, Span(0, 0))
    for parameter in frame.key.function.parameters:
        frame.state.variables[parameter.name] = UNKNOWN
    engine.contexts[frame.key] = engine.contexts.get(frame.key, 0) + 1
    try:
        engine.run_frame(frame)
    except RecursionError:
        engine.limits.add(Limit(Location(frame.path, Span(0, 0)), "nested too deeply to be followed"))


def _remaining(project: Project, tables: Tables, keeping: Iterable[Scope]) -> list[Scope]:
    """Functions with a sink or a source in them that no entry point may have reached, those that nobody calls first."""
    called: set[str] = set()
    for module in project.modules.values():
        for call, _ in module.calls:
            if isinstance(call.function, ir.Attribute):
                called.add(call.function.name)
            elif isinstance(call.function, ir.Name):
                called.add(call.function.id)
    rest = Prescan(tables, ALSO, keeping).relevant(project)
    return sorted(rest, key=lambda scope: scope.own_name in called)


def _enter(
    engine: Engine, scope: Scope, entry: Handler | None, before: Arrival | None = None, heir: str | None = None
) -> None:
    """Evaluate a function as the outside calls it. ``before``: what others have left behind for it. ``heir``: the class whose
    object it is called on, if that is not its own."""
    engine.latest = None
    key = engine.key_of(scope)
    comes_in = source_of(scope, engine.project, engine.classes)
    if entry is None and comes_in is None and key in engine.contexts:
        return
    parent = key.parent
    if parent is not None and parent not in engine.frames:
        _enter(engine, parent.scope, None)
    engine.fuel = MOST_STATEMENTS if entry is not None else MOST_STATEMENTS // 20
    engine.entry = scope.location
    engine.entry_rules = entry.rules if entry is not None else ()
    frame = Frame(engine, scope, key, 0)
    node = key.function
    rules = entry.rules if entry is not None else ()
    converters: dict[str, str] = {}
    for rule in rules:
        converters.update(variables(rule))
    parsed = passed(frame, scope, engine.project, converters) if entry is not None and node.decorators else {}
    given: dict[str, Value] = {}
    outer = scope.module.scope
    checked = any(
        name in VALIDATING
        for one in node.decorators
        for name in engine.project.resolve(one.function if isinstance(one, ir.Call) else one, outer)
    )
    told = bool(rules) and all(rule and COMPUTED not in rule for rule in rules)
    for index, parameter in enumerate(node.parameters):
        if entry is not None and 0 <= entry.sent_from <= index:
            frame.state.variables[parameter.name] = visitor(frame, parameter)
        elif index == 0 and key.owner and engine.method_kind(scope) != "static":
            frame.state.variables[parameter.name] = frame.make("self", Obj("instance", types=(heir or key.owner,)))
        elif parameter.name in parsed:
            frame.state.variables[parameter.name] = parsed[parameter.name]
        elif (
            entry is not None
            and parameter.name not in converters
            and (model := engine.models.named_by(parameter.annotation, scope))
        ):
            frame.state.variables[parameter.name] = engine.models.made_of(
                frame, model, visitor(frame, parameter), parameter
            )
        elif parameter.kind == "star":
            frame.state.variables[parameter.name] = frame.make("*args", Obj("tuple", rest=UNKNOWN, keys=UNKNOWN))
        elif parameter.kind == "double-star":
            own = {one.name for one in node.parameters}
            named: dict[Constant, Value] = {
                name: route_variable(frame, replace(parameter, name=name), converter)
                for name, converter in converters.items()
                # What is put around a view hands them on, and the view is evaluated by itself.
                if name not in own and entry is not None and not entry.error and parent is None
            }
            frame.state.variables[parameter.name] = frame.make("**kwargs", Obj("dict", named, UNKNOWN, UNKNOWN))
        elif entry is not None and not entry.error and (parameter.name in converters or not told):
            converter = converters.get(parameter.name, "default")
            frame.state.variables[parameter.name] = given[parameter.name] = (
                checked_variable(frame, parameter, converter, lambda one: engine.project.resolve(one, outer))
                if checked
                else route_variable(frame, parameter, converter)
            )
        elif comes_in is not None:
            frame.state.variables[parameter.name] = received(frame, parameter, comes_in)
        elif parameter.annotation is not None:
            frame.state.variables[parameter.name] = engine.annotated(frame, parameter.annotation)
        else:
            frame.state.variables[parameter.name] = UNKNOWN
    if parent is not None:
        home = engine.frames.get(parent)
        if home is not None:
            for name in key.free:
                value = home.state.variables.get(name) or home.outer.get(name)
                if value is not None:
                    frame.outer[name] = portable(value)
    engine.contexts[key] = engine.contexts.get(key, 0) + 1
    frame.view = entry is not None
    if before is not None:
        begin_after(frame, before)
    if entry is not None and not entry.error and told and (node.decorators or key.owner):
        lead(engine, frame, scope, given)
    engine.run_frame(frame)
    engine.latest = frame
