from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import OPENING, PAIRS, sensitivity, words
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.rules.base import ProjectRule, together
from flasklint.rules.surroundings import conditions, origins

_LEVELS = (
    *("debug", "info", "warning", "warn", "error", "critical", "exception", "fatal", "log"),
    *("notice", "success", "trace"),
)
_FOR_DEBUGGING = frozenset(("debug", "trace"))
_LOGGERS = frozenset(
    f"{owner}.{level}"
    for owner in (
        "logging",
        "logging.getLogger()",
        "logging.Logger()",
        "flask.Flask().logger",
        "structlog.get_logger()",
        "loguru.logger",
    )
    for level in _LEVELS
)

_WHOLE = {
    "form": "the whole form",
    "values": "the whole query string and form",
    "headers": "all headers of the request",
    "cookies": "all cookies",
    "authorization": "the credentials of the request",
    "environ": "the whole environment of the request, headers and all",
}
_BODY = {
    "json": "the whole JSON body",
    "get_json": "the whole JSON body",
    "data": "the whole body",
    "get_data": "the whole body",
}
_BY_NAME = frozenset((_WHOLE["form"], _WHOLE["values"], _WHOLE["cookies"], _WHOLE["environ"], _BODY["json"]))
"""Of these, going through them gives the names. Headers come in pairs."""
_REQUEST = ("flask.request", "flask.Request()")

_COPIES = frozenset(("str", "repr", "dict", "list", "tuple", "format", "dumps", "pformat", "join", "to_dict", "copy"))
_COPIES_TEXT = frozenset(("strip", "lower", "upper", "encode", "decode", "items", "values", "lists", "title"))
_NAMES_ONLY = frozenset(("list", "tuple", "set", "sorted", "join"))
"""What goes through a mapping by its keys: of a form that is the names of its fields."""
_NOT_A_LOG = frozenset(("in", "into", "off", "on", "out"))
"""Words behind ``log`` that make it an entrance: ``log_into``, ``log_in``."""
_GETTERS = frozenset(
    ("get", "create", "generate", "make", "new", "issue", "read", "fetch", "load", "encode", "build", "refresh")
)
_SPOKEN_OF = frozenset(
    (
        "masked",
        "mask",
        "redacted",
        "hidden",
        "hashed",
        "hash",
        "encrypted",
        "obfuscated",
        "sanitized",
        "safe",
        "public",
        "fake",
        "test",
        "invalid",
        "missing",
        "bad",
        "num",
        "count",
        "total",
        "n",
        "suffix",
        "hint",
        "last",
        "old",
        "include",
        "includes",
        "with",
        "without",
        "retain",
        "keep",
        "needs",
        "should",
        "cache",
        "continuation",
        "deleted",
        "removed",
        "log",
        "next",
        "page",
        "short",
        "sync",
        "truncated",
        "allowed",
        "limit",
        "max",
        "min",
    )
)
_VOID = frozenset(
    {
        "bad",
        "deleted",
        "expired",
        "invalid",
        "invalidated",
        "malformed",
        "removed",
        "revoked",
        "unknown",
        "wrong",
        "used",
    }
)
"""Words for tokens that open no door."""
_HEADS = frozenset(("code", "codes", "value", "values", "string", "str", "raw", "plain", "text", "number", "param"))
"""Last words of names that still hold the secret: ``token_value`` does, ``token_info`` and ``token_owner`` speak of one."""
_OF_BUSINESS = frozenset({"invoice", "order", "payment", "transaction"})
"""Words before ``token`` for what it is the number of, where a service gives its records such."""
_OPENERS = frozenset({"open", "exists", "isfile", "Path", "PurePath"})
"""What takes a path first."""
_KEEPERS = frozenset({"append", "dump", "put", "save", "store", "upload", "write"})
"""First words of what is given a secret to keep, and then a file: ``save_to_file(token)``."""
_TESTS = frozenset({"bool", "hasattr", "isinstance", "len"})
"""Functions that tell something about a value."""
_BARE = (["token"], ["tokens"])
"""Names that say nothing of what a token is for."""
_LOOKED_INTO = frozenset({"config", "environ", "headers", "settings"})
"""Names of what is looked into by names that speak of secrets, and is no body of a request."""
_READING = frozenset({"decode", "decoded", "parse", "claims", "introspect", "verify"})
"""Words of what takes a token and gives what it says."""
_WEAK = frozenset(
    (
        "auth",
        "captcha",
        "csrf",
        "digest",
        "hmac",
        "invite",
        "nonce",
        "pin",
        "remember",
        "rememberme",
        "salt",
        "session",
        "sid",
        "signature",
    )
)
"""Words that stand for a secret in a cookie or a comparison, but for other things (a database session) in what is logged."""


