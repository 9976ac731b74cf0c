from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.findings import Finding, Severity
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule
from flasklint.project.values import Known
from flasklint.rules.base import FlowRule
from flasklint.source import Span
from flasklint.taint.flows import Flow

DECIDES = frozenset(
    (
        "account",
        "admin",
        "auth",
        "authenticated",
        "group",
        "groups",
        "identity",
        "is",
        "level",
        "logged",
        "login",
        "member",
        "permission",
        "permissions",
        "privilege",
        "role",
        "roles",
        "scope",
        "scopes",
        "tenant",
        "uid",
        "user",
        "userid",
        "username",
    )
)
"""Words in the names of session entries by which an app decides who someone is or what they may do."""

LEADS = frozenset(
    (
        "attempt",
        "attempts",
        "back",
        "error",
        "errors",
        "hint",
        "history",
        "message",
        "next",
        "redirect",
        "referer",
        "referrer",
        "return",
        "target",
        "uri",
        "url",
    )
)
"""Words in the names of entries that say where somebody goes after a login, or what has been: they make no one anyone else."""

_PARSES = frozenset({"get_json", "loads", "get", "to_dict", "parse_args", "load", "parse"})
"""Methods that give what the visitor sent, in another form."""


class TrustBoundary(FlowRule):
    """Untrusted data is kept in the session as who someone is or what they may do.

    ## What it does
    Follows untrusted data into session entries whose names say that they tell the user or their rights, and into the names of
    session entries. Other values (a language, a search) are left alone, and so are a name of an entry that holds fixed text
    and a user's name that was looked up before, as a login does.

    ## Why is this bad
    Code that reads the session trusts it: the app itself has written it. A visitor who chooses `user_id` is whoever they like.

    ## Bad
    ```python
    from flask import Flask, request, session

    app = Flask(__name__)


    @app.post("/switch")
    def switch():
        session["user_id"] = request.form["user_id"]
        return "", 204
    ```

    ## Good
    ```python
    from flask import Flask, request, session

    app = Flask(__name__)
    LANGUAGES = ("en", "de")


    @app.post("/language")
    def language():
        chosen = request.form["language"]
        session["language"] = chosen if chosen in LANGUAGES else "en"
        return "", 204
    ```

    ## References
    - [CWE-501](https://cwe.mitre.org/data/definitions/501.html)
    """

    code = "FLK209"
    name = "trust-boundary"
    severity = Severity.MEDIUM
    cwe = (501,)
    kinds = ("session-write",)
    title = "Untrusted data is kept in the session, which is trusted."
    advice = "write what the app itself has found out: the user that the password was checked for"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted names of entries, and values of entries that decide something."""
        if not flow.untrusted:
            return
        module = project.modules.get(flow.location.path)
        path = ir.path_to(module.facts, flow.call.span) if module else ()
        keys = [_folded(key, module, project) for node in path for key in _keys(node)]
        # What is written in the program around it keeps a name apart from the app's other entries.
        chosen = not flow.built and any(
            not isinstance(key, ir.Const) and (key.start, key.end) == flow.location.span for key in keys
        )
        named = {word for key in keys if isinstance(key, ir.Const) for word in words(str(key.value))}
        decides = bool(named & DECIDES) and not named & LEADS
        if chosen or (decides and not _looked_up(path, flow.call.span)):
            yield self.untrusted(flow)


def _folded(key: ir.Expr, module: LinkedModule | None, project: Project) -> ir.Expr:
    """A name that stands for a constant text, as that text."""
    value = project.constant(key, module.scope) if module is not None else None
    if isinstance(value, Known) and isinstance(value.value, str):
        return ir.Const(value.value, start=key.start, end=key.end)
    return key


def _looked_up(path: tuple[ir.Node, ...], write: Span) -> bool:
    """Whether the value was given to a call before: a login looks the name up and checks the password, then keeps it."""
    function = next((node for node in reversed(path) if isinstance(node, ir.Function)), None)
    kept = next((node.value for node in reversed(path) if isinstance(node, ir.Assign)), None)
    if function is None or kept is None:
        return False
    if isinstance(kept, ir.Attribute) and isinstance(kept.value, ir.Name) and _is_found(kept.value.id, function):
        return True
    if isinstance(kept, ir.Attribute) and kept.name == "id" and isinstance(kept.value, ir.Attribute):
        # ``form.user.id``: what has an ``id`` there is a record, which the app has found or made.
        return True
    text = _spelled(kept)
    return any(
        isinstance(node, ir.Call)
        and node.end <= write.start
        and text is not None
        and any(
            _spelled(part) == text for argument in node.arguments for part in (argument.value, *ir.walk(argument.value))
        )
        for node in ir.walk(function)
    )


def _is_found(name: str, function: ir.Function) -> bool:
    """Whether a variable holds what a call has found: its ``id`` is the app's own, however it was looked for."""
    made = [
        node.value
        for node in ir.walk(function)
        if isinstance(node, ir.Assign) and any(isinstance(one, ir.Name) and one.id == name for one in node.targets)
    ]
    return bool(made) and all(
        isinstance(value, ir.Call) and isinstance(value.function, ir.Attribute) and value.function.name not in _PARSES
        for value in made
    )


def _spelled(node: object) -> tuple[object, ...] | None:
    """A name or a chain of attributes and keys as it is spelled, wherever it stands; None for anything else."""
    match node:
        case ir.Name(id=name):
            return (name,)
        case ir.Attribute(value=value, name=name) if (owner := _spelled(value)) is not None:
            return (*owner, name)
        case ir.Subscript(value=value, key=ir.Const(value=key)) if (owner := _spelled(value)) is not None:
            return (*owner, key)
        case _:
            return None


def _keys(node: ir.Node) -> Iterator[ir.Expr]:
    """The names of the session entries that a statement or call writes, as written."""
    match node:
        case ir.Subscript(key=key):
            yield key
        case ir.Call(function=ir.Attribute(name="setdefault"), arguments=(first, *_)):
            yield first.value
        case ir.Call(function=ir.Attribute(name="update"), arguments=arguments):
            for argument in arguments:
                if argument.name and not argument.name.startswith("*"):
                    yield ir.Const(argument.name, start=argument.start, end=argument.start)
        case _:
            pass
