"""The response headers that an app sets on all its pages, whoever sets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flasklint import ir
from flasklint.knowledge.headers import HEADER_LIBRARIES, PROTECTIVE, TALISMAN
from flasklint.project.apps import App, Hook
from flasklint.project.deeds import Deeds
from flasklint.project.objects import Cls, Fn, Instance, Result, Value
from flasklint.project.operations import python
from flasklint.project.profiles import Profile, Truth
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.source import Location

_AFTER = frozenset({"after_request", "after_app_request"})
_PLAIN = (".txt", ".eml", ".mail")
_PAGES = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".xhtml")
_RENDERERS = (
    "flask.render_template",
    "flask.render_template_string",
    "flask.stream_template",
    "flask_themes.render_theme_template",
    "flask_themes2.render_theme_template",
)


@dataclass(frozen=True, slots=True)
class Headers:
    """``names``: in lower case. ``computed``: some are set whose names are not seen."""

    names: frozenset[str]
    computed: bool


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """A header set in a function: its name in lower case, and the value as written."""

    name: str
    value: ir.Expr
    module: LinkedModule
    scope: Scope | None

    @property
    def location(self) -> Location:
        """Where the value is written."""
        return Location(self.module.path, self.value.span)


def response_headers(app: App, profile: Profile) -> Headers:
    """What an app sets on its responses in a profile."""
    names: set[str] = set()
    computed = False
    for hook in after_hooks(app, profile):
        found, unknown = app.headers(hook.function)
        names |= found
        computed = computed or unknown or _leaves_to_library(app, hook.function)
    for use in app.extensions_of_kind("headers"):
        if not use.in_force(profile):
            continue
        if use.name != "flask_talisman.Talisman" or use.partial:
            computed = True
            continue
        for argument, header in TALISMAN.items():
            given = use.argument(None, argument)
            known, plain = python(profile.settle(given[0])) if given is not None else (False, None)
            if given is None or not known or plain:
                names.add(header)
    if any(use.in_force(profile) for use in app.extensions_of_kind("transport")):
        names.add("strict-transport-security")
    for value in _around(app):
        found, unknown = _spoken_headers(app, value)
        names |= found
        computed = computed or unknown
    return Headers(frozenset(names), computed)


def after_hooks(app: App, profile: Profile) -> Iterator[Hook]:
    """What sees every response, or those of a blueprint."""
    for hook in app.hooks:
        if hook.kind in _AFTER and profile.holds(hook.conditions) > Truth.PROBABLY_NO:
            yield hook


def serves_pages(app: App) -> bool:
    """Does the app answer with pages (and not only with data)?"""
    return any(_renders_page(app.deeds(function)) for _, function in app.views())


def _renders_page(deeds: Deeds) -> bool:
    """Does a function render a template that is not, by its name, the text of a mail?"""
    if not deeds.mentions(*_RENDERERS):
        return False
    plain = any(text.endswith(_PLAIN) for text in deeds.texts)
    return not plain or any(text.endswith(_PAGES) for text in deeds.texts)


def header_values(function: Fn, app: App) -> Iterator[HeaderValue]:
    """The headers that a function sets itself, with the values."""
    return headers_in(function.node, function.frame.module, app.scope_of(function))


def headers_in(function: ir.Function, module: LinkedModule, scope: Scope | None) -> Iterator[HeaderValue]:
    """The headers that are set in a function's body, with the values."""
    if "headers" not in module.words:
        return
    for node in ir.walk(function):
        match node:
            case ir.Assign(targets, value) if value is not None:
                for target in targets:
                    match target:
                        case ir.Subscript(owner, ir.Const(str() as key)) if _is_headers(owner):
                            yield HeaderValue(key.lower(), value, module, scope)
            case ir.Call(ir.Attribute(owner, "set" | "add" | "setdefault" | "add_header"), arguments) if _is_headers(
                owner
            ):
                if len(arguments) > 1 and isinstance(arguments[0].value, ir.Const):
                    name = arguments[0].value.value
                    if isinstance(name, str):
                        yield HeaderValue(name.lower(), arguments[1].value, module, scope)
            case ir.Call(ir.Attribute(owner, "update" | "extend"), arguments) if _is_headers(owner):
                for argument in arguments:
                    if isinstance(argument.value, ir.Dict):
                        for pair in argument.value.pairs:
                            if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
                                yield HeaderValue(pair.key.value.lower(), pair.value, module, scope)


def _is_headers(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Attribute) and expr.name == "headers"


def _leaves_to_library(app: App, function: Fn) -> bool:
    return any(name.startswith(HEADER_LIBRARIES) for name in app.deeds(function).names)


def _around(app: App) -> Iterator[Value]:
    """What is put around the app, or in the place of its responses."""
    for event in app.events:
        if (
            event.kind == "wrap" or (event.kind == "attribute" and event.detail == "response_class")
        ) and event.value is not None:
            yield event.value


def _spoken_headers(app: App, value: Value) -> tuple[frozenset[str], bool]:
    """The headers that a class, or a function, of the project names in its body; those of a library's are not seen."""
    match value:
        case Instance(cls=Cls() as cls) | (Cls() as cls):
            node: ir.Node = cls.node
        case Instance():
            return frozenset(), not value.names[0].startswith(
                ("werkzeug.", "whitenoise.", "prometheus_client.", "flask.")
            )
        case Fn(node=function):
            node = function
        case Result():
            return frozenset(), not value.name.startswith(("werkzeug.", "whitenoise.", "prometheus_client."))
        case _:
            return frozenset(), False
    texts = {
        inner.value.lower() for inner in ir.walk(node) if isinstance(inner, ir.Const) and isinstance(inner.value, str)
    }
    return frozenset(texts & set(PROTECTIVE)), False
