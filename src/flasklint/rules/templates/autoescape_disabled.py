"""FLK402: HTML made without escaping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Place, Severity
from flasklint.knowledge.templates import is_count, is_html, is_setting
from flasklint.project.calls import CallSite
from flasklint.project.mailed import goes_into_mail
from flasklint.project.marks import leaves
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.taken_out import share_written
from flasklint.project.values import Known
from flasklint.rules.base import Context, Rule, together
from flasklint.rules.surroundings import ending, origins
from flasklint.source import Location, Span

_ENVIRONMENTS = (
    "jinja2.Environment",
    "jinja2.environment.Environment",
    "jinja2.sandbox.SandboxedEnvironment",
    "jinja2.sandbox.ImmutableSandboxedEnvironment",
)
_TEMPLATES = ("jinja2.Template", "jinja2.environment.Template")
_USES = ("get_template", "select_template", "from_string", "parse", "lex", "compile_expression")
_LOADS = tuple(f"{name}().{use}" for name in _ENVIRONMENTS for use in _USES)
_SELECT = frozenset({"jinja2.select_autoescape", "jinja2.utils.select_autoescape"})
_LOADERS = (
    "jinja2.FileSystemLoader",
    "jinja2.PackageLoader",
    "jinja2.loaders.FileSystemLoader",
    "jinja2.loaders.PackageLoader",
)
_DELIMITERS = frozenset({"block_start_string", "variable_start_string"})

_HTML_NAME = re.compile(r"\.(?:x?html?|svg)(?:\.\w+)?$", re.IGNORECASE)
_BARE_NAME = re.compile(r"\.(?:j2|jinja2?|tmpl|tpl|tmp)$", re.IGNORECASE)
_TAG = re.compile(r"<(?:!doctype|[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)

_MOSTLY = 0.75
"""How much of a macro's calls give constants where it is known for whom it is made."""
_CODE = frozenset({"script", "json", "style"})
_ESCAPED = frozenset({"|e", "|escape", "|forceescape", "|tojson", "|urlencode", "|xmlattr"})
_NUMBERS = frozenset({"|length", "|count", "|int", "|float", "|round", "|filesizeformat", "|wordcount", "|sum"})
_TEXT_FILTERS = frozenset(
    {"|safe", "|upper", "|lower", "|title", "|capitalize", "|trim", "|truncate", "|replace", "|join", "|default", "|d"}
    | {
        "|format",
        "|string",
        "|first",
        "|last",
        "|striptags",
        "|indent",
        "|center",
        "|wordwrap",
        "|nl2br",
        "|sort",
        "|reverse",
    }
)
"""Filters of Jinja's that leave HTML as it is."""
_ERRORS = frozenset(("error", "errors"))
_HARMLESS_CALLS = frozenset(["url_for", "csrf_token", "super", "caller", "range", "dict", "cycler", "joiner"])
_TRANSLATIONS = frozenset(["_", "gettext", "ngettext", "pgettext", "npgettext"])

Escaping = Literal["on", "off", "unknown"]
Made = Literal["html", "other", "unknown"]