class _Logged(NamedTuple):
    """What is logged. ``how``: ``named`` as a secret; ``headers`` and the like, or a ``body``, whole."""

    how: Literal["named", "whole", "body"]
    node: ir.Node
    words: str


class SensitiveDataLogged(ProjectRule):
    """A secret is written to a log.

    ## What it does
    Finds values that are named as passwords, tokens or keys, and the whole headers, cookies or form of a request, where they are
    given to a logger or, in code that answers requests, to `print`. What counts is what is logged, not what the message says:
    "token is invalid" is fine, and so are masked, shortened or hashed values, and a `token` where nothing else speaks of letting
    somebody in: a version, a word of a text.

    ## Why is this bad
    Logs are copied, shipped and kept by people and services that must not know these secrets.

    ## Bad
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/login")
    def login():
        password = request.form["password"]
        app.logger.info("login with %s", password)
        return ""
    ```

    ## Good
    ```python
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/login")
    def login():
        name = request.form["name"]
        app.logger.info("login of %r", name)
        return ""
    ```

    ## References
    - [CWE-532](https://cwe.mitre.org/data/definitions/532.html)
    - [OWASP logging cheat sheet](https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude)
    """

    code = "FLK809"
    name = "sensitive-data-logged"
    severity = Severity.MEDIUM
    cwe = (532, 312)

    def check(self, project: Project) -> Iterator[Finding]:
        """What loggers are given; what is printed by code that answers requests."""
        views = {id(handler.scope.node) for handler in project.handlers}
        for module in project.modules.values():
            if module.is_test:
                continue
            found: list[tuple[object, Finding]] = []
            for call, scope in module.calls:
                if not isinstance(call.function, ir.Attribute | ir.Name) or not call.arguments:
                    continue
                if _is_log(call, scope, project) or _is_print(call, scope, project, views):
                    for number, argument in enumerate(call.arguments):
                        if argument.name in ("exc_info", "stack_info", "file", "end", "sep", "flush"):
                            continue
                        if not _gets_logged(call, number, scope, project):
                            continue
                        if (logged := _secret(argument.value, scope, project)) and not _is_void(logged, call, scope):
                            debugging = ir.last_name(call.function) in _FOR_DEBUGGING
                            finding = self._finding(logged, scope, project)
                            if debugging and logged.how == "whole":
                                finding = replace(finding, severity=Severity.LOW)
                            elif debugging and logged.how == "named" and sensitivity(logged.words) == "token":
                                # What is called a token there is most often what one says, and few servers keep it.
                                finding = replace(finding, confidence=Confidence.LOW)
                            found.append(("debugging" if debugging else id(scope.node), finding))
                            break
            yield from _by_place(found)

    def _finding(self, found: _Logged, scope: Scope, project: Project) -> Finding:
        severity, confidence = None, Confidence.MEDIUM
        if found.how == "body":
            spoken = _handles_secrets(scope)
            severity, confidence = Severity.LOW, Confidence.MEDIUM if spoken else Confidence.LOW
        elif found.how == "named":
            confidence = Confidence.HIGH if sensitivity(found.words) == "password" else Confidence.MEDIUM
            if not _OF_BUSINESS.isdisjoint(words(found.words)) and sensitivity(found.words) == "token":
                confidence = Confidence.LOW
            said = f"`{found.words}` is written to a log."
        if found.how != "named":
            said = f"{found.words[:1].upper()}{found.words[1:]} is written to a log, with any secrets in it."
            said = said.replace("headers of the request is", "headers of the request are")
            said = said.replace("cookies is", "cookies are").replace("credentials of the request is", "credentials are")
        return self.finding(
            project.location(scope, found.node),
            said,
            severity=severity,
            confidence=confidence,
            label="logged",
            scope=scope.qualname,
            help="leave it out, or log something that only identifies it (an id, the last characters of a hash)",
        )


