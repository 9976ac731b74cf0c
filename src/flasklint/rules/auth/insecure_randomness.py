from __future__ import annotations

import itertools
from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Place, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.purpose import becomes_text, names_given, purpose, remembers, serves_requests
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context, together
from flasklint.source import Location

_MAKERS = frozenset(
    (
        "build",
        "compute",
        "create",
        "draw",
        "gen",
        "generate",
        "generator",
        "get",
        "make",
        "mint",
        "new",
        "random",
        "rand",
    )
)
_LETTING_IN = frozenset(
    {
        "2fa",
        "activate",
        "activation",
        "auth",
        "confirm",
        "confirmation",
        "forgot",
        "invitation",
        "invite",
        "login",
        "mfa",
    }
    | {"otp", "password", "register", "registration", "reset", "unique", "verification", "verify"}
)
"""Words of functions and classes whose codes open something."""
_FILES = frozenset({"file", "filename", "filepath", "fname", "image", "path", "photo", "picture"})
"""Words in the names of what files are called by."""
_OTHER_CODES = frozenset(
    {
        "color",
        "colour",
        "country",
        "currency",
        "error",
        "exit",
        "language",
        "postal",
        "response",
        "return",
        "status",
        "zip",
    }
)
_CLOCKS = ("time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow")
_FRACTIONS = ("random.random", "random.uniform", "random.gauss", "random.normalvariate", "random.betavariate")
_BY_CLOCK = "uuid.uuid1"
_UNKNOWN_TO_ALL = ("secrets.", "os.urandom", "os.getenv", "os.environ", "uuid.uuid4", "random.", "hmac.")
"""What adds something to the time that nobody knows, or that has a finding of its own."""


