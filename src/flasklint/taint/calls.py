"""Calls: of functions, classes, methods, libraries and what is unknown."""

from __future__ import annotations

from msgspec.structs import replace

from flasklint import ir
from flasklint.knowledge.inputs import LOADERS, MAKERS, PARSERS
from flasklint.knowledge.rows import Tables
from flasklint.project.project import Project
from flasklint.project.scopes import Scope
from flasklint.taint import (
    budget,
    builtin_calls,
    containers,
    declared,
    forms,
    kept,
    library,
    object_methods,
    own,
    sinks,
    stores,
    text_methods,
    unknown_calls,
)
from flasklint.taint.binding import bind, lacks
from flasklint.taint.frame import Arguments, Frame
from flasklint.taint.models import Models
from flasklint.taint.pages import Templates
from flasklint.taint.passing import Passing, Returning, captures, portable
from flasklint.taint.quantified import quantified
from flasklint.taint.state import Obj, State
from flasklint.taint.values import (
    BOOL,
    CHOSEN,
    MOST_CONSTANTS,
    NEVER,
    OUR_TEXT,
    UNKNOWN,
    Claim,
    ClassRef,
    Closure,
    Constant,
    FunctionKey,
    Method,
    Ref,
    Taint,
    Value,
    facts_both,
    join,
    join_all,
    merge_taints,
)


