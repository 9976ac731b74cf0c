"""What a run found, as text for people and as data for programs.

A reporter is a function from a report, the texts of its files and options to one string. It reads no file, prints nothing
and knows no time, so the same report gives the same bytes. It imports what it needs only when it is chosen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

from flasklint.findings import Report
from flasklint.reporters.options import RenderOptions, Texts

Format = Literal["text", "concise", "json", "sarif"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(form: Format, report: Report, texts: Texts, options: RenderOptions) -> str:
    """The report in one of the formats."""
    # A file with findings is asked for again and again, and its line table is worked out anew for each text made.
    known = lru_cache(maxsize=256)(texts)
    match form:
        case "text":
            from flasklint.reporters import text

            return text.render(report, known, options)
        case "concise":
            from flasklint.reporters import concise

            return concise.render(report, known, options)
        case "json":
            from flasklint.reporters import json

            return json.render(report, known, options)
        case "sarif":
            from flasklint.reporters import sarif

            return sarif.render(report, known, options)
