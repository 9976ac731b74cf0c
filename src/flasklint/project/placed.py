"""What views put where a template takes it out, through lists, dicts and variables: ``note.text`` behind ``row[1]`` for
``rows.append([note.id, note.text])``, behind ``html`` for ``html=markdown(note.text)``.

Told by how the program is written alone: who appends what to which list, in a view and in the functions that it hands it to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flasklint import ir
from flasklint.project.calls import CallSite
from flasklint.project.marks import is_same_text, leaves
from flasklint.project.outputs import last_word, root
from flasklint.project.project import Project
from flasklint.project.raw_html import SUBSTITUTES, makes_raw_html, substituted
from flasklint.project.scopes import REST, Binding, Scope
from flasklint.project.taken_out import Key, position, taken_out

_DEEPEST = 12
_MOST = 200
_ADDING = frozenset(("append", "appendleft", "add", "insert"))
_CUTTING = frozenset(("split", "rsplit", "splitlines"))
_SAME = frozenset(("builtins.str", "markupsafe.Markup", "builtins.list", "builtins.sorted", "builtins.reversed"))

_OF_PAGE = frozenset(("items", "results"))
"""What the records are called that a page of a query has."""


class Placed(NamedTuple):
    """What is taken out of a record there, and what its names are looked up in."""

    value: ir.Attribute | ir.Subscript
    scope: Scope


class _Entered(NamedTuple):
    """The call by which a function of the project was entered, and where it stands."""

    call: ir.Call
    scope: Scope
    within: _Entered | None


class _Step(NamedTuple):
    value: ir.Expr
    scope: Scope
    keys: tuple[Key, ...]
    depth: int
    entered: _Entered | None = None


def placed(operand: ir.Expr, path: str, project: Project) -> tuple[Placed, ...]:
    """What of records the views that render the template at a path put where a value of it is taken out."""
    given = [
        _Step(one, rendering.site.scope, taken, 0)
        for variable, keys, where in taken_out(operand, path, project)
        for rendering in project.pages.rendered_by(where)
        if (one := rendering.site.argument(None, variable)) is not None
        for taken in ((keys,) if keys else ((), (None,)))  # a whole list is shown with all that is in it
    ]
    return _all_behind(given, project)


def put_into(value: ir.Expr, scope: Scope, project: Project) -> tuple[Placed, ...]:
    """What of records a text is put together of."""
    return _all_behind([_Step(value, scope, (), 0)], project)


def _all_behind(stack: list[_Step], project: Project) -> tuple[Placed, ...]:
    found: dict[tuple[str, int, int], Placed] = {}
    seen: set[tuple[str, int, int, tuple[Key, ...], _Entered | None]] = set()
    while stack and len(seen) < _MOST:
        step = stack.pop()
        at = (step.scope.module.path, step.value.start, step.value.end, step.keys, step.entered)
        if at in seen or step.depth > _DEEPEST:
            continue
        seen.add(at)
        if not step.keys and isinstance(step.value, (ir.Attribute, ir.Subscript)) and _is_of_record(step.value):
            found[at[:3]] = Placed(step.value, step.scope)
        stack += (one._replace(depth=step.depth + 1) for one in _behind(step, project))
    return tuple(found.values())


def record_of(variable: str, path: str, project: Project) -> str:
    """The project's class of what goes by a name in a template, if the view that passes it says so; empty if not."""
    for _ in range(_DEEPEST):
        loops = (node for node in ir.walk(project.templates[path]) if isinstance(node, ir.Loop))
        subject = next((loop.subject for loop in loops if position(loop.target, variable) is not None), None)
        if subject is None or root(subject) == variable:
            break
        if isinstance(subject, ir.Attribute) and subject.name not in _OF_PAGE:
            return ""  # what belongs to a record is of another class
        variable = root(subject)
    for rendering in project.pages.rendered_by(path):
        given = rendering.site.argument(None, variable)
        if given is not None and (found := class_of(given, rendering.site.scope, project)):
            return found
    return ""


def class_of(value: ir.Expr, scope: Scope, project: Project, hops: int = 3) -> str:
    """The project's class that is named first in what something is made of: ``Note`` for ``note = Note.query.get(id)``."""
    named = sorted(
        (node for node in (value, *ir.walk(value)) if isinstance(node, ir.Name)), key=lambda node: node.start
    )
    for node in named:
        for one in project.resolve(node, scope):
            known = project.definition(one) if not one.endswith("()") else None
            if known is not None and isinstance(known.node, ir.Class):
                return known.node.name
    name = root(value)
    if name == "self" and scope.parent is not None and isinstance(scope.parent.node, ir.Class):
        return scope.parent.node.name
    made = [binding.value for binding in scope.bindings.get(name, ()) if binding.value is not None] if hops else []
    return next(filter(None, (class_of(one, scope, project, hops - 1) for one in made)), "")


def names_placed(project: Project) -> frozenset[str]:
    """The last names of what views put where templates mark it as safe, and of what is declared to be HTML."""
    shown = [
        one
        for path in project.templates
        for _, operand in project.pages.marks(path)
        for leaf in leaves(operand)
        for one in placed(leaf, path, project)
    ]
    for site in project.calls("markupsafe.Markup"):
        text = site.argument(0, "object")
        if text is not None and not site.scope.module.is_test:
            shown += put_into(text, site.scope, project)
    return frozenset(last_word(one.value) for one in shown)


