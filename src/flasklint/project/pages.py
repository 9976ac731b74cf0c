"""Templates by name: which file a name means, who renders it, and which templates it brings in.

Jinja finds a name in the folders of its loaders, the app's before those of blueprints. Which loaders an app has is often not to
be told, so a name is looked for in every folder of templates; of several that have it, those near the one who asks are meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.knowledge.templates import FOLDER_MAKERS, LOADERS, MARKUP_FILTERS, RENDERERS, is_count
from flasklint.project.calls import Calls, CallSite
from flasklint.project.marks import (
    DESCRIPTION,
    begins_link,
    is_raw,
    leaves,
    marks,
    names_marked,
    raw_columns,
    raw_descriptions,
)
from flasklint.project.outputs import Outputs, last_word
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.templating import Resolve, as_call, templated
from flasklint.project.values import Known, OneOf, Setting
from flasklint.source import Location

Fold = Callable[[ir.Expr, Scope], Setting]

MARKUP = "markupsafe.Markup"

GAP = "\x00"
"""Stands for the part of a template's name that can't be told."""

_PLACEHOLDER = re.compile(r"%(?:\(\w*\))?[sdr]")
_MOST_NAMES = 12
_MOST_MATCHES = 40


class Use(NamedTuple):
    """A template that another one uses. ``targets``: paths of what it may be; ``names``: as they are written there, with
    :data:`GAP` for what can't be told."""

    link: ir.Link
    names: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Every name is whole and one of the project's files."""
        return bool(self.targets) and not any(GAP in name for name in self.names)


class Rendering(NamedTuple):
    """A call that renders a template."""

    site: CallSite
    names: tuple[str, ...]
    targets: tuple[str, ...]


Registered = Scope | tuple[ir.Expr, Scope]
"""What is registered under a name: a function, or an expression and what its names are looked up in."""

_REGISTERING: Mapping[str, str] = {
    "template_filter": "filter",
    "app_template_filter": "filter",
    "add_template_filter": "filter",
    "add_app_template_filter": "filter",
    "template_global": "global",
    "app_template_global": "global",
    "add_template_global": "global",
    "add_app_template_global": "global",
    "context_processor": "processor",
    "app_context_processor": "processor",
}
_TABLES: Mapping[str, str] = {"filters": "filter", "globals": "global"}


