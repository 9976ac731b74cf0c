"""What a view does to what is stored, in the order of its text, and how much it has asked of the visitor by then.

A view is gone through from its first statement. Conditions on the way, and those that end a request before, are known; what
they ask of whoever is there is one of three things: nothing, whether somebody is logged in, what they may do.

Where it differs from running
    An arm of an ``if`` that speaks of who is asking counts as asked, whichever it is.
    Names are what any assignment of the function gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from flasklint import ir
from flasklint.knowledge.rights import CHANGES, DELETES, LOGIN, OWNERS, RIGHTS, ROLES, TELLS
from flasklint.knowledge.sensitive import words
from flasklint.project.about import ADDED, COUNTS, READ, STATEMENT, Bearings
from flasklint.project.blocks import leaves
from flasklint.project.deeds import Deeds, Observer
from flasklint.project.names import Resolver
from flasklint.project.refusals import ends_request, operands
from flasklint.project.scopes import LinkedModule, Scope
from flasklint.project.strangers import is_of_strangers
from flasklint.source import Location

_DOCUMENTS = frozenset(
    {"delete_one", "delete_many", "update_one", "update_many", "replace_one", "find_one_and_delete"}
    | {"find_one_and_update", "find_one_and_replace", "find_one_and_delete"}
)
_ROWS = frozenset({"delete", "delete_instance", "delete_by_id", "update"})
_LINKS = frozenset({"append", "remove"})
"""Methods of what a record holds of others."""
_CHANGING = _DOCUMENTS | _ROWS | _LINKS | {"execute", "executemany", "setattr"}
_MAKES = frozenset({"create", "add", "new", "insert", "make", "build", "upsert"})
_FILTERS = frozenset({"filter", "filter_by", "where"})
_SAVES = frozenset({"commit", "save", "put", "flush"})
_FOUND = frozenset(
    {"query", "filter", "filter_by", "where", "get", "get_or_404", "first", "select", "objects", "session"}
)
_PRESENT = frozenset({"is_authenticated", "is_anonymous", "is_active", "logged_in", "is_logged_in", "authenticated"})


class Asked(IntEnum):
    """How much is asked of a visitor before something is done."""

    NOTHING = 0
    SOMEBODY = 1
    RIGHTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A change to what is stored. ``deletes``: it takes something away; ``model``: what of, as far as it is seen: a class's
    canonical name, ``table x``, ``collection x``. ``named``: the visitor says which; ``asked``: what of them before;
    ``at_once``: nothing has to be committed for it to last."""

    deletes: bool
    model: str
    location: Location
    named: bool
    asked: Asked
    at_once: bool


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a view does. ``refusals``: where what somebody may do ends a request; ``saves``: where changes are committed.

    ``owned``: records that are compared with whoever is asking, or looked up by both that and what the visitor says; ``kept``:
    those that are listed by who is asking; ``made``: those that are made in somebody's name. ``asks``: what they may do is
    looked at somewhere, or who they are goes into something that nobody sees into; ``demands``: it is done with those who may
    not do something, whatever it answers them.
    """

    acts: tuple[Act, ...]
    refusals: tuple[Location, ...]
    saves: tuple[Location, ...]
    owned: dict[str, Location]
    kept: dict[str, Location]
    made: dict[str, Location]
    asks: bool
    demands: bool


class Courses:
    """Goes through views, each once."""

    def __init__(self, resolver: Resolver, definition: Callable[[str], Scope | None], guards: Observer) -> None:
        self.resolver = resolver
        self.definition = definition
        self._guards = guards
        self._found: dict[tuple[int, tuple[str, ...]], Course] = {}

    def deeds(self, scope: Scope) -> Deeds:
        """What a function does, itself and through a helper."""
        node = scope.node
        assert isinstance(node, ir.Function)
        return self._guards.deeds(node, scope.module, 1)

    def course(self, node: ir.Function, module: LinkedModule, parameters: tuple[str, ...]) -> Course:
        """What a view does. ``parameters``: those that its address fills; what else it is given is of who is asking."""
        key = id(node), parameters
        found = self._found.get(key)
        if found is None:
            scope = self._guards.scope_of(node, module)
            found = self._found[key] = self._go(scope, parameters) if scope is not None else _NOTHING
        return found

    def _go(self, scope: Scope, parameters: tuple[str, ...]) -> Course:
        assert isinstance(scope.node, ir.Function)
        walk = _Walk(self, scope, scope.node, frozenset(parameters))
        walk.block(scope.node.body, Asked.NOTHING)
        return Course(
            tuple(walk.acts),
            tuple(walk.refusals),
            tuple(walk.saves),
            walk.owned,
            walk.kept,
            walk.made,
            walk.asks,
            walk.demands,
        )


_NOTHING = Course((), (), (), {}, {}, {}, False, False)


def may_change(body: ir.Function) -> bool:
    """Whether anything in a function looks like a change to what is stored: a quick look before it is gone through."""
    for node in ir.walk(body):
        match node:
            case ir.Call(function):
                name = ir.last_name(function)
                if name in _CHANGING or not (DELETES | CHANGES).isdisjoint(words(name)):
                    return True
            case ir.Assign(targets):
                if any(isinstance(target, ir.Attribute) and isinstance(target.value, ir.Name) for target in targets):
                    return True
            case ir.Const(value=str() as text):
                if STATEMENT.match(text):
                    return True
    return False


class _Walk(Bearings):
    def __init__(self, courses: Courses, scope: Scope, node: ir.Function, parameters: frozenset[str]) -> None:
        super().__init__(scope, node, parameters, courses.resolver, courses.definition, courses.deeds)
        self.acts: list[Act] = []
        self.refusals: list[Location] = []
        self.saves: list[Location] = []
        self.owned: dict[str, Location] = {}
        self.kept: dict[str, Location] = {}
        self.made: dict[str, Location] = {}
        self.asks = False
        self.demands = False

    # The way through it -----------------------------------------------------------------------------------------------

    def block(self, body: Sequence[ir.Stmt], asked: Asked) -> Asked:
        """Goes through statements; what has been asked when they are done."""
        for statement in body:
            match statement:
                case ir.If(test, inner, orelse):
                    self._leaf(test, asked)
                    level = self._level(test)
                    within = max(asked, level)
                    # Who is not the one that is named may be anybody.
                    oneself = _compares_with_oneself(test) if level is Asked.RIGHTS else ""
                    self.block(inner, asked if oneself == "!=" else within)
                    self.block(orelse, asked if oneself == "==" else within)
                    if level is Asked.RIGHTS:
                        self._tested(test)
                        refused = inner if is_of_strangers(test) else orelse
                        if refused and ends_request(refused) and not self._is_of_outcome(test):
                            self.refusals.append(self._place(test))
                        self.demands = self.demands or _ends(refused)
                    ends = bool(orelse and _ends(orelse)) if oneself == "==" else _ends(inner)
                    if level and (ends or (not oneself and orelse and _ends(orelse))):
                        asked = within
                case ir.Loop(_, subject, inner, orelse):
                    self._leaf(subject, asked)
                    self.block(inner, asked)
                    self.block(orelse, asked)
                case ir.With(items, inner):
                    for item in items:
                        self._leaf(item, asked)
                    asked = self.block(inner, asked)
                case ir.Try(inner, handlers, orelse, final):
                    asked = self.block(inner, asked)
                    for handler in handlers:
                        self.block(handler.body, asked)
                    asked = self.block(orelse, asked)
                    asked = self.block(final, asked)
                case ir.Match(subject, cases):
                    self._leaf(subject, asked)
                    for case in cases:
                        self.block(case.body, asked)
                case ir.Function() | ir.Class():
                    continue
                case _:
                    self._leaf(statement, asked)
                    asked = max(asked, self._guarded(statement))
        return asked

    def _place(self, node: ir.Node) -> Location:
        return Location(self._scope.module.path, node.span)

    def _tested(self, test: ir.Expr) -> None:
        """Notes whose records a condition asks about."""
        self.asks = True
        for node in (test, *ir.walk(test)):
            if isinstance(node, ir.Compare):
                sides = [self.about(operand) for operand in node.operands]
                mine = [side for side in sides if side.identity]
                for side in sides:
                    if mine and not side.identity:
                        for model in side.models:
                            self.owned.setdefault(model, self._place(test))

    def _is_of_outcome(self, test: ir.Expr) -> bool:
        """Does a condition look at what a change gave back, and at nothing else: ``if result.modified_count != 1``?"""
        names = {node.id for node in (test, *ir.walk(test)) if isinstance(node, ir.Name)}
        return bool(names) and all(
            any(
                isinstance(value, ir.Call) and ir.last_name(value.function) in _DOCUMENTS | _ROWS
                for value in self.given.get(name, ())
            )
            for name in names
        )

    def _level(self, test: ir.Expr) -> Asked:
        return max((self._part(one) for one in operands(test)), default=Asked.NOTHING)

    def _part(self, part: ir.Expr) -> Asked:
        calls = [node for node in (part, *ir.walk(part)) if isinstance(node, ir.Call)]
        if any(self._is_question(call) for call in calls):
            return Asked.RIGHTS
        if not self.about(part).identity:
            return Asked.NOTHING
        match part:
            case ir.Compare(("in" | "not-in",), (ir.Const(value=str() as key), _)):
                return _by_words(key)
            case ir.Compare(("is" | "is-not" | "==" | "!="), (what, ir.Const(None | True | False))):
                return self._part(what)
            case ir.Compare((_,), (what, ir.Const(None))):
                return self._part(what)
            case ir.Compare():
                return Asked.RIGHTS
            case ir.Attribute(owner, name):
                if name in _PRESENT:
                    return Asked.SOMEBODY
                return _by_words(name) if not self.about(owner).models else Asked.RIGHTS
            case ir.Name(name):
                return _by_words(name)
            case ir.Subscript(_, ir.Const(value=str() as key)):
                return _by_words(key)
            case ir.Call(ir.Attribute(_, "get"), (ir.Argument(ir.Const(value=str() as key)), *_)):
                return _by_words(key)
            case ir.Call(function):
                spoken = set(words(ir.last_name(function)))
                return Asked.SOMEBODY if spoken & LOGIN and not spoken & ROLES else Asked.RIGHTS
        return Asked.RIGHTS

    def _is_question(self, call: ir.Call) -> bool:
        """Does the name of what is called say that it looks at what somebody may do?"""
        name = ir.last_name(call.function)
        spoken = set(words(name))
        if spoken.isdisjoint(RIGHTS) or name in ("abort", "validate_on_submit", "validate"):
            return False
        return "password" not in spoken and "hash" not in spoken and "form" not in spoken

    def _guarded(self, statement: ir.Stmt) -> Asked:
        """What a statement asks by calling something that turns people away."""
        found = Asked.NOTHING
        for node in ir.walk(statement):
            if not isinstance(node, ir.Call):
                continue
            if self._is_question(node):
                self.asks = True
                return Asked.RIGHTS
            for name in self.resolve(node.function, self._scope):
                target = self._definition(name)
                if target is not None and target.is_function and self._deeds(target).turned_away:
                    spoken = set(words(target.node.name)) if isinstance(target.node, ir.Function) else set()
                    plain = spoken & LOGIN and not spoken & ROLES and not node.arguments
                    self.asks = self.asks or not plain
                    found = max(found, Asked.SOMEBODY if plain else Asked.RIGHTS)
        return found

    # What is done -----------------------------------------------------------------------------------------------------

    def _leaf(self, node: ir.Node, asked: Asked) -> None:
        for inner in (node, *ir.walk(node)):
            match inner:
                case ir.Call():
                    self._call(inner, asked)
                case ir.Assign(targets, value):
                    for target in targets:
                        if isinstance(target, ir.Attribute) and isinstance(target.value, ir.Name):
                            self._act(inner, target.value, asked, deletes=False)
                    if value is not None:
                        self._looked_up(value)

    def _looked_up(self, value: ir.Expr) -> None:
        """Notes what is looked up by an id together with who is asking."""
        if not isinstance(value, ir.Call):
            return
        said = self.about(value)
        if said.identity and said.models:
            self.asks = True
            makes = not _MAKES.isdisjoint(words(ir.last_name(value.function)))
            if not makes and self._is_made(value):
                # What else a new record is given is not looked up.
                return
            shown = self.made if makes else self.owned if said.visitor else self.kept
            for model in said.models:
                shown.setdefault(model, self._place(value))

    def _is_made(self, call: ir.Call) -> bool:
        """``Order(product=product, buyer=current_user.name)``"""
        targets = [self._definition(name) for name in self.resolve(call.function, self._scope)]
        return any(target is not None and target.is_class for target in targets)

    def _call(self, call: ir.Call, asked: Asked) -> None:
        function, arguments = call.function, call.arguments
        method = function.name if isinstance(function, ir.Attribute) else ""
        if method in _SAVES:
            self.saves.append(self._place(call))
        names = self.resolve(function, self._scope)
        self._constructed(call, names)
        if method in _FILTERS:
            self._looked_up(call)
        if self._statement(call, asked):
            pass
        elif method in _DOCUMENTS and isinstance(function, ir.Attribute) and arguments:
            filtered = self.about(arguments[0].value)
            where = function.value.name if isinstance(function.value, ir.Attribute) else "?"
            if filtered.identity:
                self.asks = True
                self.owned.setdefault(f"collection {where}", self._place(call))
            self._add(
                call,
                asked,
                deletes="delete" in method,
                models=(f"collection {where}",),
                named=filtered.visitor,
                at_once=True,
            )
        elif method in ("find", "find_one") and isinstance(function, ir.Attribute) and arguments:
            self._documents_read(call, function, arguments[0].value)
        elif isinstance(function, ir.Name) and function.id == "setattr" and len(arguments) == 3:
            self._act(call, arguments[0].value, asked, deletes=False)
        elif method in _LINKS and isinstance(function, ir.Attribute) and isinstance(function.value, ir.Attribute):
            # ``user.roles.append(role)``; those who put themselves among something are asked who they are.
            if isinstance(function.value.value, ir.Name) and arguments and not self._mine(arguments):
                self._act(call, function.value.value, asked, deletes=False)
        elif method in _ROWS and isinstance(function, ir.Attribute):
            self._rows(call, function, arguments, asked)
        elif not self._helper(call, names, arguments, asked) and ir.last_name(function) not in TELLS:
            # Who is asking goes into something: it may be a question of whose a record is.
            self.asks = self.asks or any(self.about(one.value).identity for one in arguments if not _is_key(one.value))

    def _documents_read(self, call: ir.Call, function: ir.Attribute, wanted: ir.Expr) -> None:
        """``db.notes.find({"owner": get_jwt_identity()})``"""
        said = self.about(wanted)
        if said.identity and isinstance(function.value, ir.Attribute):
            self.asks = True
            (self.owned if said.visitor else self.kept).setdefault(
                f"collection {function.value.name}", self._place(call)
            )

    def _constructed(self, call: ir.Call, names: Sequence[str]) -> None:
        """``Post(author=current_user)``"""
        for argument in call.arguments:
            if not OWNERS.isdisjoint(words(argument.name)) and self.about(argument.value).identity:
                for name in names:
                    target = self._definition(name)
                    if target is not None and target.is_class:
                        self.made.setdefault(name, self._place(call))

    def _rows(self, call: ir.Call, function: ir.Attribute, arguments: tuple[ir.Argument, ...], asked: Asked) -> None:
        """``session.delete(record)``, ``record.delete()``, ``Model.query.filter_by(id=number).update(...)``"""
        plain = [one.value for one in arguments if not one.name]
        if function.name == "delete" and len(plain) == 1 and isinstance(plain[0], (ir.Name, ir.Call)):
            self._act(call, plain[0], asked, deletes=True)
        elif isinstance(function.value, (ir.Name, ir.Call)) or function.name == "delete_by_id":
            self._act(
                call, function if function.name == "delete_by_id" else function.value, asked, "del" in function.name
            )

    def _act(self, node: ir.Node, record: ir.Expr, asked: Asked, deletes: bool) -> None:
        """Something done to a record that was looked up."""
        said = self.about(record)
        if said.models and self._is_record(record):
            if said.identity:
                # It was found by who is asking.
                self.asks = True
                return
            self._add(node, asked, deletes=deletes, models=tuple(said.models), named=said.visitor, at_once=False)

    def _is_record(self, record: ir.Expr, depth: int = 3) -> bool:
        """Was it looked up, as far as the names of the calls say?"""
        if isinstance(record, ir.Name):
            return depth > 0 and any(self._is_record(one, depth - 1) for one in self.given.get(record.id, ()))
        if isinstance(record, ir.Op) and record.sign in ("await", "or") and record.operands:
            return self._is_record(record.operands[0], depth)
        return isinstance(record, ir.Call) and any(
            isinstance(one, ir.Attribute) and (one.name in _FOUND or one.name.startswith(("get", "find", "first")))
            for one in (record, *ir.walk(record))
        )

    def _statement(self, call: ir.Call, asked: Asked) -> bool:
        """``execute("DELETE FROM posts WHERE id = ?", (number,))``, also through a helper."""
        for position, argument in enumerate(call.arguments[:1]):
            text = self.text(argument.value)
            found = STATEMENT.match(text)
            if found is None:
                return self._read_or_added(call, text)
            if COUNTS.search(text):
                return True
            rest = call.arguments[position:]
            if self._mine(rest):
                self.asks = True
                if self._visitor(rest):
                    self.owned.setdefault(f"table {found[3].lower()}", self._place(call))
                return True
            self._add(
                call,
                asked,
                deletes=bool(found[1]),
                models=(f"table {found[3].lower()}",),
                named=self._visitor(rest),
                at_once=False,
            )
            return True
        return False

    def _read_or_added(self, call: ir.Call, text: str) -> bool:
        """``SELECT`` and ``INSERT``: whose rows are these?"""
        read, added = READ.match(text), ADDED.match(text)
        if self._mine(call.arguments):
            if read is not None:
                self.asks = True
                (self.owned if self._visitor(call.arguments) else self.kept).setdefault(
                    f"table {read[1].lower()}", self._place(call)
                )
            elif added is not None:
                self.made.setdefault(f"table {added[1].lower()}", self._place(call))
        return read is not None or added is not None

    def _helper(self, call: ir.Call, names: Sequence[str], arguments: tuple[ir.Argument, ...], asked: Asked) -> bool:
        """What a function of the project does that says by its name that it deletes or changes something."""
        for name in names:
            target = self._definition(name)
            if target is None or not isinstance(target.node, ir.Function):
                continue
            spoken = {word for part in name.split(".")[-2:] for word in words(part)}
            deletes = not spoken.isdisjoint(DELETES)
            if not deletes and spoken.isdisjoint(CHANGES):
                continue
            if not self._lasts(target):
                continue
            if self._mine(arguments):
                self.asks = True
                return True
            self._add(call, asked, deletes=deletes, models=(name,), named=self._visitor(arguments), at_once=True)
            return True
        return False

    def _lasts(self, scope: Scope) -> bool:
        """Does a function do what lasts, and look at nobody for it?"""
        if self._deeds(scope).turned_away:
            return False
        for node in ir.walk(scope.node):
            if isinstance(node, ir.Call):
                if ir.last_name(node.function) in _SAVES | _DOCUMENTS | _ROWS:
                    return True
                if node.arguments and STATEMENT.match(self.text(node.arguments[0].value)):
                    return True
        return False

    def _visitor(self, arguments: Sequence[ir.Argument]) -> bool:
        return any(self.about(one.value).visitor for one in arguments)

    def _mine(self, arguments: Sequence[ir.Argument]) -> bool:
        return any(self.about(one.value).identity for one in arguments)

    def _add(
        self, node: ir.Node, asked: Asked, *, deletes: bool, models: Sequence[str], named: bool, at_once: bool
    ) -> None:
        self.acts.append(Act(deletes, models[0], self._place(node), named, asked, at_once))


def _compares_with_oneself(test: ir.Expr) -> str:
    """The sign of ``user == current_user`` and ``number != current_user.id``; empty for other conditions."""
    match test:
        case ir.Compare(("==" | "!=" as sign,), (one, other)):
            return sign if any(_is_oneself(side) for side in (one, other)) else ""
    return ""


def _is_oneself(expr: ir.Expr) -> bool:
    match expr:
        case ir.Attribute(owner, "id" | "uuid" | "username" | "email"):
            return _is_oneself(owner)
        case ir.Name("current_user"):
            return True
    return False


def _is_key(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Const)


def _ends(body: Sequence[ir.Stmt]) -> bool:
    return leaves(body) or ends_request(tuple(body))


def _by_words(name: str) -> Asked:
    return Asked.SOMEBODY if ROLES.isdisjoint(words(name)) else Asked.RIGHTS