def _by_place(found: list[tuple[object, Finding]]) -> Iterator[Finding]:
    """What is logged in one breath is one finding: whole parts of a request, one after the other; and so is what a file does
    for whoever looks for its faults."""
    whole: dict[object, list[Finding]] = {}
    for place, finding in found:
        if finding.message.startswith("`"):
            yield finding
        else:
            whole.setdefault(place, []).append(finding)
    for group in whole.values():
        yield from together(group)


def _is_void(logged: _Logged, call: ir.Call, scope: Scope) -> bool:
    """Whether what is logged is no secret (any more): a token that the message says to be invalid, or that a handler for bad
    ones is about; a value that a test around names."""
    if logged.how == "named" and sensitivity(logged.words) == "token":
        said = [part.value for part in ir.walk(call) if isinstance(part, ir.Const) and isinstance(part.value, str)]
        for outer in ir.path_to(scope.node, call.span):
            if isinstance(outer, ir.Handler) and outer.kind is not None:
                said += [part.name for part in (outer.kind, *ir.walk(outer.kind)) if isinstance(part, ir.Attribute)]
                said += [part.id for part in (outer.kind, *ir.walk(outer.kind)) if isinstance(part, ir.Name)]
        if any(not _VOID.isdisjoint(words(text)) for text in said):
            return True
        if words(logged.words)[-2:] in _BARE and not _opens_something(scope):
            return True
    return _pinned(logged, call, scope)


def _opens_something(scope: Scope) -> bool:
    """Whether anything in a function speaks of letting people in: what a token is for that is called nothing else."""
    around: Scope | None = scope
    spoken: set[str] = set()
    while around is not None and not around.is_class and not isinstance(around.node, ir.Module):
        spoken.update(words(around.own_name))
        spoken.update(word for node in ir.walk(around.node) for word in _said(node))
        around = around.parent
    if around is scope:
        return True
    spoken.update(words(around.own_name) if around is not None and around.is_class else ())
    return not OPENING.isdisjoint(spoken)


def _said(node: ir.Node) -> Iterator[str]:
    match node:
        case ir.Name(id=text) | ir.Attribute(name=text) | ir.Const(value=str(text)) | ir.Argument(name=text) if text:
            yield from words(text)
        case _:
            pass


def _pinned(logged: _Logged, call: ir.Call, scope: Scope) -> bool:
    """Whether a test around says which well-known value it is: ``if key == "public": log(key)``."""
    return isinstance(logged.node, ir.Name) and any(
        isinstance(test, ir.Compare)
        and test.signs == ("==",)
        and any(isinstance(side, ir.Name) and side.id == logged.node.id for side in test.operands)
        and any(isinstance(side, ir.Const) for side in test.operands)
        for test in conditions(scope, call)
    )


def _is_log(call: ir.Call, scope: Scope, project: Project) -> bool:
    function = call.function
    if isinstance(function, ir.Name):
        return any(_is_own_log(name, project) for name in project.resolve(function, scope))
    if not isinstance(function, ir.Attribute) or function.name not in _LEVELS:
        return False
    names = project.resolve(function, scope)
    if any(name in _LOGGERS or _is_own_logger(name, project) for name in names):
        return True
    # A logger that was passed in: there is little else that has these methods under this name.
    owner = function.value
    named = ir.last_name(owner)
    unknown = not any(project.definition(name) is not None for name in names)
    return unknown and function.name != "log" and bool({"log", "logger", "logging"} & set(words(named)))


