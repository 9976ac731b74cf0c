from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Applicability, Confidence, Edit, Finding, Fix, Habit, Severity
from flasklint.knowledge.templates import Nature, is_count, is_html, is_setting, says_safe
from flasklint.project.marks import DESCRIPTION, leaves, raw_columns, raw_descriptions, tests_around
from flasklint.project.outputs import last_word, written
from flasklint.rules.authors import Who
from flasklint.rules.base import Context, FlowRule
from flasklint.rules.filled_in import named
from flasklint.rules.outputs import cause, grouped, is_taken_out, shape, weighed
from flasklint.rules.own_filters import is_cleaned, is_used_up
from flasklint.rules.stored import FLASH, Part, Stored, kept_there
from flasklint.source import Location
from flasklint.taint.flows import Flow

_HARMLESS: frozenset[Nature] = frozenset(
    ("constant", "number", "address", "markup", "escaped", "json", "quoted", "token")
)

_RENDERING_ADVICE = "clean the HTML that is made of it with `nh3.clean`, in a filter of your own"


class UnsafeSafeFilter(FlowRule):
    """`|safe` puts a value into the page without escaping.

    ## What it does
    Follows untrusted data through views, `render_template`, includes, blocks and macros to the `|safe` that it reaches, and
    shows the way. What is taken out of a record (`user.bio`) is followed by name to where it is kept (`user.bio = ...`,
    `User(bio=...)`, `{"bio": ...}`, `flash(...)`): untrusted data there is reported with both ends, with low severity if only
    people with a role can write it (to pedants only, if they run the site), and nothing is said if all that is kept is clean.
    What is kept in one row of a table of keys and values (`Setting.named("motto").value = ...`) says nothing of another row
    (`Setting.named("footer").value`), and what an error handler makes and does not save is gone with its answer.
    A property or method that makes HTML of it (`markdown.markdown(self.body)`, `f"<b>{self.name}</b>"`) is followed likewise.

    A value of which nothing is known is told of with medium confidence if people fill in what goes by its name for things that
    go by its owner's, and the finding says where: a form of theirs (`note.body`, and `body` in `NoteForm`), or a view that reads
    it of the request and speaks of them (`Note.make(request.form["body"])`). Otherwise it has low confidence: what is left are
    the program's own values, HTML that it has made, and what administrators write. So has what went through a call of which
    nothing is known, or through more functions than are followed, on its way from a request; what is cleaned or checked anywhere
    under that name (`nh3.clean(form.bio.data)`, `@validates("bio")`), what only views for people with a role take in, what a
    function of the view's puts together, what is shown so only if it says that it is safe
    (`{{ text|safe if text_is_safe else text }}`), and all in templates that nothing renders. What is followed to a view for
    people with some role keeps its confidence, with low severity.

    The columns that Bootstrap-Flask's `render_table` is told to show as they are (`safe_columns`), and the descriptions of
    fields, which its `render_form` and `render_field` put out without escaping, are judged in the same way.

    So are the filters by which Flask-Markdown and Flask-Misaka make HTML of a text, unless they are told to escape tags, and
    what is kept as HTML that is made of another text and keeps its tags (`post.body_html = markdown.markdown(post.body)`).

    Constants, values that were cleaned (`nh3.clean`, `bleach.clean`, `escape`), numbers, addresses made by `url_for`, what
    `tojson` made, tokens, form fields with their labels and descriptions, the results of macros, and what a filter of the
    project's has cleaned are left alone. `striptags` does not help: it turns `&lt;` back into `<`. Scripts and event handlers are
    FLK409. The same expression is reported once for a template, and once at all if it is a part of a record of which nothing is
    known; the field of a record of known class that is kept in one place is reported once, with the places of all templates
    that show it, and so is a message that is flashed; what is put together by a view, once for a template.

    ## Why is this bad
    Jinja escapes what it puts into HTML, and `|safe` says that it need not. If someone else has written the value, their
    `<script>` runs in your visitor's browser.

    ## Bad
    ```jinja
    <div class="bio">{{ user.bio|safe }}</div>
    ```

    ## Good
    ```jinja
    <div class="bio">{{ user.bio }}</div>
    <div>{{ "<hr>"|safe }}</div>
    <script>const user = {{ user.name|tojson|safe }};</script>
    ```

    ## Fix safety
    Without `|safe` the value is escaped: tags in it are shown as text. Where it must be HTML, clean it in Python with
    `nh3.clean` or `bleach.clean` before it is stored or shown.

    ## References
    - [CWE-79](https://cwe.mitre.org/data/definitions/79.html)
    - [Jinja: HTML escaping](https://jinja.palletsprojects.com/en/stable/templates/#html-escaping)
    """

    code = "FLK401"
    name = "unsafe-safe-filter"
    severity = Severity.HIGH
    cwe = (79,)

    covers = ("FLK409",)
    kinds = ("safe-filter",)
    title = "Untrusted data is put into the page without escaping."
    advice = "leave `|safe` away, or clean the HTML in Python with `nh3.clean`"

    def findings(self, context: Context) -> Iterator[Finding]:
        """The values that templates mark as safe."""
        return grouped(self._findings(context))

    def _columns(self, context: Context, stored: Stored) -> Iterator[tuple[object, Finding]]:
        """The columns of records that a library's macro shows as they are."""
        for path, template in context.project.templates.items():
            for column, records in raw_columns(template):
                part, place = Part(last_word(records), str(column.value)), Location(path, column.span)
                flow = stored.untrusted(part, path)
                if flow is not None:
                    yield place, replace(kept_there(self.untrusted(flow), part, flow, place, stored), fix=None)
                elif not stored.is_clean(part, path):
                    telling = (
                        stored.is_written_by_people((part,)) and not is_html(part.name) and not is_count(part.name)
                    )
                    finding = self.finding(
                        place,
                        f"The column `{part.name}` is shown without escaping. Where it comes from could not be told.",
                        severity=Severity.MEDIUM,
                        confidence=Confidence.MEDIUM if telling else Confidence.LOW,
                        label="not escaped",
                        help="leave the column out of those that are safe, or clean it in Python with `nh3.clean`",
                    )
                    yield place, named(finding, (part,), path, stored)

    def _descriptions(self, context: Context, stored: Stored) -> Iterator[tuple[object, Finding]]:
        """Descriptions of forms' fields, which a library's macro shows as they are."""
        for path, template in context.project.templates.items():
            for shown in raw_descriptions(template):
                flow = stored.described(shown)
                if flow is not None:
                    place = Location(path, shown.span)
                    yield (
                        flow.location,
                        replace(kept_there(self.untrusted(flow), Part("", DESCRIPTION), flow, place, stored), fix=None),
                    )

    def _findings(self, context: Context) -> Iterator[tuple[object, Finding]]:
        flows = {flow.call: flow for flow in context.flows.flows(*self.kinds)}
        pages, judged, stored = context.project.pages, context.flows.judged, Stored(context)
        yield from self._columns(context, stored)
        yield from self._descriptions(context, stored)
        for path in context.project.templates:
            for mark, operand in pages.marks(path):
                found = pages.outputs(path).of(operand) - _HARMLESS
                if not found:
                    continue
                place = Location(path, mark.span)
                flow = flows.get(place)
                if flow is not None and flow.untrusted and not is_taken_out(flow):
                    finding = replace(
                        self.untrusted(flow), location=place, label="not escaped", fix=_without(mark, place, context)
                    )
                    parts = stored.parts(operand, path, _HARMLESS)
                    if flow.paths[0].reasons and parts and all(is_count(part.name) for part in parts):
                        finding = replace(finding, confidence=Confidence.LOW)
                    yield cause(flow, path, operand), stored.authors.weighed(weighed(finding, flow), flow)
                elif flow is not None or (path, mark.function.start) not in judged:
                    parts = stored.parts(operand, path, _HARMLESS)
                    # Parts of records are the same wherever they are shown; what a variable is, each view says for itself.
                    where = "" if any(part.owner for part in parts) and not isinstance(operand, ir.Name) else path
                    for kept, finding in self._doubtful(mark, operand, found, place, parts, stored, context):
                        if flow is not None and _is_chosen(flow) and finding.confidence > Confidence.LOW:
                            finding = replace(finding, confidence=Confidence.LOW)
                        yield kept if kept is not None else (where, shape(operand)), finding

    def _doubtful(
        self,
        mark: ir.Call,
        operand: ir.Expr,
        found: frozenset[Nature],
        place: Location,
        parts: list[Part],
        stored: Stored,
        context: Context,
    ) -> Iterator[tuple[tuple[object, ...] | None, Finding]]:
        """A value of which the evaluation tells nothing: by who keeps what under its names, and where, or failing that by the
        names."""
        if (parts and all(stored.is_clean(part, place.path) for part in parts)) or is_cleaned(operand, context.project):
            return
        used_up = is_used_up(operand, context.project)
        behind = [] if used_up else stored.behind(operand, place.path, _HARMLESS)
        for number, part in enumerate((*parts, *behind) if not used_up else ()):
            flow = stored.untrusted(part, place.path)
            if flow is not None:
                finding = kept_there(self.untrusted(flow), part, flow, place, stored)
                # A record's field is mended where it is kept, for all templates; a message, and what a view makes, is not.
                # Names alone do not tell whether two templates' records are of one kind.
                kind = "" if part.name == FLASH or number >= len(parts) else stored.kind_shown(part, place.path)
                where = f"<{kind}>" if kind else place.path
                if part.name == FLASH:
                    finding = replace(finding, habit=_flashed(flow.location))
                yield (where, flow.location, part.name), replace(finding, fix=_without(mark, place, context))
                return
        names = {"errors" if part.owner == "errors" else part.name for part in parts}
        telling = (
            "unknown" in found
            and not used_up
            and not any(is_html(name) or is_setting(name) for name in names)
            and not all(map(is_count, names or {""}))
            and not stored.is_given(operand, mark, place.path)
            and not stored.is_put_together(operand, place.path)
        )
        pages, told_of = context.project.pages, False
        if telling and place.path not in pages.reached:
            # What nothing renders is shown to nobody, unless it is not known who renders at all.
            telling = not pages.renderings
        elif telling:
            # The views were followed and nothing untrusted was seen to come: what is left are records that people write.
            # The name of a variable says less than that of a record's part: views put pages together under such names.
            told_of = stored.is_of_database(operand, place.path)
            telling = told_of or (any(part.owner for part in parts) and stored.is_written_by_people(parts))
            telling = telling and not stored.is_of_other_rows(parts, place.path)
            telling = telling and not stored.is_thought_of(parts) and not stored.is_made_by_view(parts, place.path)
        unknown = "Where that comes from could not be told."
        dumped = stored.dumped(operand, place.path)
        if dumped:
            telling = True
            unknown = (
                f"It is JSON made of `{dumped}`, which people fill in; `</script>` and quotes in it stay as they are."
            )
        made = [one for part in parts for one in stored.rendered_of(part)]
        if made and place.path in pages.reached and _is_of_people(made, parts, stored):
            parts, telling = made, True
            unknown = f"It is HTML that is made of `{made[0].name}`, and tags in that stay as they are."
        who = (
            min((stored.authors.who_writes(part.owner, part.name) for part in parts), default=Who.ANYBODY)
            if telling
            else Who.ANYBODY
        )
        if who is Who.STAFF:
            unknown = "Only administrators seem to write it."
        elif who:
            unknown = "Only people with a role seem to write it."
        telling = telling and not who and not _is_told_safe(mark, operand, place.path, context)
        finding = self.finding(
            place,
            f"`{_name(mark)}` switches escaping off for {written(operand)}. {unknown}",
            severity=Severity.LOW if who else Severity.MEDIUM,
            confidence=Confidence.MEDIUM if telling else Confidence.LOW,
            label="not escaped",
            help=_RENDERING_ADVICE if _name(mark) in pages.rendering else self.advice,
            fix=_without(mark, place, context),
        )
        if not dumped and not made and not told_of and place.path in pages.reached:
            finding = named(finding, parts, place.path, stored)
        yield None, finding


