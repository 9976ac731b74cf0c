"""What a function lets out of the errors that it catches: their texts, and tracebacks, followed from where they are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from flasklint import ir
from flasklint.knowledge.errors import (
    CATCH_ALL,
    CAUGHT,
    DATABASE_ERRORS,
    ERROR_TEXTS,
    HTTP_ERRORS,
    ORIGINAL_ERRORS,
    RESPONSES,
    SHOWS_OBJECTS,
    TRACEBACKS,
)
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.project.scopes import Scope

Kind = Literal["trace", "any", "database", "original", "server"]
"""What is told: a traceback, the text of whatever went wrong, of a database's error, of the error behind a 500 page, or of
the 500 page itself (which current Flask makes harmless)."""

_NARROWS = frozenset(
    (
        "debug",
        "testing",
        "develop",
        "development",
        "dev",
        "admin",
        "superuser",
        "staff",
        "expose",
        "stacktrace",
        "verbose",
    )
)
"""Words of a condition that lets developers or administrators see more."""
_TEXT_METHODS = frozenset(
    ("format", "join", "strip", "split", "splitlines", "replace", "encode", "decode", "title", "capitalize", "lower")
)
_MEASURES = frozenset(("len", "bool", "isinstance", "type", "hash", "id", "hasattr", "int"))


class Detail(NamedTuple):
    """A detail of an error. ``origin``: where it is caught or made; ``place``: where it is turned into text."""

    kind: Kind
    origin: ir.Node
    place: ir.Node


class Shown(NamedTuple):
    detail: Detail
    where: ir.Node
    how: Literal["answer", "flash"]


class Known(NamedTuple):
    """What holds at a point: errors at hand, by the name that they are caught as, and texts made of them.

    ``open``: whoever asks gets here, not only developers and administrators.
    """

    errors: Mapping[str, tuple[Kind, ir.Node]]
    texts: Mapping[str, Detail]
    open: bool = True


_NAMELESS = ""
"""What is caught where a function is, by whatever name: ``sys.exc_info()[1]``."""
NOTHING = Known({}, {})
_CLOSED = Known({}, {}, False)


def caught(project: Project, expr: ir.Expr | None, scope: Scope) -> Kind | None:
    if expr is None:
        return "any"
    if isinstance(expr, ir.Display):
        kinds = {caught(project, item.value, scope) for item in expr.items}
        return "any" if "any" in kinds else "database" if "database" in kinds else None
    names = project.resolve(expr, scope)
    if any(project.definition(name) is not None for name in names):
        # A class of the project's own is known by its bases' names too.
        return None
    if any(name in CATCH_ALL for name in names):
        return "any"
    return "database" if any(name in DATABASE_ERRORS for name in names) else None


class Reader:
    """Goes through a function with what is known of errors at each point."""

    def __init__(self, project: Project, scope: Scope, answers: bool) -> None:
        self.project = project
        self.scope = scope
        self.answers = answers
        self.found: dict[int, Shown] = {}

    # Statements

    def block(self, body: tuple[ir.Stmt, ...], known: Known) -> Known | None:
        """What holds after these statements; None when none comes after."""
        for statement in body:
            after = self.statement(statement, known)
            if after is None:
                return None
            known = after
        return known

    def statement(self, node: ir.Stmt, known: Known) -> Known | None:
        match node:
            case ir.Return(value=value):
                if value is not None:
                    self.answer(value, known)
                return None
            case ir.Raise(value=value):
                if value is not None:
                    self.refusal(value, known)
                return None
            case ir.Do(value=value):
                return self.effect(value, known)
            case ir.Assign(targets=targets, value=value) if value is not None:
                return self.assigned(targets, value, known)
            case ir.Augment(target=ir.Name(id=name), value=value):
                detail = self.told(value, known)
                return known._replace(texts={**known.texts, name: detail}) if detail else known
            case ir.If(test=test, body=body, orelse=orelse):
                yes, no = self.narrowed(test, known)
                return _either(self.block(body, yes), self.block(orelse, no))
            case ir.Loop(body=body, orelse=orelse):
                after = self.block(body, known)
                known = _either(after, known) or known
                return self.block(orelse, known)
            case ir.With(body=body):
                return self.block(body, known)
            case ir.Match(cases=cases):
                result: Known | None = known
                for case in cases:
                    result = _either(result, self.block(case.body, known))
                return result
            case ir.Try():
                return self.tried(node, known)
            case ir.Jump(kind="break" | "continue"):
                return known
            case _:
                return known

    def tried(self, node: ir.Try, known: Known) -> Known | None:
        after = self.block(node.body, known)
        result = self.block(node.orelse, after) if after is not None else None
        for handler in node.handlers:
            inside = _either(known, after) or known
            kind = caught(self.project, handler.kind, self.scope)
            errors = {name: held for name, held in inside.errors.items() if name != handler.name}
            errors.pop(_NAMELESS, None)
            if kind is not None:
                errors[handler.name or _NAMELESS] = errors[_NAMELESS] = (kind, handler.kind or handler)
            ended = self.block(handler.body, inside._replace(errors=errors))
            if ended is not None:
                ended = ended._replace(errors=known.errors)
            result = _either(result, ended)
        if node.final:
            last = self.block(node.final, result or known)
            return last if result is not None else None
        return result

    def assigned(self, targets: tuple[ir.Expr, ...], value: ir.Expr, known: Known) -> Known:
        detail = self.told(value, known)
        texts = dict(known.texts)
        errors = dict(known.errors)
        for target in targets:
            match target:
                case ir.Name(id=name):
                    texts.pop(name, None)
                    if detail is not None:
                        texts[name] = detail
                    elif isinstance(value, ir.Name | ir.Subscript | ir.Call) and (held := self.error(value, known)):
                        errors[name] = held.kind, held.origin
                    else:
                        errors.pop(name, None)
                case ir.Subscript(value=ir.Name(id=name)) if detail is not None:
                    texts[name] = detail
                case ir.Attribute(value=ir.Name(id=name), name="data" | "response") if detail is not None:
                    texts[name] = detail
                case _:
                    pass
        return known._replace(errors=errors, texts=texts)

    def effect(self, value: ir.Expr, known: Known) -> Known | None:
        if not isinstance(value, ir.Call):
            return known
        names = self.project.resolve(value.function, self.scope)
        if "flask.flash" in names:
            for argument in value.arguments[:1] or ():
                if detail := self.told(argument.value, known, True):
                    self.show(detail, argument.value, "flash")
            return known
        if any(name.endswith(".abort") and name.startswith(("flask", "werkzeug")) for name in names):
            self.refusal(value, known)
            return None
        match value.function:
            case ir.Attribute(value=ir.Name(id=name), name="append" | "update" | "extend" | "add" | "set_data"):
                for argument in value.arguments:
                    if detail := self.told(argument.value, known):
                        return known._replace(texts={**known.texts, name: detail})
            case _:
                pass
        return known

    # Ways out

    def answer(self, value: ir.Expr, known: Known) -> None:
        if not (self.answers or self.responds(value)):
            return
        if detail := self.told(value, known):
            self.show(detail, value, "answer")

    def refusal(self, value: ir.Expr, known: Known) -> None:
        if not isinstance(value, ir.Call):
            return
        names = self.project.resolve(value.function, self.scope)
        if not any(name in HTTP_ERRORS or name.endswith(".abort") for name in names):
            return
        for argument in value.arguments:
            if detail := self.told(argument.value, known):
                self.show(detail, argument.value, "answer")

    def show(self, detail: Detail, sent: ir.Node, how: Literal["answer", "flash"]) -> None:
        # Where the text is made, if that is in what is sent.
        where = detail.place if sent.start <= detail.place.start and detail.place.end <= sent.end else sent
        self.found.setdefault(where.start, Shown(detail, where, how))

    def responds(self, value: ir.Expr) -> bool:
        """The value is a response by its making, whatever function gives it."""
        match value:
            case ir.Call(function=function):
                return any(name in RESPONSES for name in self.project.resolve(function, self.scope))
            case ir.Display(kind="tuple", items=(first, second, *_)):
                status = second.value
                if isinstance(status, ir.Const) and isinstance(status.value, int) and 400 <= status.value < 600:
                    return isinstance(first.value, ir.Dict | ir.Call)
                return self.responds(first.value)
            case _:
                return False

    # Expressions

    def told(self, node: ir.Expr, known: Known, shows: bool = False) -> Detail | None:
        """The detail of an error that a value's text holds. ``shows``: the error itself would be shown as its text."""
        match node:
            case ir.Name(id=name):
                if held := known.texts.get(name):
                    return held
                return self.error(node, known) if shows else None
            case ir.Attribute(value=ir.Name(id=name), name=attribute) if name in known.errors:
                kind, origin = known.errors[name]
                if attribute in ORIGINAL_ERRORS and shows:
                    return Detail("original" if kind == "server" else kind, origin, node)
                return Detail(kind, origin, node) if attribute in ERROR_TEXTS else None
            case ir.Subscript(value=value):
                return self.told(value, known)
            case ir.Formatted(value=value):
                return self.told(value, known, True)
            case ir.Join(parts=parts):
                return self.first(parts, known, False, node)
            case ir.Op(sign="%", operands=(_, right)):
                items = tuple(item.value for item in right.items) if isinstance(right, ir.Display) else (right,)
                return self.first(items, known, True, node)
            case ir.Op(sign="if", operands=(test, then, otherwise)):
                yes, no = self.narrowed(test, known)
                return self.told(then, yes, shows) or self.told(otherwise, no, shows)
            case ir.Op(sign="+" | "or" | "and" | "await" | "*" | "yield", operands=operands):
                return self.first(operands, known, shows, None)
            case ir.Display(items=items):
                return self.first(tuple(item.value for item in items), known, shows, None)
            case ir.Dict(pairs=pairs):
                return self.first(tuple(pair.value for pair in pairs), known, shows, None)
            case ir.Comprehension(element=element, clauses=clauses):
                return self.told(element, known) or self.first(
                    tuple(clause.iterable for clause in clauses), known, False, None
                )
            case ir.Walrus(value=value):
                return self.told(value, known, shows)
            case ir.Call():
                return self.called(node, known)
            case _:
                return None

    def first(self, nodes: tuple[ir.Expr, ...], known: Known, shows: bool, place: ir.Node | None) -> Detail | None:
        for node in nodes:
            if detail := self.told(node, known, shows):
                return detail._replace(place=place) if place is not None and isinstance(node, ir.Name) else detail
        return None

    def error(self, node: ir.Expr, known: Known) -> Detail | None:
        """The error that an expression is."""
        match node:
            case ir.Name(id=name) if name in known.errors:
                kind, origin = known.errors[name]
                return Detail(kind, origin, node)
            case ir.Attribute(value=ir.Name(id=name), name=attribute) if (
                name in known.errors and attribute in ORIGINAL_ERRORS
            ):
                kind, origin = known.errors[name]
                return Detail("original" if kind == "server" else kind, origin, node)
            case ir.Subscript(ir.Call(function), ir.Const(value=1)) | ir.Call(function) if (
                _NAMELESS in known.errors and not CAUGHT.isdisjoint(self.project.resolve(function, self.scope))
            ):
                kind, origin = known.errors[_NAMELESS]
                return Detail(kind, origin, node)
            case _:
                return None

    def called(self, node: ir.Call, known: Known) -> Detail | None:
        function, arguments = node.function, tuple(argument.value for argument in node.arguments)
        names = self.project.resolve(function, self.scope)
        if any(name in TRACEBACKS for name in names):
            return Detail("trace", node, node) if known.open else None
        tail = (
            function.name
            if isinstance(function, ir.Attribute)
            else function.id
            if isinstance(function, ir.Name)
            else ""
        )
        if any(name in ("builtins.str", "builtins.repr", "builtins.ascii", "builtins.format") for name in names) or (
            tail in ("text_type", "unicode", "to_unicode", "force_text", "str")
        ):
            for argument in arguments:
                if detail := self.error(argument, known):
                    return detail._replace(place=node)
            return self.first(arguments, known, False, None)
        if tail in _MEASURES or (tail and not _text_passes(tail)):
            return None
        if isinstance(function, ir.Attribute):
            if tail == "format" or tail == "_" or tail == "gettext":
                found = self.first(arguments, known, True, node)
                return found or self.told(function.value, known)
            if tail in _TEXT_METHODS:
                return self.told(function.value, known) or self.first(arguments, known, False, None)
        shows = any(name in SHOWS_OBJECTS for name in names)
        return self.first(arguments, known, shows, None)

    # Conditions

    def narrowed(self, test: ir.Expr, known: Known) -> tuple[Known, Known]:
        """What is left to worry about where a test holds and where it does not."""
        match test:
            case ir.Op(sign="not", operands=(inner,)):
                yes, no = self.narrowed(inner, known)
                return no, yes
            case ir.Op(sign="and", operands=operands):
                yes = known
                for operand in operands:
                    yes, _ = self.narrowed(operand, yes)
                return yes, known
            case ir.Call(function=ir.Name(id="isinstance" | "hasattr"), arguments=(first, second, *_)) if isinstance(
                first.value, ir.Name
            ):
                if caught(self.project, second.value, self.scope) == "any":
                    return known, known
                return _without(known, first.value.id), known
            case _:
                spoken = {
                    word
                    for one in (test, *ir.walk(test))
                    for text in (
                        one.id
                        if isinstance(one, ir.Name)
                        else one.name
                        if isinstance(one, ir.Attribute)
                        else str(one.value)
                        if isinstance(one, ir.Const)
                        else "",
                    )
                    for word in words(text)
                }
                if spoken & _NARROWS:
                    return _CLOSED, known
                return known, known


def _text_passes(tail: str) -> bool:
    """A function of this name may put what it is given into the answer; one that logs or reports it does not."""
    said = set(words(tail))
    return not said & {
        "log",
        "logger",
        "capture",
        "report",
        "record",
        "track",
        "notify",
        "hash",
        "md5",
        "redact",
        "check",
    }


def _without(known: Known, name: str) -> Known:
    origin = known.errors.get(name)
    return known._replace(
        errors={one: held for one, held in known.errors.items() if one != name},
        texts={one: held for one, held in known.texts.items() if origin is None or held.origin is not origin[1]},
    )


def _either(one: Known | None, other: Known | None) -> Known | None:
    if one is None or other is None:
        return one or other
    if one is other:
        return one
    return Known({**other.errors, **one.errors}, {**other.texts, **one.texts}, one.open or other.open)
