"""Forms (WTForms): what their fields give, and what they leave of a request that is then read past them."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.inputs import CHECKED_FIELDS, CHOICE_FIELDS, FORMS
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint.classes import Classes
from flasklint.taint.frame import Frame
from flasklint.taint.guards import OURS
from flasklint.taint.values import NOTHING_KNOWN, Claim, Value

CHECKS = frozenset(("validate", "validate_on_submit"))
"""Methods of a form that tell whether what was sent is as its fields say."""

FILLING = "populate_obj"
"""The method of a form that keeps what its fields give in a record, under their names."""

ALL = "data"
"""The attribute of a form that holds what all of its fields give, by their names."""

_READ = ("flask.Request().form", "flask.Request().values")


def is_form(classes: Classes, name: str) -> bool:
    """Whether a class is one of forms."""
    return any(f"{base}()" in FORMS for base in classes.library_bases(name))


def fields(frame: Frame, classes: Classes, form: Value, cls: str, node: ir.Node) -> dict[str, Value]:
    """What the fields of a form of this class give, by name."""
    machine = frame.machine
    names = {
        name: None
        for scope in classes.mro(cls)[0]
        for name, bindings in scope.bindings.items()
        if isinstance(bindings[-1].value, ir.Call)
    }
    return {name: machine.attribute(frame, machine.attribute(frame, form, name, node), "data", node) for name in names}


def checked(frame: Frame, project: Project, classes: Classes, confining: frozenset[str], form: str) -> Claim | None:
    """What it tells of the request that a form of this class is valid: of its fields that take one of our choices, a number, or
    a text of a form that was thought of."""
    if not is_form(classes, form):
        return None
    fragments = [
        ("part", f"item:{name!r}", ("source", part))
        for name in _confined(project, classes, confining, form)
        for part in _READ
    ]
    for fragment in fragments:
        # On the other ways nothing is known of it, which has to be said where they come together.
        frame.state.infos.setdefault(fragment, NOTHING_KNOWN)
    return Claim(tuple((fragment, OURS) for fragment in fragments), ()) if fragments else None


def _confined(project: Project, classes: Classes, confining: frozenset[str], form: str) -> Iterator[str]:
    for scope in classes.mro(form)[0]:
        for name, bindings in scope.bindings.items():
            made = bindings[-1].value
            if not isinstance(made, ir.Call):
                continue
            kinds = frozenset(project.resolve(made.function, scope))
            unchecked = any(
                argument.name == "validate_choice" and isinstance(argument.value, ir.Const) and not argument.value.value
                for argument in made.arguments
            )
            if (
                not CHECKED_FIELDS.isdisjoint(kinds)
                or (not CHOICE_FIELDS.isdisjoint(kinds) and not unchecked)
                or is_confined(project, confining, made, scope)
            ):
                yield name


def is_confined(project: Project, confining: frozenset[str], made: ir.Expr, scope: Scope) -> bool:
    """Whether what makes a field names what checks its text, also by a variable or inside a function of the app's own."""
    return any(
        not confining.isdisjoint(name.removesuffix("()") for name in project.resolve(part, scope))
        for part in (made, *ir.walk(made))
        if isinstance(part, (ir.Call, ir.Name, ir.Attribute))
    )
