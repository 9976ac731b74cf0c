"""What a template prints out of a record: who put it there, told by the names of the record and of what is taken out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from flasklint import ir
from flasklint.findings import Confidence, Finding, Persona, Severity, Step
from flasklint.knowledge.templates import Nature, is_count
from flasklint.project.marks import DESCRIPTION, leaves
from flasklint.project.outputs import last_word, root
from flasklint.project.placed import Placed, class_of, placed, put_into, record_of
from flasklint.project.scopes import Scope, Write
from flasklint.rules.authors import Authors, Taken, Who, is_alike
from flasklint.rules.base import Context
from flasklint.rules.cleaned import addresses, cleaned, cleans, makes_markup, validated
from flasklint.rules.looked_up import is_looked_up
from flasklint.rules.lost import passing
from flasklint.rules.raw_text import raw
from flasklint.rules.rendered import Rendered, rendered
from flasklint.rules.rows import Row, Rows
from flasklint.source import Location
from flasklint.taint.flows import Flow
from flasklint.taint.kept import declaring, members_of, plain, read_of_self

_HOPS = 3

FLASH = "flask.flash"


class Given(NamedTuple):
    """A value as a view writes it, and what its names are looked up in."""

    value: ir.Expr
    scope: Scope


class Part(NamedTuple):
    """What a template takes out of something: ``bio`` of ``user``. Without an owner it is a variable. ``kind``: the plain name of
    the owner's class, where it is known. ``given``: how a view writes the owner there, if the template does not."""

    owner: str
    name: str
    kind: str = ""
    given: Given | None = None


