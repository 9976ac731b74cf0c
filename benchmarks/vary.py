#!/usr/bin/env python3
"""A copy of a labelled benchmark in which everything has another name and another shape.

    python benchmarks/vary.py TREE LABELS.csv OUT [--seed N] [--shapes 0..1]

TREE is a folder of Python modules and templates, LABELS.csv rows of ``path,start,end,family,label,note`` over whole files.
OUT gets the varied tree, and beside it OUT.csv with the labels under their new paths. Whoever scores well on the one and not
on the other has learnt names, not flows.

Names of packages, modules, functions, classes, methods, variables, routes, parameters and templates become words without
meaning; how statements are written is varied by :mod:`shapes`. The same seed gives the same copy.
"""

from __future__ import annotations

import argparse
import builtins
import csv
import keyword
import re
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from random import Random

import libcst as cst
from shapes import Shapes
from syntax import Names, Statement, names, text

_SYLLABLES = (
    "ba",
    "cor",
    "del",
    "fi",
    "gam",
    "hol",
    "ju",
    "kel",
    "lor",
    "mi",
    "nu",
    "pel",
    "qua",
    "ros",
    "tam",
    "vi",
    "zen",
)
_LIBRARY = frozenset(name for kind in (str, bytes, list, dict, set, int, Path) for name in dir(kind)) | frozenset(
    [*dir(builtins), *keyword.kwlist, *keyword.softkwlist]
)

_WORD = re.compile(r"[A-Za-z]\w*(?:-\w+)*")


class Words:
    """Words without meaning, each given once; the same for the same name."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()
        self._known: dict[str, str] = {}

    def fresh(self) -> str:
        """A word that was not given before."""
        while True:
            word = "".join(self._rng.choice(_SYLLABLES) for _ in range(self._rng.randint(2, 4)))
            if word not in self._given and word not in _LIBRARY:
                self._given.add(word)
                return word

    def of(self, name: str) -> str:
        """The word for a name."""
        if name not in self._known:
            word = self.fresh()
            self._known[name] = word.capitalize() if name[:1].isupper() else word
        return self._known[name]


class Public(cst.CSTVisitor):
    """The names that a project's modules define for each other: functions, classes, methods, variables, attributes."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.members: set[str] = set()
        self.classes: set[str] = set()
        self.depth = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if not self.depth:
            self.names.add(node.name.value)
        self.depth += 1

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self.depth -= 1

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.names.add(node.name.value)
        self.classes.add(node.name.value)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        target = node.target
        if not self.depth and isinstance(target, cst.Name):
            self.names.add(target.value)
        if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value == "self":
            self.members.add(target.attr.value)


class Locals(cst.CSTVisitor):
    """The names that a module's functions bind: variables, parameters, nested functions; not what they import."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.kept: set[str] = set()

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        found: Names = names([node.body])
        self.names.update(found.bound)
        self.kept.update(found.imported)
        self.names.update(param.name.value for param in node.params.params)

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self.kept.add(node.keyword.value)


class Renaming(cst.CSTTransformer):
    """Renames in one module: ``public`` names everywhere, ``local`` ones where they are names, words in texts."""

    def __init__(
        self,
        public: dict[str, str],
        members: dict[str, str],
        local: dict[str, str],
        packages: dict[str, str],
        texts: Texts,
    ) -> None:
        super().__init__()
        self.public = public
        self.members = members | public
        self.local = local
        self.packages = packages
        self.texts = texts
        self.imported: set[str] = set()

    def visit_Module(self, node: cst.Module) -> None:
        found = names([node])
        self.imported = {source for one in found.imported.values() for source in re.findall(r"[\w.]+", one)}

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = original_node.value
        return updated_node.with_changes(value=self.local.get(name) or self.public.get(name, name))

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        dotted = self._dotted(text(original_node))
        if dotted is not None:
            return cst.ensure_type(cst.parse_expression(dotted), cst.Attribute)
        name = original_node.attr.value
        return updated_node.with_changes(attr=cst.Name(self.members.get(name, name)))

    def _dotted(self, source: str) -> str | None:
        """A dotted name that begins with a package of the project, renamed; None for others."""
        parts = source.split(".")
        if parts[0] not in self.packages or parts[0] in self.local or not all(part.isidentifier() for part in parts):
            return None
        at = 1
        while at < len(parts) and ".".join(parts[: at + 1]) in self.packages:
            at += 1
        if not any(one == parts[0] or one.startswith(f"{parts[0]}.") for one in self.imported):
            return None
        head = self.packages[".".join(parts[:at])]
        return ".".join([head, *(self.members.get(part, part) for part in parts[at:])])

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:
        made = []
        for old, new in zip(original_node.names, updated_node.names, strict=True):
            source = text(old.name)
            name = cst.parse_expression(self.packages.get(source, source))
            made.append(new.with_changes(name=name))
        return updated_node.with_changes(names=made)

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:
        module = text(original_node.module) if original_node.module else ""
        if isinstance(original_node.names, cst.ImportStar):
            return updated_node
        if module in self.packages:
            made = [
                old.with_changes(name=cst.Name(self.public.get(text(old.name), text(old.name))))
                for old in original_node.names
            ]
            changed = cst.parse_expression(self.packages[module])
            return updated_node.with_changes(module=changed, names=made)
        return updated_node.with_changes(module=original_node.module, names=original_node.names)

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> cst.SimpleString:
        return updated_node.with_changes(value=self.texts.renamed(original_node.value))

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        return updated_node.with_changes(value=self.texts.renamed(original_node.value))


class Texts:
    """Words that stand in texts (routes, parameters, templates) and in paths."""

    def __init__(self, words: Words, known: Iterable[str]) -> None:
        self._words = words
        self._known = frozenset(one for one in known if len(one) > 3)

    def renamed(self, source: str) -> str:
        """A text with its words exchanged."""
        return _WORD.sub(lambda found: self._word(found.group()), source)

    def _word(self, word: str) -> str:
        return self._words.of(word) if word in self._known else word

    def path(self, path: PurePosixPath) -> PurePosixPath:
        """A path with its words exchanged."""
        return PurePosixPath(*(self.renamed(part) for part in path.parts))


def routes(sources: Iterable[str]) -> set[str]:
    """The fixed parts of what looks like a route or a template's path."""
    found: set[str] = set()
    for source in sources:
        for rule in re.findall(r"route\(\s*['\"]([^'\"]*)['\"]", source):
            found.update(part for part in rule.split("/") if part and "<" not in part)
    return found


