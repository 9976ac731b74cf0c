from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.project.project import Project
from flasklint.rules.base import FlowRule
from flasklint.taint.flows import Flow

_STRUCTURED = (".json", ".get_json()", ".get_json")
_TEXTS = frozenset(("str", "int", "float", "bool", "ObjectId", "UUID"))


class NosqlInjection(FlowRule):
    """Untrusted data shapes a NoSQL query.

    ## What it does
    Follows untrusted data into the filters of MongoDB queries where it may be more than text: the decoded JSON body or a part of
    it, or text run as JavaScript by `$where`. Fields of forms and query strings are always text, which can only be compared with.

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
    kinds = ("nosql",)
    title = "Untrusted data shapes a NoSQL query."
    advice = "take text with `str(...)`, and name the fields yourself"

    def check_flow(self, flow: Flow, project: Project) -> Iterator[Finding]:
        """Untrusted data that may be more than text, or is run."""
        module = project.modules.get(flow.location.path)
        if not flow.untrusted or module is None:
            return
        path = ir.path_to(module.facts, flow.location.span)
        query = path[-1] if path else None
        if isinstance(query, ir.Argument):
            query = query.value
        if flow.sink.words.endswith("JavaScript") or (isinstance(query, ir.Dict) and _runs(query)):
            yield self.untrusted(flow)
            return
        structured = tuple(
            one for one in flow.paths if one.source.name.endswith(_STRUCTURED) or one.goes_through("loads")
        )
        if not structured or (isinstance(query, ir.Dict) and _only_text(query, path)):
            return
        finding = self.untrusted(flow._replace(paths=structured))
        yield replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM))


def _runs(query: ir.Dict) -> bool:
    return any(isinstance(pair.key, ir.Const) and pair.key.value == "$where" for pair in query.pairs)


def _only_text(query: ir.Dict, path: tuple[ir.Node, ...]) -> bool:
    """Every value of the filter is made text, or a number, on the spot or where its variable is assigned."""
    function = next((node for node in reversed(path) if isinstance(node, ir.Function)), None)
    made: dict[str, bool] = {}
    for node in ir.walk(function) if function is not None else ():
        if isinstance(node, ir.Assign) and node.value is not None and node.start < query.start:
            for target in node.targets:
                if isinstance(target, ir.Name):
                    made[target.id] = _is_text(node.value)
    asked = list(_asked(function, query.start)) if function is not None else []
    return all(
        _is_text(pair.value)
        or (isinstance(pair.value, ir.Name) and made.get(pair.value.id, False))
        or _same_as(pair.value) in asked
        for pair in query.pairs
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


def _is_text(node: ir.Expr) -> bool:
    match node:
        case ir.Call(function=ir.Name(id=name) | ir.Attribute(name=name)):
            return name in _TEXTS or name in ("lower", "upper", "strip")
        case ir.Const() | ir.Join():
            return True
        case ir.Dict(pairs=pairs):
            # What stands behind `$eq` is compared as it is, whatever it looks like.
            return all(
                _is_text(pair.value) or (isinstance(pair.key, ir.Const) and pair.key.value == "$eq") for pair in pairs
            )
        case _:
            return False
