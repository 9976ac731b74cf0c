"""The shapes of what the tables say about a library's names.

A row speaks of one public import path, written as the linker writes canonical names: ``flask.redirect`` is the function,
``flask.request.args`` an attribute, ``sqlite3.Connection()`` an instance of a class or the result of a call,
``sqlite3.Connection().execute`` its bound method, ``?.execute`` a method of that name on a receiver that nothing is known of.

Arguments are addressed by text: ``0`` the first positional one, ``sql`` a keyword, ``0|sql`` either way of passing it, ``*``
every one, ``2*`` the third and all after it, ``self`` the receiver of a method.
Kinds of harm are named in :mod:`flasklint.knowledge.kinds`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from flasklint.findings import Confidence

Tag = str
"""A word that rows agree upon to remember something of a text: ``normal-path``, ``weak:leading-slash``."""


class Source(NamedTuple):
    """Data that someone outside decides.

    ``name``: what is read (``flask.request.args``) or, with ``()``, what a call gives (``flask.request.get_json()``).
    ``words``: "this query argument", completing "the visitor controls ...". ``origin``: who decides. ``result``: the type.
    ``without``: characters that can't be in it. ``confidence``: how surely it is someone else's.
    ``routed``: in a view it is the ``path`` that the view's rule says: someone else decides only what stands for the rule's
    variables; ``full``: with the query string behind it; ``variables``: it is the dict of those, by their names.
    ``hosted``: it begins with a scheme and a host that a link can't choose: those that the browser asks.
    ``unless``: an attribute of a class whose making names one of these calls is checked by it, and nothing of this row.
    """

    name: str
    words: str
    origin: Literal[
        "request", "upload", "session", "cookie", "database", "environment", "message", "exception", "unknown"
    ] = "request"
    result: str = ""
    without: str = ""
    confidence: Confidence = Confidence.HIGH
    routed: Literal["", "path", "full", "variables"] = ""
    hosted: bool = False
    unless: tuple[str, ...] = ()


LOOKED_UP = "looked-up"
"""The tag of what a record was found by: it is no text of a visitor's free choice, but one that is kept somewhere."""

SIGNED = "signed"
"""The tag of what two signatures are compared for."""

UNKNOWN_ORIGIN = Source("<unknown>", "where it comes from could not be told", "unknown", confidence=Confidence.LOW)
"""What is cleaned wherever it comes from: known to be clean, and otherwise nobody's."""

FUNCTION = "<function>"
"""What a function of the project goes by whose decorator lets it be called later: ``<function>.delay``."""

MARKUP = "markupsafe.Markup()"
"""The type of what is HTML, and escaped as it should be."""


class Having(NamedTuple):
    """A condition on another argument: ``true``, ``false``, ``absent`` (not passed), ``const`` (equal to one of ``names``),
    ``name`` (resolves to one of them), ``field`` (an object in which one of the fields of these names was set true),
    ``set`` (an object in which one of these attributes is ``True`` itself)."""

    argument: str
    test: Literal["true", "false", "absent", "const", "name", "field", "set", "contains", "type"]
    names: tuple[str | int | bool | None, ...] = ()


class Sink(NamedTuple):
    """A place where text of someone else's making does harm.

    ``arguments``: where the text goes in. ``form``: how it is read there: ``text`` is the text itself, ``shell`` the same or the
    first of a list, ``argv`` a program and its arguments,
    ``members`` any member of a container, ``keywords`` the names and values of ``**mapping``, ``html`` what a
    view's answer shows, ``location`` where the headers of a view's answer, or a mapping of headers, send the browser.
    ``when``, ``unless``: the harm is done when all of the first hold and none of the second.
    ``words``: what happens there, completing "...": "is run as SQL". ``like``: for unknown receivers, a word of the
    kind's language must be in the text. ``shape``: a text that is put together from unknown parts is told of as well.
    ``disarmed``: no harm is done in a project that calls this somewhere. ``as_it_is``: for ``members``, the keys of mappings
    among them under which nothing does harm.
    """

    name: str
    kind: str
    arguments: tuple[str, ...] = ("0",)
    words: str = ""
    form: Literal["text", "shell", "argv", "members", "keywords", "html", "location"] = "text"
    when: tuple[Having, ...] = ()
    unless: tuple[Having, ...] = ()
    like: bool = False
    shape: bool = False
    confidence: Confidence = Confidence.HIGH
    disarmed: str = ""
    as_it_is: tuple[str, ...] = ()


