"""Whether code looks at the type of an upload: by its extension, its MIME type or its content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flasklint import ir
from flasklint.knowledge.sensitive import words
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.source import Location

_TYPES = frozenset(
    (
        "ext",
        "exts",
        "extension",
        "extensions",
        "suffix",
        "suffixes",
        "mime",
        "mimetype",
        "mimetypes",
        "filetype",
        "filetypes",
        "allowed",
        "allowlist",
        "whitelist",
        "content_type",
    )
)
"""Words in the names of what holds a type, a list of types, or looks at one."""
_SUBJECTS = frozenset(
    ("file", "filename", "files", "image", "upload", "type", "format", "picture", "photo", "document")
)
_LOOKS = frozenset(("valid", "validate", "check", "verify", "is", "allow", "accept", "accepts"))
_READERS = frozenset(
    (
        "PIL.Image.open",
        "imghdr.what",
        "magic.from_buffer",
        "magic.from_file",
        "filetype.guess",
        "puremagic.from_string",
        "flask_wtf.file.FileAllowed",
        "flask_uploads.UploadSet",
        "flask_uploads.UploadSet().save",
    )
)
"""Calls that tell a type by the content, or refuse others."""
_DEEPEST = 3


def functions_along(places: Iterable[Location], project: Project) -> Iterator[Scope]:
    """The innermost functions that hold these places, each once."""
    seen: set[int] = set()
    for place in places:
        module = project.modules.get(place.path)
        best: Scope | None = None
        for scope in module.scopes if module is not None else ():
            if scope.is_function and scope.holds(place.span.start, place.span.end):
                best = scope
        if best is not None and id(best) not in seen:
            seen.add(id(best))
            yield best


def checks_type(scope: Scope, project: Project) -> bool:
    """Whether a function, its decorators, or what it calls look at the type of a file."""
    return _checks(scope, project, _DEEPEST, set())


def _checks(scope: Scope, project: Project, depth: int, seen: set[int]) -> bool:
    if id(scope) in seen:
        return False
    seen.add(id(scope))
    for node in ir.walk(scope.node):
        match node:
            case ir.Compare(signs=signs, operands=operands):
                if any(sign in ("in", "not-in", "==", "!=") for sign in signs) and any(
                    _speaks_of_type(operand) for operand in operands
                ):
                    return True
            case ir.Case(values=values) if any(
                isinstance(value, ir.Const) and str(value.value).startswith((".", "image/")) for value in values
            ):
                return True
            case ir.Call():
                if _looks(node, scope, project):
                    return True
                for name in project.resolve(node.function, scope) if depth else ():
                    definition = project.definition(name)
                    if (
                        definition is not None
                        and not _saves(definition)
                        and _checks(definition, project, depth - 1, seen)
                    ):
                        return True
            case ir.Name() if depth and node in getattr(scope.node, "decorators", ()):
                for name in project.resolve(node, scope.parent or scope):
                    definition = project.definition(name)
                    if definition is not None and _checks(definition, project, depth - 1, seen):
                        return True
            case _:
                pass
    return False


def _saves(scope: Scope) -> bool:
    """A function that stores something itself looks at what it stores, not at what others do."""
    return any(isinstance(node, ir.Attribute) and node.name == "save" for node in ir.walk(scope.node))


def _looks(call: ir.Call, scope: Scope, project: Project) -> bool:
    function = call.function
    tail = ir.last_name(function)
    said = set(words(tail))
    if said & (_TYPES - {"ext", "extension", "suffix"}) or (said & _LOOKS and said & (_SUBJECTS | _TYPES)):
        return True
    if tail in ("endswith", "match", "fullmatch", "search", "guess_type", "fnmatch"):
        return bool(call.arguments) and _decides(call, scope)
    return any(name in _READERS for name in project.resolve(function, scope))


def _decides(call: ir.Call, scope: Scope) -> bool:
    """Whether what becomes of a file depends on a call: a test that only chooses how it is read goes on with either."""
    for outer in reversed(ir.path_to(scope.node, call.span)):
        if isinstance(outer, ir.If) and outer.test.start <= call.start < outer.test.end:
            parts = [part for block in (outer.body, outer.orelse) for one in block for part in (one, *ir.walk(one))]
            return any(isinstance(part, ir.Return | ir.Raise | ir.Jump) or _stores(part) for part in parts)
    return True


def _stores(node: ir.Node) -> bool:
    """It stores something, or ends the request."""
    if not isinstance(node, ir.Call):
        return False
    function = node.function
    tail = ir.last_name(function)
    return not {"abort", "error", "flash", "save", "store", "upload", "write"}.isdisjoint(words(tail))


def _speaks_of_type(node: ir.Expr) -> bool:
    for one in (node, *ir.walk(node)):
        match one:
            case ir.Name(id=name) | ir.Attribute(name=name):
                if name == "content_type" or set(words(name)) & _TYPES or name in ("splitext", "rpartition", "rsplit"):
                    return True
            case ir.Const(value=str(text)) if text.startswith((".", "image/", "application/")) and 1 < len(text) < 60:
                return True
            case _:
                pass
    return False
