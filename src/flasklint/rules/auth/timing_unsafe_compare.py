from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Severity
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.passwords import clear_passwords
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.project.values import Known
from flasklint.rules.base import ProjectRule, together

_REQUEST = ("flask.request.", "flask.Request().")
_DIGESTS = frozenset(
    ("hmac.new", "hmac.HMAC", "hmac.digest", "hmac.new()", "hmac.new().hexdigest", "hmac.new().digest")
)
_TEXTS = frozenset(
    {"strip", "encode", "decode", "lower", "upper", "hexdigest", "digest", "b64encode", "str", "bytes"}
    | {"fromhex", "unhexlify", "a2b_hex", "b64decode", "urlsafe_b64decode"}
)
_ENVIRONMENT = frozenset(("os.getenv", "os.environ.get", "os.environ"))
_NOT_SECRET = frozenset(
    ("csrf", "captcha", "nonce", "session", "sid", "remember", "salt", "invite", "otp", "totp", "pin", "digest")
)
"""Words of what is not guessed character by character, or is no secret."""
_OPEN = frozenset({"cache", "foreign", "primary", "public", "publishable", "session", "site", "sort"})
"""Words of keys that are for everybody to see, or none at all."""
_KNOWN_TO_ALL = frozenset(("email", "login", "user", "username"))
"""Last words of names by which people are known."""

_Side = Literal["digest", "secret", "request"]


class _Operand(NamedTuple):
    side: _Side
    name: str


class TimingUnsafeCompare(ProjectRule):
    """A secret is compared with what a visitor sends, character by character.

    ## What it does
    Finds `==` and `!=` between an HMAC, or a token or key of the app's own (from its configuration, the environment or a stored
    object), and a value of the request.

    ## Why is this bad
    `==` stops at the first character that differs. Who measures the answers' times can find a secret one character after the
    other.

    ## Bad
    ```python
    from flask import Flask, abort, request

    app = Flask(__name__)


    @app.post("/hook")
    def hook():
        if request.headers.get("X-Token") != app.config["HOOK_TOKEN"]:
            abort(403)
        return ""
    ```

    ## Good
    ```python
    import hmac

    from flask import Flask, abort, request

    app = Flask(__name__)


    @app.post("/hook")
    def hook():
        if not hmac.compare_digest(request.headers.get("X-Token", ""), app.config["HOOK_TOKEN"]):
            abort(403)
        return ""
    ```

    ## References
    - [CWE-208](https://cwe.mitre.org/data/definitions/208.html)
    - [hmac.compare_digest](https://docs.python.org/3/library/hmac.html#hmac.compare_digest)
    """

    code = "FLK806"
    name = "timing-unsafe-compare"
    severity = Severity.LOW
    cwe = (208,)

    def check(self, project: Project) -> Iterator[Finding]:
        """Comparisons that decide something."""
        views = {id(handler.scope.node) for handler in project.handlers}
        # What is kept as it is typed is worse than that, and told of as such.
        kept = {id(clear.node) for clear in clear_passwords(project)}
        once: dict[tuple[int, _Operand], list[Finding]] = {}
        for module in project.modules.values():
            for node, scope in () if module.is_test else module.comparisons:
                if not scope.is_function or not _may_tell(node) or id(node) in kept:
                    continue
                sides = [_operand(one, scope, project, id(scope.node) in views) for one in node.operands]
                found = self._judged(sides, node.operands)
                if found and any(decision is node for decision in _decisions(scope.node)):
                    # The same secret asked for twice in one condition is one thing to mend.
                    statement = [one for one in ir.path_to(scope.node, node.span) if isinstance(one, ir.If | ir.Return)]
                    key = id(statement[-1] if statement else node), found
                    once.setdefault(key, []).append(self._finding(found, node, scope, project))
        for group in once.values():
            yield from together(group)

    def _judged(self, sides: list[_Operand | None], operands: tuple[ir.Expr, ...]) -> _Operand | None:
        kinds = [side.side if side else "" for side in sides]
        if kinds == ["request", "request"]:
            return None
        for at, other in ((0, 1), (1, 0)):
            side = sides[at]
            if kinds[at] == "digest" and not isinstance(operands[other], ir.Call | ir.Compare):
                return side
            if kinds[at] in ("digest", "secret") and kinds[other] == "request":
                return side
        return None

    def _finding(self, found: _Operand, node: ir.Compare, scope: Scope, project: Project) -> Finding:
        digest = found.side == "digest"
        return self.finding(
            project.location(scope, node),
            f"`{found.name}` is compared in a time that tells how much of it was right."
            if not digest
            else "A signature is compared in a time that tells how much of it was right.",
            severity=Severity.MEDIUM if digest else None,
            confidence=Confidence.HIGH if digest else Confidence.MEDIUM,
            label="stops at the first difference",
            scope=scope.qualname,
            help="use `hmac.compare_digest`",
        )


def _may_tell(node: ir.Compare) -> bool:
    """It is about whether two things are the same, none of which is written there."""
    return node.signs in (("==",), ("!=",)) and not any(isinstance(one, ir.Const) for one in node.operands)


def _decisions(node: ir.Module | ir.Class | ir.Function) -> Iterator[ir.Compare]:
    """The comparisons of a function that are asked for their truth, not passed on (as SQLAlchemy's are to ``filter``)."""
    stack: list[ir.Node] = ir.children(node)
    while stack:
        current = stack.pop()
        match current:
            case ir.Compare():
                yield current
            case ir.Call() | ir.Function() | ir.Class():
                # A call's arguments are passed on; an inner function has its own turn.
                continue
            case _:
                stack.extend(ir.children(current))