class Calls(Templates):
    """Evaluates calls."""

    def __init__(self, project: Project, tables: Tables) -> None:
        super().__init__(project, tables)
        self.own = project.additions.own
        self.models = Models(project, self.classes, self.is_choices)
        self.active: dict[FunctionKey, int] = {}
        self.contexts: dict[FunctionKey, int] = {}
        self.frames: dict[FunctionKey, Frame] = {}
        self.awaited: tuple[Frame, FunctionKey] | None = None
        self.arrived: list[tuple[State, dict[str, Value]]] = []
        self._results: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._names_known: dict[tuple[Ref, ...], tuple[Ref, ...]] = {}

    def call_node(self, frame: Frame, node: ir.Call) -> Value:
        function = node.function
        if isinstance(function, ir.Name):
            if (
                function.id in ("any", "all")
                and len(node.arguments) == 1
                and isinstance(node.arguments[0].value, ir.Comprehension)
            ):
                return quantified(frame, node.arguments[0].value, function.id == "all")
            if function.id == "super" and "super" not in frame.state.variables and not frame.page:
                return self._super(frame, node)
        callee = self.evaluate(frame, function)
        if frame.page and callee.taints and isinstance(function, ir.Name):
            callee = self.page_callee(frame, callee, function)
        positional: list[Value] = []
        places: list[ir.Node] = []
        keywords: list[tuple[str, Value]] = []
        keyword_places: list[ir.Node] = []
        star: Value | None = None
        double: Value | None = None
        for argument in node.arguments:
            value = self.evaluate(frame, argument.value)
            if argument.name == "":
                if star is None:
                    positional.append(value)
                    places.append(argument.value)
                else:
                    star = join(star, value)
            elif argument.name == "*":
                things = frame.objects(value)
                if (
                    star is None
                    and len(things) == 1
                    and len(value.refs) == 1
                    and things[0][1].size is not None
                    and things[0][1].rest is NEVER
                ):
                    thing = things[0][1]
                    assert thing.size is not None
                    positional.extend(thing.items.get(index, UNKNOWN) for index in range(thing.size))
                    places.extend([argument.value] * thing.size)
                elif star is None and (spread := _one_by_one([thing for _, thing in things], value)):
                    positional.extend(spread)
                    places.extend([argument.value] * len(spread))
                else:
                    held = frame.members(value, node.start)
                    star = held if star is None else join(star, held)
            elif argument.name == "**":
                rest = NEVER
                for _, thing in frame.objects(value):
                    for key, held in thing.items.items():
                        if isinstance(key, str):
                            keywords.append((key, held))
                            keyword_places.append(argument.value)
                    rest = join(rest, thing.rest)
                if value.taints or value.open:
                    rest = join(
                        rest,
                        self.part(frame, replace(value, refs=()), f"item@{node.start}", node)
                        if value.taints
                        else UNKNOWN,
                    )
                elif any(type(one) is str for one in value.refs):
                    rest = join(rest, UNKNOWN)
                if rest is not NEVER:
                    double = rest if double is None else join(double, rest)
            else:
                keywords.append((argument.name, value))
                keyword_places.append(argument.value)
        if frame.dead:
            return NEVER
        return self.call(
            frame, callee, Arguments(tuple(positional), tuple(keywords), star, double, (*places, *keyword_places)), node
        )

    def _super(self, frame: Frame, node: ir.Call) -> Value:
        key = frame.key
        while key is not None and not key.owner:
            key = key.parent
        if key is None or not key.function.parameters:
            return UNKNOWN
        this = frame.state.variables.get(key.function.parameters[0].name) or frame.outer.get(
            key.function.parameters[0].name
        )
        if this is None:
            return UNKNOWN
        return Value(refs=(Method(this, "super", (f"super {key.owner}",)),))

    def call(self, frame: Frame, callee: Value, arguments: Arguments, node: ir.Node) -> Value:
        result = NEVER
        names: list[str] = []
        methods: list[Method] = []
        lived = False
        for one in callee.refs:
            if isinstance(one, str):
                names.append(one)
                continue
            if isinstance(one, Closure):
                made = self.call_function(frame, one, arguments, node)
                if self.own and (name := self._own_name(one.function)):
                    made = self._told(frame, name, one, arguments, node, made)
            elif isinstance(one, ClassRef):
                made = self.instantiate(frame, one.name, arguments, node)
            elif isinstance(one, Method):
                if callee.claim is not None:
                    one = replace(one, receiver=replace(one.receiver, claim=callee.claim))
                made = self.call_method(frame, one, arguments, node)
                methods.append(one)
            else:
                thing = frame.object_at(one)
                if _PARTIAL in thing.attributes:
                    made = self.call(frame, thing.attributes[_PARTIAL], _completed(thing, arguments, node), node)
                elif containers.FIELDS in thing.attributes:
                    made = containers.record(frame, thing.attributes[containers.FIELDS], arguments, node)
                else:
                    made = self.call(
                        frame, self.attribute(frame, Value(refs=(one,)), "__call__", node), arguments, node
                    )
            lived = lived or not frame.dead
            if len(callee.refs) > 1:
                frame.dead = False
            result = join(result, made)
        if names:
            tail = "" if any(name in self.index.callables for name in names) else names[0].rpartition(".")[2]
            kept_there = self.shared_item(frame, names, arguments)
            if kept_there is None:
                owner = Value(open=True, claim=callee.claim) if callee.claim is not None else None
                kept_there = self.call_library(frame, tuple(names), owner, arguments, node, tail)
            result = join(result, kept_there)
            lived = lived or not frame.dead
        if (callee.open and not methods) or not callee.refs:
            result = join(result, self.call_unknown(frame, callee, arguments, node))
            lived = True
        frame.dead = not lived
        return result

    def _own_name(self, key: FunctionKey) -> str:
        """The name by which the user's rows speak of a function, if they do."""
        return self.own.get(key.scope.name, "") if key.scope.node is key.function else ""

    def _told(
        self, frame: Frame, name: str, closure: Closure, arguments: Arguments, node: ir.Node, made: Value
    ) -> Value:
        """What the user's rows make of a call of the project's function that came to ``made``."""
        came_back, frame.dead = not frame.dead, False
        result = own.told(frame, self.index, name, arguments, closure.receiver, node, made, self.source)
        if result is made and not came_back:
            frame.dead = True
        return result

    def call_unknown(self, frame: Frame, callee: Value, arguments: Arguments, node: ir.Node) -> Value:
        """A call of something that nothing is known of."""
        return unknown_calls.assumed(
            frame, (), arguments, Value(open=True, taints=callee.taints) if callee.taints else None, node, ""
        )

    def call_method(self, frame: Frame, one: Method, arguments: Arguments, node: ir.Node) -> Value:
        receiver = one.receiver
        if one.names and one.names[0].startswith("super "):
            return self._call_super(frame, one, arguments, node)
        if not MAKERS.isdisjoint(one.names):
            given = arguments.positional[0] if arguments.positional else UNKNOWN
            made_by = [cls.name for cls in receiver.refs if type(cls) is ClassRef]
            return join_all(self.models.made_of(frame, cls, given, node) for cls in made_by)
        if one.name == "parse_args" and isinstance(node, ir.Call) and not _PARSING.isdisjoint(one.names):
            return declared.declared(frame, self.project, node)
        if not LOADERS.isdisjoint(one.names):
            made_by = [cls for cls in (self._own_class(frame, receiver),) if cls]
            mapping = declared.loaded(
                frame, [each for cls in made_by for each in self.classes.mro(cls)[0]], arguments, node
            )
            if mapping is not None:
                return mapping
        if one.name in forms.CHECKS and (form := self._own_class(frame, receiver)):
            claim = forms.checked(frame, self.project, self.classes, self.index.confining, form)
            if claim is not None:
                return replace(BOOL, claim=claim)
        if one.name == forms.FILLING and arguments.positional and (form := self._own_class(frame, receiver)):
            self._fill(frame, receiver, form, arguments.positional[0], node)
        if one.name == CHOSEN:
            for row in self.index.sinks.get(one.names[0], ()):
                sinks.land(frame, self.index, row, receiver, node, node)
            return UNKNOWN
        result = NEVER
        rest: list[Ref] = []
        for item_ref in receiver.refs:
            if type(item_ref) is int:
                thing = frame.object_at(item_ref)
                if thing.shape != "instance":
                    certain = len(receiver.refs) == 1
                    made = None
                    if thing.types == containers.SECTIONS:
                        made = containers.section_method(frame, item_ref, one.name, arguments, node, certain)
                    if made is None:
                        made = object_methods.object_method(frame, item_ref, one.name, arguments, node, certain)
                    if made is None:
                        made = UNKNOWN
                    result = join(result, made)
                    continue
            rest.append(item_ref)
        if result is not NEVER and not rest and not receiver.open and not receiver.taints and not receiver.constants:
            return result
        plain = Value(
            receiver.constants,
            receiver.open,
            receiver.taints,
            tuple(rest),
            receiver.texts,
            receiver.claim,
        )
        maybe_text = not rest or receiver.texts or all(name in ("builtins.str()", "builtins.bytes()") for name in rest)
        # What nothing is known of, and what is asked what texts are asked, is taken for one.
        maybe_text = maybe_text or (one.name in text_methods.TELLING and all(type(name) is not int for name in rest))
        if maybe_text and not any(name in self.index.callables for name in one.names if not name.startswith("?")):
            made = text_methods.text_method(frame, plain, one.name, arguments, node)
            if made is not None:
                return join(result, made)
        if one.name in kept.KEEPERS:
            kept.keep_keywords(frame, self.index, self.kept, kept.owner_written(node), arguments, node)
        return join(result, self.call_library(frame, one.names, plain, arguments, node, one.name))

    def _fill(self, frame: Frame, form: Value, cls: str, record: Value, node: ir.Node) -> None:
        """A form of this class keeps what its fields give in a record."""
        if not forms.is_form(self.classes, cls):
            return
        written = node.arguments[0].value if isinstance(node, ir.Call) else ir.Name("", start=node.start, end=node.end)
        for name, value in forms.fields(frame, self.classes, form, cls, node).items():
            if value.taints:
                # All of it is kept in one place, where nothing that is harmless may be told of what another field brings.
                target = ir.Attribute(written, name, start=node.start, end=node.end)
                self.set_attribute(frame, record, name, value, target)

    def _call_super(self, frame: Frame, one: Method, arguments: Arguments, node: ir.Node) -> Value:
        owner = one.names[0].removeprefix("super ")
        found = self.classes.after(self._own_class(frame, one.receiver) or owner, owner, one.name)
        if found is None:
            bases = self.classes.library_bases(owner)
            names = tuple(name for base in bases for name in self.known_as(f"{base}().{one.name}"))
            return self.call_library(frame, names or (f"?.{one.name}",), one.receiver, arguments, node, one.name)
        receiver = one.receiver
        key = self.key_of(found)
        if self.method_kind(found) == "static":
            return self.call_function(frame, Closure(key), arguments, node)
        return self.call_function(frame, Closure(key, receiver=receiver), arguments, node)

    def _own_class(self, frame: Frame, value: Value) -> str:
        for _, thing in frame.objects(value):
            if thing.types:
                return thing.types[0]
        for one in value.refs:
            if type(one) is ClassRef:
                return one.name
        return ""

    def call_library(
        self,
        frame: Frame,
        names: tuple[str, ...],
        receiver: Value | None,
        arguments: Arguments,
        node: ir.Node,
        method: str,
    ) -> Value:
        index = self.index
        if len(names) == 1 and names[0].startswith("builtins."):
            made = builtin_calls.builtin(frame, names[0][9:], arguments, node)
            if made is not None:
                for row in index.sinks.get(names[0], ()):
                    sinks.reach(frame, index, row, arguments, receiver, node)
                return made
        rows = index.rows(names, method)
        if rows.container is not None:
            return containers.made(frame, rows.container, arguments, node)
        if rows.sinks:
            seen: set[str] = set()
            for row in rows.sinks:
                if row.kind in seen and row.form == "text":
                    continue
                if sinks.reach(frame, index, row, arguments, receiver, node):
                    seen.add(row.kind)
        if rows.rendering is not None:
            self.render(frame, rows.rendering, arguments, receiver, node)
        claim: Claim | None = None
        for guard in rows.guards:
            told = library.guarded(frame, guard, arguments, receiver)
            if told is not None:
                claim = (
                    told
                    if claim is None
                    else Claim(facts_both(claim.true, told.true), facts_both(claim.false, told.false))
                )
        if rows.source is not None:
            return self.source(frame, rows.source, node)
        result: Value | None = None
        for sanitizer in rows.sanitizers:
            if not all(sinks.holds(frame, having, arguments, receiver) for having in sanitizer.when):
                continue
            result = library.sanitized(frame, index, sanitizer, arguments, receiver, node, rows.word)
        if rows.summary is not None and result is None:
            result = library.summarized(frame, index, rows.summary, arguments, receiver, node, rows.word)
        if result is None and len(names) == 1 and names[0] in ("functools.partial",) and arguments.positional:
            return self._partial(frame, arguments, node)
        if result is None:
            result = unknown_calls.assumed(frame, self._made(names), arguments, receiver, node, method)
        for value in arguments.all():
            if value.refs and _has_function(value):
                self._callbacks(frame, arguments, node)
                break
        if result.refs:
            refs = self._all_known(result.refs)
            if refs is not result.refs:
                result = replace(result, refs=refs)
        if claim is not None:
            looked_for = any(guard.when in ("found", "fits") for guard in rows.guards)
            result = replace(BOOL if not looked_for and not result.taints else result, claim=claim)
        return library.still_found(receiver, result)

    def _made(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """What calls of these give, as what is called."""
        found = self._results.get(names)
        if found is None:
            full = [one for name in names if not name.startswith("?") for one in self.known_as(f"{name}()")]
            found = self._results[names] = tuple(name[:-2] for name in full)
        return found

    def _all_known(self, refs: tuple[Ref, ...]) -> tuple[Ref, ...]:
        """Canonical names and what else they are; the very same when there is nothing to add."""
        if any(type(one) is not str for one in refs):
            return refs
        found = self._names_known.get(refs)
        if found is None:
            found = tuple(dict.fromkeys(one for name in refs for one in self.known_as(str(name))))
            found = self._names_known[refs] = refs if found == refs else found
        return refs if found == refs else found

    def _callbacks(self, frame: Frame, arguments: Arguments, node: ir.Node) -> None:
        """Functions that are passed to a library along with untrusted data are taken to be called with it."""
        keywords = dict(arguments.keywords)
        target = keywords.get("target")
        if target is not None:
            passed = keywords.get("args")
            values: tuple[Value, ...] = ()
            if passed is not None:
                for _, thing in frame.objects(passed):
                    values = tuple(thing.items[index] for index in range(len(thing.items)) if index in thing.items)
            inner = Arguments(values, places=(node,) * len(values))
        elif arguments.positional:
            given = arguments.positional
            at = next((index for index, value in enumerate(given) if _has_function(value)), 0)
            target = given[at]
            inner = replace(arguments, positional=given[at + 1 :], places=arguments.places[at + 1 :])
            things = frame.objects(given[at + 1]) if at and len(given) == at + 2 else []
            if len(things) == 1 and things[0][1].size is not None and things[0][1].rest is NEVER:
                # ``Timer(3, work, [name])``
                passed_on = tuple(things[0][1].items.get(index, UNKNOWN) for index in range(things[0][1].size))
                inner = Arguments(passed_on, places=(node,) * len(passed_on))
        else:
            return
        closures = tuple(one for one in target.refs if type(one) is Closure)
        if closures and any(frame.inside(value) for value in inner.all()):
            self.call(frame, Value(refs=closures), inner, node)
            frame.dead = False

    def _partial(self, frame: Frame, arguments: Arguments, node: ir.Node) -> Value:
        made = [
            replace(
                one,
                arguments=(*one.arguments, *arguments.positional[1:]),
                keywords=(*one.keywords, *arguments.keywords),
            )
            for one in arguments.positional[0].refs
            if type(one) is Closure
        ]
        callee = arguments.positional[0]
        others = tuple(one for one in callee.refs if type(one) is not Closure)
        if not others:
            return Value(open=not made, refs=tuple(made))
        held: dict[str, Value] = {_PARTIAL: replace(callee, refs=others), **dict(arguments.keywords)}
        passed: dict[Constant, Value] = dict(enumerate(arguments.positional[1:]))
        partial = frame.make(node.start, Obj("instance", passed, attributes=held))
        return replace(partial, refs=(*made, *partial.refs))

    def instantiate(self, frame: Frame, cls: str, arguments: Arguments, node: ir.Node) -> Value:
        """A call of a project's class."""
        kept.keep_keywords(frame, self.index, self.kept, cls, arguments, node)
        if self.is_choices(cls):
            choices = [name for scope in self.classes.mro(cls)[0] for name in scope.bindings if name[:1] != "_"]
            few = len(choices) <= MOST_CONSTANTS
            chosen = join_all(self.class_value(cls, name) for name in choices) if few else OUR_TEXT
            return containers.choice(frame, cls, chosen, OUR_TEXT, node)
        this = frame.make(node.start, Obj("instance", types=(cls,)))
        found = self.classes.member(cls, "__init__")
        if isinstance(found, Scope):
            self.call_function(frame, Closure(self.key_of(found), receiver=this), arguments, node)
            return this
        bases = self.classes.library_bases(cls)
        fields = self.classes.fields(cls)
        attributes: dict[str, Value] = {}
        if fields:
            attributes.update(zip(fields, arguments.positional, strict=False))
        attributes.update(arguments.keywords)
        if self.models.is_model(cls):
            if arguments.double is not None:
                spread = arguments.double
                for name in self.models.fields(cls):
                    held = self.part(frame, spread, f"item:{name!r}", node) if spread.taints else spread
                    attributes.setdefault(name, held)
            attributes = self.models.checked(frame, cls, attributes, node)
            arguments = replace(arguments, double=None)
        for number, (name, factory, scope) in enumerate(self.classes.factories(cls)):
            if name not in attributes:
                # A site of its own for what each makes.
                place = ir.Jump(start=-64 * node.start - number - 1, end=node.end, kind="pass")
                maker = self.evaluate(self.module_frame(scope.module), factory)
                attributes[name] = self.call(frame, maker, Arguments(), place)
        if fields and any(row.like == "record" for row in map(self.index.containers.get, bases) if row is not None):
            items: dict[Constant, Value] = {}
            for index, name in enumerate(fields):
                items[index] = attributes[name] if name in attributes else self.class_value(cls, name)
            named = {**attributes, **{name: items[index] for index, name in enumerate(fields)}}
            return frame.make(node.start, Obj("instance", items, size=len(fields), attributes=named, types=(cls,)))
        if arguments.double is not None and arguments.double.taints:
            attributes["__dict__"] = arguments.double
        for base in bases:
            names = self.known_as(base)
            for name in names:
                for row in self.index.sinks.get(name, ()):
                    sinks.reach(frame, self.index, row, arguments, this, node)
            made = next((self.index.summaries[one] for one in names if one in self.index.summaries), None)
            if made is not None and made.how == "made":
                stores.store(frame, made.store, arguments, this)
        if attributes and not bases:
            address = next(one for one in this.refs if type(one) is int)
            thing = frame.object_at(address)
            frame.update(address, replace(thing, attributes={**thing.attributes, **attributes}), True)
        elif attributes:
            address = next(one for one in this.refs if type(one) is int)
            thing = frame.object_at(address)
            frame.update(address, replace(thing, attributes={**attributes, **thing.attributes}), True)
        return this

    def chosen(self, frame: Frame, cls: str, key: Value, node: ir.Node) -> Value:
        if self.is_choices(cls):
            return self.instantiate(frame, cls, Arguments((key,), places=(node,)), node)
        return UNKNOWN

    def decorated(self, frame: Frame, node: ir.Function, value: Value) -> Value:
        result = value
        for decorator in reversed(node.decorators):
            callee = self.evaluate(frame, decorator)
            if any(type(one) is Closure for one in callee.refs):
                made = self.call(frame, callee, Arguments((result,), places=(decorator,)), decorator)
                closures = tuple(one for one in made.refs if type(one) is Closure)
                if closures:
                    result = Value(refs=closures)
        frame.dead = False
        return result

    def call_function(self, frame: Frame, closure: Closure, arguments: Arguments, node: ir.Node) -> Value:
        """A call of a project's function."""
        key = closure.function
        positional = arguments.positional
        places = arguments.places
        if closure.arguments:
            positional = (*closure.arguments, *positional)
            places = (node,) * len(closure.arguments) + places
        if closure.receiver is not None:
            positional = (closure.receiver, *positional)
            places = (node, *places)
        keywords = (*closure.keywords, *arguments.keywords) if closure.keywords else arguments.keywords
        passed = Arguments(positional, keywords, arguments.star, arguments.double, places)
        plain = closure.receiver is None and not closure.arguments and not key.owner and not key.page
        if plain and lacks(key.function, passed, node):
            return UNKNOWN
        bound = bind(
            frame,
            key.function,
            passed,
            lambda parameter: self._default(frame, key.function, parameter, passed),
            node,
        )
        if self.awaited is not None and self.awaited[0] is frame and self.awaited[1] is key:
            self.arrived.append((frame.state.copy(), bound))
            return UNKNOWN
        passing = Passing(frame)
        how = budget.level(key.function, self.contexts.get(key, 0))
        if self.active.get(key):
            how = max(how, budget.NO_CONSTANTS)
        if how:
            bound = budget.plainer(frame, node, bound, how)
        values = tuple([(name, passing.value(value)) for name, value in bound.items()])
        captured = closure.captured or (captures(self._home(frame, key), closure) if key.free else ())
        home = self._home(frame, key)
        if captured:
            held = []
            for name, value in captured:
                if home is not frame and not closure.captured:
                    # Of a function that is not under way any more: only what is not its own objects.
                    value = portable(value)
                held.append((name, passing.value(value)))
            values = (*values, *(("\x00" + name, value) for name, value in held))
        shared = tuple(
            [(name, passing.value(value)) for name, value in frame.state.variables.items() if name[0] == "\x01"]
        )
        outcome = self.outcome(frame, key, (*values, *shared), passing, node)
        if outcome.cut:
            words = f"passed to `{key.function.name}()`"
            taints: tuple[Taint, ...] = ()
            for value in bound.values():
                taints = merge_taints(taints, frame.inside(value))
            return (
                frame.derive(
                    UNKNOWN,
                    (node.start, "cut"),
                    taints=taints,
                    step=words,
                    node=node,
                    lower=f"`{key.function.name}` was not followed",
                )
                if taints
                else UNKNOWN
            )
        name = key.function.name
        words = f"passed to `{name}()`"
        returning = Returning(frame, node, name, passing, outcome, words)
        for one in outcome.pending:
            self.record(frame, returning.pending(one))
        if outcome.state is None and not outcome.generator:
            frame.dead = True
            return NEVER
        returning.effects(passing)
        for name, value in outcome.outer:
            if name[0] == "\x01" or frame.key is key.parent:
                frame.state.variables[name] = returning.value(value)
        return returning.value(outcome.result)

    def _home(self, frame: Frame, key: FunctionKey) -> Frame:
        """The frame that has a nested function's outer variables: this one, or the last evaluation of its function."""
        if key.parent is None or frame.key is key.parent or key.function.name == "<lambda>":
            return frame
        outer = frame.key
        while outer is not None:
            if outer is key.parent:
                return frame
            outer = outer.parent
        return self.frames.get(key.parent, frame)

    def _default(self, frame: Frame, function: ir.Function, parameter: ir.Parameter, arguments: Arguments) -> Value:
        result = NEVER
        if arguments.star is not None and parameter.kind != "keyword":
            result = join(result, arguments.star)
        if arguments.double is not None:
            result = join(result, arguments.double)
        if parameter.default is not None:
            scope = self.keys[id(function)].scope if id(function) in self.keys else frame.scope
            # A macro's defaults are worked out when it is called.
            outer = frame if frame.page else self.module_frame(scope.module)
            value = self.evaluate(outer, parameter.default)
            outer.dead = False
            self.heap.update({address: thing for address, thing in outer.state.heap.items() if address < 0})
            return join(result, value)
        return result if result is not NEVER else UNKNOWN


_PARSING = frozenset(PARSERS)

_PARTIAL = "<partial>"
"""The attribute of a partial application under which it keeps what is called."""


def _completed(thing: Obj, arguments: Arguments, node: ir.Node) -> Arguments:
    """The arguments of a partial application with those that it has already."""
    first = tuple(thing.items[index] for index in range(len(thing.items)))
    count = len(arguments.positional)
    named = tuple((name, value) for name, value in thing.attributes.items() if name != _PARTIAL)
    places = (*(node,) * len(first), *arguments.places[:count], *(node,) * len(named), *arguments.places[count:])
    return replace(
        arguments,
        positional=(*first, *arguments.positional),
        keywords=(*named, *arguments.keywords),
        places=places,
    )


def _one_by_one(things: list[Obj], value: Value) -> list[Value]:
    """What stands at each place of any of several tuples; nothing when they are not all known."""
    if len(things) < len(value.refs) or value.open or value.taints:
        return []
    if any(thing.shape != "tuple" or thing.size is None or thing.rest is not NEVER for thing in things):
        return []
    longest = max((thing.size or 0 for thing in things), default=0)
    return [join_all(thing.items[at] for thing in things if at in thing.items) for at in range(longest)]


def _has_function(value: Value) -> bool:
    return any(type(one) is Closure for one in value.refs)