def _is_of_record(value: ir.Attribute | ir.Subscript) -> bool:
    return isinstance(value, ir.Attribute) or (isinstance(value.key, ir.Const) and isinstance(value.key.value, str))


def _behind(step: _Step, project: Project) -> Iterator[_Step]:
    """What a value, or the item of it that is looked for, is made of."""
    scope, keys = step.scope, step.keys
    head, rest = (keys[0], keys[1:]) if keys else (None, ())
    match step.value:
        case ir.Name(id=name):
            yield from _bound(name, step, project)
        case ir.Display(items=items) if keys:
            chosen = items if head is None else items[head : head + 1] if isinstance(head, int) and head >= 0 else ()
            yield from (step._replace(value=item.value, keys=rest) for item in chosen)
        case ir.Dict(pairs=pairs) if keys:
            for pair in pairs:
                if isinstance(pair.key, ir.Const) and head in (None, pair.key.value):
                    yield step._replace(value=pair.value, keys=rest)
        case ir.Comprehension(kind="list" | "generator", element=element) if keys and not isinstance(head, str):
            yield step._replace(value=element, keys=rest)
        case ir.Subscript(value=value, key=ir.Const(value=int() | str() as key)):
            yield step._replace(value=value, keys=(key, *keys))
        case ir.Join(parts=parts):
            yield from (step._replace(value=part.value) for part in parts if isinstance(part, ir.Formatted))
        case ir.Op(sign="or" | "and" | "if" | "+" | "%") | ir.Call(function=ir.Attribute(name="format")):
            yield from (step._replace(value=leaf) for leaf in leaves(step.value) if leaf is not step.value)
        case ir.Call(function=ir.Attribute(value=value)) if is_same_text(step.value):
            yield step._replace(value=value)
        case ir.Call(function=ir.Attribute(value=value, name=name)) if name in _CUTTING and keys:
            yield step._replace(value=value, keys=rest)
        case ir.Call(function=ir.Name(id="enumerate"), arguments=(ir.Argument(value=value), *_)) if keys[1:2] == (1,):
            yield step._replace(value=value, keys=(None, *keys[2:]))
        case ir.Call(function=function, arguments=arguments):
            names = project.resolve(function, scope)
            makes = makes_raw_html(step.value, names, project)
            if arguments and (makes or not _SAME.isdisjoint(names)):
                yield step._replace(value=arguments[0].value)
            if not SUBSTITUTES.isdisjoint(names):
                yield from (step._replace(value=one.value) for one in arguments[substituted(names)])
            for one in names:
                helper = project.definition(one)
                if helper is not None and helper.is_function:
                    entered = _Entered(step.value, scope, step.entered)
                    yield from (
                        step._replace(value=given, scope=helper, entered=entered)
                        for given in helper.returns
                        if given is not None
                    )
        case _:
            pass


def _bound(name: str, step: _Step, project: Project) -> Iterator[_Step]:
    """What a variable holds: what it is bound to, and what is added to it there or where it is handed to."""
    scope, keys = step.scope, step.keys
    for binding in scope.at(name, step.value.start):
        if binding.value is not None and REST not in binding.path and binding.kind in ("assign", "augment", "loop"):
            yield step._replace(value=binding.value, keys=(*_of(binding), *keys))
        elif binding.kind == "parameter" and step.entered is not None:
            passed = _argument(name, scope, step.entered.call)
            if passed is not None:
                yield step._replace(value=passed, scope=step.entered.scope, entered=step.entered.within)
    if not keys:
        return
    for write in scope.writes:
        match write.target, write.key:
            case ir.Name(id=own), ir.Const(value=key) if own == name and keys[0] in (None, key) and not write.path:
                yield step._replace(value=write.value, keys=keys[1:])
            case _:
                pass
    for call, around in scope.module.calls:
        if around is not scope:
            continue
        match call.function:
            case ir.Attribute(value=ir.Name(id=owner), name=method) if owner == name:
                if method in _ADDING and call.arguments and not isinstance(keys[0], str):
                    yield step._replace(value=call.arguments[-1].value, keys=keys[1:])
                elif method == "extend" and call.arguments:
                    yield step._replace(value=call.arguments[0].value)
                continue
            case _:
                pass
        for number, argument in enumerate(call.arguments):
            if isinstance(argument.value, ir.Name) and argument.value.id == name:
                for one in project.resolve(call.function, scope):
                    helper = project.definition(one)
                    if helper is not None and isinstance(helper.node, ir.Function):
                        parameters = helper.node.parameters
                        given = [
                            each for at, each in enumerate(parameters) if each.name == argument.name or at == number
                        ]
                        yield from (
                            step._replace(value=ir.Name(each.name, start=each.start, end=each.end), scope=helper)
                            for each in given[:1]
                        )


def _argument(name: str, function: Scope, call: ir.Call) -> ir.Expr | None:
    """What a call gives for a parameter of a function that is no method."""
    node = function.node
    if not isinstance(node, ir.Function) or (function.parent is not None and function.parent.is_class):
        return None
    at = next((at for at, one in enumerate(node.parameters) if one.name == name), None)
    return CallSite(call, function, ()).argument(at, name) if at is not None else None


def _of(binding: Binding) -> tuple[Key, ...]:
    return (None, *binding.path) if binding.kind == "loop" else binding.path
