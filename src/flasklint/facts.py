"""The facts of one file, by its kind: the front ends put together. Each is imported only when a file needs it."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.source import SourceFile, decode

_RENDERS_STRINGS = (b"_template_string", b"from_string", b"Template(")


def facts_of(file: SourceFile) -> ir.Facts:
    """The facts of a file, those of the templates in a Python file's strings included. Never raises."""
    # Imported here: half a second, and only of the front ends that this run needs.
    try:
        if file.kind == "settings":
            from flasklint.configfiles import extract as extract_settings

            return extract_settings(file.path, file.data)
        if file.kind == "deployment":
            from flasklint.deploy import extract as extract_deployment

            return extract_deployment(file.path, file.data)
        if file.kind == "template":
            from flasklint.templates import extract as extract_template

            return extract_template(file.path, file.data)
        if not file.data.strip(b"\r\n"):  # as most of what makes folders packages is
            return ir.Module(file.path, ())
        from flasklint.python import extract as extract_python

        facts = extract_python(file.path, file.data)
        if isinstance(facts, ir.Module) and any(word in file.data for word in _RENDERS_STRINGS):
            from flasklint.templates.inline import inline

            return replace(facts, inline=inline(facts, decode(file.data, "python")))
        return facts
    except RecursionError:
        return ir.Unread(file.path, 0, 0, "nested too deeply")
