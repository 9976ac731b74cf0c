"""Every row of the tables is hit: a call is written for it, and what the row says of that call comes true.

The rows that speak of no call (places in a page, parts of a text) have their cases elsewhere; they are counted here by the looks
that the engine takes at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pytest

from flasklint import ir, templates
from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import FUNCTION, Guard, Having, Rendering, Sanitizer, Sink, Source, Summary, Tables
from flasklint.project.project import Project
from flasklint.python import extract
from flasklint.taint import Flow, analyse
from flasklint.taint.engine import Engine
from tests.taint.flowcases import HEAD

HARM = {
    "sql": "db.session.execute('SELECT ' + {0})",
    "command": "os.system('ls ' + {0})",
    "path": "open('/srv/' + {0})",
    "upload-save": "request.files['f'].save('/srv/' + {0})",
    "template-name": "flask.render_template({0})",
    "html": "return '<p>' + {0}",
    "markup": "markupsafe.Markup('<p>' + {0})",
    "regex": "re.match({0}, 'x')",
    "redirect": "redirect({0})",
    "ssrf": "requests.get({0})",
    "log": "logging.info('x' + {0})",
    "template-source": "flask.render_template_string({0})",
    "xml": "lxml.etree.fromstring({0}, parser)",
    "ldap": "ldap3.Connection(server).search('dc=x', '(cn=' + {0} + ')')",
    "code": "eval({0})",
    "header": "",
    "xpath": "lxml.etree.XPath({0})",
}
"""What does harm of a kind with a text; nothing for kinds that no rule asks for."""


def _top(name: str) -> str:
    return name.removeprefix("except ").partition(".")[0].removesuffix("()")


def program(body: str, *names: str) -> str:
    """A view with this body, and the modules of some names imported."""
    tops = dict.fromkeys(("requests", "lxml.etree", "ldap3", "logging", "markupsafe", "flask", *map(_modules, names)))
    imports = "".join(f"import {top}\n" for top in tops if top)
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"{HEAD}{imports}@app.route('/x')\ndef view():\n    q = request.args['q']\n{lines}    return ''\n"


def _modules(name: str) -> str:
    """The module that a name's package is to be imported as, with the parts that are no classes."""
    parts = re.split(r"\.", name.removeprefix("except "))
    plain = []
    for at, part in enumerate(parts[:-1]):
        if part.endswith("()") or (at and part[:1].isupper()):
            break
        plain.append(part)
    return ".".join(plain) if plain and plain[0] not in ("?", "builtins", "bytes", "str") else ""


def flows(source: str, tables: Tables = EVERYTHING, pages: Mapping[str, str] | None = None) -> list[Flow]:
    facts: list[ir.Facts] = [extract("app.py", source.encode())]
    facts += [templates.extract(path, text.encode()) for path, text in (pages or {}).items()]
    assert not [one for one in facts if isinstance(one, ir.Unread)], source
    return list(analyse(Project(facts), tables).flows())


def kinds(source: str, tables: Tables = EVERYTHING) -> set[str]:
    return {flow.sink.kind for flow in flows(source, tables) if flow.untrusted}


def expression(name: str) -> str:
    """A canonical name as code: ``X()`` makes one, ``?`` is anything."""
    return name.removeprefix("builtins.").replace("?.", "anything.table.").replace("io.TextIOWrapper().", "open('x').")