def _operand(node: ir.Expr, scope: Scope, project: Project, view: bool, depth: int = 3) -> _Operand | None:
    """What one side of a comparison is."""
    names = project.resolve(node, scope)
    if any(name.startswith(_REQUEST) for name in names):
        return _Operand("request", "")
    match node:
        case ir.Name(id=name):
            return _variable(node, scope, project, view, depth) or (
                _Operand("secret", name)
                if name.isupper() and _is_secret(name) and not isinstance(project.constant(node, scope), Known)
                else None
            )
        case ir.Attribute(name=name, value=value):
            if _is_secret(name) and not any(one.startswith("flask.session") for one in project.resolve(value, scope)):
                return _Operand("secret", name)
            return None
        case ir.Subscript(value=value, key=key):
            return _entry(value, key, scope, project, view, depth)
        case ir.Call(function=function, arguments=arguments):
            called = project.resolve(function, scope)
            if any(name in _DIGESTS for name in called):
                return _Operand("digest", "")
            first = arguments[0].value if arguments else None
            tail = function.name if isinstance(function, ir.Attribute) else getattr(function, "id", "")
            if tail == "get" and isinstance(function, ir.Attribute) and first is not None:
                return _entry(function.value, first, scope, project, view, depth)
            if any(name in _ENVIRONMENT for name in called) and isinstance(first, ir.Const):
                return _Operand("secret", str(first.value)) if _is_secret(str(first.value)) else None
            if tail in _TEXTS:
                if isinstance(function, ir.Attribute) and (
                    found := _operand(function.value, scope, project, view, depth)
                ):
                    return found
                return _operand(first, scope, project, view, depth) if first is not None else None
            return _made_by_helper(called, project, depth) if depth else None
        case ir.Join(parts=parts):
            for part in parts:
                if isinstance(part, ir.Formatted) and (found := _operand(part.value, scope, project, view, depth)):
                    return found
            return None
        case ir.Op(sign="+" | "or", operands=operands):
            return next((found for one in operands if (found := _operand(one, scope, project, view, depth))), None)
        case _:
            return None


def _made_by_helper(names: Iterable[str], project: Project, depth: int) -> _Operand | None:
    """The digest that a function of the project gives."""
    for name in names:
        helper = project.definition(name)
        for node in ir.statements(helper.node) if helper is not None and isinstance(helper.node, ir.Function) else ():
            if isinstance(node, ir.Return) and node.value is not None and helper is not None:
                found = _operand(node.value, helper, project, False, depth - 1)
                if found is not None and found.side == "digest":
                    return found
    return None


def _entry(value: ir.Expr, key: ir.Expr, scope: Scope, project: Project, view: bool, depth: int) -> _Operand | None:
    """An entry of the request, of the configuration or of the environment; those of sessions and rows are left alone."""
    owners = project.resolve(value, scope)
    if any(f"{name}.".startswith(_REQUEST) for name in owners):
        return _Operand("request", "")
    if view and isinstance(value, ir.Name) and any(one.kind == "parameter" for one in scope.at(value.id, value.start)):
        return _Operand("request", "")
    if isinstance(key, ir.Const) and isinstance(key.value, str):
        # Whatever key an app is configured with (`DEPLOY_KEY`): it is compared with what a visitor sends.
        configured = any(name.endswith(".config") or name in _ENVIRONMENT for name in owners)
        if configured and (_is_secret(key.value) or _is_some_key(key.value)):
            return _Operand("secret", key.value)
        if configured or _is_secret(key.value):
            return None
    held = _operand(value, scope, project, view, depth - 1) if depth and isinstance(value, ir.Name | ir.Call) else None
    return held if held is not None and held.side == "request" else None


def _variable(node: ir.Name, scope: Scope, project: Project, view: bool, depth: int) -> _Operand | None:
    for binding in scope.at(node.id, node.start):
        if binding.kind == "parameter":
            # ``check_auth(username, password)`` is asked about what was typed.
            typed = view or sensitivity(node.id) == "password"
            return _Operand("request", "") if typed and node.id not in ("self", "cls") else None
        if binding.kind != "assign" or binding.value is None or not depth:
            continue
        found = _operand(binding.value, scope, project, view, depth - 1)
        if found is not None and (found.side == "request" or not binding.path):
            return found
        if _is_secret(node.id) and _gives_secret(binding.value):
            return _Operand("secret", node.id)
    if scope.at(node.id):
        return None
    around = scope.parent
    while around is not None and around.is_function:
        if any(binding.kind == "parameter" for binding in around.at(node.id)) and _is_secret(node.id):
            # Given to what makes this function, as a setting is: ``def add_auth(app, user, password)``.
            return _Operand("secret", node.id)
        around = around.parent
    outer = scope.module.scope
    for binding in outer.at(node.id):
        if binding.kind != "assign" or binding.value is None or not depth:
            continue
        found = _operand(binding.value, outer, project, False, depth - 1)
        if found is not None:
            return found
    return None


def _gives_secret(value: ir.Expr) -> bool:
    """``get_admin_password()``: what is kept somewhere, asked for by its name alone."""
    if not isinstance(value, ir.Call) or value.arguments:
        return False
    function = value.function
    tail = ir.last_name(function)
    return tail.startswith(("get_", "load_", "read_")) and _is_secret(tail)


def _is_some_key(name: str) -> bool:
    spoken = words(name)
    return bool(spoken) and spoken[-1] == "key" and _OPEN.isdisjoint(spoken) and _NOT_SECRET.isdisjoint(spoken)


def _is_secret(name: str) -> bool:
    spoken = words(name)
    if spoken and spoken[-1] in _KNOWN_TO_ALL:
        return False
    said = set(spoken)
    if not said & _NOT_SECRET and name.lower().endswith(("pw", "passwd", "password")):
        return True
    return not said & _NOT_SECRET and sensitivity(name) in ("token", "key", "password")
