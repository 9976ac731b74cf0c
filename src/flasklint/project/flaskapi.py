"""What calling a method of an app, a blueprint, an API object or an extension does, as events on those objects."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.config import ATTRIBUTES
from flasklint.knowledge.extensions import API_CLASSES, APP_HOLDERS, EXPOSERS, JSON_APIS, OF_MODELS, SETS, VIEW_CLASSES
from flasklint.project.machine import Machine
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Cls,
    ConfigItem,
    ConfigOf,
    Decoration,
    Fn,
    Frame,
    Instance,
    Lib,
    Map,
    Partial,
    Registrar,
    Result,
    Seq,
    Value,
    ViewOf,
)
from flasklint.project.settingsfiles import settings_file
from flasklint.project.values import Known, Unknown, Unset
from flasklint.source import Location

VERBS = frozenset({"get", "post", "put", "delete", "patch"})
HOOKS = frozenset(
    {
        "before_request",
        "after_request",
        "teardown_request",
        "teardown_appcontext",
        "before_first_request",
        "context_processor",
    }
    | {
        "before_app_request",
        "after_app_request",
        "teardown_app_request",
        "app_context_processor",
        "url_value_preprocessor",
    }
    | {
        "before_app_first_request",
        "app_url_value_preprocessor",
        "shell_context_processor",
        "url_defaults",
        "record",
        "record_once",
    }
)
_HANDLERS = frozenset({"errorhandler", "app_errorhandler"})
_FILTERS = frozenset(
    {
        "template_filter",
        "template_global",
        "template_test",
        "app_template_filter",
        "app_template_global",
        "app_template_test",
    }
)
_FILES = frozenset({"from_pyfile", "from_file", "from_json", "from_yaml", "from_toml"})
_OUTSIDE = frozenset({"from_envvar", "from_prefixed_env"})
_EXPOSING = frozenset({"add_view", "add_views", "add_view_no_menu", "add_api"})
_INITIALISERS = frozenset({"init_app", "init", "register", "setup", "attach", "configure", "init_server", "init_flask"})


def call_method(machine: Machine, owner: Instance, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
    """Call a method that a library gives to an instance."""
    if isinstance(owner, AppObject) and name.startswith("config."):
        return _config_method(machine, owner, name[len("config.") :], args, expr, frame)
    if isinstance(owner, (AppObject, BlueprintObject)):
        return _registering_method(machine, owner, name, args, expr, frame)
    if name in _EXPOSING and not EXPOSERS.keys().isdisjoint(owner.names):
        for value, _ in args.positional:
            for target in value.items if isinstance(value, Seq) else [value]:
                machine.event(owner, "resource", expr, frame, detail="exposed", arguments=args, target=target)
        return Known(None)
    if owner.is_a(API_CLASSES):
        return _api_method(machine, owner, name, args, expr, frame)
    return _extension_method(machine, owner, name, args, expr, frame)


def made(machine: Machine, instance: Instance, expr: ir.Expr, frame: Frame) -> None:
    """An instance of a library's class was made: it may have been given an app."""
    if instance.arguments is None or isinstance(instance, (AppObject, BlueprintObject)):
        return
    if not EXPOSERS.keys().isdisjoint(instance.names):
        index = instance.arguments.get(4, "index_view")
        if isinstance(index, Instance):
            machine.event(instance, "resource", expr, frame, detail="exposed", target=index)
    for value in instance.arguments.values():
        initialise(machine, instance, value, instance.arguments, expr, frame)


def initialise(
    machine: Machine, extension: Instance, value: Value, args: Arguments | None, expr: ir.Expr, frame: Frame
) -> bool:
    """``extension`` is initialised with ``value``, if that is an app (or a blueprint)."""
    owner = value
    if isinstance(value, Lib) and value.name == "flask.current_app":
        owner = machine.current
    if not isinstance(owner, (AppObject, BlueprintObject)):
        return False
    # By a method of its own class: where that was called.
    outer = next(((node, place) for inside, node, place in machine.sites if inside is extension), None)
    expr, frame = outer or (expr, frame)
    machine.event(owner, "init", expr, frame, target=extension, arguments=args)
    machine.event(extension, "applied", expr, frame, target=owner, arguments=args)
    if isinstance(owner, AppObject):
        _settings_of(machine, extension, owner, args, expr, frame)
    return True