def call(row: Sink | Sanitizer | Summary | Guard, where: Iterable[str], given: str, more: Iterable[Having] = ()) -> str:
    """A call of a row's name that passes ``given`` at these addresses and meets these conditions."""
    positional: dict[int, str] = {}
    keywords: dict[str, str] = {}
    receiver = ""
    for address in where:
        if address.startswith("self"):
            receiver = given
            continue
        first = address.partition("|")[0].removesuffix("*") or "0"
        if first.isdigit():
            positional[int(first)] = given
        else:
            keywords[first] = given
    for having in more:
        words = [part for part in having.argument.split("|") if not part.isdigit()]
        if not words and having.test == "const":
            positional[int(having.argument)] = repr(having.names[0])
        if not words and having.test == "name":
            positional[int(having.argument)] = str(having.names[0])
        if not words or words[0] == "self":
            continue
        match having.test:
            case "true":
                keywords[words[0]] = "True"
            case "const":
                keywords[words[0]] = repr(having.names[0])
            case "name":
                keywords[words[0]] = str(having.names[0])
            case "set" | "field":
                keywords[words[0]] = "parser"
            case _:
                pass
    arguments = [positional.get(at, "'x'") for at in range(max(positional, default=-1) + 1)]
    arguments += [f"{word}={value}" for word, value in keywords.items()]
    function = expression(row.name)
    for having in more:
        if having.argument.startswith("self.") and having.test == "contains":
            # What it was made with.
            owner, _, method = function.rpartition(".")
            made = f"{having.argument.removeprefix('self.')}={having.names[0]!r}"
            function = f"{owner.removesuffix('()')}({made}).{method}"
    if receiver:
        owner, _, method = function.rpartition(".")
        owner = f"{owner.removesuffix('()')}({given})" if owner.endswith("()") else owner
        function = f"{owner}.{method}"
    return f"{function}({', '.join(arguments)})"


# Sinks -----------------------------------------------------------------------------------------------------------------

PLACES = [row for row in EVERYTHING.sinks if not re.match(r"[<|]", row.name)]
SETUP = {
    "set": "parser = lxml.etree.XMLParser(resolve_entities=True)",
    "field": "parser = xml.sax.make_parser()\nparser.setFeature(xml.sax.handler.feature_external_ges, True)",
}


def _sunk(row: Sink) -> str:
    """A call that does what a sink's row tells of."""
    given = {
        "text": "'SELECT * FROM t WHERE x = ' + q" if row.like else "q",
        "argv": "[q]",
        "members": "{'name': request.get_json()}",
        "keywords": "**request.form",
        "location": "{'Location': q}",
    }.get(row.form, "q")
    tests = {having.test: having.argument for having in row.when}
    if row.form == "members" and "field" in tests:
        given = f"{{{row.when[0].names[0]!r}: q}}"
    setup = "\n".join(SETUP[test] for test in tests if test in SETUP)
    if row.name.endswith("="):
        return f"{expression(row.name.removesuffix('='))} = {given}"
    if tests.get("field") == "self":
        return f"{setup}\nparser.parse({given})"
    if row.name == "tarfile.TarFile().extract":
        return "t = tarfile.open(fileobj=request.files['f'])\nt.extract(t.getmembers()[0], '/srv')"
    if row.name.startswith("tarfile.TarFile()"):
        return f"t = tarfile.open(fileobj=request.files['f'])\n{call(row, (), '', row.when).replace('tarfile.TarFile()', 't')}"
    if row.form == "keywords":
        return f"{expression(row.name)}({given})"
    return f"{setup}\n{call(row, row.arguments[:1], given, row.when)}"


@pytest.mark.parametrize("row", PLACES, ids=lambda row: f"{row.name}-{row.kind}-{row.form}")
def test_a_sink_is_reached(row: Sink) -> None:
    source = program(_sunk(row).strip("\n"), row.name, *(("xml.sax.handler.x",) if "xml" in row.name else ()))
    found = [
        flow for flow in flows(source) if flow.untrusted and (flow.sink.name, flow.sink.kind) == (row.name, row.kind)
    ]
    assert found, source


# Sources ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", EVERYTHING.sources, ids=lambda row: row.name)
def test_a_source_is_untrusted(row: Source) -> None:
    if row.name.startswith("except "):
        thing = row.name.removeprefix("except ").removesuffix("()").removeprefix("builtins.")
        body = f"try:\n    work()\nexcept {thing} as e:\n    eval(str(e))"
        source = program(body, row.name)
    else:
        source = program(f"eval({expression(row.name)})", row.name).replace(
            "@app.route('/x')", "@app.route('/<path:x>')"
        )
        source = source.replace("def view()", "def view(x)")
    found = [flow for flow in flows(source) if flow.untrusted]
    names = {path.source.name for flow in found for path in flow.paths}
    assert row.name in names or row.routed, source


