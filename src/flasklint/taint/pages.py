"""Templates, evaluated: a template is a function of its context, and what it puts out is looked at where it stands.

Where it differs from Jinja
    A block is evaluated with the variables of the top level around it, wherever the inheriting templates put it.
    Of a template's name that is known in parts only, every template of the project that has such a name is taken.
    Names set inside a loop outlast it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.rows import MARKUP, Rendering, Tables
from flasklint.knowledge.templates import LOOP_NUMBERS
from flasklint.project.marks import begins_link
from flasklint.project.pages import Registered
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint import sinks
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.page_keys import REST, PageKeys, mentioned, top_level
from flasklint.taint.passing import Outcome, Passing, Returning
from flasklint.taint.state import Obj
from flasklint.taint.tables import picked
from flasklint.taint.targets import assign
from flasklint.taint.values import (
    NEVER,
    NONE,
    NUMBER,
    UNKNOWN,
    Closure,
    FunctionKey,
    Value,
    constant,
    doubted,
    join,
    ref,
)

MOST_TARGETS = 8
"""Templates that one name may mean at most."""
MOST_CONTEXTS = 24
"""Contexts that one template is evaluated with at most before less is told of them."""

SPREAD = "passed to the template, under names that are not known"
"""What a step says that gives a template variables of any name."""

_ANY_NAME = "under which name it comes is not known"

MARKING = "|safe"
"""The filter that says of a text that it is HTML."""

_BLOCKS = "\x02blocks"
_PLACE = "\x02place"
_SCRIPTS = ("script", "style", "event", "unquoted")

SHOWN = Value(refs=(MARKUP,))
"""What a macro, a block or a call of one gives: it is HTML, and what is in it was looked at where it was put out."""


class Templates(PageKeys):
    """Evaluates the templates of a project. ``judged``: outputs, filters and calls that were looked at, by path and start.
    ``contexts``: how often each function was evaluated.
    """

    contexts: dict[FunctionKey, int]

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self.judged: set[tuple[str, int]] = set()
        self._idle: set[int] = set()

    # What the engine gives

    @abstractmethod
    def outcome(
        self, frame: Frame, key: FunctionKey, values: tuple[tuple[str, Value], ...], passing: Passing, node: ir.Node
    ) -> Outcome:
        """What a function comes to with these values."""

    @abstractmethod
    def run_frame(self, inner: Frame) -> Outcome:
        """Evaluate a function's body."""

    # Rendering

    def render(self, frame: Frame, row: Rendering, arguments: Arguments, receiver: Value | None, node: ir.Node) -> None:
        """A call runs a template with what it passes."""
        text = picked(frame, row.text, arguments, receiver) if row.text else None
        named = picked(frame, row.template, arguments, receiver) if row.template else None
        paths = self._texts(frame, text) if text is not None else []
        if named is not None and not paths:
            paths = self._targets(frame, named)
        if not paths:
            return
        context: dict[str, Value] = {}
        rest = arguments.double
        for where in row.context:
            given = picked(frame, where, arguments, receiver)
            if given is not None:
                for _, thing in frame.objects(given):
                    context.update((key, held) for key, held in thing.items.items() if isinstance(key, str))
                    rest = thing.rest if rest is None else join(rest, thing.rest)
        count = len(arguments.positional)
        for index, (name, value) in enumerate(arguments.keywords):
            at = arguments.places[count + index] if count + index < len(arguments.places) else node
            context[name] = (
                value if not value.taints else frame.stepped(value, at, f"passed to the template as `{name}`")
            )
        if rest is not None and rest is not NEVER:
            context[REST] = rest if not rest.taints else doubted(frame.stepped(rest, node, SPREAD), _ANY_NAME)
        for path in paths:
            missing = self._left_out(path, context) if REST not in context else ()
            self.enter(frame, path, {**dict.fromkeys(missing, NONE), **context}, node)

    def _left_out(self, path: str, context: Mapping[str, Value]) -> list[str]:
        """The variables of a template that other calls pass and this one does not: they are undefined, which is like ``None``."""
        pages = self.project.pages
        return [
            name
            for name in pages.passed(path)
            if name not in context
            and name not in self.index.globals
            and not pages.processors(name)
            and not pages.registered("global", name)
        ]

    def show(self, frame: Frame, answer: Value, node: ir.Node) -> None:
        """A decorator of a view runs a template with the dict that the view gives."""
        for path in self.project.pages.templated(frame.scope)[:MOST_TARGETS]:
            for _, thing in frame.objects(answer):
                context = {
                    key: held if not held.taints else frame.stepped(held, node, f"passed to the template as `{key}`")
                    for key, held in thing.items.items()
                    if isinstance(key, str)
                }
                if thing.rest is not NEVER:
                    context[REST] = thing.rest
                self.enter(frame, path, context, node)

    def _texts(self, frame: Frame, given: Value) -> list[str]:
        """The paths of the templates whose text a value is."""
        pages = self.project.pages
        found = [path for one in given.constants if isinstance(one, str) for path in pages.inline(one, frame.path)]
        if not found:
            whole = [one for one in given.constants if isinstance(one, str)]
            whole += ["".join(piece for piece in text if isinstance(piece, str)) for text in given.texts]
            found = list(dict.fromkeys(path for one in whole for path in pages.pieces(one, frame.path)))
        return found[:MOST_TARGETS]

    def _targets(self, frame: Frame, named: Value) -> list[str]:
        """The paths of the templates that a value names."""
        names = [one for one in named.constants if isinstance(one, str)]
        for _, thing in frame.objects(named):
            names.extend(one for held in thing.items.values() for one in held.constants if isinstance(one, str))
        found = dict.fromkeys(path for name in names for path in self.project.pages.named(name, frame.path))
        return list(found)[:MOST_TARGETS]

    def enter(self, frame: Frame, path: str, context: Mapping[str, Value], node: ir.Node) -> Value:
        """Evaluate a template with those variables of a context that it uses; the result has its own as attributes."""
        used = self._names_used(path)
        values = {name: value for name, value in context.items() if name in used or name[0] == "\x02"}
        return self._run(frame, self._template_key(path), values, node, f"passed to {_shown(path)}")

    def _run(self, frame: Frame, key: FunctionKey, context: Mapping[str, Value], node: ir.Node, words: str) -> Value:
        passing = Passing(frame)
        shared = {name: value for name, value in frame.state.variables.items() if name[0] == "\x01"}
        values = tuple((name, passing.value(value)) for name, value in sorted({**context, **shared}.items()))
        outcome = self.outcome(frame, key, values, passing, node)
        if outcome.cut:
            return UNKNOWN
        returning = Returning(frame, node, key.function.name, passing, outcome, words)
        for one in outcome.pending:
            self.record(frame, returning.pending(one))
        if outcome.state is None:
            return UNKNOWN
        returning.effects(passing)
        return returning.value(outcome.result)

    def page_result(self, inner: Frame) -> Value:
        """What an evaluation gives: a template its own variables, anything else what it puts out."""
        key = inner.key
        assert key is not None
        if key is not self._page_keys.get(inner.path):
            return SHOWN
        for link in top_level(key.function.body):
            if isinstance(link, ir.Link) and link.kind == "extends":
                # At the end: what a child sets, its parents see.
                self._extend(inner, link)
        own = self._own(inner.path)
        held = {
            name: value
            for name, value in inner.state.variables.items()
            if name in own and not any(type(one) is Closure for one in value.refs)
        }
        return inner.make("page", Obj("instance", attributes=held))

    def unreached(self) -> Iterable[Frame]:
        """Frames of the templates, and then of the macros, that nothing has evaluated yet, for evaluation by themselves: those
        that no other one uses come first."""
        pages = self.project.pages
        for path in sorted(self.project.templates, key=lambda one: bool(pages.users(one))):
            if path not in self._page_keys and self.project.templates[path].html:
                yield Frame(self, self._scope(path), self._template_key(path), 0)
        for path in self.project.templates:
            for name, member in self._own(path).items():
                if not isinstance(member, ir.Function) or not self.project.templates[path].html:
                    continue
                keys = [self._page_keys.get((path, name, own)) for own in (True, False)]
                if not any(key is not None and key in self.contexts for key in keys):
                    key = self._macro_key(path, member, own=False)
                    yield Frame(self, key.scope, key, 0)

    # Names

    def page_words(self, frame: Frame, node: ir.Loop) -> frozenset[str] | None:
        members = self._own(frame.path).values()
        names = {name for one in members if isinstance(one, ir.Function) for name in mentioned(one)}
        for inner in ir.walk(node):
            if isinstance(inner, ir.Block):
                names |= self._names_in(frame.path, inner)
            elif isinstance(inner, ir.Link):
                if not isinstance(inner.template, ir.Const):
                    return None
                for path in self._linked(frame, inner):
                    names |= self._names_used(path)
        return frozenset(names)

    def page_callee(self, frame: Frame, callee: Value, function: ir.Name) -> Value:
        """What is called, of what a name may mean: no text is, whoever has sent it."""
        if function.id in frame.state.variables:
            return replace(callee, taints=(), open=True)
        return self.page_name(frame, function.id, function, called=True)

    def page_name(self, frame: Frame, name: str, node: ir.Node, called: bool = False) -> Value:
        if name[0] == "|":
            self.judged.add((frame.path, node.start))
            if name in self.project.pages.marking:
                return ref(MARKING)
            return self._registered("filter", name[1:]) or ref(name)
        if name.startswith("is "):
            return ref("<test>")
        member = self._own(frame.path).get(name)
        if isinstance(member, ir.Function):
            return Value(refs=(Closure(self._macro_key(frame.path, member, own=True)),))
        if member is not None:
            return self._imported(frame, *member)
        result = NEVER
        rest = frame.state.variables.get(REST) or frame.outer.get(REST)
        if rest is not None and not (called and rest.taints):
            result = rest
        for function in self.project.pages.processors(name):
            made = self.call(frame, Value(refs=(Closure(self.key_of(function)),)), Arguments(), node)
            frame.dead = False
            for _, thing in frame.objects(made):
                held = thing.items.get(name, thing.rest)
                if held is not NEVER:
                    result = join(result, held)
        if result is not NEVER:
            return result
        known = self._registered("global", name)
        if known is not None:
            return known
        if name in self.index.globals:
            return self.named(frame, (self.index.globals[name],), node)
        return UNKNOWN

    def _registered(self, kind: Literal["filter", "global"], name: str) -> Value | None:
        """What the project has registered under a name."""
        found = NEVER
        for one in self.project.pages.registered(kind, name):
            found = join(found, self._value_of(one))
        return None if found is NEVER else found

    def _value_of(self, one: Registered) -> Value:
        if isinstance(one, Scope):
            return Value(refs=(Closure(self.key_of(one)),))
        expr, scope = one
        frame = self.module_frame(scope.module)
        if isinstance(expr, (ir.Function, ir.Const)):
            return self.evaluate(frame, expr)
        names = self.project.resolve(expr, scope)
        return self.named(frame, names, expr) if names else UNKNOWN

    def _imported(self, frame: Frame, link: ir.Link, name: str) -> Value:
        """What a name means that an import brings: a macro, or another template with all that is in it."""
        found = NEVER
        for path in self._linked(frame, link):
            members = self._own(path)
            if name:
                member = members.get(name)
                if isinstance(member, ir.Function):
                    found = join(found, Value(refs=(Closure(self._macro_key(path, member, own=link.with_context)),)))
                elif member is not None:
                    inner = Frame(self, self._scope(path), self._template_key(path), frame.depth + 1)
                    found = join(found, self._imported(inner, *member) if frame.depth < 10 else UNKNOWN)
                else:
                    made = self.enter(frame, path, {}, link)
                    for _, thing in frame.objects(made):
                        found = join(found, thing.attributes.get(name, UNKNOWN))
            else:
                attributes = {
                    one: Value(refs=(Closure(self._macro_key(path, member, own=link.with_context)),))
                    for one, member in members.items()
                    if isinstance(member, ir.Function)
                }
                made = self.enter(frame, path, {}, link)
                for _, thing in frame.objects(made):
                    attributes = {**thing.attributes, **attributes}
                found = join(found, frame.make((link.start, path), Obj("instance", attributes=attributes)))
        return found if found is not NEVER else UNKNOWN

    def _linked(self, frame: Frame, link: ir.Link) -> list[str]:
        """The templates that a link may mean."""
        found = self._targets(frame, self.evaluate(frame, link.template))
        if found:
            return found
        for use in self.project.pages.links(frame.path):
            if use.link is link:
                return list(use.targets)[:MOST_TARGETS]
        return []

    def page_attribute(self, frame: Frame, value: Value, name: str, node: ir.Node) -> Value:
        if value.refs == ("<loop>",) and name in LOOP_NUMBERS:
            return NUMBER
        found = NEVER
        rest = []
        for one in value.refs:
            if type(one) is int:
                thing = frame.object_at(one)
                if thing.shape == "dict" and name not in thing.attributes:
                    # In a template ``d.key`` is ``d["key"]``, unless dicts have such a method.
                    if name in thing.items or not hasattr(dict, name):
                        held = thing.items.get(name, thing.rest)
                        found = join(found, held if held is not NEVER else NONE)
                        continue
                elif name in thing.attributes:
                    found = join(found, thing.attributes[name])
                    continue
            rest.append(one)
        if found is NEVER:
            known = value.constants or value.texts or any(type(one) is int for one in value.refs)
            if not known and not value.taints and name in self.project.pages.marked:
                found = self._by_name(frame, name, node)
            return self.attribute(frame, value, name, node) if found is NEVER else found
        if rest or value.open or value.taints or value.constants:
            found = join(found, self.attribute(frame, replace(value, refs=tuple(rest)), name, node))
        return found

    def _by_name(self, frame: Frame, name: str, node: ir.Node) -> Value:
        """The member of this name of whatever class of the project has one, for something that nothing is known of."""
        found = NEVER
        for owner in self.project.members.get(name, ()):
            this = frame.make((node.start, owner), Obj("instance", types=(owner,)))
            found = join(found, self.attribute(frame, this, name, node))
            frame.dead = False
        return found

    # Statements

    def page(self, frame: Frame, node: ir.Stmt) -> None:
        match node:
            case ir.Output():
                self._output(frame, node)
            case ir.Block():
                self._block(frame, node)
            case ir.Link():
                self._link(frame, node)
            case ir.With(items=items, body=body):
                self._with(frame, items, body)
            case ir.Function(name=name):
                frame.state.variables[name] = Value(refs=(Closure(self._macro_key(frame.path, node, own=True)),))
            case ir.Region(kind="set", body=(*body, ir.Assign(targets=(target,), value=value) as last)):
                self.execute(frame, tuple(body))
                whole = isinstance(value, ir.Op)
                assign(frame, target, SHOWN if whole or value is None else self.evaluate(frame, value), last)
            case ir.Region(body=body):
                self.execute(frame, body)
            case _:
                pass

    def _output(self, frame: Frame, node: ir.Output) -> None:
        place: str = node.context.place
        if place in ("text", "plain"):
            outer = frame.state.variables.get(_PLACE)
            if outer is not None and isinstance(outer.constants[0], str):
                place = outer.constants[0]
                if place == "url" and not self._leads(frame, node):
                    place = "text"
        rows = self.index.sinks.get(f"<{place}>", ())
        if not rows and self._is_idle(node):
            return
        value = self.evaluate(frame, node.value)
        if frame.dead:
            frame.dead = False
            return
        self.judged.add((frame.path, node.start))
        if place == node.context.place == "url" and not begins_link(node.context):
            return
        self.put_out(frame, node, place, value)

    def _leads(self, frame: Frame, node: ir.Output) -> bool:
        """Whether a block begins with an output."""
        return any(block.lead == node.outer[0] for block in self._blocks(frame.path).values())

    def put_out(self, frame: Frame, node: ir.Output, place: str, value: Value) -> None:
        """A value is put out at a place of a page."""
        for row in self.index.sinks.get(f"<{place}>", ()):
            sinks.land(frame, self.index, row, value, node, node)

    def _is_idle(self, node: ir.Output) -> bool:
        """Nothing is called for a value, so that nothing happens when it is escaped and put out."""
        if id(node) in self._idle:
            return True
        idle = not any(isinstance(one, ir.Call) for one in (node.value, *ir.walk(node.value)))
        if idle:
            self._idle.add(id(node))
        return idle

    def _with(self, frame: Frame, items: Iterable[ir.Assign | ir.Do], body: tuple[ir.Stmt, ...]) -> None:
        before = frame.state.variables
        frame.state.variables = dict(before)
        bound: set[str] = set()
        values = [(item, self.evaluate(frame, item.value)) for item in items if item.value is not None]
        for item, value in values:
            if isinstance(item, ir.Assign):
                assign(frame, item.targets[0], value, item)
                bound |= {one.id for one in ir.walk(item) if isinstance(one, ir.Name)}
        self.execute(frame, body)
        for name in bound:
            if name in before:
                frame.state.variables[name] = before[name]
            else:
                frame.state.variables.pop(name, None)

    def _visible(self, frame: Frame) -> dict[str, Value]:
        """The variables in force, as another template or a block is given them."""
        found = dict(frame.outer) | frame.state.variables
        return {name: value for name, value in found.items() if name[0] != "\x01"}

    def _block(self, frame: Frame, node: ir.Block) -> None:
        overridden = frame.state.variables.get(_BLOCKS)
        if overridden is not None and node.name in overridden.constants:
            return
        used = self._names_in(frame.path, node)
        context = {
            name: value for name, value in self._visible(frame).items() if name in used or name in (REST, _BLOCKS)
        }
        for path in self.project.pages.brought(frame.path, "extends"):
            shown = self._blocks(path).get(node.name)
            if shown is not None and (shown.context.place in _SCRIPTS or begins_link(shown.context)):
                context[_PLACE] = constant(shown.context.place)
        self._run(frame, self._block_key(frame.path, node), context, node, f"passed to the block `{node.name}`")

    def _link(self, frame: Frame, node: ir.Link) -> None:
        if node.kind == "import" or node.kind == "from":
            for name, alias in node.names:
                value = self._imported(frame, node, name if node.kind == "from" else "")
                frame.state.variables[alias] = value
            return
        context = self._visible(frame) if node.with_context else {}
        context.pop(_PLACE, None)
        if node.context.place in _SCRIPTS:
            context[_PLACE] = constant(node.context.place)
        if node.kind == "include":
            context.pop(_BLOCKS, None)
            for path in self._linked(frame, node):
                self.enter(frame, path, context, node)

    def _extend(self, frame: Frame, node: ir.Link) -> None:
        """What a child's parents do: they run without the blocks that the child has."""
        context = self._visible(frame)
        own = tuple(sorted(self._blocks(frame.path)))
        known = context.get(_BLOCKS)
        names = tuple(dict.fromkeys((*(known.constants if known is not None else ()), *own)))
        for path in self._linked(frame, node):
            parents = self.project.pages.brought(path, "extends")
            theirs = {name for one in parents for name in self._blocks(one)}
            relevant = tuple(name for name in names if name in theirs)
            inner = {name: value for name, value in context.items() if name != _BLOCKS}
            if relevant:
                inner[_BLOCKS] = Value(constants=relevant)
            made = self.enter(frame, path, inner, node)
            for _, thing in frame.objects(made):
                for name, value in thing.attributes.items():
                    frame.state.variables.setdefault(name, value)


def _shown(path: str) -> str:
    return "the template" if ir.INSIDE in path else f"`{path.rpartition('/')[2]}`"
