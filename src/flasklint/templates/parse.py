"""Jinja's own parser, told about tags that it does not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from flasklint.templates.positions import BrokenError, Placing, Tokens, TooDeepError, plain_reason, tokens

ENVIRONMENT = Environment(
    extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], keep_trailing_newline=True, autoescape=True
)

BODIES = frozenset({"for", "if", "block", "macro", "with", "autoescape", "call", "filter", "set", "trans"})
"""Jinja's own tags that have, or may have, an end tag."""

TAGS = BODIES | {"extends", "print", "include", "from", "import", "do", "break", "continue"}
"""Jinja's own tags."""

PARTS = frozenset({"else", "elif", "pluralize"}) | {f"end{name}" for name in BODIES}
"""Jinja's own tags that go on with or end another."""


@dataclass
class Tag:
    """A tag of an extension that we do not know. ``first``: the number of its name's token."""

    name: str
    first: int
    values: list[nodes.Expr] = field(default_factory=list)
    body: list[nodes.Node] = field(default_factory=list)


@dataclass
class Trans:
    """``trans``.

    ``bound``: pairs of a name's token number and its value, or no value for a name as it is. ``counted``: the token number
    of the name that ``pluralize`` counts by.
    """

    first: int
    bound: list[tuple[int, nodes.Expr | None]] = field(default_factory=list)
    counted: int | None = None
    body: list[nodes.Node] = field(default_factory=list)
    plural: list[nodes.Node] | None = None


@dataclass
class Parsed:
    """``closes``: by the number of a statement's ``{%`` that of the ``%}`` which ends it, end tag and all."""

    tokens: Tokens
    body: list[nodes.Node]
    closes: dict[int, int]


def parse(text: str, place: Placing | None = None) -> Parsed:
    """Parse a template. Raises :class:`BrokenError` with the place."""
    found = tokens(ENVIRONMENT, text, place)
    parser = _Parser(found)
    try:
        body = parser.subparse()
    except TemplateSyntaxError as error:
        raise BrokenError(*parser.place(error.lineno), plain_reason(error)) from None
    except RecursionError:
        raise TooDeepError(*parser.place(), "nested too deeply") from None
    return Parsed(found, body, parser.closes)


class _Parser(Parser):
    """Jinja's parser over placed tokens. Every ``lineno`` in it is a token's number."""

    def __init__(self, found: Tokens) -> None:
        super().__init__(ENVIRONMENT, "")
        self.stream = TokenStream(found.all, None, None)
        self.found = found
        self.closes: dict[int, int] = {}
        self.open: list[int] = []

    def place(self, number: int | None = None) -> tuple[int, int]:
        """Where to point for what Jinja says at a token, by default the current one."""
        current = self.stream.current
        if not self.found.all:
            return 0, 0
        if current.type == "eof" and self.open:
            # Where the file ends says little: show the tag that was left open.
            number = self.open[-1]
        elif number is None:
            number = current.lineno
        number = min(number, len(self.found.all) - 1)
        return self.found.starts[number], self.found.ends[number]

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        token = self.stream.current
        self.open.append(token.lineno)
        result: object
        if token.type != "name" or token.value in PARTS or (token.value in TAGS and token.value != "trans"):
            result = super().parse_statement()
        else:
            self._tag_stack.append(token.value)
            result = self._trans() if token.value == "trans" else self._unknown()
            self._tag_stack.pop()
        self.closes[token.lineno - 1] = self.stream.current.lineno
        self.open.pop()
        # Jinja admits no node classes but its own; the parser itself passes on whatever it gets.
        return cast("nodes.Node | list[nodes.Node]", result)

    def _trans(self) -> Trans:
        stream = self.stream
        result = Trans(next(stream).lineno)
        stream.next_if("string")
        while stream.current.type not in ("block_end", "colon"):
            if result.bound:
                stream.expect("comma")
            name = stream.expect("name")
            if stream.skip_if("assign"):
                result.bound.append((name.lineno, self.parse_expression()))
            elif name.value not in ("trimmed", "notrimmed"):
                result.bound.append((name.lineno, None))
            elif stream.current.type == "comma" and stream.look().type == "name" and not result.bound:
                next(stream)
        result.body = self.parse_statements(("name:pluralize", "name:endtrans"))
        if next(stream).value == "pluralize":
            counted = stream.next_if("name")
            result.counted = counted.lineno if counted else result.bound[0][0] if result.bound else None
            result.plural = self.parse_statements(("name:endtrans",), drop_needle=True)
        return result

    def _unknown(self) -> Tag:
        """A tag with a body if there are as many end tags as tags; else every one of them stands alone."""
        stream = self.stream
        name = next(stream)
        result = Tag(name.value, name.lineno)
        end = f"end{name.value}"
        counts = self.found.tags
        if not counts[end] and name.value.startswith("end") and counts[name.value] == counts[name.value[3:]]:
            self.fail_unknown_tag(name.value, name.lineno)
        while stream.current.type != "block_end":
            if stream.current.type == "eof":
                self.fail_eof()
            before = stream.current
            try:
                if before.type == "name" and stream.look().type == "assign":
                    stream.skip(2)
                result.values.append(self.parse_expression())
            except TemplateSyntaxError:
                # Its arguments have a grammar of their own: what is no expression is passed over.
                if stream.current is before and stream.current.type != "block_end":
                    next(stream)
        if counts[end] == counts[name.value]:
            while True:
                result.body += self.parse_statements((f"name:{end}", "name:else"))
                if next(stream).value == end:
                    break
                while stream.current.type != "block_end":
                    next(stream)
        return result
