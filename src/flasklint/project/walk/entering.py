"""Which calls of the project's functions are followed, and following them."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.project.machine import apps_in
from flasklint.project.modules import Modules
from flasklint.project.objects import (
    Arguments,
    Cls,
    Decoration,
    Env,
    Fn,
    Frame,
    Instance,
    Lib,
    Map,
    Partial,
    Seq,
    Value,
    branch,
)
from flasklint.project.operations import operate, python
from flasklint.project.values import Known, Unknown, Unset
from flasklint.project.walk.attributes import Attributes

DEEPEST = 24
_MOST_APPS = 3
_DEAR = 10_000
_DEAR_EACH = 250
_SHORT = 8
_DEEPEST_LOOK = 3
_TELLING = frozenset(
    {
        "init_app",
        "register_blueprint",
        "add_url_rule",
        "from_object",
        "from_pyfile",
        "from_envvar",
        "from_mapping",
        "from_json",
    }
    | {
        "from_prefixed_env",
        "from_file",
        "before_request",
        "after_request",
        "errorhandler",
        "secret_key",
        "wsgi_app",
        "jinja_env",
    }
    | {
        "route",
        "add_resource",
        "context_processor",
        "before_app_request",
        "app_context",
        "Flask",
        "Blueprint",
        "as_view",
        "register_api",
    }
    | {"add_namespace", "url_rule", "teardown_request", "add_view", "register_error_handler", "before_first_request"}
)
"""Words in a function's body that make it worth following when it is called while modules are loaded."""