def _is_own_log(name: str, project: Project) -> bool:
    """A function of the project that is named for logging, ``log``, ``log_event``, and prints or logs."""
    first, second, *_ = (*words(name.rpartition(".")[2]), "", "")
    if first != "log" or second in _NOT_A_LOG:
        return False
    found = project.definition(name)
    return found is not None and found.is_function and any(_logging_within(found))


def _logging_within(scope: Scope) -> Iterator[ir.Call]:
    """The calls of a function that log or print, whatever they are made on."""
    for part in ir.walk(scope.node):
        match part:
            case ir.Call(function=ir.Attribute(name=name)) if name in _LEVELS:
                yield part
            case ir.Call(function=ir.Name(id="print")):
                yield part
            case _:
                pass


def _gets_logged(call: ir.Call, number: int, scope: Scope, project: Project) -> bool:
    """Whether a function that is named for logging logs this argument too: one that keeps a record of what was done may need a
    key for that, and log nothing of it."""
    if not isinstance(call.function, ir.Name):
        return True
    for name in project.resolve(call.function, scope):
        found = project.definition(name)
        if found is None or not isinstance(found.node, ir.Function):
            continue
        given = call.arguments[number]
        taken = [one for one in found.node.parameters if one.name == given.name] if given.name else []
        if not given.name and not any(one.name == "*" for one in call.arguments[:number]):
            taken = list(found.node.parameters[number : number + 1])
        if len(taken) != 1 or taken[0].kind not in ("positional", "normal", "keyword"):
            return True
        logged = (
            part
            for inner in _logging_within(found)
            for argument in inner.arguments
            for part in origins(argument.value, found)
        )
        if not any(isinstance(part, ir.Name) and part.id == taken[0].name for part in logged):
            return False
    return True


def _is_own_logger(name: str, project: Project) -> bool:
    """A method of a class of the project that is a logger by its name: it writes to a file or a table."""
    found = project.definition(name)
    if found is None or found.parent is None or not isinstance(found.parent.node, ir.Class):
        return False
    return not {"logger", "log", "logs", "audit"}.isdisjoint(words(found.parent.node.name))


def _is_print(call: ir.Call, scope: Scope, project: Project, views: set[int]) -> bool:
    if not (isinstance(call.function, ir.Name) and call.function.id in ("print", "pprint")):
        return False
    around: Scope | None = scope
    while around is not None:
        if id(around.node) in views:
            return any(name in ("builtins.print", "pprint.pprint") for name in project.resolve(call.function, scope))
        around = around.parent
    return False


def _secret(node: ir.Expr, scope: Scope, project: Project) -> _Logged | None:
    """The secret that a value's text holds."""
    match node:
        case ir.Name(id=name):
            if _is_secret(name):
                stands_for = _is_read(node, scope) or _is_key(name, scope) or _is_path(name, scope)
                return None if stands_for or _is_record(name, scope) else _Logged("named", node, name)
            return _held(node, scope, project)
        case ir.Attribute(name="data", value=ir.Attribute(name=name)) if _is_secret(name):
            return _Logged("named", node, name)
        case ir.Attribute(name=name):
            return _whole(node, name, scope, project) or (
                _Logged("named", node, name) if _is_secret(name) and not _is_module(node, scope, project) else None
            )
        case ir.Subscript(key=ir.Const(value=str(key))):
            return _Logged("named", node, key) if _is_secret(key) else None
        case ir.Subscript(value=value, key=key) if not isinstance(key, ir.Op):
            return None if isinstance(value, ir.Name) and _is_secret(value.id) else _secret(value, scope, project)
        case ir.Call():
            return _called(node, scope, project)
        case ir.Formatted(value=value):
            return _secret(value, scope, project)
        case ir.Join(parts=parts):
            return _first(parts, scope, project)
        case ir.Op(sign="%" | "+" | "or" | "and", operands=operands):
            return _first(operands, scope, project)
        case ir.Op(sign="if", operands=(_, then, otherwise)):
            return _first((then, otherwise), scope, project)
        case ir.Display(items=items):
            return _first(tuple(item.value for item in items), scope, project)
        case ir.Dict(pairs=pairs):
            return _first(tuple(pair.value for pair in pairs), scope, project)
        case _:
            return None


