from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.templates import ESCAPED_ENDINGS, Nature
from flasklint.project.escaping import decides_escaping
from flasklint.project.marks import leaves
from flasklint.project.outputs import Outputs, last_word
from flasklint.project.project import Project
from flasklint.rules.base import ProjectRule
from flasklint.source import Location

_HARMLESS: frozenset[Nature] = frozenset(("constant", "number", "markup", "escaped", "json", "quoted", "token"))
_PLACES = frozenset(("text", "attribute", "unquoted", "url", "json"))
_SHOWN = 5
_SHOWN_PAGES = 12
_MARKED = 3


class UnescapedTemplateExtension(ProjectRule):
    """A template makes HTML, but its name switches escaping off.

    ## What it does
    Finds templates that make HTML, are rendered by Flask, put out values, and whose name does not end with `.html`, `.htm`,
    `.xml`, `.xhtml` or `.svg`: Flask escapes nothing in them. Plain text, as in mails, is left alone, and so are apps that
    decide themselves what is escaped. Templates with the same ending are one finding. Where several of them say `|safe`, which
    would do nothing there, something that is not seen may switch escaping on: then the confidence is medium if they print what
    goes by the name of what people fill in, and low otherwise.

    ## Why is this bad
    `page.html.j2` looks like any other template, but `{{ name }}` in it prints the tags that a visitor puts into a name.

    ## Bad
    ```python title="app.py"
    from flask import Flask, render_template

    app = Flask(__name__)


    @app.route("/<name>")
    def profile(name):
        return render_template("profile.jinja", name=name)
    ```
    ```jinja title="templates/profile.jinja"
    <!doctype html>
    <h1>{{ name }}</h1>
    ```

    ## Good
    ```python title="app.py"
    from flask import Flask, render_template

    app = Flask(__name__)


    @app.route("/<name>")
    def profile(name):
        return render_template("profile.html", name=name)
    ```
    ```jinja title="templates/profile.html"
    <!doctype html>
    <h1>{{ name }}</h1>
    ```

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Flask: Jinja setup](https://flask.palletsprojects.com/en/stable/templating/#jinja-setup)
    """

    code = "FLK406"
    name = "unescaped-template-extension"
    severity = Severity.HIGH
    cwe = (79, 116)

    def check(self, project: Project) -> Iterator[Finding]:
        """The templates that Flask renders without escaping."""
        if not any(
            template.html and not path.endswith(ESCAPED_ENDINGS) for path, template in project.templates.items()
        ) or decides_escaping(project):
            return
        uses = _uses(project)
        endings: dict[str, list[_Page]] = {}
        for path, template in project.templates.items():
            if not template.html or path.endswith(ESCAPED_ENDINGS) or path not in uses:
                continue
            raw = list(_unescaped(template.body, project.pages.outputs(path)))
            if raw:
                endings.setdefault(path.rpartition("/")[2].partition(".")[2], []).append(_Page(path, raw))
        for ending, found in endings.items():
            yield self._told(ending, sorted(found, key=lambda page: uses[page.path]), uses, project)

    def _told(self, ending: str, found: list[_Page], uses: Mapping[str, Location], project: Project) -> Finding:
        """One finding for all templates whose names end alike: one setting or renaming is what mends them."""
        first, more = found[0], len(found) - 1
        related = [Place(Location(first.path, output.span), "printed as it is") for output in first.raw[:_SHOWN]]
        related += [Place(uses[page.path], "rendered without escaping") for page in found[1:_SHOWN_PAGES]]
        others = f" and {more} more like it" if more else ""
        shown = {output.context.place for page in found for output in page.raw}
        confidence = Confidence.HIGH if "text" in shown else Confidence.MEDIUM
        marked = sum(bool(project.pages.marks(page.path)) for page in found)
        marked += sum(not site.scope.module.is_test for site in project.calls("markupsafe.Markup"))
        if marked >= _MARKED:
            # Who writes `|safe` or `Markup` again and again believes that values are escaped, or something unseen sees to it:
            # told only where people's words are printed.
            words = {last_word(leaf) for page in found for output in page.raw for leaf in leaves(output.value)}
            confidence = Confidence.LOW if project.entered.isdisjoint(words) else Confidence.MEDIUM
        return self.finding(
            uses[first.path],
            f"Flask escapes nothing in `{first.path.rpartition('/')[2]}`{others}, which makes HTML. "
            f"It escapes templates by the end of their names, and `.{ending}` is not among them.",
            confidence=confidence,
            label="rendered without escaping",
            related=tuple(related),
            help="rename it to end with `.html`, or set `app.jinja_env.autoescape`",
        )


class _Page(NamedTuple):
    """A template of HTML and the outputs in it that nothing escapes."""

    path: str
    raw: list[ir.Output]


def _uses(project: Project) -> dict[str, Location]:
    """Where each template is rendered by Flask first, by path: directly, or else where another one brings it in."""
    found: dict[str, Location] = {}
    renderings = [
        one
        for one in project.pages.renderings
        if not one.site.scope.module.is_test and not any(name.startswith("jinja2.") for name in one.site.names)
    ]
    for rendering in renderings:
        for target in rendering.targets:
            found.setdefault(target, rendering.site.location)
    _bring_in(found, [*found], project)
    unknown = next((one.site.location for one in renderings if not one.targets), None)
    if unknown is not None:
        # A view that makes the names may render any page; what pages bring in is then rendered by Flask as well.
        pages = [path for path in project.templates if path not in found and path.endswith(ESCAPED_ENDINGS)]
        found.update(dict.fromkeys(pages, unknown))
        _bring_in(found, pages, project)
    return found


def _bring_in(found: dict[str, Location], pending: list[str], project: Project) -> None:
    """Add what templates bring in."""
    while pending:
        path = pending.pop(0)
        for use in project.pages.links(path):
            for target in use.targets:
                if target not in found:
                    found[target] = Location(path, use.link.template.span)
                    pending.append(target)


def _unescaped(body: tuple[ir.Stmt, ...], natures: Outputs) -> Iterator[ir.Output]:
    """The outputs whose values may hold HTML, but for those where escaping is switched on by hand."""
    stack: list[ir.Node] = list(reversed(body))
    while stack:
        node = stack.pop()
        match node:
            case ir.Region(kind="autoescape", value=ir.Const(value=True)):
                continue
            case ir.Output(value=value, context=context):
                if context.place in _PLACES and "unknown" in natures.of(value) - _HARMLESS:
                    yield node
        stack.extend(ir.children(node)[::-1])