class Sanitizer(NamedTuple):
    """A call whose result can do no harm of these kinds (``*``: of any).

    ``argument``: what it cleans; empty for an attribute, which is a clean part of what it is read of.
    ``adds``: the characters that it may put between those of the text, which stay as they are; None if it may change them.
    ``when``: what must hold of the call for that; otherwise its summary tells of it.
    ``piecewise``: it goes through the text sign by sign, so that what was put together stays put together.
    """

    name: str
    kinds: tuple[str, ...]
    argument: str = "0"
    result: str = "builtins.str()"
    adds: str | None = None
    when: tuple[Having, ...] = ()
    piecewise: bool = False


class Summary(NamedTuple):
    """What a call whose body is not read does with data.

    ``passes``: the arguments that the result is made of; none means that the result holds nothing of them.
    ``how``: what is kept of what was known of the text.

    - ``same`` is the very text; ``characters`` a text of no other characters; ``new`` a text of which nothing is known.
    - ``joined``: the arguments as they come with ``between`` between them; ``paths``: as ``os.path.join`` does it, where an
      absolute one throws away what was before; ``url-joined``: the second, seen from the first, as ``urljoin`` does it;
      ``address``: the parts of an address in order, as ``urlunsplit`` joins them.
    - ``part``: a part of it that goes by ``tag``; ``folder``: the same, all but the last name of a path; ``tagged``: the text
      changed so that ``tag`` holds; ``item``: the part under the key that the argument ``key`` names.
      What the argument ``through`` makes of it is given, if there is one; in a list if ``tag`` says so.
    - ``substituted``: every match of the argument ``pattern`` replaced by the argument ``key``.
    - ``made``: a new object, which keeps what ``store`` says. ``own``: a text of the program's own making, put together as
      ``between`` says, ``{}`` being what is not known of it.
    - ``pieces``: a tuple of parts of it; ``characters`` says which each has, with spaces between, ``*`` being any.
    - ``each``: a list of parts of it, ``pairs``: of such with their keys, all of the type ``result``; ``fields``: a dict of an
      object's attributes.
    - ``image``: it in the form that ``tag`` names (:mod:`flasklint.taint.images`).
    - ``words``: a list of its words. ``chosen``: something that goes by a name; the sink ``<chosen>`` before the call's own name
      says what harm is done where that is called.
    - ``called``: what the function that is passed first gives, called with the rest; where that is the receiver, it is called
      later. ``started``: the function, the sequence and the mapping that are passed come together later.
    - ``members``: any member of it; ``never``: the call does not come back.

    ``result``: canonical type of the result. ``info``: what holds of the result's text besides: tags, or ``characters``.
    ``store``: ``self[0,1]=2`` keeps the third argument in the receiver under the first two, ``self.body=0|response`` as an
    attribute, ``self+=0`` adds to its text; ``owner`` is what the receiver is an attribute of. Several with ``;`` between.
    ``load``: ``self[0,1]`` gives what was kept there, ``self+`` its text.
    """

    name: str
    passes: tuple[str, ...] = ()
    how: Literal[
        "same",
        "characters",
        "new",
        "joined",
        "paths",
        "url-joined",
        "address",
        "part",
        "folder",
        "tagged",
        "item",
        "each",
        "pairs",
        "fields",
        "image",
        "pieces",
        "substituted",
        "made",
        "own",
        "words",
        "chosen",
        "called",
        "started",
        "members",
        "never",
    ] = "new"
    result: str = ""
    between: str = ""
    tag: Tag = ""
    key: str = ""
    pattern: str = ""
    store: str = ""
    load: str = ""
    characters: str = ""
    through: str = ""