def _is_of_people(made: list[Part], parts: list[Part], stored: Stored) -> bool:
    """Whether people may have written what HTML is made of: it goes by what they fill in, or comes with a record that is changed
    only to be shown."""
    if stored.is_thought_of((*made, *parts)):
        return False
    return stored.is_written_by_people(made) or {one.name for one in made} == {part.name for part in parts}


def _flashed(place: Location) -> Habit:
    """A message and all templates that show it: whoever cleans it where it is flashed has mended them."""
    path, (start, end) = place
    return Habit(f"{path}:{start}:{end}", "templates show it")


def _name(mark: ir.Call) -> str:
    return mark.function.id if isinstance(mark.function, ir.Name) else "|safe"


def _without(mark: ir.Call, place: Location, context: Context) -> Fix | None:
    if _name(mark) in context.project.pages.rendering:
        return None  # The text would be shown in the language that it is written in.
    edit = Edit(Location(place.path, mark.function.span), "")
    return Fix("let it be escaped", (edit,), Applicability.UNSAFE)


def _is_chosen(flow: Flow) -> bool:
    """Whether all that was seen to get there is texts of the program's, and several of them."""
    return sum(len(text) == 1 and isinstance(text[0], str) and text[0] != "" for text in flow.texts) > 1


def _is_told_safe(mark: ir.Call, operand: ir.Expr, path: str, context: Context) -> bool:
    """Whether the mark stands under a condition that says so of the value: ``text|safe if text_is_safe else text``."""
    own = set(map(last_word, leaves(operand)))
    return any(
        isinstance(node, (ir.Name, ir.Attribute)) and last_word(node) not in own and says_safe(last_word(node))
        for test in tests_around(context.project.templates[path], mark)
        for node in (test, *ir.walk(test))
    )
