"""FLK403: text that is called HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.templates import COLUMN_FORMATTERS, Nature, is_count
from flasklint.project.outputs import root
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules import own_filters
from flasklint.rules.authors import Authors, Who
from flasklint.rules.base import Context, FlowRule, by_source
from flasklint.rules.cleaned import cleaned
from flasklint.rules.outputs import grouped, weighed
from flasklint.rules.raw_text import RAW_METHODS, raw
from flasklint.rules.stored import Stored, kept_there
from flasklint.source import Location
from flasklint.taint.flows import Flow

_FILTER_DECORATORS = frozenset(
    {"flask.Flask().template_filter", "flask.Flask().add_template_filter"}
    | {f"flask.Blueprint().{name}" for name in ("app_template_filter", "add_app_template_filter")}
)
_FILTER_TABLES = frozenset({"flask.Flask().jinja_env.filters", "jinja2.Environment().filters"})
_UNESCAPES = frozenset({"markupsafe.Markup().unescape", "html.unescape", "xml.sax.saxutils.unescape"})
_SAME = frozenset({"builtins.str", "markupsafe.Markup", "json.dumps", "flask.json.dumps"})
_UNDONE = frozenset({"unescape", "striptags"})
_CLEAN: frozenset[Nature] = frozenset(("constant", "number", "address", "markup", "escaped", "quoted", "token"))
_STORED = "HTML is built around a stored value that is not escaped. An admin's list prints it as it is."


class MarkupUntrusted(FlowRule):
    """Text that is not escaped is declared to be HTML in Python code.

    ## What it does
    Follows untrusted data into `Markup(...)`, also as a part of an f-string, `%`, `.format()` or `+` in it, and by way of a
    record that a request fills; what a function makes several times of one read is one finding. Without a known origin,
    it reports

    - with medium confidence: a template filter that puts its value into `Markup` unescaped, itself or by a function that it
      hands it to, also as the HTML that a library makes of it and leaves tags in, since a template gives it whatever it has (of
      an attribute of it only one that goes by what people fill in counts; with low confidence, if the templates give it
      nothing, or nothing but what a filter has cleaned); an `__html__` method that puts an attribute into HTML unescaped; a
      method of a record that puts an attribute into `Markup` unescaped which goes by what people fill in; `Markup` of what was
      just unescaped;
    - with low confidence: other HTML that is built around a parameter inside `Markup(...)`.

    What went through a call of which nothing is known, or through more functions than are followed, on its way from a request is
    told with low confidence. What a field of a form holds (`form.term.data = ...`) says nothing of other forms' fields.

    What admins' lists of stored rows show so (`column_formatters`) is one finding for a file, with medium confidence if people
    other than those who run the site fill it in.

    Silent: constants, numbers, what `escape()`, `Markup.escape` or a sanitizer returns, what other functions make, and the
    operators of `Markup` itself, which escape: `Markup("<b>%s</b>") % name`, `Markup("<b>{}</b>").format(name)`,
    `Markup("<br>").join(names)`.

    ## Why is this bad
    `Markup` says "this is HTML already", so Jinja does not escape it. A script in the value runs in the browser of everyone who
    looks at the page.

    ## Bad
    ```python
    from flask import Flask
    from markupsafe import Markup

    app = Flask(__name__)

    @app.template_filter()
    def nl2br(value):
        return Markup(value.replace("\\n", "<br>"))
    ```

    ## Good
    ```python
    from flask import Flask
    from markupsafe import Markup, escape

    app = Flask(__name__)

    @app.template_filter()
    def nl2br(value):
        return escape(value).replace("\\n", Markup("<br>"))
    ```

    ## References
    - [CWE-79: Cross-site Scripting](https://cwe.mitre.org/data/definitions/79.html)
    - [MarkupSafe: Working With Safe Text](https://markupsafe.palletsprojects.com/en/stable/escaping/)
    """

    code = "FLK403"
    name = "markup-untrusted"
    severity = Severity.HIGH
    cwe = (79,)
    kinds = ("markup",)
    title = "Untrusted data is declared to be HTML that needs no escaping."
    advice = 'escape it: `Markup("<b>{}</b>").format(value)` escapes the value, `Markup(f"<b>{value}</b>")` does not'

    def findings(self, context: Context) -> Iterator[Finding]:
        project = context.project
        filters = _with_helpers(_filters(project), project)
        formatters = _formatters(project)
        authors = Authors(project)
        flows = [flow for flow in context.flows.flows(*self.kinds) if not _is_undone(flow, project)]
        surely = (authors.weighed(weighed(self.untrusted(flow), flow), flow) for flow in flows if flow.untrusted)
        yield from by_source(surely, by_function=True)
        stored = Stored(context)
        told: list[Finding] = []
        for flow in flows:
            if not flow.untrusted:
                kept = self._kept(flow, project, stored)
                told += (kept,) if kept is not None else self._shape(flow, project, filters, formatters)
        for scope in project.functions():
            told += self._html_method(scope, project)
        for argument, scope in _formatted(project):
            told.append(self._column(scope.module.location(argument), argument, scope, project))
        yield from grouped((one.location.path if one.message == _STORED else one.location, one) for one in told)

    def _kept(self, flow: Flow, project: Project, stored: Stored) -> Finding | None:
        """HTML that is built around what people's requests put into a record."""
        module = project.modules.get(flow.call.path)
        call, scope = next(
            (pair for pair in (module.calls if module is not None else ()) if pair[0].span == flow.call.span),
            (None, None),
        )
        if call is None or scope is None or not call.arguments:
            return None
        for part in stored.put_into(call.arguments[0].value, scope):
            origin = stored.untrusted(part, flow.location.path) if not is_count(part.name) else None
            if origin is not None:
                finding = kept_there(self.untrusted(origin), part, origin, flow.location, stored, "is trusted as HTML")
                return replace(finding, scope=scope.qualname)
        return None

    def _shape(
        self, flow: Flow, project: Project, filters: Mapping[str, Scope], formatters: frozenset[Location]
    ) -> Iterator[Finding]:
        module = project.modules.get(flow.call.path)
        if module is None:
            return
        scope = next((one for one in module.scopes if one.qualname == flow.scope), module.scope)
        call = next((call for call, _ in module.calls if call.span == flow.call.span), None)
        node = scope.node
        if call is None or not call.arguments:
            return
        text = call.arguments[0].value
        if isinstance(text, ir.Call) and _UNESCAPES.intersection(project.resolve(text.function, scope)):
            message = "Text is unescaped and then declared to be HTML. Tags in it, which were harmless, come to life."
            yield self._told(flow.location, message, scope, Confidence.MEDIUM)
            return
        parameters = raw(text, scope, project).parameters
        given: frozenset[str] = frozenset()
        if isinstance(node, ir.Function) and scope.name in filters:
            given = parameters & {one.name for one in node.parameters[:1]}
        if given and _is_written(node, given, project):
            message = (
                "A template filter declares its value to be HTML without escaping it. Whatever a template gives it is printed as"
                " it is."
            )
            yield self._told(flow.location, message, scope, _weight(filters[scope.name], project))
        elif not _is_built_html(flow):
            return
        elif any(_within(flow.location, place) for place in formatters):
            yield self._column(flow.location, text, scope, project)
        elif taken := _own_words(text, node, scope, project):
            message = f"HTML is built around `{taken}` of a record, which people fill in, and which is not escaped."
            yield self._told(flow.location, message, scope, Confidence.MEDIUM)
        elif parameters:
            message = "HTML is built around a value that is not escaped. Where the value comes from could not be told."
            yield self._told(flow.location, message, scope, Confidence.LOW)

    def _column(self, location: Location, text: ir.Expr, scope: Scope, project: Project) -> Finding:
        """HTML of a column in an admin's list: what people other than those who run the site fill in weighs more."""
        names = {one.name for one in ir.walk(text) if isinstance(one, ir.Attribute) and not is_count(one.name)}
        known = names & (project.entered - cleaned(project))
        authors = Authors(project)
        people = not project.entered or any(authors.who_writes("", name) < Who.STAFF for name in known)
        return self._told(location, _STORED, scope, Confidence.MEDIUM if people else Confidence.LOW)

    def _html_method(self, scope: Scope, project: Project) -> Iterator[Finding]:
        node = scope.node
        if not isinstance(node, ir.Function) or node.name != "__html__" or not node.parameters:
            return
        for value in scope.returns:
            if (
                value is not None
                and _is_html(value)
                and node.parameters[0].name in raw(value, scope, project).parameters
            ):
                message = "HTML is built around an attribute that is not escaped. What `__html__` returns is printed as it is."
                yield self._told(Location(scope.module.path, value.span), message, scope, Confidence.MEDIUM)

    def _told(self, location: Location, message: str, scope: Scope, confidence: Confidence) -> Finding:
        return self.finding(
            location,
            message,
            severity=Severity.MEDIUM,
            confidence=confidence,
            label="not escaped",
            scope=scope.qualname,
            help=self.advice,
        )


def _filters(project: Project) -> Iterator[str]:
    """The names of the project's functions that are template filters."""
    for scope in project.functions():
        outer = scope.parent
        for decorator in scope.node.decorators if isinstance(scope.node, ir.Function) else ():
            function = decorator.function if isinstance(decorator, ir.Call) else decorator
            if outer is not None and _FILTER_DECORATORS.intersection(project.resolve(function, outer)):
                yield scope.name
    for site in project.calls("flask.Flask().add_template_filter", "flask.Blueprint().add_app_template_filter"):
        given = site.argument(0, "f")
        yield from project.resolve(given, site.scope) if given is not None else ()
    for module in project.modules.values():
        for call, scope in module.calls:
            match call.function:
                case ir.Attribute(value=table, name="update") if _FILTER_TABLES.intersection(
                    project.resolve(table, scope)
                ):
                    for argument in call.arguments:
                        given = argument.value
                        for one in [pair.value for pair in given.pairs] if isinstance(given, ir.Dict) else [given]:
                            yield from project.resolve(one, scope)
                case _:
                    pass
        for scope in module.scopes:
            for write in scope.writes:
                if write.key is not None and _FILTER_TABLES.intersection(project.resolve(write.target, scope)):
                    for one in _listed(write.value, scope):
                        yield from project.resolve(one, scope)


def _listed(value: ir.Expr, scope: Scope) -> Iterator[ir.Expr]:
    """What is put into a table: itself, or all items of the list that it is taken from in turn."""
    yield value
    for binding in scope.at(value.id, value.start) if isinstance(value, ir.Name) else ():
        if binding.kind == "loop" and isinstance(binding.value, ir.Display) and not binding.path:
            yield from (item.value for item in binding.value.items)


def _with_helpers(names: Iterable[str], project: Project) -> dict[str, Scope]:
    """The filters by name, and the functions to which they hand their value and give what those make of it; each with the
    filter."""
    found: dict[str, Scope] = {}
    for name in names:
        function = project.definition(name)
        if function is None:
            continue
        found[name] = function
        own = (
            [parameter.name for parameter in function.node.parameters[:1]]
            if isinstance(function.node, ir.Function)
            else []
        )
        for made in function.returns:
            match made:
                case ir.Call(function=helper, arguments=(ir.Argument(value=ir.Name(id=value), name=""), *_)) if (
                    value in own
                ):
                    for inner in project.resolve(helper, function):
                        found.setdefault(inner, function)
                case _:
                    pass
    return found


def _weight(function: Scope, project: Project) -> Confidence:
    """How sure it is that a filter is given what people write: not if templates give it nothing, or only what was cleaned."""
    uses = own_filters.given(function, project) if project.templates else None
    if uses is None:
        # By no name that is known: what the parts of a record are that it shows is not known either.
        return Confidence.LOW if project.templates and _takes_items(function) else Confidence.MEDIUM
    pages = project.pages
    harmless = all(
        pages.outputs(path).of(value) <= _CLEAN or own_filters.is_cleaned(value, project) for path, value in uses
    )
    return Confidence.LOW if harmless else Confidence.MEDIUM


def _takes_items(function: Scope) -> bool:
    """Whether a function takes items out of its first parameter by keys that are written out."""
    first = [one.name for one in function.node.parameters[:1]] if isinstance(function.node, ir.Function) else []
    return any(
        isinstance(node, ir.Subscript) and isinstance(node.key, ir.Const) and root(node) in first
        for node in ir.walk(function.node)
    )


def _own_words(text: ir.Expr, node: ir.Module | ir.Class | ir.Function, scope: Scope, project: Project) -> str:
    """What a method of a record puts raw into HTML, of its own record, that goes by what people fill in."""
    if not isinstance(node, ir.Function) or not node.parameters or scope.parent is None or not scope.parent.is_class:
        return ""
    this = node.parameters[0].name
    if this not in raw(text, scope, project).parameters:
        return ""
    shown = [one for one in ir.walk(text) if isinstance(one, ir.Attribute)]
    names = (
        one.name for one in shown if isinstance(one.value, ir.Name) and one.value.id == this and not is_count(one.name)
    )
    own = {one.own_name for one in scope.module.scopes if one.is_function and one.parent is scope.parent}
    known = project.entered - cleaned(project) - own
    return next((name for name in names if name in known and _holds(text, frozenset((this,)), scope, project)), "")


def _is_written(node: ir.Module | ir.Class | ir.Function, names: frozenset[str], project: Project) -> bool:
    """Whether people may have written what is taken of these: they themselves, or attributes that go by what is filled in."""
    attributes = [one for one in ir.walk(node) if isinstance(one, ir.Attribute) and root(one) in names]
    inner = {id(one.value) for one in attributes}
    taken = [one.name for one in attributes if id(one) not in inner]
    uses = sum(isinstance(one, ir.Name) and one.id in names for one in ir.walk(node))
    if uses > len(taken) or not RAW_METHODS.isdisjoint(taken):
        return True
    return not project.entered.isdisjoint(taken)


def _is_undone(flow: Flow, project: Project) -> bool:
    """``Markup(text).unescape()``: made HTML only to be made text."""
    module = project.modules.get(flow.call.path)
    return module is not None and any(
        isinstance(call.function, ir.Attribute)
        and call.function.name in _UNDONE
        and call.function.value.span == flow.call.span
        for call, _ in module.calls
    )


def _is_html(expr: ir.Expr) -> bool:
    return any(
        isinstance(part, ir.Const) and isinstance(part.value, str) and "<" in part.value for part in ir.walk(expr)
    )


def _is_built_html(flow: Flow) -> bool:
    return flow.built and any(isinstance(piece, str) and "<" in piece for one in flow.texts for piece in one)


def _tables(project: Project) -> Iterator[tuple[Scope, ir.Expr]]:
    """What admins' model views show their columns by, with the class."""
    for module in project.modules.values():
        for scope in module.scopes:
            if scope.is_class and isinstance(scope.node, ir.Class):
                for statement in scope.node.body:
                    match statement:
                        case ir.Assign(targets=(ir.Name(id=name),), value=value) if name in COLUMN_FORMATTERS and value:
                            yield scope, value
                        case _:
                            pass


def _formatters(project: Project) -> frozenset[Location]:
    """Where the functions stand that make the columns' HTML."""
    found: set[Location] = set()
    for scope, value in _tables(project):
        for part in (value, *ir.walk(value)):
            if isinstance(part, ir.Name):
                found.update(_defined(part, scope, project))
    return frozenset(found)


def _formatted(project: Project) -> Iterator[tuple[ir.Expr, Scope]]:
    """HTML that the lambdas among them build around their parameters' values."""
    for scope, value in _tables(project):
        for made in ir.walk(value):
            if not isinstance(made, ir.Function):
                continue
            given = frozenset(parameter.name for parameter in made.parameters)
            for call in ir.walk(made):
                if not (isinstance(call, ir.Call) and call.arguments):
                    continue
                text = call.arguments[0].value
                if (
                    "markupsafe.Markup" in project.resolve(call.function, scope)
                    and _is_html(text)
                    and not isinstance(text, ir.Const)
                    and _holds(text, given, scope, project)
                ):
                    yield text, scope


def _holds(node: ir.Node, names: frozenset[str], scope: Scope, project: Project) -> bool:
    """Whether what one of these names stands for, or a text in it, stands in an expression as it is: what functions make of it is
    another thing."""
    match node:
        case ir.Name(id=name):
            return name in names
        case ir.Attribute(name=name) if is_count(name):
            return False
        case ir.Call(function=ir.Attribute(name=name)) if name in RAW_METHODS:
            pass
        case ir.Call(function=function) if not _SAME.intersection(project.resolve(function, scope)):
            return False
        case _:
            pass
    return any(_holds(child, names, scope, project) for child in ir.children(node))


def _defined(name: ir.Name, scope: Scope, project: Project) -> Iterator[Location]:
    for resolved in project.resolve(name, scope):
        function = project.definition(resolved)
        if function is not None and function.is_function:
            assert not isinstance(function.node, ir.Module)
            yield function.module.location(function.node)


def _within(inner: Location, outer: Location) -> bool:
    return inner.path == outer.path and outer.span.start <= inner.span.start and inner.span.end <= outer.span.end