# Sanitizers --------------------------------------------------------------------------------------------------------------

CLEANERS = [row for row in EVERYTHING.sanitizers if row.argument and not row.name.startswith("|")]


@pytest.mark.parametrize("row", CLEANERS, ids=lambda row: row.name)
def test_a_sanitizer_cleans_of_what_it_says_and_of_nothing_else(row: Sanitizer) -> None:
    made = call(row, (row.argument,), "q", row.when)
    if row.argument == "self":
        made = made.replace("anything.table.", "q.")
    named = {"code"} if "*" in row.kinds else set(row.kinds)
    without = EVERYTHING._replace(
        sanitizers=tuple(one for one in EVERYTHING.sanitizers if one.name != row.name),
        summaries=tuple(one for one in EVERYTHING.summaries if one.name != row.name),
        guards=tuple(one for one in EVERYTHING.guards if one.name != row.name),
    )
    for kind in sorted(named):
        if not HARM.get(kind):
            continue
        setup = SETUP["set"] + "\n" if kind == "xml" else ""
        source = program(f"{setup}r = {made}\n{HARM[kind].format('r')}", row.name)
        assert kind not in kinds(source), source
        if kind == "html":
            # What an unknown call gives is not taken for a text, and so for no page.
            source = program(HARM[kind].format("q"))
        assert kind in kinds(source, without), source
    if "*" not in row.kinds and "code" not in row.kinds:
        assert "code" in kinds(program(f"r = {made}\neval(r)", row.name))


# The rest: they are looked at ------------------------------------------------------------------------------------------------


class _Spy(dict[str, object]):
    """A table that remembers which of its rows were looked at."""

    def __init__(self, rows: Mapping[str, object], hits: set[str]) -> None:
        super().__init__(rows)
        self.hits = hits

    def get(self, name: str, default: object = None) -> object:
        found = super().get(name, default)
        if name in self:
            self.hits.add(name)
        return found

    def __getitem__(self, name: str) -> object:
        self.hits.add(name)
        return super().__getitem__(name)


def looked_at(source: str, table: str, pages: Mapping[str, str] | None = None) -> set[str]:
    """The names of a table's rows that the engine looked at."""
    hits: set[str] = set()

    def make(project: Project, tables: Tables) -> Engine:
        engine = Engine(project, tables)
        setattr(engine.index, table, _Spy(getattr(engine.index, table), hits))
        if table == "parts":
            engine.parts = engine.index.parts
        return engine

    facts: list[ir.Facts] = [extract("app.py", source.encode())]
    facts += [templates.extract(path, text.encode()) for path, text in (pages or {}).items()]
    analyse(Project(facts), EVERYTHING, make)
    return hits


SUMMARIES = [row for row in EVERYTHING.summaries if not re.match(r"[<|]", row.name)]


@pytest.mark.parametrize("row", SUMMARIES, ids=lambda row: row.name)
def test_a_summary_is_looked_at(row: Summary) -> None:
    passes = [where for where in row.passes if where.startswith("self")] or list(row.passes[:1])
    made = looked_at(program(f"r = {call(row, passes, 'q')}", row.name), "summaries")
    if row.name in made or row.name in looked_at(_annotated(row), "summaries"):
        return
    # A dict of the language's own is known by its contents, unless a library gives it.
    assert row.name in looked_at(program(f"r = request.args.to_dict().{row.name.rpartition('.')[2]}(q)"), "summaries")


def _annotated(row: Summary) -> str:
    """A call of a method on something that is only known by its annotation."""
    owner, _, method = row.name.rpartition(".")
    helper = f"def helper(thing: {owner.removesuffix('()')}, q):\n    return thing.{method}(q)\n"
    return program("helper(anything(), q)", row.name).replace("@app", f"{helper}@app", 1)