class Stored:
    """Asks once what was found, then answers for each expression. ``kind``: of the harm that what is kept may do where it is
    shown."""

    def __init__(self, context: Context, kind: str = "kept-html") -> None:
        self._project = context.project
        self._kind = kind
        self._kept = context.flows.kept
        self._common = context.flows.common
        self._flows: dict[tuple[Location, str], Flow] = {}
        self._flashes: list[Flow] = []
        for flow in context.flows.flows(kind):
            if flow.sink.name == FLASH:
                self._flashes.append(flow)
            else:
                self._flows[flow.location, flow.name] = flow
        self._kinds: dict[tuple[str, str], str] = {}
        self._kinds_kept: dict[Location, str] = {}
        self._flashed: dict[str, frozenset[str]] = {}
        self._table = Rows(context.project)
        self.authors = Authors(context.project)

    def parts(self, operand: ir.Expr, path: str, harmless: frozenset[Nature]) -> list[Part]:
        """What an expression of a template takes out of records, but for what is harmless by itself. What views pass as a
        variable is looked up there."""
        found: list[Part] = []
        natures = self._project.pages.outputs(path)
        for node in leaves(operand):
            if natures.of(node) <= harmless:
                continue
            match node:
                case ir.Name(id=name) if name in self._messages(path):
                    found.append(Part("flask", FLASH))
                case ir.Name(id=name):
                    found += self._passed(name, path) or [Part("", name)]
                case ir.Attribute(value=value) | ir.Subscript(value=value):
                    found.append(Part(last_word(value), last_word(node)))
                case _:
                    found.append(Part("", ""))
        return found

    def behind(self, operand: ir.Expr, path: str, harmless: frozenset[Nature]) -> list[Part]:
        """What methods of records make, and the parts of records that views put where a template takes it out, through lists,
        dicts and variables."""
        natures = self._project.pages.outputs(path)
        shown = [leaf for leaf in leaves(operand) if not natures.of(leaf) <= harmless]
        made = [
            Part(last_word(leaf.function.value), leaf.function.name)
            for leaf in shown
            if isinstance(leaf, ir.Call) and isinstance(leaf.function, ir.Attribute)
        ]
        return made + [self._part(one) for leaf in shown for one in placed(leaf, path, self._project)]

    def put_into(self, text: ir.Expr, scope: Scope) -> list[Part]:
        """The parts of records of which a text is put together in Python."""
        return [self._part(one) for one in put_into(text, scope, self._project)]

    def _part(self, one: Placed) -> Part:
        kind = plain(class_of(one.value.value, one.scope, self._project))
        return Part(last_word(one.value.value) or kind, last_word(one.value), kind, Given(one.value.value, one.scope))

    def kind_shown(self, part: Part, path: str) -> str:
        """The plain name of the class of what a part is taken out of there: by its name, or else by what views pass."""
        own = plain(part.owner)
        return own if own in self._classes else self.kind_at(part.owner, path)

    def kind_at(self, owner: str, path: str) -> str:
        """The plain name of the class of the record that goes by a name in a template; empty if that is not known."""
        if path not in self._project.templates:
            return ""
        key = (owner, path)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = plain(record_of(owner, path, self._project))
        return found

    def _kind_kept(self, place: Location, owners: frozenset[str]) -> str:
        """The plain name of the class of what something is kept in there, as far as the function there tells."""
        found = self._kinds_kept.get(place)
        if found is None:
            around = [
                scope
                for module in (self._project.modules.get(place.path),)
                for scope in (module.scopes if module is not None else ())
                if _stands_in(place, scope)
            ]
            kinds = [
                plain(class_of(binding.value, scope, self._project))
                for scope in around[-1:]
                for name, bindings in scope.bindings.items()
                if plain(name) in owners
                for binding in bindings
                if binding.value is not None
            ]
            found = self._kinds_kept[place] = next(filter(None, kinds), "")
        return found

    def _messages(self, path: str) -> frozenset[str]:
        """The variables of a template that are messages which were flashed."""
        found = self._flashed.get(path)
        if found is None:
            found = self._flashed[path] = _flashed(self._project.templates[path])
        return found

    def _passed(self, name: str, path: str) -> list[Part]:
        found = []
        for rendering in self._project.pages.rendered_by(path):
            given = rendering.site.argument(None, name)
            if isinstance(given, (ir.Attribute, ir.Subscript)):
                owner = Given(given.value, rendering.site.scope)
                found.append(Part(last_word(given.value), last_word(given), given=owner))
            elif given is not None:
                return []
        return found

    def is_given(self, operand: ir.Expr, node: ir.Node, path: str) -> bool:
        """It is a whole variable that a macro is given or a view has made: they were looked at, and its name says little."""
        name = operand
        while isinstance(name, ir.Call) and isinstance(name.function, ir.Name) and name.function.id[:1] == "|":
            name = name.arguments[0].value
        if not isinstance(name, ir.Name):
            return False
        template = self._project.templates[path]
        for loop in ir.walk(template):
            if (
                isinstance(loop, ir.Loop)
                and loop.start <= node.start < loop.end
                and isinstance(loop.target, ir.Name)
                and loop.target.id == name.id
                and isinstance(loop.subject, ir.Name)
            ):
                name = loop.subject
        for macro in ir.walk(template):
            if (
                isinstance(macro, ir.Function)
                and macro.start <= node.start < macro.end
                and any(parameter.name == name.id for parameter in macro.parameters)
            ):
                return macro.name in self._project.pages.called
        return any(
            isinstance(given, ir.Call)
            for rendering in self._project.pages.rendered_by(path)
            for given in _makers(rendering.site.argument(None, name.id), rendering.site.scope)
        )

    def is_put_together(self, operand: ir.Expr, path: str) -> bool:
        """It is an item, by a key that is written out, of a mapping which a function of the project fills: what is put there was
        looked at. Records are not made so. Of a template that no known call renders, the calls that render any are asked."""
        if not isinstance(operand, ir.Name) and not _is_item(operand):
            return False
        makers = [
            maker
            for rendering in self._project.pages.rendered_by(path) or self._project.pages.renderings
            for given in _makers(rendering.site.argument(None, root(operand)), rendering.site.scope)
            if _is_item(operand) or _is_item(given)
            for maker in self._made_by(given, rendering.site.scope)
        ]
        return bool(makers) and all(map(_fills_mapping, makers))

    def _made_by(self, given: ir.Expr, scope: Scope) -> Iterable[Scope | None]:
        if isinstance(given, ir.Subscript):
            return [one for maker in _makers(given.value, scope) for one in self._made_by(maker, scope)]
        if isinstance(given, ir.Call):
            return [self._project.definition(name) for name in self._project.resolve(given.function, scope)] or (None,)
        return (None,)

    def is_written_by_people(self, parts: Iterable[Part]) -> bool:
        """Some of it goes by the name of what people fill in, or is worked out from what does."""
        return any(not self._behind_name(part.name).isdisjoint(self._project.entered) for part in parts)

    def _behind_name(self, name: str) -> set[str]:
        """A name, and what the methods and properties of that name speak of."""
        members = (self._project.definition(f"{owner}.{name}") for owner in self._project.members.get(name, ()))
        read = (node for one in members if one is not None for node in ir.walk(one.node))
        return {name} | {node.name for node in read if isinstance(node, ir.Attribute)}

    def filled_in(self, parts: Iterable[Part], path: str) -> Taken | None:
        """Where anybody fills in what goes by a part's name, or what that is worked out of, for things of its kind."""
        for part in parts:
            kind = part.kind or self.kind_shown(part, path)
            for name in sorted(self._behind_name(part.name) & self._project.entered) if part.owner else ():
                for owner in filter(None, dict.fromkeys((kind, part.owner))):
                    taken = self.authors.filled_in(owner, name)
                    if taken is not None:
                        return taken
        return None

    @cached_property
    def _validated(self) -> dict[str, frozenset[str]]:
        """The classes, by their plain names, that clean or check what is kept under a name in their objects."""
        found: dict[str, frozenset[str]] = {}
        for module in self._project.modules.values():
            for scope in module.scopes:
                if scope.is_function and scope.parent is not None and isinstance(scope.parent.node, ir.Class):
                    for name in validated(scope):
                        found[name] = found.get(name, frozenset()) | {plain(scope.parent.node.name)}
        return found

    @cached_property
    def _classes(self) -> frozenset[str]:
        """The plain names of the project's classes."""
        return frozenset(
            plain(scope.node.name)
            for module in self._project.modules.values()
            for scope in module.scopes
            if isinstance(scope.node, ir.Class)
        )

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return addresses(self._project)

    @cached_property
    def _cleaned(self) -> frozenset[str]:
        return cleaned(self._project)

    def is_thought_of(self, parts: Iterable[Part]) -> bool:
        """Something of one of these names is cleaned or checked somewhere in the project."""
        return not self._cleaned.isdisjoint(part.name for part in parts)

    def is_of_database(self, operand: ir.Expr, path: str) -> bool:
        """It is taken out of rows that a view read with SQL of its own, of which no class tells what people write in them."""
        loops = {
            node.target.id: root(node.subject)
            for node in ir.walk(self._project.templates[path])
            if isinstance(node, ir.Loop) and isinstance(node.target, ir.Name)
        }
        for leaf in leaves(operand):
            name = root(leaf)
            name = loops.get(name, name)
            for rendering in self._project.pages.rendered_by(path) if name else ():
                given = rendering.site.argument(None, name)
                if given is not None and self._reads_rows(given, rendering.site.scope, _HOPS):
                    return True
        return False

    def dumped(self, operand: ir.Expr, path: str) -> str:
        """What people fill in, by its name, that a view writes as JSON for a template, in which ``</script>`` stays as it is."""
        name = root(operand)
        for rendering in self._project.pages.rendered_by(path) if name else ():
            scope = rendering.site.scope
            for maker in _makers(rendering.site.argument(None, name), scope):
                if isinstance(maker, ir.Call) and last_word(maker.function) == "dumps" and maker.arguments:
                    for given in self._made_of(maker.arguments[0].value, scope):
                        for node in (given, *ir.walk(given)):
                            word = last_word(node) if isinstance(node, (ir.Attribute, ir.Subscript)) else ""
                            if word in self._project.entered and not is_count(word) and word not in self._cleaned:
                                return word
        return ""

    def _made_of(self, given: ir.Expr, scope: Scope) -> Iterator[ir.Expr]:
        """What a view gives or has bound it to, and what a function of the project that makes it puts into what it gives."""
        for maker in _makers(given, scope):
            yield maker
            helpers = self._made_by(maker, scope) if isinstance(maker, ir.Call) else ()
            for helper in helpers:
                if helper is None or not helper.is_function:
                    continue
                for made in helper.returns:
                    yield from _makers(made, helper)
                    yield from (one.value for one in helper.writes if one.key is not None and _is_in(one.target, made))

    def _reads_rows(self, expr: ir.Expr, scope: Scope, hops: int) -> bool:
        for node in (expr, *ir.walk(expr)):
            match node:
                case ir.Call(function=ir.Attribute(name="fetchall" | "fetchone" | "fetchmany")):
                    return True
                case ir.Call(function=function) if hops:
                    for name in self._project.resolve(function, scope):
                        helper = self._project.definition(name)
                        if helper is not None and any(
                            one is not None and self._reads_rows(one, helper, hops - 1) for one in helper.returns
                        ):
                            return True
                case ir.Name(id=name) if hops:
                    for binding in scope.at(name, node.start):
                        if binding.value is not None and self._reads_rows(binding.value, scope, hops - 1):
                            return True
                case _:
                    pass
        return False

    def is_clean(self, part: Part, path: str) -> bool:
        """All that is known to be kept there is harmless, and something is. ``path``: of the template that shows it."""
        if part.name == FLASH:
            return not self._flashes
        places = self._places(part, path) if part.name not in self._common else ()
        return bool(places) and not any((place, part.name) in self._flows for place in places)

    def is_made_by_view(self, parts: Iterable[Part], path: str) -> bool:
        """A view that shows the template puts it there itself: what it puts there was looked at."""
        return any(self._by_view(self._kept.get(part.name, {}), path) for part in parts if part.owner)

    def _is_it(self, own: str, owner: str) -> bool:
        """Whether two plain names may be those of one thing. An article's note is no article, where there are both."""
        if own in self._classes and owner in self._classes:
            return own == owner
        return is_alike(own, owner)

    def _is_another(self, part: Part, kind: str, kept: str) -> bool:
        """Whether what is shown and what is kept there are of two classes that have such a field each, whatever the variables
        are called."""
        declaring = self._declaring.get(part.name, frozenset()) if kind and kept and kind != kept else frozenset()
        return kind in declaring and kept in declaring

    @cached_property
    def _declaring(self) -> Mapping[str, frozenset[str]]:
        return declaring(self._project)

    def _by_view(self, places: Iterable[Location], path: str) -> list[Location]:
        views = [rendering.site.scope for rendering in self._project.pages.rendered_by(path)]
        return [place for place in places if any(_stands_in(place, view) for view in views)]

    def untrusted(self, part: Part, path: str) -> Flow | None:
        """How untrusted data gets there, or to what it is worked out of: rather from anybody than from people with a role, the
        surest way. ``path``: of the template that shows it."""
        places = self._places(part, path, surely=True)
        found = [self._flows[place, part.name] for place in places if (place, part.name) in self._flows]
        if part.name == FLASH:
            found = [flow for flow in self._flashes if not self._is_found(flow)]
        elif self._is_checked(part):
            return None
        else:
            found = [flow for flow in found if not self._is_lost(flow, path)]
        known = [flow for flow in found if flow.untrusted and len(flow.paths[0].reasons) < 2]
        if not known and self._kind == "kept-html":
            made_of = [*self._worked_out_of(part), *(one for one in self.rendered_of(part) if one.name != part.name)]
            sources = (self.untrusted(one, path) for one in made_of)
            known = [flow for flow in sources if flow is not None]
        return max(
            known,
            key=lambda flow: (
                self._is_akin(flow, path),
                _stands_by(flow.location.path, path),
                self._is_open(flow),
                flow.confidence,
                -len(flow.trace),
            ),
            default=None,
        )

    def _is_akin(self, flow: Flow, path: str) -> bool:
        """Whether what it is kept in goes by a word of the template's name: ``CollectionLog`` in ``_collection.html``."""
        stem = plain(path.rpartition("/")[2].partition(".")[0])
        owners = self._kept.get(flow.name, {}).get(flow.location, ())
        return len(stem) > 2 and any(owner.startswith(stem) for owner in owners)

    def _is_found(self, flow: Flow) -> bool:
        """Whether the view that takes something in goes no further unless a record goes by it."""
        taker = self.authors.taker(flow)
        return taker is not None and is_looked_up(flow, taker)

    def _is_lost(self, flow: Flow, path: str) -> bool:
        """Whether it is gone with the answer: a form's field holds it, or an error handler that saves nothing made something of
        it that only its own page shows."""
        if flow.name == "data" and any(one.endswith("field") for one in self._kept["data"].get(flow.location, ())):
            return not self._by_view((flow.location,), path)
        taker = self.authors.taker(flow)
        return (
            taker is not None
            and id(taker.node) in self._passing
            and self._keeper(flow) in (taker.own_name, "__init__")
            and not any(rendering.site.scope is taker for rendering in self._project.pages.rendered_by(path))
        )

    def _keeper(self, flow: Flow) -> str:
        """The name of the function in which it is kept."""
        module = self._project.modules.get(flow.location.path)
        around = [one for one in (module.scopes if module is not None else ()) if _stands_in(flow.location, one)]
        return around[-1].own_name if around else ""

    @cached_property
    def _passing(self) -> frozenset[int]:
        return passing(self._project)

    def _is_open(self, flow: Flow) -> bool:
        """Whether anybody can send what flows."""
        taker = self.authors.taker(flow)
        return taker is None or not self.authors.is_for_admins(taker)

    def _worked_out_of(self, part: Part) -> list[Part]:
        """What a property or a method makes HTML of that leaves tags in it as they are, and does not clean."""
        found = []
        for member in members_of(self._project, part.name) if part.owner else ():
            kind = member.parent.node if member.parent is not None else None
            if not isinstance(kind, ir.Class) or cleans(member):
                continue
            own = plain(kind.name)
            if self._is_it(plain(part.owner), own):
                read = read_of_self(member)
                for call in ir.walk(member.node):
                    if isinstance(call, ir.Call) and makes_markup(call, member, self._project):
                        for given in ir.walk(call.arguments[0].value), (call.arguments[0].value,):
                            found += [
                                Part(kind.name, one.name)
                                for one in given
                                if isinstance(one, ir.Attribute) and one.name in read and one.name != part.name
                            ]
                shown = (raw(one, member, self._project, _HOPS).taken for one in member.returns if one is not None)
                this = member.node.parameters[0].name if isinstance(member.node, ir.Function) and read else ""
                names = {name for taken in shown for owner, name in taken if owner == this and name != part.name}
                found += [Part(kind.name, name) for name in sorted(names) if not is_count(name)]
        return found

    @cached_property
    def _rendered(self) -> Mapping[str, tuple[Rendered, ...]]:
        return rendered(self._project)

    def rendered_of(self, part: Part) -> list[Part]:
        """What is made HTML, tags and all, and kept there, by a view, the record itself or what listens to the database."""
        return [
            Part(one.owner, one.text)
            for one in (self._rendered.get(part.name, ()) if part.owner else ())
            if self._is_it(plain(part.kind or part.owner), plain(one.owner))
        ]

    def _is_checked(self, part: Part) -> bool:
        """The record's class cleans or checks what is kept there, or the form does, as far as the harm goes."""
        if self._kind == "kept-link" and part.name in self._addresses:
            return True
        return any(is_alike(plain(part.owner), owner) for owner in self._validated.get(part.name, ()))

    @cached_property
    def _rewritten(self) -> frozenset[tuple[str, int]]:
        """Where something is kept that is made of what was there: ``note.text = note.text.replace(...)`` says not whose it is."""
        return frozenset(
            (module.path, write.target.start)
            for module in self._project.modules.values()
            for scope in module.scopes
            for write in scope.writes
            if (name := _written_as(write))
            for one in ir.walk(write.value)
            if isinstance(one, (ir.Attribute, ir.Subscript))
            and last_word(one) == name
            and root(one) == root(write.target) != ""
        )

    @cached_property
    def _fields(self) -> frozenset[str]:
        """The plain names of what the project's classes make fields of: those of forms."""
        return frozenset(
            plain(name)
            for module in self._project.modules.values()
            for scope in module.scopes
            if scope.is_class
            for name, bindings in scope.bindings.items()
            if any(
                isinstance(one.value, ir.Call) and last_word(one.value.function).endswith("Field") for one in bindings
            )
        )

    def described(self, shown: ir.Expr) -> Flow | None:
        """How untrusted data gets into the description of a field, if one that is shown has such: it is named, or is of the form,
        or is made with it."""
        field = plain(last_word(shown)) if isinstance(shown, ir.Attribute) else ""
        found = [
            self._flows[place, DESCRIPTION]
            for place, owners in self._kept.get(DESCRIPTION, {}).items()
            if (place, DESCRIPTION) in self._flows
            and (
                field in owners
                or all(owner.endswith("field") or (not field and owner in self._fields) for owner in owners)
            )
        ]
        return max((flow for flow in found if flow.untrusted), key=lambda flow: flow.confidence, default=None)

    def _rows(self, part: Part, path: str) -> list[Row]:
        """The rows that a part is taken out of, as far as the texts tell by which views look them up: all of them, or none."""
        given = [part.given] if part.given is not None else []
        if not given and part.owner and path in self._project.templates:
            for rendering in self._project.pages.rendered_by(path):
                value = rendering.site.argument(None, part.owner)
                given += [Given(value, rendering.site.scope)] if value is not None else []
        rows = [self._table.row(one.value, one.scope) for one in given]
        return rows if all(rows) else []

    def is_of_other_rows(self, parts: Iterable[Part], path: str) -> bool:
        """All that is known to be kept under these names is kept in other rows of a table."""
        return any(
            not self._places(part, path, surely=True)
            and any(self._table.is_elsewhere(place, rows) for place in self._kept.get(part.name, {}))
            for part in parts
            if (rows := self._rows(part, path))
        )

    def _places(self, part: Part, path: str, surely: bool = False) -> list[Location]:
        """Where such a part is kept: by the view itself that shows it, or in records that go by the owner's name, or else in any,
        unless it must be sure."""
        every = self._kept.get(part.name, {}) if part.owner else {}
        kind = (part.kind or self.kind_at(part.owner, path) or self.kind_shown(part, path)) if every else ""
        rows = self._rows(part, path) if every else []
        kept = {
            place: owners
            for place, owners in every.items()
            if not self._is_another(part, kind, self._kind_kept(place, owners))
            and not (rows and self._table.is_elsewhere(place, rows))
        }
        own = plain(part.owner)
        mine = [place for place, owners in kept.items() if any(self._is_it(own, owner) for owner in owners)]
        mine = [place for place in mine if (place.path, place.span.start) not in self._rewritten] or mine
        if kind:
            known = [
                place
                for place, owners in kept.items()
                if any(self._is_it(kind, owner) for owner in owners) or self._kind_kept(place, owners) == kind
            ]
            if not mine and known and not surely:
                # What is kept in something of no known class may be kept in this.
                known += [place for place, owners in kept.items() if self._classes.isdisjoint(owners)]
            mine += [place for place in known if place not in mine]
        return self._by_view(mine, path) or (mine if mine or surely else list(kept))


