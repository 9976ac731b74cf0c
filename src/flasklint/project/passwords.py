"""Passwords in the clear: what a visitor types compared with what is kept, asked for in a query, or stored, as it is.

The evidence is in names, on both sides: something kept under a password's name, and something typed (from the request, a form's
field, a parameter of that name). What a function gives, other than the text of what it was given, is taken for a digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.knowledge.sensitive import sensitivity, words
from flasklint.project.project import Project
from flasklint.project.scopes import Scope

Typed = Literal["", "parameter", "request"]

_REQUEST = ("flask.request.", "flask.Request().")
_BODIES = frozenset(
    {"args", "body", "content", "credentials", "data", "form", "json", "params", "payload", "req", "values"}
)
_NOT_KEPT = _BODIES | frozenset(
    {
        "auth",
        "cfg",
        "client",
        "cls",
        "conf",
        "config",
        "conn",
        "environ",
        "options",
        "opts",
        "request",
        "self",
        "session",
    }
    | {"settings", "server", "app", "connection", "field", "fields", "kwargs"}
)
_PEOPLE = frozenset(
    {"account", "admin", "customer", "employee", "member", "people", "person", "student", "teacher", "user", "usr"}
)
_ROWS = _PEOPLE | {"row", "record", "result", "found", "existing"}
_DIGESTS = frozenset({"crypt", "digest", "enc", "encrypted", "hash", "hashed", "pin", "salt"})
_TEXTS = frozenset({"strip", "encode", "decode", "lower", "lstrip", "rstrip"})
_LOOKUPS = frozenset({"filter_by", "find_one", "find", "get_or_none", "one_or_none"})
_RUNS = frozenset({"execute", "executemany", "raw", "query_db", "execute_query", "run_query", "fetch_one", "fetchone"})
_HASHERS = frozenset(
    {"generate_password_hash", "check_password_hash", "hashpw", "checkpw", "pbkdf2_hmac", "scrypt", "hash_password"}
    | {
        "verify_password",
        "verify_and_update_password",
        "PasswordHasher",
        "CryptContext",
        "make_password",
        "set_password",
    }
    | {"pbkdf2_sha256", "bcrypt", "argon2", "sha256_crypt", "md5", "sha1", "sha256", "sha512", "encrypt_password"}
)
_HASHING_COLUMN = "PasswordType"
"""A column that hashes what is put into it, and what it is compared with."""
_ASKED = re.compile(r"\bwhere\b[^;]*\bpass(?:word|wd)?\b\s*(?:=|like\b)", re.IGNORECASE | re.DOTALL)
_KEPT = re.compile(r"\b(?:insert\s+into|update)\b.*\bpass(?:word|wd)?\b", re.IGNORECASE | re.DOTALL)
_DEEPEST = 3


class Clear(NamedTuple):
    """A place where a password is used as it is. ``sure``: nothing in the project hashes passwords; ``seen``: nor can whoever
    calls the function."""

    how: Literal["compared", "stored"]
    node: ir.Node
    scope: Scope
    sure: bool
    seen: bool = True


def clear_passwords(project: Project) -> Iterator[Clear]:
    """The places, by path; the first of each kind in a function."""
    sure = not _hashes(project)
    hashed_by_column = any(_HASHING_COLUMN in module.scope.bindings for module in project.modules.values())
    for module in project.modules.values():
        if module.is_test:
            continue
        seen: set[tuple[str, int]] = set()
        for clear in (
            *(() if hashed_by_column else _compared(module.comparisons, project, sure)),
            *_called(module.calls, project, sure),
            *_set(module.scopes, project, sure),
        ):
            if (clear.how, id(clear.scope.node)) not in seen:
                seen.add((clear.how, id(clear.scope.node)))
                yield clear


def _hashes(project: Project) -> bool:
    return any(
        part in _HASHERS
        for module in project.modules.values()
        if not module.is_test
        for call, _ in module.calls
        for part in _spelled(call.function)
    )


def _spelled(node: ir.Expr) -> Iterator[str]:
    while isinstance(node, ir.Attribute | ir.Call):
        if isinstance(node, ir.Attribute):
            yield node.name
            node = node.value
        else:
            node = node.function
    if isinstance(node, ir.Name):
        yield node.id


# Compared --------------------------------------------------------------------------------------------------------------


def _compared(comparisons: list[tuple[ir.Compare, Scope]], project: Project, sure: bool) -> Iterator[Clear]:
    for node, scope in comparisons:
        if scope.is_function and node.signs in (("==",), ("!=",)):
            one, other = node.operands
            for kept, given in ((one, other), (other, one)):
                if _is_kept(kept, scope, project) and (how := typed(given, scope, project)):
                    yield Clear("compared", node, scope, sure, _counts(how, sure))
                    break


def _is_kept(node: ir.Expr, scope: Scope, project: Project) -> bool:
    """Whether an expression is a password that the app keeps: an attribute or an entry of somebody."""
    match node:
        case ir.Attribute(name=name, value=owner) if _is_password(name):
            pass
        case ir.Subscript(value=owner, key=ir.Const(value=str(key))) if _is_password(key):
            pass
        case ir.Subscript(value=ir.Name(id=row), key=ir.Const(value=int())):
            return not _ROWS.isdisjoint(words(row))
        case (
            ir.Subscript(value=ir.Name(id=people))
            | ir.Call(function=ir.Attribute(value=ir.Name(id=people), name="get"))
        ):
            return any(word.removesuffix("s") in _PEOPLE and word.endswith("s") for word in words(people))
        case _:
            return False
    if isinstance(owner, ir.Name) and owner.id == "self":
        around = scope.parent.node if scope.parent is not None else None
        return isinstance(around, ir.Class) and not _PEOPLE.isdisjoint(words(around.name))
    spelled = next(_spelled(owner), "")
    if not _NOT_KEPT.isdisjoint(words(spelled)) or spelled.isupper():
        return False
    return not any(f"{name}.".startswith((*_REQUEST, "flask.session")) for name in project.resolve(owner, scope))


def _is_password(name: str) -> bool:
    return sensitivity(name) == "password" and _DIGESTS.isdisjoint(words(name)) and not name.isupper()


def typed(node: ir.Expr, scope: Scope, project: Project, depth: int = _DEEPEST) -> Typed:
    """Whether an expression is a password as a visitor types it, and where it comes from."""
    match node:
        case ir.Call(function=ir.Attribute(name=name, value=owner)) if name in _TEXTS:
            return typed(owner, scope, project, depth)
        case ir.Call(function=ir.Name(id="str"), arguments=(first,)):
            return typed(first.value, scope, project, depth)
        case (
            ir.Call(
                function=ir.Attribute(name="get" | "pop", value=owner),
                arguments=(ir.Argument(value=ir.Const(value=str(key))), *_),
            )
            | ir.Subscript(value=owner, key=ir.Const(value=str(key)))
        ):
            return "request" if _is_password(key) and _is_body(owner, scope, project) else ""
        case ir.Attribute(name="data", value=ir.Attribute(name=name)):
            return "request" if _is_password(name) else ""
        case ir.Attribute(name=name, value=owner) if _is_password(name):
            return "request" if _is_body(owner, scope, project) else ""
        case ir.Name(id=name) if _is_password(name) and depth:
            found: Typed = ""
            for binding in scope.at(name, node.start):
                if binding.kind == "parameter":
                    found = found or "parameter"
                elif binding.kind == "assign" and binding.value is not None and not binding.path:
                    one = typed(binding.value, scope, project, depth - 1)
                    if not one:
                        return ""
                    found = one
            return found
    return ""


def _is_body(owner: ir.Expr, scope: Scope, project: Project) -> bool:
    names = project.resolve(owner, scope)
    if any(f"{name}.".startswith(_REQUEST) for name in names):
        return True
    return isinstance(owner, ir.Name) and not _BODIES.isdisjoint(words(owner.id))


# Asked for in a query, stored ------------------------------------------------------------------------------------------


def _called(calls: list[tuple[ir.Call, Scope]], project: Project, sure: bool) -> Iterator[Clear]:
    for call, scope in calls:
        tail = next(_spelled(call.function), "")
        if tail in _LOOKUPS:
            pairs = list(_pairs(call))
            if any(_is_password(name) and _counts(typed(value, scope, project), sure) for name, value in pairs):
                yield Clear("compared", call, scope, sure)
        elif tail in _RUNS and call.arguments:
            text, parts = _statement(call, scope)
            if any(_counts(typed(part, scope, project), sure) for part in parts):
                if _ASKED.search(text):
                    yield Clear("compared", call, scope, sure)
                elif sure and _KEPT.search(text):
                    yield Clear("stored", call, scope, sure)
        elif (
            sure
            and tail[:1].isupper()
            and not _PEOPLE.isdisjoint(words(tail))
            and any(_is_password(name) and typed(value, scope, project) for name, value in _pairs(call))
        ):
            yield Clear("stored", call, scope, sure)


def _set(scopes: list[Scope], project: Project, sure: bool) -> Iterator[Clear]:
    for scope in scopes if sure else ():
        for write in scope.writes:
            match write.target, write.name:
                case ir.Name(id=owner), str(name) if _is_password(name) and not _ROWS.isdisjoint(words(owner)):
                    if typed(write.value, scope, project):
                        yield Clear("stored", write.node, scope, sure)


def _counts(given: Typed, sure: bool) -> bool:
    """A parameter may have been hashed by who gives it, unless nothing hashes at all."""
    return given == "request" or (given == "parameter" and sure)


def _pairs(call: ir.Call) -> Iterator[tuple[str, ir.Expr]]:
    """The arguments by name, and the entries of a dict that is given."""
    for argument in call.arguments:
        if argument.name and not argument.name.startswith("*"):
            yield argument.name, argument.value
        elif isinstance(argument.value, ir.Dict):
            for pair in argument.value.pairs:
                if isinstance(pair.key, ir.Const) and isinstance(pair.key.value, str):
                    yield pair.key.value, pair.value


def _statement(call: ir.Call, scope: Scope) -> tuple[str, list[ir.Expr]]:
    """The fixed text of a statement that is run, and the values that are put into it or given with it."""
    first = call.arguments[0].value
    texts: list[str] = []
    parts: list[ir.Expr] = []
    stack: list[ir.Expr] = [argument.value for argument in reversed(call.arguments[1:])]
    stack.append(first)
    depth = _DEEPEST
    while stack:
        node = stack.pop()
        parts.append(node)
        match node:
            case ir.Const(value=str(text)):
                texts.append(text)
            case ir.Name(id=name) if node is first and depth:
                depth -= 1
                made = [one.value for one in scope.at(name, node.start) if one.value is not None]
                if len(made) == 1:
                    first = made[0]
                    stack.append(first)
            case ir.Join(parts=inner):
                stack.extend(reversed(inner))
            case ir.Formatted(value=inner_value):
                stack.append(inner_value)
            case ir.Op(operands=inner):
                stack.extend(reversed(inner))
            case ir.Display(items=items):
                stack.extend(item.value for item in reversed(items))
            case ir.Dict(pairs=pairs):
                stack.extend(pair.value for pair in reversed(pairs))
            case ir.Call(function=ir.Attribute(name="format", value=owner), arguments=arguments):
                stack.extend(argument.value for argument in reversed(arguments))
                stack.append(owner)
            case ir.Call(function=function, arguments=(only, *_)) if next(_spelled(function), "") == "text":
                stack.append(only.value)
    return " ".join(texts), parts