def vary(tree: Path, out: Path, seed: int, chance: float) -> dict[str, tuple[str, int]]:
    """Write the copy; the new path and number of lines of each old path."""
    rng = Random(seed)
    words = Words(rng)
    files = sorted(path for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts)
    modules = [path for path in files if path.suffix == ".py"]
    sources = {path: path.read_text(encoding="utf-8") for path in modules}
    parsed = {path: cst.parse_module(source) for path, source in sources.items()}
    folders = {path.relative_to(tree).parts[0] for path in modules if len(path.relative_to(tree).parts) > 1}

    public = Public()
    for module in parsed.values():
        module.visit(public)
    packages: dict[str, str] = {}
    for path in modules:
        parts = path.relative_to(tree).with_suffix("").parts
        for count in range(1, len(parts) + 1):
            packages[".".join(parts[:count])] = ".".join(words.of(part) for part in parts[:count])
    reserved = {part for name in packages for part in name.split(".")}
    known = {name: words.of(name) for name in sorted(public.names - _LIBRARY) if not name.startswith("__")}
    members = {name: words.of(name) for name in sorted(public.members - _LIBRARY) if not name.startswith("__")}
    texts = Texts(words, routes(sources.values()) | reserved | public.classes)

    shared: list[str] = []
    places: dict[str, tuple[str, int]] = {}
    common = words.fresh()
    written: dict[PurePosixPath, str] = {}
    for path in modules:
        module = parsed[path]
        relative = PurePosixPath(path.relative_to(tree).as_posix())
        before = len(shared)
        if len(relative.parts) > 1:
            module = reshaped(module, Shapes(rng, words.fresh, shared, common, chance))
        local = Locals()
        module.visit(local)
        bound = local.names - local.kept - {"self", "cls"}
        own = {name: words.fresh() for name in sorted(bound) if not name.startswith("__")}
        renaming = Renaming(known, members, own, packages, texts)
        code = module.visit(renaming).code
        for index in range(before, len(shared)):
            shared[index] = cst.parse_module(shared[index]).visit(renaming).code
        target = texts.path(relative)
        written[target] = code
        places[relative.as_posix()] = (target.as_posix(), code.count("\n") + 1)
    written[PurePosixPath(f"{common}.py")] = "from flask import request\n\n\n" + "\n\n".join(shared)
    for target, code in written.items():
        place = out / target
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(code, encoding="utf-8")
    for path in files:
        if path.suffix in (".html", ".xml", ".ini", ".json") and folders:
            place = out / texts.path(PurePosixPath(path.relative_to(tree).as_posix()))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(texts.renamed(path.read_text(encoding="utf-8", errors="replace")), encoding="utf-8")
    return places


def reshaped(module: cst.Module, shapes: Shapes) -> cst.Module:
    """A module with other shapes; what was made at its top stands behind its imports."""
    head = [one for one in module.body if isinstance(one, cst.SimpleStatementLine)]
    shapes.header = names(head)
    made = module.visit(shapes)
    body: list[Statement] = [one for one in made.body if isinstance(one, Statement)]
    at = 0
    for index, one in enumerate(body):
        if isinstance(one, cst.SimpleStatementLine) and isinstance(one.body[0], (cst.Import, cst.ImportFrom)):
            at = index + 1
    return made.with_changes(body=[*body[:at], *shapes.top, *body[at:]])


def relabelled(labels: Path, places: dict[str, tuple[str, int]], out: Path) -> None:
    """The labels, under the new paths, over the whole of the new files."""
    with labels.open(newline="", encoding="utf-8") as source, out.open("w", newline="", encoding="utf-8") as target:
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, reader.fieldnames or ())
        writer.writeheader()
        for row in reader:
            path, lines = places[row["path"]]
            writer.writerow({**row, "path": path, "start": 1, "end": lines})


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shapes", type=float, default=1.0, help="how much is reshaped: 0 only renames")
    options = parser.parse_args(arguments)
    if options.out.exists():
        parser.error(f"{options.out} is there already")
    places = vary(options.tree, options.out, options.seed, options.shapes)
    relabelled(options.labels, places, options.out.with_name(options.out.name + ".csv"))
    print(f"{len(places)} modules varied (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