class AutoescapeDisabled(Rule):
    """Jinja's escaping is switched off, or never on, where HTML is made.

    ## What it does
    Reports

    - `{% autoescape false %}` around an output in an HTML template (around scripts alone with low confidence: what comes to stand
      there is FLK409);
    - a Flask app whose escaping is switched off: `app.jinja_env.autoescape = False`, `autoescape` in its `jinja_options`, a
      `select_jinja_autoescape` that always says no;
    - a `jinja2.Environment` or `jinja2.Template` of its own, which escapes nothing unless told to, and one that is told to
      escape file names that are not those of HTML.

    What an environment makes is told by the templates that are loaded from it, by name, by folder or as text. Silent: text,
    mail bodies, macros that only templates of text call, configuration files, SQL, LaTeX (other delimiters), native
    environments; regions whose outputs are constants, also those that all calls of a macro give it, numbers, escaped or made
    by the framework. Where nothing tells what is made, or a filter of the app's own may make HTML on purpose, or most calls
    of a macro give it constants, the finding has low confidence. Environments of one file that are made alike are told once,
    and those whose pages only go into mails, where programs run no scripts, with medium severity.

    ## Why is this bad
    With escaping off, a name such as `<script src=//evil.example></script>` is printed as it is, and runs in the browser of
    everyone who looks at the page, with their session.

    ## Bad
    ```python title="app.py"
    from jinja2 import Environment, FileSystemLoader

    env = Environment(loader=FileSystemLoader("templates"))

    def page(name):
        return env.get_template("hello.html").render(name=name)
    ```
    ```jinja title="templates/hello.html"
    {% autoescape false %}<p>Hello {{ name }}</p>{% endautoescape %}
    ```

    ## Good
    Use Flask's `render_template`, or say when to escape. Leave escaping on and mark what is HTML on purpose, after cleaning it.
    ```python title="app.py"
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    env = Environment(loader=FileSystemLoader("templates"), autoescape=select_autoescape())

    def page(name):
        return env.get_template("hello.html").render(name=name)
    ```
    ```jinja title="templates/hello.html"
    <p>Hello {{ name }}</p>
    ```

    ## Fix safety
    Escaping changes what is printed: HTML that was put in on purpose shows as text. The fix is only applied on request.

    ## References
    - [CWE-79: Cross-site Scripting](https://cwe.mitre.org/data/definitions/79.html)
    - [Jinja: Autoescaping](https://jinja.palletsprojects.com/en/stable/api/#autoescaping)
    - [Flask: Controlling Autoescaping](https://flask.palletsprojects.com/en/stable/templating/#controlling-autoescaping)
    """

    code = "FLK402"
    name = "autoescape-disabled"
    severity = Severity.HIGH
    cwe = (79, 116)

    def findings(self, context: Context) -> Iterator[Finding]:
        project = context.project
        for template in project.templates.values():
            if template.html:
                yield from self._regions(template, project)
        for module in project.modules.values():
            for scope in module.scopes:
                yield from self._app(scope, project)
        for site in project.calls("flask.Flask().jinja_options.update"):
            for argument in site.call.arguments:
                if argument.name == "autoescape" and _escaping(argument.value, site.scope, project) == "off":
                    yield self._whole_app(site.scope, argument)
        files: dict[tuple[object, ...], list[Finding]] = {}
        for site in project.calls(*_ENVIRONMENTS):
            told = site.argument(None, "autoescape") is not None
            for finding in self._environment(site, project):
                key = site.location.path, told, finding.severity, finding.confidence
                files.setdefault(key, []).append(finding)
        for alike in files.values():
            yield from together(alike)
        for site in project.calls(*_TEMPLATES):
            yield from self._template(site, project)

    # Templates.

    def _regions(self, template: ir.Template, project: Project) -> Iterator[Finding]:
        for region, blocks in _autoescape_regions(template.body):
            value = region.value
            if _is_for_text(region, template.path, project):
                continue
            if not isinstance(value, ir.Const) or value.value or any(name.startswith("subject") for name in blocks):
                continue
            shown = [output for output in _outputs(region.body) if not _is_harmless(output.value)]
            written = {output: _given_constants(output, template.path, project) for output in shown}
            raw = [output for output in shown if written[output] < 1]
            if not raw:
                continue
            others = f" and {len(raw) - 1} more" if len(raw) > 1 else ""
            confidence = max(_confidence(output.value) for output in raw)
            if all(output.context.place in _CODE for output in raw):
                # Escaping is not what is needed there: where data comes to stand in a script is told of by itself.
                confidence = Confidence.LOW
            elif all(_is_of_program(output.value) or written[output] >= _MOSTLY for output in raw):
                confidence = Confidence.LOW
            edit = Edit(Location(template.path, value.span), "true")
            yield self.finding(
                Location(template.path, Span(region.start, value.end)),
                f"Escaping is switched off around {_shown(raw[0].value)}{others}. HTML in it is printed as it is.",
                confidence=confidence,
                label="escaping off",
                related=tuple(Place(Location(template.path, output.span), "printed as it is") for output in raw[:5]),
                fix=Fix("switch escaping on", (edit,), Applicability.UNSAFE),
            )

    # Apps.

    def _app(self, scope: Scope, project: Project) -> Iterator[Finding]:
        for write in scope.writes:
            value: ir.Expr | None = write.value
            if write.name == "autoescape":
                owners: tuple[str, ...] = ("flask.Flask().jinja_env",)
            elif write.name == "jinja_options":
                owners, value = ("flask.Flask()",), _autoescape_of(write.value, scope, project)
            elif isinstance(write.key, ir.Const) and write.key.value == "autoescape":
                owners = ("flask.Flask().jinja_options",)
            else:
                continue
            if value is None or not set(owners).intersection(project.resolve(write.target, scope)):
                continue
            if _escaping(value, scope, project) == "off":
                yield self._whole_app(scope, write.node)
        if not _is_app_class(scope, project):
            return
        for binding in scope.bindings.get("jinja_options", ()):
            value = _autoescape_of(binding.value, scope, project) if binding.value is not None else None
            if value is not None and _escaping(value, scope, project) == "off":
                yield self._whole_app(scope, binding.node)
        for child in scope.children:
            if child.qualname.endswith(".select_jinja_autoescape") and _always_false(child, project):
                for answer in child.returns:
                    if answer is not None:
                        yield self._whole_app(child, answer)

    def _whole_app(self, scope: Scope, node: ir.Node) -> Finding:
        return self.finding(
            Location(scope.module.path, node.span),
            "Escaping is switched off for every template of the app. HTML in any value is printed as it is.",
            severity=Severity.CRITICAL,
            label="escaping off",
            scope=scope.qualname,
        )

    # Environments.

    def _environment(self, site: CallSite, project: Project) -> Iterator[Finding]:
        arguments = {argument.name: argument.value for argument in site.call.arguments}
        if _DELIMITERS & arguments.keys() or any(name.startswith("jinja2.nativetypes.") for name in site.names):
            return
        given = arguments.get("autoescape")
        if given is None and site.unpacks:
            return
        if given is not None and _escaping(given, site.scope, project) != "off":
            return
        made, what = _made_by(site, project)
        if made == "other":
            return
        why = "is told not to escape" if given is not None else "escapes nothing unless told to"
        mailed = made == "html" and _is_for_mails(site, project)
        tail = f" It makes HTML: {what}." if what else " What it makes could not be told."
        if mailed:
            tail = " It makes the HTML of mails: what somebody has written stands there as the site's own words."
        yield self.finding(
            site.location,
            f"This Jinja environment {why}. HTML in what it prints is printed as it is.{tail}",
            severity=Severity.MEDIUM if mailed else None,
            confidence=Confidence.HIGH if made == "html" else Confidence.LOW,
            label="no escaping",
            scope=site.scope.qualname,
        )

    def _template(self, site: CallSite, project: Project) -> Iterator[Finding]:
        source, given = site.argument(0, "source"), site.argument(None, "autoescape")
        if source is None or (given is not None and _escaping(given, site.scope, project) != "off"):
            return
        match project.constant(source, site.scope):
            case Known(value=str(text)) if _TAG.search(text) and ("{{" in text or "{%" in text):
                yield self.finding(
                    site.location,
                    "This Jinja template makes HTML and escapes nothing. HTML in what it prints is printed as it is.",
                    label="no escaping",
                    scope=site.scope.qualname,
                )


