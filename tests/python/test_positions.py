"""Where facts stand: held against libcst's own account of the same tree, and against the text."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

import flasklint
from flasklint import ir
from flasklint.python import extract
from flasklint.python.exact import exact
from flasklint.python.lower import Lowering, lower
from flasklint.python.scan import scan
from flasklint.source import Text
from tests.python.printing import show
from tests.python.test_lowering import EXPRESSIONS, LITERALS, STATEMENTS

SPACED = {
    "( ( a ) . b ) ( ( c ) , * ( d ) , e = ( f ) , ) [ ( g ) : ( h ) , ( i ) ]",
    "(a) if (b) else (c), not (d), - (e), (f) + (g), (h) < (i), (j) and (k)",
    "( # (\n a # )\n , \\\n b )\n[ # [\n ] ; ( # )\n )",
    "f ( \\\n ) ( [ ] , ( ) , { } ) [ ( ) ] . g ( )",
    "a [ : ] , a [ ( b ) : : ] , a [ : : ( c ) ] , a [ ( b , ) , : ] , a [ b , ] , a [ * b ]",
    "x = yield\ny = ( yield ( a ) )\nz = ( ( await ( b ) ) )",
    "( a ) = ( b ) = ( ( c , ) )\nd : ( e ) = ( f )\n( g . h ) += ( i )",
    "(x for x in (y) if (z)), ((x for x in y)), [(x) for (x) in (y) for (a) in (b) if (c)], {(a): (b) for a in b}",
    "{(a): (b), ** (c)}, {(a), * (b)}, ((a), (b)), ((a), * (b),)",
    "lambda a = (b), * c, d = (e), ** f : (g)\nlambda: (yield)",
    "@(a) . b ( c )\n@ d\nasync  def  f ( a : (b) = (c) , * , d ) -> (e) : (g)  # end\nh",
    "class  A ( ( B ) , metaclass = ( M ) , ) :\n  # above\n\n  x = (1)  # end\n\n# after\n",
    "if (a) : pass ;\nelif (b) : c ; d ;\nelse : (e)\n",
    "with (a) as (b) , (c) : d\nwith ( (a) as b , ) : ((c))\nasync with a : b",
    "from . import ( a , b as c , )  # end\nfrom ... a . b import c\nimport a . b as c , d\nfrom a import *\n",
    "try : a\nexcept ( A , B ) as c : d\nexcept  : (e)\nelse : f\nfinally : (g)\n",
    "for ( a , b ) in ( c ) : d\nelse : ( e )\nwhile ( a ) : ( b )",
    "match ( x ) :\n  case ( 1 | 2 ) if ( y ) : ( z )\n  case { } | [ ] | ( ) : ( a )",
    "return ( a ) ; raise ( a ) from ( b ) ; assert ( a ) , ( b ) ; del ( a ) , ( b ) ; global a , b",
    "type X [ T : ( int ) , * U , ** P ] = ( list [ T ] )",
    "f'{ ( a ) !r:{ ( b ) }x}' '' f'''{\n( c ) = }''' ( d )",
    "f'{a:{b:{c}}}{f\"{f'''{d}'''}\"}{ {1: 2}[ 1 ] }{lambda_}{x[\"y\"]!r}'",
    "f'\\N{BULLET}{a}\\{b}\\\\{c}{{{d}}}' rf'\\{e}\\N{f}'",
    "in_ if not_ else or_ in is_, [is_and for for_ in lambda_]",
    "1if a else .5 .real, 1..real, 1_0.0_1e-1_0j, 0XfF, 1.e5, .5j, 0b1or a, [1,2][0]",
    "a=(\"'\")+'\"'+'''\"''\\''''+\"\"\"'\"\"\"+b'\\\\'+r'\\''",
    "\ta\n".lstrip() + "if b:\n\tif c:\n\t    d\n\te\nf",
    "x = 1\r\nif y:\r\n  z = '''a\r\nb'''\r\n  w\rv\n",
    "\u00e9 = '\u4e2d' + \U0001d4d0",
}
SOURCES = [*EXPRESSIONS, *LITERALS, *STATEMENTS, *sorted(SPACED)]
MODULES = ["string", "textwrap", "bisect", "graphlib", "contextlib"]


def _files() -> Iterator[Path]:
    yield from sorted(Path(flasklint.__file__).parent.joinpath("python").glob("*.py"))
    for name in MODULES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            yield Path(spec.origin)


TEXTS = [*SOURCES, *(path.read_text("utf-8") for path in _files())]
IDS = [*map(repr, SOURCES), *(path.name for path in _files())]


def _recording(seen: list[tuple[cst.CSTNode, ir.Node]]) -> type[Lowering]:
    def recorded(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def visit(self: Any, node: Any) -> Any:
            result = method(self, node)
            if isinstance(result, ir.Node):
                seen.append((node, result))
            return result

        return visit

    class Recording(Lowering):
        pass

    Recording.table = {kind: recorded(method) for kind, method in Lowering.table.items()}
    return Recording


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_are_those_of_libcst(text: str) -> None:
    tree = cst.parse_module(text)
    seen: list[tuple[cst.CSTNode, ir.Node]] = []
    _recording(seen)(scan(text)).block(tree.body)
    ranges = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    starts = Text(text).line_starts
    for node, fact in seen:
        where = ranges[node]
        assert isinstance(where, cst.metadata.CodeRange)
        start = starts[where.start.line - 1] + where.start.column
        end = starts[where.end.line - 1] + where.end.column
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            # Ours has its parentheses, libcst's what is between them.
            assert (text[fact.start], text[fact.end - 1]) == ("(", ")")
            assert fact.start < start <= end < fact.end
        elif isinstance(node, cst.Tuple) and text[fact.start : fact.end] != text[start:end]:
            # libcst counts the space after the last comma in.
            assert text[fact.end - 1] == ","
            assert (fact.start, fact.end) == (start, len(text[:end].rstrip(" \\\r\n")))
        else:
            assert (fact.start, fact.end) == (start, end), type(node)


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_the_text_alone_tells_them(text: str) -> None:
    tree = cst.parse_module(text)
    right = exact(tree, text)
    found = scan(text)
    assert found == right
    assert lower(tree, right)


@pytest.mark.parametrize("text", TEXTS, ids=IDS)
def test_hold_the_text_of_names_and_constants(text: str) -> None:
    facts = extract("a.py", text.encode())
    assert isinstance(facts, ir.Module)
    pieces = {id(part) for node in ir.walk(facts) if isinstance(node, ir.Join) for part in node.parts}
    for node in ir.walk(facts):
        written = text[node.start : node.end]
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, ir.Const) and id(node) in pieces:
            continue
        assert written == written.strip()
        for child in ir.children(node):
            if not (isinstance(node, (ir.Function, ir.Class)) and child in node.decorators):
                assert node.start <= child.start <= child.end <= node.end
        match node:
            case ir.Name():
                assert written == node.id
            case ir.Attribute():
                assert written.endswith(node.name)
            case ir.Const(value=str(), kind="") if written[0] in "'\"" and "\\d" not in written:
                assert ast.literal_eval(f"({written}\n)") == node.value
            case ir.Function(name="<lambda>"):
                assert text.startswith("lambda", node.name_start)
            case ir.Function() | ir.Class():
                assert text.startswith(node.name, node.name_start)
                assert written.startswith(("def", "async", "class"))
            case ir.Call() | ir.Display("list" | "set") | ir.Dict() | ir.Subscript():
                assert written[-1] in ")]}"


LINES = [
    "x = f(a,",
    "      b)",
    "if x:",
    "    y = '''s'''",
    "    def g(a, *, b=1):",
    "        return a[1:2]",
    "elif z:",
    "    pass",
    "w = [",
    "    f'{a!r:>{b}}',",
    "    (yield),",
    "]",
    "@d",
    "class C(B): pass",
]
NOISE = st.sampled_from(["", "   ", "\t", "# comment", "    # (['", "\x0c"])


def _insert(insertions: dict[int, list[str]]) -> str:
    lines = []
    for number, line in enumerate(LINES):
        lines.extend([*insertions.get(number, []), line])
    return "\n".join(lines)


@settings(max_examples=60)
@given(st.dictionaries(st.integers(0, len(LINES) - 1), st.lists(NOISE, min_size=1, max_size=3)))
def test_are_all_that_blank_lines_and_comments_change(insertions: dict[int, list[str]]) -> None:
    plain, noisy = _insert({}), _insert(insertions)
    before, after = (extract("a.py", text.encode()) for text in (plain, noisy))
    assert isinstance(before, ir.Module)
    assert isinstance(after, ir.Module)
    assert show(before.body) == show(after.body)
    for old, new in zip(ir.walk(before), ir.walk(after), strict=True):
        if plain[old.start : old.end].count("\n") == 0:
            assert plain[old.start : old.end] == noisy[new.start : new.end]
