"""What turns somebody away: statements that end a request with a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flasklint import ir
from flasklint.knowledge.sensitive import words

_PACE = frozenset({"requests", "rate", "ratelimit", "throttled", "throttle"})
"""Words in the names of errors that say that somebody asks too often."""
_STATUSES = {
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "GONE": 410,
    "UNPROCESSABLE_ENTITY": 422,
    "UNPROCESSABLE_CONTENT": 422,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}
"""Statuses of refusals by the names that ``http.HTTPStatus`` has for them."""
_BREAKAGES = frozenset({"AssertionError", "NotImplementedError", "RuntimeError", "SystemError"})
"""What is raised when a program is not as it should be: nobody is refused anything."""
_ERRORS = frozenset(
    {"bad", "denied", "error", "fail", "failed", "failure", "forbidden", "invalid", "unauthorised", "unauthorized"}
)
"""Words in the names of what makes an answer that refuses."""


def status_of(expr: ir.Expr) -> int | None:
    """The HTTP status that an expression is: ``401``, ``HTTPStatus.UNAUTHORIZED``, ``status.HTTP_401_UNAUTHORIZED``"""
    match expr:
        case ir.Const(value=int() as status) if not isinstance(status, bool):
            return status
        case ir.Attribute(inner, "value"):
            return status_of(inner)
        case ir.Attribute(_, name) if name.startswith("HTTP_"):
            number = name.split("_")[1]
            return int(number) if number.isdecimal() else None
        case ir.Attribute(_, name):
            return _STATUSES.get(name)
    return None


def says_error(value: ir.Expr | None) -> bool:
    """``return InvalidPayloadError()``, ``return {"message": "no"}, HTTPStatus.CONFLICT``"""
    match value:
        case ir.Display("tuple", (_, ir.Argument(status), *_)):
            return _is_error(status)
        case ir.Call(function, arguments):
            return not _ERRORS.isdisjoint(words(ir.last_name(function))) or any(
                _is_error(one.value) for one in arguments if one.name in ("", "status", "status_code", "code")
            )
    return False


def _is_error(status: ir.Expr) -> bool:
    return 400 <= (status_of(status) or 0) < 600


def operands(test: ir.Expr) -> Iterator[ir.Expr]:
    """The parts that ``and``, ``or`` and ``not`` put together."""
    if isinstance(test, ir.Op) and test.sign in ("and", "or", "not"):
        for operand in test.operands:
            yield from operands(operand)
    else:
        yield test


def is_breakage(refusal: ir.Expr | None) -> bool:
    """``raise RuntimeError("no such row")``: something is broken, whoever asks."""
    made = refusal.function if isinstance(refusal, ir.Call) else refusal
    return isinstance(made, ir.Name) and made.id in _BREAKAGES


def slows_down(refusal: ir.Expr) -> bool:
    """Is somebody refused for how often they ask, not for who they are?"""
    match refusal:
        case ir.Call(_, arguments) if any(status_of(one.value) == 429 for one in arguments):
            return True
        case ir.Call(ir.Name(name) | ir.Attribute(_, name)) | ir.Name(name) | ir.Attribute(_, name):
            return not _PACE.isdisjoint(words(name))
    return False


def only_slows_down(function: ir.Function) -> bool:
    """Is somebody refused in a function, and then only for how often they ask?"""
    paced = False
    for node in ir.walk(function):
        match node:
            case ir.Raise(value) if value is not None:
                refusal = value
            case ir.Call(ir.Name("abort") | ir.Attribute(_, "abort")):
                refusal = node
            case ir.Return(ir.Display("tuple", (_, ir.Argument(ir.Const(429)), *_))):
                paced = True
                continue
            case ir.Return(value) if is_refusal(value):
                return False
            case _:
                continue
        if not slows_down(refusal):
            return False
        paced = True
    return paced


def ends_request(body: tuple[ir.Stmt, ...]) -> bool:
    """Does a block end a request with a refusal?"""
    for node in body:
        for inner in (node, *ir.walk(node)):
            match inner:
                case ir.Raise(value) if is_breakage(value):
                    continue
                case ir.Raise() | ir.Call(ir.Name("abort")) | ir.Call(ir.Attribute(_, "abort" | "unauthorized")):
                    return True
                case ir.Return(value) if is_refusal(value):
                    return True
    return False


def is_refusal(value: ir.Expr | None) -> bool:
    """``return ..., 401`` or a redirect to somewhere to log in."""
    match value:
        case ir.Display("tuple", (_, ir.Argument(status), *_)):
            return status_of(status) in (400, 401, 403, 404, 419, 302)
        case ir.Call(ir.Name("redirect" | "abort")) | ir.Call(
            ir.Attribute(_, "redirect" | "abort" | "unauthorized" | "forbidden")
        ):
            return True
        case ir.Call(ir.Name("make_response"), (ir.Argument(ir.Call() as inner), *_)):
            return is_refusal(inner)
        case ir.Call(_, arguments):
            return any(status_of(argument.value) in (401, 403) for argument in arguments)
    return False


def goes_on_after(handler: Sequence[ir.Stmt]) -> bool:
    """Is an error swallowed: nothing is done with it, or no more than to tell the caller so by a constant?"""
    match handler[-1] if handler else None:
        case ir.Return(None | ir.Const()):
            return True
        case ir.Return() | ir.Raise():
            return False
    return not ends_request(tuple(handler))
