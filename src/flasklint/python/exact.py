"""The layout of a text as its tree has it: slower than :mod:`flasklint.python.scan`, and right by construction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState

from flasklint.python.layout import MORE, STRING, Layout
from flasklint.python.refusal import MisalignedError

_PIECES = frozenset({"FormattedStringText", "TemplatedStringText"})
_STRINGS = frozenset({"SimpleString", "FormattedString", "TemplatedString"})


def exact(module: cst.Module, text: str) -> Layout:
    """The layout of the text that a module was parsed from. Raises :class:`MisalignedError` if libcst gives back another."""
    state = _Blanker(module.default_indent, module.default_newline)
    module._codegen(state)
    if "".join(state.tokens) != text:
        raise MisalignedError("the parser does not give back what it read")
    for index, blank in state.blanks.items():
        if index < len(state.tokens):
            state.tokens[index] = blank
    return Layout(text, "".join(state.tokens), state.comments)


class _Blanker(CodegenState):
    """Writes a tree out, noting which tokens are to be blanked with what."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent=default_indent, default_newline=default_newline)
        self.size = 0
        self.blanks: dict[int, str] = {}
        self.comments: list[tuple[int, int]] = []

    def add_token(self, value: str) -> None:
        self.size += len(value)
        self.tokens.append(value)

    def add_indent_tokens(self) -> None:
        for value in self.indent_tokens:
            self.add_token(value)

    def after_codegen(self, node: cst.CSTNode) -> None:
        kind = type(node).__name__
        if kind == "Comment":
            size = len(self.tokens[-1])
            self.comments.append((self.size - size, self.size))
            self.blanks[len(self.tokens) - 1] = " " * size
        elif kind in _PIECES:
            self.blanks[len(self.tokens) - 1] = MORE * len(self.tokens[-1])

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        # For an expression this is called inside its parentheses, so its tokens are the first and the last ones written here.
        first = len(self.tokens)
        yield
        kind = type(node).__name__
        if kind in _STRINGS:
            # A string is one token, an f-string begins with its prefix and ends with its quotes.
            self.blanks[len(self.tokens) - 1] = MORE * len(self.tokens[-1])
            self.blanks[first] = STRING + MORE * (len(self.tokens[first]) - 1)
