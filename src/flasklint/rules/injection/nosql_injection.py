from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.project.scopes import LinkedModule
from flasklint.rules.base import Context, FlowRule, together
from flasklint.taint.flows import Flow

_STRUCTURED = (".json", ".get_json()", ".get_json")
_ASKING = frozenset(("current_user", "g", "session"))
"""Names that go for who is asking."""
_DOCUMENTS = frozenset(
    (
        *(
            "aiomongoengine",
            "beanie",
            "bunnet",
            "flask_mongoengine",
            "flask_mongoengine_3",
            "flask_mongokit",
            "flask_pymongo",
        ),
        *(
            "ming",
            "minimongo",
            "mongoengine",
            "mongoframes",
            "mongokat",
            "mongokit",
            "mongomodel",
            "mongothon",
            "motor",
        ),
        *("odmantic", "pymodm", "pymongo", "umongo"),
    )
)
"""Packages whose classes' own methods ask MongoDB."""
_CONFINED = "Untrusted data shapes a NoSQL query, within what the rest of the filter allows."


class NosqlInjection(FlowRule):
    """Untrusted data shapes a NoSQL query.

    ## What it does
    Follows untrusted data into the filters of MongoDB queries where it may be more than text: the decoded JSON body or a part of
    it, or text run as JavaScript by `$where`. Fields of forms and query strings are always text, which can only be compared with,
    and so is what went through `str`, `ObjectId`, a regular expression or a model's typed field, and what stands behind `$in` or
    `$eq`. A filter that also says whose the documents must be (`**own()`, `current_user.id`) is a finding of medium severity, one
    a file.

    ## Why is this bad
    `{"password": {"$ne": ""}}` in a JSON body matches every user.

    ## Bad
    ```python
    from flask import Flask, request
    from pymongo import MongoClient

    app = Flask(__name__)
    users = MongoClient().shop.users


    @app.post("/login")
    def login():
        sent = request.get_json()
        user = users.find_one({"name": sent["name"], "password": sent["password"]})
        return {"found": user is not None}
    ```

    ## Good
    ```python
    from flask import Flask, request
    from pymongo import MongoClient

    app = Flask(__name__)
    users = MongoClient().shop.users


    @app.post("/find")
    def find():
        user = users.find_one({"name": str(request.get_json()["name"])})
        return {"found": user is not None}
    ```

    ## References
    - [CWE-943](https://cwe.mitre.org/data/definitions/943.html)
    """

    code = "FLK508"
    name = "nosql-injection"
    severity = Severity.HIGH
    cwe = (943,)
    kinds = ("nosql", "nosql-script")
    title = "Untrusted data shapes a NoSQL query."
    advice = "take text with `str(...)`, and name the fields yourself"

    def findings(self, context: Context) -> Iterator[Finding]:
        """Filters that also say whose it must be are one habit of a file."""
        confined: dict[str, list[Finding]] = {}
        for finding in super().findings(context):
            if finding.message.startswith(_CONFINED):
                confined.setdefault(finding.location.path, []).append(finding)
            else:
                yield finding
        for group in confined.values():
            yield from together(group, "queries do so")

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data that may be more than text, or is run."""
        module = project.modules.get(flow.location.path)
        if not flow.untrusted or module is None:
            return
        path = ir.path_to(module.facts, flow.location.span)
        query = path[-1] if path else None
        if isinstance(query, ir.Argument):
            query = query.value
        if flow.sink.kind == "nosql-script":
            yield self.untrusted(flow)
            return
        if _asks_no_collection(path, module, project):
            return
        if (isinstance(query, ir.Dict) and _runs(query)) or (isinstance(query, ir.Name) and _is_key(query, path)):
            return
        structured = tuple(
            one for one in flow.paths if one.source.name.endswith(_STRUCTURED) or one.goes_through("loads")
        )
        if not structured or (isinstance(query, ir.Dict) and _is_asked(query, path)):
            return
        confined = isinstance(query, ir.Dict) and _is_ones_own(query)
        finding = self.untrusted(
            flow._replace(paths=structured),
            severity=Severity.MEDIUM if confined else None,
            title=_CONFINED if confined else "",
        )
        yield replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM))


def _asks_no_collection(path: tuple[ir.Node, ...], module: LinkedModule, project: Project) -> bool:
    """Whether it is a method of a class of the project that no document of MongoDB is: ``Author.find(key)`` of a SQL model."""
    call = next((node for node in reversed(path[:-1]) if isinstance(node, ir.Call)), None)
    if call is None or not isinstance(call.function, ir.Attribute):
        return False
    function = next(
        (node for node in reversed(path) if isinstance(node, ir.Function) and node.name != "<lambda>"), None
    )
    scope = (project.scope_of(function, module) if function is not None else None) or module.scope
    # Of a class, the names of all that it comes from follow its own.
    names = [name.removesuffix("()") for name in project.resolve(call.function.value, scope)]
    owner = project.definition(names[0]) if names else None
    return owner is not None and owner.is_class and _DOCUMENTS.isdisjoint(one.partition(".")[0] for one in names)


def _runs(query: ir.Dict) -> bool:
    return any(isinstance(pair.key, ir.Const) and pair.key.value == "$where" for pair in query.pairs)


def _is_key(query: ir.Name, path: tuple[ir.Node, ...]) -> bool:
    """Whether a loop that a query stands in gives its name the keys of a mapping: those of JSON are text."""
    return any(
        isinstance(node, ir.Loop)
        and isinstance(node.target, ir.Display)
        and len(node.target.items) == 2
        and isinstance(first := node.target.items[0].value, ir.Name)
        and first.id == query.id
        and isinstance(node.subject, ir.Call)
        and isinstance(node.subject.function, ir.Attribute)
        and node.subject.function.name == "items"
        for node in path
    )


def _is_asked(query: ir.Dict, path: tuple[ir.Node, ...]) -> bool:
    """Whether ``isinstance(..., str)`` is asked before of each value of a filter that is not written there."""
    function = next((node for node in reversed(path) if isinstance(node, ir.Function)), None)
    asked = list(_asked(function, query.start)) if function is not None else []
    return bool(asked) and all(
        isinstance(pair.value, ir.Const) or _same_as(pair.value) in asked for pair in query.pairs
    )


def _asked(function: ir.Function, before: int) -> Iterator[tuple[str, str]]:
    """What ``isinstance(..., str)`` is asked of before a place."""
    for node in ir.walk(function):
        match node:
            case ir.Call(
                function=ir.Name(id="isinstance"),
                arguments=(ir.Argument(value=value), ir.Argument(value=ir.Name(id="str" | "int" | "float"))),
                start=start,
            ) if start < before and (found := _same_as(value)) is not None:
                yield found


def _same_as(value: ir.Expr) -> tuple[str, str] | None:
    """A variable, or an item of one, however it is taken out."""
    match value:
        case ir.Name(id=name):
            return name, ""
        case ir.Subscript(value=ir.Name(id=name), key=ir.Const(value=str(key))):
            return name, key
        case ir.Call(
            function=ir.Attribute(name="get", value=ir.Name(id=name)),
            arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
        ):
            return name, key
        case _:
            return None


def _is_ones_own(query: ir.Dict) -> bool:
    """Whether a filter also says whose it must be: by what a function of the project gives, or by who is asking.

    A mapping that is put into it as a whole may bring ``$where`` and ``$or`` along.
    """
    spread = [pair.value for pair in query.pairs if pair.key is None]
    if not all(isinstance(one, ir.Call) for one in spread):
        return False
    return bool(spread) or any(
        isinstance(one, ir.Name) and one.id in _ASKING for pair in query.pairs for one in ir.walk(pair.value)
    )