class Pages:
    """The templates of a project. ``fold``: what is known of an expression's value; ``resolve``: the names of what one stands
    for."""

    def __init__(
        self,
        templates: Mapping[str, ir.Template],
        modules: Mapping[str, LinkedModule],
        calls: Calls,
        fold: Fold,
        resolve: Resolve,
    ) -> None:
        self._templates = templates
        self._modules = modules
        self._calls = calls
        self._fold = fold
        self._resolve = resolve
        self._by_file: dict[str, list[str]] = {}
        for path in templates:
            self._by_file.setdefault(path.rpartition("/")[2], []).append(path)
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}
        self._outputs: dict[str, Outputs] = {}
        self._passed: dict[str, tuple[str, ...]] = {}
        self._marks: dict[str, tuple[tuple[ir.Call, ir.Expr], ...]] = {}

    def outputs(self, path: str) -> Outputs:
        """What a template's values are, as far as it tells itself."""
        found = self._outputs.get(path)
        if found is None:
            found = self._outputs[path] = Outputs(self._templates[path])
        return found

    def marks(self, path: str) -> tuple[tuple[ir.Call, ir.Expr], ...]:
        """Every ``|safe`` of a template, with what it is applied to."""
        found = self._marks.get(path)
        if found is None:
            template = self._templates[path]
            found = self._marks[path] = tuple(marks(template.body, self.marking)) if template.html else ()
        return found

    @cached_property
    def marking(self) -> frozenset[str]:
        """The filters that say of a text that it is HTML, as templates name them: the project's that are ``Markup`` itself, and
        those of libraries that leave tags as they are."""
        own = (
            f"|{name}"
            for name in self.filters
            if any(
                not isinstance(one, Scope) and MARKUP in self._resolve(*one) for one in self.registered("filter", name)
            )
        )
        return frozenset(own) | self.rendering

    @cached_property
    def rendering(self) -> frozenset[str]:
        """Libraries' filters that make HTML of a text in a language of its own and leave the tags that are in it."""
        raw: dict[str, bool] = {}
        for site in self._calls.of(*MARKUP_FILTERS):
            for name, escaping in (MARKUP_FILTERS[one] for one in site.names if one in MARKUP_FILTERS):
                escapes = site.unpacks or any(argument.name in escaping for argument in site.call.arguments)
                raw[name] = raw.get(name, True) and not escapes
        return frozenset(f"|{name}" for name, is_raw in raw.items() if is_raw and name not in self.filters)

    @cached_property
    def marked(self) -> frozenset[str]:
        """The last names of what templates mark as safe, also those by which views pass it."""
        found = frozenset(name for path in self._templates for name in names_marked(self.marks(path)))
        found |= {str(column.value) for one in self._templates.values() for column, _ in raw_columns(one)}
        if any(True for one in self._templates.values() for _ in raw_descriptions(one)):
            found |= {DESCRIPTION}
        if not found:
            return found
        passed = (argument for one in self.renderings for argument in one.site.call.arguments if argument.name in found)
        return found | {last_word(argument.value) for argument in passed} - {""}

    @cached_property
    def followed(self) -> frozenset[str]:
        """The last names of what templates put into event handlers, raw into scripts, and begin links with, also those by which
        views pass it, but for what is a number or made up by the program."""
        found: set[str] = set()
        for template in self._templates.values():
            for node in ir.walk(template):
                if isinstance(node, ir.Output):
                    raw = node.context.place == "script" and is_raw(node.value)
                    if raw or node.context.place == "event" or begins_link(node.context):
                        for leaf in leaves(node.value):
                            if raw or isinstance(leaf, (ir.Attribute, ir.Subscript)):
                                found.add(last_word(leaf))
        passed = (argument for one in self.renderings for argument in one.site.call.arguments if argument.name in found)
        found |= {last_word(one.value) for one in passed if isinstance(one.value, ir.Attribute)}
        return frozenset(name for name in found if name and not is_count(name))

    def parameters_around(self, path: str, node: ir.Node) -> frozenset[str]:
        """The parameters of the macro in which a node of a template stands."""
        return frozenset(
            parameter.name
            for macro in ir.walk(self._templates[path])
            if isinstance(macro, ir.Function) and macro.start <= node.start < macro.end
            for parameter in macro.parameters
        )

    @cached_property
    def called(self) -> frozenset[str]:
        """The last names of what templates call: among them are those of the macros that are used."""
        return frozenset(
            last_word(node.function)
            for template in self._templates.values()
            for node in ir.walk(template)
            if isinstance(node, ir.Call)
        )

    # Names ---------------------------------------------------------------------------------------------------------

    def named(self, name: str, near: str) -> tuple[str, ...]:
        """The paths of the templates that a name may mean to a file at path ``near``; empty when there is none."""
        folder = near.rpartition("/")[0]
        key = (name, folder)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._nearest(name.removeprefix("./").lstrip("/"), folder)
        return found

    def _nearest(self, name: str, folder: str) -> tuple[str, ...]:
        if GAP not in name:
            file = name.rpartition("/")[2]
            ending = f"/{name}"
            matches = [
                (path, path[: -len(name)].rstrip("/"))
                for path in self._by_file.get(file, ())
                if path == name or path.endswith(ending)
            ]
        else:
            matches = self._like(name)
        matches = [(path, root) for path, root in matches if self._is_folder(root)]
        if len(matches) > 1:
            # Of several that have it, Jinja is sure to be shown those in a folder that it is told of, or that Flask itself knows.
            matches = [(path, root) for path, root in matches if self._is_told(root)] or matches
        around = [(path, root) for path, root in matches if _inside(folder, root.rpartition("/")[0])]
        if around:
            return tuple(path for path, _ in around)
        closest = max((_shared(folder, root) for _, root in matches), default=0)
        return tuple(path for path, root in matches if _shared(folder, root) == closest)

    def _like(self, name: str) -> list[tuple[str, str]]:
        """Templates whose names are like one that is known in parts; none for one of which too little is known."""
        if len(name.replace(GAP, "").rpartition(".")[0].strip("/")) < 3:
            return []
        pattern = re.compile("(?:(.*)/)?" + ".+".join(map(re.escape, re.split(f"{GAP}+", name))))
        found = [(path, match[1] or "") for path in self._templates if (match := pattern.fullmatch(path))]
        return found if len(found) <= _MOST_MATCHES else []

    def _is_folder(self, root: str) -> bool:
        """Whether names may start from a folder: not from one inside a folder of templates, unless it is known as one."""
        return "templates" not in root.split("/")[:-1] or self._is_told(root)

    def _is_told(self, root: str) -> bool:
        """Whether a folder goes by Flask's own name for templates, or is one that somebody tells of."""
        return root.rpartition("/")[2] == "templates" or _ends_with(root, self.folders)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """Folders that apps, blueprints and loaders are told to take templates from: the ends of their paths."""
        found: dict[str, None] = {}
        for site in self._calls.of(*FOLDER_MAKERS, *LOADERS):
            row = next((name for name in site.names if name in LOADERS), None)
            given = (
                site.argument(LOADERS[row], "searchpath", "package_path")
                if row
                else site.argument(None, "template_folder")
            )
            if given is None:
                continue
            for name in self.spelled(given, site.scope):
                last = name.rpartition(GAP)[2].strip("./")
                if last:
                    found[last] = None
        return tuple(found)

    def spelled(self, expr: ir.Expr, scope: Scope | None) -> tuple[str, ...]:
        """The texts that an expression may be, with :data:`GAP` for what is not known; ``scope`` is None in a template."""
        found = dict.fromkeys(_texts(self._fold(expr, scope))) if scope is not None else {}
        return tuple(found) or tuple(dict.fromkeys(self._pieces(expr, scope)))[:_MOST_NAMES]

    def _pieces(self, expr: ir.Expr, scope: Scope | None) -> list[str]:
        match expr:
            case ir.Const(value=str(text)):
                return [text]
            case ir.Const():
                return []
            case ir.Display(items=items):
                return [text for item in items for text in self._parts(item.value, scope)]
            case ir.Op(sign="if", operands=(_, *branches)) | ir.Op(sign="or", operands=[*branches]):
                return [text for branch in branches for text in self._parts(branch, scope)]
            case ir.Op(sign="+" | "~", operands=operands):
                return self._joined(operands, scope)
            case ir.Join(parts=parts):
                return self._joined(parts, scope)
            case ir.Op(sign="%", operands=(ir.Const(value=str(text)), _)):
                return [re.sub(r"%(?:\(\w*\))?[sd]", GAP, text)]
            case ir.Call(function=ir.Attribute(value=ir.Const(value=str(text)), name="format")):
                return [re.sub(r"\{[^{}]*\}", GAP, text)]
            case _:
                return [GAP]

    def _parts(self, expr: ir.Expr, scope: Scope | None) -> tuple[str, ...]:
        return self.spelled(expr, scope)

    def _joined(self, operands: Iterable[ir.Expr], scope: Scope | None) -> list[str]:
        found = [""]
        for operand in operands:
            ends = self._parts(operand, scope) or (GAP,)
            if len(found) * len(ends) > _MOST_NAMES:
                ends = (GAP,)
            found = [start + end for start in found for end in ends]
        return found

    def inline(self, text: str, path: str) -> tuple[str, ...]:
        """The paths of the templates of this text in the strings of the project: those of the file that asks, if it has one."""
        found = self._inline.get(text, ())
        return tuple(one for one in found if one.startswith(f"{path}{ir.INSIDE}")) or tuple(found)

    def pieces(self, text: str, path: str) -> tuple[str, ...]:
        """The paths of the templates in the strings of a file out of which a text may be put together."""
        module = self._modules.get(path)
        inline = module.facts.inline if module is not None else ()
        return tuple(
            one.template.path for one in inline if all(part in text for part in _PLACEHOLDER.split(one.text) if part)
        )

    @cached_property
    def _inline(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for module in self._modules.values():
            for one in module.facts.inline:
                found.setdefault(one.text, []).append(one.template.path)
        return found

    # Who uses what -------------------------------------------------------------------------------------------------

    @cached_property
    def _links(self) -> dict[str, tuple[Use, ...]]:
        found: dict[str, tuple[Use, ...]] = {}
        for path, template in self._templates.items():
            uses = []
            for node in ir.walk(template):
                if isinstance(node, ir.Link):
                    names = self.spelled(node.template, None)
                    uses.append(Use(node, names, self._all(names, path)))
            found[path] = tuple(uses)
        return found

    def _all(self, names: Iterable[str], near: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for name in names for path in self.named(name, near)))

    def links(self, path: str) -> tuple[Use, ...]:
        """The templates that a template extends, includes and imports, in order of the text."""
        return self._links.get(path, ())

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, uses in self._links.items():
            for target in dict.fromkeys(target for use in uses for target in use.targets):
                found.setdefault(target, []).append(path)
        return found

    def users(self, path: str) -> tuple[str, ...]:
        """The templates that use a template directly."""
        return tuple(self._users.get(path, ()))

    def brought(self, path: str, *kinds: str) -> tuple[str, ...]:
        """A template and all that it brings in, however deep, by links of these kinds (of any when none is named)."""
        found = {path: None}
        pending = [path]
        while pending:
            for use in self.links(pending.pop()):
                if not kinds or use.link.kind in kinds:
                    for target in use.targets:
                        if target not in found:
                            found[target] = None
                            pending.append(target)
        return tuple(found)

    @cached_property
    def reached(self) -> frozenset[str]:
        """The templates that something renders or may render, by itself or through another one: also those of which no more is
        known than that a module speaks of a file of that name."""
        found = {path for rendering in self.renderings for path in rendering.targets}
        found.update(path for path in self._templates if ir.INSIDE in path)
        for module in self._modules.values():
            for text in module.constants:
                if "." in text:
                    found.update(self._by_file.get(text.rpartition("/")[2].rpartition(":")[2], ()))
        return frozenset(one for path in found for one in self.brought(path))

    # Who renders ---------------------------------------------------------------------------------------------------

    @cached_property
    def renderings(self) -> tuple[Rendering, ...]:
        """The calls that render a template by its name, by path and place; then what decorators render of what views return."""
        found = []
        for site in self._calls.of(*RENDERERS):
            given = site.argument(0, "template_name_or_list", "name")
            if given is not None:
                names = self.spelled(given, site.scope)
                found.append(Rendering(site, names, self._all(names, site.scope.module.path)))
        return (*found, *self._templated.values())

    @cached_property
    def _templated(self) -> dict[int, Rendering]:
        found: dict[int, Rendering] = {}
        for one in templated(self._modules.values(), self._calls, self._resolve, RENDERERS):
            near = one.view.module.path
            targets = self._all(one.names, near) if one.names else self._beside(one.view)
            found[id(one.view)] = Rendering(as_call(one), (), targets)
        return found

    def templated(self, view: Scope) -> tuple[str, ...]:
        """The paths of the templates that a decorator may show what a view returns in."""
        found = self._templated.get(id(view))
        return found.targets if found is not None else ()

    def _beside(self, view: Scope) -> tuple[str, ...]:
        """The templates of a view's name which are nearest to it."""
        folder = view.module.path.rpartition("/")[0]
        matches = self._by_file.get(f"{view.node.name}.html", ()) if isinstance(view.node, ir.Function) else ()
        closest = max((_shared(folder, path) for path in matches), default=0)
        return tuple(path for path in matches if _shared(folder, path) == closest)

    @cached_property
    def _renderers(self) -> dict[str, list[Rendering]]:
        found: dict[str, list[Rendering]] = {}
        for rendering in self.renderings:
            for target in rendering.targets:
                found.setdefault(target, []).append(rendering)
        return found

    def rendered_by(self, path: str) -> tuple[Rendering, ...]:
        """The calls that render a template directly."""
        return tuple(self._renderers.get(path, ()))

    def passed(self, path: str) -> tuple[str, ...]:
        """The names of the variables that any of these calls passes by name."""
        found = self._passed.get(path)
        if found is None:
            arguments = (one for rendering in self.rendered_by(path) for one in rendering.site.call.arguments)
            found = self._passed[path] = tuple(dict.fromkeys(one.name for one in arguments if one.name.isidentifier()))
        return found

    @cached_property
    def missing(self) -> tuple[tuple[str, Location], ...]:
        """Whole names that no file of the project has, with where they stand: a library's templates, or mistakes."""
        found = [
            (name, rendering.site.location)
            for rendering in self.renderings
            for name in rendering.names
            if not rendering.targets and GAP not in name
        ]
        for path, uses in self._links.items():
            for use in uses:
                if not use.targets and not use.link.ignore_missing:
                    place = Location(path, use.link.template.span)
                    found.extend((name, place) for name in use.names if GAP not in name)
        return tuple(found)

    # What is put into every template ---------------------------------------------------------------------------------

    @cached_property
    def _registered(self) -> dict[tuple[str, str], list[Registered]]:
        found: dict[tuple[str, str], list[Registered]] = {}
        for module in self._modules.values():
            for scope in module.scopes:
                for kind, name, one in (*_decorated(scope), *_written(scope)):
                    found.setdefault((kind, name), []).append(one)
            for call, scope in module.calls:
                for kind, name, one in _told(call, scope):
                    found.setdefault((kind, name), []).append(one)
        return found

    def registered(self, kind: Literal["filter", "global"], name: str) -> tuple[Registered, ...]:
        """What the project gives to all templates under a name."""
        return tuple(self._registered.get((kind, name), ()))

    @cached_property
    def filters(self) -> tuple[str, ...]:
        """The names of the project's own filters."""
        return tuple(name for kind, name in self._registered if kind == "filter")

    @cached_property
    def filtered(self) -> dict[str, list[tuple[str, ir.Expr]]]:
        """What templates give to the project's own filters, by the filter's name, each with the template's path."""
        own = {f"|{name}" for name in self.filters}
        found: dict[str, list[tuple[str, ir.Expr]]] = {}
        for path, template in self._templates.items() if own else ():
            for node in ir.walk(template):
                match node:
                    case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name in own:
                        found.setdefault(name[1:], []).append((path, value))
                    case _:
                        pass
        return found

    def processors(self, name: str) -> tuple[Scope, ...]:
        """The context processors that seem to give a variable of this name."""
        return tuple(scope for scope, words in self._processors if name in words)

    @cached_property
    def _processors(self) -> list[tuple[Scope, frozenset[str]]]:
        found = self._registered.get(("processor", ""), ())
        return [(one, _words(one)) for one in found if isinstance(one, Scope)]