def _autoescape_regions(
    body: Iterable[ir.Stmt], blocks: tuple[str, ...] = ()
) -> Iterator[tuple[ir.Region, tuple[str, ...]]]:
    """Every autoescape region, with the names of the blocks around it."""
    stack: list[tuple[ir.Node, tuple[str, ...]]] = [(node, blocks) for node in body]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ir.Region) and node.kind == "autoescape":
            yield node, around
        if isinstance(node, ir.Block):
            around = (*around, node.name)
        stack.extend((child, around) for child in ir.children(node) if isinstance(child, _BODIES))


def _is_for_text(node: ir.Node, path: str, project: Project, seen: frozenset[str] = frozenset()) -> bool:
    """Whether it stands in a macro that only templates of plain text call, as those of mails, also through other macros."""
    macro = next(
        (
            one
            for one in project.templates[path].body
            if isinstance(one, ir.Function) and one.start <= node.start < one.end
        ),
        None,
    )
    if macro is None or macro.name in seen:
        return False
    calls = [
        (user, call)
        for user in (path, *project.pages.users(path))
        for call in ir.walk(project.templates[user])
        if isinstance(call, ir.Call) and last_word(call.function) == macro.name
    ]
    return bool(calls) and all(
        _is_for_text(call, path, project, seen | {macro.name}) if user == path else not project.templates[user].html
        for user, call in calls
    )


