"""Templates of mails: what programs for mail show runs no scripts and follows no ``javascript:`` links."""

from __future__ import annotations

import re

from flasklint import ir
from flasklint.project.calls import CallSite
from flasklint.project.outputs import last_word
from flasklint.project.pages import Pages, Rendering

_PARTS = frozenset(("html", "html_body", "body_html", "htmlbody", "html_content", "html_message", "html_part"))
"""Attributes and arguments by which a message is told its HTML."""
_MAIL = re.compile(r"e?mail|Message$|newsletter", re.I)
_FILES = re.compile(r"(?:^|[/_.-])e?mails?(?=[/_.-])", re.I)


def is_mailed(path: str, pages: Pages) -> bool:
    """Whether a template is for mails alone: by what is done with what renders it, or else by where it stands."""
    found: list[Rendering] = []
    pending, seen = [path], {path}
    while pending:
        one = pending.pop()
        found += pages.rendered_by(one)
        for user in pages.users(one):
            if user not in seen:
                seen.add(user)
                pending.append(user)
    if not found:
        return _FILES.search(path) is not None
    return all(goes_into_mail(rendering.site) for rendering in found)


def goes_into_mail(site: CallSite) -> bool:
    """Whether what a call renders becomes a mail's text in the function around it."""
    body = [node for node in ir.walk(site.scope.node) if isinstance(node, (ir.Call, ir.Assign))]
    names = {
        target.id
        for node in body
        if isinstance(node, ir.Assign) and node.value is not None and _holds(node.value, site.call)
        for target in node.targets
        if isinstance(target, ir.Name)
    }
    for node in body:
        match node:
            case ir.Assign(targets=(ir.Attribute(name=name),), value=value) if value is not None:
                if (name in _PARTS or name == "body") and _speaks_of(value, site.call, names):
                    return True
            case ir.Call(arguments=arguments) if node is not site.call:
                mail = _MAIL.search(last_word(node.function)) is not None
                for argument in arguments:
                    if (mail or argument.name in _PARTS) and _speaks_of(argument.value, site.call, names):
                        return True
            case _:
                pass
    return False


def _holds(value: ir.Expr, call: ir.Call) -> bool:
    return value.start <= call.start and call.end <= value.end


def _speaks_of(value: ir.Expr, call: ir.Call, names: set[str]) -> bool:
    return _holds(value, call) or (isinstance(value, ir.Name) and value.id in names)
