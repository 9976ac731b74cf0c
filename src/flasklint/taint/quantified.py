"""``all(test for x in xs)`` and ``any(...)``: what they tell."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.taint import guards
from flasklint.taint.comprehensions import element_of, few_elements
from flasklint.taint.frame import Frame
from flasklint.taint.targets import assign, names_of
from flasklint.taint.values import BOOL, Claim, Facts, Fragment, Info, Value, base_of, facts_both


def quantified(frame: Frame, node: ir.Comprehension, every: bool) -> Value:
    """The truth of ``all`` or ``any`` over a comprehension.

    Over a few known elements it is a conjunction of the tests. Over a text, what every character is, the whole text is made of.
    """
    if len(node.clauses) != 1 or node.clauses[0].tests:
        frame.machine.evaluate(frame, node)
        return BOOL
    clause = node.clauses[0]
    saved = {name: frame.state.variables.get(name) for name in names_of(clause.target)}
    iterable = frame.machine.evaluate(frame, clause.iterable)
    held = few_elements(frame, iterable) or _characters(iterable)
    claims: list[Claim] = []
    if held is not None:
        for value in held:
            assign(frame, clause.target, value, clause)
            claims.append(guards.told(frame.machine.evaluate(frame, node.element), frame.machine.parts))
        claim = guards.conjunction(claims) if every else guards.disjunction(claims)
    else:
        assign(frame, clause.target, element_of(frame, iterable, clause), clause)
        inner = guards.told(frame.machine.evaluate(frame, node.element), frame.machine.parts)
        if not every:
            inner = Claim(inner.false, inner.true)
        facts = inner.true or ()
        lifted: Facts | None = facts
        for fragment, info in facts:
            lifted = facts_both(lifted, _of_whole(fragment, info, clause.start))
        # ``any(file == name for file in files)``: one of them was it, which tells of what is no element.
        other = tuple(
            (fragment, info) for fragment, info in inner.false or () if not _is_turn_of(fragment, clause.start)
        )
        claim = Claim(lifted, other) if every else Claim(other, lifted)
    for name, before in saved.items():
        if before is None:
            frame.state.variables.pop(name, None)
        else:
            frame.state.variables[name] = before
    return replace(BOOL, claim=claim)


def _characters(iterable: Value) -> list[Value] | None:
    if iterable.known and len(iterable.constants) == 1:
        text = iterable.constants[0]
        if isinstance(text, str) and len(text) <= 64:
            return [Value((char,)) for char in dict.fromkeys(text)]
    return None


def _is_turn_of(fragment: Fragment, turn: int) -> bool:
    while fragment[0] in ("part", "image"):
        if fragment[1] == f"turn@{turn}":
            return True
        fragment = base_of(fragment)
    return False


def _of_whole(fragment: Fragment, info: Info, turn: int) -> Facts:
    """What holds of each turn's element holds of the whole, where it speaks of characters or lacking texts of one character."""
    found: list[tuple[Fragment, Info]] = []
    current, narrow = fragment, info
    crossed = False
    while current[0] == "part":
        tag, base = str(current[1]), current[2]
        assert isinstance(base, tuple)
        crossed = crossed or tag == f"turn@{turn}"
        if tag.startswith(("turn@", "each")):
            narrow = Info(mask=narrow.mask)
            if crossed:
                found.append((base, narrow))
        else:
            break
        current = base
    return tuple(found)