_BODIES = (ir.If, ir.Loop, ir.With, ir.Function, ir.Block, ir.Region, ir.Output)


def _outputs(body: Iterable[ir.Stmt]) -> Iterator[ir.Output]:
    """The outputs of a region, without those of a region in it that switches escaping on again."""
    stack: list[ir.Node] = []
    stack.extend([*body][::-1])
    while stack:
        node = stack.pop()
        if isinstance(node, ir.Output):
            yield node
        elif isinstance(node, _BODIES) and not (isinstance(node, ir.Region) and node.kind == "autoescape"):
            stack.extend(ir.children(node)[::-1])


def _is_harmless(expr: ir.Expr) -> bool:
    """Whether an output is a constant, a number, escaped, or the framework's own."""
    match expr:
        case ir.Const():
            return True
        case ir.Call(function=ir.Name(id=name), arguments=arguments):
            if name in _ESCAPED or name in _NUMBERS or name in _HARMLESS_CALLS or name.startswith("is "):
                return True
            if name in _TRANSLATIONS or name.startswith("|"):
                return name not in ("|safe", "|striptags") and all(
                    _is_harmless(argument.value) for argument in arguments
                )
            return False
        case ir.Call(function=ir.Attribute(value=owner, name=name), arguments=arguments):
            if name in ("hidden_tag", "super"):
                return True
            return isinstance(owner, ir.Const) and all(_is_harmless(argument.value) for argument in arguments)
        case ir.Op(sign="if", operands=(_, *branches)):
            return all(_is_harmless(branch) for branch in branches)
        case ir.Op(sign="-" | "*" | "/" | "//" | "neg" | "pos" | "not"):
            return True
        case ir.Op(sign="+" | "~" | "%" | "and" | "or", operands=operands):
            return all(_is_harmless(operand) for operand in operands)
        case ir.Compare():
            return True
        case ir.Display(items=items):
            return all(_is_harmless(item.value) for item in items)
        case ir.Attribute(value=ir.Name(id="loop")):
            return True
    return False


def _given_constants(output: ir.Output, path: str, project: Project) -> float:
    """How much of what is put out is what macros are given by those who call them, and write out what they give."""
    return min((share_written(one, path, project) for one in leaves(output.value)), default=0.0)


def _confidence(expr: ir.Expr) -> Confidence:
    """How sure it is that an output is not HTML on purpose: a filter of the app's own, or a macro, may well make some."""
    match expr:
        case ir.Name() | ir.Attribute() | ir.Subscript():
            return Confidence.HIGH
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name in _TEXT_FILTERS:
            return _confidence(value)
        case ir.Call(function=ir.Name()):
            return Confidence.LOW
    return Confidence.MEDIUM


def _is_of_program(expr: ir.Expr) -> bool:
    """Whether all that is put out goes by names of what the program makes: addresses, HTML, what is said of errors."""
    names = [root(leaf) if root(leaf) in _ERRORS else last_word(leaf) for leaf in leaves(expr)]
    return bool(names) and all(is_html(name) or is_count(name) or is_setting(name) for name in names)