def kept_there(finding: Finding, part: Part, flow: Flow, place: Location, stored: Stored, words: str = "") -> Finding:
    """The finding of untrusted data that was kept, where it is shown. ``words``: what becomes of it there."""
    keeper = stored.authors.taker(flow)
    said = "It is flashed" if part.name == FLASH else f"It is kept as `{flow.name or part.name}`"
    severity = Severity.MEDIUM if flow.paths[0].reasons else finding.severity
    persona = finding.persona
    shown = f" as `{part.name}`" if flow.name not in ("", part.name) else ""
    if keeper is not None:
        said += f" by `{keeper.own_name}`"
        who = stored.authors.who_reaches(keeper)
        if who:
            said += f", which only {'administrators' if who is Who.STAFF else 'people with a role'} reach"
            severity = Severity.LOW
        if who is Who.STAFF:
            persona = max(persona, Persona.PEDANTIC)
    return replace(
        finding,
        message=f"{finding.message} {said}, and shown here{shown}.",
        location=place,
        scope="",
        severity=min(severity, finding.severity),
        persona=persona,
        confidence=min(finding.confidence, Confidence.MEDIUM),
        label="not escaped",
        trace=(
            *(replace(step, role="step") if step.role == "sink" else step for step in finding.trace),
            Step(place, "sink", words or "is put into the page as HTML"),
        ),
    )


