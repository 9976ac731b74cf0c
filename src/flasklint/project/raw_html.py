"""Which calls make HTML of a text and leave the tags that are in it as they are."""

from __future__ import annotations

from collections.abc import Collection

from flasklint import ir
from flasklint.knowledge.templates import ESCAPING_MAKERS, MARKUP_MAKERS, RAW_PRESETS, RENDERERS_MADE, TOLD_TO_ESCAPE
from flasklint.project.calls import CallSite
from flasklint.project.project import Project

SUBSTITUTES = frozenset({"re.sub", "re.subn", "regex.sub", "re.compile().sub", "re.Pattern().sub"})
"""Calls that put something else where a pattern is found in a text, and leave the rest of the text as it is."""
_SAME_RENDERER = (".enable()", ".use()")
"""Methods of renderers that give the renderer itself."""
_CHANGING = ("disable", "set", "configure", "add_render_rule")
"""Methods after which a renderer may escape."""
_HTML_METHODS = frozenset(("render_html_block", "render_inline_html"))
"""Methods by which a renderer of the project's own may put out tags in another way."""


def substituted(names: Collection[str]) -> slice:
    """Which arguments of a call of :data:`SUBSTITUTES` are in its result: what is put in, and the text."""
    return slice(0, 2) if any("()." in name for name in names) else slice(1, 3)


def makes_raw_html(call: ir.Call, names: Collection[str], project: Project) -> bool:
    """Whether a call of one of these makes HTML of a text and leaves the tags that are in it as they are."""
    told = next((argument.value for argument in call.arguments if argument.name in TOLD_TO_ESCAPE), None)
    if told is None:
        return not MARKUP_MAKERS.isdisjoint(names) or any(_is_made_raw(name, project) for name in names)
    return _is_no(told) and not (MARKUP_MAKERS | ESCAPING_MAKERS).isdisjoint(names)


def _is_made_raw(name: str, project: Project) -> bool:
    """Whether a renderer's method, by its name, leaves tags as they are: all renderers of the kind are made so."""
    for same in _SAME_RENDERER:
        name = name.replace(same, "")
    maker = RENDERERS_MADE.get(name)
    if maker is None or any(True for _ in project.calls(*(f"{maker}().{one}" for one in _CHANGING))):
        return False
    made = list(project.calls(maker))
    return bool(made) and all(_leaves_tags(maker, site, project) for site in made)


def _leaves_tags(maker: str, site: CallSite, project: Project) -> bool:
    if site.unpacks:
        return False
    match maker:
        case "markdown_it.MarkdownIt":
            preset, options = site.argument(0, "config"), site.argument(1, "options_update")
            if site.argument(None, "renderer_cls") is not None or not (options is None or _allows_html(options)):
                return False
            return preset is None or (isinstance(preset, ir.Const) and preset.value in RAW_PRESETS)
        case "marko.Markdown":
            renderer = site.argument(1, "renderer")
            return renderer is None or _keeps_html_methods(renderer, site, project)
        case _:
            escape = site.argument(0, "escape")
            return escape is not None and _is_no(escape)


def _allows_html(options: ir.Expr) -> bool:
    """Whether options that are written out do not switch tags off."""
    return isinstance(options, ir.Dict) and all(
        isinstance(pair.key, ir.Const)
        and (pair.key.value != "html" or (isinstance(pair.value, ir.Const) and bool(pair.value.value)))
        for pair in options.pairs
    )


def _keeps_html_methods(renderer: ir.Expr, site: CallSite, project: Project) -> bool:
    known = [project.definition(name) for name in project.resolve(renderer, site.scope)]
    return any(known) and all(one is None or _HTML_METHODS.isdisjoint(one.bindings) for one in known)


def _is_no(value: ir.Expr) -> bool:
    return isinstance(value, ir.Const) and not value.value