class Guard(NamedTuple):
    """A call or comparison that tells harmless text from harmful.

    ``argument``: what is examined. ``when``: the answer that tells it is harmless; ``returns`` if coming back at all does,
    ``found`` if there is an answer: the call looks for what equals the argument, and what is asked of its result goes on with
    that; ``fits`` the same for what the argument, a condition, holds of.
    ``kinds``: the harm that is then excluded. ``needs``: a tag that the text must have for that; without
    it, it only gets ``weak``.
    ``characters``: the only ones it then has. ``against``: an argument that must be of our own making.
    ``pattern``: the argument that is a regular expression, ``matching``: how it is matched.
    A name ``part:netloc`` speaks of a part of a text that goes by that tag, ``when`` being ``const`` (it equals something of
    ours), ``empty``, ``full`` or ``begins`` (with something of ours) or ``holds`` (it, as a collection); ``needs`` is then
    the tag of what it is a part of. What is excluded then is excluded for the whole text.
    """

    name: str
    argument: str = "0"
    when: Literal["true", "false", "returns", "found", "fits", "const", "empty", "full", "begins", "holds"] = "true"
    kinds: tuple[str, ...] = ()
    characters: str = ""
    needs: Tag = ""
    tag: Tag = ""
    weak: Tag = ""
    against: str = ""
    pattern: str = ""
    matching: Literal["fullmatch", "match", "search"] = "fullmatch"


class Kind(NamedTuple):
    """A kind of harm and what it takes to do it.

    ``needs``: the harm needs one of these characters, in the notation of :mod:`flasklint.taint.characters`; empty when
    any text will do. ``quoted``: between quotes the harm needs that quote. ``prefix``: what fixed text before it excludes the
    harm: ``directory`` (a folder, if the text has no ``..``), ``any`` (whatever it is), ``origin`` (scheme and host of a URL),
    ``scheme`` (a URL's scheme, or what no URL with a scheme begins with), ``element`` (HTML that ends outside of any tag and
    script, if the text has no ``<``). A ``package``, which says what modules there are to choose from, makes it doubtful.
    ``language``: words of the language, to tell its texts. ``also``: what excludes one of these excludes it too. ``types``: what
    is of one of these types does no such harm. ``structured``: it takes more than a text: what is joined to one does none.
    """

    name: str
    needs: str = ""
    quoted: bool = False
    prefix: Literal["", "directory", "any", "origin", "scheme", "program", "element", "package"] = ""
    language: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    structured: bool = False


class Rendering(NamedTuple):
    """A call that runs a template.

    ``template``: the argument that is its name, or a list of names; ``context``: arguments that are dicts of its variables,
    besides the keywords. ``text``: the argument that is the template itself, for those that have no name.
    """

    name: str
    template: str = "0"
    context: tuple[str, ...] = ()
    text: str = ""


class Container(NamedTuple):
    """A class whose objects hold values as one of the language's own containers does.

    ``like``: a ``dict`` or ``list``; ``attributes`` under the names of its keywords; ``sections``, a mapping of mappings as
    configuration files have them; ``fields``, a class whose objects are tuples with these names; ``record``, what
    classes inherit whose objects are tuples of what their bodies annotate; ``choices``, a class of which each object is one of
    the values that its body names. ``skip``: so many first arguments are none of its contents.
    """

    name: str
    like: Literal["dict", "list", "attributes", "sections", "fields", "record", "choices"]
    skip: int = 0


class Own(NamedTuple):
    """A text that is the app's own: what is read, and how the text is put together, ``{}`` being what is not known of it."""

    name: str
    text: str


class Tables(NamedTuple):
    """All that is known of libraries, as one value. ``globals``: what names mean in every template."""

    sources: tuple[Source, ...] = ()
    sinks: tuple[Sink, ...] = ()
    sanitizers: tuple[Sanitizer, ...] = ()
    summaries: tuple[Summary, ...] = ()
    guards: tuple[Guard, ...] = ()
    kinds: tuple[Kind, ...] = ()
    renderings: tuple[Rendering, ...] = ()
    globals: tuple[tuple[str, str], ...] = ()
    containers: tuple[Container, ...] = ()
    texts: tuple[Own, ...] = ()


def together(*tables: Tables) -> Tables:
    """All tables as one; of rows with the same name, the first one counts, where only one can."""
    return Tables(
        tuple(row for table in tables for row in table.sources),
        tuple(row for table in tables for row in table.sinks),
        tuple(row for table in tables for row in table.sanitizers),
        tuple(row for table in tables for row in table.summaries),
        tuple(row for table in tables for row in table.guards),
        tuple(row for table in tables for row in table.kinds),
        tuple(row for table in tables for row in table.renderings),
        tuple(row for table in tables for row in table.globals),
        tuple(row for table in tables for row in table.containers),
        tuple(row for table in tables for row in table.texts),
    )