def _stands_by(module: str, template: str) -> bool:
    """Whether a template is in a folder that goes by a module's name: ``wiki/comments.html`` by ``wiki.py``."""
    folder = template.rpartition("/")[0].rpartition("/")[2]
    return bool(folder) and module.rpartition("/")[2].removesuffix(".py") == folder


def _stands_in(place: Location, scope: Scope) -> bool:
    node = scope.node
    return (
        isinstance(node, ir.Function) and place.path == scope.module.path and node.start <= place.span.start < node.end
    )


def _makers(given: ir.Expr | None, scope: Scope) -> Iterable[ir.Expr]:
    """What a view passes, and what it has bound it to there."""
    if given is None:
        return ()
    if isinstance(given, ir.Name):
        return [binding.value for binding in scope.at(given.id, given.start) if binding.value is not None]
    return (given,)


def _is_in(target: ir.Expr, made: ir.Expr | None) -> bool:
    return isinstance(target, ir.Name) and isinstance(made, ir.Name) and target.id == made.id


def _written_as(write: Write) -> str:
    if write.name is not None:
        return write.name
    return write.key.value if isinstance(write.key, ir.Const) and isinstance(write.key.value, str) else ""


def _is_item(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Subscript) and isinstance(expr.key, ir.Const)


def _fills_mapping(maker: Scope | None) -> bool:
    """Whether a function gives a dict that it writes out, or fills itself."""
    if maker is None:
        return False
    return bool(maker.returns) and all(
        isinstance(one, ir.Dict)
        or (
            isinstance(one, ir.Name)
            and any(isinstance(binding.value, ir.Dict) for binding in maker.bindings.get(one.id, ()))
        )
        for one in maker.returns
    )


def _flashed(template: ir.Template) -> frozenset[str]:
    """The names that stand for messages which were flashed, or for lists of them."""
    found: set[str] = set()
    for node in ir.walk(template):
        match node:
            case ir.Assign(targets=targets, value=value) if value is not None and _gives_messages(value, found):
                found.update(
                    one.id for target in targets for one in (target, *ir.walk(target)) if isinstance(one, ir.Name)
                )
            case ir.Loop(target=target, subject=subject) if target is not None and _gives_messages(subject, found):
                found.update(one.id for one in (target, *ir.walk(target)) if isinstance(one, ir.Name))
            case _:
                pass
    return frozenset(found)


def _gives_messages(value: ir.Expr, known: set[str]) -> bool:
    return any(
        isinstance(node, ir.Name) and (node.id == "get_flashed_messages" or node.id in known)
        for node in (value, *ir.walk(value))
    )
