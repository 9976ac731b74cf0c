"""Values kept in one container, kept in another: a dict in a class, a list in a queue, sections in dicts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import libcst as cst
from syntax import Block, Draw, statement, text

Rewriting = Callable[[Draw, str, Block], "Block | None"]


def _only_items(name: str, body: Block) -> bool:
    """All that is done with a variable is setting and reading items under constant keys."""
    code = "\n".join(text(one) for one in body[1:])
    every = len(re.findall(rf"\b{name}\b", code))
    return every > 0 and every == len(re.findall(rf"\b{name}\[(?:'[^'\\]*'|\"[^\"\\]*\")\]", code))


def _edited(body: Block, pattern: str, by: Callable[[re.Match[str]], str], first: Sequence[str]) -> Block | None:
    """The statements with every match replaced, and the first one by others."""
    made = [statement(one) for one in first]
    for one in body[1:]:
        source = text(one)
        changed = re.sub(pattern, by, source)
        if changed == source:
            made.append(one)
            continue
        try:
            made.append(statement(changed))
        except cst.ParserSyntaxError:
            return None
    return made


def _keys(name: str, body: Block) -> list[str]:
    code = "\n".join(text(one) for one in body[1:])
    return list(dict.fromkeys(re.findall(rf"\b{name}\[['\"]([^'\"]*)['\"]\]", code)))


_ITEM = r"\b{name}\[['\"]([^'\"]*)['\"]\]"


def _attribute_of(prefix: Sequence[str]) -> Rewriting:
    def rewrite(shapes: Draw, name: str, body: Block) -> Block | None:
        if not _only_items(name, body):
            return None
        words = {key: shapes.fresh() for key in _keys(name, body)}
        owner = shapes.fresh().capitalize()
        first = [one.format(name=name, owner=owner) for one in prefix]
        return _edited(body, _ITEM.format(name=name), lambda found: f"{name}.{words[found[1]]}", first)

    return rewrite


def _as_list(shapes: Draw, name: str, body: Block) -> Block | None:
    if not _only_items(name, body):
        return None
    keys = _keys(name, body)
    first = [f"{name} = [None] * {len(keys)}"] if shapes.maybe() else [f"{name} = [{', '.join(['None'] * len(keys))}]"]
    return _edited(body, _ITEM.format(name=name), lambda found: f"{name}[{keys.index(found[1])}]", first)


def _as_nested(shapes: Draw, name: str, body: Block) -> Block | None:
    if not _only_items(name, body):
        return None
    outer = shapes.fresh()
    first = [f"{name} = {{'{outer}': {{}}}}"]
    return _edited(body, _ITEM.format(name=name), lambda found: f"{name}['{outer}']['{found[1]}']", first)


def _as_dict(made: str, read: str, write: str) -> Rewriting:
    def rewrite(shapes: Draw, name: str, body: Block) -> Block | None:
        if not _only_items(name, body):
            return None
        result = [statement(one) for one in made.format(name=name).split("\n")]
        for one in body[1:]:
            source = text(one)
            found = re.fullmatch(rf"{name}\[(['\"][^'\"]*['\"])\] = (.*)", source, re.DOTALL)
            if found is not None:
                result.append(statement(write.format(name=name, key=found[1], value=found[2])))
                continue
            pattern = rf"\b{name}\[(['\"][^'\"]*['\"])\]"
            changed = re.sub(pattern, lambda one: read.format(name=name, key=one[1]), source)
            result.append(statement(changed) if changed != source else one)
        return result

    return rewrite


def _as_tuple(shapes: Draw, name: str, body: Block) -> Block | None:
    """A named tuple, made where the last item was set."""
    if not _only_items(name, body):
        return None
    sets = [
        (index, re.fullmatch(rf"{name}\[['\"]([^'\"]*)['\"]\] = (.*)", text(one), re.DOTALL))
        for index, one in enumerate(body)
    ]
    kept = [(index, found) for index, found in sets if found is not None]
    if not kept or [index for index, _ in kept] != list(range(kept[0][0], kept[0][0] + len(kept))):
        return None
    keys = {found[1]: shapes.fresh() for _, found in kept}
    if set(keys) != set(_keys(name, body)) or len(keys) != len(kept):
        return None
    owner, library = shapes.fresh().capitalize(), shapes.fresh()
    last = kept[-1][0]
    values = ", ".join(f"{keys[found[1]]}={found[2]}" for _, found in kept)
    positional = ", ".join(found[2] for _, found in kept)
    style = shapes.one("named", "typed", "data", "plain")
    rest = body[last + 1 :]
    between = body[1 : kept[0][0]]
    if style == "plain":
        order = [found[1] for _, found in kept]
        made = [statement(f"{name} = ({positional},)")]
        edited = _edited(
            [body[0], *rest], _ITEM.format(name=name), lambda found: f"{name}[{order.index(found[1])}]", []
        )
    else:
        edited = _edited([body[0], *rest], _ITEM.format(name=name), lambda found: f"{name}.{keys[found[1]]}", [])
        fields = ", ".join(f"'{one}'" for one in keys.values())
        if style == "named":
            made = [
                statement(f"from collections import namedtuple as {library}"),
                statement(f"{owner} = {library}('{owner}', [{fields}])"),
                statement(f"{name} = {owner}({shapes.one(values, positional)})"),
            ]
        else:
            lines = "\n".join(f"    {one}: object" for one in keys.values())
            head = "class {0}(typing.NamedTuple):" if style == "typed" else "@dataclasses.dataclass\nclass {0}:"
            shapes.top.append(statement("import dataclasses, typing"))
            shapes.top.append(statement(f"{head.format(owner)}\n{lines}"))
            made = [statement(f"{name} = {owner}({shapes.one(values, positional)})")]
    return None if edited is None else [*between, *made, *edited]


def _list(shapes: Draw, name: str, body: Block) -> Block | None:
    code = "\n".join(text(one) for one in body[1:])
    uses = re.findall(rf"\b{name}\b[^\n]{{0,9}}", code)
    known = rf"{name}\.append\(|{name}\.pop\(0\)|{name}\[\d+\]"
    if not uses or not all(re.match(known, one) for one in uses):
        return None
    queue = shapes.maybe(0.4)
    library = shapes.fresh()
    made = (
        [statement(f"from collections import deque as {library}"), statement(f"{name} = {library}()")]
        if queue
        else [statement(shapes.one(f"{name} = []", f"{name} = list()"))]
    )
    adds = ["{0}.append({1})", "{0}.extend([{1}])", "{0} += [{1}]"]
    if not queue:
        adds += ["{0} = [*{0}, {1}]", "{0} = {0} + [{1}]", "{0}.insert(len({0}), {1})"]
    for one in body[1:]:
        source = text(one)
        found = re.fullmatch(rf"{name}\.append\((.*)\)", source, re.DOTALL)
        if found is not None:
            made.append(statement(shapes.rng.choice(adds).format(name, found[1])))
        elif source == f"{name}.pop(0)":
            taken = ["{0}.popleft()"] if queue else ["{0}.pop(0)", "del {0}[0]", "{0} = {0}[1:]"]
            made.append(statement(shapes.rng.choice(taken).format(name)))
        else:
            made.append(one)
    return made


def _configuration(shapes: Draw, name: str, body: Block) -> Block | None:
    style = shapes.one("mapping", "dicts", "fallback", "section", "read")
    made: Block = [statement(f"{name} = {{}}") if style == "dicts" else body[0]]
    for one in body[1:]:
        source = text(one)
        section = re.fullmatch(rf"{name}\.add_section\((.*?)\)", source)
        if section is not None:
            if style in ("mapping", "dicts"):
                source = f"{name}[{section[1]}] = {{}}"
            elif style == "read":
                source = f"{name}.read_dict({{{section[1]}: {{}}}})"
        stored = re.fullmatch(rf"{name}\.set\((['\"][^'\"]*['\"]), (['\"][^'\"]*['\"]), (.*)\)", source, re.DOTALL)
        if stored is not None:
            if style in ("mapping", "dicts", "section"):
                source = f"{name}[{stored[1]}][{stored[2]}] = {stored[3]}"
            elif style == "read":
                source = f"{name}.read_dict({{{stored[1]}: {{{stored[2]}: {stored[3]}}}}})"
        read = {
            "mapping": rf"{name}[\1][\2]",
            "dicts": rf"{name}[\1][\2]",
            "fallback": rf"{name}.get(\1, \2, fallback='')",
            "section": rf"{name}[\1].get(\2)",
            "read": rf"{name}.get(\1, \2)",
        }[style]
        source = re.sub(rf"{name}\.get\((['\"][^'\"]*['\"]), (['\"][^'\"]*['\"])\)", read, source)
        made.append(statement(source) if source != text(one) else one)
    return made


CONTAINERS: tuple[tuple[str, tuple[Rewriting, ...]], ...] = (
    (
        r"\{\}|dict\(\)",
        (
            _attribute_of(["import types", "{name} = types.SimpleNamespace()"]),
            _attribute_of(["class {owner}:\n    pass", "{name} = {owner}()"]),
            _attribute_of(["class {name}:\n    pass"]),
            _as_list,
            _as_nested,
            _as_dict("{name} = dict()", "{name}[{key}]", "{name}[{key}] = {value}"),
            _as_dict("{name} = {{}}", "{name}.get({key})", "{name}.update({{{key}: {value}}})"),
            _as_dict("{name} = {{}}", "{name}.get({key}, '')", "{name}.setdefault({key}, {value})"),
            _as_dict("{name} = {{}}", "{name}[{key}]", "{name} = {{**{name}, {key}: {value}}}"),
            _as_dict("{name} = {{}}", "{name}[{key}]", "{name} |= {{{key}: {value}}}"),
            _as_dict(
                "import collections\n{name} = collections.OrderedDict()", "{name}[{key}]", "{name}[{key}] = {value}"
            ),
            _as_dict(
                "import collections\n{name} = collections.defaultdict(str)", "{name}[{key}]", "{name}[{key}] = {value}"
            ),
            _as_tuple,
            _as_tuple,
        ),
    ),
    (r"\[\]|list\(\)", (_list,)),
    (r"configparser\.ConfigParser\(\)", (_configuration,)),
)