@pytest.mark.parametrize("row", [row for row in EVERYTHING.summaries if row.how == "chosen"], ids=lambda row: row.name)
def test_what_goes_by_a_name_is_looked_at_where_it_is_called(row: Summary) -> None:
    first = "q" if row.passes == ("0",) else "anything, q"
    source = program(f"{expression(row.name)}({first})()")
    assert f"<chosen> {row.name}" in looked_at(source, "sinks")


GUARDS = [row for row in EVERYTHING.guards if not row.name.startswith("part:")]


@pytest.mark.parametrize("row", GUARDS, ids=lambda row: row.name)
def test_a_guard_is_looked_at(row: Guard) -> None:
    assert row.name in looked_at(program(f"if {call(row, (row.argument,), 'q')}:\n    pass", row.name), "guards")


@pytest.mark.parametrize("row", EVERYTHING.renderings, ids=lambda row: row.name)
def test_a_rendering_is_looked_at(row: Rendering) -> None:
    assert row.name in looked_at(program(f"{expression(row.name)}('x.html', q=q)", row.name), "renderings")


PARTS = """\
u = urlparse(q)
if u.netloc == 'x' and u.hostname == 'x' or not u.netloc or not u.hostname or not u.scheme:
    pass
p = os.path.realpath(q)
if os.path.dirname(p) == '/srv' or pathlib.Path(q).parent == '/srv':
    pass
if p.startswith('/srv/'):
    pass
if BASE in pathlib.Path(q).resolve().parents:
    pass
if os.path.commonpath(['/srv', p]) == '/srv':
    pass
"""


def test_guards_on_parts_of_a_text_are_looked_at() -> None:
    source = program(PARTS.strip("\n"), "pathlib.x").replace(
        "import os", "from urllib.parse import urlparse\nimport os"
    )
    wanted = {row.name.removeprefix("part:") for row in EVERYTHING.guards if row.name.startswith("part:")}
    assert wanted <= looked_at(source, "parts")


NAMED = [row.name for row in EVERYTHING.sanitizers] + [row.name for row in EVERYTHING.summaries]
FILTERS = [name[1:] for name in NAMED if name.startswith("|")]


@pytest.mark.parametrize("name", dict.fromkeys(FILTERS))
def test_a_filter_is_looked_at(name: str) -> None:
    source = program("flask.render_template('x.html', q=q)")
    page = {"templates/x.html": f"<script>{{{{ q|{name} }}}}</script>"}
    hits = looked_at(source, "sanitizers", page) | looked_at(source, "summaries", page)
    assert f"|{name}" in hits


PAGE = (
    '{% extends \'base.html\' %}{% block b %}{{ super() }}<a title={{ q }} href="{{ q }}" onclick="{{ q }}" style="{{ q }}">'
    "{{ q|safe }}{{ user.bio|safe }}</a><script>{{ q }}</script>{% if q is defined %}{% endif %}{% endblock %}"
)


def test_places_in_a_page_are_looked_at() -> None:
    source = program("anything.bio = q\nreturn flask.render_template('x.html', q=q)")
    pages = {"templates/x.html": PAGE, "templates/base.html": "{% block b %}{% endblock %}"}
    wanted = {row.name for row in EVERYTHING.sinks if re.match(r"[<|](?!chosen)", row.name)}
    assert wanted <= looked_at(source, "sinks", pages)
    told = {row.name for row in EVERYTHING.summaries if re.match(r"<(?!function)", row.name)}
    assert told <= looked_at(source, "summaries", pages)


@pytest.mark.parametrize("row", [row for row in EVERYTHING.summaries if row.name.startswith(FUNCTION)])
def test_what_has_a_function_called_later_is_looked_at(row: Summary) -> None:
    method = row.name.rpartition(".")[2]
    source = program(f"@celery.shared_task\ndef task(x):\n    return x\ntask.{method}(q)", "celery")
    assert row.name in looked_at(source, "summaries")
