from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.calls import CallSite
from flasklint.project.project import Project
from flasklint.project.purpose import becomes_text, purpose, serves_requests
from flasklint.project.values import Known
from flasklint.rules.base import CallRule, Context, together

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


class InsecureRandomness(CallRule):
    """A secret is drawn from a predictable random generator.

    ## What it does
    Finds calls of the `random` module whose value is used as a token, password, key or one-time code, by the names that it is
    given, and random numbers that a view turns into text, as one does to tell one visitor from another. Random numbers for
    other ends, and a choice among things that are there already, are left alone.

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
    )

    def findings(self, context: Context) -> Iterator[Finding]:
        """One finding for each thing that a function makes, of however many draws."""
        made: dict[tuple[object, ...], list[Finding]] = {}
        for finding in super().findings(context):
            # What has no name of its own is told apart by its place.
            named = finding.message if finding.confidence is Confidence.HIGH else finding.location
            made.setdefault((finding.location.path, finding.scope, named), []).append(finding)
        for group in made.values():
            yield together(group)

    def check_call(self, site: CallSite, project: Project) -> Iterator[Finding]:
        """A call whose value, or whose function, is named as a secret."""
        node = site.scope.node
        named = purpose(node, site.call.span)
        confidence = Confidence.HIGH
        if named is None and isinstance(node, ir.Function) and (kind := sensitivity(node.name)) and _makes(node.name):
            named, confidence = (node.name, kind), Confidence.MEDIUM
        if named is None:
            if _number(site) and serves_requests(site.scope) and becomes_text(site.scope, site.call.span, project):
                yield self._in_view(site)
            return
        if not _draws(site, project):
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