def _settings_of(
    machine: Machine, extension: Instance, app: AppObject, args: Arguments | None, expr: ir.Expr, frame: Frame
) -> None:
    """The config keys that an extension sets when it is given an app."""
    for name in extension.names:
        for row in SETS.get(name, ()):
            given = args.get(None, row.argument) if args is not None else None
            if given is None and extension.arguments is not None:
                given = extension.arguments.get(None, row.argument)
            value = given if given is not None else Known(row.usual)
            off = isinstance(value, Known) and not value.value
            if not (off and row.only_on):
                machine.set_config(app, row.key, value, expr, frame, via=name.rpartition(".")[2])


def apply(machine: Machine, registrar: Registrar, target: Value, expr: ir.Node, frame: Frame) -> Value:
    """``@app.route(...)`` and its like meet their function or class."""
    kind = "route" if registrar.name in ("route", "handles") or registrar.name in VERBS else registrar.name
    event_kind = {"route": "route", "resource": "resource"}.get(kind, "hook")
    machine.event(
        registrar.owner,
        event_kind,
        expr,
        frame,
        detail=registrar.name,
        arguments=registrar.arguments,
        target=target,
        conditions=registrar.conditions,
    )
    return target


def _config_method(machine: Machine, app: AppObject, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
    first = args.get(0, "obj", "filename", "mapping", "variable_name", "key")
    if name == "from_object":
        machine.event(app, "load", expr, frame, detail=name, value=first, arguments=args)
    elif name in _FILES:
        found = settings_file(machine, app, first, frame)
        kind = "opaque" if found is None else "load"
        machine.event(app, kind, expr, frame, detail=name, value=first if found is None else found, arguments=args)
    elif name in _OUTSIDE:
        machine.event(app, "opaque", expr, frame, detail=name, value=first, arguments=args)
    elif name in ("from_mapping", "update"):
        _mapping(machine, app, name, args, expr, frame)
    elif name == "setdefault" and isinstance(first, Known) and isinstance(first.value, str):
        value = args.get(1, "default") or Known(None)
        written = args.expr(1, "default")
        machine.set_config(
            app, first.value, value, expr, frame, via="app.config.setdefault", written=written, default_only=True
        )
        return ConfigItem(app, first.value, value, machine.position)
    elif name in ("get", "pop", "__getitem__") and isinstance(first, Known) and isinstance(first.value, str):
        return ConfigItem(app, first.value, args.get(1, "default") or Known(None), machine.position)
    elif name == "__setitem__" and isinstance(first, Known) and isinstance(first.value, str):
        machine.set_config(
            app, first.value, args.get(1) or Unset(), expr, frame, via="app.config", written=args.expr(1)
        )
    return Unknown(f"result of app.config.{name}()")


def _mapping(machine: Machine, app: AppObject, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> None:
    via = f"app.config.{name}"
    for value, written in args.positional:
        if isinstance(value, ConfigOf) and value.app is not app:
            _take_over(machine, app, value.app)
            continue
        if isinstance(value, Map):
            for key, item, place in value.items:
                if isinstance(key, Known) and isinstance(key.value, str) and (name == "update" or key.value.isupper()):
                    node = _Placed(start=place.span.start, end=place.span.end) if place else written
                    inside = frame.module.path == place.path if place else True
                    machine.set_config(app, key.value, item, node if inside else written, frame, via=via)
            if not value.partial:
                continue
        machine.event(app, "opaque", expr, frame, detail=name, value=value, arguments=args)
    for key_name, item, written in args.keywords:
        machine.set_config(app, key_name, item, written, frame, via=via, written=written)
    if args.partial:
        machine.event(app, "opaque", expr, frame, detail=name, arguments=args)


def _take_over(machine: Machine, app: AppObject, holder: AppObject) -> None:
    """A config that was filled on its own is put into an app's."""
    for event in holder.events:
        if event.kind in ("set", "load", "opaque"):
            machine.position += 1
            app.events.append(
                replace(event, position=machine.position, conditions=(*machine.conditions, *event.conditions))
            )


class _Placed(ir.Node, frozen=True):
    """A place without an expression of its own."""


def _registering_method(
    machine: Machine, owner: Instance, name: str, args: Arguments, expr: ir.Expr, frame: Frame
) -> Value:
    conditions = tuple(machine.conditions)
    place = Location(frame.module.path, expr.span)
    first = args.get(0)
    if name == "__init__" and owner.cls is not None:
        owner.arguments = args  # what a class of the project gives the library's
        return Known(None)
    if name == "route" or (name in VERBS and first is not None):
        return Registrar(owner, name, args, place, conditions)
    if name == "add_url_rule":
        view = args.get(2, "view_func")
        machine.event(owner, "route", expr, frame, detail=name, arguments=args, target=view)
        return Known(None)
    if name in ("register_blueprint", "register_api", "register_api_view"):
        target = args.get(0, "blueprint", "api", "blp", "api_view")
        machine.event(owner, "register", expr, frame, detail=name, arguments=args, target=target)
        return Known(None)
    if name in HOOKS:
        target = args.get(0, "f", "func")
        machine.event(owner, "hook", expr, frame, detail=name, arguments=args, target=target)
        return target or Known(None)
    if name in _HANDLERS or name in _FILTERS:
        if name in _FILTERS and args.positional and not isinstance(first, Known):
            machine.event(owner, "hook", expr, frame, detail=name, arguments=Arguments(), target=first)
            return first or Known(None)
        return Registrar(owner, name, args, place, conditions)
    if name == "register_error_handler":
        machine.event(owner, "hook", expr, frame, detail="errorhandler", arguments=args, target=args.get(1, "f"))
        return Known(None)
    if name.startswith(("add_template_", "add_app_template_")):
        detail = name.removeprefix("add_")
        rest = Arguments(args.positional[1:], args.keywords)
        machine.event(owner, "hook", expr, frame, detail=detail, arguments=rest, target=first)
        return Known(None)
    if name in ("run", "run_server") and isinstance(owner, AppObject):
        machine.event(owner, "run", expr, frame, detail=name, arguments=args)
        return Known(None)
    base = "flask.Flask" if isinstance(owner, AppObject) else "flask.Blueprint"
    return Result((f"{base}().{name}",), args, place)


def _api_method(machine: Machine, owner: Instance, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
    place = Location(frame.module.path, expr.span)
    if name == "route" and owner.is_a(JSON_APIS):
        machine.event(owner, "resource", expr, frame, detail="named", arguments=args, target=args.get(0, "resource"))
        return Known(None)
    if name == "create_api" and owner.is_a(frozenset(OF_MODELS)):
        machine.event(owner, "resource", expr, frame, detail="model", arguments=args, target=args.get(0, "model"))
        return Known(None)
    if name == "create_handler_registry":
        registry = Instance(("flask_rebar.HandlerRegistry",), place, arguments=args, module=frame.module, expr=expr)
        machine.instances.append(registry)
        machine.event(owner, "register", expr, frame, detail=name, arguments=args, target=registry)
        return registry
    if name == "handles":
        return Registrar(owner, name, args, place, tuple(machine.conditions))
    if name == "add_handler":
        rest = Arguments(args.positional[1:], args.keywords)
        machine.event(owner, "route", expr, frame, detail="handles", arguments=rest, target=args.get(0, "func"))
        return Known(None)
    if name in ("route", "resource"):
        return Registrar(owner, "resource", args, place, tuple(machine.conditions))
    if name in ("add_resource", "_register_view"):
        machine.event(owner, "resource", expr, frame, detail=name, arguments=args, target=args.get(0, "resource"))
        return Known(None)
    if name == "namespace":
        child = Instance(("flask_restx.Namespace",), place, arguments=args, module=frame.module, expr=expr)
        machine.instances.append(child)
        machine.event(owner, "register", expr, frame, detail=name, arguments=args, target=child)
        return child
    if name in ("add_namespace", "register_blueprint"):
        machine.event(owner, "register", expr, frame, detail=name, arguments=args, target=args.get(0, "ns", "blp"))
        return Known(None)
    return _extension_method(machine, owner, name, args, expr, frame)


def _extension_method(
    machine: Machine, owner: Instance, name: str, args: Arguments, expr: ir.Expr, frame: Frame
) -> Value:
    place = Location(frame.module.path, expr.span)
    if name == "add_api" and any(held.startswith("connexion.") for held in owner.names):
        app = machine.attribute(owner, "app")
        if isinstance(app, AppObject):
            unseen = Unknown("what an OpenAPI document names")
            machine.event(app, "resource", expr, frame, detail=name, target=unseen)
        return Known(None)
    if name in ("route", "add_url_rule") and any(held in APP_HOLDERS for held in owner.names):
        app = machine.attribute(owner, next(APP_HOLDERS[held] for held in owner.names if held in APP_HOLDERS))
        if isinstance(app, AppObject):
            return _registering_method(machine, app, name, args, expr, frame)
    if name in _INITIALISERS:
        given = [initialise(machine, owner, value, args, expr, frame) for value in args.values()]
        if any(given):
            return Known(None)
    if name in ("exempt", "request_filter") and args.positional:
        target = args.positional[0][0]
        machine.event(owner, name, expr, frame, detail=name, arguments=args, target=target)
        return target
    if args.positional and isinstance(args.positional[0][0], (Cls, ViewOf, Partial)) and name == "register":
        machine.event(owner, "resource", expr, frame, detail=name, arguments=args, target=args.positional[0][0])
        return Known(None)
    return Result(tuple(f"{base}().{name}" for base in owner.names), args, place)


def applied_result(machine: Machine, result: Result, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
    """``limiter.limit("5/minute")(blueprint)``: what a library's decorator gives when it is called by hand."""
    target = args.positional[0][0] if args.positional else None
    if isinstance(target, BlueprintObject) and result.name.endswith((".limit", ".shared_limit")):
        machine.event(target, "limit", expr, frame, detail=result.name, arguments=result.arguments)
        return target
    if isinstance(target, (ViewOf, Partial)) or (isinstance(target, Fn) and target.bound is None):
        return Partial(target, None, (Decoration(result, expr, frame.module, result.names, result.arguments),))
    return Unknown(f"result of what {result.name}() gives")


def set_attribute(
    machine: Machine, app: AppObject, name: str, value: Value, node: ir.Node, written: ir.Expr | None, frame: Frame
) -> None:
    """``app.name = value``"""
    key = ATTRIBUTES.get(name)
    if key is not None:
        machine.set_config(app, key, value, node, frame, via=f"app.{name}", written=written)
    elif name == "wsgi_app":
        machine.event(app, "wrap", node, frame, detail=name, value=value)
    elif name == "config" and isinstance(value, ConfigOf) and value.app is not app:
        _take_over(machine, app, value.app)
    elif name == "config" and not isinstance(value, Unknown):
        machine.event(app, "load", node, frame, detail=name, value=value)
    else:
        machine.event(app, "attribute", node, frame, detail=name, value=value)


def class_method(
    machine: Machine, cls: Cls, names: tuple[str, ...], name: str, args: Arguments, expr: ir.Expr, frame: Frame
) -> Value | None:
    """A method that a library's base class gives to a class of the project; ``None`` when it is none of ours."""
    if VIEW_CLASSES.isdisjoint(names):
        return None
    if name == "as_view":
        return ViewOf(cls, args)
    if name == "register":
        owner = args.get(0, "app")
        if isinstance(owner, Instance):
            machine.event(owner, "resource", expr, frame, detail="classful", arguments=args, target=cls)
        return Known(None)
    return None