def _shown(expr: ir.Expr) -> str:
    match expr:
        case ir.Name(id=name):
            return f"`{name}`"
        case ir.Attribute(value=ir.Name(id=owner), name=name):
            return f"`{owner}.{name}`"
        case ir.Call(function=ir.Name(id=name), arguments=(ir.Argument(value=value), *_)) if name.startswith("|"):
            return _shown(value)
    return "an output"


def _escaping(expr: ir.Expr, scope: Scope, project: Project) -> Escaping:
    """What a value of ``autoescape`` does for HTML."""
    match project.constant(expr, scope):
        case Known(value=value):
            return "on" if value else "off"
    match expr:
        case ir.Function(name="<lambda>", body=(ir.Return(value=ir.Const(value=value)),)):
            return "on" if value else "off"
        case ir.Call():
            site = CallSite(expr, scope, project.resolve(expr.function, scope))
            if _SELECT.intersection(site.names):
                return _selected(site, project)
        case ir.Name() | ir.Attribute():
            for name in project.resolve(expr, scope):
                chooser = project.definition(name)
                if chooser is not None and _always_false(chooser, project):
                    return "off"
    return "unknown"


def _selected(site: CallSite, project: Project) -> Escaping:
    """Whether ``select_autoescape(...)`` escapes HTML files: those that are named first win, the default comes last."""
    enabled, default = site.argument(0, "enabled_extensions"), site.argument(3, "default")
    if site.unpacks or enabled is None:
        return "unknown" if site.unpacks else "on"
    if default is not None and project.constant(default, site.scope) != Known(False):
        return "unknown"
    match project.constant(enabled, site.scope):
        case Known(value=list() | tuple() as names):
            return (
                "on" if any(isinstance(name, str) and name.lstrip(".").lower() == "html" for name in names) else "off"
            )
    return "unknown"


def _always_false(function: Scope, project: Project) -> bool:
    return bool(function.returns) and all(
        value is not None and project.constant(value, function) == Known(False) for value in function.returns
    )


def _is_app_class(scope: Scope, project: Project) -> bool:
    return (
        isinstance(scope.node, ir.Class)
        and scope.parent is not None
        and any("flask.Flask" in project.resolve(base.value, scope.parent) for base in scope.node.bases)
    )


def _autoescape_of(expr: ir.Expr, scope: Scope, project: Project) -> ir.Expr | None:
    """What options written as a dict give for ``autoescape``; the last word counts."""
    match expr:
        case ir.Dict(pairs=pairs):
            for pair in reversed(pairs):
                if isinstance(pair.key, ir.Const) and pair.key.value == "autoescape":
                    return pair.value
        case ir.Call(arguments=arguments):
            for argument in reversed(arguments):
                if argument.name == "autoescape":
                    return argument.value
    return None


def _made_by(site: CallSite, project: Project) -> tuple[Made, str]:
    """What an environment makes, by what is loaded from it, and the evidence in words."""
    answers: list[tuple[Made, str]] = []
    for load in project.calls(*_LOADS):
        if not _is_of(load, site, project):
            continue
        source = load.argument(0, "name", "source", "template_name_or_list")
        use = load.names[0].rpartition(".")[2]
        if use in ("parse", "lex", "compile_expression"):
            answers.append(("other", ""))
        elif source is None:
            answers.append(("unknown", ""))
        elif use == "from_string":
            answers.append(_made_of_text(source, load.scope, project))
        else:
            answers.append(_made_of_name(ending(source, load.scope, project), project))
    kinds = {made for made, _ in answers}
    if "html" in kinds:
        return next(answer for answer in answers if answer[0] == "html")
    if kinds == {"other"}:
        return "other", ""
    return _made_of_folder(site, project)