def _first(nodes: tuple[ir.Expr, ...], scope: Scope, project: Project) -> _Logged | None:
    return next((found for node in nodes if (found := _secret(node, scope, project))), None)


def _called(node: ir.Call, scope: Scope, project: Project) -> _Logged | None:
    function = node.function
    tail = ir.last_name(function)
    arguments = tuple(argument.value for argument in node.arguments)
    if isinstance(function, ir.Attribute):
        if tail in ("get", "pop", "getlist") and arguments:
            key = arguments[0]
            text = key.value if isinstance(key, ir.Const) else None
            return _Logged("named", node, text) if isinstance(text, str) and _is_secret(text) else None
        if tail in _BODY and (whole := _whole(function, tail, scope, project)):
            return whole._replace(node=node)
        if tail == "format":
            return _first(arguments, scope, project)
        if tail in _COPIES_TEXT | {"to_dict", "copy"}:
            return _secret(function.value, scope, project)
    if tail in _COPIES | _NAMES_ONLY:
        found = _first(arguments, scope, project)
        names_only = tail in _NAMES_ONLY and found is not None and found.words in _BY_NAME
        return None if names_only else found
    said = words(tail)
    if said and said[0] in _GETTERS and _is_secret(tail):
        return _Logged("named", node, tail)
    return None


def _whole(node: ir.Attribute, name: str, scope: Scope, project: Project) -> _Logged | None:
    if name not in _WHOLE and name not in _BODY:
        return None
    owners = project.resolve(node.value, scope)
    if not any(owner in _REQUEST for owner in owners):
        return None
    return _Logged("whole", node, _WHOLE[name]) if name in _WHOLE else _Logged("body", node, _BODY[name])


def _is_read(node: ir.Name, scope: Scope) -> bool:
    """Whether a variable holds what a token says, not the token, or whether something is so: ``id_token = decode(encoded)``."""
    made = [binding.value for binding in scope.at(node.id, node.start)]
    return bool(made) and all(map(_tells_of, made))


def _tells_of(value: ir.Expr | None) -> bool:
    match value:
        case ir.Compare() | ir.Op(sign="not"):
            return True
        case ir.Call(function=function):
            last = ir.last_name(function)
            return last in _TESTS or not _READING.isdisjoint(words(last))
        case _:
            return False


def _is_record(name: str, scope: Scope) -> bool:
    """Whether what is called a token is one that was read already: its function looks up in it who it speaks of, and no
    secret."""
    if sensitivity(name) != "token":
        return False
    looked_up = set()
    for node in ir.walk(scope.node):
        match node:
            case ir.Subscript(value=ir.Name(id=owner), key=ir.Const(value=str(key))) if owner == name:
                looked_up.add(key)
            case ir.Call(
                function=ir.Attribute(value=ir.Name(id=owner), name="get"),
                arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
            ) if owner == name:
                looked_up.add(key)
            case _:
                pass
    return bool(looked_up) and not any(map(sensitivity, looked_up))


def _is_path(name: str, scope: Scope) -> bool:
    """Whether a variable says where a secret is kept: something opens a file by it."""
    for node in ir.walk(scope.node):
        match node:
            case ir.Call(function=function, arguments=(ir.Argument(value=ir.Name(id=given)), *_)) if given == name:
                last = ir.last_name(function)
                said = words(last)
                if last in _OPENERS or (said and said[-1] in ("file", "filename") and said[0] not in _KEEPERS):
                    return True
            case _:
                pass
    return False


