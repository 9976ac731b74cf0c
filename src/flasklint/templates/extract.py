"""One template's facts, from its bytes or from a string that a program holds."""

from __future__ import annotations

import re

from flasklint import ir
from flasklint.source import Text, UndecodableError, decode
from flasklint.templates.html import FoundForm, Machine
from flasklint.templates.kind import is_foreign, is_html, is_xml
from flasklint.templates.lower import Lowering
from flasklint.templates.parse import parse
from flasklint.templates.positions import BrokenError, Placing, Tokens, TooDeepError

_ADDRESSED = re.compile(r"\bflasklint:")
_BUTTON = re.compile(r"<(button|input)\b[^>]*", re.IGNORECASE)
_TYPE = re.compile(r"""\stype\s*=\s*["']?\s*([A-Za-z]+)""")
_SENDING = frozenset(("submit", "image"))


def extract(path: str, data: bytes) -> ir.Template | ir.Unread:
    """The facts of a template file. Never raises: what cannot be read or parsed is ``Unread``, at the very place.

    A file that is no Jinja template by what is in it (Mustache, Vue, Go, Django) is a template without a body.
    """
    try:
        text = decode(data, "template")
    except UndecodableError as error:
        return ir.Unread(path, 0, 0, str(error))
    return extract_text(path, text)


def extract_text(
    path: str, text: str, *, place: Placing | None = None, file: Text | None = None, html: bool | None = None
) -> ir.Template | ir.Unread:
    """The facts of a template's text. Never raises.

    For a string inside another file: ``place`` takes a stretch of the text, from its start to its end, to the stretch of the
    file that it is written in; ``file`` is that file's text, for line numbers; ``html`` says what the path cannot.
    """
    if html is None:
        html = is_html(path, text)
    machine = Machine(is_xml(path, text)) if html else None
    try:
        parsed = parse(text, place)
        body = Lowering(parsed, machine).template()
    except BrokenError as error:
        if is_foreign(text) and not isinstance(error, TooDeepError):
            return ir.Template(path, (), html)
        return ir.Unread(path, error.start, error.end, error.reason)
    except RecursionError:
        # Our own limits come first, unless little of Python's is left to us.
        return ir.Unread(path, 0, 0, "nested too deeply")
    forms = _forms(machine, parsed.tokens, text) if machine else ()
    return ir.Template(path, body, html, forms, _comments(parsed.tokens, file or Text(text)))


def _forms(machine: Machine, tokens: Tokens, text: str) -> tuple[ir.Form, ...]:
    found: list[FoundForm] = sorted((*machine.forms, *machine.open_forms))
    forms = []
    for form in found:
        start, tag_end = tokens.place(form.start, form.tag_end)
        end = tokens.end if form.end < 0 else tokens.place(form.start, form.end)[1]
        written = text[form.tag_end : len(text) if form.end < 0 else form.end]
        forms.append(ir.Form(form.method, form.action, tag_end, _is_sent_by_script(written), start=start, end=end))
    return tuple(forms)


def _is_sent_by_script(written: str) -> bool:
    """Whether what is written in a form has buttons, none of which sends it."""
    kinds = []
    for tag in _BUTTON.finditer(written):
        kind = _TYPE.search(tag[0])
        kinds.append(kind[1].lower() if kind else "submit" if tag[1].lower() == "button" else "text")
    return "button" in kinds and _SENDING.isdisjoint(kinds) and "submit" not in written.lower()


def _comments(tokens: Tokens, file: Text) -> tuple[ir.Comment, ...]:
    found = []
    for start, end, text in tokens.comments:
        if not _ADDRESSED.search(text):
            continue
        first, last = file.position(start), file.position(end)
        before = file.line(first.line)[: first.column - 1]
        after = file.line(last.line)[last.column - 1 :]
        alone = not before.strip() and not after.strip()
        found.append(ir.Comment(text.strip(), first.line, last.line + alone, start=start, end=end))
    return tuple(found)