def _is_for_mails(site: CallSite, project: Project) -> bool:
    """Whether all that is rendered from an environment goes into mails, as far as is seen."""
    renderings = [
        CallSite(call, load.scope, ())
        for load in project.calls(*_LOADS)
        if _is_of(load, site, project)
        for call in ir.walk(load.scope.node)
        if isinstance(call, ir.Call)
        and isinstance(call.function, ir.Attribute)
        and call.function.name in ("render", "render_async")
        and any(part is load.call for part in origins(call.function.value, load.scope))
    ]
    return bool(renderings) and all(map(goes_into_mail, renderings))


def _is_of(load: CallSite, made: CallSite, project: Project) -> bool:
    """Whether a template is loaded from the environment that a call makes, as far as its file and its callers tell."""
    if not isinstance(load.call.function, ir.Attribute):
        return False
    owner = load.call.function.value
    for part in origins(owner, load.scope):
        if part is made.call:
            return True
        if isinstance(part, ir.Call) and any(
            project.definition(name) is made.scope for name in project.resolve(part.function, load.scope)
        ):
            return True  # made by a function that gives it back
    if load.scope.module is not made.scope.module:
        return False
    # Otherwise it is kept somewhere: in the module, on an object. Two environments in one scope are told apart above.
    return load.scope is not made.scope and not any(
        isinstance(part, ir.Call) and set(_ENVIRONMENTS).intersection(project.resolve(part.function, load.scope))
        for part in origins(owner, load.scope)
    )


def _made_of_text(source: ir.Expr, scope: Scope, project: Project) -> tuple[Made, str]:
    match project.constant(source, scope):
        case Known(value=str(text)):
            return ("html", "there are tags in its text") if _TAG.search(text) else ("other", "")
    return "unknown", ""


def _made_of_name(name: str, project: Project) -> tuple[Made, str]:
    if not name or "." not in name:
        return "unknown", ""
    if _HTML_NAME.search(name):
        return "html", f"{name.rpartition('/')[2]} is loaded from it"
    if not _BARE_NAME.search(name):
        return "other", ""
    found = [template for path, template in project.templates.items() if f"/{path}".endswith(f"/{name.lstrip('/')}")]
    if any(template.html for template in found):
        return "html", f"{name.rpartition('/')[2]} is loaded from it"
    return ("other", "") if found else ("unknown", "")


def _made_of_folder(site: CallSite, project: Project) -> tuple[Made, str]:
    loader = site.argument(None, "loader")
    if loader is None:
        return "unknown", ""
    for part in origins(loader, site.scope):
        if not isinstance(part, ir.Call) or not set(_LOADERS).intersection(
            names := project.resolve(part.function, site.scope)
        ):
            continue
        folder = _folder(part, site.scope, project, package=any(name.endswith("PackageLoader") for name in names))
        inside = [
            template
            for path, template in project.templates.items()
            if folder
            and f"/{path}".rpartition("/")[0].endswith(folder)
            and _is_beside(f"/{path}".rpartition("/")[0].removesuffix(folder), site.scope.module.path)
        ]
        html = next((template.path for template in inside if template.html), "")
        if html:
            return "html", f"{html.rpartition('/')[2]} is in its folder"
        if inside:
            return "other", ""
    return "unknown", ""


def _is_beside(base: str, path: str) -> bool:
    """Whether a folder with templates stands in a folder around a file, from which the program may be run. Another program's
    does not."""
    return f"/{path}".startswith(f"{base}/")


def _folder(loader: ir.Call, scope: Scope, project: Project, *, package: bool) -> str:
    """The last part of the path of a loader's folder, ``/app/templates``; empty when it is not known."""
    site = CallSite(loader, scope, ())
    if package:
        inner = site.argument(1, "package_path")
        name, path = site.argument(0, "package_name"), "templates" if inner is None else ending(inner, scope, project)
        top = ending(name, scope, project) if name is not None else ""
        return f"/{top.replace('.', '/')}/{path}" if top else f"/{path}"
    folder = site.argument(0, "searchpath")
    text = ending(folder, scope, project).strip("./") if folder is not None else ""
    return f"/{text}" if text else ""