def _is_key(name: str, scope: Scope) -> bool:
    """Whether a variable holds the name of a setting, not the secret: ``app.config.get(secret)``."""
    return any(isinstance(key, ir.Name) and key.id == name for key in _keys_of_settings(scope.node))


def _keys_of_settings(body: ir.Module | ir.Class | ir.Function) -> Iterator[ir.Expr]:
    """By what settings, variables of the environment, and headers are looked up."""
    for node in ir.walk(body):
        match node:
            case ir.Subscript(value=owner, key=key) if ir.last_name(owner) in _LOOKED_INTO:
                yield key
            case ir.Call(function=ir.Attribute(value=owner, name="get"), arguments=(first, *_)) if (
                ir.last_name(owner) in _LOOKED_INTO
            ):
                yield first.value
            case ir.Call(function=function, arguments=(first, *_)) if ir.last_name(function) == "getenv":
                yield first.value
            case _:
                pass


def _held(node: ir.Name, scope: Scope, project: Project) -> _Logged | None:
    """What a variable was given, if that is a whole part of the request: ``data = request.get_json()``."""
    bindings = scope.at(node.id, node.start)
    if len(bindings) != 1 or bindings[0].kind != "assign" or bindings[0].path or bindings[0].value is None:
        return None
    match bindings[0].value:
        case ir.Call(function=ir.Attribute(name="get_json" | "get_data" as name) as function):
            whole = _whole(function, name, scope, project)
        case ir.Call(
            function=ir.Name(id="dict") | ir.Attribute(name="loads"),
            arguments=(ir.Argument(value=ir.Attribute() as inner),),
        ):
            whole = _whole(inner, inner.name, scope, project)
        case ir.Call(function=ir.Attribute(name="to_dict", value=ir.Attribute() as inner)):
            whole = _whole(inner, inner.name, scope, project)
        case ir.Attribute(name=name) as inner:
            whole = _whole(inner, name, scope, project)
        case ir.Subscript(value=owner, key=ir.Const(value=str(key))) if _is_secret(key):
            # Under another name it is the same secret: ``card = request.json["card_number"]``.
            whole = _Logged("named", node, key) if _is_of_request(owner, scope, project) else None
        case ir.Call(
            function=ir.Attribute(name="get", value=owner), arguments=(ir.Argument(value=ir.Const(value=str(key))), *_)
        ) if _is_secret(key):
            whole = _Logged("named", node, key) if _is_of_request(owner, scope, project) else None
        case _:
            whole = None
    return whole._replace(node=node) if whole else None


def _is_of_request(owner: ir.Expr, scope: Scope, project: Project) -> bool:
    return isinstance(owner, ir.Attribute) and _whole(owner, owner.name, scope, project) is not None


def _is_secret(name: str) -> bool:
    """A value of this name is a secret, in a log."""
    said = words(name)
    if set(said) & _SPOKEN_OF or sensitivity(name) is None:
        return False
    strong = [word for word in said if word.removesuffix("s") not in _WEAK and not word.isdigit()]
    if not strong or sensitivity("_".join(strong)) is None:
        return False
    return strong[-1] in _HEADS or sensitivity(strong[-1]) is not None or tuple(strong[-2:]) in PAIRS


def _is_module(node: ir.Attribute, scope: Scope, project: Project) -> bool:
    """A constant or a function of the project or of a library, not an attribute of some value."""
    return any(project.definition(name) is not None for name in project.resolve(node, scope))


def _handles_secrets(scope: Scope) -> bool:
    """The code around deals with passwords or tokens by name."""
    node = scope.node
    if isinstance(node, ir.Module):
        return False
    if {"login", "signup", "register", "password", "token", "auth"} & set(words(node.name)):
        return True
    # A secret that comes in a header, or is a setting, is not in the body.
    elsewhere = {key.span for key in _keys_of_settings(node)}
    return any(
        isinstance(one, ir.Const)
        and isinstance(one.value, str)
        and len(one.value) < 40
        and _is_secret(one.value)
        and one.span not in elsewhere
        for one in ir.walk(node)
    )
