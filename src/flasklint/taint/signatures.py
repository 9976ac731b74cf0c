"""What was signed: where a signature that is made here is compared with the one that was sent, the text is of whoever has the
key, and no longer of whoever visits."""

from __future__ import annotations

from collections.abc import Iterator

from flasklint import ir
from flasklint.knowledge.signers import BODIES, MACS
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.values import HARMLESS, NOTHING_KNOWN, Claim, Fragment


def compared(frame: Frame, arguments: Arguments) -> Claim | None:
    """What it tells of the texts that were signed that two signatures are the same."""
    fragments: dict[Fragment, None] = {}
    for place in arguments.places:
        for message in _messages(frame, place):
            fragments.update(
                dict.fromkeys(one.fragment for one in frame.inside(frame.machine.evaluate(frame, message)))
            )
            if _reads_body(frame, message):
                # What is read out of a body that is signed is signed with it, however it is read.
                fragments.update(dict.fromkeys(("source", name) for name in sorted(BODIES)))
    for one in fragments:
        # On the other ways nothing is known of it, which has to be said where they come together.
        frame.state.infos.setdefault(one, NOTHING_KNOWN)
    return Claim(tuple((one, HARMLESS) for one in fragments), ()) if fragments else None


def _reads_body(frame: Frame, message: ir.Expr) -> bool:
    """Whether it is the body of the request, also in a variable. Goes by names: it is one whatever the tables say of it."""
    return any(
        f"{one}.{part.name}{called}" in BODIES
        for part in _parts(frame, message)
        if isinstance(part, ir.Attribute)
        for one in frame.machine.evaluate(frame, part.value).refs
        for called in ("", "()")
    )


def _parts(frame: Frame, made: ir.Node, follow: bool = True) -> Iterator[ir.Node]:
    """What an expression is made of, and what the variables in it were set to."""
    for part in (made, *ir.walk(made)):
        yield part
        if isinstance(part, ir.Name) and follow and frame.key is not None:
            for binding in frame.key.scope.at(part.id, part.start):
                if binding.kind == "assign" and not binding.path and binding.value is not None:
                    yield from _parts(frame, binding.value, follow=False)


def _messages(frame: Frame, made: ir.Node) -> Iterator[ir.Expr]:
    """The texts that an expression signs, also one that a variable was set to."""
    for part in _parts(frame, made):
        if isinstance(part, ir.Call):
            yield from _message(frame, part)


def _message(frame: Frame, call: ir.Call) -> Iterator[ir.Expr]:
    named = ir.last_name(call.function)
    for name, (position, keyword) in MACS.items():
        if name.rpartition(".")[2] != named or name not in frame.machine.evaluate(frame, call.function).refs:
            continue
        positional = [one.value for one in call.arguments if not one.name]
        yield from positional[position : position + 1]
        yield from (one.value for one in call.arguments if one.name == keyword)