class Entering(Attributes):
    """Enters functions."""

    def __init__(self, modules: Modules) -> None:
        super().__init__(modules)
        self.makers: frozenset[str] = frozenset()
        self._words: dict[int, frozenset[str]] = {}
        self._made: dict[tuple[object, ...], Value] = {}
        self._stack: list[int] = []
        self._looking = 0
        self._costs: dict[int, tuple[int, int]] = {}
        self._makes: dict[int, list[Value]] = {}
        self._entered: set[int] = set()
        self._completing: list[Instance] = []

    def worth_entering(self, function: Fn, args: Arguments) -> bool:
        """Is a call followed: does an app travel into it, does it speak of apps, or is it short enough to just look?"""
        if len(self._stack) >= DEEPEST or id(function.node) in self._stack:
            return False
        if function.bound is not None and apps_in(function.bound):
            return True
        if any(apps_in(value) for value in args.values()):
            return True
        if self.is_telling(function.node):
            return True
        if function.node.name == "__init__" and any(function.bound is owner for owner in self._completing):
            return True
        return len(function.node.body) <= _SHORT and self._looking < _DEEPEST_LOOK

    def is_telling(self, node: ir.Function) -> bool:
        """Does a function speak of apps?"""
        return not _TELLING.isdisjoint(self._words_of(node)) or not self.makers.isdisjoint(self._words_of(node))

    def _words_of(self, node: ir.Function) -> frozenset[str]:
        words = self._words.get(id(node))
        if words is None:
            found: set[str] = set()
            for inner in ir.walk(node):
                if isinstance(inner, ir.Name):
                    found.add(inner.id)
                elif isinstance(inner, ir.Attribute):
                    found.add(inner.name)
            words = self._words[id(node)] = frozenset(found)
        return words

    def enter(self, function: Fn, args: Arguments, outside: bool = False) -> Value:
        node = function.node
        if len(self._stack) >= DEEPEST or id(node) in self._stack:
            return Unknown(f"result of {function.qualname}(), which calls itself")
        key = (id(node), id(function.bound), id(function.frame), *(_signature(args)))
        if key in self._made:
            return self._made[key]
        if len(self._makes.get(id(node), ())) >= _MOST_APPS:
            return self._makes[id(node)][0]
        self._entered.add(id(node))
        entries, spent = self._costs.get(id(node), (0, 0))
        if entries > 3 and spent > _DEAR and spent > entries * _DEAR_EACH:
            return Unknown(f"result of {function.qualname}(), which takes too long to follow")
        started = self.steps
        frame = Frame(function.frame.module, function.frame, function.qualname)
        frame.bound, frame.cls = function.bound, function.owner
        self._bind_parameters(function, args, frame)
        before = len(self.apps)
        depth = len(self.conditions)
        contexts = len(self.contexts)
        self._stack.append(id(node))
        self.depth += 1
        try:
            self.block(node.body, frame)
        finally:
            self._stack.pop()
            self.depth -= 1
            del self.contexts[contexts:]
        self._costs[id(node)] = (entries + 1, spent + self.steps - started)
        result = _result(frame.returns, depth)
        if len(self.apps) > before:
            # One factory called in the same way from several places makes, for us, one app.
            self._made[key] = result
            self._makes.setdefault(id(node), []).append(result)
        return result

    def enter_around(self, function: Fn, args: Arguments, decoration: Decoration) -> Value:
        """:meth:`enter` for a function that may be a decorator: what it makes and registers stands for what it is given."""
        first = args.positional[0][0] if args.positional else None
        if not isinstance(first, (Fn, Partial)):
            return self.enter(function, args)
        self.wrapping.append((function, first, decoration))
        try:
            return self.enter(function, args)
        finally:
            self.wrapping.pop()

    def _bind_parameters(self, function: Fn, args: Arguments, frame: Frame) -> None:
        parameters = list(function.node.parameters)
        names = frame.names
        if function.bound is not None and parameters and parameters[0].kind in ("positional", "normal"):
            names[parameters.pop(0).name] = function.bound
        given = list(args.positional)
        keywords = {name: value for name, value, _ in args.keywords}
        for parameter in parameters:
            if parameter.kind == "star":
                names[parameter.name] = Seq([value for value, _ in given], "tuple", args.partial)
                given = []
            elif parameter.kind == "double-star":
                names[parameter.name] = Map(
                    [(Known(name), value, None) for name, value in keywords.items()], args.partial
                )
            elif given and parameter.kind != "keyword":
                names[parameter.name] = given.pop(0)[0]
            elif parameter.name in keywords:
                names[parameter.name] = keywords.pop(parameter.name)
            elif parameter.default is not None and not args.partial:
                names[parameter.name] = self.evaluate(parameter.default, function.frame)
            else:
                names[parameter.name] = Unknown(f"parameter {parameter.name}")

    def complete(self, owner: Instance) -> None:
        if owner.pending is None:
            return
        (init, args, conditions), owner.pending = owner.pending, None
        before, self.conditions = self.conditions, list(conditions)
        self._completing.append(owner)
        try:
            self.enter(init, args)
        finally:
            self._completing.pop()
            self.conditions = before


def _signature(args: Arguments) -> Iterator[object]:
    for name, value in [("", value) for value, _ in args.positional] + [
        (name, value) for name, value, _ in args.keywords
    ]:
        yield name, _identity(value)


def _identity(value: Value) -> object:
    """What tells an argument from others: its value where that is plain, the thing itself otherwise."""
    known, plain = python(value)
    if known:
        return repr(plain)
    match value:
        case Lib(name):
            return name
        case Cls(node):
            return id(node)
        case Unknown(why):
            return "?", why
        case Env(name, Known() | Unknown() | Unset() as default):
            return name, _identity(default)
    return id(value)


def _result(returns: list[tuple[tuple[Value, ...], Value]], depth: int) -> Value:
    """What a call gives: the value returned, or which one under which condition."""
    if not returns:
        return Known(None)
    result = returns[-1][1]
    for conditions, value in reversed(returns[:-1]):
        inner = conditions[depth:]
        if not inner:
            result = value
        else:
            test = operate("and", *inner) if len(inner) > 1 else inner[0]
            known, plain = python(test)
            result = (value if plain else result) if known else branch(test, value, result)
    return result
