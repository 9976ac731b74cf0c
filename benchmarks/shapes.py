"""Other shapes of the same statements: what a module does stays, how it is written changes.

Each rewriting is local and keeps what a statement means for data: where a value comes from, what it goes through, where it
ends. Which ones are applied is drawn from a seeded generator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import cast

import libcst as cst
import libcst.matchers as m
from containers import CONTAINERS
from spellings import CALLS, ENDS
from syntax import Block, Names, Statement, assigned, expression, names, statement, text


class Shapes(cst.CSTTransformer):
    """Rewrites one module. ``shared``: functions that move to a module of their own, for which ``module`` is its name."""

    def __init__(
        self, rng: Random, fresh: Callable[[], str], shared: list[str], module: str, rate: float = 1.0
    ) -> None:
        super().__init__()
        self.rate = rate
        self.rng = rng
        self.fresh = fresh
        self.shared = shared
        self.module = module
        self.top: list[Statement] = []
        self.depth = 0
        self.header = Names()

    def maybe(self, chance: float = 0.5) -> bool:
        """Drawn."""
        return self.rng.random() < chance * self.rate

    def one(self, *choices: str) -> str:
        """One of these, drawn."""
        return self.rng.choice(choices)

    # Texts

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        return False

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        if not self.maybe(0.7) or '"""' in updated_node.start or "'''" in updated_node.start:
            return updated_node
        literals: list[str] = []
        values: list[str] = []
        for part in updated_node.parts:
            if isinstance(part, cst.FormattedStringText):
                literals.append(part.value.replace("{{", "{").replace("}}", "}"))
            elif isinstance(part, cst.FormattedStringExpression):
                if part.format_spec is not None or part.conversion is not None:
                    return updated_node
                literals.append("\x00")
                values.append(text(part.expression))
        quote = updated_node.end
        whole = "".join(literals)
        style = self.one("percent", "format", "add", "join")
        if style == "percent":
            body = whole.replace("%", "%%").replace("\x00", "%s")
            inner = ", ".join(values)
            return expression(f"({quote}{body}{quote} % ({inner},))") if values else updated_node
        if style == "format":
            body = whole.replace("{", "{{").replace("}", "}}").replace("\x00", "{}")
            return expression(f"{quote}{body}{quote}.format({', '.join(values)})")
        pieces = [f"{quote}{one}{quote}" if one != "\x00" else f"str({values.pop(0)})" for one in literals]
        if not pieces:
            return updated_node
        if style == "join":
            return expression(f"{quote}{quote}.join([{', '.join(pieces)}])")
        return expression(f"({' + '.join(pieces)})")

    # Calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        source = text(updated_node)
        for pattern, options in CALLS:
            found = re.fullmatch(pattern, source, re.DOTALL)
            if found is not None and self.maybe(0.6):
                made = found.expand(self.rng.choice(options).replace("{fresh}", self.fresh()))
                try:
                    return expression(made)
                except cst.ParserSyntaxError:
                    return updated_node
        return updated_node

    def leave_Comparison(self, original_node: cst.Comparison, updated_node: cst.Comparison) -> cst.BaseExpression:
        if len(updated_node.comparisons) != 1 or not self.maybe():
            return updated_node
        target = updated_node.comparisons[0]
        left, right = text(updated_node.left), text(target.comparator)
        match target.operator:
            case cst.GreaterThan():
                return expression(f"{right} < {left}")
            case cst.LessThan():
                return expression(f"{right} > {left}")
            case cst.Equal():
                return expression(f"{right} == {left}")
            case cst.NotIn() if not updated_node.lpar:
                return expression(f"(not ({left} in {right}))")
        return updated_node

    # Statements

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.depth += 1

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[Statement]:
        self.depth -= 1
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body = [one for one in updated_node.body.body if isinstance(one, Statement)]
        inner = any(isinstance(one, cst.FunctionDef) for one in body)
        if not inner:
            body = self._moved(body, {param.name.value for param in updated_node.params.params})
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body = [one for one in updated_node.body if isinstance(one, Statement)]
        if self.depth:
            body = self._containers(body)
            body = self._ends(body)
        made: Block = []
        for one in body:
            made.extend(self._respelled(one))
        return updated_node.with_changes(body=made)

    def _containers(self, body: Block) -> Block:
        for index, one in enumerate(body):
            held = assigned(one)
            if held is None:
                continue
            name, value = held
            for pattern, rewritings in CONTAINERS:
                if re.fullmatch(pattern, text(value)) and self.maybe(0.8):
                    rest = self.rng.choice(rewritings)(self, name, body[index:])
                    if rest is not None:
                        return [*body[:index], *rest]
        return body

    def _ends(self, body: Block) -> Block:
        """``if c: ... return`` and what follows: the same as ``else``, and the other way round."""
        for index, one in enumerate(body[:-1]):
            if (
                isinstance(one, cst.If)
                and one.orelse is None
                and isinstance(one.body, cst.IndentedBlock)
                and m.matches(one.body.body[-1], m.SimpleStatementLine(body=[m.Return()]))
                and self.maybe()
            ):
                rest = body[index + 1 :]
                if self.maybe():
                    otherwise = cst.Else(body=cst.IndentedBlock(body=rest))
                    return [*body[:index], one.with_changes(orelse=otherwise)]
                turned = expression(f"not ({text(one.test)})")
                flipped = cst.If(
                    test=turned,
                    body=cst.IndentedBlock(body=rest),
                    orelse=cst.Else(body=one.body),
                )
                return [*body[:index], flipped]
        return body

    def _respelled(self, one: Statement) -> Block:
        held = assigned(one)
        if held is not None:
            name, value = held
            if isinstance(value, cst.IfExp) and self.maybe(0.7):
                test, then, other = text(value.test), text(value.body), text(value.orelse)
                if self.maybe():
                    source = f"if {test}:\n    {name} = {then}\nelse:\n    {name} = {other}"
                    return [statement(source)]
                return [statement(f"{name} = {other}"), statement(f"if {test}:\n    {name} = {then}")]
            if isinstance(value, cst.Call) and value.args and self.maybe(0.4):
                return self._hoisted(one, value)
        if isinstance(one, cst.If):
            return [self._branches(one)]
        if isinstance(one, cst.Match):
            return [self._chain(one)]
        return [one]

    def _hoisted(self, one: Statement, call: cst.Call) -> Block:
        """An argument as a variable of its own."""
        for argument in call.args:
            plain = argument.keyword is None and not argument.star
            if plain and not isinstance(argument.value, (cst.Name, cst.SimpleString, cst.Lambda, cst.GeneratorExp)):
                variable = self.fresh()
                rest = cst.ensure_type(one, cst.SimpleStatementLine)
                new = rest.deep_replace(argument.value, cst.Name(variable))
                return [statement(f"{variable} = {text(argument.value)}"), cast(Statement, new)]
        return [one]

    def _branches(self, one: cst.If) -> Statement:
        if not isinstance(one.orelse, cst.Else) or not isinstance(one.body, cst.IndentedBlock):
            return one
        other = one.orelse.body
        if not isinstance(other, cst.IndentedBlock):
            return one
        if len(one.body.body) == 1 and len(other.body) == 1 and self.maybe():
            first, second = assigned(one.body.body[0]), assigned(other.body[0])
            if first is not None and second is not None and first[0] == second[0]:
                return statement(f"{first[0]} = ({text(first[1])}) if {text(one.test)} else ({text(second[1])})")
        if self.maybe(0.4):
            turned = expression(f"not ({text(one.test)})")
            return one.with_changes(test=turned, body=other, orelse=one.orelse.with_changes(body=one.body))
        return one

    def _chain(self, one: cst.Match) -> Statement:
        """``match`` on constants as a chain of ``if``, or the other way of writing its default."""
        subject = text(one.subject)
        arms: list[tuple[str, cst.BaseSuite]] = []
        for case in one.cases:
            if case.guard is not None:
                return one
            pattern = text(case.pattern)
            if pattern == "_":
                arms.append(("", case.body))
                continue
            parts = [part.strip() for part in pattern.split("|")]
            if not all(re.fullmatch(r"'[^']*'|\"[^\"]*\"|-?\d+", part) for part in parts):
                return one
            if len(parts) == 1:
                arms.append((f"{subject} == {parts[0]}", case.body))
            else:
                opened, closed = self.rng.choice((("(", ")"), ("[", "]"), ("{", "}")))
                arms.append((f"{subject} in {opened}{', '.join(parts)}{closed}", case.body))
        if not self.maybe(0.8) or not arms or not arms[0][0]:
            return one
        made: cst.Else | cst.If | None = None
        for test, body in reversed(arms):
            made = cst.If(test=expression(test), body=body, orelse=made) if test else cst.Else(body=body)
        return cast(Statement, made)

    # Functions of their own

    def _moved(self, body: Block, parameters: set[str]) -> Block:
        """A stretch of a function as a function of its own, here, in a class, or in another module."""
        for _ in range(6):
            if len(body) < 3 or not self.maybe(0.9):
                return body
            start = self.rng.randrange(len(body) - 1)
            stop = start + self.rng.randint(1, min(6, len(body) - start - 1))
            made = self._extracted(body, start, stop, parameters)
            if made is not None:
                return made
        return body

    def _extracted(self, body: Block, start: int, stop: int, parameters: set[str]) -> Block | None:
        inside, before, after = names(body[start:stop]), names(body[:start]), names(body[stop:])
        results = [one for one in dict.fromkeys(inside.bound) if one in after.read and one not in inside.imported]
        if inside.leaves or not results or len(results) > 2 or "self" in inside.read:
            return None
        if any(one in inside.imported for one in after.read) or any(
            isinstance(one, cst.FunctionDef) for one in body[start:stop]
        ):
            return None
        if m.findall(cst.Module(body=body[start:stop]), m.Break() | m.Continue()) and not m.findall(
            cst.Module(body=body[start:stop]), m.For() | m.While()
        ):
            return None
        earlier = {*before.bound, *parameters}
        given = [one for one in dict.fromkeys(inside.read) if one in earlier and one not in before.imported]
        imports = [before.imported[one] for one in dict.fromkeys(inside.read) if one in before.imported]
        outer = [self.header.imported[one] for one in dict.fromkeys(inside.read) if one in self.header.imported]
        function = self.fresh()
        lines = [*dict.fromkeys(imports)]
        core = cst.Module(body=body[start:stop]).code
        style = self.one("top", "shared", "closure", "static", "method")
        inner = "".join(f"{line}\n" for line in lines) + core + f"return {', '.join(results)}\n"
        local = {one.name.value for one in self.top if isinstance(one, cst.FunctionDef | cst.ClassDef)}
        if style == "shared" and (ENDS.search(core) or not local.isdisjoint(inside.read)):
            style = "top"
        if style == "shared":
            inner = "".join(f"{line}\n" for line in dict.fromkeys(outer)) + inner
        defined = f"def {function}({', '.join(given)}):\n" + _indented(inner)
        call = f"{function}({', '.join(given)})"
        target = ", ".join(results)
        if style == "closure":
            return [*body[:start], statement(defined), statement(f"{target} = {call}"), *body[stop:]]
        if style == "top":
            self.top.append(statement(defined))
            return [*body[:start], statement(f"{target} = {call}"), *body[stop:]]
        if style == "shared":
            self.shared.append(defined)
            bring = self.one(f"from {self.module} import {function}", f"import {self.module} as {function}_m")
            if bring.startswith("import"):
                call = f"{function}_m.{call}"
            return [*body[:start], statement(bring), statement(f"{target} = {call}"), *body[stop:]]
        owner = self.fresh().capitalize()
        if style == "static":
            inside_class = "@staticmethod\n" + defined
            call = f"{owner}.{call}"
        else:
            inside_class = f"def {function}({', '.join(['self', *given])}):\n" + _indented(inner)
            call = f"{owner}().{call}"
        self.top.append(statement(f"class {owner}:\n" + _indented(inside_class)))
        return [*body[:start], statement(f"{target} = {call}"), *body[stop:]]


def _indented(source: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in source.splitlines(keepends=True))
