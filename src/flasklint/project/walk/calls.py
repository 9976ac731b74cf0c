"""Calls: of functions, classes, methods, libraries' things, and values that hang on a condition."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.extensions import API_CLASSES, APP_CLASSES, APP_HOLDERS, EXTENSIONS, LIMITS, is_app_class
from flasklint.project import flaskapi, library
from flasklint.project.machine import apps_in
from flasklint.project.objects import (
    AppObject,
    Arguments,
    BlueprintObject,
    Branch,
    Cls,
    ConfigOf,
    Decoration,
    Env,
    Fn,
    Frame,
    Instance,
    JinjaOf,
    Lib,
    Lookup,
    Map,
    Method,
    Mod,
    Partial,
    Registrar,
    Result,
    Seq,
    SuperOf,
    Test,
    Value,
    ViewOf,
    branch,
)
from flasklint.project.operations import call_method, operate, python
from flasklint.project.tree import REFLECTED
from flasklint.project.values import Known, Unknown, Unset
from flasklint.project.walk.entering import Entering
from flasklint.project.walk.frames import call_frame, decorated
from flasklint.source import Location

_HOOKED = "pluggy.HookimplMarker()"
_PROXIES = frozenset({"lazy_object_proxy.Proxy", "werkzeug.local.LocalProxy"})
"""What stands for the result of a function that it calls when it is first needed."""
_CONFIGS = frozenset({"flask.Config", "flask.config.Config"})


class Calls(Entering):
    """Follows calls."""

    def call_expression(self, expr: ir.Call, frame: Frame) -> Value:
        """What a call gives."""
        self.step()
        function = expr.function
        if isinstance(function, ir.Name) and function.id == "super":
            method = call_frame(frame)
            if method.bound is not None and method.cls is not None:
                return SuperOf(method.cls, method.bound)
        if isinstance(function, ir.Attribute):
            receiver = self.evaluate(function.value, frame)
            args = self.arguments(expr, frame)
            if isinstance(function.value, ir.Attribute) and function.value.name == "hook":
                self._call_hooks(function.name, args)
            return self._call_attribute(receiver, function.name, args, expr, frame)
        return self.call(self.evaluate(function, frame), self.arguments(expr, frame), expr, frame)

    def receiver_of(self, expr: ir.Expr, frame: Frame) -> Value | None:
        """What a method is called on."""
        if isinstance(expr, ir.Call) and isinstance(expr.function, ir.Attribute):
            return self.evaluate(expr.function.value, frame)
        return None

    def arguments(self, expr: ir.Call, frame: Frame) -> Arguments:
        """The arguments of a call, evaluated in order."""
        positional: list[tuple[Value, ir.Expr]] = []
        keywords: list[tuple[str, Value, ir.Expr]] = []
        partial = False
        for argument in expr.arguments:
            value = self.evaluate(argument.value, frame)
            if argument.name == "*":
                items = library.sequence(value)
                positional += [(item, argument.value) for item in (items.items if items else [])]
                partial = partial or items is None
            elif argument.name == "**":
                if isinstance(value, Map):
                    keywords += [
                        (k.value, item, argument.value)
                        for k, item, _ in value.items
                        if isinstance(k, Known) and isinstance(k.value, str)
                    ]
                partial = partial or not isinstance(value, Map) or value.partial
            elif argument.name:
                keywords.append((argument.name, value, argument.value))
            else:
                positional.append((value, argument.value))
        return Arguments(tuple(positional), tuple(keywords), partial)

    def _call_attribute(self, receiver: Value, name: str, args: Arguments, expr: ir.Call, frame: Frame) -> Value:
        match receiver:
            case Known() | Env() | Test():
                operands = [value for value, _ in args.positional]
                if isinstance(receiver, Known) and isinstance(receiver.value, str):
                    path = self.tree.method(receiver.value, name, operands)
                    if path is not None:
                        return path
                return call_method(receiver, name, operands, {key: value for key, value, _ in args.keywords})
            case ConfigOf(app):
                return flaskapi.call_method(self, app, f"config.{name}", args, expr, frame)
            case Seq() | Map():
                return self._call_container(receiver, name, args)
            case Lib("flask.current_app"):
                target: Value = self.current
                return (
                    target if name == "_get_current_object" else self._call_attribute(target, name, args, expr, frame)
                )
            case JinjaOf(app, env):
                self.event(app, "jinja", expr, frame, detail=f"{env}.{name}()", arguments=args)
                return Known(None)
            case Result(names):
                if name == "push" and names[0].endswith("().app_context"):
                    owner = (
                        self.receiver_of(expr.function.value, frame)
                        if isinstance(expr.function, ir.Attribute)
                        else None
                    )
                    if isinstance(owner, AppObject):
                        self.contexts.append(owner)
                place = Location(frame.module.path, expr.span)
                return Result(tuple(f"{base}().{name}" for base in names), args, place, receiver)
            case Lookup(mapping, key, default):
                return self._call_each(mapping, key, default, name, args, expr, frame)
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                first = self._call_attribute(then, name, args, expr, frame)
                self.conditions[-1] = operate("not", test)
                second = self._call_attribute(otherwise, name, args, expr, frame)
                self.conditions.pop()
                return branch(test, first, second)
            case Cls() if name == "__subclasses__":
                return self.subclasses(receiver)
            case Cls():
                found = self.class_member(receiver, name)
                if isinstance(found, Fn):
                    bound = receiver if decorated(found.node, "classmethod") else None
                    result = self.call(replace(found, bound=bound) if bound else found, args, expr, frame)
                    return _view_of(receiver, result, args) if name == "as_view" else result
                if found is not None:
                    return self.call(found, args, expr, frame)
                given = flaskapi.class_method(self, receiver, self.class_names(receiver), name, args, expr, frame)
                return given if given is not None else Unknown(f"result of {receiver.qualname}.{name}()")
            case Unknown():
                return Unknown(f"result of .{name}()")
        if isinstance(receiver, Instance) and name == "_get_current_object":
            return receiver
        return self.call(self.attribute(receiver, name), args, expr, frame)

    def _call_hooks(self, name: str, args: Arguments) -> None:
        """``manager.hook.name(app=app)`` of pluggy calls all that the project has under this name and marked as such."""
        if not any(apps_in(value) for value in args.values()):
            return
        for module in self.names:
            for node in () if module.is_test else module.facts.body:
                if not isinstance(node, ir.Function) or node.name != name or not node.decorators:
                    continue
                found = self.module_attribute(module, name)
                if isinstance(found, Fn) and any(_HOOKED in one.names for one in found.decorations):
                    taken = {parameter.name for parameter in node.parameters}
                    self.enter(found, Arguments((), tuple(one for one in args.keywords if one[0] in taken)))

    def _call_each(
        self, mapping: Map, key: Value, default: Value | None, name: str, args: Arguments, expr: ir.Call, frame: Frame
    ) -> Value:
        results: list[tuple[Value, Value, Location | None]] = []
        for label, value, place in mapping.items:
            self.conditions.append(operate("==", key, label))
            results.append((label, self._call_attribute(value, name, args, expr, frame), place))
            self.conditions.pop()
        return Lookup(Map(results, mapping.partial), key, None)

    def _call_container(self, owner: Seq | Map, name: str, args: Arguments) -> Value:
        first = args.get(0)
        match owner, name:
            case Seq(), "append" | "add" if first is not None:
                owner.items.append(first)
            case Seq(), "insert" if args.get(1) is not None:
                owner.items.append(args.positional[1][0])
            case Seq(), "extend" | "update" if first is not None:
                inner = library.sequence(first)
                owner.items.extend(inner.items if inner else [])
                owner.partial = owner.partial or inner is None or inner.partial
            case Seq(), "copy":
                return Seq(list(owner.items), owner.kind, owner.partial)
            case Seq(), "join" | "index" | "count" | "sort" | "pop" | "remove":
                return Unknown(f"result of .{name}()")
            case Map(), "get" | "pop" if first is not None:
                known, plain = python(first)
                default = args.get(1, "default") or Known(None)
                if known and isinstance(plain, str):
                    found = owner.get(plain)
                    return found if found is not None else Unknown("a key we do not see") if owner.partial else default
                if isinstance(first, (Cls, Fn)):
                    held = owner.held(first)
                    return held if held is not None else Unknown("a key we do not see") if owner.partial else default
                return Lookup(Map(list(owner.items), owner.partial), first, default)
            case Map(), "items":
                return Seq([Seq([key, value], "tuple") for key, value, _ in owner.items], partial=owner.partial)
            case Map(), "values":
                return Seq([value for _, value, _ in owner.items], partial=owner.partial)
            case Map(), "keys":
                return Seq([key for key, _, _ in owner.items], partial=owner.partial)
            case Map(), "update":
                merged = library.call(self, ("builtins.dict",), args)
                if isinstance(merged, Map):
                    owner.items += merged.items
                    owner.partial = owner.partial or merged.partial
            case Map(), "copy":
                return Map(list(owner.items), owner.partial)
            case Map(), "setdefault" if isinstance(first, Known) and isinstance(first.value, str):
                found = owner.get(first.value)
                value = found if found is not None else args.get(1) or Known(None)
                if found is None:
                    owner.items.append((first, value, None))
                return value
        return Known(None)

    def call(self, function: Value, arguments: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        match function:
            case Fn():
                if self.worth_entering(function, arguments):
                    telling = self.is_telling(function.node) or apps_in(function.bound or Unset())
                    self._looking += not telling
                    decoration = Decoration(function, expr, frame.module, self.value_names(function), arguments)
                    if isinstance(function.bound, Instance):
                        self.sites.append((function.bound, expr, frame))
                    try:
                        result = self.enter_around(function, arguments, decoration)
                    finally:
                        self._looking -= not telling
                        if isinstance(function.bound, Instance):
                            self.sites.pop()
                    return self._around(function, result, arguments, expr, frame)
                return Unknown(f"result of {function.qualname}()")
            case Cls():
                return self.instantiate(function, arguments, expr, frame)
            case Method(owner, "model_dump" | "dict") if (read := self.settings_read(owner)) is not None:
                return read
            case Method(owner, name):
                if not isinstance(owner, (AppObject, BlueprintObject)):
                    known = library.call(self, self.value_names(function), arguments)
                    if known is not None:
                        return known
                return flaskapi.call_method(self, owner, name, arguments, expr, frame)
            case Lib(name):
                return self._call_library(name, arguments, expr, frame)
            case Registrar():
                target = arguments.positional[0][0] if arguments.positional else Unknown("nothing")
                return flaskapi.apply(self, function, target, expr, frame)
            case Partial(inner, given):
                positional = (given.positional if given else ()) + arguments.positional
                keywords = (given.keywords if given else ()) + arguments.keywords
                return self.call(inner, Arguments(positional, keywords, arguments.partial), expr, frame)
            case Result(("collections.namedtuple",), given):
                return self._named_tuple(given, arguments, expr, frame)
            case Result():
                return flaskapi.applied_result(self, function, arguments, expr, frame)
            case Branch(test, then, otherwise):
                self.conditions.append(test)
                first = self.call(then, arguments, expr, frame)
                self.conditions[-1] = operate("not", test)
                second = self.call(otherwise, arguments, expr, frame)
                self.conditions.pop()
                return branch(test, first, second)
            case Lookup(mapping, key, _):
                results: list[tuple[Value, Value, Location | None]] = []
                for label, value, place in mapping.items:
                    self.conditions.append(operate("==", key, label))
                    results.append((label, self.call(value, arguments, expr, frame), place))
                    self.conditions.pop()
                return Lookup(Map(results, mapping.partial), key, None)
            case Instance():
                return self._call_instance(function, arguments, expr, frame)
            case Env() if not arguments.positional and not arguments.keywords:
                return (
                    function  # `import_string(os.getenv("SETTINGS", "config.Config"))()`: its class says what it sets
                )
        return Unknown("result of a call that is not followed")

    def _named_tuple(self, given: Arguments, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        """``Rule("/", ["GET"])`` of a ``Rule = namedtuple("Rule", ["path", "methods"])``"""
        made = self.new(("collections.namedtuple()",), None, args, expr, frame)
        known, fields = python(given.get(1, "field_names") or Unset())
        if isinstance(fields, str):
            fields = fields.replace(",", " ").split()
        names = [one for one in fields if isinstance(one, str)] if known and isinstance(fields, (list, tuple)) else []
        made.attributes.update(zip(names, (value for value, _ in args.positional), strict=False))
        made.attributes.update((name, value) for name, value, _ in args.keywords)
        return made

    def _around(self, function: Fn, result: Value, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        """What a call gives; a decorator of the project that is put around a view by hand is kept as such."""
        first = args.get(0)
        inner = f"{function.qualname}.<locals>."
        if (
            not isinstance(result, Fn)
            or not result.qualname.startswith(inner)
            or not isinstance(first, (ViewOf, Fn, Partial))
        ):
            return result
        return Partial(first, None, (Decoration(function, expr, frame.module, self.value_names(function), args),))

    def _call_instance(self, owner: Instance, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        if owner.cls is not None:
            found = self.class_member(owner.cls, "__call__")
            if isinstance(found, Fn):
                return self.call(replace(found, bound=owner), args, expr, frame)
        names = tuple(f"{name}()" for name in owner.names)
        known = library.call(self, names, args)
        return known if known is not None else Result(names, args, Location(frame.module.path, expr.span))

    def _call_library(self, name: str, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        known = library.call(self, (name,), args)
        if known is not None:
            return known
        if name == "builtins.setattr" and len(args.positional) == 3:
            self._setattr(args, expr, frame)
            return Known(None)
        if name in _CONFIGS:
            holder = AppObject((name,), Location(frame.module.path, expr.span), arguments=args, module=frame.module)
            return ConfigOf(holder)
        if name in _PROXIES and isinstance(first := args.get(0), Fn):
            made = self.call(first, Arguments(), expr, frame)
            if isinstance(made, AppObject):
                return made
        last = name.rpartition(".")[2]
        if last[:1].isupper() or name in EXTENSIONS or "_blueprint" in last:
            names = (name, "flask.Blueprint") if last.startswith("make_") and last.endswith("_blueprint") else (name,)
            if is_app_class(name) and name not in APP_CLASSES and isinstance(args.get(0, "import_name"), Known):
                names = (name, "flask.Flask")
            instance = self.new(names, None, args, expr, frame)
            for held in APP_HOLDERS:
                if held in instance.names:
                    self.held_app(instance)
            flaskapi.made(self, instance, expr, frame)
            return instance
        for value in args.values():
            if isinstance(value, AppObject):
                self.event(value, "library", expr, frame, detail=name, arguments=args)
                if name in LIMITS:
                    size = args.get(1, "size") or Known(LIMITS[name])
                    if size != Known(None):
                        self.set_config(value, "MAX_CONTENT_LENGTH", size, expr, frame, via=name.rpartition(".")[2])
        first = args.get(0)
        if isinstance(first, Instance) and first.is_a(API_CLASSES):
            return first  # `swagger.docs(Api(app))`: what adds to an API gives it back
        return Result((name,), args, Location(frame.module.path, expr.span))

    def subclasses(self, cls: Cls) -> Value:
        """The classes of the project whose line leads to a class: where they are loaded is not asked."""
        found: list[Value] = []
        for module in self.names:
            if module.is_test or cls.node.name not in module.words:
                continue
            for node in module.facts.body:
                value = self.module_attribute(module, node.name) if isinstance(node, ir.Class) and node.bases else None
                if isinstance(value, Cls) and value.node is not cls.node and cls.name in self.class_names(value):
                    found.append(value)
        return Seq(found, REFLECTED)

    def _setattr(self, args: Arguments, expr: ir.Expr, frame: Frame) -> None:
        owner, key, value = (value for value, _ in args.positional)
        known, plain = python(key)
        if known and isinstance(plain, str):
            self.set_attribute(owner, plain, value, expr, args.positional[2][1], frame)
        elif isinstance(owner, Instance):
            owner.opaque = "attributes set by computed names"
        elif isinstance(owner, Mod):
            self.module_frame(owner.module).partial = "attributes set by computed names"

    def instantiate(self, cls: Cls, args: Arguments, expr: ir.Expr, frame: Frame) -> Value:
        """Call a class of the project."""
        names = self.class_names(cls)
        made = self.new(names, cls, args, expr, frame)
        init = self.class_member(cls, "__init__")
        if isinstance(init, Fn):
            init = replace(init, bound=made)
            if apps_in(made) or any(apps_in(value) for value in args.values()) or self.is_telling(init.node):
                self.enter(init, args)
            else:
                # Entered when somebody asks for what it sets.
                made.pending = (init, args, tuple(self.conditions))
        elif self.is_record(cls, names):
            self.fill_record(cls, made, args)
        if not isinstance(init, Fn) or "super" in self._words_of(init.node):
            flaskapi.made(self, made, expr, frame)
        return made

    def callable_names(self, expr: ir.Expr, frame: Frame) -> tuple[str, ...]:
        """Canonical names of what an expression calls."""
        return self.value_names(self.evaluate(expr, frame))

    def value_names(self, value: Value) -> tuple[str, ...]:
        """Canonical names of a value as something to call."""
        if isinstance(value, Method):
            return tuple(f"{name}().{value.name}" for name in value.instance.names)
        if isinstance(value, Result):
            return value.names
        if isinstance(value, Instance):
            return tuple(f"{name}()" for name in value.names)
        return library.callable_name(value)


def _view_of(cls: Cls, made: Value, args: Arguments) -> Value:
    """What a class's own ``as_view`` made: a function that is told of the class, ``view.view_class = cls``, makes an object of it
    and has that answer."""
    if isinstance(made, Fn) and made.frame.kind == "function" and _tells_class(made):
        return ViewOf(cls, args, made.decorations)
    return made


def _tells_class(view: Fn) -> bool:
    return any(
        isinstance(node, ir.Attribute)
        and node.name == "view_class"
        and isinstance(node.value, ir.Name)
        and node.value.id == view.node.name
        for node in ir.walk(view.node)
    )