def _texts(setting: Setting) -> Iterator[str]:
    match setting:
        case Known(value=str(text)):
            yield text
        case Known(value=list() | tuple() as items):
            yield from (item for item in items if isinstance(item, str))
        case OneOf(options=options) if all(isinstance(option, Known) for option in options):
            for option in options:
                yield from _texts(option)


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common from the top."""
    count = 0
    for mine, yours in zip(one.split("/"), other.split("/"), strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _inside(folder: str, outer: str) -> bool:
    return not outer or folder == outer or folder.startswith(f"{outer}/")


def _ends_with(root: str, endings: Iterable[str]) -> bool:
    return any(root == ending or root.endswith(f"/{ending}") for ending in endings)


def _decorated(scope: Scope) -> Iterator[tuple[str, str, Registered]]:
    """What the decorators of a function register it as."""
    if not isinstance(scope.node, ir.Function):
        return
    for decorator in scope.node.decorators:
        given: ir.Expr | None = None
        written = decorator
        if isinstance(decorator, ir.Call):
            written = decorator.function
            given = next((one.value for one in decorator.arguments if one.name in ("", "name")), None)
        kind = _REGISTERING.get(written.name) if isinstance(written, ir.Attribute) else None
        if kind is not None:
            name = given.value if isinstance(given, ir.Const) and isinstance(given.value, str) else scope.node.name
            yield kind, "" if kind == "processor" else name, scope


def _written(scope: Scope) -> Iterator[tuple[str, str, Registered]]:
    """What is put into an environment: ``app.jinja_env.filters["name"] = function``."""
    for write in scope.writes:
        if (
            isinstance(write.target, ir.Attribute)
            and write.target.name in _TABLES
            and isinstance(write.key, ir.Const)
            and isinstance(write.key.value, str)
            and not write.path
        ):
            yield _TABLES[write.target.name], write.key.value, (write.value, scope)


def _told(call: ir.Call, scope: Scope) -> Iterator[tuple[str, str, Registered]]:
    """What a call registers: ``app.add_template_filter(function, "name")``, ``app.jinja_env.globals.update(name=function)``."""
    if not isinstance(call.function, ir.Attribute):
        return
    word, owner = call.function.name, call.function.value
    if word == "update" and isinstance(owner, ir.Attribute) and owner.name in _TABLES:
        for argument in call.arguments:
            if argument.name and not argument.name.startswith("*"):
                yield _TABLES[owner.name], argument.name, (argument.value, scope)
            elif isinstance(argument.value, ir.Dict):
                for pair in argument.value.pairs:
                    if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
                        yield _TABLES[owner.name], pair.key.value, (pair.value, scope)
        return
    kind = _REGISTERING.get(word)
    if kind is None or not call.arguments or isinstance(call.arguments[0].value, ir.Const):
        return
    function = call.arguments[0].value
    given = next(
        (one.value for at, one in enumerate(call.arguments) if one.name == "name" or (at == 1 and not one.name)), None
    )
    name = given.value if isinstance(given, ir.Const) and isinstance(given.value, str) else ""
    if not name:
        name = (
            function.id
            if isinstance(function, ir.Name)
            else function.name
            if isinstance(function, ir.Attribute)
            else ""
        )
    if name and kind != "processor":
        yield kind, name, (function, scope)


def _words(scope: Scope) -> frozenset[str]:
    """What a function mentions as a key, a keyword or a function."""
    found = set()
    for node in ir.walk(scope.node):
        match node:
            case ir.Const(value=str(word)) | ir.Argument(name=word) | ir.Function(name=word):
                found.add(word)
            case _:
                pass
    return frozenset(found)
