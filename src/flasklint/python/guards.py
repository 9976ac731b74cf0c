"""What would end the process or hold it up for minutes inside the native parser is refused before it gets there.

The parser is recursive, so deep nesting ends in a segmentation fault: on a stack of 8 MB from about 1,000 brackets or
6,000 ``elif``. It copies what it has parsed once for each level around it, so that nested brackets and long chains of
operators cost the square of their length and more; patterns of ``case`` that nest cost two to four times as much with every
level. The deepest brackets seen in 130 MB of real code are 20, the longest chain is 40 signs: the limits are far from both.
"""

from __future__ import annotations

import re

from flasklint.python.layout import Layout
from flasklint.python.lines import logical_lines
from flasklint.python.refusal import Refusal

DEEPEST_BRACKETS = 100
LONGEST_CHAIN = 1000
MOST_ELIFS = 2000
DEEPEST_PATTERN = 15
"""What a pattern's brackets weigh: three for each mapping around the innermost one, one for any other."""

_CASUAL_BRACKETS = 8
_CASUAL_CHAIN = 100
_MOST_COPIES = 300_000
"""Levels inside each bracket, where they are more than casual, summed: about four seconds of copying."""
_MOST_STEPS = 20_000_000
"""Squares of the lengths of chains above the casual one, summed: about six seconds."""

_SIGNS = b"()[]{}.,;:+-*/%@&|^~<>=!?\n\\"
_OTHERS = bytes(set(range(256)) - set(_SIGNS))
_OTHERS_THAN_AND = bytes(set(range(256)) - set(b"()[]{},;&\n\\"))
_GROUP = re.compile(rb"[(\[{][^()\[\]{}]*[)\]}]")
_LONG_GROUP = re.compile(rb"[(\[{][^()\[\]{}]{%d,}[)\]}]" % _CASUAL_CHAIN)
_LONG_LINE = re.compile(rb"[^,;\n()\[\]{}]{%d,}" % _CASUAL_CHAIN)
_CASE = re.compile(r"case(?=[ \t\f]*[(\[{\\]|[ \t\f]+\w)")
_BRACKET = re.compile(r"[]\[(){}]")


def guard(layout: Layout) -> Refusal | None:
    """Why a text must not be parsed; None if it may."""
    code = layout.code
    if code.count("elif") > MOST_ELIFS:
        start = [match.start() for match in re.finditer("elif", code)][MOST_ELIFS]
        return Refusal(start, start + 4, f"too many elif: more than {MOST_ELIFS}")
    return _chains(code) or _patterns(code)


def _chains(code: str) -> Refusal | None:
    # ``else`` and ``not`` are operators that chain to the right like ``**``, but only hundreds of them matter.
    if code.count("else") + code.count("not") > LONGEST_CHAIN:
        code = code.replace("else", " ?  ").replace("not", " ? ")
    # What ``and`` and ``or`` join is a list to the parser, so they part chains, and may form longer ones.
    if refusal := _fold(code, _OTHERS):
        refusal = _fold(code.replace(" and ", " ,   ").replace(" or ", " ,  "), _OTHERS)
    if not refusal and code.count("and") + code.count("or") > LONGEST_CHAIN:
        refusal = _fold(code.replace("&", " ").replace("and", " & ").replace("or", "& "), _OTHERS_THAN_AND)
    return refusal


def _fold(code: str, others: bytes) -> Refusal | None:
    # Only signs are left of the text. Then brackets are folded from the innermost out, so that what a bracket or a line
    # holds between commas is the chain of signs on that level.
    signs = code.encode("ascii", "ignore").translate(None, others).replace(b"\\\n", b"")
    depth = copies = steps = 0
    while True:
        chains = [max(map(len, group.replace(b"\n", b"").split(b","))) for group in _LONG_GROUP.findall(signs)]
        signs, count = _GROUP.subn(b"$", signs)
        if not count:
            chains.extend(map(len, _LONG_LINE.findall(signs)))
        steps += sum(length * length for length in chains if length > _CASUAL_CHAIN)
        if max(chains, default=0) > LONGEST_CHAIN or steps > _MOST_STEPS:
            return Refusal(*_busiest(code), f"too long a chain of operators: more than {LONGEST_CHAIN} signs")
        if not count:
            return None
        depth += 1
        copies += count * depth if depth > _CASUAL_BRACKETS else 0
        if depth > DEEPEST_BRACKETS or copies > _MOST_COPIES:
            return Refusal(*_busiest(code), f"brackets nested too deeply: more than {DEEPEST_BRACKETS} levels")


def _busiest(code: str) -> tuple[int, int]:
    """The line that holds most signs: where to look for what is too much."""
    return max(
        logical_lines(code), key=lambda line: len(code[slice(*line)].encode("ascii", "ignore").translate(None, _OTHERS))
    )


def _patterns(code: str) -> Refusal | None:
    for word in _CASE.finditer(code):
        start, end = next(logical_lines(code, word.start()))
        if code[max(code.rfind("\n", 0, start), code.rfind("\r", 0, start)) + 1 : start].strip():
            continue
        depth = 0
        for bracket in _BRACKET.findall(code, start, end):
            # A mapping is tried in three ways or more on every level, any other pattern in two.
            weight = 3 if bracket in "{}" else 1
            depth += weight if bracket in "([{" else -weight
            if depth > DEEPEST_PATTERN:
                return Refusal(start, end, "patterns nested too deeply")
    return None