class InsecureRandomness(CallRule):
    """A secret is drawn from a predictable random generator.

    ## What it does
    Finds calls of the `random` module whose value is used as a token, password, key or one-time code, by the names that it is
    given there or where a function that returns it is called, and random numbers that a view turns into text and that keeps
    something for the next request, as one does to tell one visitor from another; and tokens that are a digest of the time, or a
    UUID of it (`uuid1`). Random numbers for other ends, and a choice among things that are there already, are left alone.

    ## Why is this bad
    `random` is made for simulations: who has seen some of its numbers can work out the next ones, and so the next visitor's
    reset token.

    ## Bad
    ```python
    import random
    import string


    def reset_token():
        return "".join(random.choice(string.ascii_letters) for _ in range(32))
    ```

    ## Good
    ```python
    import secrets


    def reset_token():
        return secrets.token_urlsafe(32)
    ```

    ## References
    - [CWE-338](https://cwe.mitre.org/data/definitions/338.html)
    - [secrets](https://docs.python.org/3/library/secrets.html)
    """

    code = "FLK803"
    name = "insecure-randomness"
    severity = Severity.HIGH
    cwe = (338, 330)
    names = (
        "random.betavariate",
        "random.choice",
        "random.choices",
        "random.gauss",
        "random.getrandbits",
        "random.normalvariate",
        "random.randbytes",
        "random.randint",
        "random.random",
        "random.randrange",
        "random.sample",
        "random.uniform",
        "numpy.random.bytes",
        "numpy.random.choice",
        "numpy.random.randint",
        *_CLOCKS,
        _BY_CLOCK,
    )

    def findings(self, context: Context) -> Iterator[Finding]:
        """One finding for each thing that a function makes, of however many draws."""
        made: dict[tuple[object, ...], list[Finding]] = {}
        for finding in super().findings(context):
            # What has no name of its own is told apart by its place.
            named = finding.message if finding.confidence is Confidence.HIGH else finding.location
            made.setdefault((finding.location.path, finding.scope, named), []).append(finding)
        for group in made.values():
            yield from together(group)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A call whose value, or whose function, is named as a secret; one that a helper returns, where that is so named."""
        node = site.scope.node
        named = purpose(node, site.call.span)
        if site.names[0] == _BY_CLOCK or site.names[0] in _CLOCKS:
            if named is not None and "salt" not in words(named[0]) and _only_time(site, project):
                yield self._of_time(site, named[0])
            return
        confidence = Confidence.HIGH
        given = node.name if isinstance(node, ir.Function) else None
        if (named is None or named[0] == given) and _is_entry(node, site.call):
            # Of all that the function gives, it is what its own name says: a header, a colour.
            return
        if (
            named is None
            and isinstance(node, ir.Function)
            and (kind := sensitivity(node.name))
            and _makes(node.name)
            and _is_returned(node, site.call)
        ):
            named, confidence = (node.name, kind), Confidence.MEDIUM
        if named is None and (code := _one_time_code(site)):
            named = code, "token"
        if named is None:
            if (uses := _uses(site, project)) and _draws(site, project):
                yield self._in_helper(site, uses)
            elif (
                _number(site)
                and not _is_digit(site, project)
                and not _names_file(site)
                and serves_requests(site.scope)
                and remembers(site.scope, project)
                and becomes_text(site.scope, site.call.span, project)
            ):
                yield self._in_view(site)
            return
        if not _draws(site, project):
            return
        if site.names[0] in _FRACTIONS and not becomes_text(site.scope, site.call.span, project):
            # What is compared as a number tells one from the next; what opens something is a text.
            return
        yield self.finding(
            site.location,
            f"`{named[0]}` is made from a predictable random generator. "
            "Whoever sees a few of its values can work out the others.",
            confidence=confidence,
            label="predictable",
            scope=site.scope.qualname,
            help="use the `secrets` module: `secrets.token_urlsafe()`, `secrets.choice()`, `secrets.randbelow()`",
        )

    def _of_time(self, site: CallSite, named: str) -> Finding:
        return self.finding(
            site.location,
            f"`{named}` is made of the time. Whoever knows about when it was made tries the few values that it can have.",
            confidence=Confidence.MEDIUM,
            label="the time is no secret",
            scope=site.scope.qualname,
            help="use the `secrets` module: `secrets.token_urlsafe()`",
        )

    def _in_helper(self, site: CallSite, uses: list[tuple[str, Location]]) -> Finding:
        (named, place), *others = uses
        return self.finding(
            site.location,
            f"A predictable random generator makes what becomes `{named}`. "
            "Whoever sees a few of its values can work out the others.",
            label="predictable",
            scope=site.scope.qualname,
            related=(
                Place(place, f"becomes `{named}`"),
                *(Place(where, f"becomes `{name}`") for name, where in others[:8]),
            ),
            help="use the `secrets` module: `secrets.token_urlsafe()`, `secrets.choice()`, `secrets.randbelow()`",
        )

    def _in_view(self, site: CallSite) -> Finding:
        return self.finding(
            site.location,
            "A view makes text of a predictable random number. If it tells one visitor from another, another can guess it.",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            label="predictable",
            scope=site.scope.qualname,
            help="use the `secrets` module: `secrets.token_urlsafe()`, `secrets.randbelow()`",
        )


def _is_entry(body: ir.Function | ir.Class | ir.Module, call: ir.Call) -> bool:
    """Is it one entry of a dict among others, under a name of its own?"""
    return any(
        isinstance(outer, ir.Dict) and len(outer.pairs) > 1 and isinstance(inner, ir.Pair) and inner.key is not None
        for outer, inner in itertools.pairwise(ir.path_to(body, call.span))
    )


def _one_time_code(site: CallSite) -> str:
    """The name of what is drawn, if it is a code and what is around says that it lets somebody in."""
    spoken = {word for part in site.scope.qualname.split(".") for word in words(part)}
    if spoken.isdisjoint(_LETTING_IN):
        return ""
    for name in names_given(site.scope.node, site.call.span):
        said = set(words(name))
        if "code" in said and said.isdisjoint(_OTHER_CODES):
            return name
    return ""


def _only_time(site: CallSite, project: Project) -> bool:
    """Whether a value is a digest of the time, or of it and of what is no secret either; a UUID of the time is one as it is."""
    path = ir.path_to(site.scope.node, site.call.span)
    made = next(
        (node.value for node in path if isinstance(node, ir.Assign | ir.Return) and node.value is not None), None
    )
    if made is None:
        return False
    digested = site.names[0] == _BY_CLOCK
    for part in (made, *ir.walk(made)):
        if not isinstance(part, ir.Name | ir.Attribute | ir.Call):
            continue
        names = project.resolve(part.function if isinstance(part, ir.Call) else part, site.scope)
        if any(name.startswith(_UNKNOWN_TO_ALL) for name in names):
            return False
        if isinstance(part, ir.Call):
            digested |= any(name.startswith("hashlib.") for name in names)
        elif sensitivity(part.id if isinstance(part, ir.Name) else part.name):
            return False
    return digested


def _uses(site: CallSite, project: Project) -> list[tuple[str, Location]]:
    """Where what a function draws and returns is named as a secret: the name, and the call of the function."""
    scope = site.scope
    if not isinstance(scope.node, ir.Function) or not _is_returned(scope.node, site.call):
        return []
    owner, _, own = f"{scope.module.name}.{scope.qualname}".rpartition(".")
    found: list[tuple[str, Location]] = []
    for use in project.calls(f"{owner}.{own}", f"{owner}().{own}"):
        named = purpose(use.scope.node, use.call.span)
        if named is not None and "salt" not in words(named[0]) and not use.scope.module.is_test:
            found.append((named[0], use.location))
    return found


def _is_returned(function: ir.Function, call: ir.Call) -> bool:
    """Whether a function returns what a call in it gives, or a variable that is made of it."""
    path = ir.path_to(function, call.span)
    made: list[str] = []
    for node in path:
        match node:
            case ir.Assign(targets=targets):
                made += [target.id for target in targets if isinstance(target, ir.Name)]
            case ir.Augment(target=ir.Name(id=name)):
                made.append(name)
            case ir.Call(function=ir.Attribute(value=ir.Name(id=name), name="append" | "extend" | "insert")):
                made.append(name)
            case _:
                pass
    if any(isinstance(node, ir.Return) for node in path):
        return True
    return any(
        isinstance(part, ir.Name) and part.id in made
        for node in ir.walk(function)
        if isinstance(node, ir.Return) and node.value is not None
        for part in (node.value, *ir.walk(node.value))
    )


def _makes(function: str) -> bool:
    """Whether a function gives what its name says: ``new_token``, ``otp``; ``send_otp`` and ``session_scope`` do something."""
    first, *rest = words(function) or [""]
    return not rest or first in _MAKERS or all(sensitivity(word) for word in (first, *rest))


def _number(site: CallSite) -> bool:
    """Whether the call gives a number or bytes, not one of several things."""
    return site.names[0].rpartition(".")[2] not in ("choice", "choices", "sample")


def _draws(site: CallSite, project: Project) -> bool:
    """Whether the value is drawn, not chosen among things that are there: characters are drawn, keys of a list chosen."""
    if _number(site):
        return True
    among = site.argument(0, "population", "seq")
    if among is None:
        return True
    if isinstance(project.constant(among, site.scope), Known):
        return True
    parts = (among, *ir.walk(among))
    return any(
        (
            isinstance(part, ir.Name | ir.Attribute)
            and any(name.startswith("string.") for name in project.resolve(part, site.scope))
        )
        or (isinstance(part, ir.Const) and isinstance(part.value, str) and len(part.value) > 8)
        or (isinstance(part, ir.Call) and isinstance(part.function, ir.Name) and part.function.id == "range")
        for part in parts
    )


def _names_file(site: CallSite) -> bool:
    """Whether it becomes the name of a file by what it is called: that keeps files apart, and lets nobody in."""
    return any(not _FILES.isdisjoint(words(name)) for name in names_given(site.scope.node, site.call.span))


def _is_digit(site: CallSite, project: Project) -> bool:
    """Whether it is one draw of a few numbers, as for a name that is taken: digits of a code are drawn one after the other."""
    if site.names[0] not in ("random.randint", "random.randrange"):
        return False
    ends = [project.constant(argument.value, site.scope) for argument in site.call.arguments]
    if not all(isinstance(end, Known) and isinstance(end.value, int) and 0 <= end.value < 100 for end in ends):
        return False
    drawn = [
        node
        for node in ir.path_to(site.scope.node, site.call.span)
        if isinstance(node, ir.Comprehension) or (isinstance(node, ir.Loop) and node.target is not None)
    ]
    return (
        not drawn
        and sum(one.names[0] == site.names[0] for one in project.calls(site.names[0]) if one.scope is site.scope) == 1
    )
